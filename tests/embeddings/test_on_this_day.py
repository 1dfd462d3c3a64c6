from __future__ import annotations

import datetime as dt

import pytest
from hypothesis import given
from hypothesis import strategies as st

from embeddings.events import Event, Source
from embeddings.on_this_day import choose


def make(
    year: int,
    name: str,
    sources: int = 1,
    *,
    topics: tuple[str, ...] = (),
    category: str | None = None,
    summary: str | None = None,
) -> Event:
    told_by = tuple(Source(f"Paper {n}") for n in range(sources))
    day = dt.date(year, 12, 23)
    return Event(f"{day}-{name}", day, name, topics, category, summary, sources=told_by)


def names(events: list[Event]) -> list[str]:
    return [event.headline for event in events]


def test_the_most_sources_win_and_the_oldest_comes_first() -> None:
    events = [
        make(2000 + n, name, sources) for n, (name, sources) in enumerate([("a", 1), ("b", 3), ("c", 2), ("d", 5)])
    ]
    assert names(choose(events, 2)) == ["b", "d"]


def test_a_summary_counts_as_one_source_more() -> None:
    assert names(choose([make(2000, "a", 2), make(2001, "b", 2, summary="All day.")], 1)) == ["b"]


def test_of_equals_the_oldest_is_chosen() -> None:
    assert names(choose([make(2002, "c"), make(2001, "b"), make(2000, "a")], 2)) == ["a", "b"]


def test_years_are_spread() -> None:
    events = [make(2015, "a", 3), make(2015, "b", 3), make(2015, "c", 3), make(2003, "d", 2), make(1999, "e", 1)]
    assert names(choose(events, 3)) == ["d", "a", "b"]
    assert names(choose(events, 2)) == ["d", "a"]


@pytest.mark.parametrize("theme", [{"topics": ("War",)}, {"category": "War"}], ids=["topic", "category"])
def test_themes_are_spread(theme: dict[str, object]) -> None:
    events = [make(year, f"war of {year}", 3, **theme) for year in (2000, 2001, 2002)]  # type: ignore[arg-type]
    events.append(make(2003, "peace", 2))
    assert "peace" in names(choose(events, 3))


def test_a_topic_that_is_the_category_too_counts_once() -> None:
    both = make(2001, "both", 3, topics=("War",), category="War")
    assert names(choose([make(2000, "war", 4, topics=("War",)), both, make(2002, "other", 1)], 2)) == ["war", "both"]


EVENTS = st.lists(
    st.builds(
        make,
        st.integers(1990, 1995),
        st.text("abcdef", min_size=1, max_size=3),
        st.integers(0, 4),
        topics=st.sampled_from([(), ("War",), ("War", "Peace")]),
        category=st.sampled_from([None, "War", "Sport"]),
        summary=st.sampled_from([None, "All day."]),
    ),
    max_size=10,
    unique_by=lambda event: event.id,
)


@given(EVENTS, st.integers(-1, 12), st.randoms(use_true_random=False))
def test_the_choice_is_the_same_every_time_in_order_of_time_and_bounded(
    events: list[Event], limit: int, random: object
) -> None:
    chosen = choose(events, limit)
    assert len(chosen) == max(0, min(limit, len(events)))
    assert len({event.id for event in chosen}) == len(chosen)
    assert all(event in events for event in chosen)
    assert [event.date for event in chosen] == sorted(event.date for event in chosen)
    shuffled = list(events)
    random.shuffle(shuffled)  # type: ignore[attr-defined]
    assert choose(iter(shuffled), limit) == chosen


@given(EVENTS, st.integers(0, 10))
def test_a_longer_list_keeps_what_a_shorter_one_has(events: list[Event], limit: int) -> None:
    assert {event.id for event in choose(events, limit)} <= {event.id for event in choose(events, limit + 1)}
