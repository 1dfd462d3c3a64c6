"""Errors of the system during a build (disk, memory, rights), as sentences."""

from __future__ import annotations

import contextlib
import errno
import os
import shutil
import sqlite3
from collections.abc import Iterator
from pathlib import Path

from embeddings.errors import FULL, EmbeddingsError
from embeddings.index.folder import IndexFolder

_TOO_MANY_FILES = (errno.EMFILE, errno.ENFILE)
_FORBIDDEN = (errno.EROFS, errno.EACCES, errno.EPERM)


def may_pass(cause: BaseException | None) -> bool:
    """Whether an index could not be read because the system lacked something, rather than because of damage."""
    if isinstance(cause, sqlite3.Error):
        return getattr(cause, "sqlite_errorcode", 0) & 0xFF == sqlite3.SQLITE_CANTOPEN
    return isinstance(cause, OSError) and cause.errno in (*_TOO_MANY_FILES, errno.ENOMEM, *_FORBIDDEN)


@contextlib.contextmanager
def explained(folder: IndexFolder) -> Iterator[None]:
    """Turn an error of the system into a sentence that says what the build needed."""
    try:
        yield
    except BrokenPipeError:
        raise  # whoever watched has gone; that is nothing of the index
    except (OSError, sqlite3.Error) as error:
        why = _reason(error, folder.root)
        raise EmbeddingsError(f"the index was not built: {why}. The index that was there is unchanged") from error


def _reason(error: OSError | sqlite3.Error, root: Path) -> str:
    free = "an unknown part"
    with contextlib.suppress(OSError):
        free = f"{shutil.disk_usage(root).free / 1e6:,.0f} MB"
    if isinstance(error, OSError):
        place = f" ({os.fsdecode(error.filename)})" if error.filename else ""
        why, full = f"{error.strerror or error}{place}", error.errno in FULL
        if error.errno in _TOO_MANY_FILES:
            return f"{why}; a build has some twenty files open, raise the limit (`ulimit -n`)"
        if error.errno in _FORBIDDEN:
            return f"{why}; a build has to read the archives and to write to {root}"
    else:
        code = getattr(error, "sqlite_errorcode", 0) & 0xFF
        why, full = str(error), code == sqlite3.SQLITE_FULL
        if code == sqlite3.SQLITE_READONLY:
            return f"{why}; a build has to write to {root}"
    if full:
        return (
            f"the disk is full: {why}; {free} of that of {root} are free, and a build needs room for a second index "
            "beside the one in force: free some, then build again, what is encoded by then is kept"
        )
    return f"{why}; see whether the disk of {root} is in order ({free} of it are free) and how large files may be"
