"""What a search finds, as values."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from embeddings.dates import DateRange
    from embeddings.events import Event
    from embeddings.search.spelling import Correction
    from embeddings.search.stories import StoryPlace


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
        first, last: the archive's first and last day; None if it is empty.
        corrected: which of its words were read otherwise than they were typed.
        language: of the question, where that is not English: ISO 639-1, or "und"; `corrected` then has what was read.
        further: those that come next, where more were asked for than were to be shown.
        story: where the best event stands in the story that most of the hits are of, if they are of one.
    """

    query: str
    dates: tuple[DateRange, ...]
    hits: tuple[Hit, ...]
    took_ms: float
    first: dt.date | None = None
    last: dt.date | None = None
    corrected: tuple[Correction, ...] = ()
    further: tuple[Hit, ...] = ()
    language: str = ""
    story: StoryPlace | None = None

    @property
    def groups(self) -> tuple[tuple[bool, tuple[Hit, ...]], ...]:
        """The hits in the question's dates and those outside them, each best first, the best hit's group first.

        Each group is a pair: whether it is outside, and its hits, at least one. People misremember dates, so hits
        outside are a group of their own, and not always the last one.
        """
        is_outside = [outside(hit.event.date, self.dates) for hit in self.hits]
        return tuple(
            (group, tuple(hit for hit, of in zip(self.hits, is_outside, strict=True) if of == group))
            for group in dict.fromkeys(is_outside)
        )

    def reading_as_dict(self) -> dict[str, Any]:
        """How the question was read, for the answer's JSON: `corrected`, pairs, and `language`, where there are any."""
        corrected = {"corrected": [asdict(each) for each in self.corrected]} if self.corrected else {}
        return corrected | ({"language": self.language} if self.language else {})

    def story_as_dict(self) -> dict[str, dict[str, object]]:
        """What the answer's JSON has of `story`: a key, or nothing if its hits are of no story."""
        return {} if self.story is None else {"story": self.story.as_dict()}


@dataclass(frozen=True, slots=True)
class DayAnswer:
    """The events of some days.

    Attributes:
        total: how many events there are; `events` may be a part of them.
        nearest: days with events around an empty answer, in order of time.
        first, last: the archive's first and last day; None if it is empty.
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
    """Whether a question has dates and a day is in none of them."""
    return bool(dates) and not any(day in span for span in dates)


def is_before(dates: Sequence[DateRange], first: dt.date | None) -> bool:
    """Whether a question has dates, and all of them are before an archive's first day."""
    return first is not None and bool(dates) and all(span.last < first for span in dates)


def is_after(dates: Sequence[DateRange], last: dt.date | None) -> bool:
    """Whether a question has dates, and all of them are after an archive's last day."""
    return last is not None and bool(dates) and all(span.first > last for span in dates)
