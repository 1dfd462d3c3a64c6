"""The portal's pages of September 2015, whose events the Markdown archive has too."""

from __future__ import annotations

import datetime as dt
import re
from dataclasses import dataclass
from pathlib import Path

import pytest

from embeddings.archive import Report, read_archive
from embeddings.archive.portal import day_of_title, page_title, read_day
from embeddings.archive.report import PageReport
from embeddings.build.merging import group_day, merge
from embeddings.events import Event
from embeddings.text import compact, normalise

# The contexts that the portal's pages have and the archive's do not, with the reason for each.
COMMA = "the archive parts contexts by commas, so that a title with a comma comes apart there"
SECTION = "the archive names the section of the article, which the reader leaves out"
ONLY_ON_THE_PORTAL = {
    "Catalonian parliamentary election, 2015": COMMA,
    "Conflict-of-interest editing on Wikipedia": SECTION,
    "Dengue fever outbreaks": SECTION,
    "Faroese general election, 2015": COMMA,
    "Greek legislative election, September 2015": COMMA,
    "Guatemalan general election, 2015": COMMA,
    "Liberal Party of Australia leadership spill, September 2015": COMMA,
    "Republican Party presidential debates, 2016": COMMA,
    "Singaporean general election, 2015": COMMA,
    "Trinidad and Tobago general election, 2015": COMMA,
    "United States presidential election, 2016": COMMA,
}

LINK = re.compile(r"\[\[(?:[^]|]*\|)?([^]]*)\]\]")


@dataclass(frozen=True)
class Month:
    """The events of both, each in the same order; the portal's pages by day, and what the reader reported."""

    portal: list[Event]
    archive: list[Event]
    pages: dict[dt.date, str]
    report: Report


@pytest.fixture(scope="module")
def month(real_archives: Path) -> Month:
    def place(event: Event) -> tuple[dt.date, str]:
        return event.date, normalise(event.headline)

    report = Report()
    pages: dict[dt.date, str] = {}
    portal: list[Event] = []
    for path in sorted((real_archives / "portal").glob("*.wiki")):
        day = day_of_title(f"Portal:Current events/{path.stem.replace('_', ' ')}")
        assert day is not None
        pages[day] = path.read_text(encoding="utf-8")
        portal += read_day(pages[day], day, PageReport(page_title(day), report))
    found = [event for event in read_archive(real_archives / "archive", Report()) if event.date in pages]
    archive: list[Event] = []
    for day in pages:
        of_day = [event for event in found if event.date == day]
        archive += [merge([of_day[at] for at in group]) for group in group_day(of_day)]
    return Month(sorted(portal, key=place), sorted(archive, key=place), pages, report)


def test_the_portal_has_the_events_of_the_archive(month: Month) -> None:
    assert len(month.portal) == len(month.archive) == 428
    assert month.report.count == 0, month.report.first
    for found, told in zip(month.portal, month.archive, strict=True):
        assert (found.date, found.headline, found.topics) == (told.date, told.headline, told.topics)
        assert (found.id, found.sources, found.attribution) == (told.id, told.sources, told.attribution)
        assert found.category is not None


def test_contexts_are_the_archive_s_but_for_differences_that_are_explained(month: Month) -> None:
    differing: set[str] = set()
    for found, told in zip(month.portal, month.archive, strict=True):
        names = {compact(name) for name in told.contexts}
        differing |= {name for name in found.contexts if compact(name) not in names}
    assert differing == ONLY_ON_THE_PORTAL.keys()
    told_names = {name for event in month.archive for name in event.contexts}
    for name, why in ONLY_ON_THE_PORTAL.items():
        parts = name.split(", ") if why is COMMA else [f"{name}#"]
        assert all(any(told.startswith(part) for told in told_names) for part in parts), name


def test_contexts_that_only_the_archive_has_are_not_linked_on_the_portal(month: Month) -> None:
    missing = 0
    for found, told in zip(month.portal, month.archive, strict=True):
        names = {compact(part) for name in found.contexts for part in (name, *name.split(", "))}
        lines = month.pages[found.date].splitlines()
        [line] = [line for line in lines if compact(found.headline) in compact(LINK.sub(r"\1", line))]
        linked = {compact(target) for target in re.findall(r"\[\[([^]|#]*)", line)}
        absent = {compact(name.partition("#")[0]) for name in told.contexts} - names
        assert not absent & linked, (found, absent & linked)
        missing += len(absent)
    assert missing > 0
