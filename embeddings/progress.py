"""The function by which work that takes long reports how far it is."""

from __future__ import annotations

from typing import Protocol


class Progress(Protocol):
    """A function that is called with the progress of long work."""

    def __call__(self, step: str, done: int, total: int | None) -> None:
        """`done` of `total` (None: unknown) of a step such as "reading" are done."""


def no_progress(step: str, done: int, total: int | None) -> None:
    """Tell nobody."""
