"""Subscriptions as rows: from wishes, to values, and on to their next day."""

from __future__ import annotations

import datetime as dt
import json
from zoneinfo import ZoneInfoNotFoundError

from sqlalchemy import delete, func, select
from sqlalchemy.ext.asyncio import AsyncSession

from bot.daily.claims import Reason, Wish
from bot.daily.days import read_days
from bot.daily.schedule import DuePost, Kind, Subscription, due, first_after
from bot.store.tables import PostRow, SubscriptionRow

_AHEAD_S = 86_400.0  # beyond it no post can have been claimed by a clock that is right
_FIRST_DAY = dt.date(1970, 1, 1)


def fill_in(row: SubscriptionRow, wish: Wish) -> None:
    """Write a wish into its channel's row, new or not; a count of days that is the same as before goes on."""
    row.guild, row.role, row.events, row.locale = wish.guild, wish.role, wish.count, wish.locale
    row.time, row.zone = f"{wish.time:%H:%M}", wish.zone
    row.prefer, row.leave_out = json.dumps(wish.prefer), json.dumps(wish.leave_out)
    row.days = str(wish.days.going_on(read_days(row.days or "")))
    row.kind, row.title, row.own_text = wish.kind, wish.title, wish.text
    row.publish, row.tag = wish.publish, wish.tag


def take_due(row: SubscriptionRow, now: float, grace_s: float) -> list[DuePost]:
    """The posts of a subscription that are due; its next post becomes that of the day after."""
    at = dt.datetime.fromtimestamp(now, dt.UTC)
    try:
        found = due([subscription_of(row)], at, dt.timedelta(seconds=grace_s))
        advance(row, found[-1].date + dt.timedelta(days=1) if found else row.next_date)
    except ZoneInfoNotFoundError:
        row.paused = Reason.ZONE
        give_notice(row, Reason.ZONE, now)
        return []
    return found


def advance(row: SubscriptionRow, first: dt.date) -> None:
    """Go on to the first moment of a day that is `first` or later."""
    never = dt.datetime.fromtimestamp(0, dt.UTC)
    row.next_date, at = first_after(never, dt.time.fromisoformat(row.time), row.zone, first, read_days(row.days))
    row.next_at = at.timestamp()


async def start_anew(session: AsyncSession, row: SubscriptionRow, now: float) -> None:
    """Go on with the next moment, of a day that has no post yet, and forget what was wrong.

    Posts of future days, recorded when the clock was wrong, are deleted.
    """
    ahead = now + _AHEAD_S
    await session.execute(delete(PostRow).where(PostRow.subscription == row.key, PostRow.due_at > ahead))
    posted = await session.scalar(select(func.max(PostRow.date)).where(PostRow.subscription == row.key))
    day = _FIRST_DAY if posted is None else posted + dt.timedelta(days=1)
    at = dt.datetime.fromtimestamp(now, dt.UTC)
    time, days = dt.time.fromisoformat(row.time), read_days(row.days)
    if days.every > 1 and days.since is None:
        days = days.counted_from(first_after(at, time, row.zone, day)[0])
        row.days = str(days)
    row.next_date, moment = first_after(at, time, row.zone, day, days)
    row.next_at = moment.timestamp()
    row.paused = row.left_at = row.notice = row.notice_at = row.notice_free_at = None
    row.told_uncertain = False


def give_notice(row: SubscriptionRow, reason: Reason, now: float) -> None:
    row.notice, row.notice_at, row.notice_free_at = reason, now, now


def subscription_of(row: SubscriptionRow) -> Subscription:
    return Subscription(
        key=row.key,
        guild=row.guild,
        channel=row.channel,
        time=dt.time.fromisoformat(row.time),
        zone=row.zone,
        next_date=row.next_date,
        count=row.events,
        role=row.role,
        prefer=tuple(json.loads(row.prefer)),
        leave_out=tuple(json.loads(row.leave_out)),
        locale=row.locale,
        paused=row.paused,
        days=read_days(row.days),
        kind=Kind(row.kind),
        title=row.title,
        text=row.own_text,
        publish=row.publish,
        tag=row.tag,
    )
