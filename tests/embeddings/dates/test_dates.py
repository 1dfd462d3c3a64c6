from __future__ import annotations

from collections.abc import Callable
from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from embeddings.dates import DateRange, parse_day_of_year, parse_range
from embeddings.dates.errors import AmbiguousDateError, DateError
from embeddings.dates.grammar import Form, Grammar, Where
from tests.rows import for_each

TODAY = date(2024, 3, 14)  # a Thursday in a leap year

# What people write, and the days they mean. Where only one day stands, the range is that day.
EXPRESSIONS = """
    # a day in figures
    1997-08-31                        1997-08-31
    1997-8-31                         1997-08-31
    1997/08/31                        1997-08-31
    1997/8/5                          1997-08-05
    1997.08.31                        1997-08-31
    19970831                          1997-08-31
    31.8.1997                         1997-08-31
    05.08.1997                        1997-08-05
    31/08/1997                        1997-08-31
    31-08-1997                        1997-08-31
    8/31/1997                         1997-08-31
    8/8/1997                          1997-08-08
    1997年8月31日                      1997-08-31
    1997년 8월 31일                    1997-08-31
    0001-01-01                        0001-01-01
    9999-12-31                        9999-12-31
    2024-02-29                        2024-02-29

    # a day in words
    31 August 1997                    1997-08-31
    31 aug 1997                       1997-08-31
    31 Aug. 1997                      1997-08-31
    31st August 1997                  1997-08-31
    31st of August, 1997              1997-08-31
    the 31st of August 1997           1997-08-31
    August 31, 1997                   1997-08-31
    Aug. 31st, 1997                   1997-08-31
    AUGUST 31 1997                    1997-08-31
    august the 31st 1997              1997-08-31
    31-Aug-1997                       1997-08-31
    31aug1997                         1997-08-31
    31. August 1997                   1997-08-31
    1997 August 31                    1997-08-31
    first of September 1997           1997-09-01
    31 Aug '97                        1997-08-31
    Sunday 31 August 1997             1997-08-31
    Sun, 31 Aug 1997                  1997-08-31
    Sunday, August 31st, 1997         1997-08-31
    sunday the 31st of august 1997    1997-08-31
    sun 1997-08-31                    1997-08-31
    31 August 1997, Sunday            1997-08-31
    on 31 August 1997                 1997-08-31

    # months
    1997-08                           1997-08-01..1997-08-31
    1997-8                            1997-08-01..1997-08-31
    8/1997                            1997-08-01..1997-08-31
    08.1997                           1997-08-01..1997-08-31
    1997/08                           1997-08-01..1997-08-31
    August 1997                       1997-08-01..1997-08-31
    aug 1997                          1997-08-01..1997-08-31
    Sept. 1997                        1997-09-01..1997-09-30
    August, 1997                      1997-08-01..1997-08-31
    August of 1997                    1997-08-01..1997-08-31
    the month of August 1997          1997-08-01..1997-08-31
    1997 august                       1997-08-01..1997-08-31
    Aug '97                           1997-08-01..1997-08-31
    February 2024                     2024-02-01..2024-02-29
    in August 1997                    1997-08-01..1997-08-31

    # misspelt months
    Agust 1997                        1997-08-01..1997-08-31
    31 Auguts 1997                    1997-08-31
    Janurary 2001                     2001-01-01..2001-01-31
    12 Febuary 2001                   2001-02-12
    setpember 11, 2001                2001-09-11
    octobre 2001                      2001-10-01..2001-10-31

    # years and more
    1997                              1997-01-01..1997-12-31
    1000                              1000-01-01..1000-12-31
    the year 1997                     1997-01-01..1997-12-31
    in 1997                           1997-01-01..1997-12-31
    the 1980s                         1980-01-01..1989-12-31
    1980s                             1980-01-01..1989-12-31
    the 1980's                        1980-01-01..1989-12-31
    the eighties                      1980-01-01..1989-12-31
    the 80s                           1980-01-01..1989-12-31
    '80s                              1980-01-01..1989-12-31
    the 20s                           2020-01-01..2029-12-31
    the thirties                      1930-01-01..1939-12-31
    19th century                      1801-01-01..1900-12-31
    the twentieth century             1901-01-01..2000-12-31
    the 21st century                  2001-01-01..2100-12-31
    twenty-first century              2001-01-01..2100-12-31

    # quarters, halves, seasons, weeks
    Q1 1997                           1997-01-01..1997-03-31
    Q2 of 1997                        1997-04-01..1997-06-30
    1997 Q4                           1997-10-01..1997-12-31
    1997-Q4                           1997-10-01..1997-12-31
    third quarter of 1997             1997-07-01..1997-09-30
    the 2nd quarter 1997              1997-04-01..1997-06-30
    H2 1997                           1997-07-01..1997-12-31
    spring 1997                       1997-03-01..1997-05-31
    the summer of 1997                1997-06-01..1997-08-31
    autumn 1997                       1997-09-01..1997-11-30
    fall of 1997                      1997-09-01..1997-11-30
    winter 1997                       1997-12-01..1998-02-28
    winter 1997/98                    1997-12-01..1998-02-28
    winter 2023-24                    2023-12-01..2024-02-29
    1997-W35                          1997-08-25..1997-08-31
    week 35 of 1997                   1997-08-25..1997-08-31

    # parts
    early 1997                        1997-01-01..1997-04-30
    mid 1997                          1997-05-01..1997-08-31
    mid-1997                          1997-05-01..1997-08-31
    late 1997                         1997-09-01..1997-12-31
    the beginning of 1997             1997-01-01..1997-04-30
    middle of 1997                    1997-05-01..1997-08-31
    the end of 1997                   1997-09-01..1997-12-31
    first half of 1997                1997-01-01..1997-06-30
    the second half of 1997           1997-07-01..1997-12-31
    early August 1997                 1997-08-01..1997-08-10
    mid-August 1997                   1997-08-11..1997-08-20
    end of August 1997                1997-08-21..1997-08-31
    the first half of August 1997     1997-08-01..1997-08-15
    late last year                    2023-09-01..2023-12-31
    early summer 1997                 1997-06-01..1997-06-30
    the early 1980s                   1980-01-01..1982-12-31
    mid 1980s                         1983-01-01..1986-12-31
    the late eighties                 1987-01-01..1989-12-31
    the mid-80s                       1983-01-01..1986-12-31
    early 20th century                1901-01-01..1933-12-31
    the mid 20th century              1934-01-01..1967-12-31
    late nineteenth century           1868-01-01..1900-12-31
    the week of 28 August 1997        1997-08-25..1997-08-31
    first week of August 1997         1997-08-01..1997-08-07
    the last week of August 1997      1997-08-25..1997-08-31
    the last day of February 2024     2024-02-29
    first month of 1997               1997-01-01..1997-01-31

    # counted from today
    today                             2024-03-14
    yesterday                         2024-03-13
    tomorrow                          2024-03-15
    the day before yesterday          2024-03-12
    last night                        2024-03-13
    this week                         2024-03-11..2024-03-17
    last week                         2024-03-04..2024-03-10
    next week                         2024-03-18..2024-03-24
    this weekend                      2024-03-16..2024-03-17
    last weekend                      2024-03-09..2024-03-10
    this month                        2024-03-01..2024-03-31
    last month                        2024-02-01..2024-02-29
    this quarter                      2024-01-01..2024-03-31
    last quarter                      2023-10-01..2023-12-31
    this year                         2024-01-01..2024-12-31
    last year                         2023-01-01..2023-12-31
    next year                         2025-01-01..2025-12-31
    this decade                       2020-01-01..2029-12-31
    last decade                       2010-01-01..2019-12-31
    last century                      1901-01-01..2000-12-31
    earlier this month                2024-03-01..2024-03-14
    the past week                     2024-03-08..2024-03-14
    past month                        2024-02-15..2024-03-14
    last 10 days                      2024-03-05..2024-03-14
    the last two weeks                2024-03-01..2024-03-14
    the past 3 months                 2023-12-15..2024-03-14
    3 days ago                        2024-03-11
    a week ago                        2024-03-07
    two fortnights ago                2024-02-15
    a month ago                       2024-02-14
    two years ago                     2022-03-14
    twelve years ago                  2012-03-14

    # months, seasons, weekdays and feasts without a year
    January                           2024-01-01..2024-01-31
    March                             2024-03-01..2024-03-31
    in April                          2023-04-01..2023-04-30
    last december                     2023-12-01..2023-12-31
    this May                          2024-05-01..2024-05-31
    next march                        2025-03-01..2025-03-31
    last summer                       2023-06-01..2023-08-31
    last winter                       2023-12-01..2024-02-29
    this spring                       2024-03-01..2024-05-31
    Wednesday                         2024-03-13
    thursday                          2024-03-07
    on Friday                         2024-03-08
    last tue                          2024-03-12
    this Friday                       2024-03-15
    next monday                       2024-03-18
    last christmas                    2023-12-25
    this easter                       2024-03-31

    # named days
    christmas 1997                    1997-12-25
    christmas day, 1997               1997-12-25
    xmas eve 1997                     1997-12-24
    boxing day 2004                   2004-12-26
    new year's day 1997               1997-01-01
    New Year’s Eve 1997               1997-12-31
    halloween 1997                    1997-10-31
    valentine's day 1997              1997-02-14
    april fools' day 1997             1997-04-01
    easter 1997                       1997-03-30
    Good Friday 1997                  1997-03-28
    easter monday 1997                1997-03-31
    thanksgiving 1997                 1997-11-27

    # ranges
    1997-08-30..1997-09-06            1997-08-30..1997-09-06
    1997-08-30 .. 1997-09-06          1997-08-30..1997-09-06
    1997-08-30/1997-09-06             1997-08-30..1997-09-06
    1997-08..1998                     1997-08-01..1998-12-31
    1997-1999                         1997-01-01..1999-12-31
    1997–1999                         1997-01-01..1999-12-31
    1997 - 1999                       1997-01-01..1999-12-31
    1997 to 1999                      1997-01-01..1999-12-31
    from 1997 until 1999              1997-01-01..1999-12-31
    between 1997 and 1999             1997-01-01..1999-12-31
    1997-98                           1997-01-01..1998-12-31
    between May 1997 and 5 June 1998  1997-05-01..1998-06-05
    May to August 1997                1997-05-01..1997-08-31
    between May and August 1997       1997-05-01..1997-08-31
    November to January 1998          1997-11-01..1998-01-31
    30-31 August 1997                 1997-08-30..1997-08-31
    from the 30th to the 31st of August 1997    1997-08-30..1997-08-31
    August 30-31, 1997                1997-08-30..1997-08-31
    30 August to 6 September 1997     1997-08-30..1997-09-06
    August 30 - September 6, 1997     1997-08-30..1997-09-06
    28 December to 3 January 1998     1997-12-28..1998-01-03
    30.8.1997-6.9.1997                1997-08-30..1997-09-06
    Q1 to Q3 1997                     1997-01-01..1997-09-30
    last month to yesterday           2024-02-01..2024-03-13
    2015 to now                       2015-01-01..2024-03-14

    # open ranges
    since 2015                        2015-01-01..2024-03-14
    since last month                  2024-02-01..2024-03-14
    ever since May 2015               2015-05-01..2024-03-14
    from 2015 onwards                 2015-01-01..2024-03-14
    after 2015                        2016-01-01..2024-03-14
    after christmas 2015              2015-12-26..2024-03-14
    before 1997                       0001-01-01..1996-12-31
    before August 1997                0001-01-01..1997-07-31
    until 1997                        0001-01-01..1997-12-31
    up to 1997                        0001-01-01..1997-12-31
    by the end of August 1997         0001-01-01..1997-08-31

    # near and far from a date
    around 31 August 1997             1997-08-28..1997-09-03
    about August 1997                 1997-07-29..1997-09-03
    circa 1997                        1996-12-29..1998-01-03
    c. 1997                           1996-12-29..1998-01-03
    just after christmas 1997         1997-12-26..1998-01-01
    shortly before 1997-08-31         1997-08-24..1997-08-30
    a week after christmas 1997       1998-01-01
    3 days before 31 August 1997      1997-08-28
    a month after 1997-01-31          1997-02-28
    a year after 2024-02-29           2025-02-28
    two months after May 1997         1997-07-01..1997-07-31
    a year before May 1997            1996-05-01..1996-05-31
    two years after 1997              1999-01-01..1999-12-31
    3 days after August 1997          1997-09-03
    two months before 1997            1996-11-01
    the day after 1997-08-31          1997-09-01
    the week before christmas 1997    1997-12-18..1997-12-24
    the month after May 1997          1997-06-01..1997-06-30
    the decade before 2010            2000-01-01..2009-12-31
    the two weeks after 1997-08-31    1997-09-01..1997-09-14

    # other languages
    31 août 1997                      1997-08-31
    31. Oktober 1997                  1997-10-31
    31 de diciembre de 1997           1997-12-31
    14 luglio 1997                    1997-07-14
    3 декабря 1997                    1997-12-03
"""


