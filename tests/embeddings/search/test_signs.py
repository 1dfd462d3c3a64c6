from __future__ import annotations

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from embeddings.search.signs import company

NEAR = st.floats(-1, 2, width=32)
DAYS = st.integers(730_000, 730_400)


class TestCompany:
    def test_of_two_as_near_the_one_with_others_of_its_days_has_company(self) -> None:
        found = company(np.array([0.9, 0.9, 0.9]), np.array([100, 101, 900]))
        assert found[0] == found[1] > 0.2
        assert found[2] < 0.01

    def test_nobody_is_in_its_own_company(self) -> None:
        assert company(np.array([0.9]), np.array([100])).tolist() == [0]
        assert company(np.zeros(0), np.zeros(0)).shape == (0,)

    def test_what_is_far_from_the_question_is_little_company(self) -> None:
        near, far = (company(np.array([0.9, score, 0.9]), np.array([100, 100, 900]))[0] for score in (0.9, 0.3))
        assert far < near / 100

    @given(st.lists(st.tuples(NEAR, DAYS), min_size=1, max_size=30))
    def test_it_is_a_share_and_the_same_for_the_same_days_later(self, candidates: list[tuple[float, int]]) -> None:
        near, days = (np.asarray(column) for column in zip(*candidates, strict=True))
        found = company(near, days)
        assert ((found >= 0) & (found <= 1 + 1e-9)).all()
        np.testing.assert_allclose(company(near, days + 1_000), found)
