"""What the program knows of the world: events, their sources and their relations. Values, without input or output."""

from __future__ import annotations

import datetime as dt
import hashlib
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache, lru_cache
from typing import TYPE_CHECKING, Any

from embeddings.calendar_names import MONTHS
from embeddings.text import normalise

if TYPE_CHECKING:
    from pydantic import TypeAdapter

PORTAL_ATTRIBUTION = "Wikipedia, CC BY-SA 4.0"
"""The origin of the texts of Wikipedia's Current Events portal, and of the news site that was made from it."""

_PORTAL_BEGAN = dt.date(2002, 7, 1)  # the first day that has a page


@dataclass(frozen=True, slots=True)
class Source:
    """Who reported an event; `url` is http or https, or None where the archive has lost it."""

    name: str
    url: str | None = None


@dataclass(frozen=True, slots=True)
class Related:
    """A link from one event to another.

    Attributes:
        date, headline: of the other event, copied from the link; in an archive, topics may stand before the headline.
        contexts: what both events are about.
        path: the address of the other event's page in a Markdown archive (/news/…/slug.md), if the link has one.
        id: the other event's id, if the index holds that event.
    """

    date: dt.date
    headline: str
    contexts: tuple[str, ...] = ()
    path: str | None = None
    id: str | None = None


@dataclass(frozen=True, slots=True)
class Event:
    """One thing that happened on one day.

    Attributes:
        headline: without its topics.
        topics: from the wider to the narrower.
        contexts: names of what the event is about.
        paths: the event's addresses in a Markdown archive; the first is the one that is shown.
        attribution: whose text this is, and its licence.
        withdrawn: the day on which an update found that an edit had taken the event out of the archive; None while the
            archive holds it.
        lists: names of the lists that it was read from, such as Wikipedia's days of the year; empty where an archive
            itself tells of it. Always empty for events of an index, for which `Catalogue.lists` gives the names.
    """

    id: str
    date: dt.date
    headline: str
    topics: tuple[str, ...] = ()
    category: str | None = None
    summary: str | None = None
    contexts: tuple[str, ...] = ()
    sources: tuple[Source, ...] = ()
    related: tuple[Related, ...] = ()
    paths: tuple[str, ...] = ()
    attribution: str = PORTAL_ATTRIBUTION
    withdrawn: dt.date | None = None
    lists: tuple[str, ...] = ()

    @property
    def path(self) -> str | None:
        """The address that is shown."""
        return self.paths[0] if self.paths else None

    @property
    def title(self) -> str:
        """Topics and headline in one line, as an archive page has them."""
        return ": ".join((*self.topics, self.headline))


@cache
def event_json() -> TypeAdapter[Event]:
    """Events to JSON and back, with everything that they hold."""
    from pydantic import TypeAdapter  # answers from an index can do without

    return TypeAdapter(Event)


@lru_cache(4_096)  # a build asks for it of each event of a day several times
def event_id(day: dt.date, headline: str) -> str:
    """The id of a new event: its date and the first eight hexadecimal digits of its normalised headline's SHA-256."""
    digest = hashlib.sha256(normalise(headline).encode()).hexdigest()
    return f"{day.isoformat()}-{digest[:8]}"


def event_links(event: Event) -> Iterator[str]:
    """Where the headline may lead, the best first: its sources' addresses, then the event's day on Wikipedia.

    That is the portal's page of the day, or, before there was a portal, the article on the day of the year.
    """
    yield from (source.url for source in event.sources if source.url)
    if event.attribution == PORTAL_ATTRIBUTION:
        day = event.date
        month = MONTHS[day.month - 1]
        if day >= _PORTAL_BEGAN:
            yield f"https://en.wikipedia.org/wiki/Portal:Current_events/{day.year}_{month}_{day.day}"
        else:
            yield f"https://en.wikipedia.org/wiki/{month}_{day.day}"


def event_link(event: Event) -> str | None:
    """The address that a headline links to; None if there is none."""
    return next(event_links(event), None)


def related_as_dict(related: Related) -> dict[str, Any]:
    """A related event as a part of the JSON that commands print, which users' scripts parse."""
    return {
        "id": related.id,
        "date": related.date.isoformat(),
        "headline": related.headline,
        "contexts": list(related.contexts),
        "path": related.path,
    }


def event_as_dict(event: Event) -> dict[str, Any]:
    """An event as the JSON that commands print, which users' scripts parse; a JSONL archive may hold it, too."""
    return {
        "id": event.id,
        "date": event.date.isoformat(),
        "headline": event.headline,
        "topics": list(event.topics),
        "category": event.category,
        "summary": event.summary,
        "contexts": list(event.contexts),
        "sources": [{"name": source.name, "url": source.url} for source in event.sources],
        "related": [related_as_dict(related) for related in event.related],
        "path": event.path,
        "attribution": event.attribution,
        **({} if event.withdrawn is None else {"withdrawn": True}),
    }
