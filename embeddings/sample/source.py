"""The sample's source files to events: contexts shared make events related, rare ones more than common ones."""

from __future__ import annotations

import datetime as dt
import math
import tomllib
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Literal
from urllib.parse import quote

from pydantic import BaseModel, ConfigDict, Field, HttpUrl, ValidationError

from embeddings.archive.layout import address
from embeddings.errors import InputError
from embeddings.events import Event, Related, Source, event_id
from embeddings.sample import ATTRIBUTION
from embeddings.text import clean

Field_ = Literal["science", "culture", "sport", "politics", "conflict", "disaster", "economy", "life"]
Continent = Literal["Africa", "Asia", "Europe", "North America", "South America", "Oceania"]

MOST_RELATED = 10
_LEAST_WEIGHT = 0.16  # of what two events share: a context of some eighty events alone relates nothing


class NamedSource(BaseModel):
    """A source beside the Wikipedia article."""

    model_config = ConfigDict(extra="forbid")

    name: str
    url: HttpUrl


class SourceEvent(BaseModel):
    """One event as it stands in a source file."""

    model_config = ConfigDict(extra="forbid")

    date: dt.date
    headline: str = Field(min_length=30, max_length=260, pattern=r"\.$")
    summary: str = Field(min_length=40, max_length=400)
    field: Field_
    continent: Continent
    wikipedia: str
    contexts: list[str] = Field(min_length=3, max_length=8)
    topics: list[str] = Field(default=[], max_length=2)
    sources: list[NamedSource] = []


class _SourceFile(BaseModel):
    model_config = ConfigDict(extra="forbid")

    events: list[SourceEvent]


def read_source(folder: Path) -> list[SourceEvent]:
    """Read `MM.toml` files, in order of month, day and year. InputError names the file and value that are wrong."""
    found: list[SourceEvent] = []
    for file in sorted(folder.glob("[01][0-9].toml")):
        try:
            events = _SourceFile.model_validate(tomllib.loads(file.read_text(encoding="utf-8"))).events
        except (ValidationError, tomllib.TOMLDecodeError) as error:
            raise InputError(f"{file}: {error}") from error
        for event in events:
            if event.date.month != int(file.stem):
                raise InputError(f"{file}: {event.date} is not in the month of this file")
        found += events
    return sorted(found, key=lambda event: (event.date.month, event.date.day, event.date.year, event.headline))


def as_events(sources: Sequence[SourceEvent]) -> list[Event]:
    """The events in order of time, with their related ones."""
    events = sorted((_event(source) for source in sources), key=lambda event: (event.date, event.headline))
    with_context: dict[str, list[int]] = defaultdict(list)
    for place, event in enumerate(events):
        for name in event.contexts:
            with_context[name].append(place)
    weight = {name: 1 / math.log2(1 + len(places)) for name, places in with_context.items()}
    return [replace(event, related=_related(place, events, with_context, weight)) for place, event in enumerate(events)]


def _event(source: SourceEvent) -> Event:
    title = quote(source.wikipedia.replace(" ", "_"), safe="/:,;@!$*'()~")
    headline = clean(source.headline)
    event = Event(
        id=event_id(source.date, headline),
        date=source.date,
        headline=headline,
        topics=tuple(source.topics),
        summary=clean(source.summary),
        contexts=tuple(source.contexts),
        sources=(
            Source("Wikipedia", f"https://en.wikipedia.org/wiki/{title}"),
            *(Source(other.name, str(other.url)) for other in source.sources),
        ),
        attribution=ATTRIBUTION,
    )
    return replace(event, paths=(address(event),))


def _related(
    place: int, events: Sequence[Event], with_context: dict[str, list[int]], weight: dict[str, float]
) -> tuple[Related, ...]:
    mine = events[place]
    shared: dict[int, list[str]] = defaultdict(list)
    for name in mine.contexts:
        for other in with_context[name]:
            if other != place:
                shared[other].append(name)

    def rank(other: int) -> tuple[float, int, int]:
        return -sum(weight[name] for name in shared[other]), abs((events[other].date - mine.date).days), other

    near = [other for other in sorted(shared, key=rank) if -rank(other)[0] >= _LEAST_WEIGHT]
    return tuple(
        Related(events[other].date, events[other].title, tuple(shared[other]), events[other].path)
        for other in near[:MOST_RELATED]
    )
