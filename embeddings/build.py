"""Archives to an index: read, merge, name, catalogue, encode, publish."""

from __future__ import annotations

import contextlib
import datetime as dt
import hashlib
import sqlite3
import time
from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Any, Protocol

import numpy as np
from pydantic import TypeAdapter

from embeddings.archive import Report, read_archive
from embeddings.catalogue import Catalogue, CatalogueWriter, NewEvent
from embeddings.encoder import Encoder
from embeddings.errors import IndexMissingError, InputError
from embeddings.events import Event, event_id
from embeddings.index_folder import (
    CATALOGUE,
    FORMAT,
    VECTORS,
    IndexFolder,
    Manifest,
    ModelRecord,
    OpenIndex,
    file_record,
)
from embeddings.merging import group_day, has_given_id, merge
from embeddings.vectors import VectorIndex

CHUNK = 1_024  # texts encoded between two commits: some ten seconds of work that a kill can cost

_EVENT: TypeAdapter[Event] = TypeAdapter(Event)


class Progress(Protocol):
    """Told how far long work is."""

    def __call__(self, step: str, done: int, total: int | None) -> None:
        """`done` of `total` (None: unknown) of a step such as "reading" are done."""


def no_progress(step: str, done: int, total: int | None) -> None:
    """Tell nobody."""


@dataclass(slots=True)
class BuildResult:
    """What a build did, in numbers of events.

    Attributes:
        merged: addresses and ids that turned out to be an event which another address or id stands for.
        rejected: pages and lines that could not be read.
    """

    events: int = 0
    new: int = 0
    changed: int = 0
    unchanged: int = 0
    removed: int = 0
    merged: int = 0
    rejected: int = 0
    seconds: float = 0.0

    def as_dict(self) -> dict[str, Any]:
        """As users' scripts read it."""
        return {**asdict(self), "seconds": round(self.seconds, 1)}


def build_index(
    folder: IndexFolder,
    archives: Sequence[Path],
    encoder: Encoder,
    report: Report,
    progress: Progress = no_progress,
) -> BuildResult:
    """Make the index hold what `archives` hold, encoding only texts that it has no vectors of yet.

    Raises:
        ArchiveMissingError: if one of the archives is not there; nothing was changed.
        BuildRunningError: if another build of the folder runs.
        EmbeddingsError: if the work fails; the index that was there is still in force.
    """
    started = time.monotonic()
    streams = [(path, read_archive(path, report)) for path in archives]
    result = BuildResult()
    with folder.build_lock():
        with _previous(folder) as previous:
            built = dt.datetime.now(dt.UTC).replace(microsecond=0)
            generation = folder.new_generation(built)
            staging = _Staging(generation / "staging.sqlite")
            for path, events in streams:
                for event in events:
                    if why := staging.add(event):
                        report.reject(str(path), None, why)
                    progress("reading", staging.size, None)
            if staging.size == 0:
                raise InputError(_nothing_read(archives, report))
            _write_catalogue(generation / CATALOGUE, staging, previous, result, progress)
            staging.delete()
            journal = _Journal(folder.root / "encoded.sqlite", encoder.fingerprint)
            try:
                vectors = _encode(generation / CATALOGUE, encoder, previous, journal, progress)
                vectors.save(generation / VECTORS)
                folder.publish(generation, _manifest(generation, built, encoder, vectors))
                journal.empty()
            finally:
                journal.close()
        folder.clear()
    result.rejected = report.count
    result.seconds = time.monotonic() - started
    return result


def _nothing_read(archives: Sequence[Path], report: Report) -> str:
    sentence = f"no events in {', '.join(map(str, archives))}; the index was not changed"
    if report.first:
        sentence += f". {report.count:,} pages or lines could not be read, the first: {report.first[0]}"
    return sentence


@contextlib.contextmanager
def _previous(folder: IndexFolder) -> Iterator[OpenIndex | None]:
    """The index in force, if there is a sound one: its ids are kept and its vectors used again."""
    try:
        damaged = any(True for _ in folder.problems())
        index = None if damaged else folder.open()
    except IndexMissingError:
        index = None
    try:
        yield index
    finally:
        if index is not None:
            index.close()


