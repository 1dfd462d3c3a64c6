from __future__ import annotations

import datetime as dt
import math
from collections.abc import Sequence
from dataclasses import astuple, replace
from random import Random

import numpy as np
import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from rapidfuzz import fuzz

from embeddings.dates import DateRange
from embeddings.model.calibration import (
    DEFAULT_ORDER,
    DEFAULT_WEIGHTS,
    GENERAL_WEIGHTS,
    SIGNS,
    Confidence,
    Features,
    evidence,
)
from embeddings.search.ranking import (
    LARGE,
    MATTERS,
    MOST_MATTERS,
    NEAR_FIT,
    SLACK_DAYS,
    coverage,
    fit_dates,
    fold,
    fuse,
    largest,
    openness,
    order,
    rerank,
)
from embeddings.wordings import says_the_same

DAY = dt.date(2015, 12, 3)
DAYS = st.dates(dt.date(2015, 11, 20), dt.date(2015, 12, 20))
RANGES = st.lists(st.tuples(DAYS, DAYS).map(lambda ends: DateRange(*sorted(ends))), max_size=3)
SHARES = st.floats(0, 1, width=32)
COSINES = st.floats(-1, 1, width=32)
SUM = sum(astuple(GENERAL_WEIGHTS))


def features(*columns: Sequence[float] | np.ndarray) -> Features:
    return Features(*(np.asarray(column, np.float64) for column in columns))


def fused(found: Features) -> np.ndarray:
    return fuse(found, GENERAL_WEIGHTS)


class TestFuse:
    def test_the_best_in_everything_gets_the_sum_of_the_weights(self) -> None:
        scores = fused(features((0.4, 0.2), (0.6, 0.6), (1.0, 0.0), (1.0, 0.0), (0.0, 0.0)))
        np.testing.assert_allclose(scores, [SUM, GENERAL_WEIGHTS.meaning / 2 + GENERAL_WEIGHTS.late])

    def test_where_nothing_is_near_little_is_not_made_much_of(self) -> None:
        scores = fused(features((0.001, -0.9), (0, 0), (0, 0), (0, 0), (0, 0)))
        assert scores[0] < 0.01

    def test_nothing_gives_nothing(self) -> None:
        assert fused(features((), (), (), (), ())).shape == (0,)

    @given(st.lists(st.tuples(COSINES, COSINES, SHARES, SHARES, SHARES), min_size=1, max_size=10))
    def test_a_candidate_that_is_better_in_everything_is_never_behind(self, rows: list[tuple[float, ...]]) -> None:
        scores = fused(features(*zip(*rows, strict=True)))
        assert np.isfinite(scores).all()
        assert scores.max() <= SUM + MATTERS + 1e-9
        for one in range(len(rows)):
            for other in range(len(rows)):
                if all(a >= b for a, b in zip(rows[one], rows[other], strict=True)):
                    assert scores[one] >= scores[other] - 1e-9

    @given(st.lists(st.tuples(COSINES, SHARES), min_size=2, max_size=6), st.randoms())
    def test_the_order_of_candidates_does_not_matter(self, rows: list[tuple[float, float]], random: Random) -> None:
        places = list(range(len(rows)))
        random.shuffle(places)
        cosines, covered = (np.asarray(column) for column in zip(*rows, strict=True))
        none = np.zeros(len(rows))
        np.testing.assert_array_equal(
            fused(Features(cosines, none, covered, none, none))[places],
            fused(Features(cosines[places], none, covered[places], none, none)),
        )


