"""Threads, forums and announcements: what Discord asks of a post there, and what it refuses."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from aiohttp import web

from .errors import ApiError, FormErrors, Json, missing_permissions, not_found
from .messages import Message, Upload
from .requests import answer, rate_limited
from .world import FORUMS, NEWS, THREAD, THREADS, Channel, Permission, permissions_in

if TYPE_CHECKING:
    from .server import DiscordServer

CROSSPOSTED = 1 << 0  # a message's flag
MOST_CROSSPOSTS, CROSSPOSTS_S = 10, 3_600.0  # of a channel
MOST_TAGS = 5  # of a post


class Forums:
    """The part of the REST API that is about threads and announcements."""

    def __init__(self, server: DiscordServer) -> None:
        self._server = server
        self._crossposts: dict[int, list[float]] = {}

    def wake(self, channel: Channel) -> None:
        """Open an archived thread because of a message.

        Raises:
            ApiError: 50083 if it is locked, and the bot may not manage threads.
        """
        if channel.kind not in THREADS:
            return
        if channel.locked and not permissions_in(channel, self._server.bot) & Permission.MANAGE_THREADS:
            raise ApiError(403, 50083, "Thread is archived")
        if channel.archived:
            self._server.change_thread(channel, archived=False)

    def start(self, forum: Channel, body: Json, uploads: list[Upload]) -> tuple[Channel, Message]:
        """Make a thread in a forum with its first message, which has the thread's id."""
        server = self._server
        if forum.kind not in FORUMS:
            raise ApiError(400, 50024, "Cannot execute action on this channel type")
        errors = FormErrors()
        errors.text(body.get("name"), ("name",), 100, 1)
        known = {"name", "auto_archive_duration", "rate_limit_per_user", "applied_tags", "message"}
        for name in sorted(set(body) - known):
            errors.add((name,), "UNKNOWN_FIELD", "This field is not known here.")
        if not isinstance(body.get("message"), dict):
            errors.add(("message",), "BASE_TYPE_REQUIRED", "This field is required")
        tags = body.get("applied_tags") or []
        errors.array(tags, ("applied_tags",), MOST_TAGS)
        errors.raise_any()
        self._check_tags(forum, [int(each) for each in tags])
        assert forum.guild is not None
        message = server.messages.create(forum, server.bot, body["message"], uploads)
        server.messages.in_channel[forum.id].remove(message)
        thread = Channel(message.id, body["name"], THREAD, forum.guild, parent=forum, author=server.bot)
        thread.applied_tags = [int(each) for each in tags]
        message.channel = thread
        server.messages.in_channel[thread.id] = [message]
        server.keep_thread(thread)
        return thread, message

    def _check_tags(self, forum: Channel, tags: list[int]) -> None:
        may_manage = permissions_in(forum, self._server.bot) & Permission.MANAGE_THREADS
        known = {tag.id: tag for tag in forum.tags}
        for each in tags:
            if each not in known:
                raise not_found(10087, "Tag")
            if known[each].moderated and not may_manage:
                raise missing_permissions()
        if forum.requires_tag and not tags:
            if not any(not tag.moderated or may_manage for tag in forum.tags):
                raise ApiError(400, 40066, "There are no tags available that can be set by non-moderators")
            raise ApiError(400, 40067, "A tag is required to create a forum post in this channel")

    def archived(self, channel: Channel, before: str | None) -> list[Channel]:
        """The public archived threads of a channel, those that were archived last first."""
        assert channel.guild is not None
        threads = [each for each in channel.guild.threads if each.parent is channel and each.archived]
        threads.sort(key=lambda each: datetime.fromisoformat(each.archived_at), reverse=True)
        if before is None:
            return threads
        moment = datetime.fromisoformat(before)
        return [each for each in threads if datetime.fromisoformat(each.archived_at) < moment]

    def crosspost(self, message: Message, show: Callable[[Message], Json]) -> web.Response:
        """Publish a message of an announcement channel to its followers."""
        if message.channel.kind != NEWS:
            raise ApiError(403, 50024, "Cannot execute action on this channel type")
        if message.flags & CROSSPOSTED:
            raise ApiError(400, 40033, "This message has already been crossposted.")
        now = self._server.wall()
        recent = [at for at in self._crossposts.get(message.channel.id, []) if at > now - CROSSPOSTS_S]
        if len(recent) >= MOST_CROSSPOSTS:
            return rate_limited(recent[0] + CROSSPOSTS_S - now)
        self._crossposts[message.channel.id] = [*recent, now]
        message.flags |= CROSSPOSTED
        return answer(show(message))


def archived_now(wall: float) -> str:
    """A moment as Discord writes when a thread was archived."""
    return datetime.fromtimestamp(wall, UTC).isoformat()
