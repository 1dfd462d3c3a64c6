"""Many processes on one store: they start at once and are restarted one after another, while 50 users go on asking.

    python -m tests.proofs.shards [--postgresql] [--index INDEX] [--processes 4] [--shards 4]

Each process is the program itself (with `--index` `python -m bot`, else the same on the sample archive with the word
encoder), ended with SIGTERM. The stand-in for Discord refuses an IDENTIFY that comes too early in its bucket.

An interaction goes to the session of its server's shard. Where none is connected, or the session ended before it could
be delivered, Discord tells the user that the application did not respond, and no process can know of it: such are
counted by themselves, as are those that were acknowledged after more than three seconds, which is the machine's doing.
Lost are those that were delivered to a session and never answered.

Exit status 1 where one was lost or answered twice, a daily post is missing or doubled, an IDENTIFY came too early, or a
process took the restart of another for a shard that runs twice.
"""

from __future__ import annotations

import argparse
import asyncio
import datetime as dt
import json
import os
import random
import signal
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Sequence
from contextlib import closing
from dataclasses import dataclass, field
from pathlib import Path

from bot.daily.claims import State, Wish
from bot.store import Store
from embeddings.archive import Report
from embeddings.build.run import build_index
from embeddings.index.folder import IndexFolder
from embeddings.sample import sample_path
from tests.discord_server import Channel, DiscordServer, Guild, Reply, Timing, discord_server
from tests.postgresql import PostgreSQL
from tests.proofs.tables import Table
from tests.word_encoder import WordEncoder

ACKNOWLEDGE_S = 3.0
LONGEST_START_S = 180.0
LONGEST_END_S = 30.0
LONGEST_ANSWER_S = 30.0
TRY_AGAIN_S = 0.2  # a user whose interaction could not be delivered
TWICE = "runs shards of this one"  # in the log of a process that sees its shards run elsewhere


@dataclass(frozen=True, slots=True)
class Fleet:
    """How many there are of what."""

    processes: int = 4
    shards: int = 4  # a process
    buckets: int = 2
    servers: int = 200
    at_once: int = 50
    posts: int = 90
    every_s: float = 5.0  # between two IDENTIFYs of a bucket
    restarts: int = 4
    rest_s: float = 0.0  # of a user between an answer and the next question
    patience: float = 1.0  # how many times as long as usual everybody waits

    @property
    def shard_count(self) -> int:
        return self.processes * self.shards


@dataclass
class Figures:
    """What became of the interactions."""

    sent: int = 0
    answered: int = 0
    undelivered: int = 0
    late: int = 0
    twice: list[str] = field(default_factory=list)
    lost: list[str] = field(default_factory=list)


class Bot:
    """One process after another with the same shards."""

    def __init__(
        self, server: DiscordServer, fleet: Fleet, number: int, environment: dict[str, str], log: Path
    ) -> None:
        self.shards = range(number * fleet.shards, (number + 1) * fleet.shards)
        self.log = log
        self._server = server
        self._patience = fleet.patience
        self._environment = {
            **os.environ,
            "DATELINE_DISCORD__TOKEN": server.token,
            "DATELINE_DISCORD__API_URL": server.api_url,
            "DATELINE_DISCORD__SHARD_COUNT": str(fleet.shard_count),
            "DATELINE_DISCORD__SHARD_IDS": json.dumps(list(self.shards)),
            "DATELINE_LIMITS__USER_COMMANDS": "1000000",
            "IDENTIFY_EVERY_S": str(fleet.every_s),
            "PATIENCE": str(fleet.patience),
            **environment,
        }
        self._process: asyncio.subprocess.Process | None = None

    async def start(self, command: Sequence[str]) -> None:
        with self.log.open("ab") as log:
            self._process = await asyncio.create_subprocess_exec(
                *command, env=self._environment, stdout=log, stderr=log
            )

    async def connected(self) -> None:
        """Wait until all its shards are."""
        assert self._process is not None
        process, gateway = self._process, self._server.gateway
        await self._server.until(
            lambda: process.returncode is not None or all(gateway.connected(shard) for shard in self.shards),
            LONGEST_START_S,
        )
        self._check_status()

    def _check_status(self) -> None:
        if self._process is None or self._process.returncode not in {None, 0}:
            raise SystemExit(f"a process ended by itself or with an error; its log:\n{self.log.read_text()[-4_000:]}")

    async def end(self) -> None:
        assert self._process is not None
        self._process.send_signal(signal.SIGTERM)
        await asyncio.wait_for(self._process.wait(), self._patience * LONGEST_END_S)
        self._check_status()

    def kill(self) -> None:
        """Whatever goes wrong, leave none behind."""
        if self._process is not None and self._process.returncode is None:
            self._process.kill()


