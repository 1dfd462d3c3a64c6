"""What tells, among the events that are near to a question, which one is meant: the columns of `SIGNS`."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from embeddings.index.folder import OpenIndex
from embeddings.index.prominence import PARTS
from embeddings.model.calibration import SIGNS, Features, Weights
from embeddings.search.ranking import LARGE, fuse

_SHORT, _LONG = 6, 12  # words of a question: it is short up to the first, and long from the second on
_NOTABLE, _MOST_NOTABLE = 3.0, 3.0  # of `Prominence.standing`: one event in 20, and what one in 400 has above that
_ECHOES, _KIND = PARTS.index("size"), PARTS.index("kind")

_COMPANIONS = 10  # of the candidates, those that are nearest
_NEARER = 12.0  # one whose score is less by d counts as exp(-12 d)
_SAME_DAYS = 5.0  # one of d other days as exp(-d / 5)


def with_signs(
    features: Features, said: np.ndarray, index: OpenIndex, rows: np.ndarray, weights: Weights, words: int
) -> Features:
    """The features of some rows, with their signs.

    Args:
        said: (n,) from `similarities`.
        weights: that say how near each is.
        words: how many the question has.
    """
    long = min(max((words - _SHORT) / (_LONG - _SHORT), 0.0), 1.0)
    none = np.zeros(len(rows))
    near = fuse(replace(features, dated=none, matters=none), weights)  # so that a better date can only help
    notable, echoes, kind = prominence(index, rows).T
    columns = {
        "long_covered": long * features.covered,
        "said": said,
        "company": company(near, index.catalogue.days[rows]),
        "notable": notable,
        "long_notable": long * notable,
        "echoes": echoes,
        "kind": kind,
    }
    return replace(features, signs=np.column_stack([columns[name] for name in SIGNS]))


def prominence(index: OpenIndex, rows: np.ndarray) -> np.ndarray:
    """What the archive tells of some events, (len(rows), 3): `notable`, `echoes` and `kind` of `SIGNS`.

    In a small archive what stands out says little, as for `openness`.
    """
    parts, _ = index.prominence.take(rows.tolist())
    notable = np.clip(index.prominence.standing[rows] - _NOTABLE, 0, _MOST_NOTABLE)
    return np.column_stack((notable, parts[:, _ECHOES], parts[:, _KIND])) * min(1.0, index.catalogue.size / LARGE)


def company(near: np.ndarray, days: np.ndarray) -> np.ndarray:
    """How much of what is nearest to a question is of about the day of each candidate, (n,) from 0 to 1.

    A thing that is much told of has several reports within days; one that only shares words stands alone.

    Args:
        near: (n,) how near each is.
        days: (n,) numbers in the calendar.
    """
    nearest = np.argsort(-near, kind="stable")[:_COMPANIONS]
    counts = np.exp((near[nearest] - near.max(initial=-np.inf)) * _NEARER)
    together = np.exp(-np.abs(days[:, None] - days[None, nearest]) / _SAME_DAYS) * counts
    together[nearest, np.arange(len(nearest))] = 0  # itself
    return np.asarray(together.sum(axis=1) / max(counts.sum(), 1.0))
