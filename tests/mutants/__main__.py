"""How many small faults the tests notice: `python -m tests.mutants [ROOM…]`, which `make mutants` runs.

mutmut makes the faults, one at a time, of a room's modules (`made`), and the tests that reach the function are run
(`trying`). A fault that they do not notice survives: `mutants/survivors.md` lists those, by kind. A stopped run
goes on where it was; where a room's code or tests have changed since, functions that changed are tried anew, and in the
others what was not killed. Delete `mutants/` to begin from nothing.
"""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
import time
import tomllib
from collections import Counter, defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import click

from tests.mutants.kinds import SQL_CASE, Change, read_change
from tests.mutants.made import Verdict, Verdicts, dotted, make_mutants
from tests.mutants.rooms import ROOMS, Room

ROOT = Path(__file__).parents[2]
FOLDER = ROOT / "mutants"
EQUIVALENT = Path(__file__).parent / "equivalent.toml"

_COLUMNS = ("killed", "survived", "timed out", "no tests", "else")

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

    def run(self, processes: int) -> None:
        """Try what was not tried yet."""
        self.path.mkdir(parents=True, exist_ok=True)
        make_mutants(self.room, ROOT, self.path)
        if not any(mutant.outcome is None for mutant in self.mutants()):
            return
        started = time.monotonic()
        try:
            self._try(processes)
        finally:
            self._time.write_text(str(self.seconds() + time.monotonic() - started), "utf-8")

    def seconds(self) -> float:
        return float(self._time.read_text("utf-8")) if self._time.exists() else 0.0

    def mutants(self) -> Iterator[Mutant]:
        verdicts = Verdicts(self.path)
        known = verdicts.read()
        for name in verdicts.mutants:
            module = next(module for module in self.room.modules if name.startswith(f"{dotted(module)}.x"))
            yield Mutant(name, module, known.get(name))

    def change(self, mutant: Mutant) -> Change:
        return read_change(ROOT / mutant.module, self.path / mutant.module, mutant.name, mutant.module)

    def _try(self, processes: int) -> None:
        left_out = f"not ({' or '.join(('postgresql', *self.room.left_out))})"  # PostgreSQL does what SQLite does
        command = [sys.executable, "-m", "pytest", "-p", "tests.mutants.trying", *_ARGUMENTS, "-k", left_out]
        with tempfile.TemporaryDirectory() as folder:  # else pytest's folders crowd out those of other runs
            environment = os.environ | {
                "PYTEST_DEBUG_TEMPROOT": folder,
                "DATELINE_MUTANTS_FOLDER": str(self.path),
                "DATELINE_MUTANTS_PROCESSES": str(processes),
            }
            environment.pop("DATELINE_TEST_ARCHIVES", None)  # the figures are the same on every machine
            if subprocess.run([*command, *self.room.tests], cwd=ROOT, env=environment, check=False).returncode:
                raise WithoutFaultError(f"{self.room.name}: a test failed without a fault, as pytest says above")


@dataclass(frozen=True)
class Mutant:
    """One fault and what became of it."""

    name: str
    module: str
    verdict: Verdict | None  # None: not tried yet

    @property
    def outcome(self) -> str | None:
        return None if self.verdict is None else self.verdict.outcome


@dataclass(frozen=True)
class Equivalent:
    """A fault that changes nothing that anybody could see, argued by hand."""

    file: str
    function: str
    before: str
    after: str
    why: str

    def says(self, change: Change) -> bool:
        ours = (self.file, self.function, self.before, self.after)
        return ours == (change.file, change.function, change.before, change.after)


def write_survivors(path: Path, changes: dict[str, list[Change]], equivalents: Sequence[Equivalent]) -> int:
    """List what was not killed: by outcome, then by kind, the commonest kind first.

    Returns:
        How many of them are equivalent.
    """
    lines: list[str] = []
    argued: list[str] = []
    for outcome, found in changes.items():
        by_kind: dict[str, list[str]] = defaultdict(list)
        for change in sorted(found, key=lambda change: (change.file, change.line)):
            if change.kind == SQL_CASE:
                argued.append(f"- {change} — {change.kind}")
            elif why := next((one.why for one in equivalents if one.says(change)), None):
                argued.append(f"- {change} — {why}")
            else:
                by_kind[change.kind].append(f"- {change}")
        lines += ["", f"# {outcome.capitalize()}: {sum(map(len, by_kind.values()))}"]
        for kind, told in sorted(by_kind.items(), key=lambda pair: -len(pair[1])):
            lines += ["", f"## {kind.capitalize()}: {len(told)}", "", *told]
    lines += ["", f"# Equivalent: {len(argued)}", "", *argued]
    path.write_text("\n".join(lines[1:]) + "\n", "utf-8")
    return len(argued)