async def ask(server: DiscordServer, fleet: Fleet, servers: list[Guild], enough: asyncio.Event) -> Figures:
    """Let `at_once` users ask, each again as soon as it has its answer, until it is enough."""
    figures = Figures()
    chance = random.Random(1)
    users = [server.add_user(f"user {number}") for number in range(500)]

    async def user() -> None:
        while not enough.is_set():  # set by who restarts the processes
            day = dt.date(2015, 1, 1) + dt.timedelta(days=chance.randrange(365))
            command, options = chance.choice((("event", {"date": str(day)}), ("onthisday", {"day": f"{day:%m-%d}"})))
            guild = chance.choice(servers)
            reply = await server.slash(command, options, user=chance.choice(users), guild=guild, wait=False)
            figures.sent += 1
            if reply.error:
                figures.undelivered += 1
                await asyncio.sleep(TRY_AGAIN_S)
                continue
            answered = await _answered(server, reply, fleet.patience)
            what = f"/{command} {options} of shard {(guild.id >> 22) % fleet.shard_count}: {reply!r}"
            if answered is None:
                figures.undelivered += 1
                continue
            if answered.error:
                figures.lost.append(what)
                continue
            if len(reply.messages) > 1:
                figures.twice.append(what)
            figures.answered += 1
            figures.late += (reply.acknowledged_after_s or 0) > ACKNOWLEDGE_S
            await asyncio.sleep(fleet.rest_s)

    await asyncio.gather(*(user() for _ in range(fleet.at_once)))
    return figures


class Pauses:
    """The longest time for which the stand-in for Discord read nothing: by so much a distance may be measured wrong."""

    def __init__(self) -> None:
        self.longest_s = 0.0

    async def watch(self) -> None:
        while True:
            before = time.monotonic()
            await asyncio.sleep(0.05)
            self.longest_s = max(self.longest_s, time.monotonic() - before - 0.05)


async def _answered(server: DiscordServer, reply: Reply, patience: float) -> Reply | None:
    """Wait for an answer; None where the interaction met a session that had just ended."""
    waiting = asyncio.create_task(reply.wait(timeout_s=patience * LONGEST_ANSWER_S))
    while not waiting.done():
        await asyncio.wait([waiting], timeout=0.5)
        if reply.interaction.token in server.gateway.undelivered:
            waiting.cancel()
            return None
    return waiting.result()


