"""The way to the database: sessions, and what becomes of them while it is away.

While it is away nobody waits for it: each use fails at once, and one task asks until it is back. Of SQLite a store that
cannot be written to (locked, full, read-only) can still be read.
"""

from __future__ import annotations

import asyncio
import contextlib
import logging
import os
import secrets
import time
from collections.abc import AsyncIterator, Coroutine
from enum import IntEnum
from pathlib import Path
from typing import Any, TypeVar

from sqlalchemy import text
from sqlalchemy.engine import URL
from sqlalchemy.exc import DataError, DBAPIError, IntegrityError, SQLAlchemyError
from sqlalchemy.ext.asyncio import AsyncEngine, AsyncSession, async_sessionmaker

from bot.store.address import WRITING, file_of, shown
from bot.store.errors import StoreAwayError, StoreError
from bot.store.opening import dispose, open_engine, reason_of
from bot.store.tables import NoteRow

log = logging.getLogger(__name__)

Result = TypeVar("Result")

_ASK_S = 0.3  # between two questions whether it is back
_LONGEST_ASK_S = 10.0  # where it comes and goes, each time with two lines in the log
_FEW = 3  # times in a row that do not count as coming and going
_STEADY_S = 30.0  # for which it has to be there to count as back for good
_TRIAL = "trial"  # the note that is written to see whether writing works; as long as an answer, and each time another,
_TRIAL_BYTES = 1_000  # for SQLite does not write what is there already
_LINES = 8  # in the log, a minute
_AT_ONCE = 4  # background transactions of a kind; the pool holds fifteen connections
_END_S = 1.0  # for transactions that nobody waits for any more, when the store is closed

_PASSING = (DBAPIError, SQLAlchemyError, OSError, TimeoutError)
_OURS = (IntegrityError, DataError)  # a fault of the program, which no waiting mends


class Health(IntEnum):
    """How much of the store can be used."""

    AWAY = 0
    READABLE = 1
    THERE = 2


