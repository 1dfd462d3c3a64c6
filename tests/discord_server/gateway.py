"""The gateway: sessions that outlive their connections, what they miss and get again, and how they break."""

from __future__ import annotations

import asyncio
import json
import math
import secrets
import time
import zlib
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass, field
from itertools import pairwise
from typing import TYPE_CHECKING

from aiohttp import WSMsgType, web

from .errors import Json
from .world import Channel, Guild

if TYPE_CHECKING:
    from .server import DiscordServer

DISPATCH, HEARTBEAT, IDENTIFY, PRESENCE, VOICE_STATE, _, RESUME, RECONNECT, MEMBERS, INVALID, HELLO, ACK = range(12)
MOST_GUILDS = 2_500  # a shard
MOST_SENDS = 120  # a minute
GUILDS, GUILD_MESSAGES, DIRECT_MESSAGES, MESSAGE_CONTENT = 1, 1 << 9, 1 << 12, 1 << 15
PRIVILEGED = 1 << 1 | 1 << 8 | MESSAGE_CONTENT  # members, presences, message content
ALL_INTENTS = (1 << 26) - 1


Spoil = Callable[[Json], str | bytes]
"""What goes out in place of a frame: the text of a message, or bytes that are sent as they are."""


@dataclass
class Spoiler:
    """Spoils the next frames of a kind, and leaves all others as they are.

    Attributes:
        left: how many it has still to spoil.
    """

    how: Spoil
    event: str | None
    op: int
    left: int

    def takes(self, frame: Json) -> bool:
        """Whether it is the turn of a frame, which then counts as spoiled."""
        if not self.left or frame["op"] != self.op or frame.get("t") != self.event:
            return False
        self.left -= 1
        return True


@dataclass(eq=False)
class Session:
    """What a shard of one process identified for; it keeps what was sent so that it can be sent again."""

    id: str
    shard: int
    shard_count: int
    intents: int
    sequence: int = 0
    sent: deque[tuple[int, Json]] = field(default_factory=lambda: deque(maxlen=10_000))
    connection: Connection | None = None
    lost: float | None = None  # when the connection went
    resumed: int = 0

    def serves(self, guild: Guild | None) -> bool:
        return self.shard == (0 if guild is None else (guild.id >> 22) % self.shard_count)

    def dispatch(self, kind: str, data: Json) -> None:
        self.sequence += 1
        frame = {"op": DISPATCH, "t": kind, "s": self.sequence, "d": data}
        self.sent.append((self.sequence, frame))
        if self.connection is not None:
            self.connection.send(frame)


class Connection:
    """One WebSocket. Frames go through a queue, so that sending never waits and keeps its order."""

    def __init__(self, request: web.Request, socket: web.WebSocketResponse, written: Spoil) -> None:
        self._request, self.socket, self._written = request, socket, written
        compressed = request.query.get("compress") == "zlib-stream"
        self._zlib = zlib.compressobj() if compressed else None
        self._outbox: asyncio.Queue[Json | int] = asyncio.Queue()
        self.session: Session | None = None
        self.heartbeats = 0
        self.alive = time.monotonic()
        self.received: deque[float] = deque()
        self.frozen = False
        self.closing = False  # by the server
        self.said_goodbye = False
        self._unsent: list[Json] = []

    @property
    def unsent(self) -> list[Json]:
        """What never went out, because the connection was closed before."""
        waiting = [self._outbox.get_nowait() for _ in range(self._outbox.qsize())]
        self._unsent += [frame for frame in waiting if not isinstance(frame, int)]
        return self._unsent

    def send(self, frame: Json) -> None:
        self._outbox.put_nowait(frame)

    def close(self, code: int) -> None:
        """Close after what is queued."""
        self.closing = True
        self._outbox.put_nowait(code)

    def abort(self) -> None:
        """Cut the connection without a word."""
        if self._request.transport is not None:
            self._request.transport.abort()

    def half_close(self) -> None:
        """Send no more, but go on reading."""
        if self._request.transport is not None:
            self._request.transport.write_eof()

    async def write(self) -> None:
        """Send what is queued, until the socket closes."""
        while True:
            item = await self._outbox.get()
            try:
                if isinstance(item, int):
                    await self.socket.close(code=item)
                    return
                if self.frozen:
                    continue
                content = self._written(item)
                if isinstance(content, bytes):
                    await self.socket.send_bytes(content)
                elif self._zlib is None:
                    await self.socket.send_str(content)
                else:
                    data = self._zlib.compress(content.encode()) + self._zlib.flush(zlib.Z_SYNC_FLUSH)
                    await self.socket.send_bytes(data)
            except (ConnectionError, RuntimeError):
                if not isinstance(item, int):
                    self._unsent.append(item)
                return  # the other side has gone; the reader sees it too


