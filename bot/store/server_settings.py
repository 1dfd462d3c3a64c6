"""Servers' settings: read before each answer, and remembered for seconds, for another process may change them."""

from __future__ import annotations

import asyncio
import contextlib
import json
import time
from collections.abc import Callable, Collection, Sequence
from dataclasses import asdict, dataclass
from typing import Any

from sqlalchemy import delete, select, update
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.ext.asyncio import AsyncSession

from bot.server_settings import UNKNOWN, USUAL, ServerSettings
from bot.store.access import Access
from bot.store.errors import StoreAwayError
from bot.store.tables import ServerSettingsRow

BELIEVED_S = 5.0  # that settings are used before they are read again
KEPT_AFTER_LEAVING_S = 30 * 24 * 60 * 60
_PATIENCE_S = 0.8  # of the three seconds in which Discord wants to know whether an answer is private
_MOST_KNOWN = 10_000  # servers

Change = Callable[[ServerSettings], ServerSettings]


@dataclass(frozen=True, slots=True)
class _Known:
    settings: ServerSettings
    read_at: float


class ServerSettingsStore:
    """The settings of all servers."""

    def __init__(self, access: Access, clock: Callable[[], float] = time.monotonic) -> None:
        self._access = access
        self._clock = clock
        self._known: dict[int, _Known] = {}
        self._reading: dict[int, asyncio.Task[ServerSettings]] = {}

    async def of(self, guild: int) -> ServerSettings:
        """A server's settings, at once: those of some seconds ago, at most.

        While the store is away they are those that were last read, or else `UNKNOWN`.
        """
        known = self._known.get(guild)
        if known is not None and self._clock() - known.read_at < BELIEVED_S:
            return known.settings
        if (reading := self._reading.get(guild)) is None:  # one read, however many ask at once
            reading = self._reading[guild] = asyncio.create_task(self.read(guild))
            reading.add_done_callback(lambda _: self._reading.pop(guild, None))
        with contextlib.suppress(StoreAwayError):
            return await asyncio.shield(reading)
        return UNKNOWN if known is None else known.settings

    async def read(self, guild: int) -> ServerSettings:
        """A server's settings as the store has them now."""
        began = self._clock()
        settings = await self._access.within(_PATIENCE_S, self._read(guild))
        known = self._known.get(guild)
        if known is not None and known.read_at > began:  # they were read again or changed meanwhile: this may be older
            return known.settings
        return self._remember(guild, settings)

    async def change(self, guild: int, change: Change) -> ServerSettings:
        """Change a server's settings as they are now, whoever else changes them at once; returns the new ones."""
        async with self._access.writing() as session:
            insert = sqlite.insert if session.get_bind().dialect.name == "sqlite" else postgresql.insert
            await session.execute(insert(ServerSettingsRow).values(guild=guild, body="{}").on_conflict_do_nothing())
            row = (
                await session.scalars(
                    select(ServerSettingsRow).where(ServerSettingsRow.guild == guild).with_for_update()
                )
            ).one()
            settings = change(_settings(row.body))
            row.body, row.left_at = _body(settings), None
        return self._remember(guild, settings)

    async def leave(self, guild: int, now: float) -> None:
        """Note that the bot is no longer in a server."""
        async with self._access.writing() as session:
            await session.execute(
                update(ServerSettingsRow)
                .where(ServerSettingsRow.guild == guild, ServerSettingsRow.left_at.is_(None))
                .values(left_at=now)
            )

    async def come_back(self, guilds: Sequence[int]) -> None:
        """Keep the settings of servers that have taken the bot back."""
        left = select(ServerSettingsRow.guild).where(ServerSettingsRow.left_at.is_not(None))
        async with self._access.reading() as session:
            back = set(await session.scalars(left)) & set(guilds)
        if back:
            async with self._access.writing() as session:
                await _set_there(session, back)

    async def leave_others(self, guilds: Collection[int], is_served: Callable[[int], bool], now: float) -> None:
        """Note that the bot is no longer in servers that removed it while no process could notice.

        Args:
            guilds: those that have the bot, among those that this process serves.
            is_served: whether this process serves a server.
        """
        there = select(ServerSettingsRow.guild).where(ServerSettingsRow.left_at.is_(None))
        async with self._access.reading() as session:
            found = (await session.scalars(there)).all()
        for guild in found:
            if is_served(guild) and guild not in guilds:
                await self.leave(guild, now)

    async def forget(self, now: float) -> None:
        """Delete the settings of servers that were left long ago."""
        async with self._access.writing() as session:
            await session.execute(
                delete(ServerSettingsRow).where(ServerSettingsRow.left_at <= now - KEPT_AFTER_LEAVING_S)
            )

    def _remember(self, guild: int, settings: ServerSettings) -> ServerSettings:
        self._known.pop(guild, None)  # the latest stand last
        while len(self._known) >= _MOST_KNOWN:
            del self._known[next(iter(self._known))]
        self._known[guild] = _Known(settings, self._clock())
        return settings

    async def _read(self, guild: int) -> ServerSettings:
        async with self._access.reading(urgent=True) as session:
            row = await session.get(ServerSettingsRow, guild)
            return USUAL if row is None else _settings(row.body)


async def _set_there(session: AsyncSession, guilds: set[int]) -> None:
    await session.execute(update(ServerSettingsRow).where(ServerSettingsRow.guild.in_(guilds)).values(left_at=None))


def _body(settings: ServerSettings) -> str:
    """What differs from the usual settings, as JSON."""
    usual = asdict(USUAL)
    return json.dumps({name: value for name, value in asdict(settings).items() if value != usual[name]})


def _settings(body: str) -> ServerSettings:
    """Settings from JSON that may be of another version of the program."""
    found: dict[str, Any] = {name: value for name, value in json.loads(body).items() if name in asdict(USUAL)}
    if "public_channels" in found:
        found["public_channels"] = tuple(found["public_channels"])
    return ServerSettings(**found)
