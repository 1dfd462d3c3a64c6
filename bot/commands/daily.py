"""`/daily`: a server's daily posts, for members who may manage it."""

from __future__ import annotations

import asyncio
import datetime as dt
import re

import discord
from discord import Interaction, app_commands
from discord.app_commands import Choice

from bot.cards.pages import AnswerPage
from bot.commands.options import MOST_CHOICES
from bot.commands.zones import suggest_zones, time_option, zone_option
from bot.daily import words as daily_words
from bot.daily.claims import Reason, Wish
from bot.daily.schedule import Subscription
from bot.host import Host, HostClient, managed_guild
from bot.markup import MAX_OPTION, plain
from bot.zones.stored import shown_zone
from embeddings.errors import InputError
from embeddings.text import clean

MOST_EVENTS = 10
MOST_CHANNELS = 20  # of a server
MOST_TOPICS = 10
_NEEDED = ("view_channel", "send_messages")
_CHANNEL = re.compile(r"(?:<#)?(\d{15,21})>?")

command = app_commands.Group(
    name="daily",
    description=daily_words.COMMAND,
    allowed_contexts=app_commands.AppCommandContext(guild=True, dm_channel=False, private_channel=False),
    allowed_installs=app_commands.AppInstallationType(guild=True, user=False),
    default_permissions=discord.Permissions(manage_guild=True),
)

Topics = app_commands.Range[str, 1, 200]


@command.command(name="set", description=daily_words.SET)
@app_commands.describe(
    channel=daily_words.CHANNEL,
    time=daily_words.TIME,
    timezone=daily_words.ZONE,
    events=daily_words.EVENTS,
    role=daily_words.ROLE,
    prefer=daily_words.PREFER,
    leave_out=daily_words.LEAVE_OUT,
)
async def set_(
    interaction: Interaction[HostClient],
    channel: discord.TextChannel,
    time: app_commands.Range[str, 1, 20],
    timezone: app_commands.Range[str, 1, 60],
    events: app_commands.Range[int, 1, MOST_EVENTS] = 5,
    role: discord.Role | None = None,
    prefer: Topics | None = None,
    leave_out: Topics | None = None,
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
    )
    _check_channel(guild, channel)
    _check_role(guild, channel, role)

    async def show() -> AnswerPage:
        there = await host.daily.of_guild(guild.id)
        if len(there) >= MOST_CHANNELS and channel.id not in {each.channel for each in there}:
            raise InputError(daily_words.too_many(MOST_CHANNELS))
        subscription = await host.daily.subscribe(wish, host.clock())
        return _page(daily_words.done("set", subscription), host.channel_line(subscription), *_history(guild, channel))

    await host.desk.respond(interaction, show, private=True)


@set_.autocomplete("timezone")
async def _suggest_zones(interaction: Interaction[HostClient], current: str) -> list[Choice[str]]:
    async def suggest() -> list[Choice[str]]:
        return await asyncio.to_thread(suggest_zones, current, _now(interaction.client.host))

    return await interaction.client.host.desk.suggest(interaction, suggest)


@command.command(name="show", description=daily_words.SHOW)
async def show_(interaction: Interaction[HostClient]) -> None:
    """Show a server's daily posts."""
    guild = managed_guild(interaction)
    host = interaction.client.host

    async def show() -> AnswerPage:
        return await host.channels(guild)

    await host.desk.respond(interaction, show, private=True)


@command.command(name="pause", description=daily_words.PAUSE)
@app_commands.describe(channel=daily_words.WHICH)
async def pause(interaction: Interaction[HostClient], channel: str | None = None) -> None:
    """Stop the posts of a channel for now."""
    guild = managed_guild(interaction)
    host = interaction.client.host

    async def show() -> AnswerPage:
        subscription = await _which(host, guild, channel)
        await host.daily.pause(subscription.key, Reason.MODERATOR, host.clock())
        return _page(daily_words.done("paused", subscription))

    await host.desk.respond(interaction, show, private=True)


