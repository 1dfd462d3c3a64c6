"""Running for long under load: `python -m tests.proofs.soak [--minutes 30] [--index INDEX]`.

The bot is a process of its own (`python -m bot`), the stand-in for Discord another: this one. People go on asking,
paging and typing, the gateway drops 500 times and the index is replaced 200 times in half an hour (in less time, as
often). In the last fifth of the time memory is at most 5 % above what it was after the warm-up, and file handles and
threads are as many. Exit status 1 where that does not hold, or an interaction was not answered.
"""

from __future__ import annotations

import argparse
import asyncio
import contextlib
import datetime as dt
import os
import random
import shutil
import socket
import statistics
import sys
import tempfile
import time
from collections.abc import AsyncIterator
from dataclasses import dataclass, field, replace
from pathlib import Path

import psutil

from embeddings.archive import Report
from embeddings.build.run import build_index
from embeddings.index.folder import IndexFolder
from embeddings.model.encoder import SentenceEncoder
from embeddings.sample import sample_path
from tests.bot.running import environment
from tests.discord_server import DiscordServer, NotAnsweredError, discord_server
from tests.proofs.discord_load import material
from tests.proofs.scrapes import Series, scrape_all
from tests.proofs.tables import Table

DROPS, REPLACED = 500 / 30, 200 / 30  # a minute
WARM_UP, LAST = 0.3, 0.2  # parts of the time
MOST_GROWTH = 0.05
MOST_MORE = 4  # file handles and threads that may come and go: connections of a pool, a client that reconnects
ASKERS = 6  # at once
PAUSE_S = 0.15  # between two interactions of an asker
USERS = 500
LOOK_S = 0.5
ANSWERED_S = 60.0
_LAG = "dateline_event_loop_lag_seconds"


@dataclass
class Size:
    """How large the process is at a moment."""

    at: float
    anonymous: int  # bytes of memory of its own, without the files that it maps
    resident: int
    handles: int
    threads: int


@dataclass
class Soak:
    """What has happened, and how large the process was."""

    sizes: list[Size] = field(default_factory=list)
    asked: int = 0
    lost: list[str] = field(default_factory=list)
    unsuggested: int = 0
    drops: int = 0
    replaced: int = 0
    lag: list[tuple[float, Series]] = field(default_factory=list)


@contextlib.asynccontextmanager
async def bot(server: DiscordServer, index: Path, port: int, log: Path) -> AsyncIterator[psutil.Process]:
    """The bot, connected; ended with SIGTERM."""
    settings = {
        **environment(server, index, f"sqlite:///{index.parent}/store.db"),
        "DATELINE_METRICS__ADDRESS": f"127.0.0.1:{port}",
        "DATELINE_INDEX__CHECK_SECONDS": "1",
        "DATELINE_LIMITS__USER_COMMANDS": "100000",
    }
    with log.open("wb") as out:
        process = await asyncio.create_subprocess_exec(sys.executable, "-m", "bot", env=settings, stderr=out)
        try:
            await server.ready(timeout_s=180)
            yield psutil.Process(process.pid)
        finally:
            if process.returncode is None:
                process.terminate()
            status = await asyncio.wait_for(process.wait(), 20)
    if status:
        raise SystemExit(f"the bot ended with status {status}; its log is {log}")


def publish_anew(index: IndexFolder) -> None:
    """Put a copy of the index in force, as a build does with a new one."""
    with index.build_lock():
        manifest, now = index.manifest(), dt.datetime.now(dt.UTC)
        folder = index.new_generation(now)
        for file in (index.root / "generations" / manifest.generation).iterdir():
            if file.name in manifest.files:
                shutil.copyfile(file, folder / file.name)
        index.publish(folder, replace(manifest, generation=folder.name, built=now))
        index.clear()


