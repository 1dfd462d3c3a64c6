"""One file of a Markdown archive: an event's page, in each of the site's layouts, or a day index.

Older pages have topics in front of the headline. The last layout has a line of formats, `##### Topic` above the
headline, among the sources a picture, and a section `### Changes:` with the event's earlier headlines and addresses.
"""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Iterator
from dataclasses import dataclass, replace

from embeddings.archive.layout import (
    ADDRESS_START,
    MAX_CHANGES,
    MAX_CONTEXTS,
    MAX_ENTRIES,
    MAX_HEADLINE,
    MAX_NAME,
    MAX_RELATED,
    MAX_SOURCES,
    MAX_SUMMARY,
    MAX_TOPICS,
    day_of_address,
)
from embeddings.archive.report import PageReport, Report
from embeddings.archive.topics import Topics
from embeddings.events import Related, Source
from embeddings.text import clean, is_web_address, normalise, shorten

_DAY_HEADING = re.compile(r"#{2,3} \[([0-9]{4})-([0-9]{1,2})-([0-9]{1,2})\]")
_NUMBER = re.compile(r"(?:[0-9]{1,7}[.)]|[-*])\s+")
_SECTIONS = {  # of a page
    "source": "sources",
    "sources": "sources",
    "change": "changes",
    "changes": "changes",
    "related": "related",
}
_CONTEXT = re.compile(r"_Contexts?: ")
_PICTURE = "cover image"  # stands among the sources


@dataclass(frozen=True, slots=True)
class Entry:
    """An event as one file tells it: a page, or an entry of a day index.

    Attributes:
        title: may begin with topics, and end with sources.
        topics: that stand on lines of their own.
        changes: earlier titles, each with its address; a title is empty where it cannot be read.
    """

    address: str
    title: str
    topics: tuple[str, ...] = ()
    summary: str | None = None
    contexts: tuple[str, ...] = ()
    sources: tuple[Source, ...] = ()
    related: tuple[Related, ...] = ()
    changes: tuple[tuple[str, str], ...] = ()


class ArchivePage(PageReport):
    """The lines of one file, and its place in the report."""

    def __init__(self, path: str, text: str, report: Report) -> None:
        super().__init__(path, report)
        self.lines = text.replace("\r\n", "\n").replace("\r", "\n").split("\n")


def learn(topics: Topics, page: ArchivePage, *, is_index: bool) -> list[str]:
    """Learn from a file what names the archive has for topics, contexts and sources; gives its own titles."""
    titles: list[str] = []
    for line in page.lines:
        if not line:
            continue
        if (at := line.find("_Context: ")) >= 0 and (contexts := _contexts(line[at:])):
            topics.learn_contexts(contexts)
        if line.startswith("##### "):
            if len(line) <= MAX_NAME:
                topics.learn_name(clean(line[6:]))
        elif line.startswith("# ") and not is_index:
            titles.append(clean(line[2 : MAX_HEADLINE + 2]))
            topics.learn_title(titles[-1])
        elif "](/news/" in line and (link := _event_link(line[line.find("[") :])) is not None:
            topics.learn_title(title := clean(link.text[:MAX_HEADLINE]))
            if line.startswith("### ") and is_index:
                titles.append(title)
        elif line[0].isdigit() and (match := ADDRESS_START.search(line)) is not None:
            name = clean(line[line.find("[") + 1 : match.start()])
            if len(name) <= MAX_NAME and not _is_picture(line):
                topics.learn_source(name)
    return titles


def read_page(page: ArchivePage, day: dt.date, address: str) -> Entry | None:
    """The event of a page; None, with a report, if the page has no headline."""
    title: str | None = None
    topics: dict[str, None] = {}
    summary = _Summary(page)
    sections = _Sections(page)
    section = ""
    for number, raw in enumerate(page.lines, 1):
        line = raw.strip()
        if not line or (title is None and line.startswith("Formats: ")):
            continue
        if match := _DAY_HEADING.match(line):
            _check_day(page, number, match, day)
        elif line.startswith("# "):
            if title is None:
                title = _title(page, number, line[2:])
            else:
                page.reject(number, "a second headline; the first one counts")
        elif title is None and line.startswith("##### "):
            if (topic := _name(page, number, line[6:], "topic")) is not None and len(topics) < MAX_TOPICS:
                topics[topic] = None
        elif line.startswith("### "):
            section = clean(line[4:]).rstrip(": ").lower()
            if section not in _SECTIONS:
                page.reject(number, f'unknown section "{shorten(section, 60)}": expected "Source:" or "Related:"')
        elif section:
            sections.add(number, line, _SECTIONS.get(section))
        elif title is not None:
            summary.add(number, line)
        else:
            page.reject(number, 'expected the headline, a line that begins with "# "')
    if title is None:
        page.reject(len(page.lines), 'the page has no headline (a line that begins with "# ")')
        return None
    contexts = dict.fromkeys(name for other in sections.related for name in other.contexts)
    return Entry(
        address=address,
        title=title,
        topics=tuple(topics),
        summary=summary.text(),
        contexts=tuple(contexts)[:MAX_CONTEXTS],
        sources=tuple(sections.sources),
        related=tuple(sections.related),
        changes=tuple(each for each in sections.changes if each[1] != address),
    )


