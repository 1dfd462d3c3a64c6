"""A build of what the index in force was made of leaves it as it is."""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Callable, Iterator
from contextlib import closing
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from embeddings.archive import Report, read_archive
from embeddings.archive.fetched import FetchedDays
from embeddings.archive.portal import page_title
from embeddings.build import repeated
from embeddings.build.result import BuildResult
from embeddings.build.run import Build, build_index
from embeddings.events import Event, event_id
from embeddings.index.folder import IndexFolder
from embeddings.index.manifest import OPENVINO, ExportRecord, Inputs, Trial
from embeddings.wiki.replies import WikiPage
from tests.embeddings.archive.pages import page, write
from tests.word_encoder import WordEncoder

_FETCHED, _NOW = dt.date(2015, 12, 20), dt.datetime(2015, 12, 21, tzinfo=dt.UTC)
_RECORDS: list[dict[str, Any]] = [
    {"date": "2015-12-03", "headline": "It rains in Alpha.", "id": "rain"},
    {"date": "2015-12-03", "headline": "It rains in Alpha.", "id": "again"},
    {"date": "2015-12-04", "headline": "The bridge of Beta falls."},
]


@pytest.fixture(autouse=True)
def _one_program(_another_program: None, monkeypatch: pytest.MonkeyPatch) -> None:
    """All builds are by one version, as they mostly are."""
    monkeypatch.setattr("embeddings.build.repeated.program", lambda: "this version")


@pytest.fixture
def archive(tmp_path: Path) -> Path:
    return _write(tmp_path / "archive.jsonl", _RECORDS)


def _write(path: Path, records: list[dict[str, Any]]) -> Path:
    path.write_text("".join(f"{json.dumps(record)}\n" for record in records))
    return path


def _build(folder: IndexFolder, *archives: Path, **settings: Any) -> BuildResult:
    return build_index(folder, archives, WordEncoder(), settings.pop("report", None) or Report(), **settings)


def test_the_same_archive_again_leaves_the_index_and_tells_what_a_new_one_would(
    folder: IndexFolder, archive: Path
) -> None:
    first = _build(folder, archive)
    before = folder.manifest()
    again = _build(folder, archive)
    assert folder.manifest() == before
    assert [each.name for each in (folder.root / "generations").iterdir()] == [before.generation]
    made_anew = replace(first, new=0, unchanged=first.events, seconds=again.seconds, is_kept=True)
    assert (first.events, first.merged, again) == (2, 1, made_anew)


def test_what_cannot_be_read_is_told_again(folder: IndexFolder, tmp_path: Path) -> None:
    archive = _write(tmp_path / "archive.jsonl", [*_RECORDS, {"date": "2015-12-05"}])
    for _ in range(2):
        report = Report()
        assert _build(folder, archive, report=report).rejected == 1
        assert "headline" in str(report.first[0])


def test_an_id_that_is_given_on_two_days_is_told_again(folder: IndexFolder, tmp_path: Path) -> None:
    records = [*_RECORDS, {"date": "2015-12-05", "headline": "Another rain.", "id": "rain"}]
    archive = _write(tmp_path / "archive.jsonl", records)
    assert [_build(folder, archive).rejected for _ in range(3)] == [1, 1, 1]


def _another_event(folder: IndexFolder, archive: Path) -> BuildResult:
    return _build(folder, _write(archive, [*_RECORDS, {"date": "2015-12-05", "headline": "It stops."}]))


def _another_word(folder: IndexFolder, archive: Path) -> BuildResult:
    return _build(folder, _write(archive, [*_RECORDS[:2], {**_RECORDS[2], "summary": "Nobody was on it."}]))


def _another_order(folder: IndexFolder, archive: Path) -> BuildResult:
    return _build(folder, _write(archive, _RECORDS[::-1]))


def _another_name(folder: IndexFolder, archive: Path) -> BuildResult:
    return _build(folder, archive.rename(archive.with_name("moved.jsonl")))


def _another_archive(folder: IndexFolder, archive: Path) -> BuildResult:
    return _build(folder, archive, _write(archive.with_name("more.jsonl"), _RECORDS))


def _another_size_of_codes(folder: IndexFolder, archive: Path) -> BuildResult:
    return _build(folder, archive, compressed_from=1)