class TestOrder:
    @given(st.integers(1, 300), SHARES, SHARES)
    def test_equal_candidates_are_equally_good_wherever_they_stand(self, count: int, share: float, sign: float) -> None:
        found = features(*([value] * count for value in (0.4, share, 0.3, share, 0.2)))
        scores = order(replace(found, signs=np.full((count, len(SIGNS)), sign)), DEFAULT_WEIGHTS, DEFAULT_ORDER)
        assert len(set(scores.tolist())) == 1

    def test_without_what_was_learnt_or_without_signs_it_is_how_near_each_is(self) -> None:
        found = features((0.4, 0.2), (0.6, 0.6), (1.0, 0.0), (1.0, 0.0), (0.5, 0.0))
        signed = replace(found, signs=np.ones((2, len(SIGNS))))
        np.testing.assert_array_equal(order(signed, GENERAL_WEIGHTS, None), fused(found))
        np.testing.assert_array_equal(order(found, GENERAL_WEIGHTS, DEFAULT_ORDER), fused(found))

    def test_what_matters_most_counts_no_more_than_so_much(self) -> None:
        much = MOST_MATTERS / MATTERS
        none = [0.0] * 3
        found = replace(features(none, none, none, none, (much / 2, much, 3 * much)), signs=np.zeros((3, len(SIGNS))))
        scores = order(found, DEFAULT_WEIGHTS, DEFAULT_ORDER)
        np.testing.assert_allclose(scores, np.array([0.5, 1, 1]) * much * DEFAULT_ORDER.matters)
        np.testing.assert_allclose(fused(found), np.array([0.5, 1, 1]) * MOST_MATTERS)

    def test_of_two_that_are_as_near_the_signs_decide(self) -> None:
        found = features((0.4, 0.4), (0.6, 0.6), (1.0, 1.0), (0.0, 0.0), (0.0, 0.0))
        for name, weight in zip(SIGNS, DEFAULT_ORDER.signs, strict=True):
            signs = np.outer([0, 1], [float(sign == name) for sign in SIGNS])
            first, second = order(replace(found, signs=signs), DEFAULT_WEIGHTS, DEFAULT_ORDER)
            assert second - first == pytest.approx(weight)

    @given(
        st.lists(st.tuples(COSINES, COSINES, SHARES, SHARES, SHARES, SHARES), min_size=2, max_size=8),
        st.sampled_from(["covered", "dated", "matters"]),
        SHARES,
    )
    def test_a_better_date_or_a_word_more_never_puts_a_candidate_back(
        self, rows: list[tuple[float, ...]], name: str, more: float
    ) -> None:
        *columns, signs = map(np.asarray, zip(*rows, strict=True))
        found = replace(features(*columns), signs=np.outer(signs, np.ones(len(SIGNS))))
        raised = getattr(found, name).copy()
        raised[0] += more
        changed = Features(
            found.meaning,
            found.late,
            raised if name == "covered" else found.covered,
            raised if name == "dated" else found.dated,
            raised if name == "matters" else found.matters,
            found.signs,
        )
        before, after = (order(each, DEFAULT_WEIGHTS, DEFAULT_ORDER) for each in (found, changed))
        assert np.isfinite(after).all()
        assert after[0] >= before[0] - 1e-12
        np.testing.assert_array_equal(after[1:], before[1:])


