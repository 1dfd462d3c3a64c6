"""When to stay silent: `python -m tests.benchmarks.confidence --index DIR QUERIES.jsonl`.

Fits `embeddings.model.calibration.Confidence`: a logistic regression tells questions that have an answer (QUERIES and
`rows/news.txt`) from those of `rows/not_news.txt`, by what speaks for the best candidate and by the question's vector.
Prints, for some thresholds, how many questions with an answer would get none and how many of the others would get
strangers, cross-validated, and of `unanswerable.txt`, to which nothing is fitted. `--write` writes what ships.
"""

from __future__ import annotations

import datetime as dt
from dataclasses import replace
from pathlib import Path

import click
import numpy as np
from rich.console import Console
from rich.table import Table
from sklearn.linear_model import LogisticRegression
from sklearn.model_selection import GroupKFold

from embeddings.index.folder import IndexFolder
from embeddings.index.threads import compute_alone
from embeddings.model import calibration
from embeddings.model.calibration import evidence
from embeddings.model.encoder import SentenceEncoder
from embeddings.search.evaluation import read_queries, read_unanswerable
from embeddings.search.questions import understand
from embeddings.search.ranking import fuse
from embeddings.search.service import Search
from embeddings.stems import question_stems

UNANSWERABLE = Path(__file__).with_name("unanswerable.txt")
NEWS, NOT_NEWS = (Path(__file__).with_name("rows") / name for name in ("news.txt", "not_news.txt"))
FOLDS = 5
EVIDENCE = {"a large archive": (2, 3, 4, 5, 6, 7), "a small archive": (0, 1, 6, 7)}  # places in `evidence`
SILENCES = (0.005, 0.01, 0.02, 0.03, 0.05)  # shares of wrong silences to show
ALLOWED = 0.02  # the share of wrong silences, the mean of both kinds of questions, that ships
SHORT = 3.0  # how much more a question of `rows/news.txt` counts: they are fewer, and more like what people ask
SPREAD = 3.0  # of vectors of unit length, beside evidence whose deviation is 1
C = 0.3  # of the regression: less holds the weights shorter
_OUT = Path(calibration.__file__).with_name("confidence.npz")


def of_question(search: Search, question: str, today: dt.date) -> tuple[np.ndarray, np.ndarray]:
    """The evidence for the candidate that is nearest, (8,), and the question's vector."""
    understood = search.read(understand(question, today))
    [wanted] = search.encode([understood.text])
    _, found = search.candidates(understood, wanted)
    nearest = int(np.argmax(fuse(replace(found, matters=np.zeros_like(found.dated)), search.weights)))
    return evidence(found, nearest, len(question_stems(understood.wanted))), wanted.vector


@click.command(help=__doc__.splitlines()[0])
@click.option("--index", type=click.Path(path_type=Path, exists=True), required=True)
@click.option("--today", type=click.DateTime(["%Y-%m-%d"]), default="2026-11-23", show_default=True)
@click.option("--write", is_flag=True, help="Write confidence.npz.")
@click.argument("queries", type=click.Path(path_type=Path, exists=True))
def main(index: Path, today: dt.datetime, queries: Path, *, write: bool) -> None:
    """Fit, measure and print."""
    compute_alone()
    opened = IndexFolder(index).open()
    search = Search(opened, SentenceEncoder(opened.manifest.model.name))
    answered = [text for query in read_queries(queries) for text in (query.kw, query.nl)]
    short, strange, unseen = map(read_unanswerable, (NEWS, NOT_NEWS, UNANSWERABLE))
    asked = (*answered, *short, *strange, *unseen)
    found = [of_question(search, text, today.date()) for text in asked]
    opened.close()
    known, vectors = np.array([each for each, _ in found]), np.array([vector for _, vector in found])
    kind = np.repeat([0, 1, 2, 3], [len(answered), len(short), len(strange), len(unseen)])
    groups = np.where(kind == 0, np.arange(len(known)) // 2, np.arange(len(known)))
    console = Console()
    console.print(
        f"{len(answered)} and {len(short)} questions with an answer, {len(strange)} and {len(unseen)} without"
    )
    shipped = []
    for archive, used in EVIDENCE.items():
        mean, deviation = known[:, used].mean(axis=0), known[:, used].std(axis=0)
        features = np.concatenate([(known[:, used] - mean) / deviation, vectors * SPREAD], axis=1)
        seen = np.flatnonzero(kind < 3)
        scores = np.zeros(len(known))
        for train, test in GroupKFold(FOLDS, shuffle=True, random_state=0).split(seen, kind[seen], groups[seen]):
            scores[seen[test]] = _fit(features[seen[train]], kind[seen[train]]).decision_function(features[seen[test]])
        model = _fit(features[seen], kind[seen])
        scores[kind == 3] = model.decision_function(features[kind == 3])
        table = Table("threshold", "wrong silences", "of short ones", "strangers", "of unseen ones", title=archive)
        for share in SILENCES:
            limit = threshold(scores, kind, share)
            silent = [f"{np.mean(scores[kind == each] < limit):.1%}" for each in (0, 1)]
            answers = [f"{np.mean(scores[kind == each] >= limit):.1%}" for each in (2, 3)]
            table.add_row(f"{limit:.2f}", *silent, *answers)
        console.print(table)
        weights = np.zeros(known.shape[1])
        weights[list(used)] = model.coef_[0][: len(used)] / deviation
        constant = float(model.intercept_[0] - model.coef_[0][: len(used)] @ (mean / deviation))
        shipped.append((weights, threshold(scores, kind, ALLOWED) - constant, model.coef_[0][len(used) :] * SPREAD))
    if write:
        of_evidence, least, news = (np.array(each) for each in zip(*shipped, strict=True))
        np.savez_compressed(_OUT, weights=of_evidence, least=least, news=news.astype(np.float16))


def threshold(scores: np.ndarray, kind: np.ndarray, share: float) -> float:
    """The largest score below which at most a share of the questions with an answer lies, the mean of both kinds."""
    candidates = np.sort(scores[kind < 2])
    shares = np.mean(
        [np.searchsorted(np.sort(scores[kind == each]), candidates) / np.sum(kind == each) for each in (0, 1)], axis=0
    )
    return float(candidates[shares <= share][-1])


def _fit(features: np.ndarray, kind: np.ndarray) -> LogisticRegression:
    has_answer = kind < 2
    counts = np.where(has_answer, 1.0, has_answer.sum() / (~has_answer).sum()) * np.where(kind == 1, SHORT, 1.0)
    return LogisticRegression(C=C, max_iter=5_000).fit(features, has_answer, sample_weight=counts)


if __name__ == "__main__":
    main()
