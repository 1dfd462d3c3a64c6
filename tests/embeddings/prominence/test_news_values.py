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
    somebody_dies,
    tells_of_a_first,
    tells_of_words,
    toll,
    what_turn,
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
        (event("A gunman opens fire in a cinema, killing at least 12."), "conflict"),
        (event("A bus with football players crashes, and nine people die."), "disaster"),
        (event("The poet Anna Ancher is shot dead in Skagen."), "conflict"),
        (event("The singer Anna Ancher dies.", "Disease outbreaks", category="Health"), "culture"),
        (event("Former president Anna Ancher dies of cardiac arrest at 82."), "politics"),
        (event("Anna Ancher dies in prison.", category="Law and crime"), "crime"),
        (event("A soldier dies in a clash of two parties.", category="Armed conflict"), "conflict"),
        (event("A bank of the poor wins the Nobel Peace Prize."), "diplomacy"),
        (event("A footballer runs in the presidential election."), "politics"),
        (event("Shots are heard.", "Golf Club shooting"), "conflict"),
        (event("People fall.", "Music festival stampede"), "disaster"),
        (event("The founder is questioned.", category="War on Seaweedleaks and arrest of its founder"), "crime"),
        (event("A broadcaster drops a show.", "Comments on the assassination of a poet"), None),
    ],
    ids=[
        "category first",
        "then topics",
        "then the headline",
        "science",
        "culture",
        "another language",
        "who was harmed, not where",
        "who was harmed, not who they were",
        "one who was killed",
        "whom a death is of, not what it was of",
        "an arrest of a heart",
        "a convict",
        "by force",
        "a prize for peace",
        "an election, not who runs",
        "how a topic ends",
        "how a topic ends, of an accident",
        "a war on something",
        "what is only spoken of",
    ],
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
        ("The actor dies at 87.", 0),
        ("The actor died at age 87, victims of whom forgave her.", 0),
        ("A Legacy 600 aircraft crashes, killing ten.", 10),
        ("The victims of Flight 370 are mourned.", 0),
        ("Three people are killed within 36 hours, 20 miles from the city.", 3),
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
        "an age without the word",
        "an age with it",
        "the number of a type is none",
        "nor is one of a flight",
        "hours and miles are none",
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
    ("headline", "kind"),
    [
        ("Anna Ancher wins.", "win"),
        ("Anna Ancher is found guilty.", "law"),
        ("Anna Ancher is narrowly re-elected.", "rise"),
        ("Anna Ancher steps down.", "fall"),
        ("Anna Ancher becomes a poet.", "turn"),
        ("Anna Ancher paints.", "turn"),
    ],
)
def test_a_turn_is_of_a_kind(headline: str, kind: str) -> None:
    assert what_turn(headline) == kind


@pytest.mark.parametrize(
    ("headline", "so"),
    [
        ("The painter Anna Ancher dies in Skagen.", True),
        ("Élodie Été, who painted Anna Ancher, dies.", True),
        ("Twelve people from North Skagen die; the mayor is found dead.", False),
        ("At least 40 people in Old Skagen are killed.", False),
        ("Gunmen in Old Skagen are killed.", False),
        ("A soldier is killed.", False),
        ("Air strike on Skagen.", False),
    ],
)
def test_one_person_dies_where_a_name_stands_before_the_verb(headline: str, so: bool) -> None:
    assert somebody_dies(headline) is so


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
