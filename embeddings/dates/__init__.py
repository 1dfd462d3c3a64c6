"""Dates as people write them: `2015-12-23`, `last month`, `between 2011 and 2014`, `late 2016`.

What can be written is the table in `embeddings.dates.forms`.
"""

from __future__ import annotations

import contextlib
from dataclasses import dataclass
from datetime import date

from embeddings.dates.days import LEAP_YEAR, YEARS_OFFERED
from embeddings.dates.errors import AmbiguousDateError, DateError
from embeddings.dates.forms import typed_grammar
from embeddings.dates.grammar import Misread
from embeddings.dates.questions import dates_meant
from embeddings.dates.ranges import YEAR_MONTHS, DateRange, whole_months
from embeddings.dates.vocabulary import tokens_of
from embeddings.said import DayOfYear, OneOf

__all__ = ["DateRange", "DateSpan", "find_dates", "parse_day_of_year", "parse_range", "warm_up"]

MAX_EXPRESSION = 200  # characters of a date; more cannot be one
MAX_QUESTION = 4_000  # characters of a text in which dates are looked for
MAX_SHOWN = 60  # characters of the user's text in a message
LONGEST_MONTH = 31  # days

_END_SIGNS = " .?!,"
_LONGEST_PART = 200  # days of a part of a year that is worth a question which year is meant
_DAY_OF_THE_YEAR = "day of the year"  # a rule of the grammar


@dataclass(frozen=True, slots=True)
class DateSpan:
    """A date expression inside a text: `text[start:end]`, its preposition included, and the days it means."""

    start: int
    end: int
    dates: DateRange


def parse_range(text: str, today: date, *, day_first: bool | None = None) -> DateRange:
    """The days that a text means; all of it must be one date expression.

    Args:
        text: such as "2015-12-23", "dec 2015", "since 2011", "the week after christmas 2015".
        today: the day from which "yesterday" and the like count.
        day_first: whether 02/03/2015 is the 2nd of March; None asks back.
    Raises:
        AmbiguousDateError: if the text may mean one of several dates, which the error holds.
        DateError: if it means none.
    """
    value = _read(text, "expression", today, day_first)
    if isinstance(value, DateRange):
        return value
    if choices := _with_a_year(text, today, day_first):
        examples = tuple(f"{_shown(text.rstrip(_END_SIGNS))} {choice.first.year}" for choice in choices[-2:])
        # Translators: {words} is what somebody typed; so it is in all the messages that begin with {words}.
        raise AmbiguousDateError(
            "{words} has no year; write which one, such as {examples}", choices,
            words=_shown(text), examples=OneOf(examples),
        )  # fmt: skip
    # Translators: "last month" is what users may type in your language, too: "letzten Monat", "上个月".
    raise DateError(
        '"{words}" is not a date; write a day (2015-12-23), a month (2015-12), a year, or words such as "last month"',
        words=_shown(text),
    )


def parse_day_of_year(text: str, today: date, *, day_first: bool | None = None) -> tuple[int, int]:
    """The month and day that an expression means, in whatever year.

    Args:
        text: such as "12-23", "23 December", "christmas", "today"; a full date gives its day.
        today: the day from which "tomorrow" counts, and the year of a feast that moves.
        day_first: whether 02/03 is the 2nd of March; None asks back.
    Raises:
        AmbiguousDateError: if it may mean one of several days.
        DateError: if it means none.
    """
    value = _read(text, _DAY_OF_THE_YEAR, today, day_first)
    if isinstance(value, tuple):
        month, day = value
        return month, day
    try:
        days = _read(text, "expression", today, day_first)
    except AmbiguousDateError as error:
        if len(meant := {(days.first.month, days.first.day) for days in error.choices if days.days == 1}) != 1:
            raise
        return meant.pop()  # only the year is in doubt, or the century
    if not isinstance(days, DateRange):
        if not (choices := _with_a_year(text, today, day_first)):
            raise DateError(
                '"{words}" is not a day of the year; write one, such as {day} or 12-24, or the name of a feast, '
                "such as christmas",
                words=_shown(text),
                day=DayOfYear(12, 24),
            )
        days = choices[-1]
    if days.days > 1:
        raise _too_long(text, days)
    return days.first.month, days.first.day


