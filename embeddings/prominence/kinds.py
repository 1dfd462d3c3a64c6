"""What kind of event is remembered, as its text and its story tell: learnt from the list that ships.

`python -m tests.benchmarks.kinds` learns `kinds.npz` from the events that `remembered.tsv` names and from the
other events of the same days of the year.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cache
from importlib import resources

import numpy as np

from embeddings.events import Event
from embeddings.index.vectors import VectorIndex
from embeddings.stems import stems

_BLOCK = 4_096  # rows read at once


@dataclass(frozen=True, slots=True)
class Kinds:
    """What was learnt; the numbers are parts of the logarithm of the odds that people remember an event.

    Attributes:
        model: the fingerprint of the encoder that made the vectors.
        vector: (dimension,) float32, for each dimension of a vector.
        vector_mean: of the vectors times `vector`, over the archive that it was learnt from.
        words: for each stem that is known, its weight.
        rarity: for each of these, its inverse document frequency, ln((1 + N) / (1 + n)) + 1.
        words_mean: of the words' part, over that archive.
        story: (len(SIGNS),) float32, for each of `embeddings.prominence.aftermath.SIGNS`.
        story_mean: of the story's part, over that archive.
    """

    model: str
    vector: np.ndarray
    vector_mean: float
    words: Mapping[str, float]
    rarity: Mapping[str, float]
    words_mean: float
    story: np.ndarray
    story_mean: float

    def of_words(self, found: Iterable[str]) -> float:
        """What the stems of an event, each once, tell; 0 is as usual."""
        known = [(self.rarity[stem], self.words[stem]) for stem in found if stem in self.rarity]
        length = math.sqrt(sum(rarity * rarity for rarity, _ in known)) or 1.0
        return sum(rarity * weight for rarity, weight in known) / length - self.words_mean

    def of_vectors(self, vectors: np.ndarray) -> np.ndarray:
        """What each of some vectors, (n, dimension), tells; 0 is as usual; (n,)."""
        return np.asarray(vectors @ self.vector - self.vector_mean)

    def of_aftermath(self, signs: np.ndarray) -> np.ndarray:
        """What the signs of some events, (n, len(SIGNS)), tell; 0 is as usual; (n,)."""
        return np.asarray(signs @ self.story - self.story_mean)


def words_of(event: Event) -> list[str]:
    """The stems by which an event is judged, each once, in order."""
    return list(dict.fromkeys(stems(" ".join((event.headline, *event.topics)))))


@cache
def kinds() -> Kinds:
    """What ships with the program."""
    with (resources.files("embeddings.prominence") / "kinds.npz").open("rb") as file, np.load(file) as held:
        words = str(held["words"]).split()
        return Kinds(
            str(held["model"]),
            held["vector"].astype(np.float32),
            float(held["vector_mean"]),
            dict(zip(words, held["word_weights"].astype(np.float64).tolist(), strict=True)),
            dict(zip(words, held["rarity"].astype(np.float64).tolist(), strict=True)),
            float(held["words_mean"]),
            held["story"].astype(np.float32),
            float(held["story_mean"]),
        )


def of_vectors(vectors: VectorIndex, model: str) -> np.ndarray:
    """`Kinds.of_vectors` of every vector of an index, (n,); all 0 where another model made them."""
    found = np.zeros(len(vectors), np.float32)
    learnt = kinds()
    if model == learnt.model:
        for start in range(0, len(found), _BLOCK):
            rows = range(start, min(start + _BLOCK, len(found)))
            found[rows.start : rows.stop] = learnt.of_vectors(vectors.take(rows))
    return found
