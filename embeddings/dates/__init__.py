"""Dates as people write them: `2015-12-23`, `last month`, `between 2011 and 2014`, `late 2016`.

What can be written is the table in `embeddings.dates.forms`.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from embeddings.dates.errors import AmbiguousDateError, DateError
from embeddings.dates.foreign import days_in_another_language
from embeddings.dates.forms import typed_grammar
from embeddings.dates.grammar import Misread
from embeddings.dates.questions import dates_meant
from embeddings.dates.ranges import DateRange
from embeddings.dates.vocabulary import tokens_of

__all__ = ["DateRange", "DateSpan", "find_dates", "parse_day_of_year", "parse_range"]

MAX_EXPRESSION = 200  # characters of a date; more cannot be one
MAX_QUESTION = 4_000  # characters of a text in which dates are looked for
MAX_SHOWN = 60  # characters of the user's text in a message
SHORTEST_TYPO = 5  # letters of the months whose misspellings are understood: March, but not May


@dataclass(frozen=True, slots=True)
class DateSpan:
    """A date expression inside a text: `text[start:end]`, its preposition included, and the days it means."""

    start: int
    end: int
    dates: DateRange


def parse_range(text: str, today: date, *, day_first: bool | None = None) -> DateRange:
    """The days that an expression means, which is the whole text.

    Args:
        text: such as "2015-12-23", "dec 2015", "since 2011", "the week after christmas 2015".
        today: the day from which "yesterday" and the like count.
        day_first: whether 02/03/2015 is the 2nd of March; None asks back.
    Raises:
        AmbiguousDateError: if it may mean one of several dates, which the error holds.
        DateError: if it means none.
    """
    value = _read(text, "expression", today, day_first)
    if isinstance(value, DateRange):
        return value
    if days := days_in_another_language(text):
        return days
    raise DateError(
        f'"{_shown(text)}" is not a date; write a day (2015-12-23), a month (2015-12), a year, '
        'or words such as "last month"'
    )


def parse_day_of_year(text: str, today: date) -> tuple[int, int]:
    """The month and day that an expression means, in whatever year.

    Args:
        text: such as "12-23", "23 December", "christmas", "today"; a full date gives its day.
        today: the day from which "tomorrow" counts, and the year of a feast that moves.
    Raises:
        AmbiguousDateError: if it may mean one of several days.
        DateError: if it means none.
    """
    value = _read(text, "day of the year", today, None)
    if isinstance(value, tuple):
        month, day = value
        return month, day
    days = parse_range(text, today)
    if days.days > 1:
        raise DateError(f"{_shown(text)} is more than one day; write one, such as 12-23 or 23 December")
    return days.first.month, days.first.day


def find_dates(text: str, today: date) -> tuple[DateSpan, ...]:
    """The date expressions inside a question, in order and not overlapping; it raises nothing.

    A span covers the preposition ("in December 2015"), so that what remains of the question reads on. What has
    no one meaning (02/03/2015) or is more likely no date ("May resigns") is left out, and so is what comes after
    the first 4,000 characters.
    """
    return tuple(DateSpan(*found) for found in dates_meant(text, MAX_QUESTION, today))


def _read(text: str, rule: str, today: date, day_first: bool | None) -> object:
    """What the grammar makes of the whole text, None if nothing.

    Raises:
        DateError: if the text has the form of a date but no meaning.
    """
    if len(text) > MAX_EXPRESSION:
        raise DateError(
            f'"{_shown(text)}" has {len(text)} characters; a date has {MAX_EXPRESSION} at most, such as 2015-12-23'
        )
    tokens = tokens_of(text, 0, 9999, SHORTEST_TYPO)
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
    message = f"{_shown(words)} {misread.refusal.predicate}"
    if misread.refusal.choices and not misread.inner:  # else a choice would replace more than is in doubt
        return AmbiguousDateError(message, misread.refusal.choices)
    return DateError(message)


def _shown(text: str) -> str:
    """The user's text as a message shows it: on one line, short, nothing in it that a terminal obeys."""
    line = " ".join(text[: 4 * MAX_SHOWN].split())
    line = "".join(sign if sign.isprintable() else "\N{REPLACEMENT CHARACTER}" for sign in line)
    return line if len(line) <= MAX_SHOWN else f"{line[: MAX_SHOWN - 1]}…"
