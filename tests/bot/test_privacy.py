"""Who sees what, where the store is slow or away; and what is forgotten when, as PRIVACY.md has it."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace
from pathlib import Path

import pytest
from sqlalchemy import text

from bot import error_words, settings_words
from bot.client import DatelineClient
from bot.server_settings import USUAL
from bot.store import Store
from bot.store.address import engine_of, parse
from bot.store.feedback import FEEDBACK_KEPT_DAYS
from bot.store.server_settings import KEPT_AFTER_LEAVING_S
from bot.store.shares import SHARES_KEPT_S
from tests.bot.conftest import ONE_BOT, StartBot
from tests.bot.stores import EMPTY, PATIENT
from tests.discord_server import DiscordServer
from tests.postgresql import PostgreSQL

DAY = {"date": "2015-12-23"}
DAY_S = 24 * 60 * 60.0
COMMANDS: list[tuple[str, dict[str, object]]] = [
    ("ask", {"query": "moon landing"}),
    ("event", dict(DAY)),
    ("onthisday", {}),
    ("related", {"event": "moon"}),
    ("random", {}),
    ("about", {}),
    ("help", {}),
]


def everybody_sees(server: DiscordServer) -> int:
    return len(server.post_history())


async def settle_private(store_url: str, guild: int) -> None:
    store = await Store.open(store_url, PATIENT)
    await store.settings.change(guild, lambda now: now.for_all(private=True))
    await store.close()


@asynccontextmanager
async def hanging(store_url: str) -> AsyncIterator[None]:
    """Whoever reads servers' settings waits."""
    engine = engine_of(parse(store_url))
    async with engine.connect() as connection:
        await connection.execute(text("LOCK TABLE server_settings IN ACCESS EXCLUSIVE MODE"))
        yield
        await connection.rollback()
    await engine.dispose()


class TestWithoutTheStore:
    async def test_a_server_that_wants_answers_private_has_them_so_after_a_restart(
        self, discord_server: DiscordServer, start_bot: StartBot, tmp_path: Path
    ) -> None:
        url = EMPTY.in_folder(tmp_path)
        await settle_private(url, discord_server.guild.id)
        async with start_bot():
            (tmp_path / "store.db").rename(tmp_path / "away.db")
            for name, options in COMMANDS:
                reply = await discord_server.slash(name, options)
                assert [each.ephemeral for each in reply.messages] == [True], name
                assert str(error_words.STORE_AWAY) not in reply.text
            assert (await discord_server.message_menu("Find related events", "the moon landing")).ephemeral
            private = await discord_server.slash("event", DAY)
            before = everybody_sees(discord_server)
            await discord_server.press(private, str(settings_words.SHARE))  # whoever asked can still show it
            assert everybody_sees(discord_server) == before + 1

    async def test_a_slow_store_shows_nothing_to_everybody_and_is_not_waited_for(
        self, discord_server: DiscordServer, start_bot: StartBot, postgresql: PostgreSQL
    ) -> None:
        url = EMPTY.on(postgresql)
        await settle_private(url, discord_server.guild.id)
        async with start_bot(store_url=url, patience=0.1) as bot:
            async with hanging(url):
                reply = await discord_server.slash("event", DAY)
                assert reply.error is None
                assert [each.ephemeral for each in reply.messages] == [True]
            assert discord_server.guild.id not in bot.host.settings._known


class TestAPrivateAnswer:
    pytestmark = ONE_BOT

    @pytest.mark.parametrize(("name", "options"), COMMANDS)
    async def test_a_private_answer_that_fails_is_told_privately(
        self,
        discord_server: DiscordServer,
        running_bot: DatelineClient,
        monkeypatch: pytest.MonkeyPatch,
        name: str,
        options: dict[str, object],
    ) -> None:
        guild = discord_server.add_guild("private")
        await running_bot.host.settings.change(guild.id, lambda now: now.for_all(private=True))
        monkeypatch.setattr("bot.desk.layout", lambda *_: 1 / 0)
        reply = await discord_server.slash(name, options, guild=guild)
        assert [each.ephemeral for each in reply.messages] == [True]
        assert "reference" in reply.text
        assert discord_server.post_history(guild.channels[0]) == []


