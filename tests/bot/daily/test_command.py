"""`/daily` on Discord: what moderators do, see and are told."""

from __future__ import annotations

import datetime as dt
import sqlite3
from contextlib import closing
from pathlib import Path

import pytest

from bot.client import DatelineClient
from bot.daily.claims import State, Terms, Wish
from bot.engine import Engine
from bot.markup import escape
from bot.store import Store
from embeddings.events import Event
from tests.bot.conftest import ONE_BOT, TODAY
from tests.bot.daily.conftest import client
from tests.bot.daily.parts import HandClock, list_of
from tests.discord_server import DiscordServer, NotOfferedError, Permission, Reply, connected
from tests.discord_server.mentions import Pings


def has_left(folder: Path) -> bool:
    """Whether the store knows that the bot is no longer in the server of a subscription."""
    with closing(sqlite3.connect(f"{(folder / 'store.db').as_uri()}?mode=ro", uri=True)) as database:
        return bool(database.execute("SELECT count(*) FROM subscriptions WHERE left_at IS NOT NULL").fetchone()[0])


async def daily(server: DiscordServer, name: str, /, **options: object) -> Reply:
    """A command of the owner, who may do everything."""
    reply = await server.slash(f"daily {name}", options, user=server.owner)
    assert reply.ephemeral
    assert reply.message.pings == Pings()
    return reply


async def set_daily(server: DiscordServer, **options: object) -> Reply:
    given = {"channel": server.channel, "time": "09:00", "timezone": "Europe/Berlin", **options}
    return await daily(server, "set", **given)


FIFTY = 50  # more than a server may begin with now


async def many_channels(server: DiscordServer, store: Store, clock: HandClock, count: int = 15) -> list[int]:
    """Daily posts in channels with topics of all the length there is, for two pages or more."""
    channels = [server.add_channel(f"channel {number} " + "x" * 80).id for number in range(count)]
    topics = ("🚀" * 90,)
    for channel in channels:
        when = (dt.time(9), "Europe/Berlin", 5, None)
        await store.daily.subscribe(Wish(server.guild.id, channel, *when, topics, topics, "en-US"), clock())
    return channels


async def answer(events: list[Event]) -> list[Event]:
    return events


