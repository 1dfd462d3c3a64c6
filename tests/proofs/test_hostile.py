"""The short form of `python -m tests.proofs.hostile`."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

from tests.proofs.commands import Commands
from tests.proofs.tables import Table

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="makes pipes, links and names as Linux does")


def test_hostile_pages_and_lines_cost_themselves_alone(tmp_path: Path, commands: Commands) -> None:
    from tests.proofs import hostile  # which makes its archives when it is imported: in one of the test processes

    cases = [case for case in (*hostile.PAGES, *hostile.LINES, *hostile.DUMPS) if not case.slow]
    table = Table("a quarter of what is quick to try")
    hostile.try_all(tmp_path, commands, table, cases[::4])
    hostile.long_days(tmp_path, commands, table, (50,))
    assert not [failure for failure in table.failures if not failure.startswith("takes less than")]
