"""The bot's parts as the bot makes them, for tests and proofs that run it here or in a process of its own."""

from __future__ import annotations

import datetime as dt
import os
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

from bot.client import DatelineClient
from bot.config import Config
from bot.engine import Engine
from bot.store import Store
from embeddings.index.folder import IndexFolder
from tests.bot.stores import PATIENT
from tests.discord_server import DiscordServer
from tests.discord_server.running import quicken
from tests.word_encoder import WordEncoder

TODAY = dt.date(2026, 11, 22)


@asynccontextmanager
async def started(index: IndexFolder) -> AsyncIterator[Engine]:
    """An engine that answers."""
    engine = Engine(index, lambda _: WordEncoder(), lambda: TODAY)
    try:
        await engine.start()
        yield engine
    finally:
        await engine.close()


@asynccontextmanager
async def parts(index: IndexFolder, store_url: str, patience: float = PATIENT) -> AsyncIterator[tuple[Engine, Store]]:
    """What outlives a connection: an engine that has started, and an open store."""
    store = await Store.open(store_url, patience)
    try:
        async with started(index) as engine:
            yield engine, store
    finally:
        await store.close()


def quick_client(config: Config, engine: Engine, store: Store) -> DatelineClient:
    """A client without discord.py's own waits at a start, for `bot.run` to make in place of its own."""
    client = DatelineClient(config, engine, store)
    quicken(client)
    return client


def environment(server: DiscordServer, index: Path, store_url: str) -> dict[str, str]:
    """What a process of the bot needs to know: this process's environment, with the bot's settings."""
    return {
        **os.environ,
        "DATELINE_DISCORD__TOKEN": server.token,
        "DATELINE_DISCORD__API_URL": server.api_url,
        "DATELINE_INDEX__PATH": str(index),
        "DATELINE_STORE__URL": store_url,
    }
