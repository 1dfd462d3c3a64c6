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
from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import asdict, dataclass, replace
from itertools import chain, count
from operator import itemgetter
from pathlib import Path
from typing import Any, Protocol

import numpy as np

from embeddings.archive import Report, read_archive
from embeddings.archive.fetched import FetchedDays
from embeddings.build.journal import Journal, Stored
from embeddings.build.merging import group_day, has_given_id, merge, pair_rewordings
from embeddings.build.staging import Staged, Staging
from embeddings.errors import EmbeddingsError, IndexMissingError, IndexUnusableError, InputError
from embeddings.events import EVENT, Event, event_id
from embeddings.index.catalogue import Catalogue, CatalogueWriter, NewEvent, Origin, Withdrawn
from embeddings.index.codes import write_codes
from embeddings.index.folder import (
    CATALOGUE,
    CODES,
    EXPORT_FILES,
    FILES,
    FORMAT,
    PROMINENCE,
    STARTS,
    TOKENS,
    VECTORS,
    ExportRecord,
    IndexFolder,
    Manifest,
    ModelRecord,
    OpenIndex,
    file_record,
)
from embeddings.index.tokens import TokenWriter
from embeddings.index.vectors import COMPRESSED_FROM, VectorIndex, VectorWriter
from embeddings.model.encoder import Encoder
from embeddings.model.export import CHECKED_TEXTS, FastEncoder, export
from embeddings.prominence.measure import measure
from embeddings.settings import Way
from embeddings.text import clean, normalise, shorten

CHUNK = 1_024  # texts encoded between two commits: some ten seconds of work that a kill can cost

_MOVED_DAYS = 3  # by which an edit may correct the day of an event

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
    way: Way = "auto",
    compressed_from: int = COMPRESSED_FROM,
) -> BuildResult:
    """Make the index hold what `archives` and the fetched days hold, encoding only texts that are new to it.

    Args:
        way: `auto` exports the encoder's model into the index, where it can be, and encodes with that.
        compressed_from: how many events an index has that gets codes.
    Raises:
        ArchiveMissingError: if one of the archives is not there; nothing was changed.
        BuildRunningError: if another build of the folder runs.
        EmbeddingsError: if the work fails; the index that was there is still in force.
    """
    started = time.monotonic()
    result = BuildResult()
    with explained(folder):
        streams = [(path, read_archive(path, report)) for path in archives]
        with folder.build_lock(), contextlib.ExitStack() as stack:
            fetched = None
            if folder.fetched.exists():
                fetched = stack.enter_context(contextlib.closing(FetchedDays(folder.fetched)))
            rebuild(folder, streams, fetched, encoder, report, result, progress, way, compressed_from)
    result.seconds = time.monotonic() - started
    return result


def rebuild(
    folder: IndexFolder,
    archives: Sequence[tuple[Path, Iterable[Event]]] | None,
    fetched: FetchedDays | None,
    encoder: Encoder,
    report: Report,
    result: BuildResult,
    progress: Progress,
    way: Way,
    compressed_from: int = COMPRESSED_FROM,
) -> None:
    """Write the index anew, as `build_index` does, in a folder whose lock is held.

    Args:
        archives: their events; None: what the index in force holds of archives.
        result: takes the counts.
    """
    try:
        with _previous(folder, is_archive=archives is None) as previous:
            _build(folder, archives, fetched, encoder, previous, report, result, progress, way, compressed_from)
    finally:
        folder.clear()  # the index that was replaced; or, where the build failed, what it leaves
    if fetched is not None:
        fetched.set_published(folder.manifest().generation)
    result.rejected = report.count


