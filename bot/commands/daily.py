"""`/daily`: a server's daily posts, for members who may manage it."""

from __future__ import annotations

import dataclasses
import datetime as dt
import re

import discord
from discord import Interaction, app_commands
from discord.app_commands import Choice

from bot import words
from bot.cards.pages import Page
from bot.cards.text import MAX_OPTION, plain
from bot.client import DatelineClient
from bot.commands.options import MOST_CHOICES
from bot.commands.zones import suggest_zones, time_option, zone_option
from bot.daily.schedule import Subscription, first_after
from bot.store.daily import Reason, Wish
from embeddings.errors import InputError
from embeddings.text import clean

MOST_EVENTS = 10
MOST_CHANNELS = 20  # of a server
MOST_TOPICS = 10
_NEEDED = ("view_channel", "send_messages")
_CHANNEL = re.compile(r"(?:<#)?(\d{15,21})>?")

command = app_commands.Group(
    name="daily",
    description=words.DAILY_COMMAND,
    allowed_contexts=app_commands.AppCommandContext(guild=True, dm_channel=False, private_channel=False),
    allowed_installs=app_commands.AppInstallationType(guild=True, user=False),
    default_permissions=discord.Permissions(manage_guild=True),
)

Topics = app_commands.Range[str, 1, 200]


@command.command(name="set", description=words.DAILY_SET)
@app_commands.describe(
    channel=words.DAILY_CHANNEL,
    time=words.DAILY_TIME,
    timezone=words.DAILY_ZONE,
    events=words.DAILY_EVENTS,
    role=words.DAILY_ROLE,
    prefer=words.DAILY_PREFER,
    leave_out=words.DAILY_LEAVE_OUT,
)
async def set_(
    interaction: Interaction[DatelineClient],
    channel: discord.TextChannel,
    time: app_commands.Range[str, 1, 20],
    timezone: app_commands.Range[str, 1, 60],
    events: app_commands.Range[int, 1, MOST_EVENTS] = 5,
    role: discord.Role | None = None,
    prefer: Topics | None = None,
    leave_out: Topics | None = None,
) -> None:
    """Give a channel daily posts."""
    guild = _guild(interaction)
    client = interaction.client
    wish = Wish(
        guild.id,
        channel.id,
        time_option(time),
        zone_option(timezone),
        events,
        None if role is None else role.id,
        _topics(prefer),
        _topics(leave_out),
        str(interaction.guild_locale or discord.Locale.american_english),
    )
    _check_channel(guild, channel)
    _check_role(guild, channel, role)

    async def show() -> Page:
        there = await client.daily.of_guild(guild.id)
        if len(there) >= MOST_CHANNELS and channel.id not in {each.channel for each in there}:
            raise InputError(words.daily_too_many(MOST_CHANNELS))
        subscription = await client.daily.subscribe(wish, client.clock())
        return _page(words.daily_done("set", subscription), *_lines([subscription], client), *_history(guild, channel))

    await client.respond(interaction, show, private=True)


@set_.autocomplete("timezone")
async def _suggest_zones(interaction: Interaction[DatelineClient], current: str) -> list[Choice[str]]:
    async def suggest() -> list[Choice[str]]:
        return suggest_zones(current, dt.datetime.fromtimestamp(interaction.client.clock(), dt.UTC))

    return await interaction.client.suggest(interaction, suggest)


@command.command(name="show", description=words.DAILY_SHOW)
async def show_(interaction: Interaction[DatelineClient]) -> None:
    """Show a server's daily posts."""
    guild = _guild(interaction)
    client = interaction.client

    async def show() -> Page:
        there = await client.daily.of_guild(guild.id)
        return _page(*(_lines(there, client) or [words.DAILY_NONE]))

    await client.respond(interaction, show, private=True)


@command.command(name="pause", description=words.DAILY_PAUSE)
@app_commands.describe(channel=words.DAILY_WHICH)
async def pause(interaction: Interaction[DatelineClient], channel: str | None = None) -> None:
    """Stop the posts of a channel for now."""
    guild = _guild(interaction)
    client = interaction.client

    async def show() -> Page:
        subscription = await _which(client, guild, channel)
        await client.daily.pause(subscription.key, Reason.MODERATOR, client.clock())
        return _page(words.daily_done("paused", subscription))

    await client.respond(interaction, show, private=True)


@command.command(name="resume", description=words.DAILY_RESUME)
@app_commands.describe(channel=words.DAILY_WHICH)
async def resume(interaction: Interaction[DatelineClient], channel: str | None = None) -> None:
    """Go on with the posts of a channel."""
    guild = _guild(interaction)
    client = interaction.client

    async def show() -> Page:
        subscription = await _which(client, guild, channel)
        there = guild.get_channel(subscription.channel)
        if not isinstance(there, discord.TextChannel):
            raise InputError(words.DAILY_CHANNEL_GONE)
        _check_channel(guild, there)
        if subscription.role is not None and guild.get_role(subscription.role) is None:
            raise InputError(words.DAILY_ROLE_GONE)
        resumed = await client.daily.resume(subscription.key, client.clock())
        if resumed is None:
            raise InputError(words.daily_not_there(f"<#{subscription.channel}>"))
        return _page(words.daily_done("resumed", resumed), *_lines([resumed], client), *_history(guild, there))

    await client.respond(interaction, show, private=True)


