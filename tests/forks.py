"""A command whose processes have imported the program before they start: a server does it once and forks each.

    with Forks("tests.word_commands") as command:
        subprocess.run([*command, "update", "--json"])

What runs has its own process, environment, folder, files and exit status, as if `python -m tests.word_commands` had
been started; it gets a SIGTERM that the process of the command gets, and is killed when that one is. On other systems
than Linux `python -m tests.word_commands` is the command.
"""

from __future__ import annotations

import contextlib
import gc
import importlib
import json
import os
import select
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
from pathlib import Path
from types import TracebackType
from typing import NoReturn, Protocol, cast

ROOT = Path(__file__).parents[1]

# What stands for a process in whoever starts it: all of Python that it loads is what is named here.
_CLIENT = """
import json, os, signal, socket, sys
server = socket.socket(socket.AF_UNIX)
server.connect(sys.argv[1])
request = {"arguments": sys.argv[2:], "environment": dict(os.environ), "folder": os.getcwd()}
socket.send_fds(server, [b"+"], [0, 1, 2])
server.sendall(json.dumps(request).encode() + b"\\n")
signal.signal(signal.SIGTERM, lambda *_: server.send(b"."))
sys.exit(int(server.recv(8) or 70))
"""


class _Module(Protocol):
    """What a module has to have."""

    def prepare(self) -> None:
        """Import and make what each process would else import and make anew."""

    def main(self, arguments: list[str]) -> int:
        """Do what the process is for; returns its exit status."""


class Forks:
    """A context that gives the beginning of a command line.

    Args:
        module: has functions `prepare` and `main`, as `_Module` says.
    """

    def __init__(self, module: str) -> None:
        self._module = module
        self._folder = ""
        self._server: subprocess.Popen[bytes] | None = None

    def __enter__(self) -> list[str]:
        if sys.platform != "linux":
            return [sys.executable, "-m", self._module]
        self._folder = tempfile.mkdtemp()  # the path of a socket has to be short
        address = f"{self._folder}/socket"
        self._server = subprocess.Popen(
            [sys.executable, "-m", "tests.forks", self._module, address],
            cwd=ROOT,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
        )
        assert self._server.stdout is not None
        assert self._server.stdout.readline(), "the server ended before it was ready"
        return [sys.executable, "-I", "-S", "-c", _CLIENT, address]

    def __exit__(self, *_: object) -> None:
        if self._server is not None:
            self._server.communicate()  # which closes its input
            shutil.rmtree(self._folder)


def _serve(module: _Module, address: str) -> None:
    """Serve until the input ends."""
    module.prepare()
    gc.freeze()  # else a child, when it looks for garbage, gets a copy of all that
    with socket.socket(socket.AF_UNIX) as door:
        door.bind(address)
        door.listen()
        os.write(1, b"ready\n")
        while door.fileno() in select.select([door.fileno(), 0], [], [])[0]:
            client, _ = door.accept()
            if os.fork() == 0:
                door.close()
                _watch(module, client)
            client.close()
            _reap(os.WNOHANG)
    _reap(0)


def _reap(how: int) -> None:
    """Take note of children that have ended; `how` says whether to wait for the others."""
    with contextlib.suppress(ChildProcessError):
        while os.waitpid(-1, how)[0]:
            pass


def _watch(module: _Module, client: socket.socket) -> NoReturn:
    """Start what a client asks for, kill it when the client is gone, and tell the client its exit status."""
    _, files, _, _ = socket.recv_fds(client, 1, 3)
    request = b""
    while b"\n" not in request:
        if not (more := client.recv(65_536)):
            os._exit(0)
        request += more
    request, _, signals = request.partition(b"\n")
    child = os.fork()
    if child == 0:
        client.close()
        _run(module, json.loads(request), files)
    for file in files:
        os.close(file)
    ended = os.pidfd_open(child)
    while signals or ended not in select.select([ended, client.fileno()], [], [])[0]:
        os.kill(child, signal.SIGTERM if signals or client.recv(1) else signal.SIGKILL)
        signals = b""
    _, status = os.waitpid(child, 0)
    try:
        client.sendall(str(os.waitstatus_to_exitcode(status)).encode())
    finally:
        os._exit(0)


def _run(module: _Module, request: dict[str, object], files: list[int]) -> NoReturn:
    status = 1
    try:
        for number, file in enumerate(files):
            os.dup2(file, number)
            os.close(file)
        sys.stdout, sys.stderr = (os.fdopen(number, "w", closefd=False) for number in (1, 2))  # of what is there now
        os.environ.clear()
        os.environ.update(cast(dict[str, str], request["environment"]))
        os.chdir(cast(str, request["folder"]))
        status = module.main(cast(list[str], request["arguments"]))
        sys.stdout.flush()
        sys.stderr.flush()
    except BaseException:  # noqa: BLE001  # as Python does at the end of a process
        sys.excepthook(*cast("tuple[type[BaseException], BaseException, TracebackType | None]", sys.exc_info()))
    finally:
        os._exit(status)


if __name__ == "__main__":
    _serve(cast(_Module, importlib.import_module(sys.argv[1])), sys.argv[2])
