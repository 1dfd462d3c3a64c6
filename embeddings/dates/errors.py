"""The reasons to refuse a date expression."""

from __future__ import annotations

from typing import TYPE_CHECKING

from embeddings.errors import InputError

if TYPE_CHECKING:
    from embeddings.dates import DateRange


class DateError(InputError):
    """An expression that names no day, or one that the calendar does not have."""


class AmbiguousDateError(DateError):
    """An expression that names more than one date.

    Attributes:
        choices: the dates that it may mean, in order of time.
    """

    def __init__(self, template: str, choices: tuple[DateRange, ...], /, **values: object) -> None:
        super().__init__(template, **values)
        self.choices = choices
