"""Nearest vectors: rows in the catalogue's order, which is that of time, searched with FAISS."""

from __future__ import annotations

import struct
import threading
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from embeddings.errors import BUILD_AGAIN, IndexUnusableError
from embeddings.index import threads
from embeddings.index.pieces import Pieces
from embeddings.index.products import products

if TYPE_CHECKING:
    import faiss

    from embeddings.index.codes import Codes

# From so many rows on, an index has codes. Processor time of a question, 384 numbers, one thread, a busy machine: exact
# 6.3 ms for 113,755 rows and 58 for a million, with codes 1.8 and 10.7; memory 176 and 1,538 MB, with codes 15 and 117.
COMPRESSED_FROM = 50_000

# How FAISS begins the file of a flat inner-product index (write_index_header in impl/index_write.cpp): kind,
# dimension, rows, two numbers without a meaning, "trained", metric (0: inner product), how many floats follow.
_HEADER = struct.Struct("=4siqqqBiQ")
_KIND = b"IxFI"
_FLOAT_BYTES = 4

_LENGTH_TOLERANCE = 0.01  # of a row's squared length: single precision stays far below, damage rarely does


class VectorIndex:
    """Inner-product search over rows of unit length: exact, or by compressed codes whose finds are compared exactly.

    FAISS, and what it searches, is loaded when something is first searched.

    Args:
        file: the file of vectors that `VectorWriter` wrote.
        searcher: gives what searches the vectors one by one, or by their codes.
    """

    def __init__(self, file: _VectorFile, searcher: Callable[[], faiss.Index | Codes]) -> None:
        self._file = file
        self._searcher = searcher
        self._loaded: faiss.Index | Codes | None = None
        self._lock = threading.Lock()

    def __len__(self) -> int:
        return self._file.rows

    @property
    def dimension(self) -> int:
        """Numbers in a vector."""
        return self._file.dimension

    @classmethod
    def open(cls, path: Path, codes: Path | None = None, check: Callable[[], None] | None = None) -> VectorIndex:
        """Open a file that `VectorWriter` wrote, and the codes of its rows if there are any.

        Without codes, the file is mapped into memory, and searches touch all of it. FAISS believes what a file says of
        itself, so that a flipped bit could have it read outside the mapping: therefore the header is checked before
        FAISS sees the file. The codes are read into memory, and must be known to be sound.

        Args:
            check: called before the codes are read; raises IndexUnusableError if they are not sound.
        Raises:
            IndexUnusableError: if the file is not such an index, or breaks off.
        """
        file = _VectorFile(path)

        def searcher() -> faiss.Index | Codes:
            if codes is None:
                return _mapped(path)
            from embeddings.index.codes import Codes

            if check is not None:
                check()
            read = Codes.load(codes)
            if (len(read), read.dimension) != (file.rows, file.dimension):
                raise IndexUnusableError(
                    f"{codes} holds {len(read):,} rows of {read.dimension} numbers, {path.name} {file.rows:,} of "
                    f"{file.dimension}; {BUILD_AGAIN}"
                )
            return read

        return cls(file, searcher)

    @classmethod
    def load(cls, path: Path, codes: Path | None = None) -> VectorIndex:
        """Open as `open` does, and `prepare`."""
        index = cls.open(path, codes)
        try:
            index.prepare()
        except BaseException:
            index.close()
            raise
        return index

    def prepare(self) -> faiss.Index | Codes:
        """Load what searches, which otherwise the first search does; any number of threads may.

        Raises:
            IndexUnusableError: if it cannot be read, or does not belong to the vectors.
        """
        with self._lock:
            if self._loaded is None:
                self._loaded = self._searcher()
            return self._loaded

    def close(self) -> None:
        """Close the file. Nothing may be searched afterwards."""
        self._file.close()

    def search(
        self, query: np.ndarray, k: int, rows: range | None = None, likely: int | None = None
    ) -> tuple[np.ndarray, np.ndarray]:
        """Find the k nearest rows to one query: exactly, but for what `Codes.nearest` says where there are codes.

        Args:
            query: (dimension,) float32 of unit length.
            k: results, capped at the number of rows.
            rows: search only these; no row outside is looked at.
            likely: how many times as many as are wanted are compared at least, where there are codes; None: as usual.
        Returns:
            Rows and cosine scores in [-1, 1], both (at most k,), best first.
        Raises:
            ValueError: if `query` has another shape.
            IndexUnusableError: if a row cannot be of unit length; at the first search, as `prepare`.
        """
        if query.shape != (self.dimension,):
            raise ValueError(f"expected a query of shape ({self.dimension},), got {query.shape}")
        query = query.astype(np.float32, copy=False)
        wanted = range(len(self)) if rows is None else range(max(0, rows.start), min(rows.stop, len(self)))
        k = min(k, len(wanted))
        if k <= 0:
            return np.zeros(0, np.int64), np.zeros(0, np.float32)
        import faiss

        from embeddings.index.codes import LIKELY, Codes

        index = self._loaded if self._loaded is not None else self.prepare()
        threads.settle()
        if isinstance(index, Codes):
            return index.nearest(query, k, wanted, self.take, likely or LIKELY)
        params = None
        if rows is not None:
            params = faiss.SearchParameters()
            params.sel = faiss.IDSelectorRange(wanted.start, wanted.stop, True)
        scores, found = index.search(query[None, :], k, params=params)
        kept = found[0] >= 0
        if not np.all(np.abs(scores[0][kept]) <= 1 + _LENGTH_TOLERANCE):
            raise self._file.damaged()
        rows_found = found[0][kept]
        exact = self.scores(query, rows_found)  # FAISS's differ in the last bits
        best = np.lexsort((rows_found, -exact))
        return rows_found[best], exact[best]

    def take(self, rows: Sequence[int] | np.ndarray) -> np.ndarray:
        """The vectors of some rows, (len(rows), dimension) float32; rows that follow each other are read at once.

        Raises:
            IndexError: if there is no such row.
            IndexUnusableError: if a row is not of unit length, or cannot be read.
        """
        wanted = np.asarray(rows, np.int64)
        if len(wanted) == 0:
            return np.zeros((0, self.dimension), np.float32)
        if wanted.min() < 0 or wanted.max() >= len(self):
            raise IndexError(f"expected rows from 0 to {len(self) - 1}, got {wanted.min()} to {wanted.max()}")
        vectors = self._file.read(wanted)
        with np.errstate(all="ignore"):
            lengths = np.einsum("ij,ij->i", vectors, vectors)
            # A model may give zeros for a text of which it knows no word.
            sound = (np.abs(lengths - 1) <= _LENGTH_TOLERANCE) | (lengths == 0)
        if not sound.all():
            raise self._file.damaged()
        return vectors

    def scores(self, query: np.ndarray, rows: Sequence[int] | np.ndarray) -> np.ndarray:
        """Cosines of one query with some rows, (len(rows),); equal vectors have equal ones, wherever they are."""
        return products(self.take(rows), query)


