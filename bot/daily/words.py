"""Every text about daily posts that users read."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Sequence

from bot.daily.days import in_words
from bot.daily.schedule import Kind, Subscription
from bot.language import either, later, listed, ngettext, option, plater, separated
from bot.language import gettext as _
from bot.local_dates import day_of_year
from bot.markup import MAX_OPTION, cut, escape, isolated, length, plain, without_pings
from bot.words import events_counted
from bot.zones.stored import shown_zone

MORE = plater("button", "More of this day")
# Translators: title of a post, before the date: "On this day, 23 December".
ON_THIS_DAY = later("On this day")
TEST_MARK = later("Test post: nobody was notified, and the day's own post comes at its time.")
NEEDS_A_SERVER = later("Daily posts are for servers that the bot is a member of. Add it to one and ask there.")
NONE = later("This server has no daily posts. /daily set begins with them.")
EVERYBODY = later("A post mentions one role, never everybody. Choose another role, or none.")
CHANNEL_DELETED = later(
    "That channel was deleted. Use /daily set for another one, and /daily remove to forget this one."
)
ROLE_DELETED = later("The role that the posts mention was deleted. Use /daily set with another role, or without one.")
NOTHING_LEFT = later("The archive has nothing to show on that day, so there would be no post.")
NO_HISTORY = later(
    "The bot may not read the message history there. Posts come all the same, but one that is cut off in the middle "
    "is not sent again, because the bot could not see whether it arrived."
)
NO_TAG_TO_SET = later(
    "every post in that forum needs a tag, and it has none that members may set. Add one there; or give the bot the "
    "permission Manage Threads, and choose a tag of the moderators. Nothing was saved"
)
TAG_MISSING = later("The forum asks for a tag, or no longer has the one that was chosen. Use /daily set with a tag.")
NO_SUCH_PLACE = later(
    "the bot does not see that channel or thread. Give it the permission View Channel; to a private thread, add it by "
    "mentioning it there. Nothing was saved"
)
NO_PLACE_FOR_MESSAGES = later("nothing can be posted in that: choose a channel, a forum or a thread. Nothing was saved")
THREAD_LOCKED = later(
    "that thread is locked: the bot needs the permission Manage Threads to post there. Unlock it, or give the bot that "
    "permission. Nothing was saved"
)
TEST_UNCERTAIN = later(
    "Discord did not take the test post just now, or its answer was lost: look whether it is there, and try again"
)
# Permissions are called as Discord's settings call them in the language.
_PERMISSIONS = {
    # Translators: as Discord itself calls it in your language.
    "view_channel": plater("permission on Discord", "View Channel"),
    # Translators: as Discord itself calls it in your language.
    "send_messages": plater("permission on Discord", "Send Messages"),
    # Translators: as Discord itself calls it in your language.
    "send_messages_in_threads": plater("permission on Discord", "Send Messages in Threads"),
    # Translators: as Discord itself calls it in your language.
    "connect": plater("permission on Discord", "Connect"),
}
# Translators: as Discord itself calls it in your language.
_CREATE_POSTS = plater("permission on Discord", "Create Posts")
_NEEDED = {
    Kind.CHANNEL: ("view_channel", "send_messages"),
    Kind.VOICE: ("view_channel", "connect", "send_messages"),
    Kind.THREAD: ("view_channel", "send_messages_in_threads"),
    Kind.FORUM: ("view_channel", "send_messages"),
}
_PAUSED = {
    "moderator": later("paused"),
    "access": later("paused: the bot may not post there"),
    "channel": later("paused: the channel was deleted"),
    "role": later("paused: the role that it mentions was deleted"),
    "locked": later("paused: the thread is locked"),
    "tag": later("paused: its tag is missing"),
    "zone": later("paused: its time zone is no longer known"),
}


def not_published() -> str:
    """For a moderator who wants posts of an ordinary channel published."""
    # Translators: {option} is the name of an option of the command.
    return _(
        "only what is posted in an announcement channel can be published; leave {option} out", option=option("publish")
    )


def no_tags_here() -> str:
    """For a moderator who names a tag where there are none."""
    return _("only posts in a forum have tags; leave {option} out", option=option("tag"))


def notice(reason: str, subscription: Subscription, guild: str) -> str:
    """What moderators are told once, and how they start the posts again."""
    channel, guild = f"<#{subscription.channel}>", f"**{escape(guild)}**"
    match reason:
        case "access":
            # Translators: to moderators. {needed} are names of permissions on Discord.
            return _(
                "The daily posts in {channel} of {server} have stopped: the bot may not see the channel or send "
                "messages there. Give it the permissions {needed} in {channel}, then use /daily resume.",
                channel=channel, server=guild, needed=needed(subscription.kind),
            )  # fmt: skip
        case "channel":
            return _(
                "The daily posts of {server} have stopped: their channel was deleted. Use /daily set to choose another "
                "channel, and /daily remove to forget the old one.",
                server=guild,
            )
        case "role":
            return _(
                "The daily posts in {channel} of {server} have stopped: the role that they mention was deleted. Use "
                "/daily set for the channel again, with another role or without one.",
                channel=channel, server=guild,
            )  # fmt: skip
        case "locked":
            return _(
                "The daily posts in {channel} of {server} have stopped: the thread is locked. Unlock it, or give the "
                "bot the permission Manage Threads, then use /daily resume.",
                channel=channel, server=guild,
            )  # fmt: skip
        case "tag":
            return _(
                "The daily posts in {channel} of {server} have stopped: the forum asks for a tag, or no longer has the "
                "one that was chosen. Use /daily set for the channel again, with a tag.",
                channel=channel, server=guild,
            )  # fmt: skip
        case "zone":
            return _(
                "The daily posts in {channel} of {server} have stopped: the time zone {zone} is no longer known. Use "
                "/daily set for the channel again.",
                channel=channel, server=guild, zone=shown_zone(subscription.zone),
            )  # fmt: skip
    return _(  # "history"
        "A daily post in {channel} of {server} was cut off while it was sent. The bot cannot see whether it arrived, "
        "so it does not send it again. With the permission Read Message History it could; this is said only once.",
        channel=channel, server=guild,
    )  # fmt: skip


def needed(kind: Kind) -> str:
    """The permissions that the bot needs in a kind of channel."""
    return listed([_name_of(name, kind) for name in _NEEDED[kind]])


def titled(title: str, date: dt.date) -> str:
    """A title with the day that a post is of: `On this day, 23 December`."""
    # Translators: the title of a daily post: "On this day, 23 December".
    return _("{title}, {day}", title=title, day=day_of_year(date.month, date.day))


def thread_title(subscription: Subscription, date: dt.date, *, is_test: bool = False) -> str:
    """The title of a post in a forum, where a title is plain text of at most a hundred characters."""
    room = MAX_OPTION - length(titled("", date))
    title = plain(subscription.title or str(ON_THIS_DAY), MAX_OPTION)
    if is_test:
        # Translators: before the title of a post that is only a test: "Test: On this day".
        title = _("Test: {title}", title=title)
    return titled(cut(title, room), date)


def test_done(subscription: Subscription) -> str:
    """What a moderator reads after a test post."""
    return _(
        "A test post is in {channel}. It counts for no day; delete it when you like.",
        channel=f"<#{subscription.channel}>",
    )


def test_refused(reason: str, subscription: Subscription) -> str:
    """Why a test post cannot be sent."""
    channel = f"<#{subscription.channel}>"
    match reason:
        case "access":
            return _(
                "there is no test post in {channel}: the bot needs the permissions {needed} there",
                channel=channel, needed=needed(subscription.kind),
            )  # fmt: skip
        case "channel":
            return _("there is no test post in {channel}: the channel was deleted", channel=channel)
        case "locked":
            return _(
                "there is no test post in {channel}: the thread is locked, and the bot has not the permission "
                "Manage Threads",
                channel=channel,
            )
        case "tag":
            return _(
                "there is no test post in {channel}: the forum asks for a tag, or no longer has the one that was "
                "chosen: use /daily set with a tag",
                channel=channel,
            )
    return _("there is no test post in {channel}: Discord refuses it", channel=channel)


def no_tag(name: str, tags: Sequence[str]) -> str:
    """A tag that a forum does not have."""
    if not tags:
        return _("that forum has no tag “{tag}”; it has none", tag=isolated(name))
    return _(
        "that forum has no tag “{tag}”; it has {tags}",
        tag=isolated(name),
        tags=separated([isolated(tag) for tag in tags]),
    )


def moderators_tag(name: str) -> str:
    """A tag that the bot may not set."""
    return _(
        "the tag {tag} is for moderators; choose another one, or give the bot the permission Manage Threads there",
        tag=isolated(name),
    )


def unseen_channel(channel: int) -> str:
    """The name of a channel or thread that the bot does not know, which may be deleted or archived."""
    return _("channel {id}", id=channel)


def no_permission(channel: str, lacking: Iterable[str], kind: Kind = Kind.CHANNEL) -> str:
    """Why a channel cannot be posted in."""
    names = listed([_name_of(name, kind) for name in lacking])
    return _(
        "the bot cannot post in {channel}: it lacks the permission {names} there. Nothing was saved",
        channel=f"#{isolated(channel)}",
        names=names,
    )


def _name_of(permission: str, kind: Kind) -> str:
    """A permission as Discord's settings call it, which differs between kinds of channels."""
    if kind is Kind.FORUM and permission == "send_messages":
        return str(_CREATE_POSTS)
    return str(_PERMISSIONS[permission])


