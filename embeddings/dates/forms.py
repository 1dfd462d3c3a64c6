"""The forms of date expressions, as a table: how people write a date, and which days they mean.

The notation of the patterns is that of `embeddings.dates.grammar`, the classes are those of
`embeddings.dates.words`. Weeks begin on Monday, seasons are northern.
"""

from __future__ import annotations

from functools import cache

from embeddings.dates import days, periods
from embeddings.dates.grammar import Form, Grammar, Rules, Where
from embeddings.dates.ranges import (
    exact_day,
    from_to,
    months_of,
    move_range,
    one_day,
    part_of,
    stretch_after,
    stretch_before,
    years_of,
)

_TYPED, _ASKED = Where.TYPED, Where.ASKED
_TO = "to|-|..|until|till|through|thru"

RULES: Rules = {
    "year": (
        Form("YEAR"),
        Form("short:SHORT_YEAR", days.full_year),
    ),
    "named": (
        Form("christmas|xmas day?", days.fixed(12, 25)),
        Form("christmas|xmas eve", days.fixed(12, 24)),
        Form("boxing day", days.fixed(12, 26)),
        Form("new year|years 's|'? day?", days.fixed(1, 1)),
        Form("new year|years 's|'? eve", days.fixed(12, 31)),
        Form("valentine|valentines 's|'? day", days.fixed(2, 14)),
        Form("april fool|fools 's|'? day", days.fixed(4, 1)),
        Form("may day", days.fixed(5, 1)),
        Form("bastille day", days.fixed(7, 14)),
        Form("halloween|hallowe'en", days.fixed(10, 31)),
        Form("good friday", days.after_easter(-2)),
        Form("easter sunday|day?", days.after_easter(0)),
        Form("easter monday", days.after_easter(1)),
        Form("thanksgiving day?", days.thanksgiving),
    ),
    "day": (
        # with a year
        Form("YEAR_MONTH_DAY", lambda year_month_day: exact_day(*year_month_day)),
        Form("EITHER_ORDER", days.day_in_either_order),
        Form("DAY_MONTH_YEAR", lambda day_month_year: exact_day(*reversed(day_month_year))),
        Form("SHORT_DATE", days.day_with_short_year, _TYPED),
        Form("the? DAY of|-|/|.? MONTH of|-|/|,? <year>", exact_day),
        Form("the? day:ORDINAL of MONTH ,? <year>", exact_day),
        Form("MONTH -|the? DAY -|,|of? <year>", exact_day),
        Form("YEAR -|/|,? MONTH -|/? DAY", exact_day, _TYPED),
        Form("the? <named> of|,|in? YEAR", lambda named, year: one_day(named(year))),
        # counted from today
        Form("today|tonight", days.days_ago(0)),
        Form("this morning|afternoon|evening", days.days_ago(0)),
        Form("yesterday", days.days_ago(1)),
        Form("last night", days.days_ago(1)),
        Form("the? day before yesterday", days.days_ago(2)),
        Form("tomorrow", days.days_ago(-1)),
        Form("the? day after tomorrow", days.days_ago(-2)),
        Form("COUNT UNIT ago", days.units_ago),
        Form("last <named>", days.latest_named),
        Form("this <named>", lambda named, today: one_day(named(today.year))),
    ),
    "period": (
        Form("<day>"),
        Form("WEEKDAY ,? the? <day>", days.weekday_and_day, _TYPED),
        Form("<day> ,? WEEKDAY", days.weekday_and_day, _TYPED),
        Form("WEEKDAY ,? the? <day>", lambda weekday, day: day, _ASKED),  # right or wrong
        # weekdays
        Form("last weekday:WEEKDAY_NAME", days.latest_weekday),
        Form("this weekday:WEEKDAY_NAME", days.this_weekday),
        Form("next weekday:WEEKDAY_NAME", days.next_weekday),
        Form("last? WEEKDAY", days.latest_weekday, _TYPED),
        # weeks
        Form("YEAR_WEEK", lambda year_week: periods.iso_week(*year_week)),
        Form("week NUMBER of|,? YEAR", periods.iso_week),
        Form("the? last|past weekend", periods.weekend(-1)),
        Form("this weekend", periods.weekend(0)),
        Form("next weekend", periods.weekend(1)),
        # months
        Form("YEAR_MONTH", periods.month_or_two_years),
        Form("MONTH_YEAR", lambda month_year: months_of(*reversed(month_year))),
        Form("MONTH of|-|/|,? <year>", lambda month, year: months_of(year, month)),
        Form("the month of MONTH of|,? YEAR", lambda month, year: months_of(year, month)),
        Form("YEAR -|/|,? MONTH", lambda month, year: months_of(year, month), _TYPED),
        Form("last month:MONTH_NAME", periods.latest_month),
        Form("this month:MONTH_NAME", lambda month, today: months_of(today.year, month)),
        Form("next month:MONTH_NAME", periods.next_month),
        Form("last? MONTH", periods.latest_month, _TYPED),
        # quarters, halves and seasons
        Form("QUARTER of|-|/|,? YEAR", periods.quarter_of),
        Form("YEAR -|/|,? QUARTER", periods.quarter_of),
        Form("the? quarter:ORDINAL quarter of|,? YEAR", periods.quarter_of),
        Form("HALF of|-|/|,? YEAR", lambda half, year: part_of(years_of(year), half - 1, 2)),
        Form("YEAR -|/|,? HALF", lambda half, year: part_of(years_of(year), half - 1, 2)),
        Form("the? SEASON of|,|-? <year>", periods.season_of),
        Form("the? SEASON of? numbers:YEAR_SLASH|YEAR_MONTH|YEARS", periods.winter_of),
        Form("YEAR SEASON", periods.season_of, _TYPED),
        Form("last SEASON", periods.last_season),
        Form("this SEASON", periods.this_season),
        # years
        Form("YEAR", periods.whole_year),
        Form("the? year YEAR", periods.whole_year),
        Form("YEARS", periods.years_from_to),
        Form("YEAR_SLASH", periods.month_or_years_with_slash, _TYPED),
        # decades and centuries
        Form("the? DECADE", periods.decade_from),
        Form("the short_decade:SHORT_DECADE|DECADE_NAME", periods.latest_decade),
        Form("short_decade:SHORT_DECADE|DECADE_NAME", periods.latest_decade, _TYPED),
        Form("the? ORDINAL -? century", periods.century_of),
        Form("the? twenty -? first -? century", lambda: periods.century_of(21)),
        # counted from today
        Form("the? last PERIOD", periods.period(-1)),
        Form("this PERIOD", periods.period(0)),
        Form("the? next PERIOD", periods.period(1)),
        Form("the? past PERIOD", lambda period, today: periods.past(1, period, today)),
        Form("the? last|past count:NUMBER UNIT", periods.past),
        Form("earlier this PERIOD", periods.earlier_this),
        # what asks for its year
        Form("the? DAY of|-|.? MONTH", days.day_needs_year, _TYPED),
        Form("MONTH -|the? DAY", days.day_needs_year, _TYPED),
        Form("month:DAY - DAY", days.day_needs_year, _TYPED),
        Form("DAY_MONTH", days.day_month_needs_year, _TYPED),
        Form("PAIR", days.pair_needs_year, _TYPED),
        Form("<named>", days.named_needs_year, _TYPED),
    ),
    "part": (
        Form("<period>"),
        Form("the? THIRD -? the? days:<period>", lambda third, days: part_of(days, third, 3)),
        Form("the? THIRD -? short_decade:SHORT_DECADE|DECADE_NAME", periods.third_of_decade),
        Form("the? EDGE of the? days:<period>", lambda edge, days: part_of(days, edge, 3)),
        Form("the? ORDINAL half of the? days:<period>", periods.half_of),
        Form("the? ORDINAL week of the? days:<period>", periods.nth_week_of),
        Form("the? first UNIT of the? days:<period>", periods.first_unit_of),
        Form("the? last UNIT of the? days:<period>", periods.last_unit_of),
        Form("the? week of the? days:<period>", periods.week_around),
    ),
    "point": (
        Form("<part>"),
        # one day (or month, …) at a distance
        Form("COUNT UNIT after|from <part>", lambda count, unit, part: move_range(part, unit, count)),
        Form("COUNT UNIT before <part>", lambda count, unit, part: move_range(part, unit, -count)),
        # with "the", all the time between
        Form("the UNIT after|following <part>", lambda unit, part: stretch_after(part, unit, 1)),
        Form("the UNIT before <part>", lambda unit, part: stretch_before(part, unit, 1)),
        Form("the NUMBER UNIT after <part>", lambda number, unit, part: stretch_after(part, unit, number)),
        Form("the NUMBER UNIT before <part>", lambda number, unit, part: stretch_before(part, unit, number)),
        Form("just|shortly|soon|right after days:<part>", periods.soon_after),
        Form("just|shortly|right before days:<part>", periods.soon_before),
        Form("around|about|circa days:<part>", periods.around),
        Form("c|ca .? days:<part>", periods.around, _TYPED),
    ),
    "span": (
        Form("<point>"),
        Form(f"from? a:<point> {_TO} b:<point>", lambda a, b: from_to(a.first, b.last)),
        Form("a:<point> / b:<point>", lambda a, b: from_to(a.first, b.last), _TYPED),
        Form("between a:<point> and b:<point>", lambda a, b: from_to(a.first, b.last)),
        # the year, and perhaps the month, is said once
        Form(f"from? the? first_day:DAY {_TO} the? DAY of|.? MONTH ,? YEAR", periods.days_of_month),
        Form("between the? first_day:DAY and the? DAY of|.? MONTH ,? YEAR", periods.days_of_month),
        Form(f"from? MONTH first_day:DAY {_TO} DAY ,? YEAR", periods.days_of_month),
        Form("between MONTH first_day:DAY and DAY ,? YEAR", periods.days_of_month),
        Form(f"from? first_day:DAY of? first_month:MONTH {_TO} DAY of? MONTH ,? YEAR", periods.days_of_year),
        Form("between first_day:DAY of? first_month:MONTH and DAY of? MONTH ,? YEAR", periods.days_of_year),
        Form(f"from? first_month:MONTH first_day:DAY {_TO} MONTH DAY ,? YEAR", periods.days_of_year),
        Form("between first_month:MONTH first_day:DAY and MONTH DAY ,? YEAR", periods.days_of_year),
        Form(f"from? first_month:MONTH {_TO} MONTH of|,? YEAR", periods.months_of_year),
        Form("between first_month:MONTH and MONTH of|,? YEAR", periods.months_of_year),
        Form(f"from? first_quarter:QUARTER {_TO} QUARTER of|,? YEAR", periods.quarters_of_year),
        # open at one end
        Form("ever? since days:<point>", periods.since),
        Form("from days:<point> on|onward|onwards", periods.since),
        Form("days:<point> onward|onwards", periods.since),
        Form(f"from? days:<point> {_TO} the? now|present", periods.since),
        Form("after days:<point>", periods.after),
        Form("until|till|by|through|thru days:<point>", periods.until),
        Form("up to days:<point>", periods.until),
        Form("before days:<point>", periods.before),
    ),
    "expression": (
        Form("<span>"),
        Form("in|on|during|at|over|throughout|within the? <point>"),
    ),
    "expression in a question": (
        Form("<expression>"),
        Form("<expression> 's"),
        Form("of|from|for|dated the? <point>"),
        Form("back in|on|during the? <point>"),
        # without a year
        Form("in|during month:MONTH_NAME", periods.latest_month),
        Form("in|during THIRD -? month:MONTH_NAME", periods.third_of_latest_month),
        Form("since month:MONTH_NAME", periods.since_latest_month),
        Form("on weekday:WEEKDAY_NAME", days.latest_weekday),
        Form("since weekday:WEEKDAY_NAME", days.since_latest_weekday),
    ),
    "day of the year": (
        Form("the? DAY of|-|/|.? MONTH", days.day_of_year),
        Form("the? day:ORDINAL of MONTH", days.day_of_year),
        Form("MONTH -|/|the? DAY", days.day_of_year),
        Form("month:DAY - DAY", days.day_of_year),
        Form("DAY_MONTH", lambda day_month: days.day_of_year(*reversed(day_month))),
        Form("PAIR", days.day_of_year_in_either_order),
        Form("<named>", days.day_of_this_year),
    ),
}  # fmt: skip


@cache
def typed_grammar() -> Grammar:
    """For a text that is a date and nothing else."""
    return Grammar(RULES, _TYPED)


@cache
def question_grammar() -> Grammar:
    """For the dates inside a question."""
    return Grammar(RULES, _ASKED)
