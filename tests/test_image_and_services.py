"""What `deploy/` holds is whole: its own linters accept it, and its commands are those of the documents."""

from __future__ import annotations

import os
import re
import shlex
import shutil
import subprocess
import sys
from configparser import RawConfigParser
from pathlib import Path
from typing import Any

import pytest
import yaml
from packaging.requirements import Requirement

from bot.config import Config
from embeddings.settings import names_of
from tests.manual.pages import ROOT, commands, pages

DEPLOY = ROOT / "deploy"
SYSTEMD = DEPLOY / "systemd"
SERVICES = sorted(SYSTEMD.glob("*.service"))
DOCKERFILE = (DEPLOY / "Dockerfile").read_text(encoding="utf-8")
COMPOSE = (DEPLOY / "compose.yaml").read_text(encoding="utf-8")
MOST_EXPOSED = 3.0  # of ten, as systemd counts
PROGRAM = "/opt/dateline/.venv/bin/dateline"


def program(name: str) -> str:
    """The path of one of the development tools, or of the system; skips the test where there is none."""
    found = shutil.which(name, path=f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}")
    if found is None:
        pytest.skip(f"{name} is not installed")
    return found


def run(*command: str | Path, **more: Any) -> subprocess.CompletedProcess[str]:
    return subprocess.run([str(word) for word in command], capture_output=True, text=True, check=False, **more)


def unit(path: Path) -> RawConfigParser:
    class Repeated(dict[str, Any]):
        """Keeps the values of a key that stands several times, as `SystemCallFilter` does, together."""

        def __setitem__(self, key: str, value: Any) -> None:
            before = self.get(key) if isinstance(value, list) else None
            super().__setitem__(key, before + value if isinstance(before, list) else value)

    parser = RawConfigParser(strict=False, interpolation=None, dict_type=Repeated, comment_prefixes=("#",))
    parser.optionxform = str  # type: ignore[assignment, method-assign]  # names as they are
    parser.read_string(path.read_text(encoding="utf-8"))
    return parser


# --- the commands are those that people are told to type ---


def started() -> dict[str, list[str]]:
    """The commands of Dateline that the files start, without the program's folder."""
    [entry] = re.findall(r"^ENTRYPOINT (.+)$", DOCKERFILE, re.MULTILINE)
    [usual] = re.findall(r"^CMD (.+)$", DOCKERFILE, re.MULTILINE)
    found = {"Dockerfile": yaml.safe_load(entry) + yaml.safe_load(usual)}
    found["compose.yaml"] = yaml.safe_load(entry) + yaml.safe_load(COMPOSE)["services"]["dateline"]["command"]
    for path in SERVICES:
        program, *rest = shlex.split(unit(path)["Service"]["ExecStart"])
        assert program == PROGRAM
        found[path.name] = ["dateline", *rest]
    return found


def test_each_command_is_one_that_the_documents_have() -> None:
    told = {re.sub(r"^\S*/(?=dateline )", "", command) for path in pages() for command in commands(path.read_text())}
    found = started()
    assert len(found) == 4
    for name, words in found.items():
        assert shlex.join(words) in told, name


def test_each_variable_is_a_setting() -> None:
    everything = "".join(path.read_text(encoding="utf-8") for path in (*DEPLOY.glob("*"), *SERVICES) if path.is_file())
    variables = set(re.findall(r"DATELINE_\w+", everything))
    assert variables >= {"DATELINE_STORE__URL"}
    unknown = {name.removeprefix("DATELINE_").lower().replace("__", ".") for name in variables} - {*names_of(Config)}
    assert unknown == set()


# --- the image ---


def test_the_image_is_of_the_lock_file_with_its_hashes_and_of_the_same_torch() -> None:
    [torch] = re.findall(r"^TORCH := (\S+)$", (ROOT / "Makefile").read_text(encoding="utf-8"), re.MULTILINE)
    assert f"--index-url https://download.pytorch.org/whl/cpu {torch}\n" in DOCKERFILE
    assert "--require-hashes --dest /wheels --requirement /requirements.lock\n" in DOCKERFILE
    [installed] = re.findall(r"bin/pip install (.*)", DOCKERFILE)
    assert installed == "--no-index --find-links /wheels '/source[fast,postgresql]'"
    lock = (ROOT / "requirements.lock").read_text(encoding="utf-8")
    locked = {Requirement(line.rstrip(" \\")).name for line in re.findall(r"^[a-z][^\n]*==[^\n]*", lock, re.MULTILINE)}
    assert {"numpy", "discord-py", "openvino", "asyncpg", "hatchling"} <= locked


