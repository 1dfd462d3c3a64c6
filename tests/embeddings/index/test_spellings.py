from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from rapidfuzz.distance import OSA

from embeddings.index import spellings
from embeddings.index.spellings import SpellingCounter, Spellings
from embeddings.text import compact


def counted(*events: list[str]) -> dict[str, int]:
    counter = SpellingCounter()
    for texts in events:
        counter.add(texts)
    return {each.text: each.events for each in counter.most_common()}


def test_words_are_counted_once_an_event_in_their_most_frequent_form() -> None:
    events = ["Storms hit Chile", "More storms, storms again"], ["The Storms of Chile"], ["Calm in CHILE"]
    found = counted(*events, ["storms"])
    assert found["storms"] == 3
    assert found["Chile"] == 3


def test_names_are_entries_with_each_of_their_parts() -> None:
    found = counted(["President Saddam Hussein meets Osama bin Laden near Addis Ababa-Nord"])
    assert {"Saddam Hussein", "President Saddam Hussein", "Osama bin Laden", "bin Laden"} - set(found) == {"bin Laden"}
    assert {"Addis Ababa", "Addis Ababa-Nord"} <= set(found)
    assert "meets Osama" not in found


def test_numbers_and_short_words_are_no_entries() -> None:
    assert counted(["12345 of abc in 2015 4th"]) == {}


def test_a_name_goes_no_further_than_its_sentence() -> None:
    assert "Chile Peru" not in counted(["Storms in Chile. Peru is dry, says Peru, Chile"])


def test_what_is_rarest_is_forgotten_where_there_is_too_much(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(spellings, "COUNTED_AT_ONCE", 20)
    monkeypatch.setattr(spellings, "MOST_SPELLINGS", 5)
    found = counted(*([f"gaddafi {chr(97 + number // 26) * 4}{chr(97 + number % 26)}"] for number in range(300)))
    assert len(found) == 5
    assert found["gaddafi"] == 300


@given(st.lists(st.text(max_size=80), max_size=5))
def test_any_text_is_counted_and_each_entry_is_near_itself(texts: list[str]) -> None:
    counter = SpellingCounter()
    counter.add(texts)
    found = counter.most_common()
    assert [each.key for each in found] == sorted({compact(each.text) for each in found})
    known = Spellings([(each.key, each.text, each.events) for each in found])
    for each in found:
        assert each in known.near(each.key, 0)
        assert each in known.near(each.key + "x", 1)


@given(
    keys=st.lists(st.text("abcdé", min_size=4, max_size=9), max_size=12, unique=True).map(sorted),
    key=st.text("abcdé", min_size=1, max_size=11),
    most=st.integers(1, 3),
)
def test_what_is_near_is_all_that_differs_in_few_letters_in_order(keys: list[str], key: str, most: int) -> None:
    found = Spellings([(each, each, 1) for each in keys]).near(key, most)
    assert [each.key for each in found] == [each for each in keys if OSA.distance(key, each) <= most]
