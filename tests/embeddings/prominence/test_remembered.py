"""What people remember: the list that ships, what was learnt from it, and stories of their own."""

from __future__ import annotations

import datetime as dt
import json
import re
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pytest

from embeddings.events import Event, event_id
from embeddings.index.folder import IndexFolder
from embeddings.index.prominence import _EARLIER_WEIGHTS, COLUMNS, PARTS, WEIGHTS, Prominence
from embeddings.index.vectors import VectorIndex, VectorWriter
from embeddings.model.encoder import SentenceEncoder
from embeddings.prominence.aftermath import SIGNS, Aftermath
from embeddings.prominence.kinds import kinds, of_vectors, words_of
from embeddings.prominence.remembered import Remembered, find_named, remembered
from embeddings.text import clean
from tests.conftest import BuildArchives
from tests.word_encoder import WordEncoder


def test_the_list_has_thousands_of_events_of_every_year_in_order_each_once() -> None:
    lines = remembered()
    assert len(lines) > 2_000
    assert [each.day for each in lines] == sorted(each.day for each in lines)
    assert len({(each.day, each.words) for each in lines}) == len(lines)
    assert {each.day.year for each in lines} >= set(range(2002, 2026))
    assert lines[0].day >= dt.date(2002, 7, 1)
    assert all(3 <= len(each.words.split()) <= 14 and each.article and 1 <= each.widely <= 5 for each in lines)
    ids = [each.id for each in lines if each.id]
    assert len(ids) > 10_000
    assert all(re.fullmatch(r"\d{4}-\d\d-\d\d-[0-9a-f]{8}", each) for each in ids)
    assert all(clean(text) == text for each in lines for text in (each.words, each.article))


