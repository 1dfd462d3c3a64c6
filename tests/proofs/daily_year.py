"""A simulated year of daily posts: `python -m tests.proofs.daily_year [YEAR …]`.

Forty subscriptions in forty zones, posted over loopback with a clock that is set by hand. What is expected is worked
out the slow way: a walk through the year in quarters of an hour, in which a post is expected at the first one at which
the clocks of its zone have reached its time of a local day.
"""

from __future__ import annotations

import argparse
import asyncio
import datetime as dt
import math
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from zoneinfo import ZoneInfo

from sqlalchemy import create_engine, text

from bot.daily.claims import State, Wish
from embeddings.archive import Report
from embeddings.build.run import build_index
from embeddings.index.folder import IndexFolder
from embeddings.sample import sample_path
from tests.bot.daily.parts import HandClock, opened, posting, posts_in
from tests.discord_server import Channel, DiscordServer, discord_server
from tests.proofs.tables import Table
from tests.word_encoder import WordEncoder

QUARTER = dt.timedelta(minutes=15)
SHIFT = dt.timedelta(days=10_000)  # by which messages are younger: their ids cannot be from before 2015

# Time of day and zone; many of the times are those that clocks skip or show twice somewhere.
SUBSCRIPTIONS = (
    ("09:00", "Europe/Berlin"), ("02:30", "Europe/Paris"), ("02:00", "Europe/Warsaw"), ("01:30", "Europe/London"),
    ("01:00", "Europe/Lisbon"), ("03:30", "Europe/Athens"), ("03:30", "Europe/Istanbul"), ("02:15", "Europe/Moscow"),
    ("00:30", "Atlantic/Azores"), ("02:30", "America/New_York"), ("02:00", "America/Chicago"),
    ("01:30", "America/Los_Angeles"), ("02:45", "America/St_Johns"), ("00:00", "America/Sao_Paulo"),
    ("00:00", "America/Havana"), ("00:15", "America/Asuncion"), ("02:45", "America/Caracas"), ("23:45", "America/Lima"),
    ("02:30", "America/Godthab"), ("00:00", "Asia/Beirut"), ("00:30", "Asia/Amman"), ("02:00", "Asia/Jerusalem"),
    ("00:00", "Asia/Tehran"), ("04:15", "Asia/Baku"), ("09:00", "Asia/Kolkata"), ("09:00", "Asia/Kathmandu"),
    ("12:00", "Asia/Yangon"), ("02:30", "Asia/Novosibirsk"), ("09:00", "Asia/Tokyo"), ("00:00", "Asia/Pyongyang"),
    ("08:45", "Australia/Eucla"), ("02:15", "Australia/Lord_Howe"), ("02:30", "Australia/Adelaide"),
    ("02:30", "Australia/Sydney"), ("02:30", "Pacific/Auckland"), ("02:45", "Pacific/Chatham"),
    ("09:00", "Pacific/Apia"), ("00:00", "Pacific/Fakaofo"), ("23:45", "Pacific/Kiritimati"),
    ("02:00", "Antarctica/Troll"),
)  # fmt: skip


@dataclass
class Counts:
    """What became of the expected posts."""

    expected: int = 0
    posted: int = 0
    missed: int = 0
    doubled: int = 0
    at_a_wrong_time: int = 0
    unexpected: int = 0
    skipped_times: int = 0
    skipped_days: int = 0
    recorded: Counter[State] | None = None

    @property
    def sound(self) -> bool:
        """Whether each expected post came once, in time."""
        wrong = self.missed + self.doubled + self.at_a_wrong_time + self.unexpected
        return not wrong and self.posted == self.expected and self.recorded == {State.SENT: self.expected}


