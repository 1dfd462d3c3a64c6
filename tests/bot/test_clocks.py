from __future__ import annotations

import time

from hypothesis import given
from hypothesis import strategies as st

from bot.clocks import LEAP_S, SEEN_AGAIN_S, WallCheck, boot_time

DAY_S = 86_400.0


class Hands:
    """A wall clock that is set by hand, and a steady one that passes with it."""

    def __init__(self) -> None:
        self.wall = 1_800_000_000.0
        self.steady = 1_000.0
        self.check = WallCheck(lambda: self.steady)

    def pass_(self, seconds: float) -> None:
        self.wall += seconds
        self.steady += seconds

    def is_right(self) -> bool:
        return self.check.is_right(self.wall)


@given(st.lists(st.floats(0, 30 * DAY_S), max_size=20))
def test_time_that_passes_is_always_believed(steps: list[float]) -> None:
    hands = Hands()
    for step in steps:
        assert hands.is_right()
        hands.pass_(step)
    assert hands.is_right()


@given(st.floats(LEAP_S + 1, 10_000 * DAY_S), st.floats(0, 10 * DAY_S))
def test_a_leap_for_one_look_is_never_believed(leap: float, after: float) -> None:
    hands = Hands()
    assert hands.is_right()
    hands.wall += leap
    assert not hands.is_right()
    hands.wall -= leap
    assert hands.is_right()
    hands.pass_(after)
    assert hands.is_right()


@given(st.floats(LEAP_S + 1, 10_000 * DAY_S))
def test_a_leap_that_is_seen_again_minutes_later_is_believed(leap: float) -> None:
    hands = Hands()
    assert hands.is_right()
    hands.wall += leap
    assert not hands.is_right()
    hands.pass_(SEEN_AGAIN_S - 1)
    assert not hands.is_right()
    hands.pass_(1)
    assert hands.is_right()


def test_a_clock_that_leaps_again_and_again_is_not_believed() -> None:
    hands = Hands()
    assert hands.is_right()
    for _ in range(10):
        hands.wall += 10 * DAY_S
        hands.pass_(SEEN_AGAIN_S)
        assert not hands.is_right()


def test_a_clock_that_goes_back_is_believed_and_so_is_an_hour_ahead() -> None:
    hands = Hands()
    assert hands.is_right()
    hands.wall -= 3_600
    assert hands.is_right()
    hands.wall += 2 * 3_600
    assert hands.is_right()


def test_a_start_after_days_waits_until_the_clock_is_seen_again() -> None:
    hands = Hands()
    hands.check.remember(hands.wall - 7 * DAY_S)
    assert not hands.is_right()
    hands.pass_(SEEN_AGAIN_S)
    assert hands.is_right()


def test_a_start_within_a_day_waits_for_nothing() -> None:
    hands = Hands()
    hands.check.remember(hands.wall - LEAP_S + 60)
    assert hands.is_right()


def test_the_steady_clock_never_goes_back() -> None:
    first = boot_time()
    assert 0 < first <= boot_time()
    assert boot_time() >= time.monotonic() - 1
