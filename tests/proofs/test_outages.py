"""The short form of `tests.proofs.outages`."""

from __future__ import annotations

from tests.proofs.outages import prove
from tests.proofs.tables import Table


def test_what_passes_at_discord_ends_nothing() -> None:
    table = Table("outages")
    prove(16, 8, table, hours=1, hour_s=60.0)
    assert table.failures == []
    assert table.counts["interactions after that are answered"][1] > 15
