"""chromadb: a persistent collection with its own sentence-transformers function."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import chromadb
import numpy as np
from chromadb.utils.embedding_functions import SentenceTransformerEmbeddingFunction

NAME = "events"


class Chroma:
    """A collection on the disk."""

    def __init__(self, folder: Path, model: Path) -> None:
        self._client = chromadb.PersistentClient(str(folder))
        self._encode = SentenceTransformerEmbeddingFunction(model_name=str(model))
        self._collection: chromadb.Collection

    def build(self, ids: Sequence[str], texts: Sequence[str], vectors: np.ndarray) -> None:
        collection = self._client.create_collection(NAME, embedding_function=self._encode)
        step = self._client.get_max_batch_size()
        for start in range(0, len(ids), step):
            part = slice(start, start + step)
            collection.add(list(ids[part]), embeddings=vectors[part], documents=list(texts[part]))

    def open(self) -> None:
        self._collection = self._client.get_collection(NAME, embedding_function=self._encode)

    def encode(self, texts: Sequence[str]) -> None:
        self._encode(list(texts))

    def ask(self, question: str, k: int) -> list[str]:
        return list(self._collection.query(query_texts=[question], n_results=k)["ids"][0])


def make(folder: Path, model: Path) -> Chroma:
    """A collection in that folder."""
    return Chroma(folder, model)
