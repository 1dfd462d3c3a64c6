"""The pages with events in a dump of a MediaWiki wiki: `.xml` or `.xml.bz2`, streamed.

The standard library's Expat reads it: a dump has no document type definition, so that a file with one can be refused
before it defines an entity, and skipped elements are never kept. Memory holds one page at a time, for files of any
size.
"""

from __future__ import annotations

import bz2
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO, cast
from xml.parsers.expat import ExpatError, ParserCreate

from embeddings.archive.folders import require_regular
from embeddings.archive.portal.page import MAX_PAGE
from embeddings.archive.report import PageReport, Report
from embeddings.errors import ArchiveDamagedError, ArchiveMissingError
from embeddings.events import Event

_BLOCK = 2**18  # bytes
_MAX_TAG = 4 * _BLOCK  # bytes; Expat gathers a tag or comment whole, however long
_MAX_DEPTH = 50  # of elements; a dump has six


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


def read_dump(path: Path, report: Report, find: FindReader) -> Iterator[Event]:
    """Stream the events of the pages of days in a dump, in its order; other pages are passed over.

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
        with _opened(path) as file:
            for page in dump.pages(file):
                yield from page.read(page.text, PageReport(f"{path}: {page.title}", report))
    except (EOFError, ExpatError, OSError) as error:
        if isinstance(error, OSError) and error.errno is not None:  # the disk's, not bzip2's
            raise
        raise ArchiveDamagedError(
            f"{path} breaks off after page {dump.count:,}: {error}; fetch the file again, the index was not changed"
        ) from error


def _opened(path: Path) -> BinaryIO:
    return cast("BinaryIO", bz2.open(path, "rb")) if path.suffix == ".bz2" else path.open("rb")


class _Dump:
    """Expat's handlers, and the page that they are in."""

    def __init__(self, path: Path, report: Report, find: FindReader) -> None:
        self.count = 0  # of the pages that have ended, the portal's or not
        self._path = path
        self._report = report
        self._find = find
        self._depth = 0
        self._title = ""
        self._read: PageReader | None = None
        self._text = ""
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

    def _start(self, name: str, _: object) -> None:
        self._depth += 1
        if self._depth == 1 and name != "mediawiki":
            raise self._no_dump(f"expected <mediawiki> to begin it, got <{name[:60]}>")
        if self._depth > _MAX_DEPTH:
            raise self._no_dump(f"it holds elements in one another, more than {_MAX_DEPTH} deep")
        if name == "page":
            self._title, self._read, self._text = "", None, ""
        elif name == "title" or (name == "text" and self._read is not None):
            self._parts.clear()
            self._size = 0
            self._parser.CharacterDataHandler = self._gather

    def _gather(self, data: str) -> None:
        if self._size <= MAX_PAGE:
            self._parts.append(data)
            self._size += len(data)

    def _end(self, name: str) -> None:
        self._depth -= 1
        self._parser.CharacterDataHandler = None
        if name == "title":
            self._title = "".join(self._parts)
            try:
                self._read = self._find(self._title)
            except ValueError:
                self._report.reject(f"{self._path}: {self._title}", None, "is not a day of the calendar")
        elif name == "text" and self._read is not None:
            self._text = "".join(self._parts)
        elif name == "page":
            self.count += 1
            if self._read is not None:
                self._done.append(_Page(self._title, self._read, self._text))

    def _refuse_document_type(self, *_: object) -> None:
        raise self._no_dump("it holds a document type definition")

    def _no_dump(self, why: str) -> ArchiveMissingError:
        return ArchiveMissingError(f"{self._path} is not a dump of a MediaWiki wiki: {why}")