def _rows(table: str) -> list[tuple[str, str]]:
    """The lines of a table as pairs, whose last column is the one without blanks."""
    lines = (line.strip() for line in table.splitlines())
    rows = [line.rsplit(maxsplit=1) for line in lines if line and not line.startswith("#")]
    return [(left.strip(), right) for left, right in rows]


def _range(text: str) -> DateRange:
    first, _, last = text.partition("..")
    return DateRange(date.fromisoformat(first), date.fromisoformat(last or first))


@for_each(("text", "days"), _rows(EXPRESSIONS))
def test_parse_range_gives_the_days_that_are_meant(text: str, days: str) -> None:
    assert parse_range(text, TODAY) == _range(days)


@for_each(("text", "days"), _rows(EXPRESSIONS))
def test_case_and_blanks_around_and_between_words_change_nothing(text: str, days: str) -> None:
    for variant in (text.upper(), text.lower(), f" \t{text}\n", text.replace(" ", " \xa0 ")):
        assert parse_range(variant, TODAY) == _range(days)


@for_each(
    ("text", "message"),
    [
        ("2015-02-30", "2015-02-30 is not a date: February 2015 has 28 days"),
        ("2015-2-29", "2015-2-29 is not a date: February 2015 has 28 days"),
        ("1900-02-29", "1900-02-29 is not a date: February 1900 has 28 days"),
        ("31 June 2012", "31 June 2012 is not a date: June 2012 has 30 days"),
        ("since 31 June 2012", "31 June 2012 is not a date: June 2012 has 30 days"),
        ("0 June 2012", "0 June 2012 is not a date: June 2012 has 30 days"),
        ("2015-13-01", "2015-13-01 is not a date: months go from 1 to 12, not to 13"),
        ("2015-00", "2015-00 is not a date: months go from 1 to 12, not to 0"),
        ("13/13/2015", "13/13/2015 is not a date: months go from 1 to 12, not to 13"),
        ("31/04/2015", "31/04/2015 is not a date: April 2015 has 30 days"),
        ("0000-01-01", "0000-01-01 is not a date: the earliest year is 0001"),
        ("30 February", "30 February is not a date: February has 29 days"),
        ("40/12/15", "40/12/15 is not a date; write the year first and in full, as in 2015-12-23"),
        ("2015-W54", "2015-W54 is not a date: 2015 has no week 54"),
        ("fifth quarter 2015", "fifth quarter 2015 is not a date: a year has four quarters"),
        ("third half of 2015", "third half of 2015 is not a date: there are two halves"),
        ("summer 2015/16", "summer 2015/16 is not a season; write its first year only, as in winter 2015"),
        ("Monday 31 August 1997", "Monday 31 August 1997 is not a date: 31 August 1997 is a Sunday"),
        ("1999..1997", "1999..1997 is not a range: its first day, 1 January 1999, is after its last, 31 December 1997"),
        (
            "31-30 August 1997",
            "31-30 August 1997 is not a range: its first day, 31 August 1997, is after its last, 30 August 1997",
        ),
        (
            "after 2030",
            "after 2030 is not a range: its first day, 1 January 2031, is after its last, 14 March 2024",
        ),
        ("99999 years ago", "99999 years ago is not a date: days go from 0001-01-01 to 9999-12-31"),
        ("winter 9999", "winter 9999 is not a date: days go from 0001-01-01 to 9999-12-31"),
        ("a day after 9999-12-31", "a day after 9999-12-31 is not a date: days go from 0001-01-01 to 9999-12-31"),
        ("before 0001-01-01", "before 0001-01-01 is not a date: days go from 0001-01-01 to 9999-12-31"),
        ("the last 0 days", "the last 0 days is not a date: it counts no days"),
        ("week of May 1997", "week of May 1997 is not a date: it is longer than a week"),
        ("sixth Friday of May 1997", "sixth Friday of May 1997 is not a date: it has fewer Fridays"),
        ("the last Friday of 2015-12-23", "the last Friday of 2015-12-23 is not a date: it has no Friday"),
        ("sixth week of May 1997", "sixth week of May 1997 is not a date: it is not that long"),
        (
            "early yesterday",
            "early yesterday is not a date: only a month, a season, a year, a decade or a century can be divided like that",  # noqa: E501
        ),
        (
            "zzz",
            '"zzz" is not a date; write a day (2015-12-23), a month (2015-12), a year, or words such as "last month"',
        ),
    ],
)
def test_an_error_says_what_is_wrong_and_what_to_write(text: str, message: str) -> None:
    with pytest.raises(DateError) as caught:
        parse_range(text, TODAY)
    assert str(caught.value) == message


