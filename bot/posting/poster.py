"""The loop that posts: asks the store what is due, sends it, and records what became of it."""

from __future__ import annotations

import asyncio
import logging
import random
import secrets
from collections.abc import Awaitable, Callable, Coroutine, Sequence
from dataclasses import dataclass
from typing import Any, Protocol, TypeVar

import discord

from bot import metrics
from bot.clocks import Clocks, WallCheck
from bot.daily.claims import Claim, Notice, Publication, State, Terms
from bot.daily.schedule import Kind, Subscription, day_begins
from bot.language import speaking
from bot.posting.channels import Channels, Post
from bot.posting.fence import Fence, FencedError
from bot.posting.gaps import Gaps
from bot.posting.publisher import Publisher
from bot.posting.refusals import LeftError, PassingError, RefusedError, TooMuchError, UnreadableError
from bot.posting.trials import Trials
from bot.store.daily_posts import DailyStore
from bot.store.errors import StoreAwayError
from bot.waiting import set_within

log = logging.getLogger(__name__)

STORING_S = 2.5  # for a transaction that has begun, at the end: longer than SQLite waits for a lock

Result = TypeVar("Result")


@dataclass(frozen=True, slots=True)
class Pace:
    """How fast things go, in seconds of the clock that the poster is given.

    Attributes:
        look_s: between two checks for due posts.
        note_s: between two notes of the time in the store, which processes that start later read.
        nonce_s: how long after the first try a repeated one still gives the same message, because Discord remembers a
            nonce for a few minutes; the only safeguard if the channel cannot be read.
        attempt_s: the longest that one try may take; less than the lease, so that nobody takes over what is still
            being tried.
        at_once: how many posts are tried at once.
        shortest_s, longest_s: between two tries of a post, doubled each time and jittered.
        give_up_s: how long after the grace period the poster gives up: a post that may have been sent is recorded as
            uncertain.
    """

    look_s: float = 2.0
    note_s: float = 600.0
    nonce_s: float = 120.0
    attempt_s: float = 60.0
    at_once: int = 200
    shortest_s: float = 2.0
    longest_s: float = 300.0
    give_up_s: float = 86_400.0


@dataclass(frozen=True, slots=True)
class Composed:
    """A post that is ready to be sent."""

    post: Post
    events: tuple[str, ...]


class Compose(Protocol):
    """Makes the post of a subscription for a local day; without events where the archive has none."""

    async def __call__(self, claim: Claim, /) -> Composed: ...


async def _first_settled(subscription: Subscription) -> str:
    return subscription.locale