class _Sections:
    """What the sections of a page hold, as much as is kept."""

    def __init__(self, page: ArchivePage) -> None:
        self._page = page
        self.sources: list[Source] = []
        self.related: list[Related] = []
        self.changes: list[tuple[str, str]] = []

    def add(self, number: int, line: str, section: str | None) -> None:
        """Add what line `number` of a section says to its list; beyond the list's limit it is reported instead."""
        page = self._page
        if section == "sources":
            if _is_picture(line):
                return
            if len(self.sources) >= MAX_SOURCES:
                page.reject(number, f"more than {MAX_SOURCES} sources")
            elif (source := _source(page, number, line)) is not None:
                self.sources.append(source)
        elif section == "related":
            if len(self.related) >= MAX_RELATED:
                page.reject(number, f"more than {MAX_RELATED} related events")
            elif (other := _related(page, number, line)) is not None:
                self.related.append(other)
        elif section == "changes":
            if len(self.changes) >= MAX_CHANGES:
                page.reject(number, f"more than {MAX_CHANGES} earlier versions")
            elif (link := _event_link(_without_number(line))) is None:
                page.reject(number, "expected [earlier headline](/news/YYYY/MM/D/slug.md) _when_")
            else:
                title = clean(link.text)
                is_title = len(title) <= MAX_HEADLINE and normalise(title) != ""
                self.changes.append((title if is_title else "", link.address))
        else:
            page.reject(number, "stands in an unknown section")


def _is_picture(line: str) -> bool:
    text = _without_number(line).lstrip(" !")
    return normalise(text[1 : text.find("]")] if text.startswith("[") else text) == _PICTURE


class _Summary:
    """The lines of a summary, as many as are kept."""

    def __init__(self, page: ArchivePage) -> None:
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
            self._page.remark(number, f"the summary has more than {MAX_SUMMARY:,} characters; the rest is left out")
        self._lines.append(line[: max(0, self._left)])
        self._left -= len(line) + 1

    def text(self) -> str | None:
        """All lines as one; None if there are no lines."""
        return clean(" ".join(self._lines)) or None


def read_index(page: ArchivePage, day: dt.date) -> Iterator[Entry]:
    """The entries of a day index."""
    topics: list[str] = []
    entry: Entry | None = None
    summary = _Summary(page)
    entries = 0
    for number, raw in enumerate(page.lines, 1):
        line = raw.strip()
        if not line or line.startswith(("Formats: ", "## [Previous Day", "## [Next Day")):
            continue
        if match := _DAY_HEADING.match(line):
            _check_day(page, number, match, day)
        elif line.startswith("##### "):
            if (topic := _name(page, number, line[6:], "topic")) is not None and len(topics) < MAX_TOPICS:
                topics.append(topic)
        elif line.startswith("### "):
            if entry is not None:
                yield replace(entry, summary=summary.text())
            entries += 1
            if entries > MAX_ENTRIES:
                page.reject(number, f"more than {MAX_ENTRIES:,} entries; the rest is left out")
                return
            entry, topics, summary = _listed(page, number, line[4:], topics, day), [], _Summary(page)
        elif entry is None:
            page.reject(number, "expected an entry, a line such as ### [headline](/news/YYYY/MM/D/slug.md)")
        elif _CONTEXT.match(line):
            entry = replace(entry, contexts=_contexts(line, page, number))
        else:
            summary.add(number, line)
    if entry is not None:
        yield replace(entry, summary=summary.text())


def _check_day(page: ArchivePage, number: int, match: re.Match[str], day: dt.date) -> None:
    written = "-".join(match.groups())
    if tuple(map(int, match.groups())) != (day.year, day.month, day.day):
        page.remark(number, f"the heading says {written}, the folder {day}; the folder's day counts")


def _title(page: ArchivePage, number: int, text: str) -> str | None:
    title = clean(text)
    if len(title) > MAX_HEADLINE:
        page.reject(number, f"the headline has {len(title):,} characters, expected at most {MAX_HEADLINE:,}")
        return None
    if not normalise(title):
        page.reject(number, "the headline has no words" if title else "the headline is empty")
        return None
    return title


def _name(page: ArchivePage, number: int, text: str, what: str) -> str | None:
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


def _listed(page: ArchivePage, number: int, text: str, topics: list[str], day: dt.date) -> Entry | None:
    link = _event_link(text)
    if link is None:
        page.reject(number, "expected [headline](/news/YYYY/MM/D/slug.md)")
        return None
    if link.day != day:
        page.reject(number, f"the entry leads to {link.day}, the folder is {day}")
        return None
    title = _title(page, number, link.text)
    return None if title is None else Entry(link.address, title, tuple(dict.fromkeys(topics)))


def _source(page: ArchivePage, number: int, line: str) -> Source | None:
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
        page.remark(number, f"the source's address is not http or https: {shorten(clean(url), 80)}; its name is kept")
        url = ""
    if len(name) > MAX_NAME:
        page.reject(number, f"the source's name has {len(name):,} characters, expected at most {MAX_NAME:,}")
        name = ""
    return Source(name or url, url or None) if name or url else None


def _without_number(line: str) -> str:
    return line[match.end() :] if (match := _NUMBER.match(line)) else line


def _related(page: ArchivePage, number: int, line: str) -> Related | None:
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


def _contexts(text: str, page: ArchivePage | None = None, number: int = 0) -> tuple[str, ...]:
    """The names of `_Context: a, b_`, each once; empty if `text` is not such a line. Names left out are reported."""
    match = _CONTEXT.match(text)
    if match is None:
        return ()
    parts = text[match.end() :].rstrip().removesuffix("_").split(",", MAX_CONTEXTS)
    names = [clean(part) for part in parts[:MAX_CONTEXTS]]
    if page is not None and (len(parts) > MAX_CONTEXTS or any(len(name) > MAX_NAME for name in names)):
        page.remark(
            number, f"expected at most {MAX_CONTEXTS} contexts of {MAX_NAME:,} characters; the rest is left out"
        )
    return tuple(dict.fromkeys(name for name in names if name and len(name) <= MAX_NAME))