@for_each(
    "text",
    [
        *("", " ", ".", "-", "..", "the", "of", "to", "since", "between and", "last", "ago", "3 days", "q5", "half"),
        *(
            "hello",
            "12",
            "999",
            "10000",
            "2015 2016",
            "2015-12-23T",
            "2015-12-23T10:00:00X",
            "2015-12-23-24",
            "2015-1234",
            "1e3",
        ),
        *(
            "-5 days ago",
            "five",
            "century",
            "13 days",
            "tuesday 2015",
            "zzz 2015",
            "23 zzz 2015",
            "may june",
            "to 2015",
        ),
        *("23 mardi 2015", "32 décembre 2015x", "from 2015", "2015 to", "the week after", "in", "2 of", "first"),
    ],
)
def test_what_is_no_date_is_refused(text: str) -> None:
    with pytest.raises(DateError):
        parse_range(text, TODAY)


@pytest.mark.parametrize(
    ("text", "choices", "message"),
    [
        (
            "02/03/2015",
            ("2015-02-03", "2015-03-02"),
            "02/03/2015 may mean 2 March 2015 or 3 February 2015; write 2015-02-03 or 2015-03-02",
        ),
        (
            "on 2-3-2015",
            ("2015-02-03", "2015-03-02"),
            "on 2-3-2015 may mean 2 March 2015 or 3 February 2015; write 2015-02-03 or 2015-03-02",
        ),
        (
            "31/8/97",
            ("1897-08-31", "1997-08-31"),
            "31/8/97 may mean 31 August 1897 or 31 August 1997; write 1897-08-31 or 1997-08-31",
        ),
        (
            "2011/12",
            ("2011-01-01..2012-12-31", "2011-12-01..2011-12-31"),
            "2011/12 is ambiguous: for the month write 2011-12, for the two years 2011..2012",
        ),
        (
            "23 December",
            ("2021-12-23", "2022-12-23", "2023-12-23"),
            "23 December has no year; write which one, such as 2021-12-23, 2022-12-23, 2023-12-23",
        ),
        (
            "29 February",
            ("2016-02-29", "2020-02-29", "2024-02-29"),
            "29 February has no year; write which one, such as 2016-02-29, 2020-02-29, 2024-02-29",
        ),
        (
            "christmas",
            ("2021-12-25", "2022-12-25", "2023-12-25"),
            "christmas has no year; write which one, such as 2021-12-25, 2022-12-25, 2023-12-25",
        ),
    ],
)
def test_what_may_mean_several_dates_is_asked_back(text: str, choices: tuple[str, ...], message: str) -> None:
    with pytest.raises(AmbiguousDateError) as caught:
        parse_range(text, TODAY)
    assert (str(caught.value), tuple(map(str, caught.value.choices))) == (message, choices)


