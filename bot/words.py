"""Every word that users of the bot read, and dates as their locale writes them."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Sequence
from functools import lru_cache
from typing import TYPE_CHECKING

from babel import Locale, UnknownLocaleError
from babel.dates import format_date, format_skeleton

from bot.cards.text import escape
from embeddings.dates import DateRange

if TYPE_CHECKING:
    from bot.answers import About
    from bot.daily.schedule import Subscription
    from embeddings.search.answers import DayAnswer

DEFAULT_LOCALE = "en-GB"  # the day before the month, as in the rest of the program
_MOST_NAMED = 3  # dates in a heading

NOTHING_FITS = "Nothing in the archive fits. Try other words, or a wider span of dates."
NO_EVENTS_ON_THIS_DAY = "The archive has no event on this day of any year."
GONE = "This event is no longer in the archive."
ANSWER_FORGOTTEN = "This answer was last used too long ago and has been forgotten. Please ask again."
NO_WORDS_IN_MESSAGE = "This message has no text to look for."
SOURCES = "Sources"
RELATED = "Related"
CLOSEST = "Related:"
CONTEXTS = "About"
WITHDRAWN = "withdrawn from the archive"

OPEN = "Open an event…"
BACK = "Back"
BACK_TO_LIST = "Back to the list"
PREVIOUS = "Previous"
NEXT = "Next"
READ = "Read the source"
READ_DAY = "This day on Wikipedia"
SEARCH_ALL_DATES = "Search all dates"
INVITE = "Add Dateline to a server"

STORED = (
    "Stored: for each answer with buttons, which events it showed, for a year after its last use; for daily posts, "
    "what /daily show lists and what was posted. Not stored: questions, who asked them, messages."
)
FAULTS = "Something is wrong? Tell the people who run this bot, with the reference that an error names."

CONSOLE_HELP = """\
/event DATE            events of a day, month or range: 2015-12-23, dec 2015, last month
/ask QUESTION          events that a question is about; add from:2015 to:2016-06 count:3
/onthisday [DAY]       the day's best events over the years: 12-23, 23 December
/related ID            an event with all its sources and related events
/about                 what the archive holds, and whose text it is
/help, /quit"""


@lru_cache(maxsize=64)
def _locale(name: str) -> Locale:
    """Babel's locale for one of Discord's ("en-US", "es-419", "zh-CN"); English where it knows none."""
    try:
        found = Locale.parse(name.replace("-", "_"))
    except (UnknownLocaleError, ValueError):
        return Locale.parse("en_GB")
    return found


def day_first(locale: str) -> bool:
    """Whether a locale writes the day of the month before the month: 02/03/2015 is the 2nd of March there."""
    pattern: str = _locale(locale).date_formats["short"].pattern
    return pattern.find("d") < pattern.find("M")


def long_date(day: dt.date, locale: str = DEFAULT_LOCALE) -> str:
    """`Wednesday 23 December 2015`."""
    return format_date(day, "full", _locale(locale))


def short_date(day: dt.date, locale: str = DEFAULT_LOCALE) -> str:
    """`23 December 2015`."""
    return format_date(day, "long", _locale(locale))


def date_range(dates: DateRange, locale: str = DEFAULT_LOCALE) -> str:
    """`23 December 2015`, `December 2015`, `2015`, or from one day to another."""
    first, last = dates.first, dates.last
    if first == last:
        return short_date(last, locale)
    after = last + dt.timedelta(days=1) if last < dt.date.max else last
    if first.day == 1 and after.day == 1 and (first.year, first.month) == (last.year, last.month):
        return format_skeleton("yMMMM", first, locale=_locale(locale))
    if (first.month, first.day, last.month, last.day) == (1, 1, 12, 31):
        return str(first.year) if first.year == last.year else f"{first.year} to {last.year}"
    if first == dt.date.min:
        return f"everything until {short_date(last, locale)}"
    if last == dt.date.max:
        return f"everything from {short_date(first, locale)}"
    return f"{short_date(first, locale)} to {short_date(last, locale)}"


def day_of_year(month: int, day: int, locale: str = DEFAULT_LOCALE) -> str:
    """`23 December`."""
    return format_skeleton("MMMMd", dt.date(2000, month, day), locale=_locale(locale))


def dates_understood(ranges: Sequence[DateRange], locale: str = DEFAULT_LOCALE) -> str:
    """How the dates in a question were understood."""
    return "Dates in the question: " + "; ".join(date_range(dates, locale) for dates in ranges[:5])


def group_heading(is_outside: bool, ranges: Sequence[DateRange], locale: str = DEFAULT_LOCALE) -> str:
    """Above the events that are in none of the question's dates, or above the others where they come after those."""
    if len(ranges) > _MOST_NAMED:
        named = "the dates in the question"
    else:
        named = " and ".join(date_range(dates, locale) for dates in ranges)
    return f"{'Outside' if is_outside else 'Within'} {named}"


