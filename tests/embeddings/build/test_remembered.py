from __future__ import annotations

import datetime as dt

import pytest
from hypothesis import given
from hypothesis import strategies as st

from embeddings.archive.shipped import shipped_events
from embeddings.build import remembered
from embeddings.build.remembered import EQUAL, LEAST, Candidates, likeness
from embeddings.build.tellings import Telling, shipped_vocabulary
from embeddings.events import Event

DAY = dt.date(2012, 5, 4)
SHIPPED = st.deferred(lambda: st.sampled_from(shipped_events()))

SAME = [
    ("A ferry with 212 people aboard sinks off Zanzibar.", "Off Zanzibar the ferry sank with 212 people."),
    ("Marta Nowak of Poland wins the Tour of Flanders.", "The Polish cyclist Marta Nowak won the Tour of Flanders."),
    ("The parliament of Vanuatu abolishes the death penalty.", "Vanuatu's parliament abolished the death penalty."),
    ("The probe Kestrel lands on the asteroid Bennu.", "Kestrel, a probe, makes a landing on asteroid Bennu."),
]  # fmt: skip
DIFFERENT = [
    ("Chile reports a record of 4,000 new cases in a day.", "Peru reports a record of 7,000 new cases in a day."),
    ("Voters in Austria elect a new parliament.", "Voters in Iceland elect a new parliament."),
    ("Anna Berg receives her first dose of the vaccine.", "Carl Lund receives his first dose of the vaccine."),
    ("A bomb kills 22 people in the port of Aden.", "A bomb kills 30 people in the port of Basra."),
    ("Osaka wins the Grand Slam title at Melbourne Park.", "Kvitova wins the Grand Slam title at Melbourne Park."),
    ("The Republican Party holds primaries.", "Snow falls in Rome."),
    ("A bridge in Exampleton is closed.", "A bridge in Otherville is closed."),
]


def of(headline: str) -> Telling:
    return shipped_vocabulary().telling(Event(id="an-id", date=DAY, headline=headline))


def alike(one: str, other: str) -> float:
    return likeness(of(one), of(other), shipped_vocabulary().weight)


@pytest.mark.parametrize(("one", "other"), SAME)
def test_one_thing_in_other_words_is_one_event(one: str, other: str) -> None:
    assert alike(one, other) >= LEAST


@pytest.mark.parametrize(("one", "other"), DIFFERENT)
def test_two_things_of_a_kind_are_two_events(one: str, other: str) -> None:
    assert alike(one, other) < LEAST


@given(SHIPPED, SHIPPED)
def test_likeness_is_the_same_in_either_direction(one: Event, other: Event) -> None:
    first, second = shipped_vocabulary().telling(one), shipped_vocabulary().telling(other)
    weight = shipped_vocabulary().weight
    assert likeness(first, second, weight) == pytest.approx(likeness(second, first, weight))
    assert likeness(first, first, weight) == EQUAL


class TestCandidates:
    def test_the_event_of_the_day_is_found_among_others(self) -> None:
        day = [of("Snow falls in Rome."), *(of(one) for one, _ in SAME)]
        found = Candidates(day, [], shipped_vocabulary())
        assert [place for _, other in SAME if (best := found.best(of(other))) and (place := best[0])] == [1, 2, 3, 4]
        assert found.best(of("A comet is seen over Lima.")) is None

    def test_the_next_day_counts_less_than_the_day_itself(self) -> None:
        one, other = SAME[0]
        assert (Candidates([of(other)], [of(other)], shipped_vocabulary()).best(of(one)) or (-1, 0.0))[0] == 0
        assert Candidates([], [of(one)], shipped_vocabulary()).best(of(one)) == (0, EQUAL)
        place, score = Candidates([of("Snow falls.")], [of(other)], shipped_vocabulary()).best(of(one)) or (-1, 0.0)
        assert place == 1
        assert score == pytest.approx(alike(one, other) - remembered.NEXT_DAY)

    def test_of_two_that_fit_alike_none_is_taken_unless_they_are_one(self) -> None:
        entry = of("Brunhilde Ostrava wins medals in Quito: gold in fencing, silver in sailing.")
        two = [of("In Quito gold in fencing goes to Ostrava."), of("In Quito silver in sailing goes to Ostrava.")]
        twice = [two[0], of("Gold in fencing goes to Ostrava in Quito.")]
        one_only = Candidates(two[:1], [], shipped_vocabulary()).best(entry)
        assert one_only is not None
        assert Candidates(two, [], shipped_vocabulary()).best(entry) is None
        assert Candidates(twice, [], shipped_vocabulary()).best(entry) is not None

    def test_equal_headlines_are_one_event_however_little_they_tell(self) -> None:
        found = Candidates([of("It rains."), of("It snows.")], [], shipped_vocabulary())
        assert found.best(of("It snows!")) == (1, EQUAL)

    def test_where_nothing_else_comes_near_less_is_enough(self) -> None:
        entry = of("A fire in the Grand Bazaar of Isfahan destroys two hundred carpet shops and a school of painting.")
        text = of("Two hundred shops burn in Isfahan's Grand Bazaar after a gas bottle explodes in a kitchen nearby.")
        others = [of(one) for pair in (*SAME, *DIFFERENT) for one in pair]
        assert remembered.CLEAR <= likeness(entry, text, shipped_vocabulary().weight) < LEAST
        assert Candidates([text, *others[:3]], [], shipped_vocabulary()).best(entry) is None
        assert Candidates([text, *others], [], shipped_vocabulary()).best(entry) is not None

    def test_a_day_of_50_000_events_is_compared_with_few(self, monkeypatch: pytest.MonkeyPatch) -> None:
        compared = 0

        def counted(*told: object) -> float:
            nonlocal compared
            compared += 1
            return 0.0

        monkeypatch.setattr(remembered, "likeness", counted)
        day = [of(f"Chile and Peru report {number} new cases.") for number in range(1_000)]
        Candidates(day, [], shipped_vocabulary()).best(of("Chile and Peru report 77 new cases of measles."))
        assert compared <= remembered.MOST_COMPARED