def expected(
    time_of_day: str, zone: str, first: dt.datetime, last: dt.datetime, counts: Counts
) -> Iterator[tuple[dt.date, dt.datetime]]:
    """Each local day and the moment of its post, after `first` and until `last`."""
    wanted_time = dt.time.fromisoformat(time_of_day)
    clocks = ZoneInfo(zone)
    at = first - dt.timedelta(days=2)
    seen = {at.astimezone(clocks).date()}
    wanted = dt.datetime.combine(at.astimezone(clocks).date() + dt.timedelta(days=1), wanted_time)
    days: list[tuple[dt.date, dt.datetime, bool]] = []
    while at <= last + dt.timedelta(days=1):
        shown = at.astimezone(clocks).replace(tzinfo=None)
        seen.add(shown.date())
        while shown >= wanted:
            days.append((wanted.date(), at, shown > wanted))
            wanted += dt.timedelta(days=1)
        at += QUARTER
    for date, moment, skipped in days:
        if first < moment <= last:
            counts.skipped_days += date not in seen
            counts.skipped_times += skipped
            if date in seen:
                yield date, moment


async def simulate(
    subscriptions: tuple[tuple[str, str], ...], first: dt.date, days: int, folder: IndexFolder, work: Path
) -> Counts:
    """Post for some days, and count."""
    counts = Counts()
    clock = HandClock(first.isoformat())
    last = dt.datetime.combine(first + dt.timedelta(days=days), dt.time(), dt.UTC)
    begins = dt.datetime.combine(first, dt.time(), dt.UTC)
    async with (
        discord_server(wall=lambda: clock() + SHIFT.total_seconds()) as server,
        opened(work) as store,
        posting(server, store, folder, clock) as poster,
    ):
        channels = [server.add_channel(f"channel {number}") for number in range(len(subscriptions))]
        for (time_of_day, zone), channel in zip(subscriptions, channels, strict=True):
            wish = Wish(server.guild.id, channel.id, dt.time.fromisoformat(time_of_day), zone)
            await store.daily.subscribe(wish, clock())
        engine = create_engine(f"sqlite:///{work}/store.db")
        with engine.connect() as connection:
            while True:
                soonest = connection.scalar(text("SELECT min(next_at) FROM subscriptions"))
                connection.rollback()
                at = math.ceil(soonest / QUARTER.total_seconds()) * QUARTER.total_seconds()
                if at > last.timestamp():
                    break
                clock.now = at
                await poster.work_off()
        engine.dispose()
        for (time_of_day, zone), channel in zip(subscriptions, channels, strict=True):
            wanted = dict(expected(time_of_day, zone, begins, last, counts))
            _compare(wanted, server, channel, counts)
        counts.recorded = await store.daily.counts()
    return counts


def _compare(wanted: dict[dt.date, dt.datetime], server: DiscordServer, channel: Channel, counts: Counts) -> None:
    came: dict[dt.date, list[dt.datetime]] = {}
    for daily, at in posts_in(server, channel):
        came.setdefault(daily.date, []).append(at - SHIFT)
    counts.expected += len(wanted)
    for date, at in wanted.items():
        counts.posted += date in came
        counts.missed += date not in came
        counts.doubled += len(came.get(date, [])) > 1
        counts.at_a_wrong_time += any(abs(each - at) > dt.timedelta(seconds=1) for each in came.get(date, []))
    counts.unexpected += len(came.keys() - wanted.keys())


def main() -> int:
    """Run the proof and print its counts."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("years", type=int, nargs="*", default=[2016, 2011])
    table = Table("Daily posts of simulated years, 40 subscriptions in 40 zones")
    with tempfile.TemporaryDirectory() as temporary:
        folder = IndexFolder(Path(temporary) / "index")
        build_index(folder, [sample_path()], WordEncoder(), Report())
        for year in parser.parse_args().years:
            work = Path(temporary) / str(year)
            work.mkdir()
            started = time.monotonic()
            days = 366 if year % 4 == 0 else 365
            counts = asyncio.run(simulate(SUBSCRIPTIONS, dt.date(year, 1, 1), days, folder, work))
            table.check(f"{year}: every local day once, at its time", counts.sound, str(counts))
            told = (
                f"expected {counts.expected:,}, posted {counts.posted:,}, missed {counts.missed}, "
                f"doubled {counts.doubled}, at a wrong time {counts.at_a_wrong_time}, unexpected {counts.unexpected}; "
                f"{counts.skipped_times} times and {counts.skipped_days} days that clocks skipped; "
                f"{time.monotonic() - started:.0f} s"
            )
            table.figure(str(year), told)
    return table.show()


if __name__ == "__main__":
    sys.exit(main())
