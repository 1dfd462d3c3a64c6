"""What the bot remembers, in one SQL database: answers that buttons page through, daily posts, notes to itself."""

from __future__ import annotations

import datetime as dt
import json
import secrets
from collections.abc import Sequence
from pathlib import Path

from alembic import command
from alembic.config import Config as AlembicConfig
from sqlalchemy import Connection, delete, event, select, update
from sqlalchemy.engine import URL, make_url
from sqlalchemy.exc import ArgumentError, DBAPIError, NoSuchModuleError
from sqlalchemy.ext.asyncio import AsyncEngine, async_sessionmaker, create_async_engine
from sqlalchemy.pool import ConnectionPoolEntry

from bot.answers import KeptAnswer
from bot.store.daily_posts import DailyStore
from bot.store.tables import KeptAnswerRow, NoteRow
from embeddings.dates import DateRange
from embeddings.errors import EmbeddingsError, InputError

KEPT_DAYS = 365  # after the last use of an answer's buttons
_ASYNC_DRIVERS = {"sqlite": "sqlite+aiosqlite", "postgresql": "postgresql+asyncpg"}


class StoreError(EmbeddingsError):
    """The store cannot be opened or used."""


class Store:
    """The database, open. Its methods may be called from any task; `daily` holds the subscriptions and their posts."""

    def __init__(self, engine: AsyncEngine) -> None:
        self._engine = engine
        self._sessions = async_sessionmaker(engine, expire_on_commit=False)
        self.daily = DailyStore(self._sessions)

    @classmethod
    async def open(cls, url: str) -> Store:
        """Open the database at an SQLAlchemy URL, making it or bringing its tables up to date.

        Raises:
            InputError: if the URL cannot be used.
            StoreError: if the database cannot.
        """
        parsed = _parsed(url)
        try:
            engine = create_async_engine(parsed)
        except (NoSuchModuleError, ModuleNotFoundError) as error:
            raise InputError(
                f"store.url names the database {parsed.drivername}, whose driver is not installed"
            ) from error
        if engine.dialect.name == "sqlite":
            event.listen(engine.sync_engine, "connect", _prepare_sqlite)
        try:
            async with engine.begin() as connection:
                await connection.run_sync(_migrate)
        except (DBAPIError, OSError) as error:
            await engine.dispose()
            reason = error.orig if isinstance(error, DBAPIError) else error
            raise StoreError(f"the store {parsed.render_as_string()} cannot be opened: {reason}") from error
        return cls(engine)

    async def close(self) -> None:
        """Close every connection."""
        await self._engine.dispose()

    async def keep_answer(self, answer: KeptAnswer, today: dt.date) -> str:
        """Keep what a question found; returns the key that buttons carry."""
        key = secrets.token_urlsafe(7)
        body = {"events": answer.events, "dates": [str(dates) for dates in answer.dates]}
        if answer.within is not None:
            body["within"] = [str(answer.within)]
        async with self._sessions.begin() as session:
            session.add(KeptAnswerRow(key=key, body=json.dumps(body), used_on=today))
        return key

    async def answer(self, key: str, today: dt.date) -> KeptAnswer | None:
        """What was kept under a key, which counts as a use; None where it has been forgotten."""
        async with self._sessions.begin() as session:
            row = await session.get(KeptAnswerRow, key)
            if row is None:
                return None
            if row.used_on != today:
                await session.execute(update(KeptAnswerRow).where(KeptAnswerRow.key == key).values(used_on=today))
            body = json.loads(row.body)
        within = [_range(text) for text in body.get("within", [])]
        return KeptAnswer(tuple(body["events"]), tuple(map(_range, body["dates"])), within[0] if within else None)

    async def forget_unused(self, today: dt.date) -> int:
        """Delete answers that nobody has used for `KEPT_DAYS`; returns how many."""
        old = today - dt.timedelta(days=KEPT_DAYS)
        async with self._sessions.begin() as session:
            keys: Sequence[str] = (
                await session.scalars(select(KeptAnswerRow.key).where(KeptAnswerRow.used_on < old))
            ).all()
            await session.execute(delete(KeptAnswerRow).where(KeptAnswerRow.used_on < old))
        return len(keys)

    async def note(self, name: str) -> str | None:
        """What was noted under a name."""
        async with self._sessions() as session:
            row = await session.get(NoteRow, name)
            return None if row is None else row.value

    async def set_note(self, name: str, value: str) -> None:
        """Note something under a name, in place of what was noted before."""
        async with self._sessions.begin() as session:
            await session.merge(NoteRow(name=name, value=value))


def _parsed(url: str) -> URL:
    try:
        parsed = make_url(url)
    except ArgumentError as error:
        raise InputError("store.url is no database URL; expected one such as sqlite:///dateline.db") from error
    parsed = parsed.set(drivername=_ASYNC_DRIVERS.get(parsed.drivername, parsed.drivername))
    if parsed.get_backend_name() == "sqlite" and parsed.database and parsed.database != ":memory:":
        folder = Path(parsed.database).parent
        if not folder.is_dir():
            raise InputError(
                f"store.url names a file in {folder}, which is not an existing folder; create the folder first"
            )
    return parsed


def _prepare_sqlite(connection: object, _record: ConnectionPoolEntry) -> None:
    """Readers do not wait for a writer, and a writer waits for another one rather than failing."""
    cursor = connection.cursor()  # type: ignore[attr-defined]  # a DB-API connection, whichever driver's
    cursor.execute("PRAGMA journal_mode = WAL")
    cursor.execute("PRAGMA busy_timeout = 10000")  # ms
    cursor.close()


def _migrate(connection: Connection) -> None:
    config = AlembicConfig()
    config.set_main_option("script_location", str(Path(__file__).parent / "migrations"))
    config.attributes["connection"] = connection
    command.upgrade(config, "head")


def _range(text: str) -> DateRange:
    first, _, last = text.partition("..")
    return DateRange(dt.date.fromisoformat(first), dt.date.fromisoformat(last or first))
