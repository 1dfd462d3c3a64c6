"""The catalogue: every event of an index in one SQLite file, in order of time, with full-text search.

An event's row number is its place in that order and its vector's place in the FAISS index, so a range of days is a
range of rows.
"""

from __future__ import annotations

import contextlib
import datetime as dt
import json
import sqlite3
import threading
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import chain
from pathlib import Path
from typing import Any

from embeddings.errors import IndexUnusableError
from embeddings.events import Event, Related, Source
from embeddings.text import clean, normalise, shorten
from embeddings.words import stems

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
    stems TEXT NOT NULL,         -- of everything that is searched in, each once
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
CREATE TABLE names (id TEXT PRIMARY KEY, row INTEGER NOT NULL) WITHOUT ROWID;
CREATE VIRTUAL TABLE texts USING fts5(topics, headline, summary, contexts, content='', tokenize='unicode61');
CREATE VIRTUAL TABLE headlines USING fts5(words, content='', detail=none, prefix='1 2 3', tokenize='unicode61');
CREATE VIRTUAL TABLE vocabulary USING fts5vocab(texts, 'row');
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

# Weights of topics, headline, summary and contexts. The headline tells most; contexts repeat it.
_BM25 = "bm25(texts, 1.0, 1.0, 0.5, 0.5)"


MAX_LEADS = 5  # topics looked for in front of a link's headline


@dataclass(frozen=True, slots=True)
class NewEvent:
    """An event on its way into a catalogue.

    Attributes:
        names: other ids that stand for it.
    """

    event: Event
    names: frozenset[str]
    text_key: bytes
    digest: bytes


@dataclass(frozen=True, slots=True)
class Outline:
    """What ranking needs of an event.

    Attributes:
        words: the headline, normalised.
        stems: of everything that is searched in.
    """

    date: dt.date
    words: str
    stems: frozenset[str]


class CatalogueWriter:
    """Writes a new catalogue file; nobody reads it before `finish`."""

    def __init__(self, path: Path) -> None:
        self._db = sqlite3.connect(path, isolation_level=None)
        # A file that is not finished is thrown away, so it needs no journal.
        self._db.executescript("PRAGMA journal_mode = OFF; PRAGMA synchronous = OFF; BEGIN;" + _TABLES)
        self._attributions: dict[str, int] = {}
        self._row = 0

    def add(self, new: NewEvent) -> int:
        """Append an event, which must not be older than the last one; returns its row."""
        row, event = self._row, new.event
        self._row += 1
        number = self._attributions.setdefault(event.attribution, len(self._attributions))
        date = event.date.isoformat()
        topics = json.dumps(event.topics, ensure_ascii=False)
        texts = (" ".join(event.topics), event.headline, event.summary or "", " ".join(event.contexts))
        searched = [stems(text) for text in texts]
        once = " ".join(dict.fromkeys(chain.from_iterable(searched)))
        self._db.execute(
            "INSERT INTO events VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
            (row, event.id, date, date[5:], event.headline, topics, event.category, event.summary, number,
             normalise(event.headline), once, new.text_key, new.digest),
        )  # fmt: skip
        self._db.execute(
            "INSERT INTO texts (rowid, topics, headline, summary, contexts) VALUES (?, ?, ?, ?, ?)",
            (row, *map(" ".join, searched)),
        )
        self._db.execute("INSERT INTO headlines (rowid, words) VALUES (?, ?)", (row, normalise(event.headline)))
        self._db.executemany(
            "INSERT INTO sources VALUES (?, ?, ?, ?)",
            [(row, place, source.name, source.url) for place, source in enumerate(event.sources)],
        )
        self._db.executemany(
            "INSERT INTO contexts VALUES (?, ?, ?)", [(row, place, name) for place, name in enumerate(event.contexts)]
        )
        self._db.executemany(
            "INSERT INTO related VALUES (?, ?, ?, ?, ?, ?, NULL)",
            [
                (row, place, other.date.isoformat(), other.headline,
                 json.dumps(other.contexts, ensure_ascii=False), other.path)
                for place, other in enumerate(event.related)
            ],
        )  # fmt: skip
        self._db.executemany(
            "INSERT INTO links VALUES (?, ?, ?, ?)",
            [
                (row, place, other.date.isoformat(), normalise(headline))
                for place, other in enumerate(event.related)
                for headline in _without_leads(other.headline)
            ],
        )
        self._db.executemany(
            "INSERT OR IGNORE INTO addresses VALUES (?, ?, ?)",
            [(path, row, place) for place, path in enumerate(event.paths)],
        )
        self._db.executemany("INSERT OR IGNORE INTO names VALUES (?, ?)", [(name, row) for name in sorted(new.names)])
        return row

    def has(self, event_id: str) -> bool:
        """Whether an event with that id has been added."""
        return self._db.execute("SELECT 1 FROM events WHERE id = ?", (event_id,)).fetchone() is not None

    def finish(self) -> None:
        """Resolve the links between events, make the look-up indexes, write everything to the disk and close."""
        self._db.executemany("INSERT INTO attributions VALUES (?, ?)", [(n, t) for t, n in self._attributions.items()])
        self._db.execute("DELETE FROM names WHERE id IN (SELECT id FROM events)")
        # executescript commits what was written so far.
        self._db.executescript(
            _INDEXES + _RESOLVE_RELATED + "INSERT INTO texts(texts) VALUES ('optimize'); PRAGMA optimize;"
        )
        self._db.close()

    def close(self) -> None:
        """Close without finishing."""
        self._db.close()


