"""Events into stories: those are joined which the links between them hold together, the surest first.

The sum of the links between two groups has to be a part of what it could be, so that a chain of links, each of which
joins two events by chance, does not make one story of half an archive. An event can be linked to so many others only:
therefore of a group no more than `_ENOUGH` events count.
"""

from __future__ import annotations

import heapq

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
    groups = _Groups(size, ones.tolist(), others.tolist(), chances.tolist(), least)
    while groups.join_nearest():
        pass
    return groups.numbers()


class _Groups:
    """Groups of events that grow, and the sums of the links between them."""

    def __init__(self, size: int, ones: list[int], others: list[int], chances: list[float], least: float) -> None:
        self._least = least
        self._sizes = [1] * size
        self._within = list(range(size))  # in which group an event or a former group is
        self._changes = [0] * size  # how often a group grew: what the heap says of its earlier state is void
        self._links: list[dict[int, float]] = [{} for _ in range(size)]
        for one, other, chance in zip(ones, others, chances, strict=True):
            self._links[one][other] = self._links[other][one] = chance
        self._heap = [
            (-chance, min(pair), max(pair), 0, 0)
            for *pair, chance in zip(ones, others, chances, strict=True)
            if chance >= least
        ]
        heapq.heapify(self._heap)

    def join_nearest(self) -> bool:
        """Join the two groups that their links hold together best; False where none does well enough."""
        while self._heap:
            _, one, other, *changes = heapq.heappop(self._heap)
            if changes == [self._changes[one], self._changes[other]]:
                self._join(one, other)
                return True
        return False

    def numbers(self) -> np.ndarray:
        """The group of each event."""
        found = np.array(self._within, np.int64)
        while not np.array_equal(further := found[found], found):
            found = further
        return found

    def _join(self, one: int, other: int) -> None:
        if len(self._links[one]) < len(self._links[other]):
            one, other = other, one
        mine, theirs = self._links[one], self._links[other]
        self._within[other] = one
        self._sizes[one] += self._sizes[other]
        self._changes[one] += 1
        self._changes[other] = -1
        del mine[other]
        for third, chances in theirs.items():
            if third != one:
                of_third = self._links[third]
                del of_third[other]
                mine[third] = of_third[one] = mine.get(third, 0.0) + chances
        self._links[other] = {}
        size, sizes = self._sizes[one], self._sizes
        for third, chances in mine.items():
            fewer, more = (size, sizes[third]) if size < sizes[third] else (sizes[third], size)
            if (part := chances / (fewer * min(more, _ENOUGH))) >= self._least:
                first, second = (one, third) if one < third else (third, one)
                heapq.heappush(self._heap, (-part, first, second, self._changes[first], self._changes[second]))
