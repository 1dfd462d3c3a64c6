"""The REST routes that a bot of this kind needs."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

from aiohttp import web

from .command_limits import SLASH, check_again, check_command, check_commands
from .errors import (
    ApiError,
    FormErrors,
    Json,
    missing_access,
    missing_permissions,
    not_found,
    unknown_channel,
    unknown_guild,
    unknown_message,
)
from .forums import Forums
from .limits import V2
from .messages import Message, message_payload
from .requests import API, RECORD, Request, answer, mapping, no_content
from .world import FORUMS, THREADS, Channel, Guild, Permission, permissions_in, sees

if TYPE_CHECKING:
    from .server import DiscordServer

MOST_CREATES = 200  # application commands a day, for all servers and for each


def _snowflake(text: str) -> int:
    return int(text) if text.isdecimal() else 0


def _record(request: web.Request) -> Request:
    return request[RECORD]


def _body(request: web.Request) -> Json:
    return mapping(_record(request).body)


def _listed(part: Json, whole: bool) -> Json:
    """A command, an option or a choice as Discord lists it: in its own order and words, without what goes without
    saying; translations only for who asks for them."""
    listed: Json = {}
    for key, value in sorted(part.items()):
        if key.endswith("_localizations") and not whole:
            continue
        if key == "default_member_permissions" and value is not None:
            listed[key] = str(value)
        elif key in {"options", "choices"}:
            if value or "id" in part:
                listed[key] = [_listed(each, whole) for each in value]
        elif key in {"contexts", "integration_types"} and value is not None:
            listed[key] = sorted(value, reverse=True)
        elif key == "dm_permission" or (key in {"required", "autocomplete"} and not value):
            continue
        else:
            listed[key] = value
    return listed


class Rest:
    def __init__(self, server: DiscordServer) -> None:
        self._server = server
        self._nonces: dict[str, tuple[float, Message]] = {}
        self._creates: dict[int | None, int] = {}
        self._forums = Forums(server)

    def add_routes(self, app: web.Application) -> None:
        table = {
            "GET /users/@me": self.me,
            "POST /users/@me/channels": self.open_direct,
            "GET /users/@me/guilds": self.my_guilds,
            "GET /users/{user}": self.user,
            "GET /applications/@me": self.application,
            "GET /oauth2/applications/@me": self.application,
            "GET /gateway": self.gateway,
            "GET /gateway/bot": self.gateway_bot,
            "GET /applications/{app}/commands": self.commands,
            "PUT /applications/{app}/commands": self.put_commands,
            "POST /applications/{app}/commands": self.post_command,
            "DELETE /applications/{app}/commands/{command}": self.delete_command,
            "GET /applications/{app}/guilds/{guild}/commands": self.commands,
            "PUT /applications/{app}/guilds/{guild}/commands": self.put_commands,
            "POST /applications/{app}/guilds/{guild}/commands": self.post_command,
            "DELETE /applications/{app}/guilds/{guild}/commands/{command}": self.delete_command,
            "POST /interactions/{interaction}/{token}/callback": self.callback,
            "POST /webhooks/{app}/{token}": self.follow_up,
            "GET /webhooks/{app}/{token}/messages/{message}": self.get_answer,
            "PATCH /webhooks/{app}/{token}/messages/{message}": self.edit_answer,
            "DELETE /webhooks/{app}/{token}/messages/{message}": self.delete_answer,
            "GET /channels/{channel}": self.channel,
            "GET /channels/{channel}/messages": self.history,
            "POST /channels/{channel}/messages": self.post,
            "GET /channels/{channel}/messages/{message}": self.message,
            "PATCH /channels/{channel}/messages/{message}": self.edit,
            "DELETE /channels/{channel}/messages/{message}": self.delete,
            "POST /channels/{channel}/typing": self.typing,
            "POST /channels/{channel}/messages/{message}/crosspost": self.crosspost,
            "POST /channels/{channel}/threads": self.start_thread,
            "GET /channels/{channel}/threads/archived/public": self.archived_threads,
            "GET /guilds/{guild}/threads/active": self.active_threads,
            "GET /guilds/{guild}": self.guild,
            "GET /guilds/{guild}/channels": self.guild_channels,
            "GET /guilds/{guild}/members/{user}": self.guild_member,
        }
        for route, handler in table.items():
            method, path = route.split()
            app.router.add_route(method, API + path, handler)
        app.router.add_get("/attachments/{attachment}/{name}", self.attachment)

    def show(self, message: Message) -> Json:
        """A message as the bot sees it: its own whole, others' as its intents allow."""
        server = self._server
        own = message.author is server.bot or message.channel.guild is None
        whole = own or server.reads_content or server.bot.id in message.pings.users
        return message_payload(message, server.base, server.users, whole)

    # Who am I, where is the gateway

    async def me(self, request: web.Request) -> web.Response:
        extra = {"verified": True, "mfa_enabled": True, "email": None, "flags": 0, "locale": "en-US"}
        return answer({**self._server.bot.payload(), **extra})

    async def my_guilds(self, request: web.Request) -> web.Response:
        server = self._server
        after, most = _snowflake(request.query.get("after", "")), int(request.query.get("limit", "200"))
        there = sorted((each for each in server.guilds.values() if each.bot_is_member), key=lambda each: each.id)
        shown: list[Json] = [
            {
                "id": str(guild.id),
                "name": guild.name,
                "icon": None,
                "banner": None,
                "owner": guild.owner is server.bot,
                "permissions": str(guild.permissions_of(server.bot)),
                "features": [],
            }
            for guild in there
            if guild.id > after
        ]
        return answer(shown[:most])

    async def user(self, request: web.Request) -> web.Response:
        user = self._server.users.get(_snowflake(request.match_info["user"]))
        if user is None:
            raise not_found(10013, "User")
        return answer(user.payload())

    async def application(self, request: web.Request) -> web.Response:
        server = self._server
        return answer(
            {
                "id": str(server.application_id),
                "name": server.bot.name,
                "icon": None,
                "description": "",
                "rpc_origins": [],
                "bot_public": True,
                "bot_require_code_grant": False,
                "bot": server.bot.payload(),
                "owner": server.owner.payload(),
                "verify_key": "0" * 64,
                "team": None,
                "flags": 0,
                "tags": [],
                "redirect_uris": [],
                "approximate_guild_count": sum(1 for guild in server.guilds.values() if guild.bot_is_member),
                "approximate_user_install_count": sum(1 for user in server.users.values() if user.installed),
                "integration_types_config": {"0": {}, "1": {}},
                "interactions_endpoint_url": None,
                **server.application,
            }
        )

    async def gateway(self, request: web.Request) -> web.Response:
        return answer({"url": self._server.gateway_url})

    async def gateway_bot(self, request: web.Request) -> web.Response:
        server = self._server
        limit = {
            "total": 1000,
            "remaining": max(0, server.gateway.starts_left - len(server.gateway.identifies)),
            "reset_after": 86_400_000,
            "max_concurrency": server.max_concurrency,
        }
        return answer({"url": server.gateway_url, "shards": server.shards, "session_start_limit": limit})

    # Application commands

    def _scope(self, request: web.Request) -> int | None:
        """The guild whose commands are meant, None for the global ones."""
        if _snowflake(request.match_info["app"]) != self._server.application_id:
            raise missing_access()
        guild = request.match_info.get("guild")
        if guild is None:
            return None
        return self._member_guild(guild).id

    def _keep(self, commands: list[Json], scope: int | None) -> list[Json]:
        """Number and complete commands; one of the same kind and name keeps its id."""
        known = {(each["type"], each["name"]): each for each in self._server.commands.get(scope, [])}
        created = sum(1 for each in commands if (each.get("type", SLASH), each["name"]) not in known)
        self._creates[scope] = self._creates.get(scope, 0) + created
        if self._creates[scope] > MOST_CREATES:
            message = f"Maximum number of daily application command creates has been reached ({MOST_CREATES})"
            raise ApiError(400, 30034, message)
        kept = []
        for command in commands:
            kind = command.get("type", SLASH)
            old = known.get((kind, command["name"]))
            kept.append(
                {
                    "description": "",
                    "options": [],
                    "default_member_permissions": None,
                    "nsfw": False,
                    "contexts": None,
                    "integration_types": [0],
                    **{key: value for key, value in command.items() if value is not None},
                    "id": old["id"] if old else str(self._server.new_id()),
                    "application_id": str(self._server.application_id),
                    "version": str(self._server.new_id()),
                    "type": kind,
                    **({} if scope is None else {"guild_id": str(scope)}),
                }
            )
        return kept

    async def commands(self, request: web.Request) -> web.Response:
        whole = request.query.get("with_localizations") == "true"
        return answer([_listed(each, whole) for each in self._server.commands.get(self._scope(request), [])])

    async def put_commands(self, request: web.Request) -> web.Response:
        scope = self._scope(request)
        self._server.commands[scope] = self._keep(check_again(_record(request).body), scope)
        return answer(self._server.commands[scope])

    async def post_command(self, request: web.Request) -> web.Response:
        scope, command = self._scope(request), _body(request)
        errors = FormErrors()
        check_command(command, (), errors)
        errors.raise_any()
        key = (command.get("type", SLASH), command["name"])
        others = [each for each in self._server.commands.get(scope, []) if (each["type"], each["name"]) != key]
        check_commands([*others, command])
        [kept] = self._keep([command], scope)
        self._server.commands[scope] = [*others, kept]
        return answer(kept, 201)

    async def delete_command(self, request: web.Request) -> web.Response:
        scope = self._scope(request)
        commands = self._server.commands.get(scope, [])
        left = [each for each in commands if each["id"] != request.match_info["command"]]
        if len(left) == len(commands):
            raise not_found(10063, "application command")
        self._server.commands[scope] = left
        return no_content()

    # Interactions

    async def callback(self, request: web.Request) -> web.Response:
        record, token = _record(request), request.match_info["token"]
        interactions = self._server.interactions
        try:
            interaction = interactions.respond(
                _snowflake(request.match_info["interaction"]), token, _body(request), record.uploads
            )
        except ApiError as error:
            self._server.interactions.refuse(token, error)
            raise
        if request.query.get("with_response") not in {"1", "true"}:
            return no_content()
        shown = None if interaction.original is None else self.show(interaction.original)
        return answer(interactions.callback_payload(interaction, shown))

    def _webhook(self, request: web.Request) -> tuple[int, str]:
        return _snowflake(request.match_info["app"]), request.match_info["token"]

    async def follow_up(self, request: web.Request) -> web.Response:
        app, token = self._webhook(request)
        try:
            message = self._server.interactions.follow_up(app, token, _body(request), _record(request).uploads)
        except ApiError as error:
            self._server.interactions.refuse(token, error)
            raise
        return answer(self.show(message))

    async def get_answer(self, request: web.Request) -> web.Response:
        app, token = self._webhook(request)
        _, message = self._server.interactions.find(app, token, request.match_info["message"])
        return answer(self.show(message))

    async def edit_answer(self, request: web.Request) -> web.Response:
        app, token = self._webhook(request)
        name = request.match_info["message"]
        try:
            message = self._server.interactions.edit(app, token, name, _body(request), _record(request).uploads)
        except ApiError as error:
            self._server.interactions.refuse(token, error)
            raise
        return answer(self.show(message))

    async def delete_answer(self, request: web.Request) -> web.Response:
        app, token = self._webhook(request)
        self._server.interactions.delete(app, token, request.match_info["message"])
        return no_content()

    # Channels and their messages

    def _channel(self, request: web.Request, *needed: Permission) -> Channel:
        """A channel that the bot may see and do `needed` in.

        Raises:
            ApiError: 10003 if there is none, 50001 if the bot does not see it, 50013 if it may not.
        """
        server = self._server
        channel = server.channels.get(_snowflake(request.match_info["channel"]))
        if channel is None or channel.deleted:
            raise unknown_channel()
        if channel.guild is None:
            if not channel.with_bot:
                raise missing_access()
            return channel
        if not channel.guild.bot_is_member:
            raise missing_access()
        if not sees(channel, server.bot):
            raise missing_access()
        granted = permissions_in(channel, server.bot)
        for permission in needed:
            if not granted & permission:
                raise missing_permissions()
        return channel

    def _sending(self, request: web.Request) -> Permission:
        """The permission that sending to a channel needs."""
        is_thread = self._channel(request).kind in THREADS
        return Permission.SEND_MESSAGES_IN_THREADS if is_thread else Permission.SEND_MESSAGES

    def _message(self, request: web.Request, channel: Channel) -> Message:
        message = self._server.messages.by_id.get(_snowflake(request.match_info["message"]))
        if message is None or message.deleted or message.ephemeral or message.channel is not channel:
            raise unknown_message()
        return message

    def _readable(self, request: web.Request) -> Channel:
        channel = self._channel(request)
        if channel.guild is not None:
            granted = permissions_in(channel, self._server.bot)
            if not granted & Permission.READ_MESSAGE_HISTORY:
                raise missing_access()
        return channel

    async def channel(self, request: web.Request) -> web.Response:
        return answer(self._channel(request).payload())

    async def history(self, request: web.Request) -> web.Response:
        channel = self._readable(request)
        errors = FormErrors()
        limit = int(request.query.get("limit", "50"))
        errors.number(limit, ("limit",), 1, 100)
        errors.raise_any()
        messages = self._server.messages.posts(channel)
        if "before" in request.query:
            messages = [each for each in messages if each.id < int(request.query["before"])]
        if "after" in request.query:
            messages = [each for each in messages if each.id > int(request.query["after"])][:limit]
        if "around" in request.query:
            middle = int(request.query["around"])
            messages = sorted(sorted(messages, key=lambda each: abs(each.id - middle))[:limit], key=lambda m: m.id)
        return answer([self.show(each) for each in reversed(messages[-limit:])])

    async def message(self, request: web.Request) -> web.Response:
        return answer(self.show(self._message(request, self._readable(request))))

    async def post(self, request: web.Request) -> web.Response:
        server, record, body = self._server, _record(request), _body(request)
        needed = [self._sending(request)]
        needed += [Permission.EMBED_LINKS] if body.get("embeds") else []
        needed += [Permission.ATTACH_FILES] if record.uploads else []
        channel = self._channel(request, *needed)
        if channel.kind in FORUMS:
            raise ApiError(400, 50008, "Cannot send messages in a non-text channel")
        self._forums.wake(channel)
        if channel.guild is None and any(user.blocks_direct_messages for user in channel.recipients):
            raise ApiError(403, 50007, "Cannot send messages to this user")
        nonce = body.get("nonce")
        if nonce is not None:
            errors = FormErrors()
            errors.text(str(nonce), ("nonce",), 25)
            errors.raise_any()
            earlier = self._nonces.get(str(nonce))
            known = earlier is not None and time.monotonic() - earlier[0] <= server.timing.nonce_s
            if known and earlier is not None and body.get("enforce_nonce"):
                return answer(self.show(earlier[1]))
        message = server.messages.create(channel, server.bot, body, record.uploads)
        if nonce is not None:
            self._nonces[str(nonce)] = (time.monotonic(), message)
        return answer(self.show(message))

    async def edit(self, request: web.Request) -> web.Response:
        channel = self._channel(request)
        message, body = self._message(request, channel), _body(request)
        if message.author is not self._server.bot:
            only_flags = set(body) <= {"flags"} and not (body.get("flags") or 0) & V2
            if not only_flags or not permissions_in(channel, self._server.bot) & Permission.MANAGE_MESSAGES:
                raise ApiError(403, 50005, "Cannot edit a message authored by another user")
        self._server.messages.edit(message, body, _record(request).uploads)
        return answer(self.show(message))

    async def delete(self, request: web.Request) -> web.Response:
        channel = self._channel(request)
        message = self._message(request, channel)
        if message.author is not self._server.bot:
            self._channel(request, Permission.MANAGE_MESSAGES)
        self._server.messages.delete(message)
        return no_content()

    async def crosspost(self, request: web.Request) -> web.Response:
        channel = self._channel(request, Permission.SEND_MESSAGES)
        message = self._message(request, channel)
        if message.author is not self._server.bot:
            self._channel(request, Permission.MANAGE_MESSAGES)
        return self._forums.crosspost(message, self.show)

    async def start_thread(self, request: web.Request) -> web.Response:
        forum = self._channel(request, Permission.SEND_MESSAGES)
        thread, message = self._forums.start(forum, _body(request), _record(request).uploads)
        return answer({**thread.payload(), "message": self.show(message)}, 201)

    async def active_threads(self, request: web.Request) -> web.Response:
        guild = self._member_guild(request.match_info["guild"])
        active = [each for each in guild.threads if not each.archived and sees(each, self._server.bot)]
        return answer({"threads": [each.payload() for each in active], "members": [], "has_more": False})

    async def archived_threads(self, request: web.Request) -> web.Response:
        channel = self._readable(request)
        limit = int(request.query.get("limit", "50"))
        errors = FormErrors()
        errors.number(limit, ("limit",), 2, 100)
        errors.raise_any()
        found = self._forums.archived(channel, request.query.get("before"))
        page = {"threads": [each.payload() for each in found[:limit]], "members": [], "has_more": len(found) > limit}
        return answer(page)

    async def typing(self, request: web.Request) -> web.Response:
        self._channel(request, self._sending(request))
        return no_content()

    async def open_direct(self, request: web.Request) -> web.Response:
        user = self._server.users.get(_snowflake(str(_body(request).get("recipient_id"))))
        if user is None or user.bot:
            raise ApiError(400, 50033, "Invalid Recipient(s)")
        return answer(self._server.direct_channel(user).payload())

    # Guilds

    def _member_guild(self, guild_id: str) -> Guild:
        guild = self._server.guilds.get(_snowflake(guild_id))
        if guild is None:
            raise unknown_guild()
        if not guild.bot_is_member:
            raise missing_access()
        return guild

    async def guild(self, request: web.Request) -> web.Response:
        return answer(self._member_guild(request.match_info["guild"]).payload())

    async def guild_channels(self, request: web.Request) -> web.Response:
        guild = self._member_guild(request.match_info["guild"])
        return answer([channel.payload() for channel in guild.channels])

    async def guild_member(self, request: web.Request) -> web.Response:
        guild = self._member_guild(request.match_info["guild"])
        member = guild.members.get(_snowflake(request.match_info["user"]))
        if member is None:
            raise not_found(10007, "Member")
        return answer(member.payload())

    async def attachment(self, request: web.Request) -> web.Response:
        number = _snowflake(request.match_info["attachment"])
        for message in self._server.messages.by_id.values():
            for attachment in message.attachments:
                if attachment.id == number:
                    return web.Response(body=attachment.content, content_type="application/octet-stream")
        raise web.HTTPNotFound
