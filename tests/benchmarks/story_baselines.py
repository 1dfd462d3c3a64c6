"""Two plain ways to make stories: what is connected by a cosine, and what is connected by a rare name or context."""

from __future__ import annotations

from collections.abc import Iterable
from functools import cache

import numpy as np

from tests.benchmarks.story_rows import Agreement, Hidden

COSINES = np.arange(0.4, 0.9, 0.02)
COMMON = (2, 3, 4, 5, 6, 8, 10, 15, 20, 30, 40, 60)
"""Events that a context or name has at most."""


def by_cosine(hidden: Hidden, counts: np.ndarray) -> list[Agreement]:
    """The agreement of the components at each of `COSINES`."""
    pairs, cosines = _spanning_tree(hidden)
    size = len(hidden.topics)
    return [Agreement.of(hidden.topics, _components(size, pairs[cosines >= least]), counts) for least in COSINES]


def by_context(hidden: Hidden, counts: np.ndarray) -> list[Agreement]:
    """The agreement of what shares a context of at most each of `COMMON` events; where there are none, a name."""
    names = hidden.material.names
    rows = np.repeat(np.arange(names.size), np.diff(names.starts))
    if hidden.contexts.flat.size:
        names, rows = hidden.contexts, np.repeat(np.arange(names.size), np.diff(hidden.contexts.starts))
    order = np.argsort(names.flat, kind="stable")
    term, row = names.flat[order], rows[order]
    same = term[1:] == term[:-1]
    pairs, events = np.stack([row[:-1], row[1:]], axis=1)[same], names.frequencies[term[1:]][same]
    size = len(hidden.topics)
    return [Agreement.of(hidden.topics, _components(size, pairs[events <= most]), counts) for most in COMMON]


@cache
def _spanning_tree(hidden: Hidden) -> tuple[np.ndarray, np.ndarray]:
    """The pairs of a tree of the highest cosines, by Prim's way: it has the components of every cosine."""
    vectors, size = hidden.vectors, len(hidden.vectors)
    best, nearest = np.full(size, -np.inf), np.zeros(size, np.int64)
    outside = np.ones(size, bool)
    pairs, cosines, at = [], [], 0
    for _ in range(size - 1):
        outside[at] = False
        found = vectors @ vectors[at]
        nearer = found > best
        best[nearer], nearest[nearer] = found[nearer], at
        at = int(np.argmax(np.where(outside, best, -np.inf)))
        pairs.append((nearest[at], at))
        cosines.append(best[at])
    return np.array(pairs).reshape(-1, 2), np.array(cosines)


def _components(size: int, pairs: Iterable[tuple[int, int]]) -> np.ndarray:
    of = list(range(size))

    def root(one: int) -> int:
        while of[one] != one:
            of[one] = of[of[one]]
            one = of[one]
        return one

    for one, other in np.asarray(pairs).tolist():
        first, second = root(one), root(other)
        of[max(first, second)] = min(first, second)
    return np.array([root(each) for each in range(size)])
