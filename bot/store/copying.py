"""A whole store copied into an empty database, of SQLite or PostgreSQL: every row, or nothing.

Nobody may use the store meanwhile, for what they write would be missing in the copy: SQLite's file is held as a restore
holds it, PostgreSQL's tables are locked against writers. The copy is made in one transaction, on SQLite in a file that
gets its name last, with the tables of the version that the store has; then it is brought up to date.
"""

from __future__ import annotations

import asyncio
import contextlib
import hashlib
import time
from collections.abc import AsyncIterator, Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeVar

from sqlalchemy import (
    Column,
    Connection,
    MetaData,
    PrimaryKeyConstraint,
    Table,
    delete,
    func,
    insert,
    inspect,
    literal,
    select,
    text,
    tuple_,
)
from sqlalchemy.engine import URL, RowMapping
from sqlalchemy.exc import DBAPIError
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.store import schema
from bot.store.address import APPLICATION, BEGIN, OUTSIDE, WRITING, engine_of, file_of, parse, shown
from bot.store.backup import COUNTED
from bot.store.errors import StoreError
from bot.store.files import beside, give_to_owner, part_beside, place, sync
from bot.store.opening import dispose, lock, naming, repeatedly
from bot.store.reading import has_content, judge, reading
from bot.store.schema import Content
from embeddings.errors import InputError
from embeddings.progress import Progress, no_progress
from embeddings.text import counted

_AT_ONCE = 1_000  # rows that are read and written together
_STATEMENT_S = 600.0
_LEAVE_S = 3.0  # in which the connections of a process that has just ended are gone
_PAUSE_S = 0.1

Result = TypeVar("Result")


@dataclass(frozen=True)
class CopiedStore:
    """What was copied: the addresses without passwords, and the rows of each table."""

    source: str
    target: str
    rows: dict[str, int]

    def __str__(self) -> str:
        named = ", ".join(f"{self.rows[name]:,} {name}" for name in COUNTED if name in self.rows)
        return f"{counted(sum(self.rows.values()), 'row')}, {named} among them"


async def copy_store(source: str, target: str, progress: Progress = no_progress) -> CopiedStore:
    """Copy the store at one address to another one, where nothing is yet; the source stays as it is.

    Whenever this is killed, the target is whole or as it was.

    Raises:
        InputError: if an address cannot be used, there is no store at the first, or something at the second.
        StoreError: if the store is in use, or damaged, or the copy is not the same.
        StoreAwayError: if a database cannot be reached.
    """
    from_url, to_url = parse(source, "FROM"), parse(target, "TO")
    for url, called in ((from_url, "FROM"), (to_url, "TO")):
        if url.get_backend_name() == "sqlite" and file_of(url) is None:
            raise InputError(f"{called} names a store in memory, which nothing can be copied from or to")
    _refuse_what_is_there(to_url)
    async with _held(from_url) as old, _made(to_url) as new:
        rows = await _fill(old, new, progress)
    return CopiedStore(shown(from_url), shown(to_url), rows)


class _Side:
    """One of the two databases, with a connection in a transaction. Its errors carry its name."""

    def __init__(self, url: URL, connection: AsyncConnection) -> None:
        self._url = url
        self._connection = connection

    async def run(self, work: Callable[..., Result], *arguments: object) -> Result:
        """Do something that needs a connection of the other kind."""
        with naming(self._url, "be copied"):
            return await self._connection.run_sync(work, *arguments)

    async def rows(self, table: Table) -> AsyncIterator[Sequence[RowMapping]]:
        """The rows of a table, some at once."""
        with self._reading(table):
            keys = list(table.primary_key.columns)
            query = select(table).order_by(*keys).limit(_AT_ONCE)
            page = query
            while rows := (await self._connection.execute(page)).mappings().all():
                yield rows
                last = tuple_(*(literal(rows[-1][key.name], key.type) for key in keys))
                page = query.where(tuple_(*keys) > last)  # a cursor would keep the table from being upgraded

    async def write(self, table: Table, rows: Sequence[RowMapping]) -> None:
        """Add rows to a table."""
        with naming(self._url, f"take the rows of {table.name}"):
            await self._connection.execute(insert(table), [dict(row) for row in rows])

    async def empty(self, table: Table) -> None:
        """Take out what a migration put into a table."""
        with naming(self._url, "be copied"):
            await self._connection.execute(delete(table))

    @contextlib.contextmanager
    def _reading(self, table: Table) -> Any:
        with naming(self._url, f"be copied: the rows of {table.name} cannot be read"):
            try:
                yield
            except ValueError as error:  # a date that is none
                raise StoreError(f"the rows of {table.name} cannot be read: {error}") from error


