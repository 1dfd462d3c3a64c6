"""What processes that share a bot's shards have to agree on: whose turn it is to identify, and who runs which shard.

Moments are Unix times of one clock for all: PostgreSQL's own; with SQLite all processes are on one machine, and its
clock is taken.
"""

from __future__ import annotations

import math
import time
from collections.abc import Callable, Collection
from dataclasses import dataclass, field

from sqlalchemy import delete, extract, func, insert, or_, select, text, update
from sqlalchemy.ext.asyncio import AsyncSession

from bot.store.access import Access
from bot.store.tables import IdentifyGateRow, RunningShardRow

LONGEST_HOLD_S = 9.0  # that a bucket may be taken for
LIVE_S = 40.0  # since a process was last seen, in which it counts as running
_KEPT_S = 3_600.0  # rows of processes that were killed

_PATIENCE_S = 3.0  # with a transaction
_LEAVE_S = 0.5  # the same, when the process ends


# --- decisions ---


@dataclass(frozen=True, slots=True)
class Turn:
    """The answer to a process that wants to identify a shard.

    Attributes:
        until: until when the bucket is taken; by the process that asked if `wait_s` is 0.
        wait_s: seconds after which to ask again; 0 if the process has the bucket.
    """

    until: float
    wait_s: float = 0.0


def turn_at(taken_until: float, now: float, hold_s: float, mine: float | None = None) -> Turn:
    """Whether a bucket may be taken.

    Args:
        taken_until: until when the bucket is taken now.
        hold_s: how long the process wants the bucket, `LONGEST_HOLD_S` at most.
        mine: the `until` that the process was given before, if it holds the bucket and wants it for longer.
    """
    if taken_until <= now or taken_until == mine or taken_until > now + LONGEST_HOLD_S + 1:
        return Turn(now + hold_s)  # one further ahead was written by a clock that was wrong
    return Turn(taken_until, taken_until - now)


@dataclass(frozen=True, slots=True)
class Running:
    """The shards that a process runs, and when it last said so."""

    owner: str
    count: int
    shards: frozenset[int]
    seen_at: float = 0.0

    def shared(self, other: Running) -> list[int]:
        """The shards of this process that serve some of the same servers as the other's; their shard counts may differ.

        Discord sends a server's events to shard (id >> 22) % count.
        """
        both = math.gcd(self.count, other.count)
        theirs = {shard % both for shard in other.shards}
        return sorted(shard for shard in self.shards if shard % both in theirs)


@dataclass
class Sightings:
    """Tells running processes from killed ones: a running process renews its rows."""

    _seen: dict[str, float] = field(default_factory=dict)
    _alive: set[str] = field(default_factory=set)

    def look(self, others: Collection[Running], now: float) -> set[str]:
        """The owners among `others` that run."""
        recent = {each.owner: each.seen_at for each in others if abs(now - each.seen_at) <= LIVE_S}
        self._alive &= recent.keys()
        self._alive |= {owner for owner, at in recent.items() if at != self._seen.get(owner, at)}
        self._seen = recent
        return set(self._alive)


# --- the tables ---


class ShardStore:
    """The tables of processes that share a bot's shards.

    Args:
        clock: gives Unix time; used instead of the clock that the module's docstring names.
    """

    def __init__(self, access: Access, clock: Callable[[], float] | None = None) -> None:
        self._access = access
        self._clock = clock

    async def take(self, application: int, bucket: int, hold_s: float, mine: float | None = None) -> Turn:
        """Take a bucket for a while, if it is free; the arguments are those of `turn_at`."""
        return await self._access.within(_PATIENCE_S, self._take(application, bucket, hold_s, mine))

    async def _take(self, application: int, bucket: int, hold_s: float, mine: float | None) -> Turn:
        gate = (IdentifyGateRow.application == application) & (IdentifyGateRow.bucket == bucket)
        async with self._access.writing() as session:
            await session.execute(_MAKE_GATE, {"application": application, "bucket": bucket})
            taken_until = await session.scalar(select(IdentifyGateRow.taken_until).where(gate).with_for_update())
            turn = turn_at(float(taken_until or 0), await self._now(session), hold_s, mine)
            if not turn.wait_s:
                await session.execute(update(IdentifyGateRow).where(gate).values(taken_until=turn.until))
        return turn

    async def renew(self, application: int, own: Running) -> tuple[float, list[Running]]:
        """Note that a process runs its shards; returns the time, and what other processes have noted."""
        return await self._access.within(_PATIENCE_S, self._renew(application, own))

    async def _renew(self, application: int, own: Running) -> tuple[float, list[Running]]:
        row = RunningShardRow
        async with self._access.writing() as session:
            now = await self._now(session)
            mine = (row.application == application) & (row.owner == own.owner)
            renewed = await session.execute(update(row).where(mine).values(seen_at=now))
            if renewed.rowcount != len(own.shards):  # type: ignore[attr-defined]  # an UPDATE's result has it
                await self._say(session, application, own, now)
            found = (await session.scalars(select(row).where(row.application == application, ~mine))).all()
        others: dict[tuple[str, int, float], set[int]] = {}
        for each in found:
            others.setdefault((each.owner, each.shard_count, each.seen_at), set()).add(each.shard)
        return now, [Running(owner, count, frozenset(shards), at) for (owner, count, at), shards in others.items()]

    async def _say(self, session: AsyncSession, application: int, own: Running, now: float) -> None:
        """Write a process's rows, and delete those of killed processes."""
        row = RunningShardRow
        left = or_(row.seen_at < now - _KEPT_S, row.seen_at > now + _KEPT_S, row.owner == own.owner)
        await session.execute(delete(row).where(row.application == application, left))
        await session.execute(
            insert(row),
            [
                {
                    "application": application,
                    "owner": own.owner,
                    "shard": shard,
                    "shard_count": own.count,
                    "seen_at": now,
                }
                for shard in sorted(own.shards)
            ],
        )

    async def leave(self, application: int, owner: str) -> None:
        """Note that a process no longer runs its shards."""
        await self._access.within(_LEAVE_S, self._leave(application, owner))

    async def _leave(self, application: int, owner: str) -> None:
        row = RunningShardRow
        async with self._access.writing() as session:
            await session.execute(delete(row).where(row.application == application, row.owner == owner))

    async def _now(self, session: AsyncSession) -> float:
        if self._clock is not None:
            return self._clock()
        if session.get_bind().dialect.name == "sqlite":
            return time.time()
        return float(await session.scalar(select(extract("epoch", func.clock_timestamp()))) or 0)


_MAKE_GATE = text(
    "INSERT INTO identify_gates (application, bucket, taken_until) VALUES (:application, :bucket, 0) "
    "ON CONFLICT DO NOTHING"
)
