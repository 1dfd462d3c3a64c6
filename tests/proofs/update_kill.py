"""Updates that are killed: `python -m tests.proofs.update_kill`.

A wiki on loopback serves a month. Updates fetch it, and then three edits: a rewording, a removal and an addition, which
the next turn takes back. Each update is killed before the answer to one of its requests, before one of its steps on the
disk or at a random moment, and then run again; some of their requests are told to wait.
"""

from __future__ import annotations

import datetime as dt
import random
import shutil
import sys
import tempfile
from pathlib import Path

from tests.proofs.commands import Commands, Outcome, Run
from tests.proofs.tables import Table
from tests.wiki_server import DAYS, WikiServer, maxlag, month, too_many, unavailable, wiki_server

PER_ANSWER = 3  # pages, so that a month takes 1 + 10 requests
TEXTS = len(DAYS) // PER_ANSWER

REWORDED, REMOVED, ADDED = DAYS[2], DAYS[12], DAYS[27]
_OLD, _NEW = (
    "rises to thirty-one after a railway embankment gives way",
    "reaches forty when a railway embankment breaks",
)
_ADDITION = "\n*A choir of nine hundred sings on the ice of [[Lake Orla]]. [https://stage.example/choir (Stage)]"


def edited(day: dt.date) -> str:
    """A page after the three edits."""
    text = month()[day]
    if day == REWORDED:
        assert _OLD in text
        return text.replace(_OLD, _NEW)
    if day == REMOVED:
        return text.replace("*Biologists", "<!-- *Biologists").replace("(Skywatch)]", "(Skywatch)] -->")
    return text.replace("(Coast Radio)]", f"(Coast Radio)]{_ADDITION}")


