"""Words that only look like dates, and dates that do not look like any.

A date in a question only draws its events up a little, and its words are left out of what is searched for. So words
that are a name, a verb or an amount must stay words, while a year that names a law or a tournament may well be a date:
it is right nearly always, and hides nothing where it is wrong.
"""

from __future__ import annotations

from datetime import date

from embeddings.dates import find_dates, parse_range
from tests.rows import for_each

TODAY = date(2026, 11, 22)  # a Sunday

NO_DATES = """
    # a politician, an actor, a murder victim: the name is what is looked for
    Theresa May in Brussels
    prime minister May survives a confidence vote
    no confidence in May after the Brexit deal
    August Wilson play opens on Broadway
    April O'Neil in the turtles film
    June Brown dies
    January Jones interview
    Tuesday Weld film
    Wednesday Addams series
    Jan Kuciak murder trial
    Sun Yang doping ban
    Billie Joe Armstrong and Green Day: wake me up when September ends
    # places
    raid on Mar-a-Lago
    Christmas Island detention centre
    Easter Island statues
    Winter Park shooting
    Spring Hill fire
    # verbs and things that are spelt like a month or a season
    march on Rome
    dozens shot in march on parliament
    arrests in march against corruption
    what may happen in Syria
    this may be the last offer
    the fall of Kabul
    fall in oil prices
    rise and fall of the euro
    spring offensive in Ukraine
    summer camp flood
    # what happened is named after its season or day, but that was in another year or has no year here
    Prague Spring
    Arab Spring uprisings
    Bloody Sunday inquiry
    Black Friday crowds
    Ash Wednesday bushfires
    Good Friday Agreement
    Boxing Day tsunami
    Black September hijackers
    October Revolution
    Super Tuesday results
    9/11 commission
    26/11 attacks
    Friday the 13th film
    # a day without its year is the name of what happened then; the latest such day would be a wrong guess, and the
    # words are needed to find it
    may 7 general election
    sept 11 attacks
    25 January revolution
    Fourth of July parade shooting
    # what comes every week or year says nothing about when
    attack on Friday prayers
    bomb on Sunday mass
    Sunday Times rich list
    Monday night football
    Fridays for Future
    Thanksgiving parade
    New Year honours
    # titles
    1984 by Orwell
    Blade Runner 2049 premiere
    Tomorrow Never Dies
    12 years a slave
    28 days later
    seven years in Tibet
    The Day After Tomorrow
    One Hundred Years of Solitude
    # numbers that name things or count
    catch-22
    Boeing 747 crash
    flight 2015 missing
    Windows 2000 bug
    Windows Server 2012 flaw
    Peugeot 2008 recall
    500 dead
    2000 troops to Mali
    death toll passes 2000
    toll rises to 1900
    between 1900 and 2000 homes burnt
    UN resolution 1973
    Agenda 2030 summit
    G20 protests
    chapter 11 bankruptcy
    room 2012
    # parts and stretches of something that is not a date
    second half goals
    goal in the second half
    first quarter profits
    last minute winner
    the last days of Pompeii
    the turn of the screw
    the eve of the election
    the weekend before the vote
    the Friday before the vote
    a few days after the attack
    a year after the tsunami
    within a week of the quake
    ten years after the war
    the other side
    so far no survivors
"""

# The dates in brackets, and the days these mean.
DATES = """
    # a year that names what it belongs to: events of that year are looked for, and the boost hides no others
    a [2012] law on gatherings                                                      2012
    [2012] Olympics                                                                 2012
    Euro [2016] final                                                               2016
    Brazil [2014]                                                                   2014
    Expo [2010] Shanghai                                                            2010
    class [of 2015] shooting                                                        2015
    Hurricane Katrina [2005]                                                        2005
    [2019] novel coronavirus                                                        2019
    [2015]: a year of terror                                                        2015
    SARS-CoV-2 [2020]                                                               2020
    the [2008] financial crisis                                                     2008
    World Cup [2006] riot                                                           2006
    # words that are often none, beside a date
    the [march 2011] tsunami                                                        2011-03
    march [in march 2003] against the war                                           2003-03
    may resign [in may 2019]                                                        2019-05
    [may 7, 2015] general election                                                  2015-05-07
    [sept 11, 2001] attacks                                                         2001-09-11
    [sept 11 2001] attacks                                                          2001-09-11
    Theresa May [in May 2017]                                                       2017-05
    the fall of Kabul [in fall 2021]                                                2021-09..2021-11
    [spring 2011] uprisings of the Arab Spring                                      2011-03..2011-05
    Summer Olympics [in summer 2012]                                                2012-06..2012-08
    [Black Friday 2014] crowds                                                      2014-11-28
    [Boxing Day 2004] tsunami                                                       2004-12-26
    [Good Friday 2010] attack                                                       2010-04-02
    Sun, [Sun 23 Nov 2014] issue                                                    2014-11-23
    second half goal [in the second half of 2014]                                   2014-07..2014-12
    [friday 13 november 2015] Paris                                                 2015-11-13
    [13/11/2015] Paris                                                              2015-11-13
    bombing [on Sunday morning]                                                     2026-11-15
    shooting [on Friday night] in Munich                                            2026-11-20
    people killed [in 2015] people say                                              2015
    troops, 2000 of them, [in 2003]                                                 2003
    the toll [of 2010] earthquake in Haiti                                          2010
    Agenda 2030 summit [2015]                                                       2015
    flight 370 [march 2014]                                                         2014-03
    1984 by Orwell banned [in 2016]                                                 2016
    2,000 dead [in August 2013]                                                     2013-08
    # counted from the date in the question, not from today
    Wall Street slides [in early August 2002], below last month's bottom            2002-08-01..2002-08-10
    oil price [in June 2008] up on last year                                        2008-06
    [2016] vote repeated after last week's ruling                                   2016
"""


def _lines(table: str) -> list[str]:
    return [line.strip() for line in table.splitlines() if line.strip() and not line.strip().startswith("#")]


def test_a_date_that_counts_from_today_stands_beside_another_where_both_are_asked_for() -> None:
    found = find_dates("floods in June 2008 or last month", TODAY)
    assert [str(span.dates) for span in found] == ["2008-06-01..2008-06-30", "2026-10-01..2026-10-31"]


@for_each("sentence", _lines(NO_DATES))
def test_words_that_only_look_like_a_date_stay_words(sentence: str) -> None:
    for text in (sentence, sentence.lower(), f"what about {sentence}?"):
        assert find_dates(text, TODAY) == ()


@for_each("line", _lines(DATES))
def test_a_date_is_found_among_words_that_look_like_another_thing(line: str) -> None:
    marked, days = line.rsplit(maxsplit=1)
    sentence = marked.strip().replace("[", "").replace("]", "")
    [span] = find_dates(sentence, TODAY)
    assert f"[{sentence[span.start : span.end]}]" in marked
    assert span.dates == parse_range(days, TODAY)
