"""Which pages of a wiki hold events, by their titles: days of the Current Events portal, and days of the year."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path

from embeddings.archive.days import Choice, DayOfYear, day_of_year, read_day_of_year
from embeddings.archive.portal import day_of_title, read_day
from embeddings.archive.portal.dump import PageReader
from embeddings.archive.report import PageReport, Report
from embeddings.events import Event


class WikiPages:
    """What reads the pages of one archive."""

    def __init__(self, *, births_and_deaths: bool = False) -> None:
        self._choice = Choice(births_and_deaths)

    @property
    def left_out(self) -> Mapping[str, int]:
        """What the pages that were read list besides their events, in the plural, and how many of it."""
        return self._choice.left_out

    def reader(self, title: str) -> PageReader | None:
        """What reads the page with a title; None where it holds no events.

        Raises:
            ValueError: if it is the portal's, of a day that the calendar does not have.
        """
        if (day := day_of_title(title)) is not None:
            return self._portal(day)
        if (of := day_of_year(title)) is not None:
            return self._day_of_year(of)
        return None

    def _portal(self, day: dt.date) -> PageReader:
        return lambda text, page: read_day(text, day, page)

    def _day_of_year(self, of: DayOfYear) -> PageReader:
        def read(text: str, page: PageReport) -> list[Event]:
            return read_day_of_year(text, of, page, self._choice)

        return read

    def noting(self, path: Path, report: Report, events: Iterable[Event]) -> Iterator[Event]:
        """The events of an archive; at its end a note of the report says what its pages list besides."""
        yield from events
        if (note := left_out_note(self.left_out)) is not None:
            report.note(str(path), note)


def left_out_note(left_out: Mapping[str, int]) -> str | None:
    """What is said of bullets that became no events for their kind; None where there were none."""
    counts = [f"{number:,} {what}" for what, number in sorted(left_out.items()) if number]
    return f"left out, of the days of the year: {', '.join(counts)}" if counts else None
