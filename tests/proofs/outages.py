"""What passes at Discord ends nothing: `python -m tests.proofs.outages [--faults 500] [--seed 1] [--index INDEX]`.

Faults are drawn, alone and in pairs, for each request and each event of a start and of an hour of running: rate limits,
errors, answers that are garbled, late, lost or never come, close codes, broken frames, connections that are cut, half
closed or dead. Afterwards people ask until one answer comes; from then on every answer has to come. Where Discord says
that trying again is of no use, the bot has to end with its sentence, and in no other case.

The event loop's time runs 20 times as fast as the machine's, for both sides.
"""

from __future__ import annotations

import argparse
import asyncio
import contextlib
import json
import logging
import random
import re
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any
from unittest import mock

from bot import run as running
from bot.config import Config
from bot.engine import Engine
from bot.outages import ConnectionRefusedForGoodError
from bot.repeats import LOGGERS, RetriesOnce, tell_retries_once
from bot.store import Store
from embeddings.archive import Report
from embeddings.build.run import build_index
from embeddings.index.folder import IndexFolder
from embeddings.sample import sample_path
from tests.bot.running import environment, quick_client
from tests.bot.running import parts as opened_parts
from tests.discord_server import DiscordServer, Timing, discord_server
from tests.discord_server.gateway import Spoil
from tests.proofs.fast_loop import FastLoop
from tests.proofs.tables import Table
from tests.word_encoder import WordEncoder

SCALE = 20.0
HOUR_S = 3_600.0
LONGEST_S = 3_600.0  # of the loop's seconds, until an answer comes after a fault
PROBE_S = 1.5  # of the machine's seconds, that one who asks waits for an answer
ASKED = 3  # times after that
DAY = {"date": "2015-12-23"}

# Of the machine's seconds, but for the patience with heartbeats: a thread of discord.py's sends those.
TIMING = Timing(heartbeat_s=1.0, heartbeat_patience=200.0, patience_s=60.0)

LOGIN = ("GET /users/@me", "GET /oauth2/applications/@me", "GET /gateway/bot")
COMMANDS = ("GET /applications/*/commands", "PUT /applications/*/commands")
ANSWERS = ("POST /interactions/*/callback", "PATCH /webhooks/*")
CONNECT = "GET /ws"
STATUSES = (400, 403, 404, 405, 408, 409, 413, 418, 429, 500, 501, 502, 503, 504, 520, 521, 522, 524, 530)
GARBAGE = ("", "{", "null", "[]", "{}", "7", '"text"', "<html></html>", '{"id": null}')
PASSING_CODES = (1000, 1001, 1008, 1011, 1012, 4000, 4001, 4002, 4003, 4005, 4007, 4008, 4009, 4015, 4999)
FINAL_CODES = {4004: "token", 4010: "shard", 4011: "servers", 4012: "version", 4013: "intents", 4014: "intents"}
STARTING_EVENTS = ((10, None), (0, "READY"), (0, "GUILD_CREATE"), (11, None))
MORE_EVENTS = ("RESUMED", "INTERACTION_CREATE", "CHANNEL_CREATE", "GUILD_DELETE")
RUNNING_EVENTS = (*STARTING_EVENTS, *((0, event) for event in MORE_EVENTS))
NAMES = re.compile(r"\d+(\.\d+)?|(?<=ID )\w+")

log = logging.getLogger("outages")

Json = dict[str, Any]


@dataclass(frozen=True)
class Fault:
    """One way in which Discord fails, once; `sentence` is a word of what the bot ends with, None where it goes on."""

    name: str
    strike: Callable[[DiscordServer], object]
    sentence: str | None = None


# --- drawing faults ---