async def ask_on(server: DiscordServer, soak: Soak, texts: tuple[list[str], list[str]], end: float, seed: int) -> None:
    """Ask, page, open and type as people do, until a moment."""
    chance = random.Random(seed)
    users = [server.add_user(f"user {seed}-{number}") for number in range(USERS // ASKERS)]
    questions, days = texts
    while time.monotonic() < end:
        user, what = chance.choice(users), chance.randrange(6)
        soak.asked += 1
        try:
            if what == 0:
                text = chance.choice(questions)[:20]
                await server.autocomplete("related", {"event": text}, focused="event", user=user)
                continue
            command, options = (
                ("ask", {"query": chance.choice(questions)}),
                ("event", {"date": chance.choice(days)}),
                ("onthisday", {"day": chance.choice(days)[5:]}),
                ("event", {"date": "2010-01-01..2019-12-31"}),
                ("ask", {"query": chance.choice(questions), "from": "1990", "to": "2020"}),
            )[what - 1]
            reply = await server.slash(command, options, user=user, wait=False)
            await reply.wait(timeout_s=ANSWERED_S)
            if not reply.error and any(each.get("label") == "Next" for each in reply.buttons):
                soak.asked += 1
                reply = await server.press(reply, "Next", user=user, wait=False)
                await reply.wait(timeout_s=ANSWERED_S)
            if reply.error:
                soak.lost.append(f"/{command} {options}: {reply.error}")
        except NotAnsweredError as error:
            if what == 0:  # the next keystroke asks again
                soak.unsuggested += 1
            else:
                soak.lost.append(str(error))
        await asyncio.sleep(PAUSE_S)


async def _moments(a_minute: float, end: float) -> AsyncIterator[None]:
    """So many moments a minute until the end, none of them put off by what was done at those before."""
    began = time.monotonic()
    for number in range(round(a_minute * (end - began) / 60)):
        await asyncio.sleep(max(0.0, began + (number + 0.5) * 60 / a_minute - time.monotonic()))
        yield


async def drop_on(server: DiscordServer, soak: Soak, end: float) -> None:
    """Cut the gateway's connections again and again; where none stands, the next one to be made."""
    async for _ in _moments(DROPS, end):
        while not server.gateway.drop():  # noqa: ASYNC110  # nothing tells when a client is back
            await asyncio.sleep(0.05)
        soak.drops += 1


async def replace_on(index: IndexFolder, soak: Soak, end: float) -> None:
    """Publish the index again and again."""
    async for _ in _moments(REPLACED, end):
        await asyncio.to_thread(publish_anew, index)
        soak.replaced += 1


async def look_on(server: DiscordServer, soak: Soak, process: psutil.Process, port: int, end: float) -> None:
    """Measure the process; forget what the stand-in keeps of requests."""
    while time.monotonic() < end:
        with process.oneshot():
            anonymous = _anonymous(process.pid) or process.memory_info().rss
            resident, handles, threads = process.memory_info().rss, process.num_fds(), process.num_threads()
        soak.sizes.append(Size(time.monotonic(), anonymous, resident, handles, threads))
        with contextlib.suppress(TimeoutError):
            soak.lag.append((time.monotonic(), await scrape_all(port, _LAG)))
        server.front.requests.clear()
        await asyncio.sleep(LOOK_S)


def _anonymous(process: int) -> int | None:
    """Bytes of memory that no file stands behind; None where the system does not tell."""
    try:
        lines = Path(f"/proc/{process}/status").read_text().splitlines()
    except OSError:
        return None
    return next((1_024 * int(line.split()[1]) for line in lines if line.startswith("RssAnon:")), None)


def lag_s(before: Series, after: Series, share: float) -> float:
    """The bucket's bound below which a share of the event loop's lags between two scrapes is."""
    found = {}
    for name, count in after.items():
        if f"{_LAG}_bucket" in name:
            bound = name.split('le="')[1].split('"')[0]
            found[float(bound)] = count - before.get(name, 0.0)
    total = max(found.values(), default=0.0)
    return min((bound for bound, count in found.items() if count >= share * total), default=0.0)


def judge(soak: Soak, began: float, ended: float, table: Table) -> None:
    """Compare the last part of the time with what came after the warm-up."""
    length = ended - began
    first = [each for each in soak.sizes if WARM_UP <= (each.at - began) / length < WARM_UP + LAST]
    last = [each for each in soak.sizes if (each.at - began) / length >= 1 - LAST]
    for name in ("anonymous", "resident"):
        before, after = (statistics.median(getattr(each, name) for each in part) for part in (first, last))
        growth = after / before - 1
        told = f"{before / 2**20:,.0f} MB after the warm-up, {after / 2**20:,.0f} MB at the end, {growth:+.1%}"
        table.figure(f"memory, {name}", told)
        table.check(f"memory grows by at most {MOST_GROWTH:.0%}", growth <= MOST_GROWTH, f"{name}: {told}")
    for name in ("handles", "threads"):
        before, after = (statistics.median(getattr(each, name) for each in part) for part in (first, last))
        most = max(getattr(each, name) for each in soak.sizes)
        told = f"{before:.0f} after the warm-up, {after:.0f} at the end, {most} at most"
        table.figure(f"file {name}" if name == "handles" else name, told)
        table.check("file handles and threads stay level", after <= before + MOST_MORE, f"{name}: {told}")
    scrapes = [series for at, series in soak.lag if (at - began) / length >= WARM_UP and len(series) > 1]
    if len(scrapes) > 1:
        shares = (0.5, 0.95, 0.99)
        told = " / ".join(f"{1_000 * lag_s(scrapes[0], scrapes[-1], share):g}" for share in shares)
        table.figure("event loop lag, p50 / p95 / p99 at most, ms", told)
    table.check("every interaction is answered", not soak.lost, "; ".join(soak.lost[:3]))
    table.figure("interactions", f"{soak.asked:,}, {soak.unsuggested:,} keystrokes without suggestions")
    table.figure("gateway dropped, index replaced", f"{soak.drops:,} and {soak.replaced:,} times")


async def prove(index: Path, minutes: float, table: Table) -> None:
    """Let the bot run for so long."""
    texts = material(index, 400)
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    soak, log = Soak(), index.parent / "bot.log"
    async with discord_server() as server, bot(server, index, port, log) as process:
        began = time.monotonic()
        end = began + 60 * minutes
        asking = [ask_on(server, soak, texts, end, seed) for seed in range(ASKERS)]
        await asyncio.gather(
            *asking,
            drop_on(server, soak, end),
            replace_on(IndexFolder(index), soak, end),
            look_on(server, soak, process, port, end),
        )
        ended = time.monotonic()
    judge(soak, began, ended, table)
    if soak.lost:
        sys.stderr.write(log.read_text()[-3_000:])


def main() -> int:
    """Run the proof and print its table."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--minutes", type=float, default=30)
    parser.add_argument("--index", type=Path, help="an index, which is copied; left out: one of the sample archive")
    options = parser.parse_args()
    table = Table(f"{options.minutes:g} minutes under load, on {os.cpu_count()} processors")
    with tempfile.TemporaryDirectory() as temporary:
        index = Path(temporary) / "index"
        if options.index is not None:
            shutil.copytree(options.index, index)
        else:
            build_index(IndexFolder(index), [sample_path()], SentenceEncoder(), Report())
        asyncio.run(prove(index, options.minutes, table))
    return table.show()


if __name__ == "__main__":
    sys.exit(main())
