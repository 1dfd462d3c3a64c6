"""What the documents say is true, and what they tell people to type works."""

from __future__ import annotations

import asyncio
import datetime as dt
import importlib.util
import io
import json
import os
import re
import shlex
import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path

import click
import pytest
from discord.app_commands import Command, ContextMenu, Group
from rich.console import Console

from bot.cli import DEMO_COMMANDS, bot
from bot.config import Config
from bot.console.cards import day_cards
from bot.store import Store
from bot.store.backup import back_up
from embeddings.command_line.commands import cli
from embeddings.dates import parse_range
from embeddings.dates.abroad import LANGUAGES
from embeddings.errors import InputError
from embeddings.search.service import Search
from tests.bot.test_config import EXAMPLE
from tests.forks import Forks
from tests.manual import charts
from tests.manual.commands import in_a_terminal, on_discord
from tests.manual.flows import PAGE, QUESTION
from tests.manual.outside import ELSEWHERE, OUTSIDE
from tests.manual.pages import ROOT, anchors, blocks, code, commands, links, pages
from tests.manual.site import TOP, turned

README = (ROOT / "README.md").read_text(encoding="utf-8")
TODAY = dt.date(2026, 11, 22)
MOST_WORDS = 900  # of the README
TEXTS = {path.relative_to(ROOT).as_posix(): path.read_text(encoding="utf-8") for path in pages()}
MODERATORS, ARCHIVES, OPERATORS, INSTALL = (
    TEXTS[f"docs/{name}.md"] for name in ("moderators", "archives", "operators", "install")
)
KINDS = {"ini", "sh", "json", "text", "toml", "yaml"}
MAKEFILE = (ROOT / "Makefile").read_text(encoding="utf-8")
COMMANDS = dict(in_a_terminal())
NOT_HERE = OUTSIDE.keys() | ELSEWHERE.keys()


# --- the README ---


def test_the_readme_is_short() -> None:
    assert len(README.split()) <= MOST_WORDS


def test_the_readmes_first_command_answers_its_question() -> None:
    assert "/ask civilian deaths Russia" in DEMO_COMMANDS
    assert "`/ask civilian deaths Russia`" in README
    assert "make demo" in README


# --- what is said of the program ---


def test_the_guides_table_names_every_index_command() -> None:
    table = ARCHIVES.split("| command | does |")[1].split("\n\n")[0]
    named = set(re.findall(r"`([a-z]+)[^`]*`(?=[^|]*\|[^|]*\|)", table))
    assert named == set(cli.commands)


def test_the_guides_other_table_names_every_command_on_discord() -> None:
    table = MODERATORS.split("| command | what you get |")[1].split("\n\n")[0]
    named = set(re.findall(r"`/([a-z]+)", table)) | set(re.findall(r"\*Apps → ([^*]+)\*", table))
    assert named == {command.name for command in on_discord()}


@pytest.mark.parametrize("name", [name for name in TEXTS if name != "CHANGELOG.md"])
def test_the_options_that_a_page_names_exist(name: str) -> None:
    known = {option for command in (bot, *COMMANDS.values()) for param in command.params for option in param.opts}
    named = {span.split()[0] for span in code(TEXTS[name]) if re.match(r"--[a-z-]+\b", span)}
    assert named <= known


def test_the_dates_in_the_guide_are_understood() -> None:
    [sentence] = re.findall(r"Dates are written as people write them: (.*?)\.\sIn a question", MODERATORS, re.DOTALL)
    expressions = re.findall(r"`([^`]+)`", sentence)
    assert len(expressions) >= 8
    for expression in expressions:
        parse_range(expression.replace("\n", " "), TODAY)


def test_the_guide_counts_the_other_languages_of_months() -> None:
    assert re.findall(r"Months are read in (\d+) other languages", MODERATORS) == [str(len(LANGUAGES))]


