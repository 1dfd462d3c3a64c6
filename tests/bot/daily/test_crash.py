"""The short form of `python -m tests.proofs.daily_crash`."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

from tests.proofs.daily_crash import Plan, crash

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="kills processes that it forks")


async def test_processes_that_are_killed_post_everything_once(tmp_path: Path) -> None:
    counts = await crash(Plan(kills=6, posts=24, scale=150), f"sqlite:///{tmp_path}/store.db")
    assert counts.sound, counts
    assert counts.kills.total() >= 6
    assert counts.doubled == counts.missed == 0
