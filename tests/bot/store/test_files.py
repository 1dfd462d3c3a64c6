from __future__ import annotations

import logging
import os
import sqlite3
import stat
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from bot.store.files import make_private

pytestmark = pytest.mark.skipif(os.name != "posix", reason="modes of files are POSIX's")


def mode(path: Path) -> int:
    return stat.S_IMODE(path.stat().st_mode)


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "store.db"


@pytest.fixture(autouse=True)
def _told(caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.INFO)


def written(path: Path) -> sqlite3.Connection:
    """The database with something in its write-ahead log, open."""
    database = sqlite3.connect(path)
    database.execute("PRAGMA journal_mode = WAL")
    database.execute("CREATE TABLE IF NOT EXISTS t (x)")
    database.execute("INSERT INTO t VALUES (1)")
    database.commit()
    return database


def test_a_new_database_and_the_files_beside_it_are_private(path: Path, caplog: pytest.LogCaptureFixture) -> None:
    make_private(path)
    database = written(path)
    assert {file.name: mode(file) for file in path.parent.iterdir()} == {
        "store.db": 0o600,
        "store.db-wal": 0o600,
        "store.db-shm": 0o600,
    }
    database.close()
    assert not caplog.messages


def test_a_database_that_others_can_read_is_tightened_with_one_line(
    path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    path.touch()
    path.chmod(0o644)
    database = written(path)
    make_private(path)
    assert {mode(file) for file in path.parent.iterdir()} == {0o600}
    assert len(list(path.parent.iterdir())) == 3
    assert caplog.messages == [
        f"others could read store.db, store.db-wal, store.db-shm in {path.parent}; now only the owner can (mode 0600)"
    ]
    make_private(path)
    assert len(caplog.messages) == 1
    database.execute("INSERT INTO t VALUES (2)")
    database.commit()
    database.close()


@pytest.mark.parametrize("before", [0o640, 0o604, 0o666, 0o755])
def test_whoever_else_could_read_no_longer_can(path: Path, before: int) -> None:
    path.touch()
    path.chmod(before)
    make_private(path)
    assert mode(path) == 0o600


@pytest.mark.parametrize("before", [0o600, 0o400])
def test_what_is_private_stays_as_it_is(path: Path, before: int, caplog: pytest.LogCaptureFixture) -> None:
    path.touch()
    path.chmod(before)
    make_private(path)
    assert mode(path) == before
    assert not caplog.messages


def test_what_is_in_the_database_stays(path: Path) -> None:
    written(path).close()
    make_private(path)
    with sqlite3.connect(path) as database:
        assert database.execute("SELECT x FROM t").fetchall() == [(1,)]
    database.close()


def test_the_locks_of_an_open_database_stay(path: Path) -> None:
    make_private(path)
    database = sqlite3.connect(path, isolation_level=None)
    database.execute("CREATE TABLE t (x)")
    database.execute("BEGIN EXCLUSIVE")
    path.chmod(0o644)
    make_private(path)
    code = f"import sqlite3; sqlite3.connect({str(path)!r}, timeout=0).execute('INSERT INTO t VALUES (1)')"
    other = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
    assert "database is locked" in other.stderr
    database.execute("COMMIT")
    database.close()


def test_many_may_make_it_at_once(path: Path) -> None:
    with ThreadPoolExecutor(8) as threads:
        list(threads.map(make_private, [path] * 64))
    assert mode(path) == 0o600


def test_a_link_stands_for_its_target(path: Path) -> None:
    target = path.with_name("elsewhere.db")
    target.touch()
    target.chmod(0o644)
    path.symlink_to(target)
    make_private(path)
    assert mode(target) == 0o600


def test_what_is_no_file_is_left_alone(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    folder, pipe = tmp_path / "folder", tmp_path / "pipe"
    folder.mkdir(mode=0o755)
    os.mkfifo(pipe, 0o644)
    before = mode(folder), mode(pipe)
    make_private(folder)
    make_private(pipe)
    assert (mode(folder), mode(pipe)) == before
    assert not caplog.messages


def test_a_file_of_another_account_is_a_warning(
    path: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    path.touch()
    path.chmod(0o644)
    monkeypatch.setattr("os.geteuid", lambda: path.stat().st_uid + 1)
    make_private(path)
    assert mode(path) == 0o644
    assert caplog.messages == [
        f"others can read {path}, and it belongs to another account; its owner should run chmod 600"
    ]


def test_a_mode_that_cannot_be_changed_is_a_warning(
    path: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    def refuse(*_: object) -> None:
        raise PermissionError(1, "Operation not permitted")

    path.touch()
    path.chmod(0o644)
    monkeypatch.setattr(Path, "chmod", refuse)
    make_private(path)
    [line] = caplog.messages
    assert line.endswith("and its mode cannot be changed: Operation not permitted")


def test_a_file_that_cannot_be_made_is_left_to_who_opens_it(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    make_private(tmp_path / "nowhere" / "store.db")
    assert list(tmp_path.iterdir()) == []
    assert not caplog.messages
