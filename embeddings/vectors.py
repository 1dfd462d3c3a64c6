"""Nearest vectors: a FAISS index whose row numbers are those of the catalogue, in order of time."""

from __future__ import annotations

import errno
import struct
from collections.abc import Sequence
from pathlib import Path

import faiss
import numpy as np

from embeddings.errors import IndexUnusableError

# One thread a query is several times faster than two at this size (measured: 6 ms against 17 to 64), and a server
# answers many users at once. The setting is the process's.
faiss.omp_set_num_threads(1)

# How FAISS begins the file of a flat inner-product index (write_index_header in impl/index_write.cpp): kind,
# dimension, rows, two numbers without a meaning, "trained", metric (0: inner product), how many floats follow.
_HEADER = struct.Struct("=4siqqqBiQ")
_KIND = b"IxFI"
_FLOAT_BYTES = 4

_LENGTH_TOLERANCE = 0.01  # of a row's squared length: single precision stays far below, damage rarely does
_AGAIN = "run `python -m embeddings build` again"


class VectorIndex:
    """Exact inner-product search over rows of unit length."""

    def __init__(self, dimension: int) -> None:
        self._index: faiss.Index = faiss.IndexFlatIP(dimension)
        self._place = "the index in memory"

    def __len__(self) -> int:
        return int(self._index.ntotal)

    @property
    def dimension(self) -> int:
        """Numbers in a vector."""
        return int(self._index.d)

    def add(self, vectors: np.ndarray) -> None:
        """Append rows, (n, dimension) float32 of unit length."""
        self._index.add(np.ascontiguousarray(vectors, np.float32))

    def save(self, path: Path) -> None:
        """Write the index to a file.

        Raises:
            OSError: if it cannot be written whole.
        """
        try:
            faiss.write_index(self._index, str(path))
        except RuntimeError as error:  # faiss has no narrower one
            raise OSError(errno.EIO, f"the vectors cannot be written: {_last_line(error)}", str(path)) from error
        # What FAISS still holds when it closes the file may be lost on a full disk without a word.
        size, expected = path.stat().st_size, _HEADER.size + len(self) * self.dimension * _FLOAT_BYTES
        if size != expected:
            raise OSError(errno.ENOSPC, f"only {size:,} of {expected:,} bytes could be written", str(path))

    @classmethod
    def load(cls, path: Path) -> VectorIndex:
        """Map a file that `save` wrote; pages of it are read as searches touch them.

        FAISS believes what a file says of itself, so that a flipped bit could have it read outside the mapping:
        therefore the header is checked before FAISS sees the file.

        Raises:
            IndexUnusableError: if the file is no such index, or breaks off.
        """
        try:
            with path.open("rb") as file:
                header = file.read(_HEADER.size)
                size = file.seek(0, 2)
        except OSError as error:
            raise IndexUnusableError(f"{path} cannot be read: {error.strerror}") from error
        if problem := _header_problem(header, size):
            raise IndexUnusableError(f"{path} {problem}; {_AGAIN}")
        vectors = cls.__new__(cls)
        vectors._place = str(path)
        try:
            vectors._index = faiss.read_index(str(path), faiss.IO_FLAG_MMAP_IFC | faiss.IO_FLAG_READ_ONLY)
        except RuntimeError as error:  # faiss has no narrower one
            raise IndexUnusableError(f"{path} cannot be mapped into memory ({_last_line(error)}); {_AGAIN}") from error
        return vectors

    def search(self, query: np.ndarray, k: int, rows: range | None = None) -> tuple[np.ndarray, np.ndarray]:
        """Find the k nearest rows to one query.

        Args:
            query: (dimension,) float32 of unit length.
            k: results, capped at the number of rows.
            rows: search only these; exact, for no row outside is looked at.
        Returns:
            Rows and cosine scores in [-1, 1], both (at most k,), best first.
        Raises:
            ValueError: if `query` has another shape.
            IndexUnusableError: if a row cannot be of unit length.
        """
        if query.shape != (self.dimension,):
            raise ValueError(f"expected a query of shape ({self.dimension},), got {query.shape}")
        wanted = range(len(self)) if rows is None else range(max(0, rows.start), min(rows.stop, len(self)))
        k = min(k, len(wanted))
        if k <= 0:
            return np.zeros(0, np.int64), np.zeros(0, np.float32)
        params = None
        if rows is not None:
            params = faiss.SearchParameters()
            params.sel = faiss.IDSelectorRange(wanted.start, wanted.stop, True)
        scores, found = self._index.search(query[None, :].astype(np.float32, copy=False), k, params=params)
        kept = found[0] >= 0
        if not np.all(np.abs(scores[0][kept]) <= 1 + _LENGTH_TOLERANCE):
            raise self._damaged()
        return found[0][kept], scores[0][kept]

    def take(self, rows: Sequence[int] | np.ndarray) -> np.ndarray:
        """The vectors of some rows, (len(rows), dimension) float32.

        Raises:
            IndexError: if there is no such row.
            IndexUnusableError: if a row is not of unit length.
        """
        wanted = np.asarray(rows, np.int64)
        if len(wanted) == 0:
            return np.zeros((0, self.dimension), np.float32)
        if wanted.min() < 0 or wanted.max() >= len(self):  # FAISS would read whatever lies there
            raise IndexError(f"expected rows from 0 to {len(self) - 1}, got {wanted.min()} to {wanted.max()}")
        vectors = np.asarray(self._index.reconstruct_batch(wanted), np.float32)
        with np.errstate(all="ignore"):
            lengths = np.einsum("ij,ij->i", vectors, vectors)
            # A model may give zeros for a text of which it knows no word.
            sound = (np.abs(lengths - 1) <= _LENGTH_TOLERANCE) | (lengths == 0)
        if not sound.all():
            raise self._damaged()
        return vectors

    def scores(self, query: np.ndarray, rows: Sequence[int] | np.ndarray) -> np.ndarray:
        """Cosines of one query with some rows, (len(rows),)."""
        return np.asarray(self.take(rows) @ query, np.float32)

    def _damaged(self) -> IndexUnusableError:
        return IndexUnusableError(f"{self._place} is damaged: it holds vectors that are not of unit length; {_AGAIN}")


def _header_problem(header: bytes, size: int) -> str | None:
    """Why a file of `size` bytes that begins with `header` is no whole index; None if it may be one."""
    if len(header) < _HEADER.size:
        return f"is no FAISS index: it has {size:,} bytes"
    kind, dimension, rows, _, _, trained, metric, floats = _HEADER.unpack(header)
    if (kind, trained, metric) != (_KIND, 1, 0) or dimension <= 0 or rows < 0:
        return "is no FAISS index of the kind that a build writes"
    expected = _HEADER.size + dimension * rows * _FLOAT_BYTES
    if floats != dimension * rows or size != expected:
        return f"is damaged: {rows:,} vectors of {dimension:,} numbers take {expected:,} bytes, it has {size:,}"
    return None


def _last_line(error: RuntimeError) -> str:
    """FAISS puts its own source line first and the reason last."""
    return str(error).strip().rpartition("\n")[2]
