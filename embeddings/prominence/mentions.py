"""Which events mention which names: people, places, topics; and how often each comes up before and after an event."""

from __future__ import annotations

from array import array
from collections.abc import Iterable

import numpy as np

WEEK, MONTH, YEAR = 7, 30, 365  # days

_EVER = 4_000_000  # days; longer than the calendar


class Mentions:
    """The names of the events of an archive, collected row by row."""

    def __init__(self) -> None:
        self._numbers: dict[str, int] = {}
        self._rows, self._names, self._marked = array("i"), array("i"), array("b")

    def add(self, row: int, names: Iterable[str], marked: frozenset[str] = frozenset()) -> None:
        """Take the names of an event in, each once; rows come in their order.

        Args:
            marked: those that `Counted.marked` tells apart.
        """
        for name in sorted(set(names)):
            self._rows.append(row)
            self._names.append(self._numbers.setdefault(name, len(self._numbers)))
            self._marked.append(name in marked)

    def names(self) -> list[str]:
        """Each name once; its position is its number."""
        return list(self._numbers)

    def times(self) -> np.ndarray:
        """How many events have each name, (number of names,)."""
        return np.bincount(np.array(self._names, np.int64), minlength=len(self._numbers))

    def counted(self, days: np.ndarray, kept: np.ndarray | None = None) -> Counted:
        """The mentions, ready to be counted.

        Args:
            days: (n,) ordinals of all events, ascending.
            kept: (number of names,) bool; which names count.
        """
        number = np.array(self._names, np.int64)
        order = np.argsort(number, kind="stable")
        if kept is not None:
            order = order[kept[number[order]]]
        rows, marked = np.array(self._rows, np.int64)[order], np.array(self._marked, bool)[order]
        return Counted(rows, marked, number[order], days)


class Counted:
    """The m mentions of names, ordered by name and day.

    Attributes:
        rows: (m,) the event of each.
        marked: (m,) bool.
        size: n, how many events there are.
    """

    def __init__(self, rows: np.ndarray, marked: np.ndarray, number: np.ndarray, days: np.ndarray) -> None:
        self.rows, self.marked = rows, marked
        self.size = len(days)
        # Sorted by name and day, the mentions of a name between two days are what lies between two places.
        self._name, self._day = number * _EVER, days[rows]
        self._keys = self._name + self._day

    def between(self, first: int = -_EVER, last: int = _EVER) -> np.ndarray:
        """How many events have each mention's name from `first` to `last` days after it, (m,)."""
        low, high = np.maximum(self._day + first, 0), np.minimum(self._day + last, _EVER - 1)  # beyond: another name
        before = np.searchsorted(self._keys, self._name + low)
        return np.asarray(np.searchsorted(self._keys, self._name + high, "right") - before)

    def largest(self, values: np.ndarray) -> np.ndarray:
        """The largest of some values of mentions for each event, (n,) from (m,); 0 for an event that has none."""
        found = np.full(self.size, -np.inf)
        np.maximum.at(found, self.rows, values)
        found[np.isinf(found)] = 0
        return found
