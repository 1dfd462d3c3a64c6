"""`/daily`: a server's daily posts, for members who may manage it."""

from __future__ import annotations

import asyncio
import datetime as dt
import re
from dataclasses import replace

import discord
from discord import Interaction, app_commands
from discord.app_commands import Choice

from bot import command_words
from bot.cards.discord_face import layout
from bot.cards.page import AnswerPage
from bot.commands.options import MOST_CHOICES
from bot.commands.places import (
    Place,
    PlaceOption,
    RawPlace,
    check_place,
    check_tag,
    choose_tag,
    find_place,
    is_news,
    kind_of,
    lacks_history,
    suggest_tags,
)
from bot.commands.zones import suggest_zones, time_option, zone_option
from bot.daily import words as daily_words
from bot.daily.claims import Reason, Wish
from bot.daily.days import EVERY_DAY, parse_days
from bot.daily.schedule import Kind, Subscription
from bot.host import Host, HostClient, managed_guild
from bot.markup import MAX_OPTION, plain
from bot.posting.channels import Post
from bot.posting.refusals import PassingError, RefusedError
from bot.views.state import NOBODY
from embeddings.errors import InputError
from embeddings.text import clean

MOST_EVENTS = 10
MOST_CHANNELS = 20  # of a server
MOST_TOPICS = 10
MOST_TITLE, MOST_TEXT = 60, 300  # characters of what a server wants above its posts
_CHANNEL = re.compile(r"(?:<#)?(\d{15,21})>?")

command = app_commands.Group(
    name="daily",
    description=command_words.DAILY_COMMAND,
    allowed_contexts=app_commands.AppCommandContext(guild=True, dm_channel=False, private_channel=False),
    allowed_installs=app_commands.AppInstallationType(guild=True, user=False),
    default_permissions=discord.Permissions(manage_guild=True),
)

Topics = app_commands.Range[str, 1, 200]


@command.command(name="set", description=command_words.DAILY_SET)
@app_commands.describe(
    channel=command_words.DAILY_CHANNEL,
    time=command_words.DAILY_TIME,
    timezone=command_words.DAILY_ZONE,
    events=command_words.DAILY_EVENTS,
    role=command_words.DAILY_ROLE,
    prefer=command_words.DAILY_PREFER,
    leave_out=command_words.DAILY_LEAVE_OUT,
    days=command_words.DAILY_DAYS,
    title=command_words.DAILY_TITLE,
    text=command_words.DAILY_TEXT,
    publish=command_words.DAILY_PUBLISH,
    tag=command_words.DAILY_TAG,
)
async def set_(
    interaction: Interaction[HostClient],
    channel: app_commands.Transform[RawPlace, PlaceOption],
    time: app_commands.Range[str, 1, 20],
    timezone: app_commands.Range[str, 1, 60],
    events: app_commands.Range[int, 1, MOST_EVENTS] = 5,
    role: discord.Role | None = None,
    prefer: Topics | None = None,
    leave_out: Topics | None = None,
    days: app_commands.Range[str, 1, 60] | None = None,
    title: app_commands.Range[str, 1, MOST_TITLE] | None = None,
    text: app_commands.Range[str, 1, MOST_TEXT] | None = None,
    publish: bool = False,
    tag: app_commands.Range[str, 1, 50] | None = None,
) -> None:
    """Give a channel daily posts."""
    guild = managed_guild(interaction)
    host = interaction.client.host
    wish = Wish(
        guild.id,
        channel.id,
        time_option(time),
        zone_option(timezone, _now(host)),
        events,
        None if role is None else role.id,
        _topics(prefer),
        _topics(leave_out),
        str(interaction.guild_locale or discord.Locale.american_english),
        EVERY_DAY if days is None else parse_days(days),
        title=clean(title or "") or None,
        text=clean(text or "") or None,
        publish=publish,
    )

    async def show() -> AnswerPage:
        place = await find_place(guild, channel.id)
        check_place(guild, place)
        _check_role(guild, place, role)
        if publish and not is_news(place):
            raise InputError(daily_words.not_published())
        whole = replace(wish, kind=kind_of(place), tag=choose_tag(guild, place, tag))
        there = await host.daily.of_guild(guild.id)
        if len(there) >= MOST_CHANNELS and place.id not in {each.channel for each in there}:
            raise InputError(daily_words.too_many(MOST_CHANNELS))
        subscription = await host.daily.subscribe(whole, host.clock())
        return _page(daily_words.were_set(subscription), host.channel_line(subscription), *_history(guild, place))

    await host.desk.respond(interaction, show, private=True)


