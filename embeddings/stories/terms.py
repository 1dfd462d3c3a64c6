"""The terms of the events of an archive, such as their names, and how much of them two events share."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np

_LEAST_NORM = 1e-6
_ROWS_AT_ONCE = 65_536


@dataclass(frozen=True)
class Terms:
    """Which terms each of n events has.

    Args:
        starts: (n + 1,) where each event's terms begin in `flat`.
        flat: the numbers of each event's terms, each once, ascending; one event after another.
        count: how many terms there are.
    """

    starts: np.ndarray
    flat: np.ndarray
    count: int

    @classmethod
    def of_mentions(cls, rows: np.ndarray, numbers: np.ndarray, size: int) -> Terms:
        """The terms of `size` events of which pairs of row and term number tell, in any order and perhaps repeatedly.

        Terms that only one event has are left out, which no two can share; they count towards an event's length only.
        """
        count = int(numbers.max()) + 1 if len(numbers) else 0
        keys = rows.astype(np.int64)  # in place from here on: a million events have twenty million words
        keys *= max(count, 1)
        keys += numbers
        keys.sort()
        is_new = np.ones(len(keys), bool)
        np.not_equal(keys[1:], keys[:-1], out=is_new[1:])
        if not is_new.all():
            keys = keys[is_new]
        starts = np.searchsorted(keys, np.arange(size + 1, dtype=np.int64) * max(count, 1))
        keys %= max(count, 1)
        return cls(starts, keys.astype(np.int32), count)

    @classmethod
    def of(cls, each: Iterable[Iterable[str]]) -> Terms:
        """The terms of some events, in order of their rows."""
        numbers: dict[str, int] = {}
        rows: list[int] = []
        flat: list[int] = []
        size = 0
        for row, terms in enumerate(each):
            size = row + 1
            for term in terms:
                rows.append(row)
                flat.append(numbers.setdefault(term, len(numbers)))
        return cls.of_mentions(np.array(rows, np.int64), np.array(flat, np.int64), size)

    def with_terms(self, other: Terms) -> Terms:
        """These terms and others of the same events, all of which are told apart."""
        rows = [np.repeat(np.arange(each.size, dtype=np.int32), np.diff(each.starts)) for each in (self, other)]
        numbers = [self.flat, other.flat + np.int32(self.count)]
        return Terms.of_mentions(np.concatenate(rows), np.concatenate(numbers), self.size)

    @property
    def size(self) -> int:
        """n, how many events there are."""
        return len(self.starts) - 1

    @cached_property
    def frequencies(self) -> np.ndarray:
        """How many events have each term, (count,)."""
        return np.bincount(self.flat, minlength=self.count)

    @cached_property
    def rarity(self) -> np.ndarray:
        """How telling each term is, (count,): the logarithm of one in how many events has it."""
        return np.asarray(np.log1p(self.size) - np.log1p(self.frequencies))

    @cached_property
    def _norms(self) -> np.ndarray:
        squares, found = self.rarity**2, np.empty(self.size)
        for first in range(0, self.size, _ROWS_AT_ONCE):
            starts = self.starts[first : first + _ROWS_AT_ONCE + 1]
            sums = np.concatenate([[0.0], np.cumsum(squares[self.flat[starts[0] : starts[-1]]])])[starts - starts[0]]
            found[first : first + _ROWS_AT_ONCE] = np.diff(sums)
        return np.asarray(np.sqrt(np.maximum(found, _LEAST_NORM)))

    def _of_rows(self, rows: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """The terms of some rows, one row after another, and which of the rows has each."""
        lengths = self.starts[rows + 1] - self.starts[rows]
        owners = np.repeat(np.arange(len(rows)), lengths)
        places = np.arange(len(owners)) - np.repeat(np.cumsum(lengths) - lengths, lengths)
        return owners, self.flat[np.repeat(self.starts[rows], lengths) + places].astype(np.int64)

    def shared(self, ones: np.ndarray, others: np.ndarray) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
        """What the events of each of some pairs of rows have in common.

        Returns:
            Three arrays of (pairs,): the cosine of their terms, each of which counts by its rarity; the rarity of the
            rarest that both have, and of all together, both as part of that of a term which no event has.
        """
        owners, terms = zip(self._of_rows(ones), self._of_rows(others), strict=True)
        keys = np.concatenate(owners) * max(self.count, 1) + np.concatenate(terms)
        keys.sort()
        pairs, both = np.divmod(keys[:-1][keys[1:] == keys[:-1]], max(self.count, 1))
        rarity = self.rarity[both]
        cosines = np.bincount(pairs, rarity**2, minlength=len(ones)) / (self._norms[ones] * self._norms[others])
        rarest = np.zeros(len(ones))
        np.maximum.at(rarest, pairs, rarity)
        most = max(float(np.log1p(self.size)), 1.0)
        return cosines, rarest / most, np.bincount(pairs, rarity, minlength=len(ones)) / most

    @cached_property
    def _by_term(self) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
        """The rows of one term after another, ascending; where each term's begin; and where each of `flat` stands."""
        rows = np.repeat(np.arange(self.size, dtype=np.int32), np.diff(self.starts))
        order = np.argsort(self.flat, kind="stable")
        places = np.empty(len(order), np.int64)
        places[order] = np.arange(len(order))
        return rows[order], np.searchsorted(self.flat[order], np.arange(self.count + 1)), places

    def neighbours(
        self, rows: np.ndarray, most: int, each: int, limit: int, sides: Sequence[int] = (-1,)
    ) -> tuple[np.ndarray, np.ndarray]:
        """For each of some rows, those that share its rare terms.

        Args:
            most: a term of more events leads to none.
            each: how many rows a term leads to, the nearest in time, on each side.
            limit: of each row on each side, those with the most and rarest terms in common.
            sides: -1 for earlier rows, 1 for later ones.
        Returns:
            Places in `rows`, and the other rows.
        """
        by_term, starts, places = self._by_term
        owners, terms = self._of_rows(rows)
        at = places[self._positions(rows)]
        rare = self.frequencies[terms] <= most
        owners, terms, at = owners[rare], terms[rare], at[rare]
        found = []
        for side in sides:
            steps = at[:, None] + side * np.arange(1, each + 1)
            inside = (steps >= starts[terms][:, None]) & (steps < starts[terms + 1][:, None])
            which = np.broadcast_to(np.arange(len(at))[:, None], steps.shape)[inside]
            others = by_term[steps[inside]].astype(np.int64)
            keys, index = np.unique(owners[which] * self.size + others, return_inverse=True)
            worth = np.bincount(index, self.rarity[terms[which]], minlength=len(keys))
            found.append(_best(*np.divmod(keys, max(self.size, 1)), worth, limit))
        pairs = [np.concatenate(part) for part in zip(*found, strict=True)]
        return pairs[0], pairs[1]

    def _positions(self, rows: np.ndarray) -> np.ndarray:
        """Where in `flat` the terms of some rows stand."""
        lengths = self.starts[rows + 1] - self.starts[rows]
        places = np.arange(lengths.sum()) - np.repeat(np.cumsum(lengths) - lengths, lengths)
        return np.asarray(np.repeat(self.starts[rows], lengths) + places)


def _best(owners: np.ndarray, others: np.ndarray, worth: np.ndarray, limit: int) -> tuple[np.ndarray, np.ndarray]:
    """Of some pairs, those of each owner with the highest worth."""
    order = np.lexsort((others, -worth, owners))
    owners, others = owners[order], others[order]
    rank = np.arange(len(owners)) - np.searchsorted(owners, owners)
    return owners[rank < limit], others[rank < limit]
