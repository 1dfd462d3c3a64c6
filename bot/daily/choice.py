"""Which events a daily post shows: always the same for the same index, day and subscription."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Sequence

from embeddings.events import Event
from embeddings.search.on_this_day import DayCandidate, choose_events

NEAR_DAYS = 3  # on either side of a day that has no events of its own

_LEAP_YEAR = 2000


def nearby(month: int, day: int) -> list[list[tuple[int, int]]]:
    """Groups of days to look for events in, the day itself first; each is used only if those before have too few.

    29 February, which few years have, gets events of the days beside it as well.
    """
    middle = dt.date(_LEAP_YEAR, month, day)
    steps = [[(month, day)]]
    for distance in range(1, NEAR_DAYS + 1):
        days = [middle + dt.timedelta(days=each) for each in (-distance, distance)]
        steps.append([(each.month, each.day) for each in days])
    return steps


def enough(found: int, count: int, month: int, day: int) -> bool:
    """Whether the events found are enough, so that no further days need to be searched."""
    return found >= (count if (month, day) == (2, 29) else 1)


def choose_post(
    candidates: Sequence[DayCandidate],
    count: int,
    prefer: Sequence[str],
    leave_out: Sequence[str],
    beside: Sequence[DayCandidate] = (),
) -> list[DayCandidate]:
    """At most `count` candidates, oldest first.

    Events of preferred topics come first; the rest are those that stand out most, spread over years and fields. If all
    tell of attacks or disasters and another candidate does not, that one replaces one of them.

    Args:
        beside: events that are chosen already, and shown together with the result.
    """
    left = [each for each in candidates if not _about(each.event, leave_out)]
    chosen = _best(left, count, prefer, beside)
    if chosen and all(each.grim for each in (*beside, *chosen)):
        grim, others = [[each for each in left if each.grim is is_grim] for is_grim in (True, False)]
        if other := _best(others, 1, prefer, beside):
            chosen = [*_best(grim, count - 1, prefer, [*beside, *other]), *other]
    return sorted(chosen, key=lambda each: (each.event.date, each.event.id))


def _best(
    candidates: Sequence[DayCandidate], count: int, prefer: Sequence[str], beside: Sequence[DayCandidate]
) -> list[DayCandidate]:
    first = choose_events([each for each in candidates if _about(each.event, prefer)], count, beside)
    return [*first, *choose_events(candidates, count - len(first), [*beside, *first])]


def _about(event: Event, words: Iterable[str]) -> bool:
    themes = [theme.casefold() for theme in (*event.topics, *([event.category] if event.category else []))]
    return any(word.casefold() in theme for word in words for theme in themes)
