"""What the portal calls the page of a day: `Portal:Current events/2015 December 23`."""

from __future__ import annotations

import datetime as dt
import re

from embeddings.calendar_names import MONTHS

# The namespace, number 100 on the English Wikipedia, is a part of the title.
_TITLE = re.compile(rf"Portal:Current events/([0-9]{{4}}) ({'|'.join(MONTHS)}) ([1-9][0-9]?)")


def page_title(day: dt.date) -> str:
    """The title of the day's page."""
    return f"Portal:Current events/{day.year} {MONTHS[day.month - 1]} {day.day}"


def day_of_title(title: str) -> dt.date | None:
    """The day whose page has this title; None if it is not the title of a day's page.

    Raises:
        ValueError: if the title names a day that the calendar does not have.
    """
    match = _TITLE.fullmatch(title)
    return None if match is None else dt.date(int(match[1]), MONTHS.index(match[2]) + 1, int(match[3]))
