"""`/daily set` and `/daily test` in channels of every kind, on Discord."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace

import pytest

from bot.client import DatelineClient
from bot.daily import words as daily_words
from bot.daily.claims import State
from bot.daily.days import in_words
from bot.daily.schedule import Kind, Subscription
from bot.engine import Engine
from bot.posting.trials import MOST
from bot.store import Store
from tests.bot.conftest import ONE_BOT, TODAY
from tests.bot.daily.conftest import client
from tests.bot.daily.parts import HandClock, list_of
from tests.discord_server import Channel, DiscordServer, Message, Reply, connected
from tests.discord_server.mentions import Pings
from tests.discord_server.world import MEDIA, PRIVATE_THREAD, STAGE, VOICE
from tests.speech import said


async def daily(server: DiscordServer, name: str, /, **options: object) -> Reply:
    reply = await server.slash(f"daily {name}", options, user=server.owner)
    assert reply.ephemeral
    assert reply.message.pings == Pings()
    return reply


async def set_daily(server: DiscordServer, channel: Channel, **options: object) -> str:
    given = {"channel": channel, "time": "09:00", "timezone": "Europe/Berlin", **options}
    return (await daily(server, "set", **given)).text


async def of_channel(store: Store, server: DiscordServer, channel: Channel) -> Subscription:
    [subscription] = [each for each in await store.daily.of_guild(server.guild.id) if each.channel == channel.id]
    return subscription


async def only(store: Store, server: DiscordServer) -> Subscription:
    [subscription] = await store.daily.of_guild(server.guild.id)
    return subscription


def messages(server: DiscordServer, channel: Channel) -> list[Message]:
    """What is in a channel or in a forum's threads."""
    where = [channel, *server.threads_of(channel)]
    return [message for each in where for message in server.post_history(each)]


def place(server: DiscordServer, name: str) -> Channel:
    match name:
        case "thread":
            return server.add_thread("days")
        case "archived thread":
            thread = server.add_thread("days")
            server.change_thread(thread, archived=True)
            return thread
        case "private thread":
            return server.add_thread("days", kind=PRIVATE_THREAD, members=[server.bot])
        case "forum":
            return server.add_forum("days")
        case "media":
            return server.add_forum("days", kind=MEDIA)
        case _:
            return server.add_channel("days", kind={"news": 5, "voice": VOICE, "stage": STAGE}.get(name, 0))


KINDS = {
    "text": Kind.CHANNEL, "news": Kind.CHANNEL, "voice": Kind.VOICE, "stage": Kind.VOICE, "thread": Kind.THREAD,
    "archived thread": Kind.THREAD, "private thread": Kind.THREAD, "forum": Kind.FORUM, "media": Kind.FORUM,
}  # fmt: skip


@pytest.mark.usefixtures("bot")
class TestEveryKindOfChannel:
    async def test_can_be_chosen_shown_tried_and_resumed(
        self, discord_server: DiscordServer, store: Store, bot: DatelineClient, clock: HandClock
    ) -> None:
        channels = {name: place(discord_server, name) for name in KINDS}
        for name, channel in channels.items():
            which = {"channel": str(channel.id)}
            assert "are set" in await set_daily(discord_server, channel)
            assert (await of_channel(store, discord_server, channel)).kind is KINDS[name]
            assert f"<#{channel.id}>" in (await daily(discord_server, "show")).text
            assert "A test post is in" in (await daily(discord_server, "test", **which)).text
            [tried] = messages(discord_server, channel)
            assert list_of(tried) is None
            assert "Test post" in tried.text
            assert "are paused" in (await daily(discord_server, "pause", **which)).text
            assert "next <t:" in (await daily(discord_server, "resume", **which)).text
        clock.pass_(hours=1)
        await bot.poster.work_off()
        assert await store.daily.counts() == {State.SENT: len(KINDS)}
        assert {len(messages(discord_server, channel)) for channel in channels.values()} == {2}

    async def test_is_refused_without_its_permission_which_is_named(
        self, discord_server: DiscordServer, store: Store
    ) -> None:
        for name, denied, named in (
            ("news", "send_messages", "Send Messages"),
            ("voice", "connect", "Connect"),
            ("stage", "send_messages", "Send Messages"),
            ("thread", "send_messages_in_threads", "Send Messages in Threads"),
            ("thread", "view_channel", "View Channel"),
            ("forum", "send_messages", "Create Posts"),
            ("media", "view_channel", "View Channel"),
        ):
            channel = place(discord_server, name)
            hall = channel.parent or channel
            discord_server.deny(hall, denied)
            text = await set_daily(discord_server, channel)
            assert named in text, name
            assert "Nothing was saved" in text
            discord_server.allow(hall, denied)
        assert await store.daily.of_guild(discord_server.guild.id) == []

    async def test_a_locked_thread_and_a_private_one_of_others_are_refused(
        self, discord_server: DiscordServer, store: Store
    ) -> None:
        locked = place(discord_server, "thread")
        discord_server.change_thread(locked, locked=True)
        assert "Manage Threads" in await set_daily(discord_server, locked)
        closed = discord_server.add_thread("closed", kind=PRIVATE_THREAD, members=[discord_server.owner])
        assert "does not see that channel or thread" in await set_daily(discord_server, closed)
        assert await store.daily.of_guild(discord_server.guild.id) == []
        discord_server.allow(discord_server.channel, "manage_threads")
        for thread in (locked, closed):
            assert "are set" in await set_daily(discord_server, thread)

    async def test_a_category_is_refused(self, discord_server: DiscordServer, store: Store) -> None:
        assert (
            "nothing can be posted in that"
            in (await set_daily(discord_server, discord_server.add_channel("all of them", kind=4))).lower()
        )
        assert await store.daily.of_guild(discord_server.guild.id) == []


