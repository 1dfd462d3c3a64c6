"""Reading an SQLite file that may be anybody's, without changing a byte of it or leaving a file beside it."""

from __future__ import annotations

import contextlib
import shutil
import sqlite3
import tempfile
from collections.abc import Iterator
from pathlib import Path

from bot.store import schema
from bot.store.errors import StoreError
from bot.store.files import beside

_TABLES = "SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT LIKE 'sqlite~_%' ESCAPE '~'"


@contextlib.contextmanager
def reading(file: Path) -> Iterator[sqlite3.Connection]:
    """A connection that reads a database as of its last transaction, even while other processes have it open.

    Raises:
        StoreError: if it is not a database. The caller adds the file's name to the message.
        sqlite3.DatabaseError: if it cannot be read for now, or is damaged.
    """
    if file.is_dir():
        raise StoreError("it is a folder; name a file")
    with contextlib.ExitStack() as end:
        try:
            connection = _connect(file, end)
        except sqlite3.DatabaseError as error:
            if "not a database" in str(error):
                raise StoreError(f"{error}; name another file, or move this one away") from error
            raise
        yield connection


def judge(connection: sqlite3.Connection) -> tuple[schema.Content, str | None]:
    """What a database holds, and the version that Alembic noted; StoreError as of `schema.judge`."""
    tables = [name for (name,) in connection.execute(_TABLES)]
    version = None
    if schema.VERSION_TABLE in tables:
        (version,) = connection.execute(f"SELECT max(version_num) FROM {schema.VERSION_TABLE}").fetchone()
    return schema.judge(tables, version), version


def has_content(file: Path) -> bool:
    """Whether a file exists and is not empty."""
    try:
        return file.stat().st_size > 0
    except FileNotFoundError:
        return False


def _connect(file: Path, end: contextlib.ExitStack) -> sqlite3.Connection:
    if not (has_content(beside(file, "-wal")) or has_content(beside(file, "-journal"))):
        return _opened(file, "mode=ro&immutable=1", end)  # else SQLite makes files beside it
    if has_content(beside(file, "-wal")) and beside(file, "-shm").exists():
        with contextlib.suppress(sqlite3.OperationalError):
            return _opened(file, "mode=ro&readonly_shm=1", end)
        return _opened(file, "mode=ro", end)  # it is open, and nobody has read its last transaction
    # Whoever wrote it was killed: what has to be played in or back is, in a copy.
    folder = Path(end.enter_context(tempfile.TemporaryDirectory(prefix="dateline-")))
    for suffix in ("", "-wal", "-journal"):
        if beside(file, suffix).exists():
            shutil.copyfile(beside(file, suffix), beside(folder / "copy", suffix))
    return _opened(folder / "copy", "mode=rw", end)


def _opened(file: Path, how: str, end: contextlib.ExitStack) -> sqlite3.Connection:
    connection = sqlite3.connect(f"{file.absolute().as_uri()}?{how}", uri=True, isolation_level=None)
    try:
        connection.execute("BEGIN")
        connection.execute("SELECT count(*) FROM sqlite_master").fetchone()
    except BaseException:
        connection.close()
        raise
    end.callback(connection.close)
    return connection
