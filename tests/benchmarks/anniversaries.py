"""Whether the events that anybody would expect on a day are among its five, and the weights that make them so.

    python -m tests.benchmarks.anniversaries --index INDEX --rows ROWS.tsv

A line of ROWS.tsv is a day, a year and a pattern; it is found if an event of that year among the day's five matches the
pattern (whole words, case ignored). The weights are a compromise between those set by hand (`PRIOR`) and what fits the
rows; how far they may go is chosen by cross-validation, each day left out in turn. Ends with the time that each day of
the year takes.
"""

from __future__ import annotations

import argparse
import datetime as dt
import re
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import click
import numpy as np

from embeddings.events import Event
from embeddings.index.folder import IndexFolder, OpenIndex
from embeddings.index.prominence import PARTS
from embeddings.index.threads import compute_alone
from embeddings.search.on_this_day import WEIGHTS, choose_events, shortlist, weigh
from embeddings.search.service import Search

FIVE = 5
SHORT = 60
LEASH = (25.0, 50.0, 100.0, 200.0)  # what it costs to leave the prior by one deviation of the part, squared

PRIOR = {
    "names": 2.5,
    "years": 0.35,
    "meaning": 1.0,
    "lead": 0.5,
    "size": 0.3,
    "links": 0.5,
    "sources": 1.0,
    "toll": 0.25,
    "death": 0.5,
    "turn": 0.3,
    "first": 1.0,
    "light": 1.0,
    "words": -1.2,
    "sequel": -1.2,
    "routine": -1.5,
}
"""Weights by common sense: about one standard deviation of each part is worth the same."""

_STEPS, _RATE = 150, 0.3


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
        kept = shortlist(self.parts, self.grim, SHORT, weights)
        events = [self.events[place] for place in kept]
        candidates = weigh(events, self.parts[kept], self.grim[kept], self.vectors[kept], weights)
        return any(self.row.fits(chosen.event) for chosen in choose_events(candidates, FIVE))


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


def fit(cases: Sequence[Case], leash: float) -> dict[str, float]:
    """Weights under which the events that fit their rows stand out from the others of their day.

    Maximises the log-probability of drawing one that fits (softmax over the day), less the leash; by gradient ascent.
    """
    scale = np.concatenate([case.parts for case in cases]).std(axis=0)
    scale[scale == 0] = 1
    prior = np.array([PRIOR[name] for name in PARTS]) * scale
    weights = prior.copy()
    days = [(case.parts / scale, np.array([case.row.fits(event) for event in case.events])) for case in cases]
    for _ in range(_STEPS):
        slope = leash * (prior - weights)
        for parts, fits in days:
            scores = parts @ weights
            chance = np.exp(scores - scores.max())
            right = chance * fits
            slope += parts.T @ (right / right.sum() - chance / chance.sum())
        weights += _RATE * slope / (leash + len(days))
    # What is hand-set to speak for or against an event never speaks the other way.
    weights[np.sign(weights) != np.sign(prior)] = 0
    return dict(zip(PARTS, (weights / scale).tolist(), strict=True))


def cross_validated(cases: Sequence[Case], leash: float) -> list[bool]:
    """Whether each row is found by weights that were fitted without its day."""
    found = []
    for case in cases:
        day = (case.row.month, case.row.day)
        others = [other for other in cases if (other.row.month, other.row.day) != day]
        found.append(case.found(fit(others, leash)))
    return found


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


def main() -> None:
    compute_alone()
    parser = argparse.ArgumentParser(description="Are the expected events among a day's five?")
    parser.add_argument("--index", type=Path, required=True)
    parser.add_argument("--rows", type=Path, required=True)
    given = parser.parse_args()
    say = click.echo
    index = IndexFolder(given.index).open()
    try:
        cases = cases_of(index, read_rows(given.rows.read_text(encoding="utf-8")))
        missing = [case.row for case in cases if not any(map(case.row.fits, case.events))]
        say(f"{len(cases)} rows, {len(missing)} of which the index does not hold")
        for leash in LEASH:
            weights = fit(cases, leash)
            inside = sum(case.found(weights) for case in cases)
            outside = sum(cross_validated(cases, leash))
            say(f"leash {leash:g}: {inside} found in sample, {outside} cross-validated")
            say("    " + ", ".join(f"{name} {weight:.2f}" for name, weight in weights.items()))
        lost = [case.row for case in cases if not case.found(WEIGHTS)]
        say(f"the weights in use: {len(cases) - len(lost)} of {len(cases)} found; not found:")
        for row in lost:
            say(f"    {row.month:02}-{row.day:02} {row.year} {row.pattern.pattern}")
        took = seconds_of_days(index) * 1_000
        say(f"a day takes {np.median(took):.0f} ms at the median, {took.max():.0f} ms at most")
    finally:
        index.close()


if __name__ == "__main__":
    main()
