"""Turns a text that a user typed into a question to search for."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from embeddings.dates import DateRange, DateSpan, find_dates, parse_range
from embeddings.errors import InputError
from embeddings.said import Option
from embeddings.stems import MAX_WORDS, STOP_WORDS, question_stems
from embeddings.text import clean, normalise

if TYPE_CHECKING:
    from embeddings.search.abroad import Abroad
    from embeddings.search.other_names import Word
    from embeddings.search.spelling import Correction

MAX_QUESTION = 500  # characters

# Words that ask what happened and not for anything in particular; "US", "WHO" and "IT" are names, too.
_OPEN = (STOP_WORDS - {"us", "who", "it"}) | frozenset(
    "anything something everything important interesting notable significant major big biggest main top best going "
    "happens occur occurred took place headline headlines newsworthy world history today day days week month year "
    "please list give know go dates date stories story things thing summary summarize whats happenings went "
    "made make makes making breaking latest miss missed recap overview review rundown highlights everyone people like "
    "information info".split()
)

# "News about 2015-12-23" is news of that day; elsewhere "about" before a date means some days around it.
_TOLD_ABOUT = re.compile(
    r"\b((?:tell (?:me|us)|news|know|info(?:rmation)?|headlines|stor(?:y|ies)|events|(?:any|some|every)thing) )about\b",
    re.IGNORECASE,
)


@dataclass(frozen=True, slots=True)
class Question:
    """A question, ready to be searched for.

    Attributes:
        wanted: the question without the dates in it.
        dates: what those dates mean.
        within: only events of these days are searched; None: all.
        only_dates: the question is nothing but a date, or asks in general what happened then; `wanted` is all of it.
        in_future: every date in it is yet to come, so that no news can answer it.
        corrected: what of `wanted` is read otherwise than it was typed.
        encoded: `wanted` with the names that an archive uses; empty if it has not been read for one.
        abroad: how it was put into English, if it is in another language; likewise.
        words: those of `wanted`, with the other names that an event may have instead; likewise.
    """

    query: str
    wanted: str
    dates: tuple[DateRange, ...]
    within: DateRange | None = None
    only_dates: bool = False
    in_future: bool = False
    corrected: tuple[Correction, ...] = ()
    encoded: str = ""
    abroad: Abroad | None = None
    words: tuple[Word, ...] = ()

    @property
    def text(self) -> str:
        """What the model reads."""
        return self.encoded or self.wanted

    @property
    def language(self) -> str:
        """Its code, if it is not English: ISO 639-1, or "und"."""
        return "" if self.abroad is None else self.abroad.language


def understand(query: str, today: dt.date, within: DateRange | None = None) -> Question:
    """Take the dates out of a question. InputError if it has no words or too many characters."""
    question = check_question(query)
    dated = _TOLD_ABOUT.sub(r"\1on", question)
    spans = find_dates(dated, today)
    wanted = without_dates(dated, spans) if spans else question
    only_dates = bool(spans) and _OPEN.issuperset(normalise(wanted).split())
    if only_dates:
        wanted = question
    dates = tuple(dict.fromkeys(span.dates for span in spans))
    in_future = bool(dates) and all(span.first > today for span in dates)
    return Question(question, wanted, dates, within, only_dates, in_future)


def without_dates(text: str, spans: Sequence[DateSpan]) -> str:
    """What remains of a text when the dates are taken out."""
    for span in reversed(spans):
        text = f"{text[: span.start]} {text[span.end :]}"
    return " ".join(text.split())


def last_words(text: str) -> list[str]:
    return normalise(text).split()[-MAX_WORDS:]


def check_question(query: str) -> str:
    """A question, ready to be searched for. InputError if it has no words or too many characters."""
    if len(query) > MAX_QUESTION:  # before anything looks at it
        raise InputError(
            "the question has {count} characters, expected 1 to {most}; shorten it", count=len(query), most=MAX_QUESTION
        )
    question = clean(query)
    if not question_stems(question):
        raise InputError("the question is empty; ask with a few words, such as: civilian deaths Russia")
    return question


def search_window(
    first: str | None, last: str | None, today: dt.date, *, day_first: bool | None = None
) -> DateRange | None:
    """The days from one date expression to another, either of which may be missing; None if both are.

    Args:
        day_first: whether 02/03/2015 is the 2nd of March; None asks back.
    Raises:
        InputError: if an expression cannot be understood, or the first day is after the last.
    """
    if first is None and last is None:
        return None
    low = parse_range(first, today, day_first=day_first).first if first is not None else dt.date.min
    high = parse_range(last, today, day_first=day_first).last if last is not None else dt.date.max
    if low > high:
        # Translators: {start} and {end} are names of options, the others dates.
        raise InputError(
            "'{start}' ({first}) is later than '{end}' ({last}): {low} > {high}; exchange the two",
            start=Option("from"), first=first, end=Option("to"), last=last, low=str(low), high=str(high),
        )  # fmt: skip
    return DateRange(low, high)