def _too_long(text: str, days: DateRange) -> DateError:
    """The error for a text that means several days where one day is expected, with an example of one."""
    months = whole_months(days)
    # Of a longer time the first day is hardly meant.
    day = days.first if days.days <= LONGEST_MONTH else date(LEAP_YEAR, YEAR_MONTHS, 24)
    said = {"words": _shown(text), "day": DayOfYear(day.month, day.day), "written": f"{day:%m-%d}"}
    if months == 1:
        return DateError("{words} is a whole month; write a day of it, such as {day} or {written}", **said)
    if months == YEAR_MONTHS:
        return DateError("{words} is a whole year; write one day without its year, such as {day} or {written}", **said)
    return DateError("{words} is more than one day; write one day without its year, such as {day} or {written}", **said)


def _with_a_year(text: str, today: date, day_first: bool | None) -> tuple[DateRange, ...]:
    """The days that a text means with each of the last years after it, oldest first; empty if it is not a date then."""
    found = []
    for year in range(today.year, max(today.year - YEARS_OFFERED - 1, 0), -1):
        dated = f"{text.rstrip(_END_SIGNS)} {year:04}"
        try:
            days = _read(dated, "expression", today, day_first)
        except DateError:
            return ()
        if not isinstance(days, DateRange) or days.days > _LONGEST_PART:
            return ()  # "in", which takes a year and means no part of it
        found.append(days)
    return tuple(sorted(days for days in found if days.first <= today)[-YEARS_OFFERED:])


def find_dates(text: str, today: date) -> tuple[DateSpan, ...]:
    """The date expressions inside a question, in order and not overlapping. Never raises.

    A span covers the preposition ("in December 2015"), so that what remains of the question reads on. Ambiguous dates
    (02/03/2015), words that are more likely not a date ("May resigns") and everything after the first 4,000 characters
    are left out.
    """
    return tuple(DateSpan(*found) for found in dates_meant(text, MAX_QUESTION, today))


def warm_up(today: date) -> None:
    """Load what only some texts need (a second of work): other languages, movable feasts, misspellings, grammars."""
    for text in ("23 decmber 2015", "easter 2015", "ramadan 2015", "1 qqqq 2015", "qqqq 1 may 2015"):
        with contextlib.suppress(DateError):
            parse_range(text, today)
    find_dates("easter 2015", today)


def _read(text: str, rule: str, today: date, day_first: bool | None) -> object:
    """What the grammar makes of the whole text, None if nothing.

    Raises:
        DateError: if the text has the form of a date but no meaning.
    """
    if len(text) > MAX_EXPRESSION:
        example = "12-24" if rule == _DAY_OF_THE_YEAR else "2015-12-23"
        raise DateError(
            '"{words}" has {count} characters; a date has {most} at most, such as {example}',
            words=_shown(text), count=len(text), most=MAX_EXPRESSION, example=example,
        )  # fmt: skip
    tokens = tokens_of(text, 0, 9999, typed=True)
    while tokens and tokens[-1].word in (".", "?", "!", ","):
        tokens.pop()
    for end, value in typed_grammar().reader(tokens, today, day_first).read(rule, 0):
        if end == len(tokens):
            if isinstance(value, Misread):
                words = text[tokens[value.start].start : tokens[value.end - 1].end]
                raise _error(words, value) from value.refusal
            return value
    return None


def _error(words: str, misread: Misread) -> DateError:
    refusal = misread.refusal
    values = {"words": _shown(words), **refusal.values}
    if refusal.choices and not misread.inner:  # else a choice would replace more than is in doubt
        return AmbiguousDateError(refusal.template, refusal.choices, **values)
    return DateError(refusal.template, **values)


def _shown(text: str) -> str:
    """The user's text for a message: one line, short, without control characters for a terminal."""
    line = " ".join(text[: 4 * MAX_SHOWN].split())
    line = "".join(sign if sign.isprintable() else "\N{REPLACEMENT CHARACTER}" for sign in line)
    return line if len(line) <= MAX_SHOWN else f"{line[: MAX_SHOWN - 1]}…"