class Life:
    """A wiki, the index that follows it, and what that may answer at the moment."""

    def __init__(self, work: Path, wiki: WikiServer, commands: Commands, table: Table) -> None:
        self._work = work
        self._wiki = wiki
        self._commands = commands
        self._table = table
        self._is_edited = False
        wiki.month()
        self.index = work / "index"
        first = self.update()
        self._before = self._told()
        [removed] = self._run(["event", str(REMOVED)]).only.json()["events"]
        self._removed = removed["id"]
        table.figure("requests for a month that is new", str(first.only.json()["requests"]))
        self.turn()
        self._after = self._told()
        edits = self.update().only.json()
        table.figure("requests for a month without edits", str(edits["requests"]))
        kept = {event["id"] for event in self._events(self._before)} - {self._removed}
        now = {event["id"] for event in self._events(self._after)}
        table.check("a rewording keeps its id, a removal takes one away, an addition brings one",
                    kept < now and len(now - kept) == 1, f"{kept ^ now}")  # fmt: skip
        self._check_withdrawn()

    def _run(self, *commands: list[str | Path], **how: object) -> Run:
        return self._commands.run(*([*command, "--index", self.index, "--json"] for command in commands), **how)

    def _arguments(self) -> list[str | Path]:
        return ["update", "--api", self._wiki.api, "--since", str(DAYS[0]), "--until", str(DAYS[-1])]

    def update(self, **how: object) -> Run:
        """Run an update."""
        return self._run(self._arguments(), **how)

    def _told(self) -> str:
        return self._look(self._run(["event", "2021-06"]).only)

    def _look(self, outcome: Outcome) -> str:
        """What the index answers, to be compared with what it answered before; "" where there is none yet."""
        return outcome.stdout if outcome.status == 0 else ""

    def _events(self, told: str) -> list[dict[str, str]]:
        found: list[dict[str, str]] = Outcome((), 0, told).json()["events"]
        return found

    def turn(self) -> None:
        """Make the three edits, or take them back, and update."""
        self.edit()
        run = self.update()
        assert run.only.status == 0, run.only
        result = run.only.json()
        if self._is_edited:
            self._table.figure("requests for three edits", str(result["requests"]))
        counted = (result["days"], result["fetched"], result["requests"]) == (len(DAYS), 3, 2)
        self._table.check("an update fetches the edited days and no other", counted, str(run.only))

    def edit(self) -> None:
        """Make the three edits, or take them back."""
        self._is_edited = not self._is_edited
        for day in (REWORDED, REMOVED, ADDED):
            self._wiki.edit(day, edited(day) if self._is_edited else month()[day])

    @property
    def _expected(self) -> str:
        return self._after if self._is_edited else self._before

    def _check_withdrawn(self) -> None:
        found = self._run(["related", self._removed]).only.json()
        is_right = found.get("withdrawn", False) is self._is_edited
        self._table.check("the removed event is withdrawn, and comes back when it is restored", is_right, str(found))

    def _check_end(self, what: str, resumed: Outcome) -> None:
        table = self._table
        table.check("the next update completes", resumed.status == 0, f"{what}: {resumed}")
        verified, told = self._run(["verify"], ["event", "2021-06"]).outcomes
        table.check("then verify finds nothing", verified.status == 0, f"{what}: {verified}")
        table.check("then the new index answers", self._look(told) == self._expected, what)
        left = sorted(path.name for path in self.index.iterdir())
        generations = len(list((self.index / "generations").iterdir()))
        clean = left == ["build.lock", "generations", "manifest.json", "portal.sqlite"] and generations == 1
        table.check("then nothing of the killed update is left", clean, f"{what}: {left}, {generations} generations")
        self._check_withdrawn()

    def edit_and_kill(self, what: str, **how: object) -> Run:
        """Kill an update that would fetch three edits and look at what is left, then update again."""
        old = self._expected
        self.edit()
        killed = self.update(**how)
        verified, told = self._run(["verify"], ["event", "2021-06"]).outcomes
        self._table.check("after the kill, verify finds nothing", verified.status == 0, f"{what}: {verified}")
        known = self._look(told) in (old, self._expected)
        self._table.check("after the kill, the old or the new index answers", known, f"{what}: {told}")
        self._wiki.answer_next(too_many(0), maxlag(0))
        self._check_end(what, self.update().only)
        self._wiki.forget_faults()
        return killed

    def fetch_and_kill(self, at_request: int) -> None:
        """Kill an update of a new index before a request is answered, then update again: only the rest is fetched."""
        whole, self.index = self.index, self._work / "another index"
        try:
            self._wiki.before(len(self._wiki.requests) + at_request, self._commands.kill)
            killed = self.update()
            what = f"at request {at_request}"
            self._table.check("killed while it waits for an answer", killed.signal == 9, f"{what}: {killed}")
            self._wiki.answer_next(unavailable(0))
            resumed = self.update().only
            self._table.check("the next update completes", resumed.status == 0, f"{what}: {resumed}")
            result = resumed.json()
            kept = PER_ANSWER * max(0, at_request - 2)
            left = len(DAYS) - kept
            told = (result["days"], result["fetched"]) == (left, left)
            self._table.check(
                "days that were fetched before the kill are not asked for again", told, f"{what}: {result}"
            )
            requests = 1 + 1 + -(-left // PER_ANSWER)  # one was told to wait
            self._table.check(
                "it takes as many requests as it must", result["requests"] == requests, f"{what}: {result}"
            )
            same = [event["id"] for event in self._events(self._told())] == [
                event["id"] for event in self._events(self._expected)
            ]
            self._table.check("then the index has the same events", same, what)
        finally:
            shutil.rmtree(self.index)
            self.index = whole


def main(kills: int = 30, seed: int = 1) -> int:
    """Run the whole proof."""
    table = Table(f"updates killed at each request and each step on the disk, and at {kills} random moments")
    with tempfile.TemporaryDirectory() as name, wiki_server(PER_ANSWER) as wiki:
        work = Path(name)
        with Commands(work / "log") as commands:
            life = Life(work, wiki, commands, table)
            life.turn()
            for request in range(1, TEXTS + 2):
                life.fetch_and_kill(request)
            life.edit()
            whole = life.update()
            for step in range(1, whole.steps + 1):
                life.edit_and_kill(f"at step {step}", kill_at_step=step)
                table.check("killed before a step on the disk", True)
            random_ = random.Random(seed)
            for part in random_.sample(range(kills), kills):
                moment = (part + random_.random()) * whole.took_s / kills
                life.edit_and_kill(f"after {moment:.3f} s", kill_after_s=moment)
            table.figure("an update that is not killed", f"{whole.took_s:.1f} s, {whole.steps} steps")
            table.figure("requests in all", f"{len(wiki.requests):,}")
    return table.show()


if __name__ == "__main__":
    sys.exit(main())
