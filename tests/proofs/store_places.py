"""Stores of this and earlier versions, with rows in them, on SQLite and PostgreSQL: for `store_kill`."""

from __future__ import annotations

import datetime as dt
import shutil
import sqlite3
import tempfile
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import Any, Protocol

from sqlalchemy import (
    Column,
    Connection,
    MetaData,
    String,
    Table,
    create_engine,
    event,
    insert,
    inspect,
    make_url,
    select,
)

from bot.store.address import WRITING, engine_of, file_of, parse
from bot.store.schema import VERSION_TABLE, bring_to
from tests.postgresql import PostgreSQL

ROWS = 5  # in each table of an earlier version's store
BEFORE_ONE_PIECE = "0002"  # the last version that was made and upgraded statement by statement

Rows = dict[str, list[dict[str, Any]]]

_VALUES = {
    "time": "09:00", "zone": "Europe/Berlin", "locale": "de", "state": "sent", "kind": "channel", "days": "024",
}  # fmt: skip


class Places(Protocol):
    """Where stores of a trial are made."""

    name: str

    def empty(self) -> str:
        """The URL of a store that is not there yet."""
        ...

    def like(self, url: str) -> str:
        """The URL of a copy."""
        ...

    async def rows(self, url: str) -> Rows:
        """What is in a store, which stays as it is."""
        ...

    def drop(self, url: str) -> None:
        """Remove a store."""
        ...


class Files:
    """Stores on SQLite, each in a folder of its own."""

    name = "SQLite"

    def __init__(self, work: Path) -> None:
        self._work = work

    def empty(self) -> str:
        """The URL of a store that is not there yet."""
        return f"sqlite:///{self._folder()}/store.db"

    def like(self, url: str) -> str:
        """The URL of a copy, with all that stands beside it."""
        folder = self._folder()
        shutil.copytree(path_of(url).parent, folder, dirs_exist_ok=True)
        return f"sqlite:///{folder}/store.db"

    async def rows(self, url: str) -> Rows:
        """What is in a copy of a store: reading it may play in what was left beside it."""
        copy = self.like(url)
        found = await rows_of(copy)
        self.drop(copy)
        return found

    def drop(self, url: str) -> None:
        """Remove a store."""
        shutil.rmtree(path_of(url).parent)

    def _folder(self) -> Path:
        return Path(tempfile.mkdtemp(prefix="store ", dir=self._work))


class Databases:
    """Stores on PostgreSQL."""

    name = "PostgreSQL"

    def __init__(self, server: PostgreSQL) -> None:
        self._server = server

    def empty(self) -> str:
        """The URL of an empty database."""
        return self._server.new_database()

    def like(self, url: str) -> str:
        """The URL of a copy."""
        return self._server.new_database(_database(url))

    async def rows(self, url: str) -> Rows:
        """What is in a store."""
        return await rows_of(url)

    def drop(self, url: str) -> None:
        """Remove a store."""
        self._server.run("dropdb", "--force", _database(url))


def path_of(url: str) -> Path:
    """The file of a store on SQLite."""
    return Path(_database(url))


def _database(url: str) -> str:
    return str(make_url(url).database)


# --- earlier versions -------------------------------------------------------------------------------------------------


async def make_old(url: str, version: str) -> None:
    """Make a store of an earlier version, with rows in every table."""
    if (file := file_of(parse(url))) is not None:
        file.touch()
    engine = engine_of(parse(url))
    async with engine.connect() as plain:
        connection = await plain.execution_options(**WRITING)
        async with connection.begin():
            await connection.run_sync(bring_to, version)
            await connection.run_sync(_fill)
    await engine.dispose()


def _fill(connection: Connection) -> None:
    for table in _tables(connection):
        if table.name != VERSION_TABLE:
            rows = [{column.name: _value(column, number) for column in table.columns} for number in range(ROWS)]
            connection.execute(insert(table), rows)


