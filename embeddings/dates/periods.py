"""What the forms of months, years and other ranges of days mean.

Each function takes what its form in `embeddings.dates.forms` reads, by name, and returns the days meant. They
raise RefusalError, or ValueError and OverflowError where the calendar ends.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import MAXYEAR, date

from embeddings.dates.days import full_year
from embeddings.dates.ranges import (
    DAY,
    WEEK,
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
    years_of,
)

_YEAR_DAYS = 365
FEW, FEW_AT_MOST = 2, 5  # "a few days" are so many, as people use it


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
    raise RefusalError(
        "{words} is ambiguous: for the month write {month}, for the two years {years}", (years, month),
        month=f"{year}-{number:02}", years=f"{year}..{year + 1}",
    )  # fmt: skip


def _next_year(year: int, number: int) -> bool:
    return number in (year + 1, (year + 1) % 100)


def whole_year(year: int) -> DateRange:
    return years_of(year)


def before_our_era(number: int) -> DateRange:
    return years_of(1 - number)


def spelt_year(hundreds: int, numeral: int) -> DateRange:
    """`twenty fifteen`, `nineteen eighty-four`, `two thousand and five`."""
    if not 1 <= numeral < 100:
        raise RefusalError("{words} is not a date; write the year in figures")
    return years_of(hundreds + numeral)


def month_of(year: int, month: int) -> DateRange:
    return months_of(year, month)


def decade_or_year(year: int) -> DateRange:
    """`les années 1990` are ten, `la década de 2015` is none."""
    if year % 10:
        raise RefusalError("{words} is not a date; write the first year of the decade, as in 1990")
    return years_of(year, 10)


def decade_from(decade: int) -> DateRange:
    return years_of(decade, 10)


def years_from_to(years: tuple[int, int]) -> DateRange:
    return from_to(years_of(years[0]).first, years_of(years[1]).last)


def quarter_of(quarter: int, year: int) -> DateRange:
    if not 1 <= quarter <= 4:
        raise RefusalError("{words} is not a date: a year has four quarters")
    return months_of(year, 3 * quarter - 2, 3)


def latest_quarter(quarter: int, today: date) -> DateRange:
    """The latest that has ended, or has begun where it is this one."""
    days = quarter_of(quarter, today.year)
    return days if days.first <= today else quarter_of(quarter, today.year - 1)


def latest_half(half: int, today: date) -> DateRange:
    days = part_of(years_of(today.year), half - 1, 2)
    return days if days.first <= today else part_of(years_of(today.year - 1), half - 1, 2)


def academic_year(numbers: tuple[int, int]) -> DateRange:
    """`the academic year 2015/16`: September to August."""
    year, number = numbers
    if not _next_year(year, number):
        raise RefusalError("{words} is not a school year; write two years that follow each other, as in 2015/16")
    return months_of(year, 9, YEAR_MONTHS)


def season_of(season: int, year: int) -> DateRange:
    """A season by its first month; the winter of 2015 ends in February 2016."""
    return months_of(year, season, 3)


def winter_of(season: int, numbers: tuple[int, int]) -> DateRange:
    """`winter 2015/16`."""
    year, number = numbers
    if season != YEAR_MONTHS or not _next_year(year, number):
        raise RefusalError("{words} is not a season; write its first year only, as in winter 2015")
    return season_of(season, year)


def winter_of_short_years(season: int, pair: tuple[int, int], today: date) -> DateRange:
    """`winter 14/15`."""
    return winter_of(season, (full_year(pair[0], today), pair[1]))


def seasons_of_year(first_season: int, season: int, year: int) -> DateRange:
    """`winter or spring 2013` begins in 2012."""
    return from_to(season_of(first_season, year - (first_season > season)).first, season_of(season, year).last)


def season_before_last(season: int, today: date) -> DateRange:
    return season_of(season, last_season(season, today).first.year - 1)


def last_season(season: int, today: date) -> DateRange:
    """The latest that has ended."""
    days = season_of(season, today.year)
    while days.last >= today:
        days = season_of(season, days.first.year - 1)
    return days


def stepped_season(step: int, season: int, today: date) -> DateRange:
    if step > 0:
        raise RefusalError("{words} is not a date that has been; write its year")
    return last_season(season, today) if step else this_season(season, today)


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


def stepped_month(step: int, month: int, today: date) -> DateRange:
    """The last, this or the next one, by the step of -1, 0 or 1."""
    return next_month(month, today) if step > 0 else latest_month(month, today)


def since_latest_month(month: int, today: date) -> DateRange:
    return since(latest_month(month, today), today)


def third_of_latest_month(third: int, month: int, today: date) -> DateRange:
    return part_of(latest_month(month, today), third, 3)


def latest_decade(short_decade: int, today: date) -> DateRange:
    """The latest that has begun: the nineties are the 1990s."""
    if short_decade % 10:
        raise RefusalError("{words} is not a decade: its years end with 0, as in the 90s")
    return years_of(full_year(short_decade, today), 10)


def third_of_decade(third: int, short_decade: int, today: date) -> DateRange:
    """The early (`third` is 0), middle (1) or late (2) third of a decade, as in `the mid-90s`."""
    return part_of(latest_decade(short_decade, today), third, 3)


def century_of(ordinal: int) -> DateRange:
    """The 20th century is 1901 to 2000."""
    if not 1 <= ordinal <= MAXYEAR // 100:
        raise RefusalError("{words} is not a date: years go to 9999")
    return years_of(100 * ordinal - 99, 100)


def turn_of_century(ordinal: int) -> DateRange:
    """The turn of the 20th century: 1900, and a year either side."""
    century = century_of(ordinal).first.year - 1
    return years_of(century - 1, 3)


def turn_of_this_century(today: date) -> DateRange:
    return turn_of_century(today.year // 100 + 1)


# Counted from today


def stepped(step: int, period: Unit, today: date) -> DateRange:
    return calendar_period(today, period, step)


def period(step: int) -> Callable[[Unit, date], DateRange]:
    """The calendar week, month and so on before (-1), of (0) or after (1) today's."""

    def meaning(period: Unit, today: date) -> DateRange:
        return calendar_period(today, period, step)

    return meaning