# --- where it comes from ---


@contextlib.asynccontextmanager
async def _held(url: URL) -> AsyncIterator[_Side]:
    """A store that nobody else uses, and that nobody can write to meanwhile."""
    file = file_of(url)
    if file is not None and not file.is_dir() and not has_content(file):
        raise InputError(f"there is no store in {file}, which FROM names; nothing was copied")
    engine = engine_of(url, "FROM", _STATEMENT_S)
    if file is not None:
        with naming(url):
            await asyncio.to_thread(_judge_file, file)
    try:
        async with _connected(engine, url) as connection:
            with naming(url, "be copied"):
                if file is None:
                    await _hold_database(connection, url)
                else:
                    await _hold_file(connection)
            yield _Side(url, connection)
    finally:
        await dispose(engine)


async def _hold_file(connection: AsyncConnection) -> None:
    """Have the whole store in one file, and hold that: where a bot has it open, its log cannot be taken away."""
    try:
        await connection.execution_options(**OUTSIDE)
        await connection.exec_driver_sql("PRAGMA journal_mode = DELETE")
        await connection.commit()
        await connection.execution_options(**{BEGIN: "BEGIN EXCLUSIVE"})
        await connection.begin()
        if await _pragma(connection, "journal_mode") != "delete":
            raise _in_use()  # somebody opened it in between
    except DBAPIError as error:
        if "locked" in str(error.orig):
            raise _in_use() from error
        raise
    if (found := await _pragma(connection, "integrity_check(1)")) != "ok":
        raise StoreError(f"it is damaged ({' '.join(found.split())}); restore a backup")


async def _hold_database(connection: AsyncConnection, url: URL) -> None:
    """Lock the store's tables against writers; a bot that merely stands by is found by its connections."""
    await connection.begin()
    await repeatedly(lambda: lock(connection))  # nobody opens the store before this ends
    tables, version = await connection.run_sync(schema.contents)
    content = schema.judge(tables, version, others=True)
    if content is Content.NOTHING:
        raise InputError(f"there is no store in {shown(url)}, which FROM names; nothing was copied")
    _refuse_half_made(content)
    end = time.monotonic() + _LEAVE_S
    others = (
        "SELECT count(*) FROM pg_stat_activity"
        " WHERE datname = current_database() AND application_name = :name AND pid <> pg_backend_pid()"
    )
    while await connection.scalar(text(others), {"name": APPLICATION}):
        if time.monotonic() > end:
            raise _in_use()
        await asyncio.sleep(_PAUSE_S)
        await connection.execute(text("SELECT pg_stat_clear_snapshot()"))  # else a transaction sees the same each time
    names = ", ".join(sorted(schema.tables_of(str(version))))
    try:
        await connection.execute(text("SET LOCAL lock_timeout = '2s'"))
        await connection.execute(text(f"LOCK TABLE {names} IN SHARE MODE"))
    except DBAPIError as error:
        if getattr(error.orig, "sqlstate", None) == "55P03":  # lock_not_available
            raise _in_use() from error
        raise


def _judge_file(file: Path) -> None:
    """See that a file is a store, without touching it if it is none."""
    with reading(file) as look:
        content, _ = judge(look)
    _refuse_half_made(content)


def _refuse_half_made(content: Content) -> None:
    if content is not Content.STORE:
        raise StoreError("its making was broken off; start the bot on it once")


def _in_use() -> StoreError:
    return StoreError("another process has it open, such as the bot; stop that, and copy again")


async def _pragma(connection: AsyncConnection, name: str) -> str:
    return str((await connection.exec_driver_sql(f"PRAGMA {name}")).scalar_one())


# --- where it goes ---


def _refuse_what_is_there(url: URL) -> None:
    """Raise InputError if a target in a file is there already; databases are judged once they are connected to."""
    file = file_of(url)
    if file is None:
        return
    for path in (file, beside(file, "-wal"), beside(file, "-journal")):
        if path.exists() or path.is_symlink():
            raise InputError(f"{path} is there already, and a copy overwrites nothing; name another file in TO")


