from __future__ import annotations

import asyncio
import datetime as dt
from collections.abc import AsyncIterator

import pytest

from bot.daily.claims import Reason, State, Terms, Wish
from bot.store import Store
from bot.store.daily_posts import KEPT_AFTER_LEAVING_S, POSTS_KEPT_S, DailyStore
from tests.bot.conftest import NewStore
from tests.bot.daily.parts import HandClock, execute, opened
from tests.bot.stores import Stores

TERMS = Terms(per_s=10)
FAST = Terms(per_s=1_000)
BEGIN = "2026-07-20T06:00"


@pytest.fixture
def clock() -> HandClock:
    return HandClock(BEGIN)


async def thirty(store: Store) -> None:
    """Thirty subscriptions, due at 07:00, 07:01, …"""
    for number in range(30):
        await store.daily.subscribe(Wish(1, 1_000 - number, dt.time(7, number), "UTC"), HandClock(BEGIN)())


SUBSCRIBED = Stores(thirty)


@pytest.fixture
def subscribed_url(new_store: NewStore) -> str:
    return new_store(SUBSCRIBED)


@pytest.fixture
async def daily(subscribed_url: str) -> AsyncIterator[DailyStore]:
    """A store with thirty subscriptions."""
    async with opened(subscribed_url) as store:
        yield store.daily


async def test_claims_come_in_order_of_their_moments_and_are_spread_over_time(
    daily: DailyStore, clock: HandClock
) -> None:
    clock.set("2026-07-20T08:00")
    claims = await daily.claim(clock(), "one", 100, TERMS)
    assert [claim.due_at for claim in claims] == sorted(claim.due_at for claim in claims)
    assert [round(claim.not_before - clock(), 6) for claim in claims[:3]] == [0.1, 0.2, 0.3]
    assert len(claims) == 21  # what goes out in two seconds; the rest is for whoever asks next


async def test_the_rest_is_left_until_its_turn_comes_and_no_post_is_claimed_twice(
    daily: DailyStore, clock: HandClock
) -> None:
    clock.set("2026-07-20T08:00")
    first = await daily.claim(clock(), "one", 100, TERMS)
    for _ in range(3):
        await daily.plan(clock(), TERMS)
    assert await daily.claim(clock(), "other", 100, TERMS) == []
    clock.pass_(seconds=3)
    second = await daily.claim(clock(), "other", 100, TERMS)
    assert {claim.due_at for claim in first} < {claim.due_at for claim in [*first, *second]}
    assert len({claim.nonce for claim in [*first, *second]}) == 30 == len(first) + len(second)
    assert min(claim.due_at for claim in second) > max(claim.due_at for claim in first)


async def test_nonces_fit_and_stay_the_same_for_whoever_tries(daily: DailyStore, clock: HandClock) -> None:
    clock.set("2026-07-20T07:00")
    [claim] = await daily.claim(clock(), "one", 1, FAST)
    assert len(claim.nonce) <= 25
    await daily.defer(claim, clock() + 1)
    clock.pass_(seconds=2)
    [again] = await daily.claim(clock(), "other", 1, FAST)
    assert (again.nonce, again.tried_at, again.tries) == (claim.nonce, claim.tried_at, 2)


async def test_only_the_owner_lets_go_of_a_claim_and_only_the_first_mark_counts(
    daily: DailyStore, clock: HandClock
) -> None:
    clock.set("2026-07-20T07:00")
    [claim] = await daily.claim(clock(), "one", 1, FAST)
    clock.pass_(seconds=FAST.lease_s + 1)
    [taken] = [each for each in await daily.claim(clock(), "other", 10, FAST) if each.nonce == claim.nonce]
    await daily.defer(claim, clock())
    assert claim.nonce not in {each.nonce for each in await daily.claim(clock(), "one", 10, FAST)}
    assert await daily.settle(taken, State.SENT, 17)
    assert not await daily.settle(claim, State.SENT, 18)
    assert await daily.post(claim.subscription.key, claim.date) == (State.SENT, 17, ())


async def test_what_is_removed_while_it_is_sent_leaves_nothing(daily: DailyStore, clock: HandClock) -> None:
    clock.set("2026-07-20T07:00")
    [claim] = await daily.claim(clock(), "one", 1, FAST)
    await daily.remove(claim.subscription.key)
    assert not await daily.settle(claim, State.SENT, 17)
    assert await daily.counts() == {}


async def test_a_post_is_forgotten_when_its_buttons_are_old_and_not_before(daily: DailyStore, clock: HandClock) -> None:
    clock.set("2026-07-20T07:01")
    first, second = await daily.claim(clock(), "one", 2, FAST)
    await daily.settle(first, State.SENT, 17)
    for seconds, left in ((POSTS_KEPT_S - 1, {State.SENT: 1, State.OPEN: 1}), (POSTS_KEPT_S, {State.OPEN: 1})):
        await daily.forget(first.due_at + seconds)
        assert await daily.counts() == left  # what is not yet known to be sent stays
    assert second.due_at > first.due_at


