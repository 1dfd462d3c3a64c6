"""`python -m bot` and the console script `dateline`: read the config, open the parts, run."""

from __future__ import annotations

import asyncio
import contextlib
import datetime as dt
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from bot import logs
from bot.config import Config, load_config, read_config
from bot.redaction import Redactor
from embeddings.command_line.commands import cli as index_cli
from embeddings.command_line.options import WebAddress
from embeddings.command_line.running import BAD_INPUT, at_terminal, run_command
from embeddings.defaults import DEFAULT_CONFIG
from embeddings.errors import EmbeddingsError, InputError
from embeddings.program import own_command
from embeddings.settings import IndexSettings

if TYPE_CHECKING:
    from bot.console.lookup import Lookup

MOST_SHARDS = 100_000
DEMO_COMMANDS = ("/event 2015-12-23", "/ask civilian deaths Russia", "/onthisday")


class _ShardIds(click.ParamType[tuple[int, ...]]):
    """`0-15`, `3` or `0,2,4`."""

    name = "IDS"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> tuple[int, ...]:
        if isinstance(value, tuple):
            return value
        found: set[int] = set()
        for part in value.split(","):
            first, dash, last = part.partition("-")
            if not (first.isdecimal() and (last.isdecimal() if dash else True)) or int(last or first) > MOST_SHARDS:
                self.fail(f"{value} does not name shards; write 0-15, 3 or 0,2,4", param, ctx)
            found.update(range(int(first), int(last or first) + 1))
        return tuple(sorted(found))


@click.group(
    invoke_without_command=True,
    context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100},
)
@click.option("--config", type=click.Path(path_type=Path), help="Config file.  [default: config.toml, if there]")
@click.option("--check", is_flag=True, help="Look at all that the bot needs, say what to put right, and exit.")
@click.option("--console", is_flag=True, help="Answer commands typed here or piped in, one a line.")
@click.option("--shard-count", type=click.IntRange(1), help="How many shards there are in all.  [default: Discord's]")
@click.option("--shard-ids", type=_ShardIds(), help="Which of them this process runs.  [default: all]")
@click.option("--demo", is_flag=True, help="Answer three commands from the sample archive, then as --console.")
@click.version_option(package_name="dateline", message="%(version)s")
@click.pass_context
def bot(
    ctx: click.Context,
    config: Path | None,
    check: bool,
    console: bool,
    demo: bool,
    shard_count: int | None,
    shard_ids: tuple[int, ...] | None,
) -> int:
    """Connect to Discord and answer questions about news events.

    If a subcommand is given, that runs instead.
    """
    logs.protect(Redactor())  # what its form gives away, until the settings tell what else is secret
    if (command := ctx.invoked_subcommand) is not None:
        _refuse_options(ctx, command)
        ctx.obj = config
        return 0
    if check:
        return _check(config, shard_count, shard_ids)
    settings = Config() if demo else _settings(config, serving=not console)
    if demo:
        logs.set_up(logs.redactor_for(settings), None)
        return _demo()
    if shard_count is not None or shard_ids is not None:
        settings = _with_shards(settings, shard_count, shard_ids)
    if console:
        from bot.console import session as terminal

        with _lookup(settings.index, settings.rerank.model) as lookup:
            return terminal.run(lookup)
    _serve(settings)
    return 0


def _serve(settings: Config) -> None:
    """Run the bot until it is told to end."""
    from bot.memory import share_one_arena

    share_one_arena()  # while there are no other threads
    from bot.run import run  # discord.py is slow to import

    asyncio.run(run(settings))


def _settings(config: Path | None, *, serving: bool = False) -> Config:
    """The settings, whose secrets are kept out of the log from now on."""
    settings = load_config(config)
    logs.set_up(logs.redactor_for(settings), settings.logs if serving else None)
    return settings


def _refuse_options(ctx: click.Context, command: str) -> None:
    """Refuse the options that say what to do (such as --check) beside a subcommand."""
    given = [name for name, value in ctx.params.items() if name != "config" and value not in (None, False)]
    if given:
        raise click.UsageError(f"--{given[0].replace('_', '-')} and the command {command} exclude each other")


@bot.command()
@click.argument("file", type=click.Path(path_type=Path))
@click.pass_obj
def backup(config: Path | None, file: Path) -> None:
    """Copy the store into a new FILE; the bot may run meanwhile."""
    from bot.store.backup import back_up

    copied = back_up(_settings(config).store.url, file)
    _tell(f"{copied.store} is backed up in {file}: {copied}")


