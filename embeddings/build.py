"""Archives to an index: read, merge, name, catalogue, encode, publish."""

from __future__ import annotations

import contextlib
import datetime as dt
import errno
import hashlib
import logging
import os
import shutil
import sqlite3
import time
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import asdict, dataclass, replace
from itertools import chain, count
from pathlib import Path
from typing import Any, Protocol

import numpy as np

from embeddings.archive import Report, read_archive
from embeddings.catalogue import Catalogue, CatalogueWriter, NewEvent
from embeddings.encoder import Encoder
from embeddings.errors import EmbeddingsError, IndexMissingError, IndexUnusableError, InputError
from embeddings.events import Event, event_id
from embeddings.index_folder import (
    CATALOGUE,
    FORMAT,
    PROMINENCE,
    VECTORS,
    IndexFolder,
    Manifest,
    ModelRecord,
    OpenIndex,
    file_record,
)
from embeddings.journal import Journal
from embeddings.merging import group_day, has_given_id, merge
from embeddings.prominence import measure
from embeddings.staging import EVENT, Staging
from embeddings.text import clean, normalise, shorten
from embeddings.vectors import VectorIndex

CHUNK = 1_024  # texts encoded between two commits: some ten seconds of work that a kill can cost

_TOO_MANY_FILES = (errno.EMFILE, errno.ENFILE)
_FORBIDDEN = (errno.EROFS, errno.EACCES, errno.EPERM)

log = logging.getLogger(__name__)


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
    result = BuildResult()
    with _explained(folder):
        streams = [(path, read_archive(path, report)) for path in archives]
        with folder.build_lock():
            try:
                with _previous(folder) as previous:
                    _build(folder, streams, encoder, previous, report, result, progress)
            finally:
                folder.clear()  # the index that was replaced; or, where the build failed, what it leaves
    result.rejected = report.count
    result.seconds = time.monotonic() - started
    return result


def _build(
    folder: IndexFolder,
    streams: Sequence[tuple[Path, Iterable[Event]]],
    encoder: Encoder,
    previous: OpenIndex | None,
    report: Report,
    result: BuildResult,
    progress: Progress,
) -> None:
    built = dt.datetime.now(dt.UTC).replace(microsecond=0)
    generation = folder.new_generation(built)
    with Staging(generation / "staging.sqlite") as staging:
        for path, events in streams:
            for event in events:
                staging.add(event, path)
                progress("reading", staging.size, None)
        if staging.size == 0:
            raise InputError(_nothing_read([path for path, _ in streams], report))
        _write_catalogue(generation / CATALOGUE, staging, previous, report, result, progress)
    journal = Journal(folder.root / "encoded.sqlite", encoder.fingerprint)
    try:
        vectors = _encode(generation / CATALOGUE, encoder, previous, journal, progress)
        vectors.save(generation / VECTORS)
        _weigh(generation, vectors, progress)
        folder.publish(generation, _manifest(generation, built, encoder, vectors))
        with contextlib.suppress(OSError):  # it is published; the next build can delete what it no longer needs
            journal.empty()
    finally:
        journal.close()


def _nothing_read(archives: Sequence[Path], report: Report) -> str:
    sentence = f"no events in {', '.join(map(str, archives))}; the index was not changed"
    if report.first:
        sentence += f". {report.count:,} pages or lines could not be read, the first: {report.first[0]}"
    return sentence


@contextlib.contextmanager
def _previous(folder: IndexFolder) -> Iterator[OpenIndex | None]:
    """The index in force, if there is a sound one: its ids are kept and its vectors used again."""
    index = None
    try:
        index = folder.open_checked()
    except IndexMissingError:
        pass
    except IndexUnusableError as error:
        if _may_pass(error.__cause__):
            raise EmbeddingsError(
                f"the index was not built, for without the one in force its ids would be lost: {error}"
            ) from error
        log.warning("the index in force cannot be used, everything is encoded again: %s", error)
    try:
        yield index
    finally:
        if index is not None:
            index.close()


def _write_catalogue(
    path: Path,
    staging: Staging,
    previous: OpenIndex | None,
    report: Report,
    result: BuildResult,
    progress: Progress,
) -> None:
    writer = CatalogueWriter(path)
    try:
        for day, incoming in staging.days(report):
            before = _Before(previous.catalogue if previous else None, day)
            _write_day(writer, day, incoming, before, staging, result)
            progress("merging", result.events, staging.size)
        writer.finish()
    finally:
        writer.close()
    if previous is not None:
        catalogue = Catalogue(path)
        try:
            result.removed = sum(catalogue.row(event_id) is None for event_id in previous.catalogue.ids())
        finally:
            catalogue.close()


class _Before:
    """What the index in force holds of a day."""

    def __init__(self, catalogue: Catalogue | None, day: dt.date) -> None:
        self._catalogue = catalogue
        rows = catalogue.rows_between(day, day) if catalogue else range(0)
        self.events = catalogue.events(rows) if catalogue and rows else []
        self.names = catalogue.names(rows) if catalogue and rows else {}
        self._digests = catalogue.digests(rows) if catalogue and rows else {}
        self._by_words = {normalise(event.headline): event.id for event in self.events}

    def digest(self, event_id: str) -> bytes | None:
        """What the index held of an event, on this day or, where its day was corrected, on another."""
        if (found := self._digests.get(event_id)) is not None or self._catalogue is None:
            return found
        row = self._catalogue.row(event_id)
        return None if row is None else self._catalogue.digests(range(row, row + 1)).get(event_id)

    def known_id(self, event: Event) -> str:
        """The id of the event that this one is known as: by its words, else by any of the names it ever had."""
        if has_given_id(event):
            return self.names.get(event.id, event.id)
        return self._by_words.get(normalise(event.headline)) or self.names.get(event.id, event.id)


