"""Five things to ask that an archive really answers: found in it, and asked before they are shown."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from enum import StrEnum

import numpy as np

from embeddings.dates import DateRange
from embeddings.errors import InputError
from embeddings.events import Event
from embeddings.search.names import names
from embeddings.search.service import Search
from embeddings.search.topics import topic_key, topics_of
from embeddings.stems import STOP_WORDS
from embeddings.text import clean, normalise

LONGEST_EXAMPLE = 40  # characters and bytes: it stands in a button's custom_id, which has no room for more

_LOOKED_AT = 60  # of the events that stand out most
_TOPICS = 40  # of those of most events
_TRIES = 12  # questions asked for one example
_WORDS = 6  # of a headline that make a question
_CLAUSE_WORDS = 3
_CLAUSE = re.compile(r"[,;:.!?(](?=\s|$)| [-–—] ")


class Kind(StrEnum):
    """What an example shows."""

    EVENT = "event"
    DATE = "date"
    TOPIC = "topic"
    DAY = "day"
    NAME = "name"


@dataclass(frozen=True, slots=True)
class Example:
    """Something to ask.

    Attributes:
        text: a question, of a date or a day of the year nothing.
        date: of a date the day, of a day of the year one of its days.
    """

    kind: Kind
    text: str = ""
    date: dt.date = dt.date.min


def examples(search: Search, today: dt.date) -> tuple[Example, ...]:
    """An example of each kind for which the archive has one, of different events where it has several."""
    events = _standing_out(search)
    if not events:
        return ()
    found: list[Example] = []
    used: set[str] = set()
    for kind, candidates in (
        (Kind.EVENT, _of_events(events)),
        (Kind.TOPIC, ((name, None) for name in _topics(search))),
        (Kind.NAME, _of_names(events)),
    ):
        example = _first_answered(search, today, kind, candidates, used)
        if example is not None:
            found.append(example)
    others = [event for event in events if event.id not in used] or events
    found.append(Example(Kind.DATE, date=others[0].date))
    day = next((event.date for event in others[1:] if event.date != others[0].date), others[0].date)
    found.append(Example(Kind.DAY, date=day))
    checked = [each for each in found if each.text or _has_events(search, each)]
    return tuple(sorted(checked, key=lambda each: list(Kind).index(each.kind)))


def _standing_out(search: Search) -> list[Event]:
    standing = search.index.prominence.standing
    best = np.argsort(-standing, kind="stable")[:_LOOKED_AT]
    return search.index.catalogue.events(best.tolist())


def _topics(search: Search) -> Iterator[str]:
    """The narrower of the topics of most events: a section of an archive, such as "Politics", is none to ask for."""
    sections = {event.category for event in _standing_out(search)}
    yield from (name for name in search.topics.names[:_TOPICS] if name not in sections and " " in name)
    yield from search.topics.names[:_TOPICS]


def _of_events(events: Iterable[Event]) -> Iterator[tuple[str, Event]]:
    """Questions that lead to an event: its headline as far as the first comma, its own topic, or its first words."""
    for event in events:
        clause = _CLAUSE.split(clean(event.headline), maxsplit=1)[0]
        if len(clause.split()) >= _CLAUSE_WORDS:  # fewer are hardly more than a name
            yield clause, event
        if event.topics and len(event.topics[-1].split()) > 1:
            yield event.topics[-1], event
    for event in events:
        words = clean(event.headline).rstrip(".!?").split()[:_WORDS]
        while words and normalise(words[-1]) in STOP_WORDS:
            del words[-1]
        yield " ".join(words).rstrip(",;:"), event


def _of_names(events: Iterable[Event]) -> Iterator[tuple[str, Event]]:
    for event in events:
        for span in names(event.headline).spans:
            if 1 < len(span.split()) <= 3:
                yield span, event
    for event in events:
        for span in names(event.headline).spans:
            yield span, event


def _first_answered(
    search: Search, today: dt.date, kind: Kind, candidates: Iterable[tuple[str, Event | None]], used: set[str]
) -> Example | None:
    """The first candidate whose answer is what it stands for; the event that it shows counts as used."""
    tries = 0
    asked: set[str] = set()
    for text, event in candidates:
        if not _can_be_asked(text) or text in asked or (event is not None and event.id in used):
            continue
        asked.add(text)
        if (tries := tries + 1) > _TRIES:
            return None
        if (shown := _shows(search, today, kind, text, event)) is not None:
            used.add(shown)
            return Example(kind, text)
    return None


def _can_be_asked(text: str) -> bool:
    return len(text) >= 3 and len(text.encode()) <= LONGEST_EXAMPLE and clean(text) == text


def _shows(search: Search, today: dt.date, kind: Kind, text: str, event: Event | None) -> str | None:
    """The id of the first event in the answer to a question, if that answer is what was wanted."""
    try:
        hits = search.ask(text, today, limit=5).hits
    except InputError:
        return None
    if not hits:
        return None
    first = hits[0].event
    if kind is Kind.TOPIC:
        return first.id if topic_key(text) in map(topic_key, topics_of(first)) else None
    if kind is Kind.NAME:
        return first.id if f" {normalise(text)} " in f" {normalise(first.title)} " else None
    return first.id if event is not None and first.id == event.id else None


def _has_events(search: Search, example: Example) -> bool:
    if example.kind is Kind.DAY:
        return bool(search.on_this_day(example.date.month, example.date.day, 1))
    return search.days(DateRange(example.date, example.date), limit=1).total > 0
