"""Dateline itself, asked as its command line does. It is built by its own command: see `__main__`."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from contextlib import ExitStack
from pathlib import Path

import numpy as np

from embeddings.command_line.options import Context
from embeddings.search.service import Search


class Dateline:
    """An index folder, held open until the process ends."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._held = ExitStack()
        self._search: Search

    def build(self, ids: Sequence[str], texts: Sequence[str], vectors: np.ndarray) -> None:
        raise NotImplementedError("an index is made by `python -m embeddings build`")

    def open(self) -> None:
        self._search = self._held.enter_context(Context(index=self._folder).search())
        self._search.warm_up()

    def encode(self, texts: Sequence[str]) -> None:
        self._search.encode(texts)

    def ask(self, question: str, k: int) -> list[str]:
        today = dt.datetime.now(dt.UTC).date()
        answer = self._search.ask(question, today, limit=k, silent_in_doubt=False)  # as `evaluate` asks
        return [hit.event.id for hit in answer.hits]


def make(folder: Path, model: Path) -> Dateline:
    """The model is the index's own."""
    return Dateline(folder)
