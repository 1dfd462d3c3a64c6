"""The SQLite file of what `update` has fetched: tables of pages, and notes on what was done."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path

from embeddings.errors import ArchiveDamagedError
from embeddings.program import index_command

_TABLE = """
CREATE TABLE IF NOT EXISTS {name} (
    day TEXT PRIMARY KEY,
    revision INTEGER,            -- NULL: the wiki had no such page
    edited TEXT,                 -- when that revision was saved
    wikitext BLOB NOT NULL,      -- packed by zlib, as what was read is
    read BLOB NOT NULL,          -- the page's events, and what of it could not be read
    reader TEXT NOT NULL,        -- the program's version that read it, and what it was to leave out
    fetched TEXT NOT NULL,
    checksum BLOB NOT NULL,      -- of all the above
    looked TEXT NOT NULL         -- when the wiki was last asked whether there is another revision
) WITHOUT ROWID;
"""
_NOTES = "CREATE TABLE IF NOT EXISTS notes (name TEXT PRIMARY KEY, value TEXT NOT NULL) WITHOUT ROWID;"

# What SQLite says of a file that is damaged, or none of ours; 0 is Python's word for a text that is no UTF-8.
_DAMAGE = (0, sqlite3.SQLITE_ERROR, sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_NOTADB, sqlite3.SQLITE_FORMAT)


class PageFile:
    """An SQLite file with a table for each kind of pages and one of notes, made if it does not exist.

    Every method raises ArchiveDamagedError if SQLite finds the file damaged.

    Args:
        kinds: the names of the tables.
    """

    def __init__(self, path: Path, kinds: Iterable[str]) -> None:
        self.path = path
        tables = "".join(_TABLE.format(name=name) for name in kinds)  # an earlier version's file may lack some
        with self.explained():
            self.db = sqlite3.connect(path, isolation_level=None)
            self.db.executescript(f"PRAGMA cell_size_check = ON; BEGIN; {tables} {_NOTES} COMMIT;")

    def close(self) -> None:
        """Close the file."""
        self.db.close()

    @contextmanager
    def explained(self) -> Iterator[None]:
        """Say of the errors of a damaged file what to do."""
        try:
            yield
        except (sqlite3.DatabaseError, ValueError, TypeError) as error:
            if isinstance(error, sqlite3.Error) and getattr(error, "sqlite_errorcode", 0) & 0xFF not in _DAMAGE:
                raise
            raise ArchiveDamagedError(
                f"the fetched days in {self.path} are damaged ({error}); delete that file, then fetch them again with "
                f"`{index_command('update --since')}` and the first day that you want"
            ) from error

    @contextmanager
    def changing(self) -> Iterator[None]:
        """A transaction."""
        with self.explained(), self.db:  # rolls back where it fails
            self.db.execute("BEGIN IMMEDIATE")
            yield

    def note(self, name: str) -> str | None:
        """What was noted under a name."""
        with self.explained():
            found = self.db.execute("SELECT value FROM notes WHERE name = ?", (name,)).fetchone()
        return found[0] if found else None

    def set_note(self, name: str, value: str | None) -> None:
        """Note something under a name; None: nothing."""
        with self.explained():
            if value is None:
                self.db.execute("DELETE FROM notes WHERE name = ?", (name,))
            else:
                self.db.execute("INSERT OR REPLACE INTO notes VALUES (?, ?)", (name, value))

    def count(self, name: str) -> int:
        """The number that was noted under a name; 0 where there is none."""
        with self.explained():
            return int(self.note(name) or 0)

    def add_to_note(self, name: str, number: int) -> None:
        """Count on under a name."""
        if number:
            self.set_note(name, str(self.count(name) + number))

    def faults(self) -> Iterator[str]:
        """What SQLite itself finds wrong."""
        with self.explained():
            for (line,) in self.db.execute("PRAGMA integrity_check(5)"):
                if line != "ok":
                    yield f"{self.path}: {line}"
