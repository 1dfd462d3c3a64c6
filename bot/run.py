"""Run the bot: open its parts, connect, try again while the network is away, and end in good order."""

from __future__ import annotations

import asyncio
import contextlib
import datetime as dt
import logging
import os
import random
import signal
import threading
from collections.abc import Coroutine, Iterator
from typing import Any, TypeVar

import aiohttp
import discord
from discord.http import Route
from tenacity import AsyncRetrying, RetryCallState, retry_if_exception_type

from bot.client import DatelineClient
from bot.config import Config
from bot.engine import Engine
from bot.store import Store
from embeddings.errors import EmbeddingsError, InputError
from embeddings.index.folder import IndexFolder
from embeddings.model.export import encoder_of
from embeddings.model.reranker import reranker

log = logging.getLogger(__name__)

Result = TypeVar("Result")

FINISH_S = 5.0  # for what has begun, when the bot is told to end
LONGEST_END_S = 9.3  # after which nothing is waited for any more; a supervisor waits ten
LONGEST_WAIT_S = 60.0  # between two tries to connect

# Close codes after which trying again cannot help, with what to do.
_FINAL_CODES = {
    4004: "Discord refuses the token; put the one from the developer portal in DATELINE_DISCORD__TOKEN",
    4010: "Discord knows no such shard; check discord.shard_count and discord.shard_ids",
    4011: "the bot is in too many servers for one connection; leave discord.shard_count out",
    4012: "Discord no longer speaks this version of its protocol; install a newer Dateline",
    4013: "Discord refuses the intents that the bot asks for; install a newer Dateline",
    4014: "Discord refuses the intents that the bot asks for; install a newer Dateline",
}


class ConnectionRefusedForGoodError(EmbeddingsError):
    """Discord refuses the bot, and trying again cannot help."""


async def run(config: Config) -> None:
    """Serve until SIGTERM or SIGINT.

    Raises:
        InputError: if there is no token, or the index or store is not there.
        EmbeddingsError: if a part cannot be used, or Discord refuses the bot for good.
    """
    if not config.discord.token.get_secret_value():
        raise InputError("no token is set; put the bot's token into the environment variable DATELINE_DISCORD__TOKEN")
    Route.BASE = str(config.discord.api_url)
    stop = asyncio.Event()
    with _signals(stop):
        store = await _unless(stop, Store.open_or_wait(config.store.url))
        if store is None:
            return
        try:
            engine = Engine(
                IndexFolder(config.index.path),
                lambda index: encoder_of(index, config.index.model, config.index.encoder),
                lambda: dt.datetime.now(dt.UTC).date(),
                reranker(config.rerank.model),
            )
            try:
                await engine.start()
                await _serve(config, engine, store, stop)
            finally:
                await engine.close()
        finally:
            await store.close()


async def _unless(stop: asyncio.Event, work: Coroutine[Any, Any, Result]) -> Result | None:
    """Do some work that may take long; None where the bot is told to end before it is done."""
    working, stopped = asyncio.create_task(work), asyncio.create_task(stop.wait())
    await asyncio.wait([working, stopped], return_when=asyncio.FIRST_COMPLETED)
    stopped.cancel()
    if working.done():
        return working.result()
    working.cancel()
    await asyncio.wait([working], timeout=FINISH_S)
    return None


@contextlib.contextmanager
def _signals(stop: asyncio.Event) -> Iterator[None]:
    """Set `stop` on SIGTERM and SIGINT, where the system has signals that a loop can handle."""
    loop = asyncio.get_running_loop()
    handled = [signal.SIGTERM, signal.SIGINT]

    def end() -> None:
        stop.set()
        last = threading.Timer(LONGEST_END_S, _leave)
        last.daemon = True
        last.start()

    with contextlib.suppress(NotImplementedError):
        for number in handled:
            loop.add_signal_handler(number, end)
    try:
        yield
    finally:
        with contextlib.suppress(NotImplementedError):
            for number in handled:
                loop.remove_signal_handler(number)


