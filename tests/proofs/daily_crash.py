"""Processes that post from one store, killed again and again: `python -m tests.proofs.daily_crash [--kills 320]`.

Half of the kills come at random moments, half at a point that the process passes: after a claim, before the send, after
it, after the mark. Time is scaled. One of twenty answers is lost after the message was accepted; now and then nobody
posts until the stand-in for Discord has forgotten the nonces. In one channel of ten the messages cannot be read. With
`--store postgresql` the store is on a real server, which is stopped in the middle for 30 s, and hangs for 60 s.
"""

from __future__ import annotations

import argparse
import asyncio
import contextlib
import datetime as dt
import multiprocessing
import random
import signal
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Callable, Coroutine
from dataclasses import dataclass, field, replace

from bot.daily.claims import State, Wish
from bot.store import Store, StoreAwayError
from tests.bot.daily.parts import list_of
from tests.discord_server import Channel, DiscordServer, Timing, discord_server
from tests.postgresql import PostgreSQL
from tests.proofs.daily_worker import POINTS, Work, serve
from tests.proofs.tables import Table

SCALE = 60.0  # a minute a second
NONCE_S = 300.0  # of the scaled clock: how long the stand-in remembers a nonce
BASE = dt.datetime(2026, 11, 23, tzinfo=dt.UTC)
_OUTAGE_EVERY = 25  # kills
_LONGEST_END_S = 120.0


@dataclass
class Counts:
    """What became of the posts, and how often what happened."""

    posts: int = 0
    sent: int = 0
    doubled: int = 0
    missed: int = 0
    uncertain: int = 0
    uncertain_though_readable: int = 0
    unsettled: int = 0
    kills: Counter[str] = field(default_factory=Counter)
    lost_answers: int = 0
    repeated_sends: int = 0
    looks: int = 0
    late_repeats: int = 0
    outages: int = 0

    @property
    def sound(self) -> bool:
        """Whether every post came once, or cannot be known."""
        wrong = self.doubled + self.missed + self.uncertain_though_readable + self.unsettled
        return not wrong and self.sent + self.uncertain == self.posts


class Crashes:
    """Places for processes, in which they are started and killed until there were enough kills."""

    def __init__(self, work: Work, kills: int, seed: int, places: int) -> None:
        self._work = work
        self._places = places
        self._target = kills
        self._chance = random.Random(seed)
        self._context = multiprocessing.get_context("forkserver")
        self._context.set_forkserver_preload(["tests.proofs.daily_worker"])
        self._next_outage = _OUTAGE_EVERY if kills > _OUTAGE_EVERY else kills // 2
        self._down_until = 0.0
        self.kills: Counter[str] = Counter()
        self.outages = 0

    async def run(self, settled: asyncio.Task[None]) -> None:
        """Kill until it is enough, then let processes live until everything is settled."""
        await asyncio.gather(*(self._place() for _ in range(self._places)))
        processes = [self._start(None) for _ in range(self._places)]
        try:
            await asyncio.wait([settled], timeout=_LONGEST_END_S)
        finally:
            for process in processes:
                process.kill()
                await asyncio.to_thread(process.join)

    def _start(self, die_at: tuple[str, int] | None) -> multiprocessing.process.BaseProcess:
        process = self._context.Process(target=serve, args=(replace(self._work, die_at=die_at),), daemon=True)
        process.start()
        return process

    async def _place(self) -> None:
        chance = self._chance
        while self.kills.total() < self._target:
            await asyncio.sleep(max(0.0, self._down_until - time.monotonic()))
            die_at = (chance.choice(POINTS), chance.randint(1, 6)) if chance.random() < 0.5 else None
            process = self._start(die_at)
            longest_s = chance.uniform(0.15, 1.5) if die_at is None else 240 / self._work.scale
            await asyncio.to_thread(process.join, longest_s)
            by_itself = process.exitcode is not None
            if not by_itself:
                process.kill()
                await asyncio.to_thread(process.join)
            # 255 is multiprocessing's own word for a status that its server did not pass on.
            if process.exitcode not in (-signal.SIGKILL, 255):
                raise SystemExit(f"a process ended by itself, with status {process.exitcode}")
            self.kills[die_at[0] if die_at is not None and by_itself else "at a random moment"] += 1
            if self.kills.total() >= self._next_outage:
                self._next_outage += _OUTAGE_EVERY
                self.outages += 1
                # Every other time longer than the stand-in remembers, else longer than a poster relies on it.
                share = 1.4 if self.outages % 2 else 0.6
                self._down_until = time.monotonic() + share * NONCE_S / self._work.scale


@dataclass(frozen=True)
class Plan:
    """What is done to the processes.

    Attributes:
        trouble: what happens to the store meanwhile.
    """

    kills: int
    posts: int
    posters: int = 2
    seed: int = 1
    scale: float = SCALE
    trouble: Callable[[], Coroutine[None, None, None]] | None = None


