"""What was learnt about events of one story, from archives whose topics tell and were hidden."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from importlib import resources

import numpy as np

SIGNS = (
    "cosine", "turned", "names", "rarest name", "names together", "words", "rarest word", "words together", "days",
)  # fmt: skip
"""What speaks for two events being of one story.

cosine: of their vectors. turned: of their vectors where what tells stories apart counts more, and what tells kinds of
events apart less. names, words: the cosine of their names and of the stems of their words, each by its rarity. rarest:
of what both have. together: of all that both have. days: the logarithm of one more than those between them.
"""

_OF_A_TOPIC, _OF_TWO_TOPICS = 2.0, -1.0
"""What it adds to the logarithm of the odds where both have a narrowest topic, the same one or two; set by hand, for
topics were hidden."""


@dataclass(frozen=True)
class Learnt:
    """What was learnt.

    Attributes:
        model: the fingerprint of the encoder that made the vectors; "" for what holds for any.
        turn: (dimension, dimension) float32, applied to vectors before `turned` is measured; None: not at all.
        bias, weights: of `SIGNS`, in the logarithm of the odds that two events are of one story.
        least: how strong a story's links have to be (`embeddings.stories.joining`).
    """

    model: str
    turn: np.ndarray | None
    bias: float
    weights: np.ndarray
    least: float

    def turned(self, vectors: np.ndarray) -> np.ndarray:
        """Vectors in which what tells stories apart counts more, (n, dimension) of unit length."""
        if self.turn is None:
            return vectors
        found = vectors @ self.turn
        return np.asarray(found / np.maximum(np.linalg.norm(found, axis=1, keepdims=True), 1e-9))

    def chances(self, signs: np.ndarray, of_a_topic: np.ndarray, of_two: np.ndarray) -> np.ndarray:
        """How likely pairs of events are of one story, (pairs,).

        Args:
            signs: (pairs, len(SIGNS)).
            of_a_topic, of_two: (pairs,) bool; where both have the same narrowest topic, or one each.
        """
        odds = self.bias + signs @ self.weights + _OF_A_TOPIC * of_a_topic + _OF_TWO_TOPICS * of_two
        return np.asarray(1 / (1 + np.exp(-np.clip(odds, -30, 30))))


@cache
def learnt(model: str) -> Learnt:
    """What ships with the program, for vectors of a model with that fingerprint."""
    with (resources.files("embeddings.stories") / "learnt.npz").open("rb") as file, np.load(file) as held:
        kind = "own" if model == str(held["model"]) else "any"
        return Learnt(
            model if kind == "own" else "",
            held["turn"].astype(np.float32) if kind == "own" else None,
            float(held[f"{kind} bias"]),
            held[f"{kind} weights"].astype(np.float64),
            float(held[f"{kind} least"]),
        )
