"""Dates in other languages: a table beside this file, and what Unicode's CLDR has each of them write."""

from __future__ import annotations

from datetime import date, timedelta
from pathlib import Path
from typing import Literal

import pytest
from babel import Locale
from babel.dates import format_date, format_timedelta

from bot.local_dates import day_first
from embeddings.dates import DateRange, find_dates, parse_range
from embeddings.dates.days import units_ago
from embeddings.dates.errors import AmbiguousDateError
from embeddings.dates.ranges import WEEK, Unit
from tests.rows import for_each

TODAY = date(2026, 11, 25)  # a Wednesday
LANGUAGES = ("de", "fr", "es", "pt_BR", "it", "nl", "pl", "tr", "ru", "uk", "ja", "ko", "zh_CN")
UNITS: dict[Literal["day", "week", "month", "year"], tuple[Unit, int]] = {
    "day": (Unit(1, 0), 1),
    "week": (WEEK, 7),
    "month": (Unit(0, 1), 30),
    "year": (Unit(0, 12), 365),
}  # with days

_LINES = (Path(__file__).parent / "abroad.tsv").read_text(encoding="utf-8").splitlines()
_ROWS = [line.split("\t") for line in _LINES if not line.startswith("#")]
ROWS = [
    (expression, language, DateRange(date.fromisoformat(first), date.fromisoformat(last)))
    for language, expression, first, last in _ROWS
    if first != "?"
]
WITHOUT_YEAR = [expression for _, expression, first, _ in _ROWS if first == "?"]
# Whose words are English, too, so that inside a question the year is all that is read.
TYPED = {"marco de 2015", "estate 2015", "begin 2015", "lato 2015", "2015 yazı", "2015 başında"}


@for_each(("expression", "language", "days"), ROWS)
def test_an_expression_means_these_days(expression: str, language: str, days: DateRange) -> None:
    assert parse_range(expression, TODAY, day_first=day_first(language)) == days


@for_each(("expression", "days"), [(row[0], row[2]) for row in ROWS if row[0] not in TYPED])
def test_an_expression_means_the_same_inside_a_question(expression: str, days: DateRange) -> None:
    assert [span.dates for span in find_dates(f"Tsunami {expression}", TODAY)] == [days]


@pytest.mark.parametrize("expression", WITHOUT_YEAR)
def test_a_day_without_a_year_is_asked_back(expression: str) -> None:
    with pytest.raises(AmbiguousDateError):
        parse_range(expression, TODAY)


@pytest.mark.parametrize("language", LANGUAGES)
def test_what_cldr_calls_some_time_ago_is_so_long_ago(language: str) -> None:
    for name, (unit, days) in UNITS.items():
        for count in (1, 2, 5, 21):
            ago = format_timedelta(
                -timedelta(days=count * days), granularity=name, threshold=1000, add_direction=True, locale=language
            )
            assert (ago, parse_range(ago, TODAY)) == (ago, units_ago(count, unit, TODAY))


@pytest.mark.parametrize("language", LANGUAGES)
def test_each_month_and_weekday_is_read_as_cldr_writes_it(language: str) -> None:
    locale = Locale.parse(language)
    for day in (date(2015, month, 10 + month) for month in range(1, 13)):
        for length in ("full", "long", "medium"):
            written = format_date(day, length, locale=locale)
            meant = parse_range(written, TODAY, day_first=day_first(language))
            assert (written, meant) == (written, DateRange(day, day))


@for_each(
    ("question",),
    [
        ("what did they do in Dun Laoghaire",),
        ("a ten week strike",),
        ("a 1 year FA ban",),
        ("the last dag hammarskjold book",),
        ("beginning to fall as a fine final",),
        ("real estate prices",),
        ("春節 晩会",),
        ("初めて 月面",),
    ],
)
def test_words_of_other_languages_make_no_dates_of_questions(question: str) -> None:
    assert find_dates(question, TODAY) == ()
