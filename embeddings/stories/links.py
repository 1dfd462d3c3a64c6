"""Links between events: which pairs may be of one story, and how likely each is.

Candidates are the nearest in meaning among the events before, in which a story goes on from day to day, and those that
share rare names, by which it is found again after months. How likely a pair is of one story was learnt from archives
whose topics say so, which were hidden: `python -m tests.benchmarks.stories`.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass

import numpy as np

from embeddings.progress import Progress
from embeddings.stories.learnt import Learnt
from embeddings.stories.terms import Terms

_NEAREST = 24  # in meaning
_ROWS_AROUND = 4_000  # among which these are looked for, on each side: a year of the portal, in which most stories end
_RARE = 60  # a name of more events leads to none
_EACH = 8  # events to which a name leads
_NAMED = 16  # of those, with the most and rarest names in common
_TOPICAL = 8  # events to which a topic leads
_LEAST = 0.2  # likelier links are kept: a third of those from 0.05 on, which join no better
_KEPT = 24  # links of an event to earlier ones
_BLOCK = 512  # events compared at once
_FAR_DAYS = 400.0  # what is further apart is as far as that: what was learnt is of single years


@dataclass(frozen=True)
class Material:
    """What n events tell that may join them.

    Attributes:
        days: (n,) ordinals, ascending.
        names: names in their texts, and their contexts.
        words: the stems of their words.
        topics: their narrowest topics.
        take: gives the vectors of some rows, (rows, dimension) float32 of unit length.
    """

    days: np.ndarray
    names: Terms
    words: Terms
    topics: Terms
    take: Callable[[np.ndarray], np.ndarray]

    @property
    def size(self) -> int:
        """n, how many events there are."""
        return len(self.days)


@dataclass(frozen=True)
class Links:
    """Pairs of events that may be of one story, the earlier one first, and how likely each is; all of them (m,)."""

    ones: np.ndarray
    others: np.ndarray
    chances: np.ndarray

    @classmethod
    def none(cls) -> Links:
        """No links."""
        return cls(np.zeros(0, np.int32), np.zeros(0, np.int32), np.zeros(0, np.float32))

    def moved(self, rows: np.ndarray) -> Links:
        """The same links by the rows that their events have elsewhere; -1 for an event that is not there."""
        ones, others = rows[self.ones], rows[self.others]
        there = (ones >= 0) & (others >= 0)
        ones, others = ones[there], others[there]
        return Links(
            np.minimum(ones, others).astype(np.int32), np.maximum(ones, others).astype(np.int32), self.chances[there]
        )

    def beside(self, more: Links) -> Links:
        """These links and others, of which no pair is among these."""
        return Links(
            np.concatenate([self.ones, more.ones]),
            np.concatenate([self.others, more.others]),
            np.concatenate([self.chances, more.chances]),
        )


def find_links(material: Material, rows: np.ndarray, learnt: Learnt, progress: Progress) -> Links:
    """The links of some events.

    Args:
        rows: of these events, ascending. Where they are not all, later events are looked at as well: the others have
            been compared without them.
    """
    parts, done = [Links.none()], 0
    for events, ones, others in candidates(material, rows):
        parts.append(_likely(material, ones, others, learnt))
        done += events
        progress("looking for stories", done, len(rows))
    return Links(*(np.concatenate([getattr(part, name) for part in parts]) for name in ("ones", "others", "chances")))


def candidates(material: Material, rows: np.ndarray) -> Iterator[tuple[int, np.ndarray, np.ndarray]]:
    """The pairs of some rows that are looked at, as in `find_links`: of how many rows, the earlier and the later."""
    sides = (-1,) if len(rows) == material.size else (-1, 1)
    is_new = np.zeros(material.size, bool)
    is_new[rows] = True
    for block in _blocks(rows):
        found = [
            *(_nearest(material, block, side) for side in sides),
            material.names.neighbours(block, _RARE, _EACH, _NAMED, sides),
            material.topics.neighbours(block, material.size, _TOPICAL, _TOPICAL, sides),
        ]
        owners, others = (np.concatenate(each) for each in zip(*found, strict=True))
        mine = block[owners]
        kept = ~(is_new[others] & (others > mine))  # a pair of two new events is found from the later one
        pairs = np.unique(np.minimum(mine, others)[kept] * material.size + np.maximum(mine, others)[kept])
        yield len(block), *np.divmod(pairs, max(material.size, 1))


def _blocks(rows: np.ndarray) -> Iterator[np.ndarray]:
    """Rows in parts, which are neither many nor far from each other."""
    for part in np.split(rows, np.flatnonzero(np.diff(rows // _ROWS_AROUND)) + 1):
        for start in range(0, len(part), _BLOCK):
            yield part[start : start + _BLOCK]


def _nearest(material: Material, block: np.ndarray, side: int) -> tuple[np.ndarray, np.ndarray]:
    """The nearest in meaning of each row of a block on one side of it: places in the block, and the other rows."""
    if side < 0:
        around = np.arange(max(0, int(block[0]) - _ROWS_AROUND), int(block[-1]) + 1)
    else:
        around = np.arange(int(block[0]), min(material.size, int(block[-1]) + 1 + _ROWS_AROUND))
    cosines = material.take(block) @ material.take(around).T
    cosines[(around[None] - block[:, None]) * side <= 0] = -np.inf
    most = min(_NEAREST, len(around))
    best = np.argpartition(-cosines, most - 1, axis=1)[:, :most]
    there = np.take_along_axis(cosines, best, axis=1) > 0
    owners = np.broadcast_to(np.arange(len(block))[:, None], best.shape)[there]
    return owners, around[best[there]]


def _likely(material: Material, ones: np.ndarray, others: np.ndarray, learnt: Learnt) -> Links:
    """The likely ones of some pairs, the likeliest of each later event."""
    topics = material.topics
    has_topic = np.diff(topics.starts) > 0
    of_a_topic = topics.shared(ones, others)[0] > 0
    of_two = has_topic[ones] & has_topic[others] & ~of_a_topic
    chances = learnt.chances(signs(material, ones, others, learnt), of_a_topic, of_two)
    kept = np.flatnonzero(chances >= _LEAST)
    kept = kept[np.lexsort((ones[kept], -chances[kept], others[kept]))]
    later = others[kept]
    kept = kept[np.arange(len(kept)) - np.searchsorted(later, later) < _KEPT]
    return Links(ones[kept].astype(np.int32), others[kept].astype(np.int32), chances[kept].astype(np.float32))


def signs(material: Material, ones: np.ndarray, others: np.ndarray, learnt: Learnt) -> np.ndarray:
    """What speaks for pairs of events being of one story, (pairs, len(SIGNS)): the columns of `SIGNS`."""
    rows, places = np.unique(np.concatenate([ones, others]), return_inverse=True)
    vectors = material.take(rows)
    mine, theirs = places[: len(ones)], places[len(ones) :]
    cosines = [np.einsum("ij,ij->i", each[mine], each[theirs]) for each in (vectors, learnt.turned(vectors))]
    apart = np.minimum(np.abs(material.days[others] - material.days[ones]), _FAR_DAYS)
    return np.stack(
        [*cosines, *material.names.shared(ones, others), *material.words.shared(ones, others), np.log1p(apart)], axis=1
    )
