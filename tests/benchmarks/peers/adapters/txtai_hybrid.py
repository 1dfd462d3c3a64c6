"""txtai: a hybrid index (BM25 and vectors) that keeps its texts."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import numpy as np
from txtai import Embeddings


class Hybrid:
    """An index on the disk."""

    def __init__(self, folder: Path, model: Path) -> None:
        self._folder = folder
        self._embeddings = Embeddings(path=str(model), hybrid=True, content=True)

    def build(self, ids: Sequence[str], texts: Sequence[str], vectors: np.ndarray) -> None:
        rows = {text: row for row, text in enumerate(texts)}
        # A hybrid index takes texts alone, so its own encoder has to hand on the vectors.
        self._embeddings.model.encode = lambda batch, category=None: vectors[[rows[text] for text in batch]]
        self._embeddings.index(zip(ids, texts, strict=True))
        self._embeddings.save(str(self._folder))

    def open(self) -> None:
        self._embeddings.load(str(self._folder))

    def encode(self, texts: Sequence[str]) -> None:
        self._embeddings.batchtransform(list(texts))

    def ask(self, question: str, k: int) -> list[str]:
        return [row["id"] for row in self._embeddings.search(question, k)]


def make(folder: Path, model: Path) -> Hybrid:
    """An index in that folder."""
    return Hybrid(folder, model)
