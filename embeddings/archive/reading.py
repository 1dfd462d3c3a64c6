"""The Markdown archive: `news/YYYY/MM/D/`, one page an event and one index a day.

A day's folder has a month with a leading zero and a day without one. `index.md` (also, or only, `README.md`) lists the
day's events; `<slug>.md` is the page of one. The slug is the headline's letters and digits, cut at about 138
characters: an address, not a text.

`write_archive` writes such an archive and `read_markdown` reads it back. The layout does not separate topics from a
headline with a colon in it. But if the file `EXPORT_MARK` says that an export wrote the archive, its day indexes do.
"""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path

from embeddings.archive.folders import INDEX_NAMES, day_files, day_folders, news_folder, read_attribution
from embeddings.archive.layout import (
    ADDRESS_START,
    EXPORT_MARK,
    MAX_CONTEXTS,
    MAX_ENTRIES,
    MAX_HEADLINE,
    MAX_NAME,
    MAX_RELATED,
    MAX_SOURCES,
    MAX_SUMMARY,
    day_address,
    day_of_address,
)
from embeddings.archive.report import PageReport, Report
from embeddings.archive.topics import Topics, split_before, split_listed
from embeddings.events import Event, Related, Source, event_id
from embeddings.text import clean, is_web_address, normalise, shorten

_DAY_HEADING = re.compile(r"#{2,3} \[([0-9]{4})-([0-9]{1,2})-([0-9]{1,2})\]")
_NUMBER = re.compile(r"(?:[0-9]{1,7}[.)]|[-*])\s+")
_SOURCES, _RELATED = ("source", "sources"), "related"  # sections of a page
_CONTEXT = re.compile(r"_Contexts?: ")


@dataclass(frozen=True, slots=True)
class _Entry:
    """An event as one file tells it: a page, or an entry of a day index. `title` may begin with topics."""

    address: str
    title: str
    topic: str | None = None
    summary: str | None = None
    contexts: tuple[str, ...] = ()
    sources: tuple[Source, ...] = ()
    related: tuple[Related, ...] = ()


class _ArchivePage(PageReport):
    """The lines of one file, and its place in the report."""

    def __init__(self, path: str, text: str, report: Report) -> None:
        super().__init__(path, report)
        self.lines = text.replace("\r\n", "\n").replace("\r", "\n").split("\n")


def read_markdown(root: Path, report: Report) -> Iterator[Event]:
    """Read the events of a Markdown archive in day order; an event may come several times, under each address.

    Args:
        root: the folder that holds `news/`, or `news/` itself. A file `attribution.txt` in either names the author and
            licence of the texts; without it, they are the portal's.
        report: gets what cannot be read.
    Raises:
        ArchiveMissingError: if there is no `news/` with years in it.
    """
    news = news_folder(root)
    attribution = read_attribution(news, report)
    days = list(day_folders(news, report))
    topics = Topics()
    unreported = Report()  # the second pass reports what cannot be read
    for _, folder in days:
        for name, path, text in day_files(news, folder, unreported):
            _learn(topics, _ArchivePage(path, text, unreported), is_index=name in INDEX_NAMES)
    read_day = _read_exported_day if (news.parent / EXPORT_MARK).is_file() else _read_day
    for day, folder in days:
        yield from read_day(news, day, folder, topics, attribution, report)


def _learn(topics: Topics, page: _ArchivePage, *, is_index: bool) -> None:
    for line in page.lines:
        if not line:
            continue
        if (at := line.find("_Context: ")) >= 0 and (contexts := _contexts(line[at:])):
            topics.learn_contexts(contexts)
        if line.startswith("##### "):
            if len(line) <= MAX_NAME:
                topics.learn_name(clean(line[6:]))
        elif line.startswith("# ") and not is_index:
            topics.learn_title(clean(line[2 : MAX_HEADLINE + 2]))
        elif "](/news/" in line and (link := _event_link(line[line.find("[") :])) is not None:
            topics.learn_title(clean(link.text[:MAX_HEADLINE]))


def _read_day(
    news: Path, day: dt.date, folder: Path, topics: Topics, attribution: str, report: Report
) -> Iterator[Event]:
    index: dict[str, _Entry] = {}
    for name, path, text in day_files(news, folder, report):
        page = _ArchivePage(path, text, report)
        if name in INDEX_NAMES:
            for entry in _read_index(page, day):
                index.setdefault(entry.address, entry)
                yield _event(day, entry, None, topics, attribution)
        elif (described := _read_page(page, day, day_address(day) + name)) is not None:
            yield _event(day, described, index.get(described.address), topics, attribution)


