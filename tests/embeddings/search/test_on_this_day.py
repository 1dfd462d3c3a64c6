from __future__ import annotations

import datetime as dt
from collections import Counter
from collections.abc import Sequence
from dataclasses import replace
from itertools import combinations, product
from random import Random

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from embeddings.events import Event, Source
from embeddings.index.prominence import PARTS, WEIGHTS
from embeddings.prominence import news_values
from embeddings.search.on_this_day import (
    MOST_OF_A_YEAR,
    DayCandidate,
    _best_first,
    _same_affair,
    _taken_in_turn,
    choose_events,
    shortlist,
    weigh,
)
from embeddings.search.reasons import _SENTENCES, explanation, reasons
from tests.word_encoder import WordEncoder

ENCODER = WordEncoder()


def make(
    year: int,
    headline: str,
    score: float = 0.0,
    *,
    category: str | None = None,
    topics: tuple[str, ...] = (),
    sources: int = 1,
    summary: str | None = None,
) -> DayCandidate:
    """A candidate whose score is `score`, and what casualties add."""
    day = dt.date(year, 12, 23)
    told_by = tuple(Source(f"Paper {n}") for n in range(sources))
    event = Event(f"{day}-{headline}", day, headline, topics, category, summary, sources=told_by)
    parts = np.zeros((1, len(PARTS)))
    parts[0, PARTS.index("links")] = score / WEIGHTS["links"]
    parts[0, PARTS.index("toll")] = np.log1p(news_values.toll(headline))
    [candidate] = weigh([event], parts, np.array([news_values.is_grim(event)]), ENCODER.vectors([headline]))
    return candidate


def names(candidates: list[DayCandidate]) -> list[str]:
    return [candidate.event.headline for candidate in candidates]


def test_those_that_stand_out_most_are_chosen_and_the_oldest_comes_first() -> None:
    found = [make(2000 + n, word, score) for n, (word, score) in enumerate([("a", 1), ("b", 3), ("c", 2), ("d", 5)])]
    assert names(choose_events(found, 2)) == ["b", "d"]


def test_of_equals_the_oldest_is_chosen() -> None:
    assert names(choose_events([make(2002, "c"), make(2001, "b"), make(2000, "a")], 2)) == ["a", "b"]


def test_a_year_has_two_at_most_where_others_have_something_to_tell() -> None:
    found = [make(2015, "a", 9), make(2015, "b", 8), make(2015, "c", 7), make(2003, "d"), make(1999, "e")]
    assert names(choose_events(found, 4)) == ["e", "d", "a", "b"]


def test_an_archive_of_one_year_fills_its_five_all_the_same() -> None:
    found = [make(2015, word, score) for score, word in enumerate("abcdefg")]
    assert names(choose_events(found, 5)) == ["c", "d", "e", "f", "g"]


def test_fields_are_spread() -> None:
    goal, race = make(2000, "goal", 2, category="Sport"), make(2001, "race", 2, category="Sport")
    comet = make(2002, "comet", 1.7, category="Science")
    assert names(choose_events([goal, race, comet], 2)) == ["goal", "comet"]
    unknown = [make(2000, "one thing", 2), make(2001, "another", 1.9)]  # of no field, so not of one
    assert names(choose_events([*unknown, make(2002, "regatta", 1.7, category="Sport")], 2)) == names(unknown)


def test_years_are_spread_where_little_is_lost_by_it() -> None:
    one, again = make(2000, "one thing", 2), make(2000, "another", 1.9)
    assert names(choose_events([one, again, make(2001, "elsewhere", 1.7)], 2)) == ["one thing", "elsewhere"]
    assert names(choose_events([one, again, make(2001, "elsewhere", 1.5)], 2)) == ["another", "one thing"]


def test_what_is_much_like_another_years_counts_less() -> None:
    tower, again = make(2000, "the tower opens in the town", 5), make(2001, "the tower opens in the towns", 4.9)
    assert names(choose_events([tower, again, make(2002, "elsewhere", 4.4)], 2)) == [tower.event.headline, "elsewhere"]


