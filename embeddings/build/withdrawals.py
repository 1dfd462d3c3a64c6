"""What may not be taken out of an index without a word, and which pages are whose day's. Pure.

A wiki that lost most days at once, or an archive that lost many events, has more likely been moved, unplugged or named
wrongly than edited.
"""

from __future__ import annotations

import datetime as dt
import re
from collections import Counter
from collections.abc import Collection, Iterable, Mapping, Sequence
from pathlib import Path

from embeddings.archive.portal import day_of_title, page_title
from embeddings.wiki.replies import PageState

MOST_DAYS = 0.5  # of the days that were looked at, which may lose their events at once
MOST_EVENTS = 0.1  # of an index, which a build from the same archives may remove

ACCEPT = "--accept-removals"

_NUMBER = re.compile(r"[0-9]+")


def is_too_much(lost: int, of: int, share: float) -> bool:
    """Whether more is lost than a share of what there was; a single thing that was all there was, too."""
    return lost > of * share


def days_refusal(host: str, lost: Collection[dt.date], looked_at: int) -> str:
    """The sentence about days that are kept.

    Args:
        lost: the days that held events and have none now.
        looked_at: how many days that held events were looked at, these among them.
    """
    return (
        f"{len(lost):,} of the {looked_at:,} days looked at that held events have none any more at {host} "
        f"({titles_asked(lost)}), so nothing of them was withdrawn, only the other days are up to "
        "date; see whether it is the right wiki and has its pages, and if they are gone for good run `update` again "
        f"with {ACCEPT}"
    )


def events_refusal(archives: Sequence[Path], lost: int, of: int) -> str:
    """The sentence about a build that would remove too many events of the index in force."""
    named = ", ".join(map(str, archives[:3])) + (f" and {len(archives) - 3} more" if len(archives) > 3 else "")
    return (
        f"the index was not replaced: {lost:,} of its {of:,} events are no longer in {named}, more than a tenth; see "
        f"whether that is whole, and if they are gone for good run `build` again with {ACCEPT}"
    )


def no_portal(host: str, usual_place: str, states: Mapping[dt.date, PageState | None]) -> str:
    """The sentence about a wiki that has none of the pages that it was asked for."""
    known = [state for state in states.values() if state is not None]
    space = ""
    if known and not any(state.namespace for state in known):
        space = ", nor a namespace Portal"
    count = "the page" if len(states) == 1 else f"any of the {len(states):,} pages"
    return (
        f"{host} does not have {count} that it was asked for, {titles_asked(states)}{space}; name the api.php of a "
        f"wiki that has the Current Events portal ({usual_place})"
    )


def titles_asked(days: Iterable[dt.date]) -> str:
    """The titles of the first day and of the last."""
    first, *others = sorted(days)
    return page_title(first) + (f" to {page_title(others[-1])}" if others else "")


def is_moved_to_another_day(state: PageState, day: dt.date) -> bool:
    """Whether a day's title has become a redirect to the page of another day."""
    if not state.redirected or ":" not in state.title:
        return False
    try:
        there = day_of_title(f"Portal:{state.title.partition(':')[2]}")  # whatever its namespace is called there
    except ValueError:
        return False
    return there is not None and there != day


def shared_pages(states: Iterable[PageState]) -> frozenset[str]:
    """Titles of pages that several redirects lead to: a month's, say."""
    count = Counter(state.title for state in states if state.redirected)
    return frozenset(title for title, times in count.items() if times > 1)


def is_of_the_day(state: PageState, day: dt.date, shared: Collection[str]) -> bool:
    """Whether the page that a day's title leads to is a page of this day alone; one that was moved still names it.

    Args:
        shared: titles of pages that several days' titles lead to.
    """
    if not state.redirected:
        return True
    numbers = {int(number) for number in _NUMBER.findall(state.title) if len(number) < 9}
    if state.section or state.title in shared:
        return False
    return {day.year, day.day} <= numbers or int(f"{day:%Y%m%d}") in numbers
