"""How many small faults the tests notice: `python -m tests.mutants [ROOM…]`, which `make mutants` runs.

mutmut puts one fault at a time into a room's modules (`rooms`) and runs the tests that reach the function. A fault that
they do not notice survives: `mutants/survivors.md` lists those, by kind. A run that was stopped goes on where it
was; where a room's code or tests have changed since, functions that changed are tried anew, and in the others what was
not killed. Delete `mutants/` to begin from nothing.
"""

from __future__ import annotations

import hashlib
import json
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
from typing import Any

import click

from tests.mutants.kinds import SQL_CASE, Change, read_change
from tests.mutants.rooms import ROOMS, Room

ROOT = Path(__file__).parents[2]
FOLDER = ROOT / "mutants"
EQUIVALENT = Path(__file__).parent / "equivalent.toml"

# What mutmut writes of a mutant: the status that its tests ended with. All others are looked at one by one.
_OUTCOMES = {0: "survived", 1: "killed", 3: "killed", 5: "no tests", 33: "no tests", 24: "timed out", -24: "timed out"}
_COLUMNS = ("killed", "survived", "timed out", "no tests", "else")

# A mutant's tests may take this many times as long as without a fault, and these seconds more, for a busy machine may
# not kill anything. The seconds are for what a test's time does not hold: starting pytest, fixtures, and the minute
# that a test waits at most for what does not come.
_TIMES, _MORE_SECONDS = 4, 20.0

_SETTINGS = """
[tool.mutmut]
source_paths = ["bot", "embeddings"]
also_copy = ["README.md", "config.example.toml", "dateline.py"]
only_mutate = {modules}
pytest_add_cli_args = {arguments}
pytest_add_cli_args_test_selection = {tests}
timeout_multiplier = {times}
timeout_constant = {seconds}
on_dependency_change = "ignore"
use_git_change_detection = false
"""
# What a test that failed leaves open is no further fault, and would end mutmut itself.
_ARGUMENTS = ["-p", "no:cacheprovider", "-p", "no:unraisableexception", "--hypothesis-profile", "mutants", "-k"]


@dataclass(frozen=True)
class Mutant:
    """One fault and what became of it."""

    name: str
    module: str
    outcome: str | None  # None: not tried yet


class MutmutFailedError(Exception):
    """It could not begin: most often a test failed without any fault."""


