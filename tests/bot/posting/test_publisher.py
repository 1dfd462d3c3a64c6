"""One try to publish a post, and when the next one is."""

from __future__ import annotations

from dataclasses import replace

import pytest

from bot.daily.claims import Claim, Publication
from bot.posting.channels import Channels
from bot.posting.publisher import WORTH_S, Publisher
from bot.posting.refusals import PassingError, RefusedError
from tests.discord_server import Channel, DiscordServer, Message

CROSSPOST = "POST /channels/*/messages/*/crosspost"
LOG = "bot.posting.publisher"
NAME = "daily post 2026-07-20 of 0123456789"


@pytest.fixture
def news(server: DiscordServer) -> Channel:
    return server.add_channel("news", kind=5)


@pytest.fixture
def message(server: DiscordServer, news: Channel) -> Message:
    return server.say("hello", channel=news, user=server.bot)


@pytest.fixture
def publication(claim: Claim, news: Channel, message: Message) -> Publication:
    return Publication(claim.subscription.key, news.id, message.id, claim.date, claim.due_at, 1, claim.until)


@pytest.fixture
def publisher(channels: Channels) -> Publisher:
    return Publisher(channels)


def log_of(caplog: pytest.LogCaptureFixture) -> list[str]:
    return [record.getMessage() for record in caplog.records if record.name == LOG]


async def test_a_post_is_published_and_that_it_was_before_is_no_error(
    publisher: Publisher, publication: Publication, message: Message, turns: list[str], caplog: pytest.LogCaptureFixture
) -> None:
    for times in (1, 2):
        assert await publisher.publish(publication, publication.due_at) is None
        assert message.flags & 1  # crossposted
        assert len(turns) == times
    assert log_of(caplog) == []


@pytest.mark.parametrize(
    ("tries", "wait_s"), [(1, 30), (2, 60), (3, 120), (6, 960), (7, 1_800), (8, 1_800), (10_000, 1_800)]
)
async def test_what_may_pass_is_tried_again_after_twice_as_long_each_time(
    server: DiscordServer,
    publisher: Publisher,
    publication: Publication,
    message: Message,
    tries: int,
    wait_s: float,
    caplog: pytest.LogCaptureFixture,
) -> None:
    server.faults.fail(CROSSPOST, 503)
    now = publication.due_at + WORTH_S - wait_s
    assert await publisher.publish(replace(publication, tries=tries), now) == now + wait_s
    [line] = log_of(caplog)
    assert line.startswith(f"{NAME} is not published yet: DiscordServerError: 503 ")
    assert line.endswith(f"; again in {wait_s:.0f} s")
    assert not message.flags & 1


async def test_it_waits_as_long_as_discord_wants(
    server: DiscordServer, publisher: Publisher, publication: Publication
) -> None:
    server.faults.rate_limit(CROSSPOST, 1_000.0)
    found = await publisher.publish(publication, publication.due_at)
    assert found == pytest.approx(publication.due_at + 1_000, abs=1)


async def test_a_post_is_no_news_half_a_day_later(
    server: DiscordServer, publisher: Publisher, publication: Publication, caplog: pytest.LogCaptureFixture
) -> None:
    server.faults.fail(CROSSPOST, 503)
    assert await publisher.publish(publication, publication.due_at + WORTH_S - 29) is None
    [line] = log_of(caplog)
    assert line.startswith(f"{NAME} stays unpublished: DiscordServerError: 503 ")
    assert line.endswith(", and it is too late by now")


@pytest.mark.parametrize(
    ("change", "why"),
    [
        ("no announcement channel", "Cannot execute action on this channel type"),
        ("denied", "Missing"),
        ("deleted", "Unknown Channel"),
    ],
)
async def test_what_is_refused_is_not_tried_again(
    server: DiscordServer,
    publisher: Publisher,
    publication: Publication,
    news: Channel,
    change: str,
    why: str,
    caplog: pytest.LogCaptureFixture,
) -> None:
    match change:
        case "denied":
            server.deny(news, "view_channel")
        case "deleted":
            server.delete_channel(news)
        case _:
            news.kind = 0
    assert await publisher.publish(publication, publication.due_at) is None
    [line] = log_of(caplog)
    assert line.startswith(f"{NAME} stays unpublished: Discord refuses it (40")
    assert why in line


async def test_the_channel_tells_refusals_from_what_passes(
    server: DiscordServer, channels: Channels, publication: Publication, news: Channel
) -> None:
    server.faults.drop(CROSSPOST)
    with pytest.raises(PassingError):
        await channels.publish(publication)
    server.deny(news, "view_channel")
    with pytest.raises(RefusedError):
        await channels.publish(publication)
