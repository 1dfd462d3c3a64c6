"""Late interaction: a question is compared with an event word by word, each word by what it means in its sentence.

The vector of a whole text blurs its words; here each token of the question looks for the token of the event that is
nearest to it, and the similarities are added up (ColBERT's MaxSim, https://arxiv.org/abs/2004.12832). The tokens'
vectors come from the same pass of the model as the text's own. They are projected to few dimensions and kept in one
byte a number, so that an event takes some 1,200 bytes on the disk, of which a question reads those of its candidates.
"""

from __future__ import annotations

import errno
from collections.abc import Sequence
from pathlib import Path
from types import TracebackType
from typing import Self

import numpy as np

from embeddings.errors import BUILD_AGAIN, IndexUnusableError
from embeddings.index.mapped import map_array
from embeddings.index.pieces import Pieces

TOKEN_DIMENSION = 48
MAX_TOKENS = 96  # kept of an event: the first five sentences or so

_SCALE = 127.0


def quantise(tokens: np.ndarray) -> np.ndarray:
    """Unit vectors of tokens, (n, TOKEN_DIMENSION), as int8."""
    return np.rint(tokens * _SCALE).astype(np.int8)


def similarities(
    question: np.ndarray, weights: np.ndarray, tokens: np.ndarray, lengths: Sequence[int] | np.ndarray
) -> tuple[np.ndarray, np.ndarray]:
    """How well texts answer the words of a question, and how much of each text the question says.

    Args:
        question: (q, TOKEN_DIMENSION) int8 from `quantise`.
        weights: (q,) the weights of the question's tokens, which add up to 1.
        tokens: (sum(lengths), TOKEN_DIMENSION) int8 of the texts, one text after another.
        lengths: how many tokens each text has, at least one.
    Returns:
        Both (len(lengths),) float32, about -1 to 1: of each of the question's tokens the nearest of the text, by their
        weights (MaxSim); and of each of the text's tokens the nearest of the question, where those with less than the
        largest weight are less near. A short text is said sooner than a long one.
    """
    if not len(lengths):
        return np.zeros(0, np.float32), np.zeros(0, np.float32)
    weighted = question.astype(np.float32) * (weights[:, None] / (_SCALE * _SCALE)).astype(np.float32)
    found = weighted @ tokens.astype(np.float32).T  # so that the long axis is the one that NumPy is fast along
    starts = np.concatenate(([0], np.cumsum(lengths)[:-1]))
    answered = np.maximum.reduceat(found, starts, axis=1).sum(axis=0)
    said = np.add.reduceat(found.max(axis=0), starts) / (np.asarray(lengths, np.float32) * weights.max())
    return np.asarray(answered, np.float32), np.asarray(said, np.float32)


class TokenWriter:
    """Writes the tokens of texts, one text after another, to two files."""

    def __init__(self, tokens: Path, starts: Path) -> None:
        self._file = tokens.open("xb")
        self._starts_path = starts
        self._starts = [0]

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._file.close()

    def add(self, tokens: np.ndarray) -> None:
        """Append a text's tokens, (n, TOKEN_DIMENSION) int8 with n at least one; at most `MAX_TOKENS` are kept."""
        kept = np.ascontiguousarray(tokens[:MAX_TOKENS], np.int8)
        self._file.write(kept.data)
        self._starts.append(self._starts[-1] + len(kept))

    def finish(self) -> None:
        """Write what is still in memory."""
        self._file.flush()
        size = self._file.tell()
        if size != self._starts[-1] * TOKEN_DIMENSION:
            raise OSError(errno.ENOSPC, f"only {size:,} bytes could be written", self._file.name)
        np.save(self._starts_path, np.asarray(self._starts, np.int64))


class TokenIndex:
    """The tokens of each row, read from the files that `TokenWriter` wrote.

    Raises:
        IndexUnusableError: if the files are not what a build writes.
    """

    def __init__(self, tokens: Path, starts: Path) -> None:
        self._starts = map_array(starts)
        try:
            self._check(tokens, starts)
        except OSError as error:
            raise IndexUnusableError(f"{tokens} cannot be read: {error.strerror}") from error
        self._pieces = Pieces(tokens)

    def _check(self, tokens: Path, starts: Path) -> None:
        known = self._starts
        if known.dtype != np.int64 or known.ndim != 1 or not len(known) or known[0] != 0 or np.any(np.diff(known) < 1):
            raise IndexUnusableError(f"{starts} does not say where each event's tokens begin; {BUILD_AGAIN}")
        size, expected = tokens.stat().st_size, int(known[-1]) * TOKEN_DIMENSION
        if size != expected:
            raise IndexUnusableError(f"{tokens} has {size:,} bytes, expected {expected:,}; {BUILD_AGAIN}")

    def __len__(self) -> int:
        return len(self._starts) - 1

    def close(self) -> None:
        """Close the file. Nothing may be taken afterwards."""
        self._pieces.close()

    def take(self, rows: Sequence[int] | np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """The tokens of some rows, one row after another, and how many each row has."""
        wanted = np.asarray(rows, np.int64)
        first, last = self._starts[wanted], self._starts[wanted + 1]
        lengths = last - first
        found = self._pieces.read(first * TOKEN_DIMENSION, lengths * TOKEN_DIMENSION)
        return found.view(np.int8).reshape(-1, TOKEN_DIMENSION), lengths
