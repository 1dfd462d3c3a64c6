"""Stores whose opening is killed: `python -m tests.proofs.store_kill [--starts 200]`.

A process that makes or upgrades a store is killed before and after each statement that it sends to the database, at the
end of each transaction, and before each call by which it or SQLite changes a file. Then the store is opened: no row is
lost. So are the stores that earlier versions, which made and upgraded statement by statement, may have left behind. And
four processes at a time open a new store at the same moment. All this on SQLite and on PostgreSQL.
"""

from __future__ import annotations

import argparse
import asyncio
import shutil
import signal
import sys
import tempfile
from collections.abc import Sequence
from pathlib import Path

from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from sqlalchemy import Connection

from bot.store import Store
from bot.store.address import engine_of, parse
from bot.store.schema import VERSIONS
from bot.store.tables import Base
from tests.postgresql import CannotRunError, PostgreSQL
from tests.proofs.store_places import (
    Databases,
    Files,
    Places,
    Rows,
    apply,
    half_made,
    leave_open,
    lost,
    make_old,
    rows_of,
)
from tests.proofs.store_worker import AGAIN, LONGEST_S, Processes, open_and_write, open_store
from tests.proofs.tables import Table

AT_ONCE = 4
_V0_1 = Path(__file__).parents[1] / "compatibility" / "v0_1" / "dateline.db"


class Kills:
    """Openings of one kind of store, each killed at another step."""

    def __init__(self, places: Places, table: Table) -> None:
        self._places = places
        self._table = table
        self._written_again = 0
        self._processes = Processes()

    def kill_each(self, what: str, start: str | None, every: int = 1) -> None:
        """Kill an opening at each step, or each so many, of a store that is not there, or that is like `start`."""
        url = self._like(start)
        before = {} if start is None else asyncio.run(self._places.rows(start))
        status, steps = self._processes.run(open_store, url)
        self._table.check("an opening that is not killed succeeds", status == 0, f"{what}: status {status}")
        after = asyncio.run(rows_of(url))
        self._places.drop(url)
        for step in range(1, steps + 1, every):
            self._kill(f"{what}, step {step}", start, step, (before, after))
        name = f"{self._places.name}: kills while {what}"
        self._table.figure(name, f"{len(range(1, steps + 1, every))} at {steps} steps")

    def _kill(self, what: str, start: str | None, step: int, states: tuple[Rows, Rows]) -> None:
        what = f"{self._places.name}, {what}"
        url = self._like(start)
        status, _ = self._processes.run(open_store, url, kill_at=step)
        self._table.check("the opening was killed", status == -signal.SIGKILL, f"{what}: status {status}")
        left = asyncio.run(self._places.rows(url))
        self._table.check("it left the store as it was, or the new one", left in states, f"{what}: {sorted(left)}")
        self.opens(what, url, states[0])
        self._places.drop(url)

    def opens(self, what: str, url: str, before: Rows) -> bool:
        """Whether a store can be opened and holds what it held before."""
        after: Rows = {}
        differences: object = None
        try:
            asyncio.run(_open(url))
            after = asyncio.run(rows_of(url))
            differences = asyncio.run(_differences(url))
        except Exception as error:  # noqa: BLE001  # whatever it is, the claim does not hold
            differences = f"{type(error).__name__}: {error}"
        missing = lost(before, after)
        opened = self._table.check(
            "then it opens, with the tables of today", differences == [], f"{what}: {differences}"
        )
        return self._table.check("and no row is lost", not missing, f"{what}: {missing}") and opened

    def start_at_once(self) -> None:
        """Open a new store in several processes at the same moment."""
        url = self._places.empty()
        together = self._processes.context.Barrier(AT_ONCE)
        processes = [
            self._processes.context.Process(target=open_and_write, args=(url, f"note {number}", together))
            for number in range(AT_ONCE)
        ]
        for process in processes:
            process.start()
        for process in processes:
            process.join(LONGEST_S)
            lives = process.exitcode in (0, AGAIN)
            self._written_again += process.exitcode == AGAIN
            claim = f"{self._places.name}: a process lives that opens a new store with {AT_ONCE - 1} others"
            self._table.check(claim, lives, f"status {process.exitcode}")
            process.kill()
        names = {row["name"] for row in asyncio.run(rows_of(url))["notes"]}
        name = f"{self._places.name}: writes that another one held up for longer than they wait"
        self._table.figure(name, str(self._written_again))
        written = {f"note {number}" for number in range(AT_ONCE)} <= names
        self._table.check("and every row that they wrote is there", written, str(names))
        self._places.drop(url)

    def _like(self, start: str | None) -> str:
        return self._places.empty() if start is None else self._places.like(start)


async def _open(url: str) -> None:
    store = await Store.open(url)
    await store.close()


async def _differences(url: str) -> object:
    """Between the tables that there are and those that the program expects."""

    def compare(connection: Connection) -> object:
        return compare_metadata(MigrationContext.configure(connection), Base.metadata)

    engine = engine_of(parse(url))
    async with engine.connect() as connection:
        found = await connection.run_sync(compare)
    await engine.dispose()
    return found


def kill_openings(places: Places, table: Table, every: int = 1, earlier: Sequence[str] | None = None) -> None:
    """Kill the making of a store and the upgrades from each earlier version, or from some."""
    kills = Kills(places, table)
    kills.kill_each("making a store", None, every)
    for version in list(VERSIONS)[:-1] if earlier is None else earlier:
        old = places.empty()
        asyncio.run(make_old(old, version))
        if isinstance(places, Files):
            leave_open(old)
        kills.kill_each(f"upgrading version {version}", old, every)
    if isinstance(places, Files):
        old = places.empty()
        shutil.copy(_V0_1, old.removeprefix("sqlite:///"))
        kills.kill_each("opening the store of v0.1", old, every)


def mend(places: Files, table: Table, every: int = 1) -> None:
    """Open what earlier versions left half made."""
    kills = Kills(places, table)
    first = min(VERSIONS)
    old = places.empty()
    asyncio.run(make_old(old, first))
    for start, version in ((None, None), (old, first)):
        before = {} if start is None else asyncio.run(places.rows(start))
        for what, statements, each in list(half_made(version))[::every]:
            url = places.empty() if start is None else places.like(start)
            apply(url, statements, each)
            what = f"{'made' if start is None else 'upgraded'} by {what}"  # noqa: PLW2901
            mended = kills.opens(what, url, before)
            table.check("what an earlier version left half made is mended", mended, what)
            places.drop(url)


def main() -> int:
    """Run the whole proof."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--starts", type=int, default=200)
    parser.add_argument("--every", type=int, default=1, help="leave out all steps but each so many")
    options = parser.parse_args()
    table = Table(
        f"Stores whose opening is killed, and {options.starts} starts of {AT_ONCE} processes on each database"
    )
    with tempfile.TemporaryDirectory() as work:
        places: list[Places] = [Files(Path(work))]
        try:
            server = PostgreSQL()
        except CannotRunError as error:
            table.figure("PostgreSQL", f"left out: {error}")
        else:
            places.append(Databases(server))
        try:
            for place in places:
                kill_openings(place, table, options.every)
                if isinstance(place, Files):
                    mend(place, table, options.every)
                kills = Kills(place, table)
                for _ in range(options.starts):
                    kills.start_at_once()
        finally:
            if len(places) > 1:
                server.close()
    return table.show()


if __name__ == "__main__":
    sys.exit(main())
