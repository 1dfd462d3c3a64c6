from __future__ import annotations

import gzip
import json
import os
import sys
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from importlib import resources
from itertools import islice
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from embeddings.index.catalogue import Catalogue
from embeddings.index.catalogue_writer import CatalogueWriter, NewEvent
from embeddings.index.short_forms import ShortForm, ShortFormCounter, capitals
from embeddings.search.other_names import (
    Name,
    OtherNames,
    explained,
    having,
    parse,
    read,
    rows_of,
    shipped,
    spelt_alike,
)
from embeddings.search.questions import Question
from embeddings.search.reading import postings as postings_of
from embeddings.search.reading import read as read_question
from embeddings.stems import question_stems
from embeddings.text import normalise
from tests.embeddings.index.test_catalogue import make

TABLE = parse(resources.files("embeddings.search").joinpath("other_names.tsv").read_text(encoding="utf-8"))
PORTAL = Path(os.environ.get("DATELINE_TEST_ARCHIVES", "")) / "events" / "portal-2002-2026.jsonl.gz"

Fill = Callable[..., Catalogue]


@pytest.fixture
def fill(tmp_path: Path) -> Iterator[Fill]:
    opened: list[Catalogue] = []

    def run(*headlines: str) -> Catalogue:
        path = tmp_path / f"{len(opened)}.sqlite"
        writer = CatalogueWriter(path)
        for number, headline in enumerate(headlines):
            writer.add(NewEvent(make(headline, id=f"{number}"), frozenset(), f"{number}".encode(), b""))
        writer.finish()
        opened.append(Catalogue(path))
        return opened[-1]

    yield run
    for catalogue in opened:
        catalogue.close()


def asked(catalogue: Catalogue, text: str) -> tuple[str, list[list[int]]]:
    """What the model reads, and for each word the rows that have it."""
    question = read_question(Question(text, text, ()), catalogue)
    return question.text, [rows.tolist() for rows in postings_of(question, catalogue)]


# --- the table ---


def test_each_name_of_the_table_stands_once() -> None:
    counts = Counter(normalise(name.text) for names in TABLE for name in names)
    assert [name for name, count in counts.items() if count > 1] == []


def test_each_name_of_the_table_has_words_and_each_thing_a_full_name() -> None:
    assert 150 <= len(TABLE) <= 300
    for names in TABLE:
        assert all(name.words and name.keys and name.text == name.text.strip() for name in names)
        assert names[0].is_sign
        assert not names[0].in_capitals
        assert all(name.text.isupper() for name in names if name.in_capitals)


@pytest.mark.skipif(not PORTAL.exists(), reason="needs the real archives")
def test_an_archive_uses_the_names_of_the_table() -> None:
    def is_used(names: Sequence[Name], text: str) -> bool:
        return any(f" {' '.join(name.words)} " in text for name in names)

    def as_read(line: str) -> str:
        row = json.loads(line)
        return normalise(" ".join([*row["topics"], row["headline"]]))

    rare = [names for names in TABLE if len(names) > 1]
    with gzip.open(PORTAL, "rt", encoding="utf-8") as lines:
        while rare and (some := list(islice(lines, 5_000))):
            # To normalise all of it takes seconds, and only names with rare letters need it.
            rough = "".join(some).casefold()
            for sign, plain in zip("-.,()[]'\"áéíóú", "         aeiou", strict=True):
                rough = rough.replace(sign, plain)
            rare = [names for names in rare if not is_used(names, rough)]
    if rare:
        with gzip.open(PORTAL, "rt", encoding="utf-8") as lines:
            text = f" {' '.join(as_read(line) for line in lines if not line.isascii())} "
        rare = [names for names in rare if not is_used(names, text)]
    unused = [names[0].text for names in rare]
    assert unused == []


