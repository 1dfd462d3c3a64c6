"""When to stay silent: `python -m tests.benchmarks.confidence --index DIR --sample DIR QUERIES.jsonl`.

Fits `embeddings.model.calibration.Confidence`: a logistic regression tells questions that have an answer (QUERIES and
`rows/news.txt`, of the Current Events portal; `rows/history.txt`, of the sample) from those of `rows/not_news.txt`, by
what speaks for the best candidate and by the question's vector. Prints, for some thresholds, how many of each kind get
no events, cross-validated; to `unanswerable.txt` nothing is fitted. `--write` writes what ships.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from contextlib import closing
from dataclasses import dataclass, replace
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
NEWS, NOT_NEWS, HISTORY = (Path(__file__).with_name("rows") / f"{name}.txt" for name in ("news", "not_news", "history"))
KINDS = ("answered", "short", "strange", "unseen", "history")
WITH_ANSWER, UNSEEN = (0, 1, 4), 3
FOLDS = 5
OF_LARGE, OF_SMALL = (2, 3, 4, 5, 6, 7), (0, 1, 6, 7)  # places in `evidence`
SILENCES = (0.005, 0.01, 0.02, 0.03)  # shares of wrong silences to show
SHORT = 3.0  # how much more a question counts that is not of QUERIES: they are fewer, and more like what people ask
SPREAD = 3.0  # of vectors of unit length, beside evidence whose deviation is 1
C = 0.3  # of the regression: less holds the weights shorter
_OUT = Path(calibration.__file__).with_name("confidence.npz")


@dataclass(frozen=True, slots=True)
class Examples:
    """Questions: the evidence, (n, 8), the vector, (n, dimension), and the kind of each, a place in `KINDS`."""

    evidence: np.ndarray
    vectors: np.ndarray
    kind: np.ndarray

    def and_those(self, other: Examples) -> Examples:
        """These and others, in another archive."""
        return Examples(
            np.concatenate([self.evidence, other.evidence]),
            np.concatenate([self.vectors, other.vectors]),
            np.concatenate([self.kind, other.kind]),
        )

    def spread(self, used: Sequence[int]) -> tuple[np.ndarray, np.ndarray]:
        """The mean and the deviation of some evidence."""
        return self.evidence[:, used].mean(axis=0), self.evidence[:, used].std(axis=0)

    def scored(self, used: Sequence[int]) -> tuple[LogisticRegression, np.ndarray]:
        """What is learnt from all but the unseen, and a score for each by what is learnt without it."""
        mean, deviation = self.spread(used)
        features = np.concatenate([(self.evidence[:, used] - mean) / deviation, self.vectors * SPREAD], axis=1)
        seen = np.flatnonzero(self.kind != UNSEEN)
        groups = np.where(self.kind == 0, np.arange(len(features)) // 2, np.arange(len(features)))  # kw and nl
        scores = np.zeros(len(features))
        for train, test in GroupKFold(FOLDS, shuffle=True, random_state=0).split(seen, groups=groups[seen]):
            model = _fit(features[seen[train]], self.kind[seen[train]])
            scores[seen[test]] = model.decision_function(features[seen[test]])
        model = _fit(features[seen], self.kind[seen])
        scores[self.kind == UNSEEN] = model.decision_function(features[self.kind == UNSEEN])
        return model, scores


def of_question(search: Search, question: str, today: dt.date) -> tuple[np.ndarray, np.ndarray]:
    """The evidence for the candidate that is nearest, (8,), and the question's vector."""
    understood = search.read(understand(question, today))
    [wanted] = search.encode([understood.text])
    _, found = search.candidates(understood, wanted)
    nearest = int(np.argmax(fuse(replace(found, matters=np.zeros_like(found.dated)), search.weights)))
    return evidence(found, nearest, len(question_stems(understood.wanted))), wanted.vector


def examples(folder: Path, sets: Mapping[str, Sequence[str]], today: dt.date) -> Examples:
    """The evidence for questions of some kinds in one index."""
    with closing(IndexFolder(folder).open()) as opened:
        search = Search(opened, SentenceEncoder(opened.manifest.model.name))
        found = [of_question(search, text, today) for texts in sets.values() for text in texts]
    kind = np.repeat([KINDS.index(name) for name in sets], [len(texts) for texts in sets.values()])
    return Examples(np.array([each for each, _ in found]), np.array([vector for _, vector in found]), kind)


@click.command(help=__doc__.splitlines()[0])
@click.option("--index", type=click.Path(path_type=Path, exists=True), required=True)
@click.option("--sample", type=click.Path(path_type=Path, exists=True), required=True, help="An index of the sample.")
@click.option("--today", type=click.DateTime(["%Y-%m-%d"]), default="2026-11-23", show_default=True)
@click.option("--write", is_flag=True, help="Write confidence.npz.")
@click.argument("queries", type=click.Path(path_type=Path, exists=True))
def main(index: Path, sample: Path, today: dt.datetime, queries: Path, *, write: bool) -> None:
    """Fit, measure and print."""
    compute_alone()
    answered = [text for query in read_queries(queries) for text in (query.kw, query.nl)]
    news, not_news, history, unseen = map(read_unanswerable, (NEWS, NOT_NEWS, HISTORY, UNANSWERABLE))
    without = {"strange": not_news, "unseen": unseen}
    large = examples(index, {"answered": answered, "short": news, **without}, today.date())
    small = large.and_those(examples(sample, {"history": history, **without}, today.date()))
    console, shipped = Console(), []
    for archive, known, used, allowed in (("large", large, OF_LARGE, 0.015), ("small", small, OF_SMALL, 0.01)):
        model, scores = known.scored(used)
        table = Table("threshold", *(f"{name}: silent" for name in KINDS), title=f"a {archive} archive")
        for share in (*SILENCES, allowed):
            limit = threshold(scores, known.kind, share)
            silent = [scores[known.kind == number] < limit for number in range(len(KINDS))]
            table.add_row(f"{limit:.2f}", *(f"{each.mean():.1%}" if len(each) else "" for each in silent))
        console.print(table)
        weights = np.zeros(known.evidence.shape[1])
        mean, deviation = known.spread(used)
        weights[list(used)] = model.coef_[0][: len(used)] / deviation
        constant = float(model.intercept_[0] - model.coef_[0][: len(used)] @ (mean / deviation))
        news_weights = model.coef_[0][len(used) :] * SPREAD
        shipped.append((weights, threshold(scores, known.kind, allowed) - constant, news_weights))
    if write:
        of_evidence, least, of_vector = (np.array(each) for each in zip(*shipped, strict=True))
        np.savez_compressed(_OUT, weights=of_evidence, least=least, news=of_vector.astype(np.float16))


def threshold(scores: np.ndarray, kind: np.ndarray, share: float) -> float:
    """The largest score below which at most a share of the questions with an answer lies, the mean of all kinds."""
    candidates = np.sort(scores[np.isin(kind, WITH_ANSWER)])
    of_kinds = [np.sort(scores[kind == each]) for each in WITH_ANSWER if np.any(kind == each)]
    shares = np.mean([np.searchsorted(each, candidates) / len(each) for each in of_kinds], axis=0)
    return float(candidates[shares <= share][-1])


def _fit(features: np.ndarray, kind: np.ndarray) -> LogisticRegression:
    has_answer = np.isin(kind, WITH_ANSWER)
    counts = np.where(has_answer, 1.0, has_answer.sum() / (~has_answer).sum()) * np.where(kind == 0, 1.0, SHORT)
    return LogisticRegression(C=C, max_iter=5_000).fit(features, has_answer, sample_weight=counts)


if __name__ == "__main__":
    main()
