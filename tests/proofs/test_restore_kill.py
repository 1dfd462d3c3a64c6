"""The short form of `python -m tests.proofs.restore_kill`."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

from tests.proofs.restore_kill import Life
from tests.proofs.tables import Table

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="kills processes that it forks")


def test_backups_and_restores_that_are_killed_leave_a_whole_store(tmp_path: Path) -> None:
    table = Table("a few kills")
    Life(tmp_path, table, every=83).run()
    assert not table.failures
