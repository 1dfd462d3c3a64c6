"""How well questions find their event: `python -m tests.benchmarks.quality --index DIR QUERIES.jsonl`.

Fits what each feature counts, by cross-validation: an event's two questions are in one fold, the weights come from
the other folds. Prints the measures of `python -m embeddings evaluate` cross-validated, with a 95 % interval from a
bootstrap over events, beside those of the weights in force and of the weights fitted to all questions; then what
becomes of questions with a date when the date is a month or a year off.

Weights are fitted to dates as people give them: most right, some a month or a year off (`MISREMEMBERED`).
"""

from __future__ import annotations

import datetime as dt
import itertools
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import click
import numpy as np
from dateutil.relativedelta import relativedelta
from rich.console import Console
from rich.table import Table

from embeddings.command_line.progress import ProgressDisplay
from embeddings.dates import DateRange
from embeddings.index.folder import IndexFolder
from embeddings.index.threads import compute_alone
from embeddings.model.calibration import Features, Order, Weights
from embeddings.model.encoder import SentenceEncoder
from embeddings.search.evaluation import DEPTH, LabelledQuery, is_right, measures, read_queries
from embeddings.search.questions import understand
from embeddings.search.ranking import fuse, order
from embeddings.search.service import Search

FOLDS = 5
RESAMPLED = 2_000
MISREMEMBERED = 0.075  # how often a date in a question is a month off, and how often a year

SHIFTS = {
    "right": relativedelta(),
    "a month late": relativedelta(months=1),
    "a month early": relativedelta(months=-1),
    "a year late": relativedelta(years=1),
    "a year early": relativedelta(years=-1),
}
SHARES = {"right": 1 - 2 * MISREMEMBERED, **dict.fromkeys(list(SHIFTS)[1:], MISREMEMBERED / 2)}

GRID = [
    Weights(1.0, late, covered, dated)
    for late, covered, dated in itertools.product(
        (0.0, 0.5, 1.0, 1.5, 2.0, 3.0, 4.0), (0.0, 0.1, 0.2, 0.3, 0.4, 0.6), (0.2, 0.4, 0.6, 0.8, 1.0, 1.3, 1.6)
    )
]


@dataclass(frozen=True)
class Case:
    """A question with its candidates.

    Attributes:
        right: for each candidate whether it is the event that the question is about.
    """

    event: int
    kind: str
    rows: np.ndarray
    features: Features
    right: np.ndarray

    def rank(self, weights: Weights) -> int:
        """Of the right event from 1, `DEPTH` + 1 where it is not found; rewordings count, so this is no better."""
        scores = fuse(self.features, weights)
        best = scores[self.right].max(initial=-np.inf)
        return min(1 + int(np.count_nonzero(scores[~self.right] > best)), DEPTH + 1) if self.right.any() else DEPTH + 1

    def folded_rank(self, weights: Weights, search: Search, learnt: Order | None = None) -> int:
        """As a user sees it: rewordings told once."""
        best_first = np.lexsort((self.rows, -order(self.features, weights, learnt)))
        right = set(self.rows[self.right].tolist())
        found = search.fold(self.rows[best_first], DEPTH)
        return next((rank for rank, row in enumerate(found, 1) if row in right), DEPTH + 1)


def cases(search: Search, queries: Sequence[LabelledQuery], today: dt.date, shift: relativedelta) -> Iterator[Case]:
    """Each question with its candidates, dates in it moved by `shift`."""
    for number, query in enumerate(queries):
        row = search.index.catalogue.row(query.id)
        if row is None:
            raise click.UsageError(f"the index holds no event {query.id}")
        [event] = search.index.catalogue.events([row])
        for kind in ("kw", "nl"):
            question = search.read(understand(getattr(query, kind), today))
            moved = tuple(DateRange(span.first + shift, span.last + shift) for span in question.dates)
            [wanted] = search.encode([question.text])
            rows, features = search.candidates(replace(question, dates=moved), wanted)
            right = np.array([is_right(other, event) for other in search.index.catalogue.events(rows.tolist())])
            yield Case(number, kind, rows, features, right)


def ranks_on_grid(cases: Sequence[Case]) -> np.ndarray:
    """The rank of each case with each weights of the grid, (len(GRID), len(cases))."""
    return np.array([[case.rank(weights) for case in cases] for weights in GRID])


def gain(ranks: np.ndarray) -> np.ndarray:
    """What a rank is worth: its reciprocal among the first ten."""
    return np.where(ranks <= 10, 1 / ranks, 0.0)


def best(gains: np.ndarray, chosen: np.ndarray) -> int:
    """The weights of the grid that are best on some cases."""
    return int(np.argmax(gains[:, chosen].mean(axis=1)))


