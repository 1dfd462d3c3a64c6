"""A small encoder whose vectors one can work out by hand: a text is its words, each on an axis of its own."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence

import numpy as np

from embeddings.index.tokens import TOKEN_DIMENSION, quantise
from embeddings.model.calibration import GENERAL_WEIGHTS, Confidence, Order, Strangers
from embeddings.model.tuning import Encoded
from embeddings.text import normalise

DIMENSION = 256


class WordEncoder:
    """Counts words; two texts are as near as the words they share. `encoded` lists what it was asked to encode."""

    def __init__(self, name: str = "words", dimension: int = DIMENSION, *, expected: str | None = None) -> None:
        self.name = name
        self.fingerprint = hashlib.sha256(f"{name} {dimension}".encode()).hexdigest()
        self.dimension = dimension
        self.weights = GENERAL_WEIGHTS
        self.order: Order | None = None
        self.wary: Confidence | None = None
        self.strangers: Strangers | None = None
        self.encoded: list[str] = []

    def confidence(self, events: int) -> Confidence | None:
        return self.wary

    def encode(self, texts: Sequence[str]) -> list[Encoded]:
        self.encoded += texts
        return [self._text(text) for text in texts]

    def vectors(self, texts: Sequence[str]) -> np.ndarray:
        """Of whole texts, (len(texts), dimension)."""
        return np.stack([self._text(text).vector for text in texts])

    def _text(self, text: str) -> Encoded:
        words = normalise(text).split() or [""]
        numbers = np.array([int.from_bytes(hashlib.sha256(word.encode()).digest()[:4], "big") for word in words])
        vector = np.bincount(numbers % self.dimension, minlength=self.dimension).astype(np.float32)
        tokens = np.eye(TOKEN_DIMENSION, dtype=np.float32)[numbers % TOKEN_DIMENSION]
        weights = np.full(len(words), 1 / len(words), np.float32)
        return Encoded(vector / np.linalg.norm(vector), quantise(tokens), weights)
