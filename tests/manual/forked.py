"""The program `dateline`, with words for a model, as `tests.forks` runs it."""

from __future__ import annotations

import importlib
import sys

import embeddings.model.export
from bot.cli import dateline
from bot.logs import redact
from embeddings.command_line.running import run_command
from tests import word_commands
from tests.word_encoder import WordEncoder

_LATE = ("bot.console.session", "bot.console.lookup", "bot.store.backup", "embeddings.build.export")


def prepare() -> None:
    """Import what each process would else import anew."""
    word_commands.prepare()
    for name in _LATE:
        importlib.import_module(name)
    vars(embeddings.model.export)["SentenceEncoder"] = WordEncoder


def main(arguments: list[str]) -> int:
    """Run a command line; returns its exit status."""
    return run_command(dateline, "dateline", arguments, redact)


if __name__ == "__main__":
    prepare()
    sys.exit(main(sys.argv[1:]))
