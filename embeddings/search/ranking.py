"""The order of answers: scores fused, dates drawn up, rewordings folded. Numbers in, numbers out."""

from __future__ import annotations

import datetime as dt
import math
from collections.abc import Iterable, Sequence

import numpy as np
from dateutil.relativedelta import relativedelta

from embeddings.dates import DateRange
from embeddings.model.calibration import Features, Order, Weights
from embeddings.wordings import says_the_same

_LEAST = 0.1  # where nothing is near, shares of the largest would make much of little

# People misremember dates, so what lies near a date in the question, or on the same days a year off, is drawn up too.
# On the 102 questions with a date, success@5 with the right date, a month off, a year off: without any boost .59; .15
# for the date and the week around it alone .88, .67, .55, and .3 .96, .65, .42; the shape below .95, .80, .82.
SLACK_DAYS = 7  # within these the fit falls from 1
NEAR_FIT, NEAR_DAYS = 0.67, 60
FAR_FIT, FAR_DAYS = 0.33, 500
YEAR_OFF_DAYS = 30

# What matters counts beside the signs that an event is meant: chosen on 109 questions as people type them.
MATTERS = 0.05
MOST_MATTERS = 0.6  # so that what is meant by name is not beaten by whatever else its day had
_FEW = 2  # words up to which a question leaves open what it is about
_RARE = 0.15  # a word is rare that fewer events have than so many times the square root of all
LARGE = 20_000  # events; with fewer, few are of a kind, and words tell them apart
KIND_WORDS = 2  # words that name a kind of event where a date is all else that is asked
_OF_KIND = 2.0  # how much more open such a question is

RERANK_DATED = 0.3  # what a date counts beside the whole spread of a cross-encoder's scores


def rerank(fused: np.ndarray, dated: np.ndarray, scores: np.ndarray) -> np.ndarray:
    """The scores of the first candidates, ordered anew by what a cross-encoder says of them.

    Args:
        fused: (n,) from `fuse`.
        dated: (n,) from `fit_dates`: a cross-encoder does not see the question's dates.
        scores: (n,) from the cross-encoder; only their order and distances count.
    Returns:
        (n,) between the least and the largest of `fused`.
    """
    spread = float(np.ptp(scores)) or 1.0
    mixed = (scores - scores.min()) / spread + RERANK_DATED * dated
    span = float(np.ptp(mixed)) or 1.0
    return np.asarray(fused.min() + (mixed - mixed.min()) / span * np.ptp(fused), np.float64)


def fuse(features: Features, weights: Weights) -> np.ndarray:
    """One score for each candidate, (n,) float64."""
    return np.asarray(
        weights.meaning * _of_largest(features.meaning)
        + weights.late * _of_largest(features.late)
        + weights.covered * features.covered
        + weights.dated * features.dated
        + np.minimum(MATTERS * features.matters, MOST_MATTERS),
        np.float64,
    )


def order(features: Features, weights: Weights, learnt: Order | None) -> np.ndarray:
    """The score by which candidates are put in order, (n,) float64: that of `fuse` where nothing else was learnt.

    A better date, or more of the question's words, never puts a candidate behind one that it was before.
    """
    if learnt is None or features.signs is None:
        return fuse(features, weights)
    counts = (learnt.meaning, learnt.late, learnt.covered, learnt.dated, learnt.matters, *learnt.signs)
    # Not by a product of matrices, whose last bits depend on where a row stands: equal candidates are equally good.
    return np.asarray(np.einsum("ij,j->i", terms(features, features.signs), np.array(counts)), np.float64)


def terms(features: Features, signs: np.ndarray) -> np.ndarray:
    """What the weights of `Order` are of, in their order, (n, 5 + len(SIGNS))."""
    return np.column_stack(
        (
            _of_largest(features.meaning),
            _of_largest(features.late),
            features.covered,
            features.dated,
            np.minimum(features.matters, MOST_MATTERS / MATTERS),
            signs,
        )
    )


def _of_largest(values: np.ndarray) -> np.ndarray:
    """Each value as a share of the largest one, or of `_LEAST` if that is larger."""
    return values / max(float(values.max(initial=0.0)), _LEAST)


