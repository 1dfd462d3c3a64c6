"""What the processes do that `store_kill` kills: they open a store, and count each step on the way."""

from __future__ import annotations

import asyncio
import sys
from multiprocessing.connection import Connection
from multiprocessing.synchronize import Barrier

import aiosqlite  # noqa: F401  # what a process imports only when it opens a store is there when it is forked
import alembic.command  # noqa: F401
import asyncpg  # noqa: F401

from bot.store import Store, StoreAwayError
from tests.proofs.steps import Steps, watch_sqlite, watch_statements

AGAIN = 3


def open_store(url: str, kill_at: int | None, told: Connection) -> None:
    """Open a store, close it, and tell how many steps that took; die before one of them if there is one to die at."""
    steps = Steps(kill_at)
    watch_statements(steps)
    watch_sqlite(steps)
    steps.watch()
    asyncio.run(_open(url))
    told.send(steps.count)


async def _open(url: str) -> None:
    store = await Store.open(url)
    await store.close()


def open_and_write(url: str, name: str, together: Barrier) -> None:
    """Open a store at the same moment as others, and write a row; ends with status `AGAIN` if that took two tries."""
    together.wait()
    sys.exit(asyncio.run(_open_and_write(url, name)))


async def _open_and_write(url: str, name: str) -> int:
    store = await Store.open(url)
    status = 0
    try:
        while True:
            try:
                await store.set_note(name, "written")
            except StoreAwayError:  # another one held the lock for longer than a write waits; a bot goes on, too
                status = AGAIN
                await asyncio.sleep(0.1)
            else:
                return status
    finally:
        await store.close()
