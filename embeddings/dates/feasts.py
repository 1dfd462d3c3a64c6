"""Named days, as a table of forms: feasts and other days that come every year, and the months of Ramadan.

The value of a form in `NAMED` is a function from a year to the day.
"""

from __future__ import annotations

from calendar import MONDAY, SUNDAY, THURSDAY
from collections.abc import Callable
from datetime import date

from embeddings.dates import days
from embeddings.dates.days import Yearly
from embeddings.dates.grammar import Form, Where
from embeddings.dates.ranges import DAY, DateRange, RefusalError, exact_day

_TYPED = Where.TYPED
_RAMADAN = 9  # of the months of the Islamic year
_NOT_KNOWN = RefusalError("{words} is not a date: the Islamic calendar is known for 1925 to 2076")


def leap_day(year: int) -> DateRange:
    return exact_day(year, 2, 29)


def ides(month: int, year: int) -> DateRange:
    """The middle of a month in ancient Rome."""
    return exact_day(year, month, 15 if month in (3, 5, 7, 10) else 13)


def midsummer(year: int) -> DateRange:
    """The week in which most of Europe's north keeps it."""
    return DateRange(date(year, 6, 20), date(year, 6, 26))


def christmas_to_new_year(year: int) -> DateRange:
    return DateRange(date(year, 12, 25), date(year + 1, 1, 1))


def ramadan(year: int) -> DateRange:
    """The month of Ramadan that begins in a year, by Saudi Arabia's calendar; elsewhere it may begin a day later.

    Raises:
        RefusalError: if the calendar does not know the year.
    """
    first = _islamic(_RAMADAN, 1)()(year)
    return DateRange(first, _in_islamic_year(_islamic_year(first), _RAMADAN + 1, 1) - DAY)


def _islamic(month: int, day: int) -> Callable[[], Yearly]:
    """A feast by the Islamic calendar: in each year the first time that it comes."""

    def in_year(year: int) -> date:
        islamic = _islamic_year(date(year, 1, 1))
        found = _in_islamic_year(islamic, month, day)
        return found if found.year == year else _in_islamic_year(islamic + 1, month, day)

    return lambda: in_year


def _islamic_year(day: date) -> int:
    from hijridate import Gregorian  # few dates need it

    try:
        return Gregorian(day.year, day.month, day.day).to_hijri().year
    except OverflowError:
        raise _NOT_KNOWN from None


def _in_islamic_year(year: int, month: int, day: int) -> date:
    from hijridate import Hijri

    try:
        return date(*Hijri(year, month, day).to_gregorian().datetuple())
    except OverflowError:
        raise _NOT_KNOWN from None


NAMED = (
    Form("christmas|xmas day?", days.fixed(12, 25)),
    Form("christmas|xmas eve", days.fixed(12, 24)),
    Form("boxing day", days.fixed(12, 26)),
    Form("new year|years 's|'? day?", days.fixed(1, 1)),
    Form("new year|years 's|'? eve", days.fixed(12, 31)),
    Form("nye", days.fixed(12, 31)),
    Form("valentine|valentines 's|'? day", days.fixed(2, 14)),
    Form("april fool|fools 's|'? day?", days.fixed(4, 1)),
    Form("may day", days.fixed(5, 1)),
    Form("epiphany", days.fixed(1, 6)),
    Form("orthodox christmas day?", days.fixed(1, 7)),
    Form("australia day", days.fixed(1, 26)),
    Form("groundhog day", days.fixed(2, 2)),
    Form("international? women|womens 's|'? day", days.fixed(3, 8)),
    Form("st|saint .? patrick|patricks|paddy|paddys 's|'? day", days.fixed(3, 17)),
    Form("earth day", days.fixed(4, 22)),
    Form("anzac day", days.fixed(4, 25)),
    Form("cinco de mayo", days.fixed(5, 5)),
    Form("juneteenth", days.fixed(6, 19)),
    Form("canada day", days.fixed(7, 1)),
    Form("independence day", days.fixed(7, 4), _TYPED),  # in a question it may be another country's
    Form("bastille day", days.fixed(7, 14)),
    Form("election day", days.nth_weekday(1, MONDAY, 11, 1), _TYPED),  # in a question, too
    Form("all saints|saint 's|'? day", days.fixed(11, 1)),
    Form("guy fawkes day|night", days.fixed(11, 5)),
    Form("bonfire night", days.fixed(11, 5)),
    Form("armistice|remembrance day", days.fixed(11, 11)),
    Form("veteran|veterans 's|'? day", days.fixed(11, 11)),
    Form("martin luther king jr? .? 's|'? day", days.nth_weekday(3, MONDAY, 1)),
    Form("mlk day", days.nth_weekday(3, MONDAY, 1)),
    Form("president|presidents 's|'? day", days.nth_weekday(3, MONDAY, 2)),
    Form("memorial day", days.last_weekday(MONDAY, 5)),
    Form("mother|mothers 's|'? day", days.nth_weekday(2, SUNDAY, 5)),  # Britain's is another
    Form("father|fathers 's|'? day", days.nth_weekday(3, SUNDAY, 6)),
    Form("labor day", days.nth_weekday(1, MONDAY, 9)),  # the American one, spelt as there
    Form("columbus day", days.nth_weekday(2, MONDAY, 10)),
    Form("black friday", days.nth_weekday(4, THURSDAY, 11, 1)),
    Form("cyber monday", days.nth_weekday(4, THURSDAY, 11, 4)),
    Form("mardi gras", days.after_easter(-47)),
    Form("shrove tuesday", days.after_easter(-47)),
    Form("ash wednesday", days.after_easter(-46)),
    Form("palm sunday", days.after_easter(-7)),
    Form("maundy thursday", days.after_easter(-3)),
    Form("halloween|hallowe'en", days.fixed(10, 31)),
    Form("good friday", days.after_easter(-2)),
    Form("easter sunday|day?", days.after_easter(0)),
    Form("easter monday", days.after_easter(1)),
    Form("orthodox easter sunday?", days.after_easter(0, orthodox=True)),
    Form("ascension day", days.after_easter(39)),
    Form("pentecost|whitsun sunday?", days.after_easter(49)),
    Form("thanksgiving day?", days.nth_weekday(4, THURSDAY, 11)),
    Form("eid al|ul|el? -? fitr", _islamic(_RAMADAN + 1, 1)),
    Form("eid al|ul|el? -? adha|azha", _islamic(12, 10)),
    Form("ashura", _islamic(1, 10)),
    Form("mawlid", _islamic(3, 12)),
    Form("islamic new year", _islamic(1, 1)),
)

# Days that are written with their year, and what lasts longer than a day.
WITH_YEAR = (
    Form("the? leap day of|in|,? <year>", leap_day),
    Form("the? ides of MONTH of|,? <year>", ides),
    Form("midsummer of|,? <year>", midsummer),
    Form("the? month? of? ramadan|ramadhan|ramzan of|in|,? <year>", ramadan),
    Form("between|from? christmas|xmas day? and|-|to|until the? new year|years 's|'? day? of|,? <year>",
         christmas_to_new_year),
)  # fmt: skip
