"""The page of settings, from the example of a config file."""

from __future__ import annotations

import re
from collections.abc import Iterator

_MADE = "<!-- Made from config.example.toml by `python -m tests.manual`. -->"
_SECTION = re.compile(r"\[(\w+)\]")
_SETTING = re.compile(r"(# )?(\w+) = (.+)")
_VARIABLE = re.compile(r"\bDATELINE_[A-Z_]+[A-Z]")


def page(example: str) -> str:
    """The page, in Markdown."""
    parts = [
        _MADE,
        "# Settings",
        "The bot and the index commands read `config.toml` in the folder in which they are started, or the file that "
        "`--config` names. Each setting is also an environment variable, which wins over the file and suffices without "
        "one; lists are written as JSON there. Paths are relative to the folder in which the program is started. "
        "`dateline config` prints a file with every setting at its default; `dateline setup` writes the few that a new "
        "bot needs.",
        *_parts(example),
    ]
    return "\n\n".join(parts) + "\n"


def _parts(example: str) -> Iterator[str]:
    section = last = ""
    comment: list[str] = []
    for line in example.splitlines():
        if found := _SECTION.fullmatch(line):
            section = found[1]
            yield f"## `[{section}]`"
            comment = []
        elif found := _SETTING.fullmatch(line):
            unset, name, value = found.groups()
            variable = f"DATELINE_{section}__{name}".upper()
            default = "not set" if unset else f"`{value}`"
            yield f"### `{section}.{name}`"
            like = f", such as `{value}`" if unset else ""
            yield f"Default: {default}{like}. Environment: `{variable}`."
            yield _VARIABLE.sub(r"`\g<0>`", "\n".join(comment)) if comment else f"See `{section}.{last}`, above."
            comment, last = [], name
        elif line.startswith("# "):
            comment.append(line.removeprefix("# "))
        elif not line:
            comment = []
