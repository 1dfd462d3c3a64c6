"""Every word that users of the bot read."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING

from embeddings.dates import DateRange
from embeddings.events import MONTHS

if TYPE_CHECKING:
    from bot.lookup import About
    from embeddings.search import DayAnswer

NOTHING_FITS = "Nothing in the archive fits. Try other words, or a wider span of dates."
NO_EVENTS_ON_THIS_DAY = "The archive has no event on this day of any year."
SOURCES = "Sources"
RELATED = "Related"

CONSOLE_HELP = """\
/event DATE            events of a day, month or range: 2015-12-23, dec 2015, last month
/ask QUESTION          events that a question is about; add from:2015 to:2016-06 count:3
/onthisday [DAY]       the day's best events over the years: 12-23, 23 December
/related ID            an event with all its sources and related events
/about                 what the archive holds, and whose text it is
/help, /quit"""

_WEEKDAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")


def long_date(day: dt.date) -> str:
    """`Wednesday 23 December 2015`."""
    return f"{_WEEKDAYS[day.weekday()]} {day.day} {MONTHS[day.month - 1]} {day.year}"


def date_range(dates: DateRange) -> str:
    """`23 December 2015`, `1 to 31 December 2015`, `1 January 2015 to 30 June 2016`."""
    first, last = dates.first, dates.last
    end = f"{last.day} {MONTHS[last.month - 1]} {last.year}"
    if first == last:
        return end
    if (first.year, first.month) == (last.year, last.month):
        return f"{first.day} to {end}"
    if first == dt.date.min:
        return f"everything until {end}"
    return f"{first.day} {MONTHS[first.month - 1]} {first.year} to {end}"


def dates_understood(ranges: Sequence[DateRange]) -> str:
    """How the dates in a question were understood."""
    return "Dates in the question: " + "; ".join(map(date_range, ranges))


def days_heading(dates: DateRange, events: int) -> str:
    """Above the events of some days."""
    return f"{date_range(dates)}: {count(events, 'event')}"


def on_this_day_heading(month: int, day: int) -> str:
    """Above the events of one day of all years."""
    return f"On {day} {MONTHS[month - 1]}"


def no_events(answer: DayAnswer) -> str:
    """Why a day shows nothing, and where there is something."""
    if answer.last is None:
        return "The archive is empty."
    if answer.after_the_end and answer.first is not None:
        return f"The archive ends on {date_range(DateRange(answer.last, answer.last))}."
    nearest = ", ".join(date_range(DateRange(day, day)) for day in answer.nearest)
    return f"The archive has no event then. The nearest days with events: {nearest}."


def about(found: About) -> Iterable[str]:
    """What the archive holds, a line each."""
    if found.first is not None and found.last is not None:
        days = date_range(DateRange(found.first, found.last))
        yield f"{count(found.events, 'event')} on {count(found.days, 'day')}, {days}."
    yield "Texts: " + "; ".join(found.attributions)
    yield f"Questions are understood with the model {found.model} on this machine; they are not stored."


def text_from(attribution: str) -> str:
    """The small print under a card."""
    return f"Text: {attribution}"


def more(number: int) -> str:
    """At the end of a list that is cut."""
    return f" … and {number:,} more"


def count(number: int, noun: str) -> str:
    """`1 event`, `1,024 events`."""
    return f"{number:,} {noun}" if number == 1 else f"{number:,} {noun}s"
