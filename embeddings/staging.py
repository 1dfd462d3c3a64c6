"""The events of all archives on their way to being sorted by day, in a file of their own rather than in memory."""

from __future__ import annotations

import datetime as dt
import sqlite3
from collections.abc import Iterator
from pathlib import Path

from pydantic import TypeAdapter

from embeddings.events import Event
from embeddings.merging import has_given_id

EVENT: TypeAdapter[Event] = TypeAdapter(Event)
"""Events to JSON and back."""


class Staging:
    """A context in which events are taken in and then given out by day; the file is gone at its end."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._db = sqlite3.connect(path, isolation_level=None)
        self.size = 0

    def __enter__(self) -> Staging:
        self._db.executescript(
            "PRAGMA journal_mode = OFF; PRAGMA synchronous = OFF; BEGIN;"
            "CREATE TABLE events (date TEXT, event BLOB);"
            "CREATE TABLE given (id TEXT PRIMARY KEY, date TEXT) WITHOUT ROWID"
        )
        return self

    def __exit__(self, *_: object) -> None:
        self._db.close()
        self._path.unlink(missing_ok=True)

    def add(self, event: Event) -> str | None:
        """Take an event in; otherwise the reason why not."""
        date = event.date.isoformat()
        if has_given_id(event):
            self._db.execute("INSERT OR IGNORE INTO given VALUES (?, ?)", (event.id, date))
            [(other,)] = self._db.execute("SELECT date FROM given WHERE id = ?", (event.id,))
            if other != date:
                return f"the id {event.id} is given to an event of {other} and to one of {date}; the first counts"
        self._db.execute("INSERT INTO events VALUES (?, ?)", (date, EVENT.dump_json(event)))
        self.size += 1
        return None

    def days(self) -> Iterator[tuple[dt.date, list[Event]]]:
        """Each day with its events, as they were read, in order of time."""
        self._db.execute("CREATE INDEX by_date ON events (date)")
        day: str | None = None
        events: list[Event] = []
        for date, data in self._db.execute("SELECT date, event FROM events ORDER BY date, rowid"):
            if day is not None and date != day:
                yield dt.date.fromisoformat(day), events
                events = []
            day = date
            events.append(EVENT.validate_json(data))
        if day is not None:
            yield dt.date.fromisoformat(day), events
