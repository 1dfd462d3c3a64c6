from __future__ import annotations

import datetime as dt
import json
from contextlib import closing
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from embeddings.errors import IndexUnusableError
from embeddings.index.folder import IndexFolder
from embeddings.index.manifest import PROMINENCE
from embeddings.index.prominence import PARTS, Prominence
from embeddings.prominence.names import names
from embeddings.search.service import Search
from tests.conftest import BuildArchives
from tests.word_encoder import WordEncoder

Told = dict[str, Any]


def told(day: str, headline: str, **more: Any) -> Told:
    return {"date": day, "headline": headline, **more}


@pytest.fixture
def parts(folder: IndexFolder, build: BuildArchives, tmp_path: Path) -> Any:
    """Builds an index of some records and gives the parts of each, by headline."""

    def run(*records: Told) -> dict[str, dict[str, float]]:
        archive = tmp_path / "archive.jsonl"
        archive.write_text("".join(json.dumps(record) + "\n" for record in records), encoding="utf-8")
        build(archive)
        index = folder.open()
        try:
            assert index.prominence is not None
            rows = range(index.catalogue.size)
            found, _ = index.prominence.take(rows)
            return {
                event.headline: dict(zip(PARTS, row, strict=True))
                for event, row in zip(index.catalogue.events(rows), found.tolist(), strict=True)
            }
        finally:
            index.close()

    return run


def test_names_are_words_with_a_capital_and_pairs_of_them() -> None:
    assert list(names("smoke over Notre Dame's tower on Monday")) == ["Notre", "Dame", "Notre Dame"]


def test_a_name_that_comes_up_afterwards_speaks_for_the_event_that_brought_it_up(parts: Any) -> None:
    found = parts(
        told("2010-03-01", "Something in Atlantis"),
        *(told(f"2010-03-0{day}", f"More of it in Atlantis {day}") for day in (3, 4, 5)),
        told("2010-03-20", "Once more in Atlantis"),
        told("2011-06-01", "Long after in Atlantis"),
    )
    assert found["Something in Atlantis"]["names"] == pytest.approx(np.log(4))
    assert found["Once more in Atlantis"]["names"] == 0
    assert found["Something in Atlantis"]["years"] == pytest.approx(np.log(2))
    assert found["Long after in Atlantis"]["years"] == 0


def test_a_word_that_begins_a_sentence_is_no_name(parts: Any) -> None:
    found = parts(
        told("2010-03-01", "Gunmen enter"),
        told("2010-03-02", "Then gunmen left"),
        told("2010-03-03", "Here gunmen are sought"),
        told("2010-03-04", "Gunmen found"),
        told("2010-03-05", "No more gunmen"),
    )
    assert found["Gunmen enter"]["names"] == 0


def test_what_goes_on_in_the_days_after_counts_against_the_week_before(parts: Any) -> None:
    others = [told(f"2010-{n % 2 + 1:02}-{n // 2 + 1:02}", f"word{n} thing{n} other{n}") for n in range(56)]
    found = parts(
        *others,
        told("2010-03-01", "ship sinks off coast"),
        told("2010-03-02", "ship sinks off island"),
        told("2010-03-03", "ship sinks off harbour"),
    )
    assert found["ship sinks off coast"]["meaning"] == pytest.approx(np.log(3))
    assert found["ship sinks off harbour"]["meaning"] < 0
    assert found["word3 thing3 other3"]["meaning"] == 0


def test_the_first_of_a_days_story_leads_it(parts: Any) -> None:
    others = [told(f"2010-01-{day:02}", f"word{day} thing{day} other{day}") for day in range(1, 31)]
    found = parts(*others, told("2010-03-01", "ship sinks off coast"), told("2010-03-01", "ship sinks off island"))
    first, second = found["ship sinks off coast"], found["ship sinks off island"]
    assert (first["lead"], second["lead"]) == (pytest.approx(np.log(2)), pytest.approx(-np.log(2)))
    assert first["size"] == second["size"] == pytest.approx(np.log(2))


