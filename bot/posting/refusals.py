"""Discord's refusals as the few kinds that matter to daily posts."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

import discord

from bot.daily.claims import Reason
from bot.retries import PASSING

_UNKNOWN_CHANNEL = 10003
_REASONS = {
    _UNKNOWN_CHANNEL: Reason.CHANNEL,
    10087: Reason.TAG,  # unknown
    40066: Reason.TAG,  # a tag is required, and there is none that members may set
    40067: Reason.TAG,  # a tag is required
    50083: Reason.LOCKED,  # a thread is archived, and the bot may not wake it: it is locked
    160005: Reason.LOCKED,
}
_TOO_MANY_THREADS = 160006  # active in a server, of which old ones are archived by themselves
_FULL_S = 900.0


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


@contextmanager
def kinds() -> Iterator[None]:
    """Tell discord.py's errors, inside, as those above; what is neither stays as it is."""
    try:
        yield
    except discord.RateLimited as error:
        raise PassingError(error, error.retry_after) from error
    except discord.DiscordServerError as error:
        raise PassingError(error) from error
    except discord.HTTPException as error:
        if (reason := _REASONS.get(error.code)) is not None:
            raise RefusedError(reason) from error
        if isinstance(error, discord.Forbidden):
            raise RefusedError(Reason.ACCESS) from error
        if error.status == 429:  # not by Discord itself but by what stands before it
            raise PassingError(error, 60.0) from error
        if error.code == _TOO_MANY_THREADS:
            raise PassingError(error, _FULL_S) from error
        raise
    except PASSING as error:
        raise PassingError(error) from error
