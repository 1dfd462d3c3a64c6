"""Steps: what a process does to files, and asks of a database, counted; it can be killed before any of them."""

from __future__ import annotations

import ctypes
import os
import signal
import sys
from typing import TYPE_CHECKING, Any

from sqlalchemy import Engine, event

if TYPE_CHECKING:
    from _typeshed import FileDescriptorLike

_WRITING = os.O_WRONLY | os.O_RDWR | os.O_CREAT
_ON_FILES = ("os.rename", "os.remove", "os.mkdir", "os.rmdir", "os.link", "os.chmod", "os.chown", "sqlite3.connect")


class Steps:
    """Counts what Python does to files for writing, and kills the process before one of these steps."""

    def __init__(self, kill_at: int | None) -> None:
        self.count = 0
        self.last = ""
        self._kill_at = kill_at
        self._sync = os.fsync

    def watch(self) -> None:
        """Begin to count."""
        sys.addaudithook(self._hook)
        os.fsync = self._fsync  # has no audit event

    def step(self, what: str) -> None:
        """Count one step, and die of it if it is the one."""
        self.count += 1
        self.last = what
        if self.count == self._kill_at:
            os.kill(os.getpid(), signal.SIGKILL)

    def _hook(self, name: str, details: tuple[Any, ...]) -> None:
        if name in _ON_FILES or (name == "open" and isinstance(details[2], int) and details[2] & _WRITING):
            self.step(name)

    def _fsync(self, fd: FileDescriptorLike) -> None:
        self.step("os.fsync")
        self._sync(fd)


def watch_statements(steps: Steps) -> None:
    """Count what SQLAlchemy asks of a database: before and after each statement and the end of each transaction."""

    def before(_connection: object, _cursor: object, statement: str, *_: object) -> None:
        steps.step(f"before {statement}")

    def after(_connection: object, _cursor: object, statement: str, *_: object) -> None:
        steps.step(f"after {statement}")

    event.listen(Engine, "before_cursor_execute", before)
    event.listen(Engine, "after_cursor_execute", after)
    for name in ("begin", "commit", "rollback"):
        event.listen(Engine, name, lambda *_, name=name: steps.step(name))
    for name in ("connect", "close"):
        event.listen(Engine, name, lambda *_, name=name: steps.step(name))


# --- SQLite's own ----------------------------------------------------------------------------------------------------

_Open = ctypes.CFUNCTYPE(ctypes.c_int, ctypes.c_char_p, ctypes.c_int, ctypes.c_int, use_errno=True)
_Write = ctypes.CFUNCTYPE(ctypes.c_ssize_t, ctypes.c_int, ctypes.c_void_p, ctypes.c_size_t, use_errno=True)
_WriteAt = ctypes.CFUNCTYPE(
    ctypes.c_ssize_t, ctypes.c_int, ctypes.c_void_p, ctypes.c_size_t, ctypes.c_int64, use_errno=True
)
_Resize = ctypes.CFUNCTYPE(ctypes.c_int, ctypes.c_int, ctypes.c_int64, use_errno=True)
_Unlink = ctypes.CFUNCTYPE(ctypes.c_int, ctypes.c_char_p, use_errno=True)
_CALLS: dict[str, Any] = {
    "open": _Open,
    "write": _Write,
    "pwrite": _WriteAt,
    "pwrite64": _WriteAt,
    "ftruncate": _Resize,
    "unlink": _Unlink,
}
_kept: list[object] = []  # what SQLite calls must not be collected


class _Vfs(ctypes.Structure):
    """The beginning of `sqlite3_vfs`, https://sqlite.org/c3ref/vfs.html, up to what its third version added."""

    _fields_ = (
        ("version", ctypes.c_int),
        ("file_size", ctypes.c_int),
        ("longest_path", ctypes.c_int),
        ("next", ctypes.c_void_p),
        ("name", ctypes.c_char_p),
        ("data", ctypes.c_void_p),
        ("methods", ctypes.c_void_p * 13),
        (
            "set_call",
            ctypes.CFUNCTYPE(ctypes.c_int, ctypes.c_void_p, ctypes.c_char_p, ctypes.c_void_p),
        ),
        ("get_call", ctypes.CFUNCTYPE(ctypes.c_void_p, ctypes.c_void_p, ctypes.c_char_p)),
    )


def watch_sqlite(steps: Steps) -> bool:
    """Count each call by which SQLite changes a file; False where its library cannot be reached.

    A kill leaves what was written, synced or not: a kill before or after a sync leaves the same.
    """
    import _sqlite3

    find = getattr(ctypes.CDLL(_sqlite3.__file__), "sqlite3_vfs_find", None)
    if find is None:
        return False
    find.restype = ctypes.c_void_p
    address = find(None)
    vfs = _Vfs.from_address(address)
    if vfs.version < 3:
        return False
    for name, form in _CALLS.items():
        if original := vfs.get_call(address, name.encode()):
            wrapped = form(_counted(steps, name, form(original)))
            _kept.append(wrapped)
            vfs.set_call(address, name.encode(), ctypes.cast(wrapped, ctypes.c_void_p))
    return True


def _counted(steps: Steps, name: str, original: Any) -> Any:
    def call(*arguments: Any) -> Any:
        steps.step(f"SQLite's {name}")
        return original(*arguments)

    return call
