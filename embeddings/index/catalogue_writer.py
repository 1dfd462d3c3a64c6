"""Writes the catalogue: the tables, and every event in order of time."""

from __future__ import annotations

import datetime as dt
import json
import sqlite3
from array import array
from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from itertools import chain
from pathlib import Path
from typing import Any

import numpy as np

from embeddings.events import Event, event_json
from embeddings.index.catalogue import Origin, Withdrawn
from embeddings.index.catalogue_words import POSTING_ROW
from embeddings.index.short_forms import ShortFormCounter, capitals
from embeddings.index.spellings import SpellingCounter
from embeddings.stems import stems
from embeddings.text import normalise

_TABLES = """
CREATE TABLE attributions (number INTEGER PRIMARY KEY, text TEXT NOT NULL UNIQUE);
CREATE TABLE events (
    row INTEGER PRIMARY KEY,
    id TEXT NOT NULL UNIQUE,
    date TEXT NOT NULL,
    month_day TEXT NOT NULL,
    headline TEXT NOT NULL,
    topics TEXT NOT NULL,        -- a JSON list, the widest first
    category TEXT,
    summary TEXT,
    attribution INTEGER NOT NULL REFERENCES attributions,
    words TEXT NOT NULL,         -- the headline, normalised
    text_key BLOB NOT NULL,      -- of the text that is encoded
    digest BLOB NOT NULL         -- of everything that the archive says of the event
);
CREATE TABLE sources (row INTEGER NOT NULL, place INTEGER NOT NULL, name TEXT NOT NULL, url TEXT,
    PRIMARY KEY (row, place)) WITHOUT ROWID;
CREATE TABLE contexts (row INTEGER NOT NULL, place INTEGER NOT NULL, name TEXT NOT NULL,
    PRIMARY KEY (row, place)) WITHOUT ROWID;
CREATE TABLE related (row INTEGER NOT NULL, place INTEGER NOT NULL, date TEXT NOT NULL, headline TEXT NOT NULL,
    contexts TEXT NOT NULL, path TEXT, other INTEGER, PRIMARY KEY (row, place)) WITHOUT ROWID;
CREATE TEMP TABLE links (row INTEGER, place INTEGER, date TEXT, words TEXT);
CREATE TABLE addresses (path TEXT PRIMARY KEY, row INTEGER NOT NULL, place INTEGER NOT NULL) WITHOUT ROWID;
CREATE TABLE names (id TEXT PRIMARY KEY, row INTEGER NOT NULL) WITHOUT ROWID;  -- other ids of events
CREATE TABLE origins (row INTEGER PRIMARY KEY, fetched INTEGER NOT NULL, archived TEXT);  -- see Origin
CREATE TABLE lists (row INTEGER NOT NULL, place INTEGER NOT NULL, name TEXT NOT NULL,  -- that name an event
    PRIMARY KEY (row, place)) WITHOUT ROWID;
CREATE TABLE entries (row INTEGER NOT NULL, place INTEGER NOT NULL, event TEXT NOT NULL,  -- of lists in named archives
    PRIMARY KEY (row, place)) WITHOUT ROWID;
CREATE TABLE withdrawn (id TEXT PRIMARY KEY, names TEXT NOT NULL, event TEXT NOT NULL) WITHOUT ROWID;  -- in JSON
CREATE TABLE withdrawn_names (name TEXT PRIMARY KEY, id TEXT NOT NULL) WITHOUT ROWID;
CREATE TABLE postings (stem TEXT PRIMARY KEY, rows BLOB NOT NULL) WITHOUT ROWID;  -- ascending, in 4 bytes each
CREATE TABLE spellings (key TEXT PRIMARY KEY, text TEXT NOT NULL, events INTEGER NOT NULL) WITHOUT ROWID;
CREATE TABLE short_forms (short TEXT PRIMARY KEY, long TEXT NOT NULL) WITHOUT ROWID;
CREATE VIRTUAL TABLE headlines USING fts5(words, content='', detail=none, prefix='1 2 3', tokenize='unicode61');
"""
_INDEXES = """
CREATE INDEX events_by_date ON events (date);
CREATE INDEX events_by_month_day ON events (month_day);
CREATE INDEX events_by_words ON events (date, words);
CREATE INDEX events_by_text_key ON events (text_key);
CREATE INDEX addresses_by_row ON addresses (row);
CREATE INDEX names_by_row ON names (row);
CREATE INDEX contexts_by_name ON contexts (name);
"""
# An archive's link leads to a page, or to a page that has been renamed since: then day and words find it.
_RESOLVE_RELATED = """
CREATE INDEX links_by_place ON links (row, place);
UPDATE related SET other = coalesce(
    (SELECT addresses.row FROM addresses WHERE addresses.path = related.path),
    (SELECT min(events.row) FROM links JOIN events USING (date, words)
        WHERE links.row = related.row AND links.place = related.place));
"""
MAX_LEADS = 5  # topics looked for in front of a link's headline