class Gateway:
    """All sessions and connections; the methods below break them on demand."""

    def __init__(self, server: DiscordServer) -> None:
        self._server = server
        self.sessions: dict[str, Session] = {}
        self.connections: set[Connection] = set()
        self.identifies: list[Json] = []  # every IDENTIFY that came, accepted or not
        self.resumes: list[Json] = []
        self.undelivered: set[str] = set()  # tokens of interactions that met a session just after its goodbye
        self.allowed_privileged = 0  # intents that the application may ask for
        self.spoilers: list[Spoiler] = []
        self.starts_left = 1_000  # sessions that may be begun in all; Discord: in a day
        self.refuse_hello: int | None = None  # a close code in place of HELLO, for as long as it is set
        self.refuse_identify: int | None = None  # a close code for the next IDENTIFY, such as 4004, 4013 or 4014
        self.identified: list[tuple[float, int, int]] = []  # when each IDENTIFY came, its bucket and its shard
        self._last_identify: dict[int, float] = {}
        self._dropping: asyncio.Task[None] | None = None

    # What tests look at and break.

    def connected(self, shard: int | None = None) -> list[Session]:
        """Sessions with a live connection, of one shard or all."""
        live = [session for session in self.sessions.values() if session.connection is not None]
        return [session for session in live if shard in {None, session.shard}]

    async def ready(self, shards: int = 1, timeout_s: float = 60.0) -> None:
        """Wait until this many shards are connected."""
        if not await self._server.changes.until(lambda: len(self.connected()) >= shards, timeout_s):
            message = f"expected {shards} connected shards within {timeout_s:g} s, got {len(self.connected())}"
            raise AssertionError(message)

    def smallest_distance(self) -> float:
        """Between two IDENTIFYs of a bucket, in seconds; infinite where no bucket had two."""
        buckets: dict[int, list[float]] = {}
        for moment, bucket, _ in self.identified:
            buckets.setdefault(bucket, []).append(moment)
        return min((after - before for each in buckets.values() for before, after in pairwise(each)), default=math.inf)

    def _each(self, shard: int | None, act: Callable[[Connection], None]) -> int:
        chosen = [session.connection for session in self.connected(shard) if session.connection is not None]
        for connection in chosen:
            act(connection)
        return len(chosen)

    def drop(self, shard: int | None = None) -> int:
        """Cut connections without a close frame; sessions can be resumed. Returns how many."""
        return self._each(shard, Connection.abort)

    def half_close(self, shard: int | None = None) -> int:
        """Close the server's side of connections only."""
        return self._each(shard, Connection.half_close)

    def close(self, code: int, shard: int | None = None) -> int:
        """Close connections with a code."""
        return self._each(shard, lambda connection: connection.close(code))

    def reconnect(self, shard: int | None = None) -> int:
        """Ask clients to reconnect and resume (op 7)."""
        return self._each(shard, lambda connection: connection.send({"op": RECONNECT, "d": None}))

    def invalidate(self, resumable: bool = False, shard: int | None = None) -> int:
        """Tell clients that their session is invalid (op 9)."""

        def tell(connection: Connection) -> None:
            if not resumable and connection.session is not None:
                self.sessions.pop(connection.session.id, None)
            connection.send({"op": INVALID, "d": resumable})

        return self._each(shard, tell)

    def freeze(self, shard: int | None = None) -> int:
        """Leave connections open but dead: nothing is read from them or sent to them any more."""

        def stop(connection: Connection) -> None:
            connection.frozen = True

        return self._each(shard, stop)

    def spoil(self, event: str | None, how: Spoil, *, op: int = DISPATCH, times: int = 1) -> Spoiler:
        """Have the next frames of a kind say something else; `event` is None for those that are no events."""
        self.spoilers.append(spoiler := Spoiler(how, event, op, times))
        return spoiler

    def drop_every(self, seconds: float | None) -> None:
        """Cut all connections again and again; None stops it."""
        if self._dropping is not None:
            self._dropping.cancel()
            self._dropping = None
        if seconds is not None:
            self._dropping = asyncio.create_task(self._drop_every(seconds))

    async def _drop_every(self, seconds: float) -> None:
        while True:
            await asyncio.sleep(seconds)
            self.drop()

    async def shut(self) -> None:
        self.drop_every(None)
        for connection in list(self.connections):
            connection.abort()
        await self._server.changes.until(lambda: not self.connections, 5.0)

    # What the server sends.

    def _written(self, frame: Json) -> str | bytes:
        spoiler = next((each for each in self.spoilers if each.takes(frame)), None)
        return json.dumps(frame) if spoiler is None else spoiler.how(frame)

    def dispatch(self, guild: Guild | None, kind: str, data: Json, needs: int = 0) -> int:
        """Send a gateway event to the sessions that serve a guild (None: direct messages), connected or resumable.

        Returns:
            How many sessions got it or will when they resume.
        """
        self._forget()
        found = [each for each in self.sessions.values() if each.serves(guild) and each.intents & needs == needs]
        for session in found:
            session.dispatch(kind, data)
        return len(found)

    def _forget(self) -> None:
        """Drop the sessions that nobody came back for."""
        now = time.monotonic()
        for session in list(self.sessions.values()):
            if session.lost is not None and now - session.lost > self._server.timing.resume_s:
                del self.sessions[session.id]

    # What clients send.

    async def handle(self, request: web.Request) -> web.StreamResponse:
        socket = web.WebSocketResponse(autoclose=True, max_msg_size=0)
        await socket.prepare(request)
        connection = Connection(request, socket, self._written)
        if request.query.get("v") not in {None, "10"} or request.query.get("encoding", "json") != "json":
            await socket.close(code=4012)
            return socket
        if self.refuse_hello is not None:
            await socket.close(code=self.refuse_hello)
            return socket
        self.connections.add(connection)
        writer = asyncio.create_task(connection.write())
        interval_ms = self._server.timing.heartbeat_s * 1000
        connection.send({"op": HELLO, "d": {"heartbeat_interval": interval_ms, "_trace": []}})
        try:
            await self._read(connection)
        finally:
            writer.cancel()
            self.connections.discard(connection)
            self._lost(connection)
        return socket

    def _lost(self, connection: Connection) -> None:
        session = connection.session
        if session is not None and session.connection is connection:
            session.connection, session.lost = None, time.monotonic()
            if connection.said_goodbye:
                events = [frame["d"] for frame in connection.unsent if frame.get("t") == "INTERACTION_CREATE"]
                self.undelivered |= {event["token"] for event in events}
                self.sessions.pop(session.id, None)  # a client that says goodbye does not come back
        self._server.changes.announce()

    async def _read(self, connection: Connection) -> None:
        timing = self._server.timing
        while True:
            left = connection.alive + timing.heartbeat_s * timing.heartbeat_patience - time.monotonic()
            try:
                message = await connection.socket.receive(timeout=None if connection.frozen else max(left, 0.001))
            except TimeoutError:
                if connection.frozen:
                    continue
                if connection.session is not None:
                    self.sessions.pop(connection.session.id, None)
                await connection.socket.close(code=4009)
                return
            if message.type in {WSMsgType.CLOSE, WSMsgType.CLOSING, WSMsgType.CLOSED, WSMsgType.ERROR}:
                goodbye = message.type == WSMsgType.CLOSE and message.data in {1000, 1001}
                connection.said_goodbye = goodbye and not connection.closing
                return
            if connection.frozen:
                continue
            code = self._receive(connection, message.data)
            if code is not None:
                connection.close(code)

    def _receive(self, connection: Connection, text: str) -> int | None:
        """Act on a frame; returns the close code that it deserves, if any."""
        now = time.monotonic()
        try:
            frame = json.loads(text)
            op, data = frame["op"], frame.get("d")
        except (ValueError, KeyError, TypeError):
            return 4002
        if op != HEARTBEAT:  # a test may have shortened their interval
            connection.received.append(now)
            while now - connection.received[0] > 60:
                connection.received.popleft()
            if len(connection.received) > MOST_SENDS:
                return 4008
        if op == HEARTBEAT:
            connection.heartbeats += 1
            connection.alive = now
            connection.send({"op": ACK})
            return None
        if op == IDENTIFY:
            return self._identify(connection, data)
        if op == RESUME:
            return self._resume(connection, data)
        if op not in {PRESENCE, VOICE_STATE, MEMBERS}:
            return 4001
        if connection.session is None:
            return 4003
        if op == MEMBERS:
            self._members(connection.session, data)
        return None

    def _identify(self, connection: Connection, data: Json) -> int | None:
        self.identifies.append(data)
        shard, count = data.get("shard") or (0, 1)
        intents = data.get("intents")
        guilds = self._server.guilds_of(shard, count) if 0 <= shard < count else []
        code = self._refusal(connection, data, shard, count, intents, len(guilds))
        if code is not None:
            return code
        assert isinstance(intents, int)
        bucket = shard % self._server.max_concurrency
        now = time.monotonic()
        last = self._last_identify.get(bucket)
        every_s = self._server.timing.identify_every_s
        self._last_identify[bucket] = now
        self.identified.append((now, bucket, shard))
        if every_s and last is not None and now - last < every_s:
            connection.send({"op": INVALID, "d": False})
            return None
        session = Session(secrets.token_hex(16), shard, count, intents, connection=connection)
        connection.session = session
        self.sessions[session.id] = session
        bot = self._server.bot
        session.dispatch(
            "READY",
            {
                "v": 10,
                "user": {**bot.payload(), "verified": True, "mfa_enabled": True, "email": None, "flags": 0},
                "user_settings": {},
                "session_id": session.id,
                "session_type": "normal",
                "resume_gateway_url": self._server.gateway_url,
                "shard": [shard, count],
                "guilds": [{"id": str(guild.id), "unavailable": True} for guild in guilds],
                "private_channels": [],
                "relationships": [],
                "presences": [],
                "application": {"id": str(self._server.application_id), "flags": 0},
                "_trace": [],
            },
        )
        for guild in guilds if intents & GUILDS else []:
            session.dispatch("GUILD_CREATE", guild.create_payload(bot))
        self._server.changes.announce()
        return None

    def _refusal(
        self, connection: Connection, data: Json, shard: int, count: int, intents: object, guilds: int
    ) -> int | None:
        if connection.session is not None:
            return 4005
        if self.refuse_identify is not None:
            code, self.refuse_identify = self.refuse_identify, None
            return code
        if data.get("token") != self._server.token:
            return 4004
        if not 0 <= shard < count:
            return 4010
        if guilds > MOST_GUILDS:
            return 4011
        if not isinstance(intents, int) or not 0 <= intents <= ALL_INTENTS:
            return 4013
        if intents & PRIVILEGED & ~self.allowed_privileged:
            return 4014
        return None

    def _resume(self, connection: Connection, data: Json) -> int | None:
        self.resumes.append(data)
        self._forget()
        if data.get("token") != self._server.token:
            return 4004
        session = self.sessions.get(str(data.get("session_id")))
        sequence = data.get("seq") or 0
        oldest = session.sent[0][0] if session is not None and session.sent else 1
        if session is None or sequence < oldest - 1:
            connection.send({"op": INVALID, "d": False})
            return None
        if sequence > session.sequence:
            return 4007
        if session.connection is not None:
            session.connection.close(4000)
        missed = [frame for number, frame in session.sent if number > sequence]
        session.connection, session.lost, connection.session = connection, None, session
        session.resumed += 1
        for frame in missed:
            connection.send(frame)
        session.dispatch("RESUMED", {"_trace": []})
        self._server.changes.announce()
        return None

    def _members(self, session: Session, data: Json) -> None:
        guild = self._server.guilds.get(int(data["guild_id"]))
        wanted = {int(each) for each in data.get("user_ids") or []}
        members = [] if guild is None else list(guild.members.values())
        if wanted:
            members = [each for each in members if each.user.id in wanted]
        elif data.get("query"):
            members = [each for each in members if each.user.name.startswith(data["query"])]
        limit = data.get("limit") or len(members)
        chunk = {
            "guild_id": str(data["guild_id"]),
            "members": [each.payload() for each in members[:limit]],
            "chunk_index": 0,
            "chunk_count": 1,
            "not_found": [],
            "nonce": data.get("nonce"),
        }
        session.dispatch("GUILD_MEMBERS_CHUNK", chunk)


def is_seen_by(channel: Channel) -> int:
    """The intent that messages of a channel need."""
    return DIRECT_MESSAGES if channel.guild is None else GUILD_MESSAGES
