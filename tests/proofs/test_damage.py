"""The short form of `python -m tests.proofs.damage`."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

from embeddings.errors import IndexUnusableError
from embeddings.index.folder import IndexFolder
from tests.conftest import BuildArchives
from tests.proofs.archives import events, write_jsonl
from tests.proofs.commands import Commands
from tests.proofs.damage import damaged_indexes, damaged_journals
from tests.proofs.tables import Table

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="watches processes that it forks")


def test_who_reads_for_long_is_refused_damage_that_only_hashing_finds(
    build: BuildArchives, folder: IndexFolder, tmp_path: Path
) -> None:
    build(write_jsonl(tmp_path / "archive.jsonl", events(50, 1)))
    [vectors] = folder.root.glob("generations/*/vectors.faiss")
    data = bytearray(vectors.read_bytes())
    data[len(data) // 2] ^= 1  # the last bit of a number
    vectors.write_bytes(data)
    folder.open().close()
    with pytest.raises(
        IndexUnusableError, match=r"vectors\.faiss is damaged: .*run `python -m embeddings build` again"
    ):
        folder.open_checked()


def test_damage_of_every_kind_is_found_and_crashes_nothing(tmp_path: Path, commands: Commands) -> None:
    table = Table("one copy a kind")
    damaged_indexes(tmp_path, commands, table, copies=5, seed=2, count=80)
    damaged_journals(tmp_path, commands, table, copies=1, seed=2)
    # How long a look-up takes says little on a machine that runs other tests.
    assert not [failure for failure in table.failures if "takes less than" not in failure]