def _write_day(
    writer: CatalogueWriter,
    day: dt.date,
    incoming: Sequence[Event],
    before: _Before,
    staging: Staging,
    result: BuildResult,
) -> None:
    """Merge, name and write the events of a day."""
    # An id that once stood for an event stands for it still; so an event is known by any of its names.
    known = [replace(event, id=before.known_id(event)) for event in incoming]
    for group in group_day([*before.events, *known], {event.id for event in before.events}):
        old = [place for place in group if place < len(before.events)]
        new = [place - len(before.events) for place in group if place >= len(before.events)]
        if not new:
            continue
        members = [incoming[place] for place in new]
        merged = merge(members)
        names = {event.id for event in members} | {event_id(day, event.headline) for event in members}
        old_ids = [before.events[place].id for place in old]
        names.update(name for name, stands_for in before.names.items() if stands_for in old_ids)
        given = sorted(event.id for event in members if has_given_id(event))
        made = event_id(day, merged.headline)
        spare = (event_id(day, f"{merged.headline} {attempt}") for attempt in count(1))
        # An id may be another's: of two headlines with the same eight digits, or given to an event of another day.
        name = next(
            name
            for name in chain(old_ids, given, [made], spare)
            if staging.given_day(name) in (None, day) and not writer.has(name)
        )
        event = replace(merged, id=name, related=tuple(replace(other, id=None) for other in merged.related))
        digest = hashlib.blake2b(EVENT.dump_json(event), digest_size=16).digest()
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
        if (digest_before := before.digest(name)) is None:
            result.new += 1
        elif digest_before == digest:
            result.unchanged += 1
        else:
            result.changed += 1


def text_key(event: Event) -> bytes:
    """Names the text of an event that is encoded: events with equal keys have equal vectors."""
    return hashlib.blake2b(event.title.encode(), digest_size=16).digest()


def _encode(
    path: Path, encoder: Encoder, previous: OpenIndex | None, journal: Journal, progress: Progress
) -> VectorIndex:
    """The vector of every event of a new catalogue, in its order: used again, resumed or encoded."""
    fits = previous is not None and previous.manifest.model.fingerprint == encoder.fingerprint
    reusable = previous if fits else None
    with _at_work(encoder):
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
                with _at_work(encoder):
                    fresh = dict(zip(wanted, encoder.encode(titles), strict=True))
                journal.add(fresh)
                known.update(fresh)
            vectors.add(np.stack([known[key] for key in keys]))
            progress("encoding", len(vectors), catalogue.size)
    finally:
        catalogue.close()
    return vectors


def _weigh(generation: Path, vectors: VectorIndex, progress: Progress) -> None:
    """Keep how much each event stands out, which only the whole index can tell."""
    catalogue = Catalogue(generation / CATALOGUE)
    try:
        measure(catalogue, vectors, progress).save(generation / PROMINENCE)
    finally:
        catalogue.close()


@contextlib.contextmanager
def _at_work(encoder: Encoder) -> Iterator[None]:
    """Around what the model does: torch tells of too little memory or too few threads in its own ways."""
    try:
        yield
    except (ImportError, RuntimeError) as error:
        raise EmbeddingsError(
            f"the model {encoder.name} cannot encode: {shorten(clean(str(error)), 200)}. If memory is short, free some "
            "and build again; what is encoded by then is kept, and the index that was there is unchanged"
        ) from error


def _may_pass(cause: BaseException | None) -> bool:
    """Whether an index could not be read for want of something, rather than for what it is."""
    if isinstance(cause, sqlite3.Error):
        return getattr(cause, "sqlite_errorcode", 0) & 0xFF == sqlite3.SQLITE_CANTOPEN
    return isinstance(cause, OSError) and cause.errno in (*_TOO_MANY_FILES, errno.ENOMEM, *_FORBIDDEN)


@contextlib.contextmanager
def _explained(folder: IndexFolder) -> Iterator[None]:
    """Turn what the system refuses into a sentence that says what the build needed."""
    try:
        yield
    except BrokenPipeError:
        raise  # whoever watched has gone; that is nothing of the index
    except (OSError, sqlite3.Error) as error:
        why = _reason(error, folder.root)
        raise EmbeddingsError(f"the index was not built: {why}. The index that was there is unchanged") from error


def _reason(error: OSError | sqlite3.Error, root: Path) -> str:
    free = "an unknown part"
    with contextlib.suppress(OSError):
        free = f"{shutil.disk_usage(root).free / 1e6:,.0f} MB"
    if isinstance(error, OSError):
        place = f" ({os.fsdecode(error.filename)})" if error.filename else ""
        told, full = f"{error.strerror or error}{place}", error.errno in (errno.ENOSPC, errno.EDQUOT)
        if error.errno in _TOO_MANY_FILES:
            return f"{told}; a build has some twenty files open, raise the limit (`ulimit -n`)"
        if error.errno in _FORBIDDEN:
            return f"{told}; a build has to read the archives and to write to {root}"
    else:
        code = getattr(error, "sqlite_errorcode", 0) & 0xFF
        told, full = str(error), code == sqlite3.SQLITE_FULL
        if code == sqlite3.SQLITE_READONLY:
            return f"{told}; a build has to write to {root}"
    if full:
        return (
            f"{told}; {free} of the disk of {root} are free, and a build needs room for a second index beside the one "
            "in force: free some, then build again, what is encoded by then is kept"
        )
    return f"{told}; see whether the disk of {root} is in order ({free} of it are free) and how large files may be"


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
            files={name: file_record(generation / name) for name in (CATALOGUE, VECTORS, PROMINENCE)},
        )
    finally:
        catalogue.close()