class Access:
    """Sessions with a database that may go and come back.

    Args:
        patience: how many times as long as usual `within` waits.

    Attributes:
        health: how much of it can be used now.
        opened: how many times it has been opened: after the first, another database may be there.
    """

    def __init__(self, url: URL, patience: float = 1.0) -> None:
        self.health = Health.AWAY
        self.opened = 0
        self._url = url
        self._patience = patience
        self._file = file_of(url)
        self._identity: tuple[int, int] | None = None
        self._log_identity: tuple[int, int] | None = None
        self._engine: AsyncEngine | None = None
        self._sessions: dict[Health, async_sessionmaker[AsyncSession]] = {}
        self._asking: asyncio.Task[None] | None = None
        self._failed = 0  # uses, since the last line that told of them
        self._said: list[float] = []
        self._away_since = self._back_since = 0.0
        self._again = 0  # times in a row that it went soon after it was back
        self._late: set[asyncio.Task[Any]] = set()
        # In a queue here background work does not run into the database's own limits of time.
        writers = 1 if url.get_backend_name() == "sqlite" else _AT_ONCE
        self._queues = {Health.READABLE: asyncio.Semaphore(_AT_ONCE), Health.THERE: asyncio.Semaphore(writers)}
        self._closed = False

    # --- opening and closing ---

    async def open(self) -> None:
        """Open the database; errors as of `open_engine`."""
        before = _identity(self._file)
        self._take(await open_engine(self._url))
        self._identity = before or self._identity  # a file that was replaced meanwhile is noticed at the first use

    def open_later(self, why: BaseException) -> None:
        """Begin without the database, and open it as soon as that can be done."""
        self._note_away(Health.AWAY, why)

    async def close(self) -> None:
        """Close every connection, within seconds though the database hangs."""
        self._closed = True
        waiting = set(self._late)
        if self._asking is not None:
            self._asking.cancel()
            waiting.add(self._asking)
        if waiting:
            await asyncio.wait(waiting, timeout=_END_S)
        if self._engine is not None:
            await dispose(self._engine)

    def _take(self, engine: AsyncEngine) -> None:
        self._engine = engine
        self._sessions = {
            Health.READABLE: async_sessionmaker(engine, expire_on_commit=False),
            Health.THERE: async_sessionmaker(engine.execution_options(**WRITING), expire_on_commit=False),
        }
        self._identity = _identity(self._file)
        self._log_identity = _identity(_log_of(self._file))
        self.health = Health.THERE
        self.opened += 1

    # --- using ---

    @contextlib.asynccontextmanager
    async def reading(self, *, urgent: bool = False) -> AsyncIterator[AsyncSession]:
        """A session that reads. StoreAwayError where the database is away.

        Args:
            urgent: somebody waits for it: it does not queue behind background work.
        """
        async with self._queue(Health.READABLE, urgent), self._session(Health.READABLE) as session:
            yield session

    @contextlib.asynccontextmanager
    async def writing(self, *, urgent: bool = False) -> AsyncIterator[AsyncSession]:
        """A session in a transaction that is committed at the end. StoreAwayError where nothing can be written.

        Args:
            urgent: as of `reading`.
        """
        async with self._queue(Health.THERE, urgent), self._session(Health.THERE) as session, session.begin():
            yield session

    def _queue(self, needed: Health, urgent: bool) -> contextlib.AbstractAsyncContextManager[object]:
        return contextlib.nullcontext() if urgent else self._queues[needed]

    @contextlib.asynccontextmanager
    async def _session(self, needed: Health) -> AsyncIterator[AsyncSession]:
        if self.health >= needed and (why := self._moved()) is not None:
            self._note_away(Health.AWAY, why)
        if self.health < needed:
            self._failed += 1
            raise StoreAwayError(f"the store {shown(self._url)} is away")
        try:
            async with self._sessions[needed]() as session:
                yield session
        except _OURS:
            raise
        except _PASSING as error:
            self._note_away(self._left_by(error, needed), error)
            raise StoreAwayError(f"the store {shown(self._url)} is away: {reason_of(error)}") from error

    async def within(self, seconds: float, work: Coroutine[Any, Any, Result]) -> Result:
        """Wait at most so long for a transaction, which then goes on to its own end.

        Raises:
            StoreAwayError: if it is late, too.
        """
        task = asyncio.create_task(work)
        self._late.add(task)
        task.add_done_callback(self._late.discard)
        done, _ = await asyncio.wait([task], timeout=seconds * self._patience)
        if done:
            return task.result()
        task.add_done_callback(_forgive)
        late = TimeoutError(f"no answer within {seconds:g} s")
        self._note_away(self._left_by(late, Health.THERE), late)
        raise StoreAwayError(f"the store {shown(self._url)} is away: {late}")

    def _left_by(self, error: BaseException, needed: Health) -> Health:
        """What can still be used after an error."""
        return Health.READABLE if self._file is not None and needed is Health.THERE else Health.AWAY

    def _moved(self) -> BaseException | None:
        """What happened to the file beneath its connections, if anything did."""
        if self._file is None or (found := _identity(self._file)) == self._identity:
            return None
        if found is None:
            return StoreError("its file was deleted or moved while the bot runs; put it back, or restart the bot")
        return StoreError("its file was replaced by another one while the bot runs")

    # --- away and back ---

    def _note_away(self, health: Health, why: BaseException) -> None:
        self._failed += 1
        if self._closed:
            return
        if self.health is Health.THERE or self._asking is None:
            self._away_since = time.monotonic()
            self._again = self._again + 1 if self._away_since - self._back_since < _STEADY_S else 0
            self._say("the store %s is away: %s; answers go on without it", shown(self._url), reason_of(why))
        self.health = min(self.health, health)
        if self._asking is None:
            self._asking = asyncio.create_task(self._ask())

    async def _ask(self) -> None:
        """Until the store is back."""
        try:
            while self.health is not Health.THERE:
                await asyncio.sleep(min(_ASK_S * 2 ** max(0, self._again - _FEW), _LONGEST_ASK_S))
                try:
                    await self._try()
                except (StoreError, *_PASSING) as error:
                    log.debug("the store %s is still away: %s", shown(self._url), reason_of(error))
        except Exception:
            log.exception("nobody asks any more whether the store %s is back; restart the bot", shown(self._url))
            return
        finally:
            self._asking = None
        self._back_since = time.monotonic()
        away_s = self._back_since - self._away_since
        if self._say("the store %s is back after %.1f s; %d uses failed", shown(self._url), away_s, self._failed):
            self._failed = 0

    def _say(self, message: str, *values: object) -> bool:
        """Log a line, unless there have been many; False where it was left out."""
        now = time.monotonic()
        self._said = [at for at in self._said if now - at < 60]
        if len(self._said) >= _LINES:
            return False
        self._said.append(now)
        log.warning(message, *values)
        return True

    async def _try(self) -> None:
        """Find out how much can be used; raises what stands in the way of more."""
        moved = self._moved()
        if self._engine is None or (moved is not None and _identity(self._file) is not None):
            await self._open_anew()
            return
        if moved is not None:
            raise moved
        async with self._sessions[Health.READABLE]() as session:
            await session.execute(text("SELECT count(*) FROM notes"))
        self.health = max(self.health, Health.READABLE)
        async with self._sessions[Health.THERE].begin() as session:
            await session.merge(NoteRow(name=_TRIAL, value=secrets.token_hex(_TRIAL_BYTES)))
        self.health = Health.THERE

    async def _open_anew(self) -> None:
        """Open what is there now, in place of what was there before."""
        _remove_log(self._file, self._log_identity)  # while it is held open no other file can have its inode
        if self._engine is not None:
            await dispose(self._engine)
            self._engine = None
        self._take(await open_engine(self._url))


def _identity(file: Path | None) -> tuple[int, int] | None:
    """Which file it is, whatever its name; None where there is none."""
    if file is None:
        return None
    try:
        found = os.stat(file)  # noqa: PTH116  # a microsecond, before each transaction
    except OSError:
        return None
    return found.st_dev, found.st_ino


def _log_of(file: Path | None) -> Path | None:
    return None if file is None else file.with_name(f"{file.name}-wal")


def _remove_log(file: Path | None, identity: tuple[int, int] | None) -> None:
    """Remove the write-ahead log of a file that was replaced: SQLite would play it into the new one."""
    log_file = _log_of(file)
    if log_file is not None and identity is not None and _identity(log_file) == identity:
        log_file.unlink(missing_ok=True)
        log_file.with_name(log_file.name.removesuffix("-wal") + "-shm").unlink(missing_ok=True)


def _forgive(task: asyncio.Task[Any]) -> None:
    """Take an error that nobody waits for any more; it has been noted when it came."""
    if not task.cancelled():
        task.exception()
