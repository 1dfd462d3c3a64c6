"""The short form of `python -m tests.proofs.copy_kill`."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

from bot.store.schema import latest
from tests.postgresql import PostgreSQL
from tests.proofs.copy_kill import copies
from tests.proofs.tables import Table

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="kills processes that it forks")


def test_copies_that_are_killed_leave_a_whole_store_or_none(postgresql: PostgreSQL, tmp_path: Path) -> None:
    table = Table("a few kills")
    copies(tmp_path, postgresql, table, every=211, versions=[latest()])
    assert not table.failures
