"""The short form of `tests.proofs.shards`."""

from __future__ import annotations

from pathlib import Path

from embeddings.index.folder import IndexFolder
from tests.forks import Forks
from tests.proofs.shards import Fleet, prove
from tests.proofs.tables import Table


async def test_a_restart_of_one_of_two_processes_loses_nothing(sample_folder: IndexFolder, tmp_path: Path) -> None:
    fleet = Fleet(
        processes=2,
        shards=1,
        buckets=1,
        servers=4,
        at_once=2,
        posts=0,
        every_s=1.0,
        restarts=1,
        rest_s=0.2,
        patience=10,
    )
    table = Table("two processes of a shard")
    with Forks("tests.proofs.shards_worker") as command:
        await prove(fleet, f"sqlite:///{tmp_path}/store.db", sample_folder.root, tmp_path, table, command)
    assert table.failures == []
