"""Posts in forum and media channels: each is a thread of its own, whose first message has the thread's id.

Discord knows no nonce for a new thread: one that is made twice is there twice. So the request goes out once, and a post
whose fate is unknown is looked for among the forum's threads.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Awaitable, Callable
from typing import Any

import discord
from discord import AllowedMentions, ui
from discord.http import handle_message_parameters
from discord.utils import time_snowflake

from bot.posting.refusals import LeftError, TooMuchError, UnreadableError, kinds

Turn = Callable[[], Awaitable[None]]

_PAGES = 10  # of a forum's archived threads are looked through
_PER_PAGE = 100


class Forums:
    """Forum and media channels, by the REST API alone.

    Args:
        turn: awaited before each request, except the one that makes a post.
    """

    def __init__(self, client: discord.Client, turn: Turn) -> None:
        self._client = client
        self._turn = turn

    async def send(
        self, forum: int, title: str, tag: int | None, view: ui.LayoutView, mentions: AllowedMentions
    ) -> int:
        """Make a thread with a message; returns the id of both."""
        thread: dict[str, Any] = {"name": title}
        if tag is not None:
            thread["applied_tags"] = [str(tag)]
        with (
            handle_message_parameters(view=view, allowed_mentions=mentions, channel_payload=thread) as parameters,
            kinds(),
        ):
            made = await self._client.http.start_thread_in_forum(forum, params=parameters)
        return int(made["id"])

    async def find(
        self, guild: int, forum: int, since: dt.datetime, is_post: Callable[[dict[str, Any]], bool]
    ) -> int | None:
        """The id of the first of the bot's threads since a moment whose first message is the post.

        Raises:
            LeftError: if the bot is no longer in the guild.
            TooMuchError: if more than a thousand threads were archived since then.
            UnreadableError: if the messages of the bot's threads cannot be read.
        """
        await self._turn()
        with kinds():
            try:
                active: Any = await self._client.http.get_active_threads(guild)
            except (discord.Forbidden, discord.NotFound) as error:
                raise LeftError from error
        here = [thread for thread in active["threads"] if int(thread.get("parent_id") or 0) == forum]
        found = await self._among(here, since, is_post)
        return found if found is not None else await self._among_archived(forum, since, is_post)

    async def _among(
        self, threads: list[dict[str, Any]], since: dt.datetime, is_post: Callable[[dict[str, Any]], bool]
    ) -> int | None:
        me = self._client.user.id if self._client.user is not None else 0
        earliest = time_snowflake(since)
        for thread in sorted(threads, key=lambda each: int(each["id"])):
            if int(thread["owner_id"]) != me or int(thread["id"]) < earliest:
                continue
            await self._turn()
            with kinds():
                try:
                    message: Any = await self._client.http.get_message(thread["id"], thread["id"])
                except discord.NotFound:  # its first message was deleted, or all of it just now
                    continue
                except discord.Forbidden as error:
                    raise UnreadableError from error
            if is_post(message):
                return int(thread["id"])
        return None

    async def _among_archived(
        self, forum: int, since: dt.datetime, is_post: Callable[[dict[str, Any]], bool]
    ) -> int | None:
        """The same among threads that were archived since, the latest first: a moderator may be quick."""
        before: str | None = None
        for _ in range(_PAGES):
            await self._turn()
            with kinds():
                try:
                    found: Any = await self._client.http.get_public_archived_threads(forum, before, _PER_PAGE)
                except discord.Forbidden as error:
                    raise UnreadableError from error
            threads = found["threads"]
            if (post := await self._among(threads, since, is_post)) is not None:
                return post
            if not threads or not found["has_more"]:
                return None
            before = str(threads[-1]["thread_metadata"]["archive_timestamp"])
            if dt.datetime.fromisoformat(before) < since:
                return None
        raise TooMuchError