def of_request(chance: random.Random, route: str) -> Fault:
    """A fault of one request."""
    kind = chance.choice(("limit", "long limit", "ban", "status", "status", "drop", "lose", "slow", "hang", "garble"))
    if kind == "limit":
        seconds = round(chance.uniform(0.2, 29), 1)
        return Fault(f"{route}: 429 of {seconds} s", lambda server: server.faults.rate_limit(route, seconds))
    if kind in {"long limit", "ban"}:
        seconds, via = float(chance.choice((31, 60, 200, 600))), kind != "ban"
        name = f"{route}: {'429' if via else 'a ban'} of {seconds:.0f} s"
        return Fault(name, lambda server: server.faults.rate_limit(route, seconds, via=via))
    if kind == "status":
        status = chance.choice((*STATUSES, 401) if route in LOGIN else STATUSES)
        word = "token" if status == 401 else None
        times = 1 if status == 429 else chance.choice((1, 1, 6))
        return Fault(f"{route}: {times} x {status}", lambda s: s.faults.fail(route, status, times=times), word)
    if kind == "garble":
        body = chance.choice(GARBAGE)
        return Fault(f"{route}: answered {body!r}", lambda server: server.faults.garble(route, body))
    if kind == "slow":
        return Fault(f"{route}: slow", lambda server: server.faults.slow(route, 20.0))
    make = {"drop": "drop", "lose": "lose_answer", "hang": "hang"}[kind]
    return Fault(f"{route}: {kind}", lambda server: getattr(server.faults, make)(route))


def of_identify(chance: random.Random) -> Fault:
    """A close code in answer to the next IDENTIFY."""
    code = chance.choice((*PASSING_CODES, *FINAL_CODES))

    def refuse(server: DiscordServer) -> None:
        server.gateway.refuse_identify = code

    return Fault(f"IDENTIFY: closed with {code}", refuse, FINAL_CODES.get(code))


def of_frame(chance: random.Random, events: tuple[tuple[int, str | None], ...]) -> Fault:
    """The next frame of a kind, broken in one way."""
    op, event = chance.choice(events)
    how, spoil = chance.choice(list(SPOILS.items()))
    return _spoiled(op, event, how, partial(spoil, random.Random(chance.random())))


def _spoiled(op: int, event: str | None, how: str, spoil: Spoil) -> Fault:
    return Fault(f"{event or f'op {op}'}: {how}", lambda server: server.gateway.spoil(event, spoil, op=op))


def _without_a_key(chance: random.Random, frame: Json) -> str:
    content = frame.get("d")
    if not isinstance(content, dict) or not content:
        return json.dumps({key: value for key, value in frame.items() if key != "d"})
    lost = chance.choice(sorted(content))
    return json.dumps({**frame, "d": {key: value for key, value in content.items() if key != lost}})


def _with_a_strange_value(chance: random.Random, frame: Json) -> str:
    content = frame.get("d")
    strange = chance.choice((None, [], {}, "x", True, [None], {"id": None}))
    if not isinstance(content, dict) or not content:
        return json.dumps({**frame, "d": strange})
    return json.dumps({**frame, "d": {**content, chance.choice(sorted(content)): strange}})


SPOILS: dict[str, Callable[[random.Random, Json], str | bytes]] = {
    "no JSON": lambda _, __: "{",
    "a list": lambda _, __: "[]",
    "null": lambda _, __: "null",
    "no zlib": lambda _, __: b"\x00\x01\x02\x00\x00\xff\xff",
    "no content": lambda _, frame: json.dumps({**frame, "d": None}),
    "a text for content": lambda _, frame: json.dumps({**frame, "d": "x"}),
    "an unknown op": lambda _, frame: json.dumps({**frame, "op": 99}),
    "an unknown event": lambda _, frame: json.dumps({**frame, "t": "NEWS", "d": {}}),
    "without a key": _without_a_key,
    "without another key": _without_a_key,
    "a strange value": _with_a_strange_value,
    "another strange value": _with_a_strange_value,
}