@command.command(name="remove", description=words.DAILY_REMOVE)
@app_commands.describe(channel=words.DAILY_WHICH)
async def remove(interaction: Interaction[DatelineClient], channel: str | None = None) -> None:
    """End the posts of a channel."""
    guild = _guild(interaction)
    client = interaction.client

    async def show() -> Page:
        subscription = await _which(client, guild, channel)
        await client.daily.remove(subscription.key)
        return _page(words.daily_done("removed, and forgotten", subscription))

    await client.respond(interaction, show, private=True)


@command.command(name="preview", description=words.DAILY_PREVIEW)
@app_commands.describe(channel=words.DAILY_WHICH)
async def preview(interaction: Interaction[DatelineClient], channel: str | None = None) -> None:
    """Show what the next post would be."""
    guild = _guild(interaction)
    client = interaction.client

    async def show() -> Page:
        subscription = await _which(client, guild, channel)
        date, next_at = _next(subscription, client)
        page, events = await client.guide.daily(subscription, date)
        if not events:
            raise InputError(words.DAILY_NOTHING_LEFT)
        note = words.daily_paused(subscription.paused) if subscription.paused else words.daily_preview(next_at)
        return dataclasses.replace(page, blocks=(note, *page.blocks))

    await client.respond(interaction, show, private=True)


@pause.autocomplete("channel")
@resume.autocomplete("channel")
@remove.autocomplete("channel")
@preview.autocomplete("channel")
async def _suggest_channels(interaction: Interaction[DatelineClient], current: str) -> list[Choice[str]]:
    guild = interaction.guild
    client = interaction.client

    async def suggest() -> list[Choice[str]]:
        if guild is None or not interaction.permissions.manage_guild:
            return []
        there = await client.daily.of_guild(guild.id)
        names = [(f"{_name(guild, each)} at {each.time:%H:%M} {each.zone}", each) for each in there]
        return [
            Choice(name=plain(name, MAX_OPTION), value=str(each.channel))
            for name, each in names
            if current.casefold().lstrip("#") in name.casefold()
        ][:MOST_CHOICES]

    return await client.suggest(interaction, suggest)


def _guild(interaction: Interaction[DatelineClient]) -> discord.Guild:
    """The server, of which the user may manage the bot: Discord's menu only hides the command from others."""
    guild = interaction.guild
    if guild is None or not interaction.is_guild_integration():
        raise InputError(words.DAILY_NEEDS_A_SERVER)
    if not interaction.permissions.manage_guild:
        raise InputError(words.DAILY_NEEDS_RIGHT)
    return guild


def _check_channel(guild: discord.Guild, channel: discord.TextChannel) -> None:
    granted = channel.permissions_for(guild.me)
    if lacking := [name for name in _NEEDED if not getattr(granted, name)]:
        raise InputError(words.daily_no_permission(channel.name, lacking))


def _check_role(guild: discord.Guild, channel: discord.TextChannel, role: discord.Role | None) -> None:
    if role is None:
        return
    if role.is_default():
        raise InputError(words.DAILY_EVERYBODY)
    if not role.mentionable and not channel.permissions_for(guild.me).mention_everyone:
        raise InputError(words.daily_role_silent(role.name))


def _history(guild: discord.Guild, channel: discord.TextChannel) -> list[str]:
    return [] if channel.permissions_for(guild.me).read_message_history else [words.DAILY_NO_HISTORY]


def _topics(text: str | None) -> tuple[str, ...]:
    """Words of topics, parted by commas."""
    return tuple(topic for part in (text or "").split(",") if (topic := clean(part)))[:MOST_TOPICS]


async def _which(client: DatelineClient, guild: discord.Guild, channel: str | None) -> Subscription:
    """The subscription that is meant: of a channel that was chosen or typed, or the only one."""
    there = await client.daily.of_guild(guild.id)
    if not there:
        raise InputError(words.DAILY_NONE)
    if channel is None:
        if len(there) > 1:
            raise InputError(words.daily_which([_name(guild, each) for each in there]))
        return there[0]
    match = _CHANNEL.fullmatch(channel.strip())
    for each in there:
        if match is not None and each.channel == int(match[1]):
            return each
        if _name(guild, each).casefold().lstrip("#") == channel.strip().casefold().lstrip("#"):
            return each
    raise InputError(words.daily_not_there(plain(channel, 40)))


def _name(guild: discord.Guild, subscription: Subscription) -> str:
    channel = guild.get_channel(subscription.channel)
    return words.daily_deleted_channel(subscription.channel) if channel is None else f"#{channel.name}"


def _next(subscription: Subscription, client: DatelineClient) -> tuple[dt.date, int]:
    """The next post's local day and its moment."""
    now = dt.datetime.fromtimestamp(client.clock(), dt.UTC)
    date, at = first_after(now, subscription.time, subscription.zone, subscription.next_date)
    return date, int(at.timestamp())


def _lines(subscriptions: list[Subscription], client: DatelineClient) -> list[str]:
    return [words.daily_line(each, _next(each, client)[1]) for each in subscriptions]


def _page(*blocks: str) -> Page:
    return Page(blocks)