class VectorWriter:
    """Writes vectors to a file as they come, so that a build need not hold all of them. Close it, or use `with`."""

    def __init__(self, path: Path, dimension: int) -> None:
        self._dimension, self._rows = dimension, 0
        self._file = path.open("wb")
        self._file.write(_header(dimension, 0))

    def __len__(self) -> int:
        return self._rows

    def __enter__(self) -> VectorWriter:
        return self

    def __exit__(self, *_: object) -> None:
        self._file.close()

    def add(self, vectors: np.ndarray) -> None:
        """Append rows, (n, dimension) float32 of unit length."""
        self._file.write(np.ascontiguousarray(vectors, np.float32).tobytes())
        self._rows += len(vectors)

    def finish(self) -> None:
        """Write the number of rows into the header and close the file; without it `VectorIndex` refuses the file."""
        self._file.seek(0)
        self._file.write(_header(self._dimension, self._rows))
        self._file.close()


class _VectorFile:
    """The vectors on the disk, of which those that are compared take no memory afterwards.

    Raises:
        IndexUnusableError: if the file is not such an index, or breaks off.
    """

    def __init__(self, path: Path) -> None:
        self._path = path
        self._pieces = Pieces(path)
        try:
            size = path.stat().st_size
            header = self._pieces.read(np.zeros(1, int), np.array([min(size, _HEADER.size)])).tobytes()
            if problem := _header_problem(header, size):
                raise IndexUnusableError(f"{path} {problem}; {BUILD_AGAIN}")
        except OSError as error:
            self._pieces.close()
            raise IndexUnusableError(f"{path} cannot be read: {error.strerror}") from error
        except IndexUnusableError:
            self._pieces.close()
            raise
        self.dimension, self.rows = (int(number) for number in _HEADER.unpack(header)[1:3])

    def close(self) -> None:
        """Close the file."""
        self._pieces.close()

    def damaged(self) -> IndexUnusableError:
        """The error to raise if a vector is not of unit length."""
        return IndexUnusableError(
            f"{self._path} is damaged: it holds vectors that are not of unit length; {BUILD_AGAIN}"
        )

    def read(self, rows: np.ndarray) -> np.ndarray:
        """The vectors of some rows that are there, at least one, (len(rows), dimension)."""
        firsts = np.flatnonzero(np.concatenate(([True], rows[1:] - rows[:-1] != 1)))  # of runs of rows
        row_bytes = self.dimension * _FLOAT_BYTES
        sizes = (np.concatenate((firsts[1:], [len(rows)])) - firsts) * row_bytes
        found = self._pieces.read(rows[firsts] * row_bytes + _HEADER.size, sizes)
        return found.view(np.float32).reshape(len(rows), self.dimension)


def _mapped(path: Path) -> faiss.Index:
    import faiss

    try:
        return faiss.read_index(str(path), faiss.IO_FLAG_MMAP_IFC | faiss.IO_FLAG_READ_ONLY)
    except RuntimeError as error:  # faiss has no narrower one
        raise IndexUnusableError(f"{path} cannot be mapped into memory ({_last_line(error)}); {BUILD_AGAIN}") from error


def _header(dimension: int, rows: int) -> bytes:
    return _HEADER.pack(_KIND, dimension, rows, 1 << 20, 1 << 20, 1, 0, dimension * rows)


def _header_problem(header: bytes, size: int) -> str | None:
    """Why a file of `size` bytes that begins with `header` is not a whole index; None if it may be one."""
    if len(header) < _HEADER.size:
        return f"is not a FAISS index: it has {size:,} bytes"
    kind, dimension, rows, _, _, trained, metric, floats = _HEADER.unpack(header)
    if (kind, trained, metric) != (_KIND, 1, 0) or dimension <= 0 or rows < 0:
        return "is not a FAISS index of the kind that a build writes"
    expected = _HEADER.size + dimension * rows * _FLOAT_BYTES
    if floats != dimension * rows or size != expected:
        return f"is damaged: {rows:,} vectors of {dimension:,} numbers take {expected:,} bytes, it has {size:,}"
    return None


def _last_line(error: RuntimeError) -> str:
    """FAISS puts its own source line first and the reason last."""
    return str(error).strip().rpartition("\n")[2]
