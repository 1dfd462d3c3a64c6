"""Daily posts on loopback: a poster with a real client, store and index, and a clock that is set by hand."""

from __future__ import annotations

import datetime as dt
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import discord
from discord import Intents
from sqlalchemy import text

from bot.cards.discord_face import layout
from bot.clocks import Clock, Clocks
from bot.daily.claims import Claim, Terms
from bot.guide import Guide
from bot.posting.channels import Post
from bot.posting.fence import trace
from bot.posting.poster import Compose, Composed, Pace, Poster
from bot.store import Store
from bot.store.address import engine_of, parse
from bot.store.daily_posts import DailyStore
from bot.views.state import NOBODY, DailyList, LongerList, decode
from embeddings.index.folder import IndexFolder
from tests.bot.running import started
from tests.bot.stores import EMPTY, PATIENT
from tests.discord_server import Channel, DiscordServer, Message

AT_ONCE = Terms(per_s=1e9)
"""Claims that nobody waits for: under a clock that stands still the time between two requests would not pass."""


class HandClock:
    """A clock that shows what it is set to."""

    def __init__(self, text: str) -> None:
        self.set(text)

    def __call__(self) -> float:
        return self.now

    def set(self, text: str) -> None:
        self.now = dt.datetime.fromisoformat(text).replace(tzinfo=dt.UTC).timestamp()

    def pass_(self, **how_long: float) -> None:
        self.now += dt.timedelta(**how_long).total_seconds()


@asynccontextmanager
async def logged_in(server: DiscordServer) -> AsyncIterator[discord.Client]:
    """A client without a gateway: requests alone, as from a process that serves other shards."""
    client = discord.Client(intents=Intents.none(), max_ratelimit_timeout=30.0, http_trace=trace())
    try:
        await client.login(server.token)
        yield client
    finally:
        await client.close()


@asynccontextmanager
async def guided(folder: IndexFolder, store: Store) -> AsyncIterator[Guide]:
    async with started(folder) as engine:
        yield Guide(engine, store)


def composer(guide: Guide) -> Compose:
    async def compose(claim: Claim) -> Composed:
        page, events = await guide.daily(claim.subscription, claim.date)
        title = await guide.post_title(claim.subscription, claim.date)
        return Composed(Post(layout(page, NOBODY), title), events)

    return compose


@asynccontextmanager
async def opened(where: Path | str) -> AsyncIterator[Store]:
    """A store at a URL, or the one in a folder, empty where there was none."""
    store = await Store.open(where if isinstance(where, str) else EMPTY.in_folder(where), PATIENT)
    try:
        yield store
    finally:
        await store.close()


@asynccontextmanager
async def posting(
    server: DiscordServer,
    store: Store,
    folder: IndexFolder,
    clock: Clock,
    terms: Terms = AT_ONCE,
    pace: Pace | None = None,
    daily: DailyStore | None = None,
) -> AsyncIterator[Poster]:
    """A poster; `work_off` posts what is due at the moment that the clock shows."""
    async with logged_in(server) as client, guided(folder, store) as guide:
        poster = Poster(client, daily or store.daily, composer(guide), terms, Clocks.by_hand(clock), pace)
        try:
            yield poster
        finally:
            await poster.stop(0)


def list_of(message: Message) -> DailyList | None:
    """The subscription and date that the buttons of a message carry, which must all carry the same.

    But for the one that leads to more of the day.
    """
    found = {target.place.of for each in message.buttons if (target := decode(each["custom_id"])) is not None}
    found = {each for each in found if not isinstance(each, LongerList)}
    if len(found) != 1:
        return None
    [only] = found
    return only if isinstance(only, DailyList) else None


def posts_in(server: DiscordServer, channel: Channel) -> list[tuple[DailyList, dt.datetime]]:
    """The daily posts of a channel and when they came, oldest first."""
    found = [(list_of(message), message.created) for message in server.post_history(channel)]
    return [(daily, at) for daily, at in found if daily is not None]


async def execute(url: str, *statements: str) -> None:
    """Change a store behind its back, in one transaction."""
    engine = engine_of(parse(url))
    async with engine.begin() as connection:
        for statement in statements:
            await connection.execute(text(statement))
    await engine.dispose()
