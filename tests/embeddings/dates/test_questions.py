from __future__ import annotations

import sys
from datetime import date
from types import FrameType

import pytest
from hypothesis import given
from hypothesis import strategies as st

from embeddings.dates import find_dates
from tests.rows import for_each

TODAY = date(2024, 3, 14)  # a Thursday

# Questions with their dates in brackets, and the days these mean.
QUESTIONS = """
    nepal earthquake [2015]                                     2015-01-01..2015-12-31
    [2010] haiti earthquake                                     2010-01-01..2010-12-31
    the [2012] law on public gatherings                         2012-01-01..2012-12-31
    world cup [2018], who won?                                  2018-01-01..2018-12-31
    the storm ([2013]) and its victims                          2013-01-01..2013-12-31
    "[2011]" protests                                           2011-01-01..2011-12-31
    [2015's] worst floods                                       2015-01-01..2015-12-31
    who won the elections [of 2014] in Brazil?                  2014-01-01..2014-12-31
    [in 2015] people voted in Greece                            2015-01-01..2015-12-31
    Theresa May [2017]                                          2017-01-01..2017-12-31
    Arab Spring [2011]                                          2011-01-01..2011-12-31
    after the [2004] tsunami                                    2004-01-01..2004-12-31
    after [2015] earthquake                                     2015-01-01..2015-12-31
    [2014] winter olympics                                      2014-01-01..2014-12-31
    [2018] teachers strike                                      2018-01-01..2018-12-31
    fuel rule [2004]                                            2004-01-01..2004-12-31
    what happened [in December 2015]?                           2015-12-01..2015-12-31
    storm [in dec. 2015]                                        2015-12-01..2015-12-31
    floods [Febuary 2011] Australia                             2011-02-01..2011-02-28
    riots in London, [August 2011]                              2011-08-01..2011-08-31
    march [of march 2003] against the war                       2003-03-01..2003-03-31
    elections [2015-12] Spain                                   2015-12-01..2015-12-31
    attack [on 23 December 2015] in Kabul                       2015-12-23
    Brexit vote [23 june 2016]                                  2016-06-23
    attacks [on September 11, 2001] and after                   2001-09-11
    [11 September 2001] attacks                                 2001-09-11
    [Nov 13 2015] Paris                                         2015-11-13
    bombing [2015-12-23], Istanbul                              2015-12-23
    plane crash [on 31/10/2015]                                 2015-10-31
    [on Sunday, 25 January 2015] Greece voted                   2015-01-25
    [on Monday, 25 January 2015] Greece voted                   2015-01-25
    governor speaks [just before christmas 2003]                2003-12-18..2003-12-24
    prison sentence [around christmas 2013]                     2013-12-22..2013-12-28
    Pope's [Easter 2009] appeal                                 2009-04-12
    [on christmas eve 2009] the pope fell                       2009-12-24
    what did the pope say [last christmas]?                     2023-12-25
    clashes in Raqqa, [late 2025]                               2025-09-01..2025-12-31
    Wall Street falls [in early August 2002]                    2002-08-01..2002-08-10
    visit to Prague, [spring 2007]                              2007-03-01..2007-05-31
    sentenced [in the fall of 2016]                             2016-09-01..2016-11-30
    raid on Dnipro, [summer '23]                                2023-06-01..2023-08-31
    [Q3 2019] results of Boeing                                 2019-07-01..2019-09-30
    famine [in the 1980s]                                       1980-01-01..1989-12-31
    wars [of the nineties]                                      1990-01-01..1999-12-31
    crisis [in the mid-90s]                                     1993-01-01..1996-12-31
    wars [of the 19th century]                                  1801-01-01..1900-12-31
    Syria [between 2011 and 2014]                               2011-01-01..2014-12-31
    the [2011-2014] drought                                     2011-01-01..2014-12-31
    floods [from March to May 2011]                             2011-03-01..2011-05-31
    invasion, [20-25 March 2003]                                2003-03-20..2003-03-25
    [from 2010 to 2012] floods                                  2010-01-01..2012-12-31
    war [since 2014]                                            2014-01-01..2024-03-14
    what changed [after 2010] in Syria?                         2011-01-01..2024-03-14
    presidents [before 1990]                                    0001-01-01..1989-12-31
    deaths in custody [since May]                               2023-05-01..2024-03-14
    [a week after christmas 2015]                               2016-01-01
    what happened [the day after 2015-12-23]?                   2015-12-24
    news [of last month] from Chile                             2024-02-01..2024-02-29
    [last week's] debate                                        2024-03-04..2024-03-10
    earthquakes [in the last 10 days]                           2024-03-05..2024-03-14
    what happened [3 days ago] in Paris?                        2024-03-11
    who resigned [yesterday]?                                   2024-03-13
    explosions [on Friday]                                      2024-03-08
    who resigned [in May]?                                      2023-05-01..2023-05-31
    attacks [this may] in Paris                                 2024-05-01..2024-05-31
    floods [last December]                                      2023-12-01..2023-12-31
    [last summer], fires in Greece                              2023-06-01..2023-08-31
    [May 2017] and [June 2018]                                  2017-05-01..2017-05-31 2018-06-01..2018-06-30
    not in 2015 but [in 2016]                                   2016-01-01..2016-12-31
    [2008] crisis and [2020] pandemic                           2008-01-01..2008-12-31 2020-01-01..2020-12-31
"""

