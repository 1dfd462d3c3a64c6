from __future__ import annotations

import asyncio
import logging
from collections.abc import AsyncIterator
from itertools import pairwise
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.shards import EVERY_S, WAY_S, Gate, Roster
from bot.store import StoreAwayError
from bot.store.access import Access
from bot.store.address import parse
from bot.store.shards import Running, ShardStore, Turn, turn_at
from tests.bot.conftest import StartBot
from tests.discord_server import DiscordServer

APPLICATION = 1


class Time:
    """A clock that goes on when everybody sleeps: no test waits."""

    def __init__(self) -> None:
        self.now = 1_800_000_000.0
        self._sleepers: list[tuple[float, asyncio.Future[None]]] = []

    def __call__(self) -> float:
        return self.now

    async def sleep(self, seconds: float) -> None:
        woken: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self._sleepers.append((self.now + seconds, woken))
        await woken

    async def run(self, *work: asyncio.Task[None]) -> None:
        """Until all work is done, from one waking to the next."""
        while not all(task.done() for task in work):
            await asyncio.sleep(0)
            if self._sleepers and len(self._sleepers) == sum(not task.done() for task in work):
                self._sleepers.sort(key=lambda each: each[0])
                at, woken = self._sleepers.pop(0)
                self.now = max(self.now, at)
                woken.set_result(None)
                await asyncio.sleep(0)
        for task in work:
            task.result()


@pytest.fixture
def time() -> Time:
    return Time()


