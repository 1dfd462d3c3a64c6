"""What events tell by themselves is taken over from the index before, and is then what reading them anew gives."""

from __future__ import annotations

import json
import random
from collections.abc import Iterable
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from embeddings.archive import Report
from embeddings.build.run import build_index
from embeddings.events import Event
from embeddings.index.catalogue import Catalogue
from embeddings.index.folder import IndexFolder
from embeddings.index.manifest import TRAITS
from embeddings.progress import no_progress
from embeddings.prominence.traits import Traits, collect
from tests.conftest import BuildArchives
from tests.word_encoder import WordEncoder

WORDS = (
    "Atlantis", "Thule", "Anna Ancher", "gunmen", "Gunmen", "dies", "is elected", "kills 12", "tower", "says", "naïve",
    "first", "Avalon's", "bridge", "storm", "of the", "salt", "film",
)  # fmt: skip
PARTS = ("headline", "summary", "category")
TOPICS = ("Fall of the tower", "Price of salt", "Armed conflicts", "Thule")


def _record(chance: random.Random) -> dict[str, object]:
    return {
        "date": f"20{chance.randrange(10, 13)}-0{chance.randrange(1, 4)}-{chance.randrange(1, 29):02}",
        "headline": " ".join(chance.choices(WORDS, k=chance.randrange(2, 7))) + f" {chance.randrange(10_000)}",
        "topics": chance.sample(TOPICS, chance.randrange(3)),
    }


def _write(archive: Path, records: list[dict[str, object]]) -> None:
    archive.write_text("".join(json.dumps(record) + "\n" for record in records), encoding="utf-8")


def _found(traits: Traits, days: np.ndarray) -> list[np.ndarray]:
    days = days.astype(np.int64)
    return [traits.values, *traits.names.weigh(days), traits.aftermath.signs(days)]


@pytest.mark.parametrize("seed", range(2))
def test_what_is_taken_over_is_what_reading_everything_anew_gives(
    folder: IndexFolder, build: BuildArchives, tmp_path: Path, seed: int
) -> None:
    chance, archive = random.Random(seed), tmp_path / "archive.jsonl"
    records = [_record(chance) for _ in range(60)]
    _write(archive, records)
    build(archive)
    for _ in range(2):
        edited = [{**each, chance.choice(PARTS): _record(chance)["headline"]} for each in records]
        records = [new if chance.random() < 0.1 else old for old, new in zip(records, edited, strict=True)]
        chance.shuffle(records)
        records = records[chance.randrange(20) :] + [_record(chance) for _ in range(chance.randrange(20))]
        _write(archive, records)
        before = folder.open()
        build(archive, accept_removals=True)
        index = folder.open()
        held = before.folder / TRAITS, before.catalogue
        taken_over, anew = (collect(index.catalogue, each, no_progress) for each in (held, None))
        for one, other in zip(
            _found(taken_over, index.catalogue.days), _found(anew, index.catalogue.days), strict=True
        ):
            assert one.tolist() == other.tolist()
        before.close()
        index.close()


def _read(folder: IndexFolder, archive: Path) -> int:
    """How many events the build of an archive reads to weigh them."""
    read = [0]

    def progress(step: str, done: int, total: int | None) -> None:
        if step == "weighing events":
            read.append(total or 0)

    build_index(folder, [archive], WordEncoder(), Report(), progress=progress)
    return read[-1]


def test_only_events_that_are_new_are_read(
    folder: IndexFolder, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    archive, records = tmp_path / "archive.jsonl", [_record(random.Random(number)) for number in range(30)]
    _write(archive, records[:28])
    assert _read(folder, archive) == 28
    _write(archive, records)
    assert _read(folder, archive) == 2
    assert _read(folder, archive) == 0
    monkeypatch.setattr("embeddings.prominence.traits._program", lambda: "another version")
    assert _read(folder, archive) == 30
    assert _read(folder, archive) == 0


def test_few_events_are_in_memory_at_once_where_another_archive_takes_the_place_of_one(
    folder: IndexFolder, build: BuildArchives, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    archive = tmp_path / "archive.jsonl"
    indexes = []
    for part in range(2):
        _write(archive, [_record(random.Random(number)) for number in range(40 * part, 40 * part + 40)])
        build(archive, accept_removals=True)
        indexes.append(folder.open())
    before, now = indexes
    asked: list[int] = []
    read = Catalogue.events

    def counted(catalogue: Catalogue, rows: Iterable[int]) -> list[Event]:
        wanted = list(rows)
        asked.append(len(wanted))
        return read(catalogue, wanted)

    monkeypatch.setattr(Catalogue, "events", counted)
    monkeypatch.setattr("embeddings.prominence.traits._BLOCK", 7)
    collect(now.catalogue, (before.folder / TRAITS, before.catalogue), no_progress)
    assert sum(asked) == 80
    assert max(asked) == 7
    for index in indexes:
        index.close()


def test_an_index_without_traits_is_read_anew(folder: IndexFolder, build: BuildArchives, tmp_path: Path) -> None:
    """As the version before wrote it."""
    archive, records = tmp_path / "archive.jsonl", [_record(random.Random(number)) for number in range(5)]
    _write(archive, records)
    build(archive)
    index = folder.open()
    manifest = folder.manifest()
    files = {name: record for name, record in manifest.files.items() if name != TRAITS}
    folder.publish(index.folder, replace(manifest, files=files))
    index.close()
    assert _read(folder, archive) == 5
