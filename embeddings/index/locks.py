"""Locks on files, which the system frees when a process ends: shared by readers, or held by one builder alone.

Whoever only reads does without portalocker where the system has flock, the lock that portalocker takes there:
importing it costs a tenth of a look-up.
"""

from __future__ import annotations

from typing import IO


class HeldError(Exception):
    """Another process holds the lock."""


def share(file: IO[bytes]) -> None:
    """Wait until nobody holds a file alone, and hold it together with others. OSError if it cannot be locked."""
    try:
        from fcntl import LOCK_SH, flock
    except ImportError:  # Windows
        import portalocker

        try:
            portalocker.lock(file, portalocker.LOCK_SH)
        except portalocker.LockException as error:
            raise OSError(str(error)) from error
    else:
        flock(file, LOCK_SH)


def hold(file: IO[bytes]) -> None:
    """Hold a file alone, without waiting. HeldError if somebody holds it, OSError if it cannot be locked."""
    import portalocker

    try:
        portalocker.lock(file, portalocker.LOCK_EX | portalocker.LOCK_NB)
    except portalocker.AlreadyLocked as error:
        raise HeldError from error
    except portalocker.LockException as error:
        raise OSError(str(error)) from error