@pytest.mark.parametrize(
    ("typed", "full"),
    [
        ("SCOTUS", "Supreme Court of the United States"),
        ("who said what, WHO?", "World Health Organization"),
        ("icc warrant", "International Criminal Court"),
        ("PHEIC declared", "Public Health Emergency of International Concern"),
        ("the uk votes", "United Kingdom"),
        ("Aussie fires", "Australia"),
        ("bibi wins", "Benjamin Netanyahu"),
        ("barca win", "FC Barcelona"),
        ("POTUS speaks", "President of the United States"),
        ("nyc blackout", "New York City"),
        ("daesh leader", "Islamic State of Iraq and the Levant"),
        ("flight 17 crash", "Malaysia Airlines Flight 17"),
        ("drc ebola", "Democratic Republic of the Congo"),
        ("coup in CAR today", "Central African Republic"),
        ("the uae", "United Arab Emirates"),
        ("U.S. strikes", "United States"),
        ("mad cow", "bovine spongiform encephalopathy"),
    ],
)
def test_short_names_are_known(typed: str, full: str) -> None:
    found = [name.text for each in shipped().found(typed) for name in each.others]
    assert full in found


@pytest.mark.parametrize(
    "text",
    [
        "who knows",
        "us and them",
        "a car crash",
        "it is la la land",
        "the ice melts",
        "WHO IS IN THE CAR",
        "asia bibi freed",
    ],
)
def test_words_that_only_look_like_short_names_are_none(text: str) -> None:
    assert shipped().found(text) == []


def test_the_longest_name_counts() -> None:
    [found] = shipped().found("the us supreme court decides")
    assert found.name.text == "US Supreme Court"


# --- what an event may have instead ---


def test_an_event_has_a_short_name_by_its_full_one_and_the_other_way_round(fill: Fill) -> None:
    catalogue = fill("The Supreme Court of the United States decides", "SCOTUS decides", "A court decides", "States")
    assert asked(catalogue, "SCOTUS")[1] == [[0, 1]]
    _, words = asked(catalogue, "Supreme Court of the United States")
    assert all({0, 1} <= set(rows) for rows in words)


def test_capitals_tell_names_from_words(fill: Fill) -> None:
    long = "The World Health Organization warns"
    catalogue = fill("The man who sold it", "The WHO warns", long, "A man for us", long)
    assert asked(catalogue, "WHO") == ("World Health Organization", [[1, 2, 4]])
    assert asked(fill("The WHO warns", "The man who sold it"), "WHO") == ("WHO", [[0]])
    assert asked(catalogue, "who warns")[0] == "who warns"
    assert [sorted(rows) for rows in asked(catalogue, "world health organisation")[1]] == [[1, 2, 4]] * 3


def test_what_people_say_for_a_name_is_no_sign_of_it(fill: Fill) -> None:
    catalogue = fill("Benjamin Netanyahu speaks", "Bibi Ali speaks", "Asia Bibi is freed")
    assert asked(catalogue, "netanyahu")[1] == [[0]]
    assert asked(catalogue, "asia bibi")[1] == [[2], [1, 2]]


def test_the_model_reads_the_name_that_the_archive_uses(fill: Fill) -> None:
    long = ["The Supreme Court of the United States decides"] * 12
    assert asked(fill(*long, "SCOTUS decides"), "SCOTUS decides")[0] == "Supreme Court of the United States decides"
    assert asked(fill(*long[:4], "SCOTUS decides"), "SCOTUS decides")[0] == "SCOTUS decides"
    assert asked(fill(*long), "us supreme court")[0] == "Supreme Court of the United States"
    assert asked(fill(*long), "the supreme court")[0] == "the supreme court"


def test_a_name_without_others_is_read_as_it_stands(fill: Fill) -> None:
    catalogue = fill("Floods in Chile", "Storms in Peru")
    assert asked(catalogue, "floods and storms in Chile") == ("floods and storms in Chile", [[0], [1], [0]])


# --- what an archive explains ---


@pytest.mark.parametrize(
    ("text", "short", "long"),
    [
        ("The World Health Organization (WHO) warns", "WHO", "World Health Organization"),
        ("Rebels of the Libyan National Army (LNA) advance", "LNA", "Libyan National Army"),
        ('The "Court of Arbitration for Sport" (CAS)', "CAS", "Court of Arbitration for Sport"),
        ("the Médecins Sans Frontières (MSF)", "MSF", "Médecins Sans Frontières"),
        ("Government of National Accord (GNA) troops", "GNA", "Government of National Accord"),
    ],
)
def test_short_forms_are_collected_where_several_events_explain_them(text: str, short: str, long: str) -> None:
    counter = ShortFormCounter()
    counter.add([text, text])
    assert counter.found() == []
    counter.add([text])
    assert counter.found() == [ShortForm(short, long)]


