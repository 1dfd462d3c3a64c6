"""How often each user may ask, and whose turn is next, so that one user's or server's flood does not slow others."""

from __future__ import annotations

import asyncio
import math
from collections import OrderedDict, deque
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager

from bot.language import ngettext
from embeddings.errors import EmbeddingsError


class TooManyError(EmbeddingsError):
    """A user has to wait; the message says how long."""


class Cooldown:
    """Limits each user to a number of commands in a number of seconds (a token bucket, dropped when it is full again).

    Args:
        clock: seconds, never going back.
    """

    def __init__(self, commands: int, per_s: float, clock: Callable[[], float]) -> None:
        self._commands = commands
        self._refill = commands / per_s
        self._clock = clock
        self._buckets: OrderedDict[int, tuple[float, float]] = OrderedDict()  # user -> tokens, at; oldest first

    def spend(self, user: int) -> None:
        """Count one command of a user. TooManyError, if there were too many, says how long to wait."""
        now = self._clock()
        tokens, at = self._buckets.pop(user, (float(self._commands), now))
        tokens = min(self._commands, tokens + (now - at) * self._refill)
        if tokens < 1:
            self._buckets[user] = tokens, now
            wait = math.ceil((1 - tokens) / self._refill)
            raise TooManyError(
                ngettext(
                    "That was fast. Please wait {count} second and ask again.",
                    "That was fast. Please wait {count} seconds and ask again.",
                    wait,
                )
            )
        self._buckets[user] = tokens - 1, now
        while self._buckets:
            tokens, at = next(iter(self._buckets.values()))
            if tokens + (now - at) * self._refill < self._commands:
                break
            self._buckets.popitem(last=False)


class Turns:
    """Limits how many pieces of work run at once; those that wait get turns, one server after the other.

    Args:
        at_once: pieces of work.
        waiting: how many may wait for each server; further ones get TooManyError.
    """

    def __init__(self, at_once: int, waiting: int) -> None:
        self._free = at_once
        self._waiting = waiting
        self._queues: OrderedDict[int, deque[asyncio.Future[None]]] = OrderedDict()

    @asynccontextmanager
    async def turn(self, key: int) -> AsyncIterator[None]:
        """Wait for a turn. TooManyError if too many of the same server wait already.

        Args:
            key: the id of the server, or of the user outside servers.
        """
        await self._enter(key)
        try:
            yield
        finally:
            self._leave()

    async def _enter(self, key: int) -> None:
        if self._free and not self._queues:
            self._free -= 1
            return
        queue = self._queues.setdefault(key, deque())
        if len(queue) >= self._waiting:
            raise TooManyError(
                ngettext(
                    "{count} question of this server is waiting already. Please ask again in a few seconds.",
                    "{count} questions of this server are waiting already. Please ask again in a few seconds.",
                    self._waiting,
                )
            )
        place: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        queue.append(place)
        try:
            await place
        except asyncio.CancelledError:
            if place.done() and not place.cancelled():
                self._leave()  # the turn came and nobody takes it
            else:
                queue.remove(place)
                if not queue:
                    self._queues.pop(key, None)
            raise

    def _leave(self) -> None:
        """Pass the turn on to the next server that waits."""
        while self._queues:
            key, queue = self._queues.popitem(last=False)
            place = queue.popleft()
            if queue:
                self._queues[key] = queue  # behind all the others
            if not place.done():
                place.set_result(None)
                return
        self._free += 1
