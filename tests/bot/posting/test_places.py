"""Daily posts in channels of every kind: each comes once, or pauses and says why."""

from __future__ import annotations

import asyncio
import datetime as dt
from typing import Any

import pytest

from bot.daily.claims import Reason, State, Wish
from bot.daily.schedule import Kind, Subscription
from bot.posting.poster import Poster
from bot.store import Store
from embeddings.index.folder import IndexFolder
from tests.bot.conftest import NewStore
from tests.bot.daily.parts import AT_ONCE, HandClock, list_of, posting
from tests.discord_server import Channel, DiscordServer, Message
from tests.discord_server.mentions import Pings
from tests.discord_server.world import FORUM, MEDIA, NEWS_THREAD, PRIVATE_THREAD, STAGE, VOICE

DAY = dt.date(2026, 7, 20)
SEND, START = "POST /channels/*/messages", "POST /channels/*/threads"

PLACES = ["text", "announcement", "thread", "announcement thread", "private thread", "forum", "media", "voice", "stage"]
OF_A_KIND = ["text", "thread", "forum", "voice"]
"""One of each kind that is posted to in a way of its own. What goes wrong is tried with all of these."""

PERMISSIONS = {Kind.THREAD: "send_messages_in_threads"}


@pytest.fixture(params=["sqlite"], ids=[""])
def new_store(request: pytest.FixtureRequest, tmp_path: Any) -> NewStore:
    """Of Discord, not of the store: SQLite does."""
    return lambda stores: stores.in_folder(tmp_path)


def make(server: DiscordServer, place: str) -> tuple[Channel, Kind]:
    """A channel of a kind, in which something was said before."""
    match place:
        case "forum" | "media":
            return server.add_forum("days", kind=FORUM if place == "forum" else MEDIA), Kind.FORUM
        case "thread":
            channel, kind = server.add_thread("days"), Kind.THREAD
        case "announcement thread":
            channel = server.add_thread("days", server.add_channel("news", kind=5), kind=NEWS_THREAD)
            kind = Kind.THREAD
        case "private thread":
            channel, kind = server.add_thread("days", kind=PRIVATE_THREAD, members=[server.bot]), Kind.THREAD
        case "voice" | "stage":
            channel, kind = server.add_channel("talk", kind=VOICE if place == "voice" else STAGE), Kind.VOICE
        case _:
            channel, kind = server.add_channel("days", kind=5 if place == "announcement" else 0), Kind.CHANNEL
    server.say("hello", channel=channel)
    return channel, kind


async def subscribe(
    server: DiscordServer, store: Store, clock: HandClock, channel: Channel, kind: Kind, **more: Any
) -> Subscription:
    wish = Wish(server.guild.id, channel.id, dt.time(9), "Europe/Berlin", kind=kind, **more)
    return await store.daily.subscribe(wish, clock())


def posts(server: DiscordServer, channel: Channel) -> list[Message]:
    """The daily posts of a channel, or of a forum's threads."""
    where = [channel, *server.threads_of(channel)]
    return [message for each in where for message in server.post_history(each) if list_of(message)]


async def state(store: Store, subscription: Subscription, day: dt.date = DAY) -> State | None:
    post = await store.daily.post(subscription.key, day)
    return None if post is None else post[0]


def notices(server: DiscordServer) -> list[str]:
    """What the owner was told."""
    return [message.text for message in server.post_history(server.direct_channel(server.owner))]


async def try_again(poster: Poster, clock: HandClock, times: int = 2) -> None:
    for _ in range(times):
        clock.pass_(minutes=3)
        await poster.work_off()


def trouble(*what: str) -> list[tuple[str, str]]:
    """Places, and what goes wrong there; in those that are posted to like another one, the first thing alone."""
    return [(place, each) for place in PLACES for each in what if place in OF_A_KIND or each == what[0]]


