"""The system's part in an index: waiting until something is on the disk, and saying why a file cannot be read."""

from __future__ import annotations

import errno
import os
from pathlib import Path


def unreadable(path: Path, error: OSError) -> str:
    """Why a file of the index cannot be read, and what to do about it."""
    advice = "raise the limit (`ulimit -n`)" if error.errno == errno.EMFILE else "check its disk and permissions"
    return f"{path} cannot be read ({error.strerror}); {advice}"


def sync(path: Path) -> None:
    """Wait until a file, or a folder's list of names, is on the disk (fsync)."""
    if path.is_dir() and os.name != "posix":
        return  # only POSIX systems open folders
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
