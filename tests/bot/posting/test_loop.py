"""The loop that posts, with posts that need no index."""

from __future__ import annotations

import asyncio
import dataclasses
import datetime as dt
import logging
import re
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from bot.daily.claims import Claim, Reason, State, Terms, Wish
from bot.daily.schedule import Subscription
from bot.posting.poster import Composed
from bot.store import Store
from bot.store.daily_posts import KEPT_AFTER_LEAVING_S
from bot.store.errors import StoreAwayError
from tests.bot.daily.parts import AT_ONCE, HandClock, execute, opened
from tests.bot.posting.parts import PATIENT_PACE, Start, post, posts
from tests.discord_server import DiscordServer, Message

DAY = dt.date(2026, 7, 20)
SEND = "POST /channels/*/messages"
LOG = "bot.posting.poster"


@pytest.fixture
def server(server: DiscordServer) -> DiscordServer:
    server.say("hello")
    return server


@pytest.fixture
async def store(tmp_path: Path) -> AsyncIterator[Store]:
    async with opened(tmp_path) as store:
        yield store


async def outcome(store: Store, subscription: Subscription) -> State | None:
    found = await store.daily.post(subscription.key, DAY)
    return None if found is None else found[0]


async def noted(store: Store, moment: float) -> None:
    """Wait until a process has noted a time."""
    async with asyncio.timeout(60):
        while await store.daily.noted_time() != moment:
            pass


def log_of(caplog: pytest.LogCaptureFixture) -> list[str]:
    """What the poster said, in order."""
    return [record.getMessage() for record in caplog.records if record.name == LOG]


def told(server: DiscordServer) -> list[Message]:
    return server.post_history(server.direct_channel(server.owner))


class TestAPost:
    async def test_is_recorded_with_its_message_and_its_events(
        self, server: DiscordServer, store: Store, make: Start, subscription: Subscription
    ) -> None:
        poster = make()
        assert await poster.look() == 1
        await poster.work_off()
        [message] = posts(server)
        assert await store.daily.post(subscription.key, DAY) == (State.SENT, message.id, ("one", "two"))
        assert await poster.look() == 0

    async def test_without_events_is_not_sent(
        self, server: DiscordServer, store: Store, make: Start, subscription: Subscription
    ) -> None:
        async def nothing(claim: Claim) -> Composed:
            return Composed(post(claim), ())

        await make(nothing).work_off()
        assert posts(server) == []
        assert await outcome(store, subscription) is State.EMPTY

    async def test_that_cannot_be_composed_is_tried_again(
        self,
        server: DiscordServer,
        store: Store,
        make: Start,
        subscription: Subscription,
        clock: HandClock,
        caplog: pytest.LogCaptureFixture,
    ) -> None:
        tries: list[Claim] = []

        async def second_time(claim: Claim) -> Composed:
            tries.append(claim)
            if len(tries) == 1:
                raise ValueError("the index is being changed")
            return Composed(post(claim), ("one",))

        poster = make(second_time)
        await poster.work_off()
        assert await outcome(store, subscription) is State.OPEN
        failed, later = log_of(caplog)
        assert failed == f"daily post 2026-07-20 of {subscription.key} failed"
        assert re.fullmatch(
            rf"daily post 2026-07-20 of {subscription.key}: the index is being changed; again in [234] s", later
        )
        assert [record.exc_info is not None for record in caplog.records if record.name == LOG] == [True, False]
        clock.pass_(seconds=10)
        await poster.work_off()
        assert await outcome(store, subscription) is State.SENT
        assert len(posts(server)) == 1

    async def test_that_was_paused_since_its_first_try_is_not_sent(
        self, server: DiscordServer, store: Store, make: Start, subscription: Subscription, clock: HandClock
    ) -> None:
        poster = make()
        server.faults.drop(SEND)
        await poster.work_off()
        await store.daily.pause(subscription.key, Reason.MODERATOR, clock())
        clock.pass_(minutes=1)
        await poster.work_off()
        assert posts(server) == []
        assert await outcome(store, subscription) is State.MISSED

    async def test_that_was_sent_is_recorded_as_that_however_late_it_is_known(
        self, server: DiscordServer, store: Store, make: Start, subscription: Subscription, clock: HandClock
    ) -> None:
        poster = make()
        server.faults.lose_answer(SEND)
        await poster.work_off()
        [message] = posts(server)
        clock.pass_(hours=8)
        await poster.work_off()
        assert await store.daily.post(subscription.key, DAY) == (State.SENT, message.id, ("one", "two"))

    async def test_of_a_channel_that_is_closed_pauses_it_and_tells_why(
        self,
        server: DiscordServer,
        store: Store,
        make: Start,
        subscription: Subscription,
        caplog: pytest.LogCaptureFixture,
    ) -> None:
        poster = make()
        server.deny(server.channel, "send_messages")
        await poster.work_off()
        assert await outcome(store, subscription) is State.REFUSED
        paused = await store.daily.subscription(subscription.key)
        assert paused is not None
        assert paused.paused == Reason.ACCESS
        assert len(told(server)) == 1
        assert log_of(caplog) == [f"daily post 2026-07-20 of {subscription.key} is refused: access"]

    async def test_of_a_guild_that_is_gone_notes_when(
        self, server: DiscordServer, store: Store, make: Start, clock: HandClock
    ) -> None:
        await store.daily.subscribe(Wish(server.guild.id, server.channel.id, dt.time(7), "UTC", role=7), clock())
        server.remove_guild(server.guild)
        clock.set("2026-07-20T07:00")
        await make().work_off()
        assert await store.daily.counts() == {State.REFUSED: 1}
        assert await store.daily.forget(clock() + KEPT_AFTER_LEAVING_S - 1) == 0
        assert await store.daily.forget(clock() + KEPT_AFTER_LEAVING_S) == 1