@contextlib.asynccontextmanager
async def _made(url: URL) -> AsyncIterator[_Side]:
    """An empty database, which is there with all that is written to it once this ends, and else as it was."""
    file = file_of(url)
    if file is None:
        async with _transaction(url, _take_empty) as side:
            yield side
        return
    engine_of(url, "TO")  # which refuses a folder that is not there
    with part_beside(file) as part:
        async with _transaction(url.set(database=str(part))) as side:
            yield side
        sync(part)
        give_to_owner(part, file)
        if not place(part, file):
            raise InputError(f"{file} was made meanwhile, and a copy overwrites nothing; name another file in TO")


@contextlib.asynccontextmanager
async def _transaction(url: URL, prepare: Callable[[AsyncConnection, URL], Any] | None = None) -> AsyncIterator[_Side]:
    engine = engine_of(url, "TO", _STATEMENT_S)
    try:
        async with _connected(engine, url) as plain:
            connection = await plain.execution_options(**WRITING)
            with naming(url, "be made"):
                await connection.begin()
                if prepare is not None:
                    await prepare(connection, url)
            yield _Side(url, connection)
            with naming(url, "be made"):
                await connection.commit()
    finally:
        await dispose(engine)


async def _take_empty(connection: AsyncConnection, url: URL) -> None:
    await _refuse_tables(connection, url)  # at once: whoever holds the lock may be this very copy, on the same store
    await repeatedly(lambda: lock(connection))
    await _refuse_tables(connection, url)


async def _refuse_tables(connection: AsyncConnection, url: URL) -> None:
    tables, version = await connection.run_sync(schema.contents)
    if schema.judge(tables, version, others=True) is not Content.NOTHING:
        raise InputError(
            f"{shown(url)} holds a store already, and a copy overwrites nothing; name an empty database in TO, such as "
            "a new one by createdb"
        )


@contextlib.asynccontextmanager
async def _connected(engine: Any, url: URL) -> AsyncIterator[AsyncConnection]:
    with naming(url):
        connection: AsyncConnection = await engine.connect()
    try:
        yield connection
    finally:
        await connection.close()  # which rolls back what was not committed


# --- copying ---


async def _fill(old: _Side, new: _Side, progress: Progress) -> dict[str, int]:
    """Copy every table, and compare what came of it with what was read; returns the numbers of rows."""
    version = await old.run(_version)
    tables, total = await old.run(_tables, version)
    await new.run(schema.bring_to, version)
    made, _ = await new.run(_tables, version)
    rows = {}
    done = 0
    for name, table in tables.items():
        read = _Sum()
        await new.empty(made[name])
        async for part in old.rows(table):
            await new.write(made[name], part)
            read.add(part)
            progress("copying rows", done + read.count, total)
        written = _Sum()
        async for part in new.rows(made[name]):
            written.add(part)
        if written != read:
            raise StoreError(f"the rows of {name} are not the same in the copy; nothing was copied")
        rows[name] = read.count
        done += read.count
    await new.run(schema.bring_up_to_date)
    return rows


class _Sum:
    """What identifies a set of rows, whatever their order."""

    def __init__(self) -> None:
        self.count = 0
        self._sum = 0

    def add(self, rows: Sequence[RowMapping]) -> None:
        """Add rows to the count and to the sum of their hashes."""
        self.count += len(rows)
        for row in rows:
            told = repr(sorted(row.items())).encode()
            self._sum += int.from_bytes(hashlib.blake2b(told, digest_size=16).digest())

    def __eq__(self, other: object) -> bool:
        return isinstance(other, _Sum) and (self.count, self._sum) == (other.count, other._sum)

    __hash__ = None  # type: ignore[assignment]  # it changes


def _version(connection: Connection) -> str:
    return str(schema.contents(connection)[1])


def _tables(connection: Connection, version: str) -> tuple[dict[str, Table], int]:
    """The tables that a store has at a version, as they are in the database, and how many rows are in them."""
    look, names = inspect(connection), sorted(schema.tables_of(version))
    keys = look.get_multi_pk_constraint(filter_names=names)
    tables = {
        place[1]: Table(
            place[1],
            MetaData(),
            *(Column(each["name"], each["type"]) for each in columns),
            PrimaryKeyConstraint(*keys[place]["constrained_columns"]),
        )
        for place, columns in sorted(look.get_multi_columns(filter_names=names).items())
    }
    if lacking := ", ".join(sorted(set(names) - set(tables))):
        raise StoreError(f"it lacks the table {lacking}; restore a backup")
    return tables, sum(connection.scalar(select(func.count()).select_from(table)) or 0 for table in tables.values())
