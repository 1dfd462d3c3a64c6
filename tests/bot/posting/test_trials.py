"""Test posts: sent once, and notifying nobody."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from dataclasses import replace

import pytest

from bot.clocks import Clocks
from bot.daily.claims import Claim, Reason
from bot.daily.schedule import Kind
from bot.fairness import TooManyError
from bot.posting.channels import Channels
from bot.posting.refusals import PassingError, RefusedError
from bot.posting.trials import ATTEMPT_S, MOST, Trials
from tests.bot.daily.parts import HandClock
from tests.bot.posting.parts import post
from tests.discord_server import DiscordServer
from tests.discord_server.mentions import Pings

SEND, START = "POST /channels/*/messages", "POST /channels/*/threads"


@pytest.fixture
def steady() -> HandClock:
    return HandClock("1970-01-03T00:00")


@pytest.fixture
def trials(channels: Channels, turns: list[str], clock: HandClock, steady: HandClock) -> Trials:
    async def turn() -> None:
        turns.append("one")

    return Trials(channels, turn, Clocks(clock, steady, 0.01))


@pytest.fixture
def presses() -> Iterator[int]:
    return iter(range(7, 1_000))


async def test_a_test_post_notifies_nobody_and_waits_for_its_turn(
    server: DiscordServer, trials: Trials, claim: Claim, turns: list[str]
) -> None:
    role = server.add_role("historians", mentionable=True)
    subscription = replace(claim.subscription, role=role.id)
    await trials.send(subscription, post(claim, text=f"<@&{role.id}> <@{server.owner.id}> @everyone"), 7)
    [message] = server.post_history()
    assert message.pings == Pings()
    assert turns == ["one"]


async def test_one_press_makes_one_post_and_another_another(
    server: DiscordServer, trials: Trials, claim: Claim
) -> None:
    for press in (7, 7, 8):
        await trials.send(claim.subscription, post(claim), press)
    assert len(server.post_history()) == 2


async def test_a_channel_gets_a_few_and_others_are_none_the_worse(
    server: DiscordServer, trials: Trials, claim: Claim, presses: Iterator[int]
) -> None:
    for _ in range(MOST):
        await trials.send(claim.subscription, post(claim), next(presses))
    with pytest.raises(TooManyError):
        await trials.send(claim.subscription, post(claim), next(presses))
    assert len(server.post_history()) == MOST
    other = server.add_channel("other")
    await trials.send(replace(claim.subscription, channel=other.id), post(claim), next(presses))
    assert len(server.post_history(other)) == 1


async def test_what_is_refused_and_what_may_pass_is_told(
    server: DiscordServer, trials: Trials, claim: Claim, presses: Iterator[int]
) -> None:
    server.faults.lose_answer(SEND)
    with pytest.raises(PassingError):
        await trials.send(claim.subscription, post(claim), next(presses))
    server.deny(server.channel, "send_messages")
    with pytest.raises(RefusedError) as refused:
        await trials.send(claim.subscription, post(claim), next(presses))
    assert refused.value.reason is Reason.ACCESS


async def test_no_answer_for_long_is_told_as_what_may_pass(
    server: DiscordServer, trials: Trials, claim: Claim, presses: Iterator[int]
) -> None:
    server.faults.hang(SEND)
    async with asyncio.timeout(20):
        with pytest.raises(PassingError, match="TimeoutError"):
            await trials.send(claim.subscription, post(claim), next(presses))


async def test_in_a_forum_what_may_be_there_is_not_repeated(
    server: DiscordServer, channels: Channels, claim: Claim, clock: HandClock
) -> None:
    async def turn() -> None:
        pass

    forum = server.add_forum("days")
    subscription = replace(claim.subscription, channel=forum.id, kind=Kind.FORUM)
    server.faults.deny_success(START)  # which discord.py would try again
    with pytest.raises(PassingError, match="may have taken effect"):
        await Trials(channels, turn, Clocks(clock, clock)).send(subscription, post(claim), 7)
    assert len(server.threads_of(forum)) == 1


async def test_a_process_that_stood_still_sends_nothing(
    server: DiscordServer, channels: Channels, claim: Claim, clock: HandClock
) -> None:
    async def turn() -> None:
        pass

    def after_the_first_answer() -> float:
        return clock() + (ATTEMPT_S if any(each.status == 429 for each in server.requests) else 0.0)

    server.faults.rate_limit(SEND, 0.05)  # which discord.py waits for, and then tries again
    trials = Trials(channels, turn, Clocks(after_the_first_answer, after_the_first_answer))
    with pytest.raises(PassingError, match="stood still"):
        await trials.send(claim.subscription, post(claim), 7)
    assert server.post_history() == []
