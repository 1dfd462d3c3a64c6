"""What the forms of weeks, months, years and other ranges of days mean.

Each function takes what its form in `embeddings.dates.forms` reads, by name, and returns the days meant. They
raise RefusalError, or ValueError and OverflowError where the calendar ends.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import MAXYEAR, date

from embeddings.dates.days import full_year
from embeddings.dates.ranges import (
    DAY,
    YEAR_MONTHS,
    DateRange,
    RefusalError,
    Unit,
    calendar_period,
    exact_day,
    from_to,
    months_of,
    move_day,
    one_day,
    part_of,
    stretch_after,
    stretch_before,
    week_of,
    years_of,
)

WEEK = Unit(7, 0)


# Months, years and longer


def month_or_two_years(year_month: tuple[int, int]) -> DateRange:
    """2015-12 is a month, 2015-16 two years; 2011-12 is a month because that is how months are written."""
    year, number = year_month
    return years_of(year, 2) if number > YEAR_MONTHS and _next_year(year, number) else months_of(year, number)


def month_or_years_with_slash(year_slash: tuple[int, int]) -> DateRange:
    """2015/12 is a month and 2015/16 two years; 2011/12 may be either."""
    year, number = year_slash
    if number > YEAR_MONTHS or not _next_year(year, number):
        return month_or_two_years(year_slash)
    month, years = months_of(year, number), years_of(year, 2)
    raise RefusalError(f"may mean a month or two years; write {year}-{number:02} or {year}..{year + 1}", (years, month))


def _next_year(year: int, number: int) -> bool:
    return number in (year + 1, (year + 1) % 100)


def whole_year(year: int) -> DateRange:
    return years_of(year)


def decade_from(decade: int) -> DateRange:
    return years_of(decade, 10)


def years_from_to(years: tuple[int, int]) -> DateRange:
    return from_to(years_of(years[0]).first, years_of(years[1]).last)


def quarter_of(quarter: int, year: int) -> DateRange:
    if not 1 <= quarter <= 4:
        raise RefusalError("is no date: a year has four quarters")
    return months_of(year, 3 * quarter - 2, 3)


def season_of(season: int, year: int) -> DateRange:
    """A season by its first month; the winter of 2015 ends in February 2016."""
    return months_of(year, season, 3)


def winter_of(season: int, numbers: tuple[int, int]) -> DateRange:
    """`winter 2015/16`."""
    year, number = numbers
    if season != YEAR_MONTHS or not _next_year(year, number):
        raise RefusalError("is no season; write its first year only, as in winter 2015")
    return season_of(season, year)


def last_season(season: int, today: date) -> DateRange:
    """The latest that has ended."""
    days = season_of(season, today.year)
    while days.last >= today:
        days = season_of(season, days.first.year - 1)
    return days


def this_season(season: int, today: date) -> DateRange:
    """The one that begins this year; in January and February, the winter that began last year."""
    winter_goes_on = season == YEAR_MONTHS and today.month < 3
    return season_of(season, today.year - winter_goes_on)


def latest_month(month: int, today: date) -> DateRange:
    """The latest that has ended, or has begun where it is this one."""
    return months_of(today.year - (month > today.month), month)


def next_month(month: int, today: date) -> DateRange:
    """The first of that name that has not begun."""
    return months_of(today.year + (month <= today.month), month)


def since_latest_month(month: int, today: date) -> DateRange:
    return since(latest_month(month, today), today)


def third_of_latest_month(third: int, month: int, today: date) -> DateRange:
    return part_of(latest_month(month, today), third, 3)


def latest_decade(short_decade: int, today: date) -> DateRange:
    """The latest that has begun: the nineties are the 1990s."""
    return years_of(full_year(short_decade, today), 10)


def third_of_decade(third: int, short_decade: int, today: date) -> DateRange:
    """`the mid-90s`."""
    return part_of(latest_decade(short_decade, today), third, 3)


def century_of(ordinal: int) -> DateRange:
    """The 20th century is 1901 to 2000."""
    if not 1 <= ordinal <= MAXYEAR // 100:
        raise RefusalError("is no date: years go to 9999")
    return years_of(100 * ordinal - 99, 100)


def iso_week(year: int, number: int) -> DateRange:
    try:
        return week_of(date.fromisocalendar(year, number, 1))
    except ValueError:
        raise RefusalError(f"is no date: {year} has no week {number}") from None


# Counted from today


def period(step: int) -> Callable[[Unit, date], DateRange]:
    """The calendar week, month and so on before (-1), of (0) or after (1) today's."""

    def meaning(period: Unit, today: date) -> DateRange:
        return calendar_period(today, period, step)

    return meaning


