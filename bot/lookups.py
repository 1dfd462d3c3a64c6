"""What a page needs of an index, found at once: each way into a thread that answers waits its turn among the others."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from embeddings.dates import DateRange
from embeddings.errors import InputError
from embeddings.events import Event, Related
from embeddings.search import browsing
from embeddings.search.answers import DayAnswer
from embeddings.search.service import Search
from embeddings.search.stories import StoryPlace


class DaysTold(NamedTuple):
    """Events of some days, and to each the title of the story that it is part of, "" where that says nothing more."""

    answer: DayAnswer
    parts: tuple[str, ...]


class DayTold(NamedTuple):
    """The best events of a day over the years, how many the index has of it, and their stories as in `DaysTold`."""

    events: tuple[Event, ...]
    held: int
    parts: tuple[str, ...]


class Entries(NamedTuple):
    """Entries of an answer.

    Attributes:
        events: None where the index no longer holds one.
        closest: to each the event that it links to and is close to; None where there is none.
        story: where the best event of the answer stands in the story that most of its events are of.
    """

    events: list[Event | None]
    closest: list[Related | None]
    story: StoryPlace | None


def days_told(search: Search, dates: DateRange, start: int, limit: int) -> DaysTold:
    """Up to `limit` events of some days, from number `start` on."""
    answer = search.days(dates, start=start, limit=limit)
    return DaysTold(answer, tuple(map(search.part_of, answer.events)))


def on_this_day_told(search: Search, month: int, day: int, limit: int) -> DayTold:
    """The best events of a day over the years."""
    events = search.on_this_day(month, day, limit)
    return DayTold(events, len(search.index.catalogue.rows_on(month, day)), tuple(map(search.part_of, events)))


def events(search: Search, ids: Sequence[str]) -> list[Event | None]:
    """Events by their ids, None where the index no longer holds one."""
    found: list[Event | None] = []
    for event_id in ids:
        try:
            found.append(search.event(event_id))
        except InputError:
            found.append(None)
    return found


def entries(search: Search, ids: Sequence[str], of_story: Sequence[str]) -> Entries:
    """The entries of a page of an answer.

    Args:
        of_story: ids of the events whose story is told; may be none.
    """
    found = events(search, ids)
    closest = [None if event is None else browsing.closest(search, event) for event in found]
    return Entries(found, closest, search.shared_story(of_story))