def role_silent(role: str) -> str:
    """Why a role would not be notified."""
    return _(
        "nobody would be notified: the role {role} may not be mentioned. Allow anyone to mention it, or give the bot "
        "the permission Mention All Roles in the channel. Nothing was saved",
        role=isolated(role),
    )


def no_zone(zone: str, nearest: Sequence[str]) -> str:
    """A time zone that does not exist, with those that may be meant."""
    return _("there is no time zone “{zone}”; did you mean {nearest}?", zone=isolated(zone), nearest=either(nearest))


def unclear_zone(zone: str, readings: Sequence[str]) -> str:
    """A time zone that can be several."""
    return _(
        "“{zone}” can mean {readings}; type the zone that you mean, or choose it while you type",
        zone=isolated(zone),
        readings=either(readings),
    )


def no_offset(text: str) -> str:
    """An offset from UTC that no place has."""
    return _(
        "“{words}” is no offset that clocks have; they go from UTC-12:00 to UTC+14:00, such as UTC+05:30",
        words=isolated(text),
    )


def no_time(text: str) -> str:
    """A time of day that does not exist."""
    return _("“{words}” is not a time of day; write it as 09:00, 21:30, 9 pm or noon", words=isolated(text))


def which(channels: Sequence[str]) -> str:
    """Asks which of several channels with daily posts is meant."""
    return _("which channel? This server has daily posts in {channels}", channels=separated(channels))


