"""A post comes once: what a poster does where it cannot know, is stopped, or the store is away."""

from __future__ import annotations

import asyncio
import datetime as dt
from collections.abc import AsyncIterator
from dataclasses import replace
from pathlib import Path

import discord
import pytest

from bot import metrics
from bot.daily.claims import Claim, Reason, State, Wish
from bot.daily.schedule import Kind, Subscription
from bot.posting import channels as requests
from bot.posting.channels import Channels
from bot.posting.poster import Pace
from bot.store import Store
from bot.store.errors import StoreAwayError
from tests.bot.daily.parts import AT_ONCE, HandClock, opened
from tests.bot.posting.parts import PATIENT_PACE, Start, post, posts
from tests.discord_server import Channel, DiscordServer

DAY = dt.date(2026, 7, 20)
SEND, CROSSPOST = "POST /channels/*/messages", "POST /channels/*/messages/*/crosspost"


@pytest.fixture
def server(server: DiscordServer) -> DiscordServer:
    server.say("hello")
    return server


@pytest.fixture
async def store(tmp_path: Path) -> AsyncIterator[Store]:
    async with opened(tmp_path) as store:
        yield store


async def outcome(store: Store, subscription: Subscription) -> tuple[State, int | None] | None:
    found = await store.daily.post(subscription.key, DAY)
    return None if found is None else found[:2]


def reads(server: DiscordServer) -> int:
    """How often the messages of a channel were asked for."""
    return len([each for each in server.requests if each.method == "GET" and each.path.endswith("/messages")])


def told(server: DiscordServer) -> list[str]:
    return [message.text for message in server.post_history(server.direct_channel(server.owner))]


