"""The server as a pytest fixture; a conftest imports it from here."""

from __future__ import annotations

from collections.abc import AsyncIterator

import pytest

from .running import discord_server as start
from .server import DiscordServer


@pytest.fixture
async def discord_server() -> AsyncIterator[DiscordServer]:
    """A stand-in for Discord on 127.0.0.1 to which discord.py's clients connect."""
    async with start() as server:
        yield server