@pytest.mark.parametrize("text", ["Dec 23", "12-23", "23/12", "23.12.", "easter", "the 23rd of december"])
def test_a_day_without_a_year_asks_which_year(text: str) -> None:
    with pytest.raises(AmbiguousDateError, match="has no year") as caught:
        parse_range(text, TODAY)
    assert len(caught.value.choices) == 3


def test_a_doubt_inside_a_longer_expression_offers_no_choices_that_would_replace_all_of_it() -> None:
    with pytest.raises(DateError, match=r"^02/03/2015 may mean") as caught:
        parse_range("since 02/03/2015", TODAY)
    assert not isinstance(caught.value, AmbiguousDateError)


def test_day_first_settles_the_order() -> None:
    assert parse_range("02/03/2015", TODAY, day_first=True) == _range("2015-03-02")
    assert parse_range("02/03/2015", TODAY, day_first=False) == _range("2015-02-03")
    assert parse_range("02/03/2015 to 04/03/2015", TODAY, day_first=True) == _range("2015-03-02..2015-03-04")
    for either in (True, False):
        assert parse_range("23/12/2015", TODAY, day_first=either) == _range("2015-12-23")
        assert parse_range("12/23/2015", TODAY, day_first=either) == _range("2015-12-23")


def test_a_long_text_is_refused_at_once_and_shown_in_part() -> None:
    with pytest.raises(DateError) as caught:
        parse_range("1 " * 100_000, TODAY)
    assert "200,000 characters" in str(caught.value)
    assert len(str(caught.value)) < 200


