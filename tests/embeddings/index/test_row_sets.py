from __future__ import annotations

import numpy as np
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as arrays

from embeddings.index.row_sets import are_in, union

ROWS = arrays.arrays(np.int64, st.integers(0, 12), elements=st.integers(0, 15))


@given(sets=st.lists(ROWS, min_size=1, max_size=4))
def test_a_union_has_every_row_once_in_order(sets: list[np.ndarray]) -> None:
    assert union(sets).tolist() == sorted({row for rows in sets for row in rows.tolist()})


@given(rows=ROWS, others=ROWS)
def test_rows_are_found_among_others(rows: np.ndarray, others: np.ndarray) -> None:
    held = set(others.tolist())
    assert are_in(rows, np.sort(others)).tolist() == [row in held for row in rows.tolist()]
