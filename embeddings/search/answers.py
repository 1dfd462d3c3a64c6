"""What a search finds, as values."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass

from embeddings.dates import DateRange
from embeddings.events import Event


@dataclass(frozen=True, slots=True)
class Hit:
    """An event that answers a question; scores compare within one answer only."""

    event: Event
    score: float


@dataclass(frozen=True, slots=True)
class Answer:
    """The events for a question, best first.

    Attributes:
        dates: how the dates in the question were understood.
    """

    query: str
    dates: tuple[DateRange, ...]
    hits: tuple[Hit, ...]
    took_ms: float

    @property
    def groups(self) -> tuple[tuple[bool, tuple[Hit, ...]], ...]:
        """The hits in the question's dates and those outside them, each best first, the best hit's group first.

        A pair a group, of at least one hit: whether it is outside, and its hits. People misremember dates, so what is
        outside is kept apart and not put last.
        """
        is_outside = [outside(hit.event.date, self.dates) for hit in self.hits]
        return tuple(
            (group, tuple(hit for hit, of in zip(self.hits, is_outside, strict=True) if of == group))
            for group in dict.fromkeys(is_outside)
        )


@dataclass(frozen=True, slots=True)
class DayAnswer:
    """The events of some days.

    Attributes:
        total: how many there are; `events` may be a part of them.
        nearest: days with events around an empty answer, in order of time.
        first, last: of the whole archive; None where it is empty.
    """

    dates: DateRange
    total: int
    events: tuple[Event, ...]
    nearest: tuple[dt.date, ...]
    first: dt.date | None
    last: dt.date | None

    @property
    def after_the_end(self) -> bool:
        """Whether the archive ends before these days."""
        return self.last is not None and self.dates.first > self.last


def outside(day: dt.date, dates: Sequence[DateRange]) -> bool:
    """Whether a day is in none of a question's dates, where it has any."""
    return bool(dates) and not any(day in span for span in dates)
