"""The short form of `python -m tests.proofs.hostile`."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

from tests.proofs.commands import Commands
from tests.proofs.hostile import DUMPS, LINES, PAGES, long_days, try_all
from tests.proofs.tables import Table

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="makes pipes, links and names as Linux does")


def test_hostile_pages_and_lines_cost_themselves_alone(tmp_path: Path) -> None:
    table = Table("half of what is quick to try")
    with Commands(tmp_path / "log") as commands:
        try_all(tmp_path, commands, table, [case for case in (*PAGES, *LINES, *DUMPS) if not case.slow][::2])
        long_days(tmp_path, commands, table, (100,))
    assert not [failure for failure in table.failures if not failure.startswith("takes less than")]
