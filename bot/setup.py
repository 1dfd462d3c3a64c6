"""`dateline setup`: from a token to a bot that can start. In a terminal it asks; elsewhere options say everything.

What was answered earlier stands in the config file and is offered again, so that each step can be repeated by itself.
"""

from __future__ import annotations

import asyncio
import os
import sys
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import click

from bot import logs
from bot.config import Config
from bot.config_file import ConfigFile
from bot.first_archive import OWN, PORTAL, SAMPLE, Archive, build, events_of, there
from bot.host import invite_link
from bot.inquiry import Answered, DiscordAwayError, TokenRefusedError, ask
from bot.redaction import Redactor
from embeddings.errors import InputError
from embeddings.index.manifest import Manifest
from embeddings.program import bot_command, index_command
from embeddings.settings import with_environment

TOKEN_VARIABLE = "DATELINE_DISCORD__TOKEN"  # noqa: S105  # its name
DEVELOPER_PORTAL = "https://discord.com/developers/applications"

_OPTIONS = {"path": "--index", "contact": "--contact", "api_url": "--api-url"}
_TRIES = 3  # at pasting a token
_LONGEST_TOKEN = 1_000

Tell = Callable[[str], None]


@dataclass(frozen=True, slots=True)
class Given:
    """What options say; None, or nothing, where they say nothing.

    Attributes:
        token_file: the file that holds the token; "-" is standard input.
        archives: `sample`, `portal`, or paths.
        index: the folder of the index.
        contact: how Wikipedia can reach the operator.
        api_url: where Discord's REST API is.
        start: whether to start the bot at the end.
    """

    token_file: Path | None = None
    archives: tuple[str, ...] = ()
    index: Path | None = None
    contact: str | None = None
    api_url: str | None = None
    start: bool | None = None


_PASTE = "Paste the token here and press Enter (it is not shown)"


