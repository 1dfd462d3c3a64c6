from __future__ import annotations

import os
import subprocess
import sys
from collections import defaultdict
from pathlib import Path

import pytest

from tests.mutants.made import Verdicts, function_of, make_mutants
from tests.mutants.rooms import Room

ROOT = Path(__file__).parents[2]
MODULE = """
def double(number):
    return number * 2

def nearly(number):
    return number > 0

def wait(done):
    while not done:
        pass

def make(box):
    return box or 1

def nobody(number):
    return number + 1
"""
TESTS = """
import pytest, box

@pytest.fixture(scope="module")
def made():
    return box.make(0)

def test_first(made):
    pass

def test_second(made):
    box.wait(True)
    assert made == 1

def test_double():
    assert box.double(1) == 2
    assert box.nearly(7)
"""
# A loop without end is given up after a second of the processor.
IMPATIENT = "import tests.mutants.trying\ntests.mutants.trying._MORE_PROCESSOR_SECONDS = 1"
ROOM = Room("box", ("box.py",), ("test_box.py",))


@pytest.fixture
def project(tmp_path: Path) -> Path:
    for name, text in {"box.py": MODULE, "test_box.py": TESTS, "conftest.py": IMPATIENT, "pytest.ini": ""}.items():
        (tmp_path / name).write_text(text, "utf-8")
    (tmp_path / "pyproject.toml").write_bytes((ROOT / "pyproject.toml").read_bytes())
    (tmp_path / "mutants").mkdir()
    return tmp_path


def run(project: Path) -> Verdicts:
    """Try the mutants of a project."""
    make_mutants(ROOM, project, project / "mutants")
    command = [sys.executable, "-m", "pytest", "-q", "-s", "-p", "tests.mutants.trying", "-p", "no:cacheprovider"]
    environment = os.environ | {
        "PYTHONPATH": os.pathsep.join(map(str, (ROOT, project))),
        "PYTEST_DISABLE_PLUGIN_AUTOLOAD": "1",  # which takes longer than the rest
        "DATELINE_MUTANTS_FOLDER": str(project / "mutants"),
        "DATELINE_MUTANTS_PROCESSES": "2",
    }
    subprocess.run([*command, "test_box.py"], cwd=project, env=environment, check=True, capture_output=True)
    return Verdicts(project / "mutants")


@pytest.mark.skipif(sys.platform != "linux", reason="forks, and waits for processes as Linux does")
def test_each_mutant_gets_a_verdict_and_what_is_known_is_not_tried_again(project: Path) -> None:
    verdicts = run(project)
    found = verdicts.read()
    assert found.keys() == verdicts.mutants.keys()
    outcomes: dict[str, set[str]] = defaultdict(set)
    for mutant, verdict in found.items():
        outcomes[function_of(mutant)].add(verdict.outcome)
    assert outcomes == {
        "box.x_double": {"killed"},
        "box.x_nearly": {"survived"},
        "box.x_wait": {"timed out"},
        "box.x_make": {"killed"},  # by a test for which the fixture that it reaches was there already
        "box.x_nobody": {"no tests"},
    }
    assert {verdict.killer for verdict in found.values()} == {
        None,
        "test_box.py::test_double",
        "test_box.py::test_second",
    }
    (project / "test_box.py").write_text(TESTS + "    assert not box.nearly(0)\n", "utf-8")
    (project / "box.py").write_text(MODULE.replace("box or 1", "box or 2"), "utf-8")
    make_mutants(ROOM, project, project / "mutants")
    still = Verdicts(project / "mutants").read()  # what other tests may notice is tried again, and what is new
    assert {function_of(mutant) for mutant in still} == {"box.x_double"}