def test_a_message_holds_no_control_characters() -> None:
    with pytest.raises(DateError) as caught:
        parse_range("no\x1b[31m\u202edate\n\x00", TODAY)
    assert str(caught.value).isprintable()


@for_each(
    ("text", "day"),
    [
        ("12-23", (12, 23)),
        ("1-9", (1, 9)),
        ("02-03", (2, 3)),
        ("23 December", (12, 23)),
        ("dec 23rd", (12, 23)),
        ("the 23rd of December", (12, 23)),
        ("first of may", (5, 1)),
        ("December 23", (12, 23)),
        ("23/12", (12, 23)),
        ("12/23", (12, 23)),
        ("5/5", (5, 5)),
        ("23.12.", (12, 23)),
        ("29 february", (2, 29)),
        ("02-29", (2, 29)),
        ("23 Decmber", (12, 23)),
        ("christmas", (12, 25)),
        ("New Year's Eve", (12, 31)),
        ("easter", (3, 31)),
        ("today", (3, 14)),
        ("tomorrow", (3, 15)),
        ("yesterday", (3, 13)),
        ("1997-08-31", (8, 31)),
        ("31 August 1997", (8, 31)),
        ("3 days ago", (3, 11)),
    ],
)
def test_parse_day_of_year_gives_month_and_day(text: str, day: tuple[int, int]) -> None:
    assert parse_day_of_year(text, TODAY) == day


