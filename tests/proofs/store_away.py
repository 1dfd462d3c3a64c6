"""Answers while the store is away, in every way that it can be: `python -m tests.proofs.store_away [WAY …]`.

The bot is a process of its own on the sample archive (`python -m bot`), the stand-in for Discord another: this one. In
each way the store goes, every kind of answer is asked for, the bot is ended and started again without the store, and
the store comes back. On PostgreSQL the server is a real one.
"""

from __future__ import annotations

import argparse
import asyncio
import contextlib
import math
import os
import resource
import shutil
import signal
import sqlite3
import sys
import tempfile
import time
from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import dataclass, field
from pathlib import Path

from bot.error_words import STORE_AWAY
from embeddings.archive import Report
from embeddings.build.run import build_index
from embeddings.index.folder import IndexFolder
from embeddings.model.encoder import SentenceEncoder
from embeddings.sample import sample_path
from tests.bot.running import environment
from tests.discord_server import DiscordServer, Reply, discord_server
from tests.postgresql import PostgreSQL
from tests.proofs.tables import Table

ANSWER_S = 3.0
END_S = 10.0
BACK_S = 1.0
LINES_PER_MINUTE = 10
AWAY_S = 12.0  # for which everything is asked for
_QUESTION = {"query": "earthquake in Japan"}
_DAY = {"date": "2010-01-01..2019-12-31"}


@dataclass
class Bot:
    """The process of the bot, and what it said."""

    process: asyncio.subprocess.Process
    lines: list[str] = field(default_factory=list)


@dataclass
class Setting:
    """One store, and how it is taken away and given back.

    Attributes:
        at_start: the store is taken away before the bot starts, for its process keeps what it has opened.
    """

    name: str
    url: str
    take: Callable[[Bot], Awaitable[None]]
    give: Callable[[Bot], Awaitable[None]]
    at_start: bool = False


@contextlib.asynccontextmanager
async def running(server: DiscordServer, index: Path, url: str) -> AsyncIterator[Bot]:
    """The bot, connected; its file system rights are those of an account that may not do everything."""
    settings = {**environment(server, index, url), "DATELINE_LIMITS__USER_COMMANDS": "1000"}
    command = [sys.executable, "-m", "bot"]
    if os.geteuid() == 0:
        command = ["setpriv", "--bounding-set=-dac_override,-dac_read_search", *command]
    process = await asyncio.create_subprocess_exec(*command, env=settings, stderr=asyncio.subprocess.PIPE)
    bot = Bot(process)
    reading = asyncio.create_task(_read(bot))
    try:
        await server.ready(timeout_s=120)
        yield bot
    finally:
        if process.returncode is None:
            process.kill()
        await process.wait()
        await reading


async def _read(bot: Bot) -> None:
    assert bot.process.stderr is not None
    while line := await bot.process.stderr.readline():
        bot.lines.append(line.decode().rstrip())


async def end(bot: Bot) -> float:
    """End the bot with SIGTERM; how long that took in seconds."""
    began = time.monotonic()
    bot.process.terminate()
    try:
        await asyncio.wait_for(bot.process.wait(), 30)
    except TimeoutError:
        bot.process.kill()
    return time.monotonic() - began


