"""The Markdown layout: the address of each event and day, and the limits of what is kept of them."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Sequence
from itertools import chain, count

from embeddings.archive.folders import INDEX_NAMES
from embeddings.events import Event, event_id
from embeddings.text import normalise

MAX_HEADLINE = 5_000  # characters; the longest real one has 1,189
MAX_SUMMARY = 20_000
MAX_NAME = 1_000  # of a topic, context or source
MAX_CONTEXTS = 500
MAX_ENTRIES = 100_000  # of a day index
MAX_SOURCES = 100
MAX_RELATED = 50
MAX_CHANGES = 200  # earlier versions of a page
MAX_TOPICS = 20  # above a headline
# The digits are those of ASCII, for a date in others would be a second address of the same day.
_ADDRESS = re.compile(r"/news/([0-9]{4})/([0-9]{2})/([0-9]{1,2})/([^/\\\s\x00-\x1f\x7f][^/\\\x00-\x1f\x7f]*)\.md")
_MAX_FILE_NAME = 255  # bytes, of most file systems
ADDRESS_START = re.compile(r"\]\((?=https?://)", re.IGNORECASE)  # an address may hold brackets too
STRUCTURE = re.compile(r"#{1,5} |Formats: |_Contexts?: ")  # what begins a line that is not a summary


EXPORT_MARK = "dateline-export.txt"
"""The file beside `news/` that says that an export wrote it."""


def day_of_address(address: str) -> dt.date | None:
    """The day in a page's address; None if it is not the address of a page in an archive."""
    match = _ADDRESS.fullmatch(address)
    if match is None:
        return None
    name = f"{match[4]}.md"
    if name in INDEX_NAMES or len(name.encode(errors="replace")) > _MAX_FILE_NAME:
        return None
    try:
        return dt.date(int(match[1]), int(match[2]), int(match[3]))
    except ValueError:
        return None


def address(event: Event) -> str:
    """The archive address for an event's page: the event's own if it has one, else one made from its title."""
    return _own_address(event) or f"{day_address(event.date)}{slug(event.title)}.md"


def addresses(events: Sequence[Event]) -> list[str]:
    """The addresses of a day's events, all different: if the one made from a title is taken, digits are added."""
    taken = {own for event in events if (own := _own_address(event)) is not None}
    found: list[str] = []
    for event in events:
        made = address(event)
        if _own_address(event) is None:
            stem = f"{made.removesuffix('.md')}-{title_digits(event.date, event.title)}"
            spare = (f"{stem}-{number}.md" for number in count(2))
            made = next(a for a in chain((made, f"{stem}.md"), spare) if a not in taken and day_of_address(a))
            taken.add(made)
        found.append(made)
    return found


def _own_address(event: Event) -> str | None:
    """The address that an event came with; None if that is of another day, or could not be read back from a link."""
    path = event.path
    return path if path is not None and ".md)" not in path and day_of_address(path) == event.date else None


def title_digits(day: dt.date, title: str) -> str:
    return event_id(day, title)[-8:]


def slug(title: str) -> str:
    """A title as the last part of an address: letters and digits in lower case, a dash for every run of others."""
    return re.sub(r"[^a-z0-9]+", "-", normalise(title))[:138].strip("-") or "event"


def day_address(day: dt.date) -> str:
    """The address of a day's folder."""
    return f"/news/{day.year:04}/{day.month:02}/{day.day}/"