def only_within(dates: DateRange, locale: str = DEFAULT_LOCALE) -> str:
    """To which days an answer was narrowed."""
    return f"Only {date_range(dates, locale)}"


def today_is(day: dt.date, locale: str = DEFAULT_LOCALE) -> str:
    """Which day counted as today, where that matters."""
    return f" · today is {short_date(day, locale)} (UTC)"


def days_heading(dates: DateRange, events: int) -> str:
    """Above the events of some days."""
    return f"{date_range(dates)}: {count(events, 'event')}"


def on_this_day_heading(month: int, day: int, locale: str = DEFAULT_LOCALE) -> str:
    """Above the events of one day of all years."""
    return f"On {day_of_year(month, day, locale)}"


def no_events(answer: DayAnswer, locale: str = DEFAULT_LOCALE) -> str:
    """Why a day shows nothing, and where there is something."""
    if answer.last is None:
        return "The archive is empty."
    if answer.after_the_end:
        return f"The archive ends on {short_date(answer.last, locale)}."
    nearest = ", ".join(short_date(day, locale) for day in answer.nearest)
    return f"The archive has no event then. The nearest days with events: {nearest}."


def page_of(page: int, pages: int) -> tuple[str, ...]:
    """Which page this is, where there are several."""
    return (f"page {page:,} of {pages:,}",) if pages > 1 else ()


def about(found: About) -> Iterable[str]:
    """What the archive holds, a line each."""
    if found.first is not None and found.last is not None:
        days = f"{short_date(found.first)} to {short_date(found.last)}"
        yield f"{count(found.events, 'event')} on {count(found.days, 'day')}, {days}."
    if found.updated is not None:
        yield f"Last brought up to date on {short_date(found.updated.date())} at {found.updated:%H:%M} UTC."
    yield "Texts: " + "; ".join(found.attributions)
    yield f"Questions are understood with the model {found.model} on the bot's own machine and go nowhere else."


def withdrawn(day: dt.date, locale: str = DEFAULT_LOCALE) -> str:
    """On the card of an event that an edit took out of the archive."""
    return f"Withdrawn: an edit took this event out of the archive, seen on {short_date(day, locale)}."


def text_from(attribution: str) -> str:
    """The small print under a card."""
    return f"Text: {attribution}"


def more(number: int) -> str:
    """At the end of a list that is cut."""
    return f" … and {number:,} more"


def count(number: int, noun: str) -> str:
    """`1 event`, `1,024 events`."""
    return f"{number:,} {noun}" if number == 1 else f"{number:,} {noun}s"


def suggested_days(dates: DateRange, events: int, locale: str) -> str:
    """A suggestion while a date is typed: how it is understood, and how many events it has."""
    return f"{date_range(dates, locale)} — {count(events, 'event')}"


def apology(reference: str) -> str:
    """For an error that nobody expected; the log has the same reference."""
    return f"Something went wrong on our side. If it happens again, report it with the reference {reference}."


# --- the commands, as Discord's menu shows them (at most 100 characters each) ---

EVENT_COMMAND = "The events of a day, month or range"
EVENT_DATE = "A date such as 2015-12-23, 23 dec 2015, december 2015, last month"
ASK_COMMAND = "The events that a question is about"
ASK_QUERY = "A question or a few words; dates in it are understood: civilian deaths Russia late 2015"
ASK_FROM = "Only events of this day or later"
ASK_TO = "Only events of this day or earlier"
ASK_COUNT = "How many events, 1 to 10"
ASK_PRIVATE = "Show the answer to you alone"
ON_THIS_DAY_COMMAND = "What happened on this day over the years"
ON_THIS_DAY_DAY = "A day such as 12-23 or 23 December; today if you leave it out"
RELATED_COMMAND = "An event with its sources and what is related to it"
RELATED_EVENT = "A few words of its headline, or its id"
ABOUT_COMMAND = "What this archive holds, whose text it is, and what is stored"
FIND_RELATED_MENU = "Find related events"

# --- daily posts ---