@dataclass(frozen=True, slots=True)
class NewEvent:
    """An event on its way into a catalogue.

    Attributes:
        other_ids: other ids that lead to the event.
        origin: None if the event is exactly what the named archives hold.
        lists: that name the event.
        entries: what the lists among the named archives tell of it, as they do.
    """

    event: Event
    other_ids: frozenset[str]
    text_key: bytes
    digest: bytes
    origin: Origin | None = None
    lists: tuple[str, ...] = ()
    entries: tuple[Event, ...] = ()


class CatalogueWriter:
    """Writes a new catalogue file, which must not be read before `finish`."""

    def __init__(self, path: Path) -> None:
        self._db = sqlite3.connect(path, isolation_level=None)
        # A file that is not finished is thrown away, so it needs no journal.
        self._db.executescript("PRAGMA journal_mode = OFF; PRAGMA synchronous = OFF; BEGIN;" + _TABLES)
        self._attributions: dict[str, int] = {}
        self._postings: defaultdict[str, array[int]] = defaultdict(lambda: array("I"))
        self._spellings = SpellingCounter()
        self._short_forms = ShortFormCounter()
        self._row = 0

    def add(self, new: NewEvent) -> int:
        """Append an event, which must not be older than the last one; returns its row."""
        row, event = self._row, new.event
        self._row += 1
        number = self._attributions.setdefault(event.attribution, len(self._attributions))
        date = event.date.isoformat()
        topics = json.dumps(event.topics, ensure_ascii=False)
        searched = (*event.topics, event.headline, event.summary or "", *event.contexts)
        for stem in {*chain.from_iterable(map(stems, searched)), *chain.from_iterable(map(capitals, searched))}:
            self._postings[stem].append(row)
        self._spellings.add(searched)
        self._short_forms.add(searched)
        words = normalise(event.headline)
        self._db.execute(
            "INSERT INTO events VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
            (row, event.id, date, date[5:], event.headline, topics, event.category, event.summary, number,
             words, new.text_key, new.digest),
        )  # fmt: skip
        self._db.execute("INSERT INTO headlines (rowid, words) VALUES (?, ?)", (row, words))
        for sql, values in _lists(row, new):
            if values:  # few events have some of each
                self._db.executemany(sql, values)
        if new.origin is not None:
            archived = None if new.origin.archived is None else event_json().dump_json(new.origin.archived).decode()
            self._db.execute("INSERT INTO origins VALUES (?, ?, ?)", (row, new.origin.fetched, archived))
        return row

    def has(self, event_id: str) -> bool:
        """Whether an event with that id has been added."""
        return self._db.execute("SELECT 1 FROM events WHERE id = ?", (event_id,)).fetchone() is not None

    def knows(self, event_id: str) -> bool:
        """Whether an id leads to an event that has been added."""
        return self.own_id(event_id) is not None

    def own_id(self, event_id: str) -> str | None:
        """The own id of the event that has been added to which an id leads."""
        if self.has(event_id):
            return event_id
        sql = "SELECT events.id FROM names JOIN events USING (row) WHERE names.id = ?"
        found = self._db.execute(sql, (event_id,)).fetchone()
        return None if found is None else str(found[0])

    def ids_around(self, date: dt.date, days: int, words: str) -> list[str]:
        """The ids of events of the days around a date whose normalised headline is `words`; the nearest day first."""
        near = [(date + dt.timedelta(days=number)).isoformat() for number in range(-days, days + 1)]
        found = self._db.execute(
            "SELECT id, date FROM events WHERE words = ? AND date BETWEEN ? AND ?", (words, near[0], near[-1])
        ).fetchall()
        return [name for name, day in sorted(found, key=lambda row: (abs(near.index(row[1]) - days), row))]

    def add_ids(self, event_id: str, others: Iterable[str]) -> None:
        """Let more ids lead to an event that has been added."""
        self._db.executemany(
            "INSERT OR IGNORE INTO names SELECT ?, row FROM events WHERE id = ?",
            [(other, event_id) for other in others],
        )

    def withdraw(self, withdrawn: Withdrawn) -> None:
        """Keep an event that is withdrawn, apart from the others."""
        event, others = withdrawn.event, sorted(withdrawn.other_ids)
        self._db.execute(
            "INSERT INTO withdrawn VALUES (?, ?, ?)",
            (event.id, json.dumps(others), event_json().dump_json(event).decode()),
        )
        self._db.executemany(
            "INSERT OR IGNORE INTO withdrawn_names VALUES (?, ?)", [(each, event.id) for each in (event.id, *others)]
        )

    def finish(self) -> None:
        """Resolve the links between events, make the look-up indexes, write everything to the disk and close."""
        self._db.executemany("INSERT INTO attributions VALUES (?, ?)", [(n, t) for t, n in self._attributions.items()])
        self._db.execute("DELETE FROM names WHERE id IN (SELECT id FROM events)")
        self._db.executemany(
            "INSERT INTO postings VALUES (?, ?)",
            ((stem, np.asarray(rows, POSTING_ROW).tobytes()) for stem, rows in sorted(self._postings.items())),
        )
        self._db.executemany(
            "INSERT INTO spellings VALUES (?, ?, ?)",
            ((each.key, each.text, each.events) for each in self._spellings.most_common()),
        )
        self._db.executemany(
            "INSERT INTO short_forms VALUES (?, ?)", ((each.short, each.long) for each in self._short_forms.found())
        )
        # executescript commits what was written so far.
        self._db.executescript(_INDEXES + _RESOLVE_RELATED + "PRAGMA optimize;")
        self._db.close()

    def close(self) -> None:
        """Close without finishing."""
        self._db.close()