def test_the_list_names_the_event_that_it_means_and_not_what_came_of_it(
    folder: IndexFolder, build: BuildArchives, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    told = {
        "2010-03-01": ("A tower falls in Atlantis", "Talks on the price of salt begin"),
        "2010-03-02": ("Rescuers search the fallen tower in Atlantis", "A ship leaves for Thule"),
        "2010-03-04": ("The king of Thule dies", "Salt gets dearer"),
    }
    lines = (
        Remembered(dt.date(2010, 3, 1), 4.5, "Tower falls in Atlantis", "Fall of the tower of Atlantis", ""),
        Remembered(dt.date(2010, 3, 3), 3, "King of Thule dies", "Kings of Thule", "2010-03-04-unknown"),
        Remembered(dt.date(2010, 3, 4), 2, "Comet passes close to earth", "Comet", ""),
        Remembered(dt.date(2019, 1, 1), 2, "Day of which nothing is told", "Nothing", ""),
    )
    archive = tmp_path / "archive.jsonl"
    records = ({"date": day, "headline": headline} for day, headlines in told.items() for headline in headlines)
    archive.write_text("".join(json.dumps(record) + "\n" for record in records), encoding="utf-8")
    monkeypatch.setattr("embeddings.prominence.remembered.remembered", lambda: lines)
    build(archive)
    index = folder.open()
    encoder = WordEncoder()
    for encode in (lambda texts: [each.vector for each in encoder.encode(texts)], None):
        named = find_named(index.catalogue, index.vectors, encode, kinds().rarity)
        headlines = [event.headline for event in index.catalogue.events(named.rows[:2].tolist())]
        assert headlines == ["A tower falls in Atlantis", "The king of Thule dies"]
        assert named.rows[2:].tolist() == [-1, -1]
    parts, _ = index.prominence.take(range(index.catalogue.size))
    widely = dict(zip(named.rows[:2].tolist(), (4.5, 3.0), strict=True))
    assert parts[:, PARTS.index("lists")].tolist() == [widely.get(row, 0.0) for row in range(index.catalogue.size)]
    index.close()


def test_a_line_names_the_event_whose_id_it_has_in_whatever_words(
    folder: IndexFolder, build: BuildArchives, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    headlines = "A tower falls in Atlantis", "Masonry gives way"
    lines = (
        Remembered(dt.date(2010, 3, 1), 4, "Tower falls in Atlantis", "", event_id(dt.date(2010, 3, 1), headlines[1])),
    )
    archive = tmp_path / "archive.jsonl"
    records = ({"date": "2010-03-01", "headline": headline} for headline in headlines)
    archive.write_text("".join(json.dumps(record) + "\n" for record in records), encoding="utf-8")
    monkeypatch.setattr("embeddings.prominence.remembered.remembered", lambda: lines)
    build(archive)
    index = folder.open()
    named = find_named(index.catalogue, index.vectors, None, kinds().rarity)
    assert [event.headline for event in index.catalogue.events(named.rows.tolist())] == ["Masonry gives way"]
    index.close()


def _events(*told: tuple[str, str, str]) -> tuple[list[Event], np.ndarray]:
    events = [
        Event(id=f"{day}-{number:08}", date=dt.date.fromisoformat(day), headline=headline, topics=(topic,))
        for number, (day, topic, headline) in enumerate(told)
    ]
    return events, np.array([event.date.toordinal() for event in events])


def _signs(events: Sequence[Event], days: np.ndarray) -> list[dict[str, float]]:
    aftermath = Aftermath()
    for row, event in enumerate(events):
        aftermath.add(row, event)
    return [dict(zip(SIGNS, row, strict=True)) for row in aftermath.signs(days).tolist()]


def test_a_topic_is_new_on_its_first_day_and_counts_what_comes_later() -> None:
    first, second, other, last = _signs(
        *_events(
            ("2010-03-01", "Fall of the tower", "it falls"),
            ("2010-03-03", "Fall of the tower", "somebody is found"),
            ("2010-03-03", "Price of salt", "it rises"),
            ("2012-03-01", "Fall of the tower", "two years ago"),
        )
    )
    assert [each["topic: new"] for each in (first, second, other, last)] == [1, 0, 1, 0]
    assert first["topic: new, week"] == pytest.approx(np.log(2))
    assert first["topic: new, after a month"] == pytest.approx(np.log(2))
    assert other["topic: new, year"] == 0
    assert last["topic: before"] == pytest.approx(np.log(3))
    assert first["phrase: growth after a year"] == pytest.approx(np.log(2))
    assert last["phrase: growth after a year"] == pytest.approx(-np.log(3))


@pytest.mark.model
def test_a_disaster_that_all_know_is_more_of_a_kind_that_is_remembered_than_a_remark(
    model: SentenceEncoder, model_folder: IndexFolder
) -> None:
    assert model.fingerprint == kinds().model == model_folder.manifest().model.fingerprint
    texts = [
        "A magnitude 9.0 earthquake and tsunami kill tens of thousands of people.",
        "The president of Cestry resigns after mass protests.",
        "The deputy minister of transport comments on the schedule of the talks.",
    ]
    by_vectors = kinds().of_vectors(np.array([each.vector for each in model.encode(texts)]))
    events, _ = _events(*(("2010-03-01", "", text) for text in texts))
    by_words = np.array([kinds().of_words(words_of(event)) for event in events])
    for quake, fall, remark in (by_vectors, by_words):
        assert min(quake, fall) > remark


def test_vectors_of_another_model_are_all_of_one_kind(tmp_path: Path) -> None:
    vectors = np.eye(8, dtype=np.float32)
    with VectorWriter(tmp_path / "vectors.faiss", 8) as writer:
        writer.add(vectors)
        writer.finish()
    index = VectorIndex.load(tmp_path / "vectors.faiss")
    assert of_vectors(index, "another").tolist() == [0] * 8
    index.close()


def test_events_of_an_index_of_an_earlier_version_stand_out_as_they_did(tmp_path: Path) -> None:
    known = len(PARTS) - 3
    before = np.arange(3 * (len(COLUMNS) - 3), dtype=np.float32).reshape(3, -1)
    np.save(tmp_path / "prominence.npy", before)
    parts, grim = Prominence.load(tmp_path / "prominence.npy").take(range(3))
    assert parts[:, :known].tolist() == before[:, :known].tolist()
    assert not parts[:, PARTS.index("story") :].any()
    scores = parts @ [WEIGHTS[name] for name in PARTS]
    assert scores == pytest.approx(before[:, :known] @ _EARLIER_WEIGHTS, rel=1e-5)
    assert grim.tolist() == (before[:, -1] > 0).tolist()
