"""The stand-in for Discord, a client without a gateway, a store and a poster, on a clock that is set by hand."""

from __future__ import annotations

import datetime as dt
from collections.abc import AsyncIterator

import discord
import pytest

from bot.clocks import Clocks
from bot.daily.claims import Claim, Terms, Wish
from bot.daily.schedule import Subscription
from bot.posting.channels import Channels
from bot.posting.poster import Compose, Composed, Pace, Poster
from bot.store import Store
from embeddings.index.folder import IndexFolder
from tests.bot.conftest import NewStore
from tests.bot.daily.parts import AT_ONCE, HandClock, logged_in, opened, posting
from tests.bot.posting.parts import PATIENT_PACE, Start, post
from tests.bot.stores import EMPTY
from tests.discord_server import DiscordServer, discord_server


@pytest.fixture
def clock() -> HandClock:
    return HandClock("2026-07-20T06:00")


@pytest.fixture
async def server(clock: HandClock) -> AsyncIterator[DiscordServer]:
    async with discord_server(wall=clock) as server:
        yield server


@pytest.fixture
async def client(server: DiscordServer) -> AsyncIterator[discord.Client]:
    async with logged_in(server) as client:
        yield client


@pytest.fixture
async def store(new_store: NewStore) -> AsyncIterator[Store]:
    async with opened(new_store(EMPTY)) as store:
        yield store


@pytest.fixture
async def poster(
    server: DiscordServer, store: Store, sample_folder: IndexFolder, clock: HandClock
) -> AsyncIterator[Poster]:
    async with posting(server, store, sample_folder, clock) as poster:
        yield poster


@pytest.fixture
def turns() -> list[str]:
    """One for each request that had to wait for its turn."""
    return []


@pytest.fixture
def channels(client: discord.Client, turns: list[str]) -> Channels:
    async def turn() -> None:
        turns.append("one")

    return Channels(client, turn)


@pytest.fixture
def claim(server: DiscordServer, clock: HandClock) -> Claim:
    """The post of a day in a text channel, which is due now."""
    day, now = dt.date(2026, 7, 20), clock()
    subscription = Subscription("0123456789", server.guild.id, server.channel.id, dt.time(7), "UTC", day)
    return Claim(subscription, day, now, now, 1, "me", now, now + 75)


@pytest.fixture
async def make(client: discord.Client, store: Store, clock: HandClock) -> AsyncIterator[Start]:
    """Makes a poster; of its clocks' seconds a hundred pass in one."""
    made: list[Poster] = []

    async def compose(claim: Claim) -> Composed:
        return Composed(post(claim), ("one", "two"))

    def run(compose: Compose = compose, terms: Terms = AT_ONCE, pace: Pace | None = None) -> Poster:
        made.append(Poster(client, store.daily, compose, terms, Clocks(clock, clock, 0.01), pace or PATIENT_PACE))
        return made[-1]

    yield run
    for each in made:
        await each.stop(0)


@pytest.fixture
async def subscription(server: DiscordServer, store: Store, clock: HandClock) -> Subscription:
    """Due at seven; the clock shows that then."""
    made = await store.daily.subscribe(Wish(server.guild.id, server.channel.id, dt.time(7), "UTC"), clock())
    clock.set("2026-07-20T07:00")
    return made
