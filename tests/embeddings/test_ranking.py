from __future__ import annotations

import datetime as dt
import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from rapidfuzz import fuzz

from embeddings.dates import DateRange
from embeddings.ranking import (
    DATE_SLACK_DAYS,
    DATE_WEIGHT,
    MEANING_WEIGHT,
    WORDS_WEIGHT,
    coverage,
    fit_dates,
    fold,
    fuse,
    says_the_same,
)

DAY = dt.date(2015, 12, 3)
DAYS = st.dates(dt.date(2015, 11, 20), dt.date(2015, 12, 20))
RANGES = st.lists(st.tuples(DAYS, DAYS).map(lambda ends: DateRange(*sorted(ends))), max_size=3)
SHARES = st.floats(0, 1, width=32)


class TestFuse:
    def test_the_best_in_everything_gets_the_sum_of_the_weights(self) -> None:
        scores = fuse(np.asarray([0.4, 0.2]), np.asarray([1.0, 0.0]), np.asarray([1.0, 0.0]))
        np.testing.assert_allclose(scores, [MEANING_WEIGHT + WORDS_WEIGHT + DATE_WEIGHT, MEANING_WEIGHT / 2])

    def test_nothing_gives_nothing(self) -> None:
        assert fuse(np.zeros(0), np.zeros(0), np.zeros(0)).shape == (0,)

    @given(st.lists(st.tuples(st.floats(-1, 1, width=32), SHARES, SHARES), min_size=1, max_size=10))
    def test_a_candidate_that_is_better_in_everything_is_never_behind(
        self, rows: list[tuple[float, float, float]]
    ) -> None:
        cosines, covered, fits = (np.asarray(column, np.float64) for column in zip(*rows, strict=True))
        scores = fuse(cosines, covered, fits)
        assert np.isfinite(scores).all()
        assert scores.max() <= MEANING_WEIGHT + WORDS_WEIGHT + DATE_WEIGHT + 1e-9
        for one in range(len(rows)):
            for other in range(len(rows)):
                if all(a >= b for a, b in zip(rows[one], rows[other], strict=True)):
                    assert scores[one] >= scores[other] - 1e-9

    @given(st.lists(st.tuples(st.floats(-1, 1, width=32), SHARES), min_size=2, max_size=6), st.randoms())
    def test_the_order_of_candidates_does_not_matter(self, rows: list[tuple[float, float]], random: object) -> None:
        places = list(range(len(rows)))
        random.shuffle(places)  # type: ignore[attr-defined]
        cosines, covered = (np.asarray(column) for column in zip(*rows, strict=True))
        none = np.zeros(len(rows))
        np.testing.assert_array_equal(
            fuse(cosines, covered, none)[places], fuse(cosines[places], covered[places], none)
        )


class TestCoverage:
    def test_is_the_share_of_the_questions_weight_that_a_text_has(self) -> None:
        found = coverage(["dam", "rain"], [2, 50], 100, [{"dam", "rain"}, {"dam"}, {"rain", "sun"}, set()])
        dam, rain = (math.log(1 + (100 - n + 0.5) / (n + 0.5)) for n in (2, 50))
        np.testing.assert_allclose(found, [1, dam / (dam + rain), rain / (dam + rain), 0])
        assert found[1] > found[2]

    def test_a_word_of_no_event_counts_half(self) -> None:
        rare = math.log(1 + 99.5 / 1.5)
        unknown = math.log(1 + 100.5 / 0.5) / 2
        np.testing.assert_allclose(coverage(["a", "b"], [1, 0], 100, [{"a"}]), [rare / (rare + unknown)])

    def test_no_words_and_no_texts_give_no_error(self) -> None:
        np.testing.assert_array_equal(coverage([], [], 10, [{"a"}, set()]), [0, 0])
        assert coverage(["a"], [1], 10, []).shape == (0,)

    @given(
        st.dictionaries(st.sampled_from("abcdef"), st.integers(0, 40), min_size=1),
        st.lists(st.sets(st.sampled_from("abcdefgh")), max_size=5),
    )
    def test_lies_between_nothing_and_all_and_grows_with_the_words(
        self, frequencies: dict[str, int], texts: list[set[str]]
    ) -> None:
        words = list(frequencies)
        found = coverage(words, list(frequencies.values()), 40, [*texts, *[text | set(words) for text in texts]])
        assert ((found >= 0) & (found <= 1 + 1e-9)).all()
        np.testing.assert_allclose(found[len(texts) :], 1)
        for text, share in zip(texts, found, strict=False):
            assert (share == 0) == (not text & set(words))


@given(st.lists(DAYS, max_size=5), RANGES)
def test_a_days_fit_is_that_of_the_nearest_range_day_by_day(days: list[dt.date], ranges: list[DateRange]) -> None:
    def by_hand(day: dt.date) -> float:
        for away in range(DATE_SLACK_DAYS + 1):
            around = {day + dt.timedelta(away), day - dt.timedelta(away)}
            if any(near in dates for near in around for dates in ranges):
                return 1 - away / DATE_SLACK_DAYS
        return 0

    np.testing.assert_allclose(fit_dates(days, ranges), [by_hand(day) for day in days], atol=1e-12)


def test_the_first_and_the_last_day_of_the_calendar_fit_too() -> None:
    everything = DateRange(dt.date.min, dt.date.max)
    assert fit_dates([dt.date.min, dt.date.max], [everything]).tolist() == [1, 1]
    assert fit_dates([dt.date.max], [DateRange(dt.date.min, dt.date.min)]).tolist() == [0]


WORDS = st.lists(st.sampled_from("rain wind dam breaks town in the of alpha omega".split()), max_size=6).map(" ".join)
TOLD = st.lists(st.tuples(DAYS, WORDS), max_size=12)


class TestSaysTheSame:
    @pytest.mark.parametrize(
        ("days", "other", "same"),
        [
            (0, "a dam breaks in alpha", True),
            (2, "in alpha a dam breaks", True),
            (-2, "a dam breaks in alpha and floods it", True),
            (3, "a dam breaks in alpha", False),
            (-3, "a dam breaks in alpha", False),
            (0, "the parliament of omega votes", False),
        ],
    )
    def test_within_two_days_and_with_nearly_the_same_words(self, days: int, other: str, same: bool) -> None:
        moved = DAY + dt.timedelta(days)
        assert says_the_same(DAY, "a dam breaks in alpha", moved, other) is same

    @given(DAYS, WORDS, DAYS, WORDS)
    def test_is_the_measure_of_evaluation_and_goes_both_ways(
        self, day: dt.date, words: str, other_day: dt.date, other: str
    ) -> None:
        by_hand = abs((day - other_day).days) <= 2 and fuzz.token_set_ratio(words, other) >= 90
        assert says_the_same(day, words, other_day, other) == by_hand == says_the_same(other_day, other, day, words)


@given(TOLD, st.integers(0, 12))
def test_folding_keeps_the_best_of_each_event_and_at_most_so_many(told: list[tuple[dt.date, str]], limit: int) -> None:
    ranked = [(100 + place, day, words) for place, (day, words) in enumerate(told)]
    kept: list[tuple[int, dt.date, str]] = []
    for candidate in ranked:
        if all(not says_the_same(*candidate[1:], *before[1:]) for before in kept):
            kept.append(candidate)
    assert fold(ranked, limit) == [row for row, _, _ in kept][:limit]
