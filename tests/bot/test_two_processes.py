"""Two processes on one store get the same presses, as where one takes over from another."""

from __future__ import annotations

import pytest

from bot import settings_words
from bot.server_settings import USUAL
from bot.store.server_settings import BELIEVED_S
from bot.views.answer_actions import REMARK
from tests.bot.conftest import NewStore, StartBot
from tests.bot.stores import EMPTY
from tests.discord_server import DiscordServer
from tests.discord_server.mentions import Pings

PRIVATE = {"date": "2015-12-23", "private": True}


async def test_share_pressed_at_two_processes_shows_it_once(
    discord_server: DiscordServer, start_bot: StartBot, new_store: NewStore
) -> None:
    server, url = discord_server, new_store(EMPTY)
    async with start_bot(store_url=url):
        private = await server.slash("event", PRIVATE)
        [share] = [each["custom_id"] for each in private.buttons if each["label"] == str(settings_words.SHARE)]
    async with start_bot(store_url=url), start_bot(store_url=url):  # each of them gets each press
        before = len(server.post_history())
        presses = [await server.press(private, share, wait=False) for _ in range(3)]
        # Of six answers one is for everybody, and the others say so.
        await server.until(lambda: sum(len(each.followups) for each in presses) == 6)
        said = [message for each in presses for message in each.followups]
        [public] = [message for message in said if not message.ephemeral]
        assert public.text.startswith(f"-# <@{server.user.id}> shared")
        assert public.pings == Pings()
        assert [message.text for message in said if message.ephemeral] == [str(settings_words.ALREADY_SHARED)] * 5
        assert len(server.post_history()) == before + 1


async def test_what_one_process_settles_the_other_follows_and_presses_of_both_count_once(
    discord_server: DiscordServer, start_bot: StartBot, new_store: NewStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    server, url, guild = discord_server, new_store(EMPTY), discord_server.guild.id
    async with start_bot(store_url=url) as one, start_bot(store_url=url) as other:
        assert await other.host.settings.of(guild) == USUAL
        await one.host.settings.change(guild, lambda now: now.for_all(private=True))
        late = other.host.settings._clock() + BELIEVED_S
        monkeypatch.setattr(other.host.settings, "_clock", lambda: late)
        assert (await other.host.settings.of(guild)).private
    async with start_bot(store_url=url):
        card = await server.slash("settings", user=server.owner)
        assert (await server.slash("event", {"date": "2015-12-23"})).ephemeral
        asked = await server.slash("ask", {"query": "the war", "private": False})
        drawn = await server.slash("random", {"private": False})
        helped = await server.slash("help")
    async with start_bot(store_url=url) as bot:
        await server.press(card, str(settings_words.FEEDBACK[False]), user=server.owner)
        more = await server.press(asked, "More")
        opened = await server.press(more, str(settings_words.NOT_MEANT))
        assert "Thank you" in (await server.modal(opened, {REMARK: "another"})).text
        assert [each.remark for each in await bot.host.feedback.all()] == ["another"]
        assert (await server.press(drawn, "Another")).text
        assert (await server.press(helped, helped.buttons[0]["label"])).ephemeral
