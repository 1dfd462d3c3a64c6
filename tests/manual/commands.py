"""The page of commands and options, from the commands themselves."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator

import click
from discord import AppCommandOptionType
from discord.app_commands import Command, CommandTree, ContextMenu, Group, Parameter

from bot.cli import dateline
from bot.commands import add_commands
from bot.host import HostClient

_MADE = "<!-- Made from the code by `python -m tests.manual`. -->"
_VARIABLE = re.compile(r"(?<!`)\bDATELINE_[A-Z_]+[A-Z]")
_MENU = "On a message's menu, under *Apps*."


class _Listed(CommandTree[HostClient]):
    """A tree that is shown to nobody, and so has no client."""

    def __init__(self) -> None:
        self.commands: list[Command[Group, ..., None] | Group | ContextMenu] = []

    def add_command(self, command: Command[Group, ..., None] | ContextMenu | Group, /, **_: object) -> None:
        self.commands.append(command)


def on_discord() -> list[Command[Group, ..., None] | Group | ContextMenu]:
    """Every command that the bot registers at Discord."""
    tree = _Listed()
    add_commands(tree)
    return tree.commands


def in_a_terminal() -> Iterator[tuple[str, click.Command]]:
    """Every command of `dateline`, with all the words that call it."""
    yield from _below("dateline", dateline)


def _below(words: str, command: click.Command) -> Iterator[tuple[str, click.Command]]:
    yield words, command
    if isinstance(command, click.Group):
        for name, inner in sorted(command.commands.items()):
            if not inner.hidden:
                yield from _below(f"{words} {name}", inner)


def page() -> str:
    """The page, in Markdown."""
    parts = [
        _MADE,
        "# Commands and options",
        "What follows is made from the program: it is what this version has.",
        "## On Discord",
        *(part for command in on_discord() for part in _on_discord(command)),
        "## In a terminal",
        "Before these stands the folder of programs: `.venv/bin/dateline` in a checkout. There `dateline bot` is also "
        "`python -m bot`, and `dateline index` is `python -m embeddings`. The exit status is 0 for an answer, 1 where "
        "the work failed or damage was found, 2 for bad input.",
        *(part for words, command in _once(in_a_terminal()) for part in _in_a_terminal(words, command)),
    ]
    return "\n\n".join(parts) + "\n"


def _once(named: Iterable[tuple[str, click.Command]]) -> Iterator[tuple[str, click.Command]]:
    """Each command by the fewest of the words that call it."""
    shortest: dict[int, tuple[str, click.Command]] = {}
    for words, command in sorted(named, key=lambda each: len(each[0].split())):
        shortest.setdefault(id(command), (words, command))
    yield from sorted(shortest.values(), key=lambda each: each[0])


def _on_discord(command: Command[Group, ..., None] | Group | ContextMenu) -> Iterator[str]:
    if isinstance(command, ContextMenu):
        yield f"### {command.name}"
        yield _MENU
        return
    yield f"### `/{command.qualified_name}`"
    yield f"{command.description}."
    if isinstance(command, Group):
        for inner in command.commands:
            yield from _on_discord(inner)
    elif command.parameters:
        yield _table("option", ((each.display_name, _described(each)) for each in command.parameters))


def _described(option: Parameter) -> str:
    text = str(option.description)
    if option.required:
        return f"{text}. **Needed**"
    if option.type is not AppCommandOptionType.boolean and option.default is not None:
        return f"{text}. *{option.default} if left out*"
    return text


def _in_a_terminal(words: str, command: click.Command) -> Iterator[str]:
    yield f"### `{words}`"
    context = click.Context(command, info_name=words, **command.context_settings)
    usage = " ".join([words, *command.collect_usage_pieces(context)])
    yield f"```text\n{usage}\n```"
    yield _prose(command.help or "")
    options = [option for option in command.params if isinstance(option, click.Option) and not option.hidden]
    records = [record for option in options if (record := option.get_help_record(context)) is not None]
    if records:
        yield _table("option", records)


def _prose(help_text: str) -> str:
    paragraphs = re.split(r"\n\s*\n", help_text.strip())
    in_code = [_VARIABLE.sub(r"`\g<0>`", " ".join(paragraph.split())) for paragraph in paragraphs]
    return "\n\n".join(map(_escaped, in_code))


def _escaped(text: str) -> str:
    """Text that Markdown is to leave as it is, but for code."""
    parts = text.split("`")
    return "`".join(part if number % 2 else re.sub(r"([\\*_<\[|])", r"\\\1", part) for number, part in enumerate(parts))


def _table(first: str, rows: Iterable[tuple[str, str]]) -> str:
    lines = [f"| {first} | meaning |", "| --- | --- |"]
    for name, meaning in rows:
        marked = re.sub(r"\*\*Needed\*\*$|\*[^*]+\*$", "", meaning)
        shown = _escaped(marked) + meaning[len(marked) :]
        cell = name.replace("|", r"\|")
        lines.append(f"| `{cell}` | {' '.join(shown.split())} |")
    return "\n".join(lines)