@bot.command()
@click.argument("file", type=click.Path(path_type=Path))
@click.pass_obj
def restore(config: Path | None, file: Path) -> None:
    """Put FILE, which `backup` wrote, in the place of the store."""
    from bot.store.backup import restore as put_back

    copied = put_back(_settings(config).store.url, file)
    _tell(f"{copied.store} is restored from {file}: {copied}")
    if copied.kept is not None:
        _tell(f"what was there before is in {copied.kept}; delete it when you no longer need it")
    _tell("posts since the backup are not in it; the bot looks for them in each channel before it posts there")


@bot.command("copy-store", short_help="Copy a whole store into an empty database.")
@click.argument("source", metavar="FROM")
@click.argument("target", metavar="TO")
def copy_store(source: str, target: str) -> None:
    """Copy the store at the address FROM into the empty database TO, such as from SQLite to PostgreSQL, or back.

    Addresses are those of store.url; leave out a password, and PGPASSWORD or ~/.pgpass gives it. End the bot before:
    a store that is in use is not copied. It stays as it is. A copy that is killed leaves nothing in TO.
    """
    from bot.redaction import secrets_in_url
    from bot.store.copying import copy_store as copy
    from embeddings.command_line.progress import ProgressDisplay

    secrets = {secret for address in (source, target) for secret in secrets_in_url(address)}
    logs.protect(Redactor(secrets))
    if secrets:
        _warn(
            "others on this machine can read a password on a command line; PGPASSWORD or ~/.pgpass can hold it instead"
        )
    with ProgressDisplay() as progress:
        copied = asyncio.run(copy(source, target, progress))
    _tell(f"{copied.source} is copied to {copied.target}: {copied}")
    _tell("put the new address into store.url for every process of the bot; the old store is as it was: keep it aside")


@bot.command(short_help="List what people say of answers, or delete it.")
@click.option("--json", "as_json", is_flag=True, help="One JSON object on standard output.")
@click.option("--delete", "key", metavar="ID", help="Delete the one with this number.")
@click.option("--delete-all", "everything", is_flag=True, help="Delete everything.")
@click.pass_obj
def feedback(config: Path | None, as_json: bool, key: str | None, everything: bool) -> None:
    """List the answers that were not what somebody meant, or delete some.

    Servers that switch it on in /settings have a button for that under answers. What is kept is the question, which
    events were shown, and what was meant, where somebody said so; after 90 days it is deleted.
    """
    from bot import feedback as said
    from embeddings.command_line.json_output import print_json

    if key is not None and everything:
        raise click.UsageError("--delete and --delete-all exclude each other")
    url = _settings(config).store.url
    if key is not None or everything:
        deleted = asyncio.run(said.delete(url, key))
        print_json({"deleted": deleted}) if as_json else _tell(f"{deleted:,} deleted")
        return
    found = asyncio.run(said.kept(url))
    if as_json:
        print_json({"feedback": [said.as_dict(each) for each in found]})
    else:
        for line in said.as_text(found):
            _tell(line)


@bot.command(short_help="Register the commands at Discord.")
@click.option("--force", is_flag=True, help="Register the commands whatever Discord says that it has.")
@click.pass_obj
def sync(config: Path | None, force: bool) -> None:
    """Register the commands at Discord if they differ there.

    The bot does the same at each start.
    """
    from bot.registration import sync_commands

    _tell(asyncio.run(sync_commands(_settings(config).discord, force=force)))


@bot.command("config", short_help="Print a config file with every setting.")
def example_config() -> None:
    """Print a config file with every setting, its default and its meaning."""
    from bot.config_file import example

    click.echo(example(), nl=False)


