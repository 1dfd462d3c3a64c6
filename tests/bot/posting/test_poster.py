from __future__ import annotations

import asyncio
import datetime as dt
import os
import re
import sqlite3
from contextlib import closing
from pathlib import Path

import pytest
from discord.http import Route

from bot.clocks import Clocks
from bot.daily.claims import Reason, State, Terms, Wish
from bot.daily.schedule import Subscription
from bot.posting.poster import Pace, Poster
from bot.store import Store, StoreAwayError
from bot.store.daily_posts import KEPT_AFTER_LEAVING_S
from embeddings.index.folder import IndexFolder
from tests.bot.daily.parts import AT_ONCE, HandClock, composer, guided, list_of, logged_in, opened, posting, posts_in
from tests.bot.posting.parts import of_discord
from tests.discord_server import Channel, DiscordServer, Message, discord_server
from tests.discord_server.mentions import Pings

DAY = dt.date(2026, 7, 20)
SEND = "POST /channels/*/messages"


async def subscribe(
    server: DiscordServer, store: Store, clock: HandClock, channel: Channel | None = None, role: int | None = None
) -> Subscription:
    channel = channel or server.channel
    wish = Wish(server.guild.id, channel.id, dt.time(9), "Europe/Berlin", role=role)
    return await store.daily.subscribe(wish, clock())


async def state(store: Store, subscription: Subscription, day: dt.date = DAY) -> State | None:
    post = await store.daily.post(subscription.key, day)
    return None if post is None else post[0]


def notices(server: DiscordServer) -> list[Message]:
    """What the owner was told."""
    return server.post_history(server.direct_channel(server.owner))


class TestAPost:
    async def test_it_comes_at_its_moment_once_and_says_what_it_is(
        self, server: DiscordServer, store: Store, poster: Poster, clock: HandClock
    ) -> None:
        subscription = await subscribe(server, store, clock)
        clock.set("2026-07-20T06:59:59")
        await poster.work_off()
        assert server.post_history() == []
        clock.set("2026-07-20T07:00:00")
        for _ in range(3):
            await poster.work_off()
        [message] = server.post_history()
        found = list_of(message)
        assert found is not None
        assert (found.subscription, found.date) == (subscription.key, DAY)
        assert "On July 20" in message.text
        assert "Neil Armstrong" in message.text
        assert "Text: Dateline's sample archive, CC0 1.0" in message.text
        assert message.pings == Pings()
        recorded = await store.daily.post(subscription.key, DAY)
        assert recorded is not None
        assert recorded[:2] == (State.SENT, message.id)
        assert len(recorded[2]) == len(message.buttons) - 1  # the last leads to more of the day

    @of_discord
    async def test_it_mentions_the_role_that_was_asked_for_and_nobody_else(
        self, server: DiscordServer, store: Store, poster: Poster, clock: HandClock
    ) -> None:
        role = server.add_role("historians", mentionable=True)
        await subscribe(server, store, clock, role=role.id)
        clock.pass_(hours=1)
        await poster.work_off()
        [message] = server.post_history()
        assert message.pings == Pings(roles=frozenset({role.id}))

    @of_discord
    async def test_29_february_is_filled_up_from_the_days_beside_it(
        self, server: DiscordServer, store: Store, poster: Poster, clock: HandClock
    ) -> None:
        clock.set("2028-02-29T06:00")
        await subscribe(server, store, clock)
        clock.pass_(hours=3)
        await poster.work_off()
        [message] = server.post_history()
        assert "On February 29" in message.text
        assert len(message.buttons) == 6

    async def test_after_an_outage_it_is_made_up_within_the_grace_period_and_else_recorded_as_missed(
        self, server: DiscordServer, store: Store, poster: Poster, clock: HandClock
    ) -> None:
        subscription = await subscribe(server, store, clock)
        clock.set("2026-07-22T12:59")
        await poster.work_off()
        assert [daily.date.day for daily, _ in posts_in(server, server.channel)] == [22]
        clock.set("2026-07-23T13:01")
        await poster.work_off()
        states = [await state(store, subscription, dt.date(2026, 7, day)) for day in (20, 21, 22, 23)]
        assert states == [State.MISSED, State.MISSED, State.SENT, State.MISSED]

    async def test_changing_the_time_after_a_post_does_not_bring_a_second_one_that_day(
        self, server: DiscordServer, store: Store, poster: Poster, clock: HandClock
    ) -> None:
        await subscribe(server, store, clock)
        clock.set("2026-07-20T07:00")
        await poster.work_off()
        await store.daily.subscribe(Wish(server.guild.id, server.channel.id, dt.time(18), "Europe/Berlin"), clock())
        clock.set("2026-07-20T16:00")
        await poster.work_off()
        clock.set("2026-07-21T16:00")
        await poster.work_off()
        assert [daily.date.day for daily, _ in posts_in(server, server.channel)] == [20, 21]

    async def test_several_processes_post_it_once(
        self, server: DiscordServer, store: Store, sample_folder: IndexFolder, clock: HandClock
    ) -> None:
        channels = [server.add_channel(f"channel {number}") for number in range(12)]
        for channel in channels:
            await subscribe(server, store, clock, channel)
        async with (
            posting(server, store, sample_folder, clock) as one,
            posting(server, store, sample_folder, clock) as other,
        ):
            clock.pass_(hours=2)
            await asyncio.gather(one.work_off(), other.work_off())
        assert [len(posts_in(server, channel)) for channel in channels] == [1] * 12


