"""Values in the message of an error that other languages write otherwise; `str` of each is English.

An error keeps them beside its message (`errors.EmbeddingsError.values`), so that a program that speaks to people of
other languages can put it into theirs.
"""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

from embeddings.calendar_names import MONTHS, WEEKDAYS


@dataclass(frozen=True, slots=True)
class Day:
    """A day: `23 December 2015`."""

    date: dt.date

    def __str__(self) -> str:
        return f"{DayOfYear(self.date.month, self.date.day)} {self.date.year}"


@dataclass(frozen=True, slots=True)
class DayOfYear:
    """A day of any year: `23 December`."""

    month: int
    day: int

    def __str__(self) -> str:
        return f"{self.day} {MONTHS[self.month - 1]}"


@dataclass(frozen=True, slots=True)
class Month:
    """A month, of a year or of any: `February 2015`."""

    number: int
    year: int | None = None

    def __str__(self) -> str:
        return MONTHS[self.number - 1] + (f" {self.year}" if self.year is not None else "")


@dataclass(frozen=True, slots=True)
class Weekday:
    """A day of the week, 0 for Monday."""

    number: int

    def __str__(self) -> str:
        return WEEKDAYS[self.number]


@dataclass(frozen=True, slots=True)
class Option:
    """The name of an option of a command."""

    name: str

    def __str__(self) -> str:
        return self.name


@dataclass(frozen=True, slots=True)
class OneOf:
    """Values of which one is meant: `a, b or c`."""

    of: tuple[object, ...]

    def __str__(self) -> str:
        names = [str(each) for each in self.of]
        return names[0] if len(names) == 1 else f"{', '.join(names[:-1])} or {names[-1]}"


@dataclass(frozen=True, slots=True)
class Several:
    """Values in a row: `a, b, c`."""

    of: tuple[object, ...]

    def __str__(self) -> str:
        return ", ".join(map(str, self.of))