@pytest.mark.usefixtures("bot")
class TestTags:
    pytestmark = ONE_BOT

    async def test_of_a_forum_that_needs_one_are_chosen_or_the_first_that_members_may_set(
        self, discord_server: DiscordServer, store: Store
    ) -> None:
        forum = discord_server.add_forum("days", "history", "news", requires_tag=True, moderated=("official",))
        history, news, official = (tag.id for tag in forum.tags)
        await set_daily(discord_server, forum)
        assert (await only(store, discord_server)).tag == history
        await set_daily(discord_server, forum, tag="NEWS")
        assert (await only(store, discord_server)).tag == news
        refused = await set_daily(discord_server, forum, tag="official")
        assert "Manage Threads" in refused
        assert "no tag “film”; it has history, news, official" in await set_daily(discord_server, forum, tag="film")
        assert (await only(store, discord_server)).tag == news
        discord_server.allow(forum, "manage_threads")
        await set_daily(discord_server, forum, tag="official")
        assert (await only(store, discord_server)).tag == official

    async def test_where_members_may_set_none_it_is_refused(self, discord_server: DiscordServer, store: Store) -> None:
        forum = discord_server.add_forum("days", requires_tag=True, moderated=("official",))
        assert "none that members may set" in await set_daily(discord_server, forum)
        assert await store.daily.of_guild(discord_server.guild.id) == []

    async def test_are_nothing_for_other_channels_and_none_where_none_is_needed(
        self, discord_server: DiscordServer, store: Store
    ) -> None:
        assert (
            "only posts in a forum have tags"
            in (await set_daily(discord_server, discord_server.channel, tag="history")).lower()
        )
        await set_daily(discord_server, discord_server.add_forum("days", "history"))
        assert (await only(store, discord_server)).tag is None

    async def test_are_suggested_for_the_forum_that_is_chosen(self, discord_server: DiscordServer) -> None:
        forum = discord_server.add_forum("days", "history", "news")
        for channel, typed, names in ((forum, "", ["history", "news"]), (forum, "IST", ["history"]), (None, "", [])):
            given = {"tag": typed, "channel": channel}
            choices = await discord_server.autocomplete("daily set", given, focused="tag", user=discord_server.owner)
            assert [each["name"] for each in choices] == names

    async def test_that_are_missing_keep_posts_from_being_resumed(
        self, discord_server: DiscordServer, store: Store
    ) -> None:
        forum = discord_server.add_forum("days", "history")
        await set_daily(discord_server, forum, tag="history")
        await daily(discord_server, "pause")
        forum.tags.clear()
        discord_server._tell_channel("CHANNEL_UPDATE", forum)
        assert "Use /daily set with a tag" in (await daily(discord_server, "resume")).text
        assert (await only(store, discord_server)).paused == "moderator"