# Words that only look like dates.
NOT_DATES = """
    march on Rome | the march for our lives | marches in Poland | last march on the capital | May resigns
    Theresa May's speech | may have been poisoned | this may help | what may happen | June Carter | April Jones
    August Wilson plays | january | dec | oct | sept | mar a lago | raid in mar a lago | Jan Mayen
    sun sets | sun | mon | sat nav | sat on a bench | friday prayers | monday | Black Friday | on Black Friday sales
    Good Friday agreement | Bloody Sunday inquiry | Super Tuesday results | Sunday Times list
    Christmas market attack | Easter Rising | thanksgiving turkey | halloween party | the new year honours
    spring offensive | the fall of Kabul | fall of the government | last fall of snow | summer camp | Arab Spring
    winter olympics | Prague Spring | second world war | second half | in the first quarter | third time
    9/11 attacks | 7/7 bombings | 24/7 | 3-1 win | 6-4, 7-5 | 12:30 | 10.5 percent | 1/2 | 50-50
    24 hours | 500 people | 2015 people | 2015 killed | 2,015 dead | killed 2000 | more than 2000 missing
    about 2000 people | around 2000 injured | at least 1900 dead | between 1900 and 2000 people | in 2000 homes
    up to 2000 stranded | over 2000 flee | at 1900 hours | 2100 GMT | $2000 fine | 2000 dollars | 2000% | 1984 BC
    Boeing 747 | Windows 2000 | section 2015 | flight 1905 | route 2012 | UN resolution 1973 | agenda 2030 | no. 2015
    model 2015 | version 2015 | v2015.1 | B2015 | 2015a | #2015 | 1.2015e3 | 555-1234-2015 | 10.0.0.2015
    Blade Runner 2049 | 1984 by Orwell | Orwell's 1984 | 2001: A Space Odyssey | Death Race 2000 | Cyberpunk 2077
    G20 | COVID-19 | H1N1 | H1 | Q3 | Q anon | top 10 | top 2000 | 5G | F-16 | Agenda-2015 | 1500 | 1066 | 3000
    one day | two weeks | first 100 days | years of war | 2 weeks | a century of war | an hour ago | a minute ago
    last train | last words | past glory | this bridge | next of kin | since the war | after the flood | until death
    the last week of the war | last year of his life | early voting | late goal | mid air | end of life
    before the court | between rounds | from here to there | to and from | around the world | by the sea | by 5
    USA Today | Russia Today | The Day After Tomorrow | Last Week Tonight | 15 may | may 15 | on 23 december
    2015-02-30 | 31 April | 2015-13 | 99999 years ago | on 02/03/2015 | in May 1066 | on Tuesday March 3
    http://news.org/2015/12/23/story | 2015/12/23/story | mail2015@news.org | the nineties-style | in his nineties
"""


def _question(line: str) -> tuple[str, list[str], list[str]]:
    """A line of the table: the question, its dates as written, and the days that they mean."""
    marked, *days = line.rsplit("   ", 1)
    written = [part.partition("]")[0] for part in marked.split("[")[1:]]
    return marked.replace("[", "").replace("]", "").strip(), written, days[0].split()


@for_each("line", [line.strip() for line in QUESTIONS.splitlines() if line.strip()])
def test_dates_in_a_question_are_found_with_their_prepositions(line: str) -> None:
    question, written, days = _question(line)
    found = find_dates(question, TODAY)
    assert [question[span.start : span.end] for span in found] == written
    assert [str(span.dates) for span in found] == [
        first if first == last else f"{first}..{last or first}" if last else first
        for first, _, last in (text.partition("..") for text in days)
    ]


