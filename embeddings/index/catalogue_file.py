"""The file of a catalogue: a connection for each thread, and errors that say what to do."""

from __future__ import annotations

import contextlib
import sqlite3
import threading
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from embeddings.errors import BUILD_AGAIN, IndexUnusableError
from embeddings.index.stored import is_refusal
from embeddings.text import clean, shorten

_AT_ONCE = 4_096  # rows of a table that is read whole


class CatalogueFile:
    """A finished SQLite file, read from any number of threads; damage to it is an IndexUnusableError."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._local = threading.local()
        self._connections: list[sqlite3.Connection] = []
        self._lock = threading.Lock()

    def close(self) -> None:
        """Close the file in every thread."""
        with self._lock:
            for connection in self._connections:
                connection.close()
            self._connections.clear()

    def _rows(self, sql: str, values: Sequence[Any] | Mapping[str, Any] = ()) -> list[tuple[Any, ...]]:
        with self._reading():
            return self._connection().execute(sql, values).fetchall()

    def _each(self, sql: str) -> Iterator[tuple[Any, ...]]:
        """The rows of a whole table, of which only some are in memory at once."""
        with self._reading():
            found = self._connection().execute(sql)
            while some := found.fetchmany(_AT_ONCE):
                yield from some

    def _connection(self) -> sqlite3.Connection:
        connection: sqlite3.Connection | None = getattr(self._local, "connection", None)
        if connection is None:
            # Published files never change, so SQLite need not look for writers.
            uri = f"{self._path.absolute().as_uri()}?mode=ro&immutable=1"
            connection = sqlite3.connect(uri, uri=True, check_same_thread=False, cached_statements=512)
            connection.execute("PRAGMA cell_size_check = ON")  # finds damage before it is followed
            self._local.connection = connection
            with self._lock:
                self._connections.append(connection)
        return connection

    @contextlib.contextmanager
    def _reading(self) -> Iterator[None]:
        """A context for using the file: what SQLite says of it is told in a sentence."""
        try:
            yield
        except sqlite3.Error as error:
            if is_refusal(error):
                raise IndexUnusableError(
                    f"the system does not let the catalogue {self._path} be read ({error}); see whether its disk is "
                    "in order and whether more files may be opened (`ulimit -n`)"
                ) from error
            raise self._damaged(str(error)) from error

    def _damaged(self, why: str) -> IndexUnusableError:
        return IndexUnusableError(f"the catalogue {self._path} cannot be read ({why}); {BUILD_AGAIN}")

    @contextlib.contextmanager
    def _decoding(self) -> Iterator[None]:
        """A context for decoding a table's values: those that cannot be decoded are damage."""
        try:
            yield
        except (ValueError, TypeError, KeyError, RecursionError) as error:
            raise self._damaged(f"it holds {type(error).__name__}: {shorten(clean(str(error)), 60)}") from error
