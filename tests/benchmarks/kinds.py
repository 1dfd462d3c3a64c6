"""What kind of event is remembered: learns `embeddings/prominence/kinds.npz` and the weights of prominence.

    python -m tests.benchmarks.kinds --index INDEX [--leave-out ROWS.tsv …] [--rows ROWS.tsv …] [--write]

INDEX is one of the Current Events portal by the default model. Each line of the list that ships is looked for in it.
What is learnt tells the events that are named from the others of the same days of the year: a logistic regression on
the vectors, the words, the signs of stories and the parts of prominence, in which an event counts the more the more
widely it is remembered. Days of the year of `--leave-out` are left out of all of it.

Figures are of days of the year that nothing was fitted to, in five folds: whether the most widely remembered events of
a day are among the five chosen, and how the events of a day are ordered, as average precision. For `--rows` it prints
how many rows (`tests.benchmarks.anniversaries`) are among the day's five by weights fitted without that day of the
year: without any list, and with the list that ships. `--write` writes what was learnt from all days but those left out;
the weights of the parts are printed, for `embeddings/index/prominence.py`.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Mapping, Sequence
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path

import click
import numpy as np
from scipy import sparse
from sklearn.feature_extraction.text import TfidfVectorizer
from sklearn.linear_model import LogisticRegression

from embeddings.index.folder import IndexFolder, OpenIndex
from embeddings.index.prominence import PARTS, WEIGHTS
from embeddings.model.export import encoder_of
from embeddings.prominence import kinds
from embeddings.prominence.aftermath import Aftermath
from embeddings.prominence.remembered import find_named, how_widely, remembered
from embeddings.settings import IndexSettings
from tests.benchmarks.anniversaries import Row, five_of, interval, read_rows

FOLDS = 5
LEARNT = ("kind", "story", "lists")
SAME_AFFAIR = 0.6  # cosine from which an event of a named one's day may be of its affair
LEAST_EVENTS = 5  # that have a word which is learnt
WIDELY = 4.0  # what is among the most widely remembered
SHARE = 0.3  # the deviation of parts and signs beside vectors of unit length
C = 1.0  # of the regression: less holds the weights shorter
STEPS = 100
_OUT = Path(kinds.__file__).with_name("kinds.npz")

Day = tuple[int, int]


def counts_for(widely: np.ndarray) -> np.ndarray:
    """How much an event counts that is remembered so widely."""
    return np.asarray(3.0**widely / 10)


@dataclass(frozen=True, slots=True)
class Examples:
    """The events of the archive.

    Attributes:
        features: (n, m), sparse: the vectors, parts and signs, words.
        widely: (n,) how widely each is remembered; 0 if it is not named.
        is_clear: (n,) bool; not perhaps of a named event's affair.
        rows: the rows of each day of the year.
    """

    features: sparse.csr_matrix
    widely: np.ndarray
    is_clear: np.ndarray
    rows: Mapping[Day, np.ndarray]

    def fit(self, days: Sequence[Day]) -> LogisticRegression:
        """Learn from some days of the year."""
        rows = np.concatenate([self.rows[day] for day in days])
        rows = rows[self.is_clear[rows]]
        widely = self.widely[rows]
        counts = np.where(widely > 0, counts_for(widely), 1.0)
        return LogisticRegression(C=C, max_iter=STEPS).fit(self.features[rows], widely > 0, sample_weight=counts)


@dataclass(frozen=True, slots=True)
class Learning:
    """What an index gives to learn from, before it is put together.

    Attributes:
        parts: (n, number of parts) without what is learnt; signs: (n, len(SIGNS)).
        words: (n, number of words), the TF-IDF of words.
    """

    index: OpenIndex
    vectors: np.ndarray
    parts: np.ndarray
    grim: np.ndarray
    signs: np.ndarray
    words: sparse.csr_matrix
    vocabulary: Sequence[str]
    rarity: np.ndarray
    widely: np.ndarray
    perhaps: frozenset[int]

    @property
    def known(self) -> np.ndarray:
        """The parts that are learnt with, as columns of `parts`: those that tell events of this archive apart."""
        spread = self.parts.std(axis=0)
        return np.array([at for at, name in enumerate(PARTS) if name not in LEARNT and spread[at] > 0])

    @property
    def dense(self) -> np.ndarray:
        return np.concatenate([self.parts[:, self.known], self.signs], axis=1)

    def examples(self) -> Examples:
        dense = self.dense
        scaled = (dense - dense.mean(axis=0)) / dense.std(axis=0) * SHARE
        features = sparse.hstack([sparse.csr_matrix(self.vectors), sparse.csr_matrix(scaled), self.words]).tocsr()
        rows: dict[Day, list[int]] = {}
        for row, ordinal in enumerate(self.index.catalogue.days):
            date = dt.date.fromordinal(int(ordinal))
            rows.setdefault((date.month, date.day), []).append(row)
        is_clear = ~np.isin(np.arange(len(self.widely)), list(self.perhaps | self.same_affairs()))
        return Examples(features, self.widely, is_clear, {day: np.array(rows[day]) for day in sorted(rows)})

    def same_affairs(self) -> frozenset[int]:
        """Rows that are not named, of the affair of one that is and of its day or the next."""
        catalogue, found = self.index.catalogue, set[int]()
        for row in np.flatnonzero(self.widely):
            date = dt.date.fromordinal(int(catalogue.days[row]))
            near = catalogue.rows_between(date, date + dt.timedelta(days=1))
            cosines = self.vectors[near.start : near.stop] @ self.vectors[row]
            found.update(near[at] for at in np.flatnonzero(cosines >= SAME_AFFAIR))
        return frozenset(found - set(np.flatnonzero(self.widely).tolist()))

    def learnt(self, model: LogisticRegression) -> Learnt:
        """The weights in the units of the parts."""
        weights = model.coef_[0]
        dimension, dense = self.vectors.shape[1], self.dense
        of_dense = weights[dimension : dimension + dense.shape[1]] / dense.std(axis=0) * SHARE
        parts = dict(zip([PARTS[at] for at in self.known], of_dense[: len(self.known)].tolist(), strict=True))
        return Learnt(weights[:dimension], of_dense[len(self.known) :], weights[dimension + dense.shape[1] :], parts)


@dataclass(frozen=True, slots=True)
class Learnt:
    """Weights of the vectors' dimensions, of the stories' signs, of words, and of the parts by name."""

    vector: np.ndarray
    story: np.ndarray
    words: np.ndarray
    parts: Mapping[str, float]

    def weighed(self, learning: Learning) -> tuple[np.ndarray, dict[str, float]]:
        """All parts with those learnt, and the weights of all but `lists`, as an index and its search have them."""
        values = learning.parts.copy()
        kind = learning.vectors @ self.vector + learning.words @ self.words
        story = learning.signs @ self.story
        values[:, PARTS.index("kind")] = kind - kind.mean()
        values[:, PARTS.index("story")] = story - story.mean()
        return values, {name: self.parts.get(name, WEIGHTS[name]) for name in PARTS} | {"kind": 1.0, "story": 1.0}


def learning_from(index: OpenIndex) -> Learning:
    """Everything that is learnt from, of an index."""
    size = index.catalogue.size
    aftermath, words = Aftermath(), []
    for row, event in enumerate(index.catalogue.events(range(size))):
        aftermath.add(row, event)
        words.append(" ".join(kinds.words_of(event)))
    tf_idf = TfidfVectorizer(min_df=LEAST_EVENTS, token_pattern=r"\S+", dtype=np.float32)
    of_words = tf_idf.fit_transform(words).tocsr()
    vocabulary = tf_idf.get_feature_names_out().tolist()
    settings = IndexSettings()
    encoder = encoder_of(index, settings.model, settings.encoder)
    named = find_named(
        index.catalogue,
        index.vectors,
        lambda texts: [encoded.vector for encoded in encoder.encode(texts)],
        dict(zip(vocabulary, tf_idf.idf_.tolist(), strict=True)),
    )
    click.echo(f"{len(remembered()):,} lines, {np.count_nonzero(named.rows < 0):,} not found")
    parts, grim = index.prominence.take(range(size))
    return Learning(
        index,
        index.vectors.take(range(size)),
        parts,
        grim,
        aftermath.signs(index.catalogue.days.astype(np.int64)),
        of_words,
        vocabulary,
        tf_idf.idf_,
        how_widely(index.catalogue, named),
        named.perhaps,
    )


def folds(days: Sequence[Day]) -> Iterator[tuple[list[Day], list[Day]]]:
    """Days to fit to, and days to look at, in turn."""
    fold = np.random.default_rng(0).permutation(len(days)) % FOLDS
    for number in range(FOLDS):
        yield (
            [day for day, of in zip(days, fold, strict=True) if of != number],
            [day for day, of in zip(days, fold, strict=True) if of == number],
        )


def ordered(widely: np.ndarray, scores: np.ndarray) -> float:
    """The average precision with which scores put the named events of a day first."""
    named = (widely > 0)[np.argsort(-scores, kind="stable")]
    precision = np.cumsum(named) / np.arange(1, len(named) + 1)
    return float((precision * named).sum() / named.sum())


def is_found(learning: Learning, row: int, five: Sequence[int]) -> bool:
    """Whether an event, or one of its day that may be of its affair, is among five."""
    days = learning.index.catalogue.days
    return any(
        row == other or (days[row] == days[other] and learning.vectors[row] @ learning.vectors[other] >= SAME_AFFAIR)
        for other in five
    )


@click.command(context_settings={"help_option_names": ["-h", "--help"]})
@click.option("--index", "folder", type=click.Path(exists=True, path_type=Path), required=True)
@click.option("--leave-out", "left_out", type=click.Path(exists=True, path_type=Path), multiple=True)
@click.option("--rows", "rows_files", type=click.Path(exists=True, path_type=Path), multiple=True)
@click.option("--folds/--no-folds", "crosses", default=True, help="Fit five times to measure.")
@click.option("--write", is_flag=True, help="Write kinds.npz.")
def main(folder: Path, left_out: Sequence[Path], rows_files: Sequence[Path], *, crosses: bool, write: bool) -> None:
    """Learn what kind of event is remembered."""
    without = {(row.month, row.day) for path in left_out for row in read_rows(path.read_text("utf-8"))}
    with closing(IndexFolder(folder).open()) as index:
        learning = learning_from(index)
        examples = learning.examples()
        days = [day for day in examples.rows if day not in without]
        if crosses:
            rows = {path.name: read_rows(path.read_text("utf-8")) for path in rows_files}
            measure(learning, examples, days, rows)
        learnt = learning.learnt(examples.fit(days))
        for name, weight in learnt.parts.items():
            click.echo(f'    "{name}": {weight:.2f},')
        if write:
            save(learning, learnt)


def measure(learning: Learning, examples: Examples, days: Sequence[Day], rows_of: Mapping[str, Sequence[Row]]) -> None:
    """Print what becomes of days of the year by weights that were fitted without them."""
    best, precision = [], []
    found: dict[str, list[tuple[bool, ...]]] = {name: [] for name in rows_of}
    catalogue = learning.index.catalogue
    for fitted, seen in folds(days):
        values, weights = learning.learnt(examples.fit(fitted)).weighed(learning)
        alone = weights | {"lists": 0.0}
        values[:, PARTS.index("lists")] = learning.widely
        of_fold = {}
        for day in seen:
            rows = examples.rows[day]
            events = catalogue.events(rows.tolist())
            parts, grim, vectors = values[rows], learning.grim[rows], learning.vectors[rows]
            five, with_lists = (rows[five_of(events, parts, grim, vectors, each)].tolist() for each in (alone, weights))
            of_fold[day] = five, with_lists
            scores = parts @ np.array([alone[name] for name in PARTS])
            widely = learning.widely[rows]
            if widely.any():
                precision.append(ordered(widely, scores))
            if widely.max() >= WIDELY:
                best.append(np.mean([is_found(learning, row, five) for row in rows[widely == widely.max()]]))
        for name, row_list in rows_of.items():
            for row in row_list:
                if (row.month, row.day) in of_fold:
                    fives = [catalogue.events(five) for five in of_fold[row.month, row.day]]
                    in_five = [any(map(row.fits, five)) for five in fives]
                    of_day = examples.rows[row.month, row.day]
                    named = of_day[learning.widely[of_day] > 0].tolist()
                    found[name].append((*in_five, any(map(row.fits, catalogue.events(named)))))
    click.echo(f"most widely remembered among the five: {interval(np.array(best))} of {len(best)} days")
    click.echo(f"average precision: {interval(np.array(precision))} of {len(precision)} days")
    for name, hits in found.items():
        alone, listed, named = np.array(hits).sum(axis=0)
        share = interval(np.array([hit[0] for hit in hits], float))
        click.echo(
            f"{name}: without any list {alone} of {len(hits)} ({share}); with the list {listed}; the list names {named}"
        )


def save(learning: Learning, learnt: Learnt) -> None:
    """Write what ships; halves are exact enough."""
    of_vectors, of_words = learning.vectors @ learnt.vector, learning.words @ learnt.words
    np.savez_compressed(
        _OUT,
        model=learning.index.manifest.model.fingerprint,
        vector=learnt.vector.astype(np.float16),
        vector_mean=np.float32(of_vectors.mean()),
        words="\n".join(learning.vocabulary),
        word_weights=learnt.words.astype(np.float16),
        rarity=learning.rarity.astype(np.float16),
        words_mean=np.float32(of_words.mean()),
        story=learnt.story.astype(np.float32),
        story_mean=np.float32((learning.signs @ learnt.story).mean()),
    )


if __name__ == "__main__":
    main()