def past(count: int, unit: Unit, today: date) -> DateRange:
    """So many days, weeks and so on that end today, since today has news too."""
    if not count:
        raise RefusalError("is no date: it counts no days")
    return stretch_before(one_day(today + DAY), unit, count)


def earlier_this(period: Unit, today: date) -> DateRange:
    return DateRange(calendar_period(today, period, 0).first, today)


def weekend(step: int) -> Callable[[date], DateRange]:
    """Saturday and Sunday of last week (-1), this week (0) or next week (1)."""

    def meaning(today: date) -> DateRange:
        sunday = week_of(today).last + step * 7 * DAY
        return DateRange(sunday - DAY, sunday)

    return meaning


# Parts and neighbourhoods


def half_of(ordinal: int, days: DateRange) -> DateRange:
    if ordinal not in (1, 2):
        raise RefusalError("is no date: there are two halves")
    return part_of(days, ordinal - 1, 2)


def nth_week_of(ordinal: int, days: DateRange) -> DateRange:
    """The first week of a month is its first seven days."""
    if not 0 < 7 * ordinal <= days.days:
        raise RefusalError("is no date: it has fewer weeks")
    first = days.first + 7 * (ordinal - 1) * DAY
    return DateRange(first, first + 6 * DAY)


def first_unit_of(unit: Unit, days: DateRange) -> DateRange:
    return DateRange(days.first, min(days.last, move_day(days.first, unit, 1) - DAY))


def last_unit_of(unit: Unit, days: DateRange) -> DateRange:
    return DateRange(max(days.first, move_day(days.last + DAY, unit, -1)), days.last)


def week_around(days: DateRange) -> DateRange:
    """`the week of 23 December 2015`."""
    if days.days > 7:
        raise RefusalError("is no date: it is longer than a week")
    return DateRange(week_of(days.first).first, week_of(days.last).last)


def around(days: DateRange) -> DateRange:
    return DateRange(days.first - 3 * DAY, days.last + 3 * DAY)


def soon_after(days: DateRange) -> DateRange:
    """`just after`: within a week."""
    return stretch_after(days, WEEK, 1)


def soon_before(days: DateRange) -> DateRange:
    return stretch_before(days, WEEK, 1)


# Ranges


def days_of_month(first_day: int, day: int, month: int, year: int) -> DateRange:
    return from_to(exact_day(year, month, first_day).first, exact_day(year, month, day).last)


def days_of_year(first_month: int, first_day: int, month: int, day: int, year: int) -> DateRange:
    """Only the end has a year: `28 December to 2 January 2016` begins in 2015."""
    first_year = year - ((first_month, first_day) > (month, day))
    return from_to(exact_day(first_year, first_month, first_day).first, exact_day(year, month, day).last)


def months_of_year(first_month: int, month: int, year: int) -> DateRange:
    """`December to February 2016` begins in 2015."""
    return from_to(months_of(year - (first_month > month), first_month).first, months_of(year, month).last)


def quarters_of_year(first_quarter: int, quarter: int, year: int) -> DateRange:
    return from_to(quarter_of(first_quarter, year).first, quarter_of(quarter, year).last)


def since(days: DateRange, today: date) -> DateRange:
    return from_to(days.first, today)


def after(days: DateRange, today: date) -> DateRange:
    return from_to(days.last + DAY, today)


def until(days: DateRange) -> DateRange:
    return DateRange(date.min, days.last)


def before(days: DateRange) -> DateRange:
    return DateRange(date.min, days.first - DAY)
