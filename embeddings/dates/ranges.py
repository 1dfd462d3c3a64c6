"""Ranges of days, and the arithmetic of the calendar on them."""

from __future__ import annotations

from calendar import monthrange
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from typing import NamedTuple

from embeddings.said import Day, Month

DAY = timedelta(days=1)
YEAR_MONTHS = 12
DECADE_MONTHS = 120
CENTURY_MONTHS = 1200


@dataclass(frozen=True, slots=True, order=True)
class DateRange:
    """The days from `first` to `last`, both included; in text `2015-12-23` or `2015-12-01..2015-12-31`.

    Raises:
        ValueError: if `first` is after `last`.
    """

    first: date
    last: date

    def __post_init__(self) -> None:
        if self.first > self.last:
            raise ValueError(f"first day {self.first} is after last day {self.last}")

    def __contains__(self, day: date) -> bool:
        return self.first <= day <= self.last

    def __str__(self) -> str:
        return str(self.first) if self.first == self.last else f"{self.first}..{self.last}"

    @property
    def days(self) -> int:
        """How many days the range holds, at least 1."""
        return (self.last - self.first).days + 1

    def widened(self, days: int) -> DateRange:
        """The range with `days` more on either side, within the bounds of the calendar."""
        first = max(self.first.toordinal() - days, date.min.toordinal())
        last = min(self.last.toordinal() + days, date.max.toordinal())
        return DateRange(date.fromordinal(first), date.fromordinal(last))


class RefusalError(Exception):
    """Why words that have the shape of a date are not one.

    `template` and `values` are those of an error (`errors.EmbeddingsError`): "{words} is not a date: {month} has
    {count} days". The caller has the user's `words`.
    """

    def __init__(self, template: str, choices: tuple[DateRange, ...] = (), /, **values: object) -> None:
        super().__init__(template)
        self.template = template
        self.choices = choices
        self.values = values


class Unit(NamedTuple):
    """A length of time: a number of days, or of months."""

    days: int
    months: int


WEEK = Unit(7, 0)


def one_day(day: date) -> DateRange:
    return DateRange(day, day)


def exact_day(year: int, month: int, day: int) -> DateRange:
    """The one day with these numbers.

    Raises:
        RefusalError: if the calendar has no such day.
    """
    if not 1 <= month <= YEAR_MONTHS:
        raise RefusalError("{words} is not a date: months go from 1 to 12, not to {month}", month=str(month))
    if year < 1:
        raise RefusalError("{words} is not a date: the earliest year is 0001")
    length = monthrange(year, month)[1]
    if not 1 <= day <= length:
        # Translators: {month} is a month, with its year or without; {count} is 28 to 31.
        raise RefusalError("{words} is not a date: {month} has {count} days", month=Month(month, year), count=length)
    return one_day(date(year, month, day))


def day_exists(year: int, month: int, day: int) -> bool:
    try:
        date(year, month, day)
    except ValueError:
        return False
    return True


def from_to(first: date, last: date) -> DateRange:
    """The days between two that somebody named.

    Raises:
        RefusalError: if the first is after the last.
    """
    if first > last:
        raise RefusalError(
            "{words} is not a range: its first day, {first}, is after its last, {last}",
            first=Day(first),
            last=Day(last),
        )
    return DateRange(first, last)


def months_of(year: int, month: int, count: int = 1) -> DateRange:
    """`count` whole months from this one on.

    Raises:
        RefusalError: if there is no such month.
    """
    first = exact_day(year, month, 1).first
    end_year, end_month = divmod(year * YEAR_MONTHS + month - 1 + count - 1, YEAR_MONTHS)
    return DateRange(first, date(end_year, end_month + 1, monthrange(end_year, end_month + 1)[1]))


def years_of(year: int, count: int = 1) -> DateRange:
    return months_of(year, 1, count * YEAR_MONTHS)


def week_of(day: date) -> DateRange:
    """The week, Monday to Sunday, in which a day lies."""
    monday = day - day.weekday() * DAY
    return DateRange(monday, monday + 6 * DAY)