@pytest.mark.parametrize("place", PLACES)
class TestEveryKindOfChannel:
    async def test_gets_a_post_a_day(
        self, server: DiscordServer, store: Store, poster: Poster, clock: HandClock, place: str
    ) -> None:
        channel, kind = make(server, place)
        subscription = await subscribe(server, store, clock, channel, kind)
        for day in (20, 21):
            clock.set(f"2026-07-{day}T07:00")
            await poster.work_off()
            await try_again(poster, clock, 2)
            assert await state(store, subscription, dt.date(2026, 7, day)) is State.SENT
        assert len(posts(server, channel)) == 2

    async def test_gets_it_once_from_two_processes(
        self, server: DiscordServer, store: Store, sample_folder: IndexFolder, clock: HandClock, place: str
    ) -> None:
        channel, kind = make(server, place)
        await subscribe(server, store, clock, channel, kind)
        async with (
            posting(server, store, sample_folder, clock) as one,
            posting(server, store, sample_folder, clock) as other,
        ):
            clock.pass_(hours=1)
            await asyncio.gather(one.work_off(), other.work_off())
        assert len(posts(server, channel)) == 1

    async def test_gets_it_after_a_restart_between_claim_and_post(
        self, server: DiscordServer, store: Store, poster: Poster, clock: HandClock, place: str
    ) -> None:
        channel, kind = make(server, place)
        subscription = await subscribe(server, store, clock, channel, kind)
        clock.pass_(hours=1)
        assert await store.daily.claim(clock(), "somebody who dies", 10, AT_ONCE)
        await try_again(poster, clock)
        assert await state(store, subscription) is State.SENT
        assert len(posts(server, channel)) == 1

    async def test_that_is_deleted_pauses(
        self, server: DiscordServer, store: Store, poster: Poster, clock: HandClock, place: str
    ) -> None:
        channel, kind = make(server, place)
        subscription = await subscribe(server, store, clock, channel, kind)
        server.delete_channel(channel)
        clock.pass_(hours=1)
        await poster.work_off()
        await poster.work_off()
        after = await store.daily.subscription(subscription.key)
        assert after is not None
        assert after.paused == Reason.CHANNEL
        assert len(notices(server)) == 1


class TestTrouble:
    @pytest.mark.parametrize(
        ("place", "fault"), trouble("lost answer", "lost request", "502", "502 although it is there", "429")
    )
    async def test_gets_it_once_whatever_becomes_of_the_request(
        self, server: DiscordServer, store: Store, poster: Poster, clock: HandClock, place: str, fault: str
    ) -> None:
        channel, kind = make(server, place)
        subscription = await subscribe(server, store, clock, channel, kind)
        route = START if kind is Kind.FORUM else SEND
        match fault:
            case "lost answer":
                server.faults.lose_answer(route)
            case "lost request":
                server.faults.drop(route)
            case "502":
                server.faults.fail(route, 502)
            case "502 although it is there":
                server.faults.deny_success(route)
            case _:
                server.faults.rate_limit(route, 0.01)
        clock.pass_(hours=1)
        await poster.work_off()
        server.rest._nonces.clear()  # Discord has forgotten it
        await try_again(poster, clock)
        assert await state(store, subscription) is State.SENT
        assert len(posts(server, channel)) == 1

    @pytest.mark.parametrize(("place", "lost"), trouble("view_channel", "the right to send"))
    async def test_without_its_permission_pauses_and_moderators_are_told_why(
        self, server: DiscordServer, store: Store, poster: Poster, clock: HandClock, place: str, lost: str
    ) -> None:
        channel, kind = make(server, place)
        subscription = await subscribe(server, store, clock, channel, kind)
        permission = lost if lost == "view_channel" else PERMISSIONS.get(kind, "send_messages")
        server.deny(channel.parent or channel, permission)
        clock.pass_(hours=1)
        await poster.work_off()
        await try_again(poster, clock)
        assert posts(server, channel) == []
        after = await store.daily.subscription(subscription.key)
        assert after is not None
        assert after.paused == Reason.ACCESS
        [notice] = notices(server)
        assert "have stopped" in notice
        named = {Kind.THREAD: "Send Messages in Threads", Kind.FORUM: "Create Posts", Kind.VOICE: "Connect"}
        assert named.get(kind, "Send Messages") in notice

    @pytest.mark.parametrize(("place", "lost"), trouble("view_channel", "the right to send"))
    async def test_a_permission_that_is_lost_after_the_post_doubles_nothing(
        self, server: DiscordServer, store: Store, poster: Poster, clock: HandClock, place: str, lost: str
    ) -> None:
        channel, kind = make(server, place)
        subscription = await subscribe(server, store, clock, channel, kind)
        permission = lost if lost == "view_channel" else PERMISSIONS.get(kind, "send_messages")
        server.faults.lose_answer(START if kind is Kind.FORUM else SEND)
        clock.pass_(hours=1)
        await poster.work_off()
        server.deny(channel.parent or channel, permission)
        await try_again(poster, clock)
        assert len(posts(server, channel)) == 1
        if lost == "view_channel":  # nobody can look whether it is there
            assert await state(store, subscription) is State.UNCERTAIN
            assert len(notices(server)) == 1
        else:
            assert await state(store, subscription) is State.SENT
            assert notices(server) == []


