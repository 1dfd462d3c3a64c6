from __future__ import annotations

import asyncio
import random
from collections.abc import AsyncIterator, Sequence
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.store import Store
from bot.store.access import Access
from bot.store.address import parse
from bot.store.shards import LIVE_S, LONGEST_HOLD_S, Running, ShardStore, Sightings, turn_at
from tests.conftest import few_examples

APPLICATION = 160_000_000_000 << 22
HOLD_S = 5.0


class HandClock:
    def __init__(self) -> None:
        self.now = 1_800_000_000.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def clock() -> HandClock:
    return HandClock()


@pytest.fixture
async def processes(empty_store_url: str, clock: HandClock) -> AsyncIterator[list[ShardStore]]:
    """Four processes' ways to one store."""
    opened = [Access(parse(empty_store_url)) for _ in range(4)]
    for access in opened:
        await access.open()
    yield [ShardStore(access, clock) for access in opened]
    for access in opened:
        await access.close()


class TestTurns:
    def test_a_bucket_is_free_when_its_time_has_come_and_not_before(self) -> None:
        assert turn_at(100.0, 100.0, HOLD_S).until == 105.0
        held = turn_at(100.0, 99.0, HOLD_S)
        assert (held.until, held.wait_s) == (100.0, 1.0)

    def test_who_has_it_may_begin_again_from_now(self) -> None:
        assert turn_at(105.0, 103.0, HOLD_S, mine=105.0).until == 108.0
        assert turn_at(106.0, 103.0, HOLD_S, mine=105.0).wait_s == 3.0  # somebody else has it by now

    def test_a_moment_that_a_wrong_clock_wrote_holds_nobody_up(self) -> None:
        assert turn_at(1e10, 100.0, HOLD_S).until == 105.0

    @given(st.floats(0, 1e10), st.floats(0.1, LONGEST_HOLD_S))
    @few_examples()
    def test_nobody_waits_longer_than_the_longest_hold(self, now: float, hold_s: float) -> None:
        until = turn_at(0.0, now, hold_s).until
        assert 0 < turn_at(until, now, hold_s).wait_s <= LONGEST_HOLD_S + 0.001


async def test_takers_of_one_bucket_are_kept_apart_whatever_their_order(
    processes: list[ShardStore], clock: HandClock
) -> None:
    """Each round everybody asks at once; the clock goes on while they ask."""
    chance = random.Random(1)
    grants: list[float] = []

    async def ask(store: ShardStore) -> None:
        await asyncio.sleep(chance.random() / 200)
        turn = await store.take(APPLICATION, 0, HOLD_S)
        if not turn.wait_s:
            grants.append(turn.until - HOLD_S)

    for _ in range(12):
        clock.now += chance.choice([0.1, 2.5, 4.9])
        await asyncio.gather(*(ask(store) for store in processes for _ in range(2)))
    grants.sort()
    assert len(grants) >= 5
    assert all(after - before >= HOLD_S for before, after in pairwise(grants))


async def test_buckets_and_applications_do_not_wait_for_each_other(processes: list[ShardStore]) -> None:
    one, other, *_ = processes
    assert not (await one.take(APPLICATION, 0, HOLD_S)).wait_s
    assert not (await other.take(APPLICATION, 1, HOLD_S)).wait_s
    assert not (await other.take(APPLICATION + 1, 0, HOLD_S)).wait_s
    assert (await other.take(APPLICATION, 0, HOLD_S)).wait_s == HOLD_S


async def test_a_process_that_dies_with_a_bucket_costs_only_its_time(
    processes: list[ShardStore], clock: HandClock
) -> None:
    one, other, *_ = processes
    await one.take(APPLICATION, 0, HOLD_S)
    clock.now += HOLD_S
    assert not (await other.take(APPLICATION, 0, HOLD_S)).wait_s


