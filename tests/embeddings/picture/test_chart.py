from __future__ import annotations

import datetime as dt
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from embeddings.picture.chart import Chart, Label, Mark, Unit, chart, spread, unit_of
from embeddings.picture.exchange import from_line, to_line
from tests.conftest import few_examples

SPAN = Label("2 to 15 December 2015", "2015-12-02 2015-12-15")
days = st.lists(
    st.tuples(st.dates(), st.integers(1, 300)), min_size=1, max_size=40, unique_by=lambda pair: pair[0]
).map(sorted)


def made(of: list[tuple[dt.date, int]], *, open_ended: bool = False) -> Chart | None:
    return chart("A story", SPAN, of, [Mark(1, of[0][0].toordinal(), asked=True)], open_ended=open_ended)


@given(days)
@few_examples()
def test_every_event_is_in_the_bar_of_its_day(of: list[tuple[dt.date, int]]) -> None:
    found = made(of)
    if found is None:
        assert unit_of(of[0][0], of[-1][0]) in {Unit.DAY, Unit.WEEK}
        return
    assert all(one.end == other.start for one, other in pairwise(found.bars))
    for bar in found.bars:
        assert bar.start < bar.end
        assert bar.count == sum(count for day, count in of if bar.start <= day.toordinal() < bar.end)
    assert sum(bar.count for bar in found.bars) == sum(count for _, count in of)
    assert found.highest.count == max(bar.count for bar in found.bars)


@given(days)
@few_examples()
def test_a_few_dates_stand_below_the_bars_in_order(of: list[tuple[dt.date, int]]) -> None:
    found = made(of)
    if found is None:
        return
    at = [tick.day for tick in found.ticks]
    assert at == sorted(set(at))
    assert 1 <= len(at) <= 6
    assert all(found.bars[0].start <= day < found.bars[-1].end for day in at)


@given(days, st.booleans())
@few_examples()
def test_the_worker_reads_the_chart_that_was_sent(of: list[tuple[dt.date, int]], open_ended: bool) -> None:
    found = made(of, open_ended=open_ended)
    if found is not None:
        assert from_line(to_line(found)) == found


@pytest.mark.parametrize(
    ("first", "last", "unit", "bars", "dates"),
    [
        ("2015-12-02", "2015-12-05", Unit.DAY, 4, ["2 Dec\n2015", "3 Dec", "4 Dec", "5 Dec"]),
        ("2015-12-23", "2016-01-20", Unit.DAY, 29, ["28 Dec\n2015", "4 Jan\n2016", "11 Jan", "18 Jan"]),
        ("2015-04-13", "2016-02-06", Unit.WEEK, 43, ["May\n2015", "Jul", "Sep", "Nov", "Jan\n2016"]),
        ("2011-03-15", "2013-08-30", Unit.MONTH, 30, ["Jul\n2011", "Jan\n2012", "Jul", "Jan\n2013", "Jul"]),
        ("1965-07-14", "2023-06-29", Unit.YEAR, 59, ["1970", "1980", "1990", "2000", "2010", "2020"]),
    ],
)
def test_bars_and_dates_suit_the_span(first: str, last: str, unit: Unit, bars: int, dates: list[str]) -> None:
    found = made([(dt.date.fromisoformat(first), 2), (dt.date.fromisoformat(last), 1)])
    assert found is not None
    assert (found.unit, len(found.bars)) == (unit, bars)
    assert [tick.label.words for tick in found.ticks] == dates


def test_where_no_font_has_the_words_there_are_digits() -> None:
    found = made([(dt.date(2015, 12, 2), 1), (dt.date(2015, 12, 4), 1)])
    assert found is not None
    assert [tick.label.digits for tick in found.ticks] == ["12-02\n2015", "12-03", "12-04"]


def test_one_bar_is_no_picture() -> None:
    assert made([(dt.date(2015, 12, 2), 9)]) is None
    assert chart("A story", SPAN, [], []) is None


places = st.lists(st.floats(0, 900), min_size=1, max_size=12).map(sorted)


@given(places, st.floats(1, 100))
def test_numbers_stand_apart_in_order_and_within_the_picture(wanted: list[float], distance: float) -> None:
    found = spread(wanted, distance, 0, 900)
    least = min(distance, 900 / max(1, len(wanted) - 1))
    assert all(after - before >= least - 1e-6 for before, after in pairwise(found))
    assert found[0] >= -1e-6
    assert found[-1] <= 900 + 1e-6
    if all(after - before >= distance for before, after in pairwise(wanted)):
        assert found == pytest.approx(wanted)


@given(places, st.floats(1, 70), st.data())
def test_no_other_places_are_nearer_to_those_that_are_wanted(
    wanted: list[float], distance: float, data: st.DataObject
) -> None:
    found = spread(wanted, distance, 0, 900)
    moved = [each + data.draw(st.floats(-20, 20)) for each in found]
    allowed = all(after - before >= distance for before, after in pairwise(moved))
    if allowed and moved[0] >= 0 and moved[-1] <= 900:
        assert _far(found, wanted) <= _far(moved, wanted) + 1e-6


def _far(found: list[float], wanted: list[float]) -> float:
    return sum((one - other) ** 2 for one, other in zip(found, wanted, strict=True))