def test_attacks_and_disasters_count_less_from_the_third_on() -> None:
    bombs, gunmen, floods = make(2000, "bombs fall", 9), make(2001, "gunmen attack", 8), make(2002, "floods", 8)
    fairs = [make(2003, "a fair", 7.1), make(2004, "museum opens", 7.05)]
    assert names(choose_events([bombs, gunmen, fairs[0], fairs[1]], 3)) == ["bombs fall", "gunmen attack", "a fair"]
    assert names(choose_events([bombs, gunmen, floods, *fairs], 3)) == ["bombs fall", "floods", "a fair"]
    assert names(choose_events([bombs, gunmen, floods, *fairs], 4)) == ["bombs fall", "floods", *names(fairs)]


@pytest.mark.parametrize(
    ("one", "other", "topics"),
    [
        ("flood reaches the old town", "flood reaches the old bridge", ()),
        ("ministers gather", "a verdict", ("Trial of the century",)),
    ],
    ids=["alike", "of one topic"],
)
def test_an_affair_of_a_day_is_told_once(one: str, other: str, topics: tuple[str, ...]) -> None:
    found = [make(2000, one, 5, topics=topics), make(2000, other, 4, topics=topics), make(2001, "elsewhere")]
    assert names(choose_events(found, 3)) == [one, "elsewhere"]
    assert (
        len(choose_events([make(2000, one, topics=topics), make(2001, other, topics=topics)], 2)) == 2
    )  # no day in common


def test_events_are_of_one_affair_by_their_last_topic() -> None:
    talks, treaty = (
        make(2000, "ministers gather", 5, topics=("Sea", "Treaty")),
        make(2000, "ink", 4, topics=("Treaty",)),
    )
    assert names(choose_events([talks, treaty], 2)) == ["ministers gather"]
    assert names(choose_events([talks, make(2000, "ink", 6, topics=("Treaty",))], 2)) == ["ink"]
    assert len(choose_events([talks, make(2000, "trains stop", 3, topics=("Sea", "Strike"))], 2)) == 2


def test_of_two_wordings_the_one_with_a_summary_is_shown_and_else_the_longer_one() -> None:
    short, long = make(2000, "the tower opens in the city", 5), make(2000, "the tower opens in the city today")
    assert names(choose_events([short, long], 1)) == [long.event.headline]
    told = make(2000, "the tower opens in the city", 5, summary="At last.")
    assert names(choose_events([told, long], 1)) == [told.event.headline]


def test_of_several_wordings_the_fullest_is_shown() -> None:
    short = make(2000, "the tower opens in the city", 5)
    full = make(2000, "the tower opens in the city after ten years", sources=4)
    assert names(choose_events([short, full], 2)) == [full.event.headline]


def test_one_is_no_attack_or_disaster_where_there_is_one() -> None:
    grim = [make(2000 + n, headline, 9) for n, headline in enumerate(["bombs fall", "gunmen attack", "floods"])]
    peace = make(2010, "a museum opens")
    assert names(choose_events([*grim, peace], 2)) == [names(choose_events(grim, 1))[0], "a museum opens"]
    assert len(choose_events(grim, 2)) == 2
    assert names(choose_events([grim[0], peace], 1)) == ["bombs fall"]


def test_one_event_that_is_no_attack_or_disaster_is_enough() -> None:
    bombs, museum = make(2000, "bombs fall", 9), make(2001, "a museum opens", 8)
    floods, fair = make(2002, "floods", 7), make(2003, "a fair")
    assert names(choose_events([bombs, museum, floods, fair], 3)) == ["bombs fall", "a museum opens", "floods"]
    ship = make(2000, "a ship sails", topics=("Harbour",))
    bombs = make(2000, "bombs fall", 9, topics=("Harbour",))
    assert names(choose_events([bombs, museum, ship], 2)) == ["bombs fall", "a museum opens"]


