"""The files of a store in SQLite, which only the bot's account may read."""

from __future__ import annotations

import contextlib
import os
import tempfile
from collections.abc import Iterator
from pathlib import Path

from embeddings import private_files

_ENDINGS = ("-wal", "-shm", "-journal")  # what SQLite writes beside a database


Identity = tuple[int, int]
"""Which file it is, whatever its name: device and inode."""


def identity(file: Path | None) -> Identity | None:
    """Identifies the file that has a name now; None if there is none, or `file` is None."""
    if file is None:
        return None
    try:
        found = os.stat(file)  # noqa: PTH116  # a microsecond, before each transaction
    except OSError:
        return None
    return found.st_dev, found.st_ino


def beside(file: Path, suffix: str) -> Path:
    """A file that SQLite keeps beside a database: -wal, -shm, -journal."""
    return file.with_name(file.name + suffix)


def log_of(file: Path) -> dict[Path, Identity]:
    """The files of a database's write-ahead log, as they are now."""
    found = {each: identity(each) for each in (beside(file, "-wal"), beside(file, "-shm"))}
    return {each: which for each, which in found.items() if which is not None}


def remove_log(log: dict[Path, Identity]) -> None:
    """Remove the log of a file that was replaced, if it is still the same: SQLite would replay it into the new file."""
    for file, which in log.items():
        if identity(file) == which:
            file.unlink(missing_ok=True)


def make_private(path: Path) -> None:
    """Make a database's file with mode 0600 before SQLite does, and tighten one, and the files beside it, where needed.

    SQLite gives the files that it makes beside a database the mode of the database
    (https://www.sqlite.org/src/file/src/os_unix.c, `findCreateFileMode`). Nothing is raised: SQLite says what is wrong
    with a file that cannot be made. May be called while the database is open.
    """
    private_files.make_private(path, *(beside(path, ending) for ending in _ENDINGS))


# --- making one whole ---


@contextlib.contextmanager
def part_beside(target: Path) -> Iterator[Path]:
    """A new file in the same folder that only its owner may read, and that is deleted in the end."""
    descriptor, name = tempfile.mkstemp(prefix=f".{target.name}.", suffix=".part", dir=target.parent)
    os.close(descriptor)
    try:
        yield Path(name)
    finally:
        for suffix in ("", "-journal"):
            beside(Path(name), suffix).unlink(missing_ok=True)


def place(part: Path, target: Path) -> bool:
    """Give a file its name; False if there is a file of that name."""
    try:
        target.hardlink_to(part)
    except FileExistsError:
        return False
    except OSError:  # a file system without links
        if target.exists():
            return False
        part.rename(target)
    sync(target.parent)
    return True


def sync(path: Path) -> None:
    """Wait until a file, or the names in a folder, are on the disk."""
    if path.is_dir() and os.name == "nt":
        return  # Windows opens no folder
    descriptor = os.open(path, os.O_RDONLY if path.is_dir() else os.O_RDWR)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def give_to_owner(part: Path, store: Path) -> None:
    """Give the file to the store's owner if root makes it, so that the bot can open it."""
    if os.name == "posix" and os.geteuid() == 0:
        owner = (store if store.exists() else store.parent).stat()
        os.chown(part, owner.st_uid, owner.st_gid)
