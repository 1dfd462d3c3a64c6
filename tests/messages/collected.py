"""The template of all catalogues: every text in the code that users read, and the commands as menus have them."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any, NamedTuple

from babel.messages import Catalog
from babel.messages.extract import extract_from_file
from discord import Intents, app_commands

from bot.host import HostClient
from bot.language import CHOICE, COMMAND, DESCRIPTION, MENU, OPTION
from bot.registration import Tree
from embeddings.program import ROOT

_CONTEXT_FIRST = ((1, "c"), 2)
_TEXTS = {
    "_": None, "gettext": None, "later": None, "ngettext": (1, 2), "pgettext": _CONTEXT_FIRST, "plater": _CONTEXT_FIRST,
}  # fmt: skip
# Errors of the other package say in English what is wrong; the bot puts them into its user's language.
_ERRORS = dict.fromkeys(("InputError", "DateError", "RefusalError", "AmbiguousDateError"))
_READ_FOR_ERRORS = (
    "embeddings/dates/__init__.py",
    "embeddings/dates/days.py",
    "embeddings/dates/feasts.py",
    "embeddings/dates/grammar.py",
    "embeddings/dates/periods.py",
    "embeddings/dates/ranges.py",
    "embeddings/dates/weeks.py",
    "embeddings/search/look_up.py",
    "embeddings/search/questions.py",
    "embeddings/search/service.py",
    "embeddings/search/topics.py",
)
_SPEAKS = re.compile(r"^(from bot\.language import|DOMAIN = )", re.MULTILINE)
_READ_ALOUD = "bot/daily/"
_CONSOLE = "bot/console/"  # which speaks English


class Found(NamedTuple):
    """A text and where it is from."""

    message: str | tuple[str, ...]
    context: str | None
    comments: list[str]
    place: str


def template() -> Catalog:
    """Every text, in the order of the files and, at the end, of the commands."""
    made = Catalog(project="Dateline", msgid_bugs_address="", charset="utf-8", fuzzy=False)
    for found in (*_of_code(), *_of_commands()):
        made.add(found.message, context=found.context, locations=[(found.place, 0)], auto_comments=found.comments)
    return made


def _of_code() -> Iterator[Found]:
    for path in sorted((ROOT / "bot").rglob("*.py")):
        name = path.relative_to(ROOT).as_posix()
        if not name.startswith(_CONSOLE) and _SPEAKS.search(path.read_text()):
            yield from _of_file(path, name, _TEXTS | _ERRORS if name.startswith(_READ_ALOUD) else _TEXTS)
    for name in _READ_FOR_ERRORS:
        yield from _of_file(ROOT / name, name, _ERRORS)


def _of_file(path: Path, name: str, keywords: Mapping[str, Any]) -> Iterator[Found]:
    for _, message, comments, context in extract_from_file(
        "python", path, keywords, comment_tags=("Translators:",), strip_comment_tags=True
    ):
        yield Found(message, context, [" ".join(comments)] if comments else [], name)


def tree() -> Tree:
    """The commands of a bot that does not run."""
    return Tree(HostClient(intents=Intents.none()))


def _of_commands() -> Iterator[Found]:
    for command in tree().get_commands():
        yield from _of_command(command, "")


def _of_command(
    command: app_commands.Command[Any, ..., Any] | app_commands.Group | app_commands.ContextMenu, above: str
) -> Iterator[Found]:
    if isinstance(command, app_commands.ContextMenu):
        yield Found(command.name, MENU, ["In the menu of a message, under Apps."], "commands")
        return
    typed = f"{above}/{command.name}" if not above else f"{above} {command.name}"
    yield Found(command.name, COMMAND, [f"The command {typed}, as it is typed."], "commands")
    yield Found(command.description, DESCRIPTION, [f"Of {typed}."], "commands")
    if isinstance(command, app_commands.Group):
        for each in command.commands:
            yield from _of_command(each, typed)
        return
    for option in command.parameters:
        yield Found(option.display_name, OPTION, [f"An option of {typed}, as it is typed."], "commands")
        yield Found(
            str(option.description), DESCRIPTION, [f"Of the option {option.display_name} of {typed}."],
            "commands",
        )  # fmt: skip
        for choice in option.choices:
            yield Found(choice.name, CHOICE, [f"Of the option {option.display_name}."], "commands")
