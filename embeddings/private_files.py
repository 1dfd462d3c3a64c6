"""Files that only the account of the process may read, whatever its umask says."""

from __future__ import annotations

import logging
import os
import stat
from pathlib import Path

PRIVATE = 0o600

log = logging.getLogger(__name__)


def make_private(path: Path, *beside: Path) -> None:
    """Make an empty file with mode 0600 where there is none; tighten it, and those beside it, where others can read.

    Nothing is raised: a file that cannot be tightened is a warning, and of one that cannot be made whoever opens it
    next says what is wrong. A file that is there is never opened here, for closing it would free the locks that the
    process holds on it by another handle (https://www.sqlite.org/howtocorrupt.html, section 2.2). A symbolic link
    stands for what it points to.

    Args:
        beside: files that are tightened where they are there, and not made.
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
    """Whether others could read a file, and no longer can."""
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
