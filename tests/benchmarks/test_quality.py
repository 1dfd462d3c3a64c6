from __future__ import annotations

import numpy as np

from embeddings.model.calibration import Features, Weights
from tests.benchmarks.quality import GRID, Case, best, cross_validated, gain, interval, ranks_on_grid

MEANING, WORDS = Weights(1.0, 0.0, 0.0, 0.0), Weights(0.0, 0.0, 1.0, 0.0)


def case(event: int, meaning: list[float], covered: list[float], right: list[bool]) -> Case:
    none = np.zeros(len(right))
    features = Features(np.array(meaning), none, np.array(covered), none, none)
    return Case(event, "kw", np.arange(len(right)), features, np.array(right))


def test_the_rank_is_that_of_the_best_right_candidate() -> None:
    found = case(0, [0.9, 0.8, 0.7], [0.1, 0.2, 0.9], [False, True, True])
    assert found.rank(MEANING) == 2
    assert found.rank(WORDS) == 1
    assert case(0, [0.9], [0.1], [False]).rank(MEANING) == 51


def test_a_rank_is_worth_its_reciprocal_among_the_first_ten() -> None:
    assert gain(np.array([1, 2, 10, 11])).tolist() == [1, 0.5, 0.1, 0]


def test_each_fold_is_judged_by_weights_that_were_fitted_without_it() -> None:
    # The second weights are best for event 0 alone, so that only the folds without it choose the first.
    gains = np.array([[0.5] * 20, [9.0, 9.0, *[0.0] * 18]])
    events = np.arange(20) // 2
    chosen = cross_validated(gains, events, seeds=2)
    assert best(gains, np.ones(20, bool)) == 1
    assert (chosen[:, :2] == 0).all()
    assert (chosen[:, events != 0] == 1).any()


def test_two_questions_of_an_event_are_in_one_fold() -> None:
    gains = np.random.default_rng(0).random((5, 40))
    chosen = cross_validated(gains, np.arange(40) // 2, seeds=3)
    assert (chosen[:, ::2] == chosen[:, 1::2]).all()


def test_the_grid_is_ranked_and_the_interval_holds_the_mean() -> None:
    cases = [case(event, [0.9, 0.5], [0.0, float(event % 2)], [bool(event % 2), not event % 2]) for event in range(12)]
    ranks = ranks_on_grid(cases)
    assert ranks.shape == (len(GRID), 12)
    low, high = interval(ranks[:1], np.arange(12))["s1"]
    assert low <= np.mean(ranks[0] == 1) <= high
