from __future__ import annotations

from random import Random

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from embeddings.dates import DateRange
from embeddings.errors import InputError
from embeddings.search.at_random import better_part, draw
from embeddings.search.browsing import at_random
from embeddings.search.examples import Kind, examples
from embeddings.search.narrowing import Narrowing, part_of_days, part_of_events
from embeddings.search.service import Search
from embeddings.search.topics import Topics, topic_key, topics_of
from tests.bot.running import TODAY

standings = st.lists(st.sampled_from([0.0, 0.5, 1.0, 4.6]) | st.floats(0, 12), max_size=60).map(np.array)


@given(standings, st.integers(0, 1_000), st.sets(st.integers(0, 59)))
def test_what_is_drawn_is_of_the_better_half_and_not_what_was_shown(
    standing: np.ndarray, seed: int, but: set[int]
) -> None:
    rows = list(range(len(standing)))
    row = draw(rows, standing, Random(seed), but)
    if not rows:
        assert row is None
        return
    assert row is not None
    assert (standing > standing[row]).sum() < max(1, len(rows) / 2)
    assert row not in but or but.issuperset(better_part(standing).tolist())


def test_every_event_of_a_topic_or_day_that_is_drawn_is_of_its_better_part(sample_search: Search) -> None:
    standing, source = sample_search.index.prominence.standing, Random(7)
    key = topic_key("cold war")
    rows = sample_search.topics.rows(key)
    for _ in range(50):
        event = at_random(sample_search, None, key, source)
        assert event is not None
        assert "Cold War" in topics_of(event)
        row = sample_search.index.catalogue.row(event.id)
        assert row is not None
        assert (standing[rows] > standing[row]).sum() < len(rows) / 2


names = st.sampled_from(["Cold War", "COLD war", "Space Race", "Sport", "Éire", "?"])


@given(st.lists(st.lists(names, max_size=3), max_size=12))
def test_topics_lead_to_their_events_and_are_counted(of_rows: list[list[str]]) -> None:
    topics = Topics.of(of_rows)
    keys = [{topic_key(name) for name in row if name != "?"} for row in of_rows]
    for name in topics.names:
        assert topics.rows(topic_key(name)).tolist() == [n for n, row in enumerate(keys) if topic_key(name) in row]
        assert topics.known(name.upper()) == name
    every = topics.counts(range(len(of_rows)))
    assert {name: len(topics.rows(topic_key(name))) for name in topics.names} == dict(every)
    assert [number for _, number in every] == sorted((number for _, number in every), reverse=True)
    with pytest.raises(InputError, match="the archive has no topic"):
        topics.known("nothing of the kind")


def test_days_and_known_events_are_narrowed_alike(sample_search: Search) -> None:
    catalogue, topics = sample_search.index.catalogue, sample_search.topics
    assert catalogue.first is not None
    assert catalogue.last is not None
    everything = DateRange(catalogue.first, catalogue.last)
    events = catalogue.events(range(catalogue.size))
    for narrowing in (Narrowing(), Narrowing(1969), Narrowing(None, topic_key("Cold War")),
                      Narrowing(1962, topic_key("Cold War")), Narrowing(1, "00000000")):  # fmt: skip
        of_days = part_of_days(catalogue, topics, everything, narrowing, 1, 3)
        known = part_of_events(events, narrowing, 1, 3)
        assert (of_days.total, of_days.events, of_days.years) == (known.total, known.events, known.years)
        assert dict(of_days.topics) == dict(known.topics)


def test_examples_are_answered_by_the_archive_itself(sample_search: Search) -> None:
    found = examples(sample_search, TODAY)
    assert [each.kind for each in found] == list(Kind)
    for each in found:
        if each.text:
            assert sample_search.ask(each.text, TODAY).hits