def _read_exported_day(
    news: Path, day: dt.date, folder: Path, topics: Topics, attribution: str, report: Report
) -> Iterator[Event]:
    """Like `_read_day`, for an export: one event per page, in the order of the day index."""
    index: dict[str, _Entry] = {}
    pages: dict[str, _Entry] = {}
    for name, path, text in day_files(news, folder, report):
        page = _ArchivePage(path, text, report)
        if name in INDEX_NAMES:
            index.update((entry.address, entry) for entry in _read_index(page, day))
        elif (described := _read_page(page, day, day_address(day) + name)) is not None:
            pages[described.address] = described
    for path, listed in index.items():
        described = pages.pop(path, listed)
        event = _event(day, described, listed, topics, attribution)
        if (names := split_listed(described.title, listed.topic, listed.title)) is not None:
            event = replace(event, id=event_id(day, listed.title), topics=names, headline=listed.title)
        yield replace(event, contexts=tuple(dict.fromkeys((*listed.contexts, *described.contexts))))
    for described in pages.values():  # put there since, by somebody else
        yield _event(day, described, None, topics, attribution)


def _event(day: dt.date, entry: _Entry, listed: _Entry | None, topics: Topics, attribution: str) -> Event:
    """The event of an entry. `listed` is the day index's entry for the same page, which may have the headline alone."""
    split = split_before(entry.title, listed.title) if listed is not None and listed.topic else None
    names, headline = split if split is not None else topics.split(entry.title)
    if entry.topic and all(normalise(entry.topic) != normalise(name) for name in names):
        names = (entry.topic, *names)
    return Event(
        id=event_id(day, headline),
        date=day,
        headline=headline,
        topics=names,
        summary=entry.summary,
        contexts=entry.contexts,
        sources=entry.sources,
        related=entry.related,
        paths=(entry.address,),
        attribution=attribution,
    )


def _read_page(page: _ArchivePage, day: dt.date, address: str) -> _Entry | None:
    """The event of a page; None, with a report, if the page has no headline."""
    title: str | None = None
    summary = _Summary(page)
    sources: list[Source] = []
    related: list[Related] = []
    section = ""
    for number, raw in enumerate(page.lines, 1):
        line = raw.strip()
        if not line:
            continue
        if match := _DAY_HEADING.match(line):
            _check_day(page, number, match, day)
        elif line.startswith("# "):
            if title is None:
                title = _title(page, number, line[2:])
            else:
                page.reject(number, "a second headline; the first one counts")
        elif line.startswith("### "):
            section = clean(line[4:]).rstrip(":").lower()
            if section not in (*_SOURCES, _RELATED):
                page.reject(number, f'unknown section "{shorten(section, 60)}": expected "Source:" or "Related:"')
        elif section:
            _read_entry(page, number, line, section, sources, related)
        elif title is not None:
            summary.add(number, line)
        else:
            page.reject(number, 'expected the headline, a line that begins with "# "')
    if title is None:
        page.reject(len(page.lines), 'the page has no headline (a line that begins with "# ")')
        return None
    contexts = dict.fromkeys(name for other in related for name in other.contexts)
    return _Entry(address, title, None, summary.text(), tuple(contexts)[:MAX_CONTEXTS], tuple(sources), tuple(related))


def _read_entry(
    page: _ArchivePage, number: int, line: str, section: str, sources: list[Source], related: list[Related]
) -> None:
    """Add the source or related event of a line to the list; beyond the list's limit it is reported instead."""
    if section in _SOURCES:
        if len(sources) >= MAX_SOURCES:
            page.reject(number, f"more than {MAX_SOURCES} sources")
        elif (source := _source(page, number, line)) is not None:
            sources.append(source)
    elif section == _RELATED:
        if len(related) >= MAX_RELATED:
            page.reject(number, f"more than {MAX_RELATED} related events")
        elif (other := _related(page, number, line)) is not None:
            related.append(other)
    else:
        page.reject(number, "stands in an unknown section")


class _Summary:
    """The lines of a summary, as many as are kept."""

    def __init__(self, page: _ArchivePage) -> None:
        self._page = page
        self._lines: list[str] = []
        self._left = MAX_SUMMARY
        self._cut = False

    def add(self, number: int, line: str) -> None:
        """Take in line `number`; text beyond the limit is reported once and left out."""
        if self._cut:
            return
        if len(line) > self._left:
            self._cut = True
            self._page.reject(number, f"the summary has more than {MAX_SUMMARY:,} characters; the rest is left out")
        self._lines.append(line[: max(0, self._left)])
        self._left -= len(line) + 1

    def text(self) -> str | None:
        """All lines as one; None if there are no lines."""
        return clean(" ".join(self._lines)) or None


def _read_index(page: _ArchivePage, day: dt.date) -> Iterator[_Entry]:
    topic: str | None = None
    entry: _Entry | None = None
    summary = _Summary(page)
    entries = 0
    for number, raw in enumerate(page.lines, 1):
        line = raw.strip()
        if not line or line.startswith(("Formats: ", "## [Previous Day", "## [Next Day")):
            continue
        if match := _DAY_HEADING.match(line):
            _check_day(page, number, match, day)
        elif line.startswith("##### "):
            topic = _name(page, number, line[6:], "topic")
        elif line.startswith("### "):
            if entry is not None:
                yield replace(entry, summary=summary.text())
            entries += 1
            if entries > MAX_ENTRIES:
                page.reject(number, f"more than {MAX_ENTRIES:,} entries; the rest is left out")
                return
            entry, topic, summary = _listed(page, number, line[4:], topic, day), None, _Summary(page)
        elif entry is None:
            page.reject(number, "expected an entry, a line such as ### [headline](/news/YYYY/MM/D/slug.md)")
        elif _CONTEXT.match(line):
            entry = replace(entry, contexts=_contexts(line, page, number))
        else:
            summary.add(number, line)
    if entry is not None:
        yield replace(entry, summary=summary.text())