def test_the_answer_in_the_documents_is_the_one_that_the_program_gives(sample_search: Search) -> None:
    [block] = re.findall(r"dateline> /ask civilian deaths Russia\n(.*?)```", INSTALL, re.DOTALL)
    out = Console(file=io.StringIO(), width=110, highlight=False)
    for card in day_cards(sample_search.days(parse_range("2015-12-23", TODAY))):
        out.print(card)
    assert isinstance(out.file, io.StringIO)
    printed = out.file.getvalue()
    for line in block.splitlines():
        if "…" not in line:
            assert line in printed


def test_the_variables_in_the_config_example_and_documents_are_settings() -> None:
    everything = "".join(text for name, text in TEXTS.items() if name != "CHANGELOG.md") + EXAMPLE.read_text(
        encoding="utf-8"
    )
    variables = set(re.findall(r"DATELINE_[A-Z_]+[A-Z]", everything)) - {"DATELINE_TEST_ARCHIVES"}
    assert len(variables) > 10
    for variable in variables:
        section, name = variable.removeprefix("DATELINE_").lower().split("__")
        assert name in type(getattr(Config(), section)).model_fields


def test_the_settings_that_the_documents_name_exist() -> None:
    named = {found for text in TEXTS.values() for span in code(text) for found in re.findall(r"^\[(\w+)\] (\w+)", span)}
    assert len(named) > 5
    for section, name in named:
        assert name in type(getattr(Config(), section)).model_fields


def test_every_room_and_module_on_the_map_is_there() -> None:
    drawn = [" ".join(words).replace("/ ", "/") for flow in (QUESTION, PAGE) for words in flow.boxes.values()]
    text = "\n".join([re.sub(r"!\[.*\)", "", TEXTS["docs/design.md"]), *drawn, ""])
    named = set(re.findall(r"(?<![\w/])([a-z_]+/(?:[a-z_]+/)*[a-z_]*)(?=[\W_])", text)) - {"decisions/"}
    places = [ROOT / package / name for name in named for package in ("", "bot", "embeddings")]
    there = {path for path in places if path.exists() or path.with_suffix(".py").exists()}
    assert {
        name for name in named if not there & {ROOT / package / name for package in ("", "bot", "embeddings")}
    } == set()
    assert len(named) > 50


def test_the_guide_for_operators_names_the_commands_that_postgresql_brings() -> None:
    named = {command.removeprefix("dateline ").removeprefix("bot ").split()[0] for command in commands(OPERATORS)}
    assert named >= set(bot.commands)
    with pytest.raises(InputError) as caught:
        back_up("postgresql://dateline:secret@HOST/dateline", Path("FILE"))
    for command in re.findall(r"`([^`]+)`", str(caught.value)):
        assert command in commands(OPERATORS)


def test_the_changelog_dates_the_version_below_what_is_not_released() -> None:
    [version] = re.findall(r'^version = "(.+)"$', (ROOT / "pyproject.toml").read_text(encoding="utf-8"), re.MULTILINE)
    headings = re.findall(r"^## (.+)$", TEXTS["CHANGELOG.md"], re.MULTILINE)
    assert headings[0] == "[Unreleased]"
    assert re.fullmatch(rf"\[{re.escape(version)}\] - \d{{4}}-\d\d-\d\d", headings[1])


# --- what people type ---


@pytest.mark.parametrize("name", TEXTS)
def test_each_block_says_what_it_is(name: str) -> None:
    assert {block.kind for block in blocks(TEXTS[name])} <= KINDS


def resolve(words: list[str]) -> None:
    """Walk to a command of `dateline`, and see that the options behind it are its own or those of a group above it.

    Raises:
        LookupError: naming what there is not.
    """
    path, options = "dateline", {"--help", "-h"}
    for word in words[1:]:
        command = COMMANDS[path]
        options |= {option for param in command.params for option in (*param.opts, *param.secondary_opts)}
        if word.startswith("--") and word.partition("=")[0] not in options:
            raise LookupError(f"{path} has no option {word}")
        if f"{path} {word}" in COMMANDS:
            path = f"{path} {word}"
        elif isinstance(command, click.Group) and word[:1].islower():
            raise LookupError(f"{path} has no command {word}")


