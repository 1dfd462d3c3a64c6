"""Which events a daily post shows: the same for an index, a day and a subscription, each time that it is asked."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Iterable, Sequence

from embeddings.events import Event
from embeddings.on_this_day import choose

NEAR_DAYS = 3  # on either side of a day that has no events of its own

_LEAP_YEAR = 2000
# Themes and headlines of attacks and disasters, in any form of the words.
_GRIM = re.compile(
    r"\b(?:attacks?|armed|conflicts?|wars?|disasters?|accidents?|kill\w*|dead|deaths?|dies?|died|murder\w*|massacre\w*"
    r"|bomb\w*|shoot\w*|shot|crash\w*|earthquakes?|floods?|hurricanes?|terror\w*|genocide|invade\w*|invasion)\b",
    re.IGNORECASE,
)


def nearby(month: int, day: int) -> list[list[tuple[int, int]]]:
    """Where to look for events, the day itself first: each step is tried only where the ones before have too few.

    29 February, which few years have, is filled up from the days beside it.
    """
    middle = dt.date(_LEAP_YEAR, month, day)
    steps = [[(month, day)]]
    for distance in range(1, NEAR_DAYS + 1):
        days = [middle + dt.timedelta(days=each) for each in (-distance, distance)]
        steps.append([(each.month, each.day) for each in days])
    return steps


def enough(found: int, count: int, month: int, day: int) -> bool:
    """Whether no further day needs to be looked at."""
    return found >= (count if (month, day) == (2, 29) else 1)


def choose_post(events: Sequence[Event], count: int, prefer: Sequence[str], leave_out: Sequence[str]) -> list[Event]:
    """At most `count` events, oldest first.

    What is preferred comes before all else; the rest are those with the most sources, spread over years and topics.
    Where all of them tell of attacks or disasters and another event does not, it takes the place of one.
    """
    left = [event for event in events if not _about(event, leave_out)]
    chosen = _best(left, count, prefer)
    if chosen and all(map(is_grim, chosen)) and (others := [event for event in left if not is_grim(event)]):
        [other] = _best(others, 1, prefer)
        chosen = [*_best([event for event in left if is_grim(event)], count - 1, prefer), other]
    return sorted(chosen, key=lambda event: (event.date, event.id))


def is_grim(event: Event) -> bool:
    """Whether an event seems to be an attack or a disaster."""
    return any(map(_GRIM.search, [*_themes(event), event.headline]))


def _best(events: Sequence[Event], count: int, prefer: Sequence[str]) -> list[Event]:
    first = choose([event for event in events if _about(event, prefer)], count)
    return [*first, *choose([event for event in events if event not in first], count - len(first))]


def _about(event: Event, words: Iterable[str]) -> bool:
    themes = [theme.casefold() for theme in _themes(event)]
    return any(word.casefold() in theme for word in words for theme in themes)


def _themes(event: Event) -> list[str]:
    return [*event.topics, *([event.category] if event.category else [])]
