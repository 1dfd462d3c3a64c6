"""The files of a store in SQLite: what is in them is nobody's business but the bot's."""

from __future__ import annotations

from pathlib import Path

from embeddings import private_files

_ENDINGS = ("-wal", "-shm", "-journal")  # what SQLite writes beside a database


def make_private(path: Path) -> None:
    """Make a database's file with mode 0600 before SQLite does, and tighten one, and the files beside it, where needed.

    SQLite gives the files that it makes beside a database the mode of the database
    (https://www.sqlite.org/src/file/src/os_unix.c, `findCreateFileMode`). Nothing is raised: SQLite says what is wrong
    with a file that cannot be made. May be called while the database is open.
    """
    private_files.make_private(path, *(path.with_name(path.name + ending) for ending in _ENDINGS))