class TestForgetting:
    async def test_a_day_of_the_bot_forgets_feedback_shares_and_settings_of_servers_left_when_it_is_said(
        self, discord_server: DiscordServer, running_bot: DatelineClient, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        host, guild = running_bot.host, discord_server.guild.id
        await discord_server.until(lambda: running_bot.poster.wall_is_right)
        now = host.clock()
        left = discord_server.add_guild("left")
        await discord_server.until(lambda: running_bot.get_guild(left.id))
        for each in (guild, left.id):
            await host.settings.change(each, lambda now: now.for_all(private=True))
        await host.feedback.keep("q", [], "", now)
        assert await host.shares.claim("1:x", now)
        discord_server.remove_guild(left)
        await discord_server.until(lambda: running_bot.get_guild(left.id) is None)
        await running_bot._leave(left.id)  # which the gateway event has begun

        async def at(seconds: float) -> tuple[int, bool, bool]:
            """After a day's forgetting: feedback, settings of the server that was left, whether the share is known."""
            host.shares._here.clear()
            monkeypatch.setattr(running_bot, "host", replace(host, clock=lambda: now + seconds))
            await running_bot._forget()
            is_new = await host.shares.claim("1:x", now)
            return len(await host.feedback.all()), await host.settings.read(left.id) != USUAL, not is_new

        assert await at(SHARES_KEPT_S - 60) == (1, True, True)
        assert await at(SHARES_KEPT_S + 60) == (1, True, False)
        assert await at(KEPT_AFTER_LEAVING_S - 60) == (1, True, False)
        assert await at(KEPT_AFTER_LEAVING_S + 60) == (1, False, False)
        assert await at(FEEDBACK_KEPT_DAYS * DAY_S - 60) == (1, False, False)
        assert await at(FEEDBACK_KEPT_DAYS * DAY_S + 60) == (0, False, False)
        assert (await host.settings.read(guild)).private

    async def test_a_server_that_takes_the_bot_back_finds_its_settings(
        self, discord_server: DiscordServer, running_bot: DatelineClient
    ) -> None:
        host, guild = running_bot.host, discord_server.guild
        await host.settings.change(guild.id, lambda now: now.for_all(private=True))
        await host.settings.leave(guild.id, 1.0)
        await running_bot._come_back()
        await host.settings.forget(1e12)
        assert (await host.settings.read(guild.id)).private

    async def test_servers_that_removed_the_bot_while_it_was_off_count_as_left_and_others_do_not(
        self, discord_server: DiscordServer, start_bot: StartBot
    ) -> None:
        gone = discord_server.add_guild("gone")
        out = discord_server.add_guild("has an outage")
        async with start_bot() as bot:
            for each in (discord_server.guild.id, gone.id, out.id):
                await bot.host.settings.change(each, lambda now: now.for_all(private=True))
        discord_server.remove_guild(gone)
        async with start_bot() as bot:
            discord_server.remove_guild(out, unavailable=True)
            await discord_server.until(lambda: getattr(bot.get_guild(out.id), "unavailable", False))
            await bot._come_back()
            await bot.host.settings.forget(1e12)
            private = [await bot.host.settings.read(each.id) != USUAL for each in (discord_server.guild, gone, out)]
            assert private == [True, False, True]
            bot.shard_count = 2  # of which this process runs the first
            assert [bot._serves(shard << 22) for shard in range(4)] == [True, False, True, False]


async def test_a_read_that_ends_after_a_change_does_not_bring_the_old_back(store_url: str) -> None:
    ticks = iter(range(1_000))
    store = await Store.open(store_url, PATIENT)
    settings = store.settings
    settings._clock = lambda: float(next(ticks))
    read_before = asyncio.Event()
    go_on = asyncio.Event()
    read = settings._read

    async def slowly(guild: int) -> object:
        found = await read(guild)
        read_before.set()
        await go_on.wait()
        return found

    settings._read = slowly  # type: ignore[method-assign,assignment]
    reading = asyncio.create_task(settings.read(7))
    await read_before.wait()
    await settings.change(7, lambda now: now.for_all(private=True))
    go_on.set()
    assert (await reading).private
    assert settings._known[7].settings.private
    await store.close()