def check(command: str) -> None:
    """See that a command of this project exists, with its options. LookupError names what there is not."""
    words = command.replace("…", "").split()
    match [Path(words[0]).name if words else "", *words[1:]]:
        case ["dateline", *_] as called:
            resolve(called)
        case ["python", "-m", "bot", *rest]:
            resolve(["dateline", "bot", *rest])
        case ["python", "-m", "embeddings", *rest]:
            resolve(["dateline", "index", *rest])
        case ["python", "-m", module, *rest] if module.startswith("tests."):
            if module.rpartition(".")[2].islower():  # not NAME
                _check_module(module, [word for word in rest if word.startswith("--")])
        case ["make", *rest]:
            for target in (word for word in rest if "=" not in word):
                if f"\n{target}:" not in MAKEFILE:
                    raise LookupError(f"the Makefile has no {target}")


def _check_module(module: str, options: list[str]) -> None:
    found = importlib.util.find_spec(module)
    if found is None or found.origin is None:
        raise LookupError(f"there is no module {module}")
    source = Path(found.origin)
    files = source.parent.glob("*.py") if source.name == "__init__.py" else [source]
    text = "".join(file.read_text(encoding="utf-8") for file in files)
    for option in options:
        if f'"{option}"' not in text:
            raise LookupError(f"{module} has no option {option}")


@pytest.mark.parametrize("name", [name for name in TEXTS if name != "CHANGELOG.md"])
def test_commands_in_a_page_exist_with_their_options(name: str) -> None:
    listed = [line for block in blocks(TEXTS[name]) for line in block.body.splitlines() if line.startswith("make ")]
    made = [re.split(r"\s+#", line)[0] for line in listed]
    for command in (*commands(TEXTS[name]), *code(TEXTS[name]), *made):
        if not command.startswith("docker "):
            check(command)


@pytest.mark.parametrize(
    "command",
    [
        "dateline index look",
        "dateline index ask --loud x",
        ".venv/bin/dateline bot --chek",
        "python -m bot --loud",
        "python -m embeddings biuld x",
        "python -m tests.proofs.nothing",
        "python -m tests.benchmarks.quality --loud",
        "make nothing",
    ],
)
def test_a_command_that_there_is_not_is_noticed(command: str) -> None:
    with pytest.raises(LookupError):
        check(command)


def _checked_on_discord(span: str) -> None:
    words, options = re.match(r"/([a-z]+(?: [a-z]+(?!:))?)(.*)", span).groups()  # type: ignore[union-attr]
    top, _, below = words.partition(" ")
    command: Command[Group, ..., None] | Group | ContextMenu | None = next(
        each for each in on_discord() if each.name == top
    )
    if isinstance(command, Group):
        command = command.get_command(below) if below else command
        assert command is not None, span
    named = set(re.findall(r" ([a-z_]+):", options))
    if named:
        assert isinstance(command, Command)
        assert named <= {each.display_name for each in command.parameters}, span


@pytest.mark.parametrize("name", ["README.md", "PRIVACY.md", "docs/moderators.md", "docs/operators.md"])
def test_commands_on_discord_exist_with_their_options(name: str) -> None:
    spans = [span for span in code(TEXTS[name]) if re.match(r"/[a-z]", span)]
    assert spans
    for span in spans:
        _checked_on_discord(span)


def test_only_commands_of_the_documents_are_listed_as_not_run_here() -> None:
    assert {command for text in TEXTS.values() for command in commands(text)} >= NOT_HERE
    for file in ELSEWHERE.values():
        assert (ROOT / file).is_file()


@pytest.fixture(scope="module")
def program() -> Iterator[list[str]]:
    """The beginning of a command line that runs `dateline`."""
    with Forks("tests.manual.forked") as command:
        yield command


async def _made_store(url: str) -> None:
    await (await Store.open(url)).close()


