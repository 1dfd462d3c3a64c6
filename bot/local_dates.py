"""Dates as they are written in the language that is spoken."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Iterable
from functools import lru_cache

from babel import Locale, UnknownLocaleError
from babel.dates import format_date, format_interval, format_skeleton, get_day_names

from bot.language import babel_locale, catalogue, resolved, speaking, spoken
from bot.language import gettext as _
from embeddings.dates import DateRange
from embeddings.picture.chart import Unit

_FIRST = {"fr": "1er", "pt-BR": "1º"}  # how the first day of a month is written before its name


@lru_cache(maxsize=64)
def _of_reader(locale: str) -> Locale:
    """Babel's locale for any of Discord's ("en-US", "es-419", "zh-CN"); English if Babel does not know it."""
    try:
        found = Locale.parse(locale.replace("-", "_"))
    except (UnknownLocaleError, ValueError):
        return Locale.parse("en_GB")
    return found


def _locale() -> Locale:
    return babel_locale(spoken())


def warm_up(locales: Iterable[str]) -> None:
    """Load what locales need, some 10 ms and 1 MB each; Babel would do so at the first date of each."""
    first, last = dt.date(2000, 1, 1), dt.date(2000, 1, 31)
    for locale in locales:
        day_first(locale)
        catalogue(resolved(locale))
        with speaking(locale):
            long_date(first)
            date_range(DateRange(first, last))
            day_of_year(1, 1)


def day_first(locale: str) -> bool:
    """Whether readers with a locale write the day of the month before the month: 02/03/2015 is the 2nd of March.

    That is what they are used to, in whatever language they are answered.
    """
    pattern: str = _of_reader(locale).date_formats["short"].pattern
    return pattern.find("d") < pattern.find("M")


def long_date(day: dt.date) -> str:
    """`Wednesday 23 December 2015`."""
    return _first_of_month(format_date(day, "full", _locale()), day.day)


def short_date(day: dt.date) -> str:
    """`23 December 2015`."""
    return _first_of_month(format_date(day, "long", _locale()), day.day)


def brief_date(day: dt.date) -> str:
    """`23 Dec 2015`."""
    return _first_of_month(format_date(day, "medium", _locale()), day.day)


def date_range(dates: DateRange) -> str:
    """`23 December 2015`, `December 2015`, `2015`, or from one day to another."""
    first, last = dates.first, dates.last
    if first == last:
        return short_date(last)
    after = last + dt.timedelta(days=1) if last < dt.date.max else last
    if first.day == 1 and after.day == 1 and (first.year, first.month) == (last.year, last.month):
        return month(first)
    if (first.month, first.day, last.month, last.day) == (1, 1, 12, 31):
        # Translators: from one year or day to another: "2015 to 2017", "2 May 2015 to 9 May 2015".
        return year(first) if first.year == last.year else _("{first} to {last}", first=year(first), last=year(last))
    if first == dt.date.min:
        # Translators: all days until this one, in a sentence or as a heading.
        return _("everything until {day}", day=short_date(last))
    if last == dt.date.max:
        # Translators: all days from this one on, in a sentence or as a heading.
        return _("everything from {day}", day=short_date(first))
    return _("{first} to {last}", first=short_date(first), last=short_date(last))


def day_of_year(month: int, day: int) -> str:
    """`23 December`."""
    return _first_of_month(format_skeleton("MMMMd", dt.date(2000, month, day), locale=_locale()), day)


def _first_of_month(text: str, day: int) -> str:
    """A date as CLDR has it, which has a plain 1 where some languages write `1er mai`."""
    first = _FIRST.get(spoken())
    return text if first is None or day != 1 else re.sub(r"\b1(?= [^\W\d])", first, text, count=1)


def month(day: dt.date) -> str:
    """The month of a day: `December 2015`."""
    return format_skeleton("yMMMM", day, locale=_locale())


def year(day: dt.date) -> str:
    """The year of a day: `2015`, `2015年`."""
    return format_skeleton("y", day, locale=_locale())


def month_name(number: int) -> str:
    """`December`."""
    return format_date(dt.date(2000, number, 1), "LLLL", _locale())


def weekday(number: int) -> str:
    """`Monday` for 0, as it is called where it stands alone."""
    return str(get_day_names("wide", "stand-alone", _locale())[number])


def interval(first: dt.date, last: dt.date) -> str:
    """From one day to another in short: `2–15 Dec 2015`; a day alone as `short_date` has it."""
    if first == last:
        return short_date(first)
    return format_interval(first, last, "yMMMd", locale=_locale())


def tick(day: dt.date, unit: Unit) -> str:
    """What a date below a picture says: `12 Nov`, `Nov` or `2015`."""
    match unit:
        case Unit.DAY:
            return format_skeleton("MMMd", day, locale=_locale())
        case Unit.MONTH:
            return format_date(day, "LLL", _locale())
        case _:
            return format_skeleton("y", day, locale=_locale())


def language(locale: str) -> str:
    """A locale's language, in the language that is spoken and in itself: `German – Deutsch`; else as it is."""
    return _language(locale, spoken())


@lru_cache(maxsize=1_024)  # each card of `/settings` names all of them, which takes hundredths of a second
def _language(locale: str, reader: str) -> str:
    try:
        known = Locale.parse(locale.replace("-", "_"))
    except (UnknownLocaleError, ValueError):
        return locale
    said, own = known.get_display_name(babel_locale(reader)) or locale, known.get_display_name(known) or locale
    return said if said == own else f"{said} – {own}"
