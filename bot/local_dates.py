"""Dates as they are written in the reader's locale."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from functools import lru_cache

from babel import Locale, UnknownLocaleError
from babel.dates import format_date, format_interval, format_skeleton

from embeddings.dates import DateRange
from embeddings.picture.chart import Unit

DEFAULT_LOCALE = "en-GB"  # the day before the month, as in the rest of the program


@lru_cache(maxsize=64)
def _locale(name: str) -> Locale:
    """Babel's locale for one of Discord's ("en-US", "es-419", "zh-CN"); English if Babel does not know it."""
    try:
        found = Locale.parse(name.replace("-", "_"))
    except (UnknownLocaleError, ValueError):
        return Locale.parse("en_GB")
    return found


def warm_up(locales: Iterable[str]) -> None:
    """Load what locales need, some 10 ms and 1 MB each; Babel would do so at the first date of each."""
    first, last = dt.date(2000, 1, 1), dt.date(2000, 1, 31)
    for locale in locales:
        long_date(first, locale)
        date_range(DateRange(first, last), locale)
        day_of_year(1, 1, locale)


def day_first(locale: str) -> bool:
    """Whether a locale writes the day of the month before the month: 02/03/2015 is the 2nd of March there."""
    pattern: str = _locale(locale).date_formats["short"].pattern
    return pattern.find("d") < pattern.find("M")


def long_date(day: dt.date, locale: str = DEFAULT_LOCALE) -> str:
    """`Wednesday 23 December 2015`."""
    return format_date(day, "full", _locale(locale))


def short_date(day: dt.date, locale: str = DEFAULT_LOCALE) -> str:
    """`23 December 2015`."""
    return format_date(day, "long", _locale(locale))


def brief_date(day: dt.date, locale: str = DEFAULT_LOCALE) -> str:
    """`23 Dec 2015`."""
    return format_date(day, "medium", _locale(locale))


def date_range(dates: DateRange, locale: str = DEFAULT_LOCALE) -> str:
    """`23 December 2015`, `December 2015`, `2015`, or from one day to another."""
    first, last = dates.first, dates.last
    if first == last:
        return short_date(last, locale)
    after = last + dt.timedelta(days=1) if last < dt.date.max else last
    if first.day == 1 and after.day == 1 and (first.year, first.month) == (last.year, last.month):
        return format_skeleton("yMMMM", first, locale=_locale(locale))
    if (first.month, first.day, last.month, last.day) == (1, 1, 12, 31):
        return str(first.year) if first.year == last.year else f"{first.year} to {last.year}"
    if first == dt.date.min:
        return f"everything until {short_date(last, locale)}"
    if last == dt.date.max:
        return f"everything from {short_date(first, locale)}"
    return f"{short_date(first, locale)} to {short_date(last, locale)}"


def day_of_year(month: int, day: int, locale: str = DEFAULT_LOCALE) -> str:
    """`23 December`."""
    return format_skeleton("MMMMd", dt.date(2000, month, day), locale=_locale(locale))


def interval(first: dt.date, last: dt.date, locale: str = DEFAULT_LOCALE) -> str:
    """From one day to another in short: `2–15 Dec 2015`; a day alone as `short_date` has it."""
    if first == last:
        return short_date(first, locale)
    return format_interval(first, last, "yMMMd", locale=_locale(locale))


def tick(day: dt.date, unit: Unit, locale: str = DEFAULT_LOCALE) -> str:
    """What a date below a picture says: `12 Nov`, `Nov` or `2015`."""
    match unit:
        case Unit.DAY:
            return format_skeleton("MMMd", day, locale=_locale(locale))
        case Unit.MONTH:
            return format_date(day, "LLL", _locale(locale))
        case _:
            return format_skeleton("y", day, locale=_locale(locale))


def language(locale: str) -> str:
    """A locale's language in English and in itself: `German – Deutsch`; as it is if Babel does not know it."""
    try:
        known = Locale.parse(locale.replace("-", "_"))
    except (UnknownLocaleError, ValueError):
        return locale
    english, own = known.get_display_name("en") or locale, known.get_display_name(known) or locale
    return english if english == own else f"{english} – {own}"