def test_the_image_runs_as_nobody_in_particular_and_writes_to_its_volume_alone() -> None:
    last = DOCKERFILE.rpartition("FROM ")[2]
    assert re.search(r"^USER 10001:10001$", last, re.MULTILINE)
    [health] = re.findall(r"^HEALTHCHECK [^\n]*\n +CMD (.+)$", last, re.MULTILINE)
    [address] = re.findall(r"DATELINE_METRICS__ADDRESS=(\S+)", last)
    python, option, code = yaml.safe_load(health)
    assert (python, option) == ("python", "-c")
    assert f"'http://{address}/healthz'" in code
    compile(code, "HEALTHCHECK", "exec")
    service = yaml.safe_load(COMPOSE)["services"]["dateline"]
    assert service["read_only"]
    assert service["cap_drop"] == ["ALL"]
    assert service["security_opt"] == ["no-new-privileges:true"]
    assert [volume.partition(":")[2] for volume in service["volumes"]] == ["/data"]


def test_the_dockerfiles_linter_accepts_it() -> None:
    done = run(program("hadolint"), DEPLOY / "Dockerfile")
    assert (done.returncode, done.stdout) == (0, "")


def test_compose_accepts_its_file_and_asks_for_the_password() -> None:
    command = [program("docker-compose"), "--file", str(DEPLOY / "compose.yaml"), "config", "--quiet"]
    environment = {"PATH": os.environ["PATH"], "HOME": "/nonexistent"}
    done = run(*command, "--env-file", os.devnull, env=environment)
    assert done.returncode != 0
    done = run(*command, env=environment | {"DATABASE_PASSWORD": "0"})
    assert (done.returncode, done.stdout, done.stderr) == (0, "", "")


# --- systemd ---


@pytest.mark.parametrize("path", SERVICES, ids=lambda path: path.name)
def test_a_service_is_exposed_little(path: Path) -> None:
    analyze = program("systemd-analyze")
    done = run(analyze, "security", "--offline=true", f"--threshold={MOST_EXPOSED * 10:.0f}", "--no-pager", path)
    if "Unknown" in done.stderr or "unrecognized" in done.stderr:
        pytest.skip("this systemd judges no files")
    assert done.returncode == 0, done.stdout[-3_000:] + done.stderr
    [level] = re.findall(r"Overall exposure level for .*: ([\d.]+)", done.stdout)
    assert float(level) < MOST_EXPOSED


def test_systemd_accepts_the_units(tmp_path: Path) -> None:
    """As they are installed, but for the program, which is not in its place here."""
    analyze = program("systemd-analyze")
    copies = [tmp_path / path.name for path in SYSTEMD.iterdir()]
    for copy in copies:
        copy.write_text((SYSTEMD / copy.name).read_text(encoding="utf-8").replace(PROGRAM, "/bin/true"))
    done = run(analyze, "verify", *copies)
    assert (done.returncode, done.stdout + done.stderr) == (0, "")


def test_both_services_may_do_the_same() -> None:
    """What hardens one hardens the other: it stands in both files, since systemd includes none."""
    hardened = [path.read_text(encoding="utf-8").partition("# --- what it may do")[2] for path in SERVICES]
    assert len(hardened) == 2
    assert len({text.partition("[Install]")[0].strip() for text in hardened}) == 1
    assert "ProtectSystem=strict" in hardened[0]
    bot, update = (unit(SYSTEMD / f"dateline{name}.service")["Service"] for name in ("", "-update"))
    for key in ("User", "StateDirectory", "StateDirectoryMode", "WorkingDirectory"):
        assert bot[key] == update[key]


def test_the_service_gives_the_bot_the_time_that_it_takes_to_end() -> None:
    from bot.run import LONGEST_END_S

    assert float(unit(SYSTEMD / "dateline.service")["Service"]["TimeoutStopSec"]) > LONGEST_END_S
    assert float(yaml.safe_load(COMPOSE)["services"]["dateline"]["stop_grace_period"].rstrip("s")) > LONGEST_END_S
