"""A test that goes through a table."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.rows import for_each


def test_every_combination_of_rows_is_tried(tmp_path: Path) -> None:
    tried = []

    @for_each(("a", "b"), [(1, 2), (3, 4)])
    @for_each("c", "xy")
    def table(folder: Path, a: int, b: int, c: str) -> None:
        assert folder == tmp_path
        tried.append((a, b, c))

    table(tmp_path)
    assert tried == [(1, 2, "x"), (1, 2, "y"), (3, 4, "x"), (3, 4, "y")]


def test_wrong_rows_are_counted_and_shown_whatever_they_fail_by() -> None:
    @for_each("number", [1, 2, 3, 0])
    def table(number: int) -> None:
        assert number > 1
        with pytest.raises(ValueError, match="seven"):
            int("seven" if number == 2 else "7")
        if number == 3:
            raise KeyError("three")

    with pytest.raises(AssertionError, match="3 of 4 rows are wrong") as caught:
        table()
    assert [f"'number': {n}" in str(caught.value) for n in range(4)] == [True, True, False, True]
    assert "DID NOT RAISE" in str(caught.value)
