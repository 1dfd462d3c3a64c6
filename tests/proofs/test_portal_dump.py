"""The short form of `python -m tests.proofs.portal_dump`."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.forks import Forks
from tests.proofs.archives import events, write_jsonl
from tests.proofs.portal_dump import prove, prove_bounds
from tests.proofs.tables import Table

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="measures memory as Linux tells it")


@pytest.fixture(scope="module")
def reader() -> Iterator[list[str]]:
    with Forks("tests.proofs.portal_dump") as command:
        yield command


@pytest.mark.parametrize("packing", ["bz2", "zst"])
def test_a_dump_of_some_days_is_read_as_it_was_laid_out_in_bounded_memory(
    tmp_path: Path, reader: list[str], packing: str
) -> None:
    archive = write_jsonl(tmp_path / "events.jsonl", events(400, 1, per_day=4))
    table = Table("some days")
    if packing == "bz2":
        prove_bounds(tmp_path, table, archive, 100, packing, reader)
    else:
        prove(tmp_path, table, archive, "all days", packing=packing, reader=reader)
    assert table.failures == []
    assert table.figures["all days: days, events in, events out"] == "100, 400, 400"
