"""What Wikipedia calls the articles on the days of the year, and the lists of its main page for them."""

from __future__ import annotations

import re
from calendar import monthrange
from dataclasses import dataclass

from embeddings.calendar_names import MONTHS

DAYS_OF_YEAR = "Wikipedia's days of the year"
SELECTED = "Wikipedia's selected anniversaries"
"""The lists that events of these pages were read from."""

_LEAP_YEAR = 2000
# "Wikipedia" is the project's own namespace, number 4, and a part of the title.
_TITLE = re.compile(
    rf"(?P<list>(?:Wikipedia|Project):Selected anniversaries/)?(?P<month>{'|'.join(MONTHS)}) (?P<day>[1-9][0-9]?)"
)


@dataclass(frozen=True, slots=True)
class DayOfYear:
    """A day of every year; `is_selected` where the page lists what the main page shows, rather than all there is."""

    month: int
    day: int
    is_selected: bool = False

    @property
    def list_name(self) -> str:
        """The list that the page is a part of."""
        return SELECTED if self.is_selected else DAYS_OF_YEAR


def day_of_year(title: str) -> DayOfYear | None:
    """The month and day that the title of a page names; None if it names none that a calendar has."""
    match = _TITLE.fullmatch(title)
    if match is None:
        return None
    month, day = MONTHS.index(match["month"]) + 1, int(match["day"])
    return DayOfYear(month, day, match["list"] is not None) if day <= monthrange(_LEAP_YEAR, month)[1] else None


def article_title(month: int, day: int) -> str:
    """The title of the article on a day of the year."""
    return f"{MONTHS[month - 1]} {day}"


def selected_title(month: int, day: int) -> str:
    """The title of the list of what the main page shows on a day of the year."""
    return f"Wikipedia:Selected anniversaries/{article_title(month, day)}"