@for_each("text", [text.strip() for line in NOT_DATES.splitlines() for text in line.split("|")])
def test_words_that_only_look_like_dates_are_left_alone(text: str) -> None:
    for question in (text, f"why {text} ?", text.lower()):
        assert find_dates(question, TODAY) == ()


@pytest.mark.parametrize(
    ("dated", "year", "amount"),
    [
        ("the 2018 teachers strike", 2018, "2000 teachers on strike"),
        ("in 2015 refugees in Greece", 2015, "in 2000 homes"),
        ("in 2015 people voted", 2015, "in 2000 people"),
        ("cuts 2015 budget", 2015, "cuts 2000 of its jobs"),
    ],
)
def test_a_round_number_of_what_can_be_counted_is_an_amount_where_another_is_a_year(
    dated: str, year: int, amount: str
) -> None:
    assert [span.dates.first.year for span in find_dates(dated, TODAY)] == [year]
    assert not find_dates(amount, TODAY)


def test_offsets_are_those_of_the_text_as_given() -> None:
    text = "İstanbul’da \U0001f30d “2015’s” worst — and “New Year’s Eve 2016”"
    assert [text[span.start : span.end] for span in find_dates(text, TODAY)] == ["2015’s", "New Year’s Eve 2016"]


def test_only_the_beginning_of_a_very_long_text_is_looked_at() -> None:
    text = "in May 2015 " + "x" * 4_000 + " in May 2016"
    assert [str(span.dates) for span in find_dates(text, TODAY)] == ["2015-05-01..2015-05-31"]


def test_a_date_that_is_cut_off_is_not_read_in_part() -> None:
    text = " " * 3_991 + "2015-12-23"  # the 4,000th character is the 2 of 23
    assert find_dates(text, TODAY) == ()


# Laws

fragments = st.sampled_from(
    """
    the of to and in on last this past next early mid late first half week weeks day month year years ago since after
    before between from until around may march monday christmas easter summer fall q3 23 12 2015 2016 people dead
    2015-12-23 2015-12 02/03/2015 the 90s 1990s 20th century decade , - .. / 's 23rd december decmber earthquake ( " é
    """.split()
)
texts = st.one_of(st.text(max_size=80), st.lists(fragments, max_size=14).map(" ".join))


@given(texts, st.dates())
def test_any_text_gives_spans_in_order_that_do_not_overlap(text: str, today: date) -> None:
    end = 0
    for span in find_dates(text, today):
        assert end <= span.start < span.end <= len(text)
        assert text[span.start : span.end].strip() == text[span.start : span.end]
        end = span.end


@given(st.dates(min_value=date(1800, 1, 1), max_value=date(2100, 12, 31)), st.dates())
def test_a_day_in_figures_is_found_wherever_it_stands(day: date, today: date) -> None:
    for question in (f"{day}", f"storm {day}", f"{day} storm", f"what happened on {day}?", f"storms ({day}) at sea"):
        (span,) = find_dates(question, today)
        assert (span.dates.first, span.dates.last) == (day, day)


def _calls(text: str) -> int:
    """How many functions run while dates are looked for: work, without the clock."""
    calls = 0

    def count(frame: FrameType, event: str, argument: object) -> None:
        nonlocal calls
        calls += event in ("call", "c_call")

    find_dates(text, TODAY)  # grammar and modules are ready
    before = sys.getprofile()
    sys.setprofile(count)
    try:
        find_dates(text, TODAY)
    finally:
        sys.setprofile(before)
    return calls


@pytest.mark.parametrize(
    "words",
    [
        *("1 to ", "the week after ", "2015 - ", "in the last 3 ", "early ", "between 1 may and ", "from may 1 to "),
        *("a day after the last week of ", "decmber 2 ", "the ", "2015-12-23/", "1-", "1.", "'", "the first half of "),
        *("since ", "twenty-", "9" * 10, "99,999,", "2015年", "just before ", "x'"),
    ],
)
def test_work_grows_with_the_length_of_the_text_and_no_faster(words: str) -> None:
    short, long = (_calls((words * 1_000)[:length]) for length in (150, 600))
    assert long < 5 * short + 300
    assert long < 150_000