BREAKS: dict[str, Callable[[DiscordServer], object]] = {
    "the connection is cut": lambda server: server.gateway.drop(),
    "it is half closed": lambda server: server.gateway.half_close(),
    "it is dead": lambda server: server.gateway.freeze(),
    "op 7": lambda server: server.gateway.reconnect(),
    "op 9, resumable": lambda server: server.gateway.invalidate(True),
    "op 9": lambda server: server.gateway.invalidate(),
}


def at_start(chance: random.Random) -> Fault:
    """A fault of a start."""
    kind = chance.choice(("request", "request", "connect", "identify", "frame", "frame"))
    if kind == "request":
        return of_request(chance, chance.choice((*LOGIN, *COMMANDS)))
    if kind == "connect":
        return of_request(chance, CONNECT)
    return of_identify(chance) if kind == "identify" else of_frame(chance, STARTING_EVENTS)


def while_running(chance: random.Random) -> Fault:
    """A fault that passes, of an hour of running."""
    kind = chance.choice(("request", "connect", "close", "break", "break", "frame", "frame"))
    if kind == "request":
        return of_request(chance, chance.choice(ANSWERS))
    if kind == "connect":
        return of_request(chance, CONNECT)
    if kind == "close":
        code = chance.choice(PASSING_CODES)
        return Fault(f"closed with {code}", lambda server: server.gateway.close(code))
    if kind == "break":
        name, strike = chance.choice(list(BREAKS.items()))
        return Fault(name, strike)
    return of_frame(chance, RUNNING_EVENTS)


# --- the bot ---


class Lines(logging.Handler):
    """Keeps what the bot's process would have logged, by what it says."""

    def __init__(self) -> None:
        super().__init__(logging.WARNING)
        self.counts: Counter[str] = Counter()

    def emit(self, record: logging.LogRecord) -> None:
        """Keep a record's text without its numbers."""
        self.counts[f"{record.name}: {NAMES.sub('#', record.getMessage())}"] += 1


@contextlib.contextmanager
def logged() -> Iterator[Lines]:
    """What is logged in the block, as the bot's own process logs it."""
    lines = Lines()
    root = logging.getLogger()
    tell_retries_once()
    root.addHandler(lines)
    try:
        yield lines
    finally:
        root.removeHandler(lines)
        for name in LOGGERS:
            logger = logging.getLogger(name)
            logger.filters = [each for each in logger.filters if not isinstance(each, RetriesOnce)]


@contextlib.contextmanager
def quick() -> Iterator[None]:
    """No waits of discord.py's own at a start."""

    with mock.patch.object(running, "DatelineClient", quick_client):
        yield


def parts(folder: IndexFolder, work: Path) -> AbstractAsyncContextManager[tuple[Engine, Store]]:
    """What outlives a connection; how long it waits for the store counts by the loop's time."""
    return opened_parts(folder, f"sqlite:///{work}/store.db", 60 * SCALE)


class Bot:
    """The bot as `python -m bot` keeps it connected, in this process."""

    def __init__(self, server: DiscordServer, engine: Engine, store: Store) -> None:
        config = Config.model_validate(
            {
                "discord": {"api_url": server.api_url, "token": server.token, "shard_count": server.shards},
                "limits": {"user_commands": 100_000},
            }
        )
        self._server = server
        self._stop = asyncio.Event()
        self.serving = asyncio.create_task(running._serve(config, engine, store, self._stop))

    async def end(self) -> None:
        """As at a signal."""
        self._stop.set()
        await asyncio.wait([self.serving], timeout=60 * SCALE)

    async def answers(self) -> bool:
        """Whether somebody who asks gets the answer."""
        if not self._server.gateway.connected() or not self._server.commands.get(None):
            await asyncio.sleep(1)
            return False
        reply = await self._server.slash("event", DAY, wait=False)
        await reply.wait(timeout_s=PROBE_S)
        return reply.error is None and "at least 200 civilians" in reply.text

    async def back_within(self, seconds: float) -> float | None:
        """Ask until an answer comes; the loop's seconds until then, None where none came."""
        clock = asyncio.get_running_loop().time
        began = clock()
        while clock() - began < seconds and not self.serving.done():
            if await self.answers():
                return clock() - began
        return None


