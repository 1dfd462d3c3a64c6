"""Every text about daily posts that users read."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Sequence

from bot.daily.days import in_words
from bot.daily.schedule import Kind, Subscription
from bot.local_dates import DEFAULT_LOCALE, day_of_year
from bot.markup import MAX_OPTION, cut, escape, plain, without_pings
from bot.words import count
from bot.zones.stored import shown_zone

COMMAND = "Daily posts: what happened on this day over the years"
SET = "Post every day in a channel, or change how"
SHOW = "This server's daily posts, and when the next ones come"
PAUSE = "Stop the daily posts of a channel for now"
RESUME = "Go on with the daily posts of a channel"
REMOVE = "End the daily posts of a channel and forget them"
PREVIEW = "See what the next post of a channel would be"
TEST = "Post the next post of a channel there now, marked as a test"
CHANNEL = "Where to post"
WHICH = "Whose posts; not needed where there is only one channel"
TIME = "When, on the clocks of the time zone: 09:00, 9 pm, noon"
ZONE = "Whose clocks: a city, state or country (Berlin), an offset (UTC+5:30) or a zone's name"
EVENTS = "How many events a post, 1 to 10"
ROLE = "A role that each post mentions"
PREFER = "Topics that come first, parted by commas: space, science"
LEAVE_OUT = "Topics that are left out, parted by commas: football, conflicts"
DAYS = "On which days: mon-fri, weekends, mon, wed or every 3 days; every day if left out"
TITLE = "What stands above each post, beside the date"
TEXT = "A line of your own above each post"
PUBLISH = "In an announcement channel: publish each post to the channels that follow it"
TAG = "In a forum: the tag that each post gets"
MORE = "More of this day"
ON_THIS_DAY = "On this day"
TEST_MARK = "-# Test post: nobody was notified, and the day's own post comes at its time."
_TEST = "Test"
NEEDS_A_SERVER = "Daily posts are for servers that the bot is a member of. Add it to one and ask there."
NONE = "This server has no daily posts. /daily set begins with them."
EVERYBODY = "A post mentions one role, never everybody. Choose another role, or none."
CHANNEL_DELETED = "That channel was deleted. Use /daily set for another one, and /daily remove to forget this one."
ROLE_DELETED = "The role that the posts mention was deleted. Use /daily set with another role, or without one."
NOTHING_LEFT = "The archive has nothing to show on that day, so there would be no post."
NO_HISTORY = (
    "The bot may not read the message history there. Posts come all the same, but one that is cut off in the middle "
    "is not sent again, because the bot could not see whether it arrived."
)
NOT_PUBLISHED = "only what is posted in an announcement channel can be published; leave publish out"
NO_TAGS_HERE = "only posts in a forum have tags; leave tag out"
NO_TAG_TO_SET = (
    "every post in that forum needs a tag, and it has none that members may set. Add one there; or give the bot the "
    "permission Manage Threads, and choose a tag of the moderators. Nothing was saved"
)
TAG_MISSING = "The forum asks for a tag, or no longer has the one that was chosen. Use /daily set with a tag."
NO_SUCH_PLACE = (
    "the bot does not see that channel or thread. Give it the permission View Channel; to a private thread, add it by "
    "mentioning it there. Nothing was saved"
)
NO_PLACE_FOR_MESSAGES = "nothing can be posted in that: choose a channel, a forum or a thread. Nothing was saved"
THREAD_LOCKED = (
    "that thread is locked: the bot needs the permission Manage Threads to post there. Unlock it, or give the bot that "
    "permission. Nothing was saved"
)
TEST_UNCERTAIN = (
    "Discord did not take the test post just now, or its answer was lost: look whether it is there, and try again"
)
_PERMISSIONS = {
    "view_channel": "View Channel",
    "send_messages": "Send Messages",
    "send_messages_in_threads": "Send Messages in Threads",
    "connect": "Connect",
}
_NEEDED = {
    Kind.CHANNEL: "View Channel and Send Messages",
    Kind.VOICE: "View Channel, Connect and Send Messages",
    Kind.THREAD: "View Channel and Send Messages in Threads",
    Kind.FORUM: "View Channel and Create Posts",
}
_PAUSED = {
    "moderator": "paused",
    "access": "paused: the bot may not post there",
    "channel": "paused: the channel was deleted",
    "role": "paused: the role that it mentions was deleted",
    "locked": "paused: the thread is locked",
    "tag": "paused: its tag is missing",
    "zone": "paused: its time zone is no longer known",
}
_NOTICES = {
    "access": "The daily posts in {channel} of {guild} have stopped: the bot may not see the channel or send messages "
    "there. Give it the permissions {needed} in {channel}, then use /daily resume.",
    "channel": "The daily posts of {guild} have stopped: their channel was deleted. Use /daily set to choose another "
    "channel, and /daily remove to forget the old one.",
    "role": "The daily posts in {channel} of {guild} have stopped: the role that they mention was deleted. Use "
    "/daily set for the channel again, with another role or without one.",
    "locked": "The daily posts in {channel} of {guild} have stopped: the thread is locked. Unlock it, or give the bot "
    "the permission Manage Threads, then use /daily resume.",
    "tag": "The daily posts in {channel} of {guild} have stopped: the forum asks for a tag, or no longer has the one "
    "that was chosen. Use /daily set for the channel again, with a tag.",
    "zone": "The daily posts in {channel} of {guild} have stopped: the time zone {zone} is no longer known. Use "
    "/daily set for the channel again.",
    "history": "A daily post in {channel} of {guild} was cut off while it was sent. The bot cannot see whether it "
    "arrived, so it does not send it again. With the permission Read Message History it could; this is said only once.",
}


def notice(reason: str, subscription: Subscription, guild: str) -> str:
    """What moderators are told once, and how they start the posts again."""
    where = f"<#{subscription.channel}>"
    needed, zone = _NEEDED[subscription.kind], shown_zone(subscription.zone)
    return _NOTICES[reason].format(channel=where, guild=f"**{escape(guild)}**", zone=zone, needed=needed)


def titled(title: str, date: dt.date, locale: str = DEFAULT_LOCALE) -> str:
    """A title with the day that a post is of: `On this day, 23 December`."""
    return f"{title}, {day_of_year(date.month, date.day, locale)}"


def thread_title(subscription: Subscription, date: dt.date, locale: str, *, is_test: bool = False) -> str:
    """The title of a post in a forum, where a title is plain text of at most a hundred characters."""
    day = titled("", date, locale)
    title = plain(subscription.title or ON_THIS_DAY, MAX_OPTION)
    title = f"{_TEST}: {title}" if is_test else title
    return f"{cut(title, MAX_OPTION - len(day))}{day}"


def test_done(subscription: Subscription) -> str:
    """What a moderator reads after a test post."""
    return f"A test post is in <#{subscription.channel}>. It counts for no day; delete it when you like."


def test_refused(reason: str, subscription: Subscription) -> str:
    """Why a test post cannot be sent."""
    why = {
        "access": f"the bot needs the permissions {_NEEDED[subscription.kind]} there",
        "channel": "the channel was deleted",
        "locked": "the thread is locked, and the bot has not the permission Manage Threads",
        "tag": "the forum asks for a tag, or no longer has the one that was chosen: use /daily set with a tag",
    }
    return f"there is no test post in <#{subscription.channel}>: {why.get(reason, reason)}"


def no_tag(name: str, tags: Sequence[str]) -> str:
    """A tag that a forum does not have."""
    return f"that forum has no tag {name!r}; it has {', '.join(tags) or 'none'}"


def moderators_tag(name: str) -> str:
    """A tag that the bot may not set."""
    return f"the tag {name} is for moderators; choose another one, or give the bot the permission Manage Threads there"


def unseen_channel(channel: int) -> str:
    """The name of a channel or thread that the bot does not know, which may be deleted or archived."""
    return f"channel {channel}"


def no_permission(channel: str, lacking: Iterable[str], kind: Kind = Kind.CHANNEL) -> str:
    """Why a channel cannot be posted in."""
    names = " and ".join(_name_of(name, kind) for name in lacking)
    return f"the bot cannot post in #{channel}: it lacks the permission {names} there. Nothing was saved"


def _name_of(permission: str, kind: Kind) -> str:
    """A permission as Discord's settings call it, which differs between kinds of channels."""
    if kind is Kind.FORUM and permission == "send_messages":
        return "Create Posts"
    return _PERMISSIONS[permission]


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
        details.append(f"{escape(', '.join(subscription.prefer))} first")
    if subscription.leave_out:
        details.append(f"without {escape(', '.join(subscription.leave_out))}")
    if subscription.title:
        details.append(f"titled {escape(subscription.title)}")
    if subscription.publish:
        details.append("published")
    if subscription.text:
        details.append(f"with the line: {without_pings(subscription.text)}")
    when = f" · {_PAUSED[subscription.paused]}" if subscription.paused else f"\n-# next <t:{next_at}:F>"
    zone = escape(shown_zone(subscription.zone))
    at = f"{in_words(subscription.days)} at {subscription.time:%H\\:%M} {zone}"
    return f"<#{subscription.channel}> {at}{when}\n-# {' · '.join(details)}"


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