class Setup:
    """One conversation.

    Args:
        path: the config file.
        given: what need not be asked.
        interactive: whether somebody can be asked.
        tell: prints a line, without secrets.
    """

    def __init__(self, path: Path, given: Given, *, interactive: bool, tell: Tell) -> None:
        self._file = ConfigFile(path)
        self._given = given
        self._interactive = interactive
        self._tell = tell
        for section, name, value in (
            ("index", "path", given.index),
            ("archive", "contact", given.contact),
            ("discord", "api_url", given.api_url),
        ):
            if value is None:
                continue
            if (variable := f"DATELINE_{section}__{name}".upper()) in os.environ:
                raise InputError(
                    f"{variable} is set, and wins over {_OPTIONS[name]}; unset it, or leave the option out"
                )
            self._file.set(section, name, str(value))

    def run(self) -> bool:
        """Do every step; returns whether the bot is to be started.

        Raises:
            InputError: if an answer is missing, or cannot be used.
            EmbeddingsError: if Discord cannot be reached, or a file cannot be written.
        """
        self._settings()  # a file that cannot be used is told before anything is asked
        answered = self._token()
        if self._interactive:
            self._file.write()  # Discord shows a token once: it is there, whatever comes now
        archive = self._archive()
        if archive.kind == PORTAL:
            self._fetch_daily(answered)
        self._write()
        settings = self._settings()
        build(archive, settings)
        if (manifest := there(settings.index.path)) is not None:
            self._tell(f"index: {events_of(manifest)}, in {settings.index.path}")
        if archive.kind == PORTAL:
            self._tell(
                "portal: fetched as soon as the bot runs, and every day from then on; to fetch it now instead: "
                f"{index_command('update')}"
            )
        if answered is not None:
            self._tell(f"invite the bot, with this link in a browser: {invite_link(answered.application_id)}")
        start = self._wants_start()
        if start:
            self._tell("starting the bot; once it says that it is ready, type /ask in your server (Ctrl-C ends it)")
        else:
            self._tell(
                f"start the bot: {self._command('')}\nsee whether anything is missing: {self._command('--check')}"
            )
        return start

    def _settings(self) -> Config:
        """The settings as the bot will read them."""
        read = with_environment(Config, self._file.values())
        if read.problems:
            raise InputError(f"{read.problems[0]}; put that right in {self._file.path}, then set up again")
        return read.settings

    # --- the token ---

    def _token(self) -> Answered | None:
        """Take a token that Discord knows; returns what Discord says of it, None if it could not be asked."""
        if not os.environ.get(TOKEN_VARIABLE, "unset").strip():
            raise InputError(f"{TOKEN_VARIABLE} is set and empty, and wins over the config file; unset it")
        if TOKEN_VARIABLE in os.environ:
            answered = self._asked(self._settings().discord.given_token())
            self._tell(f"token: it stays in the environment variable {TOKEN_VARIABLE}, which wins over the file")
            return answered
        if self._given.token_file is not None:
            return self._taken(_read_token(self._given.token_file))
        kept = self._settings().discord.token.get_secret_value()
        if not self._interactive:
            if kept:
                return self._asked(kept)
            raise InputError(
                "there is no terminal to ask for the token: name the file that holds it by --token-file FILE, or hand "
                f"it to standard input with --token-file -, or set {TOKEN_VARIABLE}"
            )
        return self._typed_token(kept)

    def _typed_token(self, kept: str) -> Answered | None:
        if not kept:
            self._tell(
                f"The bot needs a token. At {DEVELOPER_PORTAL} choose New Application and name it; on its page Bot "
                "choose Reset Token, and copy what it shows."
            )
        question = f"A token is in {self._file.path}: press Enter to keep it, or paste another" if kept else _PASTE

        def typed() -> Answered | None:
            return self._taken(click.prompt(question, hide_input=True, default=kept or None, show_default=False))

        for _ in range(_TRIES - 1):
            try:
                return typed()
            except TokenRefusedError as error:
                self._tell(str(error))
        return typed()

    def _taken(self, token: str) -> Answered | None:
        """Put a token that Discord knows into the file."""
        token = token.strip()
        answered = self._asked(token)
        self._file.set("discord", "token", token)
        return answered

    def _asked(self, token: str) -> Answered | None:
        """What Discord says of a token; whoever sits at a terminal may go on where it cannot be asked."""
        logs.protect(Redactor({token}))  # whatever comes, it is not printed
        try:
            answered = asyncio.run(ask(self._settings().discord, token))
        except DiscordAwayError as error:
            if not self._interactive:
                raise
            self._tell(str(error))
            if not click.confirm("Go on without asking Discord?", default=False):
                raise click.Abort from error
            return None
        self._tell(f"token: Discord accepts it; the bot is called {answered.name}")
        for hindrance in answered.hindrances:
            self._tell(f"token: {hindrance}")
        return answered

    # --- the archive ---

    def _archive(self) -> Archive:
        """What the bot is to answer from."""
        folder = self._settings().index.path
        if self._given.archives:
            return self._replacing(Archive.of(self._given.archives), folder)
        manifest = there(folder)
        if not self._interactive:
            return Archive(SAMPLE if manifest is None else None)
        if self._given.index is not None and manifest is not None:
            return Archive()
        return self._replacing(self._chosen_archive(manifest), folder)

    def _chosen_archive(self, manifest: Manifest | None) -> Archive:
        self._tell("What shall the bot answer from?")
        keep = "keep"
        choices = {} if manifest is None else {keep: f"the index that is there: {events_of(manifest)}"}
        choices |= {
            SAMPLE: "some 700 well-known events; ready in a minute",
            PORTAL: (
                "Wikipedia's Current Events portal since 2002, some 114,000 events. The sample answers at once; the "
                "rest comes while the bot runs: 370 requests and 130 MB of text, in ten minutes to an hour"
            ),
            OWN: "an archive of yours: a folder of pages, a dump of Wikipedia, or a file of events (JSON, CSV)",
        }
        for name, what in choices.items():
            self._tell(f"  {name:<7} {what}")
        chosen = click.prompt("Archive", type=click.Choice(list(choices)), default=PORTAL if manifest is None else keep)
        if chosen == keep:
            return Archive()
        if chosen != OWN:
            return Archive(chosen)
        while True:
            try:
                return Archive.of((click.prompt("Its path"),))
            except InputError as error:
                self._tell(str(error))

    def _replacing(self, archive: Archive, folder: Path) -> Archive:
        """The archive, if an index of others may be replaced by it."""
        if (others := archive.loses(folder)) is None:
            return archive
        sentence = f"the index in {folder} holds {others} of other archives, which would be lost"
        if not self._interactive:
            raise InputError(f"{sentence}; leave --archive out to keep it, or name another folder by --index")
        if click.confirm(f"{sentence[0].upper()}{sentence[1:]}. Replace it?", default=False):
            return archive
        return Archive()

    def _fetch_daily(self, answered: Answered | None) -> None:
        """Have the bot fetch the portal's new days; it begins with all of them."""
        archive = self._settings().archive
        if not archive.update:
            # Not all bots at one moment.
            minute = (answered.application_id >> 22) % 60 if answered else 0
            self._file.set("archive", "update", f"06:{minute:02} UTC")
        if self._interactive and self._given.contact is None:
            self._tell("Wikipedia asks that whoever fetches can be reached: by mail or on the web.")
            contact = click.prompt("Your address for that (may be empty)", default=archive.contact, show_default=True)
            self._file.set("archive", "contact", contact)

    # --- the end ---

    def _write(self) -> None:
        self._settings()
        how = "written; only your account can read it" if self._file.write() else "as it was"
        self._tell(f"config: {self._file.path} is {how}")

    def _wants_start(self) -> bool:
        if self._given.start is not None:
            return self._given.start
        return self._interactive and click.confirm("Start the bot now, in this terminal? Ctrl-C ends it.", default=True)

    def _command(self, rest: str) -> str:
        named = "" if self._file.path == Path("config.toml") else f"--config {self._file.path}"
        return bot_command(f"{named} {rest}".strip())


def _read_token(file: Path) -> str:
    """The token in a file, or on standard input. InputError if there is none."""
    try:
        if str(file) == "-" and sys.stdin is not None and sys.stdin.isatty():
            text = str(click.prompt(_PASTE, hide_input=True))
        elif str(file) == "-":
            text = "" if sys.stdin is None else sys.stdin.readline(_LONGEST_TOKEN)
        else:
            with file.open(encoding="utf-8-sig") as opened:
                text = opened.readline(_LONGEST_TOKEN)
    except (OSError, UnicodeDecodeError) as error:
        reason = error.strerror if isinstance(error, OSError) else "it is no text"
        raise InputError(f"the token cannot be read from {file}: {reason}") from error
    if not text.strip():
        what = "standard input" if str(file) == "-" else str(file)
        raise InputError(f"there is no token in {what}; its first line is read")
    return text.strip()