class TestWhetherItWasSentBefore:
    """The channel tells, where the store may not know."""

    async def sent_behind_the_store(self, client: discord.Client, subscription: Subscription, clock: HandClock) -> int:
        """The post, as a process sent it whose store is lost."""

        async def turn() -> None:
            pass

        claim = Claim(subscription, DAY, clock(), clock(), 1, "another", clock(), clock() + 75)
        found = await Channels(client, turn).send(claim, post(claim))
        assert found is not None
        return found

    async def test_is_not_looked_for_where_the_store_knows(
        self, server: DiscordServer, store: Store, make: Start, subscription: Subscription
    ) -> None:
        await make().work_off()
        assert reads(server) == 0
        [message] = posts(server)
        assert await outcome(store, subscription) == (State.SENT, message.id)

    async def test_is_looked_for_once_where_the_store_was_opened_after_it_fell_due(
        self, server: DiscordServer, store: Store, make: Start, subscription: Subscription, clock: HandClock
    ) -> None:
        clock.pass_(seconds=1)
        poster = make()
        await poster.work_off()
        assert reads(server) == 1
        assert len(posts(server)) == 1
        for _ in range(2):  # those of the next days fall due under its eyes
            clock.pass_(days=1)
            await poster.work_off()
        assert reads(server) == 1
        assert len(posts(server)) == 3

    async def test_is_seen_though_it_came_earlier_that_day(
        self,
        server: DiscordServer,
        client: discord.Client,
        store: Store,
        make: Start,
        subscription: Subscription,
        clock: HandClock,
    ) -> None:
        clock.set("2026-07-20T00:01")  # the time of day was another one then
        sent = await self.sent_behind_the_store(client, subscription, clock)
        clock.set("2026-07-20T07:10")
        await make().work_off()
        assert await outcome(store, subscription) == (State.SENT, sent)
        assert await store.daily.post(subscription.key, DAY) == (State.SENT, sent, ("one", "two"))
        assert [message.id for message in posts(server)] == [sent]

    async def test_is_looked_for_since_it_fell_due_where_the_day_had_too_many_messages(
        self,
        server: DiscordServer,
        client: discord.Client,
        store: Store,
        make: Start,
        subscription: Subscription,
        clock: HandClock,
        monkeypatch: pytest.MonkeyPatch,
    ) -> None:
        monkeypatch.setattr(requests, "_PER_PAGE", 2)
        monkeypatch.setattr(requests, "_PAGES", 2)
        clock.set("2026-07-20T04:00")
        for number in range(10):
            server.say(f"message {number}")
        clock.set("2026-07-20T07:00:01")
        sent = await self.sent_behind_the_store(client, subscription, clock)
        clock.set("2026-07-20T07:10")
        await make().work_off()
        assert await outcome(store, subscription) == (State.SENT, sent)
        assert [message.id for message in posts(server)] == [sent]

    async def test_cannot_be_known_where_too_much_was_said_since_it_was_tried(
        self,
        server: DiscordServer,
        store: Store,
        make: Start,
        subscription: Subscription,
        clock: HandClock,
        monkeypatch: pytest.MonkeyPatch,
    ) -> None:
        monkeypatch.setattr(requests, "_PER_PAGE", 2)
        monkeypatch.setattr(requests, "_PAGES", 2)
        poster = make()
        server.faults.drop(SEND)
        await poster.work_off()
        clock.pass_(minutes=3)
        for number in range(10):
            server.say(f"message {number}")
        await poster.work_off()
        assert await outcome(store, subscription) == (State.UNCERTAIN, None)
        assert posts(server) == []

    async def test_does_not_keep_a_channel_that_cannot_be_read_from_its_first_try(
        self, server: DiscordServer, store: Store, make: Start, subscription: Subscription, clock: HandClock
    ) -> None:
        server.deny(server.channel, "read_message_history")
        clock.pass_(seconds=1)
        await make().work_off()
        [message] = posts(server)
        assert await outcome(store, subscription) == (State.SENT, message.id)
        assert told(server) == []

    @pytest.mark.parametrize(
        ("seconds", "state"), [(10, State.SENT), (119, State.SENT), (120, State.UNCERTAIN), (7_000, State.UNCERTAIN)]
    )
    async def test_is_left_to_the_nonce_as_long_as_discord_remembers_it(
        self,
        server: DiscordServer,
        store: Store,
        make: Start,
        subscription: Subscription,
        clock: HandClock,
        seconds: float,
        state: State,
    ) -> None:
        poster = make()
        server.deny(server.channel, "read_message_history")
        server.faults.lose_answer(SEND)
        await poster.work_off()
        clock.pass_(seconds=seconds)
        await poster.work_off()
        assert (await outcome(store, subscription) or ())[:1] == (state,)
        assert len(posts(server)) == 1
        await poster.work_off()
        assert len(told(server)) == (state is State.UNCERTAIN)

    async def test_is_not_left_to_a_nonce_by_a_clock_that_was_put_back(
        self, server: DiscordServer, store: Store, make: Start, subscription: Subscription, clock: HandClock
    ) -> None:
        poster = make()
        server.deny(server.channel, "read_message_history")
        clock.pass_(hours=1)
        server.faults.lose_answer(SEND)
        await poster.work_off()
        [claim] = await store.daily.claim(clock() + 100, "one", 1, AT_ONCE)
        await store.daily.defer(claim, clock() - 3_000)
        clock.pass_(minutes=-50)
        await make().work_off()
        assert await outcome(store, subscription) == (State.UNCERTAIN, None)
        assert len(posts(server)) == 1

    async def test_in_a_forum_nothing_can_be_left_to_a_nonce(
        self, server: DiscordServer, store: Store, make: Start, clock: HandClock
    ) -> None:
        forum = server.add_forum("days")
        wish = Wish(server.guild.id, forum.id, dt.time(7), "UTC", kind=Kind.FORUM)
        subscription = await store.daily.subscribe(wish, clock())
        clock.set("2026-07-20T07:00")
        server.deny(forum, "read_message_history")
        server.faults.lose_answer("POST /channels/*/threads")
        poster = make()
        await poster.work_off()
        clock.pass_(seconds=10)
        await poster.work_off()
        assert await outcome(store, subscription) == (State.UNCERTAIN, None)
        assert len(server.threads_of(forum)) == 1

    async def test_a_post_that_is_too_late_is_looked_for_and_not_sent(
        self, server: DiscordServer, store: Store, make: Start, subscription: Subscription, clock: HandClock
    ) -> None:
        poster = make()
        server.faults.drop(SEND)
        await poster.work_off()
        clock.pass_(seconds=AT_ONCE.grace_s + 1)
        await poster.work_off()
        assert await outcome(store, subscription) == (State.MISSED, None)
        assert posts(server) == []

    async def test_a_post_at_the_end_of_the_grace_period_is_sent(
        self, server: DiscordServer, store: Store, make: Start, subscription: Subscription, clock: HandClock
    ) -> None:
        poster = make()
        server.faults.drop(SEND)
        await poster.work_off()
        clock.pass_(seconds=AT_ONCE.grace_s)
        await poster.work_off()
        assert len(posts(server)) == 1

    async def test_what_discord_turned_away_was_not_sent(
        self, server: DiscordServer, store: Store, make: Start, subscription: Subscription, clock: HandClock
    ) -> None:
        """So that where nothing can be read it is sent all the same, however late."""
        server.deny(server.channel, "read_message_history")
        server.faults.rate_limit(SEND, 1_000.0)
        poster = make()
        await poster.work_off()
        assert posts(server) == []
        clock.pass_(seconds=1_002)
        await poster.work_off()
        [message] = posts(server)
        assert await outcome(store, subscription) == (State.SENT, message.id)


