"""A cross-encoder that teaches the model, `tests.benchmarks.tune --teacher FOLDER`: nothing of it is needed to run."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import numpy as np
import openvino
from tokenizers import Tokenizer

_MAX_LENGTH = 96  # tokens of a question and a title
_BATCH = 32


class Teacher:
    """A cross-encoder for search as an ONNX file, such as an ms-marco-MiniLM.

    Args:
        folder: holds `model.onnx`, which gives one number a pair, and `tokenizer.json`.
    """

    def __init__(self, folder: Path) -> None:
        self._model = openvino.Core().compile_model(folder / "model.onnx", "CPU")
        self._inputs = [port.any_name for port in self._model.inputs]
        self._tokenizer = Tokenizer.from_file(str(folder / "tokenizer.json"))
        self._tokenizer.enable_truncation(_MAX_LENGTH)
        self._tokenizer.enable_padding()

    def scores(self, pairs: Sequence[tuple[str, str]]) -> np.ndarray:
        """How well the text of each pair answers its question, (len(pairs),) float32; larger is better."""
        found = np.empty(len(pairs), np.float32)
        by_length = np.argsort([len(question) + len(text) for question, text in pairs])
        for start in range(0, len(pairs), _BATCH):
            places = by_length[start : start + _BATCH]
            encoded = self._tokenizer.encode_batch([pairs[place] for place in places])
            arrays = {
                "input_ids": [one.ids for one in encoded],
                "attention_mask": [one.attention_mask for one in encoded],
                "token_type_ids": [one.type_ids for one in encoded],
            }
            given = {name: np.array(arrays[name], np.int64) for name in self._inputs}
            found[places] = self._model(given)[0].reshape(len(places))
        return found
