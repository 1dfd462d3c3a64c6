"""Whether the events that anybody would expect on a day are among its five.

    python -m tests.benchmarks.anniversaries --index INDEX --rows ROWS.tsv [--rows …]

A line of ROWS.tsv is a day, a year and a pattern; it is found if an event of that year among the day's five matches the
pattern (whole words, case ignored). What was learnt knows the days of the year of these rows unless they were left out;
`tests.benchmarks.kinds` measures without them. Ends with the time that each day of the year takes.
"""

from __future__ import annotations

import datetime as dt
import re
import time
from collections.abc import Mapping, Sequence
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path

import click
import numpy as np

from embeddings.events import Event
from embeddings.index.folder import IndexFolder, OpenIndex
from embeddings.index.prominence import WEIGHTS
from embeddings.index.threads import compute_alone
from embeddings.search.on_this_day import choose_events, shortlist, weigh
from embeddings.search.service import Search

FIVE = 5
SHORT = 60


@dataclass(frozen=True, slots=True)
class Row:
    """An event that anybody would expect."""

    month: int
    day: int
    year: int
    pattern: re.Pattern[str]

    def fits(self, event: Event) -> bool:
        return event.date.year == self.year and self.pattern.search(event.headline) is not None


@dataclass(frozen=True, slots=True)
class Case:
    """A row, and what the index holds of its day."""

    row: Row
    events: Sequence[Event]
    parts: np.ndarray
    grim: np.ndarray
    vectors: np.ndarray

    def found(self, weights: Mapping[str, float]) -> bool:
        five = five_of(self.events, self.parts, self.grim, self.vectors, weights)
        return any(self.row.fits(self.events[place]) for place in five)


def five_of(
    events: Sequence[Event], parts: np.ndarray, grim: np.ndarray, vectors: np.ndarray, weights: Mapping[str, float]
) -> list[int]:
    """The positions of the five of a day's events; row i of each array belongs to event i."""
    kept = shortlist(parts, grim, SHORT, weights)
    candidates = weigh([events[place] for place in kept], parts[kept], grim[kept], vectors[kept], weights)
    places = {events[place].id: int(place) for place in kept}
    return [places[chosen.event.id] for chosen in choose_events(candidates, FIVE)]


def read_rows(text: str) -> list[Row]:
    """The rows of a file: month-day, year and pattern, tabs between."""
    rows = []
    for line in text.splitlines():
        if line.strip() and not line.startswith("#"):
            day, year, pattern = line.split("\t")
            month, number = map(int, day.split("-"))
            rows.append(Row(month, number, int(year), re.compile(rf"\b(?:{pattern})\b", re.IGNORECASE)))
    return rows


def cases_of(index: OpenIndex, rows: Sequence[Row]) -> list[Case]:
    """Each row with its day."""
    cases = []
    for row in rows:
        places = index.catalogue.rows_on(row.month, row.day)
        events, vectors = index.catalogue.events(places), index.vectors.take(places)
        cases.append(Case(row, events, *index.prominence.take(places), vectors))
    return cases


def interval(values: np.ndarray) -> str:
    """The mean of some values and its 95 % interval, as of a normal distribution."""
    return f"{values.mean():.3f} ± {1.96 * values.std() / np.sqrt(len(values)):.3f}"


def seconds_of_days(index: OpenIndex) -> np.ndarray:
    """How long each day of a leap year takes, events read, (366,); the best of three, for the machine may be busy."""
    search = Search(index, None)  # type: ignore[arg-type]  # nothing is encoded
    took = np.zeros((3, 366))
    for tried in took:
        for offset in range(366):
            day = dt.date(2000, 1, 1) + dt.timedelta(days=offset)
            started = time.perf_counter()
            search.on_this_day(day.month, day.day, FIVE)
            tried[offset] = time.perf_counter() - started
    return np.asarray(took.min(axis=0))


@click.command(context_settings={"help_option_names": ["-h", "--help"]})
@click.option("--index", "folder", type=click.Path(exists=True, path_type=Path), required=True)
@click.option("--rows", "rows_files", type=click.Path(exists=True, path_type=Path), multiple=True, required=True)
@click.option("--show", is_flag=True, help="Show the rows that are not found: once seen, they measure nothing more.")
def main(folder: Path, rows_files: Sequence[Path], *, show: bool) -> None:
    """Are the expected events among a day's five?"""
    compute_alone()
    with closing(IndexFolder(folder).open()) as index:
        for path in rows_files:
            cases = cases_of(index, read_rows(path.read_text(encoding="utf-8")))
            missing = sum(not any(map(case.row.fits, case.events)) for case in cases)
            click.echo(f"{path.name}: {len(cases)} rows, {missing} of which the index does not hold")
            for name, weights in (("with lists", WEIGHTS), ("without any list", {**WEIGHTS, "lists": 0.0})):
                found = np.array([case.found(weights) for case in cases])
                click.echo(f"    {name}: {found.sum()} found ({interval(found.astype(float))})")
            for case in cases if show else ():
                if not case.found(WEIGHTS):
                    row = case.row
                    click.echo(f"    not found: {row.month:02}-{row.day:02} {row.year} {row.pattern.pattern}")
        took = seconds_of_days(index) * 1_000
        click.echo(f"a day takes {np.median(took):.0f} ms at the median, {took.max():.0f} ms at most")


if __name__ == "__main__":
    main()
