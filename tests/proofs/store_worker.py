"""What the processes do that `store_kill` and `restore_kill` kill; they count each step on the way."""

from __future__ import annotations

import asyncio
import multiprocessing
import sys
from collections.abc import Callable
from contextlib import closing
from multiprocessing.connection import Connection
from multiprocessing.synchronize import Barrier

import aiosqlite  # noqa: F401  # what a process imports only when it opens a store is there when it is forked
import alembic.command  # noqa: F401
import asyncpg  # noqa: F401

from bot.store import Store, StoreAwayError
from tests.proofs.steps import Steps, watch_sqlite, watch_statements

AGAIN = 3
LONGEST_S = 120.0


def do(work: Callable[..., object], arguments: tuple[object, ...], kill_at: int | None, told: Connection) -> None:
    """Do something with a store, and tell how many steps that took; or die before one of them."""
    steps = Steps(kill_at)
    watch_statements(steps)
    watch_sqlite(steps)
    steps.watch()
    work(*arguments)
    told.send(steps.count)


def open_store(url: str) -> None:
    """Open a store and close it."""
    asyncio.run(_open(url))


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


class Processes:
    """Makes processes out of one that has imported everything."""

    def __init__(self) -> None:
        self.context = multiprocessing.get_context("forkserver")
        self.context.set_forkserver_preload([__name__])

    def run(
        self, work: Callable[..., object], *arguments: object, kill_at: int | None = None
    ) -> tuple[int | None, int]:
        """Do something in a process of its own; returns its exit status, and its steps if it lived."""
        receives, sends = self.context.Pipe(duplex=False)
        process = self.context.Process(target=do, args=(work, arguments, kill_at, sends))
        with closing(receives):
            process.start()
            sends.close()
            process.join(LONGEST_S)
            try:
                steps = receives.recv()
            except EOFError:
                steps = 0
        return process.exitcode, steps
