from __future__ import annotations

import datetime as dt

from embeddings.search.questions import understand
from tests.rows import for_each

TODAY = dt.date(2026, 11, 22)

ONLY_DATES = """
    what happened on 25 November 2016 | 2016-11-25..2016-11-25
    whats happening on 2003-03-20 | 2003-03-20..2003-03-20
    tell me about 15/04/2013 | 2013-04-15..2013-04-15
    news about 17 December 2011 | 2011-12-17..2011-12-17
    do you know anything about 3 May 2007? | 2007-05-03..2007-05-03
    anything important in May 2012? | 2012-05-01..2012-05-31
    what were the biggest events of 2008 | 2008-01-01..2008-12-31
    what went on in August 2021 | 2021-08-01..2021-08-31
    what made headlines in late 2019 | 2019-09-01..2019-12-31
    breaking news 7 July 2005 | 2005-07-07..2005-07-07
    an overview of 2014 please | 2014-01-01..2014-12-31
    2007 | 2007-01-01..2007-12-31
"""
OTHERS = """
    what happened in Benghazi in 2012 | 2012-01-01..2012-12-31
    news about Russia in 2014 | 2014-01-01..2014-12-31
    WHO in 2020 | 2020-01-01..2020-12-31
    attacks about 15 April 2013 | 2013-04-12..2013-04-18
    going to Mars in 2015 | 2015-01-01..2015-12-31
"""


def _rows(table: str) -> list[tuple[str, str]]:
    return [(query.strip(), days.strip()) for query, days in (line.split("|") for line in table.strip().splitlines())]


@for_each(("query", "days"), _rows(ONLY_DATES))
def test_a_question_that_is_only_a_date_in_other_words_asks_for_all_that_happened_then(query: str, days: str) -> None:
    question = understand(query, TODAY)
    assert [f"{dates.first}..{dates.last}" for dates in question.dates] == [days]
    assert question.only_dates


@for_each(("query", "days"), _rows(OTHERS))
def test_a_question_for_something_in_particular_is_not_only_a_date(query: str, days: str) -> None:
    question = understand(query, TODAY)
    assert [f"{dates.first}..{dates.last}" for dates in question.dates] == [days]
    assert not question.only_dates