def test_an_affair_is_told_by_what_is_no_attack_where_all_others_are_attacks() -> None:
    bombs, floods = make(2000, "bombs fall", 9, topics=("Harbour",)), make(2001, "floods", 5)
    ship, boat = make(2000, "a ship sails", 1, topics=("Harbour",)), make(2000, "boats wait", 3, topics=("Harbour",))
    assert names(choose_events([bombs, floods, ship, boat], 2)) == ["boats wait", "floods"]


def test_a_year_is_not_shown_three_times_where_attacks_of_another_are_of_two_affairs() -> None:
    # The first is of one affair with the second by their words, with the third by their topic.
    siege = [
        make(2001, "bombs fall on the town", 9, topics=("Siege",)),
        make(2001, "bombs fall on the towns"),
        make(2001, "gunmen attack", topics=("Siege",)),
    ]
    others = [make(2000, "comet", 5), make(2000, "election", 5), make(2000, "museum", 4)]
    assert names(choose_events([*siege, *others], 4)) == ["comet", "election", *names(siege[1:])]
    # And the only event that is no attack is not what goes, though it stands out least.
    ship = make(2000, "a ship sails", 1, topics=("Harbour",))
    attacks = [make(2000, "bombs fall", 9, topics=("Harbour",)), make(2000, "floods", 5), make(2000, "fire kills", 4)]
    assert names(choose_events([*siege, ship, *attacks], 4)) == ["a ship sails", "floods", *names(siege[1:])]


def test_what_is_shown_beside_counts_too() -> None:
    before = make(2000, "flood reaches the old town", 5)
    again, other = make(2000, "flood reaches the old bridge", 4), make(2001, "elsewhere")
    assert names(choose_events([before, again, other], 2, beside=[before])) == ["elsewhere"]


def test_a_short_list_has_the_best_and_some_that_are_no_attack_or_disaster() -> None:
    parts = np.zeros((9, len(PARTS)))
    parts[:, PARTS.index("links")] = [9, 8, 7, 6, 5, 4, 3, 2, 1]
    grim = np.array([True] * 6 + [False] * 3)
    assert shortlist(parts, grim, 3).tolist() == [0, 1, 2, 6, 7]
    parts = np.zeros((300, len(PARTS)))
    parts[:, PARTS.index("links")] = np.tile([1, 2, 0], 100)
    assert shortlist(parts, np.zeros(300, bool), 3).tolist() == [1, 4, 7]  # of equals the first


def test_reasons_tell_what_spoke_for_an_event_the_strongest_first() -> None:
    [dam] = [make(2000, "The largest dam bursts and drowns or injures 1,200", 1.5)]
    assert reasons(dam) == [
        "is linked from 147 other events",
        "tells of 1,200 who were killed, hurt or otherwise harmed",
    ]
    assert reasons(make(2000, "a day")) == []


def test_an_explanation_is_a_sentence_with_the_field_and_every_reason() -> None:
    [dam] = [make(2000, "A dam bursts and drowns or injures 1,200 in a flood", 1.5)]
    assert explanation(dam) == f"Disasters and accidents: it {' and '.join(reasons(dam))}."
    assert explanation(make(2000, "a day")) == "It stands out no more than others, but nothing of its day does."


@pytest.mark.parametrize(
    ("part", "headline", "said"),
    [
        ("turn", "Anna Ancher wins a medal", ["tells of a win, with a name that comes up often"]),
        ("turn", "Anna Ancher is elected mayor", ["tells of a rise to an office, with a name that comes up often"]),
        ("turn", "Anna Ancher becomes a mother", []),
        ("death", "Anna Ancher dies", ["tells of a death, with a name that comes up often"]),
        ("death", "At least 40 people in Old Skagen are killed", []),
        ("toll", "One man is injured in a market of 900", []),
    ],
)
def test_nothing_is_said_that_would_be_misread(part: str, headline: str, said: list[str]) -> None:
    candidate = replace(make(2000, headline), parts=dict.fromkeys(PARTS, 0.0) | {part: 1.0})
    assert reasons(candidate) == said


def test_every_part_that_can_speak_for_an_event_has_its_words() -> None:
    assert {name for name, weight in WEIGHTS.items() if weight > 0} <= set(_SENTENCES)


