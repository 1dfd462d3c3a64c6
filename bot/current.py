"""The interaction that a task works on: its reference in the log, its kind, when it came, and what its user wrote.

A task that works on an interaction hands this on to the tasks that it begins. What outlives the interaction is begun in
a context of its own (`contextvars.Context()`).
"""

from __future__ import annotations

import secrets
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Any

from bot import language
from bot.redaction import LEAST_LENGTH, Redactor

if TYPE_CHECKING:
    from discord import Interaction

UNKNOWN = "unknown"
SHOWN_IN = "shown_in"
"""Under this name in `interaction.extras`: the locale of an answer that everybody sees."""

_LONGEST_PIECE = 100  # characters of a user's text that are looked for as one; an error may quote a part of a long one
_LONGEST_LINE = 500  # a question has no more
_MOST_PIECES = 200
# Under these names stands what people write: in options and forms, and in a message that a menu was opened on.
_WRITTEN = frozenset(("value", "content", "title", "description", "text", "question", "footer"))
_KINDS = {3: "button", 4: "autocomplete", 5: "form"}
_COMMAND, _COMPONENT, _BUTTON = 2, 3, 2


@dataclass(frozen=True)
class Current:
    """One interaction.

    Attributes:
        reference: names it in the log, and to its user in an apology.
        kind: the command's name, or `button`, `select`, `form` or `autocomplete`.
        came: when it reached this process, by `time.monotonic`.
        data: what Discord says of it.
    """

    reference: str
    kind: str
    came: float
    data: Mapping[str, Any]

    @cached_property
    def without_texts(self) -> Redactor:
        """What takes the texts of the interaction's user out of a line of the log."""
        return Redactor(piece for text in _written(self.data) for piece in _pieces(text))


_current: ContextVar[Current | None] = ContextVar("interaction", default=None)


@contextmanager
def working_on(interaction: Interaction[Any]) -> Iterator[Current]:
    """A context in which an interaction is worked on; a second one of the same interaction continues the first."""
    known: Current | None = interaction.extras.get("current")
    if known is None:
        data: dict[str, Any] = dict(interaction.data or {})
        known = Current(secrets.token_hex(4), _kind(interaction.type.value, data), time.monotonic(), data)
        interaction.extras["current"] = known
    token = _current.set(known)
    try:
        with language.speaking(interaction.locale.value):  # what is not for everybody is in its user's language
            yield known
    finally:
        _current.reset(token)


def current() -> Current | None:
    """The interaction that is worked on; None if there is none."""
    return _current.get()


def reference() -> str:
    """The reference of the interaction that is worked on, or a new one."""
    found = _current.get()
    return secrets.token_hex(4) if found is None else found.reference


def age_s() -> float:
    """How long ago the interaction came that is worked on; 0 if there is none."""
    found = _current.get()
    return 0.0 if found is None else time.monotonic() - found.came


def kind() -> str:
    """The kind of the interaction that is worked on."""
    found = _current.get()
    return UNKNOWN if found is None else found.kind


def _kind(of: int, data: Mapping[str, Any]) -> str:
    if of == _COMMAND:
        return str(data.get("name") or UNKNOWN)
    if of == _COMPONENT and data.get("component_type") != _BUTTON:
        return "select"
    return _KINDS.get(of, UNKNOWN)


def _written(data: Any, name: str = "") -> Iterator[str]:
    """All that a user wrote, in what Discord says of an interaction."""
    if isinstance(data, Mapping):
        for key, value in data.items():
            yield from _written(value, str(key))
    elif isinstance(data, list):
        for each in data:
            yield from _written(each, name)
    elif isinstance(data, str) and name in _WRITTEN:
        yield data


def _pieces(text: str) -> list[str]:
    """The lines of a text, whole and, where they are long, in pieces of whole words; as they are and in lower case."""
    found = []
    for line in text.splitlines():
        pieces, piece = [line], ""
        for word in line.split(" "):
            if piece and len(piece) + len(word) >= _LONGEST_PIECE:
                pieces.append(piece)
                piece = word
            else:
                piece = f"{piece} {word}" if piece else word
        found += [each.strip() for each in (*pieces, piece) if len(each) <= _LONGEST_LINE]
    found = [each for each in found if len(each) >= LEAST_LENGTH][:_MOST_PIECES]
    return [*found, *(each.lower() for each in found)]