async def crash(plan: Plan, store_url: str) -> Counts:
    """Have posts sent by processes that are killed again and again."""
    kills, posts, scale = plan.kills, plan.posts, plan.scale
    counts = Counts(posts=posts)
    began = time.time()
    clock = Work("", "", "", began, BASE.timestamp(), scale)
    async with discord_server(timing=Timing(nonce_s=NONCE_S / scale), wall=clock.clock) as server:
        store = await Store.open(store_url)
        try:
            channels = await _subscribe(server, store, posts, kills)
            lost = server.faults.lose_answer("POST /channels/*/messages", probability=0.05, times=None)
            server.faults.slow("POST /channels/*/messages", 0.05, probability=0.6, times=None)
            told = replace(clock, api_url=server.api_url, token=server.token, store_url=store_url)
            crashes = Crashes(told, kills, plan.seed, plan.posters)

            async def all_settled() -> None:
                if trouble is not None:
                    await trouble
                while True:
                    with contextlib.suppress(StoreAwayError):
                        if (states := await store.daily.counts()).total() - states[State.OPEN] >= posts:
                            return
                    await asyncio.sleep(0.2)  # other processes settle them

            trouble = None if plan.trouble is None else asyncio.create_task(plan.trouble())
            settled = asyncio.create_task(all_settled())
            await crashes.run(settled)
            settled.cancel()
            await asyncio.gather(settled, return_exceptions=True)
            await _count(server, store, channels, counts, scale)
            counts.kills, counts.outages, counts.lost_answers = crashes.kills, crashes.outages, lost.happened
        finally:
            await store.close()
    return counts


async def _subscribe(server: DiscordServer, store: Store, posts: int, kills: int) -> list[tuple[str, Channel, bool]]:
    """Make channels whose posts fall due over the time that the kills will take; each with its key and readability."""
    minutes = max(2, int(kills * 0.45))
    found = []
    for number in range(posts):
        channel = server.add_channel(f"channel {number}")
        server.say("hello", channel=channel)
        if not (readable := number % 10 != 0):
            server.deny(channel, "read_message_history")
        minute = 2 + number * minutes // posts
        wish = Wish(server.guild.id, channel.id, dt.time(minute // 60, minute % 60), "UTC")
        subscription = await store.daily.subscribe(wish, BASE.timestamp())
        found.append((subscription.key, channel, readable))
    return found


async def _count(
    server: DiscordServer, store: Store, channels: list[tuple[str, Channel, bool]], counts: Counts, scale: float
) -> None:
    for key, channel, readable in channels:
        came = sum(list_of(message) is not None for message in server.post_history(channel))
        found = await store.daily.post(key, BASE.date())
        state = None if found is None else found[0]
        counts.doubled += came > 1
        counts.sent += state is State.SENT and came == 1
        counts.missed += came == 0 and state is not State.UNCERTAIN
        counts.uncertain += state is State.UNCERTAIN
        counts.uncertain_though_readable += state is State.UNCERTAIN and readable
        counts.unsettled += state in (None, State.OPEN)
    sends: dict[str, list[float]] = {}
    for request in server.requests:
        if request.route.startswith("GET /channels/"):
            counts.looks += 1
        elif request.route.startswith("POST /channels/") and isinstance(request.body, dict):
            sends.setdefault(str(request.body.get("nonce")), []).append(request.at)
    counts.repeated_sends = sum(len(times) - 1 for times in sends.values())
    counts.late_repeats = sum(times[-1] - times[0] > NONCE_S / scale for times in sends.values())


async def _trouble(server: PostgreSQL, stopped_s: float = 30.0, hung_s: float = 60.0) -> None:
    """Stop the server as a crash would, and later let it hang."""
    await asyncio.sleep(5)
    await asyncio.to_thread(server.stop, signal.SIGQUIT)
    await asyncio.sleep(stopped_s)
    await asyncio.to_thread(server.start)
    await asyncio.sleep(10)
    with server.hung():
        await asyncio.sleep(hung_s)


def main() -> int:
    """Run the proof and print its counts."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--kills", type=int, default=320)
    parser.add_argument("--posts", type=int, default=1_600)
    parser.add_argument("--posters", type=int, default=2)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--store", choices=["sqlite", "postgresql"], default="sqlite")
    options = parser.parse_args()
    table = Table(f"{options.posts:,} daily posts by {options.posters} processes, killed {options.kills} times")
    plan = Plan(options.kills, options.posts, options.posters, options.seed)
    with tempfile.TemporaryDirectory() as temporary, contextlib.ExitStack() as stack:
        if options.store == "sqlite":
            url = f"sqlite:///{temporary}/store.db"
        else:
            server = PostgreSQL()
            stack.callback(server.close)
            url = server.new_database()
            plan = replace(plan, trouble=lambda: _trouble(server))
        counts = asyncio.run(crash(plan, url))
    table.check("doubled 0", not counts.doubled, str(counts))
    table.check("missed 0", not counts.missed, str(counts))
    table.check("uncertain only where messages cannot be read", not counts.uncertain_though_readable, str(counts))
    table.check("every post is sent once or uncertain, and recorded so", counts.sound, str(counts))
    table.check(f"{options.kills} kills", counts.kills.total() >= options.kills, str(counts))
    for name in ("sent", "doubled", "missed", "uncertain", "lost_answers", "repeated_sends", "late_repeats", "looks"):
        table.figure(name.replace("_", " "), f"{getattr(counts, name):,}")
    table.figure("outages of both processes", str(counts.outages))
    table.figure("kills", ", ".join(f"{number} {where}" for where, number in counts.kills.most_common()))
    return table.show()


if __name__ == "__main__":
    sys.exit(main())