# --- the law ---


async def start(faults: list[Fault], folder: IndexFolder, work: Path, table: Table) -> None:
    """One start with faults."""
    name = " + ".join(fault.name for fault in faults)
    log.debug("start: %s", name)
    finals = [fault.sentence for fault in faults if fault.sentence is not None]
    with logged() as lines:
        async with discord_server(timing=TIMING) as server, parts(folder, work) as (engine, store):
            for fault in faults:
                fault.strike(server)
            bot = Bot(server, engine, store)
            back_s = await bot.back_within(LONGEST_S)
            if back_s is None and finals:
                error = bot.serving.exception() if bot.serving.done() else None
                table.check(
                    "starts that Discord refuses for good end with their sentence",
                    isinstance(error, ConnectionRefusedForGoodError) and any(word in str(error) for word in finals),
                    f"{name}: {error!r}",
                )
            elif table.check("starts with faults that pass end with an answer", back_s is not None, _why(name, bot)):
                await _ask_on(bot, name, table)
            await bot.end()
    _check_lines(lines, name, table)


def _why(name: str, bot: Bot) -> str:
    return f"{name}: {bot.serving.exception()!r}" if bot.serving.done() else name


async def _ask_on(bot: Bot, name: str, table: Table) -> None:
    for _ in range(ASKED):
        table.check("interactions after that are answered", await bot.answers(), name)


def _check_lines(lines: Lines, name: str, table: Table) -> None:
    twice = {line: count for line, count in lines.counts.items() if count > 1 and not line.startswith("discord.http")}
    table.check("nothing is logged twice", not twice, f"{name}: {twice}")


