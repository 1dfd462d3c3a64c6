"""The short form of `python -m tests.proofs.disk`."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

from tests.proofs.commands import Commands
from tests.proofs.disk import shortages
from tests.proofs.tables import Table

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="limits what processes may use as Linux does")


def test_a_build_that_the_system_refuses_leaves_the_old_index_answering(tmp_path: Path, commands: Commands) -> None:
    table = Table("a few limits")
    shortages(tmp_path, commands, table, steps=2, large=200, small=30)
    assert not table.failures, "\n".join(table.failures)
