"""Builds that are killed: `python -m tests.proofs.kill`.

One index lives through everything. Builds of two archives take turns, so that each has something to do; each is killed
at a random moment, or before one of the steps that it takes on the disk, and then run again.
"""

from __future__ import annotations

import itertools
import json
import random
import sys
import tempfile
from collections.abc import Iterator, Sequence
from pathlib import Path

from tests.proofs.archives import events, write_jsonl, write_markdown
from tests.proofs.commands import CHUNK, Commands, Outcome, Run
from tests.proofs.tables import Table

EVENTS = 1_000
SLOW_S = 0.1  # a chunk; then encoding takes as long as the rest


_LOOK_UPS: tuple[list[str | Path], ...] = (
    ["event", "2010-01-01..2010-01-20"],
    ["ask", "bridge", "--limit", "100"],
    ["onthisday", "01-02", "--limit", "20"],
)


def _told(outcomes: Sequence[Outcome]) -> str:
    """What the look-ups answered, to be compared with what they answered before."""
    if any(outcome.status for outcome in outcomes):
        return " ".join(outcome.stderr for outcome in outcomes)
    return json.dumps([event for outcome in outcomes for event in outcome.json()["events"]])


class Life:
    """An index, the two archives that it is built from in turn, and what it may answer at the moment."""

    def __init__(self, work: Path, commands: Commands, table: Table, count: int = EVENTS) -> None:
        self._index = work / "index"
        self._commands = commands
        self._table = table
        self._count = count
        # Half of the events are in both.
        both = events(count // 2, 1)
        archives = [
            write_markdown(work / "first", both + events(count // 2, 2)),
            write_jsonl(work / "second.jsonl", both + events(count // 2, 3)),
        ]
        self._turns = itertools.cycle(archives)
        self._archive = next(self._turns)
        self._run(["build", self._archive])
        self._old = self._answer()
        self._archive = next(self._turns)
        self._run(["build", self._archive])
        self._new = self._answer()

    def _run(self, *commands: list[str | Path], **how: object) -> Run:
        return self._commands.run(*([*command, "--index", str(self._index), "--json"] for command in commands), **how)

    def _answer(self) -> str:
        return _told(self._run(*_LOOK_UPS).outcomes)

    def build_and_kill(self, what: str, **how: object) -> Run:
        """Kill a build and look at what is left, then build again and look once more. Returns the killed run."""
        self._archive = next(self._turns)
        self._old, self._new = self._new, self._old
        encoded = self._commands.encoded()
        killed = self._run(["build", self._archive], slow_s=SLOW_S, **how)
        verified, *answers = self._run(["verify"], *_LOOK_UPS).outcomes
        answer = _told(answers)
        table = self._table
        table.check("after the kill, verify finds nothing", verified.status == 0, f"{what}: {verified}")
        known = answer in (self._old, self._new)
        table.check("after the kill, the old or the new index answers", known, f"{what}: {answer[:300]}")
        if killed.signal is not None:
            table.figure(
                "new index already in force after a kill",
                str(int(table.figures.get("new index already in force after a kill", "0")) + (answer == self._new)),
            )
        again, verified, *answers = self._run(["build", self._archive], ["verify"], *_LOOK_UPS).outcomes
        table.check("the next build completes", again.status == 0, f"{what}: {again}")
        table.check("then verify finds nothing", verified.status == 0, f"{what}: {verified}")
        table.check("then the new index answers", _told(answers) == self._new, what)
        left = sorted(path.name for path in self._index.iterdir())
        generations = len(list((self._index / "generations").iterdir()))
        clean = left == ["build.lock", "generations", "manifest.json"] and generations == 1
        table.check("then nothing of the killed build is left", clean, f"{what}: {left}, {generations} generations")
        # Half of the events are new to each build; a kill may cost the chunk that was in work.
        twice = self._commands.encoded() - encoded - self._count // 2
        table.check("no more than a chunk is encoded twice", twice <= CHUNK, f"{what}: {twice}")
        return killed

    def whole(self) -> Run:
        """A build that is not killed."""
        self._archive = next(self._turns)
        self._old, self._new = self._new, self._old
        return self._run(["build", self._archive], slow_s=SLOW_S)

    def build_twice_at_once(self) -> None:
        """Start a build while another one runs."""
        self._archive = next(self._turns)
        self._old, self._new = self._new, self._old
        build: list[str | Path] = ["build", self._archive, "--index", self._index, "--json"]
        finish = self._commands.start_aside(build, slow_s=10 * SLOW_S)
        while len(list((self._index / "generations").iterdir())) < 2:
            self._commands.run(["stats", "--index", self._index])
        second = self._commands.run(build).only
        first = finish().only
        told = second.status == 1 and "another build of the index" in second.stderr and second.in_a_sentence
        self._table.check("a second build says so and stops", told, str(second))
        verified = self._run(["verify"]).only
        sound = first.status == 0 and verified.status == 0
        self._table.check("and does no harm to the first", sound, f"{first} {verified}")


def moments(run_s: float, count: int, seed: int) -> Iterator[float]:
    """Random moments of a run, one in each of `count` equal parts of it, in random order."""
    random_ = random.Random(seed)
    parts = list(range(count))
    random_.shuffle(parts)
    for part in parts:
        yield (part + random_.random()) * run_s / count


def main(kills: int = 50, seed: int = 1) -> int:
    """Run the whole proof."""
    table = Table(f"{kills} builds killed at random moments, then one before each step on the disk")
    with tempfile.TemporaryDirectory() as name:
        work = Path(name)
        with Commands(work / "log") as commands:
            life = Life(work, commands, table)
            wholes = [life.whole(), life.whole()]
            took_s, steps = min(whole.took_s for whole in wholes), max(whole.steps for whole in wholes)
            table.figure("a build that is not killed", f"{took_s:.1f} s, {steps} steps")
            for moment in moments(took_s, kills, seed):
                killed = False
                while not killed:  # a build that was faster than the moment is no trial
                    killed = life.build_and_kill(f"after {moment:.3f} s", kill_after_s=moment).signal == 9
                    moment *= 0.9  # noqa: PLW2901
                table.check("killed at a random moment", killed)
            for step in range(1, steps + 1):
                life.build_and_kill(f"at step {step}", kill_at_step=step)
                table.check("killed before a step on the disk", True)
            for _ in range(5):
                life.build_twice_at_once()
    return table.show()


if __name__ == "__main__":
    sys.exit(main())
