"""No secret in what the bot says of itself: `python -m tests.proofs.secrets`.

A process sets its log up as the bot does and tells of 10,000 faults: requests that really fail, of each kind, on
addresses with interaction tokens, errors of databases with their address, wrapped in one another, in groups and in
notes, told by many loggers, warnings, threads, tasks and sentences. Neither the bot's token, the store's password nor
an interaction's token is in the output. The same process without the protection shows each of them, so that the
search would find them.
"""

from __future__ import annotations

import random
import re
import subprocess
import sys
import tempfile
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import quote

from tests.proofs.tables import Table

LINES = 10_000
ROOT = Path(__file__).parents[2]
_RECORD = re.compile(r"^\d{4}-\d\d-\d\d \d\d:\d\d:\d\d,\d{3} [A-Z]+ ", re.MULTILINE)
_LETTERS = "ABCDEFGHJKLPQRSTUVWXYZabcdefghijkmnpqrstuvwxyz23456789"


@dataclass(frozen=True)
class Secrets:
    """What must not come out. Each holds a mark that nothing else does."""

    token: str
    password: str
    interaction_mark: str

    @property
    def store_url(self) -> str:
        """The store's address as an operator writes it."""
        return f"postgresql://bot:{quote(self.password, safe='')}@db.example/dateline"

    def interaction(self, chance: random.Random) -> str:
        """A new token of an interaction."""
        return f"{_word(chance, 40)}{self.interaction_mark}_-{_word(chance, 40)}"

    def marks(self) -> dict[str, tuple[str, ...]]:
        """What to look for."""
        return {
            "the bot's token": (self.token, self.token.rpartition(".")[2]),
            "the store's password": (self.password, quote(self.password, safe=""), self.password[:12]),
            "an interaction's token": (self.interaction_mark,),
        }


def _word(chance: random.Random, length: int) -> str:
    return "".join(chance.choices(_LETTERS, k=length))


def secrets_of(seed: int) -> Secrets:
    """The secrets of a run."""
    chance = random.Random(seed)
    return Secrets(
        token=f"MTIzNDU2Nzg5MDEyMzQ1Njc4.G{_word(chance, 5)}.{_word(chance, 38)}",
        password=f"{_word(chance, 12)}/p@ss %41'\"wörd\\",
        interaction_mark=_word(chance, 12),
    )


SPEAKER = (sys.executable, "-m", "tests.proofs.secrets_speaker")


def spoken(seed: int, lines: int, protected: bool, speaker: Sequence[str] = SPEAKER) -> str:
    """All that a process puts out that tells of so many faults."""
    with tempfile.TemporaryFile() as out:
        arguments = [str(seed), str(lines), "protected" if protected else "bare"]
        done = subprocess.run(
            [*speaker, *arguments], cwd=ROOT, stdout=out, stderr=subprocess.STDOUT, check=False, timeout=1_800
        )
        out.seek(0)
        text = out.read().decode(errors="replace")
    if done.returncode != 1 or "the last word" not in text:  # it ends with an exception that nobody catches
        raise RuntimeError(f"the process ended with {done.returncode}: {text[-2_000:]}")
    return text


def prove(table: Table, lines: int, seed: int = 1, bare: int = 400, speaker: Sequence[str] = SPEAKER) -> None:
    """Let a process speak, and look for its secrets; then another one, unprotected, of at least `bare` faults."""
    text, marks = spoken(seed, lines, True, speaker), secrets_of(seed).marks()
    records = len(_RECORD.findall(text))
    table.check("every fault is told", records >= lines, f"{records} records of {lines} faults")
    for line in text.splitlines():
        for name, spellings in marks.items():
            table.check(f"a line is without {name}", not any(mark in line for mark in spellings), line[:300])
    table.figure(
        "log records", f"{records:,} with {text.count('Traceback (most'):,} tracebacks, {len(text) / 1e6:.1f} MB"
    )
    table.figure("taken out", f"{text.count('***'):,} times")
    few = max(bare, lines // 20)
    unprotected = spoken(seed, few, False, speaker)
    for name, spellings in marks.items():
        found = sum(any(mark in line for mark in spellings) for line in unprotected.splitlines())
        table.check("unprotected, each secret comes out", found > 0, name)
        table.figure(f"unprotected, {few:,} faults, lines with {name}", f"{found:,}")


def main() -> int:
    """Run the whole proof."""
    table = Table(f"{LINES:,} faults told in a log")
    prove(table, LINES)
    return table.show()


if __name__ == "__main__":
    sys.exit(main())
