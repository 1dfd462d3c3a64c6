"""Pages of a wiki that `update` has fetched: of each kind a table of the file, with a row for each page.

Each page is committed with what was read of it, so that a killed update loses nothing and an unchanged page is not read
again. Every row carries a checksum: one that is damaged counts as never fetched, and a build says so.
"""

from __future__ import annotations

import datetime as dt
import hashlib
import zlib
from collections import Counter
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache
from importlib.metadata import version
from typing import Any, Generic, TypeVar

from pydantic import TypeAdapter, ValidationError

from embeddings.archive.days import DayOfYear, article_title
from embeddings.archive.page_file import PageFile
from embeddings.archive.portal import page_title
from embeddings.archive.report import PageReport, Report
from embeddings.archive.wiki_pages import WikiPages, left_out_note
from embeddings.errors import ArchiveDamagedError
from embeddings.events import Event
from embeddings.program import index_command
from embeddings.wiki.replies import WikiPage

_SIGNED = "day, revision, edited, wikitext, read, reader, fetched"

_TOGETHER = 50  # pages that are read anew in one transaction

_Row = tuple[Any, ...]  # the columns that are signed, and their checksum

CHANGES = "changes"  # the note that counts how often what was read has changed

Key = TypeVar("Key", dt.date, DayOfYear)


@dataclass(frozen=True, slots=True)
class Kind(Generic[Key]):
    """A kind of pages, by what they are about.

    Attributes:
        table: where they are kept.
        title: of a page, in the wiki.
        name: of a page, in what is said of it.
        text: of a key in the table; they sort as texts.
        key: the key that a text stands for.
    """

    table: str
    title: Callable[[Key], str]
    name: Callable[[Key], str]
    text: Callable[[Key], str]
    key: Callable[[str], Key]


_version = cache(version)  # to read it takes longer than to open the file


def _article(of: DayOfYear) -> str:
    return article_title(of.month, of.day)


def _month_and_day(text: str) -> DayOfYear:
    month, _, day = text.partition("-")
    return DayOfYear(int(month), int(day))


PORTAL_DAYS: Kind[dt.date] = Kind("days", page_title, dt.date.isoformat, dt.date.isoformat, dt.date.fromisoformat)
DAYS_OF_THE_YEAR: Kind[DayOfYear] = Kind(
    "days_of_the_year", _article, _article, lambda of: f"{of.month:02}-{of.day:02}", _month_and_day
)


@dataclass(frozen=True, slots=True)
class Look:
    """A page's last known revision (None: there was no page), and when the wiki was last asked for it."""

    revision: int | None
    looked: dt.datetime


NEVER = Look(-1, dt.datetime.min.replace(tzinfo=dt.UTC))
"""Of a page whose row is damaged."""


@dataclass(frozen=True, slots=True)
class _Read:
    """The content of a page, as read.

    Attributes:
        rejected: line numbers (None: the whole page), each with what the report says of it.
        kept: which of these, by their position, were kept but for a part.
        left_out: what the page lists besides, and how many of it.
    """

    events: tuple[Event, ...] = ()
    rejected: tuple[tuple[int | None, str], ...] = ()
    kept: frozenset[int] = frozenset()
    left_out: dict[str, int] = field(default_factory=dict)


_READ: TypeAdapter[_Read] = TypeAdapter(_Read)


