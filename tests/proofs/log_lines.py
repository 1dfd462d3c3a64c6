"""Each line of the log is JSON and says for whom: `python -m tests.proofs.log_lines`.

A process sets its log up as the bot does, at the level `debug`, and works on interactions: it tells of each by its own
loggers and those of libraries, with fields, tracebacks and errors that quote what the user wrote, from threads of the
engine too. Each of 10,000 lines and more is a JSON object; all lines of an interaction bear its reference, and no other
does; none holds what a user wrote, the bot's token, the store's password or an interaction's token. The same process
with Python's own log shows what users wrote, so that the search would find it.
"""

from __future__ import annotations

import json
import random
import subprocess
import sys
import tempfile
from collections import Counter
from collections.abc import Sequence
from typing import Any

from tests.proofs.secrets import ROOT, secrets_of
from tests.proofs.tables import Table

INTERACTIONS = 4_000  # of which each has some three lines
_MARK = "wqzj"  # which no word has
_FIRST = ("time", "level", "logger", "message")


def user_text(seed: int, number: int) -> str:
    """What the user of an interaction wrote; each holds the mark."""
    chance = random.Random(f"{seed} {number}")
    words = ["Who", "löste", "it's", 'a "flood"', "in", "C:\\temp", "日本", f"{_MARK}{number}", "100%", "ends\nhere"]
    chance.shuffle(words)
    some = words[: chance.randint(4, len(words))]
    return " ".join([*some, f"{_MARK}{number}"] * chance.choice((1, 1, 5)))


SPEAKER = (sys.executable, "-m", "tests.proofs.log_speaker")


def spoken(seed: int, interactions: int, how: str, speaker: Sequence[str] = SPEAKER) -> str:
    """All that a process puts out that works on so many interactions."""
    with tempfile.TemporaryFile() as out:
        command = [*speaker, str(seed), str(interactions), how]
        done = subprocess.run(command, cwd=ROOT, stdout=out, stderr=subprocess.STDOUT, check=False, timeout=1_800)
        out.seek(0)
        text = out.read().decode(errors="replace")
    if done.returncode:
        raise RuntimeError(f"the process ended with {done.returncode}: {text[-2_000:]}")
    return text


def _parsed(line: str) -> dict[str, Any] | None:
    try:
        found = json.loads(line)
    except ValueError:
        return None
    return found if isinstance(found, dict) else None


def prove(table: Table, interactions: int, seed: int = 1, bare: int = 100, speaker: Sequence[str] = SPEAKER) -> None:
    """Let a process speak, and look at each of its lines; then another one, with Python's own log."""
    text, secrets = spoken(seed, interactions, "json", speaker), secrets_of(seed).marks()
    levels: Counter[str] = Counter()
    inside = ""  # the reference of the interaction that is worked on
    for line in text.splitlines():
        said = _parsed(line)
        if not table.check("each line is a JSON object", said is not None, line[:300]) or said is None:
            continue
        levels[said.get("level", "")] += 1
        table.check("it has a time, a level, a logger and a message", tuple(said)[: len(_FIRST)] == _FIRST, line[:300])
        if said["message"] == "opened":
            inside = said["of"]
        right = said.get("interaction", "") == inside and bool(said.get("command")) == bool(inside)
        table.check("it bears the reference of the interaction, where there is one", right, f"{inside}: {line[:300]}")
        if said["message"] == "closed":
            inside = ""
        table.check("it holds nothing that a user wrote", _MARK not in line.lower(), line[:2_000])
        for name, spellings in secrets.items():
            table.check(f"it is without {name}", not any(mark in line for mark in spellings), line[:300])
    table.check("there are lines of every level", len(levels) == 5, str(levels))
    table.figure("lines", f"{levels.total():,} of {interactions:,} interactions, {len(text) / 1e6:.1f} MB")
    table.figure("by level", ", ".join(f"{number:,} {level}" for level, number in levels.most_common()))
    found = sum(_MARK in line for line in spoken(seed, bare, "bare", speaker).splitlines())
    table.check("with Python's own log, what users wrote comes out", found > 0)
    table.figure(f"with Python's own log, {bare:,} interactions, lines with what users wrote", f"{found:,}")


def main() -> int:
    """Run the whole proof."""
    table = Table(f"{INTERACTIONS:,} interactions told of in a log")
    prove(table, INTERACTIONS)
    return table.show()


if __name__ == "__main__":
    sys.exit(main())
