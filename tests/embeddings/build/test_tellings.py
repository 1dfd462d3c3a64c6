from __future__ import annotations

import datetime as dt

import pytest
from hypothesis import given
from hypothesis import strategies as st

from embeddings.build.tellings import NUMBER, Vocabulary
from embeddings.events import Event

DAY = dt.date(2012, 5, 4)
PLAIN = Vocabulary(())


def told(headline: str, **others: object) -> Event:
    return Event(id="an-id", date=DAY, headline=headline, **others)  # type: ignore[arg-type]  # a field each


def test_numbers_are_the_same_in_digits_and_in_words() -> None:
    table = {
        "forty-one people": {"#41"}, "41 people": {"#41"}, "1,600 people": {"#1600"}, "two thousand people": {"#2000"},
        "2 million people": {"#2000000"}, "two million people": {"#2000000"}, "seven of nine": {"#7", "#9"},
        "one hundred and fifty-five people": {"#155"}, "155 people": {"#155"}, "8.8 degrees": {"#8.8"},
        "sixteen 16": {"#16"}, "COVID-19 spreads": set(), "twenty 3": {"#20", "#3"}, "a Boeing 747": {"#747"},
        "nineteen and five": {"#19", "#5"}, "three hundred": {"#300"}, "MH17 falls": set(), "½ of it": set(),
    }  # fmt: skip
    found = {text: set(PLAIN.telling(told(text)).numbers) for text in table}
    assert found == table


def test_people_and_things_of_a_country_are_the_country() -> None:
    table = {
        "Algerian": "algeria", "Brazilians": "brazil", "Chinese": "china", "Israeli": "israel", "Iraqi": "iraq",
        "French": "france", "Dutch": "netherlands", "Pakistani": "pakistan", "Samoan": "samoa", "Italian": "italy",
        "Japanese": "japan", "Mexico": "mexico", "Egyptians": "egypt", "Canadian": "canada", "Poles": "poland",
    }  # fmt: skip
    assert {word: next(iter(PLAIN.telling(told(f"a {word} ship")).countries), None) for word in table} == table


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("The U.S. Senate", "The United States Senate"),
        ("UK voters", "United Kingdom voters"),
        ("the E.U.", "the European Union"),
        ("They won and fell", "They win and fall"),
        ("He died", "His death"),
        ("It was struck and sank", "It strikes and sinks"),
    ],
)
def test_short_names_and_tenses_are_those_of_the_long_form(one: str, other: str) -> None:
    assert PLAIN.telling(told(one)).words == PLAIN.telling(told(other)).words


def test_names_are_what_a_capital_sets_apart_and_the_first_of_them_is_the_subject() -> None:
    vocabulary = Vocabulary([told("There the gunmen shoot, and demonstrators march.")])
    found = vocabulary.telling(told("Gunmen storm the Grand Hotel in Kabul."))
    assert found.names == {"grand", "hotel", "kabul"}
    assert found.subject == {"grand", "hotel", "kabul"}  # nothing that tells something stands between
    assert vocabulary.telling(told("Gunmen storm Kabul and leave for Herat.")).subject == {"kabul"}
    assert vocabulary.telling(told("Kowalski storms out. Gunmen follow.")).names == {"kowalski"}


def test_what_stands_beside_the_headline_is_apart_from_it() -> None:
    found = PLAIN.telling(
        told("A ferry sinks.", summary="The ferry was old.", contexts=("Lake Example",), topics=("Ships",))
    )
    assert found.words == {"ferri", "sink"}
    assert found.beside == {"old", "lake", "exampl", "ship"}
    assert found.all == found.words | found.beside


def test_a_word_that_fewer_have_tells_more() -> None:
    vocabulary = Vocabulary([told("A ship sinks."), told("A ship sails."), told("A ferry sails.")])
    assert vocabulary.weight("ferri") > vocabulary.weight("ship") > 0
    assert vocabulary.weight("unknown") > vocabulary.weight("ferri")


@given(st.text(max_size=300), st.text(max_size=100))
def test_any_text_can_be_told(headline: str, summary: str) -> None:
    found = PLAIN.telling(told(headline, summary=summary))
    assert found.names <= found.words
    assert found.subject <= found.names
    assert not found.beside & found.words
    assert all(word.startswith(NUMBER) for word in found.numbers)
