"""The commands of `python -m embeddings`, with words for a model, as `tests.forks` runs them."""

from __future__ import annotations

import contextlib
import importlib
import io
import sys

import embeddings.model.encoder
from embeddings.archive.plain import tame
from embeddings.command_line.commands import main
from tests.word_encoder import WordEncoder

__all__ = ["main", "prepare"]


# The program imports these when they are needed, and numpy and Python the last two.
_LATE = (
    "embeddings.build.joining",
    "embeddings.build.update",
    "embeddings.command_line.progress",
    "embeddings.index.threads",
    "embeddings.search.service",
    "embeddings.wiki.client",
    "rich.progress",
    "numpy.ma",
    "_strptime",
)


def prepare() -> None:
    """Import and make what each process would else import and make anew."""
    vars(embeddings.model.encoder)["SentenceEncoder"] = WordEncoder  # to mypy, a module has no such name to change
    for name in _LATE:
        importlib.import_module(name)
    with contextlib.redirect_stdout(io.StringIO()):
        main(["dates", "last week", "--json"])
    tame("é" * 10_000)


if __name__ == "__main__":
    prepare()
    sys.exit(main(sys.argv[1:]))
