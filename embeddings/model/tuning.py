"""What Dateline adds to a model: token vectors for late interaction, and small changes to the default model's weights.

The changes are of low rank (LoRA, https://arxiv.org/abs/2106.09685): two thin matrices for each layer, a hundredth of
the model's size.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, field
from importlib import resources
from pathlib import Path

import numpy as np

from embeddings.index.tokens import TOKEN_DIMENSION, quantise

_FILE = "tuning.npz"
_SEED = 20020701
_TINY = 1e-12


@dataclass(frozen=True, slots=True)
class Encoded:
    """An encoded text.

    Attributes:
        vector: the vector of the whole text, (dimension,) float32 of unit length.
        tokens: the vectors of its words or parts of words, (n, TOKEN_DIMENSION) int8, n at least one.
        weights: how much each token of a question counts, (n,) float32, together 1.
    """

    vector: np.ndarray
    tokens: np.ndarray
    weights: np.ndarray


@dataclass(frozen=True, slots=True)
class Tuning:
    """What is added to one model.

    Attributes:
        projection: the projection of the model's token vectors, (TOKEN_DIMENSION, dimension).
        attention: a token's weight is the softmax, over the question, of the token's vector times this; (dimension,).
        changes: matrices, (out, in), to add to the model's weights of these names.
        digest: identifies this tuning; part of the fingerprint of encoders that use it.
    """

    projection: np.ndarray
    attention: np.ndarray
    digest: str
    changes: dict[str, np.ndarray] = field(default_factory=dict)


class Head:
    """Turns a model's output for a text into the vectors that are kept.

    Args:
        wordless: for each token of the model's vocabulary, whether it is a mark rather than a part of a word.
    """

    def __init__(self, tuning: Tuning, wordless: np.ndarray) -> None:
        self._tuning = tuning
        self._wordless = wordless

    @classmethod
    def load(cls, path: Path) -> Head:
        """Read what `save` wrote."""
        with np.load(path, allow_pickle=False) as held:
            return cls(Tuning(held["projection"], held["attention"], digest=""), held["wordless"])

    def save(self, path: Path) -> None:
        """Write what encoding needs; the changes to the model's weights are not part of it."""
        np.savez(path, projection=self._tuning.projection, attention=self._tuning.attention, wordless=self._wordless)

    def encoded(self, vector: np.ndarray, hidden: np.ndarray, ids: np.ndarray) -> Encoded:
        """The encoded text.

        Args:
            vector: the model's vector of the whole text, (dimension,), of any length.
            hidden: the model's vector of each token, (n, dimension).
            ids: the id of each token in the vocabulary, (n,).
        """
        kept = ~self._wordless[ids]
        hidden = hidden[kept] if kept.any() else hidden
        tokens = hidden @ self._tuning.projection.T
        tokens /= np.maximum(np.linalg.norm(tokens, axis=1, keepdims=True), _TINY)
        attention = np.exp(hidden @ self._tuning.attention)
        unit = vector / max(float(np.linalg.norm(vector)), _TINY)
        return Encoded(unit.astype(np.float32), quantise(tokens), (attention / attention.sum()).astype(np.float32))


def default_tuning() -> Tuning:
    """The tuning of the default model, which ships with the program."""
    file = resources.files(__package__) / _FILE
    with resources.as_file(file) as path, np.load(path, allow_pickle=False) as held:
        arrays = {name: np.asarray(held[name], np.float32) for name in held.files}
    changed = {name.removesuffix(".a") for name in arrays if name.endswith(".a")}
    return Tuning(
        projection=arrays["projection"],
        attention=arrays["attention"],
        digest=default_tuning_digest(),
        changes={name: arrays[f"{name}.b"] @ arrays[f"{name}.a"] for name in sorted(changed)},
    )


def default_tuning_digest() -> str:
    """The digest of the tuning that ships."""
    return hashlib.sha256((resources.files(__package__) / _FILE).read_bytes()).hexdigest()


def general_tuning(dimension: int) -> Tuning:
    """For any other model: a random projection, which keeps angles on the average, and tokens that count alike.

    The same for every model of a dimension.
    """
    noise = np.random.default_rng(_SEED).standard_normal((dimension, TOKEN_DIMENSION))
    projection = np.linalg.qr(noise)[0].T if dimension >= TOKEN_DIMENSION else noise.T
    return Tuning(projection.astype(np.float32), np.zeros(dimension, np.float32), digest="")
