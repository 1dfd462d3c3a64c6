"""Every language has every text, and none would break an answer or be refused by Discord."""

from __future__ import annotations

import ast
import datetime as dt
import re
from pathlib import Path

import pytest
from babel.messages import Catalog
from discord import Locale

from bot.language import COMMAND, DESCRIPTION, DOMAIN, FOLDER, OPTION, speaking, translated
from bot.local_dates import short_date
from embeddings.program import ROOT
from tests.messages.__main__ import TEMPLATE, begun, compiled, main, read, written
from tests.messages.collected import template
from tests.messages.judged import problems

CATALOGUES = sorted(FOLDER.glob(f"*/LC_MESSAGES/{DOMAIN}.po"))


def test_the_template_has_every_text_of_the_code_and_of_the_commands() -> None:
    assert TEMPLATE.read_bytes() == written(template()), "run `make messages`"


@pytest.mark.parametrize("path", CATALOGUES, ids=lambda path: path.parts[-3])
def test_a_language_has_every_text_and_none_that_would_break(path: Path) -> None:
    made = read(path)
    assert problems(made, read(TEMPLATE)) == []
    assert path.with_suffix(".mo").read_bytes() == compiled(made), "run `make messages`"


def test_no_text_is_hidden_from_the_template_inside_another() -> None:
    """What is called inside an f-string is not collected."""
    hidden = []
    for path in (ROOT / "bot").rglob("*.py"):
        for part in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(part, ast.JoinedStr):
                called = [each.func for each in ast.walk(part) if isinstance(each, ast.Call)]
                names = {each.id for each in called if isinstance(each, ast.Name)}
                hidden += [f"{path}:{part.lineno}" for _ in names & {"_", "gettext", "ngettext", "pgettext", "later"}]
    assert hidden == []


def test_languages_are_called_as_discord_calls_them() -> None:
    assert translated() <= {each.value for each in Locale}
    assert translated() == {path.parts[-3] for path in CATALOGUES}


def small() -> tuple[Catalog, Catalog]:
    """A template and a catalogue in which all is right."""
    ours, theirs = Catalog(), Catalog("pl")
    for catalogue, form in ((ours, 2), (theirs, 3)):
        catalogue.add(("{count} day", "{count} days"), ("{count} d",) * form)
        catalogue.add(
            "**{title}**: see /daily set", "**{title}**: /daily set", auto_comments=["At most 40 characters."]
        )
        catalogue.add("Wait…", "Czekaj…", context="button")
        for name, typed in (("event", "/event"), ("ask", "/ask")):
            catalogue.add(name, name, context=COMMAND, auto_comments=[f"The command {typed}, as it is typed."])
        for name in ("from", "to"):
            catalogue.add(name, name, context=OPTION, auto_comments=["An option of /ask, as it is typed."])
        catalogue.add("The events", "Zdarzenia", context=DESCRIPTION)
    return ours, theirs


def test_a_catalogue_in_which_all_is_right_has_no_problems() -> None:
    ours, theirs = small()
    assert problems(theirs, ours) == []


@pytest.mark.parametrize(
    ("message", "context", "text", "problem"),
    [
        ("Wait…", "button", "", "is not translated"),
        ("Wait…", "button", "Czekaj", "ends with 'j'"),
        ("Wait…", "button", " Czekaj…", "blanks"),
        ("Wait…", "button", "Czekaj" * 20 + "…", "at most 80 fit"),
        ("**{title}**: see /daily set", None, "{title}: /daily set", "marks"),
        ("**{title}**: see /daily set", None, "**{title}**: /dzienne set", "commands"),
        ("**{title}**: see /daily set", None, "**{tytuł}**: /daily set", "placeholders"),
        ("**{title}**: see /daily set", None, "**{title}}**: /daily set", "Single '}'"),
        ("**{title}**: see /daily set", None, "**{title!r}**: /daily set", "is no name of a value"),
        ("**{title}**: see /daily set", None, "**{title}**: /daily set" + "!" * 20, "at most 40 fit"),
        (("{count} day", "{count} days"), None, ("{count} d", "{count} d"), "has 2 forms"),
        (("{count} day", "{count} days"), None, ("{count} d", "{count} d", "d"), "placeholders"),
        ("event", COMMAND, "Zdarzenie", "is no name"),
        ("event", COMMAND, "dwa słowa", "is no name"),
        ("event", COMMAND, "ask", "'ask' comes twice"),
        ("from", OPTION, "to", "'to' comes twice"),
        ("The events", DESCRIPTION, "Zdarzenia" * 12, "at most 100 fit"),
        ("Nothing", None, "Nic", "is no text of the program"),
    ],
)
def test_what_is_wrong_is_named(
    message: str | tuple[str, str], context: str | None, text: str | tuple[str, ...], problem: str
) -> None:
    ours, theirs = small()
    theirs.add(message, context=context)
    found = theirs.get(message, context)
    assert found is not None
    found.string = text
    assert any(problem in each for each in problems(theirs, ours))


def test_a_fuzzy_text_and_one_that_is_missing_are_named() -> None:
    ours, theirs = small()
    ours.add("New", auto_comments=[])
    found = theirs.get("Wait…", "button")
    assert found is not None
    found.flags.add("fuzzy")
    assert [each.partition(": ")[2] for each in problems(theirs, ours) if "fuzzy" in each or "missing" in each] == [
        "'Wait…': is marked as fuzzy; look whether it is right, and take the mark away",
        "is missing",
    ]


def test_a_catalogue_that_is_begun_lacks_every_text(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = tmp_path / "sv-SE.po"
    path.write_bytes(written(begun("sv-SE")))
    assert main(["check", str(path)]) == 1
    said = capsys.readouterr().out
    assert "'Sources': is not translated" in said
    assert "problems" in said.splitlines()[-1]


@pytest.mark.parametrize("locale", ["ru", "uk"])
def test_no_full_stop_follows_a_date_where_dates_end_with_one(locale: str) -> None:
    with speaking(locale):
        assert short_date(dt.date(2015, 12, 23)).endswith(".")
    texts = " ".join(f"{message.string}" for message in read(FOLDER / locale / "LC_MESSAGES" / f"{DOMAIN}.po"))
    assert set(re.findall(r"\{(\w+)\}[»”]?\.", texts)) <= {"key", "language", "option", "reference", "span"}
