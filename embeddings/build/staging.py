"""Sorts the events of all archives by day, in a temporary file instead of memory."""

from __future__ import annotations

import datetime as dt
import hashlib
import sqlite3
from collections.abc import Iterator
from itertools import groupby
from operator import itemgetter
from pathlib import Path
from typing import NamedTuple

from embeddings.archive import Report
from embeddings.build.merging import has_given_id
from embeddings.events import Event, event_json


class Staged(NamedTuple):
    """An event, and where it was read.

    Attributes:
        fetched: it is one of the days that `update` fetched.
        archive: that holds it.
        telling: what in that archive tells of it, a number of a line's own; 0: the page at the event's address, of
            which a folder's index may tell too.
        is_added: no archive that was named holds it, nor a fetched day: it is the sample's.
    """

    event: Event
    fetched: bool
    archive: str = ""
    telling: int = 0
    is_added: bool = False


class Staging:
    """A context in which events are added and then read by day; its file is deleted at the end.

    Attributes:
        size: how many events were added.
        has_doubles: whether one id was given to events of several days, of which `days` reports some.
    """

    def __init__(self, path: Path) -> None:
        self._path = path
        self._db = sqlite3.connect(path, isolation_level=None)
        self._folders: dict[Path, bool] = {}
        self._digest = hashlib.blake2b()
        self.size = 0
        self.has_doubles = False

    def __enter__(self) -> Staging:
        self._db.executescript(
            "PRAGMA journal_mode = OFF; PRAGMA synchronous = OFF; BEGIN;"
            "CREATE TABLE events (date TEXT, archive TEXT, fetched INTEGER, telling INTEGER, added INTEGER, "
            "listed INTEGER, given TEXT, event BLOB);"
            "CREATE TABLE given (id TEXT PRIMARY KEY, date TEXT) WITHOUT ROWID"
        )
        return self

    def __exit__(self, *_: object) -> None:
        self._db.close()
        self._path.unlink(missing_ok=True)

    def add(self, event: Event, archive: Path, *, fetched: bool = False, is_added: bool = False) -> None:
        """Add an event of an archive.

        Args:
            fetched: it is from a day that `update` fetched.
            is_added: it is the sample's, which was not named.
        """
        date = event.date.isoformat()
        given = event.id if has_given_id(event) else None
        if given is not None:
            found = self._db.execute("INSERT OR IGNORE INTO given VALUES (?, ?)", (event.id, date))
            if not found.rowcount and self.given_day(event.id) != event.date:
                self.has_doubles = True
                self._db.execute("UPDATE given SET date = min(date, ?) WHERE id = ?", (date, event.id))
        if archive not in self._folders:
            self._folders[archive] = archive.is_dir()
        self.size += 1
        telling = 0 if event.paths and self._folders[archive] else self.size
        data = event_json().dump_json(event)
        self._digest.update(f"{len(data)} {archive} {fetched} {telling} {is_added} ".encode("utf-8", "surrogateescape"))
        self._digest.update(data)
        self._db.execute(
            "INSERT INTO events VALUES (?, ?, ?, ?, ?, ?, ?, ?)",
            (date, str(archive), fetched, telling, is_added, bool(event.lists), given, data),
        )

    def digest(self) -> bytes:
        """A digest of all that was added, in its order."""
        return self._digest.digest()

    def given_day(self, event_id: str) -> dt.date | None:
        """The day of the event to which an archive gave an id; the earliest if it gave the id to several."""
        found = self._db.execute("SELECT date FROM given WHERE id = ?", (event_id,)).fetchone()
        return dt.date.fromisoformat(found[0]) if found else None

    def counts(self) -> list[tuple[dt.date, int]]:
        """Each day with how many events were read of it other than from lists, in order of time."""
        self._sort()
        found = self._db.execute("SELECT date, count(*) FROM events WHERE NOT listed GROUP BY date ORDER BY date")
        return [(dt.date.fromisoformat(date), count) for date, count in found]

    def told_on(self, day: dt.date) -> list[Event]:
        """The events of a day that were read other than from lists."""
        self._sort()
        rows = self._db.execute(
            "SELECT event FROM events WHERE date = ? AND NOT listed ORDER BY rowid", (day.isoformat(),)
        )
        return [event_json().validate_json(data) for (data,) in rows]

    def _sort(self) -> None:
        self._db.execute("CREATE INDEX IF NOT EXISTS by_date ON events (date)")

    def days(self, report: Report) -> Iterator[tuple[dt.date, list[Staged]]]:
        """Each day with its events, as they were read, in order of time.

        If an archive gave one id to events of several days, only those of the earliest day stay; the others are
        reported.
        """
        self._sort()
        rows = self._db.execute(
            "SELECT events.date, archive, fetched, telling, added, given.date, event "
            "FROM events LEFT JOIN given ON given.id = events.given ORDER BY events.date, events.rowid"
        )
        for date, of_day in groupby(rows, key=itemgetter(0)):
            day = dt.date.fromisoformat(date)
            events: list[Staged] = []
            for _, archive, fetched, telling, added, first, data in of_day:
                event = event_json().validate_json(data)
                if first is not None and first != date:
                    why = f"the id {event.id} is given to an event of {first} and to one of {day}; the earlier counts"
                    report.reject(archive, None, why)
                else:
                    events.append(Staged(event, bool(fetched), archive, telling, bool(added)))
            if events:
                yield day, events