class TestTries:
    async def test_come_after_a_second_or_two_at_first_and_at_last_every_five_minutes(
        self, server: DiscordServer, make: Start, subscription: Subscription, clock: HandClock
    ) -> None:
        poster = make()
        server.faults.drop(SEND, times=None)
        await poster.work_off()
        clock.pass_(seconds=1.9)
        assert await poster.look() == 0
        clock.pass_(seconds=2.2)
        await poster.work_off()
        for _ in range(8):
            clock.pass_(seconds=300)
            await poster.work_off()
        tried = [request for request in server.requests if request.method == "POST" and request.fault == "dropped"]
        assert len(tried) == 10
        clock.pass_(seconds=140)
        assert await poster.look() == 0

    async def test_wait_as_long_as_discord_wants(
        self, server: DiscordServer, store: Store, make: Start, subscription: Subscription, clock: HandClock
    ) -> None:
        poster = make()
        server.faults.rate_limit(SEND, 100.0)
        await poster.work_off()
        clock.pass_(seconds=98)
        assert await poster.look() == 0
        clock.pass_(seconds=4)
        await poster.work_off()
        assert await outcome(store, subscription) is State.SENT

    async def test_end_a_day_after_the_grace_period_where_nobody_can_tell(
        self,
        server: DiscordServer,
        store: Store,
        make: Start,
        subscription: Subscription,
        clock: HandClock,
        caplog: pytest.LogCaptureFixture,
    ) -> None:
        poster = make()
        server.faults.drop("GET /channels/*/messages", times=None)
        server.faults.lose_answer(SEND)
        await poster.work_off()
        for hours, state in ((29, State.OPEN), (2, State.UNCERTAIN)):
            clock.pass_(hours=hours)
            await poster.look()
            await poster.stop(60)
            assert await outcome(store, subscription) is state
            poster = make()
        assert log_of(caplog)[-1] == (
            f"cannot tell whether daily post 2026-07-20 of subscription {subscription.key} was sent"
        )
        await poster.work_off()
        [notice] = told(server)
        assert "Read Message History" in notice.text

    async def test_are_left_to_others_by_a_poster_that_is_stopped_before_its_turn(
        self, server: DiscordServer, store: Store, make: Start, subscription: Subscription, clock: HandClock
    ) -> None:
        slow = Terms(per_s=0.0005)
        poster = make(terms=slow)
        assert await poster.look() == 1  # and its turn comes in half an hour
        await poster.stop(60)
        assert posts(server) == []
        [claim] = await store.daily.claim(clock(), "other", 10, AT_ONCE)
        assert claim.tries == 1  # nothing was sent


