"""How what was found is put in order: `python -m tests.benchmarks.order --index INDEX FILE…`.

Fits `embeddings.model.calibration.Order` to the questions of all files together: by how likely a right event comes
first among the candidates (a softmax over their scores), each file counting as `COUNTS` says however many questions it
has, and holds the weights near those that say how near a candidate is. Prints for each file and class, with a 95 %
interval, the shares of questions with a right event first and among the first five, rewordings told once and nothing
held back: in force, fitted to all, and cross-validated, where questions that share a right event are in one fold.

Files are as `tests.benchmarks.asked` reads them. What is printed last is what ships.
"""

from __future__ import annotations

import datetime as dt
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from contextlib import closing
from dataclasses import astuple, dataclass
from pathlib import Path

import click
import numpy as np
from rich.console import Console
from rich.table import Table

from embeddings.events import event_as_dict
from embeddings.index.folder import IndexFolder
from embeddings.index.threads import compute_alone
from embeddings.model.calibration import DEFAULT_WEIGHTS, SIGNS, Order
from embeddings.model.encoder import SentenceEncoder
from embeddings.search.questions import understand
from embeddings.search.ranking import MATTERS, order, terms
from embeddings.search.service import Search
from tests.benchmarks.anniversaries import interval
from tests.benchmarks.asked import FIVE, read_questions, with_rewordings

FOLDS = 5
COUNTS: Mapping[str, float] = {"dev": 2.0, "outside": 1.5}  # of files; others count 1
NEAREST = 50  # candidates of a question that are learnt from, beside the right ones
SHARPNESS = 25.0  # how many times the weights the softmax takes, where nothing says otherwise
HELD = 0.02  # how much the weights are held near those in `START`, by the deviation of each column
NO_WORDS = frozenset("german spanish arabic chinese russian french italian".split())  # classes that are not learnt from


START = np.array([*astuple(DEFAULT_WEIGHTS), MATTERS, *(0.0 for _ in SIGNS)])
DATED = 0.3  # at most; with what the files' dates, which are right, would have, one that is a year off costs too much
BOUNDS = (
    [(0, None)] * 3 + [(0, SHARPNESS * DATED)] + [(0, None)] * 2 + [(None, None), *[(0, None)] * 2, *[(None, None)] * 3]
)
"""A better date, a word more and more meaning never put anything back."""


@dataclass(frozen=True, slots=True)
class Case:
    """A question with its candidates.

    Attributes:
        terms: (n, 5 + len(SIGNS)), what the weights of `Order` are of.
        right: (n,) whether each answers it.
        now: (n,) the scores in force.
    """

    file: str
    of_class: str
    rows: np.ndarray
    terms: np.ndarray
    right: np.ndarray
    now: np.ndarray

    @property
    def teaches(self) -> bool:
        """Whether anything can be learnt from it."""
        return bool(self.right.any()) and not self.right.all() and self.of_class not in NO_WORDS

    def rank(self, search: Search, scores: np.ndarray) -> int:
        """Of the first right event as a user sees it, rewordings told once."""
        shown = search.fold(self.rows[np.lexsort((self.rows, -scores))], FIVE)
        right = set(self.rows[self.right].tolist())
        return next((rank for rank, row in enumerate(shown, 1) if row in right), FIVE + 1)


def cases(search: Search, files: Sequence[Path], today: dt.date) -> Iterator[Case]:
    """Every question but those of days alone, with its candidates."""
    for path in files:
        questions = [asked for asked in read_questions(path) if asked.is_answerable]
        with_rewordings(search.index.catalogue, questions)
        for asked in questions:
            question = search.read(understand(asked.question, today))
            [wanted] = search.encode([question.text])
            rows, features = search.candidates(question, wanted)
            if features.signs is None:  # of days alone
                continue
            events = search.index.catalogue.events(rows.tolist())
            right = np.array([asked.is_right(event_as_dict(event)) for event in events], bool)
            now = order(features, search.weights, search.order)
            yield Case(path.stem, asked.of_class, rows, terms(features, features.signs), right, now)


def groups(cases: Sequence[Case]) -> np.ndarray:
    """A number for each case, (len(cases),): the same for those that share a right event."""
    # SciPy takes a second to import, and each of the test processes imports this module.
    from scipy.sparse import coo_matrix
    from scipy.sparse.csgraph import connected_components

    pairs = [(place, row) for place, case in enumerate(cases) for row in case.rows[case.right].tolist()]
    events = {row: len(cases) + number for number, row in enumerate(dict.fromkeys(row for _, row in pairs))}
    size = len(cases) + len(events)
    ends = [place for place, _ in pairs], [events[row] for _, row in pairs]
    _, labels = connected_components(coo_matrix((np.ones(len(pairs)), ends), shape=(size, size)), directed=False)
    return np.asarray(labels[: len(cases)])