@pytest.mark.parametrize("size", [1, 2, 60])
def test_an_archive_without_any_list_is_served_however_small(
    folder: IndexFolder, build: BuildArchives, tmp_path: Path, size: int
) -> None:
    archive = tmp_path / "archive.jsonl"
    records = (told(f"20{number:02}-06-05", f"Ship {number} sinks off Thule") for number in range(size))
    archive.write_text("".join(json.dumps(record) + "\n" for record in records), encoding="utf-8")
    build(archive)
    with closing(folder.open()) as index:
        search = Search(index, WordEncoder())
        search.warm_up()
        assert len(search.on_this_day(6, 5)) == min(size, 5)
        assert search.ask("ships", dt.date(2070, 1, 1)).hits


def test_what_the_first_question_needs_is_there_once_the_search_is_warm(
    folder: IndexFolder, build: BuildArchives, tmp_path: Path
) -> None:
    archive = tmp_path / "archive.jsonl"
    archive.write_text(json.dumps(told("2010-03-01", "A ship sinks")) + "\n", encoding="utf-8")
    build(archive)
    with closing(folder.open()) as index:
        assert "standing" not in vars(index.prominence)
        Search(index, WordEncoder()).warm_up()
        assert "standing" in vars(index.prominence)


def test_a_week_of_very_many_events_is_compared_with_those_around_alone(
    parts: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    """So that no archive takes more memory than another of its size."""
    monkeypatch.setattr("embeddings.prominence.measure._BLOCK", 2)
    monkeypatch.setattr("embeddings.prominence.measure._AROUND", 4)
    others = [told(f"2010-{n % 10 + 1:02}-{n // 10 + 1:02}", f"word{n} thing{n} other{n}") for n in range(280)]
    found = parts(*others, *(told("2010-12-01", f"ship sinks off coast{number}") for number in range(16)))
    sizes = [np.expm1(found[f"ship sinks off coast{number}"]["size"]) for number in range(16)]
    assert 2 < min(sizes) <= max(sizes) < 2 * 4 + 2  # those around a block, and of the block


def test_links_sources_and_deaths_of_the_known_count(parts: Any) -> None:
    link = {"date": "2010-01-01", "headline": "a bridge opens"}
    found = parts(
        told("2010-01-01", "a bridge opens", sources=[{"name": "Radio"}, {"name": "Daily"}]),
        told("2010-02-01", "a ferry stops", related=[link]),
        told("2010-03-01", "Anna Ancher paints"),
        told("2010-04-01", "Anna Ancher dies"),
    )
    assert found["a bridge opens"]["links"] == pytest.approx(np.log(2))
    assert found["a bridge opens"]["sources"] > 0 > found["a ferry stops"]["sources"]  # against the year's usual
    assert found["Anna Ancher dies"]["death"] == pytest.approx((np.log(3) / 2) ** 2)
    assert found["Anna Ancher paints"]["death"] == 0


class TestFile:
    def test_reads_back_what_was_written(self, tmp_path: Path) -> None:
        values = np.arange(4 * (len(PARTS) + 1), dtype=np.float32).reshape(4, -1)
        Prominence(values).save(tmp_path / PROMINENCE)
        parts, grim = Prominence.load(tmp_path / PROMINENCE).take([2, 0])
        assert parts.tolist() == values[[2, 0], :-1].tolist()
        assert grim.tolist() == [True, True]

    @pytest.mark.parametrize("content", [b"", b"nothing", b"\x93NUMPY\x01\x00"], ids=["empty", "text", "cut off"])
    def test_a_file_of_something_else_is_refused(self, tmp_path: Path, content: bytes) -> None:
        (tmp_path / PROMINENCE).write_bytes(content)
        with pytest.raises(IndexUnusableError, match="run `python -m embeddings build` again"):
            Prominence.load(tmp_path / PROMINENCE)

    def test_another_shape_is_refused(self, tmp_path: Path) -> None:
        np.save(tmp_path / PROMINENCE, np.zeros((3, 2), np.float32))
        with pytest.raises(IndexUnusableError, match=r"shape \(3, 2\)"):
            Prominence.load(tmp_path / PROMINENCE)

    def test_what_is_no_number_is_damage(self) -> None:
        with pytest.raises(IndexUnusableError, match="damaged"):
            Prominence(np.full((1, len(PARTS) + 1), np.nan, np.float32)).take([0])
