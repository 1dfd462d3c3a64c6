"""The short form of `tests.proofs.outages`."""

from __future__ import annotations

from embeddings.index.folder import IndexFolder
from tests.proofs.outages import prove
from tests.proofs.tables import Table


def test_what_passes_at_discord_ends_nothing(sample_folder: IndexFolder) -> None:
    table = Table("outages")
    prove(10, 14, table, sample_folder, hours=1, hour_s=20.0)  # of many kinds, none of which is waited out for long
    assert table.failures == []
    assert table.counts["interactions after that are answered"][1] > 9
