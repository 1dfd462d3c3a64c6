"""Product quantisation: compressed vectors, scanned in memory for rows that may be the nearest to a query.

A vector is cut into pieces of a few numbers, and each piece is replaced by the nearest of 16 that were learnt. A row
takes 4 bits a piece, and FAISS's "fast scan" adds up the products of a query with learnt pieces. Such a sum (an
*estimate*) is near the cosine (a *score*); how near is measured when the codes are made, and kept with them.
"""

from __future__ import annotations

import struct
from collections.abc import Callable, Sequence
from dataclasses import astuple, dataclass
from pathlib import Path
from typing import Any, cast

import faiss
import numpy as np

from embeddings.errors import BUILD_AGAIN, IndexUnusableError
from embeddings.index import threads
from embeddings.index.products import products
from embeddings.index.row_sets import are_in

SEGMENT = 131_072  # rows scanned in one call; of a range of rows only the blocks that it touches are scanned

# Numbers in a piece. With 3 the scan of 300,000 rows of 384 numbers took 0.5 ms rather than 1.5, but two to four times
# as many rows had to be compared.
_PIECE = 2
_BITS = 4
_TRAINED_ON = 4_096  # rows; FAISS takes no more, 256 for each of 16

_SURE = 10  # so many of the best rows are those of an exact search
_DEVIATIONS = 5.0  # one estimate in 3.5 million is further below what its score lets expect
LIKELY = 3  # times as many rows as are wanted are compared exactly at least, where nothing else is said
_DEPTH = 128  # rows first asked of a segment
_FEW = 4_096  # wanted rows of a segment that are all compared: they are read at once, in 1 ms

_FIT = struct.Struct("=3d")
_LENGTH = struct.Struct("=Q")

_QUERIES, _ROWS, _BEST = 256, 8_192, 32  # pairs that the deviation is measured on: each query's best among the rows

Vectors = Callable[[np.ndarray], np.ndarray]
"""Row numbers, (n,) int64, to their vectors, (n, dimension) float32; fastest where the rows rise."""


@dataclass(frozen=True, slots=True)
class Fit:
    """How estimates follow from scores: slope * score + offset, with the standard deviation of the error."""

    slope: float
    offset: float
    deviation: float

    def lowest(self, score: float) -> float:
        """The estimate that rows with this score almost never fall below."""
        return self.slope * score + self.offset - _DEVIATIONS * self.deviation


