"""What a catalogue knows of words, beside a plain reading of the same events."""

from __future__ import annotations

import datetime as dt
import sqlite3
import tempfile
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from contextlib import closing, contextmanager
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from embeddings.errors import IndexUnusableError
from embeddings.events import Event
from embeddings.index import catalogue_file, catalogue_words
from embeddings.index.catalogue import Catalogue
from embeddings.index.short_forms import ShortForm, ShortFormCounter, capitals
from embeddings.index.spellings import SpellingCounter
from embeddings.stems import stems
from tests.conftest import few_examples
from tests.embeddings.index.test_catalogue import fill

WORDS = "dam dams Dam breaks WHO who, US us Élan 東京 Addis Ababa of 3,000 'x' World Health Organization (WHO)".split()
phrases = st.lists(st.sampled_from(WORDS), max_size=6).map(" ".join)
names = st.lists(phrases.filter(bool), max_size=3, unique=True).map(tuple)


@st.composite
def events(draw: st.DrawFn) -> list[Event]:
    found = draw(st.lists(st.tuples(phrases, names, st.none() | phrases, st.none() | phrases, names), max_size=7))
    return [
        Event(f"event-{number}", dt.date(2015, 12, 3), headline, topics, category, summary, contexts)
        for number, (headline, topics, category, summary, contexts) in enumerate(found)
    ]


def searched(event: Event) -> list[str]:
    """The texts of an event whose words are searched."""
    return [*event.topics, event.headline, event.summary or "", *event.contexts]


def rows_of_words(read: Sequence[Event]) -> dict[str, list[int]]:
    """The events that have each stem, and each word in capitals, by looking at every text."""
    of_each = [{word for text in searched(event) for word in (*stems(text), *capitals(text))} for event in read]
    every = sorted(set().union(*of_each))
    return {word: [row for row, has in enumerate(of_each) if word in has] for word in every}


@contextmanager
def catalogue_of(read: Sequence[Event], *changes: str) -> Iterator[Catalogue]:
    """A catalogue of some events, into whose file some statements are put."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "catalogue.sqlite"
        fill(path, read).close()
        if changes:
            with closing(sqlite3.connect(path)) as database, database:
                for change in changes:
                    database.execute(change)
        with closing(Catalogue(path)) as catalogue:
            yield catalogue


@contextmanager
def few_at_once() -> Iterator[None]:
    """As little is read at once, so that a few events are many."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(catalogue_words, "_ROWS_AT_ONCE", 3)
        patch.setattr(catalogue_words, "_MOST_VALUES", 2)
        patch.setattr(catalogue_file, "_AT_ONCE", 2)
        yield


@few_examples()
@given(events())
def test_every_look_up_of_words_says_what_looking_at_each_event_does(read: list[Event]) -> None:
    expected = rows_of_words(read)
    asked = ["nothing", *expected, "nought"]
    with few_at_once(), catalogue_of(read) as catalogue:
        found = catalogue.postings(asked)
        assert list(found) == asked
        assert {word: rows.tolist() for word, rows in found.items() if len(rows)} == expected
        with catalogue_of(read) as other:  # nothing is known to it yet
            assert other.frequencies(asked) == {word: len(rows) for word, rows in expected.items()}
        assert catalogue.frequencies(asked) == {word: len(rows) for word, rows in expected.items()}
        rows, numbers = catalogue.words_of_rows()
        mentions = {number: tuple(rows[numbers == number].tolist()) for number in set(numbers.tolist())}
        assert Counter(mentions.values()) == Counter(map(tuple, expected.values()))


@few_examples()
@given(events())
def test_topics_and_contexts_of_all_events_are_those_of_each(read: list[Event]) -> None:
    with few_at_once(), catalogue_of(read) as catalogue:
        assert catalogue.topics() == [(*event.topics, *([event.category] if event.category else [])) for event in read]
        assert list(catalogue.contexts_of_rows()) == [
            (row, context) for row, event in enumerate(read) for context in event.contexts
        ]
        assert catalogue.narrowest_topics() == [
            (row, event.topics[-1]) for row, event in enumerate(read) if event.topics
        ]


@few_examples()
@given(events())
def test_spellings_and_short_forms_are_those_of_the_searched_texts(read: list[Event]) -> None:
    spelt, shortened = SpellingCounter(), ShortFormCounter()
    for event in read:
        spelt.add(searched(event))
        shortened.add(searched(event))
    with few_at_once(), catalogue_of(read) as catalogue:
        assert list(catalogue.short_forms) == shortened.found()
        assert len(catalogue.spellings) == len(spelt.most_common())
        for each in spelt.most_common():
            assert each in catalogue.spellings.near(each.key, 0)


def test_a_short_form_that_two_events_explain_is_known() -> None:
    text = "The World Health Organization (WHO) meets."
    read = [Event(str(number), dt.date(2015, 12, 3), text) for number in range(2)]
    with catalogue_of(read) as catalogue:
        assert catalogue.short_forms == (ShortForm("WHO", "World Health Organization"),)


