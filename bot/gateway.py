"""Reading Discord's gateway so that nothing it sends ends the connection for good.

Discord changes what it sends without warning, and discord.py then raises a KeyError, TypeError or ValueError where it
reads its socket, which closes the client.
"""

from __future__ import annotations

import asyncio
import logging
import random
import time
import traceback
from collections import Counter
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from functools import partial
from typing import Any

import aiohttp
from discord import ConnectionClosed
from discord.errors import DiscordException
from discord.gateway import DiscordWebSocket, ReconnectWebSocket, WebSocketClosure
from discord.state import AutoShardedConnectionState

from bot import metrics
from bot.outages import FINAL_CODES
from bot.repeats import Once

log = logging.getLogger(__name__)

Parse = Callable[[Any], None]
Unread = Callable[[str, Any], None]

_READY = "READY"  # without it a session is of no use
_BEGINNINGS = (_READY, "RESUMED")
_LONGEST_WAIT_S = 300.0  # Discord allows 1,000 sessions a day
_LONGEST_WAIT_WITHIN_S = 30.0  # while discord.py connects, which it breaks off after a minute
_IN_A_ROW_S = 600.0
_MOST_COUNTED = 10
_CLOSE_CODE = 4000  # any but 1000 and 1001, which would end the session
_UNREADABLE = "the gateway sent what cannot be read"
_UNBEGUN = "the connection ended before a session began"
_RESUME_ERRNO = 54  # the OSError after which discord.py resumes a session, wherever it stands

# How discord.py says that a connection ends. It deals with these.
_ENDINGS = (ReconnectWebSocket, WebSocketClosure, DiscordException, aiohttp.ClientError, OSError)


@dataclass(eq=False)
class _Connection:
    """What is known of one connection.

    Attributes:
        resuming: whether it was made to resume a session.
        begun: whether Discord began or resumed one on it.
    """

    shard: int | None
    resuming: bool
    begun: bool = False


class GatewayState(AutoShardedConnectionState[Any]):
    """discord.py's own connection state, changed to skip a gateway event that it cannot read.

    Args:
        unread: called with the name and the content of each event that was skipped.

    Attributes:
        refusal: the final close code with which Discord ended a connection, if it did.
    """

    def __init__(self, *, unread: Unread, **options: Any) -> None:
        super().__init__(**options)
        self._unread = unread
        self.refusal: ConnectionClosed | None = None
        self._once = Once()
        self._unbegun: Counter[int | None] = Counter()  # by shard: connections in a row that ended before a session
        self._failures: dict[int | None, tuple[int, float]] = {}  # by shard: frames in a row, and when the last was
        for event, parse in self.parsers.items():
            if event != _READY:
                self.parsers[event] = partial(self._parse, event, parse)

    def _parse(self, event: str, parse: Parse, data: Any) -> None:
        try:
            parse(data)
        except Exception as error:  # whatever it is, the next event may be sound
            if self._once(event, _origin(error)):
                log.exception("cannot read the gateway event %s; it is left out", event)
            self._unread(event, data)

    def _update_references(self, ws: DiscordWebSocket) -> None:
        """Called by discord.py with each new connection, before anything is read from it."""
        super()._update_references(ws)
        metrics.CONNECTIONS.add()
        connection = _Connection(ws.shard_id, resuming=ws.session_id is not None)
        begins = {event: partial(self._begin, connection, self.parsers[event]) for event in _BEGINNINGS}
        ws._discord_parsers = {**self.parsers, **begins}
        ws.received_message = partial(self._receive, ws, ws.received_message)  # type: ignore[method-assign]
        ws.poll_event = partial(self._poll, connection, ws.poll_event)  # type: ignore[method-assign]

    def _begin(self, connection: _Connection, parse: Parse, data: Any) -> None:
        parse(data)
        metrics.SESSIONS.add("resumed" if connection.resuming else "new")
        connection.begun = True
        self._unbegun[connection.shard] = 0

    async def _poll(self, connection: _Connection, poll: Callable[[], Awaitable[None]]) -> None:
        """Let discord.py wait for an event and read it; wait longer after connections that end before a session.

        discord.py would connect again at once, and would close the client where this happens at a new session.
        """
        try:
            await poll()
        except ConnectionClosed as error:
            if error.code in FINAL_CODES:
                self.refusal = error
            raise
        except ReconnectWebSocket as error:
            if connection.begun:
                raise
            self._unbegun[connection.shard] += 1
            in_a_row = self._unbegun[connection.shard]
            if in_a_row > 1:
                if self._once(connection.shard, "not begun"):
                    log.warning("connections of shard %s end before a session begins", connection.shard)
                await _wait(min(_LONGEST_WAIT_WITHIN_S, 2.0 ** min(in_a_row - 1, _MOST_COUNTED)))
            if connection.resuming:
                raise
            raise OSError(_UNBEGUN) from error

    async def _receive(self, ws: DiscordWebSocket, receive: Callable[[Any], Awaitable[None]], message: Any) -> None:
        """Let discord.py read a frame. After one that it cannot read, resume; after two soon, begin a new session."""
        session, shard, connecting = ws.session_id, ws.shard_id, ws._keep_alive is None
        try:
            await receive(message)
        except _ENDINGS:
            raise
        except Exception as error:
            if self._once(shard, _origin(error)):
                log.exception("cannot read what the gateway sent to shard %s; connecting again", shard)
            await ws.close(code=_CLOSE_CODE)
            in_a_row = self._failed(shard)
            if in_a_row == 1 and session is not None and session == ws.session_id:
                raise OSError(_RESUME_ERRNO, _UNREADABLE) from error
            await _wait(min(_LONGEST_WAIT_WITHIN_S if connecting else _LONGEST_WAIT_S, 2.0**in_a_row))
            raise OSError(_UNREADABLE) from error

    def _failed(self, shard: int | None) -> int:
        """Count a frame that could not be read; returns how many there were in a row."""
        now = time.monotonic()
        before, at = self._failures.get(shard, (0, now))
        in_a_row = before + 1 if now - at < _IN_A_ROW_S else 1
        self._failures[shard] = min(in_a_row, _MOST_COUNTED), now
        return in_a_row


def _origin(error: BaseException) -> tuple[str, str, int]:
    """What an error is of: its type, and where it was raised; what it says may differ each time."""
    frames = traceback.extract_tb(error.__traceback__)
    return type(error).__name__, frames[-1].filename, frames[-1].lineno or 0


async def _wait(longest_s: float) -> None:
    await asyncio.sleep(longest_s * (0.5 + random.random() / 2))  # noqa: S311  # not all bots at once
