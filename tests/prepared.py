"""What a process that forks others imports and makes, so that none of these does it anew."""

from __future__ import annotations

import contextlib
import datetime as dt
import importlib
import io
import json
import tempfile
from pathlib import Path

from embeddings.archive import Report
from embeddings.archive.plain import tame
from embeddings.build.run import build_index
from embeddings.command_line import commands
from embeddings.index.folder import IndexFolder
from embeddings.search.service import Search
from tests.word_encoder import WordEncoder

_LATE = (
    "embeddings.build.update",
    "embeddings.command_line.display",
    "embeddings.command_line.progress",
    "embeddings.index.threads",
    "embeddings.model.encoder",
    "embeddings.model.export",
    "embeddings.settings",
    "embeddings.wiki.client",
    "rich.progress",
    "numpy.ma",
    "pydantic_settings",
    "_strptime",
)
"""Modules that are imported where they are first needed."""


def prepare_commands() -> None:
    """Do once what the first command of a kind does: index an event, find it and what is related to it, read dates."""
    for name in _LATE:
        importlib.import_module(name)
    with contextlib.redirect_stdout(io.StringIO()):
        commands.main(["dates", "last week", "--json"])
    tame("é" * 10_000)
    with tempfile.TemporaryDirectory() as scratch:
        archive, folder = Path(scratch) / "archive.jsonl", IndexFolder(Path(scratch) / "index")
        archive.write_text(json.dumps({"date": "1999-08-11", "headline": "A storm sinks three boats off Malta."}))
        build_index(folder, [archive], WordEncoder(), Report())
        with contextlib.closing(folder.open()) as index:
            search = Search(index, WordEncoder())
            search.ask("a storm of 1999", dt.date(2026, 11, 22))
            search.related(index.catalogue.events([0])[0].id)