def _check_day(page: _ArchivePage, number: int, match: re.Match[str], day: dt.date) -> None:
    written = "-".join(match.groups())
    if tuple(map(int, match.groups())) != (day.year, day.month, day.day):
        page.reject(number, f"the heading says {written}, the folder {day}; the folder's day counts")


def _title(page: _ArchivePage, number: int, text: str) -> str | None:
    title = clean(text)
    if len(title) > MAX_HEADLINE:
        page.reject(number, f"the headline has {len(title):,} characters, expected at most {MAX_HEADLINE:,}")
        return None
    if not normalise(title):
        page.reject(number, "the headline has no words" if title else "the headline is empty")
        return None
    return title


def _name(page: _ArchivePage, number: int, text: str, what: str) -> str | None:
    name = clean(text)
    if len(name) > MAX_NAME:
        page.reject(number, f"the {what} has {len(name):,} characters, expected at most {MAX_NAME:,}")
        return None
    return name or None


@dataclass(frozen=True, slots=True)
class _Link:
    """`[text](/news/YYYY/MM/D/slug.md) rest`."""

    text: str
    day: dt.date
    address: str
    rest: str


def _event_link(text: str) -> _Link | None:
    """Read a link to an event. Headlines may hold brackets, and slugs parentheses, so it is read from both ends."""
    at = text.rfind("](/news/")
    end = text.find(".md)", at)
    if not text.startswith("[") or at < 0 or end < 0:
        return None
    address = text[at + 2 : end + 3]
    day = day_of_address(address)
    return None if day is None else _Link(text[1:at], day, address, text[end + 4 :])


def _listed(page: _ArchivePage, number: int, text: str, topic: str | None, day: dt.date) -> _Entry | None:
    link = _event_link(text)
    if link is None:
        page.reject(number, "expected [headline](/news/YYYY/MM/D/slug.md)")
        return None
    if link.day != day:
        page.reject(number, f"the entry leads to {link.day}, the folder is {day}")
        return None
    title = _title(page, number, link.text)
    return None if title is None else _Entry(link.address, title, topic)


def _source(page: _ArchivePage, number: int, line: str) -> Source | None:
    text = _without_number(line)
    address_start = ADDRESS_START.search(text)
    at = address_start.start() if address_start else text.rfind("](")
    if text.startswith("[") and at > 0:
        name, url = clean(text[1:at]), text[at + 2 :].strip().removesuffix(")").strip()
        if not text.rstrip().endswith(")"):
            page.reject(number, "the source's link has no closing bracket")
            return None
    else:
        name, url = clean(text), ""
    if not name and not url:
        page.reject(number, "the source has neither a name nor an address")
        return None
    if url and not is_web_address(url):
        page.reject(number, f"the source's address is not http or https: {shorten(clean(url), 80)}; its name is kept")
        url = ""
    if len(name) > MAX_NAME:
        page.reject(number, f"the source's name has {len(name):,} characters, expected at most {MAX_NAME:,}")
        name = ""
    return Source(name or url, url or None) if name or url else None


def _without_number(line: str) -> str:
    return line[match.end() :] if (match := _NUMBER.match(line)) else line


def _related(page: _ArchivePage, number: int, line: str) -> Related | None:
    link = _event_link(_without_number(line))
    if link is None:
        page.reject(
            number,
            f"is not a link to a related event: {shorten(clean(line), 80)}; "
            "expected [headline](/news/YYYY/MM/D/slug.md)",
        )
        return None
    title = _title(page, number, link.text)
    if title is None:
        return None
    return Related(link.day, title, _contexts(link.rest.strip(), page, number), link.address)


def _contexts(text: str, page: _ArchivePage | None = None, number: int = 0) -> tuple[str, ...]:
    """The names of `_Context: a, b_`, each once; empty if `text` is not such a line. Names left out are reported."""
    match = _CONTEXT.match(text)
    if match is None:
        return ()
    parts = text[match.end() :].rstrip().removesuffix("_").split(",", MAX_CONTEXTS)
    names = [clean(part) for part in parts[:MAX_CONTEXTS]]
    if page is not None and (len(parts) > MAX_CONTEXTS or any(len(name) > MAX_NAME for name in names)):
        page.reject(
            number, f"expected at most {MAX_CONTEXTS} contexts of {MAX_NAME:,} characters; the rest is left out"
        )
    return tuple(dict.fromkeys(name for name in names if name and len(name) <= MAX_NAME))
