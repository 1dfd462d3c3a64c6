"""The days of the portal that `update` has fetched: an archive of their own, in one SQLite file of the index folder.

Each day is committed with what was read of it, so that a killed update loses nothing and an unchanged day is not read
again. Every row carries a checksum: one that is damaged counts as never fetched, and a build says so.
"""

from __future__ import annotations

import contextlib
import datetime as dt
import hashlib
import sqlite3
import zlib
from collections.abc import Collection, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from importlib.metadata import version
from pathlib import Path
from typing import Any

from pydantic import TypeAdapter

from embeddings.archive.portal import page_title, read_day
from embeddings.archive.report import PageReport, Report
from embeddings.errors import ArchiveDamagedError
from embeddings.events import Event
from embeddings.wiki.replies import WikiPage

_TABLES = """
CREATE TABLE IF NOT EXISTS days (
    day TEXT PRIMARY KEY,
    revision INTEGER,            -- NULL: the wiki had no such page
    edited TEXT,                 -- when that revision was saved
    wikitext BLOB NOT NULL,      -- packed by zlib, as what was read is
    read BLOB NOT NULL,          -- the day's events, and what of it could not be read
    reader TEXT NOT NULL,        -- the program's version that read it
    fetched TEXT NOT NULL,
    checksum BLOB NOT NULL,      -- of all the above
    looked TEXT NOT NULL         -- when the wiki was last asked whether there is another revision
) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS notes (name TEXT PRIMARY KEY, value TEXT NOT NULL) WITHOUT ROWID;
"""
_SIGNED = "day, revision, edited, wikitext, read, reader, fetched"

# What SQLite says of a file that is damaged, or none of ours; 0 is Python's word for a text that is no UTF-8.
_DAMAGE = (0, sqlite3.SQLITE_ERROR, sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_NOTADB, sqlite3.SQLITE_FORMAT)

_CHANGES, _PUBLISHED, _UNFINISHED, _UPDATED = "changes", "published", "unfinished", "updated"
_RESUMED_FOR = dt.timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Look:
    """A day's last known revision (None: there was no page), and when the wiki was last asked for it."""

    revision: int | None
    looked: dt.datetime


NEVER = Look(-1, dt.datetime.min.replace(tzinfo=dt.UTC))
"""Of a day whose row is damaged."""


@dataclass(frozen=True, slots=True)
class _Read:
    """The content of a day, as read.

    Attributes:
        rejected: line numbers (None: the whole page), each with the reason why it could not be read.
    """

    events: tuple[Event, ...] = ()
    rejected: tuple[tuple[int | None, str], ...] = ()


_READ: TypeAdapter[_Read] = TypeAdapter(_Read)


