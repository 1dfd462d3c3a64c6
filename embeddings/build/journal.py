"""A file of the texts that a build has encoded so far, so that the build after a killed one can use them."""

from __future__ import annotations

import contextlib
import hashlib
import sqlite3
from collections.abc import Mapping, Sequence
from pathlib import Path

import numpy as np

from embeddings.index.tokens import TOKEN_DIMENSION

# What SQLite says of a file that is damaged, or no database of ours; anything else is the system's refusal.
_DAMAGE = (sqlite3.SQLITE_ERROR, sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_NOTADB, sqlite3.SQLITE_FORMAT)

_SYNCHRONOUS = "NORMAL"  # see SQLite's PRAGMA of that name; what a loss of power takes is encoded again
_CHECK_BYTES = 8

Stored = tuple[np.ndarray, np.ndarray]
"""A text's vector, (dimension,) float32, and its tokens, (n, TOKEN_DIMENSION) int8."""


class Journal:
    """Vectors and tokens of texts, by the texts' keys, from one model; only the build that holds the lock may open it.

    What a loss of power has damaged is never returned: each row carries a checksum, and a file that SQLite cannot read
    is replaced by an empty one.

    Args:
        fingerprint: that of the model; vectors of another model are deleted.
    """

    def __init__(self, path: Path, fingerprint: str) -> None:
        self._path = path
        self._fingerprint = fingerprint
        self._secret = hashlib.blake2b(fingerprint.encode()).digest()
        self._db: sqlite3.Connection | None = None
        try:
            self._open()
        except sqlite3.DatabaseError as error:
            self._begin_anew(error)

    def _open(self) -> sqlite3.Connection:
        if self._db is None:
            self._db = sqlite3.connect(self._path, isolation_level=None)
            # Exclusive, so that no memory need be shared: file systems that cannot are no hindrance. It comes first,
            # for what comes after reads the file.
            self._db.executescript(
                f"PRAGMA locking_mode = EXCLUSIVE; PRAGMA synchronous = {_SYNCHRONOUS}; PRAGMA journal_mode = WAL;"
                "BEGIN; CREATE TABLE IF NOT EXISTS model (fingerprint TEXT);"
                "CREATE TABLE IF NOT EXISTS texts "
                "(key BLOB PRIMARY KEY, vector BLOB, tokens BLOB, seal BLOB) WITHOUT ROWID"
            )
            if self._db.execute("SELECT fingerprint FROM model").fetchall() != [(self._fingerprint,)]:
                self._db.execute("DELETE FROM texts")
                self._db.execute("DELETE FROM model")
                self._db.execute("INSERT INTO model VALUES (?)", (self._fingerprint,))
            self._db.execute("COMMIT")
        return self._db

    def _begin_anew(self, error: sqlite3.DatabaseError) -> None:
        if getattr(error, "sqlite_errorcode", 0) & 0xFF not in _DAMAGE:
            raise error
        self.empty()
        self._open()

    def texts(self, keys: Sequence[bytes]) -> dict[bytes, Stored]:
        """The encoded texts among `keys` that the journal holds undamaged."""
        marks = ",".join("?" * len(keys))
        try:
            rows = self._open().execute(f"SELECT * FROM texts WHERE key IN ({marks})", keys).fetchall()
        except sqlite3.DatabaseError as error:
            self._begin_anew(error)
            return {}
        return {
            key: (np.frombuffer(vector, np.float32), np.frombuffer(tokens, np.int8).reshape(-1, TOKEN_DIMENSION))
            for key, vector, tokens, seal in rows
            if seal == self._seal(key, vector, tokens)
        }

    def add(self, texts: Mapping[bytes, Stored]) -> None:
        """Keep some encoded texts; once this returns, they outlive a kill."""
        rows: list[tuple[bytes, ...]] = []
        for key, stored in texts.items():
            vector, tokens = stored[0].astype(np.float32).tobytes(), stored[1].astype(np.int8).tobytes()
            rows.append((key, vector, tokens, self._seal(key, vector, tokens)))
        try:
            self._insert(rows)
        except sqlite3.DatabaseError as error:
            self._begin_anew(error)
            self._insert(rows)

    def _insert(self, rows: Sequence[tuple[bytes, ...]]) -> None:
        db = self._open()
        with db:  # rolls back where it fails
            db.execute("BEGIN")
            db.executemany("INSERT OR REPLACE INTO texts VALUES (?, ?, ?, ?)", rows)

    def _seal(self, key: bytes, vector: bytes, tokens: bytes) -> bytes:
        return hashlib.blake2b(key + vector + tokens, key=self._secret, digest_size=_CHECK_BYTES).digest()

    def close(self) -> None:
        """Close the file; it stays."""
        if self._db is not None:
            self._db.close()
            self._db = None

    def empty(self) -> None:
        """Close and delete the file."""
        if self._db is not None:
            with contextlib.suppress(sqlite3.Error):  # it may be damaged
                self._db.execute("PRAGMA synchronous = OFF")  # nothing of it need be on the disk
        self.close()
        delete(self._path)


def delete(path: Path) -> None:
    """Delete the file of a journal that is not open, if there is one."""
    for suffix in ("", "-wal", "-shm", "-journal"):
        path.with_name(path.name + suffix).unlink(missing_ok=True)
