"""A fence around a claim: none of the claim's requests goes out once another process may have taken the claim over.

discord.py waits inside a request, for minutes where Discord asks for it, and tries again by itself; a machine can be
suspended at any point. So the claim is checked whenever aiohttp is about to write a request, by a clock that goes on
during a suspension.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from typing import Any

import aiohttp

from bot.clocks import Clocks

_SET_S = 5.0  # by which the two clocks may drift apart while a claim lasts; more, and one of them was set

_fence: ContextVar[Fence | None] = ContextVar("fence", default=None)


class FencedError(Exception):
    """A request was not sent: another process may have taken over its claim."""


class Fence:
    """Made at once after a claim was taken.

    Args:
        until: the Unix time at which others may take it over.
    """

    def __init__(self, until: float, clocks: Clocks) -> None:
        self._wall, self._steady = clocks.wall, clocks.steady
        wall, steady = self._wall(), self._steady()
        self._offset = wall - steady
        self._end = steady + until - wall
        self.let_through = False  # a request, which may have taken effect since

    def check(self) -> None:
        """Raise FencedError if the claim has run out, or a clock was set so that others may think so."""
        if self._steady() >= self._end:
            raise FencedError("this process stood still until its claim had run out")
        if abs(self._wall() - self._steady() - self._offset) > _SET_S:
            raise FencedError("the clock was set since the claim was taken")

    @contextmanager
    def around(self) -> Iterator[None]:
        """A context that checks before each request made inside it, including discord.py's own repeats."""
        token = _fence.set(self)
        try:
            yield
        finally:
            _fence.reset(token)


def trace() -> aiohttp.TraceConfig:
    """The trace config with which a client's HTTP session must be made, so that fences work."""
    config = aiohttp.TraceConfig()
    # A request is written straight after one of the last two; the first saves a connection in vain.
    config.on_request_start.append(_check)
    config.on_connection_create_end.append(_let_through)
    config.on_connection_reuseconn.append(_let_through)
    return config


async def _check(*_: Any) -> None:
    if (fence := _fence.get()) is not None:
        fence.check()


async def _let_through(*_: Any) -> None:
    if (fence := _fence.get()) is not None:
        fence.check()
        fence.let_through = True