def _without_leads(title: str) -> Iterator[str]:
    """A link's title, and what is left of it without what may be one, two or more topics in front."""
    yield title
    for _ in range(MAX_LEADS):
        _, colon, title = title.partition(": ")
        if not colon:
            return
        yield title


class Catalogue:
    """A finished catalogue, read from any number of threads.

    SQLite finds much of what may be damaged in a file; what it hands out all the same is checked here, so that every
    method raises IndexUnusableError rather than give out what no catalogue holds.
    """

    def __init__(self, path: Path) -> None:
        self._path = path
        self._local = threading.local()
        self._connections: list[sqlite3.Connection] = []
        self._lock = threading.Lock()
        try:
            with self._decoding():
                self._attributions = {
                    number: _text(text) for number, text in self._rows("SELECT number, text FROM attributions")
                }
                [(self.size, first, last, self.day_count)] = self._rows(
                    "SELECT count(*), min(date), max(date), count(DISTINCT date) FROM events"
                )
                self.first = _day(first) if self.size else None
                self.last = _day(last) if self.size else None
        except BaseException:
            self.close()
            raise

    def close(self) -> None:
        """Close the file in every thread."""
        with self._lock:
            for connection in self._connections:
                connection.close()
            self._connections.clear()

    @property
    def attributions(self) -> tuple[str, ...]:
        """Whose texts the catalogue holds."""
        return tuple(self._attributions.values())

    def _rows(self, sql: str, values: Sequence[Any] | Mapping[str, Any] = ()) -> list[tuple[Any, ...]]:
        try:
            connection: sqlite3.Connection | None = getattr(self._local, "connection", None)
            if connection is None:
                # Published files never change, so SQLite need not look for writers.
                uri = f"{self._path.absolute().as_uri()}?mode=ro&immutable=1"
                connection = sqlite3.connect(uri, uri=True, check_same_thread=False)
                connection.execute("PRAGMA cell_size_check = ON")  # finds damage before it is followed
                self._local.connection = connection
                with self._lock:
                    self._connections.append(connection)
            return connection.execute(sql, values).fetchall()
        except sqlite3.Error as error:
            if _is_refusal(error):
                raise IndexUnusableError(
                    f"the system does not let the catalogue {self._path} be read ({error}); see whether its disk is "
                    "in order and whether more files may be opened (`ulimit -n`)"
                ) from error
            raise self._damaged(str(error)) from error

    def _damaged(self, why: str) -> IndexUnusableError:
        return IndexUnusableError(
            f"the catalogue {self._path} cannot be read ({why}); run `python -m embeddings build` again"
        )

    @contextlib.contextmanager
    def _decoding(self) -> Iterator[None]:
        """Around what turns a table's values into ours: values that cannot be are damage."""
        try:
            yield
        except (ValueError, TypeError, KeyError, RecursionError) as error:
            raise self._damaged(f"it holds {type(error).__name__}: {shorten(clean(str(error)), 60)}") from error

    def _checked(self, rows: Iterable[Any]) -> list[int]:
        """Row numbers, each one that the catalogue has."""
        found = list(rows)
        for row in found:
            if not isinstance(row, int) or not 0 <= row < self.size:
                raise self._damaged(f"it names a row {row!r} of {self.size:,}")
        return found

    # --- finding rows ---

    def row(self, event_id: str) -> int | None:
        """The row of an event, by its id or by an id that was merged into it."""
        if not event_id.isascii():  # no id is; and half a surrogate pair cannot even be looked for
            return None
        found = self._rows("SELECT row FROM events WHERE id = ?", (event_id,)) or self._rows(
            "SELECT row FROM names WHERE id = ?", (event_id,)
        )
        return self._checked(found[0])[0] if found else None

    def rows_between(self, first: dt.date, last: dt.date) -> range:
        """The rows of the days from `first` to `last`, both included."""
        low = self._rows("SELECT row FROM events WHERE date >= ? ORDER BY date, row LIMIT 1", (first.isoformat(),))
        high = self._rows(
            "SELECT row FROM events WHERE date <= ? ORDER BY date DESC, row DESC LIMIT 1", (last.isoformat(),)
        )
        if not low or not high:
            return range(0)
        start, end = self._checked((*low[0], *high[0]))
        return range(start, end + 1)

    def rows_on(self, month: int, day: int) -> list[int]:
        """The rows of one day of every year, oldest first."""
        found = self._rows("SELECT row FROM events WHERE month_day = ? ORDER BY row", (f"{month:02}-{day:02}",))
        return self._checked(row for (row,) in found)

    def days_near(self, day: dt.date, limit: int = 2) -> list[dt.date]:
        """Up to `limit` days with events on either side of `day`, in order of time."""
        text = day.isoformat()
        before = self._rows("SELECT DISTINCT date FROM events WHERE date < ? ORDER BY date DESC LIMIT ?", (text, limit))
        after = self._rows("SELECT DISTINCT date FROM events WHERE date > ? ORDER BY date LIMIT ?", (text, limit))
        with self._decoding():
            return sorted(_day(found) for (found,) in (*before, *after))

    def match(self, words: Sequence[str], limit: int, rows: range | None = None) -> list[int]:
        """Full-text search for any of some stems: at most `limit` rows, best by BM25 first."""
        if not words or (rows is not None and not rows):
            return []
        within = "" if rows is None else f"AND rowid BETWEEN {rows.start} AND {rows.stop - 1}"
        found = self._rows(
            f"SELECT rowid FROM texts WHERE texts MATCH ? {within} ORDER BY {_BM25}, rowid LIMIT ?",
            (" OR ".join(f'"{word}"' for word in words), limit),
        )
        return self._checked(row for (row,) in found)

    def starting(self, words: Sequence[str], limit: int) -> list[int]:
        """Rows whose headline has all of some normalised words, the last of which may be unfinished; newest first."""
        if not words:
            return []
        query = " AND ".join([*(f'"{word}"' for word in words[:-1]), f'"{words[-1]}"*'])
        found = self._rows(
            "SELECT rowid FROM headlines WHERE headlines MATCH ? ORDER BY rowid DESC LIMIT ?", (query, limit)
        )
        return [row for (row,) in found]

    def frequencies(self, words: Sequence[str]) -> list[int]:
        """How many events have each of some stems."""
        found = dict(
            self._rows(f"SELECT term, doc FROM vocabulary WHERE term IN ({','.join('?' * len(words))})", words)
        )
        with self._decoding():
            return [_number(found.get(word, 0)) for word in words]

    def sharing(self, contexts: Sequence[str], limit: int) -> list[tuple[int, str, int]]:
        """Rows that have one of `contexts`: row, the context, and how many events have it; common ones left out."""
        found: list[tuple[int, str, int]] = []
        for name in contexts:
            rows = self._rows("SELECT row FROM contexts WHERE name = ? LIMIT ?", (name, limit + 1))
            if len(rows) <= limit:
                found += [(row, name, len(rows)) for row in self._checked(row for (row,) in rows)]
        return found

    def links(self) -> list[tuple[int, int]]:
        """Rows that other events link to, and how many do."""
        found = self._rows(
            "SELECT other, count(DISTINCT row) FROM related WHERE other NOT NULL AND other != row GROUP BY 1"
        )
        self._checked(row for row, _ in found)
        with self._decoding():
            return [(row, _number(links)) for row, links in found]

    # --- reading ---

    def events(self, rows: Iterable[int]) -> list[Event]:
        """The events of some rows, in the order of `rows`."""
        wanted = list(rows)
        found: dict[int, Event] = {}
        with self._decoding():
            for start in range(0, len(wanted), 500):  # SQLite bounds the values of one statement
                found.update(self._some(wanted[start : start + 500]))
            return [found[row] for row in wanted]

    def _some(self, rows: Sequence[int]) -> dict[int, Event]:
        marks = ",".join("?" * len(rows))
        sources: dict[int, list[Source]] = defaultdict(list)
        for row, name, url in self._rows(
            f"SELECT row, name, url FROM sources WHERE row IN ({marks}) ORDER BY row, place", rows
        ):
            sources[row].append(Source(_text(name), _text_or_none(url)))
        contexts: dict[int, list[str]] = defaultdict(list)
        for row, name in self._rows(f"SELECT row, name FROM contexts WHERE row IN ({marks}) ORDER BY row, place", rows):
            contexts[row].append(_text(name))
        paths: dict[int, list[str]] = defaultdict(list)
        for row, path in self._rows(
            f"SELECT row, path FROM addresses WHERE row IN ({marks}) ORDER BY row, place", rows
        ):
            paths[row].append(_text(path))
        related: dict[int, list[Related]] = defaultdict(list)
        for row, date, headline, shared, path, other in self._rows(
            "SELECT related.row, related.date, related.headline, related.contexts, related.path, events.id "
            "FROM related LEFT JOIN events ON events.row = related.other "
            f"WHERE related.row IN ({marks}) ORDER BY related.row, related.place",
            rows,
        ):
            related[row].append(
                Related(_day(date), _text(headline), _names(shared), _text_or_none(path), _text_or_none(other))
            )
        return {
            row: Event(
                id=_text(name),
                date=_day(date),
                headline=_text(headline),
                topics=_names(topics),
                category=_text_or_none(category),
                summary=_text_or_none(summary),
                contexts=tuple(contexts[row]),
                sources=tuple(sources[row]),
                related=tuple(related[row]),
                paths=tuple(paths[row]),
                attribution=self._attributions[attribution],
            )
            for row, name, date, headline, topics, category, summary, attribution in self._rows(
                "SELECT row, id, date, headline, topics, category, summary, attribution "
                f"FROM events WHERE row IN ({marks})",
                rows,
            )
        }

    def outlines(self, rows: Sequence[int]) -> dict[int, Outline]:
        """What ranking needs of some rows, each of which the catalogue has, without the rest."""
        marks = ",".join("?" * len(rows))
        with self._decoding():
            found = {
                row: Outline(_day(date), _text(words), frozenset(_text(searched).split()))
                for row, date, words, searched in self._rows(
                    f"SELECT row, date, words, stems FROM events WHERE row IN ({marks})", rows
                )
            }
        if len(found) != len(set(rows)):
            raise self._damaged(f"it lacks {len(set(rows)) - len(found)} of {len(rows)} rows")
        return found

    # --- for the next build, and for checking ---

    def ids(self) -> list[str]:
        """The id of every event, in order of time."""
        with self._decoding():
            return [_text(found) for (found,) in self._rows("SELECT id FROM events ORDER BY row")]

    def names(self, rows: range) -> dict[str, str]:
        """Ids that stand for an event of some rows, its own among them, with that event's id."""
        values = (rows.start, rows.stop - 1)
        return dict(
            self._rows("SELECT id, id FROM events WHERE row BETWEEN ? AND ?", values)
            + self._rows(
                "SELECT names.id, events.id FROM names JOIN events USING (row) WHERE row BETWEEN ? AND ?", values
            )
        )

    def digests(self, rows: range) -> dict[str, bytes]:
        """The digest of each event of some rows, by id."""
        return dict(self._rows("SELECT id, digest FROM events WHERE row BETWEEN ? AND ?", (rows.start, rows.stop - 1)))

    def rows_by_text(self, keys: Sequence[bytes]) -> dict[bytes, int]:
        """For each text key that the catalogue has, one row whose vector is that text's."""
        marks = ",".join("?" * len(keys))
        return dict(
            self._rows(f"SELECT text_key, min(row) FROM events WHERE text_key IN ({marks}) GROUP BY text_key", keys)
        )

    def text_keys(self, rows: range) -> list[bytes]:
        """The key of the text that was encoded, of some rows in their order."""
        values = (rows.start, rows.stop - 1)
        return [
            key for (key,) in self._rows("SELECT text_key FROM events WHERE row BETWEEN ? AND ? ORDER BY row", values)
        ]

    def problems(self) -> Iterator[str]:
        """What is wrong inside the file, as SQLite and the tables themselves can tell."""
        for (line,) in self._rows("PRAGMA integrity_check(5)"):
            if line != "ok":
                yield f"{self._path.name}: {line}"
        [(rows, texts)] = self._rows("SELECT (SELECT count(*) FROM events), (SELECT count(*) FROM texts_docsize)")
        if rows != texts:
            yield f"{self._path.name}: {rows} events, but {texts} texts to search in"
        [(last,)] = self._rows("SELECT max(row) FROM events")
        if rows and last != rows - 1:
            yield f"{self._path.name}: {rows} events, but the last row is {last}"


def _is_refusal(error: sqlite3.Error) -> bool:
    """Whether it is the system that refuses, rather than the file that is damaged."""
    return getattr(error, "sqlite_errorcode", 0) & 0xFF in (
        sqlite3.SQLITE_PERM,
        sqlite3.SQLITE_BUSY,
        sqlite3.SQLITE_LOCKED,
        sqlite3.SQLITE_IOERR,
        sqlite3.SQLITE_CANTOPEN,
        sqlite3.SQLITE_AUTH,
    )


def _text(value: object) -> str:
    if not isinstance(value, str):
        raise TypeError(f"{type(value).__name__} for a text")
    return value


def _text_or_none(value: object) -> str | None:
    return None if value is None else _text(value)


def _number(value: object) -> int:
    if not isinstance(value, int) or value < 0:
        raise TypeError(f"{type(value).__name__} for a number")
    return value


def _names(value: object) -> tuple[str, ...]:
    """A JSON list of texts."""
    names = json.loads(_text(value))
    if not isinstance(names, list):
        raise TypeError(f"{type(names).__name__} for a list")
    return tuple(_text(name) for name in names)


def _day(value: object) -> dt.date:
    return dt.date.fromisoformat(_text(value))
