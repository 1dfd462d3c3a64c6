"""What the documents say is true."""

from __future__ import annotations

import datetime as dt
import io
import re
from pathlib import Path

import pytest
from rich.console import Console

from bot.cli import DEMO_COMMANDS, bot
from bot.commands import about, ask, daily, event, find_related, onthisday, related
from bot.config import Config
from bot.console.cards import day_cards
from bot.store.backup import back_up
from embeddings.command_line.commands import cli
from embeddings.dates import parse_range
from embeddings.dates.abroad import LANGUAGES
from embeddings.errors import InputError
from embeddings.search.service import Search
from tests.bot.test_config import EXAMPLE

ROOT = Path(__file__).parents[1]
README = (ROOT / "README.md").read_text(encoding="utf-8")
TODAY = dt.date(2026, 11, 22)


def test_the_readmes_table_names_every_index_command() -> None:
    table = README.split("| command | does |")[1].split("\n\n")[0]
    named = set(re.findall(r"`([a-z]+)[^`]*`(?=[^|]*\|[^|]*\|)", table))
    assert named == set(cli.commands)


def test_the_options_in_the_readme_exist() -> None:
    known = {option for command in (bot, *cli.commands.values()) for param in command.params for option in param.opts}
    mentioned = set(re.findall(r"`(--[a-z]+)`", README)) | set(re.findall(r"python -m bot (--[a-z]+)", README))
    assert mentioned
    assert mentioned <= known


def test_the_dates_in_the_readme_are_understood() -> None:
    [sentence] = re.findall(r"Dates are written as people write them: (.*?)\.\sIn a question", README, re.DOTALL)
    expressions = re.findall(r"`([^`]+)`", sentence)
    assert len(expressions) >= 8
    for expression in expressions:
        parse_range(expression.replace("\n", " "), TODAY)


def test_the_readme_counts_the_other_languages_of_months() -> None:
    assert re.findall(r"Months are read in (\d+) other languages", README) == [str(len(LANGUAGES))]


def test_the_answer_in_the_readme_is_the_one_that_the_program_gives(sample_search: Search) -> None:
    [block] = re.findall(r"dateline> /ask civilian deaths Russia\n(.*?)```", README, re.DOTALL)
    out = Console(file=io.StringIO(), width=110, highlight=False)
    for card in day_cards(sample_search.days(parse_range("2015-12-23", TODAY))):
        out.print(card)
    assert isinstance(out.file, io.StringIO)
    printed = out.file.getvalue()
    for line in block.splitlines():
        if "…" not in line:
            assert line in printed


def test_the_readmes_first_command_answers_its_question() -> None:
    assert "/ask civilian deaths Russia" in DEMO_COMMANDS
    assert "make demo" in README


def test_the_variables_in_the_config_example_and_readme_are_settings() -> None:
    variables = set(re.findall(r"DATELINE_[A-Z_]+[A-Z]", README + EXAMPLE.read_text(encoding="utf-8")))
    for variable in variables:
        section, name = variable.removeprefix("DATELINE_").lower().split("__")
        assert name in type(getattr(Config(), section)).model_fields


def test_the_readmes_other_table_names_every_command_on_discord() -> None:
    table = README.split("| command | what you get |")[1].split("\n\n")[0]
    named = set(re.findall(r"`/([a-z]+)", table)) | set(re.findall(r"\*Apps → ([^*]+)\*", table))
    assert named == {module.command.name for module in (about, ask, daily, event, find_related, onthisday, related)}


def test_every_room_and_module_on_the_map_is_there() -> None:
    text = (ROOT / "docs" / "design.md").read_text(encoding="utf-8")
    named = set(re.findall(r"(?<![\w/])([a-z_]+/(?:[a-z_]+/)*[a-z_]*)(?=[\W_])", text)) - {"decisions/"}
    places = [ROOT / package / name for name in named for package in ("", "bot", "embeddings")]
    there = {path for path in places if path.exists() or path.with_suffix(".py").exists()}
    assert {
        name for name in named if not there & {ROOT / package / name for package in ("", "bot", "embeddings")}
    } == set()
    assert len(named) > 50


def test_the_guide_for_operators_names_the_commands_that_there_are() -> None:
    guide = (ROOT / "docs" / "operating.md").read_text(encoding="utf-8")
    assert set(re.findall(r"^python -m bot ([a-z-]+)", guide, re.MULTILINE)) == set(bot.commands)
    with pytest.raises(InputError) as caught:
        back_up("postgresql://dateline:secret@HOST/dateline", Path("FILE"))
    for command in re.findall(r"`([^`]+)`", str(caught.value)):
        assert f"\n{command}\n" in guide
