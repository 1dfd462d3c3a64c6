"""Requests that get through although some of their tries fail."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from typing import TypeVar

import aiohttp
import discord
from tenacity import AsyncRetrying, retry_if_exception_type, stop_after_delay, wait_random_exponential

PASSING = (aiohttp.ClientError, OSError, asyncio.TimeoutError, discord.DiscordServerError)
"""Errors after which the same request may succeed."""

_LONGEST_S = 30.0

Result = TypeVar("Result")


async def repeated(request: Callable[[], Awaitable[Result]]) -> Result:
    """Repeat a request, which must be one that may take effect twice, until it succeeds or half a minute is over.

    discord.py repeats what the server refused, but not a request whose connection broke.
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


async def first_success(request: Callable[[], Awaitable[None]], tries: int, after_s: float) -> None:
    """Start a request, and another beside it each time that none has succeeded `after_s` later or all have failed.

    Raises:
        Exception: the last one, where every try has failed; at once, where it is none of `PASSING`.
    """
    waiting: set[asyncio.Task[None]] = set()
    for number in range(1, tries + 1):
        waiting.add(asyncio.ensure_future(_task(request)))
        while waiting:
            timeout = after_s if number < tries else None
            done, waiting = await asyncio.wait(waiting, timeout=timeout, return_when=asyncio.FIRST_COMPLETED)
            if not done:
                break
            for task in done:
                error = task.exception()
                if error is None or not isinstance(error, PASSING) or (number == tries and not waiting):
                    for other in waiting:
                        other.add_done_callback(_ignore)
                    if error is not None:
                        raise error
                    return


async def _task(request: Callable[[], Awaitable[None]]) -> None:
    await request()


def _ignore(task: asyncio.Task[None]) -> None:
    """Look at how a task ended that nobody waits for, so that nothing complains of it."""
    if not task.cancelled():
        task.exception()
