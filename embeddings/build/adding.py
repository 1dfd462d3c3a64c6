"""The events of the sample that are added to an index: those of before the archive's first day.

What the archive tells of already, on the day or the next, is not added: the sample's list names it there.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Sequence

from embeddings.archive.shipped import shipped_events
from embeddings.build.remembered import Candidates
from embeddings.build.staging import Staging
from embeddings.build.tellings import shipped_vocabulary
from embeddings.events import Event

_DAY = dt.timedelta(days=1)
_YEAR = dt.timedelta(days=365)


def first_day(counts: Sequence[tuple[dt.date, int]]) -> dt.date | None:
    """The day from which an archive tells what happens; None if it tells of nothing.

    A few lines of long before do not begin an archive, such as one of 1066, or those that got the day 1970-01-01 for
    want of another. What begins it has company: in the year from it on there are events enough, which is half the
    square root of how many the archive's fullest year has: one where that has up to four, and 50 for the portal, whose
    fullest year has 9,900 and its first 980.

    Args:
        counts: each day with how many events it has, in order of time.
    """
    in_year = list(_years(counts))
    fullest = max(in_year, default=0)
    return next((day for (day, _), held in zip(counts, in_year, strict=True) if 4 * held**2 >= fullest), None)


def _years(counts: Sequence[tuple[dt.date, int]]) -> Iterator[int]:
    """For each day, how many events the year has that begins with it."""
    held = end = 0
    for day, count in counts:
        while end < len(counts) and counts[end][0] - day < _YEAR:
            held += counts[end][1]
            end += 1
        yield held
        held -= count


def events_to_add(staging: Staging) -> list[Event]:
    """The sample's events of before the first day of what was read, but for those that an archive tells of."""
    first = first_day(staging.counts())
    older = [event for event in shipped_events() if first is not None and event.date < first]
    return [event for event in older if not _is_told(event, staging)]


def _is_told(event: Event, staging: Staging) -> bool:
    of_day, of_next = (staging.told_on(day) for day in (event.date, event.date + _DAY))
    if not of_day and not of_next:
        return False
    words = shipped_vocabulary()
    candidates = Candidates(list(map(words.telling, of_day)), list(map(words.telling, of_next)), words)
    return candidates.best(words.telling(event)) is not None
