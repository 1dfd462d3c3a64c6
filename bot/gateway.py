"""Reading Discord's gateway so that nothing it sends ends the connection for good.

Discord changes what it sends without warning, and discord.py then raises a KeyError, TypeError or ValueError where it
reads its socket, which closes the client.
"""

from __future__ import annotations

import asyncio
import logging
import random
import time
from collections.abc import Awaitable, Callable
from functools import partial
from typing import Any

import aiohttp
from discord import ConnectionClosed
from discord.errors import DiscordException
from discord.gateway import DiscordWebSocket, ReconnectWebSocket, WebSocketClosure
from discord.state import AutoShardedConnectionState

from bot.repeats import Once

log = logging.getLogger(__name__)

Parse = Callable[[Any], None]
Unread = Callable[[str, Any], None]

_READY = "READY"  # without it a session is of no use
_LONGEST_WAIT_S = 300.0  # Discord allows 1,000 sessions a day
_IN_A_ROW_S = 600.0
_MOST_COUNTED = 10
_CLOSE_CODE = 4000  # any but 1000 and 1001, which would end the session
_UNREADABLE = "the gateway sent what cannot be read"
_RESUME_ERRNO = 54  # the OSError after which discord.py resumes a session, wherever it stands

# How discord.py says that a connection ends. It deals with these.
_ENDINGS = (
    ReconnectWebSocket,
    WebSocketClosure,
    ConnectionClosed,
    DiscordException,
    aiohttp.ClientError,
    OSError,
    TimeoutError,
    asyncio.TimeoutError,
)


class GatewayState(AutoShardedConnectionState[Any]):
    """discord.py's own connection state, changed to skip a gateway event that it cannot read.

    Args:
        unread: called with the name and the content of each event that was skipped.
    """

    def __init__(self, *, unread: Unread, **options: Any) -> None:
        super().__init__(**options)
        self._unread = unread
        self._once = Once()
        self._failures: dict[int | None, tuple[int, float]] = {}  # by shard: frames in a row, and when the last was
        for event, parse in self.parsers.items():
            if event != _READY:
                self.parsers[event] = partial(self._parse, event, parse)

    def _parse(self, event: str, parse: Parse, data: Any) -> None:
        try:
            parse(data)
        except Exception as error:  # whatever it is, the next event may be sound
            if self._once(event, repr(error)):
                log.exception("cannot read the gateway event %s; it is left out", event)
            self._unread(event, data)

    def _update_references(self, ws: DiscordWebSocket) -> None:
        """Called by discord.py with each new connection, before anything is read from it."""
        super()._update_references(ws)
        ws.received_message = partial(self._receive, ws, ws.received_message)  # type: ignore[method-assign]

    async def _receive(self, ws: DiscordWebSocket, receive: Callable[[Any], Awaitable[None]], message: Any) -> None:
        """Let discord.py read a frame. After one that it cannot read, resume; after two soon, begin a new session."""
        session, shard = ws.session_id, ws.shard_id
        try:
            await receive(message)
        except _ENDINGS:
            raise
        except Exception as error:
            if self._once(shard, repr(error)):
                log.exception("cannot read what the gateway sent to shard %s; connecting again", shard)
            await ws.close(code=_CLOSE_CODE)
            in_a_row = self._failed(shard)
            if in_a_row == 1 and session is not None and session == ws.session_id:
                raise OSError(_RESUME_ERRNO, _UNREADABLE) from error
            longest_s = min(_LONGEST_WAIT_S, 2.0**in_a_row)
            await asyncio.sleep(longest_s * (0.5 + random.random() / 2))  # noqa: S311  # not all bots at once
            raise OSError(_UNREADABLE) from error

    def _failed(self, shard: int | None) -> int:
        """Count a frame that could not be read; returns how many there were in a row."""
        now = time.monotonic()
        before, at = self._failures.get(shard, (0, now))
        in_a_row = before + 1 if now - at < _IN_A_ROW_S else 1
        self._failures[shard] = min(in_a_row, _MOST_COUNTED), now
        return in_a_row
