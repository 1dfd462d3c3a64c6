"""Backups of a store on SQLite: copied while the bot runs, judged, and put back in one step.

A store is put back with one rename. Before it, all that stands in the write-ahead log of the old store is brought into
its file, under its lock: a log that outlived the rename would be played into the new one. Where no bot runs, the log is
gone before the rename; beside a running one it is empty, and is removed after it. A bot that runs sees that its file is
another one, and opens that.
"""

from __future__ import annotations

import contextlib
import itertools
import os
import sqlite3
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from sqlalchemy.engine import URL

from bot.store import schema
from bot.store.address import BUSY_S, file_of, parse
from bot.store.errors import StoreError
from bot.store.files import beside, give_to_owner, log_of, part_beside, place, remove_log, sync
from bot.store.reading import has_content, judge, reading
from bot.store.schema import Content
from embeddings.errors import InputError

WAIT_S = 30.0  # for those who write to the store
_PAUSE_S = 0.1
COUNTED = ("subscriptions", "posts", "answers")  # what people know of


@dataclass(frozen=True)
class Copied:
    """What was backed up or restored.

    Attributes:
        kept: the path of the store that was replaced, if there was one.
        rows: the number of rows in the tables that matter to people.
    """

    store: Path
    rows: dict[str, int]
    kept: Path | None = None

    def __str__(self) -> str:
        return ", ".join(f"{number:,} {name}" for name, number in self.rows.items())


def back_up(url: str, target: Path) -> Copied:
    """Copy the store into a new file that only its owner may read.

    Raises:
        InputError: if the file exists already, or there is no SQLite store.
        StoreError: if `store.url` names something that is not a store, or a damaged one.
    """
    store = _store_of(url)
    if not target.parent.is_dir():
        raise InputError(f"{target.parent} is not an existing folder; create it first")
    if target.exists() or target.is_symlink():
        raise InputError(f"{target} is there already, and a backup overwrites nothing; name another file")
    if not store.is_dir() and not has_content(store):
        raise InputError(f"there is no store in {store}, which store.url names; nothing was backed up")
    try:
        with reading(store) as look:
            content, _ = judge(look)
        if content is not Content.STORE:
            raise StoreError("its making was broken off; start the bot once")
        with part_beside(target) as part:
            with contextlib.closing(_connect(store, "mode=rw")) as source:
                rows = _copy(source, part)
            if not place(part, target):
                raise InputError(f"{target} was made meanwhile, and a backup overwrites nothing; name another file")
    except (StoreError, sqlite3.DatabaseError) as error:
        raise StoreError(f"the store {store} cannot be backed up: {error}") from error
    return Copied(store, rows)


def restore(url: str, source: Path) -> Copied:
    """Replace the store with a backup, or put it there if there is none; the old store is kept beside it.

    Raises:
        InputError: if the file is not a store of this or an earlier version.
        StoreError: if the old file is not a store, is damaged, or is locked by another process.
    """
    store = _store_of(url)
    if not store.parent.is_dir():
        raise InputError(f"store.url names a file in {store.parent}, which is not an existing folder; create it first")
    if not source.exists():
        raise InputError(f"there is no file {source}; name a backup that `dateline bot backup` wrote")
    if store.exists() and source.samefile(store):
        raise InputError(f"{source} is the store itself; name a file that `dateline bot backup` wrote")
    _judge_old(store)
    with part_beside(store) as part:
        try:
            with reading(source) as connection:
                content, _ = judge(connection)
                if content is not Content.STORE:
                    raise StoreError("it holds no whole store")
                rows = _copy(connection, part)
        except (StoreError, sqlite3.DatabaseError) as error:
            reason = str(error).partition("; ")[0]
            raise InputError(
                f"{source} cannot be restored: {reason}; name a file that `dateline bot backup` wrote"
            ) from error
        give_to_owner(part, store)
        return Copied(store, rows, _put_inplace(part, store))


def _store_of(url: str) -> Path:
    parsed = parse(url)
    if (file := file_of(parsed)) is not None:
        return file.resolve()
    if parsed.get_backend_name() == "sqlite":
        raise InputError("store.url names a store in memory, not a file; it can be neither backed up nor restored")
    shown = URL.create(
        "postgresql", parsed.username, host=parsed.host, port=parsed.port, database=parsed.database
    ).render_as_string()
    raise InputError(
        f"a store on PostgreSQL is backed up by `pg_dump --format=custom --file=FILE {shown}` and restored by "
        f"`pg_restore --clean --if-exists --single-transaction --dbname={shown} FILE`, which ask for the password"
    )


