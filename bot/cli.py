"""`python -m bot` and the console script `dateline`: read the config, open the parts, run."""

from __future__ import annotations

import datetime as dt
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

import click
from platformdirs import user_cache_path

from bot.config import Config, load_config
from embeddings.__main__ import cli as index_cli
from embeddings.errors import InputError
from embeddings.running import FAILED, run_command

if TYPE_CHECKING:
    from bot.lookup import Lookup

DEMO_COMMANDS = ("/event 2015-12-23", "/ask civilian deaths Russia", "/onthisday")


@click.command(context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100})
@click.option("--config", type=click.Path(path_type=Path), help="Config file.  [default: config.toml, if there]")
@click.option("--check", is_flag=True, help="Say whether config, index and model can be used, and exit.")
@click.option("--console", is_flag=True, help="Answer commands typed here or piped in, one a line.")
@click.option("--demo", is_flag=True, help="Answer three commands from the sample archive, then as --console.")
@click.version_option(package_name="dateline", message="%(version)s")
def bot(config: Path | None, check: bool, console: bool, demo: bool) -> int:
    """Answer questions about news events."""
    if demo:
        return _demo()
    settings = load_config(config)
    if check:
        return _check(settings)
    if not console:
        raise InputError("this version answers at the console; start it with --console, or look with --demo")
    with _lookup(settings.index.path, settings.index.model) as lookup:
        from bot import console as terminal

        return terminal.run(lookup)


@contextmanager
def _lookup(path: Path, model: str | None) -> Iterator[Lookup]:
    from bot.lookup import Lookup
    from embeddings.encoder import SentenceEncoder
    from embeddings.index_folder import IndexFolder
    from embeddings.search import Search

    index = IndexFolder(path).open()
    try:
        encoder = SentenceEncoder(model or index.manifest.model.name)
        yield Lookup(Search(index, encoder), lambda: dt.datetime.now(dt.UTC).date())
    finally:
        index.close()


def _demo() -> int:
    """Index the sample archive in a folder of its own and answer from it."""
    from bot import console as terminal
    from embeddings.archive import Report
    from embeddings.build import build_index
    from embeddings.encoder import DEFAULT_MODEL, SentenceEncoder
    from embeddings.index_folder import IndexFolder
    from embeddings.progress import ProgressDisplay
    from embeddings.sample import sample_path

    folder = IndexFolder(Path(user_cache_path("dateline", appauthor=False)) / "demo-index")
    with ProgressDisplay() as progress:
        build_index(folder, [sample_path()], SentenceEncoder(DEFAULT_MODEL), Report(), progress)
    with _lookup(folder.root, DEFAULT_MODEL) as lookup:
        return terminal.run(lookup, DEMO_COMMANDS)


def _check(settings: Config) -> int:
    """Try each part in turn; the exit status says whether all can be used."""
    from embeddings.encoder import SentenceEncoder
    from embeddings.errors import EmbeddingsError
    from embeddings.index_folder import IndexFolder

    click.echo("config: can be used")
    folder = IndexFolder(settings.index.path)
    problems = list(folder.problems())
    for problem in problems:
        click.echo(f"index: {problem}")
    if problems:
        return FAILED
    manifest = folder.manifest()
    click.echo(f"index: {manifest.events:,} events from {manifest.first} to {manifest.last}")
    encoder = SentenceEncoder(settings.index.model or manifest.model.name)
    try:
        dimension = encoder.encode(["a question"]).shape[1]
        if encoder.fingerprint != manifest.model.fingerprint:
            click.echo(
                f"model: {encoder.name} is not the one that made the index; run `python -m embeddings build` again"
            )
            return FAILED
    except EmbeddingsError as error:
        click.echo(f"model: {error}")
        return FAILED
    click.echo(f"model: {encoder.name} gives {dimension}-dim vectors")
    return 0


@click.group(context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(package_name="dateline", message="%(version)s")
def dateline() -> None:
    """Dateline looks up news events: `dateline bot` answers, `dateline index` builds and checks."""


dateline.add_command(bot, "bot")
dateline.add_command(index_cli, "index")


def main() -> int:
    """Run the console script `dateline`."""
    return run_command(dateline, "dateline", sys.argv[1:])
