"""The program is started by its own names, and not by what stands in their way."""

from __future__ import annotations

import ast
import importlib
import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import click
import pytest

import dateline
from bot.cli import dateline as script
from bot.updates import Updates
from embeddings.program import ROOT, bot_command, in_checkout, index_command, own_command
from tests.test_layout import modules

STRANGERS = "raise SystemExit('a stranger ran')\n"


@pytest.fixture
def elsewhere(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """An installation of the program's packages, without what is in them, where the packages are looked for first."""
    for name in dateline.PACKAGES:
        (tmp_path / "site" / name).mkdir(parents=True)
        (tmp_path / "site" / name / "__init__.py").write_bytes((ROOT / name / "__init__.py").read_bytes())
    for name in [name for name in sys.modules if name.partition(".")[0] in dateline.PACKAGES]:
        monkeypatch.delitem(sys.modules, name)
    monkeypatch.syspath_prepend(str(tmp_path / "site"))
    yield tmp_path
    importlib.invalidate_caches()


def in_the_way(name: str, elsewhere: Path) -> str | None:
    importlib.invalidate_caches()
    return dateline.in_the_way(name, elsewhere / "site")


def test_nothing_is_in_the_way_of_an_installation(elsewhere: Path) -> None:
    assert [in_the_way(name, elsewhere) for name in dateline.PACKAGES] == [None, None]


@pytest.mark.parametrize("found", ["bot.py", "bot/__init__.py"])
def test_another_bot_is_named_with_what_to_do(elsewhere: Path, found: str, monkeypatch: pytest.MonkeyPatch) -> None:
    stranger = elsewhere / "mine" / found
    stranger.parent.mkdir(parents=True)
    stranger.write_text(STRANGERS)
    monkeypatch.syspath_prepend(str(elsewhere / "mine"))
    sentence = in_the_way("bot", elsewhere)
    assert sentence is not None
    assert f"Dateline's package bot is hidden by {stranger}; rename that" in sentence
    assert in_the_way("embeddings", elsewhere) is None


def test_a_folder_called_embeddings_hides_nothing(elsewhere: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (elsewhere / "mine" / "embeddings").mkdir(parents=True)
    monkeypatch.syspath_prepend(str(elsewhere / "mine"))
    assert in_the_way("embeddings", elsewhere) is None


def test_a_package_that_was_installed_over_ours_is_named(elsewhere: Path) -> None:
    (elsewhere / "site" / "embeddings" / "__init__.py").write_text(STRANGERS)
    sentence = in_the_way("embeddings", elsewhere)
    assert sentence is not None
    assert sentence.startswith("another program's package embeddings was installed over Dateline's")


def test_what_is_in_the_way_is_told_and_not_run(
    elsewhere: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    (elsewhere / "mine").mkdir()
    (elsewhere / "mine" / "bot.py").write_text(STRANGERS)
    monkeypatch.syspath_prepend(str(elsewhere / "mine"))
    importlib.invalidate_caches()
    assert dateline.main() == 2
    assert "is hidden by" in capsys.readouterr().err


def test_ctrl_c_while_it_loads_is_no_traceback(capsys: pytest.CaptureFixture[str]) -> None:
    def interrupted() -> int:
        raise KeyboardInterrupt

    assert dateline.start(interrupted) == 130
    assert capsys.readouterr().err == "interrupted\n"


def test_an_update_runs_nothing_that_stands_in_the_bots_folder(tmp_path: Path) -> None:
    assert Updates.__init__.__defaults__ is not None
    [command] = Updates.__init__.__defaults__
    (tmp_path / "embeddings.py").write_text(STRANGERS)
    environment = {"PYTHONPATH": str(ROOT)}
    done = subprocess.run(
        [*command, "--version"], check=False, cwd=tmp_path, env=environment, capture_output=True, text=True
    )
    assert (done.returncode, done.stderr) == (0, "")


def test_what_to_type_is_python_in_a_checkout_and_dateline_elsewhere(tmp_path: Path) -> None:
    assert in_checkout()
    assert (index_command("build"), bot_command(), own_command("setup")) == (
        "python -m embeddings build",
        "python -m bot",
        "python -m bot setup",
    )
    installed = [make("it", tmp_path) for make in (index_command, bot_command, own_command)]
    assert installed == ["dateline index it", "dateline bot it", "dateline it"]


@pytest.mark.parametrize(
    ("started", "typed"),
    [
        (".venv/bin/dateline", ".venv/bin/dateline setup"),
        ("/opt/dateline/bin/dateline", "dateline setup"),
        ("/other/bin/dateline", "/other/bin/dateline setup"),
        ("/somewhere/bot/__main__.py", "python -m bot setup"),
        ("/somewhere/dateline.py", "python -m bot setup"),
    ],
)
def test_who_started_the_script_of_a_checkout_is_told_to_type_it_again(
    started: str, typed: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("sys.argv", [started, "setup"])
    monkeypatch.setattr("shutil.which", lambda _: "/opt/dateline/bin/dateline")
    assert own_command("setup") == typed


def test_the_script_of_this_environment_starts_the_program(tmp_path: Path) -> None:
    """Where a checkout is installed for developing, its packages are the checkout's, and the script finds them."""
    installed = Path(sys.executable).with_name("dateline")
    if not installed.exists():
        pytest.skip("the program is not installed in the environment of the tests")
    environment = {name: value for name, value in os.environ.items() if name != "PYTHONPATH"}
    done = subprocess.run(
        [installed, "--version"], check=False, cwd=tmp_path, env=environment, capture_output=True, text=True
    )
    assert (done.returncode, done.stderr) == (0, "")


def texts(module: Path) -> Iterator[str]:
    """The texts of a module that are no docstrings."""
    tree = ast.parse(module.read_text(encoding="utf-8"))
    told = {id(node.value) for node in ast.walk(tree) if isinstance(node, ast.Expr)}
    for node in ast.walk(tree):
        if isinstance(node, ast.Constant) and isinstance(node.value, str) and id(node) not in told:
            yield node.value


def test_no_message_names_a_way_to_type_it_but_where_that_is_decided() -> None:
    decided = ROOT / "embeddings" / "program.py"
    of_developers = ROOT / "embeddings" / "sample" / "__main__.py"
    named = {
        module
        for module in modules()
        if "python -m" in module.read_text("utf-8")  # to parse all takes seconds
        for text in texts(module)
        if "python -m bot" in text or "python -m embeddings" in text
    }
    assert named == {decided, of_developers}


def commands(group: click.Group, name: str) -> Iterator[tuple[str, click.Command]]:
    yield name, group
    for word, each in group.commands.items():
        if isinstance(each, click.Group):
            yield from commands(each, f"{name} {word}")
        else:
            yield f"{name} {word}", each


@pytest.mark.parametrize(("name", "command"), [*commands(script, "dateline")], ids=str)
def test_help_is_whole_and_names_the_script(name: str, command: click.Command) -> None:
    context = click.Context(command, info_name=name, **{**command.context_settings, "terminal_width": 80})
    text = command.get_help(context)
    assert [line for line in text.partition("Commands:")[2].splitlines() if line.endswith(("...", "…"))] == []
    assert "python -m" not in text
