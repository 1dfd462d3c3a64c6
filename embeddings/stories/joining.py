"""Events into stories: those are joined which the links between them hold together, the surest first.

The sum of the links between two groups has to be a part of what it could be, so that a chain of links, each of which
joins two events by chance, does not make one story of half an archive. An event can be linked to so many others only:
therefore of a group no more than `_ENOUGH` events count.

Groups grow in rounds, in each of which all those are joined that are the best for each other (reciprocal nearest
neighbours, Murtagh 1983): a hundred rounds for 113,755 events.
"""

from __future__ import annotations

import numpy as np

_ENOUGH = 10
LEAST = 0.3
"""How large a part the links between two groups must be of what they could be."""


def join(size: int, ones: np.ndarray, others: np.ndarray, chances: np.ndarray, least: float = LEAST) -> np.ndarray:
    """Which story each of `size` events is of, as the number of one of its events, (size,) int64.

    Args:
        ones, others: (m,) the events of each link, no pair twice.
        chances: (m,) how likely the two are of one story, from 0 to 1.
    """
    groups = _Groups(size, ones.astype(np.int64), others.astype(np.int64), chances.astype(np.float64))
    while groups.join_nearest(least):
        pass
    return groups.numbers()


class _Groups:
    """Groups of events that grow, each known by its first event, and the sums of the links between them."""

    def __init__(self, size: int, ones: np.ndarray, others: np.ndarray, chances: np.ndarray) -> None:
        self._sizes = np.ones(size, np.int64)
        self._within = np.arange(size)  # in which group an event or a former group is
        # In one order, however they are told: it decides between equals.
        self._ones, self._others, self._sums = _summed(np.minimum(ones, others), np.maximum(ones, others), chances)
        self._parts = self._part(self._ones, self._others, self._sums)

    def join_nearest(self, least: float) -> bool:
        """Join the groups that are best for each other; False where no two do well enough."""
        strong = np.flatnonzero(self._parts >= least)
        if not len(strong):
            return False
        mutual = strong[_mutual(self._ones[strong], self._others[strong], self._parts[strong], len(self._sizes))]
        ones, others = self._ones[mutual], self._others[mutual]
        self._within[others] = ones
        self._sizes[ones] += self._sizes[others]
        grown = np.zeros(len(self._sizes), bool)
        grown[ones] = grown[others] = True
        self._move(grown[self._ones] | grown[self._others])
        return True

    def numbers(self) -> np.ndarray:
        """The group of each event."""
        found = self._within
        while not np.array_equal(further := found[found], found):
            found = further
        return found

    def _move(self, touched: np.ndarray) -> None:
        """Have some links lead to the groups in which their ends are now."""
        ones, others, sums = (each[touched] for each in (self._ones, self._others, self._sums))
        ones, others = self._within[ones], self._within[others]
        apart = ones != others
        ones, others, sums = ones[apart], others[apart], sums[apart]
        moved = _summed(np.minimum(ones, others), np.maximum(ones, others), sums)
        every = self._ones, self._others, self._sums, self._parts
        self._ones, self._others, self._sums, self._parts = (
            np.concatenate([each[~touched], new]) for each, new in zip(every, (*moved, self._part(*moved)), strict=True)
        )

    def _part(self, ones: np.ndarray, others: np.ndarray, sums: np.ndarray) -> np.ndarray:
        """How large a part links between groups are of what they could be."""
        one, other = self._sizes[ones], self._sizes[others]
        return np.asarray(sums / (np.minimum(one, other) * np.minimum(np.maximum(one, other), _ENOUGH)))


def _summed(ones: np.ndarray, others: np.ndarray, sums: np.ndarray) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """The links between the same two as one, in order of these."""
    if not len(ones):
        return ones, others, sums
    order = np.lexsort((others, ones))
    ones, others, sums = ones[order], others[order], sums[order]
    first = np.concatenate([[True], (np.diff(ones) != 0) | (np.diff(others) != 0)])
    return ones[first], others[first], np.add.reduceat(sums, np.flatnonzero(first))


def _mutual(ones: np.ndarray, others: np.ndarray, parts: np.ndarray, size: int) -> np.ndarray:
    """Which of some links are the best for both of their ends, of equals the first."""
    best = np.zeros(size)
    first = np.full(size, len(ones))
    for ends in (ones, others):
        np.maximum.at(best, ends, parts)
    for ends in (ones, others):
        are_best = np.flatnonzero(parts == best[ends])
        np.minimum.at(first, ends[are_best], are_best)
    return np.flatnonzero((first[ones] == first[others]) & (first[ones] == np.arange(len(ones))))
