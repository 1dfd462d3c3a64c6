"""`--check`: looks at each thing that the bot needs, changes none, and says of each whether it can be used.

What is wrong with one does not keep the others from being looked at. Nothing is made, and nothing fetched but what
Discord says of the token.
"""

from __future__ import annotations

import asyncio
import os
import shutil
import stat
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError, available_timezones

from rich.filesize import decimal

from bot.clocks import Clock
from bot.config import Config
from bot.first_archive import events_of
from bot.host import invite_link
from bot.inquiry import MOST_GUILDS, Answered, DiscordAwayError, GuildRights, ahead_s, ask
from bot.store.address import file_of, parse
from bot.store.look import describe
from bot.zones.readings import COMMON
from embeddings.archive.fetched import problems as problems_of_fetched_days
from embeddings.defaults import DEFAULT_CONFIG
from embeddings.errors import EmbeddingsError, IndexMissingError
from embeddings.index.folder import IndexFolder
from embeddings.index.manifest import Manifest
from embeddings.model import languages
from embeddings.model.encoder import DEFAULT_MODEL, SentenceEncoder, must_be_fetched
from embeddings.model.reranker import reranker
from embeddings.program import own_command
from embeddings.search.opening import open_search
from embeddings.settings import Read
from embeddings.text import counted, named

MOST_AHEAD_S = 30.0
"""By which a clock may be wrong; beyond that, daily posts come at another minute than their channel's."""

_LEAST_FREE = 100_000_000  # bytes, for the store and the log
_NAMED = 5  # servers, zones and the like in one line


@dataclass(frozen=True, slots=True)
class Finding:
    """What there is to say of one thing.

    Attributes:
        part: the thing.
        sentence: how it is; what to do, if it is wrong.
        is_wrong: whether it keeps the bot from working.
    """

    part: str
    sentence: str
    is_wrong: bool = False


Findings = Iterator[Finding]


@dataclass(slots=True)
class Check:
    """Looks at everything that the bot needs.

    Args:
        read: the settings, and what is wrong with them.
        path: the config file that was named, if one was.
        wall: this machine's clock, in Unix time.
    """

    read: Read[Config]
    path: Path | None
    wall: Clock
    _manifest: Manifest | None = field(default=None, init=False)

    def findings(self) -> Findings:
        """What there is to say, one after another; each takes its time."""
        parts: tuple[tuple[str, Callable[[], Findings]], ...] = (
            ("config", self._config),
            ("index", self._index),
            ("model", self._model),
            ("store", self._store),
            ("clock", self._clock),
            ("token", self._token),
            ("time zones", self._zones),
            ("disk", self._disk),
        )
        for part, look in parts:
            try:
                yield from look()
            except (EmbeddingsError, OSError) as error:
                yield Finding(part, str(error), True)

    @property
    def _settings(self) -> Config:
        return self.read.settings

    def _config(self) -> Findings:
        for problem in self.read.problems:
            yield Finding("config", problem, True)
        if not self.read.problems:
            yield Finding("config", "can be used")
        file = self.path or DEFAULT_CONFIG
        if os.name == "posix" and file.is_file() and stat.S_IMODE(file.stat().st_mode) & 0o077:
            yield Finding("config", f"others can read {file}, and with it the token; run chmod 600 {file}")

    def _index(self) -> Findings:
        folder = IndexFolder(self._settings.index.path)
        try:
            problems = [*folder.problems(), *problems_of_fetched_days(folder.fetched)]
        except IndexMissingError as error:
            yield Finding("index", f"{error}, or have `{own_command('setup')}` make one", True)
            return
        for problem in problems:
            yield Finding("index", problem, True)
        if problems:
            return
        manifest = self._manifest = folder.manifest()
        yield Finding("index", events_of(manifest))
        if self._settings.archive.update and not os.access(folder.root, os.W_OK):
            yield Finding(
                "index", f"{folder.root} may not be written to, which [archive] update has to; allow it", True
            )

    def _model(self) -> Findings:
        settings, manifest = self._settings, self._manifest
        name = settings.index.model or (manifest.model.name if manifest else DEFAULT_MODEL)
        if must_be_fetched(name):
            yield Finding("model", f"{name} is not on this machine; the bot fetches it when it starts")
        elif manifest is not None:
            with open_search(IndexFolder(settings.index.path), settings.index.model, settings.index.encoder) as search:
                yield _vectors(name, len(search.encode(["a question"])[0].vector))
                if search.order is not None and (package := languages.in_use()) is not None:
                    yield Finding("model", f"{package} reads questions in other languages than English")
        else:
            yield _vectors(name, len(SentenceEncoder(name).encode(["a question"])[0].vector))
        if (other := settings.rerank.model) is None:
            return
        if must_be_fetched(other):
            yield Finding("model", f"{other}, which reranks, is not on this machine; the bot fetches it when it starts")
        elif (found := reranker(other)) is not None:
            found.scores("a question", ["an event"])
            yield Finding("model", f"{other} reranks")

    def _store(self) -> Findings:
        yield Finding("store", asyncio.run(describe(self._settings.store.url)))

    def _clock(self) -> Findings:
        try:
            ahead = asyncio.run(ahead_s(self._settings.discord, self.wall))
        except DiscordAwayError:
            yield Finding("clock", "could not be compared with Discord's")  # the token's line says why
            return
        if abs(ahead) <= MOST_AHEAD_S:
            yield Finding("clock", f"within {MOST_AHEAD_S:.0f} s of Discord's")
            return
        side = "ahead of" if ahead > 0 else "behind"
        yield Finding(
            "clock",
            f"{abs(ahead):,.0f} s {side} Discord's, so daily posts come at the wrong time; set this machine's clock, "
            "and have it kept right over the network (NTP)",
            True,
        )

    def _token(self) -> Findings:
        answered = asyncio.run(ask(self._settings.discord, self._settings.discord.given_token()))
        link = invite_link(answered.application_id)
        yield Finding("token", f"Discord accepts it; the bot is called {answered.name}; invite the bot with {link}")
        for hindrance in answered.hindrances:
            yield Finding("token", hindrance, True)
        yield from _permissions(answered, link)

    def _zones(self) -> Findings:
        missing = [name for name in COMMON if not _is_known(name)]
        if missing:
            yield Finding(
                "time zones",
                f"there are no data for {named(missing, _NAMED)}; install the package tzdata, with pip or the system's",
                True,
            )
        else:
            yield Finding("time zones", f"{len(available_timezones())} are known")

    def _disk(self) -> Findings:
        """The disk of the index and that of the store, which may be the same."""
        needed = self._manifest.bytes if self._manifest and self._settings.archive.update else 0
        places = [("index", self._settings.index.path, max(needed, _LEAST_FREE))]
        if (file := _file_of_store(self._settings.store.url)) is not None:
            places.append(("store", file, _LEAST_FREE))
        for what, place, least in places:
            there = next(each for each in (place.absolute(), *place.absolute().parents) if each.exists())
            free = shutil.disk_usage(there).free
            if free < least:
                yield Finding(
                    "disk", f"{decimal(free)} are free for the {what} in {there}; make room for {decimal(least)}", True
                )
            else:
                yield Finding("disk", f"{decimal(free)} are free for the {what}")