class FetchedPages(Generic[Key]):
    """The pages of one kind in a file; only the holder of the folder's build lock may change them.

    Every method raises ArchiveDamagedError if SQLite finds the file damaged.

    Attributes:
        reader: what reads pages, and what it leaves out: pages that another one read are read again.
    """

    def __init__(self, file: PageFile, kind: Kind[Key], *, births_and_deaths: bool = False) -> None:
        self.kind: Kind[Key] = kind
        self.reader = _version("dateline") + ("+births_and_deaths" if births_and_deaths else "")
        self._births_and_deaths = births_and_deaths
        self._file = file
        self._done = f"done {kind.table}"  # a note

    # --- fetching ---

    def looks(self) -> dict[Key, Look]:
        """What is known of each page, in order of time."""
        with self._file.explained():
            rows = self._file.db.execute(f"SELECT {_SIGNED}, checksum, looked FROM {self.kind.table} ORDER BY day")
            return {
                self.kind.key(row[0]): Look(row[1], dt.datetime.fromisoformat(row[8]))
                if row[7] == _checksum(row[:7])
                else NEVER
                for row in rows
            }

    def keep(
        self,
        pages: Mapping[Key, WikiPage | None],
        now: dt.datetime,
        *,
        holding: Collection[Key] = (),
        counted: Collection[Key] = (),
    ) -> dict[Key, WikiPage | None]:
        """Read and keep some pages, None where the wiki has none; all of them or, if killed, none.

        Args:
            holding: those of which events are kept: they are not replaced by a page in which no event can be read.
            counted: those of these that `done` counts.
        Returns:
            The pages that were not kept for that reason.
        """
        found = {key: self._read(key, page) for key, page in pages.items()}
        emptied = {key: pages[key] for key, read in found.items() if key in holding and not read.events}
        with self._file.changing():
            changes = 0
            for key, page in pages.items():
                if key in emptied:
                    continue
                day = self.kind.text(key)
                before = self._file.db.execute(f"SELECT read FROM {self.kind.table} WHERE day = ?", (day,)).fetchone()
                changes += _changed(before[0], found[key]) if before else bool(found[key].events)
                row: _Row = (
                    day,
                    page.revision if page else None,
                    page.edited.isoformat() if page else None,
                    zlib.compress(page.text.encode() if page else b""),
                    zlib.compress(_READ.dump_json(found[key])),
                    self.reader,
                    now.isoformat(),
                )
                self._file.db.execute(
                    f"INSERT OR REPLACE INTO {self.kind.table} VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)",
                    (*row, _checksum(row), now.isoformat()),
                )
            self._file.add_to_note(CHANGES, changes)
            self._file.add_to_note(self._done, len(found.keys() & set(counted) - emptied.keys()))
        return emptied

    def holding(self, keys: Collection[Key]) -> set[Key]:
        """Those of some pages of which events are kept, damaged rows among them: what they held is not known."""
        found: set[Key] = set()
        for row in self._rows([self.kind.text(key) for key in keys]):
            try:
                holds_events = bool(self._kept(row).events)
            except ArchiveDamagedError:
                holds_events = True
            if holds_events:
                found.add(self.kind.key(row[0]))
        return found

    def looked(self, keys: Collection[Key], now: dt.datetime, *, counted: Collection[Key] = ()) -> None:
        """Note that the wiki was asked for some pages and had no new revisions; `counted` is as in `keep`."""
        with self._file.changing():
            self._file.db.executemany(
                f"UPDATE {self.kind.table} SET looked = ? WHERE day = ?",
                [(now.isoformat(), self.kind.text(key)) for key in keys],
            )
            self._file.add_to_note(self._done, len(set(keys) & set(counted)))

    def done(self) -> int:
        """How many pages were looked at since `forget_done`, and found to be there, of which events had been kept."""
        return self._file.count(self._done)

    def forget_done(self) -> None:
        """Begin to count anew what `done` tells."""
        self._file.set_note(self._done, None)

    # --- building ---

    def events(self, report: Report) -> Iterator[Event]:
        """The events of all pages in order of time; what could not be read of a page goes to `report`, at each call.

        Raises:
            ArchiveDamagedError: if a page is damaged; the next update fetches it again.
        """
        with self._file.explained():
            days = [day for (day,) in self._file.db.execute(f"SELECT day FROM {self.kind.table} ORDER BY day")]
        left_out = Counter[str]()
        for start in range(0, len(days), _TOGETHER):
            for row in self._rows(days[start : start + _TOGETHER]):
                read = self._kept(row)
                page = PageReport(self.kind.title(self.kind.key(row[0])), report)
                for place, (line, why) in enumerate(read.rejected):
                    (page.remark if place in read.kept else page.reject)(line, why)
                left_out.update(read.left_out)
                yield from read.events
        if (note := left_out_note(left_out)) is not None:
            report.note(str(self._file.path), note)

    def problems(self) -> Iterator[str]:
        """One sentence for each page that is damaged."""
        with self._file.explained():
            for row in self._file.db.execute(f"SELECT {_SIGNED}, checksum FROM {self.kind.table}"):
                if row[7] != _checksum(row[:7]):
                    yield self._problem(row[0])

    def _problem(self, day: str) -> str:
        with self._file.explained():
            name = self.kind.name(self.kind.key(day))
        where = self._file.path
        return f"what was fetched of {name} in {where} is damaged; `{index_command('update')}` fetches it again"

    def _row(self, day: str) -> _Row | None:
        with self._file.explained():
            sql = f"SELECT {_SIGNED}, checksum FROM {self.kind.table} WHERE day = ?"
            found: _Row | None = self._file.db.execute(sql, (day,)).fetchone()
        return found

    def _kept(self, row: _Row) -> _Read:
        if row[7] != _checksum(row[:7]):
            raise ArchiveDamagedError(self._problem(row[0]))
        return _READ.validate_json(zlib.decompress(row[4]))

    def _rows(self, days: Sequence[str]) -> list[_Row]:
        """The rows of those of some days that have one, damaged ones as they are.

        Pages that another version of the program read are read anew: what they would be now counts, and is kept.
        """
        rows = [row for row in map(self._row, days) if row is not None]
        fresh: dict[str, _Row] = {}
        for row in rows:
            if row[5] != self.reader and row[7] == _checksum(row[:7]):
                fresh[row[0]] = self._as_read_now(row)
        if fresh:
            with self._file.changing():
                self._file.db.executemany(
                    f"UPDATE {self.kind.table} SET read = ?, reader = ?, checksum = ? WHERE day = ?",
                    [(new[4], new[5], new[7], day) for day, new in fresh.items()],
                )
        return [fresh.get(row[0], row) for row in rows]

    def _as_read_now(self, row: _Row) -> _Row:
        day, revision, edited, packed = row[:4]
        page = None
        if revision is not None:
            wikitext = zlib.decompress(packed).decode()
            page = WikiPage(self.kind.title(self.kind.key(day)), revision, dt.datetime.fromisoformat(edited), wikitext)
        read = zlib.compress(_READ.dump_json(self._read(self.kind.key(day), page)))
        now: _Row = (day, revision, edited, packed, read, self.reader, row[6])
        return (*now, _checksum(now))

    def _read(self, key: Key, page: WikiPage | None) -> _Read:
        """What a page holds, as the page with its title in any other archive."""
        pages = WikiPages(births_and_deaths=self._births_and_deaths)
        read = pages.reader(self.kind.title(key))
        if page is None or read is None:
            return _Read()
        report = _OfAPage()
        events = tuple(read(page.text, PageReport(page.title, report)))
        return _Read(events, tuple(report.reported), frozenset(report.kept_ones), dict(pages.left_out))


class _OfAPage(Report):
    """A report that keeps all that is said of one page."""

    def __init__(self) -> None:
        super().__init__()
        self.reported: list[tuple[int | None, str]] = []
        self.kept_ones: set[int] = set()

    def reject(self, path: str, line: int | None, why: str) -> None:
        """Keep a line that was left out, and why."""
        self.reported.append((line, why))

    def remark(self, path: str, line: int | None, why: str) -> None:
        """Keep a line that was kept but for a part."""
        self.kept_ones.add(len(self.reported))
        self.reported.append((line, why))


def _changed(before: bytes, now: _Read) -> bool:
    """Whether another thing is read of a page than before; it may be damaged, or written by an earlier version."""
    try:
        return _READ.validate_json(zlib.decompress(before)) != now
    except (zlib.error, ValidationError):
        return True


def _checksum(row: Sequence[Any]) -> bytes:
    digest = hashlib.blake2b(digest_size=16)
    for value in row:
        data = value if isinstance(value, bytes) else repr(value).encode()
        digest.update(len(data).to_bytes(8, "big") + data)
    return digest.digest()