class TestWhatIsKept:
    """The rows of words that were asked for last, within a bound."""

    READ = tuple(Event(str(row), dt.date(2015, 12, 3), text) for row, text in enumerate(("one", "one two", "two one")))

    @few_examples()
    @given(
        st.lists(st.lists(st.sampled_from(("one", "two", "three")), max_size=4), max_size=8),
        st.integers(0, 8),
        st.integers(0, 3),
    )
    def test_changes_no_answer_and_keeps_to_its_bound(
        self, questions: list[list[str]], most_rows: int, most_counts: int
    ) -> None:
        expected = {**rows_of_words(self.READ), "three": []}
        with pytest.MonkeyPatch.context() as patch, catalogue_of(self.READ) as catalogue:
            patch.setattr(catalogue_words, "_KEPT_ROWS", most_rows)
            patch.setattr(catalogue_words, "_KEPT_COUNTS", most_counts)
            for words in questions:
                found = catalogue.postings(words)
                assert {word: rows.tolist() for word, rows in found.items()} == {w: expected[w] for w in words}
                counts = {word: len(expected[word]) for word in words if expected[word]}
                assert catalogue.frequencies(words) == counts
                # A word without rows takes room, too.
                assert sum(len(rows) + 1 for rows in catalogue._kept.values()) <= most_rows
                assert len(catalogue._counts) <= most_counts + 3  # those of one question more

    def test_needs_the_file_no_more(self) -> None:
        with catalogue_of(self.READ) as catalogue:
            catalogue.postings(["one", "three"])
            catalogue.frequencies(["two"])
            catalogue.close()
            assert catalogue.postings(["one"])["one"].tolist() == [0, 1, 2]
            assert catalogue.postings(["three"])["three"].tolist() == []
            assert catalogue.frequencies(["one", "two", "three"]) == {"one": 3, "two": 2}
            with pytest.raises(IndexUnusableError):
                catalogue.postings(["two"])
            with pytest.raises(IndexUnusableError):
                catalogue.frequencies(["four"])

    def test_is_what_was_asked_for_last(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(catalogue_words, "_KEPT_ROWS", 4)
        with catalogue_of(self.READ) as catalogue:
            catalogue.postings(["two"])
            catalogue.postings(["one"])  # three rows, and one for itself: no room is left
            catalogue.close()
            assert catalogue.postings(["one"])["one"].tolist() == [0, 1, 2]
            with pytest.raises(IndexUnusableError):
                catalogue.postings(["two"])


EVENT = Event("one", dt.date(2015, 12, 3), "The Dam breaks.", ("Floods",), None, None, ("River",))
EXPLAINED = Event("two", dt.date(2015, 12, 3), "World Health Organization (WHO)")
EXPLAINED_AGAIN = Event("three", EXPLAINED.date, EXPLAINED.headline)
READERS: dict[str, Callable[[Catalogue], object]] = {
    "postings": lambda catalogue: catalogue.postings(["dam"]),
    "words_of_rows": Catalogue.words_of_rows,
    "spellings": lambda catalogue: catalogue.spellings,
    "short_forms": lambda catalogue: catalogue.short_forms,
    "topics": Catalogue.topics,
    "narrowest_topics": Catalogue.narrowest_topics,
    "contexts_of_rows": lambda catalogue: list(catalogue.contexts_of_rows()),
    "frequencies": lambda catalogue: catalogue.frequencies(["dam"]),
}


class TestDamage:
    @pytest.mark.parametrize(
        ("damage", "reader", "why"),
        [
            ("UPDATE postings SET rows = 'rows'", "postings", "str instead of rows"),
            ("UPDATE postings SET rows = 7", "words_of_rows", "int instead of rows"),
            ("UPDATE postings SET rows = x'00'", "postings", "ValueError"),
            ("UPDATE postings SET rows = x'09000000'", "words_of_rows", "out of order, or not below 3"),
            ("UPDATE spellings SET key = x'ff' WHERE text = 'breaks'", "spellings", "without a key, text or number"),
            ("UPDATE spellings SET text = x'ff' WHERE text = 'breaks'", "spellings", "without a key, text or number"),
            (
                "UPDATE spellings SET events = 'many' WHERE text = 'breaks'",
                "spellings",
                "without a key, text or number",
            ),
            ("UPDATE spellings SET key = '' WHERE text = 'breaks'", "spellings", "without a key, text or number"),
            ("UPDATE short_forms SET long = x'ff'", "short_forms", "bytes instead of a text"),
            ("UPDATE short_forms SET short = x'ff'", "short_forms", "bytes instead of a text"),
            ("UPDATE events SET topics = '{}'", "topics", "dict instead of a list"),
            ("UPDATE events SET topics = '[1]'", "narrowest_topics", "int instead of a text"),
            ("UPDATE events SET category = x'ff'", "topics", "bytes instead of a text"),
            ("UPDATE contexts SET name = x'ff'", "contexts_of_rows", "bytes instead of a text"),
        ],
    )
    def test_is_told_by_whoever_reads_it(self, damage: str, reader: str, why: str) -> None:
        with (
            catalogue_of([EVENT, EXPLAINED, EXPLAINED_AGAIN], damage) as catalogue,
            pytest.raises(IndexUnusableError, match=why),
        ):
            READERS[reader](catalogue)

    @pytest.mark.parametrize("reader", READERS)
    def test_is_nowhere_in_a_whole_catalogue(self, reader: str) -> None:
        with catalogue_of([EVENT, EXPLAINED, EXPLAINED_AGAIN]) as catalogue:
            READERS[reader](catalogue)


def test_catalogues_of_earlier_versions_have_neither_spellings_nor_short_forms() -> None:
    with catalogue_of([EVENT, EXPLAINED, EXPLAINED_AGAIN], "DROP TABLE spellings", "DROP TABLE short_forms") as before:
        assert before.short_forms == ()
        assert len(before.spellings) == 0
        assert before.spellings.near("breaks", 2) == []
        assert before.postings(["dam"])["dam"].tolist() == [0]