def check(read: Read[Config], path: Path | None, wall: Clock, tell: Callable[[str], None]) -> bool:
    """Tell what there is to say of each thing, a line each, and last whether the bot can run; returns that."""
    wrong: list[str] = []
    for finding in Check(read, path, wall).findings():
        tell(f"{finding.part}: {finding.sentence}")
        if finding.is_wrong and finding.part not in wrong:
            wrong.append(finding.part)
    if wrong:
        tell(f"the bot cannot run as it should; put right what was said of: {', '.join(wrong)}")
    else:
        tell("the bot can run")
    return not wrong


def _vectors(name: str, dimension: int) -> Finding:
    return Finding("model", f"{name} gives {dimension}-dim vectors")


def _permissions(answered: Answered, link: str) -> Findings:
    """Wrong is only what holds in every server: elsewhere it is for those who manage the server to allow."""
    guilds = answered.guilds
    if not guilds:
        yield Finding("permissions", "the bot is in no server yet; the link above asks for what it needs")
        return
    lacking = [guild for guild in guilds if guild.lacks]
    many = f"the first {MOST_GUILDS} servers" if len(guilds) == MOST_GUILDS else counted(len(guilds), "server")
    if not lacking:
        yield Finding("permissions", f"the bot has in {many} all that daily posts need")
        return
    for guild in lacking[:_NAMED]:
        yield Finding("permissions", _lack(guild, link), len(lacking) == len(guilds))
    if len(lacking) > _NAMED:
        yield Finding("permissions", f"so it is in {counted(len(lacking) - _NAMED, 'server')} more")


def _lack(guild: GuildRights, link: str) -> str:
    return (
        f"in {guild.name} the bot lacks {', '.join(guild.lacks)}, which daily posts need; give them to its role, or "
        f"invite it again with {link}"
    )


def _is_known(zone: str) -> bool:
    try:
        ZoneInfo.no_cache(zone)
    except (ZoneInfoNotFoundError, OSError, ValueError):
        return False
    return True


def _file_of_store(url: str) -> Path | None:
    try:
        return file_of(parse(url))
    except EmbeddingsError:
        return None  # which was said of the store
