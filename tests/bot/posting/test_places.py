"""Daily posts in channels of every kind: each comes once, or pauses and says why."""

from __future__ import annotations

import asyncio
import datetime as dt
from dataclasses import dataclass
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
START = "POST /channels/*/threads"

PLACES = ["text", "announcement", "thread", "announcement thread", "private thread", "forum", "media", "voice", "stage"]
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


@dataclass
class Subscribed:
    """A channel that is subscribed, and how it is posted to."""

    channel: Channel
    kind: Kind
    subscription: Subscription

    @property
    def route(self) -> str:
        return f"POST /channels/{self.channel.id}/{'threads' if self.kind is Kind.FORUM else 'messages'}"

    def lose(self, server: DiscordServer, what: str) -> None:
        permission = what if what == "view_channel" else PERMISSIONS.get(self.kind, "send_messages")
        server.deny(self.channel.parent or self.channel, permission)


World = dict[str, Subscribed]


async def subscribed(server: DiscordServer, store: Store, clock: HandClock) -> World:
    """A subscribed channel of each kind."""
    world: World = {}
    for place in PLACES:
        channel, kind = make(server, place)
        world[place] = Subscribed(channel, kind, await subscribe(server, store, clock, channel, kind))
    return world


async def states(store: Store, world: World, day: dt.date = DAY) -> dict[str, State | None]:
    return {place: await state(store, each.subscription, day) for place, each in world.items()}


async def pauses(store: Store, world: World) -> dict[str, str | None]:
    found = {place: await store.daily.subscription(each.subscription.key) for place, each in world.items()}
    return {place: each.paused for place, each in found.items() if each is not None}


def counts(server: DiscordServer, world: World) -> dict[str, int]:
    """How many daily posts each has."""
    return {place: len(posts(server, each.channel)) for place, each in world.items()}


class TestEveryKindOfChannel:
    """All at once: each is posted to by itself."""

    async def test_gets_a_post_a_day(
        self, server: DiscordServer, store: Store, poster: Poster, clock: HandClock
    ) -> None:
        world = await subscribed(server, store, clock)
        for day in (20, 21):
            clock.set(f"2026-07-{day}T07:00")
            await poster.work_off()
            await try_again(poster, clock)
            assert await states(store, world, dt.date(2026, 7, day)) == dict.fromkeys(PLACES, State.SENT)
        assert counts(server, world) == dict.fromkeys(PLACES, 2)

    async def test_gets_it_once_from_two_processes(
        self, server: DiscordServer, store: Store, sample_folder: IndexFolder, clock: HandClock
    ) -> None:
        world = await subscribed(server, store, clock)
        async with (
            posting(server, store, sample_folder, clock) as one,
            posting(server, store, sample_folder, clock) as other,
        ):
            clock.pass_(hours=1)
            await asyncio.gather(one.work_off(), other.work_off())
        assert counts(server, world) == dict.fromkeys(PLACES, 1)

    async def test_gets_it_after_a_restart_between_claim_and_post(
        self, server: DiscordServer, store: Store, poster: Poster, clock: HandClock
    ) -> None:
        world = await subscribed(server, store, clock)
        clock.pass_(hours=1)
        assert len(await store.daily.claim(clock(), "somebody who dies", 10, AT_ONCE)) == len(PLACES)
        await try_again(poster, clock)
        assert await states(store, world) == dict.fromkeys(PLACES, State.SENT)
        assert counts(server, world) == dict.fromkeys(PLACES, 1)

    async def test_that_is_deleted_pauses(
        self, server: DiscordServer, store: Store, poster: Poster, clock: HandClock
    ) -> None:
        world = await subscribed(server, store, clock)
        for each in world.values():
            server.delete_channel(each.channel)
        clock.pass_(hours=1)
        await poster.work_off()
        await poster.work_off()
        assert await pauses(store, world) == dict.fromkeys(PLACES, Reason.CHANNEL)
        assert len(notices(server)) == len(PLACES)


class TestTrouble:
    @pytest.mark.parametrize("fault", ["lost answer", "lost request", "502", "502 although it is there", "429"])
    async def test_gets_it_once_whatever_becomes_of_the_request(
        self, server: DiscordServer, store: Store, poster: Poster, clock: HandClock, fault: str
    ) -> None:
        world = await subscribed(server, store, clock)
        for each in world.values():
            match fault:
                case "lost answer":
                    server.faults.lose_answer(each.route)
                case "lost request":
                    server.faults.drop(each.route)
                case "502":
                    server.faults.fail(each.route, 502)
                case "502 although it is there":
                    server.faults.deny_success(each.route)
                case _:
                    server.faults.rate_limit(each.route, 0.01)
        clock.pass_(hours=1)
        await poster.work_off()
        assert [fault.happened for fault in server.faults.active] == [1] * len(PLACES)
        server.rest._nonces.clear()  # Discord has forgotten it
        await try_again(poster, clock)
        assert await states(store, world) == dict.fromkeys(PLACES, State.SENT)
        assert counts(server, world) == dict.fromkeys(PLACES, 1)

    @pytest.mark.parametrize("lost", ["view_channel", "the right to send"])
    async def test_without_its_permission_pauses_and_moderators_are_told_why(
        self, server: DiscordServer, store: Store, poster: Poster, clock: HandClock, lost: str
    ) -> None:
        world = await subscribed(server, store, clock)
        for each in world.values():
            each.lose(server, lost)
        clock.pass_(hours=1)
        await poster.work_off()
        await try_again(poster, clock)
        assert counts(server, world) == dict.fromkeys(PLACES, 0)
        assert await pauses(store, world) == dict.fromkeys(PLACES, Reason.ACCESS)
        told = notices(server)
        assert len(told) == len(PLACES)
        named = {Kind.THREAD: "Send Messages in Threads", Kind.FORUM: "Create Posts", Kind.VOICE: "Connect"}
        for each in world.values():
            [notice] = [text for text in told if f"<#{each.channel.id}>" in text]
            assert "have stopped" in notice
            assert named.get(each.kind, "Send Messages") in notice

    @pytest.mark.parametrize("lost", ["view_channel", "the right to send"])
    async def test_a_permission_that_is_lost_after_the_post_doubles_nothing(
        self, server: DiscordServer, store: Store, poster: Poster, clock: HandClock, lost: str
    ) -> None:
        world = await subscribed(server, store, clock)
        for each in world.values():
            server.faults.lose_answer(each.route)
        clock.pass_(hours=1)
        await poster.work_off()
        for each in world.values():
            each.lose(server, lost)
        await try_again(poster, clock)
        assert counts(server, world) == dict.fromkeys(PLACES, 1)
        if lost == "view_channel":  # nobody can look whether it is there
            assert await states(store, world) == dict.fromkeys(PLACES, State.UNCERTAIN)
            assert len(notices(server)) == len(PLACES)
        else:
            assert await states(store, world) == dict.fromkeys(PLACES, State.SENT)
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
