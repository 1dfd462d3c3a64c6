"""The short form of `python -m tests.proofs.fuzz`."""

from __future__ import annotations

from pathlib import Path

import pytest

pytest.importorskip("resource", reason="measures memory as POSIX does")

from tests.proofs.fuzz import fuzz
from tests.proofs.tables import Table


def test_changed_pages_and_lines_are_read_and_indexed_without_a_crash(tmp_path: Path) -> None:
    table = Table("a few changed pages and lines")
    fuzz(tmp_path, table, count=120, seed=2, real=None)
    assert not [failure for failure in table.failures if "less than a second" not in failure]
