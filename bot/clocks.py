"""Clocks: one that goes on while the machine is suspended, and whether the wall clock can be right."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass

Clock = Callable[[], float]
"""Seconds, as a float: since 1970 of a wall clock, since any moment of a steady one."""

LEAP_S = 86_400.0  # by which a clock that was put right hardly moves, and one that is wrong often does
SEEN_AGAIN_S = 180.0  # after which a clock that leapt and goes on from there is believed
_SAME_S = 60.0  # that two readings may differ from the time between them, and still agree


def boot_time() -> float:
    """Seconds since the machine started, including those in which it was suspended; never set, never goes back."""
    clock = getattr(time, "CLOCK_BOOTTIME", None)  # Linux; elsewhere the monotonic clock is the nearest there is
    return time.monotonic() if clock is None else time.clock_gettime(clock)


@dataclass(frozen=True, slots=True)
class Clocks:
    """The clocks that a process goes by.

    Attributes:
        wall: Unix time.
        steady: never set, and goes on while the machine is suspended.
        second: how many real seconds one second of these clocks takes, for tests with faster clocks.
    """

    wall: Clock = time.time
    steady: Clock = boot_time
    second: float = 1.0

    @classmethod
    def by_hand(cls, clock: Clock) -> Clocks:
        """The same clock for both, for tests in which nobody sets the wall clock."""
        return cls(clock, clock)


class WallCheck:
    """Finds out, by a steady clock, whether a wall clock was set ahead by mistake.

    A leap is not believed when it is first seen, but only if the clock still shows it some minutes later.

    Args:
        steady: a monotonic clock, which nobody can set.
    """

    def __init__(self, steady: Clock) -> None:
        self._steady = steady
        self._believed: float | None = None  # wall minus steady, when last believed
        self._doubted: tuple[float, float] | None = None  # wall minus steady, and steady, at the first sight

    def remember(self, wall: float) -> None:
        """Measure leaps from `wall`, the last time that an earlier process believed."""
        self._believed = wall - self._steady()

    def is_right(self, wall: float) -> bool:
        """Whether a wall clock that shows `wall` now can be believed; a leap is one of more than a day."""
        steady = self._steady()
        offset = wall - steady
        if self._believed is None or offset - self._believed <= LEAP_S:
            self._believed, self._doubted = offset, None
            return True
        if self._doubted is None or abs(offset - self._doubted[0]) > _SAME_S:
            self._doubted = offset, steady
        elif steady - self._doubted[1] >= SEEN_AGAIN_S:
            self._believed, self._doubted = offset, None
            return True
        return False