def _lists(row: int, new: NewEvent) -> Iterator[tuple[str, list[tuple[Any, ...]]]]:
    """What the event of a row has several of: the statement that inserts it, and its values."""
    event = new.event
    yield (
        "INSERT INTO sources VALUES (?, ?, ?, ?)",
        [(row, place, source.name, source.url) for place, source in enumerate(event.sources)],
    )
    yield "INSERT INTO contexts VALUES (?, ?, ?)", [(row, place, name) for place, name in enumerate(event.contexts)]
    yield (
        "INSERT INTO related VALUES (?, ?, ?, ?, ?, ?, NULL)",
        [
            (row, place, other.date.isoformat(), other.headline,
             json.dumps(other.contexts, ensure_ascii=False), other.path)
            for place, other in enumerate(event.related)
        ],
    )  # fmt: skip
    yield (
        "INSERT INTO links VALUES (?, ?, ?, ?)",
        [
            (row, place, other.date.isoformat(), normalise(headline))
            for place, other in enumerate(event.related)
            for headline in _without_leads(other.headline)
        ],
    )
    yield (
        "INSERT OR IGNORE INTO addresses VALUES (?, ?, ?)",
        [(path, row, place) for place, path in enumerate(event.paths)],
    )
    yield "INSERT OR IGNORE INTO names VALUES (?, ?)", [(other, row) for other in sorted(new.other_ids)]
    yield "INSERT INTO lists VALUES (?, ?, ?)", [(row, place, name) for place, name in enumerate(new.lists)]
    yield (
        "INSERT INTO entries VALUES (?, ?, ?)",
        [(row, place, event_json().dump_json(entry).decode()) for place, entry in enumerate(new.entries)],
    )


def _without_leads(title: str) -> Iterator[str]:
    """A link's title, and the title without the first one, two or more parts that may be topics."""
    yield title
    for _ in range(MAX_LEADS):
        _, colon, title = title.partition(": ")
        if not colon:
            return
        yield title
