"""bm25s: BM25 over stems without stop words, as its README shows. It has no use for a model."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import bm25s
import numpy as np
import Stemmer


class Words:
    """An index of words, saved with the texts."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._stemmer = Stemmer.Stemmer("english")
        self._index: bm25s.BM25

    def build(self, ids: Sequence[str], texts: Sequence[str], vectors: np.ndarray) -> None:
        index = bm25s.BM25()
        index.index(self._tokens(list(texts)), show_progress=False)
        rows = [{"id": name, "text": text} for name, text in zip(ids, texts, strict=True)]
        index.save(str(self._folder), corpus=rows, show_progress=False)

    def open(self) -> None:
        self._index = bm25s.BM25.load(str(self._folder), load_corpus=True)

    def encode(self, texts: Sequence[str]) -> None:
        raise NotImplementedError("bm25s makes no vectors")

    def ask(self, question: str, k: int) -> list[str]:
        found, scores = self._index.retrieve(self._tokens([question]), k=k, show_progress=False)
        return [row["id"] for row, score in zip(found[0], scores[0], strict=True) if score > 0]

    def _tokens(self, texts: list[str]) -> object:
        return bm25s.tokenize(texts, stopwords="en", stemmer=self._stemmer, show_progress=False)


def make(folder: Path, model: Path) -> Words:
    """An index of words in that folder."""
    return Words(folder)
