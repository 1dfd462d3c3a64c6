"""An event drawn at random, from the better part of those that are asked for."""

from __future__ import annotations

import math
from collections.abc import Collection, Sequence
from random import Random

import numpy as np

_POWER = 0.7
"""How many of n events are drawn from: n to this power, so that of a day's three hundred it is every sixth, of all the
events of twenty years one in thirty."""


def better_part(standing: np.ndarray) -> np.ndarray:
    """The positions of the events that matter most, best first: half of them at most, one at least.

    Args:
        standing: (n,) how far each event stands out; of equals the first is better.
    """
    size = min(math.ceil(len(standing) / 2), math.ceil(len(standing) ** _POWER))
    return np.argsort(-standing, kind="stable")[:size]


def draw(rows: Sequence[int], standing: np.ndarray, source: Random, but: Collection[int] = ()) -> int | None:
    """A row of the better part of some rows; None if there is none.

    Args:
        standing: (len(rows),) how far each of them stands out.
        source: of randomness.
        but: rows that are not drawn where the better part has another.
    """
    best = [rows[place] for place in better_part(standing).tolist()]
    left = [row for row in best if row not in but] or best
    return source.choice(left) if left else None
