"""What an index and the store answer, as values that know nothing of Discord or of the user."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

from embeddings.dates import DateRange
from embeddings.events import Event, Related
from embeddings.index.manifest import Manifest
from embeddings.search.spelling import Correction
from embeddings.search.stories import StoryPlace


@dataclass(frozen=True, slots=True)
class OnThisDay:
    """The events of one day of all years, oldest first."""

    month: int
    day: int
    events: tuple[Event, ...]


@dataclass(frozen=True, slots=True)
class RelatedAnswer:
    """An event, those related to it, the closest first, and where it stands in its story if it is of one."""

    event: Event
    related: tuple[Related, ...]
    story: StoryPlace | None = None


@dataclass(frozen=True, slots=True)
class About:
    """What the archive holds and whose text it is.

    Attributes:
        updated: when the archive's days were last brought up to date over the network; None: never.
    """

    events: int
    days: int
    first: dt.date | None
    last: dt.date | None
    attributions: tuple[str, ...]
    model: str
    updated: dt.datetime | None = None

    @classmethod
    def of(cls, manifest: Manifest, updated: dt.datetime | None) -> About:
        """What the manifest of an index says."""
        return cls(
            manifest.events,
            manifest.days,
            manifest.first,
            manifest.last,
            manifest.attributions,
            manifest.model.name,
            updated,
        )


@dataclass(frozen=True, slots=True)
class KeptAnswer:
    """What a question found: ids in the order shown, and how dates in it were understood.

    Neither the question nor the user is kept, nor `corrected` and `language`, which are said once, with the first page.
    The events of the question's dates come in one group, the others in another.

    Attributes:
        language: of the question, where that is not English; see `Answer`.
        story: where the best event stands in the story that most of the first are of; is looked up anew.
        shown: how many of the events are shown before somebody asks for more; None: all.
    """

    events: tuple[str, ...]
    dates: tuple[DateRange, ...] = ()
    within: DateRange | None = None
    corrected: tuple[Correction, ...] = ()
    shown: int | None = None
    language: str = ""
    story: StoryPlace | None = None

    @property
    def first(self) -> tuple[str, ...]:
        """The events that are shown before somebody asks for more."""
        return self.events if self.shown is None else self.events[: self.shown]
