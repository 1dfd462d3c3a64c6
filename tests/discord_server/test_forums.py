from __future__ import annotations

from collections.abc import AsyncIterator

import discord
import pytest

from . import DiscordServer, connected, discord_server
from .world import MEDIA, PRIVATE_THREAD, STAGE, VOICE


class Hand:
    """A clock that is set by hand."""

    now = 1_800_000_000.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def clock() -> Hand:
    return Hand()


@pytest.fixture
async def server(clock: Hand) -> AsyncIterator[DiscordServer]:
    async with discord_server(wall=clock) as server:
        yield server


@pytest.fixture
async def bot(server: DiscordServer) -> AsyncIterator[discord.Client]:
    async with connected(discord.Client(intents=discord.Intents(guilds=True), max_ratelimit_timeout=30.0)) as client:
        yield client


async def start(bot: discord.Client, forum: int, name: str = "A day", *tags: int) -> int:
    payload = {"name": name, "applied_tags": [str(each) for each in tags], "message": {"content": "text"}}
    parameters = discord.http.MultipartParameters(payload, None, None)
    made = await bot.http.start_thread_in_forum(forum, params=parameters)
    return int(made["id"])


class TestForums:
    @pytest.mark.parametrize("kind", [15, MEDIA])
    async def test_a_post_is_a_thread_whose_first_message_has_its_id(
        self, server: DiscordServer, bot: discord.Client, kind: int
    ) -> None:
        forum = server.add_forum("days", kind=kind)
        made = await start(bot, forum.id)
        [message] = server.post_history(server.channels[made])
        assert (message.id, message.text) == (made, "text")
        assert server.post_history(forum) == []
        fetched = await bot.http.get_message(made, made)
        assert int(fetched["id"]) == made

    async def test_no_message_can_be_sent_to_the_forum_itself(self, server: DiscordServer, bot: discord.Client) -> None:
        forum = server.add_forum("days")
        with pytest.raises(discord.HTTPException) as refused:
            await bot.get_partial_messageable(forum.id).send("text")
        assert refused.value.code == 50008

    @pytest.mark.parametrize("name", ["", "x" * 101])
    async def test_a_title_has_one_to_a_hundred_characters(
        self, server: DiscordServer, bot: discord.Client, name: str
    ) -> None:
        with pytest.raises(discord.HTTPException, match="name"):
            await start(bot, server.add_forum("days").id, name)

    async def test_a_post_without_a_tag_that_is_required_is_refused(
        self, server: DiscordServer, bot: discord.Client
    ) -> None:
        forum = server.add_forum("days", "history", requires_tag=True, moderated=("official",))
        history, official = (tag.id for tag in forum.tags)
        codes = {}
        for tags in ((), (1,), (official,)):
            with pytest.raises(discord.HTTPException) as refused:
                await start(bot, forum.id, "A day", *tags)
            codes[tags] = refused.value.code
        assert codes == {(): 40067, (1,): 10087, (official,): 50013}
        assert server.channels[await start(bot, forum.id, "A day", history)].applied_tags == [history]
        server.allow(forum, "manage_threads")
        await start(bot, forum.id, "A day", official)

    async def test_where_members_may_set_no_tag_that_is_said(self, server: DiscordServer, bot: discord.Client) -> None:
        forum = server.add_forum("days", requires_tag=True, moderated=("official",))
        with pytest.raises(discord.HTTPException) as refused:
            await start(bot, forum.id)
        assert refused.value.code == 40066

    async def test_posts_need_send_messages_and_no_thread_permission(
        self, server: DiscordServer, bot: discord.Client
    ) -> None:
        forum = server.add_forum("days")
        server.deny(forum, "send_messages_in_threads")
        await start(bot, forum.id)
        server.deny(forum, "send_messages")
        with pytest.raises(discord.Forbidden):
            await start(bot, forum.id)
        with pytest.raises(discord.HTTPException) as refused:
            await start(bot, server.channel.id)
        assert refused.value.code == 50024

    async def test_threads_are_listed_while_they_are_active_and_then_among_the_archived(
        self, server: DiscordServer, bot: discord.Client, clock: Hand
    ) -> None:
        forum = server.add_forum("days")
        made = []
        for _ in range(5):
            clock.now += 60
            made.append(await start(bot, forum.id))
        for each in made[:4]:
            clock.now += 60
            server.change_thread(server.channels[each], archived=True)
        active = await bot.http.get_active_threads(server.guild.id)
        assert [int(each["id"]) for each in active["threads"]] == made[4:]
        first = await bot.http.get_public_archived_threads(forum.id, None, 2)
        assert ([int(each["id"]) for each in first["threads"]], first["has_more"]) == ([made[3], made[2]], True)
        before = first["threads"][-1]["thread_metadata"]["archive_timestamp"]
        rest = await bot.http.get_public_archived_threads(forum.id, before, 2)
        assert ([int(each["id"]) for each in rest["threads"]], rest["has_more"]) == ([made[1], made[0]], False)
        server.deny(forum, "read_message_history")
        with pytest.raises(discord.Forbidden):
            await bot.http.get_public_archived_threads(forum.id)