@pytest.mark.parametrize(
    "text", ["02-30", "30 february", "13-13", "32/12", "hello", "", "12", "2015-12", "1997", "may"]
)
def test_parse_day_of_year_refuses_what_is_no_single_day(text: str) -> None:
    with pytest.raises(DateError):
        parse_day_of_year(text, TODAY)


NO_DAY_OF_THE_YEAR = (
    "is not a day of the year; write one, such as 24 December or 12-24, or the name of a feast, such as christmas"
)


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("july", "july is a whole month; write a day of it, such as 1 July or 07-01"),
        ("July 2015", "July 2015 is a whole month; write a day of it, such as 1 July or 07-01"),
        ("2015-07", "2015-07 is a whole month; write a day of it, such as 1 July or 07-01"),
        ("février", "février is a whole month; write a day of it, such as 1 February or 02-01"),
        ("2015", "2015 is a whole year; write one day without its year, such as 24 December or 12-24"),
        ("last week", "last week is more than one day; write one day without its year, such as 4 March or 03-04"),
        ("since 2011", "since 2011 is more than one day; write one day without its year, such as 24 December or 12-24"),
        ("2015-12-24..2015-12-26", "more than one day; write one day without its year, such as 24 December or 12-24"),
        ("1 to 5 july", "1 to 5 july is more than one day; write one day without its year, such as 1 July or 07-01"),
        ("spring", "spring is more than one day; write one day without its year, such as 24 December or 12-24"),
        ("easter weekend", "easter weekend is more than one day; write one day without its year, such as 7 April"),
        ("hello", f'"hello" {NO_DAY_OF_THE_YEAR}'),
        ("24", f'"24" {NO_DAY_OF_THE_YEAR}'),
        ("", f'"" {NO_DAY_OF_THE_YEAR}'),
        ("in", f'"in" {NO_DAY_OF_THE_YEAR}'),
        ("30 february", "30 february is not a date: February has 29 days"),
        ("x" * 201, "has 201 characters; a date has 200 at most, such as 12-24"),
    ],
)
def test_a_hint_for_a_day_of_the_year_fits_what_was_typed(text: str, message: str) -> None:
    with pytest.raises(DateError) as caught:
        parse_day_of_year(text, TODAY)
    assert message in str(caught.value)


