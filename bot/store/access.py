"""The way to the database: sessions, and what becomes of them while the database is away.

While the database is away nobody waits for it: each use fails at once, and one task asks until it is back. An SQLite
store that cannot be written to (locked, full, read-only) can still be read.
"""

from __future__ import annotations

import asyncio
import contextlib
import contextvars
import logging
import secrets
import time
from collections.abc import AsyncIterator, Coroutine
from enum import IntEnum
from pathlib import Path
from typing import Any, TypeVar

from sqlalchemy import text
from sqlalchemy.engine import URL
from sqlalchemy.exc import DataError, IntegrityError, SQLAlchemyError
from sqlalchemy.ext.asyncio import AsyncEngine, AsyncSession, async_sessionmaker

from bot.store.address import WRITING, file_of, shown
from bot.store.errors import StoreAwayError, StoreError
from bot.store.files import Identity, identity, log_of, remove_log
from bot.store.notes import write_note
from bot.store.opening import dispose, open_engine, reason_of

log = logging.getLogger(__name__)

Result = TypeVar("Result")

_ASK_S = 0.3  # between two questions whether it is back
_LONGEST_ASK_S = 10.0  # where it comes and goes, each time with two lines in the log
_FEW = 3  # times in a row that do not count as coming and going
_STEADY_S = 30.0  # for which it has to be there to count as back for good
_TRIAL = "trial"  # the note that is written to see whether writing works; as long as an answer, and each time another,
_TRIAL_BYTES = 1_000  # for SQLite does not write what is there already
_LINES = 4  # that something is wrong, a minute in the log; each may be followed by one that it is over
_AT_ONCE = 4  # background transactions of a kind; the pool holds fifteen connections
_END_S = 1.0  # for transactions that nobody waits for any more, when the store is closed

_PASSING = (SQLAlchemyError, OSError, TimeoutError)
_OURS = (IntegrityError, DataError)  # a fault of the program, which no waiting mends


class Health(IntEnum):
    """How much of the store can be used."""

    AWAY = 0
    READABLE = 1
    THERE = 2


