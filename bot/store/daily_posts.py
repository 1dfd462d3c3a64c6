"""Subscriptions to daily posts, and claims on them that hold with several processes on one database.

A post is a row with a subscription and a local day as its key. A process that wants to send the post claims the row
first, for a while: after that, any process may claim it. Rows are claimed under a lock on one row of the database,
which also holds the moment up to which requests are planned, so that all processes together keep within Discord's
limit.
"""

from __future__ import annotations

import datetime as dt
import json
import secrets
from collections import Counter
from collections.abc import Sequence
from zoneinfo import ZoneInfoNotFoundError

from sqlalchemy import ColumnElement, delete, func, or_, select, update
from sqlalchemy.ext.asyncio import AsyncSession

from bot import metrics
from bot.daily.claims import Claim, Notice, Outlook, Reason, State, Terms, Wish
from bot.daily.schedule import Subscription
from bot.store.access import Access
from bot.store.notes import write_note
from bot.store.publications import Publications
from bot.store.subscriptions import advance, fill_in, give_notice, start_anew, subscription_of, take_due
from bot.store.tables import NoteRow, PostRow, SubscriptionRow

KEPT_AFTER_LEAVING_S = 30 * 86_400.0
POSTS_KEPT_S = 400 * 86_400.0  # their buttons lead back to the list that they showed
PLANNED_S = 2.0  # no more is claimed than goes out in so many seconds; another process may take the rest

_PACE = "daily pace"
_TIME = "daily time"
_FAR_S = 60.0  # that requests are planned ahead at most