@pytest.mark.parametrize(
    "text",
    ["Reuters (BBC)", "a shooting (WHO)", "(ABC)", "World Cup final (BBC News)", "He says so (CNN)", "The army (LNA)"],
)
def test_what_is_in_brackets_for_another_reason_explains_nothing(text: str) -> None:
    counter = ShortFormCounter()
    for _ in range(3):
        counter.add([text])
    assert counter.found() == []


def test_of_several_meanings_the_most_frequent_counts() -> None:
    counter = ShortFormCounter()
    for text, events in (("Big Red Fox (BRF)", 2), ("Bad Rail Fares (BRF)", 3)):
        for _ in range(events):
            counter.add([text])
    assert counter.found() == [ShortForm("BRF", "Bad Rail Fares")]


def test_what_the_archive_explains_is_understood(fill: Fill) -> None:
    catalogue = fill(*["The Quiet Harbour Front (QHF) attacks"] * 2, "The Quiet Harbour Front retreats")
    assert [len(rows) for rows in asked(catalogue, "qhf")[1]] == [3]


@given(st.text(max_size=80))
def test_any_text_may_be_searched_for_short_forms(text: str) -> None:
    counter = ShortFormCounter()
    counter.add([f"{text} (ABC)", text])
    counter.found()
    assert all(word.isupper() and word in text for word in capitals(text))


# --- laws ---

words = st.lists(
    st.sampled_from("who WHO us US the UN supreme court of united states ½ İ flight 17 mh17".split()), max_size=8
)


def _postings(keys: Sequence[str]) -> Mapping[str, np.ndarray]:
    return {key: np.array([n for n in range(40) if n % (len(key) + 1) == 0], np.uint32) for key in keys}


@given(words.map(" ".join) | st.text(max_size=60))
def test_a_question_keeps_all_of_its_words(text: str) -> None:
    if not question_stems(text):
        return
    reading = read(
        text,
        [shipped(), explained((ShortForm("UN", "United Nations"), ShortForm("X", "…"))), spelt_alike([])],
        _postings,
    )
    own = {key for word in reading.words for key in word.ways[0]}
    assert own >= {
        stem for stem in question_stems(text) if stem.isalpha() and stem.isascii() and stem.upper() not in own
    }
    assert len({word.ways[0] for word in reading.words}) == len(reading.words)
    found = rows_of(reading.words, _postings)
    for word, rows in zip(reading.words, found, strict=True):
        assert np.all(rows[1:] > rows[:-1])
        assert set(rows.tolist()) == {row for way in word.ways for row in having(way, _postings).tolist()}


def test_a_mark_that_stands_alone_takes_nothing_from_a_question(fill: Fill) -> None:
    """Some characters count as letters and are still nothing but a mark, of which nothing remains."""
    marks = [mark for mark in map(chr, range(sys.maxunicode + 1)) if mark.isalnum() and not normalise(mark)]
    assert len(marks) >= 10
    catalogue = fill("The tower falls")
    for mark in marks:
        assert asked(catalogue, f"{mark} tower {mark}{mark}")[1] == [[0]]


@given(st.lists(st.sets(st.integers(0, 30)), min_size=1, max_size=4))
def test_having_all_is_in_each(sets: list[set[int]]) -> None:
    rows = {str(n): np.array(sorted(of), np.uint32) for n, of in enumerate(sets)}
    assert having(list(rows), lambda keys: {key: rows[key] for key in keys}).tolist() == sorted(set.intersection(*sets))


def test_the_first_that_knows_a_name_counts() -> None:
    first, second = OtherNames([(Name("a b"), Name("x"))]), OtherNames([(Name("c"), Name("x"))])
    reading = read("x", [first, second], _postings)
    assert reading.words[0].ways == (("x",), ("b",))