def _build(
    folder: IndexFolder,
    archives: Sequence[tuple[Path, Iterable[Event]]] | None,
    fetched: FetchedDays | None,
    encoder: Encoder,
    previous: OpenIndex | None,
    report: Report,
    result: BuildResult,
    progress: Progress,
    way: Way,
    compressed_from: int,
) -> None:
    built = dt.datetime.now(dt.UTC).replace(microsecond=0)
    generation = folder.new_generation(built)
    with Staging(generation / "staging.sqlite") as staging:
        streams = archives
        if streams is None:
            streams = [(folder.root, _archived(previous.catalogue))] if previous is not None else []
        for path, events in streams:
            for event in events:
                staging.add(event, path)
                progress("reading", staging.size, None)
        if archives is not None and staging.size == 0:
            raise InputError(_nothing_read([path for path, _ in archives], report))
        if fetched is not None:
            for event in fetched.events(report):
                staging.add(event, folder.fetched, fetched=True)
                progress("reading", staging.size, None)
        if staging.size == 0:
            raise InputError(f"the days that were fetched hold no events; there is nothing to write to {folder.root}")
        _write_catalogue(generation / CATALOGUE, staging, previous, built.date(), report, result, progress)
    journal = Journal(folder.root / "encoded.sqlite", encoder.fingerprint)
    try:
        exported = _export(generation, encoder, previous) if way == "auto" else None
        encoder, record = exported or (encoder, None)
        _encode(generation, encoder, previous, journal, progress)
        with contextlib.closing(VectorIndex.load(generation / VECTORS)) as vectors:
            _weigh(generation, vectors, progress)
            if len(vectors) >= compressed_from:
                write_codes(generation / CODES, len(vectors), vectors.take)
            manifest = _manifest(generation, built, encoder, record, vectors)
        folder.publish(generation, manifest)
        with contextlib.suppress(OSError):  # it is published; the next build can delete what it no longer needs
            journal.empty()
    finally:
        journal.close()


def _archived(catalogue: Catalogue) -> Iterator[Event]:
    """What an index holds of the archives that it was built from."""
    for start in range(0, catalogue.size, CHUNK):
        rows = range(start, min(start + CHUNK, catalogue.size))
        origins = catalogue.origins(rows)
        for row, event in zip(rows, catalogue.events(rows), strict=True):
            held = origins[row].archived if row in origins else _unlinked(event)
            if held is not None:
                yield held


def _unlinked(event: Event) -> Event:
    """An event as an archive has it: which events its links lead to is found out anew."""
    return replace(event, related=tuple(replace(other, id=None) for other in event.related))


def _nothing_read(archives: Sequence[Path], report: Report) -> str:
    sentence = f"no events in {', '.join(map(str, archives))}; the index was not changed"
    if report.first:
        sentence += f". {report.count:,} pages or lines could not be read, the first: {report.first[0]}"
    return sentence


@contextlib.contextmanager
def _previous(folder: IndexFolder, *, is_archive: bool) -> Iterator[OpenIndex | None]:
    """The index in force, if there is a sound one: its ids are kept and its vectors used again.

    Args:
        is_archive: its events are, so that one that is not sound cannot be done without.
    """
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
        if is_archive:
            raise EmbeddingsError(
                "the fetched days are kept but not in the index yet, for the one in force cannot be used; build it "
                f"anew from its archives: {error}"
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
    today: dt.date,
    report: Report,
    result: BuildResult,
    progress: Progress,
) -> None:
    withdrawn: dict[dt.date, list[Withdrawn]] = defaultdict(list)
    for gone in previous.catalogue.all_withdrawn() if previous else ():
        withdrawn[gone.event.date].append(gone)
    writer = CatalogueWriter(path)
    try:
        for day, incoming in staging.days(report):
            before = _Before(previous.catalogue if previous else None, day, withdrawn.get(day, ()))
            _write_day(writer, day, incoming, before, staging, result)
            progress("merging", result.events, staging.size)
        if previous is not None:
            result.removed = _withdraw(writer, previous.catalogue, today)
        for gone in chain.from_iterable(withdrawn.values()):
            if not writer.knows(gone.event.id):
                writer.withdraw(gone)
        writer.finish()
    finally:
        writer.close()


def _withdraw(writer: CatalogueWriter, before: Catalogue, today: dt.date) -> int:
    """Keep what an edit of the portal took out of it apart; returns how many events are no longer in any archive.

    One that the edit moved to the page of a day close by lives on there: its ids stand for that one.
    """
    removed = 0
    for row, name in enumerate(before.ids()):
        if writer.knows(name):
            continue
        of_row = range(row, row + 1)
        origin = before.origins(of_row).get(row)
        if origin is None or origin.archived is not None:
            removed += 1
            continue
        [event] = before.events(of_row)
        names = before.names(of_row)
        moved = writer.ids_around(event.date, _MOVED_DAYS, normalise(event.headline))
        if heirs := [other for other in moved if before.row(other) is None]:
            writer.add_names(heirs[0], names)
        else:
            removed += 1
            writer.withdraw(Withdrawn(replace(_unlinked(event), withdrawn=today), frozenset(names) - {event.id}))
    return removed


