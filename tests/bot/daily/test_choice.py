from __future__ import annotations

import datetime as dt
import zlib

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from bot.daily.choice import choose_post, enough, nearby
from embeddings.events import Event, Source
from embeddings.index.prominence import PARTS
from embeddings.prominence.news_values import is_grim
from embeddings.search.on_this_day import DayCandidate, weigh
from tests.word_encoder import WordEncoder


def event(year: int, headline: str, *topics: str, category: str | None = None, sources: int = 1) -> DayCandidate:
    reported = tuple(Source(f"paper {number}") for number in range(sources))
    told = Event(f"{year}-07-20-{zlib.crc32(headline.encode()):08x}", dt.date(year, 7, 20), headline, topics, category,
                 sources=reported)  # fmt: skip
    [candidate] = weigh(
        [told], np.full((1, len(PARTS)), sources), np.array([is_grim(told)]), WordEncoder().vectors([headline])
    )
    return candidate


EVENTS = [
    event(1969, "Men walk on the Moon.", "Space Race", sources=3),
    event(1976, "A probe lands on Mars.", "Mars exploration"),
    event(1974, "Troops land in Cyprus.", category="Armed conflicts and attacks", sources=9),
    event(2012, "A gunman kills twelve people.", sources=8),
    event(2015, "Embassies reopen in Havana.", category="International relations"),
    event(2018, "An earthquake strikes.", category="Disasters and accidents", sources=7),
]

events = st.lists(st.sampled_from(EVENTS), unique=True)
words = st.lists(st.sampled_from(["space", "armed", "relations", "mars", "nothing"]), max_size=2)


@given(events, st.integers(0, 7), words, words)
def test_at_most_so_many_oldest_first_each_once_and_always_the_same(
    found: list[DayCandidate], count: int, prefer: list[str], leave_out: list[str]
) -> None:
    chosen = choose_post(found, count, prefer, leave_out)
    assert chosen == choose_post(list(reversed(found)), count, prefer, leave_out)
    assert chosen == sorted(chosen, key=lambda each: each.event.date)
    assert len({each.event.id for each in chosen}) == len(chosen) <= count
    assert all(each in found for each in chosen)


@given(events, st.integers(1, 7))
def test_one_of_them_is_no_attack_or_disaster_where_there_is_one(found: list[DayCandidate], count: int) -> None:
    chosen = choose_post(found, count, (), ())
    assert len(chosen) == min(count, len(found))
    assert all(each.grim for each in found) or not all(each.grim for each in chosen)


def test_what_is_preferred_comes_first_and_what_is_left_out_never() -> None:
    assert [each.event.date.year for each in choose_post(EVENTS, 2, ["SPACE", "mars"], ())] == [1969, 1976]
    assert not {1974, 2018} & {each.event.date.year for each in choose_post(EVENTS, 6, (), ["armed", "disasters"])}


def test_other_days_are_looked_at_only_where_a_day_has_too_few() -> None:
    assert nearby(2, 29)[:2] == [[(2, 29)], [(2, 28), (3, 1)]]
    assert nearby(1, 1)[1] == [(12, 31), (1, 2)]
    assert enough(1, 5, 7, 20)
    assert not enough(0, 5, 7, 20)
    assert not enough(4, 5, 2, 29)
