from __future__ import annotations

import aiohttp
import pytest
from hypothesis import given
from hypothesis import strategies as st

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
    with pytest.raises(FencedError, match=r"^this process stood still until its claim had run out$"):
        fence.check()


@pytest.mark.parametrize("seconds", [-5.1, -5, 5, 5.1])
def test_it_holds_no_longer_when_a_clock_was_set(
    fence: Fence, wall: HandClock, steady: HandClock, seconds: float
) -> None:
    for clock in (wall, steady):
        clock.pass_(seconds=20)
    wall.pass_(seconds=seconds)
    if abs(seconds) <= 5:
        fence.check()
    else:
        with pytest.raises(FencedError, match=r"^the clock was set since the claim was taken$"):
            fence.check()


def what_it_says(fence: Fence) -> tuple[bool, bool]:
    """Whether a request was let through, and whether one may have taken effect."""
    return fence.let_through, fence.may_have_taken_effect


@given(st.lists(st.sampled_from([429, 200, 502, None]), max_size=5), st.booleans())
def test_a_request_may_have_taken_effect_unless_discord_turned_each_away(answers: list[int | None], once: bool) -> None:
    wall, steady = HandClock("2026-07-20T07:00"), HandClock("1970-01-03T00:00")
    fence = Fence(wall() + 60, Clocks(wall, steady))
    assert what_it_says(fence) == (False, False)
    sent: list[int | None] = []
    with fence.around(once=once):
        for answer in answers:
            if once and any(each != 429 for each in sent):
                with pytest.raises(FencedError, match=r"^it was sent, and may have taken effect$"):
                    fence.pass_()
                continue
            fence.pass_()
            sent.append(answer)
            assert what_it_says(fence) == (True, True)  # until it is answered
            if answer is not None:
                fence.answered(answer)
            assert what_it_says(fence) == (True, any(each != 429 for each in sent))
    steady.pass_(minutes=1)
    wall.pass_(minutes=1)
    with pytest.raises(FencedError), fence.around():
        fence.pass_()


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


async def test_what_would_take_effect_twice_goes_out_again_only_where_it_was_turned_away(fence: Fence) -> None:
    async with discord_server() as server, aiohttp.ClientSession(trace_configs=[trace()]) as session:

        async def ask() -> int:
            async with session.get(f"{server.api_url}/gateway") as answer:
                await answer.read()
                return answer.status

        server.faults.rate_limit("GET /gateway", times=2)
        with fence.around(once=True):
            assert [await ask() for _ in range(3)] == [429, 429, 200]
            assert len(server.requests) == 3
            with pytest.raises(FencedError, match="may have taken effect"):  # over the connection that is there
                await ask()
        assert fence.may_have_taken_effect
        assert len(server.requests) == 3


async def test_a_request_without_an_answer_is_not_repeated_by_aiohttp_either(fence: Fence) -> None:
    async with discord_server() as server, aiohttp.ClientSession(trace_configs=[trace()]) as session:
        server.faults.lose_answer("GET /gateway")
        with fence.around(once=True):
            assert what_it_says(fence) == (False, False)
            with pytest.raises(FencedError, match="may have taken effect"):
                await session.get(f"{server.api_url}/gateway")
            assert len(server.requests) == 1
            assert what_it_says(fence) == (True, True)


async def test_a_fence_ends_with_its_context_also_inside_another(
    fence: Fence, wall: HandClock, steady: HandClock
) -> None:
    inner = Fence(wall() + 1, Clocks(wall, steady))
    async with discord_server() as server, aiohttp.ClientSession(trace_configs=[trace()]) as session:

        async def ask() -> None:
            async with session.get(f"{server.api_url}/gateway") as answer:
                await answer.read()

        with fence.around():
            with inner.around():
                pass
            for clock in (wall, steady):
                clock.pass_(seconds=2)
            await ask()
        assert fence.let_through
        assert not inner.let_through