class _Staging:
    """The events of all archives on their way to being sorted by day, on the disk."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._db = sqlite3.connect(path, isolation_level=None)
        self._db.executescript(
            "PRAGMA journal_mode = OFF; PRAGMA synchronous = OFF; BEGIN;"
            "CREATE TABLE events (date TEXT, event BLOB);"
            "CREATE TABLE given (id TEXT PRIMARY KEY, date TEXT) WITHOUT ROWID"
        )
        self.size = 0

    def add(self, event: Event) -> str | None:
        """Take an event in; otherwise the reason why not."""
        date = event.date.isoformat()
        if has_given_id(event):
            self._db.execute("INSERT OR IGNORE INTO given VALUES (?, ?)", (event.id, date))
            [(other,)] = self._db.execute("SELECT date FROM given WHERE id = ?", (event.id,))
            if other != date:
                return f"the id {event.id} is given to an event of {other} and to one of {date}; the first counts"
        self._db.execute("INSERT INTO events VALUES (?, ?)", (date, _EVENT.dump_json(event)))
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
            events.append(_EVENT.validate_json(data))
        if day is not None:
            yield dt.date.fromisoformat(day), events

    def delete(self) -> None:
        """Close and remove the file."""
        self._db.close()
        self._path.unlink()


def _write_catalogue(
    path: Path, staging: _Staging, previous: OpenIndex | None, result: BuildResult, progress: Progress
) -> None:
    writer = CatalogueWriter(path)
    kept = 0
    try:
        for day, incoming in staging.days():
            before = _Before(previous.catalogue if previous else None, day)
            kept += _write_day(writer, day, incoming, before, result)
            progress("merging", result.events, staging.size)
        writer.finish()
    finally:
        writer.close()
    result.removed = (previous.catalogue.size if previous else 0) - kept


class _Before:
    """What the index in force holds of a day."""

    def __init__(self, catalogue: Catalogue | None, day: dt.date) -> None:
        rows = catalogue.rows_between(day, day) if catalogue else range(0)
        self.events = catalogue.events(rows) if catalogue and rows else []
        self.names = catalogue.names(rows) if catalogue and rows else {}
        self.digests = catalogue.digests(rows) if catalogue and rows else {}


def _write_day(
    writer: CatalogueWriter,
    day: dt.date,
    incoming: Sequence[Event],
    before: _Before,
    result: BuildResult,
) -> int:
    """Merge, name and write the events of a day; returns how many events of the index in force they are."""
    # An id that once stood for an event stands for it still; so an event is known by any of its names.
    known = [replace(event, id=before.names.get(event.id, event.id)) for event in incoming]
    taken: set[str] = set()
    kept = 0
    for group in group_day([*before.events, *known], {event.id for event in before.events}):
        old = [place for place in group if place < len(before.events)]
        new = [place - len(before.events) for place in group if place >= len(before.events)]
        if not new:
            continue
        kept += len(old)
        members = [incoming[place] for place in new]
        merged = merge(members)
        names = {event.id for event in members} | {event_id(day, event.headline) for event in members}
        old_ids = [before.events[place].id for place in old]
        names.update(name for name, stands_for in before.names.items() if stands_for in old_ids)
        name = old_ids[0] if old_ids else min((e.id for e in members if has_given_id(e)), default=merged.id)
        attempt = 0
        while name in taken:  # two headlines with the same eight digits
            attempt += 1
            name = event_id(day, f"{merged.headline} {attempt}")
        taken.add(name)
        event = replace(merged, id=name, related=tuple(replace(other, id=None) for other in merged.related))
        digest = hashlib.blake2b(_EVENT.dump_json(event), digest_size=16).digest()
        writer.add(
            NewEvent(
                event=event,
                names=frozenset(names - {name}),
                text_key=text_key(event),
                digest=digest,
            )
        )
        result.events += 1
        result.merged += len({member.path or member.id for member in members}) - 1
        if name not in before.digests:
            result.new += 1
        elif before.digests[name] == digest:
            result.unchanged += 1
        else:
            result.changed += 1
    return kept


def text_key(event: Event) -> bytes:
    """Names the text of an event that is encoded: events with equal keys have equal vectors."""
    return hashlib.blake2b(event.title.encode(), digest_size=16).digest()


def _encode(
    path: Path, encoder: Encoder, previous: OpenIndex | None, journal: _Journal, progress: Progress
) -> VectorIndex:
    """The vector of every event of a new catalogue, in its order: used again, resumed or encoded."""
    fits = previous is not None and previous.manifest.model.fingerprint == encoder.fingerprint
    reusable = previous if fits else None
    vectors = VectorIndex(reusable.vectors.dimension if reusable else encoder.dimension)
    catalogue = Catalogue(path)
    try:
        for start in range(0, catalogue.size, CHUNK):
            rows = range(start, min(start + CHUNK, catalogue.size))
            keys = catalogue.text_keys(rows)
            known = journal.vectors(keys)
            if reusable is not None:
                old = reusable.catalogue.rows_by_text([key for key in keys if key not in known])
                known.update(zip(old, reusable.vectors.take(list(old.values())), strict=True))
            wanted = {key: row for key, row in zip(keys, rows, strict=True) if key not in known}
            if wanted:
                titles = [event.title for event in catalogue.events(wanted.values())]
                fresh = dict(zip(wanted, encoder.encode(titles), strict=True))
                journal.add(fresh)
                known.update(fresh)
            vectors.add(np.stack([known[key] for key in keys]))
            progress("encoding", len(vectors), catalogue.size)
    finally:
        catalogue.close()
    return vectors


class _Journal:
    """Vectors that an unfinished build has encoded: the next one does not encode them again."""

    def __init__(self, path: Path, fingerprint: str) -> None:
        self._path = path
        try:
            self._open(fingerprint)
        except sqlite3.DatabaseError:  # a loss of power can leave it unreadable; then the work is done again
            self.empty()
            self._open(fingerprint)

    def _open(self, fingerprint: str) -> None:
        self._db = sqlite3.connect(self._path, isolation_level=None)
        self._db.executescript(
            "PRAGMA journal_mode = WAL; PRAGMA synchronous = NORMAL;"
            "CREATE TABLE IF NOT EXISTS model (fingerprint TEXT);"
            "CREATE TABLE IF NOT EXISTS vectors (key BLOB PRIMARY KEY, vector BLOB NOT NULL) WITHOUT ROWID"
        )
        if self._db.execute("SELECT fingerprint FROM model").fetchall() != [(fingerprint,)]:
            self._db.execute("DELETE FROM vectors")
            self._db.execute("DELETE FROM model")
            self._db.execute("INSERT INTO model VALUES (?)", (fingerprint,))

    def vectors(self, keys: Sequence[bytes]) -> dict[bytes, np.ndarray]:
        marks = ",".join("?" * len(keys))
        return {
            key: np.frombuffer(data, np.float32)
            for key, data in self._db.execute(f"SELECT key, vector FROM vectors WHERE key IN ({marks})", keys)
        }

    def add(self, vectors: dict[bytes, np.ndarray]) -> None:
        self._db.execute("BEGIN")
        self._db.executemany(
            "INSERT OR REPLACE INTO vectors VALUES (?, ?)",
            [(key, vector.astype(np.float32).tobytes()) for key, vector in vectors.items()],
        )
        self._db.execute("COMMIT")

    def close(self) -> None:
        self._db.close()

    def empty(self) -> None:
        """Close and delete the file."""
        self._db.close()
        for suffix in ("", "-wal", "-shm"):
            self._path.with_name(self._path.name + suffix).unlink(missing_ok=True)


def _manifest(generation: Path, built: dt.datetime, encoder: Encoder, vectors: VectorIndex) -> Manifest:
    catalogue = Catalogue(generation / CATALOGUE)
    try:
        return Manifest(
            format=FORMAT,
            generation=generation.name,
            built=built,
            model=ModelRecord(name=encoder.name, fingerprint=encoder.fingerprint, dimension=vectors.dimension),
            events=len(vectors),
            days=catalogue.day_count,
            first=catalogue.first,
            last=catalogue.last,
            attributions=catalogue.attributions,
            files={name: file_record(generation / name) for name in (CATALOGUE, VECTORS)},
        )
    finally:
        catalogue.close()
