"""How many of the expressions in a table are suggested rightly."""

from __future__ import annotations

import csv
import datetime as dt
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from bot.commands.zones import suggest_zones

TABLE = Path(__file__).with_suffix(".tsv")
NOW = dt.datetime(2026, 11, 29, 13, 5, tzinfo=dt.UTC)
FIRST = 3


@dataclass(frozen=True, slots=True)
class Expression:
    """What somebody types: the zones that are right, and those that must not come first."""

    text: str
    accepted: frozenset[str]
    must_not: frozenset[str]
    note: str

    @property
    def suggested(self) -> list[str]:
        """The zones that are suggested first."""
        return [choice.value for choice in suggest_zones(self.text, NOW)][:FIRST]

    @property
    def is_right(self) -> bool:
        """Whether a right zone is among the first."""
        return bool(self.accepted & set(self.suggested))

    @property
    def is_forbidden(self) -> bool:
        """Whether the first one has the opposite offset, or is of another country."""
        return bool(self.must_not & set(self.suggested[:1]))


def read(path: Path = TABLE) -> Iterator[Expression]:
    """The table: an expression, zones that are right, zones that must not come first, a note; parted by tabs."""
    with path.open(encoding="utf-8", newline="") as lines:
        for row in csv.reader(lines, delimiter="\t", quoting=csv.QUOTE_NONE):
            text, accepted, must_not, note = [*row, "", "", ""][:4]
            yield Expression(text, frozenset(accepted.split()), frozenset(must_not.split()), note)