def _value(column: Column[Any], number: int) -> object:
    kind = column.type.python_type
    if kind is str:
        length = column.type.length if isinstance(column.type, String) else None
        return _VALUES.get(column.name) or (f"{column.name[:4]}{number}" if length else f"[{number}]")
    if kind is bool:
        return bool(number % 2)
    if kind is dt.date:
        return dt.date(2026, 11, 1 + number)
    return kind(1_000_000_000_000 + number) if column.name in ("guild", "channel", "role", "message") else kind(number)


def leave_open(url: str) -> None:
    """Make of a store on SQLite what a killed bot leaves: its last row stands only in the write-ahead log."""
    path = path_of(url)
    with closing(sqlite3.connect(path)) as connection:
        connection.execute("PRAGMA journal_mode = WAL")
        with connection:
            connection.execute("INSERT INTO notes VALUES ('in the log', 'x')")
        shutil.copytree(path.parent, path.parent / "kept")
    for kept in (path.parent / "kept").iterdir():
        kept.rename(path.parent / kept.name)
    (path.parent / "kept").rmdir()
    assert path.with_name(f"{path.name}-wal").stat().st_size


# --- what is in a store -----------------------------------------------------------------------------------------------


async def rows_of(url: str) -> Rows:
    """Every row of every table, Alembic's too; none where there is no file."""
    address = parse(url)
    if (file := file_of(address)) is not None and not file.exists():
        return {}
    engine = engine_of(address)
    async with engine.connect() as connection:
        found = await connection.run_sync(_rows)
    await engine.dispose()
    return found


def _rows(connection: Connection) -> Rows:
    tables = _tables(connection)
    return {table.name: [dict(row) for row in connection.execute(select(table)).mappings()] for table in tables}


def _tables(connection: Connection) -> list[Table]:
    """The tables as they are, with their columns alone: to look all else up takes longer than to read the rows."""
    found = sorted(inspect(connection).get_multi_columns().items())
    return [
        Table(name, MetaData(), *(Column(each["name"], each["type"]) for each in columns))
        for (_, name), columns in found
    ]


def lost(before: Rows, after: Rows) -> list[str]:
    """The rows that are no longer there, as far as their columns are."""
    found = []
    for table, rows in before.items():
        if table != VERSION_TABLE:
            there = after.get(table, [])
            columns = set(there[0]) if there else set()
            for row in rows:
                kept = {name: value for name, value in row.items() if name in columns}
                if not kept or not any(kept.items() <= other.items() for other in there):
                    found.append(f"{table}: {row}")
    return found


# --- stores that earlier versions left half made ----------------------------------------------------------------------

Statement = tuple[str, Any]


def half_made(start: str | None) -> Iterator[tuple[str, list[Statement], bool]]:
    """Each beginning of the statements by which earlier versions made (`start` None) or upgraded a store.

    Yields:
        What it is, the statements, and whether each was committed by itself; else Python's driver began a transaction
        before the first row and the kill rolled it back.
    """
    statements = _statements(start)
    for count in range(1, len(statements) + 1):
        for each in (True, False):
            what = "each by itself" if each else "as Python's driver commits"
            yield f"{count} of {len(statements)} statements, {what}", statements[:count], each


def _statements(start: str | None) -> list[Statement]:
    engine = create_engine("sqlite://")
    found: list[Statement] = []
    with engine.begin() as connection:
        if start is not None:
            bring_to(connection, start)

        @event.listens_for(connection, "before_cursor_execute")
        def _keep(_connection: object, _cursor: object, statement: str, parameters: object, *_: object) -> None:
            if not statement.lstrip().startswith(("SELECT", "PRAGMA")):
                found.append((statement, parameters))

        bring_to(connection, BEFORE_ONE_PIECE)
    engine.dispose()
    return found


def apply(url: str, statements: list[Statement], each: bool) -> None:
    """Leave a store on SQLite as the death of an earlier version after these statements left it."""
    with closing(sqlite3.connect(path_of(url))) as connection:
        connection.execute("PRAGMA journal_mode = WAL")
        if each:
            connection.isolation_level = None
        for statement, parameters in statements:
            connection.execute(statement, parameters)