class TestAtOnce:
    async def test_no_more_than_so_many_are_tried_and_all_arrive(
        self, server: DiscordServer, store: Store, make: Start, clock: HandClock
    ) -> None:
        channels = [server.add_channel(f"channel {number}") for number in range(5)]
        for channel in channels:
            server.say("hello", channel=channel)
            await store.daily.subscribe(Wish(server.guild.id, channel.id, dt.time(7), "UTC"), clock())
        clock.set("2026-07-20T07:00")
        server.faults.hang(SEND, times=None)
        poster = make(pace=replace(PATIENT_PACE, at_once=2))
        assert await poster.look() == 2
        assert await poster.look() == 0
        await server.until(lambda: len([each for each in server.requests if each.method == "POST"]) == 2)
        await poster.stop(0)
        server.faults.clear()
        clock.pass_(minutes=5)
        await make(pace=replace(PATIENT_PACE, at_once=2)).work_off()
        assert [len(posts(server, channel)) for channel in channels] == [1] * 5


class TestAStoreThatIsAway:
    async def test_a_post_that_was_sent_is_recorded_as_soon_as_it_is_back(
        self,
        server: DiscordServer,
        store: Store,
        make: Start,
        subscription: Subscription,
        monkeypatch: pytest.MonkeyPatch,
    ) -> None:
        settle, away = store.daily.settle, [StoreAwayError("the store is away")] * 2

        async def sometimes(*arguments: object) -> bool:
            if away:
                raise away.pop()
            return await settle(*arguments)  # type: ignore[arg-type]

        monkeypatch.setattr(store.daily, "settle", sometimes)
        await make().work_off()
        [message] = posts(server)
        assert await outcome(store, subscription) == (State.SENT, message.id)
        assert away == []


class TestStopping:
    async def test_waits_for_what_is_being_tried(
        self, server: DiscordServer, store: Store, make: Start, subscription: Subscription
    ) -> None:
        poster = make()
        server.faults.slow(SEND, 0.05)
        assert await poster.look() == 1
        await poster.stop(60)
        [message] = posts(server)
        assert await outcome(store, subscription) == (State.SENT, message.id)

    async def test_breaks_off_what_takes_too_long_and_leaves_it_to_others(
        self, server: DiscordServer, store: Store, make: Start, subscription: Subscription, clock: HandClock
    ) -> None:
        poster = make()
        server.faults.hang(SEND)
        assert await poster.look() == 1
        await server.until(lambda: [each for each in server.requests if each.method == "POST"])
        async with asyncio.timeout(20):
            await poster.stop(0.01)
        assert await outcome(store, subscription) == (State.OPEN, None)
        clock.pass_(seconds=AT_ONCE.lease_s + 1)
        await make().work_off()
        assert len(posts(server)) == 1

    async def test_ends_the_loop_which_posts_nothing_more(
        self, server: DiscordServer, store: Store, make: Start, subscription: Subscription, clock: HandClock
    ) -> None:
        poster = make(pace=replace(PATIENT_PACE, look_s=0.1))
        poster.start()
        await server.until(lambda: posts(server))
        await poster.stop(60)
        noted = await store.daily.noted_time()
        clock.pass_(days=1)
        for _ in range(20):
            await asyncio.sleep(0)
        assert await store.daily.noted_time() == noted
        assert len(posts(server)) == 1

    async def test_lets_what_is_being_written_be_written(
        self,
        server: DiscordServer,
        store: Store,
        make: Start,
        subscription: Subscription,
        monkeypatch: pytest.MonkeyPatch,
    ) -> None:
        settle, writing, go_on = store.daily.settle, asyncio.Event(), asyncio.Event()

        async def slowly(*arguments: object) -> bool:
            writing.set()
            await go_on.wait()
            return await settle(*arguments)  # type: ignore[arg-type]

        monkeypatch.setattr(store.daily, "settle", slowly)
        poster = make()
        await poster.look()
        await writing.wait()
        stopping = asyncio.create_task(poster.stop(0))
        await asyncio.sleep(0)
        go_on.set()
        await stopping
        [message] = posts(server)
        assert await outcome(store, subscription) == (State.SENT, message.id)


