from __future__ import annotations

import io
from collections.abc import AsyncIterator

import discord
import pytest
from discord.http import MultipartParameters

from . import DiscordServer, Timing, connected, discord_server


class Bot(discord.Client):
    def __init__(self) -> None:
        super().__init__(intents=discord.Intents(guilds=True))

    def channel(self, server: DiscordServer) -> discord.TextChannel:
        channel = self.get_channel(server.channel.id)
        assert isinstance(channel, discord.TextChannel)
        return channel


@pytest.fixture
async def bot(discord_server: DiscordServer) -> AsyncIterator[Bot]:
    async with connected(Bot()) as client:
        yield client


async def test_a_post_can_be_read_edited_and_deleted(discord_server: DiscordServer, bot: Bot) -> None:
    channel = bot.channel(discord_server)
    sent = await channel.send("one", embed=discord.Embed(title="News", description="Rain"))
    [post] = discord_server.post_history()
    assert (post.id, post.text, post.author) == (sent.id, "one\nNews\nRain", discord_server.bot)
    fetched = await channel.fetch_message(sent.id)
    assert (fetched.content, fetched.embeds[0].title) == ("one", "News")
    edited = await sent.edit(content="two", embed=None)
    assert (edited.content, edited.embeds) == ("two", [])
    assert (post.text, post.edits) == ("two", 1)
    await sent.delete()
    assert post.deleted
    assert discord_server.post_history() == []
    with pytest.raises(discord.NotFound) as unknown:
        await channel.fetch_message(sent.id)
    assert unknown.value.code == 10008


async def test_a_nonce_brings_the_first_message_again_while_it_is_remembered(
    discord_server: DiscordServer, bot: Bot
) -> None:
    channel = bot.channel(discord_server)
    first = await channel.send("one", nonce="day:2024-01-01")
    again = await channel.send("two", nonce="day:2024-01-01")
    assert (again.id, again.content) == (first.id, "one")
    assert len(discord_server.post_history()) == 1
    discord_server.timing = Timing(nonce_s=0.0)
    later = await channel.send("three", nonce="day:2024-01-01")
    assert later.id != first.id
    with pytest.raises(discord.HTTPException, match="nonce"):
        await channel.send("four", nonce="x" * 26)


async def test_history_gives_the_latest_messages_first(discord_server: DiscordServer, bot: Bot) -> None:
    channel = bot.channel(discord_server)
    sent = [await channel.send(str(number)) for number in range(5)]
    discord_server.say("from a reader")
    latest = [message async for message in channel.history(limit=3)]
    assert [message.content for message in latest] == ["", "4", "3"]  # others' text needs an intent
    before = [message.content async for message in channel.history(before=sent[2])]
    assert before == ["1", "0"]
    after = [message.content async for message in channel.history(after=sent[3], limit=1)]
    assert after == ["4"]


async def test_history_needs_its_permission(discord_server: DiscordServer, bot: Bot) -> None:
    discord_server.deny(discord_server.channel, "read_message_history")
    channel = bot.channel(discord_server)
    sent = await channel.send("x")
    with pytest.raises(discord.Forbidden) as refused:
        [message async for message in channel.history()]
    assert refused.value.code == 50001
    with pytest.raises(discord.Forbidden):
        await channel.fetch_message(sent.id)


@pytest.mark.parametrize(
    ("denied", "code"), [("view_channel", 50001), ("send_messages", 50013), ("embed_links", 50013)]
)
async def test_a_post_needs_permissions(discord_server: DiscordServer, bot: Bot, denied: str, code: int) -> None:
    discord_server.deny(discord_server.channel, denied)
    with pytest.raises(discord.Forbidden) as refused:
        await bot.channel(discord_server).send(embed=discord.Embed(title="x"))
    assert refused.value.code == code
    discord_server.allow(discord_server.channel, denied)
    await bot.channel(discord_server).send(embed=discord.Embed(title="x"))


async def test_what_is_gone_is_unknown(discord_server: DiscordServer, bot: Bot) -> None:
    channel = bot.channel(discord_server)
    discord_server.delete_channel(discord_server.channel)
    with pytest.raises(discord.NotFound) as unknown:
        await channel.send("x")
    assert unknown.value.code == 10003
    with pytest.raises(discord.NotFound):
        await bot.fetch_channel(1)
    other = discord_server.add_channel("other")
    discord_server.remove_guild(discord_server.guild)
    with pytest.raises(discord.Forbidden) as refused:
        await bot.fetch_channel(other.id)
    assert refused.value.code == 50001


