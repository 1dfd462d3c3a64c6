"""What a proof prints: a line a claim, with how often it was tried and how often it held."""

from __future__ import annotations

from dataclasses import dataclass, field

import click


@dataclass
class Table:
    """Counts by claim, in the order in which claims come up; `failures` tells the first few that did not hold."""

    title: str
    counts: dict[str, list[int]] = field(default_factory=dict)
    figures: dict[str, str] = field(default_factory=dict)
    failures: list[str] = field(default_factory=list)

    def check(self, claim: str, held: bool, told: str = "") -> bool:
        """Note one trial of a claim."""
        counts = self.counts.setdefault(claim, [0, 0])
        counts[0] += held
        counts[1] += 1
        if not held:
            self.failures.append(f"{claim}: {told}")
        return held

    def figure(self, name: str, value: str) -> None:
        """Note a measurement."""
        self.figures[name] = value

    def show(self) -> int:
        """Print everything; returns the exit status."""
        click.echo(self.title)
        width = max(map(len, (*self.counts, *self.figures)), default=0)
        for claim, (held, tried) in self.counts.items():
            click.echo(f"  {claim:{width}}  {held:>7,} of {tried:,}")
        for name, value in self.figures.items():
            click.echo(f"  {name:{width}}  {value}")
        for failure in self.failures[:20]:
            click.echo(f"FAILED {failure}", err=True)
        return 1 if self.failures else 0
