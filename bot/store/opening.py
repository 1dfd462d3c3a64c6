"""Opening the store: judged, made or brought up to date in one transaction, under a lock that all processes share."""

from __future__ import annotations

import asyncio
import contextlib
import sqlite3
from collections.abc import Awaitable, Callable, Iterator
from pathlib import Path

from sqlalchemy import text
from sqlalchemy.engine import URL
from sqlalchemy.exc import DBAPIError, IntegrityError, SQLAlchemyError
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine
from tenacity import AsyncRetrying, retry_if_exception, stop_after_delay, wait_random

from bot.store import schema
from bot.store.address import OUTSIDE, WRITING, engine_of, file_of, shown
from bot.store.errors import StoreAwayError, StoreError
from bot.store.files import beside, identity, make_private
from bot.store.reading import has_content, judge, reading

WAIT_S = 30.0  # for other processes that make or upgrade the same store
_LOCK = 0x6461_7465_6C69_6E65  # PostgreSQL's advisory lock on making and upgrading: "dateline" in ASCII
_CLOSE_S = 3.0


async def open_engine(url: URL) -> AsyncEngine:
    """Open the database, making it or bringing its tables up to date.

    If the process is killed meanwhile, the store is as it was, or as it should be. Other processes wait.

    Raises:
        InputError: if the URL cannot be used.
        StoreAwayError: if the database cannot be reached, or is locked; this may pass.
        StoreError: if the database holds something else than a store.
    """
    engine = engine_of(url)
    try:
        with naming(url):
            file = file_of(url)
            if file is not None:
                await asyncio.to_thread(_look_first, file)
                await asyncio.to_thread(make_private, file)
            before = identity(file)
            await repeatedly(lambda: _upgrade(engine))
            if file is not None:
                await repeatedly(lambda: _let_readers_pass(engine))
            if before is not None and identity(file) != before:
                raise StoreAwayError("its file was replaced by another one while it was opened; try again")
    except BaseException:
        await dispose(engine)
        raise
    return engine


async def dispose(engine: AsyncEngine, patience: float = 1.0) -> None:
    """Close every connection, a hung one too; `patience` is how many times as long to wait for those that are slow."""
    closing = asyncio.create_task(engine.dispose())
    await asyncio.wait([closing], timeout=_CLOSE_S * patience)
    if not closing.done():
        closing.cancel()
        await engine.dispose(close=False)
    await asyncio.gather(closing, return_exceptions=True)


@contextlib.contextmanager
def naming(url: URL, cannot: str = "be opened") -> Iterator[None]:
    """Turn errors of a database into this package's own, and add its name, and what it cannot, to their messages."""
    try:
        yield
    except StoreError as error:
        raise type(error)(f"the store {shown(url)} cannot be used: {error}") from error
    except (SQLAlchemyError, OSError, TimeoutError) as error:
        kind = StoreAwayError if may_pass(error) else StoreError
        raise kind(f"the store {shown(url)} cannot {cannot}: {reason_of(error)}") from error


def reason_of(error: BaseException) -> str:
    """The reason that a database gives, in its own words, without the SQL statement."""
    cause = error.orig if isinstance(error, DBAPIError) and error.orig is not None else error
    while cause.__cause__ is not None and not str(cause):
        cause = cause.__cause__
    text_ = str(cause).strip() or type(cause).__name__
    return text_.splitlines()[0].rpartition(">: ")[2]


def may_pass(error: BaseException) -> bool:
    """Whether the same may succeed later; not if a file is not a database, or a row breaks a rule."""
    return not isinstance(error, IntegrityError) and "not a database" not in str(error)


def _look_first(file: Path) -> None:
    """Judge a file without touching it: SQLite leaves files beside a database that it opens for writing."""
    if not file.is_dir() and (not has_content(file) or has_content(beside(file, "-journal"))):
        return
    try:
        with reading(file) as connection:
            judge(connection)
    except sqlite3.DatabaseError:
        return  # it is being written to, and is judged again under the lock


async def repeatedly(step: Callable[[], Awaitable[None]]) -> None:
    """Repeat a step while another process holds the lock."""
    tries = AsyncRetrying(
        retry=retry_if_exception(_is_locked),
        wait=wait_random(0.02, 0.2),
        stop=stop_after_delay(WAIT_S),
        reraise=True,
    )
    async for attempt in tries:
        with attempt:
            await step()


def _is_locked(error: BaseException) -> bool:
    return isinstance(error, _HeldError) or (isinstance(error, DBAPIError) and "locked" in str(error.orig))


class _HeldError(StoreAwayError):
    """Another process holds the lock for upgrades."""


async def _upgrade(engine: AsyncEngine) -> None:
    async with engine.connect() as plain:
        connection = await plain.execution_options(**WRITING)
        async with connection.begin():
            await lock(connection)
            await connection.run_sync(schema.bring_up_to_date)


async def lock(connection: AsyncConnection) -> None:
    """Hold the lock on making and upgrading to the end of the transaction; of SQLite BEGIN IMMEDIATE has taken it."""
    if connection.dialect.name == "sqlite":
        return
    if not await connection.scalar(text("SELECT pg_try_advisory_xact_lock(:lock)"), {"lock": _LOCK}):
        raise _HeldError(
            f"another process has been upgrading the store for over {WAIT_S:.0f} seconds; wait until it has finished"
        )


async def _let_readers_pass(engine: AsyncEngine) -> None:
    """Write-ahead logging: readers do not wait for a writer. The file remembers it."""
    async with engine.connect() as plain:
        connection = await plain.execution_options(**OUTSIDE)
        await connection.exec_driver_sql("PRAGMA journal_mode = WAL")
        await connection.exec_driver_sql("SELECT count(*) FROM sqlite_master")  # the log is made by the first use
