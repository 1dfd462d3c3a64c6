"""A cross-encoder that orders the first answers anew: slower and often better; optional."""

from __future__ import annotations

import logging
import math
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Protocol

import numpy as np

from embeddings.errors import ModelError

if TYPE_CHECKING:
    from sentence_transformers import CrossEncoder

log = logging.getLogger(__name__)


class Reranker(Protocol):
    """Scores a question and a text together."""

    def scores(self, question: str, texts: Sequence[str]) -> np.ndarray:
        """How well each text answers the question, (len(texts),); larger is better."""
        ...


class CrossEncoderReranker:
    """A sentence-transformers CrossEncoder, loaded when it is first needed.

    Args:
        model: a folder, or a name that sentence-transformers knows (fetched once, if the machine has a network).
    """

    def __init__(self, model: str) -> None:
        self.name = model
        self._model: CrossEncoder | None = None

    def scores(self, question: str, texts: Sequence[str]) -> np.ndarray:
        """How well each text answers the question, (len(texts),) float32; larger is better.

        Raises:
            ModelError: if the model cannot be had, or does not give one number for a pair of texts.
        """
        found = np.asarray(
            self._loaded().predict([(question, text) for text in texts], show_progress_bar=False), np.float32
        )
        if found.shape != (len(texts),):
            raise ModelError(
                f'the model "{self.name}" gives {math.prod(found.shape[1:])} numbers for a question and a text, '
                "expected one; set rerank.model to a cross-encoder for search"
            )
        return found

    def _loaded(self) -> CrossEncoder:
        if self._model is None:
            log.info("loading the model %s", self.name)
            folder = Path(self.name).expanduser()
            try:
                from sentence_transformers import CrossEncoder

                self._model = CrossEncoder(str(folder) if folder.is_dir() else self.name, device="cpu")
            except Exception as error:  # whatever a stranger's model folder provokes
                raise ModelError(
                    f'the model "{self.name}" cannot be loaded ({type(error).__name__}: {error}); set rerank.model to '
                    "a sentence-transformers CrossEncoder, or leave it out"
                ) from error
        return self._model


def reranker(model: str | None) -> Reranker | None:
    """The cross-encoder that the settings name; None if they name none."""
    return None if model is None else CrossEncoderReranker(model)
