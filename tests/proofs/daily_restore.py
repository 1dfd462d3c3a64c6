"""Posts from a restored store, and under clocks that are wrong: `python -m tests.proofs.daily_restore [--channels 20]`.

A backup of before the day's posts is put back: while the bot does not run, and beneath it. The wall clock is days or
years ahead for one look. Nothing may be posted twice, and nothing missed. The clocks are set by hand.
"""

from __future__ import annotations

import argparse
import asyncio
import datetime as dt
import os
import sys
import tempfile
from pathlib import Path

from bot.clocks import Clocks
from bot.daily.claims import State, Wish
from bot.posting.poster import Pace, Poster
from bot.store import Store, StoreAwayError
from bot.store.backup import back_up, restore
from embeddings.archive import Report
from embeddings.build.run import build_index
from embeddings.index.folder import IndexFolder
from embeddings.sample import sample_path
from tests.bot.daily.parts import AT_ONCE, HandClock, composer, guided, logged_in, opened, posts_in
from tests.discord_server import Channel, DiscordServer, discord_server
from tests.proofs.tables import Table
from tests.word_encoder import WordEncoder

_DAYS_AHEAD = (2, 10, 400, 3_650, 20_000)


async def _subscribed(server: DiscordServer, store: Store, clock: HandClock, count: int) -> list[Channel]:
    channels = [server.add_channel(f"channel {number}") for number in range(count)]
    for channel in channels:
        server.say("hello", channel=channel)
        await store.daily.subscribe(Wish(server.guild.id, channel.id, dt.time(9), "UTC"), clock())
    return channels


def _count(server: DiscordServer, channels: list[Channel], days: int, name: str, table: Table) -> None:
    for channel in channels:
        came = len(posts_in(server, channel))
        table.check(f"{name}: doubled 0", came <= days, f"{came} posts")
        table.check(f"{name}: missed 0", came >= days, f"{came} posts")


async def restored(folder: IndexFolder, work: Path, beneath: bool, count: int, table: Table) -> None:
    """Post, put a backup of before back, and go on for a day."""
    name = "restored beneath the bot" if beneath else "restored before a start"
    work.mkdir()  # noqa: ASYNC240  # of a proof that does one thing at a time
    url, backup = f"sqlite:///{work}/store.db", work / "backup.db"
    clock = HandClock("2026-11-23T08:00")
    async with discord_server(wall=clock) as server, logged_in(server) as client:
        async with opened(work) as store, guided(folder, store) as guide:
            poster = Poster(client, store.daily, composer(guide), AT_ONCE, Clocks.by_hand(clock))
            channels = await _subscribed(server, store, clock, count)
            back_up(url, backup)
            clock.set("2026-11-23T09:00")
            await _work_off(poster, clock)
            _count(server, channels, 1, f"{name}, before", table)
            clock.pass_(minutes=30)  # Discord remembers no nonce any more
            server.rest._nonces.clear()
            if beneath:
                restore(url, backup)
                try:
                    await poster.work_off()
                except StoreAwayError:
                    await server.until(lambda: store.is_there)
                await _work_off(poster, clock)
                clock.set("2026-11-24T09:00")
                await _work_off(poster, clock)
            await poster.stop(60)
        if not beneath:
            restore(url, backup)
            async with opened(work) as store, guided(folder, store) as guide:
                poster = Poster(client, store.daily, composer(guide), AT_ONCE, Clocks.by_hand(clock))
                await _work_off(poster, clock)
                clock.set("2026-11-24T09:00")
                await _work_off(poster, clock)
                await poster.stop(60)
        _count(server, channels, 2, name, table)


async def _work_off(poster: Poster, clock: HandClock) -> None:
    for _ in range(20):  # what the stand-in's limit of requests held up comes a minute later
        await poster.work_off()
        clock.pass_(seconds=60)


async def clock_ahead(folder: IndexFolder, work: Path, days: int, count: int, table: Table) -> None:
    """Let the wall clock leap ahead for one look, and be right again."""
    work.mkdir()  # noqa: ASYNC240  # as above
    name = f"clock {days:,} days ahead"
    wall, steady = HandClock("2026-11-23T08:00"), HandClock("1970-01-01T00:00")
    async with (
        discord_server(wall=wall) as server,
        logged_in(server) as client,
        opened(work) as store,
        guided(folder, store) as guide,
    ):
        channels = await _subscribed(server, store, wall, count)
        clocks = Clocks(wall, steady, second=0.01)
        poster = Poster(client, store.daily, composer(guide), AT_ONCE, clocks, Pace(look_s=1, attempt_s=60_000))
        poster.start()
        await server.until(lambda: poster.wall_is_right)
        wall.pass_(days=days)
        await server.until(lambda: not poster.wall_is_right)
        wall.pass_(days=-days)
        await server.until(lambda: poster.wall_is_right)
        for clock in (wall, steady):
            clock.pass_(minutes=59)
        for _ in range(900):  # a quarter of an hour, as fast as a hundredth of a second a second
            for clock in (wall, steady):
                clock.pass_(seconds=1)
            await asyncio.sleep(0.01)
            if all(posts_in(server, channel) for channel in channels):
                break
        await poster.stop(60)
        counts = await store.daily.counts()
        table.check(f"{name}: each is recorded as sent", counts == {State.SENT: count}, str(counts))
        _count(server, channels, 1, name, table)


async def _all(count: int, work: Path, table: Table) -> None:
    folder = IndexFolder(work / "index")
    build_index(folder, [sample_path()], WordEncoder(), Report())
    for beneath in (False, True):
        await restored(folder, work / f"restored-{beneath}", beneath, count, table)
    for days in _DAYS_AHEAD:
        await clock_ahead(folder, work / f"ahead-{days}", days, count, table)


def main() -> int:
    """Run the proof and print its figures."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--channels", type=int, default=20)
    options = parser.parse_args()
    table = Table(f"{options.channels} channels a case")
    with tempfile.TemporaryDirectory() as temporary:
        asyncio.run(_all(options.channels, Path(os.path.realpath(temporary)), table))
    return table.show()


if __name__ == "__main__":
    sys.exit(main())