@pytest.mark.usefixtures("bot")
class TestCommands:
    pytestmark = ONE_BOT

    async def test_set_says_what_comes_and_when(self, discord_server: DiscordServer, store: Store) -> None:
        reply = await set_daily(discord_server)
        assert f"<#{discord_server.channel.id}>" in reply.text
        assert "<t:1784530800:F>" in reply.text  # 2026-07-20T07:00Z
        assert "5 events" in reply.text
        [subscription] = await store.daily.of_guild(discord_server.guild.id)
        assert (subscription.zone, subscription.channel) == ("Europe/Berlin", discord_server.channel.id)

    async def test_set_again_changes_what_is_there(self, discord_server: DiscordServer, store: Store) -> None:
        role = discord_server.add_role("historians", mentionable=True)
        await set_daily(discord_server)
        more = {"events": 3, "role": role, "prefer": "space, science", "leave_out": "football"}
        reply = await set_daily(discord_server, time="9:30 pm", timezone="new york", **more)
        for text in ("3 events", f"<@&{role.id}>", "space, science", "without football", "America/New\\_York"):
            assert text in reply.text
        [subscription] = await store.daily.of_guild(discord_server.guild.id)
        assert (subscription.prefer, subscription.leave_out) == (("space", "science"), ("football",))
        assert f"{subscription.time:%H:%M}" == "21:30"

    @pytest.mark.parametrize(
        ("typed", "zone", "moment"),
        [
            ("GMT+1", "UTC+01:00", 1784534400),  # 2026-07-20T08:00Z
            ("UTC−3:30", "UTC-03:30", 1784550600),
            ("Etc/GMT+4", "UTC-04:00", 1784552400),
            ("Paris, Texas", "America/Chicago", 1784556000),
        ],
    )
    async def test_a_zone_is_set_and_shown_as_what_it_is(
        self, discord_server: DiscordServer, store: Store, typed: str, zone: str, moment: int
    ) -> None:
        reply = await set_daily(discord_server, time="9 a.m.", timezone=typed)
        for text in (reply.text, (await daily(discord_server, "show")).text):
            assert f"at 09\\:00 {escape(zone)}" in text
            assert f"<t:{moment}:F>" in text
        [subscription] = await store.daily.of_guild(discord_server.guild.id)
        assert subscription.zone == zone

    async def test_a_zone_of_an_earlier_version_goes_on_and_is_shown_as_what_it_is(
        self, discord_server: DiscordServer, store: Store, clock: HandClock
    ) -> None:
        wish = Wish(discord_server.guild.id, discord_server.channel.id, dt.time(9), "Etc/GMT+4")
        await store.daily.subscribe(wish, clock())
        shown = (await daily(discord_server, "show")).text
        assert "UTC-04" in shown
        assert "Etc" not in shown
        assert "<t:1784552400:F>" in shown

    async def test_show_lists_every_channel(self, discord_server: DiscordServer) -> None:
        assert "has no daily posts" in (await daily(discord_server, "show")).text
        other = discord_server.add_channel("other")
        await set_daily(discord_server)
        await set_daily(discord_server, channel=other, time="08:30")
        shown = (await daily(discord_server, "show")).text
        assert shown.index(f"<#{other.id}>") < shown.index(f"<#{discord_server.channel.id}>")

    async def test_show_pages_through_fifty_channels_with_long_topics(
        self, discord_server: DiscordServer, store: Store, clock: HandClock
    ) -> None:
        channels = await many_channels(discord_server, store, clock, FIFTY)
        shown = await daily(discord_server, "show")
        pages = [shown.text]
        while any(button["label"] == "Next" for button in shown.buttons):
            shown = await discord_server.press(shown, "Next", user=discord_server.owner)
            pages.append(shown.text)
            assert shown.ephemeral
        assert 5 <= len(pages) <= 50
        assert all(sum(f"<#{channel}>" in page for page in pages) == 1 for channel in channels)
        assert sum(page.count("🚀" * 90) for page in pages) == 100  # each channel's topics are whole
        back = await discord_server.press(shown, "Previous", user=discord_server.owner)
        assert back.text == pages[-2]

    async def test_the_pages_of_show_are_for_those_alone_whom_discord_let_use_it(
        self, discord_server: DiscordServer, store: Store, clock: HandClock
    ) -> None:
        await many_channels(discord_server, store, clock)
        shown = await daily(discord_server, "show")
        assert "page 2 of" in (await discord_server.press(shown, "Next", user=discord_server.owner, permissions=0)).text
        with pytest.raises(NotOfferedError):
            await discord_server.press(shown, "Next")
        # The same button under a message that everybody sees, which the bot sends nowhere.
        row = {"type": 1, "components": [{"type": 2, "style": 2, "label": "Next", "custom_id": "dl:n:0:c:1:"}]}
        body = {"flags": 1 << 15, "components": [row]}
        public = discord_server.messages.create(discord_server.channel, discord_server.bot, body, [])
        refused = await discord_server.press(public, "Next", user=discord_server.owner)
        assert refused.ephemeral
        assert "<#" not in refused.text

    async def test_a_page_of_show_that_is_no_more_is_the_last(
        self, discord_server: DiscordServer, store: Store, clock: HandClock
    ) -> None:
        channels = await many_channels(discord_server, store, clock, 25)
        shown = await daily(discord_server, "show")
        shown = await discord_server.press(shown, "Next", user=discord_server.owner)
        for each in await store.daily.of_guild(discord_server.guild.id):
            if each.channel != channels[0]:
                await store.daily.remove(each.key)
        last = await discord_server.press(shown, "Next", user=discord_server.owner)
        assert f"<#{channels[0]}>" in last.text
        assert not last.buttons

    async def test_which_channel_of_many_is_asked_for_in_a_message_that_fits(
        self, discord_server: DiscordServer, store: Store, clock: HandClock
    ) -> None:
        await many_channels(discord_server, store, clock, FIFTY)
        reply = await daily(discord_server, "pause")
        assert "Which channel?" in reply.text
        assert reply.text.endswith("…")

    async def test_a_preview_of_ten_long_events_fits_with_its_note(
        self, discord_server: DiscordServer, bot: DatelineClient, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        await set_daily(discord_server, events=10)
        long = "It rained on a great many towns for a very long time. " * 20
        events = [Event(f"2015-07-20-{n:08x}", TODAY.replace(year=1960 + n), long, summary=long) for n in range(10)]
        monkeypatch.setattr(bot.host.guide, "post_events", lambda *_: answer(events))  # a day of such events
        shown = await daily(discord_server, "preview")
        assert "only you see this" in shown.text
        assert len(shown.buttons) == 11

    async def test_pause_resume_and_remove(self, discord_server: DiscordServer, store: Store) -> None:
        await set_daily(discord_server)
        assert "are paused" in (await daily(discord_server, "pause")).text
        assert "paused" in (await daily(discord_server, "show")).text
        assert "next <t:" in (await daily(discord_server, "resume")).text
        assert "removed" in (await daily(discord_server, "remove", channel="#general")).text
        assert await store.daily.of_guild(discord_server.guild.id) == []

    async def test_with_several_channels_one_is_asked_for_and_suggested(self, discord_server: DiscordServer) -> None:
        other = discord_server.add_channel("other")
        await set_daily(discord_server)
        await set_daily(discord_server, channel=other)
        assert "Which channel?" in (await daily(discord_server, "pause")).text
        owner = discord_server.owner
        choices = await discord_server.autocomplete("daily pause", {"channel": "oth"}, focused="channel", user=owner)
        assert [(each["name"], each["value"]) for each in choices] == [("#other at 09:00 Europe/Berlin", str(other.id))]
        assert f"<#{other.id}>" in (await daily(discord_server, "pause", channel=choices[0]["value"])).text

    async def test_a_deleted_channels_posts_can_be_removed(self, discord_server: DiscordServer, store: Store) -> None:
        gone = discord_server.add_channel("gone")
        await set_daily(discord_server)
        await set_daily(discord_server, channel=gone)
        discord_server.delete_channel(gone)
        await discord_server.until(lambda: True)
        assert "was deleted" in (await daily(discord_server, "resume", channel=str(gone.id))).text
        await daily(discord_server, "remove", channel=str(gone.id))
        assert len(await store.daily.of_guild(discord_server.guild.id)) == 1

    async def test_preview_is_what_the_next_post_will_be(
        self, discord_server: DiscordServer, bot: DatelineClient, clock: HandClock
    ) -> None:
        await set_daily(discord_server)
        shown = await daily(discord_server, "preview")
        assert "only you see this" in shown.text
        clock.pass_(hours=1)
        await bot.poster.work_off()
        [post] = discord_server.post_history()
        assert post.text in shown.text
        card = await discord_server.press(shown, "1969", user=discord_server.owner)
        assert "Sources" in card.text
        back = await discord_server.press(card, "Back to the list", user=discord_server.owner)
        assert back.text == post.text

    async def test_zones_are_suggested_with_the_time_that_it_is_there(self, discord_server: DiscordServer) -> None:
        async def suggested(text: str) -> list[str]:
            options = {"timezone": text}
            choices = await discord_server.autocomplete(
                "daily set", options, focused="timezone", user=discord_server.owner
            )
            return [choice["name"] for choice in choices]

        assert (await suggested("munich"))[0] == "Munich, Germany · Europe/Berlin · 08:00"
        assert (await suggested("Europe/Berlin"))[0] == "Europe/Berlin · 08:00"
        assert (await suggested("kathmndu"))[0] == "Kathmandu, Nepal · Asia/Kathmandu · 11:45"
        assert (await suggested("utc+0530"))[0] == "UTC+05:30 · 11:30"
        for text in ("", "europe", "zzz", "*" * 90):
            assert 0 < len(await suggested(text)) <= 25


@pytest.mark.usefixtures("bot")
class TestBadInput:
    pytestmark = ONE_BOT

    @pytest.mark.parametrize(
        ("options", "sentences"),
        [
            ({"timezone": "Europe/Berln"}, ["no time zone “Europe/Berln”", "Europe/Berlin"]),
            ({"timezone": "Mars/Olympus"}, ["no time zone", "did you mean"]),
            ({"timezone": "../etc/passwd"}, ["no time zone"]),
            ({"timezone": "EST"}, ["can mean America/New_York", "UTC-05:00 (EST, all year)"]),
            ({"timezone": "UTC+15"}, ["“UTC+15” is no offset that clocks have"]),
            ({"time": "25:00"}, ["“25:00” is not a time of day", "09:00"]),
            ({"time": "09:60"}, ["is not a time of day"]),
            ({"time": "13 pm"}, ["is not a time of day"]),
        ],
    )
    async def test_it_is_refused_in_a_sentence_and_nothing_is_saved(
        self, discord_server: DiscordServer, store: Store, options: dict[str, str], sentences: list[str]
    ) -> None:
        reply = await set_daily(discord_server, **options)
        text = reply.text.replace("\\", "")
        assert all(sentence in text for sentence in sentences), text
        assert not reply.deferred
        assert await store.daily.of_guild(discord_server.guild.id) == []

    @pytest.mark.parametrize(
        ("permission", "named"), [("send_messages", "Send Messages"), ("view_channel", "View Channel")]
    )
    async def test_a_channel_that_the_bot_cannot_post_in(
        self, discord_server: DiscordServer, store: Store, permission: str, named: str
    ) -> None:
        closed = discord_server.add_channel("closed")
        discord_server.deny(closed, permission)
        reply = await set_daily(discord_server, channel=closed)
        assert named in reply.text
        assert "Nothing was saved" in reply.text
        assert await store.daily.of_guild(discord_server.guild.id) == []

    async def test_without_read_message_history_it_works_with_a_warning(self, discord_server: DiscordServer) -> None:
        discord_server.deny(discord_server.channel, "read_message_history")
        assert "may not read the message history" in (await set_daily(discord_server)).text

    async def test_a_role_that_would_not_be_notified(self, discord_server: DiscordServer) -> None:
        role = discord_server.add_role("historians")
        assert "Nothing was saved" in (await set_daily(discord_server, role=role)).text
        everybody = discord_server.guild.everyone
        assert "never everybody" in (await set_daily(discord_server, role=everybody)).text

    @pytest.mark.parametrize("name", ["set", "show", "pause", "resume", "remove", "preview", "test"])
    async def test_a_member_without_the_right(self, discord_server: DiscordServer, name: str) -> None:
        options = {"channel": discord_server.channel, "time": "09:00", "timezone": "UTC"} if name == "set" else {}
        with pytest.raises(NotOfferedError):
            await discord_server.slash(f"daily {name}", options)
        # Discord sends it from whom the server has let use it under Integrations: then nobody asks again.
        reply = await discord_server.slash(f"daily {name}", options, forced=True)
        assert reply.ephemeral
        assert reply.deferred

    async def test_a_manager_who_is_no_owner_may(self, discord_server: DiscordServer) -> None:
        manager = int(Permission.MANAGE_GUILD | Permission.USE_APPLICATION_COMMANDS | Permission.VIEW_CHANNEL)
        reply = await discord_server.slash("daily show", permissions=manager)
        assert "has no daily posts" in reply.text


async def test_the_pages_of_show_work_after_a_restart(
    discord_server: DiscordServer, store: Store, engine: Engine, clock: HandClock
) -> None:
    async with connected(client(discord_server, store, engine, clock)):
        await many_channels(discord_server, store, clock)
        shown = await daily(discord_server, "show")
    async with connected(client(discord_server, store, engine, clock)):
        assert "page 2 of" in (await discord_server.press(shown, "Next", user=discord_server.owner)).text


class TestThePost:
    async def test_its_buttons_open_private_cards_for_everybody_also_after_a_restart(
        self, discord_server: DiscordServer, store: Store, engine: Engine, clock: HandClock
    ) -> None:
        async with connected(client(discord_server, store, engine, clock)) as bot:
            await set_daily(discord_server)
            clock.pass_(hours=1)
            await bot.poster.work_off()
        [post] = discord_server.post_history()
        before = post.text
        async with connected(client(discord_server, store, engine, clock)):
            assert list_of(post) is not None
            *events, _ = post.buttons
            for button in events:
                for user in (discord_server.user, discord_server.owner):
                    card = await discord_server.press(post, button["custom_id"], user=user)
                    assert card.ephemeral
                    assert "Sources" in card.text
            back = await discord_server.press(card, "Back to the list", user=user)
            assert back.ephemeral
            assert back.text == before
        assert post.text == before
        assert post.edits == 0

    async def test_a_server_that_removes_the_bot_gets_nothing_until_it_is_back(
        self, discord_server: DiscordServer, bot: DatelineClient, store: Store, clock: HandClock, tmp_path: Path
    ) -> None:
        guild = discord_server.guild
        await set_daily(discord_server)
        discord_server.remove_guild(guild)
        await discord_server.until(lambda: bot.get_guild(guild.id) is None)
        await discord_server.until(lambda: has_left(tmp_path))
        clock.pass_(hours=1)
        await bot.poster.work_off()
        assert await store.daily.counts() == {}
        await store.daily.come_back([guild.id], clock())
        [subscription] = await store.daily.of_guild(guild.id)
        assert subscription.next_date.day == 21  # what fell due meanwhile is not made up
        clock.set("2026-07-21T07:00")
        [claim] = await store.daily.claim(clock(), "somebody", 10, Terms())
        assert claim.date.day == 21
        assert State.MISSED not in await store.daily.counts()
