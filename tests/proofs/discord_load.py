"""Load on the bot: many interactions at once, without faults and with a tenth of the requests failing in each way.

    python -m tests.proofs.discord_load INDEX [--interactions 1000] [--at-once 50]

The bot is a process of its own (`python -m bot`), the stand-in for Discord another: this one. Exit status 1 where an
interaction that Discord would still have accepted was not answered, one was acknowledged too late, or the bot's event
loop, on which heartbeats and acknowledgements depend, was late by more than 50 ms at the 99th percentile.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import os
import random
import signal
import sys
import tempfile
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path

import psutil
from rich.console import Console
from rich.table import Table

from embeddings.index.folder import IndexFolder
from tests.bot.running import environment
from tests.discord_server import DiscordServer, Faults, NotAnsweredError, discord_server

ACKNOWLEDGE_S = 3.0
LATEST_LOOP_S = 0.05  # at the 99th percentile
SERVERS = 20
LONGEST_START_S = 60.0
LAG = "lag.json"


@dataclass
class Figures:
    """What became of the interactions; times in seconds."""

    acknowledged: list[float] = field(default_factory=list)
    answered: list[float] = field(default_factory=list)
    suggested: list[float] = field(default_factory=list)
    late: int = 0
    unsuggested: int = 0
    lost: int = 0

    def row(self, name: str) -> list[str]:
        """A row of the table."""
        counts = (len(self.acknowledged), self.lost, self.late, self.unsuggested)
        times = (self.acknowledged, self.answered, self.suggested)
        return [name, *map(str, counts), *map(_percentiles, times)]


def _percentile(times: list[float], share: float) -> float:
    return sorted(times)[min(len(times) - 1, int(len(times) * share))]


def _percentiles(times: list[float], shares: tuple[float, ...] = (0.5, 0.95, 0.99)) -> str:
    return " / ".join(f"{1_000 * _percentile(times, share):,.0f}" for share in shares) if times else "-"


async def drive(server: DiscordServer, questions: list[str], days: list[str], count: int, at_once: int) -> Figures:
    """Send `count` interactions of every kind, `at_once` at a time, each by a user of its own, in 20 servers."""
    figures = Figures()
    chance = random.Random(1)
    room = asyncio.Semaphore(at_once)
    users = [server.add_user(f"user {number}") for number in range(count)]
    guilds = [server.guild, *(server.add_guild(f"server {number}") for number in range(1, SERVERS))]
    clock = asyncio.get_running_loop().time

    async def one(number: int) -> None:
        async with room:
            user, guild = users[number], guilds[number % SERVERS]
            started = clock()
            if number % 5 == 4:
                text = " ".join(chance.choice(questions).split()[:2])
                try:
                    await server.autocomplete("related", {"event": text}, focused="event", user=user, guild=guild)
                except NotAnsweredError:  # discord.py repeats it too slowly; the next keystroke asks again
                    figures.unsuggested += 1
                else:
                    figures.suggested.append(clock() - started)
                return
            command, options = (
                ("event", {"date": chance.choice(days)}),
                ("onthisday", {"day": chance.choice(days)[5:]}),
                ("ask", {"query": chance.choice(questions)}),
                ("ask", {"query": chance.choice(questions), "from": "2010", "to": "2020"}),
            )[number % 4]
            reply = await server.slash(command, options, user=user, guild=guild, wait=False)
            await reply.wait(timeout_s=60)
            if reply.error:
                figures.lost += 1
                sys.stderr.write(f"/{command} {options}: {reply.error}\n")
                return
            figures.answered.append(clock() - started)
            acknowledged = reply.acknowledged_after_s
            if acknowledged is None or acknowledged > ACKNOWLEDGE_S:
                figures.late += 1
            figures.acknowledged.append(acknowledged or 0.0)

    await asyncio.gather(*(one(number) for number in range(count)))
    return figures


def fail_a_tenth(faults: Faults) -> None:
    """Have a tenth of the bot's answers fail, in five ways."""
    for route in ("POST /interactions/*/callback", "PATCH /webhooks/*"):
        faults.rate_limit(route, 0.05, probability=0.02, times=None)
        for status in (500, 502):
            faults.fail(route, status, probability=0.02, times=None)
        faults.lose_answer(route, probability=0.02, times=None)
        faults.slow(route, 0.2, probability=0.02, times=None)


@asynccontextmanager
async def bot_process(server: DiscordServer, index: Path, folder: Path) -> AsyncIterator[asyncio.subprocess.Process]:
    """The bot as an operator starts it, connected; ended with SIGTERM. `folder` gets how late its loop was."""
    settings = environment(server, index, f"sqlite:///{folder}/store.db")
    command = (sys.executable, "-m", "tests.proofs.measured_bot", str(folder / LAG))
    with (folder / "bot.log").open("ab") as log:
        process = await asyncio.create_subprocess_exec(*command, env=settings, stderr=log)
        try:
            await server.ready(timeout_s=LONGEST_START_S)
            yield process
        finally:
            process.terminate()
            status = await asyncio.wait_for(process.wait(), 15)
    if status:
        raise SystemExit(f"the bot ended with status {status}; its log is {folder}/bot.log")


def material(index: Path, count: int) -> tuple[list[str], list[str]]:
    """Questions (a few words of headlines) and days of an index."""
    opened = IndexFolder(index).open()
    try:
        rows = random.Random(0).sample(range(opened.catalogue.size), min(count, opened.catalogue.size))
        events = opened.catalogue.events(rows)
    finally:
        opened.close()
    return [" ".join(event.headline.split()[:8]) for event in events], [str(event.date) for event in events]


async def _prove(index: Path, count: int, at_once: int) -> bool:
    questions, days = material(index, 400)
    times = [f"{what}: p50 / p95 / p99 ms" for what in ("acknowledged", "answered", "suggested")]
    last = ("loop late by: p50 / p99 / max ms", "a second", "MB")
    table = Table("run", "answered", "lost", "late", "unsuggested", *times, *last)
    sound = True
    for name, failing in (("without faults", False), ("a tenth fails", True)):
        faults = Faults(seed=3)
        with tempfile.TemporaryDirectory() as temporary:
            folder = Path(temporary)
            async with discord_server(faults=faults) as server, bot_process(server, index, folder) as process:
                await drive(server, questions, days, 50, 10)  # warm
                if failing:
                    fail_a_tenth(faults)
                process.send_signal(signal.SIGUSR1)
                began = time.monotonic()
                figures = await drive(server, questions, days, count, at_once)
                took_s = time.monotonic() - began
                held = psutil.Process(process.pid).memory_info().rss
            if figures.lost:
                sys.stderr.write((folder / "bot.log").read_text()[-4_000:])
            lag: list[float] = json.loads((folder / LAG).read_bytes())
        last = (_percentiles(lag, (0.5, 0.99, 1)), f"{count / took_s:.0f}", f"{held / 1e6:.0f}")
        table.add_row(*figures.row(name), *last)
        sound = sound and not figures.lost and not figures.late and _percentile(lag, 0.99) < LATEST_LOOP_S
    console = Console(width=180)
    console.print(table)
    console.print(f"{os.cpu_count()} cores, load {os.getloadavg()[0]:.1f}")
    return sound


def main() -> int:
    """Run the proof and print its figures."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("index", type=Path)
    parser.add_argument("--interactions", type=int, default=1_000)
    parser.add_argument("--at-once", type=int, default=50)
    options = parser.parse_args()
    return 0 if asyncio.run(_prove(options.index, options.interactions, options.at_once)) else 1


if __name__ == "__main__":
    sys.exit(main())