@pytest.fixture
async def store(store_url: str, time: Time, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[ShardStore]:
    for patience in ("_PATIENCE_S", "_LEAVE_S"):  # of the machine's seconds, which may be few
        monkeypatch.setattr(f"bot.store.shards.{patience}", 60.0)
    access = Access(parse(store_url))
    await access.open()
    yield ShardStore(access, time)
    await access.close()


class Rows(ShardStore):
    """A bucket in memory, slow or away as a test wants."""

    def __init__(self, time: Time) -> None:
        self._time = time
        self.taken_until = 0.0
        self.slow_s: list[float] = []
        self.away = False

    async def take(self, application: int, bucket: int, hold_s: float, mine: float | None = None) -> Turn:
        if self.away:
            raise StoreAwayError("away")
        turn = turn_at(self.taken_until, self._time(), hold_s, mine)
        if not turn.wait_s:
            self.taken_until = turn.until
        if self.slow_s:
            await self._time.sleep(self.slow_s.pop(0))
        return turn


def gate(store: ShardStore, time: Time, buckets: int = 1) -> Gate:
    return Gate(store, APPLICATION, buckets, clock=time, sleep=time.sleep)


def distances(moments: list[float]) -> list[float]:
    return [after - before for before, after in pairwise(sorted(moments))]


async def test_processes_that_start_at_once_identify_five_seconds_apart(store: ShardStore, time: Time) -> None:
    moments: list[float] = []

    async def process(shards: range) -> None:
        mine = gate(store, time)
        for shard in shards:
            await mine.reserve(shard)
            await time.sleep(0.3)  # it connects
            await mine.pass_(shard)
            moments.append(time.now)

    await time.run(*(asyncio.create_task(process(range(first, first + 3))) for first in (0, 3, 6, 9)))
    assert len(moments) == 12
    assert min(distances(moments)) >= EVERY_S + WAY_S
    assert max(distances(moments)) < EVERY_S + WAY_S + 1  # and none waits longer than it has to


async def test_shards_of_other_buckets_do_not_wait(time: Time) -> None:
    rows = Rows(time)
    began = time.now
    mine = gate(rows, time, buckets=16)
    await time.run(asyncio.create_task(mine.pass_(3)))
    assert time.now == began


seconds = st.floats(0, 12)
starts = st.tuples(seconds, st.lists(st.tuples(st.booleans(), seconds), min_size=1, max_size=4))


@given(st.lists(starts, min_size=1, max_size=6), st.lists(st.floats(0, 2.9)))
def test_no_two_identify_sooner_one_after_the_other_whatever_is_slow(
    processes: list[tuple[float, list[tuple[bool, float]]]], slow_s: list[float]
) -> None:
    """Processes start at any time, their shards at once or by a way of their own, and the store answers late."""
    time = Time()
    rows = Rows(time)
    rows.slow_s = slow_s
    moments: list[float] = []

    async def process(start_s: float, shards: list[tuple[bool, float]]) -> None:
        mine = gate(rows, time)
        await time.sleep(start_s)
        for shard, (reserves, connect_s) in enumerate(shards):
            if reserves:  # a first connection; others are of sessions that have become invalid
                await mine.reserve(shard)
            await time.sleep(connect_s)
            await mine.pass_(shard)
            moments.append(time.now)

    async def run() -> None:
        await time.run(*(asyncio.create_task(process(*each)) for each in processes))

    asyncio.run(run())
    assert len(moments) == sum(len(shards) for _, shards in processes)
    assert all(distance >= EVERY_S for distance in distances(moments))


async def test_a_connection_that_takes_longer_than_the_turn_waits_for_another(time: Time) -> None:
    rows = Rows(time)
    slow, quick = gate(rows, time), gate(rows, time)
    moments: list[float] = []

    async def late() -> None:
        await slow.reserve(0)
        await time.sleep(7)
        await slow.pass_(0)
        moments.append(time.now)

    async def early() -> None:
        await time.sleep(6.9)
        await quick.pass_(1)
        moments.append(time.now)

    await time.run(asyncio.create_task(late()), asyncio.create_task(early()))
    assert min(distances(moments)) >= EVERY_S + WAY_S


async def test_without_the_store_each_process_keeps_its_own_distance_and_says_so_once(
    time: Time, caplog: pytest.LogCaptureFixture
) -> None:
    rows = Rows(time)
    rows.away = True
    mine = gate(rows, time)
    moments: list[float] = []

    async def process() -> None:
        for shard in range(4):
            await mine.reserve(shard)
            await mine.pass_(shard)
            moments.append(time.now)

    began = time.now
    await time.run(asyncio.create_task(process()))
    assert moments[0] - began == pytest.approx(10, abs=1)
    assert distances(moments) == pytest.approx([EVERY_S + WAY_S] * 3)
    assert [record.message for record in caplog.records] == [
        "the store is away: shards of this process identify 6.0 s apart, without regard to other processes"
    ]


async def test_a_store_that_comes_back_soon_is_waited_for(time: Time, caplog: pytest.LogCaptureFixture) -> None:
    rows = Rows(time)
    rows.away = True
    mine = gate(rows, time)

    async def back() -> None:
        await time.sleep(3)
        rows.away = False

    await time.run(asyncio.create_task(mine.pass_(0)), asyncio.create_task(back()))
    assert rows.taken_until > time.now
    assert caplog.records == []


async def test_a_bot_asks_discord_once_and_says_what_it_runs_until_it_ends(
    discord_server: DiscordServer, start_bot: StartBot, tmp_path: Path
) -> None:
    access = Access(parse(f"sqlite:///{tmp_path}/store.db"))
    other = Running("other", 1, frozenset([0]))
    discord_server.max_concurrency = 3
    async with start_bot() as client:
        await access.open()
        store = ShardStore(access)
        await discord_server.until(client.is_ready)
        _, [own] = await store.renew(discord_server.application_id, other)
        assert (own.count, own.shards) == (1, frozenset([0]))
        assert client.shard_count == 1
        assert [request.path for request in discord_server.requests].count("/gateway/bot") == 1
    assert (await store.renew(discord_server.application_id, other))[1] == []
    await access.close()


class TestRoster:
    async def test_a_shard_that_runs_twice_is_said_once_each_time_that_it_begins(
        self, store: ShardStore, time: Time, caplog: pytest.LogCaptureFixture
    ) -> None:
        mine = Roster(store, APPLICATION, 4, [0, 1])
        for _ in range(2):
            theirs = Roster(store, APPLICATION, 4, [1, 2])
            for _ in range(5):
                await mine.beat()
                await theirs.beat()
                time.now += 15
            lines = [record.message for record in caplog.records if record.levelno == logging.ERROR]
            assert len(lines) == 2  # one from each
            assert "runs shards of this one (1 of 4): both answer the same users; end one of them" in lines[0]
            caplog.clear()
            await theirs.leave()
            await mine.beat()

    async def test_the_restart_of_a_killed_process_raises_no_alarm(
        self, store: ShardStore, time: Time, caplog: pytest.LogCaptureFixture
    ) -> None:
        for _ in range(3):  # killed each time after a beat or two
            process = Roster(store, APPLICATION, 2, [0, 1])
            await process.beat()
            time.now += 15
            await process.beat()
            time.now += 2
        assert caplog.records == []

    async def test_processes_with_shards_of_their_own_raise_no_alarm(
        self, store: ShardStore, time: Time, caplog: pytest.LogCaptureFixture
    ) -> None:
        processes = [Roster(store, APPLICATION, 8, range(first, first + 2)) for first in range(0, 8, 2)]
        for _ in range(4):
            for process in processes:
                await process.beat()
            time.now += 15
        assert caplog.records == []

    async def test_a_good_end_leaves_nothing(self, store: ShardStore) -> None:
        process = Roster(store, APPLICATION, 2, [0, 1])
        await process.beat()
        await process.leave()
        assert (await store.renew(APPLICATION, Running("other", 2, frozenset([0]))))[1] == []

    async def test_a_store_that_is_away_costs_nothing(self, time: Time, caplog: pytest.LogCaptureFixture) -> None:
        access = Access(parse("sqlite:///:memory:"))  # it has never been opened
        process = Roster(ShardStore(access, time), APPLICATION, 2, [0, 1])
        await process.beat()
        await process.leave()
        assert caplog.records == []
