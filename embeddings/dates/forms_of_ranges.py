"""The forms of ranges of days, as a table: from one date to another, and all that came before or after one.

They stand between the rules of `embeddings.dates.forms` and are written like these.
"""

from __future__ import annotations

from datetime import date

from embeddings.dates import forms_abroad, periods
from embeddings.dates.grammar import Form, Rules, Where
from embeddings.dates.ranges import DAY, DateRange, exact_day, from_to, months_of, one_day

_TYPED = Where.TYPED
_TO = "to|-|..|until|till|through|thru"
TO_OR = f"{_TO}|or"

RULES: Rules = {
    "start": (
        Form("ever? since days:<point>", lambda days: days.first),
        Form("after days:<point>", lambda days: days.last + DAY),
        Form("later than days:<point>", lambda days: days.last + DAY),
        Form("no|not earlier|sooner than days:<point>", lambda days: days.first),
        Form("not before|until|till days:<point>", lambda days: days.first),
        Form("post -? days:<point>", lambda days: days.last + DAY, _TYPED),  # not "pre-1967 borders"
        *forms_abroad.STARTS,
    ),
    "stop": (
        Form("until|till|by|through|thru days:<point>", lambda days: days.last),
        Form("up to days:<point>", lambda days: days.last),
        Form("no|not later than days:<point>", lambda days: days.last),
        Form("not after days:<point>", lambda days: days.last),
        Form("before days:<point>", lambda days: days.first - DAY),
        Form("prior to days:<point>", lambda days: days.first - DAY),
        Form("earlier than days:<point>", lambda days: days.first - DAY),
        Form("pre -? days:<point>", lambda days: days.first - DAY, _TYPED),
        *forms_abroad.STOPS,
    ),
    "yearless": (  # functions from a year to days
        Form("MONTH", lambda month: lambda year: months_of(year, month)),
        Form("the? DAY of? MONTH", lambda day, month: lambda year: exact_day(year, month, day)),
        Form("MONTH the? DAY", lambda day, month: lambda year: exact_day(year, month, day)),
        Form("QUARTER", lambda quarter: lambda year: periods.quarter_of(quarter, year)),
        Form("the? SEASON", lambda season: lambda year: periods.season_of(season, year)),
        Form("<named>", lambda named: lambda year: one_day(named(year))),
    ),
    "said_once": (  # the year, and perhaps the month
        Form(f"from? the? first_day:DAY {TO_OR} the? DAY of|.? MONTH ,? <year>", periods.days_of_month),
        Form("the? PAIR of? MONTH ,? <year>", periods.pair_of_days),
        Form("between the? first_day:DAY and the? DAY of|.? MONTH ,? <year>", periods.days_of_month),
        Form(f"from? MONTH first_day:DAY {TO_OR} DAY ,? <year>", periods.days_of_month),
        Form("between MONTH first_day:DAY and DAY ,? <year>", periods.days_of_month),
        Form(f"from? the? first_day:DAY of? first_month:MONTH {_TO} the? DAY of? MONTH ,? <year>",
             periods.days_of_year),
        Form("between first_day:DAY of? first_month:MONTH and DAY of? MONTH ,? <year>", periods.days_of_year),
        Form(f"from? first_month:MONTH first_day:DAY {_TO} MONTH DAY ,? <year>", periods.days_of_year),
        Form("between first_month:MONTH first_day:DAY and MONTH DAY ,? <year>", periods.days_of_year),
        Form(f"from? first_month:MONTH {TO_OR}|/ MONTH of|,? <year>", periods.months_of_year),
        Form("first_month:MONTH and|& MONTH of|,? <year>", periods.neighbouring_months),
        Form("between first_month:MONTH and MONTH of|,? <year>", periods.months_of_year),
        Form(f"from? first_quarter:QUARTER {_TO} QUARTER of|,? <year>", periods.quarters_of_year),
    ),
    "span": (
        # the second half takes its year from the first
        Form(f"YEAR ,? from? a:<yearless> {_TO} b:<yearless>", periods.from_to_within),
        Form(f"from? a:<point> {_TO} b:<yearless>", periods.from_to_next),
        Form("<point>"),
        Form(f"from? a:<point> {_TO} b:<point>", lambda a, b: from_to(a.first, b.last)),
        Form("a:<point> / b:<point>", lambda a, b: from_to(a.first, b.last), _TYPED),
        Form("between YEARS", periods.years_from_to),
        Form("between a:<point> and b:<point>", lambda a, b: from_to(a.first, b.last)),
        *forms_abroad.SPANS,
        Form("<said_once>"),
        # open at one end, or closed by another word
        Form("<start>", periods.from_then_on),
        Form("<stop>", lambda stop: DateRange(date.min, stop)),
        Form("first:<start> and|but|,? last:<stop>", from_to),
        Form("last:<stop> and|but|, first:<start>", from_to),
        Form("first:<start> to|-|.. days:<point>", lambda first, days: from_to(first, days.last)),
        Form("from days:<point> on|onward|onwards", periods.since),
        Form("days:<point> onward|onwards", periods.since),
        Form("days:<point> or|and later", periods.since),
        Form(f"from|since? days:<point> {_TO} the? now|present|date", periods.since),
        Form("days:<point> or|and earlier", lambda days: DateRange(date.min, days.last)),
    ),
}  # fmt: skip