class FetchedDays:
    """The file of fetched days, made if it does not exist; only the holder of the folder's build lock may change it.

    Every method raises ArchiveDamagedError if SQLite finds the file damaged.
    """

    def __init__(self, path: Path) -> None:
        self._path = path
        self._reader = version("dateline")
        with self._explained():
            self._db = sqlite3.connect(path, isolation_level=None)
            self._db.executescript(f"PRAGMA cell_size_check = ON; BEGIN; {_TABLES} COMMIT;")

    def close(self) -> None:
        """Close the file."""
        self._db.close()

    @contextmanager
    def _explained(self) -> Iterator[None]:
        try:
            yield
        except (sqlite3.DatabaseError, ValueError, TypeError) as error:
            if isinstance(error, sqlite3.Error) and getattr(error, "sqlite_errorcode", 0) & 0xFF not in _DAMAGE:
                raise
            raise ArchiveDamagedError(
                f"the fetched days in {self._path} are damaged ({error}); delete that file, then fetch them again with "
                "`python -m embeddings update --since` and the first day that you want"
            ) from error

    @contextmanager
    def _changing(self) -> Iterator[None]:
        with self._explained(), self._db:  # rolls back where it fails
            self._db.execute("BEGIN IMMEDIATE")
            yield

    # --- fetching ---

    def looks(self) -> dict[dt.date, Look]:
        """What is known of each day, in order of time."""
        with self._explained():
            rows = self._db.execute(f"SELECT {_SIGNED}, checksum, looked FROM days ORDER BY day")
            return {
                dt.date.fromisoformat(row[0]): Look(row[1], dt.datetime.fromisoformat(row[8]))
                if row[7] == _checksum(row[:7])
                else NEVER
                for row in rows
            }

    def keep(self, pages: Mapping[dt.date, WikiPage | None], now: dt.datetime) -> None:
        """Read and keep the pages of some days, None for a day without a page; all of them or, if killed, none."""
        found = {day: _read(day, page) for day, page in pages.items()}
        with self._changing():
            changes = 0
            for day, page in pages.items():
                text = page.text.encode() if page else b""
                read = zlib.compress(_READ.dump_json(found[day]))
                before = self._db.execute("SELECT read FROM days WHERE day = ?", (day.isoformat(),)).fetchone()
                changes += read != before[0] if before else bool(found[day].events)
                row = (
                    day.isoformat(),
                    page.revision if page else None,
                    page.edited.isoformat() if page else None,
                    zlib.compress(text),
                    read,
                    self._reader,
                    now.isoformat(),
                )
                self._db.execute(
                    "INSERT OR REPLACE INTO days VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)",
                    (*row, _checksum(row), now.isoformat()),
                )
            self._set(_CHANGES, str(int(self._note(_CHANGES) or 0) + changes))

    def holding(self, days: Collection[dt.date]) -> set[dt.date]:
        """Those of some days of which events are kept, damaged rows among them: what they held is not known."""
        with self._explained():
            kept = [
                self._db.execute("SELECT day FROM days WHERE day = ?", (day.isoformat(),)).fetchone() for day in days
            ]
        found: set[dt.date] = set()
        for (text,) in filter(None, kept):
            try:
                holds_events = bool(self._day(text).events)
            except ArchiveDamagedError:
                holds_events = True
            if holds_events:
                found.add(dt.date.fromisoformat(text))
        return found

    def without_events(self, pages: Mapping[dt.date, WikiPage]) -> dict[dt.date, WikiPage | None]:
        """Those of some days as they are now in which no event can be read."""
        return {day: page for day, page in pages.items() if not _read(day, page).events}

    def looked(self, days: Collection[dt.date], now: dt.datetime) -> None:
        """Note that the wiki was asked for some days and had no new revisions."""
        with self._changing():
            self._db.executemany(
                "UPDATE days SET looked = ? WHERE day = ?", [(now.isoformat(), day.isoformat()) for day in days]
            )

    # --- building ---

    def events(self, report: Report) -> Iterator[Event]:
        """The events of all days in order of time; what could not be read of a day goes to `report`, at each call.

        Raises:
            ArchiveDamagedError: if a day is damaged; the next update fetches it again.
        """
        with self._explained():
            days = [day for (day,) in self._db.execute("SELECT day FROM days ORDER BY day")]
        for text in days:
            read = self._day(text)
            page = PageReport(page_title(dt.date.fromisoformat(text)), report)
            for line, why in read.rejected:
                page.reject(line, why)
            yield from read.events

    def _day(self, text: str) -> _Read:
        with self._explained():
            [row] = self._db.execute(f"SELECT {_SIGNED}, checksum FROM days WHERE day = ?", (text,))
        if row[7] != _checksum(row[:7]):
            raise ArchiveDamagedError(self._problem(text))
        if row[5] == self._reader:
            return _READ.validate_json(zlib.decompress(row[4]))
        # Another version of the program read it; what it would be now counts, and is kept.
        day, revision, edited = dt.date.fromisoformat(text), row[1], row[2]
        page = None
        if revision is not None:
            wikitext = zlib.decompress(row[3]).decode()
            page = WikiPage(page_title(day), revision, dt.datetime.fromisoformat(edited), wikitext)
        found = _read(day, page)
        fresh = (*row[:4], zlib.compress(_READ.dump_json(found)), self._reader, row[6])
        with self._changing():
            self._db.execute(
                "UPDATE days SET read = ?, reader = ?, checksum = ? WHERE day = ?",
                (fresh[4], fresh[5], _checksum(fresh), text),
            )
        return found

    def problems(self) -> Iterator[str]:
        """One sentence for each fault of the file."""
        with self._explained():
            for (line,) in self._db.execute("PRAGMA integrity_check(5)"):
                if line != "ok":
                    yield f"{self._path}: {line}"
            for row in self._db.execute(f"SELECT {_SIGNED}, checksum FROM days"):
                if row[7] != _checksum(row[:7]):
                    yield self._problem(row[0])

    def _problem(self, day: str) -> str:
        return f"what was fetched of {day} in {self._path} is damaged; `python -m embeddings update` fetches it again"

    # --- what was done last ---

    def begin(self, span: str, now: dt.datetime) -> dt.datetime | None:
        """Begin to fetch the days of `span`; returns when an interrupted fetch of the same span began, else None.

        A fetch that began more than a day ago is not resumed: every day is looked at again.
        """
        text, _, same = (self._note(_UNFINISHED) or "").partition(" ")
        with self._explained():
            if same == span and now - (begun := dt.datetime.fromisoformat(text)) < _RESUMED_FOR:
                return begun
        self._set(_UNFINISHED, f"{now.isoformat()} {span}")
        return None

    def finish(self, now: dt.datetime) -> None:
        """Note that every wanted day has been looked at."""
        with self._changing():
            self._db.execute("DELETE FROM notes WHERE name = ?", (_UNFINISHED,))
            self._set(_UPDATED, now.isoformat())

    def abandon(self) -> None:
        """Note that a fetch came to no good end: the next one of the same span begins anew."""
        with self._changing():
            self._db.execute("DELETE FROM notes WHERE name = ?", (_UNFINISHED,))

    def is_published(self, generation: str) -> bool:
        """Whether an index generation holds the days as they are."""
        return self._note(_PUBLISHED) == self._state(generation)

    def set_published(self, generation: str) -> None:
        """Note that an index generation holds the days as they are."""
        self._set(_PUBLISHED, self._state(generation))

    def _state(self, generation: str) -> str:
        return f"{generation} {self._note(_CHANGES) or 0} {self._reader}"

    def _note(self, name: str) -> str | None:
        with self._explained():
            found = self._db.execute("SELECT value FROM notes WHERE name = ?", (name,)).fetchone()
        return found[0] if found else None

    def _set(self, name: str, value: str) -> None:
        with self._explained():
            self._db.execute("INSERT OR REPLACE INTO notes VALUES (?, ?)", (name, value))