async def subscribe(store: Store, channels: list[Channel], over_s: float) -> None:
    """Daily posts for channels, due in the minutes to come."""
    now = time.time()
    minutes = max(1, int(over_s // 60))
    for number, channel in enumerate(channels):
        assert channel.guild is not None
        due = dt.datetime.fromtimestamp(now + 60 * (1 + number % minutes), dt.UTC)
        await store.daily.subscribe(Wish(channel.guild.id, channel.id, dt.time(due.hour, due.minute), "UTC"), now)


async def posted(store: Store, count: int) -> None:
    """Wait until that many daily posts have been sent."""
    end = time.monotonic() + 180
    while (await store.daily.counts())[State.SENT] < count and time.monotonic() < end:  # noqa: ASYNC110
        await asyncio.sleep(0.5)


async def prove(fleet: Fleet, store_url: str, index: Path, work: Path, table: Table, command: Sequence[str]) -> None:
    """Start the processes, restart each in turn under load, and note what became of everything."""
    timing = Timing(acknowledge_s=fleet.patience * LONGEST_ANSWER_S, identify_every_s=fleet.every_s)
    environment = {"DATELINE_STORE__URL": store_url, "DATELINE_INDEX__PATH": str(index)}
    async with discord_server(shards=fleet.shard_count, timing=timing, max_concurrency=fleet.buckets) as server:
        servers = [server.add_guild(f"server {number}", channels=("talk", "daily")) for number in range(fleet.servers)]
        channels = [guild.channels[1] for guild in servers[: fleet.posts]]
        bots = [Bot(server, fleet, each, environment, work / f"{each}.log") for each in range(fleet.processes)]
        store = await Store.open(store_url)
        try:
            if channels:
                starts_s = fleet.every_s * fleet.shard_count / fleet.buckets
                await subscribe(store, channels, 120 + 2 * starts_s)
            began = time.monotonic()
            await asyncio.gather(*(bot.start(command) for bot in bots))
            await asyncio.gather(*(bot.connected() for bot in bots))
            table.figure("all started after", f"{time.monotonic() - began:.0f} s")
            enough = asyncio.Event()
            pauses = Pauses()
            watching = asyncio.create_task(pauses.watch())
            asking = asyncio.create_task(ask(server, fleet, servers, enough))
            for bot in bots[: fleet.restarts]:
                restarted = time.monotonic()
                await bot.end()
                await bot.start(command)
                await bot.connected()
                table.figure(f"restart of shards {bot.shards}", f"{time.monotonic() - restarted:.0f} s")
            await posted(store, len(channels))
            enough.set()
            figures = await asking
            watching.cancel()
            table.figure("longest pause of the stand-in", f"{pauses.longest_s:.2f} s")
            await asyncio.gather(*(bot.end() for bot in bots))
        finally:
            for bot in bots:
                bot.kill()
            await store.close()
        _judge(table, fleet, server, figures, channels, bots)


def _judge(
    table: Table, fleet: Fleet, server: DiscordServer, figures: Figures, channels: list[Channel], bots: list[Bot]
) -> None:
    edits = Counter(each.path for each in server.requests if each.method == "PATCH" and each.status == 200)
    figures.twice += [path for path, number in edits.items() if number > 1]
    table.figure("interactions", f"{figures.sent:,}")
    table.figure("answered", f"{figures.answered:,}")
    for what, found in (("lost", figures.lost), ("answered twice", figures.twice)):
        table.figure(what, f"{len(found):,}")
        table.check(f"no interaction was {what}", not found, "; ".join(found[:3]))
    table.figure("not delivered: no session", f"{figures.undelivered:,}")
    table.figure("acknowledged after 3 s", f"{figures.late:,}")
    posts = [len(server.post_history(channel)) for channel in channels]
    table.figure("daily posts", f"{sum(posts):,}, doubled {sum(number > 1 for number in posts):,}")
    table.check("every daily post came once", all(number == 1 for number in posts), f"{posts}")
    distance = server.gateway.smallest_distance()
    table.figure("IDENTIFYs", f"{len(server.gateway.identified):,} in {fleet.buckets} buckets")
    table.figure("smallest distance in a bucket", f"{distance:.2f} s")
    table.check("no IDENTIFY came too early", distance >= fleet.every_s, f"{distance:.2f} s")
    alarms = [bot.log for bot in bots if TWICE in bot.log.read_text()]
    table.check("no restart was taken for a shard that runs twice", not alarms, f"{alarms}")


def main() -> int:
    """Run the proof and print its figures."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--postgresql", action="store_true", help="a store on a server of its own, not on SQLite")
    parser.add_argument("--index", type=Path, help="of the model; without it, the sample archive by the word encoder")
    parser.add_argument("--processes", type=int, default=4)
    parser.add_argument("--shards", type=int, default=4, help="a process")
    options = parser.parse_args()
    fleet = Fleet(options.processes, options.shards, restarts=options.processes)
    table = Table(
        f"{fleet.processes} processes of {fleet.shards} shards for {fleet.servers} servers, each restarted, "
        f"while {fleet.at_once} users ask, on {'PostgreSQL' if options.postgresql else 'SQLite'}"
    )
    with tempfile.TemporaryDirectory() as temporary:
        work = Path(temporary)
        index = options.index
        if index is None:
            index = work / "index"
            build_index(IndexFolder(index), [sample_path()], WordEncoder(), Report())
        command = [sys.executable, "-m", "tests.proofs.shards_worker" if options.index is None else "bot"]
        if options.postgresql:
            with closing(PostgreSQL()) as database:
                asyncio.run(prove(fleet, database.new_database(), index, work, table, command))
        else:
            asyncio.run(prove(fleet, f"sqlite:///{work}/store.db", index, work, table, command))
    return table.show()


if __name__ == "__main__":
    sys.exit(main())
