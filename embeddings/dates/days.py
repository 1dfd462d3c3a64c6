"""What the forms of single days mean.

Each function takes what its form in `embeddings.dates.forms` reads, by name; most return the days meant. They
raise RefusalError, or ValueError and OverflowError where the calendar ends.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import date

from embeddings.dates.ranges import (
    DAY,
    WEEK,
    YEAR_MONTHS,
    DateRange,
    RefusalError,
    Unit,
    calendar_period,
    day_exists,
    exact_day,
    from_to,
    latest_years,
    months_of,
    move_day,
    one_day,
    week_of,
)
from embeddings.said import Day, DayOfYear, Month, OneOf, Several, Weekday

Yearly = Callable[[int], date]  # a named day: its date in a year
LEAP_YEAR = 2000  # a year that has every day of the year
YEARS_OFFERED = 3  # for a day without a year


# With a year, or counted from today


def day_in_either_order(either_order: tuple[int, int, int], day_first: bool | None) -> DateRange:
    """23/12/2015 can only be 23 December; 02/03/2015 is one of two days unless `day_first` settles it."""
    a, b, year = either_order
    day_month, month_day = day_exists(year, b, a), day_exists(year, a, b)
    if day_month and month_day and a != b and day_first is None:
        raise _one_of(exact_day(year, b, a), exact_day(year, a, b))
    if month_day and not (day_month and day_first):
        return exact_day(year, a, b)
    # Where neither exists, complain about the reading whose month does.
    return exact_day(year, b, a) if day_month or b <= YEAR_MONTHS else exact_day(year, a, b)


def _one_of(*days: DateRange) -> RefusalError:
    choices = tuple(sorted(days))
    return _may_mean(choices, [Day(each.first) for each in days], [str(each) for each in choices])


def _may_mean(choices: tuple[DateRange, ...], meanings: Sequence[object], written: Sequence[str]) -> RefusalError:
    # Translators: {meanings} are two or more days, {written} the same as 2015-12-23 or 12-23.
    return RefusalError(
        "{words} may mean {meanings}; write {written}", choices, meanings=OneOf(tuple(meanings)),
        written=OneOf(tuple(written)),
    )  # fmt: skip


def day_with_short_year(short_date: tuple[int, int, int], today: date) -> DateRange:
    """23/12/15: raises an error that asks which century is meant, and which of the numbers is the day."""
    a, b, short = short_date
    years = full_year(short, today), full_year(short, today) - 100
    readings = {(year, *order) for year in years for order in ((a, b), (b, a)) if day_exists(year, *order)}
    if not readings:
        raise RefusalError("{words} is not a date; write the year first and in full, as in 2015-12-23")
    raise _one_of(*sorted(exact_day(*reading) for reading in readings))


def full_year(short: int, today: date) -> int:
    """The latest year with these last figures that is not after this year."""
    return today.year - (today.year - short) % 100


def day_of_short_year(day: int, month: int, short: int, today: date) -> DateRange:
    """`19-Nov-12`, where the month is a word: the latest year with these last figures."""
    return exact_day(full_year(short, today), month, day)


def weekday_and_day(weekday: int, day: DateRange) -> DateRange:
    if day.first.weekday() != weekday:
        # Translators: {words} is what somebody typed; {day} is that day, and {weekday} the name of its weekday.
        raise RefusalError(
            "{words} is not a date: {day} is a {weekday}", day=Day(day.first), weekday=Weekday(day.first.weekday())
        )
    return day


def latest_weekday(weekday: int, today: date) -> DateRange:
    """The latest one before today."""
    return one_day(today - ((today.weekday() - weekday - 1) % 7 + 1) * DAY)


def since_latest_weekday(weekday: int, today: date) -> DateRange:
    return from_to(latest_weekday(weekday, today).first, today)


def next_weekday(weekday: int, today: date) -> DateRange:
    return one_day(today + ((weekday - today.weekday() - 1) % 7 + 1) * DAY)


def this_weekday(weekday: int, today: date) -> DateRange:
    return one_day(week_of(today).first + weekday * DAY)


def stepped_weekday(step: int, weekday: int, today: date) -> DateRange:
    """The last, this or the next one, by the step of -1, 0 or 1."""
    return {-1: latest_weekday, 0: this_weekday, 1: next_weekday}[step](weekday, today)


def days_ago(days: int) -> Callable[[date], DateRange]:
    return lambda today: one_day(today - days * DAY)


def units_ago(count: int, unit: Unit, today: date) -> DateRange:
    """`two years ago` is one day."""
    return one_day(move_day(today, unit, -count))


def units_and_half_ago(count: int, unit: Unit, today: date) -> DateRange:
    """`two and a half years ago`."""
    half = Unit(unit.days // 2, unit.months // 2) if unit.months != 1 else Unit(15, 0)
    return two_units_ago(count, unit, 1, half, today)


def two_units_ago(count: int, unit: Unit, more: int, less: Unit, today: date) -> DateRange:
    """`a year and two months ago`."""
    return one_day(move_day(move_day(today, unit, -count), less, -more))


def half_a_year_ago(today: date) -> DateRange:
    return units_ago(6, Unit(0, 1), today)


def year_ago(today: date) -> DateRange:
    return units_ago(1, Unit(0, YEAR_MONTHS), today)


def this_day_in(year: int, today: date) -> DateRange:
    """`this day in 2010`."""
    return exact_day(year, today.month, today.day)


def weekday_before_last(weekday: int, today: date) -> DateRange:
    return latest_weekday(weekday, latest_weekday(weekday, today).first)


def weekday_of(weekday: int, week: DateRange) -> DateRange:
    """`Tuesday last week`; the week begins on Monday."""
    return one_day(week.first + weekday * DAY)


def weekday_of_calendar(calendar: tuple[Unit, int], weekday: int, today: date) -> DateRange:
    """`先週の金曜日`; a month or a year has several."""
    if calendar[0] != WEEK:
        raise RefusalError("{words} is not one date: only a week has one such day")
    return weekday_of(weekday, calendar_period(today, *calendar))


def weekday_before(weekday: int, days: DateRange) -> DateRange:
    """`the Friday before christmas 2015`."""
    return latest_weekday(weekday, days.first)


def weekday_after(weekday: int, days: DateRange) -> DateRange:
    return next_weekday(weekday, days.last)


def nth_weekday_of(ordinal: int, weekday: int, days: DateRange) -> DateRange:
    """`the first Monday of May 2012`.

    Raises:
        RefusalError: if the range has fewer of these weekdays.
    """
    day = next_weekday(weekday, days.first - DAY).first + 7 * (ordinal - 1) * DAY
    if day not in days:
        # Translators: {words} is what was typed, such as "the fifth Monday of May 2012"; {weekday} a weekday.
        raise RefusalError("{words} is not a date: it has fewer {weekday}s", weekday=Weekday(weekday))
    return one_day(day)


def last_weekday_of(weekday: int, days: DateRange) -> DateRange:
    """`the last Friday of May 2012`.

    Raises:
        RefusalError: if the range has none of these weekdays.
    """
    day = latest_weekday(weekday, days.last + DAY)
    if day.first not in days:
        # Translators: {weekday} is a weekday's name.
        raise RefusalError("{words} is not a date: it has no {weekday}", weekday=Weekday(weekday))
    return day


# Without a year


def day_of_year(month: int, day: int) -> tuple[int, int]:
    """A month and day; 29 February is allowed."""
    if 1 <= month <= YEAR_MONTHS and not day_exists(LEAP_YEAR, month, day):
        at_most = months_of(LEAP_YEAR, month).days
        raise RefusalError("{words} is not a date: {month} has {count} days", month=Month(month), count=at_most)
    exact_day(LEAP_YEAR, month, day)
    return month, day


def day_of_year_in_either_order(pair: tuple[int, int], today: date, day_first: bool | None) -> tuple[int, int]:
    """23/12 can only be 23 December, 02/03 is one of two days unless `day_first` settles it."""
    a, b = pair
    readings = _days_of_year(a, b)
    if len(readings) > 1 and day_first is not None:
        readings = [(b, a) if day_first else (a, b)]
    if len(readings) > 1:
        days = tuple(next(latest_years(today, *reading, 1)) for reading in readings)
        written = [f"{month:02}-{day:02}" for month, day in readings]
        raise _may_mean(tuple(sorted(days)), [DayOfYear(*reading) for reading in readings], written)
    return readings[0] if readings else day_of_year(b, a)


def _days_of_year(a: int, b: int) -> list[tuple[int, int]]:
    return sorted({(month, day) for month, day in ((a, b), (b, a)) if day_exists(LEAP_YEAR, month, day)})


def day_needs_year(month: int, day: int, today: date) -> DateRange:
    """Raises an error that asks which year is meant, and offers the last few."""
    day_of_year(month, day)
    raise _which_year(*latest_years(today, month, day, YEARS_OFFERED))


def day_month_needs_year(day_month: tuple[int, int], today: date) -> DateRange:
    day, month = day_month
    return day_needs_year(month, day, today)


def pair_needs_year(pair: tuple[int, int], today: date, day_first: bool | None) -> DateRange:
    """Raises an error that asks which year is meant by 23/12, and which day and year by 02/03."""
    a, b = pair
    readings = _days_of_year(a, b)
    if len(readings) > 1 and day_first is not None:
        readings = [(b, a) if day_first else (a, b)]
    if not readings:
        return day_needs_year(b, a, today)
    raise _which_year(*(day for reading in readings for day in latest_years(today, *reading, YEARS_OFFERED)))


def named_needs_year(named: Yearly, today: date) -> DateRange:
    days = (one_day(named(year)) for year in range(today.year, max(today.year - YEARS_OFFERED - 1, 0), -1))
    raise _which_year(*[day for day in days if day.first <= today][:YEARS_OFFERED])


def _which_year(*days: DateRange) -> RefusalError:
    choices = tuple(sorted(days))
    examples = tuple(map(str, choices)) or ("2015-12-23",)
    return RefusalError("{words} has no year; write which one, such as {examples}", choices, examples=Several(examples))


# With a name


def fixed(month: int, day: int) -> Callable[[], Yearly]:
    return lambda: lambda year: date(year, month, day)


def after_easter(days: int, *, orthodox: bool = False) -> Callable[[], Yearly]:
    def in_year(year: int) -> date:
        from dateutil.easter import EASTER_ORTHODOX, EASTER_WESTERN, easter  # few dates need it

        sunday: date = easter(year, EASTER_ORTHODOX if orthodox else EASTER_WESTERN)
        return sunday + days * DAY

    return lambda: in_year


def nth_weekday(ordinal: int, weekday: int, month: int, days_later: int = 0) -> Callable[[], Yearly]:
    """A feast on the nth weekday of a month, or some days after it."""

    def in_year(year: int) -> date:
        return nth_weekday_of(ordinal, weekday, months_of(year, month)).first + days_later * DAY

    return lambda: in_year


def last_weekday(weekday: int, month: int) -> Callable[[], Yearly]:
    return lambda: lambda year: last_weekday_of(weekday, months_of(year, month)).first


def day_of_this_year(named: Yearly, today: date) -> tuple[int, int]:
    """The month and day of a feast this year; some feasts move from year to year."""
    day = named(today.year)
    return day.month, day.day


def latest_named(named: Yearly, today: date) -> DateRange:
    """The latest one before today."""
    day = named(today.year)
    return one_day(day if day < today else named(today.year - 1))


def next_named(named: Yearly, today: date) -> DateRange:
    """The first one after today."""
    day = named(today.year)
    return one_day(day if day > today else named(today.year + 1))
