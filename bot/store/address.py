"""Where the store is: `store.url` as people write it, and the engine that SQLAlchemy makes of it."""

from __future__ import annotations

from pathlib import Path

from sqlalchemy import Connection, event
from sqlalchemy.engine import URL, make_url
from sqlalchemy.engine.interfaces import DBAPIConnection
from sqlalchemy.exc import ArgumentError, NoSuchModuleError
from sqlalchemy.ext.asyncio import AsyncEngine, create_async_engine
from sqlalchemy.pool import ConnectionPoolEntry

from embeddings.errors import InputError

BEGIN = "begin"  # the execution option that says how SQLite's transactions begin
WRITING = {BEGIN: "BEGIN IMMEDIATE"}
OUTSIDE = {BEGIN: ""}  # of transactions

APPLICATION = "dateline"  # by which PostgreSQL lists the bot's connections
BUSY_S = 2.0  # that SQLite waits for another writer; its thread cannot be broken off meanwhile
_CONNECT_S = 3.0
_STATEMENT_S = 5.0
_POOL_S = 5.0  # that a transaction waits for a connection
_IDLE_S = 30.0  # after which PostgreSQL ends a transaction whose process stands still

_QUIET = {"hide_parameters": True}  # an error of SQLAlchemy's would quote what was stored, such as what a user wrote

_DRIVERS = {"sqlite": "sqlite+aiosqlite", "postgresql": "postgresql+asyncpg", "postgres": "postgresql+asyncpg"}
_EXTRAS = {"postgresql": "install the extra dateline[postgresql]"}


def parse(url: str, called: str = "store.url") -> URL:
    """Read `store.url`, or an address that is called otherwise. InputError if it does not name a usable database."""
    try:
        parsed = make_url(url)
    except (ArgumentError, ValueError) as error:
        raise InputError(
            f"{called} is not a database URL; expected one such as sqlite:///dateline.db "
            "or postgresql://user:password@host/database"
        ) from error
    return parsed.set(drivername=_DRIVERS.get(parsed.drivername, parsed.drivername))


def file_of(url: URL) -> Path | None:
    """The file of an SQLite database; None for one in memory, or on a server."""
    if url.get_backend_name() != "sqlite" or not url.database or url.database == ":memory:":
        return None
    return Path(url.database)


def shown(url: URL) -> str:
    """The URL for messages: without the password, wherever in the URL it stands."""
    file = file_of(url)
    return str(file) if file is not None else url.set(drivername=url.get_backend_name(), query={}).render_as_string()


def engine_of(url: URL, called: str = "store.url", statement_s: float = _STATEMENT_S) -> AsyncEngine:
    """An engine, which connects at the first use; to a file that is there by then.

    Args:
        called: what the address is called where whoever gave it reads of it.
        statement_s: the longest that PostgreSQL may take for a statement.

    Raises:
        InputError: if the driver is not installed, or the folder of the file is not there.
    """
    file = file_of(url)
    if file is not None and not file.parent.is_dir():
        raise InputError(
            f"{called} names a file in {file.parent}, which is not an existing folder; create the folder first"
        )
    try:
        if url.get_backend_name() == "sqlite":
            pool = {"pool_timeout": _POOL_S} if file is not None else {}  # in memory there is one connection for all
            engine = create_async_engine(_that_is_there(url), connect_args={"timeout": BUSY_S}, **_QUIET, **pool)
            event.listen(engine.sync_engine, "connect", _leave_transactions_to_us)
            event.listen(engine.sync_engine, "begin", _begin)
            return engine
        engine = create_async_engine(
            url, pool_pre_ping=True, pool_timeout=_POOL_S, connect_args=_postgresql_settings(statement_s), **_QUIET
        )
        engine.dialect.do_close = _hang_up  # type: ignore[method-assign, assignment]  # one engine's, not all
        return engine
    except (NoSuchModuleError, ModuleNotFoundError) as error:
        backend = url.get_backend_name()
        raise InputError(
            f"{called} names the database {backend}, whose driver is not installed; "
            + _EXTRAS.get(backend, "use sqlite or postgresql")
        ) from error


def _that_is_there(url: URL) -> URL:
    """Have SQLite make no file: an empty one where one was moved away is a store that has lost everything."""
    file = file_of(url)
    if file is None:
        return url
    return url.set(database=file.absolute().as_uri()).update_query_dict({"uri": "true", "mode": "rw"})


def _postgresql_settings(statement_s: float) -> dict[str, object]:
    """The settings of asyncpg: time limits for everything, and no JIT compilation."""
    return {
        "timeout": _CONNECT_S,
        "command_timeout": statement_s,
        "server_settings": {
            "application_name": APPLICATION,
            "jit": "off",
            "statement_timeout": _milliseconds(statement_s),
            "lock_timeout": _milliseconds(_STATEMENT_S),
            "idle_in_transaction_session_timeout": _milliseconds(max(_IDLE_S, statement_s)),
        },
    }


def _milliseconds(seconds: float) -> str:
    return str(int(seconds * 1_000))


def _hang_up(connection: DBAPIConnection) -> None:
    """Close a connection without telling the server, which may hang; outside a transaction that does no harm."""
    connection.driver_connection.terminate()


def _leave_transactions_to_us(connection: object, _record: ConnectionPoolEntry) -> None:
    """Python's driver begins transactions late and not before changes of tables; `_begin` does so at once."""
    connection.isolation_level = None  # type: ignore[attr-defined]  # a DB-API connection


def _begin(connection: Connection) -> None:
    """A writer takes the lock before it reads: one that wants it only later fails where another has written."""
    if statement := connection.get_execution_options().get(BEGIN, "BEGIN"):
        connection.exec_driver_sql(statement)
