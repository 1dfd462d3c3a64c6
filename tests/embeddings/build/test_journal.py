"""The journal of encoded texts needs nothing of a file system that an index does not."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

from embeddings.program import ROOT

# In a process of its own, for others have SQLite begin otherwise: see `_no_waiting_for_the_disk`.
KILLED_AND_OPENED_AGAIN = """
import os, sys
from pathlib import Path
from embeddings.build.journal import Journal

path = Path(sys.argv[1])
if (child := os.fork()) == 0:
    Journal(path, "a model").texts([b"key"])
    os._exit(0)  # as a build that is killed
os.waitpid(child, 0)
left = sorted(file.name for file in path.parent.iterdir())
Journal(path, "a model").texts([b"key"])
print(*left, "then", *sorted(file.name for file in path.parent.iterdir()))
"""


def test_it_shares_no_memory_also_after_a_build_that_was_killed(tmp_path: Path) -> None:
    done = subprocess.run(
        [sys.executable, "-c", KILLED_AND_OPENED_AGAIN, str(tmp_path / "encoded.sqlite")],
        env={**os.environ, "PYTHONPATH": str(ROOT)},
        capture_output=True,
        text=True,
        check=True,
    )
    both = "encoded.sqlite encoded.sqlite-wal"
    assert done.stdout.strip() == f"{both} then {both}"
