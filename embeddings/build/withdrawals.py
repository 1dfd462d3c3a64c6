"""What may not be taken out of an index without a word, and which pages are whose day's. Pure.

A wiki that lost most days at once, or an archive that lost many events, has more likely been moved, unplugged or named
wrongly than edited.
"""

from __future__ import annotations

import datetime as dt
import re
from collections import Counter
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from enum import Enum
from pathlib import Path
from typing import Generic

from embeddings.archive.days import DayOfYear
from embeddings.archive.fetched_pages import Key
from embeddings.archive.portal import day_of_title
from embeddings.calendar_names import MONTHS
from embeddings.text import counted, named
from embeddings.wiki.replies import PageState

MOST_DAYS = 0.5  # of the pages that were looked at, which may lose their events at once
MOST_EVENTS = 0.1  # of what an index holds from archives, which a build from the same archives may remove

ACCEPT = "--accept-removals"

_DAY = dt.timedelta(days=1)
_NUMBER = re.compile(r"[0-9]+")


class Verdict(Enum):
    """What a title that was asked for leads to."""

    OWN = "the page of its day"
    GONE = "no page"
    STRANGE = "another page"


@dataclass(frozen=True, slots=True)
class Rules(Generic[Key]):
    """How the wiki's answers about pages of one kind are judged.

    Attributes:
        plural: what the pages are about.
        sought: the wiki that has such pages, in a sentence.
        verdict: what a state of a page with a key means; the titles that several redirects lead to are known.
        may_be_too_early: whether a wiki that has none of the pages may have them soon, by their states and today.
    """

    plural: str
    sought: str
    verdict: Callable[[PageState, Key, Collection[str]], Verdict]
    may_be_too_early: Callable[[Mapping[Key, PageState | None], dt.date], bool]


def is_too_much(lost: int, of: int, share: float) -> bool:
    """Whether more is lost than a share of what there was; a single thing that was all there was, too."""
    return lost > of * share


def pages_refusal(host: str, lost: Sequence[str], looked_at: int, plural: str) -> str:
    """The sentence about pages whose events are kept.

    Args:
        lost: the titles of those that held events and have none now, in order of time.
        looked_at: how many that held events were looked at, these among them.
        plural: what the pages are about.
    """
    return (
        f"{len(lost):,} of the {looked_at:,} {plural} looked at that held events have none any more at {host} "
        f"({titles_asked(lost)}), so nothing of them was withdrawn, only the other {plural} are up to "
        "date; see whether it is the right wiki and has its pages, and if they are gone for good run `update` again "
        f"with {ACCEPT}"
    )


def events_refusal(archives: Sequence[Path], lost: int, of: int) -> str:
    """The sentence about a build that would remove too many of the events that the index in force has from archives."""
    return (
        f"the index was not replaced: {lost:,} of the {counted(of, 'event')} that it holds from archives are no longer "
        f"in {named([*map(str, archives)], 3)}, more than a tenth; see whether that is whole, and if they are gone for "
        f"good run `build` again with {ACCEPT}"
    )


def no_pages(host: str, usual_place: str, states: Mapping[str, PageState | None], sought: str) -> str:
    """The sentence about a wiki that has none of the pages that it was asked for, by their titles in order of time."""
    known = [state for state in states.values() if state is not None]
    name, colon, _ = next(iter(states)).partition(":")
    space = f", nor a namespace {name}" if colon and known and not any(state.namespace for state in known) else ""
    count = "the page" if len(states) == 1 else f"any of the {len(states):,} pages"
    return (
        f"{host} does not have {count} that it was asked for, {titles_asked(list(states))}{space}; name the api.php of "
        f"a wiki that has {sought} ({usual_place})"
    )


def titles_asked(titles: Sequence[str]) -> str:
    """The first title and the last."""
    return titles[0] + (f" to {titles[-1]}" if len(titles) > 1 else "")


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


# --- the kinds of pages -----------------------------------------------------------------------------------------------


def _of_the_portal(state: PageState, day: dt.date, shared: Collection[str]) -> Verdict:
    if state.revision is None or is_moved_to_another_day(state, day):
        return Verdict.GONE
    return Verdict.OWN if is_of_the_day(state, day, shared) else Verdict.STRANGE


def _have_hardly_begun(states: Mapping[dt.date, PageState | None], today: dt.date) -> bool:
    """Whether the wiki that has none of the pages knows their namespace, and the days have hardly begun."""
    knows_namespace = all(state is not None and state.namespace for state in states.values())
    return knows_namespace and min(states, default=today) >= today - _DAY


def _of_the_year(state: PageState, of: DayOfYear, shared: Collection[str]) -> Verdict:
    """The article may have been moved to a title that still names the day, such as 21 October."""
    if state.revision is None:
        return Verdict.GONE
    words = state.title.split()
    is_own = not state.section and state.title not in shared and {MONTHS[of.month - 1], str(of.day)} == set(words)
    return Verdict.OWN if is_own or not state.redirected else Verdict.STRANGE


PORTAL_RULES: Rules[dt.date] = Rules("days", "the Current Events portal", _of_the_portal, _have_hardly_begun)
YEAR_RULES: Rules[DayOfYear] = Rules(
    "days of the year",
    "Wikipedia's articles on the days of the year",
    _of_the_year,
    lambda _states, _today: False,
)
