"""What a build has encoded so far, on the disk: a build that follows a killed one does not encode it again."""

from __future__ import annotations

import hashlib
import sqlite3
from collections.abc import Mapping, Sequence
from pathlib import Path

import numpy as np

# What SQLite says of a file that is damaged, or no database of ours; anything else is the system's refusal.
_DAMAGE = (sqlite3.SQLITE_ERROR, sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_NOTADB, sqlite3.SQLITE_FORMAT)

_CHECK_BYTES = 8


class Journal:
    """Vectors by the key of their text, of one model; only the build that holds the folder's lock may open it.

    Nothing that a loss of power left damaged is handed out: each vector carries a checksum, and a file that SQLite
    cannot read is begun anew.

    Args:
        fingerprint: of the model; vectors of another one are dropped.
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
            # Exclusive, so that no memory need be shared: file systems that cannot are no hindrance.
            self._db.executescript(
                "PRAGMA locking_mode = EXCLUSIVE; PRAGMA journal_mode = WAL; PRAGMA synchronous = NORMAL;"
                "CREATE TABLE IF NOT EXISTS model (fingerprint TEXT);"
                "CREATE TABLE IF NOT EXISTS vectors (key BLOB PRIMARY KEY, vector BLOB NOT NULL) WITHOUT ROWID"
            )
            if self._db.execute("SELECT fingerprint FROM model").fetchall() != [(self._fingerprint,)]:
                self._db.executescript("DELETE FROM vectors; DELETE FROM model")
                self._db.execute("INSERT INTO model VALUES (?)", (self._fingerprint,))
        return self._db

    def _begin_anew(self, error: sqlite3.DatabaseError) -> None:
        if getattr(error, "sqlite_errorcode", 0) & 0xFF not in _DAMAGE:
            raise error
        self.empty()
        self._open()

    def vectors(self, keys: Sequence[bytes]) -> dict[bytes, np.ndarray]:
        """The vectors of those of some texts that are there and sound."""
        marks = ",".join("?" * len(keys))
        try:
            rows = self._open().execute(f"SELECT key, vector FROM vectors WHERE key IN ({marks})", keys).fetchall()
        except sqlite3.DatabaseError as error:
            self._begin_anew(error)
            return {}
        found: dict[bytes, np.ndarray] = {}
        for key, data in rows:
            vector, check = data[:-_CHECK_BYTES], data[-_CHECK_BYTES:]
            if check == self._check(key, vector):
                found[key] = np.frombuffer(vector, np.float32)
        return found

    def add(self, vectors: Mapping[bytes, np.ndarray]) -> None:
        """Keep some vectors; when this returns, a kill cannot lose them."""
        rows: list[tuple[bytes, bytes]] = []
        for key, vector in vectors.items():
            data = vector.astype(np.float32).tobytes()
            rows.append((key, data + self._check(key, data)))
        try:
            self._insert(rows)
        except sqlite3.DatabaseError as error:
            self._begin_anew(error)
            self._insert(rows)

    def _insert(self, rows: Sequence[tuple[bytes, bytes]]) -> None:
        db = self._open()
        with db:  # rolls back where it fails
            db.execute("BEGIN")
            db.executemany("INSERT OR REPLACE INTO vectors VALUES (?, ?)", rows)

    def _check(self, key: bytes, vector: bytes) -> bytes:
        return hashlib.blake2b(key + vector, key=self._secret, digest_size=_CHECK_BYTES).digest()

    def close(self) -> None:
        """Close the file; it stays."""
        if self._db is not None:
            self._db.close()
            self._db = None

    def empty(self) -> None:
        """Close and delete the file."""
        self.close()
        for suffix in ("", "-wal", "-shm", "-journal"):
            self._path.with_name(self._path.name + suffix).unlink(missing_ok=True)