@pytest.mark.usefixtures("bot")
class TestWhatAServerWants:
    async def test_days_are_understood_and_shown_in_words(self, discord_server: DiscordServer, store: Store) -> None:
        channel = discord_server.channel
        for typed, words in (("mon-fri", "Monday to Friday"), ("every 3 days", "every 3 days"), (None, "every day")):
            await set_daily(discord_server, channel, days=typed)
            assert f"<#{channel.id}> {words} at 09" in (await daily(discord_server, "show")).text
            assert in_words((await only(store, discord_server)).days) == words
        assert "are no days for posts" in await set_daily(discord_server, channel, days="blursday")

    async def test_publishing_is_for_announcement_channels(self, discord_server: DiscordServer, store: Store) -> None:
        refused = await set_daily(discord_server, discord_server.channel, publish=True)
        assert "announcement channel" in refused
        assert await store.daily.of_guild(discord_server.guild.id) == []
        assert "published" in await set_daily(discord_server, discord_server.add_channel("n", kind=5), publish=True)

    async def test_title_and_text_stand_above_the_post_and_ping_nobody(
        self, discord_server: DiscordServer, bot: DatelineClient, clock: HandClock
    ) -> None:
        role = discord_server.add_role("historians", mentionable=True)
        other = discord_server.add_role("others", mentionable=True)
        owner, here = discord_server.owner.id, discord_server.channel.id
        text = f"**Good morning** @everyone @here <@&{other.id}> <@{owner}> in <#{here}>"
        title = "Heute @everyone *vor* <@&1>"
        await set_daily(discord_server, discord_server.channel, title=title, text=text, role=role)
        clock.pass_(hours=1)
        await bot.poster.work_off()
        [post] = discord_server.post_history()
        assert post.pings == Pings(roles=frozenset({role.id}))
        heading = post.text.splitlines()
        assert heading[0] == r"## Heute \@everyone \*vor\* \<\@&1\>, July 20"
        assert heading[1] == f"<@&{role.id}>"
        assert heading[2].startswith(r"**Good morning** \@everyone \@here <\@&")
        assert heading[2].endswith(f"in <#{here}>")

    async def test_the_title_is_that_of_a_forums_thread(
        self, discord_server: DiscordServer, bot: DatelineClient, clock: HandClock
    ) -> None:
        forum = discord_server.add_forum("days")
        await set_daily(discord_server, forum, title="🚀" * 30)
        clock.pass_(hours=1)
        await bot.poster.work_off()
        [post] = messages(discord_server, forum)
        assert post.channel.name == "🚀" * 30 + ", July 20"
        assert "July 20" not in post.text  # where the title stands above, it is not said again

    async def test_a_preview_of_a_forums_post_has_its_title(
        self, discord_server: DiscordServer, bot: DatelineClient
    ) -> None:
        forum = discord_server.add_forum("days")
        await discord_server.until(lambda: bot.get_channel(forum.id))
        await set_daily(discord_server, forum, title="This day", text="Look:")
        assert "## This day, July 20\nLook:" in (await daily(discord_server, "preview")).text
        await daily(discord_server, "test")
        [tried] = messages(discord_server, forum)
        assert "This day" not in tried.text
        assert "Look:" in tried.text

    async def test_that_title_is_in_the_servers_language(
        self, discord_server: DiscordServer, bot: DatelineClient, clock: HandClock
    ) -> None:
        forum = discord_server.add_forum("days")
        await set_daily(discord_server, forum)
        await bot.host.settings.change(discord_server.guild.id, lambda settings: replace(settings, language="fr"))
        await daily(discord_server, "test")
        clock.pass_(hours=1)
        await bot.poster.work_off()
        titles = [message.channel.name for message in messages(discord_server, forum)]
        title = said("fr", lambda: daily_words.titled(str(daily_words.ON_THIS_DAY), dt.date(2026, 7, 20)))
        assert titles[1] == title
        assert titles[0] != title
        assert titles[0].endswith(title)

    async def test_no_posts_come_on_other_days(
        self, discord_server: DiscordServer, bot: DatelineClient, clock: HandClock
    ) -> None:
        await set_daily(discord_server, discord_server.channel, days="wed, sun")
        clock.pass_(hours=1)
        for _ in range(14):
            await bot.poster.work_off()
            clock.pass_(days=1)
        found = [found.date for message in discord_server.post_history() if (found := list_of(message))]
        assert [day.weekday() for day in found] == [2, 6, 2, 6]


