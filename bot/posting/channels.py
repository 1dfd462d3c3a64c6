"""The requests to Discord for daily posts."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass
from typing import Any

import discord
from discord import AllowedMentions, ui

from bot.daily import words as daily_words
from bot.daily.claims import Claim, Notice, Publication, Reason
from bot.daily.schedule import Kind, Subscription
from bot.posting.forums import Forums, Turn
from bot.posting.refusals import LeftError, RefusedError, TooMuchError, UnreadableError, kinds
from bot.views.state import DailyList, decode

_PAGES = 10  # of a channel's messages are looked through
_PER_PAGE = 100
_SKEW = dt.timedelta(minutes=5)  # that clocks may differ from Discord's

_UNKNOWN_MESSAGE = 10008  # a nonce whose message has been deleted
_ALREADY_PUBLISHED = 40033


@dataclass(frozen=True, slots=True)
class Post:
    """What is sent: the message and, for a forum, the title of its thread."""

    view: ui.LayoutView
    title: str


@dataclass(frozen=True, slots=True)
class _Guild:
    """The data of a guild that notices and mentions need."""

    name: str
    owner: int
    system_channel: int | None
    roles: frozenset[int]


class Channels:
    """Channels and guilds, by the REST API alone, which reaches those of other processes' shards, too.

    Args:
        turn: awaited before each request, except the one that sends the post of a claim.
    """

    def __init__(self, client: discord.Client, turn: Turn) -> None:
        self._client = client
        self._turn = turn
        self._forums = Forums(client, turn)

    async def send(self, claim: Claim, post: Post) -> int | None:
        """Send a post; repeating that within two minutes gives the same message. None if that message was deleted.

        In a forum a post that is sent again is there twice: there its request must be fenced to go out once.
        """
        role = claim.subscription.role
        mentions = AllowedMentions(
            everyone=False, users=False, roles=[discord.Object(role)] if role else False, replied_user=False
        )
        return await self._send(claim.subscription, post, claim.nonce, mentions)

    async def try_out(self, subscription: Subscription, post: Post, nonce: str) -> int | None:
        """Send a post that is not a day's, and notifies nobody; as `send` does."""
        return await self._send(subscription, post, nonce, AllowedMentions.none())

    async def _send(self, subscription: Subscription, post: Post, nonce: str, mentions: AllowedMentions) -> int | None:
        if subscription.kind is Kind.FORUM:
            return await self._forums.send(subscription.channel, post.title, subscription.tag, post.view, mentions)
        channel = self._client.get_partial_messageable(subscription.channel)
        with kinds():
            try:
                message = await channel.send(view=post.view, nonce=nonce, allowed_mentions=mentions)
            except discord.NotFound as error:
                if error.code == _UNKNOWN_MESSAGE:
                    return None
                raise
        return message.id

    async def publish(self, publication: Publication) -> None:
        """Publish a post to the channels that follow its channel; that it was published before is no error."""
        await self._turn()
        with kinds():
            try:
                await self._client.http.publish_message(publication.channel, publication.message)
            except discord.HTTPException as error:
                if error.code != _ALREADY_PUBLISHED:
                    raise

    async def find(self, claim: Claim, since: float) -> int | None:
        """The message with which a post was sent, if it is among those written since a Unix time.

        Raises:
            TooMuchError: if there are more than a thousand messages, and the post is not among the first thousand.
            UnreadableError: if the channel's messages cannot be read.
        """
        moment = dt.datetime.fromtimestamp(since, dt.UTC) - _SKEW
        subscription = claim.subscription
        if subscription.kind is Kind.FORUM:
            return await self._forums.find(
                subscription.guild, subscription.channel, moment, lambda message: self._is_post(message, claim)
            )
        after = discord.utils.time_snowflake(moment)
        for page in range(_PAGES):
            messages = await self._latest(claim.subscription, after=after, limit=_PER_PAGE)
            if not messages and not page and not await self._is_readable(claim.subscription):
                raise UnreadableError
            for message in messages:
                if self._is_post(message, claim):
                    return int(message["id"])
            if len(messages) < _PER_PAGE:
                return None
            after = max(int(message["id"]) for message in messages)
        raise TooMuchError

    async def _latest(self, subscription: Subscription, **which: Any) -> list[dict[str, Any]]:
        await self._turn()
        with kinds():
            try:
                found: Any = await self._client.http.logs_from(subscription.channel, **which)
            except discord.Forbidden as error:
                raise UnreadableError from error
        return list(found)

    async def _is_readable(self, subscription: Subscription) -> bool:
        """Whether a channel without new messages shows older ones: without the permission to read it seems empty."""
        guild = self._client.get_guild(subscription.guild)
        channel = None if guild is None else guild.get_channel_or_thread(subscription.channel)
        if guild is not None and channel is not None and getattr(channel, "parent", guild) is not None:
            return channel.permissions_for(guild.me).read_message_history
        return bool(await self._latest(subscription, limit=1))

    def _is_post(self, message: dict[str, Any], claim: Claim) -> bool:
        if self._client.user is None or int(message["author"]["id"]) != self._client.user.id:
            return False
        wanted = DailyList(claim.subscription.key, claim.date)
        targets = map(decode, _custom_ids(message["components"]))
        return any(target is not None and target.place.of == wanted for target in targets)

    async def check_role(self, subscription: Subscription) -> None:
        """Raise RefusedError if the role that posts mention has been deleted."""
        if subscription.role is not None and subscription.role not in (await self._guild(subscription.guild)).roles:
            raise RefusedError(Reason.ROLE)

    async def tell(self, notice: Notice) -> None:
        """Send a guild a notice in its system channel; where that is not possible, to its owner.

        Raises:
            RefusedError: if neither is possible.
            LeftError: if the bot is no longer in the guild.
        """
        guild = await self._guild(notice.subscription.guild)
        text = daily_words.notice(notice.reason, notice.subscription, guild.name)
        if guild.system_channel is not None:
            with suppress(RefusedError):
                await self._say(self._client.get_partial_messageable(guild.system_channel), text, notice.nonce)
                return
        await self._turn()
        with kinds():
            owner = await self._client.create_dm(discord.Object(guild.owner))
        await self._say(owner, text, f"{notice.nonce}d")

    async def _say(self, where: discord.abc.Messageable, text: str, nonce: str) -> None:
        await self._turn()
        with kinds():
            await where.send(text, nonce=nonce, allowed_mentions=AllowedMentions.none())

    async def _guild(self, guild_id: int) -> _Guild:
        guild = self._client.get_guild(guild_id)
        if guild is not None and not guild.unavailable:
            system = guild.system_channel.id if guild.system_channel is not None else None
            return _Guild(guild.name, guild.owner_id or 0, system, frozenset(role.id for role in guild.roles))
        await self._turn()
        with kinds():
            try:
                found = await self._client.http.get_guild(guild_id, with_counts=False)
            except (discord.Forbidden, discord.NotFound) as error:
                raise LeftError from error
        system_channel = found["system_channel_id"]
        return _Guild(
            found["name"],
            int(found["owner_id"]),
            None if system_channel is None else int(system_channel),
            frozenset(int(role["id"]) for role in found["roles"]),
        )


def _custom_ids(components: list[dict[str, Any]]) -> Iterator[str]:
    for component in components:
        if custom_id := component.get("custom_id"):
            yield custom_id
        yield from _custom_ids(component.get("components", []))
        if accessory := component.get("accessory"):
            yield from _custom_ids([accessory])
