"""The pages with events in a dump of a MediaWiki wiki, streamed: plain, or packed in any way that `packed` reads.

The standard library's Expat reads it: a dump has no document type definition, so that a file with one can be refused
before it defines an entity, and skipped elements are never kept. Memory holds one page at a time, for files of any
size.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO
from xml.parsers.expat import ExpatError, ParserCreate

from embeddings.archive.folders import require_regular
from embeddings.archive.packed import head, is_damage, opened
from embeddings.archive.portal.page import MAX_PAGE
from embeddings.archive.portal.titles import page_title
from embeddings.archive.report import PageReport, Report
from embeddings.errors import ArchiveDamagedError, ArchiveMissingError
from embeddings.events import Event
from embeddings.text import clean, shorten

_BLOCK = 2**18  # bytes
_MAX_TAG = 4 * _BLOCK  # bytes; Expat gathers a tag or comment whole, however long
_MAX_DEPTH = 50  # of elements; a dump has six
_SHOWN_TITLES = 3  # of a dump that has no page with events
_SPACES = {"4": "Project", "100": "Portal"}  # by their numbers: the same in every language, the names are not
_MARKS = (b"\xef\xbb\xbf", b"\xff\xfe", b"\xfe\xff")  # of an encoding, before the text
_BEGINNINGS = (b"<mediawiki", b"<?xml")
_BEFORE_ALL = dt.datetime.min.replace(tzinfo=dt.UTC)  # of a revision that says no time


PageReader = Callable[[str, PageReport], Iterable[Event]]
"""Reads the events of a page."""

FindReader = Callable[[str], PageReader | None]
"""What reads the page with a title, None where it holds no events; ValueError where it is of no day of the calendar."""


@dataclass(frozen=True, slots=True)
class _Page:
    """A day's page with the text of its last revision, which is cut just after the most that a page may have."""

    title: str
    read: PageReader
    text: str


def is_dump(path: Path) -> bool:
    """Whether this is a file of XML by what it holds, packed or not; its name tells where it cannot be read.

    Raises:
        ArchiveMissingError: if it is packed in a way that is not read.
    """
    is_named_so = ".xml" in path.name.lower()
    if not path.is_file():
        return is_named_so and not path.is_dir()
    start = head(path)
    for mark in _MARKS:
        start = start.removeprefix(mark)
    start = start.replace(b"\0", b"").lstrip()  # UTF-16 has a zero beside each letter of ASCII
    return start.startswith(_BEGINNINGS) or (is_named_so and start[:1] in (b"<", b""))


def read_dump(path: Path, report: Report, find: FindReader) -> Iterator[Event]:
    """Stream the events of the pages of days in a dump, in its order; other pages are passed over.

    Of a page's revisions the one that was saved last counts. A dump without any page of days is reported.

    Args:
        find: tells by its title what reads a page.
    Raises:
        ArchiveMissingError: if it is not a regular file (raised at the call, because opening a pipe waits for its
            writer), or not a dump of MediaWiki.
        ArchiveDamagedError: if it cannot be read to its end, so that the rest is unknown.
    """
    require_regular(path)
    return _read(path, report, find)


def _read(path: Path, report: Report, find: FindReader) -> Iterator[Event]:
    dump = _Dump(path, report, find)
    try:
        with opened(path) as file:
            for page in dump.pages(file):
                yield from page.read(page.text, PageReport(f"{path}: {page.title}", report))
    except Exception as error:
        if not isinstance(error, ExpatError) and not is_damage(error):
            raise
        raise ArchiveDamagedError(
            f"{path} breaks off after page {dump.count:,}: {error}; fetch the file again, the index was not changed"
        ) from error
    if not dump.has_days:
        titles = ", ".join(shorten(clean(title), 80) for title in dump.first_titles) or "none"
        report.note(
            str(path),
            "has no page of the portal or of a day of the year: looked for titles such as "
            f"{page_title(dt.date(2015, 12, 23))} or December 23, it has {titles}",
        )


