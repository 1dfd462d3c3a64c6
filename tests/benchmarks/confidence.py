"""When to stay silent: `python -m tests.benchmarks.confidence --index DIR QUERIES.jsonl`.

Fits `embeddings.model.calibration.Confidence`: a logistic regression tells the best candidates of questions that have
an answer from those of `unanswerable.txt`, by what speaks for them. Prints the weights, and for some thresholds how
many questions with an answer would get none and how many of the others would get strangers, cross-validated.
"""

from __future__ import annotations

import datetime as dt
from pathlib import Path

import click
import numpy as np
from rich.console import Console
from rich.table import Table
from sklearn.linear_model import LogisticRegression
from sklearn.model_selection import GroupKFold

from embeddings.index.folder import IndexFolder
from embeddings.index.threads import compute_alone
from embeddings.model.calibration import evidence
from embeddings.model.encoder import SentenceEncoder
from embeddings.search.evaluation import read_queries, read_unanswerable
from embeddings.search.questions import understand
from embeddings.search.ranking import fuse
from embeddings.search.service import Search
from embeddings.stems import question_stems

UNANSWERABLE = Path(__file__).with_name("unanswerable.txt")
FOLDS = 5
EVIDENCE = {"a large archive": (2, 3, 4, 5, 6, 7), "a small archive": (0, 1, 6, 7)}  # places in `evidence`
SILENCES = (0.005, 0.01, 0.02, 0.03, 0.05)  # shares of wrong silences to show


def of_question(search: Search, question: str, today: dt.date) -> np.ndarray:
    """The evidence for the candidate that comes first, (8,)."""
    understood = understand(question, today)
    [wanted] = search.encode([understood.wanted])
    _, found = search.candidates(understood, wanted)
    return evidence(found, int(np.argmax(fuse(found, search.weights))), len(question_stems(understood.wanted)))


@click.command(help=__doc__.splitlines()[0])
@click.option("--index", type=click.Path(path_type=Path, exists=True), required=True)
@click.option("--today", type=click.DateTime(["%Y-%m-%d"]), default="2026-11-23", show_default=True)
@click.argument("queries", type=click.Path(path_type=Path, exists=True))
def main(index: Path, today: dt.datetime, queries: Path) -> None:
    """Fit, measure and print."""
    compute_alone()
    opened = IndexFolder(index).open()
    search = Search(opened, SentenceEncoder(opened.manifest.model.name))
    answered = [text for query in read_queries(queries) for text in (query.kw, query.nl)]
    strange = read_unanswerable(UNANSWERABLE)
    known = np.array([of_question(search, text, today.date()) for text in (*answered, *strange)])
    has_answer = np.arange(len(known)) < len(answered)
    groups = np.where(has_answer, np.arange(len(known)) // 2, np.arange(len(known)))
    console = Console()
    console.print(f"{len(answered)} questions with an answer, {len(strange)} without")
    for archive, used in EVIDENCE.items():
        held_out = np.zeros(len(known))
        for train, test in GroupKFold(FOLDS, shuffle=True, random_state=0).split(known, has_answer, groups):
            model = _fit(known[train][:, used], has_answer[train])
            held_out[test] = model.decision_function(known[test][:, used])
        model = _fit(known[:, used], has_answer)
        weights = np.zeros(known.shape[1])
        weights[list(used)] = model.coef_[0]
        console.print(f"{archive}: weights {tuple(weights.round(2).tolist())}", soft_wrap=True)
        table = Table("least", "wrong silences", "strangers")
        for share in SILENCES:
            threshold = float(np.quantile(held_out[has_answer], share))
            silences = np.mean(held_out[has_answer] < threshold)
            strangers = np.mean(held_out[~has_answer] >= threshold)
            table.add_row(f"{threshold - model.intercept_[0]:.2f}", f"{silences:.1%}", f"{strangers:.1%}")
        console.print(table)
    opened.close()


def _fit(known: np.ndarray, has_answer: np.ndarray) -> LogisticRegression:
    return LogisticRegression(C=100.0, class_weight="balanced", max_iter=5_000).fit(known, has_answer)


if __name__ == "__main__":
    main()