class TestOpenness:
    def test_few_common_words_leave_open_what_is_meant(self) -> None:
        assert openness([900, 2_000], 100_000, is_dated=False) == 1
        assert openness([900, 2_000], 100_000, is_dated=True) > 1  # a kind of event and a period

    def test_a_rare_name_or_many_words_do_not(self) -> None:
        assert openness([3, 900], 100_000, is_dated=False) < 0.3
        assert openness([900] * 10, 100_000, is_dated=True) == pytest.approx(0.2)
        assert openness([0, 0], 100_000, is_dated=False) == openness([], 100_000, is_dated=True) == 0

    def test_a_small_archive_leaves_less_open_than_a_large_one(self) -> None:
        for total in (LARGE // 10, LARGE // 2, LARGE, LARGE * 10):
            assert openness([total], total, is_dated=False) == pytest.approx(min(1, total / LARGE))

    @given(st.lists(st.integers(0, 100), min_size=1, max_size=20), st.integers(100, 10**6), st.booleans())
    def test_a_rarer_word_never_leaves_more_open(self, seen: list[int], total: int, is_dated: bool) -> None:
        rarer = [max(1, count // 2) for count in seen]
        assert openness(rarer, total, is_dated=is_dated) <= openness(seen, total, is_dated=is_dated) or 0 in seen


class TestRerank:
    def test_a_cross_encoder_orders_anew_within_the_scores_that_were_there(self) -> None:
        found = rerank(np.array([0.9, 0.8, 0.5]), np.zeros(3), np.array([-3.0, 7.0, 2.0]))
        np.testing.assert_allclose(found, [0.5, 0.9, 0.7])

    def test_only_the_order_and_the_distances_of_its_scores_count(self) -> None:
        fused, dated, scores = np.array([0.9, 0.8, 0.5]), np.array([0.0, 1.0, 0.5]), np.array([-3.0, 7.0, 2.0])
        np.testing.assert_allclose(rerank(fused, dated, scores), rerank(fused, dated, 2 * scores + 40))

    def test_where_it_tells_none_apart_dates_do(self) -> None:
        found = rerank(np.array([0.9, 0.8, 0.5]), np.array([0.0, 1.0, 0.5]), np.full(3, 7.0))
        np.testing.assert_allclose(found, [0.5, 0.9, 0.7])

    def test_dates_still_draw_up(self) -> None:
        found = rerank(np.array([0.9, 0.8, 0.5]), np.array([0.0, 0.0, 1.0]), np.array([1.0, 0.9, 0.8]))
        assert found.argmax() == 0
        found = rerank(np.array([0.9, 0.8, 0.5]), np.array([0.0, 1.0, 0.0]), np.array([1.0, 0.9, 0.0]))
        assert found.argmax() == 1

    @given(st.lists(st.tuples(SHARES, SHARES, st.floats(-20, 20)), min_size=1, max_size=8))
    def test_never_leaves_the_span_of_the_scores(self, rows: list[tuple[float, float, float]]) -> None:
        fused, dated, scores = (np.array(column) for column in zip(*rows, strict=True))
        found = rerank(fused, dated, scores)
        assert ((found >= fused.min() - 1e-9) & (found <= fused.max() + 1e-9)).all()


class TestConfidence:
    def test_the_evidence_is_how_far_the_best_stands_out_and_how_near_the_first_ten_are(self) -> None:
        meaning = np.array([0.9, 0.5, *[0.3] * 60])
        found = evidence(features(meaning, meaning / 2, [0.2] * 62, [0] * 62, [0] * 62), 0, 5)
        ten = (0.9 + 0.5 + 8 * 0.3) / 10
        np.testing.assert_allclose(found, [0.9, 0.45, 0.6, 0.3, ten, ten / 2, 0.2, math.log(5)])

    def test_doubts_a_best_candidate_that_little_speaks_for(self) -> None:
        wary = Confidence((0.0, 0.0, 1.0, 1.0, 0.0, 0.0, 1.0, 0.0), 1.0)
        assert not wary.doubts(features((0.9, 0.1), (0.5, 0.2), (0.5, 0.1), (0, 0), (0, 0)), 0, 3, np.zeros(2))
        assert wary.doubts(features((0.3, 0.1), (0.3, 0.2), (0.1, 0.1), (0, 0), (0, 0)), 0, 3, np.zeros(2))

    def test_doubts_a_question_that_does_not_ask_for_news(self) -> None:
        found = features((0.9, 0.1), (0.5, 0.2), (0.5, 0.1), (0, 0), (0, 0))
        wary = Confidence((0.0, 0.0, 1.0, 1.0, 0.0, 0.0, 1.0, 0.0), 1.0, np.array([1.0, -1.0]))
        assert not wary.doubts(found, 0, 3, np.array([1.0, 0.0]))
        assert wary.doubts(found, 0, 3, np.array([0.0, 1.0]))

    def test_one_candidate_is_no_error(self) -> None:
        assert np.isfinite(evidence(features([0.5], [0.5], [0.5], [0], [0]), 0, 0)).all()


def weight(seen: int, total: int) -> float:
    return math.log(1 + (total - seen + 0.5) / (seen + 0.5))


class TestCoverage:
    def test_is_the_share_of_the_questions_weight_that_an_event_has(self) -> None:
        found = coverage([np.array([0, 1]), np.array([0, 2, 3, 4])], 6)
        dam, rain = weight(2, 6), weight(4, 6)
        np.testing.assert_allclose(found, [1, dam / (dam + rain), *[rain / (dam + rain)] * 3, 0], rtol=1e-6)
        assert found[1] > found[2]

    def test_a_word_of_no_event_counts_half(self) -> None:
        rare, unknown = weight(1, 100), weight(0, 100) / 2
        found = coverage([np.array([7]), np.array([], int)], 100)
        np.testing.assert_allclose(found[7], rare / (rare + unknown), rtol=1e-6)

    def test_no_words_and_no_events_give_no_error(self) -> None:
        assert coverage([], 2).tolist() == [0, 0]
        assert coverage([np.array([], int)], 0).shape == (0,)

    @given(st.lists(st.sets(st.integers(0, 9)), min_size=1, max_size=6))
    def test_lies_between_nothing_and_all_and_is_all_where_every_word_stands(self, rows: list[set[int]]) -> None:
        found = coverage([np.array(sorted({*of, 10}), int) for of in rows], 12)
        assert ((found >= 0) & (found <= 1 + 1e-5)).all()
        assert found[10] == pytest.approx(1)
        assert found[11] == 0
        for row in range(10):
            assert (found[row] == 0) == (not any(row in of for of in rows))


@given(st.lists(st.integers(0, 4), max_size=30), st.integers(1, 8), st.integers(0, 30), st.integers(0, 30))
@example([1, 3, 2, 3, 1, 2], 2, 1, 6)
@example([4, 1, 2, 2, 3, 2], 3, 0, 6)
@example([2, 2, 2, 2], 2, 0, 4)
@example([number * 150 % 401 for number in range(401)], 8, 0, 401)
def test_the_largest_are_the_first_of_a_stable_order(values: list[int], k: int, start: int, stop: int) -> None:
    rows = range(min(start, len(values)), min(stop, len(values)))
    by_hand = sorted((row for row in rows if values[row] > 0), key=lambda row: -values[row])[:k]
    assert sorted(largest(np.array(values, np.float32), k, rows).tolist()) == sorted(by_hand)


def fits(days: list[dt.date], ranges: list[DateRange]) -> np.ndarray:
    return fit_dates(np.array([day.toordinal() for day in days], int), ranges)


class TestFitDates:
    MAY = DateRange(dt.date(2015, 5, 1), dt.date(2015, 5, 31))

    def test_a_day_inside_fits_wholly_one_far_away_not_at_all(self) -> None:
        assert fits([dt.date(2015, 5, 1), dt.date(2015, 5, 31), dt.date(1990, 1, 1)], [self.MAY]).tolist() == [1, 1, 0]

    def test_a_misremembered_month_or_year_fits_better_than_any_other_day(self) -> None:
        next_month, next_year, elsewhere = fits(
            [dt.date(2015, 6, 20), dt.date(2016, 5, 10), dt.date(2016, 12, 1)], [self.MAY]
        )
        assert 1 > next_month > elsewhere
        assert next_year == pytest.approx(NEAR_FIT)
        assert next_year > elsewhere

    def test_a_fit_fades_from_week_to_week_and_from_month_to_month(self) -> None:
        last = self.MAY.last
        away = [0, 1, 3, 7, 20, 40, 59, 100, 300, 499, 501]
        found = fits([last + dt.timedelta(days) for days in away], [self.MAY])
        assert found.tolist() == sorted(found, reverse=True)
        week, month, year = found[1:3], found[4:6], found[7:9]
        np.testing.assert_allclose(week, [1 - 1 / 7, max(1 - 3 / 7, 0.67 * (1 - 3 / 60))])
        np.testing.assert_allclose(month, [0.67 * (1 - 20 / 60), max(0.67 * (1 - 40 / 60), 0.33 * (1 - 40 / 500))])
        np.testing.assert_allclose(year, [0.33 * (1 - 100 / 500), 0.33 * (1 - 300 / 500)])
        assert found[-2] > found[-1] == 0

    def test_a_year_off_some_days_off_fits_less_and_less(self) -> None:
        off = fits([dt.date(2016, 5, 31) + dt.timedelta(days) for days in (0, 6, 12, 18)], [self.MAY])
        assert off[0] == pytest.approx(NEAR_FIT)
        np.testing.assert_allclose(off[:2], [0.67, 0.67 * (1 - 6 / 30)])
        assert off.tolist() == sorted(off, reverse=True)

    def test_the_first_year_and_the_last_have_a_year_beside_them(self) -> None:
        for own, beside in ((2, 1), (dt.MAXYEAR - 1, dt.MAXYEAR)):
            day = dt.date(own, 5, 1)
            assert fits([day.replace(year=beside)], [DateRange(day, day)])[0] == pytest.approx(NEAR_FIT)

    def test_the_leap_day_has_a_year_before(self) -> None:
        leap = DateRange(dt.date(2016, 2, 29), dt.date(2016, 2, 29))
        assert fits([dt.date(2015, 2, 28)], [leap])[0] == pytest.approx(NEAR_FIT)

    @given(st.lists(DAYS, max_size=5), RANGES)
    def test_falls_with_the_days_outside_the_nearest_range(self, days: list[dt.date], ranges: list[DateRange]) -> None:
        for day, fit in zip(days, fits(days, ranges), strict=True):
            away = [max((of.first - day).days, (day - of.last).days, 0) for of in ranges]
            assert (fit == 1) == (0 in away)
            assert 0 <= fit <= 1
            if away:
                assert fit >= 1 - min(away) / SLACK_DAYS

    def test_the_first_and_the_last_day_of_the_calendar_fit_too(self) -> None:
        everything = DateRange(dt.date.min, dt.date.max)
        assert fits([dt.date.min, dt.date.max], [everything]).tolist() == [1, 1]
        assert fits([dt.date.max], [DateRange(dt.date.min, dt.date.min)]).tolist() == [0]


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
@example([(DAY, "a dam breaks in alpha"), (DAY, "rain in omega"), (DAY, "in alpha a dam breaks")], 12)
def test_folding_keeps_the_best_of_each_event_and_at_most_so_many(told: list[tuple[dt.date, str]], limit: int) -> None:
    ranked = [(100 + place, day, words) for place, (day, words) in enumerate(told)]
    kept: list[tuple[int, dt.date, str]] = []
    for candidate in ranked:
        if all(not says_the_same(*candidate[1:], *before[1:]) for before in kept):
            kept.append(candidate)
    assert fold(ranked, limit) == [row for row, _, _ in kept][:limit]
