"""What Discord says of a bot's token, before the bot connects: whose it is, where the bot is, and what time it is."""

from __future__ import annotations

import asyncio
import datetime as dt
import re
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from email.utils import parsedate_to_datetime
from typing import Any

import aiohttp
import discord
from discord import Intents
from discord.http import Route

from bot.clocks import Clock
from bot.config import DiscordSettings
from bot.host import PERMISSIONS, HostClient
from bot.outages import LONGEST_RATE_LIMIT_S, describe, final_sentence
from embeddings.errors import EmbeddingsError, InputError
from embeddings.text import clean, shorten

MOST_GUILDS = 200  # that Discord lists at once

_ANSWER_S = 15.0
_STRANGE = (KeyError, TypeError, ValueError, AttributeError)  # what reading an answer raises that is not Discord's
_LONGEST_NAME = 60

# What people copy from the developer portal in place of the token.
_OTHERS = (
    (re.compile(r"[0-9]{15,21}"), "the application's id"),
    (re.compile(r"[0-9a-f]{64}"), "the application's public key"),
    (re.compile(r"[\w-]{32}"), "the application's client secret"),
)


class DiscordAwayError(EmbeddingsError):
    """Discord cannot be reached, or gives no answer that can be read; this may pass."""


class TokenRefusedError(InputError):
    """Discord refuses the token."""


@dataclass(frozen=True, slots=True)
class GuildRights:
    """A server with the bot, and what of its invitation's permissions it lacks there, in Discord's words."""

    id: int
    name: str
    lacks: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Answered:
    """What Discord says of a bot.

    Attributes:
        application_id: what an invitation names.
        name: as its users see it, on one line.
        guilds: the first `MOST_GUILDS` servers with the bot.
        hindrances: a sentence for each setting of the application that keeps the bot from working.
    """

    application_id: int
    name: str
    guilds: tuple[GuildRights, ...]
    hindrances: tuple[str, ...]


async def ahead_s(settings: DiscordSettings, wall: Clock) -> float:
    """The seconds by which a clock is ahead of Discord's, to within a second or so; no token is needed.

    Raises:
        DiscordAwayError: if Discord cannot be reached, or does not say what time it is.
    """
    timeout = aiohttp.ClientTimeout(total=_ANSWER_S)
    with _readable():
        async with (
            HostClient(intents=Intents(guilds=True)) as client,
            aiohttp.ClientSession(timeout=timeout, headers={"User-Agent": client.http.user_agent}) as session,
        ):
            before = wall()
            async with session.get(f"{settings.api_url}/gateway") as response:
                after = wall()
                said = parsedate_to_datetime(response.headers["Date"])
    # The header has no fractions of a second.
    return (before + after) / 2 - (said.replace(tzinfo=dt.UTC).timestamp() + 0.5)


async def ask(settings: DiscordSettings, token: str) -> Answered:
    """Ask Discord whose token it is.

    Raises:
        TokenRefusedError: if it is nobody's.
        DiscordAwayError: if Discord cannot be reached.
    """
    if re.search(r"[^!-~]", token.strip()):
        raise TokenRefusedError("the token holds letters that no token has; copy it from the developer portal again")
    Route.BASE = str(settings.api_url)
    with _readable(token):
        async with (
            asyncio.timeout(_ANSWER_S),
            HostClient(intents=Intents(guilds=True), max_ratelimit_timeout=LONGEST_RATE_LIMIT_S) as client,
        ):
            await client.login(token)
            guilds = await client.http.get_guilds(MOST_GUILDS, with_counts=False)
            application = client.application
            if application is None:  # which it is not after a login
                raise TypeError("no application")
            return Answered(
                application.id,
                _shown(str(client.user)),
                tuple(GuildRights(int(each["id"]), _shown(each["name"]), _lacks(each)) for each in guilds),
                tuple(_hindrances(application)),
            )


@contextmanager
def _readable(token: str = "") -> Iterator[None]:
    """Turn whatever comes of asking Discord into this module's own errors."""
    try:
        yield
    except (discord.DiscordException, aiohttp.ClientError, OSError, *_STRANGE) as error:
        if final_sentence(error) is not None:
            raise TokenRefusedError(_refusal(token)) from error
        said = f"no answer in {_ANSWER_S:.0f} s" if isinstance(error, TimeoutError) else describe(error)
        raise DiscordAwayError(
            f"Discord cannot be reached ({said}); see whether this machine's network and discord.api_url are right, "
            "then try again"
        ) from error


def _refusal(token: str) -> str:
    sentence = (
        "Discord refuses the token; copy it again from the page Bot of your application in Discord's developer portal"
    )
    for form, what in _OTHERS:
        if form.fullmatch(token.strip()):
            return f"{sentence}: this looks like {what}"
    return f"{sentence}, where Reset Token shows a new one"


def _lacks(guild: Any) -> tuple[str, ...]:
    """What of its invitation's permissions the bot lacks in a server; its channels may take or give more."""
    granted = discord.Permissions(int(guild["permissions"]))
    if guild.get("owner") or granted.administrator:
        return ()
    lacking = discord.Permissions(PERMISSIONS.value & ~granted.value)
    return tuple(name.replace("_", " ").title() for name, is_lacking in lacking if is_lacking)


def _hindrances(application: discord.AppInfo) -> Iterator[str]:
    """The settings in the developer portal that keep a bot of this kind from working."""
    if application.interactions_endpoint_url:
        yield (
            "Discord sends the commands to an address instead of the bot; empty Interactions Endpoint URL on the page "
            "General Information of the application in the developer portal"
        )
    if application.bot_require_code_grant:
        yield (
            "the invitation does not work; turn Requires OAuth2 Code Grant off on the page Bot of the application in "
            "the developer portal"
        )


def _shown(name: str) -> str:
    return shorten(clean(name), _LONGEST_NAME)
