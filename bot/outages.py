"""What an error of Discord's means for the connection: whether it is final, and how long to wait after it."""

from __future__ import annotations

import datetime as dt
import math
import random
from collections.abc import Callable, Iterator
from email.utils import parsedate_to_datetime

import aiohttp
import discord

from bot.repeats import without_numbers
from embeddings.errors import EmbeddingsError
from embeddings.program import own_command
from embeddings.text import clean, shorten

LONGEST_WAIT_S = 60.0
"""Between two tries, where Discord does not say how long to wait."""

LONGEST_RATE_LIMIT_S = 30.0
"""That discord.py waits for in place; the least that it takes. What is longer is an error."""

_LONGEST_LINE = 250  # characters
_LONGEST_ASKED_S = 86_400.0  # Discord counts nothing over more than a day
_LONGEST_BAN_WAIT_S = 900.0
_UNAUTHORIZED, _TOO_MANY = 401, 429
_TOKEN_REFUSED = (
    f"Discord refuses the token of the config or of DATELINE_DISCORD__TOKEN; run `{own_command('setup')}` and paste "
    "the one from the developer portal"
)

FINAL_CODES = {
    4004: _TOKEN_REFUSED,
    4010: "Discord does not know such a shard; check discord.shard_count and discord.shard_ids",
    4011: "the bot is in too many servers for one connection; leave discord.shard_count out",
    4012: "Discord no longer speaks this version of its protocol; install a newer Dateline",
    4013: "Discord refuses the intents that the bot asks for; install a newer Dateline",
    4014: "Discord refuses the intents that the bot asks for; install a newer Dateline",
}
"""Close codes after which Discord says not to connect again, with what to do."""


class ConnectionRefusedForGoodError(EmbeddingsError):
    """Discord refuses the bot, and trying again cannot help."""


class TooManyStartsError(Exception):
    """The day's sessions are used up. Discord resets the token of a bot that begins another one."""

    def __init__(self, wait_s: float) -> None:
        super().__init__("the bot has begun as many sessions as Discord allows in a day")
        self.wait_s = wait_s


# What says of itself all there is to say. A timeout is an OSError.
_EXPECTED = (OSError, aiohttp.ClientError, discord.DiscordException, EmbeddingsError, TooManyStartsError)


def final_sentence(error: BaseException) -> str | None:
    """The sentence for the operator if trying again cannot help; None if it may help.

    Only what Discord's documentation calls final is final: the token is refused (401 at the login, 4004), or the
    gateway closes with 4010 to 4014.
    """
    for cause in _causes(error):
        if isinstance(cause, discord.PrivilegedIntentsRequired):
            return FINAL_CODES[4014]
        if isinstance(cause, discord.ConnectionClosed) and cause.code in FINAL_CODES:
            return FINAL_CODES[cause.code]
        if isinstance(cause, discord.LoginFailure):
            return _TOKEN_REFUSED
        if isinstance(cause, discord.HTTPException) and cause.status == _UNAUTHORIZED:
            return _TOKEN_REFUSED
    return None


def describe(error: BaseException) -> str:
    """What an error says, on one line of at most some 250 characters.

    Of an answer in HTML, Cloudflare's say, the status alone: it is long, and names the address of the machine.
    """
    said = ""
    if isinstance(error, discord.HTTPException):
        code = f", code {error.code}" if error.code else ""
        said = f"{error.status}{code}"
        if error.text and "<" not in error.text:
            said += f", {error.text}"
    else:
        said = str(error)
    line = f"{type(error).__name__}: {clean(said)}"
    return shorten(line.rstrip(": "), _LONGEST_LINE)


def kind(error: BaseException) -> str:
    """What an error says without its numbers, which differ each time."""
    return without_numbers(describe(error))


def is_expected(error: BaseException) -> bool:
    """Whether the network or Discord is away: an error whose traceback is of no use."""
    return isinstance(error, _EXPECTED)


def asked_wait_s(error: BaseException, now: Callable[[], float]) -> float | None:
    """The seconds that Discord asks the bot to wait; None if it does not ask.

    Args:
        now: Unix time, needed if Retry-After holds a date.
    """
    asked = [_asked(cause, now) for cause in _causes(error)]
    sound = [seconds for seconds in asked if seconds is not None and math.isfinite(seconds) and seconds >= 0]
    return min(max(sound), _LONGEST_ASKED_S) if sound else None


def next_wait_s(
    error: BaseException,
    attempt: int,
    now: Callable[[], float],
    longest_s: float = LONGEST_WAIT_S,
    chance: Callable[[], float] = random.random,
) -> float:
    """How long to wait before the next try: as long as Discord says, else longer each time.

    The wait is random, so that not all bots come back at once: up to a tenth more than Discord asks, or up to a half
    less than the wait that grows.

    Args:
        attempt: the number of tries that failed in a row.
        chance: gives numbers from 0 to 1.
    """
    asked_s = asked_wait_s(error, now)
    if asked_s is None and _is_ban(error):
        longest_s, base_s = max(longest_s, _LONGEST_BAN_WAIT_S), LONGEST_WAIT_S
    else:
        base_s = 1.0
    wait_s = min(longest_s, base_s * 2.0 ** min(attempt, 30)) * (0.5 + chance() / 2)
    return wait_s if asked_s is None else max(wait_s, asked_s * (1 + chance() / 10))


def _causes(error: BaseException) -> Iterator[BaseException]:
    """An error and its causes: discord.py hides the answer to `GET /gateway/bot` behind an error of its own."""
    seen: set[int] = set()
    cause: BaseException | None = error
    while cause is not None and id(cause) not in seen:
        seen.add(id(cause))
        yield cause
        cause = cause.__cause__


def _is_ban(error: BaseException) -> bool:
    """Whether an error is a 429 by Cloudflare, for the whole IP address, which discord.py does not retry."""
    return any(isinstance(cause, discord.HTTPException) and cause.status == _TOO_MANY for cause in _causes(error))


def _asked(error: BaseException, now: Callable[[], float]) -> float | None:
    if isinstance(error, TooManyStartsError):
        return error.wait_s
    if isinstance(error, discord.RateLimited):
        return error.retry_after
    if isinstance(error, discord.HTTPException):
        return _retry_after_s(str(error.response.headers.get("Retry-After", "")), now)
    return None


def _retry_after_s(value: str, now: Callable[[], float]) -> float | None:
    """Seconds of a Retry-After, which is a number or a date (RFC 9110, section 10.2.3)."""
    try:
        return float(value)
    except ValueError:
        pass
    try:
        moment = parsedate_to_datetime(value)
        if moment.tzinfo is None:
            moment = moment.replace(tzinfo=dt.UTC)
        return max(0.0, moment.timestamp() - now())
    except (ValueError, IndexError, OverflowError, TypeError):  # of hostile dates; IndexError in Python 3.11 alone
        return None
