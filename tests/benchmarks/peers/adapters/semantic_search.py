"""sentence-transformers: `util.semantic_search` over a matrix in memory."""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import torch
from sentence_transformers import SentenceTransformer, util


class SemanticSearch:
    """A matrix and the texts of its rows."""

    def __init__(self, folder: Path, model: Path) -> None:
        self._vectors = folder / "vectors.npy"
        self._texts = folder / "texts.json"
        self._model = SentenceTransformer(str(model))
        self._ids: list[str] = []
        self._matrix: torch.Tensor

    def build(self, ids: Sequence[str], texts: Sequence[str], vectors: np.ndarray) -> None:
        np.save(self._vectors, vectors)
        self._texts.write_text(json.dumps(list(zip(ids, texts, strict=True))), encoding="utf-8")

    def open(self) -> None:
        self._matrix = torch.from_numpy(np.load(self._vectors))
        self._ids = [row[0] for row in json.loads(self._texts.read_text(encoding="utf-8"))]

    def encode(self, texts: Sequence[str]) -> None:
        self._model.encode(list(texts))

    def ask(self, question: str, k: int) -> list[str]:
        [hits] = util.semantic_search(self._model.encode(question, convert_to_tensor=True), self._matrix, top_k=k)
        return [self._ids[int(hit["corpus_id"])] for hit in hits]


def make(folder: Path, model: Path) -> SemanticSearch:
    """A matrix in that folder."""
    return SemanticSearch(folder, model)
