"""Nearest vectors: a FAISS index whose row numbers are those of the catalogue, in order of time."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import faiss
import numpy as np

from embeddings.errors import IndexUnusableError

# One thread a query is several times faster than two at this size (measured: 6 ms against 17 to 64), and a server
# answers many users at once. The setting is the process's.
faiss.omp_set_num_threads(1)


class VectorIndex:
    """Exact inner-product search over rows of unit length."""

    def __init__(self, dimension: int) -> None:
        self._index: faiss.Index = faiss.IndexFlatIP(dimension)

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
        """Write the index to a file."""
        faiss.write_index(self._index, str(path))

    @classmethod
    def load(cls, path: Path) -> VectorIndex:
        """Map a file that `save` wrote; pages of it are read as searches touch them.

        Raises:
            IndexUnusableError: if the file is no such index.
        """
        vectors = cls.__new__(cls)
        try:
            vectors._index = faiss.read_index(str(path), faiss.IO_FLAG_MMAP_IFC | faiss.IO_FLAG_READ_ONLY)
        except RuntimeError as error:  # faiss has no narrower one
            raise IndexUnusableError(f"{path} is no FAISS index; run `python -m embeddings build` again") from error
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
        """
        if query.shape != (self.dimension,):
            raise ValueError(f"expected a query of shape ({self.dimension},), got {query.shape}")
        wanted = range(len(self)) if rows is None else rows
        k = min(k, len(wanted))
        if k <= 0:
            return np.zeros(0, np.int64), np.zeros(0, np.float32)
        params = None
        if rows is not None:
            params = faiss.SearchParameters()
            params.sel = faiss.IDSelectorRange(rows.start, rows.stop, True)
        scores, found = self._index.search(query[None, :].astype(np.float32, copy=False), k, params=params)
        kept = found[0] >= 0
        return found[0][kept], scores[0][kept]

    def take(self, rows: Sequence[int] | np.ndarray) -> np.ndarray:
        """The vectors of some rows, (len(rows), dimension) float32."""
        if len(rows) == 0:
            return np.zeros((0, self.dimension), np.float32)
        return np.asarray(self._index.reconstruct_batch(np.asarray(rows, np.int64)), np.float32)

    def scores(self, query: np.ndarray, rows: Sequence[int] | np.ndarray) -> np.ndarray:
        """Cosines of one query with some rows, (len(rows),)."""
        return np.asarray(self.take(rows) @ query, np.float32)
