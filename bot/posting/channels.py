"""The requests to Discord for daily posts, and Discord's refusals as the few kinds that matter here."""

from __future__ import annotations

import datetime as dt
from collections.abc import Awaitable, Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from typing import Any

import discord
from discord import AllowedMentions, ui

from bot.daily import words as daily_words
from bot.daily.claims import Claim, Notice, Reason
from bot.daily.schedule import Subscription
from bot.retries import PASSING
from bot.views.state import DailyList, decode

Turn = Callable[[], Awaitable[None]]

_PAGES = 10  # of a channel's messages are looked through
_PER_PAGE = 100
_SKEW = dt.timedelta(minutes=5)  # that clocks may differ from Discord's

_UNKNOWN_CHANNEL = 10003
_UNKNOWN_MESSAGE = 10008  # a nonce whose message has been deleted


class RefusedError(Exception):
    """Discord does not let the bot post: `reason` says why."""

    def __init__(self, reason: Reason) -> None:
        super().__init__(reason)
        self.reason = reason


class UnreadableError(Exception):
    """The channel's messages cannot be read, so whether a post is among them cannot be known."""


class TooMuchError(UnreadableError):
    """The channel has more new messages than are read."""


class LeftError(Exception):
    """The bot is no longer in the guild."""


class PassingError(Exception):
    """The request may succeed later; not before `after_s` seconds, if Discord says so."""

    def __init__(self, cause: BaseException, after_s: float = 0.0) -> None:
        super().__init__(f"{type(cause).__name__}: {cause}")
        self.after_s = after_s


@dataclass(frozen=True, slots=True)
class _Guild:
    """The data of a guild that notices and mentions need."""

    name: str
    owner: int
    system_channel: int | None
    roles: frozenset[int]


@contextmanager
def _kinds() -> Iterator[None]:
    try:
        yield
    except discord.RateLimited as error:
        raise PassingError(error, error.retry_after) from error
    except discord.NotFound as error:
        if error.code == _UNKNOWN_CHANNEL:
            raise RefusedError(Reason.CHANNEL) from error
        raise
    except discord.Forbidden as error:
        raise RefusedError(Reason.ACCESS) from error
    except PASSING as error:
        raise PassingError(error) from error
    except discord.HTTPException as error:
        if error.status == 429:  # not by Discord itself but by what stands before it
            raise PassingError(error, 60.0) from error
        raise


class Channels:
    """Channels and guilds, by the REST API alone, which reaches those of other processes' shards, too.

    Args:
        turn: awaited before each request, except the one that sends the post of a claim.
    """

    def __init__(self, client: discord.Client, turn: Turn) -> None:
        self._client = client
        self._turn = turn

    async def send(self, claim: Claim, view: ui.LayoutView) -> int | None:
        """Send a post; repeating that within two minutes gives the same message. None if that message was deleted."""
        role = claim.subscription.role
        mentions = AllowedMentions(everyone=False, users=False, roles=[discord.Object(role)] if role else False)
        channel = self._client.get_partial_messageable(claim.subscription.channel)
        with _kinds():
            try:
                message = await channel.send(view=view, nonce=claim.nonce, allowed_mentions=mentions)
            except discord.NotFound as error:
                if error.code == _UNKNOWN_MESSAGE:
                    return None
                raise
        return message.id

    async def find(self, claim: Claim, since: float) -> int | None:
        """The message with which a post was sent, if it is among those written since a Unix time.

        Raises:
            TooMuchError: if there are more than a thousand messages, and the post is not among the first thousand.
            UnreadableError: if the channel's messages cannot be read.
        """
        after = discord.utils.time_snowflake(dt.datetime.fromtimestamp(since, dt.UTC) - _SKEW)
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
        with _kinds():
            try:
                found: Any = await self._client.http.logs_from(subscription.channel, **which)
            except discord.Forbidden as error:
                raise UnreadableError from error
        return list(found)

    async def _is_readable(self, subscription: Subscription) -> bool:
        """Whether a channel without new messages shows older ones: without the permission to read it seems empty."""
        guild = self._client.get_guild(subscription.guild)
        channel = None if guild is None else guild.get_channel(subscription.channel)
        if guild is not None and channel is not None:
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
        with _kinds():
            owner = await self._client.create_dm(discord.Object(guild.owner))
        await self._say(owner, text, f"{notice.nonce}d")

    async def _say(self, where: discord.abc.Messageable, text: str, nonce: str) -> None:
        await self._turn()
        with _kinds():
            await where.send(text, nonce=nonce, allowed_mentions=AllowedMentions.none())

    async def _guild(self, guild_id: int) -> _Guild:
        guild = self._client.get_guild(guild_id)
        if guild is not None and not guild.unavailable:
            system = guild.system_channel.id if guild.system_channel is not None else None
            return _Guild(guild.name, guild.owner_id or 0, system, frozenset(role.id for role in guild.roles))
        await self._turn()
        with _kinds():
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
