from __future__ import annotations

import calendar
import datetime as dt
import re
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import pytest

from embeddings.archive import Report, read_archive
from embeddings.archive.writing import write_archive
from embeddings.build.merging import group_day, merge
from embeddings.events import Event
from embeddings.index.folder import IndexFolder
from embeddings.sample import ATTRIBUTION, sample_path
from embeddings.sample.source import SourceEvent, as_events, read_source
from embeddings.search.opening import open_search
from embeddings.search.service import Search


@pytest.fixture(scope="module")
def sources() -> list[SourceEvent]:
    return read_source(sample_path() / "source")


@pytest.fixture(scope="module")
def events(sources: list[SourceEvent]) -> list[Event]:
    return as_events(sources)


def files(root: Path) -> dict[str, str]:
    return {str(path.relative_to(root)): path.read_text(encoding="utf-8") for path in root.rglob("*.md")}


def test_the_pages_are_those_that_the_source_files_give(events: list[Event], tmp_path: Path) -> None:
    write_archive(tmp_path, events, ATTRIBUTION)
    assert files(tmp_path / "news") == files(sample_path() / "news"), "run `make sample`"
    assert (sample_path() / "attribution.txt").read_text() == ATTRIBUTION + "\n"


def test_the_reader_gives_back_what_the_source_files_say(events: list[Event]) -> None:
    report = Report()
    found = list(read_archive(sample_path(), report))
    assert report.count == 0, report.first
    by_day: dict[dt.date, list[Event]] = {}
    for event in found:
        by_day.setdefault(event.date, []).append(event)
    merged = {
        event.id: event
        for of_day in by_day.values()
        for event in (merge([of_day[place] for place in group]) for group in group_day(of_day))
    }
    assert merged.keys() == {event.id for event in events}
    for event in events:
        read = merged[event.id]
        assert (read.topics, read.headline, read.summary) == (event.topics, event.headline, event.summary)
        assert (read.sources, read.related, read.paths) == (event.sources, event.related, event.paths)
        # The layout has a place for contexts only where a related event shares them.
        assert set(read.contexts) == {name for other in event.related for name in other.contexts}


def test_every_day_of_the_year_has_an_event(events: list[Event]) -> None:
    covered = {(event.date.month, event.date.day) for event in events}
    wanted = {(month, day) for month in range(1, 13) for day in range(1, calendar.monthrange(2024, month)[1] + 1)}
    assert covered == wanted


def test_there_are_enough_events_of_the_last_170_years(events: list[Event]) -> None:
    assert len(events) >= 600
    assert {event.date.year for event in events} <= set(range(1850, 2026))


def test_no_continent_is_left_out_and_no_field_takes_over(sources: list[SourceEvent]) -> None:
    continents = Counter(source.continent for source in sources)
    fields = Counter(source.field for source in sources)
    assert len(continents) == 6
    assert min(continents.values()) >= 0.08 * len(sources)
    assert len(fields) == 8
    assert max(fields.values()) <= 0.30 * len(sources)


def test_most_events_have_three_or_more_related_ones(events: list[Event]) -> None:
    assert sum(len(event.related) >= 3 for event in events) >= 0.9 * len(events)


def test_a_dozen_stories_run_over_several_events(events: list[Event]) -> None:
    stories = Counter(topic for event in events for topic in event.topics)
    assert sum(count >= 3 for count in stories.values()) >= 12


def test_every_source_is_an_address(events: list[Event]) -> None:
    for event in events:
        assert event.sources
        for source in event.sources:
            assert re.fullmatch(r"https?://[^\s]+", source.url or ""), event.headline


@pytest.mark.model
@pytest.mark.parametrize(
    ("question", "day"),
    [
        ("civilian deaths Russia", "2015-12-23"),
        ("the moon landing", "1969-07-20"),
        ("the fall of the Berlin wall", "1989-11-09"),
        ("first email", "1976-03-26"),
        ("when did the titanic sink", "1912-04-15"),
        ("nelson mandela released from prison", "1990-02-11"),
        ("chernobyl", "1986-04-26"),
        ("who climbed everest first", "1953-05-29"),
        ("start of world war 2", "1939-09-01"),
        ("first heart transplant", "1967-12-03"),
        ("covid pandemic declared", "2020-03-11"),
        ("first man in space", "1961-04-12"),
        ("dolly the sheep", "1996-07-05"),
    ],
)
def test_a_newcomers_question_finds_its_event_first(question: str, day: str, real_search: Search) -> None:
    assert str(real_search.ask(question, dt.date(2026, 11, 22)).hits[0].event.date) == day


@pytest.fixture(scope="module")
def real_search(model_folder: IndexFolder) -> Iterator[Search]:
    with open_search(model_folder, None, "auto") as search:
        yield search


def test_scores_and_names_of_two_have_a_dash_and_no_hyphen(sources: list[SourceEvent]) -> None:
    texts = [text for source in sources for text in (source.headline, source.summary, *source.topics, *source.contexts)]
    assert [text for text in texts if re.search(r"\b\d{1,2}-\d{1,2}\b|Israeli-Pal", text)] == []
