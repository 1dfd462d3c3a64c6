"""A system that refuses: `python -m tests.proofs.disk`.

A full disk (a file system of 20 MB, where it may be mounted), a read-only one, files that may not grow, too few open
files, too little memory, a model that fails: each build ends with status 1 and a sentence, and the index that was there
still answers.
"""

from __future__ import annotations

import contextlib
import signal
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import click

from tests.proofs.archives import events, write_jsonl
from tests.proofs.commands import Commands, Outcome, Run
from tests.proofs.tables import Table

SMALL, LARGE = 200, 10_000
LOOK_UPS = (["event", "2010-01-05", "--json"], ["ask", "bridge", "--json"], ["stats", "--json"])


class Refusals:
    """An index of a small archive in `root`, and a larger archive that may not be indexed."""

    def __init__(
        self, work: Path, root: Path, commands: Commands, table: Table, large: int = LARGE, small: int = SMALL
    ) -> None:
        self._index = root / "index"
        self._commands = commands
        self._table = table
        self._large = write_jsonl(work / "large.jsonl", events(large, 2))
        self._small = write_jsonl(work / "small.jsonl", events(small, 1))
        self._build_small()

    def _build_small(self) -> None:
        built = self._commands.run(["build", self._small, "--index", self._index]).only
        assert built.status == 0, built
        self._answer = self._look_up()
        assert all(isinstance(one, dict) for one in self._answer), self._answer

    def _look_up(self) -> list[Any]:
        run = self._commands.run(*([*look_up, "--index", str(self._index)] for look_up in LOOK_UPS))
        return [_without_times(outcome) for outcome in run.outcomes]

    def build(self, what: str, *said: str, **how: Any) -> bool:
        """Try to index the larger archive; `said` are words that the sentence has one of. True if it was indexed."""
        run = self._commands.run(["build", self._large, "--index", self._index, "--json"], **how)
        outcome, table = run.only, self._table
        told = f"{what}: {run}"[:600]
        if outcome.status == 0:
            self._build_small()
            return True
        ended = self._ended_by_a_library(run, how)
        if not ended:
            table.check("no build crashes the process", run.signal is None, told)
            table.check("a build that fails ends with status 1, a sentence and no answer", _is_refused(outcome), told)
            words = any(word in outcome.stderr for word in said) if said else True
            table.check("the sentence says what was refused", words, told)
        table.check("the index that was there still answers", self._look_up() == self._answer, told)
        verified = self._commands.run(["verify", "--index", self._index]).only
        table.check("and verify finds it sound", verified.status == 0, f"{what}: {verified}")
        left = len(list((self._index / "generations").iterdir()))
        # Where no file may be opened, the folder cannot be listed; the next build clears what is left.
        if not ended and "RLIMIT_NOFILE" not in how.get("limits", {}):
            table.check("and the failed build gave its room back", left == 1, f"{what}: {left} generations")
        return False

    def look_up(self, what: str, **how: Any) -> bool:
        """Look things up under the same refusals; True if all were answered."""
        run = self._commands.run(*([*look_up, "--index", str(self._index)] for look_up in LOOK_UPS), **how)
        if self._ended_by_a_library(run, how):
            return False
        self._table.check("no look-up crashes the process", run.signal is None, f"{what}: {run}"[:600])
        for outcome in run.outcomes:
            held = outcome.in_a_sentence and outcome.status in (0, 1)
            self._table.check("a look-up answers, or ends with status 1 and a sentence", held, f"{what}: {outcome}")
        return all(outcome.status == 0 for outcome in run.outcomes)

    def _ended_by_a_library(self, run: Run, how: dict[str, Any]) -> bool:
        """Whether a library ended the process because it got no memory, which nobody can prevent: Rust's and C++'s
        abort, libgomp exits. Counted, not checked: what is checked is that the index outlives it."""
        ended = "memory_mb" in how and (run.signal == signal.SIGABRT or any(one.abrupt for one in run.outcomes))
        name = "processes that a library ended for want of memory"
        self._table.figure(name, str(int(self._table.figures.get(name, "0")) + ended))
        return ended


def _without_times(outcome: Outcome) -> Any:
    return {**outcome.json(), "took_ms": 0} if outcome.status == 0 else outcome


def _is_refused(outcome: Outcome) -> bool:
    return outcome.status == 1 and outcome.in_a_sentence


@contextlib.contextmanager
def small_file_system(place: Path, megabytes: int) -> Iterator[bool]:
    """Mount one; False where that is not allowed."""
    place.mkdir()
    options = ["-t", "tmpfs", "-o", f"size={megabytes}m", "tmpfs", str(place)]
    mounted = subprocess.run(["mount", *options], check=False, capture_output=True).returncode == 0
    try:
        yield mounted
    finally:
        if mounted:
            subprocess.run(["umount", str(place)], check=True)


def full_disk(work: Path, commands: Commands, table: Table) -> None:
    """Fill a disk; then make it read-only."""
    disk = work / "disk"
    with small_file_system(disk, 20) as mounted:
        if not mounted:
            click.echo("skipped: a small file system may not be mounted here; run this as root", err=True)
            return
        refusals = Refusals(work, disk, commands, table)
        for filled in range(19):
            with contextlib.suppress(OSError):  # takes what there is
                (disk / "filler").write_bytes(bytes(filled * 10**6))
            indexed = refusals.build(f"{filled} MB are taken", "No space left", "full")
            table.check("what is too large for the disk is refused", not indexed, f"{filled} MB are taken")
        subprocess.run(["mount", "-o", "remount,ro", str(disk)], check=True)
        table.check("a read-only disk is refused", not refusals.build("read-only", "Read-only file system"))
        table.check("a read-only disk is read", refusals.look_up("read-only"))
        subprocess.run(["mount", "-o", "remount,rw", str(disk)], check=True)


def shortages(work: Path, commands: Commands, table: Table, steps: int, large: int = 2_000, small: int = SMALL) -> None:
    """Allow files, open files and memory in `steps` steps, from next to nothing to enough."""
    refusals = Refusals(work, work, commands, table, large, small)
    refused = {"files that may not grow": 0, "too few open files": 0, "too little memory": 0}
    for step in range(steps):
        size = 6 * 10**6 * step // steps
        refused["files that may not grow"] += not refusals.build(
            f"files of {size:,} bytes", "disk", limits={"RLIMIT_FSIZE": size}
        )
        files = 4 + 24 * step // steps
        how = {"limits": {"RLIMIT_NOFILE": files}}
        refused["too few open files"] += not refusals.look_up(f"{files} files", **how)
        refused["too few open files"] += not refusals.build(f"{files} files", "open", **how)
        memory_mb = 0.1 + 14 * step / steps
        refused["too little memory"] += not refusals.look_up(f"{memory_mb:.1f} MB", memory_mb=memory_mb)
        refused["too little memory"] += not refusals.build(f"{memory_mb:.1f} MB", "memory", memory_mb=memory_mb)
    refusals.build(
        "a model without memory", "can't allocate memory", broken="DefaultCPUAllocator: can't allocate memory"
    )
    for name, count in refused.items():
        table.figure(f"{name}: refused", f"{count} of {steps if name.startswith('files') else 2 * steps} trials")


def main() -> int:
    """Run the whole proof."""
    table = Table("a system that refuses")
    with tempfile.TemporaryDirectory() as name:
        work = Path(name)
        with Commands(work / "log") as commands:
            full_disk(work, commands, table)
            (work / "shortages").mkdir()
            shortages(work / "shortages", commands, table, steps=48)
    return table.show()


if __name__ == "__main__":
    sys.exit(main())