def _leave() -> None:
    """End the process whatever still runs: what matters is in the store, or comes up again from there."""
    log.error("something did not end within %.1f s of the signal, and is cut off", LONGEST_END_S)
    logging.shutdown()
    os._exit(0)


class _LostError(Exception):
    """There is no connection, and trying again may help; `served`: there was one that was ready."""

    def __init__(self, served: bool, cause: BaseException | None) -> None:
        why = "the connection ended" if cause is None else f"{type(cause).__name__}: {cause}".strip(": ")
        super().__init__(why)
        self.served = served


async def _serve(config: Config, engine: Engine, store: Store, stop: asyncio.Event) -> None:
    """Keep a client connected until `stop` is set; discord.py reconnects by itself once it was connected."""

    async def wait(seconds: float) -> None:
        with contextlib.suppress(asyncio.TimeoutError):
            await asyncio.wait_for(stop.wait(), seconds)

    async for attempt in AsyncRetrying(
        retry=retry_if_exception_type(_LostError),
        wait=_next_wait_s,
        before_sleep=_say_wait,
        sleep=wait,
    ):
        with attempt:
            if stop.is_set():
                return
            try:
                await _connection(DatelineClient(config, engine, store), config, stop)
            except _LostError as lost:
                if lost.served:
                    attempt.retry_state.attempt_number = 0  # begin with short waits again
                raise


async def _connection(client: DatelineClient, config: Config, stop: asyncio.Event) -> None:
    """Connect, and serve until `stop` is set.

    Raises:
        _LostError: if the connection ends before that.
    """
    connected = asyncio.create_task(client.start(config.discord.token.get_secret_value()))
    stopped = asyncio.create_task(stop.wait())
    await asyncio.wait([connected, stopped], return_when=asyncio.FIRST_COMPLETED)
    if stop.is_set():
        connected.cancel()  # first, or it would resume the sessions that `finish` ends
        await asyncio.gather(connected, return_exceptions=True)
        await client.finish(FINISH_S)
        return
    stopped.cancel()
    served = client.is_ready()
    error = connected.exception()
    with contextlib.suppress(aiohttp.ClientError, discord.DiscordException, RuntimeError):
        await client.finish(0)
    if error is not None and not _may_pass(error):
        raise error
    raise _LostError(served, error) from error


def _next_wait_s(state: RetryCallState) -> float:
    """Longer each time, jittered so that not all bots come back at once, and never next to nothing."""
    return random.uniform(0.5, 1) * min(LONGEST_WAIT_S, 2.0 ** min(state.attempt_number, 10))  # noqa: S311


def _say_wait(state: RetryCallState) -> None:
    if state.outcome is not None and state.next_action is not None:
        why, wait_s = state.outcome.exception(), state.next_action.sleep
        log.warning("Discord cannot be reached (%s); trying again in %.0f s", why, wait_s)


def _may_pass(error: BaseException) -> bool:
    """Whether trying again may help; raises a sentence where it cannot and the reason is known."""
    if isinstance(error, discord.LoginFailure):
        raise ConnectionRefusedForGoodError(_FINAL_CODES[4004]) from error
    if isinstance(error, discord.PrivilegedIntentsRequired):
        raise ConnectionRefusedForGoodError(_FINAL_CODES[4014]) from error
    if isinstance(error, discord.ConnectionClosed) and error.code in _FINAL_CODES:
        raise ConnectionRefusedForGoodError(_FINAL_CODES[error.code]) from error
    if isinstance(error, discord.HTTPException):
        return error.status >= 500 or error.status == 429
    # discord.py dies of an AttributeError where its very first connection to the gateway fails.
    kinds = (
        OSError,
        aiohttp.ClientError,
        asyncio.TimeoutError,
        discord.GatewayNotFound,
        discord.RateLimited,
        discord.ConnectionClosed,
        AttributeError,
    )
    return isinstance(error, kinds)
