"""Reads wikitext as a day of the portal."""

from __future__ import annotations

import datetime as dt

from embeddings.archive import Report
from embeddings.archive.portal import read_day
from embeddings.archive.report import PageReport
from embeddings.events import Event

DAY = dt.date(2015, 12, 3)


def read(wikitext: str) -> tuple[list[Event], list[str]]:
    """The events of a page, and what its report says."""
    report = Report()
    events = read_day(wikitext, DAY, PageReport("page", report))
    return events, [str(rejection) for rejection in report.first]


def events(wikitext: str) -> list[Event]:
    """The events of a page that is read without a note."""
    found, notes = read(wikitext)
    assert notes == []
    return found


def only(wikitext: str) -> Event:
    """The one event of a page that is read without a note."""
    [event] = events(wikitext)
    return event