@pytest.fixture
def place(program: list[str], sample_part: Path, tmp_path: Path) -> Path:
    """A folder with what the documents take for granted: the program, an archive, a store, and their own examples."""
    script = tmp_path / ".venv" / "bin" / "dateline"
    script.parent.mkdir(parents=True)
    script.write_text(f'#!/bin/sh\nexec {shlex.join(program)} "$@"\n')
    script.chmod(0o755)
    shutil.copytree(sample_part, tmp_path / "path" / "to" / "archive")
    asyncio.run(_made_store(f"sqlite:///{tmp_path}/dateline.db"))
    for name, key in (("events.jsonl", "headline"), ("queries.jsonl", "kw")):
        [example] = [block.body for block in blocks(ARCHIVES) if block.kind == "json" and key in json.loads(block.body)]
        (tmp_path / name).write_text(example, encoding="utf-8")
    return tmp_path


@pytest.mark.parametrize("name", [name for name, text in TEXTS.items() if set(commands(text)) - NOT_HERE])
def test_the_commands_of_a_page_do_their_work_in_order(name: str, place: Path) -> None:
    strangers = ("DATELINE_", "PYTEST", "COV_")
    environment = {key: value for key, value in os.environ.items() if not key.startswith(strangers)}
    environment |= {
        "HOME": str(place),
        "XDG_CACHE_HOME": str(place / "cache"),
        "PATH": f"{place}/.venv/bin:{os.environ['PATH']}",
    }
    for command in commands(TEXTS[name]):
        if command in NOT_HERE:
            continue
        done = subprocess.run(
            ["sh", "-euc", command],
            cwd=place,
            env=environment,
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            check=False,
        )
        assert done.returncode == 0, f"{command}\n{done.stdout}{done.stderr}"
        assert "Traceback" not in done.stderr


# --- what leads where ---


@pytest.mark.parametrize("name", TEXTS)
def test_links_lead_to_files_and_headings_that_are_there(name: str) -> None:
    page = ROOT / name
    broken = []
    for link in links(TEXTS[name]):
        address, _, anchor = link.partition("#")
        target = (page.parent / address).resolve() if address else page
        if not target.is_file() or (anchor and anchor not in anchors(target.read_text(encoding="utf-8"))):
            broken.append(link)
    assert broken == []


@pytest.mark.parametrize("name", TEXTS)
def test_links_lead_to_the_same_places_on_the_site(name: str) -> None:
    place = TOP.get(name) or name.removeprefix("docs/")
    on_site = {TOP.get(each) or each.removeprefix("docs/") for each in TEXTS}
    there = {path.relative_to(ROOT / "docs").as_posix() for path in (ROOT / "docs").rglob("*.*")} | on_site
    for link in links(turned(TEXTS[name], place)):
        address = link.partition("#")[0]
        assert not address or os.path.normpath(Path(place).parent / address) in there


def test_the_site_leaves_no_page_out() -> None:
    listed = set(re.findall(r"[\w./-]+\.md", (ROOT / "mkdocs.yml").read_text(encoding="utf-8")))
    assert listed == {TOP.get(each) or each.removeprefix("docs/") for each in TEXTS}


# --- figures ---


def test_each_chart_is_shown_and_names_the_command_that_gives_it() -> None:
    for name, chart in charts.read(ROOT / "docs" / "figures.toml").items():
        assert any(f"charts/{name}.svg)" in text for text in TEXTS.values())
        for command in chart.command.split("; "):
            check(command)


@pytest.mark.parametrize("name", ["docs/finding.md", "docs/robustness.md"])
def test_figures_are_followed_by_the_command_that_gives_them(name: str) -> None:
    sections = [section for section in re.split(r"\n(?=## )", TEXTS[name])[1:] if len(re.findall(r"\d+", section)) > 2]
    assert len(sections) >= 4
    for section in sections:
        assert "`python -m\ntests." in section or "`python -m tests." in section
