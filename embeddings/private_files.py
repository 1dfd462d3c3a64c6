"""Files that only the account of the process may read, independent of its umask."""

from __future__ import annotations

import logging
import os
import stat
from pathlib import Path

PRIVATE = 0o600

log = logging.getLogger(__name__)


def make_private(path: Path, *beside: Path) -> None:
    """Make an empty file with mode 0600 if there is none; else, and for `beside`, take read access from others.

    Never raises: if the mode cannot be changed, a warning is logged; if the file cannot be made, opening it will fail
    later. An existing file is never opened here, because closing it would free the locks that the process holds on it
    by another handle (https://www.sqlite.org/howtocorrupt.html, section 2.2). A symbolic link stands for what it points
    to.

    Args:
        beside: further files, whose mode is changed if they exist.
    """
    if os.name != "posix":
        return  # elsewhere a mode says nothing about who may read
    try:
        # Exclusive, so that nothing is opened that is there; whoever else makes it meanwhile makes it private, too.
        os.close(os.open(path, os.O_RDONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, PRIVATE))
    except FileExistsError:
        pass
    except OSError:
        return
    tightened = [file.name for file in (path, *beside) if _tightened(file)]
    if tightened:
        log.info("others could read %s in %s; now only the owner can (mode 0600)", ", ".join(tightened), path.parent)


def _tightened(file: Path) -> bool:
    """Take read access to a file from others; returns whether that was needed and worked."""
    try:
        found = file.stat()
        if not stat.S_ISREG(found.st_mode) or not found.st_mode & 0o077:
            return False
        if found.st_uid != os.geteuid():
            log.warning("others can read %s, and it belongs to another account; its owner should run chmod 600", file)
            return False
        file.chmod(PRIVATE)
    except FileNotFoundError:
        return False
    except OSError as error:
        log.warning("others may be able to read %s, and its mode cannot be changed: %s", file, error.strerror)
        return False
    return True
