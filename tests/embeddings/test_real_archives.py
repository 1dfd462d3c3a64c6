"""The main job on real archives, where `DATELINE_TEST_ARCHIVES` names a folder that has them."""

from __future__ import annotations

import datetime as dt
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

from embeddings.archive import Report
from embeddings.build.run import build_index
from embeddings.dates import DateRange, parse_range
from embeddings.dates.errors import DateError
from embeddings.index.folder import IndexFolder, OpenIndex
from embeddings.model.encoder import SentenceEncoder
from embeddings.search.opening import open_search
from embeddings.search.service import Search
from tests.word_encoder import WordEncoder

DAY = dt.date(2015, 12, 23)
TODAY = dt.date(2026, 11, 22)


@pytest.fixture
def index(both_real_folder: IndexFolder) -> Iterator[OpenIndex]:
    index = both_real_folder.open()
    yield index
    index.close()


def test_every_page_is_read(both_real_folder: IndexFolder) -> None:
    assert both_real_folder.manifest().events == 447


def test_the_page_of_2015_12_23_and_its_renamed_index_entry_are_one_event(index: OpenIndex) -> None:
    events = Search(index, WordEncoder()).days(DateRange(DAY, DAY)).events
    assert len(events) == 10
    [event] = [event for event in events if event.sources]
    assert event.headline.startswith("Amnesty International reports at least 200 civilians")
    assert event.topics == ("Syrian Civil War", "Russian military intervention in the Syrian Civil War")
    assert [(source.name, source.url) for source in event.sources] == [
        ("BBC", "http://www.bbc.com/news/world-middle-east-35162523")
    ]
    assert event.summary is not None
    assert event.summary.startswith("Amnesty International says at least 200 civilians died")
    assert len(event.related) == 10
    assert all("Syrian Civil War" in other.contexts for other in event.related)
    assert len(event.paths) == 2


def test_a_link_to_a_page_that_was_renamed_since_finds_it(index: OpenIndex) -> None:
    [event] = [e for e in Search(index, WordEncoder()).days(DateRange(DAY, DAY)).events if e.related]
    assert event.related[0].date == dt.date(2016, 1, 9)
    assert event.related[0].id is not None
    assert event.related[0].id.startswith("2016-01-09-")


def test_ids_do_not_depend_on_the_order_of_the_archives(index: OpenIndex, real_archives: Path, tmp_path: Path) -> None:
    folder = IndexFolder(tmp_path / "index")
    build_index(folder, [real_archives / "pages", real_archives / "archive"], WordEncoder(), Report())
    other = folder.open()
    try:
        rows, others = range(index.catalogue.size), range(other.catalogue.size)
        assert other.catalogue.ids_of(others) == index.catalogue.ids_of(rows)
    finally:
        other.close()


def test_every_line_of_the_table_of_dates_is_right(real_archives: Path) -> None:
    lines = (real_archives / "queries" / "dates.tsv").read_text(encoding="utf-8").splitlines()
    wrong: list[str] = []
    for line in lines:
        if line.startswith("#") or not line.strip():
            continue
        expression, first, last = line.split("\t")
        try:
            found = parse_range(expression, TODAY)
            got = (found.first.isoformat(), found.last.isoformat())
        except DateError:
            got = ("ERROR", "ERROR")
        if got != (first, last):
            wrong.append(f"{expression}: {got}, expected {first}, {last}")
    assert not wrong


@pytest.mark.model
def test_a_few_words_find_the_page_of_2015_12_23_first(
    real_archives: Path, model: SentenceEncoder, model_folder: IndexFolder, tmp_path: Path
) -> None:
    folder = IndexFolder(shutil.copytree(model_folder.root, tmp_path / "index"))  # whose export encodes
    for days in ("2015/12", "2015/09/3"):  # the whole archive takes as long as all other tests
        shutil.copytree(real_archives / "archive" / "news" / days, tmp_path / "archive" / "news" / days)
    build_index(folder, [tmp_path / "archive"], model, Report())
    with open_search(folder, None, "auto") as search:
        [first, *_] = search.ask("civilian deaths Russia", TODAY).hits
    assert first.event.date == DAY
