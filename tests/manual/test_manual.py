"""The parts of the documents that are made by code are what the code makes now."""

from __future__ import annotations

import re
from pathlib import Path
from xml.etree import ElementTree

import pytest

from bot.config import Config
from tests.bot.test_config import settings_of
from tests.manual import charts, commands
from tests.manual.charts import Chart, Row
from tests.manual.parts import DOCS, parts

FIGURES = """
[one]
title = "Found"
unit = " %"
most = 100
command = "python -m tests.benchmarks.quality"
when = "November 2026"
rows = [{ label = "first", values = [70] }]
"""


def test_what_is_made_by_code_is_as_the_code_makes_it() -> None:
    made = parts()
    stale = [name for name, text in made.items() if (DOCS / name).read_text(encoding="utf-8") != text]
    assert stale == [], "run `python -m tests.manual`"
    drawn = {
        path.relative_to(DOCS).as_posix() for folder in ("charts", "pictures") for path in DOCS.glob(f"{folder}/*.svg")
    }
    assert drawn == {name for name in made if name.endswith(".svg")}


@pytest.mark.parametrize("name", [name for name in parts() if name.endswith(".svg")])
def test_drawings_are_sound_xml_with_a_title_and_nothing_outside_the_paper(name: str) -> None:
    drawing = ElementTree.fromstring(parts()[name])  # noqa: S314  # our own
    width, height = float(drawing.attrib["width"]), float(drawing.attrib["height"])
    assert drawing.findtext("{*}title")
    for part in drawing.iter():
        x, y = float(part.get("x", part.get("x2", 0))), float(part.get("y", part.get("y2", 0)))
        assert x >= 0 <= y
        assert x + float(part.get("width", 0)) <= width
        assert y + float(part.get("height", 0)) <= height


def test_a_bar_is_as_long_as_its_value_and_says_it() -> None:
    rows = (Row("a", (25,)), Row("b", (100,), (4,)))
    svg = charts.draw(Chart("Found", " %", 100, "python -m tests.benchmarks.quality", "November 2026", rows))
    short, long = (float(width) for width in re.findall(r'<rect [^>]*width="([\d.]+)" height="14"', svg))
    assert long == pytest.approx(4 * short, rel=1e-3)
    assert ">25 %<" in svg
    assert ">100 ± 4 %<" in svg
    assert "python -m tests.benchmarks.quality" in svg


@pytest.mark.parametrize("values", ["[170]", "[-1]", "[]", "[1, 2]"])
def test_figures_that_do_not_fit_their_chart_are_named(tmp_path: Path, values: str) -> None:
    file = tmp_path / "figures.toml"
    file.write_text(FIGURES.replace("[70]", values))
    with pytest.raises(ValueError, match=r"figures\.toml: one: first: expected 1 values from 0 to 100"):
        charts.read(file)


def test_the_page_of_commands_names_every_command_and_option() -> None:
    page = commands.page()
    sections = dict(re.findall(r"^### `(dateline[^`]*)`\n(.*?)(?=^### |\Z)", page, re.DOTALL | re.MULTILINE))
    terminal = dict(commands.in_a_terminal())
    assert {terminal[words] for words in sections} == set(terminal.values())
    for words, section in sections.items():
        command = terminal[words]
        for option in (name for param in command.params for name in param.opts if name.startswith("--")):
            assert option in section
    for command_on_discord in commands.on_discord():
        assert command_on_discord.name in page


def test_the_page_of_settings_names_every_setting_and_its_variable() -> None:
    page = parts()["settings.md"]
    assert set(re.findall(r"^### `(.+)`$", page, re.MULTILINE)) == settings_of(Config)
    for name in settings_of(Config):
        assert f"`DATELINE_{name.upper().replace('.', '__')}`" in page
