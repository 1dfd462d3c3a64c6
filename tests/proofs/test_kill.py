"""The short form of `python -m tests.proofs.kill`."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

from tests.proofs.commands import Commands
from tests.proofs.kill import Life
from tests.proofs.tables import Table

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="kills processes that it forks")


def test_an_index_outlives_builds_that_are_killed_and_two_at_once(tmp_path: Path, commands: Commands) -> None:
    table = Table("a few kills")
    life = Life(tmp_path, commands, table, count=30)
    steps = life.whole().steps
    # The first steps make the new generation; the last ones publish it and clear the old one away.
    for step in (3, steps - 6, steps - 3, steps):
        assert life.build_and_kill(f"at step {step}", kill_at_step=step).signal == 9
    life.build_and_kill("after 0.05 s", kill_after_s=0.05)
    life.build_twice_at_once()
    assert not table.failures
