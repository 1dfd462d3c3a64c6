"""A small encoder whose vectors one can work out by hand: a text is its words, each on an axis of its own."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence

import numpy as np

from embeddings.text import normalise

DIMENSION = 256


class WordEncoder:
    """Counts words; two texts are as near as the words they share. `encoded` lists what it was asked to encode."""

    def __init__(self, name: str = "words", dimension: int = DIMENSION) -> None:
        self.name = name
        self.fingerprint = hashlib.sha256(f"{name} {dimension}".encode()).hexdigest()
        self.dimension = dimension
        self.encoded: list[str] = []

    def encode(self, texts: Sequence[str]) -> np.ndarray:
        self.encoded += texts
        vectors = np.zeros((len(texts), self.dimension), np.float32)
        for row, text in enumerate(texts):
            for word in normalise(text).split() or [""]:
                axis = int.from_bytes(hashlib.sha256(word.encode()).digest()[:4], "big") % self.dimension
                vectors[row, axis] += 1
        return vectors / np.linalg.norm(vectors, axis=1, keepdims=True)