class _Before:
    """What the index in force holds of a day, what is withdrawn from it too.

    Attributes:
        fetched: ids of the events that a fetched day held.
    """

    def __init__(self, catalogue: Catalogue | None, day: dt.date, withdrawn: Sequence[Withdrawn]) -> None:
        self._catalogue = catalogue
        rows = catalogue.rows_between(day, day) if catalogue else range(0)
        self.events = catalogue.events(rows) if catalogue and rows else []
        self.names = catalogue.names(rows) if catalogue and rows else {}
        self._digests = catalogue.digests(rows) if catalogue and rows else {}
        origins = catalogue.origins(rows) if catalogue and rows else {}
        self.fetched = {self.events[row - rows.start].id for row, origin in origins.items() if origin.fetched}
        for gone in withdrawn:
            self.events.append(gone.event)
            self.fetched.add(gone.event.id)
            for name in (gone.event.id, *gone.names):
                self.names.setdefault(name, gone.event.id)
        # Of two with the same words the first counts, which is not withdrawn.
        self._by_words = {normalise(event.headline): event.id for event in reversed(self.events)}

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
    incoming: Sequence[Staged],
    before: _Before,
    staging: Staging,
    result: BuildResult,
) -> None:
    """Merge, name and write the events of a day, in the order of the archives whatever the index held before."""
    named: dict[str, tuple[int, NewEvent]] = {}  # by id, with the place in `incoming`
    for old, new in _groups(incoming, before):
        members = [incoming[place].event for place in new]
        archived = [incoming[place].event for place in new if not incoming[place].fetched]
        fetched = [incoming[place].event for place in new if incoming[place].fetched]
        # Of the archives first, then both: as the next update will do, which has the archives' events merged.
        held = merge(archived) if archived else None
        merged = merge([event for event in (held, merge(fetched) if fetched else None) if event is not None])
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
            if staging.given_day(name) in (None, day) and name not in named and not writer.has(name)
        )
        event = _unlinked(replace(merged, id=name))
        if held is not None:
            held = _unlinked(held)
        digest = hashlib.blake2b(EVENT.dump_json(event, exclude={"withdrawn"}), digest_size=16).digest()
        named[name] = (
            min(new),
            NewEvent(
                event=event,
                names=frozenset(names - {name}),
                text_key=text_key(event),
                digest=digest,
                origin=None if held == event and not fetched else Origin(bool(fetched), held),
            ),
        )
        result.events += 1
        result.merged += len({member.path or member.id for member in members}) - 1
        if (digest_before := before.digest(name)) is None:
            result.new += 1
        elif digest_before == digest:
            result.unchanged += 1
        else:
            result.changed += 1
    for _, new_event in sorted(named.values(), key=itemgetter(0)):
        writer.add(new_event)


def _groups(incoming: Sequence[Staged], before: _Before) -> Iterator[tuple[list[int], list[int]]]:
    """The events of a day that are one: places in `before.events`, and places in `incoming`, of which there are some.

    An event of a fetched day that is no longer in it is looked for among those that are new in it: it may be reworded.
    """
    # An id that once stood for an event stands for it still; so an event is known by any of its names.
    known = [replace(staged.event, id=before.known_id(staged.event)) for staged in incoming]
    count = len(before.events)
    groups = group_day([*before.events, *known], {event.id for event in before.events})
    old = [[place for place in group if place < count] for group in groups]
    new = [[place - count for place in group if place >= count] for group in groups]
    fetched = [any(incoming[place].fetched for place in places) for places in new]
    gone = [
        number
        for number, places in enumerate(old)
        if not fetched[number] and any(before.events[place].id in before.fetched for place in places)
    ]
    come = [number for number, places in enumerate(old) if not places and fetched[number]]
    pairs = pair_rewordings(
        [before.events[old[number][0]] for number in gone], [incoming[new[number][0]].event for number in come]
    )
    for at, to in pairs:
        new[gone[at]] += new[come[to]]
        new[come[to]] = []
    return ((ours, theirs) for ours, theirs in zip(old, new, strict=True) if theirs)


