"""How many small faults the tests notice: `python -m tests.mutants [ROOM…]`, which `make mutants` runs.

mutmut makes the faults, one at a time, of a room's modules (`made`), and the tests that reach the function are run
(`trying`). A fault that they do not notice survives: `survivors.md` beside this module lists those, by sort and kind. A
stopped run goes on where it was; where a room's code or tests have changed since, functions that changed are tried
anew, and in the others what was not killed. Delete `mutants/` to begin from nothing.
"""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Iterator, Sequence
from pathlib import Path

import click

from tests.mutants.kinds import EQUAL, read_change
from tests.mutants.made import Verdicts, dotted, make_mutants
from tests.mutants.rooms import ROOMS, Room
from tests.mutants.survivors import Tried, report

ROOT = Path(__file__).parents[2]
FOLDER = ROOT / "mutants"
SURVIVORS = Path(__file__).parent / "survivors.md"

# What a test that failed leaves open is no further fault; what is printed is not caught in a file that all would share.
_ARGUMENTS = "-q -s -p no:cacheprovider -p no:unraisableexception --hypothesis-profile mutants".split()


class WithoutFaultError(Exception):
    """It could not begin: most often a test failed without any fault."""


class Workshop:
    """The folder of a room: its modules with their mutants, the verdicts, and how long all took."""

    def __init__(self, room: Room) -> None:
        self.room = room
        self.path = FOLDER / room.name
        self._time = self.path / "seconds"

    def run(self, processes: int, until: float) -> None:
        """Try what was not tried yet, up to a Unix time."""
        self.path.mkdir(parents=True, exist_ok=True)
        make_mutants(self.room, ROOT, self.path)
        self._spare_what_is_equal()
        if not self.untried():
            return
        started = time.monotonic()
        try:
            self._try(processes, until)
        finally:
            self._time.write_text(str(self.seconds() + time.monotonic() - started), "utf-8")

    def seconds(self) -> float:
        return float(self._time.read_text("utf-8")) if self._time.exists() else 0.0

    def untried(self) -> Counter[str]:
        """How many mutants of each module have no verdict that holds."""
        verdicts = Verdicts(self.path)
        return Counter(self._module(name) for name in verdicts.mutants.keys() - verdicts.read().keys())

    def tried(self) -> Iterator[Tried]:
        """Those that have one; what was not killed with what it changes."""
        verdicts = Verdicts(self.path)
        known = verdicts.read()
        for name in verdicts.mutants:
            if name not in known:
                continue
            module, verdict = self._module(name), known[name]
            is_killed = verdict.outcome == "killed"
            change = None if is_killed else read_change(ROOT / module, self.path / module, name, module)
            yield Tried(self.room.name, module, verdict, change)

    def _spare_what_is_equal(self) -> None:
        """Of what a rule knows to be equal in meaning no test can notice anything: it would only run all of them."""
        verdicts = Verdicts(self.path)
        for name in verdicts.mutants.keys() - verdicts.read().keys():
            module = self._module(name)
            if read_change(ROOT / module, self.path / module, name, module).sort == EQUAL:
                verdicts.add(name, "survived")

    def _module(self, mutant: str) -> str:
        return next(module for module in self.room.modules if mutant.startswith(f"{dotted(module)}.x"))

    def _try(self, processes: int, until: float) -> None:
        left_out = f"not ({' or '.join(('postgresql', *self.room.left_out))})"  # PostgreSQL does what SQLite does
        command = [sys.executable, "-m", "pytest", "-p", "tests.mutants.trying", *_ARGUMENTS, "-k", left_out]
        with tempfile.TemporaryDirectory() as folder:  # else pytest's folders crowd out those of other runs
            environment = os.environ | {
                "PYTEST_DEBUG_TEMPROOT": folder,
                "DATELINE_MUTANTS_FOLDER": str(self.path),
                "DATELINE_MUTANTS_PROCESSES": str(processes),
                "DATELINE_MUTANTS_UNTIL": str(until),
            }
            environment.pop("DATELINE_TEST_ARCHIVES", None)  # the figures are the same on every machine
            if subprocess.run([*command, *self.room.tests], cwd=ROOT, env=environment, check=False).returncode:
                raise WithoutFaultError(f"{self.room.name}: a test failed without a fault, as pytest says above")


@click.command()
@click.argument("names", metavar="[ROOM]...", nargs=-1, type=click.Choice([room.name for room in ROOMS]))
@click.option("--processes", type=click.IntRange(1), default=os.cpu_count() or 1, show_default=True)
@click.option("--minutes", type=float, default=float("inf"), help="Of each room; what is tried is drawn at random.")
def main(names: Sequence[str], processes: int, minutes: float) -> None:
    """Try the mutants of some rooms, or of all; the table and the list are always those of all."""
    os.nice(5)  # it has every core for long
    workshops = [Workshop(room) for room in ROOMS]
    failed: list[str] = []
    try:
        for workshop in workshops:
            if names and workshop.room.name not in names:
                continue
            click.echo(f"{workshop.room.name}: {', '.join(workshop.room.modules)}")
            try:
                workshop.run(processes, time.time() + 60 * minutes)
            except WithoutFaultError as error:
                failed.append(str(error))
    finally:
        tried = [each for workshop in workshops for each in workshop.tried()]
        untried: Counter[str] = sum((workshop.untried() for workshop in workshops), Counter())
        seconds = {workshop.room.name: workshop.seconds() for workshop in workshops}
        click.echo(report(tried, untried, seconds, SURVIVORS))
        click.echo(f"what was not killed: {SURVIVORS.relative_to(ROOT)}")
    if failed:
        raise click.ClickException("\n".join(failed))


if __name__ == "__main__":
    main()
