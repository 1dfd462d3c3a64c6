"""`/settings`, and what it does to answers: over the stand-in, in servers, threads, direct messages and elsewhere."""

from __future__ import annotations

import datetime as dt
from pathlib import Path

import pytest

from bot import error_words, settings_words, words
from bot.client import DatelineClient
from bot.local_dates import long_date, short_date
from bot.server_settings import USUAL, ServerSettings
from bot.store.server_settings import BELIEVED_S
from bot.views import settings_items
from tests.bot.conftest import ONE_BOT, StartBot
from tests.bot.test_presses import button, message_with, select
from tests.bot.test_store_away import locked
from tests.discord_server import Channel, DiscordServer, NotOfferedError, Reply, User
from tests.speech import said

DAY = {"date": "2015-12-23"}


async def settings(server: DiscordServer, **how: User) -> Reply:
    return await server.slash("settings", user=how.get("user", server.owner))


async def settle(server: DiscordServer, which: str, values: list[object]) -> Reply:
    """Choose something on a new card."""
    return await server.choose(await settings(server), which, values, user=server.owner)


async def make_private(server: DiscordServer, *channels: Channel) -> None:
    if channels:
        await settle(server, str(settings_words.WHERE_PUBLIC), list(channels))
    else:
        await settle(server, str(settings_words.WHO_SEES), [str(settings_words.FOR_ASKER)])


async def settle_attribution(server: DiscordServer) -> None:
    await server.press(await settings(server), str(settings_words.ATTRIBUTION[True]), user=server.owner)