def folds(groups: np.ndarray, seed: int) -> np.ndarray:
    """The fold of each case, (len(groups),)."""
    numbers = np.unique(groups)
    of_number = np.random.default_rng(seed).permutation(len(numbers)) % FOLDS
    return np.asarray(of_number[np.searchsorted(numbers, groups)])


def fit(cases: Sequence[Case], spread: np.ndarray) -> np.ndarray:
    """The weights of each term, (5 + len(SIGNS),), that make right events likely to come first.

    Args:
        spread: the deviation of each term over the candidates.
    """
    from scipy.optimize import minimize

    known = [case for case in cases if case.teaches]
    files = Counter(case.file for case in known)
    kept = [np.union1d(np.argsort(-case.now)[:NEAREST], np.flatnonzero(case.right)) for case in known]
    terms = np.concatenate([case.terms[places] for case, places in zip(known, kept, strict=True)])
    right = np.concatenate([case.right[places] for case, places in zip(known, kept, strict=True)])
    counts = np.array([COUNTS.get(case.file, 1.0) * 100 / files[case.file] for case in known])
    lengths = np.array([len(places) for places in kept])
    starts = np.concatenate(([0], np.cumsum(lengths)[:-1]))

    def loss(weights: np.ndarray) -> tuple[float, np.ndarray]:
        scores = terms @ weights
        odds = np.exp(scores - np.repeat(np.maximum.reduceat(scores, starts), lengths))
        everything, of_right = np.add.reduceat(odds, starts), np.add.reduceat(odds * right, starts) + 1e-300
        wrongly = odds / np.repeat(everything, lengths) - odds * right / np.repeat(of_right, lengths)
        away = (weights - SHARPNESS * START) * spread
        value = counts @ (np.log(everything) - np.log(of_right)) + HELD * away @ away
        return float(value), terms.T @ (wrongly * np.repeat(counts, lengths)) + 2 * HELD * away * spread

    found = minimize(loss, SHARPNESS * START, jac=True, method="L-BFGS-B", bounds=BOUNDS, options={"maxiter": 300})
    return np.asarray(found.x) / SHARPNESS


@click.command(help=__doc__.splitlines()[0])
@click.option("--index", type=click.Path(path_type=Path, exists=True), required=True)
@click.option("--today", type=click.DateTime(["%Y-%m-%d"]), default="2026-11-22", show_default=True)
@click.option("--seeds", type=click.IntRange(1), default=3, show_default=True)
@click.argument("files", nargs=-1, required=True, type=click.Path(path_type=Path, exists=True))
def main(index: Path, today: dt.datetime, seeds: int, files: Sequence[Path]) -> None:
    """Fit, measure and print."""
    compute_alone()
    with closing(IndexFolder(index).open()) as opened:
        search = Search(opened, SentenceEncoder(opened.manifest.model.name))
        known = list(cases(search, files, today.date()))
        spread = np.concatenate([case.terms for case in known]).std(axis=0)
        weights = fit(known, spread)
        ranks = {
            "in force": np.array([[case.rank(search, case.now) for case in known]]),
            "fitted to all": np.array([[case.rank(search, case.terms @ weights) for case in known]]),
            "cross-validated": np.zeros((seeds, len(known)), int),
        }
        group = groups(known)
        for seed in range(seeds):
            fold = folds(group, seed)
            for number in range(FOLDS):
                learnt = fit([case for case, of in zip(known, fold, strict=True) if of != number], spread)
                for place in np.flatnonzero(fold == number):
                    case = known[place]
                    ranks["cross-validated"][seed, place] = case.rank(search, case.terms @ learnt)
    table = Table("file", "class", "questions", "", "first", "first five")
    for file, of_class in dict.fromkeys(
        pair for case in known for pair in ((case.file, ""), (case.file, case.of_class))
    ):
        chosen = [case.file == file and of_class in ("", case.of_class) for case in known]
        for way, found in ranks.items():
            of_way = found[:, chosen]
            cells = (interval((of_way <= most).mean(axis=0)) for most in (1, FIVE))
            table.add_row(file, of_class, f"{of_way.shape[1]}", way, *cells)
    Console(width=120).print(table)
    meaning, late, covered, dated, matters, *signs = weights.round(3).tolist()
    click.echo(repr(Order(meaning, late, covered, dated, matters, tuple(signs))))


if __name__ == "__main__":
    main()