@command.command(name="resume", description=daily_words.RESUME)
@app_commands.describe(channel=daily_words.WHICH)
async def resume(interaction: Interaction[HostClient], channel: str | None = None) -> None:
    """Go on with the posts of a channel."""
    guild = managed_guild(interaction)
    host = interaction.client.host

    async def show() -> AnswerPage:
        subscription = await _which(host, guild, channel)
        there = guild.get_channel(subscription.channel)
        if not isinstance(there, discord.TextChannel):
            raise InputError(daily_words.CHANNEL_DELETED)
        _check_channel(guild, there)
        if subscription.role is not None and guild.get_role(subscription.role) is None:
            raise InputError(daily_words.ROLE_DELETED)
        resumed = await host.daily.resume(subscription.key, host.clock())
        if resumed is None:
            raise InputError(daily_words.not_there(f"<#{subscription.channel}>"))
        return _page(daily_words.done("resumed", resumed), host.channel_line(resumed), *_history(guild, there))

    await host.desk.respond(interaction, show, private=True)


@command.command(name="remove", description=daily_words.REMOVE)
@app_commands.describe(channel=daily_words.WHICH)
async def remove(interaction: Interaction[HostClient], channel: str | None = None) -> None:
    """End the posts of a channel."""
    guild = managed_guild(interaction)
    host = interaction.client.host

    async def show() -> AnswerPage:
        subscription = await _which(host, guild, channel)
        await host.daily.remove(subscription.key)
        return _page(daily_words.done("removed, and forgotten", subscription))

    await host.desk.respond(interaction, show, private=True)


@command.command(name="preview", description=daily_words.PREVIEW)
@app_commands.describe(channel=daily_words.WHICH)
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


@pause.autocomplete("channel")
@resume.autocomplete("channel")
@remove.autocomplete("channel")
@preview.autocomplete("channel")
async def _suggest_channels(interaction: Interaction[HostClient], current: str) -> list[Choice[str]]:
    guild = interaction.guild
    host = interaction.client.host

    async def suggest() -> list[Choice[str]]:
        if guild is None or not interaction.permissions.manage_guild:
            return []
        there = await host.daily.of_guild(guild.id)
        names = [(f"{_name(guild, each)} at {each.time:%H:%M} {shown_zone(each.zone)}", each) for each in there]
        return [
            Choice(name=plain(name, MAX_OPTION), value=str(each.channel))
            for name, each in names
            if current.casefold().lstrip("#") in name.casefold()
        ][:MOST_CHOICES]

    return await host.desk.suggest(interaction, suggest)


def _now(host: Host) -> dt.datetime:
    return dt.datetime.fromtimestamp(host.clock(), dt.UTC)


def _check_channel(guild: discord.Guild, channel: discord.TextChannel) -> None:
    granted = channel.permissions_for(guild.me)
    if lacking := [name for name in _NEEDED if not getattr(granted, name)]:
        raise InputError(daily_words.no_permission(channel.name, lacking))


def _check_role(guild: discord.Guild, channel: discord.TextChannel, role: discord.Role | None) -> None:
    if role is None:
        return
    if role.is_default():
        raise InputError(daily_words.EVERYBODY)
    if not role.mentionable and not channel.permissions_for(guild.me).mention_everyone:
        raise InputError(daily_words.role_silent(role.name))


def _history(guild: discord.Guild, channel: discord.TextChannel) -> list[str]:
    return [] if channel.permissions_for(guild.me).read_message_history else [daily_words.NO_HISTORY]


def _topics(text: str | None) -> tuple[str, ...]:
    """The words of topics, from a text in which commas separate them."""
    return tuple(topic for part in (text or "").split(",") if (topic := clean(part)))[:MOST_TOPICS]


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
    channel = guild.get_channel(subscription.channel)
    return daily_words.deleted_channel(subscription.channel) if channel is None else f"#{channel.name}"


def _page(*blocks: str) -> AnswerPage:
    return AnswerPage(blocks)
