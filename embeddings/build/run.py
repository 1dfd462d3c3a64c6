"""Archives to an index: read, merge, name, catalogue, encode, publish."""

from __future__ import annotations

import contextlib
import datetime as dt
import logging
import time
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path

from embeddings.archive import Report, read_archive
from embeddings.archive.fetched import FetchedDays
from embeddings.build.days import _unlinked, _write_catalogue
from embeddings.build.encoding import CHUNK, _encode, _export
from embeddings.build.journal import Journal
from embeddings.build.refusals import explained, may_pass
from embeddings.build.result import BuildResult
from embeddings.build.staging import Staging
from embeddings.errors import EmbeddingsError, IndexMissingError, IndexUnusableError, InputError
from embeddings.events import Event
from embeddings.index.catalogue import Catalogue
from embeddings.index.codes import write_codes
from embeddings.index.folder import IndexFolder, OpenIndex
from embeddings.index.manifest import (
    CATALOGUE,
    CODES,
    EXPORT_FILES,
    FILES,
    FORMAT,
    PROMINENCE,
    VECTORS,
    ExportRecord,
    Manifest,
    ModelRecord,
    file_record,
)
from embeddings.index.vectors import COMPRESSED_FROM, VectorIndex
from embeddings.model.encoder import Encoder
from embeddings.progress import Progress, no_progress
from embeddings.prominence.measure import measure
from embeddings.settings import Way

log = logging.getLogger(__name__)


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
        if may_pass(error.__cause__):
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


def _weigh(generation: Path, vectors: VectorIndex, progress: Progress) -> None:
    """Keep how much each event stands out, which only the whole index can tell."""
    with contextlib.closing(Catalogue(generation / CATALOGUE)) as catalogue:
        measure(catalogue, vectors, progress).save(generation / PROMINENCE)


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
