"""Learning from hidden topics by what events of one story are known."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from embeddings.progress import no_progress
from embeddings.stories.joining import join
from embeddings.stories.learnt import Learnt
from embeddings.stories.links import candidates, find_links, signs
from tests.benchmarks.story_rows import Agreement, Hidden

THRESHOLDS = np.arange(0.2, 0.51, 0.05)
_SHRINK = 0.3  # of the covariance towards a ball: what is learnt is of some thousand events in 384 dimensions
_RIDGE = 1e-3
_STEPS = 50


def turn_of(several: Sequence[Hidden], shrink: float = _SHRINK) -> np.ndarray:
    """What makes the differences within a topic alike in all directions (within-class covariance normalisation)."""
    within = []
    for hidden in several:
        for number in np.unique(hidden.topics[hidden.topics >= 0]):
            of_topic = hidden.vectors[hidden.topics == number]
            within.append((of_topic - of_topic.mean(axis=0)) / np.sqrt(max(len(of_topic) - 1, 1)))
    spread = np.concatenate(within)
    covariance = spread.T @ spread / len(within)
    covariance = (1 - shrink) * covariance + shrink * np.trace(covariance) / len(covariance) * np.eye(len(covariance))
    values, axes = np.linalg.eigh(covariance)
    turn = axes @ np.diag(values**-0.5) @ axes.T
    return np.asarray(turn / np.sqrt(np.mean(turn**2) * len(turn)), np.float32)


def learn(several: Sequence[Hidden], model: str, turn: np.ndarray | None) -> Learnt:
    """Learn what tells events of one story from others; the threshold is left to `fit_least`."""
    blank = Learnt(model, turn, 0.0, np.zeros(0), 0.3)
    rows, same, weights = [], [], []
    for hidden in several:
        known = hidden.topics
        pairs = [(ones, others) for _, ones, others in candidates(hidden.material, np.arange(len(known)))]
        ones, others = (np.concatenate(each) for each in zip(*pairs, strict=True))
        both = (known[ones] >= 0) & (known[others] >= 0)
        ones, others = ones[both], others[both]
        rows.append(signs(hidden.material, ones, others, blank))
        same.append(known[ones] == known[others])
        of_event = np.bincount(np.concatenate([ones, others]), minlength=len(known))
        weights.append(1 / of_event[ones] + 1 / of_event[others])  # each event counts the same
    bias, found = _logistic(np.concatenate(rows), np.concatenate(same), np.concatenate(weights))
    return Learnt(model, turn, bias, found, float(THRESHOLDS[2]))


def fit_least(several: Sequence[Hidden], learnt: Learnt) -> Learnt:
    """The same with the threshold that suits these events best."""
    curves = [scores(hidden, learnt) for hidden in several]
    best = THRESHOLDS[int(np.argmax(np.mean([[score.f1 for score in curve] for curve in curves], axis=0)))]
    return Learnt(learnt.model, learnt.turn, learnt.bias, learnt.weights, float(best))


def scores(
    hidden: Hidden, learnt: Learnt, counts: np.ndarray | None = None, thresholds: Sequence[float] | None = None
) -> list[Agreement]:
    """The agreement at each of some thresholds; None: of `THRESHOLDS`."""
    links = find_links(hidden.material, np.arange(len(hidden.topics)), learnt, no_progress)
    counts = hidden.topics >= 0 if counts is None else counts & (hidden.topics >= 0)
    found = []
    for least in THRESHOLDS.tolist() if thresholds is None else thresholds:
        groups = join(len(hidden.topics), links.ones, links.others, links.chances, least)
        found.append(Agreement.of(hidden.topics, groups, counts))
    return found


def _logistic(rows: np.ndarray, same: np.ndarray, weights: np.ndarray) -> tuple[float, np.ndarray]:
    """Logistic regression with a ridge, by Newton's method."""
    mean, spread = rows.mean(axis=0), rows.std(axis=0) + 1e-9
    inputs = np.concatenate([np.ones((len(rows), 1)), (rows - mean) / spread], axis=1)
    weights = weights / weights.sum()
    ridge = np.diag([0.0, *np.full(rows.shape[1], _RIDGE)])
    found = np.zeros(inputs.shape[1])
    for _ in range(_STEPS):
        chances = 1 / (1 + np.exp(-inputs @ found))
        slope = inputs.T @ (weights * (same - chances)) - ridge @ found
        curve = (inputs * (weights * chances * (1 - chances))[:, None]).T @ inputs + ridge
        found += np.linalg.solve(curve, slope)
    scaled = found[1:] / spread
    return float(found[0] - mean @ scaled), scaled
