from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator

import aiohttp
import discord
import pytest
from hypothesis import given
from hypothesis import strategies as st

from . import DiscordServer, Faults, connected
from .small_bot import SmallBot

POST = "POST /channels/*/messages"
CALLBACK = "POST /interactions/*/callback"


@pytest.fixture
async def bot(discord_server: DiscordServer) -> AsyncIterator[SmallBot]:
    async with connected(SmallBot()) as client:
        yield client


def channel_of(server: DiscordServer, bot: SmallBot) -> discord.TextChannel:
    channel = bot.get_channel(server.channel.id)
    assert isinstance(channel, discord.TextChannel)
    return channel


async def test_a_rate_limited_post_is_sent_once_in_the_end(discord_server: DiscordServer, bot: SmallBot) -> None:
    discord_server.faults.rate_limit(POST, retry_after_s=0.01, times=2)
    await channel_of(discord_server, bot).send("x")
    assert len(discord_server.post_history()) == 1
    statuses = [request.status for request in discord_server.requests if request.path.endswith("/messages")]
    assert statuses == [429, 429, 200]
    assert discord_server.front.invalid_answers == 2


async def test_a_global_rate_limit_holds_everything_back(discord_server: DiscordServer, bot: SmallBot) -> None:
    discord_server.faults.rate_limit(POST, retry_after_s=0.05, is_global=True)
    channel = channel_of(discord_server, bot)
    first = asyncio.create_task(channel.send("first"))
    await discord_server.until(lambda: any(request.status == 429 for request in discord_server.requests))
    await discord_server.until(lambda: not bot.http._global_over.is_set())
    await bot.application_info()
    assert first.done() or discord_server.requests[-1].path.endswith("/@me")
    await first
    [limited] = [request for request in discord_server.requests if request.status == 429]
    asked = next(
        request
        for request in discord_server.requests
        if request.path == "/oauth2/applications/@me" and request.at > limited.at
    )
    assert asked.at - limited.at >= 0.04


async def test_a_rate_limit_without_via_is_taken_for_a_ban(discord_server: DiscordServer, bot: SmallBot) -> None:
    discord_server.faults.rate_limit(POST, via=False)
    with pytest.raises(discord.HTTPException) as refused:
        await channel_of(discord_server, bot).send("x")
    assert refused.value.status == 429


async def test_too_many_requests_a_second_are_limited(discord_server: DiscordServer, bot: SmallBot) -> None:
    discord_server.front.requests_per_s = 3
    async with aiohttp.ClientSession() as session:
        statuses = []
        for _ in range(5):
            async with session.get(f"{discord_server.api_url}/gateway") as response:
                statuses.append(response.status)
                body = await response.json()
    assert statuses == [200, 200, 200, 429, 429]
    assert body["global"]
    assert 0 < body["retry_after"] <= 1
    assert response.headers["Content-Type"] == "application/json"  # discord.py reads no other as JSON


async def test_a_server_error_that_is_not_retried_reaches_the_bot(discord_server: DiscordServer, bot: SmallBot) -> None:
    discord_server.faults.fail(POST, 503)
    with pytest.raises(discord.DiscordServerError):
        await channel_of(discord_server, bot).send("x")
    assert discord_server.post_history() == []


async def test_a_server_error_that_is_retried_does_not(discord_server: DiscordServer, bot: SmallBot) -> None:
    discord_server.faults.fail(POST, 502)
    await channel_of(discord_server, bot).send("x")
    assert len(discord_server.post_history()) == 1


async def test_a_lost_answer_has_taken_effect(discord_server: DiscordServer, bot: SmallBot) -> None:
    discord_server.faults.lose_answer(POST)
    channel = channel_of(discord_server, bot)
    with pytest.raises((aiohttp.ClientError, OSError)):
        await channel.send("x", nonce="same")
    assert len(discord_server.post_history()) == 1
    await channel.send("x", nonce="same")
    assert len(discord_server.post_history()) == 1
    assert [request.fault for request in discord_server.requests if request.path.endswith("/messages")] == [
        "lost",
        None,
    ]


async def test_a_callback_whose_answer_is_lost_has_answered(discord_server: DiscordServer, bot: SmallBot) -> None:
    discord_server.faults.lose_answer(CALLBACK)
    reply = await discord_server.slash("echo", text="x")
    assert reply.text == "x"
    await discord_server.until(lambda: bot.errors)


async def test_a_dropped_request_has_not_taken_effect(discord_server: DiscordServer, bot: SmallBot) -> None:
    discord_server.faults.drop(POST)
    with pytest.raises((aiohttp.ClientError, OSError)):
        await channel_of(discord_server, bot).send("x")
    assert discord_server.post_history() == []


async def test_a_slow_answer_comes_after_its_effect(discord_server: DiscordServer, bot: SmallBot) -> None:
    discord_server.faults.slow(POST, 0.2)
    sending = asyncio.create_task(channel_of(discord_server, bot).send("x"))
    await discord_server.until(discord_server.post_history)
    assert not sending.done()
    await sending


async def test_a_hanging_request_is_answered_never(discord_server: DiscordServer, bot: SmallBot) -> None:
    fault = discord_server.faults.hang(POST)
    sending = asyncio.create_task(channel_of(discord_server, bot).send("x"))
    await discord_server.until(lambda: fault.happened)
    done, _ = await asyncio.wait([sending], timeout=0.05)
    assert not done
    sending.cancel()


async def test_an_unknown_route_fails_the_test(discord_server: DiscordServer, bot: SmallBot) -> None:
    with pytest.raises(discord.NotFound):
        await bot.http.get_template("x")
    with pytest.raises(AssertionError, match="GET /guilds/templates/x"):
        discord_server.check()
    discord_server.front.unknown.clear()


async def test_a_failure_of_the_server_itself_fails_the_test(discord_server: DiscordServer) -> None:
    discord_server.gateway.identifies = None  # type: ignore[assignment]  # breaks the server
    headers = {"Authorization": f"Bot {discord_server.token}"}
    async with (
        aiohttp.ClientSession() as session,
        session.get(f"{discord_server.api_url}/gateway/bot", headers=headers) as response,
    ):
        assert response.status == 500
    with pytest.raises(AssertionError, match="failed 1 times"):
        discord_server.check()
    discord_server.front.failures.clear()


ROUTES = st.sampled_from(["GET /a", "POST /a/1", "POST /a/2"])


@given(st.integers(0, 5), st.lists(ROUTES, max_size=30), st.integers(0, 3), st.integers(0, 3))
def test_a_fault_strikes_as_often_as_asked(seed: int, routes: list[str], times: int, skip: int) -> None:
    faults = Faults(seed)
    faults.fail("POST /a/*", times=times, skip=skip)
    struck = [route for route in routes if faults.strike(*route.split()) is not None]
    matching = [route for route in routes if route.startswith("POST")]
    assert struck == matching[skip : skip + times]


@given(st.integers(), st.floats(0, 1), st.integers(0, 50))
def test_chance_is_the_same_for_the_same_seed(seed: int, probability: float, count: int) -> None:
    def run() -> list[bool]:
        faults = Faults(seed)
        faults.fail(probability=probability, times=None)
        return [faults.strike("GET", "/") is not None for _ in range(count)]

    assert run() == run()
    if probability in {0.0, 1.0}:
        assert run() == [bool(probability)] * count
