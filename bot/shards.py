"""Sharing shards with other processes: waiting for the turn to identify, noticing a shard that runs twice.

Discord takes one IDENTIFY each five seconds in each rate-limit bucket, over all processes of a bot.
"""

from __future__ import annotations

import asyncio
import contextlib
import logging
import random
import secrets
from collections.abc import Awaitable, Callable, Collection

from bot.clocks import Clock, boot_time
from bot.store.errors import StoreAwayError
from bot.store.shards import LONGEST_HOLD_S, Running, ShardStore, Sightings

log = logging.getLogger(__name__)

BEAT_S = 15.0
EVERY_S = 5.0  # Discord's, between two IDENTIFYs of a bucket
WAY_S = 1.0  # by which their ways to Discord may differ, and how soon it reads them
_ANSWER_S = 0.25  # that the store's answer may take at first; a turn is held longer by as much

_AWAY_S = 10.0  # that a process waits for a store that is away
_ASK_S = 0.5
_JITTER_S = 0.1  # so that not all that wait ask at the same moment


class Gate:
    """Lets a process identify its shards one at a time, and only while no other process of the bot does so.

    Args:
        buckets: how many rate-limit buckets there are, Discord's `max_concurrency`: shard n is in bucket n modulo that.
        every_s: seconds between two IDENTIFYs of a bucket.
        clock: a clock that nobody sets and that goes on while the machine is suspended.
    """

    def __init__(
        self,
        store: ShardStore,
        application: int,
        buckets: int,
        every_s: float = EVERY_S + WAY_S,
        clock: Clock = boot_time,
        sleep: Callable[[float], Awaitable[None]] = asyncio.sleep,
    ) -> None:
        self._store = store
        self._application = application
        self._buckets = buckets
        self._every_s = every_s
        self._clock = clock
        self._sleep = sleep
        self._reserved: dict[int, float] = {}  # by shard
        self._last = -every_s  # when one of its shards identified
        self._away_since: float | None = None
        self._alone = False

    async def reserve(self, shard: int) -> None:
        """Wait for the turn of a shard that will connect, before its connection is opened.

        While discord.py waits in `before_identify`, it reads nothing from the connection.
        """
        taken = await self._take(shard % self._buckets)
        if taken is not None:
            self._reserved[shard] = taken

    async def pass_(self, shard: int) -> None:
        """Wait for the turn of a shard that identifies as soon as this returns."""
        if await self._take(shard % self._buckets, self._reserved.pop(shard, None)) is None:
            while (left := self._last + self._every_s - self._clock()) > 0:
                await self._sleep(left)
        self._last = self._clock()

    async def _take(self, bucket: int, mine: float | None = None) -> float | None:
        """Take a bucket; returns its `until`, or None if the store is away and processes go on without it."""
        answer_s = _ANSWER_S
        while True:
            asked = self._clock()
            try:
                turn = await self._store.take(self._application, bucket, self._every_s + answer_s, mine)
            except StoreAwayError:
                if self._goes_alone():
                    return None
                await self._sleep(_ASK_S)
                continue
            self._away_since, self._alone = None, False
            if turn.wait_s:
                await self._sleep(turn.wait_s + random.uniform(0, _JITTER_S))  # noqa: S311
                continue
            mine = turn.until
            late_s = self._clock() - asked
            if late_s <= answer_s:
                return mine
            answer_s = min(2 * late_s, LONGEST_HOLD_S - self._every_s)  # begin again from now, with more time

    def _goes_alone(self) -> bool:
        """Whether the store has been away for so long that the process goes on without it."""
        now = self._clock()
        if self._away_since is None:
            self._away_since = now
        if now - self._away_since < _AWAY_S:
            return False
        if not self._alone:
            self._alone = True
            log.warning(
                "the store is away: shards of this process identify %.1f s apart, without regard to other processes",
                self._every_s,
            )
        return True


class Roster:
    """Says which shards this process runs, and notices another process that runs one of them."""

    def __init__(self, store: ShardStore, application: int, count: int, shards: Collection[int]) -> None:
        self._store = store
        self._application = application
        self._own = Running(secrets.token_hex(8), count, frozenset(shards))
        self._sightings = Sightings()
        self._told: set[str] = set()

    async def beat(self) -> None:
        """Note in the store that the shards run; to be called every `BEAT_S` seconds."""
        try:
            now, others = await self._store.renew(self._application, self._own)
        except StoreAwayError:
            return  # it has been said, and the next beat comes
        alive = self._sightings.look(others, now)
        twins = {each.owner: shared for each in others if each.owner in alive and (shared := self._own.shared(each))}
        if begun := sorted(shard for owner in twins.keys() - self._told for shard in twins[owner]):
            log.error(
                "another process with the same token runs shards of this one (%s of %d): both answer the same users; "
                "end one of them, or give each its own discord.shard_ids of the same discord.shard_count",
                ", ".join(map(str, sorted(set(begun)))),
                self._own.count,
            )
        self._told = set(twins)

    async def leave(self) -> None:
        """Note in the store that the shards no longer run. If the store is away, others notice after a while."""
        with contextlib.suppress(StoreAwayError):
            await self._store.leave(self._application, self._own.owner)