class TestTheTestPost:
    async def test_counts_for_no_day_notifies_nobody_and_is_not_published(
        self, discord_server: DiscordServer, bot: DatelineClient, store: Store, clock: HandClock
    ) -> None:
        role = discord_server.add_role("historians", mentionable=True)
        news = discord_server.add_channel("news", kind=5)
        await set_daily(discord_server, news, role=role, publish=True)
        await daily(discord_server, "test")
        [tried] = messages(discord_server, news)
        assert tried.pings == Pings()
        assert f"<@&{role.id}>" in tried.text
        assert await store.daily.counts() == {}
        clock.pass_(hours=1)
        await bot.poster.work_off()
        assert [bool(message.flags & 1) for message in messages(discord_server, news)] == [False, True]

    async def test_of_a_forum_says_so_in_its_title(self, discord_server: DiscordServer, bot: DatelineClient) -> None:
        assert bot.is_ready()
        forum = discord_server.add_forum("days")
        await set_daily(discord_server, forum)
        await daily(discord_server, "test")
        [tried] = messages(discord_server, forum)
        assert tried.channel.name == "Test: On this day, July 20"

    async def test_comes_a_few_times_in_ten_minutes_and_no_more(
        self, discord_server: DiscordServer, bot: DatelineClient
    ) -> None:
        assert bot.is_ready()
        await set_daily(discord_server, discord_server.channel)
        for _ in range(MOST):
            await daily(discord_server, "test")
        assert "Please wait" in (await daily(discord_server, "test")).text
        assert len(discord_server.post_history()) == MOST

    async def test_that_is_refused_says_what_is_missing(
        self, discord_server: DiscordServer, bot: DatelineClient, store: Store
    ) -> None:
        assert bot.is_ready()
        await set_daily(discord_server, discord_server.channel)
        discord_server.deny(discord_server.channel, "send_messages")
        assert "Send Messages" in (await daily(discord_server, "test")).text
        assert (await only(store, discord_server)).paused is None

    @pytest.mark.parametrize("name", ["text", "forum"])
    async def test_whose_answer_is_lost_is_there_once(
        self, discord_server: DiscordServer, bot: DatelineClient, name: str
    ) -> None:
        assert bot.is_ready()
        channel = place(discord_server, name)
        await set_daily(discord_server, channel)
        discord_server.faults.lose_answer("POST /channels/*/*")
        assert "look whether it is there" in (await daily(discord_server, "test")).text
        assert len(messages(discord_server, channel)) == 1


class TestTheLongerList:
    async def test_is_private_to_whoever_presses_and_turns_also_after_a_restart(
        self, discord_server: DiscordServer, store: Store, engine: Engine, clock: HandClock
    ) -> None:
        async with connected(client(discord_server, store, engine, clock)) as bot:
            assert isinstance(bot, DatelineClient)
            await set_daily(discord_server, discord_server.channel, events=1)
            clock.pass_(hours=1)
            await bot.poster.work_off()
        [post] = discord_server.post_history()
        before = post.text
        async with connected(client(discord_server, store, engine, clock)):
            longer = await discord_server.press(post, "More of this day")
            assert longer.ephemeral
            assert "On July 20" in longer.text
            assert "3 events" in longer.text
            card = await discord_server.choose(longer, longer.selects[0]["custom_id"], [_first_option(longer)])
            assert "Sources" in card.text
            back = await discord_server.press(card, "Back to the list")
            assert back.text == longer.text
        assert (post.text, post.edits) == (before, 0)

    async def test_leaves_out_what_the_posts_leave_out(
        self, discord_server: DiscordServer, bot: DatelineClient, store: Store, clock: HandClock
    ) -> None:
        await set_daily(discord_server, discord_server.channel, events=1)
        clock.pass_(hours=1)
        await bot.poster.work_off()
        [post] = discord_server.post_history()
        whole = await discord_server.press(post, "More of this day")
        theme = (await bot.host.guide.post_events(await only(store, discord_server), TODAY.replace(month=7, day=20)))[0]
        word = theme.topics[0] if theme.topics else str(theme.category)
        await set_daily(discord_server, discord_server.channel, events=1, leave_out=word)
        fewer = await discord_server.press(post, "More of this day")
        assert len(fewer.selects[0]["options"]) < len(whole.selects[0]["options"])
        await daily(discord_server, "remove")
        assert (await discord_server.press(post, "More of this day")).text == whole.text


def _first_option(reply: Reply) -> str:
    value = reply.selects[0]["options"][0]["value"]
    assert isinstance(value, str)
    return value
