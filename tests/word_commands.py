"""The commands of `python -m embeddings`, with words for a model, as `tests.forks` runs them.

Where the environment variable `WORD_COMMANDS_NOW` says a moment, updates take it for now.
"""

from __future__ import annotations

import datetime as dt
import os
import sys
from functools import partial

import embeddings.build.update
import embeddings.model.encoder
from embeddings.command_line import commands
from tests.prepared import prepare_commands
from tests.word_encoder import WordEncoder

__all__ = ["main", "prepare"]


def prepare() -> None:
    """Import and make what each process would else import and make anew."""
    vars(embeddings.model.encoder)["SentenceEncoder"] = WordEncoder  # to mypy, a module has no such name to change
    prepare_commands()


def main(arguments: list[str]) -> int:
    """Run a command line; returns its exit status."""
    if text := os.environ.get("WORD_COMMANDS_NOW"):
        now = dt.datetime.fromisoformat(text)
        of_then = partial(embeddings.build.update.updating, clock=lambda: now)
        vars(embeddings.build.update)["updating"] = of_then
    return commands.main(arguments)


if __name__ == "__main__":
    prepare()
    sys.exit(main(sys.argv[1:]))