class Doors:
    """Every way to ask that does not need the store, and those that say that it is away."""

    def __init__(self, server: DiscordServer, table: Table, name: str) -> None:
        self._server = server
        self._table = table
        self._name = name
        self.slowest_s = 0.0
        self.asked = 0

    async def prepare(self) -> None:
        """Messages of before, whose buttons are pressed while the store is away."""
        self.list = await self._server.slash("event", _DAY)
        self.answer = await self._server.slash("ask", _QUESTION)

    async def ask_all(self) -> None:
        """Each door once."""
        server = self._server
        await self._door("/ask", lambda: server.slash("ask", _QUESTION))
        await self._door("/event", lambda: server.slash("event", _DAY))
        await self._door("/related", lambda: server.slash("related", {"event": "2015-12-23-613e5bac"}))
        await self._door("/onthisday", lambda: server.slash("onthisday", {}))
        await self._door("next page", lambda: server.press(self.list, "Next"))
        await self._door("previous page", lambda: server.press(self.list, "Previous"))
        await self._door("an event", lambda: self._open(self.list))
        await self._door("back to the list", lambda: server.press(self.list, "Back to the list"))
        await self._door("an event of an answer", lambda: self._open(self.answer))
        if self.answer.buttons:  # it shows the event now
            self.answer = await server.slash("ask", _QUESTION)

    async def _open(self, reply: Reply) -> Reply:
        select = reply.selects[0]
        return await self._server.choose(reply, select["custom_id"], [str(select["options"][0]["value"])])

    async def _door(self, name: str, ask: Callable[[], Awaitable[Reply]]) -> None:
        began = time.monotonic()
        try:
            reply = await ask()
            text = reply.text
        except Exception as error:  # noqa: BLE001  # whatever kept the answer from coming is counted
            text = f"{type(error).__name__}: {error}"
            reply = None
        took_s = time.monotonic() - began
        self.slowest_s = max(self.slowest_s, took_s)
        self.asked += 1
        answered = (
            reply is not None and not reply.error and "Something went wrong" not in text and str(STORE_AWAY) not in text
        )
        self._table.check(f"{self._name}: answered", answered, f"{name}: {text[:200]}")
        self._table.check(f"{self._name}: within {ANSWER_S:g} s", took_s <= ANSWER_S, f"{name}: {took_s:.2f} s")

    async def is_back(self) -> bool:
        """Whether an answer's pages are kept again."""
        reply = await self._server.slash("ask", {"query": "election", "count": 10})
        return any(":q" in each["custom_id"] for each in [*reply.buttons, *reply.selects] if "custom_id" in each)


async def prove(server: DiscordServer, index: Path, setting: Setting, table: Table) -> None:
    """Take the store away, ask, end the bot, start it without the store, and give the store back."""
    doors = Doors(server, table, setting.name)
    name = setting.name
    async with running(server, index, setting.url) as bot:
        await doors.prepare()
        if not setting.at_start:
            await setting.take(bot)
            await _ask_for_a_while(doors, bot, table, name)
            took_s = await end(bot)
            table.check(f"{name}: SIGTERM ends it in {END_S:g} s", took_s <= END_S, f"{took_s:.1f} s")
            table.check(f"{name}: with status 0", bot.process.returncode == 0, str(bot.process.returncode))
        else:
            await end(bot)
            await setting.take(bot)
    async with running(server, index, setting.url) as bot:
        await _ask_for_a_while(doors, bot, table, name)
        await setting.give(bot)
        began = time.monotonic()
        while not await doors.is_back():
            if time.monotonic() - began > 20:
                break
            await asyncio.sleep(0.05)
        back_s = time.monotonic() - began
        # An answer of its own takes a while, too.
        table.check(f"{name}: back within {BACK_S:g} s", back_s <= BACK_S + 0.5, f"{back_s:.2f} s")
        took_s = await end(bot)
        table.check(f"{name}: SIGTERM ends it in {END_S:g} s", took_s <= END_S, f"{took_s:.1f} s")
    table.figure(f"{name}: asked, slowest", f"{doors.asked}, {doors.slowest_s:.2f} s; back after {back_s:.2f} s")


async def _ask_for_a_while(doors: Doors, bot: Bot, table: Table, name: str) -> None:
    before, began = len(bot.lines), time.monotonic()
    while time.monotonic() - began < AWAY_S:
        await doors.ask_all()
    lines = [line for line in bot.lines[before:] if line]
    most = LINES_PER_MINUTE * math.ceil((time.monotonic() - began) / 60)
    table.check(f"{name}: log of {LINES_PER_MINUTE} lines a minute at most", len(lines) <= most, "\n".join(lines[:20]))


def sqlite_settings(folder: Path) -> list[Setting]:
    """The ways in which a file can be away."""
    file = {name: folder / name / "store.db" for name in ("locked", "full", "read-only", "deleted", "replaced")}
    for each in file.values():
        each.parent.mkdir()
    url = {name: f"sqlite:///{each}" for name, each in file.items()}
    writable, readable = _mode(file["read-only"], 0o600, 0o700), _mode(file["read-only"], 0o400, 0o500)
    return [
        Setting("locked", url["locked"], _lock(file["locked"]), _unlock(file["locked"])),
        Setting("full", url["full"], _limit(64), _limit(None)),
        Setting("read-only", url["read-only"], readable, writable, at_start=True),
        Setting("deleted", url["deleted"], _delete(file["deleted"]), _restore(file["deleted"])),
        Setting("replaced", url["replaced"], _replace(file["replaced"]), _nothing),
    ]


