"""Posts of announcement channels, published to those that follow them."""

from __future__ import annotations

import asyncio
import datetime as dt
import logging

import pytest

from bot.daily.claims import State, Wish
from bot.daily.schedule import Subscription
from bot.posting.poster import Poster
from bot.posting.publisher import WORTH_S
from bot.store import Store
from embeddings.index.folder import IndexFolder
from tests.bot.daily.parts import AT_ONCE, HandClock, posting
from tests.bot.posting.parts import of_discord
from tests.discord_server import Channel, DiscordServer

CROSSPOST = "POST /channels/*/messages/*/crosspost"
CROSSPOSTED = 1


@pytest.fixture
def news(server: DiscordServer) -> Channel:
    return server.add_channel("news", kind=5)


async def subscribe(server: DiscordServer, store: Store, clock: HandClock, news: Channel) -> Subscription:
    wish = Wish(server.guild.id, news.id, dt.time(9), "Europe/Berlin", publish=True)
    return await store.daily.subscribe(wish, clock())


def published(server: DiscordServer, news: Channel) -> list[bool]:
    """Of each post of the channel, whether it is published."""
    return [bool(message.flags & CROSSPOSTED) for message in server.post_history(news)]


def tries(server: DiscordServer) -> int:
    return len([request for request in server.requests if request.path.endswith("/crosspost")])


async def test_a_post_is_published_where_the_server_wants_that(
    server: DiscordServer, store: Store, poster: Poster, clock: HandClock, news: Channel
) -> None:
    other = server.add_channel("other", kind=5)
    await subscribe(server, store, clock, news)
    await store.daily.subscribe(Wish(server.guild.id, other.id, dt.time(9), "Europe/Berlin"), clock())
    clock.pass_(hours=1)
    await poster.work_off()
    assert (published(server, news), published(server, other)) == ([True], [False])
    clock.pass_(minutes=10)
    await poster.work_off()
    assert tries(server) == 1


async def test_two_processes_publish_it_once(
    server: DiscordServer, store: Store, sample_folder: IndexFolder, clock: HandClock, news: Channel
) -> None:
    await subscribe(server, store, clock, news)
    async with (
        posting(server, store, sample_folder, clock) as one,
        posting(server, store, sample_folder, clock) as other,
    ):
        clock.pass_(hours=1)
        await asyncio.gather(one.work_off(), other.work_off())
    assert published(server, news) == [True]
    assert tries(server) == 1


async def test_a_post_of_a_process_that_ended_is_published_by_the_next(
    server: DiscordServer, store: Store, poster: Poster, clock: HandClock, news: Channel
) -> None:
    await subscribe(server, store, clock, news)
    clock.pass_(hours=1)
    server.faults.hang(CROSSPOST)
    await poster.look()
    await server.until(lambda: server.post_history(news))
    await poster.stop(5)
    assert [each.tries for each in await store.daily.publications.claim(clock(), AT_ONCE)] in ([1], [])
    clock.pass_(seconds=AT_ONCE.lease_s + 1)
    server.faults.clear()
    [again] = await store.daily.publications.claim(clock(), AT_ONCE)
    assert again.message == server.post_history(news)[0].id


@of_discord
@pytest.mark.parametrize("fault", ["lost answer", "lost request", "503", "429"])
async def test_what_passes_is_tried_again_and_the_post_stays_as_it_is(
    server: DiscordServer, store: Store, poster: Poster, clock: HandClock, news: Channel, fault: str
) -> None:
    subscription = await subscribe(server, store, clock, news)
    match fault:
        case "lost answer":
            server.faults.lose_answer(CROSSPOST)
        case "lost request":
            server.faults.drop(CROSSPOST)
        case "503":
            server.faults.fail(CROSSPOST, 503)
        case _:
            server.faults.rate_limit(CROSSPOST, 1_800.0)
    clock.pass_(hours=1)
    await poster.work_off()
    post = await store.daily.post(subscription.key, dt.date(2026, 7, 20))
    assert post is not None
    assert post[0] is State.SENT
    if fault == "429":
        clock.pass_(minutes=29)
        await poster.work_off()
        assert tries(server) == 1
    clock.pass_(minutes=2)
    await poster.work_off()
    assert published(server, news) == [True]
    clock.pass_(hours=1)
    await poster.work_off()
    assert tries(server) == 2


async def test_the_eleventh_of_an_hour_is_published_in_the_next(
    server: DiscordServer, store: Store, poster: Poster, clock: HandClock, news: Channel
) -> None:
    await subscribe(server, store, clock, news)
    clock.set("2026-07-20T06:20")
    for _ in range(10):
        server.rest._forums.crosspost(server.say("news", channel=news, user=server.bot), server.rest.show)
        clock.pass_(minutes=3)
    clock.set("2026-07-20T07:00")
    await poster.work_off()
    assert published(server, news)[-1] is False
    clock.pass_(minutes=21)
    await poster.work_off()
    assert published(server, news)[-1] is True
    assert len(published(server, news)) == 11


async def test_what_is_refused_is_given_up_with_a_line_in_the_log(
    server: DiscordServer,
    store: Store,
    poster: Poster,
    clock: HandClock,
    news: Channel,
    caplog: pytest.LogCaptureFixture,
) -> None:
    await subscribe(server, store, clock, news)
    news.kind = 0  # it is no announcement channel any longer
    clock.pass_(hours=1)
    with caplog.at_level(logging.WARNING, "bot.posting.publisher"):
        for _ in range(3):
            await poster.work_off()
            clock.pass_(hours=1)
    [line] = [record.getMessage() for record in caplog.records if record.name == "bot.posting.publisher"]
    assert "stays unpublished: Discord refuses it" in line
    assert tries(server) == 1
    assert published(server, news) == [False]


@of_discord
async def test_what_cannot_be_published_for_long_is_given_up(
    server: DiscordServer,
    store: Store,
    poster: Poster,
    clock: HandClock,
    news: Channel,
    caplog: pytest.LogCaptureFixture,
) -> None:
    await subscribe(server, store, clock, news)
    server.faults.fail(CROSSPOST, 503, times=None)
    clock.set("2026-07-20T07:00")
    for _ in range(int(WORTH_S / 1_800) + 3):
        await poster.work_off()
        clock.pass_(minutes=31)
    assert 10 < tries(server) < 40
    assert any("it is too late by now" in record.getMessage() for record in caplog.records)
    before = tries(server)
    clock.set("2026-07-20T23:00")
    await poster.work_off()
    assert tries(server) == before
    assert published(server, news) == [False]


async def test_the_posts_of_a_server_that_was_left_wait(
    server: DiscordServer, store: Store, poster: Poster, clock: HandClock, news: Channel
) -> None:
    await subscribe(server, store, clock, news)
    server.faults.fail(CROSSPOST, 503)
    clock.pass_(hours=1)
    await poster.work_off()
    await store.daily.leave(server.guild.id, clock())
    clock.pass_(hours=1)
    assert await store.daily.publications.claim(clock(), AT_ONCE) == []