class _Dump:
    """Expat's handlers, and the page that they are in."""

    def __init__(self, path: Path, report: Report, find: FindReader) -> None:
        self.count = 0  # of the pages that have ended, of days or not
        self.has_days = False
        self.first_titles: list[str] = []
        self._path = path
        self._report = report
        self._find = find
        self._open: list[str] = []  # the elements that it is in, the outermost first
        self._space = ""  # the number of the namespace whose name it is in
        self._spaces: dict[str, str] = {}  # the names of namespaces in this wiki, with those that `find` knows
        self._title = ""
        self._read: PageReader | None = None
        self._best: tuple[dt.datetime, str] | None = None  # the page's revision that was saved last: when, and its text
        self._saved = _BEFORE_ALL
        self._text: str | None = None  # of the revision that it is in; None: hidden
        self._parts: list[str] = []
        self._size = 0
        self._done: list[_Page] = []
        self._parser = ParserCreate("utf-8")
        self._parser.buffer_text = True
        self._parser.StartElementHandler = self._start
        self._parser.EndElementHandler = self._end
        self._parser.StartDoctypeDeclHandler = self._refuse_document_type

    def pages(self, file: BinaryIO) -> Iterator[_Page]:
        """The pages of days."""
        read = 0
        while block := file.read(_BLOCK):
            self._parser.Parse(block)
            read += len(block)
            if read - self._parser.CurrentByteIndex > _MAX_TAG:
                raise self._no_dump(f"it holds a tag or comment of more than {_MAX_TAG:,} bytes")
            yield from self._done
            self._done.clear()
        self._parser.Parse(b"", True)

    def _start(self, name: str, attributes: dict[str, str]) -> None:
        within = self._open[-1] if self._open else ""
        self._open.append(name)
        if len(self._open) == 1 and name != "mediawiki":
            raise self._no_dump(f"expected <mediawiki> to begin it, got <{name[:60]}>")
        if len(self._open) > _MAX_DEPTH:
            raise self._no_dump(f"it holds elements in one another, more than {_MAX_DEPTH} deep")
        is_wanted = False
        match within, name:
            case _, "page":
                self._title, self._read, self._best, self._saved = "", None, None, _BEFORE_ALL
            case "page", "title":
                is_wanted = True
            case "namespaces", "namespace":
                self._space = attributes.get("key", "")
                is_wanted = self._space in _SPACES
            case _, "revision":
                self._saved, self._text = _BEFORE_ALL, None
            case "revision", "timestamp":
                is_wanted = self._read is not None
            case "revision" | "page", "text":  # another one, in <content>, is of what the page has beside its text
                is_wanted = self._read is not None and "deleted" not in attributes
        if is_wanted:
            self._parts.clear()
            self._size = 0
            self._parser.CharacterDataHandler = self._gather

    def _gather(self, data: str) -> None:
        if self._size <= MAX_PAGE:
            self._parts.append(data)
            self._size += len(data)

    def _end(self, name: str) -> None:
        self._open.pop()
        is_wanted = self._parser.CharacterDataHandler is not None
        self._parser.CharacterDataHandler = None
        if name == "page":
            self.count += 1
            if self._read is not None:
                self._done.append(_Page(self._title, self._read, self._best[1] if self._best is not None else ""))
            self._read = None
        elif name == "revision":
            self._end_revision()
        elif is_wanted:
            self._take(name, "".join(self._parts))

    def _take(self, name: str, text: str) -> None:
        """Take the text of an element that was wanted."""
        if name == "title":
            self._begin_page(text)
        elif name == "namespace":
            self._spaces[text] = _SPACES[self._space]
        elif name == "text":
            self._text = text
            if self._open[-1] == "page":  # as other programs write them, without a revision
                self._end_revision()
        else:
            try:
                saved = dt.datetime.fromisoformat(text.strip())
            except ValueError:
                return
            self._saved = saved if saved.tzinfo is not None else saved.replace(tzinfo=dt.UTC)

    def _end_revision(self) -> None:
        # Of two that were saved at the same time, or say no time, the later in the file counts.
        if self._text is not None and (self._best is None or self._saved >= self._best[0]):
            self._best = self._saved, self._text

    def _begin_page(self, title: str) -> None:
        self._title = title
        space, _, rest = title.partition(":")
        try:
            self._read = self._find(f"{self._spaces[space]}:{rest}" if space in self._spaces else title)
        except ValueError:
            self.has_days = True
            self._report.reject(f"{self._path}: {title}", None, "is not a day of the calendar")
        self.has_days |= self._read is not None
        if len(self.first_titles) < _SHOWN_TITLES:
            self.first_titles.append(title)

    def _refuse_document_type(self, *_: object) -> None:
        raise self._no_dump("it holds a document type definition")

    def _no_dump(self, why: str) -> ArchiveMissingError:
        return ArchiveMissingError(f"{self._path} is not a dump of a MediaWiki wiki: {why}")
