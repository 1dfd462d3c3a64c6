"""Where daily posts can go: every kind of channel, the permissions that the bot needs in each, and forums' tags."""

from __future__ import annotations

from typing import Any

import discord
from discord import AppCommandOptionType, Interaction, app_commands
from discord.app_commands import AppCommandChannel, AppCommandThread, Choice

from bot.commands.options import MOST_CHOICES
from bot.daily import words as daily_words
from bot.daily.schedule import Kind
from bot.markup import MAX_OPTION, plain
from embeddings.errors import InputError

RawPlace = AppCommandChannel | AppCommandThread
Place = discord.TextChannel | discord.VoiceChannel | discord.StageChannel | discord.ForumChannel | discord.Thread

_NEEDED = {
    Kind.CHANNEL: ("view_channel", "send_messages"),
    Kind.VOICE: ("view_channel", "connect", "send_messages"),
    Kind.THREAD: ("view_channel", "send_messages_in_threads"),
    Kind.FORUM: ("view_channel", "send_messages"),
}


class PlaceOption(app_commands.Transformer):
    """An option that takes any channel or thread: archived ones, too, which discord.py's own does not find, and media
    channels, which Discord's description of its API does not have among the kinds that an option can be limited to."""

    @property
    def type(self) -> AppCommandOptionType:
        """Discord's kind of option."""
        return AppCommandOptionType.channel

    async def transform(self, _: Interaction[Any], value: Any, /) -> RawPlace:
        """Take what Discord sent."""
        found: RawPlace = value
        return found


async def find_place(guild: discord.Guild, channel: int) -> Place:
    """A channel or thread of a guild, asked for at Discord where the client does not know it, as an archived thread.

    Raises:
        InputError: if it is deleted, if the bot does not see it, or if nothing can be posted there.
    """
    found: object = guild.get_channel_or_thread(channel)
    if found is None:
        try:
            found = await guild.fetch_channel(channel)
        except discord.NotFound as error:
            raise InputError(daily_words.CHANNEL_DELETED) from error
        except discord.Forbidden as error:
            raise InputError(daily_words.NO_SUCH_PLACE) from error
    if not isinstance(found, Place):
        raise InputError(daily_words.NO_PLACE_FOR_MESSAGES)
    return found


def kind_of(place: Place) -> Kind:
    """How a post gets there."""
    match place:
        case discord.ForumChannel():
            return Kind.FORUM
        case discord.Thread():
            return Kind.THREAD
        case discord.VoiceChannel() | discord.StageChannel():
            return Kind.VOICE
        case _:
            return Kind.CHANNEL


def is_news(place: Place) -> bool:
    """Whether other channels can follow it."""
    return isinstance(place, discord.TextChannel) and place.is_news()


def check_place(guild: discord.Guild, place: Place) -> None:
    """Raise InputError, naming what is missing, if the bot may not post there."""
    kind = kind_of(place)
    granted = _granted(guild, place)
    if lacking := [name for name in _NEEDED[kind] if not getattr(granted, name)]:
        raise InputError(daily_words.no_permission(place.name, lacking, kind))
    if isinstance(place, discord.Thread) and place.locked and not granted.manage_threads:
        raise InputError(daily_words.THREAD_LOCKED)


def lacks_history(guild: discord.Guild, place: Place) -> bool:
    """Whether the bot could not look there for a post that was cut off."""
    return not _granted(guild, place).read_message_history


def _granted(guild: discord.Guild, place: Place) -> discord.Permissions:
    if isinstance(place, discord.Thread) and place.parent is None:  # which the bot does not see
        return discord.Permissions.none()
    return place.permissions_for(guild.me)


def choose_tag(guild: discord.Guild, place: Place, name: str | None) -> int | None:
    """The id of the tag for posts in a forum: the one that is named, else the first that members may set if posts need
    one. InputError if there is no such tag, or the bot may not set it."""
    if not isinstance(place, discord.ForumChannel):
        if name is not None:
            raise InputError(daily_words.no_tags_here())
        return None
    tags = place.available_tags
    if name is None:
        if not place.flags.require_tag:
            return None
        if (first := next((tag for tag in tags if not tag.moderated), None)) is None:
            raise InputError(daily_words.NO_TAG_TO_SET)
        return first.id
    wanted = name.strip().casefold()
    chosen = next((tag for tag in tags if wanted in {tag.name.casefold(), str(tag.id)}), None)
    if chosen is None:
        raise InputError(daily_words.no_tag(plain(name, 40), [plain(tag.name, 40) for tag in tags]))
    if chosen.moderated and not _granted(guild, place).manage_threads:
        raise InputError(daily_words.moderators_tag(plain(chosen.name, 40)))
    return chosen.id


def check_tag(place: Place, tag: int | None) -> None:
    """Raise InputError if posts in a forum would be refused for their tag."""
    if isinstance(place, discord.ForumChannel):
        is_missing = place.flags.require_tag if tag is None else place.get_tag(tag) is None
        if is_missing:
            raise InputError(daily_words.TAG_MISSING)


def suggest_tags(guild: discord.Guild | None, channel: int, current: str) -> list[Choice[str]]:
    """The tags of a forum that contain what is being typed; none where the channel is not chosen yet."""
    forum = None if guild is None else guild.get_channel(channel)
    if not isinstance(forum, discord.ForumChannel):
        return []
    names = [tag.name for tag in forum.available_tags if current.casefold() in tag.name.casefold()]
    return [Choice(name=plain(name, MAX_OPTION), value=plain(name, MAX_OPTION)) for name in names[:MOST_CHOICES]]
