"""Lists made shorter: what of a list is of one year or topic, and which years and topics it holds."""

from __future__ import annotations

import datetime as dt
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from embeddings.dates import DateRange
from embeddings.events import Event
from embeddings.index.catalogue import Catalogue
from embeddings.search.topics import Topics, topic_key, topics_of


@dataclass(frozen=True, slots=True)
class Narrowing:
    """What is left of a list.

    Attributes:
        year: only events of this year; None: of all.
        topic: only events of the topic with this key, see `topic_key`; "": of all.
    """

    year: int | None = None
    topic: str = ""

    def has(self, event: Event) -> bool:
        """Whether an event is left."""
        return self.year in (None, event.date.year) and self._has_topic(event)

    def _has_topic(self, event: Event) -> bool:
        return not self.topic or self.topic in map(topic_key, topics_of(event))


@dataclass(frozen=True, slots=True)
class Part:
    """A page of what is left of a list.

    Attributes:
        total: how many events are left.
        years: the years of the list, of its events of the topic; latest first, each with the number of its events.
        topics: its topics, of its events of the year; those of most events first.
    """

    total: int
    events: tuple[Event, ...]
    years: tuple[tuple[int, int], ...] = ()
    topics: tuple[tuple[str, int], ...] = ()


def part_of_events(events: Sequence[Event], narrowing: Narrowing, start: int, limit: int) -> Part:
    """A page of a list of known events, in their order, from number `start` on."""
    left = [event for event in events if narrowing.has(event)]
    years = Counter(event.date.year for event in events if Narrowing(None, narrowing.topic).has(event))
    of_year = [event for event in events if Narrowing(narrowing.year).has(event)]
    topics = Counter(name for event in of_year for name in topics_of(event))
    return Part(
        len(left),
        tuple(left[start : start + limit]),
        tuple(sorted(years.items(), reverse=True)),
        tuple(topics.most_common()),
    )


def part_of_days(
    catalogue: Catalogue, topics: Topics, dates: DateRange, narrowing: Narrowing, start: int, limit: int
) -> Part:
    """A page of the events of some days, in order of time, from number `start` on."""
    everything = catalogue.rows_between(dates.first, dates.last)
    of_year = everything
    if narrowing.year is not None:
        within = catalogue.rows_between(dt.date(narrowing.year, 1, 1), dt.date(narrowing.year, 12, 31))
        first = max(everything.start, within.start)
        of_year = range(first, max(first, min(everything.stop, within.stop)))
    rows: Sequence[int] | np.ndarray = of_year
    of_topic = np.arange(everything.start, everything.stop)
    if narrowing.topic:
        having = topics.rows(narrowing.topic)
        of_topic = having[np.searchsorted(having, everything.start) : np.searchsorted(having, everything.stop)]
        rows = of_topic[np.searchsorted(of_topic, of_year.start) : np.searchsorted(of_topic, of_year.stop)]
    years: Counter[int] = Counter()
    days, events = np.unique(catalogue.days[of_topic], return_counts=True)
    for day, number in zip(days.tolist(), events.tolist(), strict=True):
        years[dt.date.fromordinal(day).year] += number
    shown = [int(row) for row in rows[start : start + limit]]
    return Part(
        len(rows),
        tuple(catalogue.events(shown)),
        tuple(sorted(years.items(), reverse=True)),
        tuple(topics.counts(of_year)),
    )
