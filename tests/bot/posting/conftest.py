"""The stand-in for Discord and a client without a gateway, on a clock that is set by hand."""

from __future__ import annotations

from collections.abc import AsyncIterator

import discord
import pytest

from tests.bot.daily.parts import HandClock, logged_in
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