class Poster:
    """Sends each due post once, even if other processes share the same store.

    Args:
        clocks: the wall clock says what is due, the steady one how long a claim lasts.
    Attributes:
        locale_of: for which of Discord's locales notices to the moderators of a subscription are.
    """

    def __init__(
        self,
        client: discord.Client,
        store: DailyStore,
        compose: Compose,
        terms: Terms,
        clocks: Clocks,
        pace: Pace | None = None,
    ) -> None:
        self.owner = secrets.token_hex(8)
        self._store = store
        self._compose = compose
        self._terms = terms
        self._clocks = clocks
        self._clock = clocks.wall
        self._wall_check = WallCheck(clocks.steady)
        self._noted_at: float | None = None
        self._has_remembered = False
        self._gaps = Gaps(store.opened, clocks.wall())
        self._pace = pace or Pace()
        self._channels = Channels(client, self._turn)
        self._publisher = Publisher(self._channels)
        self.locale_of: Callable[[Subscription], Awaitable[str]] = _first_settled
        self.trials = Trials(self._channels, self._turn, clocks)
        self._under_way: set[asyncio.Task[None]] = set()
        self._loop: asyncio.Task[None] | None = None
        self.wall_is_right: bool | None = None  # not known before the first look
        self._stopping = asyncio.Event()
        self._storing: set[asyncio.Task[Any]] = set()

    # --- running ---

    def start(self) -> None:
        """Begin to post; once."""
        self._loop = asyncio.create_task(self._run())

    async def stop(self, within_s: float) -> None:
        """Begin no further post, and wait at most `within_s` seconds for posts that are being tried.

        A post that is cancelled then is taken over by another process when its lease is over.
        """
        self._stopping.set()
        if self._loop is not None:
            await asyncio.wait([self._loop])
        if self._under_way:
            await asyncio.wait(self._under_way, timeout=within_s)
        for task in self._under_way:
            task.cancel()
        await asyncio.gather(*self._under_way, return_exceptions=True)
        if self._storing:
            await asyncio.wait(self._storing, timeout=STORING_S)

    async def _run(self) -> None:
        recomputed = False
        while not self._stopping.is_set():
            try:
                now = await self._believed_time()
                if now is not None:
                    if not recomputed:
                        await self._kept(self._store.recompute_moments(now))
                        recomputed = True
                    await self.look(now)
            except StoreAwayError:
                pass  # which the store says once
            except Exception:  # whatever it is, the posts after it must not suffer
                log.exception("looking for due posts failed")
            await self._sleep(self._pace.look_s)

    async def _believed_time(self) -> float | None:
        """The Unix time; None if the wall clock cannot be believed, also by the time that an earlier process noted."""
        was_wrong = self.wall_is_right is False
        if not self._has_remembered:
            if (noted := await self._kept(self._store.noted_time())) is not None:
                self._wall_check.remember(noted)
                self._gaps.noted(noted)
            self._has_remembered = True
        now = self._clock()
        self.wall_is_right = self._wall_check.is_right(now)
        if self.wall_is_right and (self._noted_at is None or not 0 <= now - self._noted_at < self._pace.note_s):
            await self._kept(self._store.note_time(now))
            self._noted_at = now
        if not self.wall_is_right and not was_wrong:
            log.warning(
                "the clock went ahead by more than a day, to %.0f; daily posts wait until it is seen again", now
            )
        return now if self.wall_is_right else None

    async def _kept(self, change: Coroutine[None, None, Result]) -> Result:
        """Let a transaction finish even if its caller is cancelled; `stop` waits for it."""
        task = asyncio.create_task(change)
        self._storing.add(task)
        task.add_done_callback(self._stored)
        return await asyncio.shield(task)

    def _stored(self, task: asyncio.Task[Any]) -> None:
        self._storing.discard(task)
        if not task.cancelled():
            task.exception()  # whoever still waits has it, too

    async def look(self, now: float | None = None) -> int:
        """Begin to send the posts and notices that are due, and to publish posts; returns how many there are.

        Args:
            now: Unix time; None: as the clock shows.
        """
        now = self._clock() if now is None else now
        room = self._pace.at_once - len(self._under_way)
        claims = await self._kept(self._store.claim(now, self.owner, room, self._terms))
        for claim in claims:
            self._begin(self._post(claim, Fence(claim.until, self._clocks)))
        notices = await self._kept(self._store.claim_notices(now, self._terms))
        for notice in notices:
            self._begin(self._tell(notice, Fence(notice.until, self._clocks)))
        publications = await self._kept(self._store.publications.claim(now, self._terms))
        for publication in publications:
            self._begin(self._publish(publication))
        return len(claims) + len(notices) + len(publications)

    async def work_off(self) -> None:
        """Post everything that is due now, and return when it is done."""
        while await self.look() or self._under_way:
            if self._under_way:
                await asyncio.wait(self._under_way, return_when=asyncio.FIRST_COMPLETED)

    def _begin(self, work: Awaitable[None]) -> None:
        async def finish() -> None:
            try:
                await work
            except StoreAwayError as error:  # its lease brings it back
                log.info("a daily post waits: %s", error)
            except Exception:
                log.exception("a daily post failed")

        task = asyncio.create_task(finish())
        self._under_way.add(task)
        task.add_done_callback(self._under_way.discard)

    async def _sleep(self, seconds: float) -> None:
        """Wait, or until the poster is stopped."""
        await set_within(self._stopping, max(0.0, seconds * self._clocks.second))

    async def _turn(self) -> None:
        """Wait until one more request may go out."""
        now = self._clock()
        await self._sleep(await self._kept(self._store.plan(now, self._terms)) - now)

    # --- one post ---

    async def _post(self, claim: Claim, fence: Fence) -> None:
        await self._sleep(claim.not_before - self._clock())
        if self._stopping.is_set():  # nothing has been sent: another process may have it at once
            await self._kept(self._store.defer(claim, self._clock(), sent=False, counts=False))
            return
        subscription = claim.subscription
        try:
            async with asyncio.timeout(self._pace.attempt_s * self._clocks.second):
                await self._try(claim, fence)
        except RefusedError as error:
            log.warning("daily post %s of %s is refused: %s", claim.date, subscription.key, error.reason)
            await self._kept(self._store.pause(subscription.key, error.reason, self._clock()))
            await self._kept(self._store.settle(claim, State.REFUSED))
        except LeftError:
            await self._kept(self._store.leave(subscription.guild, self._clock()))
            await self._kept(self._store.settle(claim, State.REFUSED))
        except UnreadableError:
            await self._uncertain(claim)
        except PassingError as error:
            await self._try_later(claim, fence, error, error.after_s)
        except (FencedError, TimeoutError) as error:
            await self._try_later(claim, fence, error)
        except StoreAwayError:
            raise
        except Exception as error:
            log.exception("daily post %s of %s failed", claim.date, subscription.key)
            await self._try_later(claim, fence, error)

    async def _try(self, claim: Claim, fence: Fence) -> None:
        """Send a post, unless it was sent before; raises the errors of `bot.posting.channels`."""
        is_late = self._clock() > claim.due_at + self._terms.grace_s
        may_send = not is_late and claim.subscription.paused is None
        message = await self._sent_before(claim, may_send)
        if message is not None:
            composed = await self._compose(claim)
            await self._record(claim, State.SENT, message, composed.events)
            return
        if not may_send:
            await self._record(claim, State.MISSED)
            return
        await self._channels.check_role(claim.subscription)
        composed = await self._compose(claim)
        if not composed.events:
            await self._record(claim, State.EMPTY)
            return
        with fence.around(once=claim.subscription.kind is Kind.FORUM):
            message = await self._channels.send(claim, composed.post)
        metrics.POST_DELAY.observe(self._clock() - claim.due_at)
        await self._record(claim, State.SENT, message, composed.events)

    async def _sent_before(self, claim: Claim, may_send: bool) -> int | None:
        """The id of the post's message if the channel shows that it was sent before.

        The channel is read where an earlier try may have sent it, and if a sent post may be missing in the store.
        """
        is_first, is_known = claim.is_first, self._gaps.is_known(claim, self._store.opened, self._clock())
        if is_first and is_known:
            return None
        since = claim.tried_at if is_known else min(claim.tried_at, day_begins(claim.subscription, claim.date))
        try:
            try:
                message = await self._channels.find(claim, since)
            except TooMuchError:  # a day's messages; since the post fell due there may be fewer
                message = await self._channels.find(claim, max(since, claim.due_at))
        except UnreadableError:
            self._gaps.close(claim)
            age_s = self._clock() - claim.tried_at
            is_remembered = claim.subscription.kind is not Kind.FORUM and 0 <= age_s < self._pace.nonce_s
            # Nobody has sent it, as far as is known; or the nonce is remembered still, and gives the same message.
            if is_first or (may_send and is_remembered):
                return None
            raise
        self._gaps.close(claim)
        return message

    async def _record(self, claim: Claim, state: State, message: int | None = None, events: Sequence[str] = ()) -> bool:
        """Record what became of a post; if the store is away, as soon as it is back."""
        while True:
            try:
                return await self._kept(self._store.settle(claim, state, message, events))
            except StoreAwayError:
                if self._stopping.is_set():
                    raise
                await self._sleep(1.0)

    async def _try_later(self, claim: Claim, fence: Fence, error: BaseException, after_s: float = 0.0) -> None:
        now = self._clock()
        if now > claim.due_at + self._terms.grace_s + self._pace.give_up_s:
            await self._uncertain(claim)
            return
        longest = min(self._pace.longest_s, self._pace.shortest_s * 2.0 ** min(claim.tries, 16))
        wait_s = max(after_s, random.uniform(0.5, 1) * longest)  # noqa: S311  # spreads the tries
        metrics.POST_TRIES.add()
        why = str(error) or type(error).__name__
        log.warning("daily post %s of %s: %s; again in %.0f s", claim.date, claim.subscription.key, why, wait_s)
        sent = fence.may_have_taken_effect
        # What Discord turned away may come back at a moment that it named; what did not even reach it, ever less often.
        is_turned_away = (fence.let_through and not sent) or isinstance(error, FencedError)
        await self._kept(self._store.defer(claim, now + wait_s, sent=sent, counts=sent or not is_turned_away))

    async def _uncertain(self, claim: Claim) -> None:
        log.warning("cannot tell whether daily post %s of subscription %s was sent", claim.date, claim.subscription.key)
        if await self._kept(self._store.settle(claim, State.UNCERTAIN)):
            await self._kept(self._store.tell_uncertain(claim.subscription.key, self._clock()))

    # --- what comes after a post ---

    async def _publish(self, publication: Publication) -> None:
        try:
            async with asyncio.timeout(self._pace.attempt_s * self._clocks.second):
                again_at = await self._publisher.publish(publication, self._clock())
        except TimeoutError:
            return  # its lease brings it back
        await self._kept(self._store.publications.finish(publication, again_at))

    async def _tell(self, notice: Notice, fence: Fence) -> None:
        try:
            async with asyncio.timeout(self._pace.attempt_s * self._clocks.second):
                with speaking(await self.locale_of(notice.subscription)), fence.around():
                    await self._channels.tell(notice)
        except LeftError:
            await self._kept(self._store.leave(notice.subscription.guild, self._clock()))
        except (PassingError, FencedError, TimeoutError) as error:
            log.warning("telling the guild of %s: %s; again in a minute", notice.subscription.key, error)
            return  # its lease brings it back
        except (RefusedError, discord.HTTPException) as error:
            log.warning("nobody can be told that %s: %s (%s)", notice.subscription.key, notice.reason, error)
        await self._kept(self._store.notice_given(notice))
