from __future__ import annotations

import datetime as dt

import pytest

from embeddings.events import Event
from embeddings.search.stories import StoryPlace
from embeddings.search.story_names import part_of, shared_story

DAY = dt.date(2004, 12, 26)


def at(story_id: str, title: str = "A story", count: int = 9) -> StoryPlace:
    return StoryPlace(story_id, title, 1, count, "an id", DAY, DAY)


def test_an_answer_is_of_one_story_where_most_of_its_events_are_the_best_among_them() -> None:
    one, other = at("a"), at("b")
    assert shared_story([one, one, other, one, None]) == one
    assert shared_story([one, one, other, other, one, other]) is None
    assert shared_story([other, one, one, one, one]) is None
    assert shared_story([None, one, one, one]) is None
    assert shared_story([one, one]) is None
    assert shared_story([]) is None


@pytest.mark.parametrize(
    ("title", "count", "said"),
    [
        ("Ferry disaster", 3, True),
        ("Ferry disaster", 2, False),  # hardly a story
        ("Elections in Karland", 3, False),  # its topic
        ("The ferry Marigold sinks off…", 9, False),  # called after the event itself
        ("FÉRRY, Marigold", 9, False),
    ],
)
def test_a_story_is_named_where_its_title_says_more_than_the_event(title: str, count: int, said: bool) -> None:
    event = Event("an id", DAY, "The ferry Marigold sinks off Port Alder.", topics=("Elections in Karland",))
    assert part_of(event, at("a", title, count)) == (title if said else "")
    assert part_of(event, None) == ""