class TestThreads:
    async def test_a_message_wakes_an_archived_one_but_not_a_locked_one(
        self, server: DiscordServer, bot: discord.Client
    ) -> None:
        thread = server.add_thread("days")
        server.change_thread(thread, archived=True)
        where = bot.get_partial_messageable(thread.id)
        await where.send("one")
        assert not thread.archived
        for archived in (False, True):
            server.change_thread(thread, archived=archived, locked=True)
            with pytest.raises(discord.Forbidden) as refused:
                await where.send("two")
            assert refused.value.code == 50083
        server.allow(server.channel, "manage_threads")
        await where.send("two")
        assert len(server.post_history(thread)) == 2

    async def test_a_private_one_is_for_those_who_are_in_it(self, server: DiscordServer, bot: discord.Client) -> None:
        closed = server.add_thread("closed", kind=PRIVATE_THREAD)
        own = server.add_thread("own", kind=PRIVATE_THREAD, members=[server.bot])
        with pytest.raises(discord.Forbidden) as refused:
            await bot.get_partial_messageable(closed.id).send("one")
        assert refused.value.code == 50001
        await bot.get_partial_messageable(own.id).send("one")
        server.allow(server.channel, "manage_threads")
        await bot.get_partial_messageable(closed.id).send("one")

    async def test_sending_there_has_a_permission_of_its_own(self, server: DiscordServer, bot: discord.Client) -> None:
        thread = server.add_thread("days")
        server.deny(server.channel, "send_messages")
        await bot.get_partial_messageable(thread.id).send("one")
        server.deny(server.channel, "send_messages_in_threads")
        with pytest.raises(discord.Forbidden):
            await bot.get_partial_messageable(thread.id).send("two")


@pytest.mark.parametrize("kind", [VOICE, STAGE])
async def test_the_chat_of_a_voice_channel_is_for_those_who_may_connect(
    server: DiscordServer, bot: discord.Client, kind: int
) -> None:
    channel = server.add_channel("talk", kind=kind)
    await bot.get_partial_messageable(channel.id).send("one")
    server.deny(channel, "connect")
    with pytest.raises(discord.Forbidden) as refused:
        await bot.get_partial_messageable(channel.id).send("two")
    assert refused.value.code == 50001


class TestAnnouncements:
    async def test_a_message_is_published_once(self, server: DiscordServer, bot: discord.Client) -> None:
        channel = server.add_channel("news", kind=5)
        sent = await bot.get_partial_messageable(channel.id).send("one")
        await bot.http.publish_message(channel.id, sent.id)
        [message] = server.post_history(channel)
        assert message.flags & 1
        with pytest.raises(discord.HTTPException) as refused:
            await bot.http.publish_message(channel.id, sent.id)
        assert refused.value.code == 40033

    async def test_only_there_and_with_the_right_to_do_so(self, server: DiscordServer, bot: discord.Client) -> None:
        plain = await bot.get_partial_messageable(server.channel.id).send("one")
        with pytest.raises(discord.HTTPException) as refused:
            await bot.http.publish_message(server.channel.id, plain.id)
        assert refused.value.code == 50024
        channel = server.add_channel("news", kind=5)
        of_another = server.say("two", channel=channel)
        with pytest.raises(discord.Forbidden):
            await bot.http.publish_message(channel.id, of_another.id)
        server.allow(channel, "manage_messages")
        await bot.http.publish_message(channel.id, of_another.id)
        own = await bot.get_partial_messageable(channel.id).send("three")
        server.deny(channel, "send_messages")
        with pytest.raises(discord.Forbidden):
            await bot.http.publish_message(channel.id, own.id)

    async def test_ten_an_hour(self, server: DiscordServer, bot: discord.Client, clock: Hand) -> None:
        channel = server.add_channel("news", kind=5)
        where = bot.get_partial_messageable(channel.id)
        for _ in range(10):
            await bot.http.publish_message(channel.id, (await where.send("one")).id)
        last = await where.send("one more")
        with pytest.raises(discord.RateLimited) as limited:
            await bot.http.publish_message(channel.id, last.id)
        assert limited.value.retry_after == 3_600
        clock.now += 3_600
        await bot.http.publish_message(channel.id, last.id)
