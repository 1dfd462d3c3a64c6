"""What users see while the store is away: answers as ever, and a sentence where it is needed."""

from __future__ import annotations

import asyncio
import logging
import sqlite3
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest

from bot import error_words, words
from bot.client import DatelineClient
from tests.bot.conftest import StartBot
from tests.discord_server import DiscordServer, Reply


@pytest.fixture
async def bot(start_bot: StartBot, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[DatelineClient]:
    """A bot that does not wait long for a lock, which here is let go only when it has been seen."""
    monkeypatch.setattr("bot.store.address.BUSY_S", 0.2)
    async with start_bot() as client:
        yield client


@asynccontextmanager
async def locked(folder: Path) -> AsyncIterator[None]:
    """Another process holds the database, as one that copies it may."""
    holder = sqlite3.connect(folder / "store.db", isolation_level=None, check_same_thread=False)
    await asyncio.to_thread(holder.execute, "BEGIN IMMEDIATE")
    try:
        yield
    finally:
        holder.close()


async def opened(server: DiscordServer, reply: Reply) -> Reply:
    select = reply.selects[0]
    return await server.choose(reply, select["custom_id"], [str(select["options"][0]["value"])])


async def test_answers_go_on_while_the_store_is_locked(
    bot: DatelineClient, discord_server: DiscordServer, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    before = await discord_server.slash("event", {"date": "2010-01-01..2019-12-31"})
    kept = await discord_server.slash("ask", {"query": "earthquake", "count": 10})
    caplog.set_level(logging.INFO)
    async with locked(tmp_path):
        answer = await discord_server.slash("ask", {"query": "earthquake", "count": 10})
        assert answer.text
        assert [each["label"] for each in answer.buttons] == []  # no pages, for nobody could remember them
        assert (await opened(discord_server, answer)).text.startswith("-# earthquake\n### ")
        assert "2 of" in (await discord_server.press(before, "Next")).text
        assert "2 of" in (await discord_server.press(kept, "Next")).text  # what is stored can still be read
        told = await discord_server.slash("daily show", user=discord_server.owner)
        assert "daily posts" in told.text
        options = {"channel": discord_server.channel, "time": "9:00", "timezone": "UTC"}
        told = await discord_server.slash("daily set", options, user=discord_server.owner)
        assert told.text == str(error_words.STORE_AWAY)
        assert told.ephemeral
    lines = [record.message for record in caplog.records if record.name.startswith("bot") and record.levelno > 20]
    assert len([line for line in lines if "is away" in line]) == 1
    assert not [record for record in caplog.records if record.exc_info]
    store = bot._store
    await discord_server.until(lambda: store.is_there)
    await asyncio.sleep(0)
    again = await discord_server.slash("ask", {"query": "earthquake", "count": 10})
    assert "Next" in [each["label"] for each in again.buttons]


async def test_pages_of_an_answer_that_cannot_be_looked_up_say_so(
    bot: DatelineClient, discord_server: DiscordServer, tmp_path: Path
) -> None:
    kept = await discord_server.slash("ask", {"query": "earthquake", "count": 10})
    (tmp_path / "store.db").rename(tmp_path / "moved.db")
    refused = await discord_server.press(kept, "Next")
    assert str(words.ANSWER_AWAY) in refused.text
    (tmp_path / "moved.db").rename(tmp_path / "store.db")
    await discord_server.until(lambda: bot._store.is_there)
    assert "2 of" in (await discord_server.press(kept, "Next")).text
