"""Requests that get through although some of their tries fail."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Awaitable, Callable
from typing import TypeVar

import aiohttp
import discord
from tenacity import (
    AsyncRetrying,
    retry_if_exception_type,
    stop_after_attempt,
    stop_after_delay,
    wait_random_exponential,
)

PASSING = (aiohttp.ClientError, OSError, asyncio.TimeoutError, discord.DiscordServerError, json.JSONDecodeError)
"""Errors after which the same request may succeed; the last is of an answer that broke off."""

_LONGEST_S = 30.0

Result = TypeVar("Result")


async def repeated(request: Callable[[], Awaitable[Result]]) -> Result:
    """Repeat an idempotent request until it succeeds, for half a minute at most; then raise its last error.

    An error that is not one of `PASSING` is raised at once. discord.py itself repeats a request that Discord answered
    with an error of its own, but not one whose connection broke.
    """
    tries = AsyncRetrying(
        retry=retry_if_exception_type(PASSING),
        wait=wait_random_exponential(multiplier=0.1, max=3),  # seconds
        stop=stop_after_delay(_LONGEST_S),
        reraise=True,
    )

    async def attempt() -> Result:  # tenacity awaits coroutine functions only
        return await request()

    return await tries(attempt)


async def impatiently(request: Callable[[], Awaitable[None]], tries: int, each_s: float) -> None:
    """Repeat a request, which must be one that may take effect twice; only the last try has no time limit.

    discord.py waits a second before it repeats what failed, and longer each time, and lets no second request to the
    same place pass meanwhile.

    Raises:
        Exception: that of the last try; an error that is not one of `PASSING` is raised at once.
    """
    again = AsyncRetrying(retry=retry_if_exception_type(PASSING), stop=stop_after_attempt(tries), reraise=True)
    async for attempt in again:
        with attempt:
            is_last = attempt.retry_state.attempt_number == tries
            async with asyncio.timeout(None if is_last else each_s):
                await request()