def report(workshops: Sequence[Workshop]) -> None:
    """Print a table of the modules and write the list of the survivors."""
    counts: dict[str, Counter[str]] = defaultdict(Counter)
    changes: dict[str, list[Change]] = {outcome: [] for outcome in _COLUMNS if outcome != "killed"}
    untried = 0
    for workshop in workshops:
        for mutant in workshop.mutants():
            if mutant.outcome is None:
                untried += 1
                continue
            counts[mutant.module][mutant.outcome] += 1
            if mutant.outcome != "killed":
                changes[mutant.outcome].append(workshop.change(mutant))
    click.echo(f"{'':36}{'mutants':>9}" + "".join(f"{column:>11}" for column in _COLUMNS) + f"{'killed %':>11}")
    total: Counter[str] = sum(counts.values(), Counter())
    for name, count in (*counts.items(), ("all", total)):
        cells = "".join(f"{count[column]:>11,}" for column in _COLUMNS)
        click.echo(f"{name:36}{count.total():>9,}{cells}{_percent(count['killed'], count.total()):>11}")
    if untried:
        click.echo(f"{untried:,} are not tried yet: run it again")
    with EQUIVALENT.open("rb") as file:
        equivalents = [Equivalent(**entry) for entry in tomllib.load(file).get("equivalent", [])]
    argued = write_survivors(FOLDER / "survivors.md", changes, equivalents)
    click.echo(
        f"{argued:,} of those not killed change nothing (the case of SQL, and tests/mutants/{EQUIVALENT.name}); "
        f"without them {_percent(total['killed'], total.total() - argued)} % are killed"
    )
    _report_cost(workshops)
    click.echo(f"what was not killed: {(FOLDER / 'survivors.md').relative_to(ROOT)}")


def _report_cost(workshops: Sequence[Workshop]) -> None:
    """Print what each room took: a mutant as long as its own process, the clock with the run without a fault."""
    click.echo(f"\n{'':36}{'mutants':>9}{'processor, s':>14}{'each':>8}{'clock, min':>12}")
    rows: list[tuple[str, int, float, float]] = []
    for workshop in workshops:
        tried = [mutant.verdict.processor for mutant in workshop.mutants() if mutant.verdict is not None]
        rows.append((workshop.room.name, len(tried), sum(tried), workshop.seconds() / 60))
    rows.append(("all", sum(row[1] for row in rows), sum(row[2] for row in rows), sum(row[3] for row in rows)))
    for name, tried_in_all, processor, minutes in rows:
        each = processor / (tried_in_all or 1)
        click.echo(f"{name:36}{tried_in_all:>9,}{processor:>14,.0f}{each:>8.2f}{minutes:>12.1f}")


def _percent(part: int, whole: int) -> str:
    return f"{100 * part / whole:.1f}" if whole else "-"


@click.command()
@click.argument("names", metavar="[ROOM]...", nargs=-1, type=click.Choice([room.name for room in ROOMS]))
@click.option("--processes", type=click.IntRange(1), default=os.cpu_count() or 1, show_default=True)
def main(names: Sequence[str], processes: int) -> None:
    """Try the mutants of some rooms, or of all."""
    os.nice(5)  # it has every core for long
    workshops = [Workshop(room) for room in ROOMS if room.name in (names or [room.name])]
    failed: list[str] = []
    try:
        for workshop in workshops:
            click.echo(f"{workshop.room.name}: {', '.join(workshop.room.modules)}")
            try:
                workshop.run(processes)
            except WithoutFaultError as error:
                failed.append(str(error))
    finally:
        report(workshops)
    if failed:
        raise click.ClickException("\n".join(failed))


if __name__ == "__main__":
    main()
