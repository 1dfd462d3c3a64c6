"""Events to Markdown pages and day indexes."""

from __future__ import annotations

import datetime as dt
import html
from collections.abc import Iterable, Sequence
from dataclasses import replace
from itertools import groupby
from operator import attrgetter
from pathlib import Path

from embeddings.archive.layout import (
    ADDRESS_START,
    STRUCTURE,
    addresses,
    day_address,
    slug,
    title_digits,
)
from embeddings.events import PORTAL_ATTRIBUTION, Event, Related, Source


def write_page(event: Event) -> str:
    """One event as a page. The layout cannot hold its category, and only those contexts that related events share."""
    lines = [f"### [{event.date}]({day_address(event.date)}index.md)", "", f"# {_escaped(event.title)} ", ""]
    lines += [_summary_line(event.summary or ""), "", ""]
    if event.sources:
        lines += ["### Source:", ""]
        lines += [f"{n}. {_source_text(source)}" for n, source in enumerate(event.sources, 1)]
        lines += [""]
    if event.related:
        lines += ["### Related:", ""]
        lines += [f"{n}. {_related_text(other)}" for n, other in enumerate(event.related, 1)]
    return "\n".join(lines) + "\n"


def _escaped(text: str) -> str:
    """A text escaped so that it reads back unchanged, even if it holds something that looks like an HTML entity."""
    return text.replace("&", "&amp;") if html.unescape(text) != text else text


def _entity(character: str) -> str:
    """A character as an HTML entity, for places where the layout gives it a meaning."""
    return f"&#{ord(character)};"


def _summary_line(summary: str) -> str:
    text = _escaped(summary)
    return _entity(text[0]) + text[1:] if STRUCTURE.match(text) else text


def _source_text(source: Source) -> str:
    name = _escaped(source.name)
    if source.url is None:
        return _entity("[") + name[1:] if name.startswith("[") and "](" in name else name
    return f"[{ADDRESS_START.sub(']' + _entity('('), name)}]({source.url})"


def _related_text(other: Related) -> str:
    # Without a page to lead to, the address is one that no event of the archive has.
    made = f"{day_address(other.date)}{slug(other.headline)}-{title_digits(other.date, other.headline)}.md"
    return f"[{_escaped(other.headline)} ]({other.path or made}){_context_line(' ', other.contexts)}"


def _context_line(before: str, names: Sequence[str]) -> str:
    if not names:
        return ""
    # A comma ends a name, and the last address in a line is that of its link.
    texts = (_escaped(name).replace(",", _entity(",")).replace("](/news/", f"{_entity(']')}(/news/") for name in names)
    return f"{before}_Context: {', '.join(texts)}_"


def write_index(day: dt.date, events: Sequence[Event], previous: dt.date | None) -> str:
    """The index of a day: each event with its widest topic, and its summary or else its contexts.

    Args:
        events: the day's events, each with the address of its page.
        previous: the last day before `day` that has an index.
    """
    lines = [f"## [{day}]({day_address(day)}index.md)", ""]
    for event in events:
        if event.topics:
            lines.append(f"##### {_escaped(event.topics[0])}")
        lines.append(f"### [{_escaped(event.headline)} ]({event.path})")
        if event.summary:
            lines.append(_summary_line(event.summary))
        elif event.contexts:
            lines.append(_context_line("", event.contexts))
        lines.append("")
    if previous is not None:
        lines.append(f"## [Previous Day...]({day_address(previous)}index.md)")
    return "\n".join(lines) + "\n"


def write_archive(root: Path, events: Iterable[Event], attribution: str = PORTAL_ATTRIBUTION) -> tuple[int, int]:
    """Write pages and day indexes under `root/news`, and the attribution beside it; other files are left alone.

    Args:
        events: in order of time.
    Returns:
        The numbers of pages and of days.
    """
    pages = days = 0
    previous: dt.date | None = None
    for day, of_day in groupby(events, key=attrgetter("date")):
        day_events = list(of_day)
        folder = root / day_address(day).lstrip("/")
        folder.mkdir(parents=True, exist_ok=True)
        placed = [replace(event, paths=(path,)) for event, path in zip(day_events, addresses(day_events), strict=True)]
        for event in placed:
            (root / event.paths[0].lstrip("/")).write_text(write_page(event), encoding="utf-8", newline="\n")
        (folder / "index.md").write_text(write_index(day, placed, previous), encoding="utf-8", newline="\n")
        pages, days, previous = pages + len(placed), days + 1, day
    (root / "attribution.txt").write_text(attribution + "\n", encoding="utf-8")
    return pages, days
