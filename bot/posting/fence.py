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

from bot import metrics
from bot.clocks import Clocks

_SET_S = 5.0  # by which the two clocks may drift apart while a claim lasts; more, and one of them was set
_TOO_MANY = 429

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
        self._once = False
        self._under_way = self._unknown = False  # a request without an answer; one of before that may have taken effect

    def check(self) -> None:
        """Raise FencedError if the claim has run out, a clock was set so that it may seem so, or once was enough."""
        if self._once and self.may_have_taken_effect:
            raise FencedError("it was sent, and may have taken effect")
        if self._steady() >= self._end:
            raise FencedError("this process stood still until its claim had run out")
        if abs(self._wall() - self._steady() - self._offset) > _SET_S:
            raise FencedError("the clock was set since the claim was taken")

    @property
    def may_have_taken_effect(self) -> bool:
        """Whether a request was let through that Discord did not turn away for coming too early."""
        return self._unknown or self._under_way

    def pass_(self) -> None:
        """Check, and note that a request goes out."""
        self.check()
        self._unknown = self.may_have_taken_effect
        self.let_through = self._under_way = True

    def answered(self, status: int) -> None:
        """Note the status of the answer to the request that went out last."""
        if status == _TOO_MANY:
            self._under_way = False

    @contextmanager
    def around(self, *, once: bool = False) -> Iterator[None]:
        """A context that checks before each request made inside it, including discord.py's own repeats.

        Args:
            once: what is sent would take effect twice if it were sent again: it is, where Discord turned it away.
        """
        self._once = once
        token = _fence.set(self)
        try:
            yield
        finally:
            _fence.reset(token)


def trace() -> aiohttp.TraceConfig:
    """The trace config that a client's HTTP session needs: without it no `Fence` checks the session's requests.

    It also counts Discord's answers for the metrics.
    """
    config = aiohttp.TraceConfig()
    # A request is written straight after one of the last two; the first saves a connection in vain.
    config.on_request_start.append(_check)
    config.on_connection_create_end.append(_let_through)
    config.on_connection_reuseconn.append(_let_through)
    config.on_request_end.append(_answered)
    config.on_request_end.append(metrics.note_answer)
    return config


async def _check(*_: Any) -> None:
    if (fence := _fence.get()) is not None:
        fence.check()


async def _let_through(*_: Any) -> None:
    if (fence := _fence.get()) is not None:
        fence.pass_()


async def _answered(_session: Any, _context: Any, end: aiohttp.TraceRequestEndParams) -> None:
    if (fence := _fence.get()) is not None:
        fence.answered(end.response.status)