async def hour(
    faults: int, length_s: float, chance: random.Random, shards: int, parts_of: tuple[IndexFolder, Path], table: Table
) -> None:
    """An hour of running, in which faults come one after another."""
    clock = asyncio.get_running_loop().time
    waits: list[float] = []
    async with discord_server(timing=TIMING, shards=shards) as server, parts(*parts_of) as (engine, store):
        server.add_guild("elsewhere")
        bot = Bot(server, engine, store)
        began = clock()
        table.check("it starts", await bot.back_within(LONGEST_S) is not None)
        while faults > 0:
            drawn = [while_running(chance) for _ in range(min(faults, chance.choice((1, 2))))]
            faults -= len(drawn)
            name = " + ".join(fault.name for fault in drawn)
            log.debug("hour: %s", name)
            for fault in drawn:
                fault.strike(server)
            server.add_channel(f"channel {faults}")
            server.remove_guild(server.add_guild(f"guild {faults}"))
            back_s = await bot.back_within(LONGEST_S)
            if not table.check("faults while it runs pass", back_s is not None, _why(name, bot)):
                break
            server.faults.clear()
            server.gateway.spoilers.clear()
            waits.append(back_s or 0.0)
            await _ask_on(bot, name, table)
            await asyncio.sleep(max(0.0, length_s * len(waits) / max(1, faults + len(waits)) - (clock() - began)))
        table.check("the bot lives at the end of the hour", not bot.serving.done(), _why("", bot))
        await bot.end()
    waits.sort()
    if waits:
        middle, most = waits[len(waits) // 2], waits[int(len(waits) * 0.95)]
        table.figure(
            f"an hour with {shards} shard(s), until the first answer",
            f"median {middle:.0f} s, p95 {most:.0f} s, longest {waits[-1]:.0f} s",
        )


def prove(
    faults: int, seed: int, table: Table, index: IndexFolder | None = None, hours: int = 2, hour_s: float = HOUR_S
) -> None:
    """Half of the faults at starts, alone and in pairs; the other half in hours of running; on the sample archive.

    Args:
        index: of the sample archive; None makes one.
    """
    chance = random.Random(seed)
    with tempfile.TemporaryDirectory() as temporary, quick():
        work = Path(temporary)
        folder = index or IndexFolder(work / "index")
        if index is None:
            build_index(folder, [sample_path()], WordEncoder(), Report())
        left = faults - faults // 2
        with asyncio.Runner(loop_factory=lambda: FastLoop(SCALE)) as runner:
            while left > 0:
                drawn = [at_start(chance) for _ in range(min(left, chance.choice((1, 2))))]
                left -= len(drawn)
                runner.run(start(drawn, folder, work, table))
            for number in range(hours):
                share = faults // 2 // hours
                runner.run(hour(share, hour_s, chance, number % 2 + 1, (folder, work), table))


async def process(index: Path, table: Table) -> None:
    """The same through the door that operators use: `python -m bot`, by the machine's own time."""
    with tempfile.TemporaryDirectory() as temporary:
        log_file = Path(temporary) / "bot.log"
        async with discord_server() as server:
            server.faults.fail("GET /users/@me", 503)
            server.faults.garble("GET /gateway/bot", "{}")
            server.faults.fail("PUT /applications/*/commands", 400)
            with log_file.open("wb") as log_to:
                bot = await asyncio.create_subprocess_exec(
                    sys.executable,
                    "-m",
                    "bot",
                    env=environment(server, index, f"sqlite:///{temporary}/store.db"),
                    stdout=log_to,
                    stderr=log_to,
                )
            table.check("the process starts", await _answered(server, bot))
            for name, spoil in SPOILS.items():
                _spoiled(0, "INTERACTION_CREATE", name, partial(spoil, random.Random(0))).strike(server)
                table.check("the process answers after a broken frame", await _answered(server, bot), name)
            for name, strike in BREAKS.items():
                if name != "it is dead":  # which takes a minute to notice
                    strike(server)
                    table.check("the process answers after a broken connection", await _answered(server, bot), name)
            server.gateway.invalidate()
            end = time.monotonic() + 60
            while bot.returncode is None and time.monotonic() < end:
                server.gateway.refuse_identify = 4014  # anew: aiohttp may lose a close code where a socket closes early
                await asyncio.sleep(0.1)
            last = log_file.read_text("utf-8").strip().splitlines()[-1]
            ended = bot.returncode == 1 and FINAL_CODES[4014] in last
            table.check("the process ends where Discord says so", ended, f"status {bot.returncode}; {last}")
            if bot.returncode is None:
                bot.kill()
                await bot.wait()


async def _answered(server: DiscordServer, bot: asyncio.subprocess.Process) -> bool:
    """Whether an answer comes within two minutes."""
    end = time.monotonic() + 120
    while time.monotonic() < end and bot.returncode is None:
        if server.gateway.connected() and server.commands.get(None):
            reply = await server.slash("about", {}, wait=False)
            await reply.wait(timeout_s=5)
            if reply.error is None and reply.text:
                return True
        await asyncio.sleep(0.2)
    return False


def main() -> int:
    """Run the proof and print its table."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--faults", type=int, default=500)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--index", type=Path, help="try `python -m bot` with this index, too")
    parser.add_argument("--verbose", action="store_true", help="name each fault on standard error")
    options = parser.parse_args()
    logging.basicConfig(level=logging.CRITICAL + 1, format="%(asctime)s %(message)s")
    if options.verbose:
        log.setLevel(logging.DEBUG)
    table = Table(f"{options.faults} faults of Discord, seed {options.seed}")
    began = time.monotonic()
    prove(options.faults, options.seed, table)
    if options.index is not None:
        asyncio.run(process(options.index, table))
    table.figure("took", f"{time.monotonic() - began:.0f} s")
    return table.show()


if __name__ == "__main__":
    sys.exit(main())
