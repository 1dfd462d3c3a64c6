"""Backups and restores that are killed: `python -m tests.proofs.restore_kill`.

Each is killed before each call by which it or SQLite changes a file: of a store that a killed bot left, with rows in
its log; of a store beside which a log stands whose file was deleted; and beside a bot that runs.
"""

from __future__ import annotations

import argparse
import asyncio
import signal
import sys
import tempfile
from collections.abc import Callable, Coroutine
from pathlib import Path

from bot.store import Store, StoreAwayError
from bot.store.backup import back_up, restore
from bot.store.schema import latest
from tests.proofs.store_places import Files, Rows, leave_open, make_old, path_of, rows_of
from tests.proofs.store_worker import Processes
from tests.proofs.tables import Table

_BACK_S = 20.0
_Kill = Callable[[str, int | None], Coroutine[None, None, tuple[int | None, int]]]


class Life:
    """A store that a killed bot left, and a backup of it from before its last row."""

    def __init__(self, work: Path, table: Table, every: int) -> None:
        self._files = Files(work)
        self._table = table
        self._every = every
        self._processes = Processes()
        self._store = self._files.empty()
        self._backup = work / "backup.db"
        asyncio.run(make_old(self._store, latest()))
        asyncio.run(_note(self._store, "value", "backed up"))
        back_up(self._store, self._backup)
        asyncio.run(_note(self._store, "value", "later"))
        leave_open(self._store)
        self._old = asyncio.run(self._files.rows(self._store))
        self._new = asyncio.run(rows_of(f"sqlite:///{self._backup}"))

    def run(self) -> None:
        """Kill everything."""
        self._each("a backup", self._kill_backup)
        self._each("a restore", self._kill_restore)
        self._each("a restore where only a log is", self._kill_restore_without_store)
        self._each("a restore beside a running bot", self._kill_restore_beside_bot)

    def _each(self, what: str, kill: _Kill) -> None:
        status, steps = asyncio.run(kill(f"{what}, not killed", None))
        self._table.check("what is not killed succeeds", status == 0, f"{what}: {status}")
        for step in range(1, steps + 1, self._every):
            status, _ = asyncio.run(kill(f"{what}, step {step}", step))
            self._table.check("killed before a step", status == -signal.SIGKILL, f"{what}, step {step}: {status}")
        self._table.figure(f"{what} is killed", f"{len(range(1, steps + 1, self._every))} times at {steps} steps")

    async def _kill_backup(self, what: str, step: int | None) -> tuple[int | None, int]:
        url = self._files.like(self._store)
        target = path_of(url).with_name("backup.db")
        ended = await asyncio.to_thread(self._processes.run, back_up, url, target, kill_at=step)
        made = await rows_of(f"sqlite:///{target}") if target.exists() else None
        self._table.check(
            "a backup is whole, or not there", made in (self._old, None), f"{what}: {made and made.get('notes')}"
        )
        left = await rows_of(url)
        self._table.check("and the store is as it was", left == self._old, f"{what}: {left.get('notes')}")
        self._files.drop(url)
        return ended

    async def _kill_restore(self, what: str, step: int | None) -> tuple[int | None, int]:
        url = self._files.like(self._store)
        ended = await asyncio.to_thread(self._processes.run, restore, url, self._backup, kill_at=step)
        await self._look(what, url, (self._new,) if step is None else (self._old, self._new))
        self._files.drop(url)
        return ended

    async def _kill_restore_without_store(self, what: str, step: int | None) -> tuple[int | None, int]:
        url = self._files.like(self._store)
        path_of(url).unlink()
        ended = await asyncio.to_thread(self._processes.run, restore, url, self._backup, kill_at=step)
        if path_of(url).exists():
            await self._look(what, url, (self._new,))
        self._files.drop(url)
        return ended

    async def _kill_restore_beside_bot(self, what: str, step: int | None) -> tuple[int | None, int]:
        url = self._files.like(self._store)
        store = await Store.open(url)
        await store.set_note("of the bot", "before")
        ended = await asyncio.to_thread(self._processes.run, restore, url, self._backup, kill_at=step)
        written = await _write(store)
        self._table.check("the bot that runs goes on", written, what)
        await store.close()
        rows = await rows_of(url)
        rows["notes"] = [row for row in rows["notes"] if row["name"] != "of the bot"]
        states = (self._new,) if step is None else (self._old, self._new)
        self._table.check("a restore leaves the old or the new store", rows in states, f"{what}: {rows['notes']}")
        self._files.drop(url)
        return ended

    async def _look(self, what: str, url: str, states: tuple[Rows, ...]) -> None:
        left = await self._files.rows(url)
        self._table.check("a restore leaves the old or the new store", left in states, f"{what}: {left.get('notes')}")
        store = await Store.open(url)
        await store.close()
        opened = await rows_of(url)
        self._table.check("which a bot opens as it is", opened == left, f"{what}: {opened.get('notes')}")


async def _note(url: str, name: str, value: str) -> None:
    store = await Store.open(url)
    await store.set_note(name, value)
    await store.close()


async def _write(store: Store) -> bool:
    """Whether a bot can write, and read what it wrote, once it has seen what happened to its store."""
    end = asyncio.get_running_loop().time() + _BACK_S
    while asyncio.get_running_loop().time() < end:
        try:
            await store.set_note("of the bot", "after")
            return await store.note("of the bot") == "after"
        except StoreAwayError:
            await asyncio.sleep(0.1)
    return False


def main() -> int:
    """Run the whole proof."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--every", type=int, default=1, help="leave out all steps but each so many")
    options = parser.parse_args()
    table = Table("Backups and restores of a store on SQLite that are killed")
    with tempfile.TemporaryDirectory() as work:
        Life(Path(work), table, options.every).run()
    return table.show()


if __name__ == "__main__":
    sys.exit(main())
