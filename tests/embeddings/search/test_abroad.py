from __future__ import annotations

import datetime as dt
import json
import os
from collections.abc import Mapping, Sequence
from contextlib import closing
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from embeddings.search import abroad, reading
from embeddings.search.abroad.tables import key, tables
from embeddings.search.questions import understand
from embeddings.search.spelling import Correction
from tests.embeddings.index.test_catalogue import fill, make
from tests.words_abroad.collected import LANGUAGES, lines, own_words

BENCHMARKS = Path(__file__).parents[2] / "benchmarks"
QUERIES = Path(os.environ.get("DATELINE_TEST_ARCHIVES", "")) / "queries"
FOREIGN = {"arabic", "chinese", "french", "german", "italian", "russian", "spanish"}
TODAY = dt.date(2026, 11, 22)
ARCHIVE = {"kasparov": 70, "kasparova": 1, "nemtsov": 20, "genoa": 60, "genova": 2, "bundestag": 90, "vienna": 200}


def frequencies(words: Sequence[str]) -> Mapping[str, int]:
    """Of a small archive."""
    return {word: ARCHIVE[word] for word in words if word in ARCHIVE}


def understood(text: str) -> abroad.Abroad | None:
    """A question, asked of an archive in which Theresa, Dresden and Mexico are names."""
    return abroad.understood(text, frequencies, {"theresa", "dresden", "mexico"}.__contains__)


def english_questions() -> list[str]:
    """Those of the benchmarks, without their dates."""
    texts: list[str] = []
    others = "dates-in-questions.jsonl"  # which has some in other languages
    for path in [*BENCHMARKS.glob("*.jsonl"), *(path for path in QUERIES.glob("*.jsonl") if path.name != others)]:
        for line in path.read_text("utf-8").splitlines():
            record = json.loads(line)
            if record.get("class") not in FOREIGN:
                texts += [record[name] for name in ("question", "kw", "nl", "plain", "dated") if name in record]
    for path in [*BENCHMARKS.glob("*.txt"), *BENCHMARKS.glob("rows/*.txt")]:
        texts += path.read_text("utf-8").splitlines()
    return [understand(text, TODAY).wanted for text in texts if text and text.isascii()]


def test_no_english_question_is_taken_for_another_language() -> None:
    texts = english_questions()
    assert len(texts) > 1_000
    assert [text for text in texts if understood(text) is not None] == []


@pytest.mark.parametrize(
    ("text", "language", "english"),
    [
        ("Rücktritt des Papstes", "de", "resignation pope"),
        ("anschlag auf den weihnachtsmarkt in dresden", "de", "attack christmas market dresden"),
        ("démission de theresa may", "fr", "resignation theresa may"),
        ("tremblement de terre au Japon", "fr", "earthquake Japan"),
        ("terremoto en méxico", "es", "earthquake méxico"),
        ("terremoto no japao", "pt", "earthquake Japan"),
        ("brücke in genua eingestürzt", "de", "bridge Genoa collapse"),
        ("crollo del ponte", "it", "collapse bridge"),
        ("brand in een ziekenhuis in Wenen", "nl", "fire hospital Vienna"),
        ("trzęsienie ziemi w turcji", "pl", "earthquake Turkey"),
        ("darbe girişimi", "tr", "coup attempt"),
        ("убийство Немцова", "ru", "assassination Nemtsov"),
        ("арест Каспарова", "ru", "arrest Kasparov"),
        ("вибори президента України", "uk", "presidential election Ukraine"),
        ("東京で地震", "ja", "Tokyo earthquake"),
        ("미국 대통령 선거", "ko", "United States presidential election"),
        ("花川大地震", "zh", "earthquake"),
    ],
)
def test_what_is_known_of_a_question_is_put_into_english(text: str, language: str, english: str) -> None:
    found = understood(text)
    assert found is not None
    assert (found.language, found.typed, found.english) == (language, text, english)
    assert not found.is_open


@pytest.mark.parametrize(
    "text",
    [
        "Bundestag",  # the archive knows it
        "Bundestag election results",
        "afganistan",  # a name that is misspelt is as often bad English
        "El Salvador",
        "coup d'état in Mali",
        "gilets jaunes protests",
        "α particle",
        "Boko Haram",
        "",
    ],
)
def test_a_name_from_abroad_makes_no_question_foreign(text: str) -> None:
    assert understood(text) is None


@pytest.mark.parametrize("text", ["was ist passiert", "何が起きた", "что произошло"])
def test_a_question_of_little_words_alone_asks_for_anything(text: str) -> None:
    found = understood(text)
    assert found is not None
    assert found.is_open
    assert found.english == ""


def test_a_language_without_tables_is_known_by_its_letters() -> None:
    assert understood("زلزال في تركيا") == abroad.Abroad("und", "زلزال في تركيا")


@given(st.text())
def test_whatever_is_asked_has_an_answer_in_letters_that_english_has(text: str) -> None:
    found = understood(text)
    if found is not None:
        assert found.language in (*LANGUAGES, "und")
        assert found.typed == text


@given(st.data(), st.sampled_from(LANGUAGES))
def test_every_word_that_is_known_is_found(data: st.DataObject, language: str) -> None:
    of = tables().languages[language]
    word = data.draw(st.sampled_from(sorted(of.exact)))
    assert of.english(word) == of.exact[word]
    assert key(word) == word


def test_the_words_of_the_tables_ship() -> None:
    for language in LANGUAGES:
        of, own = tables().languages[language], own_words(language)
        assert own["exact"].items() <= of.exact.items()
        assert own["stems"].items() <= of.stems.items()
        assert own["phrases"].keys() <= of.phrases.keys()


def test_the_tables_have_a_column_for_every_language() -> None:
    for name in ("words.txt", "nations.txt", "names.txt"):
        for english, columns in lines(name):
            found = [column.split(", ") for column in columns.split(" ; ")]
            assert len(found) == len(LANGUAGES), english
            assert all(word.strip("* ") for words in found for word in words), english


def test_a_question_is_searched_by_its_english_words_alone(tmp_path: Path) -> None:
    with closing(fill(tmp_path / "catalogue.sqlite", [make("An earthquake strikes Haiti")])) as catalogue:
        read = reading.read(understand("Erdbeben in Haiti im Januar 2010", TODAY), catalogue)
        assert (read.text, read.language) == ("earthquake Haiti", "de")
        assert read.corrected == (Correction("Erdbeben in Haiti", "earthquake Haiti"),)
        assert [rows.tolist() for rows in reading.postings(read, catalogue)] == [[0], [0]]
        assert str(read.dates[0]) == "2010-01-01..2010-01-31"
        assert reading.read(understand("was geschah am 12. Januar 2010", TODAY), catalogue).only_dates
        unread = reading.read(understand("زلزال في هايتي", TODAY), catalogue)
        assert (unread.text, unread.language, unread.corrected) == ("زلزال في هايتي", "und", ())
        english = reading.read(understand("earthquake in Haiti", TODAY), catalogue)
        assert (english.language, english.abroad, english.corrected) == ("", None, ())
