"""The server: its parts put together, and the world that tests build in it."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable, Mapping
from email.utils import formatdate
from typing import Any

from aiohttp import web

from .actions import Actions
from .clock import Changes, Snowflakes, Timing
from .errors import Json
from .faults import Faults
from .forums import archived_now
from .gateway import GUILDS, MESSAGE_CONTENT, Gateway, is_seen_by
from .interactions import Interactions
from .messages import FORWARD, Message, MessageStore, Upload
from .requests import API, Front, Request
from .rest import Rest
from .world import (
    EVERYBODY,
    FORUM,
    PRIVATE_THREAD,
    THREAD,
    Bits,
    Channel,
    Guild,
    Member,
    Overwrite,
    Permission,
    Role,
    Tag,
    User,
    bits,
    permission,
    permissions_in,
    sees,
)

TOKEN = "loopback-token"
_FIRST_GUILD_MS = 160_000_000_000  # a date that makes ids of today's length


class DiscordServer(Actions):
    """Discord on 127.0.0.1, with a user and a guild to begin with. README.md shows how a test uses it."""

    def __init__(
        self,
        *,
        token: str = TOKEN,
        shards: int = 1,
        timing: Timing | None = None,
        faults: Faults | None = None,
        max_concurrency: int = 1,
        wall: Callable[[], float] = time.time,
    ) -> None:
        """Prepare a server; `wall` is the time of day that ids, and so messages, and answers get, as a Unix time."""
        self.token, self.shards, self.max_concurrency, self.wall = token, shards, max_concurrency, wall
        self.timing = timing or Timing()
        self.faults = faults or Faults()
        self.changes = Changes()
        self.new_id = Snowflakes(wall)
        self.application_id = self.new_id()
        self.users: dict[int, User] = {}
        self.guilds: dict[int, Guild] = {}
        self.channels: dict[int, Channel] = {}
        self._direct: dict[int, Channel] = {}
        self.commands: dict[int | None, list[Json]] = {}  # by guild; None: global
        self.application: Json = {}  # what of the application's settings is other than usual
        self.messages = MessageStore(self.new_id, self.changes)
        self.messages.announce = self._announce
        self.interactions = Interactions(self.messages, self.timing, self.changes)
        self.gateway = Gateway(self)
        self.front = Front(self)
        self.rest = Rest(self)
        self._runner: web.AppRunner | None = None
        self._port = 0
        self.bot = User(self.application_id, "dateline", bot=True)
        self.users[self.bot.id] = self.bot
        self.owner = self.add_user("owner")
        self.user = self.add_user("reader")
        self.guild = self.add_guild("Newsroom")
        self.channel = self.guild.channels[0]

    # Running

    @property
    def base(self) -> str:
        return f"http://127.0.0.1:{self._port}"

    @property
    def api_url(self) -> str:
        return self.base + API

    @property
    def gateway_url(self) -> str:
        return f"ws://127.0.0.1:{self._port}/ws"

    async def start(self, port: int = 0) -> None:
        app = web.Application(middlewares=[self.front.middleware], client_max_size=64 * 1024 * 1024)
        self.rest.add_routes(app)
        app.on_response_prepare.append(self._date)
        app.router.add_get("/ws", self.gateway.handle)
        self._runner = web.AppRunner(app, access_log=None, shutdown_timeout=1.0, handle_signals=False)
        await self._runner.setup()
        site = web.TCPSite(self._runner, "127.0.0.1", port)
        await site.start()
        self._port = self._runner.addresses[0][1]

    async def _date(self, _: web.Request, response: web.StreamResponse) -> None:
        response.headers["Date"] = formatdate(self.wall(), usegmt=True)

    async def stop(self) -> None:
        self.front.closing.set()
        await self.gateway.shut()
        if self._runner is not None:
            await self._runner.cleanup()

    def check(self) -> None:
        """Fail if something came that the server does not know, or if it broke itself."""
        if self.front.failures:
            message = f"the stand-in for Discord failed {len(self.front.failures)} times"
            raise AssertionError(message) from self.front.failures[0]
        if self.front.unknown:
            message = f"the bot asked for routes that the stand-in for Discord does not have: {self.front.unknown}"
            raise AssertionError(message)

    @property
    def requests(self) -> list[Request]:
        """Everything that arrived over HTTP."""
        return self.front.requests

    async def ready(self, shards: int = 1, timeout_s: float = 60.0) -> None:
        """Wait until this many shards are connected."""
        await self.gateway.ready(shards, timeout_s)

    async def until(self, condition: Callable[[], object], timeout_s: float = 60.0) -> None:
        """Wait until `condition()` is true, looking after each request and each gateway frame that matters."""
        if not await self.changes.until(condition, timeout_s):
            message = f"waited {timeout_s:g} s in vain"
            raise AssertionError(message)

    @property
    def reads_content(self) -> bool:
        return bool(self.gateway.allowed_privileged & MESSAGE_CONTENT)

    # The world

    def add_user(self, name: str, *, locale: str = "en-US", installed: bool = False) -> User:
        """Add a person; `installed`: who uses the app everywhere, also where the bot is no member."""
        user = User(self.new_id(), name, locale, installed=installed)
        self.users[user.id] = user
        return user

    def add_guild(
        self,
        name: str = "Guild",
        *,
        channels: Iterable[str] = ("general",),
        locale: str = "en-US",
        bot_permissions: Bits = 0,
        everyone: Bits = EVERYBODY,
        bot_is_member: bool = True,
        guild_id: int | None = None,
    ) -> Guild:
        """Add a guild, and tell connected shards. Guilds added one after the other lie on successive shards.

        Args:
            bot_permissions: what the bot's own role grants beyond `everyone`.
        """
        guild = Guild(guild_id or (_FIRST_GUILD_MS + len(self.guilds)) << 22, name, locale, self.owner, bot_is_member)
        guild.roles.append(Role(guild.id, "@everyone", bits(everyone)))
        self.guilds[guild.id] = guild
        for channel in channels:
            self._new_channel(guild, channel, 0)
        guild.member(self.owner)
        if bot_is_member:
            own = Role(self.new_id(), self.bot.name, bits(bot_permissions), position=1, managed=True)
            guild.roles.append(own)
            guild.members[self.bot.id] = Member(self.bot, [own])
            # Without this key a client takes it for a guild that has just been joined.
            payload = {key: value for key, value in guild.create_payload(self.bot).items() if key != "unavailable"}
            self.gateway.dispatch(guild, "GUILD_CREATE", payload, GUILDS)
        return guild

    def remove_guild(self, guild: Guild, *, unavailable: bool = False) -> None:
        """Throw the bot out of a guild or, `unavailable`, let the guild have an outage."""
        payload: Json = {"id": str(guild.id)}
        if unavailable:
            payload["unavailable"] = True
        else:
            guild.bot_is_member = False
            guild.members.pop(self.bot.id, None)
        self.gateway.dispatch(guild, "GUILD_DELETE", payload, GUILDS)

    def guilds_of(self, shard: int, shard_count: int) -> list[Guild]:
        """The guilds with the bot that a shard serves."""
        return [each for each in self.guilds.values() if each.bot_is_member and (each.id >> 22) % shard_count == shard]

    def _new_channel(self, guild: Guild, name: str, kind: int) -> Channel:
        channel = Channel(self.new_id(), name, kind, guild, position=len(guild.channels))
        guild.channels.append(channel)
        self.channels[channel.id] = channel
        return channel

    def add_channel(self, name: str, guild: Guild | None = None, *, kind: int = 0) -> Channel:
        """Add a channel (5: announcements, 2: voice, 13: stage), and tell connected shards."""
        channel = self._new_channel(guild or self.guild, name, kind)
        self._tell_channel("CHANNEL_CREATE", channel)
        return channel

    def delete_channel(self, channel: Channel) -> None:
        assert channel.guild is not None
        channel.deleted = True
        if channel.parent is not None:
            channel.guild.threads.remove(channel)
            self._tell_channel("THREAD_DELETE", channel)
            return
        channel.guild.channels.remove(channel)
        self._tell_channel("CHANNEL_DELETE", channel)

    def add_forum(
        self,
        name: str,
        *tags: str,
        guild: Guild | None = None,
        requires_tag: bool = False,
        moderated: tuple[str, ...] = (),
        kind: int = FORUM,
    ) -> Channel:
        """Add a forum (or, 16, a media channel) with tags, of which `moderated` ones are for moderators."""
        forum = self._new_channel(guild or self.guild, name, kind)
        forum.tags = [Tag(self.new_id(), each, each in moderated) for each in (*tags, *moderated)]
        forum.requires_tag = requires_tag
        self._tell_channel("CHANNEL_CREATE", forum)
        return forum

    def add_thread(
        self, name: str, parent: Channel | None = None, *, kind: int = THREAD, members: Iterable[User] = ()
    ) -> Channel:
        """Add a thread (12: a private one, for its `members`), and tell connected shards."""
        parent = parent or self.channel
        guild = parent.guild
        assert guild is not None
        thread = Channel(self.new_id(), name, kind, guild, parent=parent)
        thread.thread_members = {each.id for each in members}
        self.keep_thread(thread)
        return thread

    def threads_of(self, channel: Channel) -> list[Channel]:
        """A channel's threads, archived ones too."""
        assert channel.guild is not None
        return [each for each in channel.guild.threads if each.parent is channel]

    def keep_thread(self, thread: Channel) -> None:
        """Have a thread among those of its guild, and tell connected shards whose bot sees it."""
        assert thread.guild is not None
        thread.guild.threads.append(thread)
        self.channels[thread.id] = thread
        self._tell_channel("THREAD_CREATE", thread)

    def change_thread(self, thread: Channel, *, archived: bool | None = None, locked: bool | None = None) -> None:
        """Archive, wake, lock or unlock a thread, and tell connected shards."""
        if archived is not None:
            thread.archived, thread.archived_at = archived, archived_now(self.wall())
        thread.locked = thread.locked if locked is None else locked
        self._tell_channel("THREAD_UPDATE", thread)

    def _tell_channel(self, kind: str, channel: Channel) -> None:
        guild = channel.guild
        if channel.kind == PRIVATE_THREAD and not sees(channel, self.bot):
            return
        if guild is not None and guild.bot_is_member:
            self.gateway.dispatch(guild, kind, channel.payload(), GUILDS)

    def add_role(
        self, name: str, guild: Guild | None = None, *, permissions: Bits = 0, mentionable: bool = False
    ) -> Role:
        guild = guild or self.guild
        role = Role(self.new_id(), name, bits(permissions), position=len(guild.roles), mentionable=mentionable)
        guild.roles.append(role)
        if guild.bot_is_member:
            payload = {"guild_id": str(guild.id), "role": role.payload()}
            self.gateway.dispatch(guild, "GUILD_ROLE_CREATE", payload, GUILDS)
        return role

    def deny(self, channel: Channel, *names: str, whom: User | Role | None = None) -> None:
        """Take permissions such as `send_messages` from the bot, or from `whom`, in a channel."""
        self._overwrite(channel, names, whom, allow=False)

    def allow(self, channel: Channel, *names: str, whom: User | Role | None = None) -> None:
        """Give permissions to the bot, or to `whom`, in a channel."""
        self._overwrite(channel, names, whom, allow=True)

    def _overwrite(self, channel: Channel, names: tuple[str, ...], whom: User | Role | None, allow: bool) -> None:
        whom = whom or self.bot
        overwrite = channel.overwrites.setdefault(whom.id, Overwrite(is_member=isinstance(whom, User)))
        for name in names:
            bit = int(permission(name))
            overwrite.allow = overwrite.allow | bit if allow else overwrite.allow & ~bit
            overwrite.deny = overwrite.deny & ~bit if allow else overwrite.deny | bit
        self._tell_channel("CHANNEL_UPDATE", channel)

    def direct_channel(self, user: User) -> Channel:
        """The direct messages between a user and the bot."""
        if user.id not in self._direct:
            self._direct[user.id] = self._private([user], with_bot=True)
        return self._direct[user.id]

    def private_channel(self, user: User, other: User) -> Channel:
        """The direct messages between two people, where only a user-installed app can be used."""
        return self._private([other, user], with_bot=False)

    def _private(self, recipients: list[User], with_bot: bool) -> Channel:
        channel = Channel(self.new_id(), kind=1, recipients=recipients, with_bot=with_bot)
        self.channels[channel.id] = channel
        return channel

    # Messages

    def say(
        self,
        content: str,
        *,
        user: User | None = None,
        channel: Channel | None = None,
        files: Mapping[str, str | None] | None = None,
        **body: Any,
    ) -> Message:
        """Let a user write a message; `body` may hold `embeds`, `components` with their flag, a `poll`, ...

        Args:
            files: names of files that are attached, each with its description.
        """
        uploads = [Upload(f"files[{number}]", name, b"content") for number, name in enumerate(files or {})]
        if files:
            body["attachments"] = [
                {"id": number, "filename": name, **({} if text is None else {"description": text})}
                for number, (name, text) in enumerate(files.items())
            ]
        channel = channel or self.channel
        return self.messages.create(channel, user or self.user, {"content": content, **body}, uploads)

    def forward(self, message: Message, *, user: User | None = None, channel: Channel | None = None) -> Message:
        """Let a user forward a message."""
        reference = {"type": FORWARD, "message_id": str(message.id), "channel_id": str(message.channel.id)}
        return self.say("", user=user, channel=channel, message_reference=reference)

    def post_history(self, channel: Channel | None = None) -> list[Message]:
        """What everybody sees in a channel, oldest first; answers that only one user sees are not among it."""
        return self.messages.posts(channel or self.channel)

    def _announce(self, kind: str, message: Message) -> None:
        channel, guild = message.channel, message.channel.guild
        if guild is None:
            if not channel.with_bot:
                return
        elif not (guild.bot_is_member and permissions_in(channel, self.bot) & Permission.VIEW_CHANNEL):
            return
        payload: Json = {"id": str(message.id), "channel_id": str(channel.id)}
        if kind != "MESSAGE_DELETE":
            payload = self.rest.show(message)
        if guild is not None:
            payload["guild_id"] = str(guild.id)
            if kind != "MESSAGE_DELETE" and message.author.id in guild.members:
                payload["member"] = guild.members[message.author.id].payload(with_user=False)
        self.gateway.dispatch(guild, kind, payload, is_seen_by(channel))