class TestThreads:
    async def test_one_that_is_archived_is_woken(
        self, server: DiscordServer, store: Store, poster: Poster, clock: HandClock
    ) -> None:
        thread, kind = make(server, "thread")
        await subscribe(server, store, clock, thread, kind)
        server.change_thread(thread, archived=True)
        clock.pass_(hours=1)
        await poster.work_off()
        assert not thread.archived
        assert len(posts(server, thread)) == 1

    async def test_one_that_is_locked_pauses_and_says_what_is_needed(
        self, server: DiscordServer, store: Store, poster: Poster, clock: HandClock
    ) -> None:
        thread, kind = make(server, "thread")
        subscription = await subscribe(server, store, clock, thread, kind)
        server.change_thread(thread, archived=True, locked=True)
        clock.pass_(hours=1)
        await poster.work_off()
        await poster.work_off()
        after = await store.daily.subscription(subscription.key)
        assert after is not None
        assert after.paused == Reason.LOCKED
        [notice] = notices(server)
        assert "the thread is locked" in notice
        assert "Manage Threads" in notice
        server.allow(server.channel, "manage_threads")
        await store.daily.resume(subscription.key, clock())
        clock.set("2026-07-21T07:00")
        await poster.work_off()
        assert len(posts(server, thread)) == 1


class TestForums:
    async def test_a_post_has_a_title_a_tag_and_the_role(
        self, server: DiscordServer, store: Store, poster: Poster, clock: HandClock
    ) -> None:
        forum = server.add_forum("days", "history", requires_tag=True)
        role = server.add_role("historians", mentionable=True)
        await subscribe(server, store, clock, forum, Kind.FORUM, tag=forum.tags[0].id, role=role.id)
        clock.pass_(hours=1)
        await poster.work_off()
        [message] = posts(server, forum)
        assert message.channel.name == "On this day, July 20"
        assert message.channel.applied_tags == [forum.tags[0].id]
        assert message.pings == Pings(roles=frozenset({role.id}))

    @pytest.mark.parametrize("change", ["it is deleted", "one is required since"])
    async def test_where_its_tag_is_missing_it_pauses(
        self, server: DiscordServer, store: Store, poster: Poster, clock: HandClock, change: str
    ) -> None:
        forum = server.add_forum("days", "history")
        tag = forum.tags[0].id if change == "it is deleted" else None
        subscription = await subscribe(server, store, clock, forum, Kind.FORUM, tag=tag)
        if tag is not None:
            forum.tags.clear()
        forum.requires_tag = tag is None
        clock.pass_(hours=1)
        await poster.work_off()
        await poster.work_off()
        after = await store.daily.subscription(subscription.key)
        assert after is not None
        assert after.paused == Reason.TAG
        [notice] = notices(server)
        assert "tag" in notice

    async def test_a_post_that_was_archived_meanwhile_is_found(
        self, server: DiscordServer, store: Store, poster: Poster, clock: HandClock
    ) -> None:
        forum = server.add_forum("days")
        for number in range(3):
            server.add_thread(f"of somebody {number}", forum)
        await subscribe(server, store, clock, forum, Kind.FORUM)
        clock.pass_(hours=1)
        server.faults.lose_answer(START)
        await poster.work_off()
        [message] = posts(server, forum)
        server.change_thread(message.channel, archived=True)
        await try_again(poster, clock)
        assert len(posts(server, forum)) == 1
        assert await store.daily.counts() == {State.SENT: 1}

    async def test_where_its_threads_cannot_be_read_it_is_not_sent_again(
        self, server: DiscordServer, store: Store, poster: Poster, clock: HandClock
    ) -> None:
        forum = server.add_forum("days")
        subscription = await subscribe(server, store, clock, forum, Kind.FORUM)
        server.deny(forum, "read_message_history")
        clock.pass_(hours=1)
        server.faults.lose_answer(START)
        await poster.work_off()
        clock.pass_(seconds=10)  # there is no nonce that Discord could remember
        await poster.work_off()
        assert await state(store, subscription) is State.UNCERTAIN
        assert len(posts(server, forum)) == 1
        await poster.work_off()
        [notice] = notices(server)
        assert "Read Message History" in notice

    async def test_where_discord_asks_to_wait_it_is_sent_later_though_nothing_can_be_read(
        self, server: DiscordServer, store: Store, poster: Poster, clock: HandClock
    ) -> None:
        forum = server.add_forum("days")
        subscription = await subscribe(server, store, clock, forum, Kind.FORUM)
        server.deny(forum, "read_message_history")
        server.faults.rate_limit(START, 100.0)
        clock.pass_(hours=1)
        await poster.work_off()
        assert await state(store, subscription) is State.OPEN
        await try_again(poster, clock)
        assert await state(store, subscription) is State.SENT
        assert len(posts(server, forum)) == 1

    async def test_neither_a_test_post_nor_another_days_is_taken_for_it(
        self, server: DiscordServer, store: Store, poster: Poster, clock: HandClock
    ) -> None:
        forum = server.add_forum("days")
        await subscribe(server, store, clock, forum, Kind.FORUM)
        for day in (20, 21):
            clock.set(f"2026-07-{day}T07:00")
            server.faults.drop(START)
            await poster.work_off()
            await try_again(poster, clock)
        assert len(posts(server, forum)) == 2