def cross_validated(gains: np.ndarray, events: np.ndarray, seeds: int) -> np.ndarray:
    """For each seed and case the place in the grid of the weights that were fitted without its fold."""
    chosen = np.zeros((seeds, len(events)), int)
    numbers = np.unique(events)
    for seed in range(seeds):
        folds = np.array_split(np.random.default_rng(seed).permutation(numbers), FOLDS)
        for fold in folds:
            held_out = np.isin(events, fold)
            chosen[seed, held_out] = best(gains, ~held_out)
    return chosen


def interval(ranks: np.ndarray, events: np.ndarray) -> dict[str, tuple[float, float]]:
    """A 95 % interval of each measure, from a bootstrap over events; `ranks` is (seeds, cases)."""
    random = np.random.default_rng(0)
    of_event = [np.flatnonzero(events == number) for number in np.unique(events)]
    drawn = [
        measures(
            ranks[
                :, np.concatenate([of_event[place] for place in random.integers(0, len(of_event), len(of_event))])
            ].ravel()
        )
        for _ in range(RESAMPLED)
    ]
    return {name: tuple(np.percentile([found[name] for found in drawn], (2.5, 97.5))) for name in drawn[0]}


@click.command(help=__doc__.splitlines()[0])
@click.option("--index", type=click.Path(path_type=Path, exists=True), required=True)
@click.option("--today", type=click.DateTime(["%Y-%m-%d"]), default="2026-11-23", show_default=True)
@click.option("--seeds", type=click.IntRange(1), default=3, show_default=True)
@click.argument("queries", type=click.Path(path_type=Path, exists=True))
def main(index: Path, today: dt.datetime, seeds: int, queries: Path) -> None:
    """Fit, measure and print."""
    compute_alone()
    opened = IndexFolder(index).open()
    search = Search(opened, SentenceEncoder(opened.manifest.model.name))
    labelled = read_queries(queries)
    by_shift: dict[str, list[Case]] = {}
    with ProgressDisplay() as progress:
        for done, (name, shift) in enumerate(SHIFTS.items()):
            by_shift[name] = list(cases(search, labelled, today.date(), shift))
            progress("asking", done + 1, len(SHIFTS))
    right = by_shift["right"]
    events = np.array([case.event for case in right])
    gains = sum(share * gain(ranks_on_grid(by_shift[name])) for name, share in SHARES.items())
    assert isinstance(gains, np.ndarray)
    chosen = cross_validated(gains, events, seeds)
    fitted = GRID[best(gains, np.ones(len(right), bool))]

    console = Console()
    held_out = np.array(
        [
            [case.folded_rank(GRID[place], search) for case, place in zip(right, of_seed, strict=True)]
            for of_seed in chosen
        ]
    )
    console.print(f"{len(right)} questions about {len(labelled)} events, {FOLDS} folds, {seeds} seeds")
    console.print(f"weights in force: {search.weights}\nfitted to all:    {fitted}")
    console.print(
        "fitted in folds: ",
        {GRID[place]: int(n) for place, n in zip(*np.unique(chosen, return_counts=True), strict=True)},
    )
    table = Table("", "kind", "success@1", "success@5", "MRR@10", "recall@50")
    kinds = np.array([case.kind for case in right])
    bounds = interval(held_out, events)
    low, high = ([f"{bounds[name][side]:.3f}" for name in bounds] for side in (0, 1))
    ways = {
        "cross-validated": held_out,
        "in sample": np.array([[case.folded_rank(fitted, search) for case in right]]),
        "in force": np.array([[case.folded_rank(search.weights, search, search.order) for case in right]]),
    }
    for way, ranks in ways.items():
        for kind in ("all", "kw", "nl"):
            of_kind = ranks[:, kinds == kind] if kind != "all" else ranks
            table.add_row(way, kind, *(f"{value:.3f}" for value in measures(of_kind.ravel()).values()))
        if way == "cross-validated":
            table.add_row("95 % interval", "all", *(f"{a} to {b}" for a, b in zip(low, high, strict=True)))
    console.print(table)

    with_date = [place for place, case in enumerate(right) if case.features.dated.any()]
    table = Table(f"{len(with_date)} with a date", "success@1", "success@5", "MRR@10", "recall@50")
    for name, of_shift in by_shift.items():
        ranks = np.array([of_shift[place].folded_rank(search.weights, search, search.order) for place in with_date])
        table.add_row(name, *(f"{value:.3f}" for value in measures(ranks).values()))
    undated = [
        replace(right[place], features=replace(right[place].features, dated=np.zeros(len(right[place].rows))))
        for place in with_date
    ]
    ranks = np.array([case.folded_rank(search.weights, search, search.order) for case in undated])
    table.add_row("not looked at", *(f"{value:.3f}" for value in measures(ranks).values()))
    console.print(table)
    opened.close()


if __name__ == "__main__":
    main()