def _another_way(folder: IndexFolder, archive: Path) -> BuildResult:
    return _build(folder, archive, way="torch")


@pytest.mark.parametrize(
    "change",
    [
        _another_event,
        _another_word,
        _another_order,
        _another_name,
        _another_archive,
        _another_size_of_codes,
        _another_way,
    ],
)
def test_whatever_the_index_depends_on_makes_it_anew(
    folder: IndexFolder, archive: Path, change: Callable[[IndexFolder, Path], BuildResult]
) -> None:
    _build(folder, archive)
    before = folder.manifest()
    change(folder, archive)
    assert folder.manifest().generation != before.generation


@pytest.mark.parametrize(
    ("what", "now"),
    [
        pytest.param("embeddings.build.repeated.program", lambda: "the next version", id="another version"),
        # Why it failed may have passed, such as a disk that was full.
        pytest.param("embeddings.build.run.can_be_tried", lambda _: True, id="an export that failed"),
    ],
)
def test_what_may_make_another_index_of_the_same_events_makes_it_anew(
    folder: IndexFolder, archive: Path, monkeypatch: pytest.MonkeyPatch, what: str, now: Callable[..., object]
) -> None:
    _build(folder, archive, way="auto")
    before = folder.manifest().generation
    monkeypatch.setattr(what, now)
    assert _build(folder, archive, way="auto").unchanged == 2
    assert folder.manifest().generation != before


def test_an_index_of_an_earlier_version_is_made_anew(folder: IndexFolder, archive: Path) -> None:
    _build(folder, archive)
    manifest = folder.manifest()
    folder.publish(folder.root / "generations" / manifest.generation, replace(manifest, inputs=Inputs()))
    _build(folder, archive)
    assert folder.manifest().generation != manifest.generation


