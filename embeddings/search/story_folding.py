"""Answers of which one story takes most: what says the same again gives room to others. Values in, values out."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import numpy as np

_FEWEST = 3  # events of the story that stay, and more than half of what is shown: it is named above them
_ALIKE = 0.85  # cosine from which on an event says again what another of its story does


def give_room(
    rows: Sequence[int],
    shown: int,
    stories: np.ndarray,
    outside: np.ndarray,
    take: Callable[[Sequence[int]], np.ndarray],
) -> list[int]:
    """Rows in the order in which they are shown: the best stays first, and what gives room comes after the others.

    Args:
        rows: n that answer a question, best first.
        shown: how many of them are shown.
        stories: (n,) the number of the story of each.
        outside: (n,) bool, which of them are outside the question's dates; these replace none that is in them.
        take: gives the vectors of some rows, of unit length.
    """
    of_best = np.flatnonzero(stories[:shown] == stories[0])
    too_many = len(of_best) - max(_FEWEST, shown // 2 + 1)
    if too_many <= 0 or len(rows) == shown:
        return list(rows)
    vectors = take(rows)
    alike = vectors @ vectors.T >= _ALIKE
    first, later = list(range(shown)), list(range(shown, len(rows)))
    for place in of_best[:0:-1].tolist():  # the last of them first
        if (
            not too_many
            or not alike[place, [each for each in first if each < place and stories[each] == stories[0]]].any()
        ):
            continue
        others = [
            each
            for each in later
            if stories[each] != stories[0] and outside[each] <= outside[place] and not alike[each, first].any()
        ]
        if others:
            first.remove(place)
            later.remove(others[0])
            first.append(others[0])
            later.insert(0, place)
            too_many -= 1
    return [rows[each] for each in (*sorted(first), *later)]
