"""How long things last, the ids that time makes, and waiting for something to change."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable
from dataclasses import dataclass

DISCORD_EPOCH_MS = 1_420_070_400_000


@dataclass(frozen=True)
class Timing:
    """Discord's own durations; tests shorten those that they would wait for."""

    acknowledge_s: float = 3.0
    token_s: float = 15 * 60.0
    nonce_s: float = 5 * 60.0
    heartbeat_s: float = 41.25
    heartbeat_patience: float = 1.5  # intervals without a heartbeat after which a connection counts as dead
    resume_s: float = 120.0  # how long a session outlives its connection
    identify_every_s: float = 0.0  # Discord: 5 seconds a bucket; 0 does not enforce it
    patience_s: float = 5.0  # how long a driven user waits for the answer after the acknowledgement


class Snowflakes:
    """Ids as Discord makes them: milliseconds in the upper bits, each greater than the one before."""

    def __init__(self, wall: Callable[[], float] = time.time) -> None:
        self._wall = wall
        self._last = 0

    def __call__(self) -> int:
        moment = int(self._wall() * 1000) - DISCORD_EPOCH_MS
        self._last = max(self._last + 1, moment << 22)
        return self._last


def snowflake_seconds(snowflake: int) -> float:
    """The Unix time that an id holds."""
    return ((snowflake >> 22) + DISCORD_EPOCH_MS) / 1000


class Changes:
    """Wakes whoever waits each time that something happened here."""

    def __init__(self) -> None:
        self._waiting: set[asyncio.Future[None]] = set()

    def announce(self) -> None:
        for waiter in self._waiting:
            if not waiter.done():
                waiter.set_result(None)

    async def until(self, condition: Callable[[], object], timeout_s: float, look_every_s: float = 0.02) -> bool:
        """Wait until `condition()` is true; False if it still is not after `timeout_s`.

        It looks at each announcement and, for conditions about the client, every `look_every_s`.
        """
        end = time.monotonic() + timeout_s
        while not condition():
            left = end - time.monotonic()
            if left <= 0:
                return False
            waiter = asyncio.get_running_loop().create_future()
            self._waiting.add(waiter)
            try:
                await asyncio.wait([waiter], timeout=min(left, look_every_s))
            finally:
                self._waiting.discard(waiter)
        return True
