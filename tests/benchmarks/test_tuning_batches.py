from __future__ import annotations

import random

from hypothesis import given, settings
from hypothesis import strategies as st

from tests.benchmarks.tuning_batches import BATCH, WRONG, Example, batches

EVENTS = 2 * BATCH
WRONG_EVENTS = range(1_000, 1_007)


def score(question: str, event: int) -> float:
    """A teacher's, which tells every pair from every other."""
    return int(question) + event / 10_000


def known(*, is_taught: bool) -> list[Example]:
    """Two questions of each event; none of the events is another's wrong answer."""
    return [
        Example(
            str(number),
            number // 2,
            tuple(WRONG_EVENTS),
            tuple(score(str(number), event) for event in (number // 2, *WRONG_EVENTS)) if is_taught else (),
        )
        for number in range(2 * EVENTS)
    ]


@given(seed=st.integers(0, 1_000))
@settings(max_examples=20)
def test_each_score_of_the_teacher_is_of_the_question_and_the_event_that_it_was_given_to(seed: int) -> None:
    for batch in batches(known(is_taught=True), 3, random.Random(seed)):
        for example, places, taught in zip(batch.examples, batch.own, batch.taught, strict=True):
            events = [batch.texts[place] for place in places]
            assert events[0] == example.right
            assert len(set(events[1:])) == WRONG
            assert set(events[1:]) <= set(example.wrong)
            assert taught == [score(example.question, event) for event in events]


@given(seed=st.integers(0, 1_000))
@settings(max_examples=20)
def test_no_event_is_right_twice_in_a_batch_and_every_question_has_its_turn(seed: int) -> None:
    asked: list[str] = []
    for batch in batches(known(is_taught=False), 2 * EVENTS // BATCH, random.Random(seed)):
        right = [example.right for example in batch.examples]
        assert len(set(right)) == BATCH
        assert batch.texts[:BATCH] == right
        assert not any(batch.taught)
        asked += [example.question for example in batch.examples]
    assert len(set(asked)) > 1.5 * EVENTS
