"""The file of stories: what is written is read, and what no build wrote is a sentence."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from embeddings.errors import IndexUnusableError
from embeddings.index.stories import Stories


def test_stories_are_read_as_they_were_written(tmp_path: Path) -> None:
    leads, former = tmp_path / "stories.npy", tmp_path / "former_stories.json"
    Stories(np.array([0, 0, 2, 0]), {"2015-12-23-00000000": "2015-12-24-00000000"}).save(leads, former)
    stories = Stories.load(leads, former)
    assert len(stories) == 4
    assert stories.rows(3).tolist() == [0, 1, 3]
    assert stories.rows(2).tolist() == [2]
    assert stories.former == {"2015-12-23-00000000": "2015-12-24-00000000"}


@pytest.mark.parametrize(
    ("rows", "ids", "said"),
    [
        (np.zeros((2, 2), np.int32), "{}", "expected int32 in one row"),
        (np.zeros(2), "{}", "expected int32 in one row"),
        (np.array([0, 2], np.int32), "{}", "rows that are not there"),
        (np.array([0, -1], np.int32), "{}", "rows that are not there"),
        (np.zeros(2, np.int32), "{", "is damaged"),
        (np.zeros(2, np.int32), "[" * 100_000, "is damaged"),
        (np.zeros(2, np.int32), "\ud800", "is damaged"),
        (np.zeros(2, np.int32), '{"a": 1}', "does not hold ids"),
        (np.zeros(2, np.int32), "[]", "does not hold ids"),
        (np.zeros(2, np.int32), None, "cannot be read"),
    ],
)
def test_what_no_build_wrote_is_told(tmp_path: Path, rows: np.ndarray, ids: str | None, said: str) -> None:
    leads, former = tmp_path / "stories.npy", tmp_path / "former_stories.json"
    np.save(leads, rows)
    if ids is not None:
        former.write_bytes(ids.encode("utf-8", "surrogatepass"))
    with pytest.raises(IndexUnusableError, match=said):
        Stories.load(leads, former)
