"""Dates in the words around them, in a table beside this file: the date is found whole, and the other words remain."""

from __future__ import annotations

import datetime as dt
from pathlib import Path

from babel.dates import format_date
from hypothesis import given
from hypothesis import strategies as st

from embeddings.dates import DateRange, find_dates, parse_day_of_year, parse_range
from embeddings.search.questions import without_dates
from tests.rows import for_each

TODAY = dt.date(2026, 11, 28)  # a Saturday

_LINES = (Path(__file__).parent / "sentences.tsv").read_text(encoding="utf-8").splitlines()
ROWS = [(*line.split("\t"), "")[:3] for line in _LINES if not line.startswith("#")]
ASKED = [(marked, days) for marked, days, where in ROWS if where != "typed"]
WHOLE = [(marked[1:-1], days) for marked, days, _ in ROWS if marked[0] == "[" and marked[-1] == "]"]
DATES = [marked.partition("[")[2].partition("]")[0] for marked, days in ASKED if days != "-"]
POINTS = "2015|May 2011|in 2016|the 1990s|13 November 2015|Q3 2014|summer 2012|christmas 2015|2015-12-23|last week"

EXCEPTIONS = "not|but not|except|except for|excluding|other than|rather than|anything but|apart from|outside of"


def _range(text: str) -> DateRange:
    first, _, last = text.partition("..")
    return DateRange(dt.date.fromisoformat(first), dt.date.fromisoformat(last or first))


@for_each(("marked", "days"), ASKED)
def test_the_date_of_a_question_is_found_whole_and_nothing_else_is(marked: str, days: str) -> None:
    question = marked.replace("[", "").replace("]", "")
    found = find_dates(question, TODAY)
    assert [str(span.dates) for span in found] == ([] if days == "-" else [days])
    written = [part.partition("]")[0] for part in marked.split("[")[1:]]
    assert [question[span.start : span.end] for span in found] == written


@for_each(("text", "days"), WHOLE)
def test_a_date_that_is_the_whole_text_means_the_same(text: str, days: str) -> None:
    assert parse_range(text, TODAY) == _range(days)


# Laws

words = st.lists(st.sampled_from("earthquake Chile hospital Nairobi bridge vaccine senator Zürich".split()), max_size=3)


@given(words, st.sampled_from(DATES), words)
def test_the_other_words_of_a_question_survive_in_order(before: list[str], date: str, after: list[str]) -> None:
    after = ["in", *after] if after else []  # "since 2015 earthquake" is not about all that came since
    question = " ".join([*before, date, *after])
    assert without_dates(question, find_dates(question, TODAY)) == " ".join([*before, *after])


@given(st.sampled_from(EXCEPTIONS.split("|")), st.sampled_from(POINTS.split("|")))
def test_a_date_that_is_excepted_is_not_asked_for(exception: str, date: str) -> None:
    assert find_dates(f"storms {exception} {date}", TODAY) == ()


@given(st.sampled_from(POINTS.split("|")), st.sampled_from(["or", "and"]), st.sampled_from(POINTS.split("|")))
def test_what_is_joined_to_an_excepted_date_is_excepted_too(one: str, joined: str, other: str) -> None:
    assert find_dates(f"storms not {one} {joined} {other}", TODAY) == ()
    assert len(find_dates(f"storms not {one} but {other}", TODAY)) == 1


def _months(first: dt.date, last: dt.date) -> DateRange:
    return DateRange(parse_range(f"{first:%Y-%m}", TODAY).first, parse_range(f"{last:%Y-%m}", TODAY).last)


@given(st.dates(dt.date(1900, 1, 1), dt.date(2090, 1, 1)), st.integers(1, 11))
def test_the_end_of_a_range_takes_its_year_from_the_beginning(first: dt.date, months: int) -> None:
    last = dt.date(first.year + (first.month + months > 12), (first.month + months - 1) % 12 + 1, 1)
    expected = _months(first, last)
    assert parse_range(f"{first:%Y %b}-{last:%b}", TODAY) == expected
    assert parse_range(f"{first:%B %Y} to {last:%B}", TODAY) == expected
    assert parse_range(f"since {first:%B %Y} to {last:%B %Y}", TODAY) == expected
    assert find_dates(f"storms from {first:%B %Y} until {last:%B}", TODAY)[0].dates == expected


@given(st.integers(1, 100), st.sampled_from(["week", "month", "year", "decade"]))
def test_a_time_of_years_ago_is_around_the_day_so_many_years_ago(years: int, period: str) -> None:
    [day] = find_dates(f"what happened {years} years ago today?", TODAY)
    [around] = find_dates(f"what happened {years} years ago this {period}?", TODAY)
    assert day.dates == parse_range(f"{years} years ago", TODAY)
    assert day.dates.first in around.dates
    assert parse_range(f"this {period} in {TODAY.year - years}", TODAY) == around.dates


@given(st.dates(dt.date(1900, 1, 1), dt.date(2090, 1, 1)), st.times(), st.sampled_from(["", "Z", "+02:00", "-0530"]))
def test_a_moment_is_its_day_as_it_is_written(date: dt.date, time: dt.time, zone: str) -> None:
    day = DateRange(date, date)
    for text in (f"{date}T{time}{zone}", f"{date} {time:%H:%M}", f"{date:%Y%m%d}T{time:%H%M%S}{zone}"):
        assert parse_range(text, TODAY) == day
        assert [span.dates for span in find_dates(f"crash {text} at sea", TODAY)] == [day]


@given(st.dates(dt.date(1930, 1, 1), dt.date(2026, 11, 28)))
def test_a_day_with_a_short_year_and_the_months_name_is_that_day(day: dt.date) -> None:
    for text in (f"{day:%d-%b-%y}", f"{day:%d/%b/%y}", f"{day:%B}-{day:%d-%y}", f"{day:%d %B %y}"):
        assert parse_range(text, TODAY) == DateRange(day, day)


# By themselves these are the name of a planet and more, in a question
ENGLISH_TOO = {"mars", "mart"}


DAY_PATTERNS = "d MMMM y", "d. MMMM y", "d 'de' MMMM 'de' y"


@for_each("language", "fr de es it pt nl pl ru uk tr sv da nb fi cs hu ro el id ar he fa hi".split())
@for_each("month", range(1, 13))
def test_months_are_read_in_other_languages(language: str, month: int) -> None:
    day = dt.date(2015, month, 13)
    text = format_date(day, DAY_PATTERNS[month % len(DAY_PATTERNS)], language)
    assert parse_range(text, TODAY) == DateRange(day, day), text
    assert [span.dates for span in find_dates(f"bridge {text} bridge", TODAY)] == [DateRange(day, day)], text
    assert parse_day_of_year(text, TODAY) == (month, 13), text
    for pattern in ("MMMM y", "LLLL y"):
        text = format_date(day, pattern, language)
        assert parse_range(text, TODAY) == _months(day, day), text
        if text.split()[0].casefold() not in ENGLISH_TOO:
            assert [span.dates for span in find_dates(f"bridge {text} bridge", TODAY)] == [_months(day, day)], text
