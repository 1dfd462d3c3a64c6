from __future__ import annotations

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]

# The process that takes this file, the longest, is held until the other has run the next; that one dies in the third.
ONE = """
import os, pathlib, time, warnings, pytest

@pytest.fixture(scope="session")
def server():
    yield os.getpid()
    raise ValueError("the server was gone")

def test_first(server):
    pathlib.Path("server").write_text(str(server))
    while not pathlib.Path("other").exists():
        time.sleep(0.01)
    assert int(pathlib.Path("other").read_text()) != os.getpid()

def test_shares_what_serves_all(server):
    assert int(pathlib.Path("server").read_text()) == server == os.getpid()

def test_fails(tmp_path):
    os.system("echo said by a child")
    assert tmp_path.name == "nowhere"

@pytest.mark.skip(reason="not today")
def test_skipped():
    pass

@pytest.mark.filterwarnings("default")
def test_warns():
    warnings.warn("careful")
"""
OTHER = """
import os, pathlib

def test_other():
    pathlib.Path("new").write_text(str(os.getpid()))
    pathlib.Path("new").rename("other")

def test_before_the_next_file():
    pass

def test_that_ends_its_process():
    pass
"""
DYING = """
import os

def test_fine():
    pass

def test_dies():
    os._exit(0)
"""


def run(folder: Path, *options: str, **files: str) -> str:
    """What pytest prints of test files, which two processes run; it has failed."""
    for name, text in files.items():
        (folder / f"test_{name}.py").write_text(text)
    (folder / "pytest.ini").write_text("[pytest]")
    command = [sys.executable, "-m", "pytest", "-p", "tests.processes", "--processes", "2", "-q", "-ra", *options]
    environment = {**os.environ, "PYTHONPATH": str(ROOT), "PYTEST_DISABLE_PLUGIN_AUTOLOAD": "1"}
    environment.pop("DATELINE_TEST_MADE", None)
    done = subprocess.run(
        command, check=False, cwd=folder, env=environment, capture_output=True, text=True, timeout=300
    )
    assert done.returncode == 1, done.stdout + done.stderr
    return done.stdout


@pytest.mark.skipif(sys.platform != "linux", reason="one process runs all")
def test_what_becomes_of_tests_in_other_processes_is_told_as_of_one(tmp_path: Path) -> None:
    out = run(tmp_path, one=ONE, other=OTHER, dying=DYING)
    failed, fault, death = (
        re.search(f"^_+ {name} _+$(.*?)(?=^_+ |^=)", out, re.DOTALL | re.MULTILINE)
        for name in ("test_fails", "ERROR at teardown of test_warns", "ERROR at teardown of test_dies")
    )
    assert failed is not None
    assert 'assert tmp_path.name == "nowhere"' in failed[1]
    assert "said by a child" in failed[1]
    assert fault is not None
    assert "ValueError: the server was gone" in fault[1]
    assert death is not None
    assert "the process of this test ended with status 0" in death[1]
    assert "UserWarning: careful" in out
    assert "not today" in out
    assert out.rstrip().rpartition("\n")[2].startswith("1 failed, 7 passed, 1 skipped, 1 warning, 2 errors in")


@pytest.mark.skipif(sys.platform != "linux", reason="one process runs all")
def test_all_stop_at_the_first_failure_where_they_are_to(tmp_path: Path) -> None:
    waiting = "import pathlib, time\n" + "".join(f"def test_{n}(): time.sleep(0.01)\n" for n in range(1_000))
    out = run(tmp_path, "-x", failing="def test_fails(): assert 0", waiting=waiting)
    assert "stopping after 1 failures" in out
    assert "1 failed" in out
    assert "1000 passed" not in out
