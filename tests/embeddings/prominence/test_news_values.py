from __future__ import annotations

import datetime as dt
from collections.abc import Callable

import pytest
from hypothesis import given
from hypothesis import strategies as st

from embeddings.events import Event
from embeddings.prominence.news_values import (
    field,
    is_grim,
    is_light,
    is_routine,
    is_sequel,
    tells_of_a_first,
    tells_of_words,
    toll,
    who_dies,
    whose_turn,
)


def event(headline: str, *topics: str, category: str | None = None) -> Event:
    return Event("id", dt.date(2000, 1, 1), headline, topics, category)


@pytest.mark.parametrize(
    ("told", "expected"),
    [
        (event("A gunman opens fire.", category="Law and crime"), "crime"),
        (event("A gunman opens fire.", "2012 Summer Olympics"), "sport"),
        (event("A gunman opens fire in a market."), "conflict"),
        (event("A probe lands on Mars."), "science"),
        (event("The novelist finishes her last book."), "culture"),
        (event("Eine Sonde landet."), None),
    ],
    ids=["category first", "then topics", "then the headline", "science", "culture", "another language"],
)
def test_the_field_is_what_category_topics_or_headline_tell(told: Event, expected: str | None) -> None:
    assert field(told) == expected


@pytest.mark.parametrize(("headline", "grim"), [("A war begins.", True), ("Warsaw hosts a fair.", False)])
def test_grim_is_a_matter_of_whole_words(headline: str, grim: bool) -> None:
    assert is_grim(event(headline)) is grim


@pytest.mark.parametrize(
    ("headline", "expected"),
    [
        ("A flood kills at least 1,200 people and injures 90.", 1_200),
        ("Twelve are dead after a fire of three days, the worst since 1987.", 12),
        ("Dozens are wounded.", 24),
        ("Some are dead after a fire, the worst since 1987.", 0),
        ("People are killed over $5,000,000 and 30% of a farm.", 0),
        ("A city of 90,000 holds a fair.", 0),
        ("Two people die at a fair, which 200,000 visit.", 2),
        ("Thousands protest, with at least 23 deaths.", 23),
        ("Five U.S. soldiers are killed.", 5),
        ("Eleven villagers, including several children, are killed.", 11),
        ("The actor dies aged 87, a year after her sister at the age of 90.", 0),
    ],
    ids=[
        "the largest",
        "in words",
        "a plural is its least",
        "a year is none",
        "money and shares are none",
        "nobody is hurt",
        "another clause counts visitors",
        "another clause counts protesters",
        "an abbreviation ends no clause",
        "words between",
        "an age is none",
    ],
)
def test_the_toll_is_the_largest_number_of_a_headline_that_speaks_of_casualties(headline: str, expected: int) -> None:
    assert toll(headline) == expected


@pytest.mark.parametrize(
    ("headline", "who", "whose"),
    [
        ("The painter Anna Ancher dies in Skagen.", "The painter Anna Ancher ", ""),
        ("Anna Ancher is elected mayor.", "", "Anna Ancher "),
        ("The bridge opens.", "", ""),
    ],
)
def test_the_words_before_a_death_or_a_turn_hold_whose_it_is(headline: str, who: str, whose: str) -> None:
    assert (who_dies(headline), whose_turn(headline)) == (who, whose)


@pytest.mark.parametrize(
    ("tells", "so", "not_so"),
    [
        (tells_of_a_first, "The first railway opens.", "A railway opens."),
        (tells_of_words, "The minister says no.", "The minister leaves."),
        (is_sequel, "Fighting continues.", "Fighting begins."),
        (is_routine, "The president nominates a judge.", "The president flees."),
        (is_routine, ", whose term ends, goes.", "Her term ends."),
    ],
)
def test_classes_of_words(tells: Callable[[str], bool], so: str, not_so: str) -> None:
    assert tells(so) is True
    assert tells(not_so) is False


@pytest.mark.parametrize(
    ("headline", "light"),
    [
        ("A probe lands on Mars.", True),
        ("A probe crashes on Mars, killing a crew of four.", False),
        ("A probe may land on Mars.", False),
        ("An astronaut dies.", False),
        ("A parliament meets.", False),
    ],
)
def test_light_is_what_is_from_a_light_field_and_neither_sad_nor_dull(headline: str, light: bool) -> None:
    assert is_light(event(headline)) is light


def test_what_comes_late_in_a_long_text_does_not_make_it_a_sequel() -> None:
    assert not is_sequel("A bridge opens " + "between two towns " * 8 + "that still stand")


@given(st.text(max_size=400))
def test_any_text_has_its_values(text: str) -> None:
    assert toll(text) >= 0
    assert isinstance(is_grim(event(text)), bool)
    assert who_dies(text) in text
    assert whose_turn(text) in text