class TestATry:
    async def test_that_takes_too_long_is_broken_off_and_repeated(
        self, server: DiscordServer, store: Store, make: Start, subscription: Subscription, clock: HandClock
    ) -> None:
        server.faults.hang(SEND)
        poster = make(pace=Pace(attempt_s=20))  # a fifth of a second
        await poster.work_off()
        assert await outcome(store, subscription) == (State.OPEN, None)
        clock.pass_(seconds=10)
        await poster.work_off()
        assert len(posts(server)) == 1

    async def test_where_a_moderator_deleted_the_role_pauses(
        self, server: DiscordServer, store: Store, make: Start, clock: HandClock
    ) -> None:
        wish = Wish(server.guild.id, server.channel.id, dt.time(7), "UTC", role=7)
        subscription = await store.daily.subscribe(wish, clock())
        clock.set("2026-07-20T07:00")
        await make().work_off()
        assert await outcome(store, subscription) == (State.REFUSED, None)
        assert posts(server) == []
        paused = await store.daily.subscription(subscription.key)
        assert paused is not None
        assert paused.paused == Reason.ROLE


async def test_metrics_tell_of_tries_and_how_late_a_post_was(
    server: DiscordServer, store: Store, make: Start, subscription: Subscription, clock: HandClock
) -> None:
    registry = metrics.switch_on()
    try:
        poster = make()
        server.faults.drop(SEND, times=2)
        for _ in range(3):
            await poster.work_off()
            clock.pass_(seconds=10)
        assert registry.get_sample_value("dateline_post_retries_total") == 2
        assert registry.get_sample_value("dateline_post_delay_seconds_count") == 1
        assert registry.get_sample_value("dateline_post_delay_seconds_sum") == 20
    finally:
        metrics.switch_off()
    assert len(posts(server)) == 1


class TestPublishing:
    @pytest.fixture
    async def news(self, server: DiscordServer, store: Store, clock: HandClock) -> Channel:
        channel = server.add_channel("news", kind=5)
        wish = Wish(server.guild.id, channel.id, dt.time(7), "UTC", publish=True)
        await store.daily.subscribe(wish, clock())
        clock.set("2026-07-20T07:00")
        return channel

    def tries(self, server: DiscordServer) -> int:
        return len([each for each in server.requests if each.path.endswith("/crosspost")])

    async def test_comes_after_the_post_and_once(
        self, server: DiscordServer, make: Start, news: Channel, clock: HandClock
    ) -> None:
        poster = make()
        await poster.work_off()
        for _ in range(2):
            clock.pass_(minutes=10)
            await poster.work_off()
        assert [message.flags & 1 for message in posts(server, news)] == [1]
        assert self.tries(server) == 1

    async def test_that_takes_too_long_or_fails_is_tried_again(
        self, server: DiscordServer, make: Start, news: Channel, clock: HandClock
    ) -> None:
        server.faults.hang(CROSSPOST)
        await make(pace=Pace(attempt_s=20)).work_off()  # a fifth of a second
        clock.pass_(seconds=AT_ONCE.lease_s - 1)
        poster = make()  # which has an answer arrive however busy the machine is
        assert await poster.look() == 0
        clock.pass_(seconds=1)
        server.faults.fail(CROSSPOST, 503)
        await poster.work_off()
        assert [message.flags & 1 for message in posts(server, news)] == [0]
        clock.pass_(seconds=59)
        assert await poster.look() == 0
        clock.pass_(seconds=1)
        await poster.work_off()
        assert [message.flags & 1 for message in posts(server, news)] == [1]
        assert self.tries(server) == 3
