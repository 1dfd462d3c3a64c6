"""Every text about daily posts that users read."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING

from bot.markup import escape
from bot.words import count
from bot.zones.stored import shown_zone

if TYPE_CHECKING:
    from bot.daily.schedule import Subscription

COMMAND = "Daily posts: what happened on this day over the years"
SET = "Post every day in a channel, or change how"
SHOW = "This server's daily posts, and when the next ones come"
PAUSE = "Stop the daily posts of a channel for now"
RESUME = "Go on with the daily posts of a channel"
REMOVE = "End the daily posts of a channel and forget them"
PREVIEW = "See what the next post of a channel would be"
CHANNEL = "Where to post"
WHICH = "Whose posts; not needed where there is only one channel"
TIME = "When, on the clocks of the time zone: 09:00, 9 pm, noon"
ZONE = "Whose clocks: a city, state or country (Berlin), an offset (UTC+5:30) or a zone's name"
EVENTS = "How many events a post, 1 to 10"
ROLE = "A role that each post mentions"
PREFER = "Topics that come first, parted by commas: space, science"
LEAVE_OUT = "Topics that are left out, parted by commas: football, conflicts"
NEEDS_A_SERVER = "Daily posts are for servers that the bot is a member of. Add it to one and ask there."
NEEDS_RIGHT = "Daily posts are for members who may manage the server (the permission Manage Server)."
NONE = "This server has no daily posts. /daily set begins with them."
EVERYBODY = "A post mentions one role, never everybody. Choose another role, or none."
CHANNEL_DELETED = "That channel was deleted. Use /daily set for another one, and /daily remove to forget this one."
ROLE_DELETED = "The role that the posts mention was deleted. Use /daily set with another role, or without one."
NOTHING_LEFT = "The archive has nothing to show on that day, so there would be no post."
NO_HISTORY = (
    "The bot may not read the message history there. Posts come all the same, but one that is cut off in the middle "
    "is not sent again, because the bot could not see whether it arrived."
)
_PERMISSIONS = {"view_channel": "View Channel", "send_messages": "Send Messages"}
_PAUSED = {
    "moderator": "paused",
    "access": "paused: the bot may not post there",
    "channel": "paused: the channel was deleted",
    "role": "paused: the role that it mentions was deleted",
    "zone": "paused: its time zone is no longer known",
}
_NOTICES = {
    "access": "The daily posts in {channel} of {guild} have stopped: the bot may not see the channel or send messages "
    "there. Give it the permissions View Channel and Send Messages in {channel}, then use /daily resume.",
    "channel": "The daily posts of {guild} have stopped: their channel was deleted. Use /daily set to choose another "
    "channel, and /daily remove to forget the old one.",
    "role": "The daily posts in {channel} of {guild} have stopped: the role that they mention was deleted. Use "
    "/daily set for the channel again, with another role or without one.",
    "zone": "The daily posts in {channel} of {guild} have stopped: the time zone {zone} is no longer known. Use "
    "/daily set for the channel again.",
    "history": "A daily post in {channel} of {guild} was cut off while it was sent. The bot cannot see whether it "
    "arrived, so it does not send it again. With the permission Read Message History it could; this is said only once.",
}


def notice(reason: str, subscription: Subscription, guild: str) -> str:
    """What moderators are told once, and how they start the posts again."""
    where = f"<#{subscription.channel}>"
    return _NOTICES[reason].format(channel=where, guild=f"**{escape(guild)}**", zone=shown_zone(subscription.zone))


def no_permission(channel: str, lacking: Iterable[str]) -> str:
    """Why a channel cannot be posted in."""
    names = " and ".join(_PERMISSIONS[name] for name in lacking)
    return f"the bot cannot post in #{channel}: it lacks the permission {names} there. Nothing was saved"


def role_silent(role: str) -> str:
    """Why a role would not be notified."""
    return (
        f"nobody would be notified: the role {role} may not be mentioned. Allow anyone to mention it, or give the bot "
        "the permission Mention All Roles in the channel. Nothing was saved"
    )


def no_zone(zone: str, nearest: Sequence[str]) -> str:
    """A time zone that does not exist, with those that may be meant."""
    return f"there is no time zone {zone!r}; did you mean {_either(nearest)}?"


def unclear_zone(zone: str, readings: Sequence[str]) -> str:
    """A time zone that can be several."""
    return f"{zone!r} can mean {_either(readings)}; type the zone that you mean, or choose it while you type"


def no_offset(text: str) -> str:
    """An offset from UTC that no place has."""
    return f"{text!r} is no offset that clocks have; they go from UTC-12:00 to UTC+14:00, such as UTC+05:30"


def no_time(text: str) -> str:
    """A time of day that does not exist."""
    return f"{text!r} is not a time of day; write it as 09:00, 21:30, 9 pm or noon"


def which(channels: Sequence[str]) -> str:
    """Asks which of several channels with daily posts is meant."""
    return f"which channel? This server has daily posts in {', '.join(channels)}"


def too_many(most: int) -> str:
    """A server wants more channels than it may have."""
    return f"a server can have daily posts in {most} channels at most; /daily remove ends those of one"


def not_there(channel: str) -> str:
    """Says that a channel has no daily posts."""
    return f"there are no daily posts in {channel}; /daily show lists them"


def deleted_channel(channel: int) -> str:
    """The name of a channel that is no longer there."""
    return f"deleted channel {channel}"


def line(subscription: Subscription, next_at: int) -> str:
    """When a channel gets its daily posts, the next one included, and what is in them; in Discord's Markdown.

    Args:
        next_at: the moment of the next post in Unix time, which Discord shows in each reader's own time.
    """
    details = [count(subscription.count, "event")]
    if subscription.role is not None:
        details.append(f"mentions <@&{subscription.role}>")
    if subscription.prefer:
        details.append(f"first {escape(', '.join(subscription.prefer))}")
    if subscription.leave_out:
        details.append(f"without {escape(', '.join(subscription.leave_out))}")
    when = _PAUSED[subscription.paused] if subscription.paused else f"next <t:{next_at}:F>"
    zone = escape(shown_zone(subscription.zone))
    return f"<#{subscription.channel}> at {subscription.time:%H\\:%M} {zone} · {when}\n-# {' · '.join(details)}"


def done(what: str, subscription: Subscription) -> str:
    """What a moderator reads after a change."""
    return f"Daily posts in <#{subscription.channel}> are {what}."


def preview(next_at: int) -> str:
    """The line above a preview."""
    return f"-# What <t:{next_at}:F> would bring if the archive stays as it is; only you see this."


def paused(reason: str) -> str:
    """The line above a preview of posts that are paused."""
    return f"-# These posts are {_PAUSED[reason]}; /daily resume goes on with them. Only you see this."


def _either(names: Sequence[str]) -> str:
    return names[0] if len(names) == 1 else f"{', '.join(names[:-1])} or {names[-1]}"