class Codes:
    """The codes of all rows of an index, which has at least one row."""

    def __init__(self, segments: Sequence[faiss.IndexPQFastScan], fit: Fit) -> None:
        self._segments = [_Segment(segment, number * SEGMENT) for number, segment in enumerate(segments)]
        self._dimension = int(segments[0].d)
        self._fit = fit

    def __len__(self) -> int:
        return sum(segment.size for segment in self._segments)

    @property
    def dimension(self) -> int:
        """Numbers in a vector."""
        return self._dimension

    def nearest(
        self, query: np.ndarray, k: int, rows: range, vectors: Vectors, likely: int = LIKELY
    ) -> tuple[np.ndarray, np.ndarray]:
        """Find the k nearest of some rows to one query.

        The first ten are those of an exact search, within the error bound of the estimated scores; a few of the later
        ones may be missed. Every score that is returned is exact.

        Args:
            query: (dimension,) float32 of unit length.
            k: results, from 1 to len(rows).
            likely: times as many rows are compared exactly at least; the fewer, the more of the later ones are missed.
        Returns:
            Rows and scores, both (k,), best first.
        """
        scans = [_Scan(segment, rows) for segment in self._segments if segment.has(rows)]
        searched = sum(not scan.complete for scan in scans)
        for scan in scans:
            scan.ask(query, max(_DEPTH, 2 * likely * k // max(1, searched)))
        # The likeliest of all may stand in one segment: each tells of all that it has of them.
        lowest = _highest_known(_told(scans)[1], likely * k)
        for scan in scans:
            scan.widen(query, lowest)
        found, estimates = _told(scans)
        compared = found[estimates >= _highest_known(estimates, likely * k)]
        scores = _scores(query, compared, vectors)
        # Now whatever may be as good as the tenth best so far.
        lowest = self._fit.lowest(_highest(scores, min(k, _SURE)))
        for scan in scans:
            scan.widen(query, lowest)
        found, estimates = _told(scans)
        # A scan that has taken all of its rows since then has no estimates that tell which were compared.
        rest = found[estimates >= lowest]
        rest = rest[~are_in(rest, np.sort(compared))]
        compared = np.concatenate([compared, rest])
        scores = np.concatenate([scores, _scores(query, rest, vectors)])
        best = np.lexsort((compared, -scores))[:k]
        return compared[best], scores[best]

    # --- files ---

    @classmethod
    def load(cls, path: Path) -> Codes:
        """Read a file that `write_codes` wrote and that has not changed since: FAISS trusts its header.

        Raises:
            IndexUnusableError: if it cannot be read.
        """
        segments: list[faiss.IndexPQFastScan] = []
        try:
            with path.open("rb") as file:
                fit = Fit(*_FIT.unpack(file.read(_FIT.size)))
                while length := file.read(_LENGTH.size):
                    data = file.read(_LENGTH.unpack(length)[0])
                    read = faiss.deserialize_index(np.frombuffer(data, np.uint8))
                    segments.append(cast(faiss.IndexPQFastScan, read))
        except (OSError, struct.error, RuntimeError) as error:  # faiss raises the last
            raise IndexUnusableError(f"{path} cannot be read ({type(error).__name__}); {BUILD_AGAIN}") from error
        return cls(segments, fit)


class _Segment:
    """Some rows of an index and their codes, which FAISS keeps in blocks of rows."""

    def __init__(self, codes: faiss.IndexPQFastScan, start: int) -> None:
        self._codes, self._start, self.size = codes, start, int(codes.ntotal)
        self._block_rows = int(codes.bbs)
        self._block_bytes = self._block_rows * int(codes.M2) * _BITS // 8
        self._empty = faiss.IndexPQFastScan(codes.d, codes.pq.M, _BITS, faiss.METRIC_INNER_PRODUCT)
        faiss.copy_array_to_vector(faiss.vector_to_array(codes.pq.centroids), self._empty.pq.centroids)
        self._empty.is_trained = True

    def has(self, rows: range) -> bool:
        """Whether any of some rows is in it."""
        return rows.start < self._start + self.size and rows.stop > self._start

    def wanted(self, rows: range) -> range:
        """Which of some rows are in it."""
        return range(max(rows.start, self._start), min(rows.stop, self._start + self.size))

    def part(self, rows: range) -> tuple[faiss.IndexPQFastScan, int]:
        """What finds some of its rows, with a few on either side, and the first row that it may find."""
        first, end = (rows.start - self._start) // self._block_rows, -((self._start - rows.stop) // self._block_rows)
        if (end - first) * self._block_rows >= self.size:
            return self._codes, self._start
        found: Any = faiss.clone_index(self._empty)  # FAISS's types do not name all that it has
        held = faiss.rev_swig_ptr(self._codes.codes.get(), self._codes.codes.size())
        copied = held[first * self._block_bytes : end * self._block_bytes]
        found.codes.resize(len(copied))
        faiss.memcpy(found.codes.get(), faiss.swig_ptr(copied), len(copied))
        found.ntotal = min(end * self._block_rows, self.size) - first * self._block_rows
        found.ntotal2 = (end - first) * self._block_rows
        return cast(faiss.IndexPQFastScan, found), self._start + first * self._block_rows


class _Scan:
    """The results of one segment for one query so far.

    Attributes:
        wanted: the segment's rows that may be results.
        complete: all wanted rows are compared exactly, so that estimates are not needed.
        rows, estimates: the rows found and their estimates, which are infinite if it is complete.
    """

    def __init__(self, segment: _Segment, rows: range) -> None:
        self.wanted = segment.wanted(rows)
        self.rows = np.zeros(0, np.int64)
        self.estimates = np.zeros(0, np.float32)
        self._depth = 0  # how many rows the segment was asked for
        self._below = np.inf  # it has no other row whose estimate is above this
        self.complete = False
        if len(self.wanted) <= _FEW:
            self._take_all()
        else:
            self._part, self._start = segment.part(self.wanted)
            self._size = int(self._part.ntotal)

    def ask(self, query: np.ndarray, wanted: int) -> None:
        """Search so many of its most similar rows that about `wanted` of them are wanted rows."""
        if not self.complete:
            self._search(query, wanted * self._size // len(self.wanted))

    def widen(self, query: np.ndarray, lowest: float) -> None:
        """Find every wanted row whose estimate is at least `lowest`."""
        while not self.complete and self._below >= lowest:
            self._search(query, 4 * self._depth)

    def _search(self, query: np.ndarray, depth: int) -> None:
        self._depth = depth
        if depth > self._size // 4:
            self._take_all()
            return
        estimates, places = self._part.search(query[None, :], depth)
        rows = places[0] + self._start
        kept = (places[0] >= 0) & (rows >= self.wanted.start) & (rows < self.wanted.stop)
        self.rows, self.estimates, self._below = rows[kept], estimates[0][kept], float(estimates[0].min())

    def _take_all(self) -> None:
        self.rows = np.arange(self.wanted.start, self.wanted.stop)
        self.estimates = np.full(len(self.rows), np.inf, np.float32)
        self.complete = True


def _told(scans: Sequence[_Scan]) -> tuple[np.ndarray, np.ndarray]:
    """The rows that were found, and their estimates."""
    return np.concatenate([scan.rows for scan in scans]), np.concatenate([scan.estimates for scan in scans])


def _highest_known(estimates: np.ndarray, place: int) -> float:
    """The estimate from which rows are compared exactly, so that `place` are; those of complete scans always are."""
    return _highest(estimates[np.isfinite(estimates)], place)


def _scores(query: np.ndarray, rows: np.ndarray, vectors: Vectors) -> np.ndarray:
    """The scores of some rows, however many they are."""
    scores = np.zeros(len(rows), np.float32)
    for start in range(0, len(rows), _FEW):
        scores[start : start + _FEW] = products(vectors(rows[start : start + _FEW]), query)
    return scores


def _highest(values: np.ndarray, place: int) -> float:
    """The `place`-th highest value, counted from 1; minus infinity if there are fewer values."""
    return float(np.partition(values, -place)[-place]) if place <= len(values) else -np.inf


def write_codes(path: Path, size: int, vectors: Vectors) -> None:
    """Learn the codes of `size` rows, at least one, and write them; the same rows give the same file.

    Raises:
        OSError: if the file cannot be written completely.
    """
    threads.settle()
    sample = vectors(_spread(size, _TRAINED_ON))
    empty = _empty(sample)
    with path.open("wb") as file:
        file.write(_FIT.pack(*astuple(_measured(empty, vectors(_spread(size, _ROWS))))))
        for start in range(0, size, SEGMENT):
            segment = faiss.clone_index(empty)
            segment.add(vectors(np.arange(start, min(start + SEGMENT, size))))
            data = faiss.serialize_index(segment).tobytes()
            file.write(_LENGTH.pack(len(data)))
            file.write(data)


def _spread(size: int, most: int) -> np.ndarray:
    """At most `most` row numbers, evenly spread over all `size` rows."""
    return np.arange(0, size, -(-size // most))


def _empty(sample: np.ndarray) -> faiss.IndexPQFastScan:
    """An empty segment, trained on some vectors."""
    dimension = sample.shape[1]
    pieces = dimension // _PIECE if dimension % _PIECE == 0 else dimension
    segment = faiss.IndexPQFastScan(dimension, pieces, _BITS, faiss.METRIC_INNER_PRODUCT)
    segment.pq.cp.min_points_per_centroid = 1  # below, FAISS warns on standard error
    segment.train(np.resize(sample, (max(len(sample), 2**_BITS), dimension)))
    return segment


def _measured(empty: faiss.IndexPQFastScan, rows: np.ndarray) -> Fit:
    """The fit, measured on pairs of similar rows, because a question and its answers are similar."""
    segment = faiss.clone_index(empty)
    segment.add(rows)
    estimates, scores = [], []
    for place in _spread(len(rows), _QUERIES):
        exact = rows @ rows[place]
        exact[place] = -np.inf
        best = np.argsort(-exact, kind="stable")[: min(_BEST, len(rows) - 1)]
        known = np.full(len(rows), np.nan)
        values, places = segment.search(rows[place][None, :], len(rows))
        known[places[0][places[0] >= 0]] = values[0][places[0] >= 0]
        estimates.append(known[best])
        scores.append(exact[best])
    x, y = np.concatenate(scores), np.concatenate(estimates)
    known = np.isfinite(y)
    x, y = x[known], y[known]
    if len(x) < 3 or np.ptp(x) == 0:
        return Fit(1.0, 0.0, 1.0)  # too little to learn from: every row is compared
    slope, offset = np.polyfit(x, y, 1)
    return Fit(float(slope), float(offset), float(np.std(y - slope * x - offset)))