def test_an_export_of_an_earlier_version_is_tried_again(
    folder: IndexFolder, archive: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    _build(folder, archive)
    manifest = folder.manifest()
    monkeypatch.setattr("embeddings.build.run.can_be_tried", lambda _: True)
    build, trial = Build(folder, WordEncoder(), Report()), Trial(OPENVINO, 1.0, 1.0, 9.0, 9.0)
    found = []
    for trials in ((), (trial,), (replace(trial, question_processor_ms=9.0),)):
        model = replace(manifest.model, export=ExportRecord(2, 1.0, 1.0, trials=trials))
        found.append(build._is_repeated(replace(manifest, model=model), manifest.inputs.fingerprint))
    assert found == [False, False, True]


def test_a_model_whose_folder_was_moved_is_looked_for_where_it_is_now(folder: IndexFolder, archive: Path) -> None:
    for place in ("/models/old", "/models/new"):
        encoder = WordEncoder()
        encoder.name = place
        build_index(folder, [archive], encoder, Report())
        assert folder.manifest().model.name == place


def test_what_a_build_left_that_was_killed_after_it_had_published_is_deleted(
    folder: IndexFolder, archive: Path
) -> None:
    _build(folder, archive)
    before = sorted(each.name for each in folder.root.iterdir())
    for suffix in ("", "-wal"):
        (folder.root / f"encoded.sqlite{suffix}").write_bytes(b"vectors")
    generation = folder.manifest().generation
    _build(folder, archive)
    assert folder.manifest().generation == generation
    assert sorted(each.name for each in folder.root.iterdir()) == before


def test_a_program_that_was_upgraded_while_archives_were_read_makes_the_index_anew(
    folder: IndexFolder, archive: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def reading() -> Iterator[Event]:
        yield from read_archive(archive, Report())
        monkeypatch.setattr("embeddings.build.repeated.program", lambda: "the next version")

    generations = set()
    for events in (reading(), read_archive(archive, Report())):
        with folder.build_lock():
            Build(folder, WordEncoder(), Report()).replace_index([(archive, events)], None)
        generations.add(folder.manifest().generation)
    assert len(generations) == 2


def test_a_damaged_index_is_made_anew(folder: IndexFolder, archive: Path) -> None:
    _build(folder, archive)
    manifest = folder.manifest()
    vectors = folder.root / "generations" / manifest.generation / "vectors.faiss"
    data = bytearray(vectors.read_bytes())
    data[-1] ^= 1
    vectors.write_bytes(data)
    _build(folder, archive)
    assert folder.manifest().generation != manifest.generation
    assert not list(folder.problems())


def test_what_was_fetched_or_withdrawn_between_two_builds_is_in_the_next(folder: IndexFolder, archive: Path) -> None:
    _build(folder, archive)
    told, quiet = ("The ferry sinks.", "The choir sings."), ("The choir sings.",)
    for revision, bullets in enumerate((told, quiet)):
        generations = []
        with closing(FetchedDays(folder.fetched)) as days:
            text = "\n".join(f"*{bullet} [https://news.example/ (AP)]" for bullet in bullets)
            days.portal.keep({_FETCHED: WikiPage(page_title(_FETCHED), revision, _NOW, text)}, _NOW)
            for _ in range(2):
                with folder.build_lock():
                    assert Build(folder, WordEncoder(), Report()).replace_index(None, days).events == 2 + len(bullets)
                generations.append(folder.manifest().generation)
        for _ in range(2):
            assert _build(folder, archive).events == 2 + len(bullets)
            generations.append(folder.manifest().generation)
        assert [generations.count(each) for each in dict.fromkeys(generations)] == [2, 2]
    with closing(folder.open()) as index:
        assert index.catalogue.withdrawn(event_id(_FETCHED, told[0])) is not None


def test_the_sample_and_births_make_the_index_anew_where_they_change_its_events(
    folder: IndexFolder, tmp_path: Path
) -> None:
    archive = _write(tmp_path / "old.jsonl", [{"date": "1872-01-01", "headline": "A gate is opened."}])
    (tmp_path / "days").mkdir()
    lines = ("==Events==", "*[[1966]] &ndash; A bridge falls.", "==Births==", "*[[1966]] &ndash; A singer.", "")
    (tmp_path / "days" / "October_21.wiki").write_text("\n".join(lines))
    found = []
    for settings in ({}, {"births_and_deaths": True}, {"births_and_deaths": True, "sample": True}, {}):
        for _ in range(2):
            result = _build(folder, archive, tmp_path / "days", **settings)
            found.append((folder.manifest().generation, result.events, result.listed, result.from_sample))
    assert found[::2] == found[1::2]
    assert len({generation for generation, *_ in found}) == 4
    assert [events for _, events, *_ in found[::2]] == [2, 3, 3 + found[4][3], 2]
    assert found[4][3]


def test_a_folder_of_pages_is_read_in_the_same_order_wherever_its_files_lie(
    folder: IndexFolder, tmp_path: Path
) -> None:
    addresses = [f"2015/12/{day}/{word}.md" for day in (3, 14) for word in ("zebra", "ant", "rain")]
    for number, order in enumerate((addresses, addresses[::-1])):
        for address in order:
            write(tmp_path / "pages", address, page(f"{address.title()} is seen."))
        if not number:
            _build(folder, tmp_path / "pages")
            before = folder.manifest().generation
            for address in addresses:
                (tmp_path / "pages" / "news" / address).unlink()
    _build(folder, tmp_path / "pages")
    assert folder.manifest().generation == before


def test_the_program_is_its_code_and_tables(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    (tmp_path / "rules").mkdir()
    (tmp_path / "rules" / "words.json").write_text("{}")
    (tmp_path / "read.py").write_text("one = 1\n")
    monkeypatch.undo()
    monkeypatch.setattr("embeddings.build.repeated.resources.files", lambda _: tmp_path)
    found = {repeated.program.__wrapped__()}
    (tmp_path / "__pycache__").mkdir()
    (tmp_path / "__pycache__" / "read.pyc").write_bytes(b"compiled")
    (tmp_path / ".#read.py").symlink_to("somebody@somewhere")  # as an editor locks a file
    assert repeated.program.__wrapped__() in found
    (tmp_path / "rules" / "words.json").write_text("[]")
    found.add(repeated.program.__wrapped__())
    (tmp_path / "read.py").write_text("one = 2\n")
    found.add(repeated.program.__wrapped__())
    monkeypatch.setattr("embeddings.build.repeated.metadata.distributions", list)
    found.add(repeated.program.__wrapped__())
    assert len(found) == 4
