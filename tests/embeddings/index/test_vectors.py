from __future__ import annotations

from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from pathlib import Path

import faiss
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from embeddings.errors import IndexUnusableError
from embeddings.index.codes import write_codes
from embeddings.index.vectors import VectorIndex, VectorWriter

DIMENSION = 4

IndexOf = Callable[[np.ndarray], VectorIndex]


def unit(rows: list[list[int]]) -> np.ndarray:
    vectors = np.asarray(rows, np.float32).reshape(-1, DIMENSION)
    vectors /= np.linalg.norm(vectors, axis=1, keepdims=True)
    return vectors


def save(vectors: np.ndarray, path: Path) -> None:
    with VectorWriter(path, DIMENSION) as writer:
        for start in range(0, len(vectors), 7):
            writer.add(vectors[start : start + 7])
        writer.finish()


@pytest.fixture(scope="module")
def index_of(tmp_path_factory: pytest.TempPathFactory) -> Iterator[IndexOf]:
    """An index of some vectors, which replaces the one made before."""
    path = tmp_path_factory.mktemp("vectors") / "vectors.faiss"
    made: list[VectorIndex] = []

    def make(vectors: np.ndarray) -> VectorIndex:
        while made:
            made.pop().close()
        path.unlink(missing_ok=True)  # what is mapped must not change
        save(vectors, path)
        made.append(VectorIndex.load(path))
        return made[0]

    yield make
    while made:
        made.pop().close()


ROWS = st.lists(st.integers(-3, 3), min_size=DIMENSION, max_size=DIMENSION).filter(any)


@given(
    vectors=st.lists(ROWS, min_size=1, max_size=30).map(unit),
    query=ROWS.map(lambda row: unit([row])[0]),
    k=st.integers(0, 40),
    rows=st.none() | st.tuples(st.integers(0, 35), st.integers(0, 35)).map(lambda ends: range(*sorted(ends))),
)
def test_search_is_comparing_the_query_with_every_row_of_the_range(
    index_of: IndexOf, vectors: np.ndarray, query: np.ndarray, k: int, rows: range | None
) -> None:
    found, scores = index_of(vectors).search(query, k, rows)
    allowed = [row for row in range(len(vectors)) if rows is None or row in rows]
    cosines = vectors @ query
    assert len(found) == min(k, len(allowed))
    assert len(set(found.tolist())) == len(found)
    assert set(found.tolist()) <= set(allowed)
    np.testing.assert_allclose(scores, cosines[found], atol=1e-6)
    np.testing.assert_allclose(scores, sorted(cosines[allowed], reverse=True)[: len(found)], atol=1e-6)


def test_an_empty_index_and_an_empty_range_find_nothing(index_of: IndexOf) -> None:
    query = unit([[1, 0, 0, 0]])[0]
    for vectors, rows in ((unit([]), None), (unit([[1, 0, 0, 0]]), range(0))):
        found, scores = index_of(vectors).search(query, 5, rows)
        assert found.shape == scores.shape == (0,)


@pytest.mark.parametrize("shape", [(3,), (5,), (1, DIMENSION), ()])
def test_a_query_of_another_shape_is_refused(index_of: IndexOf, shape: tuple[int, ...]) -> None:
    with pytest.raises(ValueError, match=r"expected a query of shape \(4,\)"):
        index_of(unit([[1, 0, 0, 0]])).search(np.zeros(shape, np.float32), 1)


def test_rows_are_taken_in_the_order_asked_for(index_of: IndexOf) -> None:
    vectors = unit([[1, 0, 0, 0], [0, 1, 0, 0], [0, 1, 1, 0]])
    index = index_of(vectors)
    np.testing.assert_array_equal(index.take([2, 0, 2]), vectors[[2, 0, 2]])
    assert index.take([]).shape == (0, DIMENSION)
    np.testing.assert_allclose(index.scores(vectors[1], [1, 0, 2]), [1, 0, 2**-0.5], atol=1e-6)
    assert index.scores(vectors[1], []).shape == (0,)