def past(count: int, unit: Unit, today: date) -> DateRange:
    """So many days, weeks and so on that end today, since today has news too."""
    if not count:
        raise RefusalError("{words} is not a date: it counts no days")
    return stretch_before(one_day(today + DAY), unit, count)


def coming(number: int, unit: Unit, today: date) -> DateRange:
    """`the next two weeks`, from tomorrow."""
    return stretch_after(one_day(today), unit, number)


def past_hours(count: int, today: date) -> DateRange:
    """`the last 24 hours`: days are the finest that is known, so yesterday and today."""
    return DateRange(today - -(-count // 24) * DAY, today)


def few_ago(unit: Unit, today: date) -> DateRange:
    return few_before(unit, one_day(today))


def some_days_ago(today: date) -> DateRange:
    return few_ago(Unit(1, 0), today)


def earlier_this(period: Unit, today: date) -> DateRange:
    return DateRange(calendar_period(today, period, 0).first, today)


def later_this(period: Unit, today: date) -> DateRange:
    return DateRange(today, calendar_period(today, period, 0).last)


def period_around(distance: DateRange, period: Unit) -> DateRange:
    """`five years ago this week`: the week, month and so on of the day so far from today."""
    return calendar_period(distance.first, period, 0)


def this_period_in(period: Unit, year: int, today: date) -> DateRange:
    """`this week in 2010`."""
    return calendar_period(move_day(today, Unit(0, YEAR_MONTHS), year - today.year), period, 0)


# Parts and neighbourhoods


def half_of(ordinal: int, days: DateRange) -> DateRange:
    if ordinal not in (1, 2):
        raise RefusalError("{words} is not a date: there are two halves")
    return part_of(days, ordinal - 1, 2)


def thirds(first_third: int, third: int, days: DateRange) -> DateRange:
    """`mid to late 2013`."""
    return from_to(part_of(days, first_third, 3).first, part_of(days, third, 3).last)


def nth_unit_of(ordinal: int, unit: Unit, days: DateRange) -> DateRange:
    """The first week of a month is its first seven days."""
    first = move_day(days.first, unit, ordinal - 1)
    found = DateRange(first, move_day(first, unit, 1) - DAY)
    if found.last > days.last or not ordinal:
        raise RefusalError("{words} is not a date: it is not that long")
    return found


def first_units_of(number: int, unit: Unit, days: DateRange) -> DateRange:
    """`the first three days of 2013`; all of the days where they are fewer."""
    return DateRange(days.first, min(days.last, move_day(days.first, unit, number) - DAY))


def last_units_of(number: int, unit: Unit, days: DateRange) -> DateRange:
    return DateRange(max(days.first, move_day(days.last + DAY, unit, -number)), days.last)


def around(days: DateRange) -> DateRange:
    return DateRange(days.first - 3 * DAY, days.last + 3 * DAY)


def within(count: int, unit: Unit, days: DateRange) -> DateRange:
    """`within a week of 4 July 2012`: so far before and after."""
    return DateRange(move_day(days.first, unit, -count), move_day(days.last, unit, count))


def few_before(unit: Unit, days: DateRange) -> DateRange:
    return DateRange(move_day(days.first, unit, -FEW_AT_MOST), move_day(days.first, unit, -FEW))


def few_after(unit: Unit, days: DateRange) -> DateRange:
    return DateRange(move_day(days.last, unit, FEW), move_day(days.last, unit, FEW_AT_MOST))


def soon_after(days: DateRange) -> DateRange:
    """`just after`: within a week."""
    return stretch_after(days, WEEK, 1)


def soon_before(days: DateRange) -> DateRange:
    return stretch_before(days, WEEK, 1)


def run_up_to(days: DateRange) -> DateRange:
    """`the run-up to christmas 2016`: the week before, and the day itself."""
    return DateRange(days.first - 7 * DAY, days.first)


# Ranges


def from_to_within(year: int, a: Callable[[int], DateRange], b: Callable[[int], DateRange]) -> DateRange:
    """`2015 Nov-Dec`; the end of `2015 Nov-Feb` is in the year after."""
    return from_to_next(a(year), b)


def from_to_next(a: DateRange, b: Callable[[int], DateRange]) -> DateRange:
    """`March 2015 to May`: to the first May from there on.

    Raises:
        RefusalError: if the first half is a whole year or longer, which says nothing about the year of the second.
    """
    if a.days >= _YEAR_DAYS:
        raise RefusalError("{words} is not a range: the year of its end is missing")
    days = b(a.first.year)
    return from_to(a.first, (days if days.last > a.last else b(a.first.year + 1)).last)


def days_of_month(first_day: int, day: int, month: int, year: int) -> DateRange:
    return from_to(exact_day(year, month, first_day).first, exact_day(year, month, day).last)


def pair_of_days(pair: tuple[int, int], month: int, year: int) -> DateRange:
    """`23/24 December 2015`."""
    return days_of_month(pair[0], pair[1], month, year)


def days_of_year(first_month: int, first_day: int, month: int, day: int, year: int) -> DateRange:
    """Only the end has a year: `28 December to 2 January 2016` begins in 2015."""
    first_year = year - ((first_month, first_day) > (month, day))
    return from_to(exact_day(first_year, first_month, first_day).first, exact_day(year, month, day).last)


def months_of_year(first_month: int, month: int, year: int) -> DateRange:
    """`December to February 2016` begins in 2015."""
    return from_to(months_of(year - (first_month > month), first_month).first, months_of(year, month).last)


def neighbouring_months(first_month: int, month: int, year: int) -> DateRange:
    """`May and June 2012`; of `March and June 2012` the first has no year."""
    if (month - first_month) % YEAR_MONTHS != 1:
        raise RefusalError("{words} is not one date: months lie between; write them one by one, or as a range with to")
    return months_of_year(first_month, month, year)


def quarters_of_year(first_quarter: int, quarter: int, year: int) -> DateRange:
    return from_to(quarter_of(first_quarter, year).first, quarter_of(quarter, year).last)


def from_then_on(start: date, today: date) -> DateRange:
    return from_to(start, today)


def since(days: DateRange, today: date) -> DateRange:
    return from_then_on(days.first, today)