DAILY_COMMAND = "Daily posts: what happened on this day over the years"
DAILY_SET = "Post every day in a channel, or change how"
DAILY_SHOW = "This server's daily posts, and when the next ones come"
DAILY_PAUSE = "Stop the daily posts of a channel for now"
DAILY_RESUME = "Go on with the daily posts of a channel"
DAILY_REMOVE = "End the daily posts of a channel and forget them"
DAILY_PREVIEW = "See what the next post of a channel would be"
DAILY_CHANNEL = "Where to post"
DAILY_WHICH = "Whose posts; not needed where there is only one channel"
DAILY_TIME = "When, on the clocks of the time zone: 09:00"
DAILY_ZONE = "Whose clocks: type a city, such as Berlin"
DAILY_EVENTS = "How many events a post, 1 to 10"
DAILY_ROLE = "A role that each post mentions"
DAILY_PREFER = "Topics that come first, parted by commas: space, science"
DAILY_LEAVE_OUT = "Topics that are left out, parted by commas: football, conflicts"

DAILY_NEEDS_A_SERVER = "Daily posts are for servers that the bot is a member of. Add it to one and ask there."
DAILY_NEEDS_RIGHT = "Daily posts are for members who may manage the server (the permission Manage Server)."
DAILY_NONE = "This server has no daily posts. /daily set begins with them."
DAILY_EVERYBODY = "A post mentions one role, never everybody. Choose another role, or none."
DAILY_CHANNEL_GONE = "That channel was deleted. Use /daily set for another one, and /daily remove to forget this one."
DAILY_ROLE_GONE = "The role that the posts mention was deleted. Use /daily set with another role, or without one."
DAILY_NOTHING_LEFT = "The archive has nothing to show on that day, so there would be no post."
DAILY_NO_HISTORY = (
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


def daily_notice(reason: str, subscription: Subscription, guild: str) -> str:
    """What moderators are told once, with the way back."""
    where = f"<#{subscription.channel}>"
    return _NOTICES[reason].format(channel=where, guild=f"**{escape(guild)}**", zone=subscription.zone)


def daily_no_permission(channel: str, lacking: Iterable[str]) -> str:
    """Why a channel cannot be posted in."""
    names = " and ".join(_PERMISSIONS[name] for name in lacking)
    return f"the bot cannot post in #{channel}: it lacks the permission {names} there. Nothing was saved"


def daily_role_silent(role: str) -> str:
    """Why a role would not be notified."""
    return (
        f"nobody would be notified: the role {role} may not be mentioned. Allow anyone to mention it, or give the bot "
        "the permission Mention All Roles in the channel. Nothing was saved"
    )


def daily_no_zone(zone: str, nearest: Sequence[str]) -> str:
    """A time zone that does not exist, with those that may be meant."""
    return f"there is no time zone {zone!r}; did you mean {_either(nearest)}?"


def daily_no_time(text: str) -> str:
    """A time of day that does not exist."""
    return f"{text!r} is no time of day; write it as 09:00 or 21:30"


def daily_which(channels: Sequence[str]) -> str:
    """Several channels have posts."""
    return f"which channel? This server has daily posts in {', '.join(channels)}"


def daily_too_many(most: int) -> str:
    """A server wants more channels than it may have."""
    return f"a server can have daily posts in {most} channels at most; /daily remove ends those of one"


def daily_not_there(channel: str) -> str:
    """No posts in a channel."""
    return f"there are no daily posts in {channel}; /daily show lists them"


def daily_deleted_channel(channel: int) -> str:
    """The name of a channel that is no longer there."""
    return f"deleted channel {channel}"


def daily_line(subscription: Subscription, next_at: int) -> str:
    """One channel's posts, with the moment of the next one in each reader's own time."""
    details = [count(subscription.count, "event")]
    if subscription.role is not None:
        details.append(f"mentions <@&{subscription.role}>")
    if subscription.prefer:
        details.append(f"first {escape(', '.join(subscription.prefer))}")
    if subscription.leave_out:
        details.append(f"without {escape(', '.join(subscription.leave_out))}")
    when = _PAUSED[subscription.paused] if subscription.paused else f"next <t:{next_at}:F>"
    zone = escape(subscription.zone)
    return f"<#{subscription.channel}> at {subscription.time:%H\\:%M} {zone} · {when}\n-# {' · '.join(details)}"


def daily_done(what: str, subscription: Subscription) -> str:
    """After a change."""
    return f"Daily posts in <#{subscription.channel}> are {what}."


def daily_preview(next_at: int) -> str:
    """Above a preview."""
    return f"-# What <t:{next_at}:F> would bring if the archive stays as it is; only you see this."


def daily_paused(reason: str) -> str:
    """Above a preview of posts that are paused."""
    return f"-# These posts are {_PAUSED[reason]}; /daily resume goes on with them. Only you see this."


def _either(names: Sequence[str]) -> str:
    return names[0] if len(names) == 1 else f"{', '.join(names[:-1])} or {names[-1]}"