@set_.autocomplete("tag")
async def _suggest_tags(interaction: Interaction[HostClient], current: str) -> list[Choice[str]]:
    async def suggest() -> list[Choice[str]]:
        chosen = getattr(interaction.namespace, "channel", None)
        return suggest_tags(interaction.guild, getattr(chosen, "id", 0), current)

    return await interaction.client.host.desk.suggest(interaction, suggest)


@set_.autocomplete("timezone")
async def _suggest_zones(interaction: Interaction[HostClient], current: str) -> list[Choice[str]]:
    async def suggest() -> list[Choice[str]]:
        return await asyncio.to_thread(suggest_zones, current, _now(interaction.client.host))

    return await interaction.client.host.desk.suggest(interaction, suggest)


@command.command(name="show", description=command_words.DAILY_SHOW)
async def show_(interaction: Interaction[HostClient]) -> None:
    """Show a server's daily posts."""
    guild = managed_guild(interaction)
    host = interaction.client.host

    async def show() -> AnswerPage:
        return await host.channels(guild)

    await host.desk.respond(interaction, show, private=True)


@command.command(name="pause", description=command_words.DAILY_PAUSE)
@app_commands.describe(channel=command_words.DAILY_WHICH)
async def pause(interaction: Interaction[HostClient], channel: str | None = None) -> None:
    """Stop the posts of a channel for now."""
    guild = managed_guild(interaction)
    host = interaction.client.host

    async def show() -> AnswerPage:
        subscription = await _which(host, guild, channel)
        await host.daily.pause(subscription.key, Reason.MODERATOR, host.clock())
        return _page(daily_words.were_paused(subscription))

    await host.desk.respond(interaction, show, private=True)


@command.command(name="resume", description=command_words.DAILY_RESUME)
@app_commands.describe(channel=command_words.DAILY_WHICH)
async def resume(interaction: Interaction[HostClient], channel: str | None = None) -> None:
    """Go on with the posts of a channel."""
    guild = managed_guild(interaction)
    host = interaction.client.host

    async def show() -> AnswerPage:
        subscription = await _which(host, guild, channel)
        there = await find_place(guild, subscription.channel)
        check_place(guild, there)
        check_tag(there, subscription.tag)
        if subscription.role is not None and guild.get_role(subscription.role) is None:
            raise InputError(daily_words.ROLE_DELETED)
        resumed = await host.daily.resume(subscription.key, host.clock())
        if resumed is None:
            raise InputError(daily_words.not_there(f"<#{subscription.channel}>"))
        return _page(daily_words.were_resumed(resumed), host.channel_line(resumed), *_history(guild, there))

    await host.desk.respond(interaction, show, private=True)


@command.command(name="remove", description=command_words.DAILY_REMOVE)
@app_commands.describe(channel=command_words.DAILY_WHICH)
async def remove(interaction: Interaction[HostClient], channel: str | None = None) -> None:
    """End the posts of a channel."""
    guild = managed_guild(interaction)
    host = interaction.client.host

    async def show() -> AnswerPage:
        subscription = await _which(host, guild, channel)
        await host.daily.remove(subscription.key)
        return _page(daily_words.were_removed(subscription))

    await host.desk.respond(interaction, show, private=True)


@command.command(name="preview", description=command_words.DAILY_PREVIEW)
@app_commands.describe(channel=command_words.DAILY_WHICH)
async def preview(interaction: Interaction[HostClient], channel: str | None = None) -> None:
    """Show what the next post would be."""
    guild = managed_guild(interaction)
    host = interaction.client.host

    async def show() -> AnswerPage:
        subscription = await _which(host, guild, channel)
        date, next_at = host.next_post(subscription)
        note = daily_words.paused(subscription.paused) if subscription.paused else daily_words.preview(next_at)
        page, events = await host.guide.daily(subscription, date, note)
        if not events:
            raise InputError(daily_words.NOTHING_LEFT)
        return page

    await host.desk.respond(interaction, show, private=True)