def test_what_is_written_is_a_flat_index_of_faiss(tmp_path: Path) -> None:
    vectors = unit([[1, 2, 3, 0], [0, 1, 0, 0], [3, 1, 0, 2]])
    path = tmp_path / "with a blank and é.faiss"
    save(vectors, path)
    flat = faiss.IndexFlatIP(DIMENSION)
    flat.add(vectors)
    np.testing.assert_array_equal(np.fromfile(path, np.uint8), faiss.serialize_index(flat))
    with closing(VectorIndex.load(path)) as loaded:
        assert (len(loaded), loaded.dimension) == (3, DIMENSION)
        np.testing.assert_array_equal(loaded.take([0, 1, 2]), vectors)


def test_what_was_not_finished_is_no_index(tmp_path: Path) -> None:
    with VectorWriter(tmp_path / "vectors.faiss", DIMENSION) as writer:
        writer.add(unit([[1, 0, 0, 0]]))
    with pytest.raises(IndexUnusableError, match=r"vectors\.faiss is damaged: 0 vectors of 4 numbers take 45 bytes"):
        VectorIndex.load(tmp_path / "vectors.faiss")


@pytest.mark.parametrize("data", [b"", b"no index", b"IxF2" + b"\0" * 100])
def test_a_file_that_is_no_index_says_what_to_do(tmp_path: Path, data: bytes) -> None:
    path = tmp_path / "vectors.faiss"
    path.write_bytes(data)
    with pytest.raises(
        IndexUnusableError, match=r"vectors\.faiss is not a FAISS index.*run `python -m embeddings build`"
    ):
        VectorIndex.load(path)


def test_a_missing_file_is_named(tmp_path: Path) -> None:
    with pytest.raises(IndexUnusableError, match=r"vectors\.faiss cannot be read"):
        VectorIndex.load(tmp_path / "vectors.faiss")


@given(cut=st.integers(0, 92), flip=st.integers(0, 44))
def test_a_file_that_breaks_off_or_whose_header_changed_is_refused_or_harmless(
    cut: int, flip: int, tmp_path_factory: pytest.TempPathFactory
) -> None:
    path = tmp_path_factory.mktemp("vectors") / "vectors.faiss"
    save(unit([[1, 0, 0, 0], [0, 1, 0, 0], [0, 1, 1, 0]]), path)
    whole = path.read_bytes()
    path.write_bytes(whole[:cut])
    with pytest.raises(IndexUnusableError):
        VectorIndex.load(path)
    path.write_bytes(whole[:flip] + bytes([whole[flip] ^ 0x81]) + whole[flip + 1 :])
    try:
        index = VectorIndex.load(path)
    except IndexUnusableError:
        return
    with closing(index):
        assert (len(index), index.dimension) == (3, DIMENSION)
        assert index.search(np.asarray([1, 0, 0, 0], np.float32), 1)[0].tolist() == [0]


@pytest.mark.parametrize("row", [-1, 2, 10**12])
def test_a_row_that_is_not_there_is_refused(index_of: IndexOf, row: int) -> None:
    with pytest.raises(IndexError, match="expected rows from 0 to 1"):
        index_of(unit([[1, 0, 0, 0], [0, 1, 0, 0]])).take([0, row])


@pytest.mark.parametrize("compressed", [False, True])
def test_threads_that_search_at_once_get_their_own_answers(tmp_path: Path, compressed: bool) -> None:
    vectors = unit([[np.cos(n), np.sin(n), n % 3, 1] for n in range(400)])
    path, codes = tmp_path / "vectors.faiss", tmp_path / "codes.faiss"
    save(vectors, path)
    write_codes(codes, len(vectors), lambda rows: vectors[rows])
    with closing(VectorIndex.load(path, codes if compressed else None)) as index, ThreadPoolExecutor(8) as pool:
        found = pool.map(lambda row: index.search(vectors[row], 1, range(row, row + 1))[0].tolist(), range(400))
        assert list(found) == [[row] for row in range(400)]


def test_codes_of_other_vectors_are_refused(tmp_path: Path) -> None:
    vectors = unit([[1, 0, 0, 0], [0, 1, 0, 0], [0, 1, 1, 0]])
    save(vectors, tmp_path / "vectors.faiss")
    write_codes(tmp_path / "codes.faiss", 2, lambda rows: vectors[rows])
    with pytest.raises(IndexUnusableError, match=r"holds 2 rows of 4 numbers, vectors\.faiss 3 of 4; run `python -m"):
        VectorIndex.load(tmp_path / "vectors.faiss", tmp_path / "codes.faiss")
