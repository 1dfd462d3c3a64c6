from __future__ import annotations

import aiohttp
import pytest

from bot.clocks import Clocks
from bot.posting.fence import Fence, FencedError, trace
from tests.bot.daily.parts import HandClock
from tests.discord_server import discord_server


@pytest.fixture
def wall() -> HandClock:
    return HandClock("2026-07-20T07:00")


@pytest.fixture
def steady() -> HandClock:
    return HandClock("1970-01-03T00:00")


@pytest.fixture
def fence(wall: HandClock, steady: HandClock) -> Fence:
    """Around a claim that lasts a minute."""
    return Fence(wall() + 60, Clocks(wall, steady))


def test_a_claim_holds_until_others_may_take_it_over(fence: Fence, wall: HandClock, steady: HandClock) -> None:
    for clock in (wall, steady):
        clock.pass_(seconds=59.9)
    fence.check()
    for clock in (wall, steady):
        clock.pass_(seconds=0.1)
    with pytest.raises(FencedError):
        fence.check()


@pytest.mark.parametrize("seconds", [-6, -4, 4, 6])
def test_it_holds_no_longer_when_a_clock_was_set(fence: Fence, wall: HandClock, seconds: float) -> None:
    wall.pass_(seconds=seconds)
    if abs(seconds) < 5:
        fence.check()
    else:
        with pytest.raises(FencedError):
            fence.check()


async def test_requests_around_which_it_stands_are_held_back_and_no_others(fence: Fence, steady: HandClock) -> None:
    async with discord_server() as server, aiohttp.ClientSession(trace_configs=[trace()]) as session:

        async def ask() -> None:
            async with session.get(f"{server.api_url}/gateway") as answer:
                await answer.read()

        with fence.around():
            await ask()
        steady.pass_(minutes=2)
        before = len(server.requests)
        with pytest.raises(FencedError), fence.around():
            await ask()
        assert len(server.requests) == before
        await ask()
        assert len(server.requests) == before + 1