@bot.command("setup", short_help="Ask for what the bot needs, invite it and start it.")
@click.option("--config", "own_config", type=click.Path(path_type=Path), help="Config file.  [default: config.toml]")
@click.option(
    "--token-file", type=click.Path(path_type=Path, allow_dash=True), help="File with the token; - for stdin."
)
@click.option("--archive", "archives", multiple=True, metavar="ARCHIVE", help="sample, portal, or a path; repeatable.")
@click.option("--index", type=click.Path(path_type=Path), help="Folder of the index, such as one that is there.")
@click.option("--contact", help="Your mail or web address, for Wikipedia.")
@click.option("--api-url", type=WebAddress(), help="Discord's REST API: a proxy or test server.")
@click.option("--start/--no-start", default=None, help="Start the bot at the end.  [default: asks, else no]")
@click.pass_obj
def set_up(
    config: Path | None,
    /,
    own_config: Path | None,
    token_file: Path | None,
    archives: tuple[str, ...],
    index: Path | None,
    **more: Any,
) -> None:
    """Ask for what the bot needs, write config.toml, and invite and start the bot.

    In a terminal each answer that no option gives is asked for. Without one, options give them: the token by
    --token-file or the variable DATELINE_DISCORD__TOKEN, never by the command line, which others can see. It can be
    run again at any time: what was answered before is kept, and the config file's comments, too.
    """
    from bot.setup import Given, Setup

    logs.protect(Redactor())
    path = own_config or config or DEFAULT_CONFIG
    given = Given(token_file, archives, index, **more)
    if Setup(path, given, interactive=at_terminal(), tell=_tell).run():
        _serve(_settings(path, serving=True))


def _with_shards(settings: Config, count: int | None, ids: tuple[int, ...] | None) -> Config:
    """The settings with the shards of the command line."""
    count = count if count is not None else settings.discord.shard_count
    ids = ids if ids is not None else settings.discord.shard_ids
    if ids and (count is None or max(ids) >= count):
        raise InputError(f"--shard-ids {min(ids)}-{max(ids)} need a --shard-count above {max(ids)}, got {count}")
    return settings.model_copy(
        update={"discord": settings.discord.model_copy(update={"shard_count": count, "shard_ids": ids})}
    )


@contextlib.contextmanager
def _lookup(settings: IndexSettings, rerank: str | None = None) -> Iterator[Lookup]:
    from bot.console.lookup import Lookup
    from embeddings.archive.last_updated import last_updated
    from embeddings.index.folder import IndexFolder
    from embeddings.index.threads import compute_alone
    from embeddings.search.opening import open_search

    folder = IndexFolder(settings.path)
    compute_alone()
    with open_search(folder, settings.model, settings.encoder, rerank, checked=True) as search:
        yield Lookup(search, lambda: dt.datetime.now(dt.UTC).date(), last_updated(folder.fetched))


def _demo() -> int:
    """Index the sample archive in a folder of its own and answer from it."""
    from bot.console import session as terminal
    from bot.sample_index import demo_folder, index_demo
    from embeddings.command_line.progress import ProgressDisplay
    from embeddings.index.threads import compute_alone

    compute_alone()
    folder = demo_folder()
    try:
        folder.root.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise EmbeddingsError(
            f"the demo keeps its index in {folder.root}, which cannot be made ({error.strerror}); name a folder that "
            "can be written to by XDG_CACHE_HOME"
        ) from error
    with ProgressDisplay() as progress:
        index_demo(folder, progress)
    with _lookup(IndexSettings(path=folder.root)) as lookup:
        status = terminal.run(lookup, DEMO_COMMANDS)
    click.echo(f"to put these events on Discord: {own_command('setup')}", err=True)
    return status


def _check(config: Path | None, shard_count: int | None, shard_ids: tuple[int, ...] | None) -> int:
    """Look at each part in turn, and change none; the exit status says whether the bot can run."""
    read = read_config(config)
    _with_shards(read.settings, shard_count, shard_ids)
    logs.set_up(logs.redactor_for(read.settings), None)
    from bot.check import check  # discord.py and the index are slow to import

    return 0 if check(read, config, time.time, _tell) else BAD_INPUT


def _tell(sentence: str) -> None:
    click.echo(logs.redact(sentence))


def _warn(sentence: str) -> None:
    click.echo(logs.redact(sentence), err=True)


@click.group(context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100})
@click.version_option(package_name="dateline", message="%(version)s")
def dateline() -> None:
    """Dateline looks up news events: `dateline setup` begins, `dateline bot` answers, `dateline index` builds."""


dateline.add_command(bot, "bot")
dateline.add_command(set_up, "setup")
dateline.add_command(example_config, "config")
dateline.add_command(index_cli, "index")


def main() -> int:
    """Run the console script `dateline`."""
    return run_command(dateline, "dateline", sys.argv[1:], logs.redact)
