"""The server as a pytest fixture; a conftest imports it from here."""

from __future__ import annotations

from collections.abc import AsyncIterator

import pytest

from .clock import Timing
from .running import discord_server as start
from .server import DiscordServer

PATIENT = Timing(acknowledge_s=60.0, patience_s=60.0)
"""Tests look at what a bot answers; how soon it does is the machine's, and for the load proof to measure."""


@pytest.fixture
async def discord_server() -> AsyncIterator[DiscordServer]:
    """A stand-in for Discord on 127.0.0.1 to which discord.py's clients connect."""
    async with start(timing=PATIENT) as server:
        yield server
