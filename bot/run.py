"""Run the bot: open its parts, connect, try again while the network is away, and end in good order."""

from __future__ import annotations

import asyncio
import contextlib
import datetime as dt
import logging
import os
import signal
import sys
import threading
import time
from collections.abc import Iterator

from discord.http import Route
from tenacity import AsyncRetrying, RetryCallState, retry_if_exception_type

from bot.client import DatelineClient
from bot.config import Config
from bot.engine import Engine
from bot.observing import Observer
from bot.outages import ConnectionRefusedForGoodError, describe, final_sentence, is_expected, kind, next_wait_s
from bot.repeats import Once
from bot.store import Store, StoreAwayError
from bot.waiting import set_within, unless
from embeddings.errors import EmbeddingsError
from embeddings.index.folder import IndexFolder
from embeddings.model.export import encoder_of
from embeddings.model.reranker import reranker

log = logging.getLogger(__name__)

SWITCH_S = 0.0005
"""After which a thread that answers lets the event loop go on; Python's 5 ms make each of its steps wait."""

FINISH_S = 5.0  # for what has begun, when the bot is told to end
_CANCEL_AGAIN_S = 0.1
LONGEST_END_S = 9.3  # after which nothing is waited for any more; a supervisor waits ten


async def run(config: Config) -> None:
    """Serve until SIGTERM or SIGINT.

    Raises:
        InputError: if there is no token, index or store.
        EmbeddingsError: if a part cannot be used, or Discord refuses the bot for good.
    """
    config.discord.given_token()
    sys.setswitchinterval(SWITCH_S)
    Route.BASE = str(config.discord.api_url)
    stop = asyncio.Event()
    with _signals(stop):
        async with Observer(config) as observer:
            await _open_and_serve(config, observer, stop)


async def _open_and_serve(config: Config, observer: Observer, stop: asyncio.Event) -> None:
    """Open the parts, and serve until `stop` is set; raises what `run` does."""
    store = observer.store = await unless(stop, Store.open_or_wait(config.store.url))
    if store is None:
        return
    try:
        engine = observer.engine = Engine(
            IndexFolder(config.index.path),
            lambda index: encoder_of(index, config.index.model, config.index.encoder, one_by_one=True),
            lambda: dt.datetime.now(dt.UTC).date(),
            reranker(config.rerank.model),
        )
        try:
            await _start_and_serve(config, engine, store, stop, observer)
        finally:
            await engine.close()
    finally:
        await store.close()


@contextlib.contextmanager
def _signals(stop: asyncio.Event) -> Iterator[None]:
    """Set `stop` on SIGTERM and SIGINT, if the system has signals that an event loop can handle."""
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
    """End the process even if something still runs: everything that matters is in the store."""
    told = threading.Thread(target=_tell_cut_off, daemon=True)  # a log that takes no more lines holds nothing up either
    told.start()
    told.join(0.3)
    os._exit(0)


def _tell_cut_off() -> None:
    log.error("some work did not end within %.1f s of the signal; the process ends without it", LONGEST_END_S)
    logging.shutdown()


class _LostError(Exception):
    """The connection failed, and trying again may help; `served`: it was ready before that."""

    def __init__(self, served: bool, cause: BaseException | None) -> None:
        super().__init__("the connection ended" if cause is None else describe(cause))
        self.served = served


async def _start_and_serve(
    config: Config, engine: Engine, store: Store, stop: asyncio.Event, observer: Observer | None = None
) -> None:
    """Start the engine while a client logs in, which waits for it before it connects; then serve until `stop` is set.

    Raises:
        EmbeddingsError: if a part cannot be used, whatever Discord says meanwhile.
    """
    starting = asyncio.create_task(engine.start())
    serving = asyncio.create_task(_serve(config, engine, store, stop, observer))
    try:
        await asyncio.wait([starting, serving], return_when=asyncio.FIRST_COMPLETED)
        await asyncio.wait([starting])  # its threads cannot be stopped
        if starting.exception() is not None:
            stop.set()
        await asyncio.wait([serving])
    finally:
        serving.cancel()
    starting.result()
    serving.result()


async def _serve(
    config: Config, engine: Engine, store: Store, stop: asyncio.Event, observer: Observer | None = None
) -> None:
    """Keep a client connected until `stop` is set; discord.py reconnects by itself once it was connected."""
    once = Once()

    async def wait(seconds: float) -> None:
        await set_within(stop, seconds)

    def say_wait(state: RetryCallState) -> None:
        if state.outcome is None or state.next_action is None or (lost := state.outcome.exception()) is None:
            return
        cause = lost.__cause__
        if once(kind(cause or lost)):
            log.warning(
                "Discord cannot be reached (%s); trying again in %.0f s, and until it can be",
                lost,
                state.next_action.sleep,
                exc_info=None if cause is None or is_expected(cause) else cause,
            )

    async for attempt in AsyncRetrying(
        retry=retry_if_exception_type(_LostError),
        wait=_next_wait_s,
        before_sleep=say_wait,
        sleep=wait,
    ):
        with attempt:
            if stop.is_set():
                return
            try:
                client = DatelineClient(config, engine, store)
                if observer is not None:
                    observer.client = client
                await _connection(client, config, stop)
            except _LostError as lost:
                if lost.served:
                    attempt.retry_state.attempt_number = 0  # begin with short waits again
                raise


def _next_wait_s(state: RetryCallState) -> float:
    lost = state.outcome.exception() if state.outcome is not None else None
    return next_wait_s(lost or _LostError(False, None), state.attempt_number, time.time)


async def _connection(client: DatelineClient, config: Config, stop: asyncio.Event) -> None:
    """Connect, and serve until `stop` is set.

    Raises:
        ConnectionRefusedForGoodError: if Discord says not to try again.
        EmbeddingsError: if a part of the bot's own cannot be used.
        _LostError: if the connection ends before that for any other reason.
    """
    connected = asyncio.create_task(client.start(config.discord.given_token()))
    stopped = asyncio.create_task(stop.wait())
    await asyncio.wait([connected, stopped], return_when=asyncio.FIRST_COMPLETED)
    if stop.is_set():
        # First, or it would resume the sessions that `finish` ends. While it connects a shard anew, discord.py takes a
        # cancellation for that shard's alone.
        while not connected.done():
            connected.cancel()
            await asyncio.wait([connected], timeout=_CANCEL_AGAIN_S)
        await client.finish(FINISH_S)
        return
    stopped.cancel()
    served = client.is_ready()
    error = connected.exception()
    sentence = None if error is None else final_sentence(error)
    try:
        await client.finish(FINISH_S if sentence is None else 0)
    except Exception as failed:  # what has ended is left anyway
        log.debug("the connection did not end in good order", exc_info=failed)
    if error is None:
        raise _LostError(served, None)
    if sentence is not None:
        raise ConnectionRefusedForGoodError(sentence) from error
    if isinstance(error, EmbeddingsError) and not isinstance(error, StoreAwayError):
        raise error
    if not isinstance(error, Exception):
        raise error
    raise _LostError(served, error) from error
