"""Sets of rows, as arrays that ascend: for the few hundred of a question NumPy's own functions take longer.

`numpy.unique` hashes whole numbers and then sorts them, ten times as long as sorting alone.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np


def union(sets: Sequence[np.ndarray]) -> np.ndarray:
    """Every row of some arrays, at least one array, once, ascending; the arrays need not be in order."""
    rows = np.sort(np.concatenate(sets))
    return rows if len(rows) < 2 else rows[np.concatenate(([True], rows[1:] != rows[:-1]))]


def are_in(rows: np.ndarray, others: np.ndarray) -> np.ndarray:
    """Which of some rows are among others, which ascend, (len(rows),) bool."""
    if not len(others):
        return np.zeros(len(rows), bool)
    places = np.minimum(np.searchsorted(others, rows), len(others) - 1)
    return np.asarray(others[places] == rows)
