"""The short form of `python -m tests.proofs.store_kill`."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

from bot.store.schema import VERSIONS
from tests.postgresql import PostgreSQL
from tests.proofs.store_kill import Kills, kill_openings, mend
from tests.proofs.store_places import Databases, Files
from tests.proofs.tables import Table

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="kills processes that it forks")


def test_a_store_on_sqlite_outlives_openings_that_are_killed_and_four_at_once(tmp_path: Path) -> None:
    table = Table("a few kills")
    kill_openings(Files(tmp_path), table, every=211)
    Kills(Files(tmp_path), table).start_at_once()
    assert not table.failures


def test_what_earlier_versions_left_half_made_is_mended(tmp_path: Path) -> None:
    table = Table("a few broken ones")
    mend(Files(tmp_path), table, every=29)
    assert not table.failures


def test_a_store_on_postgresql_outlives_openings_that_are_killed_and_four_at_once(postgresql: PostgreSQL) -> None:
    table = Table("a few kills")
    kill_openings(Databases(postgresql), table, every=157, earlier=[min(VERSIONS)])  # whose upgrade makes every step
    Kills(Databases(postgresql), table).start_at_once()
    assert not table.failures
