"""A bot with daily posts, on a clock that is set by hand: the test's own, or its class's."""

from __future__ import annotations

import asyncio
import sqlite3
from collections.abc import AsyncIterator
from contextlib import closing
from pathlib import Path

import pytest
import pytest_asyncio

from bot.client import DatelineClient
from bot.clocks import Clocks
from bot.config import Config
from bot.engine import Engine
from bot.store import Store
from embeddings.index.folder import IndexFolder
from tests.bot.conftest import has_one_bot
from tests.bot.daily.parts import HandClock, opened
from tests.bot.running import started
from tests.discord_server import DiscordServer, connected
from tests.discord_server.fixtures import PATIENT
from tests.discord_server.running import discord_server as start_server

_NOW = "2026-07-20T06:00"


def client(server: DiscordServer, store: Store, engine: Engine, clock: HandClock) -> DatelineClient:
    settings = {
        "discord": {"api_url": server.api_url, "token": server.token},
        "limits": {"user_commands": 1_000},
        "daily": {"requests_per_second": 50},
    }
    return DatelineClient(Config.model_validate(settings), engine, store, Clocks.by_hand(clock))


@pytest_asyncio.fixture(scope="class", loop_scope="class")
async def _one_store(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[tuple[Path, Store]]:
    folder = tmp_path_factory.mktemp("daily")
    async with opened(folder) as store:
        yield folder / "store.db", store


@pytest_asyncio.fixture(scope="class", loop_scope="class")
async def _one_bot(
    sample_folder: IndexFolder, _one_store: tuple[Path, Store]
) -> AsyncIterator[tuple[DiscordServer, DatelineClient]]:
    async with (
        start_server(timing=PATIENT) as server,
        started(sample_folder) as engine,
        connected(client(server, _one_store[1], engine, HandClock(_NOW))) as bot,
    ):
        yield server, bot


@pytest.fixture
def clock(request: pytest.FixtureRequest) -> HandClock:
    if not has_one_bot(request):
        return HandClock(_NOW)
    clock = request.getfixturevalue("_one_bot")[1].host.clock
    assert isinstance(clock, HandClock)
    clock.set(_NOW)
    return clock


@pytest_asyncio.fixture(loop_scope="class")
async def _nothing_left(_one_store: tuple[Path, Store]) -> AsyncIterator[None]:
    """Empties what the tests of a class share, while its loop lets the bot end what it writes."""

    def delete() -> None:
        with closing(sqlite3.connect(_one_store[0])) as store, store:
            for table in ("subscriptions", "posts"):
                store.execute(f"DELETE FROM {table}")

    yield
    await asyncio.to_thread(delete)


@pytest.fixture
def discord_server(discord_server: DiscordServer, clock: HandClock, request: pytest.FixtureRequest) -> DiscordServer:
    """A stand-in for Discord; where others of the class use it too, the test has a guild of its own there."""
    if has_one_bot(request):
        request.getfixturevalue("_nothing_left")
        guild = discord_server.guild = discord_server.add_guild("Newsroom")
        discord_server.channel = guild.channels[0]
    return discord_server


@pytest.fixture
def store(request: pytest.FixtureRequest) -> Store:
    found = request.getfixturevalue("_one_store")[1] if has_one_bot(request) else request.getfixturevalue("_own_store")
    assert isinstance(found, Store)
    return found


@pytest.fixture
async def _own_store(tmp_path: Path) -> AsyncIterator[Store]:
    async with opened(tmp_path) as store:
        yield store


@pytest.fixture
async def engine(sample_folder: IndexFolder) -> AsyncIterator[Engine]:
    async with started(sample_folder) as engine:
        yield engine


@pytest.fixture
async def _own_bot(
    discord_server: DiscordServer, store: Store, engine: Engine, clock: HandClock
) -> AsyncIterator[DatelineClient]:
    async with connected(client(discord_server, store, engine, clock)) as bot:
        yield bot


@pytest.fixture
def bot(running_bot: DatelineClient) -> DatelineClient:
    return running_bot
