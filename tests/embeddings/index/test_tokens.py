from __future__ import annotations

import contextlib
from contextlib import closing
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as arrays

from embeddings.errors import IndexUnusableError
from embeddings.index.tokens import MAX_TOKENS, TOKEN_DIMENSION, TokenIndex, TokenWriter, quantise, similarities

AXES = quantise(np.eye(TOKEN_DIMENSION, dtype=np.float32))
TEXTS = st.lists(st.integers(1, 5).flatmap(lambda n: arrays.arrays(np.int8, (n, TOKEN_DIMENSION))), max_size=6)


def write(folder: Path, texts: list[np.ndarray]) -> tuple[Path, Path]:
    tokens, starts = folder / "tokens.bin", folder / "starts.npy"
    tokens.unlink(missing_ok=True)
    with TokenWriter(tokens, starts) as writer:
        for text in texts:
            writer.add(text)
        writer.finish()
    return tokens, starts


class TestSimilarities:
    def test_each_word_looks_for_its_nearest_and_counts_by_its_weight(self) -> None:
        question, weights = AXES[[0, 1]], np.array([0.75, 0.25], np.float32)
        tokens = AXES[[1, 5, 0, 6, 7, 0, 1]]
        found, _ = similarities(question, weights, tokens, [2, 1, 2, 2])
        np.testing.assert_allclose(found, [0.25, 0.75, 0, 1], atol=1e-6)

    def test_no_texts_give_nothing(self) -> None:
        for found in similarities(AXES[:1], np.ones(1), np.zeros((0, TOKEN_DIMENSION), np.int8), []):
            assert found.shape == (0,)

    @given(st.lists(st.integers(0, TOKEN_DIMENSION - 1), min_size=1, max_size=8, unique=True))
    def test_a_text_that_holds_the_question_is_as_near_as_can_be(self, words: list[int]) -> None:
        weights = np.full(len(words), 1 / len(words), np.float32)
        tokens, lengths = np.concatenate((AXES[words], AXES)), [len(words), TOKEN_DIMENSION]
        found, said = similarities(AXES[words], weights, tokens, lengths)
        np.testing.assert_allclose(found, [1, 1], rtol=1e-5)
        # Of the short text the question says everything, of the other what they share.
        np.testing.assert_allclose(said, [1, len(words) / TOKEN_DIMENSION], rtol=1e-5)

    def test_of_a_text_what_the_question_makes_little_of_is_said_less(self) -> None:
        _, said = similarities(AXES[[0, 1]], np.array([0.75, 0.25], np.float32), AXES[[0, 1, 2, 1]], [2, 2])
        np.testing.assert_allclose(said, [2 / 3, 1 / 6], rtol=1e-5)


@given(texts=TEXTS, data=st.data())
def test_what_was_written_is_taken_row_by_row(
    texts: list[np.ndarray], data: st.DataObject, tmp_path_factory: pytest.TempPathFactory
) -> None:
    rows = data.draw(st.lists(st.integers(0, len(texts) - 1), max_size=8)) if texts else []
    with closing(TokenIndex(*write(tmp_path_factory.mktemp("tokens"), texts))) as index:
        assert len(index) == len(texts)
        taken, lengths = index.take(rows)
    assert lengths.tolist() == [len(texts[row]) for row in rows]
    expected = np.concatenate([np.zeros((0, TOKEN_DIMENSION), np.int8), *(texts[row] for row in rows)])
    np.testing.assert_array_equal(taken, expected)


def test_no_more_than_the_first_tokens_are_kept(tmp_path: Path) -> None:
    with closing(TokenIndex(*write(tmp_path, [np.repeat(AXES, 3, axis=0)]))) as index:
        assert index.take([0])[1].tolist() == [MAX_TOKENS]


@pytest.mark.parametrize(
    ("starts", "tokens", "problem"),
    [
        (b"", None, "starts.npy is not an array of numbers"),
        (b"no array", None, "starts.npy is not an array of numbers"),
        (np.array([0, 2, 1]), None, "does not say where each event's tokens begin"),
        (np.array([1, 2]), None, "does not say where each event's tokens begin"),
        (np.array([0.0, 1.0]), None, "does not say where each event's tokens begin"),
        (None, b"x", r"tokens.bin has 1 bytes, expected 48; run"),
    ],
)
def test_files_that_no_build_wrote_are_refused_in_a_sentence(
    tmp_path: Path, starts: bytes | np.ndarray | None, tokens: bytes | None, problem: str
) -> None:
    tokens_path, starts_path = write(tmp_path, [AXES[:1]])
    if isinstance(starts, bytes):
        starts_path.write_bytes(starts)
    elif starts is not None:
        np.save(starts_path, starts)
    if tokens is not None:
        tokens_path.write_bytes(tokens)
    with pytest.raises(IndexUnusableError, match=problem):
        TokenIndex(tokens_path, starts_path)


def test_a_flipped_bit_in_a_header_is_damage_or_none_and_never_another_error(tmp_path: Path) -> None:
    tokens, starts = write(tmp_path, [AXES[:3]])
    whole = starts.read_bytes()
    for place in range(128):
        for bit in (place % 8, (place + 4) % 8):
            starts.write_bytes(whole[:place] + bytes([whole[place] ^ 1 << bit]) + whole[place + 1 :])
            with contextlib.suppress(IndexUnusableError), closing(TokenIndex(tokens, starts)):
                pass