_HELD: dict[Path, sqlite3.Connection] = {}


def _lock(file: Path) -> Callable[[Bot], Awaitable[None]]:
    async def take(_: Bot) -> None:
        held = _HELD[file] = sqlite3.connect(file, isolation_level=None)
        held.execute("BEGIN IMMEDIATE")

    return take


def _unlock(file: Path) -> Callable[[Bot], Awaitable[None]]:
    async def give(_: Bot) -> None:
        _HELD.pop(file).close()

    return give


def _limit(size: int | None) -> Callable[[Bot], Awaitable[None]]:
    """Let no file of the bot grow beyond some bytes."""

    async def change(bot: Bot) -> None:
        most = resource.RLIM_INFINITY if size is None else size
        resource.prlimit(bot.process.pid, resource.RLIMIT_FSIZE, (most, resource.RLIM_INFINITY))

    return change


def _mode(file: Path, of_file: int, of_folder: int) -> Callable[[Bot], Awaitable[None]]:
    async def change(_: Bot) -> None:
        for each in file.parent.iterdir():
            each.chmod(of_file)
        file.parent.chmod(of_folder)

    return change


def _delete(file: Path) -> Callable[[Bot], Awaitable[None]]:
    async def take(_: Bot) -> None:
        _copy(file, file.with_name("backup"))
        file.unlink()  # noqa: ASYNC240  # of a proof that does one thing at a time

    return take


def _restore(file: Path) -> Callable[[Bot], Awaitable[None]]:
    async def give(_: Bot) -> None:
        file.with_name("backup").replace(file)

    return give


def _replace(file: Path) -> Callable[[Bot], Awaitable[None]]:
    async def take(_: Bot) -> None:
        _copy(file, file.with_name("backup"))
        file.with_name("backup").replace(file)

    return take


async def _nothing(_: Bot) -> None:
    return


def _copy(file: Path, to: Path) -> None:
    with contextlib.closing(sqlite3.connect(file)) as one, contextlib.closing(sqlite3.connect(to)) as other:
        one.backup(other)


def _stopped(bot_url: str, postgresql: PostgreSQL) -> Setting:
    async def take(_: Bot) -> None:
        await asyncio.to_thread(postgresql.stop, signal.SIGQUIT)

    async def give(_: Bot) -> None:
        await asyncio.to_thread(postgresql.start)

    return Setting("postgresql stopped", bot_url, take, give)


def _hung(bot_url: str, postgresql: PostgreSQL) -> Setting:
    stack = contextlib.ExitStack()

    async def take(_: Bot) -> None:
        stack.enter_context(postgresql.hung())

    async def give(_: Bot) -> None:
        stack.close()

    return Setting("postgresql hung", bot_url, take, give)


async def _all(index: Path, folder: Path, ways: list[str], table: Table) -> None:
    postgresql = PostgreSQL()
    try:
        settings = sqlite_settings(folder)
        settings.append(_stopped(postgresql.new_database(), postgresql))
        settings.append(_hung(postgresql.new_database(), postgresql))
        for setting in settings:
            if not ways or setting.name in ways:
                async with discord_server() as server:
                    await prove(server, index, setting, table)
    finally:
        postgresql.close()


def main() -> int:
    """Run the proof and print its figures."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("way", nargs="*")
    options = parser.parse_args()
    table = Table("Answers while the store is away")
    folder = Path(tempfile.mkdtemp())
    try:
        build_index(IndexFolder(folder / "index"), [sample_path()], SentenceEncoder(), Report())
        (folder / "stores").mkdir()
        asyncio.run(_all(folder / "index", folder / "stores", options.way, table))
    finally:
        shutil.rmtree(folder, ignore_errors=True)
    return table.show()


if __name__ == "__main__":
    sys.exit(main())