async def test_direct_messages_arrive_unless_they_are_blocked(discord_server: DiscordServer, bot: Bot) -> None:
    user = await bot.fetch_user(discord_server.user.id)
    await user.send("hello")
    [post] = discord_server.post_history(discord_server.direct_channel(discord_server.user))
    assert post.text == "hello"
    discord_server.user.blocks_direct_messages = True
    with pytest.raises(discord.Forbidden) as refused:
        await user.send("hello")
    assert refused.value.code == 50007


async def test_files_come_with_the_message_and_can_be_kept_or_replaced(discord_server: DiscordServer, bot: Bot) -> None:
    channel = bot.channel(discord_server)
    file = discord.File(io.BytesIO(b"\x89PNG"), "map.png", description="A map")
    embed = discord.Embed(title="Map").set_image(url="attachment://map.png")
    sent = await channel.send(file=file, embed=embed)
    [attachment] = sent.attachments
    assert (attachment.filename, attachment.size, attachment.description) == ("map.png", 4, "A map")
    [post] = discord_server.post_history()
    assert post.attachments[0].content == b"\x89PNG"
    other = discord.File(io.BytesIO(b"text"), "note.txt")
    edited = await sent.edit(attachments=[attachment, other])
    assert [each.filename for each in edited.attachments] == ["map.png", "note.txt"]
    edited = await edited.edit(attachments=[edited.attachments[1]], embed=None)
    assert [each.content for each in post.attachments] == [b"text"]
    assert await edited.attachments[0].read() == b"text"


async def test_a_gallery_shows_an_attached_file(discord_server: DiscordServer, bot: Bot) -> None:
    view = discord.ui.LayoutView()
    view.add_item(discord.ui.MediaGallery(discord.MediaGalleryItem("attachment://map.png", description="A map")))
    sent = await bot.channel(discord_server).send(view=view, file=discord.File(io.BytesIO(b"\x89PNG"), "map.png"))
    [gallery] = sent.components
    assert isinstance(gallery, discord.MediaGalleryComponent)
    assert gallery.items[0].media.url.startswith(discord_server.base)
    with pytest.raises(discord.HTTPException, match="not found"):
        await bot.channel(discord_server).send(view=view)


async def test_components_v2_stay_on_a_message(discord_server: DiscordServer, bot: Bot) -> None:
    view = discord.ui.LayoutView()
    view.add_item(discord.ui.TextDisplay("card"))
    sent = await bot.channel(discord_server).send(view=view)
    with pytest.raises(discord.HTTPException, match="content"):
        await sent.edit(content="text")
    with pytest.raises(discord.HTTPException, match="flags"):
        await bot.http.edit_message(sent.channel.id, sent.id, params=MultipartParameters({"flags": 0}, None, None))
    plain = await bot.channel(discord_server).send("text")
    with pytest.raises(discord.HTTPException, match="content"):
        await plain.edit(view=view)
    assert (await plain.edit(content=None, view=view)).flags.components_v2
    assert [post.text for post in discord_server.post_history()] == ["card", "card"]


async def test_other_peoples_messages_cannot_be_edited_or_deleted(discord_server: DiscordServer, bot: Bot) -> None:
    message = bot.channel(discord_server).get_partial_message(discord_server.say("mine").id)
    with pytest.raises(discord.Forbidden) as refused:
        await message.edit(content="yours")
    assert refused.value.code == 50005
    with pytest.raises(discord.Forbidden):
        await message.delete()
    discord_server.allow(discord_server.channel, "manage_messages")
    await message.delete()


async def test_messages_are_as_old_as_the_clock_says() -> None:
    years_ago = 1_600_000_000.0
    async with discord_server(wall=lambda: years_ago) as server, connected(Bot()) as bot:
        sent = await bot.channel(server).send("x")
        assert sent.created_at.timestamp() == years_ago
        assert server.say("later").id > sent.id


async def test_members_and_guilds_can_be_asked_for(discord_server: DiscordServer, bot: Bot) -> None:
    guild = await bot.fetch_guild(discord_server.guild.id, with_counts=False)
    assert guild.name == "Newsroom"
    assert [channel.name for channel in await guild.fetch_channels()] == ["general"]
    discord_server.guild.member(discord_server.user)
    assert (await guild.fetch_member(discord_server.user.id)).name == "reader"
    with pytest.raises(discord.NotFound):
        await guild.fetch_member(1)
