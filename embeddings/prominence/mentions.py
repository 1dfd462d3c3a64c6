"""Which events mention which names: people, places, topics; and how often each comes up before and after an event."""

from __future__ import annotations

from array import array
from collections.abc import Iterable, Mapping

import numpy as np

WEEK, MONTH, YEAR = 7, 30, 365  # days

_EVER = 4_000_000  # days; longer than the calendar


class Mentions:
    """The names of the events of an archive, collected event by event."""

    def __init__(self) -> None:
        self._numbers: dict[str, int] = {}
        self._rows, self._names, self._marked = array("i"), array("i"), array("b")

    def add(self, row: int, names: Iterable[str], marked: frozenset[str] = frozenset()) -> None:
        """Take the names of an event in, each once.

        Args:
            marked: those that `Counted.marked` tells apart.
        """
        numbers = self._numbers
        once = dict.fromkeys(names)
        self._rows.extend([row] * len(once))
        self._names.extend([numbers.setdefault(name, len(numbers)) for name in once])
        self._marked.extend([name in marked for name in once] if marked else bytes(len(once)))

    def names(self) -> list[str]:
        """Each name once; its position is its number."""
        return list(self._numbers)

    def times(self) -> np.ndarray:
        """How many events have each name, (number of names,)."""
        return np.bincount(np.array(self._names, np.int64), minlength=len(self._numbers))

    def pairs(self) -> tuple[np.ndarray, np.ndarray]:
        """The row and the number of the name of each mention, both (mentions,)."""
        return np.array(self._rows, np.int64), np.array(self._names, np.int64)

    def counted(self, days: np.ndarray, kept: np.ndarray | None = None) -> Counted:
        """The mentions, ready to be counted.

        Args:
            days: (n,) ordinals of all events, ascending.
            kept: (number of names,) bool; which names count.
        """
        rows, number = self.pairs()
        order = np.lexsort((rows, number))
        if kept is not None:
            order = order[kept[number[order]]]
        return Counted(rows[order], np.array(self._marked, bool)[order], number[order], days)

    def arrays(self) -> dict[str, np.ndarray]:
        """What `of_arrays` makes the same mentions of."""
        text = "".join(f"{name}\n" for name in self._numbers)
        return {
            "text": np.frombuffer(text.encode(), np.uint8),
            "rows": np.array(self._rows, np.int32),
            "names": np.array(self._names, np.int32),
            "marked": np.array(self._marked, np.int8),
        }

    @classmethod
    def of_arrays(cls, arrays: Mapping[str, np.ndarray], moved: np.ndarray) -> Mentions:
        """The mentions in `arrays`, with the rows that their events have in another index.

        Args:
            arrays: what `arrays()` returned for the old index.
            moved: (n,); at each event's old row its new row, or -1 if the new index does not have it.
        """
        rows = moved[arrays["rows"]]
        there = rows >= 0
        used, names = np.unique(arrays["names"][there], return_inverse=True)
        text = arrays["text"].tobytes().decode().split("\n")
        found = cls()
        found._numbers = {text[number]: place for place, number in enumerate(used.tolist())}
        for array_, values in (
            (found._rows, rows[there].astype(np.int32)),
            (found._names, names.astype(np.int32)),
            (found._marked, arrays["marked"][there]),
        ):
            array_.frombytes(values.tobytes())
        return found


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