def _judge_old(store: Path) -> None:
    """Raise StoreError if the old file must not be replaced."""
    if not store.is_dir() and not has_content(store):
        return
    try:
        with reading(store) as connection:
            judge(connection)
    except (StoreError, sqlite3.DatabaseError) as error:
        raise _not_replaced(store, error) from error


def _not_replaced(store: Path, error: Exception) -> StoreError:
    if "locked" in str(error):
        return StoreError(f"{store} is held by another process, such as the bot; stop that, and restore again")
    reason = str(error).partition("; ")[0]
    return StoreError(
        f"{store} is not replaced: {reason}; move it away, with the files {store.name}-wal and -journal if they are "
        f"there, and restore again"
    )


# --- copying ---


def _connect(file: Path, how: str) -> sqlite3.Connection:
    return sqlite3.connect(f"{file.absolute().as_uri()}?{how}", uri=True, timeout=BUSY_S, isolation_level=None)


def _copy(source: sqlite3.Connection, part: Path) -> dict[str, int]:
    """Copy a store as it is at one moment, and check that the copy is whole; returns the numbers of its rows."""
    with contextlib.closing(_connect(part, "mode=rw")) as copy:
        source.backup(copy)
        copy.execute("PRAGMA journal_mode = DELETE")  # all in one file
    with contextlib.closing(_connect(part, "mode=ro")) as copy:
        (found,) = copy.execute("PRAGMA integrity_check(1)").fetchone()
        if found != "ok":
            raise StoreError(f"it is damaged ({' '.join(found.split())})")
        _, version = judge(copy)
        tables = [name for name in COUNTED if schema.has_table(str(version), name)]
        rows = {name: copy.execute(f"SELECT count(*) FROM {name}").fetchone()[0] for name in tables}
    sync(part)
    return rows


# --- putting back ---


def _put_inplace(part: Path, store: Path) -> Path | None:
    """Make a file the store; returns the path of the one before."""
    while not store.exists():
        for suffix in ("-wal", "-journal"):  # of a store that is no longer there: it would be played into this one
            if beside(store, suffix).exists():
                name = next(name for name in _names_for_old(beside(store, suffix)) if not name.exists())
                beside(store, suffix).rename(name)
        beside(store, "-shm").unlink(missing_ok=True)
        if place(part, store):
            return None
    kept: Path | None = None
    try:
        kept = _keep(store)
        old = _locked(store)
    except BaseException as error:
        if kept is not None:
            kept.unlink()
        if isinstance(error, (StoreError, sqlite3.DatabaseError)):
            raise _not_replaced(store, error) from error
        raise
    with contextlib.closing(old):
        if os.name == "nt":
            old.close()  # Windows replaces no file that is open
        # Those of the old store, which its lock kept empty; a bot that is quick makes new ones under the same names.
        log = log_of(store)
        part.replace(store)
        remove_log(log)
        sync(store.parent)
    return kept


def _locked(store: Path) -> sqlite3.Connection:
    """Hold the lock of a store, with everything written to its file and nothing left in its write-ahead log."""
    connection = _connect(store, "mode=rw")
    end = time.monotonic() + WAIT_S
    try:
        while True:
            try:
                _empty_log(connection)
                connection.execute("BEGIN EXCLUSIVE")
                if not has_content(beside(store, "-wal")):
                    return connection
                connection.execute("ROLLBACK")  # somebody wrote in between
            except sqlite3.OperationalError as error:
                if "locked" not in str(error) or time.monotonic() > end:
                    raise
            if time.monotonic() > end:
                raise sqlite3.OperationalError("database is locked")
            time.sleep(_PAUSE_S)
    except BaseException:
        connection.close()
        raise


def _empty_log(connection: sqlite3.Connection) -> None:
    """Write the log into the database's file, and remove the log if nobody else has it open."""
    connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    with contextlib.suppress(sqlite3.OperationalError):  # a bot runs
        connection.execute("PRAGMA journal_mode = DELETE")


def _keep(store: Path) -> Path | None:
    """Give the old store a second name, by which it stays after it is replaced."""
    if not has_content(store):
        return None
    for name in _names_for_old(store):
        if name.exists():
            if name.samefile(store):  # a restore that was killed has named it
                return name
            continue
        try:
            name.hardlink_to(store)
        except OSError:  # a file system without links
            with part_beside(name) as copy, contextlib.closing(_connect(store, "mode=rw")) as old:
                _copy(old, copy)
                copy.rename(name)
        return name
    raise AssertionError("names never end")


def _names_for_old(file: Path) -> Iterator[Path]:
    """The names to try for a file that is replaced."""
    for number in itertools.count(1):
        yield beside(file, ".before-restore" + (f"-{number}" if number > 1 else ""))