class TestCard:
    async def test_shows_what_holds_and_what_a_press_made_of_it(
        self, discord_server: DiscordServer, running_bot: DatelineClient
    ) -> None:
        server, owner = discord_server, discord_server.owner
        card = await settings(server)
        assert card.ephemeral
        assert "Nobody has settled it yet" in card.text
        assert "English (United States), as Discord says of this server" in card.text
        card = await server.choose(card, str(settings_words.WHO_SEES), str(settings_words.FOR_ASKER), user=owner)
        assert "only whoever asked sees them" in card.text
        card = await server.choose(card, settings_words.languages("B", "G"), "German – Deutsch", user=owner)
        assert "daily posts: German – Deutsch." in card.text
        card = await server.choose(card, settings_words.languages("H", "V"), "Polish – polski", user=owner)
        assert "daily posts: Polish – polski." in card.text
        card = await server.press(card, str(settings_words.FEEDBACK[False]), user=owner)
        assert f"under answers stands {settings_words.NOT_MEANT}" in card.text.replace("*", "")
        card = await server.press(card, str(settings_words.ATTRIBUTION[True]), user=owner)
        assert "does not stand" in card.text
        card = await server.choose(card, str(settings_words.WHERE_PUBLIC), [server.channel], user=owner)
        assert f"everybody sees them in <#{server.channel.id}>" in card.text
        stored = await running_bot.host.settings.read(server.guild.id)
        assert stored == ServerSettings(True, (server.channel.id,), "pl", attribution=False, feedback=True)
        card = await server.choose(
            card, settings_words.languages("B", "G"), str(settings_words.OWN_LANGUAGE), user=owner
        )
        card = await server.choose(card, str(settings_words.WHERE_PUBLIC), [], user=owner)
        assert "only whoever asked sees them, and can share them" in card.text
        card = await server.choose(card, str(settings_words.WHO_SEES), str(settings_words.FOR_ALL), user=owner)
        assert (await running_bot.host.settings.read(server.guild.id)).private is False
        assert card.refusals == []

    async def test_a_channel_that_was_deleted_is_named_no_longer(
        self, discord_server: DiscordServer, running_bot: DatelineClient
    ) -> None:
        gone = discord_server.add_channel("gone")
        await discord_server.until(lambda: running_bot.get_channel(gone.id))
        await make_private(discord_server, gone)
        discord_server.delete_channel(gone)
        await discord_server.until(lambda: running_bot.get_channel(gone.id) is None)
        card = await settings(discord_server)
        assert f"<#{gone.id}>" not in card.text
        assert not any(select.get("default_values") for select in card.selects)

    async def test_lasts_over_a_restart_and_its_old_buttons_work(
        self, discord_server: DiscordServer, start_bot: StartBot
    ) -> None:
        async with start_bot():
            card = await settings(discord_server)
            await make_private(discord_server)
        async with start_bot():
            assert (await discord_server.slash("event", DAY)).ephemeral
            card = await discord_server.press(card, str(settings_words.FEEDBACK[False]), user=discord_server.owner)
            assert "only whoever asked sees them" in card.text
            assert "stands *Not what I meant*" in card.text

    async def test_whom_discord_lets_use_it_is_asked_nothing_more(
        self, discord_server: DiscordServer, running_bot: DatelineClient
    ) -> None:
        assert running_bot.is_ready()
        with pytest.raises(NotOfferedError):
            await discord_server.slash("settings")
        # A server has let this member use it under Integrations.
        card = await discord_server.slash("settings", forced=True)
        assert str(settings_words.HEADING).removeprefix("## ") in card.text
        card = await discord_server.press(card, str(settings_words.FEEDBACK[False]))
        assert "stands *Not what I meant*" in card.text

    async def test_a_store_that_is_away_is_told_and_nothing_changes(
        self, discord_server: DiscordServer, start_bot: StartBot, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr("bot.store.address.BUSY_S", 0.2)
        async with start_bot() as bot:
            card = await settings(discord_server)
            async with locked(tmp_path):
                told = await discord_server.press(card, str(settings_words.FEEDBACK[False]), user=discord_server.owner)
                assert str(error_words.STORE_AWAY) in told.text
            assert await bot.host.settings.of(discord_server.guild.id) == USUAL


class TestNobodyElseChangesAServer:
    pytestmark = ONE_BOT

    @pytest.mark.parametrize("custom_id", ["ds:feedback:1", "ds:attribution:0"])
    async def test_a_button_under_a_message_that_everybody_sees_changes_nothing(
        self, discord_server: DiscordServer, running_bot: DatelineClient, custom_id: str
    ) -> None:
        public = message_with(discord_server, button(custom_id))
        reply = await discord_server.press(public, "Old")
        assert reply.ephemeral
        assert reply.text == str(settings_words.PUBLIC_CARD)
        assert await running_bot.host.settings.read(discord_server.guild.id) == USUAL

    @pytest.mark.parametrize(("custom_id", "value"), [("ds:answers", "private"), ("ds:language:1", "de")])
    async def test_nor_does_a_select(
        self, discord_server: DiscordServer, running_bot: DatelineClient, custom_id: str, value: str
    ) -> None:
        public = message_with(discord_server, select(custom_id, [value]))
        reply = await discord_server.choose(public, custom_id, [value])
        assert reply.ephemeral
        assert reply.text == str(settings_words.PUBLIC_CARD)
        channels = message_with(discord_server, {"type": 8, "custom_id": "ds:channels", "min_values": 0})
        reply = await discord_server.choose(channels, "ds:channels", [discord_server.channel])
        assert reply.text == str(settings_words.PUBLIC_CARD)
        assert await running_bot.host.settings.read(discord_server.guild.id) == USUAL

    async def test_a_card_is_only_there_for_whoever_discord_let_use_the_command(
        self, discord_server: DiscordServer, running_bot: DatelineClient
    ) -> None:
        card = await settings(discord_server)
        assert [message.ephemeral for message in card.messages] == [True]
        with pytest.raises(NotOfferedError, match="only owner sees this message"):
            await discord_server.press(card, str(settings_words.FEEDBACK[False]))
        assert await running_bot.host.settings.read(discord_server.guild.id) == USUAL

    async def test_a_user_who_installed_the_bot_alone_changes_nothing(
        self, discord_server: DiscordServer, running_bot: DatelineClient
    ) -> None:
        user = discord_server.add_user("traveller", installed=True)
        guild = discord_server.add_guild("elsewhere", bot_is_member=False)
        for where in (guild, None):
            with pytest.raises(NotOfferedError):
                await discord_server.slash("settings", user=user, guild=where)
            reply = await discord_server.slash("settings", user=user, guild=where, forced=True)
            assert reply.ephemeral
            assert reply.text.replace("\\", "") == str(settings_words.FOR_SERVERS)
        asked = await discord_server.slash("event", {**DAY, "private": True}, user=user, guild=guild)
        asked.message.buttons[0].update(custom_id="ds:feedback:1", label="Forged")
        told = await discord_server.press(asked, "Forged", user=user)
        assert str(settings_words.FOR_SERVERS) in told.text.replace("\\", "")
        assert await running_bot.host.settings.read(guild.id) == USUAL

    @pytest.mark.parametrize(
        ("custom_id", "value"), [("ds:answers", "secret"), ("ds:language:1", "tlh"), ("ds:language:0", "de")]
    )
    async def test_a_value_of_another_version_says_so(
        self, discord_server: DiscordServer, running_bot: DatelineClient, custom_id: str, value: str
    ) -> None:
        message = message_with(discord_server, select(custom_id, [value]))
        told = await discord_server.choose(message, custom_id, [value])
        assert told.text == str(error_words.BUTTON_OF_ANOTHER_VERSION)
        assert await running_bot.host.settings.read(discord_server.guild.id) == USUAL


class TestWhoSees:
    async def test_every_command_follows_the_server_unless_whoever_asks_says_otherwise(
        self, discord_server: DiscordServer, running_bot: DatelineClient
    ) -> None:
        commands: list[tuple[str, dict[str, object]]] = [
            ("ask", {"query": "moon landing"}), ("event", dict(DAY)), ("onthisday", {}), ("related", {"event": "moon"}),
            ("random", {}), ("about", {}),
        ]  # fmt: skip
        assert running_bot.is_ready()
        for name, options in commands:
            assert not (await discord_server.slash(name, options)).ephemeral
            assert (await discord_server.slash(name, {**options, "private": True})).ephemeral
        assert (await discord_server.message_menu("Find related events", "the moon landing")).ephemeral
        await make_private(discord_server)
        for name, options in commands:
            assert (await discord_server.slash(name, options)).ephemeral
            assert not (await discord_server.slash(name, {**options, "private": False})).ephemeral
        assert (await discord_server.message_menu("Find related events", "the moon landing")).ephemeral
        await settle(discord_server, str(settings_words.WHO_SEES), [str(settings_words.FOR_ALL)])
        assert not (await discord_server.message_menu("Find related events", "the moon landing")).ephemeral
        assert (await discord_server.slash("help")).ephemeral  # unless whoever asks says otherwise
        assert not (await discord_server.slash("help", {"private": False})).ephemeral

    async def test_a_channel_may_be_public_and_its_threads_are_with_it(
        self, discord_server: DiscordServer, running_bot: DatelineClient
    ) -> None:
        history = discord_server.add_channel("history")
        await discord_server.until(lambda: running_bot.get_channel(history.id))
        thread, other = discord_server.add_thread("moon", history), discord_server.add_thread("else")
        await make_private(discord_server, history)
        for channel, private in ((history, False), (thread, False), (discord_server.channel, True), (other, True)):
            assert (await discord_server.slash("event", DAY, channel=channel)).ephemeral is private
        assert not (await discord_server.slash("event", DAY, guild=None)).ephemeral  # a server's settings are its own

    async def test_without_the_store_the_last_known_holds_and_nobody_waits(
        self,
        discord_server: DiscordServer,
        running_bot: DatelineClient,
        tmp_path: Path,
        monkeypatch: pytest.MonkeyPatch,
    ) -> None:
        await make_private(discord_server)
        (tmp_path / "store.db").rename(tmp_path / "away.db")
        monkeypatch.setattr("bot.store.server_settings.BELIEVED_S", 0.0)
        reply = await discord_server.slash("event", DAY)
        assert reply.ephemeral
        assert "at least 200 civilians" in reply.text
        # What a server has settled that nobody has asked for yet is not known: it may be that nobody else is to see it.
        new = discord_server.add_guild("new")
        assert (await discord_server.slash("event", DAY, guild=new)).ephemeral
        assert not (await discord_server.slash("event", {**DAY, "private": False}, guild=new)).ephemeral
        assert not (await discord_server.slash("event", DAY, guild=None)).ephemeral
        assert running_bot.is_ready()

    async def test_another_process_follows_within_seconds(
        self, discord_server: DiscordServer, start_bot: StartBot, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        async with start_bot() as one, start_bot() as other:
            guild = discord_server.guild.id
            assert await other.host.settings.of(guild) == USUAL
            await one.host.settings.change(guild, lambda now: now.for_all(private=True))
            assert (await one.host.settings.of(guild)).private
            late = other.host.settings._clock() + BELIEVED_S
            monkeypatch.setattr(other.host.settings, "_clock", lambda: late)
            assert (await other.host.settings.of(guild)).private


class TestWhatStandsAroundAnswers:
    async def test_dates_in_public_answers_and_posts_are_in_the_servers_language(
        self, discord_server: DiscordServer, running_bot: DatelineClient
    ) -> None:
        await settle(discord_server, settings_words.languages("B", "G"), ["French – français"])
        public = await discord_server.slash("event", DAY, locale="de")
        french, german = (said(locale, lambda: short_date(dt.date(2015, 12, 23))) for locale in ("fr", "de"))
        assert french in public.text
        opened = await discord_server.choose(
            public, public.selects[0]["custom_id"], [public.selects[0]["options"][0]["value"]], locale="de"
        )
        assert said("fr", lambda: long_date(dt.date(2015, 12, 23))) in opened.text
        back = await discord_server.press(
            opened, said("fr", words.BACK_TO_LIST), user=discord_server.owner, locale="de"
        )
        assert back.ephemeral
        assert german in back.text
        private = await discord_server.slash("event", {**DAY, "private": True}, locale="de")
        assert german in private.text
        options = {"channel": discord_server.channel, "time": "9:00", "timezone": "UTC"}
        await discord_server.slash("daily set", options, user=discord_server.owner)
        [subscription] = await running_bot.host.daily.of_guild(discord_server.guild.id)
        post, _ = await running_bot.host.guide.daily(subscription, dt.date(2026, 7, 20))
        assert post.blocks[0] == f"## {said('fr', lambda: words.on_this_day_heading(7, 20))}"
        credit = said("fr", lambda: words.text_from(""))
        assert credit in post.blocks[-1]
        await settle_attribution(discord_server)
        post, _ = await running_bot.host.guide.daily(subscription, dt.date(2026, 7, 20))
        assert not any(credit in block for block in post.blocks)

    async def test_the_attribution_can_be_left_out(
        self, discord_server: DiscordServer, running_bot: DatelineClient
    ) -> None:
        asked: list[tuple[str, dict[str, object]]] = [
            ("event", dict(DAY)), ("ask", {"query": "moon landing"}), ("onthisday", {}), ("related", {"event": "moon"}),
        ]  # fmt: skip
        for name, options in asked:
            assert "Text: " in (await discord_server.slash(name, options)).text
        await settle_attribution(discord_server)
        for name, options in asked:
            reply = await discord_server.slash(name, options)
            assert "Text: " not in reply.text
            assert not reply.text.rstrip().endswith("-#")
        page = await discord_server.slash("event", {"date": "the 1960s"})
        assert "page 1 of" in page.text
        assert "Text: " not in (await discord_server.press(page, "Next")).text
        assert "CC0" in (await discord_server.slash("about")).text
        assert running_bot.is_ready()


def test_custom_ids_are_for_good() -> None:
    assert settings_items.ANSWERS == "ds:answers"
    assert settings_items.CHANNELS == "ds:channels"
    assert settings_items.language_select(2) == "ds:language:2"
    assert settings_items.switch("feedback", is_on=True) == "ds:feedback:1"
    assert settings_items.switch("attribution", is_on=False) == "ds:attribution:0"
    button, select, channels = 2, 3, 8
    meant = {
        (button, "ds:attribution:0", ()): ServerSettings(attribution=False),
        (button, "ds:feedback:1", ()): ServerSettings(feedback=True),
        (select, "ds:answers", ("private",)): ServerSettings(private=True),
        (select, "ds:answers", ("public",)): ServerSettings(private=False),
        (select, "ds:language:2", ("pt-BR",)): ServerSettings(language="pt-BR"),
        (select, "ds:language:1", ("own",)): USUAL,
        (channels, "ds:channels", ("7", "5")): ServerSettings(private=True, public_channels=(5, 7)),
    }
    for (kind, custom_id, values), result in meant.items():
        change = settings_items.change(kind, custom_id, values)
        assert change is not None
        assert change(USUAL) == result
        for other in {button, select, channels} - {kind}:
            assert settings_items.change(other, custom_id, values) is None