@command.command(name="test", description=command_words.DAILY_TEST)
@app_commands.describe(channel=command_words.DAILY_WHICH)
async def try_out(interaction: Interaction[HostClient], channel: str | None = None) -> None:
    """Send the next post now, marked as a test."""
    guild = managed_guild(interaction)
    host = interaction.client.host

    async def show() -> AnswerPage:
        subscription = await _which(host, guild, channel)
        date, _ = host.next_post(subscription)
        page, events = await host.guide.daily(subscription, date, is_test=True)
        if not events:
            raise InputError(daily_words.NOTHING_LEFT)
        title = await host.guide.post_title(subscription, date, is_test=True)
        try:
            await host.trials.send(subscription, Post(layout(page, NOBODY), title), interaction.id)
        except RefusedError as error:
            raise InputError(daily_words.test_refused(error.reason, subscription)) from error
        except PassingError as error:
            raise InputError(daily_words.TEST_UNCERTAIN) from error
        return _page(daily_words.test_done(subscription))

    await host.desk.respond(interaction, show, private=True)


@pause.autocomplete("channel")
@resume.autocomplete("channel")
@remove.autocomplete("channel")
@preview.autocomplete("channel")
@try_out.autocomplete("channel")
async def _suggest_channels(interaction: Interaction[HostClient], current: str) -> list[Choice[str]]:
    guild = interaction.guild
    host = interaction.client.host

    async def suggest() -> list[Choice[str]]:
        if guild is None or not interaction.is_guild_integration():
            return []
        there = await host.daily.of_guild(guild.id)
        names = [(daily_words.channel_option(_name(guild, each), each), each) for each in there]
        return [
            Choice(name=plain(name, MAX_OPTION), value=str(each.channel))
            for name, each in names
            if current.casefold().lstrip("#") in name.casefold()
        ][:MOST_CHOICES]

    return await host.desk.suggest(interaction, suggest)


def _now(host: Host) -> dt.datetime:
    return dt.datetime.fromtimestamp(host.clock(), dt.UTC)


def _check_role(guild: discord.Guild, channel: Place, role: discord.Role | None) -> None:
    if role is None:
        return
    if role.is_default():
        raise InputError(daily_words.EVERYBODY)
    if not role.mentionable and not channel.permissions_for(guild.me).mention_everyone:
        raise InputError(daily_words.role_silent(role.name))


def _history(guild: discord.Guild, place: Place) -> list[str]:
    return [str(daily_words.NO_HISTORY)] if lacks_history(guild, place) else []


def _topics(text: str | None) -> tuple[str, ...]:
    """The words of topics, from a text in which commas separate them."""
    return tuple(topic for part in re.split("[,，、]", text or "") if (topic := clean(part)))[:MOST_TOPICS]


async def _which(host: Host, guild: discord.Guild, channel: str | None) -> Subscription:
    """The subscription that a moderator means: that of the channel they chose or typed, else the server's only one."""
    there = await host.daily.of_guild(guild.id)
    if not there:
        raise InputError(daily_words.NONE)
    if channel is None:
        if len(there) > 1:
            raise InputError(daily_words.which([_name(guild, each) for each in there]))
        return there[0]
    match = _CHANNEL.fullmatch(channel.strip())
    for each in there:
        if match is not None and each.channel == int(match[1]):
            return each
        if _name(guild, each).casefold().lstrip("#") == channel.strip().casefold().lstrip("#"):
            return each
    raise InputError(daily_words.not_there(plain(channel, 40)))


def _name(guild: discord.Guild, subscription: Subscription) -> str:
    channel = guild.get_channel_or_thread(subscription.channel)
    if channel is not None:
        return f"#{channel.name}"
    is_thread = subscription.kind is Kind.THREAD  # the client forgets one that is archived
    name = daily_words.unseen_channel if is_thread else daily_words.deleted_channel
    return name(subscription.channel)


def _page(*blocks: str) -> AnswerPage:
    return AnswerPage(blocks)
