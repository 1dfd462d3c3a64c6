"""Copies of a store that are killed: `python -m tests.proofs.copy_kill`.

A store is copied from SQLite to PostgreSQL and back, and killed before and after each statement that goes to either
database, at the end of each transaction, and before each call by which it or SQLite changes a file. Afterwards the
target is whole or empty, the source is as it was, and the next copy succeeds where the target is empty.
"""

from __future__ import annotations

import argparse
import asyncio
import signal
import sys
import tempfile
from collections.abc import Sequence
from pathlib import Path

from bot.store import Store
from bot.store.copying import copy_store
from bot.store.schema import latest
from tests.postgresql import PostgreSQL
from tests.proofs.store_places import Databases, Files, Places, Rows, leave_open, make_old
from tests.proofs.store_worker import Processes
from tests.proofs.tables import Table


def copy(source: str, target: str) -> None:
    """What the processes do that are killed."""
    asyncio.run(copy_store(source, target))


class Copies:
    """Copies of one store of a version, each killed at another step."""

    def __init__(self, places: tuple[Places, Places], version: str, table: Table) -> None:
        self._from, self._to = places
        self._name = f"{self._from.name} to {self._to.name}, version {version}"
        self._table = table
        self._processes = Processes()
        self._source = self._from.empty()
        asyncio.run(make_old(self._source, version))
        if isinstance(self._from, Files):
            leave_open(self._source)
        self._before = _sorted(asyncio.run(self._from.rows(self._source)))

    def kill_each(self, every: int) -> None:
        """Kill a copy at each step, or each so many."""
        source, target = self._from.like(self._source), self._to.empty()
        status, steps = self._processes.run(copy, source, target)
        self._table.check("a copy that is not killed succeeds", status == 0, f"{self._name}: status {status}")
        after = _sorted(asyncio.run(self._to.rows(target)))
        if self._name.endswith(latest()):
            self._table.check("and holds what the store held", after == self._before, self._name)
        self._drop(source, target)
        for step in range(1, steps + 1, every):
            self._kill(step, after)
        self._table.figure(f"{self._name}: kills", f"{len(range(1, steps + 1, every))} at {steps} steps")

    def _kill(self, step: int, after: Rows) -> None:
        what = f"{self._name}, step {step}"
        source, target = self._from.like(self._source), self._to.empty()
        status, _ = self._processes.run(copy, source, target, kill_at=step)
        self._table.check("the copy was killed", status == -signal.SIGKILL, f"{what}: status {status}")
        left = _sorted(asyncio.run(self._to.rows(target)))
        self._table.check("it left the target whole, or empty", left in (after, {}), f"{what}: {sorted(left)}")
        there = _sorted(asyncio.run(self._from.rows(source)))
        self._table.check("and the store as it was", there == self._before, f"{what}: {sorted(there)}")
        if not left:
            status, _ = self._processes.run(copy, source, target)
            again = _sorted(asyncio.run(self._to.rows(target)))
            self._table.check("then the next copy succeeds", (status, again) == (0, after), f"{what}: status {status}")
        self._table.check("which a bot opens as it is", asyncio.run(_opened(target)), what)
        self._drop(source, target)

    def _drop(self, source: str, target: str) -> None:
        self._from.drop(source)
        self._to.drop(target)


def _sorted(rows: Rows) -> Rows:
    """Rows in an order that does not depend on where they were written first."""
    return {table: sorted(found, key=str) for table, found in rows.items()}


async def _opened(url: str) -> bool:
    store = await Store.open(url)
    try:
        await store.set_note("of the bot", "written")
        return await store.note("of the bot") == "written"
    finally:
        await store.close()


def copies(
    work: Path, server: PostgreSQL, table: Table, every: int = 1, versions: Sequence[str] = (latest(), "0002")
) -> None:
    """Kill copies in both directions, of a store of today and of one of the first version that had posts."""
    files, databases = Files(work), Databases(server)
    for places in ((files, databases), (databases, files)):
        for version in versions:
            Copies(places, version, table).kill_each(every)


def main() -> int:
    """Run the whole proof."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--every", type=int, default=1, help="leave out all steps but each so many")
    options = parser.parse_args()
    table = Table("Copies of a store between SQLite and PostgreSQL that are killed")
    server = PostgreSQL()
    try:
        with tempfile.TemporaryDirectory() as work:
            copies(Path(work), server, table, options.every)
    finally:
        server.close()
    return table.show()


if __name__ == "__main__":
    sys.exit(main())
