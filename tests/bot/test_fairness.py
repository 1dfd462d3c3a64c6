from __future__ import annotations

import asyncio

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.fairness import Cooldown, TooManyError, Turns


class Clock:
    """A clock that a test sets."""

    def __init__(self) -> None:
        self.now = 0.0

    def __call__(self) -> float:
        return self.now


class TestCooldown:
    def test_a_user_may_spend_the_bucket_at_once_and_then_waits_for_it_to_fill(self) -> None:
        clock = Clock()
        cooldown = Cooldown(3, 6, clock)
        for _ in range(3):
            cooldown.spend(1)
        with pytest.raises(TooManyError, match="wait 2 seconds"):
            cooldown.spend(1)
        clock.now = 1.5
        with pytest.raises(TooManyError, match="wait 1 second "):
            cooldown.spend(1)
        clock.now = 2
        cooldown.spend(1)

    def test_one_user_does_not_use_up_anothers(self) -> None:
        cooldown = Cooldown(1, 60, Clock())
        cooldown.spend(1)
        cooldown.spend(2)
        with pytest.raises(TooManyError):
            cooldown.spend(1)

    @given(st.lists(st.tuples(st.integers(1, 3), st.floats(0, 5)), max_size=60))
    def test_no_window_ever_lets_more_through_than_bucket_and_refill(self, asked: list[tuple[int, float]]) -> None:
        clock = Clock()
        cooldown = Cooldown(4, 8, clock)
        let_through: dict[int, list[float]] = {}
        for user, later in asked:
            clock.now += later
            try:
                cooldown.spend(user)
            except TooManyError:
                continue
            let_through.setdefault(user, []).append(clock.now)
        for times in let_through.values():
            for start, first in enumerate(times):
                for end, last in enumerate(times[start:], 1):
                    assert end <= 4 + (last - first) * 4 / 8 + 1e-6

    def test_users_whose_bucket_is_full_again_are_forgotten(self) -> None:
        clock = Clock()
        cooldown = Cooldown(2, 10, clock)
        for user in range(1_000):
            cooldown.spend(user)
            clock.now += 1
        assert len(cooldown._buckets) <= 12


class TestTurns:
    async def test_the_servers_that_wait_are_served_one_after_the_other(self) -> None:
        turns = Turns(1, 100)
        served: list[str] = []
        begin = asyncio.Event()

        async def work(server: int, name: str) -> None:
            async with turns.turn(server):
                served.append(name)
                await begin.wait()

        flood = [asyncio.create_task(work(1, f"flood {number}")) for number in range(5)]
        await asyncio.sleep(0)
        others = [asyncio.create_task(work(server, f"server {server}")) for server in (2, 3)]
        await asyncio.sleep(0)
        begin.set()
        await asyncio.gather(*flood, *others)
        assert served == ["flood 0", "flood 1", "server 2", "server 3", "flood 2", "flood 3", "flood 4"]

    async def test_never_more_at_once_than_there_is_room_and_everybody_is_served(self) -> None:
        turns = Turns(3, 100)
        now, most, done = 0, 0, 0

        async def work(server: int) -> None:
            nonlocal now, most, done
            async with turns.turn(server):
                now += 1
                most = max(most, now)
                await asyncio.sleep(0)
                now -= 1
                done += 1

        await asyncio.gather(*(work(number % 7) for number in range(80)))
        assert (most, done) == (3, 80)

    async def test_one_server_too_many_is_told_to_come_back(self) -> None:
        turns = Turns(1, 2)
        hold = asyncio.Event()

        async def work() -> None:
            async with turns.turn(1):
                await hold.wait()

        tasks = [asyncio.create_task(work()) for _ in range(3)]
        await asyncio.sleep(0)
        with pytest.raises(TooManyError, match="2 questions of this server are waiting"):
            await turns.turn(1).__aenter__()
        hold.set()
        await asyncio.gather(*tasks)
        async with turns.turn(1):
            pass

    async def test_who_gives_up_waiting_takes_no_turn(self) -> None:
        turns = Turns(1, 10)
        hold = asyncio.Event()

        async def work() -> None:
            async with turns.turn(1):
                await hold.wait()

        first = asyncio.create_task(work())
        await asyncio.sleep(0)
        gone = asyncio.create_task(work())
        await asyncio.sleep(0)
        gone.cancel()
        await asyncio.gather(gone, return_exceptions=True)
        late = asyncio.create_task(work())
        await asyncio.sleep(0)
        hold.set()
        await asyncio.wait_for(asyncio.gather(first, late), 60)

    async def test_a_turn_that_comes_to_somebody_who_just_gave_up_goes_on_to_the_next(self) -> None:
        turns = Turns(1, 10)
        hold = asyncio.Event()

        async def work() -> None:
            async with turns.turn(1):
                await hold.wait()

        first = asyncio.create_task(work())
        await asyncio.sleep(0)
        gone, late = asyncio.create_task(work()), asyncio.create_task(work())
        await asyncio.sleep(0)
        hold.set()
        await first
        gone.cancel()
        await asyncio.wait_for(asyncio.gather(gone, late, return_exceptions=True), 60)
        async with turns.turn(2):
            pass