class TestASendThatWasCutOff:
    @of_discord
    async def test_where_the_channel_cannot_be_read_the_nonce_does_while_it_is_remembered(
        self, server: DiscordServer, store: Store, poster: Poster, clock: HandClock
    ) -> None:
        subscription = await subscribe(server, store, clock)
        server.deny(server.channel, "read_message_history")
        clock.pass_(hours=1)
        server.faults.lose_answer(SEND)
        await poster.work_off()
        assert await state(store, subscription) is State.OPEN
        clock.pass_(seconds=10)
        await poster.work_off()
        assert await state(store, subscription) is State.SENT
        assert len(server.post_history()) == 1

    @of_discord
    async def test_the_channel_is_read_first_and_the_post_recognised(
        self, server: DiscordServer, store: Store, poster: Poster, clock: HandClock
    ) -> None:
        subscription = await subscribe(server, store, clock)
        clock.pass_(hours=1)
        server.faults.lose_answer(SEND)
        await poster.work_off()
        for number in range(150):
            server.say(f"message {number}")
        server.rest._nonces.clear()  # Discord has forgotten it
        clock.pass_(minutes=5)
        await poster.work_off()
        [message] = [message for message in server.post_history() if list_of(message)]
        assert (await store.daily.post(subscription.key, DAY) or ())[:2] == (State.SENT, message.id)

    @of_discord
    async def test_where_it_is_not_among_the_messages_it_is_sent(
        self, server: DiscordServer, store: Store, poster: Poster, clock: HandClock
    ) -> None:
        subscription = await subscribe(server, store, clock)
        server.say("hello")
        clock.pass_(hours=1)
        server.faults.drop(SEND)
        await poster.work_off()
        clock.pass_(minutes=5)
        await poster.work_off()
        assert await state(store, subscription) is State.SENT
        assert len(posts_in(server, server.channel)) == 1

    async def test_without_read_message_history_it_is_uncertain_and_told_once(
        self, server: DiscordServer, store: Store, poster: Poster, clock: HandClock
    ) -> None:
        subscription = await subscribe(server, store, clock)
        server.deny(server.channel, "read_message_history")
        for day in (20, 21):
            clock.set(f"2026-07-{day}T07:00")
            server.faults.lose_answer(SEND)
            await poster.work_off()
            clock.pass_(minutes=5)
            await poster.work_off()
            assert await state(store, subscription, dt.date(2026, 7, day)) is State.UNCERTAIN
        assert len(posts_in(server, server.channel)) == 2
        [notice] = notices(server)
        assert "Read Message History" in notice.text
        assert notice.pings == Pings()

    async def test_a_process_that_died_is_taken_over_when_its_lease_is_over(
        self, server: DiscordServer, store: Store, poster: Poster, clock: HandClock
    ) -> None:
        subscription = await subscribe(server, store, clock)
        clock.pass_(hours=1)
        assert await store.daily.claim(clock(), "somebody who dies", 10, AT_ONCE)
        clock.pass_(seconds=AT_ONCE.lease_s - 1)
        await poster.work_off()
        assert await state(store, subscription) is State.OPEN
        clock.pass_(seconds=2)
        await poster.work_off()
        assert await state(store, subscription) is State.SENT

    @of_discord
    async def test_a_post_that_a_moderator_deleted_meanwhile_is_not_sent_again(
        self, server: DiscordServer, store: Store, poster: Poster, clock: HandClock
    ) -> None:
        subscription = await subscribe(server, store, clock)
        clock.pass_(hours=1)
        await poster.work_off()
        [message] = server.post_history()
        server.messages.delete(message)
        clock.pass_(minutes=10)
        await poster.work_off()
        assert server.post_history() == []
        assert await state(store, subscription) is State.SENT


