"""Ways to look around in an archive without a question: more of a day, an event at random, what is close to one."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from random import Random

import numpy as np

from embeddings.dates import DateRange, parse_day_of_year, parse_range
from embeddings.dates.errors import AmbiguousDateError
from embeddings.events import Event, Related
from embeddings.search.at_random import draw
from embeddings.search.look_up import OF_EACH
from embeddings.search.on_this_day import choose_events
from embeddings.search.related import close
from embeddings.search.service import Search

Days = DateRange | tuple[int, int] | None
"""Some days, or a month and day of any year; None: all days."""


def days_option(text: str, today: dt.date, day_first: bool | None = None) -> DateRange | tuple[int, int]:
    """The days that a text means, or the month and day of any year if it names no year.

    Raises:
        DateError: if it means none, or may mean several.
    """
    try:
        return parse_range(text, today, day_first=day_first)
    except AmbiguousDateError:
        return parse_day_of_year(text, today, day_first=day_first)


def more_of_day(search: Search, month: int, day: int, limit: int, most: int) -> tuple[Event, ...]:
    """The events of `on_this_day`, then, oldest first again, those that stand out most besides: `most` in all."""
    candidates = search.of_day(month, day, OF_EACH * most)
    first = search.choice(month, day, limit)
    shown = {each.event.id for each in first}
    left = [each for each in candidates if each.event.id not in shown]
    return tuple(each.event for each in (*first, *choose_events(left, most - len(first), first)))


def at_random(search: Search, days: Days, topic: str, source: Random, but: Sequence[str] = ()) -> Event | None:
    """An event that mattered, drawn from the better part of those asked for; None if there are none.

    Args:
        days: of which days, or of which month and day of any year; None: of all.
        topic: the topic's key; "": of any.
        but: ids of events that are drawn only where there is no other.
    """
    catalogue = search.index.catalogue
    match days:
        case None:
            rows: Sequence[int] = range(catalogue.size)
        case DateRange():
            rows = catalogue.rows_between(days.first, days.last)
        case (month, day):
            rows = catalogue.rows_on(month, day)
    if topic:
        rows = np.intersect1d(rows, search.topics.rows(topic), assume_unique=True).tolist()
    standing = search.index.prominence.standing[np.asarray(rows, np.int64)]
    row = draw(rows, standing, source, [row for each in but if (row := catalogue.row(each)) is not None])
    return None if row is None else catalogue.events([row])[0]


def closest(search: Search, event: Event) -> Related | None:
    """The first of the events to which an event links that is close to it; None if it links to none that is.

    An archive links to what it told before and after, which need not be close enough to stand beneath an answer.
    """
    catalogue = search.index.catalogue
    if not event.related or (row := catalogue.row(event.id)) is None:
        return None
    linked: dict[int, Related] = {}
    for other in event.related:
        place = None if other.id is None else catalogue.row(other.id)
        if place is not None and place != row:
            linked.setdefault(place, other)
    first = next(close(search.index, row, event, list(linked)), None) if linked else None
    return None if first is None else linked[first]