@pytest.mark.parametrize("text", ["23/12/15", "23/12/2015", "12/23/2015"])
def test_a_day_of_which_only_the_year_is_in_doubt_is_a_day_of_the_year(text: str) -> None:
    assert parse_day_of_year(text, TODAY) == (12, 23)


@pytest.mark.parametrize("text", ["02/03", "02/03/2015"])
def test_a_day_of_the_year_goes_by_the_order_that_is_known(text: str) -> None:
    assert parse_day_of_year(text, TODAY, day_first=True) == (3, 2)
    assert parse_day_of_year(text, TODAY, day_first=False) == (2, 3)
    with pytest.raises(AmbiguousDateError):
        parse_day_of_year(text, TODAY)


@pytest.mark.parametrize(
    ("text", "example", "choice"),
    [
        ("spring", "spring 2023 or spring 2024", "2024-03-01..2024-05-31"),
        ("easter weekend", "easter weekend 2022 or easter weekend 2023", "2023-04-07..2023-04-10"),
        ("week 12", "week 12 2022 or week 12 2023", "2023-03-20..2023-03-26"),
        ("1 to 5 July?", "1 to 5 July 2022 or 1 to 5 July 2023", "2023-07-01..2023-07-05"),
        ("février", "février 2023 or février 2024", "2024-02-01..2024-02-29"),
    ],
)
def test_days_that_lack_nothing_but_a_year_are_asked_for_it(text: str, example: str, choice: str) -> None:
    with pytest.raises(AmbiguousDateError, match=f"has no year; write which one, such as {example}") as caught:
        parse_range(text, TODAY)
    assert str(caught.value.choices[-1]) == choice
    assert len(caught.value.choices) == 3


@pytest.mark.parametrize("text", ["", "in", "since", "until", "the year", "hello", "24", "2015 2016", "1."])
def test_what_a_year_does_not_help_is_no_date(text: str) -> None:
    with pytest.raises(DateError, match="is not a date"):
        parse_range(text, TODAY)