class DailyStore:
    """The tables of daily posts. The clock is an argument: Unix times.

    `publications` are the posts that are there and are still to be published.
    """

    def __init__(self, access: Access) -> None:
        self._access = access
        self.publications = Publications(access)
        self._planned = 0.0
        self._restored = 0

    @property
    def opened(self) -> int:
        """How many times the store was opened anew or went back in time, so that its latest posts may be missing."""
        return self._access.opened + self._restored

    async def noted_time(self) -> float | None:
        """The Unix time that a process noted last: every post that was recorded before it is in the store."""
        async with self._access.reading() as session:
            value = await session.scalar(select(NoteRow.value).where(NoteRow.name == _TIME))
            return None if value is None else float(value)

    async def note_time(self, now: float) -> None:
        """Note the time, for processes that start later."""
        async with self._access.writing() as session:
            await write_note(session, _TIME, repr(now))

    # --- subscriptions ---

    async def subscribe(self, wish: Wish, now: float) -> Subscription:
        """Subscribe a channel, replacing its subscription; a day that has had its post does not get a second one."""
        async with self._access.writing() as session:
            await self._lock(session)
            row = await session.scalar(select(SubscriptionRow).where(SubscriptionRow.channel == wish.channel))
            if row is None:
                row = SubscriptionRow(key=secrets.token_hex(5), channel=wish.channel)
            fill_in(row, wish)
            await start_anew(session, row, now)
            session.add(row)
            return subscription_of(row)

    async def of_guild(self, guild: int) -> list[Subscription]:
        """A guild's subscriptions, in order of their next post."""
        async with self._access.reading() as session:
            rows = await session.scalars(
                select(SubscriptionRow).where(SubscriptionRow.guild == guild).order_by(SubscriptionRow.next_at)
            )
            return [subscription_of(row) for row in rows]

    async def subscription(self, key: str) -> Subscription | None:
        """A subscription by its key."""
        async with self._access.reading() as session:
            row = await session.get(SubscriptionRow, key)
            return None if row is None else subscription_of(row)

    async def pause(self, key: str, reason: Reason, now: float) -> None:
        """Stop the posts; unless a moderator asked for it, the guild gets a notice, once."""
        async with self._access.writing() as session:
            await self._lock(session)
            row = await session.get(SubscriptionRow, key)
            if row is not None and row.paused is None:
                row.paused = reason
                if reason is not Reason.MODERATOR:
                    give_notice(row, reason, now)

    async def resume(self, key: str, now: float) -> Subscription | None:
        """Go on with the next post that falls due; None if the subscription no longer exists."""
        async with self._access.writing() as session:
            await self._lock(session)
            row = await session.get(SubscriptionRow, key)
            if row is None:
                return None
            await start_anew(session, row, now)
            return subscription_of(row)

    async def remove(self, key: str) -> None:
        """Forget a subscription and its posts."""
        async with self._access.writing() as session:
            await self._lock(session)
            await session.execute(delete(SubscriptionRow).where(SubscriptionRow.key == key))
            await session.execute(delete(PostRow).where(PostRow.subscription == key))

    async def recompute_moments(self, now: float) -> None:
        """Recompute when each next post is due: an update of the time zone database may have changed the rules."""
        async with self._access.writing() as session:
            await self._lock(session)
            for row in await session.scalars(select(SubscriptionRow).where(SubscriptionRow.next_at > now)):
                try:
                    advance(row, row.next_date)
                except ZoneInfoNotFoundError:
                    row.next_at = now  # comes up at once, and pauses

    # --- guilds that the bot is removed from ---

    async def leave(self, guild: int, now: float) -> None:
        """Note that the bot is no longer in a guild."""
        async with self._access.writing() as session:
            await session.execute(
                update(SubscriptionRow)
                .where(SubscriptionRow.guild == guild, SubscriptionRow.left_at.is_(None))
                .values(left_at=now, notice=None, notice_free_at=None)
            )

    async def come_back(self, guilds: Sequence[int], now: float) -> None:
        """Go on in guilds that the bot had left; what fell due meanwhile is not made up."""
        left = select(SubscriptionRow).where(SubscriptionRow.left_at.is_not(None))
        async with self._access.reading() as session:
            if not {row.guild for row in await session.scalars(left)} & set(guilds):
                return
        async with self._access.writing() as session:
            await self._lock(session)
            rows = (await session.scalars(left)).all()
            for row in [row for row in rows if row.guild in set(guilds)]:
                row.left_at = None
                if row.paused is None:
                    await start_anew(session, row, now)

    async def forget(self, now: float) -> int:
        """Delete what is stored for guilds that were left long ago, and old posts; returns how many subscriptions."""
        async with self._access.writing() as session:
            keys = (
                await session.scalars(
                    select(SubscriptionRow.key).where(SubscriptionRow.left_at <= now - KEPT_AFTER_LEAVING_S)
                )
            ).all()
            await session.execute(delete(SubscriptionRow).where(SubscriptionRow.key.in_(keys)))
            await session.execute(delete(PostRow).where(PostRow.subscription.in_(keys)))
            await session.execute(
                delete(PostRow).where(PostRow.due_at <= now - POSTS_KEPT_S, PostRow.state != State.OPEN)
            )
        return len(keys)

    # --- posts ---

    async def claim(self, now: float, owner: str, most: int, terms: Terms) -> list[Claim]:
        """Claim the posts that are due, in order of time; posts that are too late are recorded as missed.

        Args:
            owner: the name of this process: no two that run at the same time have the same one.
            most: how many posts to claim at most.
        """
        async with self._access.reading() as session:
            if most <= 0 or not await _something_due(session, now):
                return []
        async with self._access.writing() as session:
            planned = self._next_turn(await self._lock(session), now)
            most = min(most, int((now + PLANNED_S - planned) * terms.per_s) + 1)
            if most <= 0:
                return []
            posts = await session.execute(
                select(PostRow, SubscriptionRow)
                .join(SubscriptionRow, SubscriptionRow.key == PostRow.subscription)
                .where(PostRow.state == State.OPEN, PostRow.free_at <= now)
                .order_by(PostRow.due_at)
                .limit(most)
            )
            found: list[tuple[PostRow, Subscription]] = [(post, subscription_of(row)) for post, row in posts]
            rows = await session.scalars(
                select(SubscriptionRow)
                .where(*_due(now))
                .order_by(SubscriptionRow.next_at, SubscriptionRow.key)
                .limit(most)
            )
            for row in rows:
                for late in take_due(row, now, terms.grace_s):
                    post = PostRow(
                        subscription=row.key, date=late.date, due_at=late.at.timestamp(), owner=None, tries=0,
                        state=State.MISSED if late.missed else State.OPEN, free_at=now, tried_at=0.0,
                    )  # fmt: skip
                    session.add(post)
                    if late.missed:
                        metrics.POSTS.add(State.MISSED)
                    else:
                        found.append((post, late.subscription))
            claims = []
            for post, subscription in sorted(found, key=lambda each: each[0].due_at)[:most]:
                planned += 1 / terms.per_s
                is_first = not post.tried_at
                post.owner, post.free_at, post.tried_at = owner, planned + terms.lease_s, post.tried_at or planned
                post.tries += 1
                claims.append(
                    Claim(
                        subscription, post.date, post.due_at, post.tried_at, post.tries, owner, planned, post.free_at,
                        is_first,
                    )
                )  # fmt: skip
            await self._plan(session, planned)
        return claims

    async def plan(self, now: float, terms: Terms) -> float:
        """Reserve one more request to Discord; returns the moment at which it may go out."""
        async with self._access.writing() as session:
            planned = self._next_turn(await self._lock(session), now) + 1 / terms.per_s
            await self._plan(session, planned)
        return planned

    async def _lock(self, session: AsyncSession) -> float:
        """Begin the transaction with a change, so that no other process is between reading and writing.

        SQLite lets one writer in, other databases hold the row.

        Returns:
            The moment up to which requests are planned.
        """
        await session.execute(update(NoteRow).where(NoteRow.name == _PACE).values(value=NoteRow.value))
        return float(await session.scalar(select(NoteRow.value).where(NoteRow.name == _PACE)) or 0)

    def _next_turn(self, planned: float, now: float) -> float:
        """The moment after which one more request may go out; a store that is behind what it was has been restored."""
        if planned < self._planned:
            self._restored += 1
        self._planned = planned
        return planned if now < planned < now + _FAR_S else now  # further ahead, a clock was wrong

    async def _plan(self, session: AsyncSession, planned: float) -> None:
        self._planned = planned
        await session.execute(update(NoteRow).where(NoteRow.name == _PACE).values(value=repr(planned)))

    async def settle(self, claim: Claim, state: State, message: int | None = None, events: Sequence[str] = ()) -> bool:
        """Record what became of a post; False where another process has done so, or the subscription is gone.

        A post that was sent is then to be published where the subscription says so.
        """
        values: dict[str, object] = {"events": json.dumps(list(events)) if events else None, "owner": None}
        if state is State.SENT and message is not None and claim.subscription.publish:
            values["publish_at"] = claim.due_at  # at once
        async with self._access.writing() as session:
            done = await session.execute(
                update(PostRow)
                .where(_is(claim), PostRow.state == State.OPEN)
                .values(state=state, message=message, **values)
            )
        if is_first := bool(done.rowcount):  # type: ignore[attr-defined]  # an UPDATE's result has it
            metrics.POSTS.add(state)
        return is_first

    async def defer(self, claim: Claim, until: float, *, sent: bool = True, counts: bool = True) -> None:
        """Give up a claim; from `until` on any process may take it.

        Args:
            sent: whether the post may have been sent.
            counts: whether this counts as a try, after which the next one waits longer.
        """
        values: dict[str, object] = {"owner": None, "free_at": until}
        if not sent and claim.is_first:
            values["tried_at"] = 0.0
        if not counts:
            values["tries"] = PostRow.tries - 1
        async with self._access.writing() as session:
            await session.execute(
                update(PostRow)
                .where(_is(claim), PostRow.state == State.OPEN, PostRow.owner == claim.owner)
                .values(values)
            )

    async def post(self, key: str, date: dt.date) -> tuple[State, int | None, tuple[str, ...]] | None:
        """What became of a post: its state, message and the ids of its events."""
        async with self._access.reading() as session:
            row = await session.get(PostRow, (key, date))
            return None if row is None else (State(row.state), row.message, tuple(json.loads(row.events or "[]")))

    async def counts(self) -> Counter[State]:
        """How many posts there are in each state."""
        async with self._access.reading() as session:
            found = await session.execute(select(PostRow.state, func.count()).group_by(PostRow.state))
            return Counter({State(state): number for state, number in found})

    async def outlook(self, now: float) -> Outlook:
        """What is due, and how many channels have posts; those of servers that were left do not count."""
        there = SubscriptionRow.left_at.is_(None)
        async with self._access.reading() as session:
            coming = await session.execute(
                select(func.count(), func.min(SubscriptionRow.next_at)).select_from(SubscriptionRow).where(*_due(now))
            )
            begun = await session.execute(
                select(func.count(), func.min(PostRow.due_at)).select_from(PostRow).where(PostRow.state == State.OPEN)
            )
            paused = await session.execute(
                select(SubscriptionRow.paused.is_not(None), func.count())
                .where(there)
                .group_by(SubscriptionRow.paused.is_not(None))
            )
            (coming_count, coming_since), (begun_count, begun_since) = coming.one(), begun.one()
            subscriptions = {bool(is_paused): number for is_paused, number in paused}
        since = min((each for each in (coming_since, begun_since) if each is not None), default=None)
        return Outlook(
            due=coming_count + begun_count,
            overdue_s=0.0 if since is None else max(0.0, now - since),
            active=subscriptions.get(False, 0),
            paused=subscriptions.get(True, 0),
        )

    # --- notices ---

    async def tell_uncertain(self, key: str, now: float) -> None:
        """Plan a notice for the moderators that the channel's messages cannot be read, unless they had it before."""
        async with self._access.writing() as session:
            row = await session.get(SubscriptionRow, key)
            if row is not None and not row.told_uncertain:
                row.told_uncertain = True
                give_notice(row, Reason.HISTORY, now)

    async def claim_notices(self, now: float, terms: Terms) -> list[Notice]:
        """Claim the notices that have to be given."""
        waiting = SubscriptionRow.notice_free_at <= now
        async with self._access.reading() as session:
            if not await session.scalar(select(func.count()).select_from(SubscriptionRow).where(waiting)):
                return []
        async with self._access.writing() as session:
            await self._lock(session)
            notices = []
            for row in (await session.scalars(select(SubscriptionRow).where(waiting).limit(20))).all():
                row.notice_free_at = now + terms.lease_s
                nonce = f"n{row.key}{int(row.notice_at or 0)}"
                notices.append(Notice(subscription_of(row), Reason(str(row.notice)), nonce, row.notice_free_at))
        return notices

    async def notice_given(self, notice: Notice) -> None:
        """Note that a notice has been given, or cannot be given to anybody."""
        async with self._access.writing() as session:
            await session.execute(
                update(SubscriptionRow)
                .where(SubscriptionRow.key == notice.subscription.key, SubscriptionRow.notice == notice.reason)
                .values(notice=None, notice_free_at=None)
            )


async def _something_due(session: AsyncSession, now: float) -> bool:
    subscription = select(SubscriptionRow.key).where(*_due(now))
    post = select(PostRow.date).where(PostRow.state == State.OPEN, PostRow.free_at <= now)
    return bool(await session.scalar(select(or_(subscription.exists(), post.exists()))))


def _due(now: float) -> tuple[ColumnElement[bool], ...]:
    return SubscriptionRow.next_at <= now, SubscriptionRow.paused.is_(None), SubscriptionRow.left_at.is_(None)


def _is(claim: Claim) -> ColumnElement[bool]:
    return (PostRow.subscription == claim.subscription.key) & (PostRow.date == claim.date)
