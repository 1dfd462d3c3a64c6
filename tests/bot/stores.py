"""Stores that are copies of one that was made once: to make each anew takes longer than most tests need."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from concurrent.futures import ThreadPoolExecutor
from functools import cached_property
from pathlib import Path
from tempfile import TemporaryDirectory

from bot.store import Store
from tests.postgresql import PostgreSQL

PATIENT = 60.0
"""How much longer tests wait for a store: how soon it answers is the machine's, and for the proofs to measure."""


class Stores:
    """Stores of today's tables, empty or with what `fill` writes into them."""

    def __init__(self, fill: Callable[[Store], Awaitable[None]] | None = None) -> None:
        self._fill = fill
        self._databases: dict[PostgreSQL, str] = {}

    def in_folder(self, folder: Path) -> str:
        """The URL of the store in a folder, which gets one where it has none."""
        file = folder / "store.db"
        if not file.exists():
            file.write_bytes(self._file)
        return f"sqlite:///{file}"

    def on(self, server: PostgreSQL) -> str:
        """The URL of a new store on a server."""
        if server not in self._databases:
            url = server.new_database()
            self._make(url)
            self._databases[server] = url.rpartition("/")[2]
        return server.new_database(like=self._databases[server])

    @cached_property
    def _file(self) -> bytes:
        with TemporaryDirectory() as folder:
            self._make(f"sqlite:///{folder}/store.db")
            return Path(folder, "store.db").read_bytes()

    def _make(self, url: str) -> None:
        async def make() -> None:
            store = await Store.open(url, PATIENT)
            try:
                if self._fill is not None:
                    await self._fill(store)
            finally:
                await store.close()

        with ThreadPoolExecutor(1) as thread:  # a test's own loop may be running
            thread.submit(asyncio.run, make()).result()


EMPTY = Stores()