EVENTS = st.lists(
    st.builds(
        make,
        st.integers(1990, 1995),
        st.text("abc ", min_size=1, max_size=8).filter(str.strip),
        st.integers(0, 4),
        topics=st.sampled_from([(), ("War",), ("War", "Peace")]),
        category=st.sampled_from([None, "Armed conflicts and attacks", "Sport"]),
        summary=st.sampled_from([None, "All day."]),
    ),
    max_size=10,
    unique_by=lambda candidate: candidate.event.id,
)


@given(EVENTS, st.integers(-1, 12), st.randoms(use_true_random=False))
def test_the_choice_is_the_same_every_time_in_order_of_time_and_bounded(
    found: list[DayCandidate], limit: int, random: Random
) -> None:
    chosen = choose_events(found, limit)
    assert len(chosen) <= max(0, limit)
    assert len({each.event.id for each in chosen}) == len(chosen)
    assert all(each in found for each in chosen)
    assert [each.event.date for each in chosen] == sorted(each.event.date for each in chosen)
    shuffled = list(found)
    random.shuffle(shuffled)
    assert choose_events(iter(shuffled), limit) == chosen


CROWDED = st.lists(
    st.builds(
        make,
        st.integers(2000, 2001),
        st.sampled_from(["bombs fall", "gunmen attack", "floods", "fire kills two", "museum", "comet", "election"]),
        st.integers(0, 9),
        topics=st.sampled_from([(), ("War",), ("Siege",), ("Harbour",)]),
    ),
    min_size=4,
    max_size=7,
    unique_by=lambda candidate: candidate.event.id,
)
"""Few years and affairs, and many attacks: days on which the best one after another seldom keeps the laws."""


@given(EVENTS | CROWDED, st.integers(2, 8), st.integers(0, 2))
def test_the_laws_hold_in_their_order_wherever_a_choice_of_as_many_events_can_keep_them(
    found: list[DayCandidate], limit: int, number_beside: int
) -> None:
    beside, found = found[:number_beside], found[number_beside:]
    chosen = choose_events(found, limit, beside)
    assert keeps_affairs(chosen, beside)
    left = [each for each in sorted(found, key=_best_first) if keeps_affairs([each], beside)]
    assert len(chosen) >= len(_taken_in_turn(left, limit, beside, None))  # no law costs an event
    choices = [each for each in combinations(found, len(chosen)) if chosen and keeps_affairs(each, beside)]
    if any(not_all_grim(each, beside) for each in choices):
        assert not_all_grim(chosen, beside)
        choices = [each for each in choices if not_all_grim(each, beside)]
    if any(few_of_a_year(each, beside) for each in choices):
        assert few_of_a_year(chosen, beside)


def keeps_affairs(chosen: Sequence[DayCandidate], beside: Sequence[DayCandidate]) -> bool:
    pairs = [*combinations(chosen, 2), *product(chosen, beside)]
    return not any(_same_affair(one, other) for one, other in pairs)


def not_all_grim(chosen: Sequence[DayCandidate], beside: Sequence[DayCandidate]) -> bool:
    return not all(each.grim for each in (*beside, *chosen))


def few_of_a_year(chosen: Sequence[DayCandidate], beside: Sequence[DayCandidate]) -> bool:
    years = Counter(each.event.date.year for each in (*beside, *chosen))
    return all(years[each.event.date.year] <= MOST_OF_A_YEAR for each in chosen)


def test_an_affair_that_hides_two_gives_way_to_them_before_a_year_is_shown_three_times() -> None:
    # The dam is of one affair with the water, by their topic, and with the town, by their words.
    dam = make(2001, "dam bursts above the town", 9, topics=("Flood",))
    town, water = make(2001, "dam bursts above the towns"), make(2001, "water everywhere", topics=("Flood",))
    others = [make(2000, word, 5) for word in ("comet", "election", "museum")]
    assert names(choose_events([dam, town, water, *others], 4)) == ["comet", "election", *names([town, water])]
