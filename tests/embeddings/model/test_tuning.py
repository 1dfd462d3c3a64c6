from __future__ import annotations

import numpy as np
import pytest

from embeddings.index.tokens import TOKEN_DIMENSION
from embeddings.model.encoder import SentenceEncoder
from embeddings.model.tuning import Head, default_tuning, general_tuning


def test_the_default_tuning_is_small_numbers_of_the_right_shape() -> None:
    tuning = default_tuning()
    assert tuning.projection.shape == (TOKEN_DIMENSION, 384)
    assert tuning.attention.shape == (384,)
    assert len(tuning.digest) == 64
    assert tuning.changes
    for change in tuning.changes.values():
        assert np.isfinite(change).all()
        assert np.abs(change).max() < 1


@pytest.mark.model
def test_the_default_tuning_changes_weights_that_the_default_model_has() -> None:
    from sentence_transformers import SentenceTransformer

    published = SentenceTransformer(str(SentenceEncoder().folder), device="cpu", local_files_only=True)
    bert = published.transformers_model
    assert bert is not None
    weights = dict(bert.named_parameters())
    for name, change in default_tuning().changes.items():
        assert tuple(weights[name].shape) == change.shape


@pytest.mark.parametrize("dimension", [8, 64, 768])
def test_any_other_model_gets_the_same_projection_each_time(dimension: int) -> None:
    tuning = general_tuning(dimension)
    assert tuning.projection.shape == (TOKEN_DIMENSION, dimension)
    np.testing.assert_array_equal(tuning.projection, general_tuning(dimension).projection)
    assert not tuning.changes


class TestHead:
    HEAD = Head(general_tuning(64), np.array([True, False, False]))

    def test_marks_are_left_out_unless_there_is_nothing_else(self) -> None:
        hidden = np.random.default_rng(0).standard_normal((3, 64)).astype(np.float32)
        assert len(self.HEAD.encoded(hidden[0], hidden, np.array([0, 1, 2])).tokens) == 2
        assert len(self.HEAD.encoded(hidden[0], hidden, np.array([0, 0, 0])).tokens) == 3

    def test_vectors_are_of_unit_length_and_weights_add_up(self) -> None:
        hidden = 5 * np.random.default_rng(1).standard_normal((2, 64)).astype(np.float32)
        found = self.HEAD.encoded(hidden[0], hidden, np.array([1, 2]))
        assert np.linalg.norm(found.vector) == pytest.approx(1, abs=1e-5)
        assert found.weights.sum() == pytest.approx(1, abs=1e-5)

    def test_a_text_of_no_meaning_is_no_error(self) -> None:
        found = self.HEAD.encoded(np.zeros(64, np.float32), np.zeros((1, 64), np.float32), np.array([0]))
        assert not found.vector.any()
        assert np.isfinite(found.weights).all()