class TestFailures:
    @of_discord
    async def test_fifty_posts_arrive_whatever_goes_wrong_but_for_the_two_that_cannot(
        self, server: DiscordServer, store: Store, poster: Poster, clock: HandClock
    ) -> None:
        channels = [server.add_channel(f"channel {number}") for number in range(50)]
        subscriptions = [await subscribe(server, store, clock, channel) for channel in channels]
        server.faults.lose_answer(SEND, times=6, skip=30)
        server.faults.drop(SEND, times=6, skip=20)
        server.faults.fail(SEND, 503, times=5, skip=15)
        server.faults.fail(SEND, 500, times=3, skip=10)
        server.faults.rate_limit(SEND, 0.05, times=5, skip=5)
        server.deny(channels[35], "send_messages")
        server.delete_channel(channels[45])
        clock.pass_(hours=1)
        for _ in range(10):
            await poster.work_off()
            clock.pass_(minutes=1)
        broken = {35, 45}
        assert [len(posts_in(server, c)) for n, c in enumerate(channels) if n not in broken] == [1] * 48
        assert await store.daily.counts() == {State.SENT: 48, State.REFUSED: 2}
        paused = {s.channel: s.paused for s in await store.daily.of_guild(server.guild.id) if s.paused}
        assert paused == {channels[35].id: Reason.ACCESS, channels[45].id: Reason.CHANNEL}
        texts = sorted(message.text for message in notices(server))
        assert len(texts) == 2
        assert "Send Messages" in texts[0]
        assert "/daily resume" in texts[0]
        assert "was deleted" in texts[1]
        assert subscriptions[35].paused is None
        clock.pass_(days=1)
        await poster.work_off()
        assert len(notices(server)) == 2

    async def test_a_deleted_role_pauses_and_is_told_in_the_system_channel(
        self, server: DiscordServer, store: Store, poster: Poster, clock: HandClock, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        role = server.add_role("historians", mentionable=True)
        system = server.add_channel("system")
        subscription = await subscribe(server, store, clock, role=role.id)
        server.guild.roles.remove(role)
        payload = {**server.guild.payload(), "system_channel_id": str(system.id)}
        monkeypatch.setattr(server.guild, "payload", lambda: payload)
        clock.pass_(hours=1)
        await poster.work_off()
        await poster.work_off()
        [notice] = server.post_history(system)
        assert "role that they mention was deleted" in notice.text
        assert await state(store, subscription) is State.REFUSED
        assert server.post_history() == notices(server) == []

    @of_discord
    async def test_discords_outage_is_tried_again_until_the_grace_period_is_over(
        self, server: DiscordServer, store: Store, poster: Poster, clock: HandClock
    ) -> None:
        subscription = await subscribe(server, store, clock)
        server.say("hello")
        server.faults.fail(SEND, 503, times=None)
        clock.set("2026-07-20T07:00")
        for _ in range(14):
            await poster.work_off()
            clock.pass_(minutes=6)
        assert 11 < len([request for request in server.requests if request.status == 503]) <= 14
        clock.set("2026-07-20T13:01")
        await poster.work_off()
        assert await state(store, subscription) is State.MISSED
        server.faults.clear()
        clock.set("2026-07-21T07:00")
        await poster.work_off()
        assert [daily.date.day for daily, _ in posts_in(server, server.channel)] == [21]

    @of_discord
    @pytest.mark.parametrize("back", [True, False])
    async def test_while_discord_is_out_of_reach_nothing_is_sent_so_it_comes_after_hours_even_where_nobody_can_look(
        self,
        server: DiscordServer,
        store: Store,
        poster: Poster,
        clock: HandClock,
        monkeypatch: pytest.MonkeyPatch,
        caplog: pytest.LogCaptureFixture,
        back: bool,
    ) -> None:
        server.deny(server.channel, "read_message_history")
        subscription = await subscribe(server, store, clock)
        clock.set("2026-07-20T07:00")
        reached = Route.BASE
        monkeypatch.setattr(Route, "BASE", "http://127.0.0.1:1/api/v10")  # where nobody listens
        caplog.clear()
        for _ in range(10):
            await poster.work_off()
            clock.pass_(minutes=12)
        waits = [float(wait) for wait in re.findall(r"again in (\d+) s", caplog.text)]
        assert max(waits[:2]) < min(waits[-2:])  # it does not ask at each look whether Discord is back
        if back:
            monkeypatch.setattr(Route, "BASE", reached)
        else:
            clock.set("2026-07-20T13:01")
        clock.pass_(minutes=30)
        await poster.work_off()
        monkeypatch.setattr(Route, "BASE", reached)
        assert await state(store, subscription) is (State.SENT if back else State.MISSED)
        assert len(posts_in(server, server.channel)) == back
        assert notices(server) == []

    @of_discord
    async def test_a_channel_that_never_answers_does_not_delay_the_others(
        self, server: DiscordServer, store: Store, sample_folder: IndexFolder, clock: HandClock
    ) -> None:
        silent, other = server.add_channel("silent"), server.add_channel("other")
        for channel in (silent, other):
            await subscribe(server, store, clock, channel)
        server.faults.hang(f"POST /channels/{silent.id}/messages", times=None)
        clock.pass_(hours=1)
        async with posting(server, store, sample_folder, clock, pace=Pace(attempt_s=0.5)) as poster:
            await poster.work_off()
            while not posts_in(server, other):  # a busy machine may take longer than an attempt lasts
                clock.pass_(minutes=1)
                await poster.work_off()
            server.faults.clear()
            clock.pass_(minutes=1)
            await poster.work_off()
        assert len(posts_in(server, silent)) == 1

    async def test_a_guild_that_is_gone_is_noted_and_forgotten_after_thirty_days(
        self, server: DiscordServer, store: Store, poster: Poster, clock: HandClock
    ) -> None:
        role = server.add_role("historians", mentionable=True)
        subscription = await subscribe(server, store, clock, role=role.id)
        server.remove_guild(server.guild)
        clock.pass_(hours=1)
        await poster.work_off()
        assert notices(server) == []
        clock.pass_(seconds=KEPT_AFTER_LEAVING_S - 1)
        assert await store.daily.forget(clock()) == 0
        clock.pass_(seconds=2)
        assert await store.daily.forget(clock()) == 1
        assert await store.daily.subscription(subscription.key) is None
        assert await store.daily.counts() == {}


@of_discord
async def test_many_posts_of_one_minute_go_out_in_order_and_within_the_limit_of_requests(
    store: Store, sample_folder: IndexFolder, clock: HandClock
) -> None:
    loop = asyncio.get_running_loop()
    clock.set("2026-07-20T06:59:59.9")
    began = clock()
    start: float | None = None

    def running() -> float:
        return began if start is None else began + loop.time() - start

    async with discord_server() as server:
        server.front.requests_per_s = 20
        wishes = []
        for number in range(22):
            channel = server.add_channel(f"channel {number}")
            wishes.append(channel.id)
            await store.daily.subscribe(Wish(server.guild.id, channel.id, dt.time(7), "UTC"), began - 3_600)
        async with posting(server, store, sample_folder, running, Terms(per_s=12), Pace(look_s=0.05)) as poster:
            start = loop.time()
            poster.start()
            await server.until(lambda: all(server.messages.in_channel.get(each) for each in wishes))
        sent = [request for request in server.requests if request.method == "POST"]
        assert len(sent) == 22
        assert {request.status for request in sent} == {200}
        assert sent[-1].at - sent[0].at > 1.5


class TestAStoreThatLacksPosts:
    """Restored from a backup, it does not know of the latest posts: each channel tells."""

    @pytest.fixture
    def backup(self, tmp_path: Path) -> Path:
        return tmp_path / "backup.db"

    def copy(self, source: Path, target: Path) -> None:
        with closing(sqlite3.connect(source)) as one, closing(sqlite3.connect(target)) as other:
            one.backup(other)

    async def test_nothing_is_posted_twice_after_a_restart_on_a_backup(
        self, server: DiscordServer, sample_folder: IndexFolder, clock: HandClock, tmp_path: Path, backup: Path
    ) -> None:
        channels = [server.add_channel(f"channel {number}") for number in range(6)]
        async with opened(tmp_path) as store, posting(server, store, sample_folder, clock) as poster:
            for channel in channels:
                await subscribe(server, store, clock, channel)
            self.copy(tmp_path / "store.db", backup)
            clock.pass_(hours=1)
            await poster.work_off()
        assert [len(posts_in(server, channel)) for channel in channels] == [1] * 6
        self.copy(backup, tmp_path / "store.db")
        async with opened(tmp_path) as store, posting(server, store, sample_folder, clock) as poster:
            for _ in range(5):
                await poster.work_off()
                clock.pass_(seconds=120)
            assert await store.daily.counts() == {State.SENT: 6}
            clock.pass_(days=1)
            await poster.work_off()
        assert [len(posts_in(server, channel)) for channel in channels] == [2] * 6

    async def test_nothing_is_posted_twice_after_a_restore_beneath_the_running_bot(
        self, server: DiscordServer, sample_folder: IndexFolder, clock: HandClock, tmp_path: Path, backup: Path
    ) -> None:
        channels = [server.add_channel(f"channel {number}") for number in range(6)]
        async with opened(tmp_path) as store, posting(server, store, sample_folder, clock) as poster:
            for channel in channels:
                await subscribe(server, store, clock, channel)
            clock.pass_(hours=1)
            self.copy(tmp_path / "store.db", backup)
            await poster.work_off()
            os.replace(backup, tmp_path / "store.db")  # noqa: PTH105  # at once, as a restore does
            with pytest.raises(StoreAwayError):
                await poster.work_off()
            await server.until(lambda: store.is_there)
            for _ in range(5):
                await poster.work_off()
                clock.pass_(seconds=120)
            assert await store.daily.counts() == {State.SENT: 6}
        assert [len(posts_in(server, channel)) for channel in channels] == [1] * 6

    async def test_a_busy_channel_is_read_from_when_the_post_fell_due(
        self, server: DiscordServer, sample_folder: IndexFolder, clock: HandClock, tmp_path: Path, backup: Path
    ) -> None:
        for number in range(1_001):
            server.say(f"message {number}")
        async with opened(tmp_path) as store, posting(server, store, sample_folder, clock) as poster:
            await subscribe(server, store, clock)
            self.copy(tmp_path / "store.db", backup)
            clock.pass_(hours=1, minutes=10)
            await poster.work_off()
        self.copy(backup, tmp_path / "store.db")
        async with opened(tmp_path) as store, posting(server, store, sample_folder, clock) as poster:
            await poster.work_off()
            assert await store.daily.counts() == {State.SENT: 1}
        assert len(posts_in(server, server.channel)) == 1

    async def test_a_channel_that_cannot_be_read_gets_its_post(
        self, server: DiscordServer, sample_folder: IndexFolder, clock: HandClock, tmp_path: Path
    ) -> None:
        async with opened(tmp_path) as store:
            subscription = await subscribe(server, store, clock)
        server.deny(server.channel, "read_message_history")
        clock.pass_(hours=2)
        async with opened(tmp_path) as store, posting(server, store, sample_folder, clock) as poster:
            await poster.work_off()
            assert await state(store, subscription) is State.SENT
        assert len(posts_in(server, server.channel)) == 1


@of_discord
class TestAProcessThatStoodStill:
    """Suspended while discord.py waits inside a request, it must not send what another process has sent since."""

    @pytest.mark.parametrize("fault", ["429", "502"])
    async def test_it_sends_nothing_when_its_claim_has_run_out(
        self, server: DiscordServer, store: Store, sample_folder: IndexFolder, clock: HandClock, fault: str
    ) -> None:
        server.say("hello")
        subscription = await subscribe(server, store, clock)
        if fault == "429":
            server.faults.rate_limit(SEND, 0.5, times=1)
        else:
            server.faults.fail(SEND, 502, times=1)
        async with (
            posting(server, store, sample_folder, clock) as one,
            posting(server, store, sample_folder, clock) as other,
        ):
            clock.pass_(hours=1)
            await one.look()
            await server.until(lambda: [each for each in server.requests if each.status == int(fault)])
            clock.pass_(minutes=10)
            await other.work_off()
            assert await state(store, subscription) is State.SENT
            server.rest._nonces.clear()  # Discord has forgotten it
            await one.work_off()
            assert await state(store, subscription) is State.SENT
        assert len(posts_in(server, server.channel)) == 1

    async def test_it_sends_nothing_when_the_clock_was_set_since(
        self, server: DiscordServer, store: Store, sample_folder: IndexFolder, clock: HandClock
    ) -> None:
        server.say("hello")
        subscription = await subscribe(server, store, clock)
        steady = HandClock("1970-01-01T00:00")
        server.faults.rate_limit(SEND, 0.5, times=1)
        async with logged_in(server) as client, guided(sample_folder, store) as guide:
            poster = Poster(client, store.daily, composer(guide), AT_ONCE, Clocks(clock, steady))
            clock.pass_(hours=1)
            steady.pass_(hours=1)
            await poster.look()
            await server.until(lambda: [each for each in server.requests if each.status == 429])
            clock.pass_(seconds=60)  # within the lease: who goes by this clock would not take the post over yet
            await poster.work_off()
            assert posts_in(server, server.channel) == []
            for clocks in (clock, steady):
                clocks.pass_(minutes=5)
            await poster.work_off()
            assert await state(store, subscription) is State.SENT
            await poster.stop(0)
        assert len(posts_in(server, server.channel)) == 1


class TestAProcessThatEndsBeforeItSent:
    @of_discord
    async def test_its_claim_is_no_try_so_that_the_post_comes_where_nothing_can_be_read(
        self, server: DiscordServer, store: Store, sample_folder: IndexFolder, clock: HandClock
    ) -> None:
        server.deny(server.channel, "read_message_history")
        subscription = await subscribe(server, store, clock)
        async with posting(server, store, sample_folder, clock, Terms(per_s=1 / 30)) as poster:
            clock.pass_(hours=1)
            assert await poster.look() == 1  # its turn comes in half a minute
        assert posts_in(server, server.channel) == []
        clock.pass_(minutes=5)
        async with posting(server, store, sample_folder, clock) as poster:
            await poster.work_off()
            assert await state(store, subscription) is State.SENT
        assert len(posts_in(server, server.channel)) == 1


@of_discord
class TestAClockThatIsWrong:
    @pytest.mark.parametrize("days", [10, 3_650])
    async def test_days_ahead_for_a_few_looks_it_costs_no_post(
        self, server: DiscordServer, store: Store, sample_folder: IndexFolder, clock: HandClock, days: int
    ) -> None:
        subscription = await subscribe(server, store, clock)
        steady = HandClock("1970-01-01T00:00")
        async with logged_in(server) as client, guided(sample_folder, store) as guide:
            clocks = Clocks(clock, steady, second=0.01)
            poster = Poster(client, store.daily, composer(guide), AT_ONCE, clocks, Pace(look_s=1, attempt_s=60_000))
            poster.start()
            try:
                await server.until(lambda: poster._noted_at is not None)
                clock.pass_(days=days)
                await server.until(lambda: not poster.wall_is_right)
                clock.pass_(days=-days)
                await server.until(lambda: poster.wall_is_right)
                assert await store.daily.counts() == {}
                for clocks_ in (clock, steady):
                    clocks_.pass_(hours=2)
                await server.until(lambda: posts_in(server, server.channel))
            finally:
                await poster.stop(60)
        assert await state(store, subscription) is State.SENT
        assert await store.daily.counts() == {State.SENT: 1}
