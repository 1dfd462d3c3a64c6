"""The order of answers: scores fused, dates drawn up, rewordings folded. Numbers in, numbers out."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Sequence

import numpy as np
from dateutil.relativedelta import relativedelta
from rapidfuzz import fuzz

from embeddings.dates import DateRange

# Measured on 300 labelled questions over 113,755 events (success@5): meaning alone .66; with a tenth BM25 divided by
# the largest .69, with a fifth `coverage` .72. Reciprocal rank fusion loses against meaning alone.
MEANING_WEIGHT = 0.8
LATE_WEIGHT = 0.4
WORDS_WEIGHT = 0.2
_LEAST = 0.1  # where nothing is near, shares of the largest would make much of little

# People misremember dates, so what lies near a date in the question, or on the same days a year off, is drawn up too.
# On the 102 questions with a date, success@5 with the right date, a month off, a year off: without any boost .59; .15
# for the date and the week around it alone .88, .67, .55, and .3 .96, .65, .42; the shape below .95, .80, .82.
DATE_WEIGHT = 0.3
SLACK_DAYS = 7  # within these the fit falls from 1
NEAR_FIT, NEAR_DAYS = 0.67, 60
FAR_FIT, FAR_DAYS = 0.33, 500
YEAR_OFF_DAYS = 30

SAME_WORDS = 90  # rapidfuzz token_set_ratio from which two headlines say the same
SAME_DAYS = 2  # and that many days apart at most


def fuse(cosines: np.ndarray, late: np.ndarray, covered: np.ndarray, date_fit: np.ndarray) -> np.ndarray:
    """One score for each candidate.

    Args:
        cosines: (n,) of the meaning of the whole, -1 to 1.
        late: (n,) of the meaning of its words, from `late_interaction.max_similarity`.
        covered: (n,) from `coverage`, 0 to 1.
        date_fit: (n,) from `fit_dates`, 0 to 1.
    Returns:
        (n,) float64, at most the sum of the weights.
    """
    meaning = MEANING_WEIGHT * _of_largest(cosines) + LATE_WEIGHT * _of_largest(late)
    return np.asarray(meaning + WORDS_WEIGHT * covered + DATE_WEIGHT * date_fit, np.float64)


def _of_largest(values: np.ndarray) -> np.ndarray:
    """Each value as a share of the largest one, which is taken for at least `_LEAST`."""
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


def largest(values: np.ndarray, k: int, rows: range) -> np.ndarray:
    """The at most `k` of some rows whose value is largest and above zero, in no order; of equals the first."""
    chosen = np.flatnonzero(values[rows.start : rows.stop]) + rows.start
    if len(chosen) > k:
        least = np.partition(values[chosen], -k)[-k]
        above, equal = chosen[values[chosen] > least], chosen[values[chosen] == least]
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
    """The same days of another year; None where the calendar has no such year."""
    if dates.first.year + years < dt.MINYEAR or dates.last.year + years > dt.MAXYEAR:
        return None
    by = relativedelta(years=years)
    return DateRange(dates.first + by, dates.last + by)


def fold(ranked: Iterable[tuple[int, dt.date, str]], limit: int) -> list[int]:
    """Keep the best of each event that is told several times.

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


def says_the_same(day: dt.date, words: str, other_day: dt.date, other: str) -> bool:
    """Whether two normalised headlines, a few days apart at most, are wordings of one event."""
    if abs((day - other_day).days) > SAME_DAYS:
        return False
    return fuzz.token_set_ratio(words, other, score_cutoff=SAME_WORDS) > 0