def problems(path: Path) -> Iterator[str]:
    """Check a file of fetched days; one sentence for each fault, none if there is no file."""
    if not path.exists():
        return
    try:
        with contextlib.closing(FetchedDays(path)) as days:
            yield from days.problems()
    except ArchiveDamagedError as error:
        yield str(error)
    except sqlite3.Error as error:
        yield f"{path} cannot be read ({error}); see whether its disk is in order, then try again"


def last_updated(path: Path) -> dt.datetime | None:
    """When the days in a file were last brought up to date; None if never, or if the file cannot be read now."""
    try:
        with contextlib.closing(sqlite3.connect(f"{path.absolute().as_uri()}?mode=ro", uri=True)) as db:
            found = db.execute("SELECT value FROM notes WHERE name = ?", (_UPDATED,)).fetchone()
            return dt.datetime.fromisoformat(found[0]) if found else None
    except (sqlite3.Error, ValueError, TypeError):
        return None


def _read(day: dt.date, page: WikiPage | None) -> _Read:
    if page is None:
        return _Read()
    rejected = _Rejected()
    events = read_day(page.text, day, PageReport(page.title, rejected))
    return _Read(tuple(events), tuple(rejected.lines))


class _Rejected(Report):
    """A report that keeps every rejection of one page."""

    def __init__(self) -> None:
        super().__init__()
        self.lines: list[tuple[int | None, str]] = []

    def reject(self, path: str, line: int | None, why: str) -> None:
        """Note one rejection."""
        self.lines.append((line, why))


def _checksum(row: Sequence[Any]) -> bytes:
    digest = hashlib.blake2b(digest_size=16)
    for value in row:
        data = value if isinstance(value, bytes) else repr(value).encode()
        digest.update(len(data).to_bytes(8, "big") + data)
    return digest.digest()