def test_a_day_of_the_year_in_doubtful_order_is_asked_back() -> None:
    with pytest.raises(AmbiguousDateError, match="may mean 3 February or 2 March; write 02-03 or 03-02") as caught:
        parse_day_of_year("02/03", TODAY)
    assert {(choice.first.month, choice.first.day) for choice in caught.value.choices} == {(2, 3), (3, 2)}


def test_a_range_holds_its_first_and_last_day() -> None:
    august = _range("1997-08-01..1997-08-31")
    assert date(1997, 8, 1) in august
    assert date(1997, 8, 31) in august
    assert date(1997, 9, 1) not in august
    assert august.days == 31
    assert _range("1997-08-31").days == 1
    assert _range("1997-08-31") < _range("1997-08-31..1997-09-01") < _range("1997-09-01")


def test_a_range_does_not_end_before_it_begins() -> None:
    with pytest.raises(ValueError, match="1997-08-02"):
        DateRange(date(1997, 8, 2), date(1997, 8, 1))


@pytest.mark.parametrize(
    ("pattern", "meaning"),
    [
        ("DAY MONTH", lambda day, year: None),
        ("DAY MONTH", lambda day: None),
        ("DAY", lambda day, year: None),
        ("DAY MONTH", None),
        ("<later>", None),
    ],
)
def test_a_form_whose_pattern_and_meaning_do_not_fit_is_no_grammar(
    pattern: str, meaning: Callable[..., object] | None
) -> None:
    with pytest.raises(ValueError, match=r"they must be the same|does not come before"):
        Grammar({"rule": [Form(pattern, meaning)], "later": [Form("YEAR")]}, Where.TYPED)


# Laws

ranges = st.tuples(st.dates(), st.dates()).map(lambda days: DateRange(min(days), max(days)))
words = st.sampled_from(
    """
    the of to and in last this past next early mid late first second half week weeks day days month year years ago
    since after before between from until around may march monday christmas easter summer winter q3 23 12 2015 1
    2015-12-23 2015-12 02/03/2015 90s 1990s 20th century decade , - .. / 's 23rd december decmber 99999 0
    """.split()
)
texts = st.one_of(st.text(max_size=60), st.lists(words, max_size=9).map(" ".join))


@given(ranges, st.dates())
def test_parse_range_reads_back_what_str_wrote(days: DateRange, today: date) -> None:
    assert parse_range(str(days), today) == days


def _outcome(text: str, today: date, day_first: bool | None) -> DateRange | DateError:
    try:
        return parse_range(text, today, day_first=day_first)
    except DateError as error:
        return error


@given(texts, st.dates(), st.sampled_from([None, True, False]))
def test_any_text_gives_a_range_or_a_date_error(text: str, today: date, day_first: bool | None) -> None:
    outcome = _outcome(text, today, day_first)
    assert isinstance(outcome, DateRange) or str(outcome).isprintable()
    if isinstance(outcome, AmbiguousDateError):
        assert list(outcome.choices) == sorted(set(outcome.choices))


@given(texts, st.dates())
def test_any_text_gives_a_day_of_the_year_or_a_date_error(text: str, today: date) -> None:
    try:
        month, day = parse_day_of_year(text, today)
    except DateError:
        return
    assert date(2000, month, day)


@given(st.dates(min_value=date(1000, 1, 1)), st.dates())
def test_every_way_to_write_a_day_means_that_day(day: date, today: date) -> None:
    for form in ("%d %B %Y", "%B %d, %Y", "%A %d %b %Y", "%Y/%m/%d", "%d.%m.%Y", "%Y%m%d"):
        assert parse_range(day.strftime(form), today) == DateRange(day, day)


@given(st.dates(min_value=date(1900, 1, 1), max_value=date(2100, 1, 1)), st.integers(0, 400))
def test_days_ago_and_days_after_are_days_apart(today: date, count: int) -> None:
    day = today - timedelta(days=count)
    assert parse_range(f"{count} days ago", today).first == day
    assert parse_range(f"{count} days after {day}", today).first == today
