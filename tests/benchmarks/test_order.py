from __future__ import annotations

import numpy as np

from embeddings.model.calibration import SIGNS
from tests.benchmarks.order import BOUNDS, FOLDS, START, Case, fit, folds, groups


def case(right: list[bool], rows: list[int], **columns: list[float]) -> Case:
    terms = np.zeros((len(rows), len(START)))
    for name, values in columns.items():
        terms[:, len(START) - len(SIGNS) + SIGNS.index(name)] = values
    return Case("some", "nl", np.array(rows), terms, np.array(right), np.zeros(len(rows)))


def test_a_sign_that_right_events_have_is_learnt_and_one_that_tells_nothing_is_not() -> None:
    cases = [case([True, False], [2 * n, 2 * n + 1], notable=[1, 0], kind=[n % 2, 1 - n % 2]) for n in range(20)]
    learnt = dict(zip(SIGNS, fit(cases, np.full(len(START), 0.5))[-len(SIGNS) :], strict=True))
    assert learnt["notable"] > 0.05
    assert abs(learnt["kind"]) < learnt["notable"] / 10


def test_what_must_not_put_an_event_back_is_never_learnt_to_do_so() -> None:
    cases = [case([True, False], [2 * n, 2 * n + 1], long_covered=[0, 1]) for n in range(20)]
    learnt = fit(cases, np.full(len(START), 0.5))
    assert learnt[len(START) - len(SIGNS) + SIGNS.index("long_covered")] == 0
    assert len(BOUNDS) == len(START)


def test_questions_that_share_a_right_event_are_in_one_fold() -> None:
    rights = [[1], [2], [1, 3], [3, 4], [5], [6], [7], [8]]
    group = groups([case([True] * len(rows), rows) for rows in rights])
    assert group[0] == group[2] == group[3]
    assert len(set(group.tolist())) == 6
    for seed in range(5):
        fold = folds(group, seed)
        assert fold[0] == fold[2] == fold[3]
        assert set(fold.tolist()) <= set(range(FOLDS))
