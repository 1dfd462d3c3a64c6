from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import numpy as np
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from embeddings.errors import IndexUnusableError
from embeddings.index import codes as codes_module
from embeddings.index.codes import Codes, write_codes
from embeddings.index.vectors import VectorIndex, VectorWriter

DIMENSION = 24
SIZE = 9_000
SURE = 10


def unit(vectors: np.ndarray) -> np.ndarray:
    return np.asarray(vectors / np.linalg.norm(vectors, axis=1, keepdims=True), np.float32)


def topics(size: int, seed: int) -> np.ndarray:
    """Vectors around a few hundred topics, as events are."""
    random = np.random.default_rng(seed)
    centres = random.standard_normal((300, DIMENSION))
    return unit(centres[random.integers(0, 300, size)] + 0.5 * random.standard_normal((size, DIMENSION)))


@pytest.fixture(scope="module")
def vectors() -> np.ndarray:
    rows = topics(SIZE, 1)
    rows[5_000:5_600] = rows[5_000]  # one event, told over and over
    return rows


@pytest.fixture(scope="module")
def index(vectors: np.ndarray, tmp_path_factory: pytest.TempPathFactory) -> Iterator[VectorIndex]:
    """Three segments, of which parts of more than a few rows are scanned."""
    folder = tmp_path_factory.mktemp("codes")
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(codes_module, "SEGMENT", 4_000)
        patch.setattr(codes_module, "_FEW", 100)
        with VectorWriter(folder / "vectors.faiss", DIMENSION) as writer:
            writer.add(vectors)
            writer.finish()
        write_codes(folder / "codes.faiss", SIZE, lambda rows: vectors[rows])
        with closing(VectorIndex.load(folder / "vectors.faiss", folder / "codes.faiss")) as loaded:
            yield loaded


@settings(max_examples=2 * settings().max_examples)
@given(
    seed=st.integers(0, 1_000) | st.sampled_from([-5_000, -5_599, -1]),
    k=st.integers(1, 60),
    ends=st.tuples(st.integers(-5, SIZE + 5), st.integers(-5, SIZE + 5)).map(sorted),
)
@example(seed=-5_000, k=50, ends=[0, SIZE])
@example(seed=3, k=200, ends=[0, SIZE])
@example(seed=3, k=10, ends=[4_000, 8_000])
@example(seed=3, k=SIZE, ends=[0, SIZE])
def test_the_best_ten_of_a_range_are_those_of_an_exact_search(
    index: VectorIndex, vectors: np.ndarray, seed: int, k: int, ends: list[int]
) -> None:
    query = vectors[-seed] if seed < 0 else topics(1, seed)[0]  # an event of the index, or a question
    found, scores = index.search(query, k, range(*ends))
    allowed = range(max(0, ends[0]), max(0, min(SIZE, ends[1])))
    cosines = vectors @ query
    exact = np.sort(cosines[allowed.start : allowed.stop])[::-1][:k]
    assert len(found) == len(exact) == len(set(found.tolist()))
    assert all(row in allowed for row in found.tolist())
    np.testing.assert_allclose(scores, cosines[found], atol=1e-5)
    assert np.all(np.diff(scores) <= 0)
    np.testing.assert_allclose(scores[:SURE], exact[:SURE], atol=1e-5)


def test_nearly_all_of_many_are_found(index: VectorIndex, vectors: np.ndarray) -> None:
    shares = []
    for query in topics(40, 2):
        exact = np.argsort(-(vectors @ query))[:100]
        shares.append(np.isin(exact, index.search(query, 100)[0]).mean())
    assert np.mean(shares) > 0.97


@pytest.mark.parametrize(("size", "dimension"), [(1, 4), (2, 3), (5, 1), (40, 6)])
def test_a_few_rows_of_any_length_have_codes_too(tmp_path: Path, size: int, dimension: int) -> None:
    rows = unit(np.random.default_rng(size).standard_normal((size, dimension)))
    write_codes(tmp_path / "codes.faiss", size, lambda wanted: rows[wanted])
    codes = Codes.load(tmp_path / "codes.faiss")
    assert (len(codes), codes.dimension) == (size, dimension)
    found, scores = codes.nearest(rows[0], size, range(size), lambda wanted: rows[wanted])
    assert sorted(found.tolist()) == list(range(size))
    np.testing.assert_allclose(scores, rows[found] @ rows[0], atol=1e-6)


def test_the_same_rows_give_the_same_file(tmp_path: Path, vectors: np.ndarray) -> None:
    for name in ("first", "second"):
        write_codes(tmp_path / name, SIZE // 2, lambda rows: vectors[rows])
    assert (tmp_path / "first").read_bytes() == (tmp_path / "second").read_bytes()


@pytest.mark.parametrize("data", [b"", b"no codes", b"\0" * 40])
def test_a_file_of_something_else_says_what_to_do(tmp_path: Path, data: bytes) -> None:
    path = tmp_path / "codes.faiss"
    path.write_bytes(data)
    with pytest.raises(IndexUnusableError, match=r"codes\.faiss cannot be read .*run `python -m embeddings build`"):
        Codes.load(path)
