from __future__ import annotations

import datetime as dt

from hypothesis import given
from hypothesis import strategies as st

from bot import words
from bot.cards.question import asked
from embeddings.dates import DateRange, parse_range
from embeddings.search.spelling import Correction

TODAY = dt.date(2026, 11, 22)
FIRST, LAST = dt.date(2002, 7, 1), dt.date(2026, 11, 20)


@given(st.dates(), st.dates())
def test_a_span_as_typed_is_understood_as_that_span(one: dt.date, other: dt.date) -> None:
    dates = DateRange(min(one, other), max(one, other))
    assert parse_range(words.as_typed(dates), TODAY) == dates


def test_a_day_a_month_and_a_year_are_typed_shortly() -> None:
    assert words.as_typed(parse_range("23 December 2015", TODAY)) == "2015-12-23"
    assert words.as_typed(parse_range("December 2015", TODAY)) == "2015-12"
    assert words.as_typed(parse_range("2015", TODAY)) == "2015"
    assert words.as_typed(parse_range("the 1960s", TODAY)) == "1960s"


def test_the_rest_of_a_day_is_to_be_read_where_it_has_events() -> None:
    day = parse_range("2015-12-23", TODAY)
    assert "/event 2015-12-23 lists all of its events" in words.dates_understood([day])
    assert "/event" not in words.dates_understood([day], has_events=False)
    assert "/event" not in words.dates_understood([day, parse_range("2016", TODAY)])
    assert "/event" not in words.dates_understood([parse_range("before 2011", TODAY)])


def test_why_nothing_fits_is_said() -> None:
    before, after, within = (parse_range(text, TODAY) for text in ("1969", "2030", "2015"))
    assert "begins on 1 July 2002" in words.nothing_fits([before], FIRST, LAST)
    assert "ends on 20 November 2026" in words.nothing_fits([after], FIRST, LAST)
    for dates in ([], [within], [before, within], [within, after]):
        assert words.nothing_fits(dates, FIRST, LAST) == str(words.NOTHING_FITS)
    assert words.nothing_fits([before], None, None) == str(words.NOTHING_FITS)
    assert words.nothing_fits([within], FIRST, LAST, language="de") == str(words.NOTHING_FITS_ABROAD)
    assert "begins on 1 July 2002" in words.nothing_fits([before], FIRST, LAST, language="de")


def test_a_question_in_another_language_is_shown_with_its_english_words() -> None:
    read = [Correction("Erdbeben in *Haiti*", "earthquake *Haiti*")]
    assert asked("Erdbeben in *Haiti*", read, "de") == (
        "-# Erdbeben in \\*Haiti\\*\n-# in English: *earthquake \\*Haiti\\**"
    )
