from __future__ import annotations

import numpy as np
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from embeddings.model.rounding import round_columns

WEIGHTS = st.tuples(st.integers(1, 9), st.integers(1, 4)).flatmap(
    lambda shape: arrays(np.float32, shape, elements=st.floats(-8, 8, width=32))
)


@given(WEIGHTS)
def test_two_neighbours_of_a_column_stay_within_16_bits_with_the_largest_number_beside_them(
    weights: np.ndarray,
) -> None:
    integers, _ = round_columns(weights)
    pairs = np.pad(integers.astype(int), ((0, len(integers) % 2), (0, 0))).reshape(-1, 2, integers.shape[1])
    for side in (pairs, -pairs):
        assert (255 * np.maximum(side, 0).sum(axis=1)).max() < 2**15


@given(WEIGHTS)
def test_weights_are_whole_multiples_of_their_columns_step_and_no_further_than_half_of_it(weights: np.ndarray) -> None:
    integers, steps = round_columns(weights)
    assert (integers.dtype, steps.shape) == (np.dtype(np.int8), (weights.shape[1],))
    assert np.all(np.abs(integers * steps - weights) <= steps * 0.5001 + 1e-6)
