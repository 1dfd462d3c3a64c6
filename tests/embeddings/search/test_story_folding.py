from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from embeddings.search.story_folding import give_room

AXES = np.eye(4)


def folded(
    stories: Sequence[int], said: Sequence[int], outside: Sequence[bool] | None = None, shown: int = 5
) -> list[int]:
    """What becomes of rows 0, 1, …; two say the same where `said` has the same number."""
    off = np.array(outside or [False] * len(stories))
    return give_room(range(len(stories)), shown, np.array(stories), off, lambda rows: AXES[np.array(said)[list(rows)]])


def test_what_says_again_what_its_story_says_gives_room_until_three_are_left() -> None:
    assert folded([7, 7, 7, 7, 7, 1, 2, 3], [0, 0, 0, 0, 0, 1, 2, 3]) == [0, 1, 2, 5, 6, 3, 4, 7]
    assert folded([7, 7, 7, 7, 1, 2], [0, 0, 0, 0, 1, 2]) == [0, 1, 2, 4, 5, 3]


def test_what_adds_something_stays_and_so_does_what_nothing_can_replace() -> None:
    assert folded([7, 7, 7, 7, 7, 1, 2], [0, 1, 2, 3, 3, 0, 1]) == list(range(7))  # the others say it again, too
    assert folded([7, 7, 7, 7, 1, 2], [0, 1, 2, 3, 0, 1]) == list(range(6))
    assert folded([7, 7, 7, 7, 7], [0] * 5) == list(range(5))
    assert folded([7, 7, 7, 7, 7, 7], [0] * 6) == list(range(6))
    assert folded([7, 7, 7, 1, 2, 3], [0, 0, 0, 1, 1, 2]) == list(range(6))  # three are not too many


def test_what_is_outside_the_dates_of_a_question_replaces_nothing_within() -> None:
    stories, said = [7, 7, 7, 7, 1, 2], [0, 0, 0, 0, 1, 2]
    assert folded(stories, said, [False] * 5 + [True]) == list(range(6))
    assert folded(stories, said, [True] * 6) == [0, 1, 2, 4, 5, 3]


@given(st.lists(st.tuples(st.integers(0, 2), st.integers(0, 3), st.booleans()), min_size=1, max_size=12), st.data())
def test_the_best_stays_first_and_nothing_is_lost(events: list[tuple[int, int, bool]], data: st.DataObject) -> None:
    shown = data.draw(st.integers(1, len(events)))
    stories, said, outside = zip(*events, strict=True)
    found = folded(stories, said, outside, shown)
    assert found[0] == 0
    assert sorted(found) == list(range(len(events)))
    assert found[:shown] == sorted(found[:shown])
    of_best = [sum(stories[row] == stories[0] for row in rows) for rows in (range(shown), found[:shown])]
    assert of_best[1] >= min(of_best[0], 3)
    assert (of_best[1] > shown / 2) >= (of_best[0] > shown / 2 and of_best[1] != of_best[0])
