from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from embeddings.errors import IndexUnusableError
from embeddings.index.pieces import Pieces

HELD = bytes(range(200))


@pytest.fixture(scope="module", params=["preadv", "in turn"])
def pieces(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Pieces]:
    """A file that is read as on Linux, and as on Windows."""
    path = tmp_path_factory.mktemp("pieces") / "held"
    path.write_bytes(HELD)
    with pytest.MonkeyPatch.context() as patch, closing(Pieces(path)) as opened:
        if request.param == "in turn":
            patch.delattr(os, "preadv", raising=False)
        yield opened


@given(places=st.lists(st.tuples(st.integers(0, 150), st.integers(1, 50)), max_size=6))
def test_pieces_come_one_behind_the_other(pieces: Pieces, places: list[tuple[int, int]]) -> None:
    offsets, sizes = np.array(places, np.int64).reshape(-1, 2).T
    found = pieces.read(offsets, sizes).tobytes()
    assert found == b"".join(HELD[offset : offset + size] for offset, size in places)


def test_a_file_that_is_shorter_than_it_was_is_named(pieces: Pieces) -> None:
    with pytest.raises(IndexUnusableError, match="held cannot be read"):
        pieces.read(np.array([190]), np.array([20]))


def test_a_missing_file_is_named(tmp_path: Path) -> None:
    with pytest.raises(IndexUnusableError, match="gone cannot be read: No such file"):
        Pieces(tmp_path / "gone")