async def test_without_a_clock_of_its_own_the_store_knows_the_time(empty_store_url: str) -> None:
    store = await Store.open(empty_store_url)
    try:
        first = await store.shards.take(APPLICATION, 0, HOLD_S)
        second = await store.shards.take(APPLICATION, 0, HOLD_S)
        assert not first.wait_s
        assert HOLD_S - 3 < second.wait_s <= HOLD_S
    finally:
        await store.close()


def run(owner: str, shards: Sequence[int], count: int = 4, seen_at: float = 0.0) -> Running:
    return Running(owner, count, frozenset(shards), seen_at)


class TestRunning:
    async def test_each_sees_what_the_others_run_until_they_leave(
        self, processes: list[ShardStore], clock: HandClock
    ) -> None:
        one, other, *_ = processes
        assert await one.renew(APPLICATION, run("a", [0, 1])) == (clock.now, [])
        clock.now += 15
        _, others = await other.renew(APPLICATION, run("b", [1, 2, 3]))
        assert others == [run("a", [0, 1], seen_at=clock.now - 15)]
        assert await other.renew(APPLICATION + 1, run("c", [0])) == (clock.now, [])
        await other.leave(APPLICATION, "b")
        assert await one.renew(APPLICATION, run("a", [0, 1])) == (clock.now, [])

    async def test_what_a_killed_process_left_is_deleted_some_time(
        self, processes: list[ShardStore], clock: HandClock
    ) -> None:
        one, other, *_ = processes
        await one.renew(APPLICATION, run("killed", [0]))
        clock.now += 86_400
        assert await other.renew(APPLICATION, run("new", [0])) == (clock.now, [])

    def test_shards_of_other_counts_share_servers_too(self) -> None:
        assert run("a", [0, 1, 2, 3]).shared(run("b", [1], count=2)) == [1, 3]
        assert run("a", [1], count=2).shared(run("b", [0, 2])) == []
        assert run("a", [0, 2]).shared(run("b", [0], count=1)) == [0, 2]

    @given(st.integers(1, 12), st.integers(1, 12), st.data())
    def test_shards_share_a_server_or_they_do_not(self, one: int, other: int, data: st.DataObject) -> None:
        mine = run("a", data.draw(st.lists(st.integers(0, one - 1))), one)
        theirs = run("b", data.draw(st.lists(st.integers(0, other - 1))), other)
        servers = range(one * other)
        plainly = {
            server % one for server in servers if server % one in mine.shards and server % other in theirs.shards
        }
        assert mine.shared(theirs) == sorted(plainly)


class TestSightings:
    def test_a_row_that_stays_as_it_is_is_nobodys(self) -> None:
        sightings = Sightings()
        for now in (100.0, 115.0, 130.0):
            assert sightings.look([run("killed", [0], seen_at=99.0)], now) == set()

    def test_a_row_that_goes_on_is_somebodys_until_it_is_old(self) -> None:
        sightings = Sightings()
        looked = [
            sightings.look([run("other", [0], seen_at=seen)], now)
            for now, seen in ((100.0, 99.0), (115.0, 114.0), (130.0, 114.0), (114.0 + LIVE_S + 1, 114.0))
        ]
        assert looked == [set(), {"other"}, {"other"}, set()]

    def test_who_has_left_and_comes_again_has_to_go_on_again(self) -> None:
        sightings = Sightings()
        sightings.look([run("other", [0], seen_at=99.0)], 100.0)
        assert sightings.look([run("other", [0], seen_at=114.0)], 115.0) == {"other"}
        assert sightings.look([], 130.0) == set()
        assert sightings.look([run("other", [0], seen_at=144.0)], 145.0) == set()

    def test_a_moment_far_ahead_is_of_a_clock_that_was_wrong(self) -> None:
        sightings = Sightings()
        sightings.look([run("other", [0], seen_at=1e10)], 100.0)
        assert sightings.look([run("other", [0], seen_at=1e10 + 15)], 115.0) == set()