class TestNotices:
    async def test_are_given_once(
        self, server: DiscordServer, store: Store, make: Start, subscription: Subscription, clock: HandClock
    ) -> None:
        await store.daily.pause(subscription.key, Reason.ROLE, clock())
        await make().work_off()
        assert len(told(server)) == 1
        clock.pass_(minutes=10)
        assert await make().look() == 0

    async def test_that_nobody_can_be_given_are_given_up(
        self,
        server: DiscordServer,
        store: Store,
        make: Start,
        subscription: Subscription,
        clock: HandClock,
        caplog: pytest.LogCaptureFixture,
    ) -> None:
        server.owner.blocks_direct_messages = True
        await store.daily.pause(subscription.key, Reason.ROLE, clock())
        await make().work_off()
        [line] = log_of(caplog)
        assert line.startswith(f"nobody can be told that {subscription.key}: role (")
        assert "None" not in line
        clock.pass_(minutes=10)
        assert await make().look() == 0

    async def test_that_are_cut_off_are_given_later(
        self,
        server: DiscordServer,
        store: Store,
        make: Start,
        subscription: Subscription,
        clock: HandClock,
        caplog: pytest.LogCaptureFixture,
    ) -> None:
        await store.daily.pause(subscription.key, Reason.ROLE, clock())
        server.faults.drop(SEND)
        await make().work_off()
        [line] = log_of(caplog)
        assert line.startswith(f"telling the guild of {subscription.key}: ")
        assert line.endswith("; again in a minute")
        assert "None" not in line
        assert told(server) == []
        clock.pass_(minutes=2)
        await make().work_off()
        assert len(told(server)) == 1

    async def test_to_a_guild_that_is_gone_note_when(
        self, server: DiscordServer, store: Store, make: Start, subscription: Subscription, clock: HandClock
    ) -> None:
        await store.daily.pause(subscription.key, Reason.ROLE, clock())
        server.remove_guild(server.guild)
        await make().work_off()
        assert await store.daily.forget(clock() + KEPT_AFTER_LEAVING_S - 1) == 0
        assert await store.daily.forget(clock() + KEPT_AFTER_LEAVING_S) == 1


class TestTheLoop:
    PACE = dataclasses.replace(PATIENT_PACE, look_s=1)

    async def test_posts_what_falls_due_by_the_zones_rules_of_today_and_notes_the_time(
        self,
        server: DiscordServer,
        store: Store,
        make: Start,
        subscription: Subscription,
        clock: HandClock,
        tmp_path: Path,
    ) -> None:
        clock.set("2026-07-20T06:30")
        await execute(f"sqlite:///{tmp_path}/store.db", "UPDATE subscriptions SET next_at = next_at + 3600")
        poster = make(pace=self.PACE)
        poster.start()
        await noted(store, clock())
        clock.set("2026-07-20T07:00")
        await server.until(lambda: posts(server))
        clock.pass_(minutes=11)
        await noted(store, clock())
        await poster.stop(60)
        assert len(posts(server)) == 1

    async def test_that_cannot_look_says_so_and_looks_again(
        self,
        server: DiscordServer,
        store: Store,
        make: Start,
        subscription: Subscription,
        monkeypatch: pytest.MonkeyPatch,
        caplog: pytest.LogCaptureFixture,
    ) -> None:
        def fail(*_: object) -> None:
            monkeypatch.undo()
            raise ValueError("no such thing")

        monkeypatch.setattr(store.daily, "claim", fail)
        poster = make(pace=self.PACE)
        poster.start()
        await server.until(lambda: posts(server))
        assert log_of(caplog) == ["looking for due posts failed"]

    @pytest.mark.parametrize(
        ("error", "line"),
        [
            (StoreAwayError("the store is away"), "a daily post waits: the store is away"),
            (ValueError("no such thing"), "a daily post failed"),
        ],
    )
    async def test_goes_on_where_a_post_fails_for_whatever_reason(
        self,
        store: Store,
        make: Start,
        subscription: Subscription,
        monkeypatch: pytest.MonkeyPatch,
        caplog: pytest.LogCaptureFixture,
        error: Exception,
        line: str,
    ) -> None:
        async def fail(*_: object, **__: object) -> None:
            raise error

        caplog.set_level(logging.INFO, LOG)
        monkeypatch.setattr(store.daily, "settle", fail)
        monkeypatch.setattr(store.daily, "defer", fail)
        poster = make()
        poster._stopping.set()  # so that a post that cannot be put off is not tried for ever
        await poster.work_off()
        assert log_of(caplog) == [line]

    async def test_waits_where_the_clock_went_days_ahead_until_it_is_seen_again(
        self,
        server: DiscordServer,
        store: Store,
        make: Start,
        subscription: Subscription,
        clock: HandClock,
        caplog: pytest.LogCaptureFixture,
    ) -> None:
        await store.daily.note_time(clock() - 2 * 86_400)
        poster = make(pace=self.PACE)
        poster.start()
        await server.until(lambda: poster.wall_is_right is False)
        await server.until(lambda: log_of(caplog))
        assert log_of(caplog) == [
            f"the clock went ahead by more than a day, to {clock():.0f}; daily posts wait until it is seen again"
        ]
        assert await outcome(store, subscription) is None
        clock.pass_(seconds=200)
        await server.until(lambda: posts(server))
        assert poster.wall_is_right