def calendar_period(today: date, unit: Unit, step: int) -> DateRange:
    """The week, month, quarter, year, decade or century `step` of them after the one of `today`."""
    if not unit.months:
        return week_of(today + step * unit.days * DAY)
    # Centuries begin with the year 1 (the 20th is 1901 to 2000), decades with the year 0.
    offset = YEAR_MONTHS if unit.months == CENTURY_MONTHS else 0
    month = today.year * YEAR_MONTHS + today.month - 1 - offset
    start = (month // unit.months + step) * unit.months + offset
    return months_of(start // YEAR_MONTHS, start % YEAR_MONTHS + 1, unit.months)


def move_day(day: date, unit: Unit, count: int) -> date:
    """A day `count` units later; the 31st becomes the last day of a shorter month.

    Raises:
        ValueError, OverflowError: if the result is outside the calendar.
    """
    moved = day + timedelta(days=unit.days * count)
    if not unit.months:
        return moved
    year, month = divmod(moved.year * YEAR_MONTHS + moved.month - 1 + unit.months * count, YEAR_MONTHS)
    return date(year, month + 1, min(moved.day, monthrange(year, month + 1)[1]))


def whole_months(days: DateRange) -> int:
    """How many whole calendar months a range consists of; 0 if it begins or ends within one."""
    if days.first.day != 1 or days.last.day != monthrange(days.last.year, days.last.month)[1]:
        return 0
    return (days.last.year - days.first.year) * YEAR_MONTHS + days.last.month - days.first.month + 1


def move_range(days: DateRange, unit: Unit, count: int) -> DateRange:
    """The range that lies `count` units after another (before it if `count` is negative).

    A month moved by months or years stays a month, and so on. If the unit is shorter than the range, the answer is one
    day, counted from the range's end (from its beginning if `count` is negative).
    """
    months = whole_months(days)
    if months and unit.months >= months:
        first = move_day(days.first, unit, count)
        return months_of(first.year, first.month, months)
    return one_day(move_day(days.last if count >= 0 else days.first, unit, count))


def stretch_after(days: DateRange, unit: Unit, count: int) -> DateRange:
    """The `count` units that follow a range, from the day after it."""
    first = days.last + DAY
    return DateRange(first, move_day(first, unit, count) - DAY)


def stretch_before(days: DateRange, unit: Unit, count: int) -> DateRange:
    """The `count` units that end on the day before a range."""
    return DateRange(move_day(days.first, unit, -count), days.first - DAY)


def part_of(days: DateRange, part: int, parts: int) -> DateRange:
    """One of the 2 or 3 parts of a year, month, decade and so on, counted from 0.

    Years, seasons and quarters divide into months, decades and centuries into whole years (rounded), a month
    after its 10th and 20th or its 15th day.

    Raises:
        RefusalError: if the range is not such a period.
    """
    months = whole_months(days)
    if months == 1:
        cuts = [0, 10, 20] if parts == 3 else [0, 15]
        cuts.append(days.days)
        return DateRange(days.first + cuts[part] * DAY, days.first + (cuts[part + 1] - 1) * DAY)
    step = YEAR_MONTHS if months >= DECADE_MONTHS else 1  # divide whole years, or months
    units = months // step
    if not units or (step == 1 and units % parts):
        raise RefusalError(
            "{words} is not a date: only a month, a season, a year, a decade or a century can be divided like that"
        )
    first, end = (round(units * n / parts) * step for n in (part, part + 1))
    start = days.first.year * YEAR_MONTHS + days.first.month - 1 + first
    return months_of(start // YEAR_MONTHS, start % YEAR_MONTHS + 1, end - first)


def latest_years(today: date, month: int, day: int, count: int) -> Iterator[DateRange]:
    """The last `count` years, newest first, in which a day of the year came by `today`."""
    for year in range(today.year, 0, -1):
        if count and day_exists(year, month, day) and date(year, month, day) <= today:
            yield one_day(date(year, month, day))
            count -= 1