def text_key(event: Event) -> bytes:
    """Names the text of an event that is encoded: events with equal keys have equal vectors."""
    return hashlib.blake2b(event.title.encode(), digest_size=16).digest()


def _export(generation: Path, encoder: Encoder, previous: OpenIndex | None) -> tuple[Encoder, ExportRecord] | None:
    """The export of the index in force again, else a new one; None where there can be none."""
    if previous is not None and previous.manifest.model.fingerprint == encoder.fingerprint:
        model = previous.manifest.model
        if model.export is not None:
            files = previous.manifest.export_files
            for name in files:
                shutil.copyfile(previous.folder / name, generation / name)
            return FastEncoder(generation, files, encoder, model.fingerprint, model.dimension), model.export
    catalogue = Catalogue(generation / CATALOGUE)
    try:
        rows = np.unique(np.linspace(0, catalogue.size - 1, CHECKED_TEXTS).astype(int)).tolist()
        texts = [event.title for event in catalogue.events(rows)]
    finally:
        catalogue.close()
    with _at_work(encoder):
        return export(encoder, texts, generation)


def _encode(
    generation: Path, encoder: Encoder, previous: OpenIndex | None, journal: Journal, progress: Progress
) -> None:
    """Write the vector and tokens of every event of a new catalogue, in its order: used again, resumed or encoded."""
    fits = previous is not None and previous.manifest.model.fingerprint == encoder.fingerprint
    reusable = previous if fits else None
    with _at_work(encoder):
        dimension = reusable.vectors.dimension if reusable else encoder.dimension
    catalogue = Catalogue(generation / CATALOGUE)
    with (
        contextlib.closing(catalogue),
        VectorWriter(generation / VECTORS, dimension) as vectors,
        TokenWriter(generation / TOKENS, generation / STARTS) as tokens,
    ):
        for start in range(0, catalogue.size, CHUNK):
            rows = range(start, min(start + CHUNK, catalogue.size))
            keys = catalogue.text_keys(rows)
            known = journal.texts(keys)
            if reusable is not None:
                old = reusable.catalogue.rows_by_text([key for key in keys if key not in known])
                known.update(zip(old, _stored(reusable, list(old.values())), strict=True))
            wanted = {key: row for key, row in zip(keys, rows, strict=True) if key not in known}
            if wanted:
                titles = [event.title for event in catalogue.events(wanted.values())]
                with _at_work(encoder):
                    encoded = [(text.vector, text.tokens) for text in encoder.encode(titles)]
                fresh = dict(zip(wanted, encoded, strict=True))
                journal.add(fresh)
                known.update(fresh)
            vectors.add(np.stack([known[key][0] for key in keys]))
            for key in keys:
                tokens.add(known[key][1])
            progress("encoding", len(vectors), catalogue.size)
        vectors.finish()
        tokens.finish()


def _stored(index: OpenIndex, rows: Sequence[int]) -> Iterator[Stored]:
    for row, vector in zip(rows, index.vectors.take(rows), strict=True):
        yield vector, index.tokens.take([row])[0]


def _weigh(generation: Path, vectors: VectorIndex, progress: Progress) -> None:
    """Keep how much each event stands out, which only the whole index can tell."""
    with contextlib.closing(Catalogue(generation / CATALOGUE)) as catalogue:
        measure(catalogue, vectors, progress).save(generation / PROMINENCE)


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
def explained(folder: IndexFolder) -> Iterator[None]:
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


def _manifest(
    generation: Path, built: dt.datetime, encoder: Encoder, record: ExportRecord | None, vectors: VectorIndex
) -> Manifest:
    names = [*FILES, *(EXPORT_FILES if record else ())]
    if (generation / CODES).exists():
        names.append(CODES)
    catalogue = Catalogue(generation / CATALOGUE)
    try:
        return Manifest(
            format=FORMAT,
            generation=generation.name,
            built=built,
            model=ModelRecord(
                name=encoder.name, fingerprint=encoder.fingerprint, dimension=vectors.dimension, export=record
            ),
            events=len(vectors),
            days=catalogue.day_count,
            first=catalogue.first,
            last=catalogue.last,
            attributions=catalogue.attributions,
            files={name: file_record(generation / name) for name in names},
        )
    finally:
        catalogue.close()