class Access:
    """Sessions with a database that may go and come back.

    Args:
        patience: how many times as long as usual `within` waits, and `close` where that is more.

    Attributes:
        health: how much of the database can be used now.
        opened: how many times the database has been opened; after the first time it may be another database.
    """

    def __init__(self, url: URL, patience: float = 1.0) -> None:
        self.health = Health.AWAY
        self.opened = 0
        self._url = url
        self._patience = patience
        self._file = file_of(url)
        self._identity: Identity | None = None
        self._log: dict[Path, Identity] = {}
        self._engine: AsyncEngine | None = None
        self._sessions: dict[Health, async_sessionmaker[AsyncSession]] = {}
        self._asking: asyncio.Task[None] | None = None
        self._failed = 0  # uses, since the last line that told of them
        self._said: list[float] = []
        self._told_away = False
        self._why = ""
        self._away_since = self._back_since = 0.0
        self._again = 0  # times in a row that it went soon after it was back
        self._late: set[asyncio.Task[Any]] = set()
        # In a queue here background work does not run into the database's own limits of time.
        writers = 1 if url.get_backend_name() == "sqlite" else _AT_ONCE
        self._queues = {Health.READABLE: asyncio.Semaphore(_AT_ONCE), Health.THERE: asyncio.Semaphore(writers)}
        self._closed = False

    # --- opening and closing ---

    async def open(self) -> None:
        """Open the database; raises what `open_engine` raises."""
        before = identity(self._file)
        self._take(await open_engine(self._url))
        self._identity = before or self._identity  # a file that was replaced meanwhile is noticed at the first use

    def open_later(self, why: BaseException) -> None:
        """Begin without the database, and open it as soon as that can be done."""
        self._note_away(Health.AWAY, why)

    async def close(self) -> None:
        """Close every connection, within seconds even if the database hangs."""
        patience = max(1.0, self._patience)
        self._closed = True
        waiting = set(self._late)
        if self._asking is not None:
            self._asking.cancel()
            waiting.add(self._asking)
        if waiting:
            await asyncio.wait(waiting, timeout=_END_S * patience)
        if self._engine is not None:
            await dispose(self._engine, patience)

    def _take(self, engine: AsyncEngine) -> None:
        self._engine = engine
        self._sessions = {
            Health.READABLE: async_sessionmaker(engine, expire_on_commit=False),
            Health.THERE: async_sessionmaker(engine.execution_options(**WRITING), expire_on_commit=False),
        }
        self._identity = identity(self._file)
        self._log = {} if self._file is None else log_of(self._file)
        self.health = Health.THERE
        self.opened += 1

    # --- using ---

    @contextlib.asynccontextmanager
    async def reading(self, *, urgent: bool = False) -> AsyncIterator[AsyncSession]:
        """A session that reads. StoreAwayError where the database is away.

        Args:
            urgent: somebody waits for the answer: the session does not queue behind background work.
        """
        async with self._queue(Health.READABLE, urgent), self._session(Health.READABLE) as session:
            yield session

    @contextlib.asynccontextmanager
    async def writing(self, *, urgent: bool = False) -> AsyncIterator[AsyncSession]:
        """A session in a transaction that is committed at the end. StoreAwayError where nothing can be written.

        Args:
            urgent: as for `reading`.
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
            if _is_of_statement(error):
                self._say("the store %s refused a use: %s", shown(self._url), reason_of(error))
            else:
                self._note_away(self._left_by(needed), error)
            raise StoreAwayError(f"the store {shown(self._url)} is away: {reason_of(error)}") from error

    async def within(self, seconds: float, work: Coroutine[Any, Any, Result]) -> Result:
        """Wait at most so long for a transaction, which then goes on to its own end.

        Raises:
            StoreAwayError: if the transaction takes longer, too.
        """
        task = asyncio.create_task(work)
        self._late.add(task)
        task.add_done_callback(self._late.discard)
        task.add_done_callback(_forgive)
        done, _ = await asyncio.wait([task], timeout=seconds * self._patience)
        if done:
            return task.result()
        late = TimeoutError(f"no answer within {seconds:g} s")
        self._note_away(self._left_by(Health.THERE), late)
        raise StoreAwayError(f"the store {shown(self._url)} is away: {late}")

    def _left_by(self, needed: Health) -> Health:
        """What can still be used after an error."""
        return Health.READABLE if self._file is not None and needed is Health.THERE else Health.AWAY

    def _moved(self) -> BaseException | None:
        """What happened to the database's file while connections to it are open, if anything did."""
        if self._file is None or (found := identity(self._file)) == self._identity:
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
            self._why = reason_of(why)
            self._say("the store %s is away: %s; answers go on without it", shown(self._url), self._why)
        self.health = min(self.health, health)
        if self._asking is None:
            self._asking = asyncio.create_task(self._ask(), context=contextvars.Context())

    async def _ask(self) -> None:
        """Ask again and again until the store is back."""
        try:
            while self.health is not Health.THERE:
                await asyncio.sleep(min(_ASK_S * 2 ** max(0, self._again - _FEW), _LONGEST_ASK_S))
                try:
                    await self._try()
                except Exception as error:  # noqa: BLE001  # whatever it is, it may be over at the next try
                    if (why := reason_of(error)) != self._why:
                        self._why = why
                        self._say("the store %s is still away: %s", shown(self._url), why)
        finally:
            self._asking = None
        self._back_since = time.monotonic()
        away_s = self._back_since - self._away_since
        if self._told_away:
            self._told_away = False
            log.warning("the store %s is back after %.1f s; %d uses failed", shown(self._url), away_s, self._failed)
            self._failed = 0

    def _say(self, message: str, *values: object) -> None:
        """Log that something is wrong, unless the same was logged a short time ago."""
        now = time.monotonic()
        self._said = [at for at in self._said if now - at < 60]
        if len(self._said) < _LINES:
            self._said.append(now)
            self._told_away = True
            log.warning(message, *values)

    async def _try(self) -> None:
        """Find out how much of the store can be used; raises the error that prevents using more of it."""
        moved = self._moved()
        if moved is not None and self.opened and identity(self._file) is None:
            raise moved  # an empty store in its place would look like one that lost everything
        if self._engine is None or (moved is not None and identity(self._file) is not None):
            await self._open_anew()
            return
        async with self._sessions[Health.READABLE]() as session:
            await session.execute(text("SELECT count(*) FROM notes"))
        self.health = max(self.health, Health.READABLE)
        async with self._sessions[Health.THERE].begin() as session:
            await write_note(session, _TRIAL, secrets.token_hex(_TRIAL_BYTES))
        self.health = Health.THERE

    async def _open_anew(self) -> None:
        """Open the database that is there now in place of the one that was there before."""
        remove_log(self._log)  # while it is held open no other file can have its inode
        if self._engine is not None:
            await dispose(self._engine)
            self._engine = None
        self._take(await open_engine(self._url))


def _is_of_statement(error: BaseException) -> bool:
    """Whether PostgreSQL refused only this statement (a locked row, a missing right, a time-out)."""
    state = getattr(getattr(error, "orig", None), "sqlstate", None)
    return isinstance(state, str) and (state[:2] in ("22", "40", "42", "55") or state == "57014")


def _forgive(task: asyncio.Task[Any]) -> None:
    """Retrieve a task's error, which was noted when it came, so that asyncio does not log it as never retrieved."""
    if not task.cancelled():
        task.exception()