class Workshop:
    """The folder of a room: mutmut's own `mutants/`, beside the code as it is, and how long all took."""

    def __init__(self, room: Room) -> None:
        self.room = room
        self.path = FOLDER / room.name
        self._mutated = self.path / "mutants"
        self._state = self.path / "state.json"

    def run(self, processes: int) -> None:
        """Try what was not tried yet."""
        state = json.loads(self._state.read_text("utf-8")) if self._state.exists() else {"seconds": 0.0}
        digest = self._digest()
        if state.get("digest") != digest:
            self._forget()
        elif state["done"]:
            return
        self._lay_out()
        self._keep(state | {"digest": digest, "done": False})
        started = time.monotonic()
        try:
            self._mutmut(processes)
        finally:
            state = {"digest": digest, "seconds": state["seconds"] + time.monotonic() - started}
            self._keep(state | {"done": all(mutant.outcome for mutant in self.mutants())})

    def seconds(self) -> float:
        return float(json.loads(self._state.read_text("utf-8"))["seconds"]) if self._state.exists() else 0.0

    def mutants(self) -> Iterator[Mutant]:
        for module in self.room.modules:
            for name, code in self._verdicts(module).get("exit_code_by_key", {}).items():
                yield Mutant(name, module, None if code is None else _OUTCOMES.get(code, "else"))

    def change(self, mutant: Mutant) -> Change:
        return read_change(ROOT / mutant.module, self._mutated / mutant.module, mutant.name, mutant.module)

    def _digest(self) -> str:
        files = [ROOT / module for module in self.room.modules]
        for tests in self.room.tests:
            files += sorted((ROOT / tests).rglob("*.py")) or [ROOT / tests]
        return hashlib.sha256(b"\0".join(file.read_bytes() for file in files)).hexdigest()

    def _forget(self) -> None:
        """Have what was not killed tried again: the tests may notice it now."""
        for module in self.room.modules:
            if known := self._verdicts(module):
                codes = known["exit_code_by_key"]
                known["exit_code_by_key"] = {
                    name: code if _OUTCOMES.get(code) == "killed" else None for name, code in codes.items()
                }
                (self._mutated / f"{module}.meta").write_text(json.dumps(known), "utf-8")

    def _verdicts(self, module: str) -> dict[str, Any]:
        """What mutmut keeps of a module's mutants; nothing where it was killed as it wrote."""
        try:
            known: dict[str, Any] = json.loads((self._mutated / f"{module}.meta").read_text("utf-8"))
        except (FileNotFoundError, json.JSONDecodeError):
            return {}
        return known

    def _keep(self, state: dict[str, object]) -> None:
        self._state.write_text(json.dumps(state), "utf-8")

    def _lay_out(self) -> None:
        """The code and the tests as they are now, for mutmut to copy; of its own files only the verdicts stay."""
        self.path.mkdir(parents=True, exist_ok=True)
        kept = {self._mutated / f"{module}.meta" for module in self.room.modules if self._verdicts(module)}
        for file in self._mutated.rglob("*"):
            if file.is_file() and file not in kept:
                file.unlink()
        for name in ("bot", "embeddings", "tests", "README.md", "config.example.toml", "dateline.py"):
            (self.path / name).unlink(missing_ok=True)
            (self.path / name).symlink_to(ROOT / name)
        settings = _SETTINGS.format(
            modules=json.dumps(self.room.modules),
            # PostgreSQL does what SQLite does, and takes longer.
            arguments=json.dumps([*_ARGUMENTS, f"not ({' or '.join(('postgresql', *self.room.left_out))})"]),
            tests=json.dumps(self.room.tests),
            times=_TIMES,
            seconds=_MORE_SECONDS,
        )
        (self.path / "pyproject.toml").write_text((ROOT / "pyproject.toml").read_text("utf-8") + settings, "utf-8")

    def _mutmut(self, processes: int) -> None:
        command = [str(Path(sys.executable).parent / "mutmut"), "run", "--max-children", str(processes)]
        with tempfile.TemporaryDirectory() as folder:  # else pytest's folders crowd out those of other runs
            environment = os.environ | {"PYTEST_DEBUG_TEMPROOT": folder, "DATELINE_TEST_MADE": folder}
            environment.pop("DATELINE_TEST_ARCHIVES", None)  # the figures are the same on every machine
            if subprocess.run(command, cwd=self.path, env=environment, check=False).returncode:
                raise MutmutFailedError(f"{self.room.name}: mutmut failed; what it says stands above")


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
    times = ", ".join(f"{workshop.room.name} {workshop.seconds() / 60:.1f}" for workshop in workshops)
    click.echo(f"minutes: {times}; in all {sum(workshop.seconds() for workshop in workshops) / 60:.1f}")
    click.echo(f"what was not killed: {(FOLDER / 'survivors.md').relative_to(ROOT)}")


def _percent(part: int, whole: int) -> str:
    return f"{100 * part / whole:.1f}" if whole else "-"


@click.command()
@click.argument("names", metavar="[ROOM]...", nargs=-1, type=click.Choice([room.name for room in ROOMS]))
@click.option("--processes", type=click.IntRange(1), default=os.cpu_count() or 1, show_default=True)
def main(names: Sequence[str], processes: int) -> None:
    """Try the mutants of some rooms, or of all."""
    os.nice(5)  # it takes an hour or two, on every core
    workshops = [Workshop(room) for room in ROOMS if room.name in (names or [room.name])]
    failed: list[str] = []
    try:
        for workshop in workshops:
            click.echo(f"{workshop.room.name}: {', '.join(workshop.room.modules)}")
            try:
                workshop.run(processes)
            except MutmutFailedError as error:
                failed.append(str(error))
    finally:
        report(workshops)
    if failed:
        raise click.ClickException("\n".join(failed))


if __name__ == "__main__":
    main()
