"""Which files of an index were hashed and found sound, so that a process that starts need not hash them again.

A file counts as the one that was hashed while its device, inode, size and times are the same: a copy, also one that a
backup or another machine brought, has another inode or another time of change, which no program can set. What the disk
itself does to a file at rest cannot be known by that: `verify` and builds always hash. Where the note of what was
hashed cannot be kept or read, the files are hashed.
"""

from __future__ import annotations

import contextlib
import json
import os
import time
from pathlib import Path

from embeddings.index.manifest import FileRecord, hash_problem

CHECKED = "checked.json"

_SETTLED_NS = 2_000_000_000  # a file that changed so lately may change again within the same tick of the system's clock


class CheckedFiles:
    """The note of the files that were hashed; used by one thread at a time.

    Args:
        path: the note's own file.
    """

    def __init__(self, path: Path) -> None:
        self._path = path
        self._before = _read(path)
        self._now: dict[str, list[int | str]] = {}

    def problem(self, path: Path, record: FileRecord) -> str | None:
        """Why a file is not the one that was published; None if it is, or if it was and has not changed since."""
        seen = _identity(path, record)
        name = f"{path.parent.name}/{path.name}"
        if seen is not None and self._before.get(name) == seen:
            self._now[name] = seen
            return None
        problem = hash_problem(path, record)
        if problem is None and seen is not None and _identity(path, record) == seen:
            self._now[name] = seen
        return problem

    def save(self) -> None:
        """Keep the note, of the files that were looked at and no others; where that cannot be, nothing is kept."""
        if not self._now or self._now == self._before:
            return
        new = self._path.with_name(f"{self._path.name}.{os.getpid()}")
        with contextlib.suppress(OSError):
            try:
                new.write_text(json.dumps(self._now, indent=1), encoding="utf-8")
                new.replace(self._path)
            finally:
                new.unlink(missing_ok=True)


def _read(path: Path) -> dict[str, object]:
    try:
        found = json.loads(path.read_bytes())
    except (OSError, ValueError, RecursionError):
        return {}
    return found if isinstance(found, dict) else {}


def _identity(path: Path, record: FileRecord) -> list[int | str] | None:
    """What tells a file with these contents from others; None where that cannot be told."""
    stat = path.stat()
    if not stat.st_ino or abs(time.time_ns() - max(stat.st_mtime_ns, stat.st_ctime_ns)) < _SETTLED_NS:
        return None
    return [record.sha256, stat.st_dev, stat.st_ino, stat.st_size, stat.st_mtime_ns, stat.st_ctime_ns]
