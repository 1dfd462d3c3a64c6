"""Starting the server for a test, and discord.py clients that connect to it."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from functools import partial
from typing import Any, TypeVar

import discord
import yarl
from discord.gateway import DiscordWebSocket
from discord.http import Route

from .server import TOKEN, DiscordServer

C = TypeVar("C", bound=discord.Client)


@asynccontextmanager
async def discord_server(**settings: Any) -> AsyncIterator[DiscordServer]:
    """Start a server and point discord.py at it; `settings` are those of `DiscordServer`.

    At the end it fails if the bot asked for a route that the server does not have.
    """
    server = DiscordServer(**settings)
    await server.start()
    before = Route.BASE, DiscordWebSocket.DEFAULT_GATEWAY
    Route.BASE, DiscordWebSocket.DEFAULT_GATEWAY = server.api_url, yarl.URL(server.gateway_url)
    try:
        yield server
        server.check()
    finally:
        Route.BASE, DiscordWebSocket.DEFAULT_GATEWAY = before
        await server.stop()


def quicken(client: discord.Client, ready_s: float = 0.03) -> None:
    """Take the waiting out of a client: 5 s between IDENTIFYs, 2 s for late guilds before `ready`."""

    async def at_once(shard_id: int | None, *, initial: bool = False) -> None:
        return

    client.before_identify_hook = at_once  # type: ignore[method-assign]  # of any client, without a subclass
    if isinstance(client, discord.AutoShardedClient):
        plainly = partial(discord.AutoShardedClient.launch_shard, client)
        client.launch_shard = plainly  # type: ignore[method-assign]
    client._connection.guild_ready_timeout = ready_s


@asynccontextmanager
async def connected(client: C, token: str = TOKEN) -> AsyncIterator[C]:
    """Run a client until the block ends; it is ready when the block begins."""
    quicken(client)
    tasks: list[asyncio.Task[None]] = []
    try:
        await client.login(token)
        tasks = [asyncio.create_task(client.connect()), asyncio.create_task(client.wait_until_ready())]
        await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED)
        if tasks[0].done():
            tasks[0].result()
        yield client
    finally:
        await client.close()
        for task in reversed(tasks):
            if task is tasks[0]:
                await asyncio.wait([task], timeout=60)
            task.cancel()
