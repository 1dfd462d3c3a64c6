"""Waiting that is over as soon as the bot is told to end."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import Coroutine
from typing import Any, TypeVar

Result = TypeVar("Result")

_CANCELLED_S = 5.0  # that work may take to notice that it is cancelled


async def set_within(event: asyncio.Event, seconds: float) -> bool:
    """Wait so long, or until the event is set; whether it is."""
    with contextlib.suppress(TimeoutError):
        await asyncio.wait_for(event.wait(), seconds)
    return event.is_set()


async def unless(event: asyncio.Event, work: Coroutine[Any, Any, Result]) -> Result | None:
    """Do some work that may take long; None if the event is set before it is done, which cancels it."""
    working, stopped = asyncio.create_task(work), asyncio.create_task(event.wait())
    await asyncio.wait([working, stopped], return_when=asyncio.FIRST_COMPLETED)
    stopped.cancel()
    if working.done():
        return working.result()
    working.cancel()
    await asyncio.wait([working], timeout=_CANCELLED_S)
    return None
