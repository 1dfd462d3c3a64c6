"""What the forms of weeks and weekends mean.

Each function takes what its form in `embeddings.dates.forms` reads, by name, and returns the days meant, or a
function that does. They raise RefusalError, or ValueError and OverflowError where the calendar ends.
"""

from __future__ import annotations

from calendar import SATURDAY, SUNDAY, WEDNESDAY
from collections.abc import Callable
from datetime import date

from embeddings.dates.days import (
    Yearly,
    after_easter,
    last_weekday_of,
    latest_weekday,
    next_weekday,
    nth_weekday_of,
)
from embeddings.dates.ranges import (
    DAY,
    WEEK,
    DateRange,
    RefusalError,
    calendar_period,
    one_day,
    week_of,
)


def iso_week(year: int, number: int) -> DateRange:
    try:
        return week_of(date.fromisocalendar(year, number, 1))
    except ValueError:
        raise RefusalError(
            "{words} is not a date: {year} has no week {number}", year=str(year), number=str(number)
        ) from None


def week(step: int) -> Callable[[date], DateRange]:
    """Last week (-1), this week (0) or next week (1)."""
    return lambda today: calendar_period(today, WEEK, step)


def weeks_ago(count: int, today: date) -> DateRange:
    return week(-count)(today)


def week_around(days: DateRange) -> DateRange:
    """`the week of 23 December 2015`."""
    if days.days > 7:
        raise RefusalError("{words} is not a date: it is longer than a week")
    return DateRange(week_of(days.first).first, week_of(days.last).last)


def week_from(day: DateRange) -> DateRange:
    """`the week beginning 9 November 2015`: seven days, whatever weekday that is."""
    return DateRange(day.first, day.first + 6 * DAY)


def week_until(day: DateRange) -> DateRange:
    return DateRange(day.last - 6 * DAY, day.last)


def weekend(step: int) -> Callable[[date], DateRange]:
    """Saturday and Sunday of last week (-1), this week (0) or next week (1)."""
    return lambda today: _weekend_until(week_of(today).last + step * 7 * DAY)


def nth_weekend_of(ordinal: int, days: DateRange) -> DateRange:
    """The weekend with the nth Saturday in a range."""
    saturday = nth_weekday_of(ordinal, SATURDAY, days).first
    return _weekend_until(saturday + DAY)


def last_weekend_of(days: DateRange) -> DateRange:
    return _weekend_until(last_weekday_of(SATURDAY, days).first + DAY)


def weekend_around(days: DateRange) -> DateRange:
    """`the weekend of 14 November 2015`."""
    return _weekend_until(week_around(days).last)


def weekend_before(days: DateRange) -> DateRange:
    return _weekend_until(latest_weekday(SUNDAY, days.first).first)


def weekend_after(days: DateRange) -> DateRange:
    return _weekend_until(next_weekday(SATURDAY, days.last).first + DAY)


def easter_weekend(year: int) -> DateRange:
    """Good Friday to Easter Monday."""
    return DateRange(after_easter(-2)()(year), after_easter(1)()(year))


def weekend_with(named: Yearly, year: int) -> DateRange:
    """A feast and the weekend nearest to it, with the days between: `thanksgiving weekend 2013`."""
    day = named(year)
    weekend = weekend_before(one_day(day)) if day.weekday() < WEDNESDAY else _weekend_until(week_of(day).last)
    return DateRange(min(day, weekend.first), max(day, weekend.last))


def _weekend_until(sunday: date) -> DateRange:
    return DateRange(sunday - DAY, sunday)
