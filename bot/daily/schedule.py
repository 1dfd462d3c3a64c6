"""When a daily post is due: turns a local day and time of day into a moment. Pure; the clock is an argument."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from enum import StrEnum

from bot.daily.days import EVERY_DAY, Days
from bot.zones.stored import zone_clocks

_DAY = dt.timedelta(days=1)
_SECOND = dt.timedelta(seconds=1)


class Kind(StrEnum):
    """How a post gets into a channel, and what the bot needs for that."""

    CHANNEL = "channel"  # a message: text and announcement channels
    VOICE = "voice"  # a message in the chat of a voice or stage channel
    THREAD = "thread"  # a message, which wakes an archived thread
    FORUM = "forum"  # a new thread with a title: forum and media channels


@dataclass(frozen=True, slots=True)
class Subscription:
    """A channel that gets posts.

    Attributes:
        key: ten hexadecimal digits, never used again.
        time: the time of day, in `zone`.
        zone: as `bot.zones.stored` has it: a name of the IANA database, or a fixed offset.
        count: events per post.
        role: id of the role that each post mentions.
        prefer, leave_out: words of topics that come first, and that are left out.
        locale: the locale in which dates are written.
        next_date: the first local day that has not been dealt with.
        paused: why there are no posts for now.
        days: on which days posts come.
        title: what stands above each post in place of "On this day", as plain text.
        text: the server's own line above each post, in Discord's Markdown.
        publish: whether a post goes on to the channels that follow this one.
        tag: id of the tag that each post in a forum gets.
    """

    key: str
    guild: int
    channel: int
    time: dt.time
    zone: str
    next_date: dt.date
    count: int = 5
    role: int | None = None
    prefer: tuple[str, ...] = ()
    leave_out: tuple[str, ...] = ()
    locale: str = "en-US"
    paused: str | None = None
    days: Days = EVERY_DAY
    kind: Kind = Kind.CHANNEL
    title: str | None = None
    text: str | None = None
    publish: bool = False
    tag: int | None = None


@dataclass(frozen=True, slots=True)
class DuePost:
    """A post that is due; `missed`: it was due so long ago that it is only recorded."""

    subscription: Subscription
    date: dt.date
    at: dt.datetime
    missed: bool


def moment(date: dt.date, time: dt.time, zone: dt.tzinfo) -> dt.datetime | None:
    """The moment, in UTC, at which the clocks of a zone show a time of a day.

    If the clocks show the time twice, the first moment counts; if they skip it, the moment of the skip. None if the
    zone skipped the whole day, as Samoa did on 30 December 2011.
    """
    wanted = dt.datetime.combine(date, time)
    found = _utc(wanted, zone, fold=0)
    if _wall(found, zone) == wanted:
        return found
    # Skipped: with the offset that was in force before, the moment is after the gap, with the next one before it.
    low, high = _utc(wanted, zone, fold=1), found
    while high - low > _SECOND:
        middle = low + (high - low) // 2
        middle -= dt.timedelta(microseconds=middle.microsecond)
        if _wall(middle, zone) < wanted:
            low = middle
        else:
            high = middle
    if _wall(high - _SECOND, zone).date() < date < _wall(high, zone).date():
        return None
    return high


def _utc(wall: dt.datetime, zone: dt.tzinfo, fold: int) -> dt.datetime:
    return wall.replace(tzinfo=zone, fold=fold).astimezone(dt.UTC)


def _wall(at: dt.datetime, zone: dt.tzinfo) -> dt.datetime:
    return at.astimezone(zone).replace(tzinfo=None, fold=0)


def day_begins(subscription: Subscription, date: dt.date) -> float:
    """The Unix time at which a local day begins."""
    at = moment(date, dt.time(), zone_clocks(subscription.zone))
    return (at or dt.datetime.combine(date, dt.time(), dt.UTC)).timestamp()


def moments(first: dt.date, time: dt.time, zone: str, days: Days = EVERY_DAY) -> Iterator[tuple[dt.date, dt.datetime]]:
    """Every local day from `first` on that is one of `days`, with its moment.

    Raises:
        ZoneInfoNotFoundError: if there is no such zone.
    """
    clocks = zone_clocks(zone)
    while True:
        if first in days and (at := moment(first, time, clocks)) is not None:
            yield first, at
        first += _DAY


def first_after(
    now: dt.datetime, time: dt.time, zone: str, not_before: dt.date, days: Days = EVERY_DAY
) -> tuple[dt.date, dt.datetime]:
    """The first of `days` from the local day `not_before` on whose `time` comes after `now`; its moment in UTC."""
    start = max(not_before, now.astimezone(zone_clocks(zone)).date() - _DAY)
    return next((date, at) for date, at in moments(start, time, zone, days) if at > now)


def due(subscriptions: Iterable[Subscription], now: dt.datetime, grace: dt.timedelta) -> list[DuePost]:
    """What has come due and has not been dealt with, in order of time; posts older than `grace` are missed."""
    found = [
        DuePost(subscription, date, at, missed=now - at > grace)
        for subscription in subscriptions
        if subscription.paused is None
        for date, at in _until(now, subscription)
    ]
    return sorted(found, key=lambda post: post.at)


def _until(now: dt.datetime, subscription: Subscription) -> Iterator[tuple[dt.date, dt.datetime]]:
    for date, at in moments(subscription.next_date, subscription.time, subscription.zone, subscription.days):
        if at > now:
            return
        yield date, at