async def test_what_a_server_that_was_left_had_is_forgotten_after_a_month_and_not_before(
    daily: DailyStore, clock: HandClock
) -> None:
    clock.set("2026-07-20T07:00")
    await daily.claim(clock(), "one", 1, FAST)
    await daily.leave(1, clock())
    assert await daily.forget(clock() + KEPT_AFTER_LEAVING_S - 1) == 0
    assert len(await daily.of_guild(1)) == 30
    assert await daily.forget(clock() + KEPT_AFTER_LEAVING_S) == 30
    assert await daily.of_guild(1) == []
    assert await daily.counts() == {}


async def test_processes_that_plan_at_once_get_a_moment_each(
    daily: DailyStore, clock: HandClock, subscribed_url: str
) -> None:
    async with opened(subscribed_url) as other:
        planned = await asyncio.gather(
            *(store.plan(clock(), TERMS) for _ in range(10) for store in (daily, other.daily))
        )
    assert [round((moment - clock()) * TERMS.per_s) for moment in sorted(planned)] == list(range(1, 21))


async def test_processes_that_claim_at_once_take_each_post_once(
    daily: DailyStore, clock: HandClock, subscribed_url: str
) -> None:
    clock.set("2026-07-20T08:00")
    async with opened(subscribed_url) as other:
        taken = await asyncio.gather(
            *(store.claim(clock(), "one", 2, FAST) for _ in range(4) for store in (daily, other.daily))
        )
    nonces = [claim.nonce for claims in taken for claim in claims]
    assert len(nonces) == len(set(nonces)) == 16


async def test_a_zone_that_is_no_longer_known_pauses_its_subscription_alone(
    daily: DailyStore, clock: HandClock, subscribed_url: str
) -> None:
    await execute(subscribed_url, "UPDATE subscriptions SET zone = 'Mars/Olympus' WHERE channel = 1000")
    await daily.recompute_moments(clock())
    clock.set("2026-07-20T07:01")
    assert [claim.subscription.channel for claim in await daily.claim(clock(), "one", 10, FAST)] == [999]
    [notice] = await daily.claim_notices(clock(), FAST)
    assert (notice.reason, notice.subscription.channel) == (Reason.ZONE, 1_000)
    assert await daily.claim_notices(clock(), FAST) == []


async def test_moments_are_recomputed_where_the_rules_of_a_zone_have_changed(
    daily: DailyStore, clock: HandClock, subscribed_url: str
) -> None:
    await execute(subscribed_url, "UPDATE subscriptions SET next_at = next_at + 3600")  # by the rules of before
    clock.set("2026-07-20T07:00")
    assert await daily.claim(clock(), "one", 10, FAST) == []
    await daily.recompute_moments(clock())
    assert len(await daily.claim(clock(), "one", 10, FAST)) == 1


async def test_a_store_of_the_version_before_keeps_what_it_holds(empty_store_url: str) -> None:
    async with opened(empty_store_url) as store:
        await store.set_note("commands", "one")
    await execute(
        empty_store_url,
        "DROP TABLE posts",
        "DROP TABLE subscriptions",
        "DELETE FROM notes WHERE name = 'daily pace'",
        "UPDATE alembic_version SET version_num = '0001'",
    )
    async with opened(empty_store_url) as store:
        assert await store.note("commands") == "one"
        assert await store.daily.of_guild(1) == []
        await store.daily.subscribe(Wish(1, 2, dt.time(7), "UTC"), 0.0)


@pytest.mark.parametrize("years", [10 / 365.25, 3, 70])
async def test_what_was_set_under_a_clock_that_was_wrong_counts_anew_from_now(
    empty_store_url: str, clock: HandClock, years: float
) -> None:
    ahead = clock() + round(years * 365.25) * 86_400  # at the same time of day
    async with opened(empty_store_url) as store:
        subscription = await store.daily.subscribe(Wish(1, 2, dt.time(7), "UTC"), ahead)
        [claim] = await store.daily.claim(ahead + 3_600, "one", 10, FAST)
        await store.daily.settle(claim, State.SENT, 1, ["2015-12-23-613e5bac"])
        resumed = await store.daily.resume(subscription.key, clock())
        assert resumed is not None
        assert resumed.next_date == dt.date(2026, 7, 20)
        clock.set("2026-07-20T07:00")
        assert [claim.date for claim in await store.daily.claim(clock(), "one", 10, FAST)] == [dt.date(2026, 7, 20)]


async def test_a_turn_that_was_planned_under_a_clock_that_was_wrong_holds_nobody_up(
    daily: DailyStore, clock: HandClock
) -> None:
    await daily.plan(clock() + 10 * 86_400, TERMS)
    assert await daily.plan(clock(), TERMS) == pytest.approx(clock() + 1 / TERMS.per_s)
    clock.set("2026-07-20T07:00")
    assert len(await daily.claim(clock(), "one", 10, TERMS)) == 1


async def test_a_store_that_went_back_in_time_is_noticed(
    daily: DailyStore, clock: HandClock, subscribed_url: str
) -> None:
    opened_before = daily.opened
    await daily.plan(clock(), TERMS)
    await daily.plan(clock(), TERMS)
    assert daily.opened == opened_before
    await execute(subscribed_url, f"UPDATE notes SET value = '{clock() - 3_600}' WHERE name = 'daily pace'")
    await daily.plan(clock(), TERMS)
    assert daily.opened == opened_before + 1