def too_many(most: int) -> str:
    """A server wants more channels than it may have."""
    return ngettext(
        "a server can have daily posts in {count} channel at most; /daily remove ends those of one",
        "a server can have daily posts in {count} channels at most; /daily remove ends those of one",
        most,
    )


def not_there(channel: str) -> str:
    """Says that a channel has no daily posts."""
    return _("there are no daily posts in {channel}; /daily show lists them", channel=channel)


def deleted_channel(channel: int) -> str:
    """The name of a channel that is no longer there."""
    return _("deleted channel {id}", id=channel)


def line(subscription: Subscription, next_at: int) -> str:
    """When a channel gets its daily posts, the next one included, and what is in them; in Discord's Markdown.

    Args:
        next_at: the moment of the next post in Unix time, which Discord shows in each reader's own time.
    """
    details = [events_counted(subscription.count)]
    if subscription.role is not None:
        # Translators: of daily posts: "mentions @News".
        details.append(_("mentions {role}", role=f"<@&{subscription.role}>"))
    if subscription.prefer:
        # Translators: of daily posts: which topics come first: "space, science first".
        details.append(_("{topics} first", topics=escape(", ".join(subscription.prefer))))
    if subscription.leave_out:
        # Translators: of daily posts: which topics are left out.
        details.append(_("without {topics}", topics=escape(", ".join(subscription.leave_out))))
    if subscription.title:
        # Translators: of daily posts: the title that they have.
        details.append(_("titled {title}", title=escape(subscription.title)))
    if subscription.publish:
        # Translators: of daily posts in an announcement channel, which Discord publishes to channels that follow it.
        details.append(_("published"))
    if subscription.text:
        # Translators: of daily posts: a line of a moderator's own that stands above each.
        details.append(_("with the line: {text}", text=without_pings(subscription.text)))
    if subscription.paused:
        when = f" · {_PAUSED[subscription.paused]}"
    else:
        # Translators: when the next daily post comes: "next Monday, 20 July 2026 09:00".
        when = "\n-# " + _("next {moment}", moment=f"<t:{next_at}:F>")
    # Translators: when daily posts come: "Monday to Friday at 09:00 Europe/Berlin", "every 3 days at 09:00 UTC".
    at = _(
        "{days} at {time} {zone}",
        days=in_words(subscription.days),
        time=f"{subscription.time:%H\\:%M}",
        zone=escape(shown_zone(subscription.zone)),
    )
    return f"<#{subscription.channel}> {at}{when}\n-# {' · '.join(details)}"


def channel_option(channel: str, subscription: Subscription) -> str:
    """A channel with daily posts, as it is offered while somebody types."""
    # Translators: a channel with daily posts: "#history at 09:00 Europe/Berlin".
    return _(
        "{channel} at {time} {zone}",
        channel=channel,
        time=f"{subscription.time:%H:%M}",
        zone=shown_zone(subscription.zone),
    )


def were_set(subscription: Subscription) -> str:
    """What a moderator reads after a change."""
    return _("Daily posts in {channel} are set.", channel=f"<#{subscription.channel}>")


def were_paused(subscription: Subscription) -> str:
    """What a moderator reads after a change."""
    return _("Daily posts in {channel} are paused.", channel=f"<#{subscription.channel}>")


def were_resumed(subscription: Subscription) -> str:
    """What a moderator reads after a change."""
    return _("Daily posts in {channel} are resumed.", channel=f"<#{subscription.channel}>")


def were_removed(subscription: Subscription) -> str:
    """What a moderator reads after a change."""
    return _("Daily posts in {channel} are removed, and forgotten.", channel=f"<#{subscription.channel}>")


def preview(next_at: int) -> str:
    """The line above a preview."""
    return "-# " + _(
        "What {moment} would bring if the archive stays as it is; only you see this.", moment=f"<t:{next_at}:F>"
    )


def paused(reason: str) -> str:
    """The line above a preview of posts that are paused."""
    # Translators: {paused} is one of the texts that begin with "paused".
    return "-# " + _(
        "These posts are {paused}; /daily resume goes on with them. Only you see this.", paused=_PAUSED[reason]
    )