def coverage(postings: Sequence[np.ndarray], total: int) -> np.ndarray:
    """How much of a question each event covers, rare words counting more, (total,) float32 from 0 to 1.

    Args:
        postings: for each word of the question, the rows of the events that have it.
        total: how many events there are.

    A word's weight is BM25's inverse document frequency, ln(1 + (N - n + 0.5) / (n + 0.5)).
    """
    seen = np.array([len(rows) for rows in postings], np.float64)
    weights = np.log1p((total - seen + 0.5) / (seen + 0.5))
    # A word of no event is a misspelling as often as a rare thing: it counts half, for every event lacks it.
    weights[seen == 0] /= 2
    weights /= weights.sum() or 1.0
    covered = np.zeros(total, np.float32)
    for rows, weight in zip(postings, weights.astype(np.float32), strict=True):
        covered[rows] += weight
    return covered


def openness(seen: Sequence[int], total: int, *, is_dated: bool) -> float:
    """How open a question leaves which event is meant, from 0 to `_OF_KIND`: little with many words, or a rare one.

    Args:
        seen: for each word of the question, how many events have it.
        total: how many events there are.
        is_dated: whether it has a date; with one or two words beside it, it asks for a kind of event and a period.
    """
    known = [count for count in seen if count]
    if not known:
        return 0.0
    open_ = min(1.0, _FEW / len(seen)) * min(1.0, math.sqrt(min(known) / (_RARE * math.sqrt(total))))
    open_ *= min(1.0, total / LARGE)
    return open_ * (_OF_KIND if is_dated and len(seen) <= KIND_WORDS else 1.0)


def largest(values: np.ndarray, k: int, rows: range) -> np.ndarray:
    """At most `k` of some rows, those with the largest values above zero, in any order; of equals the first."""
    chosen = np.flatnonzero(values[rows.start : rows.stop] > 0) + rows.start  # NumPy is fast with what is true or not
    if len(chosen) > k:
        of_chosen = values[chosen]
        least = np.partition(of_chosen, -k)[-k]
        above, equal = chosen[of_chosen > least], chosen[of_chosen == least]
        chosen = np.concatenate((above, equal[: k - len(above)]))
    return chosen


def fit_dates(days: np.ndarray, ranges: Sequence[DateRange]) -> np.ndarray:
    """How well days fit the nearest of some ranges, (len(days),) from 0 to 1.

    Args:
        days: (n,) numbers in the calendar (`date.toordinal`).
    """
    fits = np.zeros(len(days))
    for dates in ranges:
        outside = _days_outside(days, dates)
        fits = np.maximum(fits, 1 - outside / SLACK_DAYS)
        fits = np.maximum(fits, NEAR_FIT * (1 - outside / NEAR_DAYS))
        fits = np.maximum(fits, FAR_FIT * (1 - outside / FAR_DAYS))
        for years in (-1, 1):
            if (shifted := _another_year(dates, years)) is not None:
                fits = np.maximum(fits, NEAR_FIT * (1 - _days_outside(days, shifted) / YEAR_OFF_DAYS))
    return fits


def _days_outside(days: np.ndarray, dates: DateRange) -> np.ndarray:
    outside = np.maximum(dates.first.toordinal() - days, days - dates.last.toordinal())
    return np.asarray(np.maximum(outside, 0))


def _another_year(dates: DateRange, years: int) -> DateRange | None:
    """The same days of another year; None if the calendar has no such year."""
    if dates.first.year + years < dt.MINYEAR or dates.last.year + years > dt.MAXYEAR:
        return None
    by = relativedelta(years=years)
    return DateRange(dates.first + by, dates.last + by)


def fold(ranked: Iterable[tuple[int, dt.date, str]], limit: int) -> list[int]:
    """Of several wordings of the same event, keep only the best.

    Args:
        ranked: row, day and normalised headline, best first.
        limit: how many to keep.
    Returns:
        Rows, best first.
    """
    kept: list[tuple[int, dt.date, str]] = []
    for row, day, words in ranked:
        if len(kept) == limit:
            break
        if not any(says_the_same(day, words, other_day, other) for _, other_day, other in kept):
            kept.append((row, day, words))
    return [row for row, _, _ in kept]
