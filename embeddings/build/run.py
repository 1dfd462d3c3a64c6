"""Archives to an index: read, merge, name, catalogue, encode, publish."""

from __future__ import annotations

import contextlib
import datetime as dt
import logging
import time
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path
from typing import Any, TypedDict, Unpack

import numpy as np

from embeddings.archive import Report, read_archive
from embeddings.archive.days import LIVES
from embeddings.archive.fetched import FetchedDays
from embeddings.archive.portal.dump import is_dump
from embeddings.archive.shipped import sample_path
from embeddings.build import repeated
from embeddings.build.adding import events_to_add
from embeddings.build.days import unlinked, write_catalogue
from embeddings.build.encoding import CHUNK, at_work, encode, export_model
from embeddings.build.journal import Journal, delete
from embeddings.build.refusals import explained, may_pass
from embeddings.build.result import BuildResult
from embeddings.build.staging import Staging
from embeddings.build.stories import material_of, write_stories
from embeddings.build.withdrawals import MOST_EVENTS, events_refusal, is_too_much
from embeddings.defaults import Way
from embeddings.errors import (
    EmbeddingsError,
    IndexMissingError,
    IndexUnusableError,
    InputError,
    RemovalsRefusedError,
)
from embeddings.events import Event
from embeddings.index.catalogue import Catalogue
from embeddings.index.codes import write_codes
from embeddings.index.describing import describe
from embeddings.index.folder import IndexFolder, OpenIndex
from embeddings.index.manifest import CATALOGUE, CODES, PROMINENCE, TRAITS, VECTORS, Inputs, Manifest, ModelRecord
from embeddings.index.vectors import COMPRESSED_FROM, VectorIndex
from embeddings.model.encoder import Encoder
from embeddings.model.export import can_be_tried
from embeddings.progress import Progress, no_progress
from embeddings.prominence.measure import measure
from embeddings.prominence.traits import collect
from embeddings.text import counted

log = logging.getLogger(__name__)

_READING = "reading pages and lines"
_COMPRESSING = "compressing vectors"


@dataclass(frozen=True, slots=True)
class Build:
    """The parts and settings of a build.

    Attributes:
        report: gets what cannot be read.
        way: `auto` exports the encoder's model into the index, if that is possible, and encodes with the export.
        compressed_from: the number of events from which an index gets codes.
        accept_removals: remove or withdraw events however many they are.
        births_and_deaths: whether those that Wikipedia's articles on the days of the year list become events.
        sample: whether the sample's events of before the archive's first day are added; None: where a dump or `update`
            makes the index, and where it has them.
    """

    folder: IndexFolder
    encoder: Encoder
    report: Report
    progress: Progress = no_progress
    way: Way = "auto"
    compressed_from: int = COMPRESSED_FROM
    accept_removals: bool = False
    births_and_deaths: bool = False
    sample: bool | None = False

    def fetched(self) -> FetchedDays:
        """Open the file of fetched pages, and make it if there is none."""
        return FetchedDays(self.folder.fetched, births_and_deaths=self.births_and_deaths)

    @property
    def _journal(self) -> Path:
        return self.folder.root / "encoded.sqlite"

    def replace_index(
        self, archives: Sequence[tuple[Path, Iterable[Event]]] | None, fetched: FetchedDays | None
    ) -> BuildResult:
        """Put a new index in force; the caller must hold the folder's lock.

        Args:
            archives: the archives' events; None: those of archives that the index in force holds.
        Returns:
            The counts of what was done, without `seconds`.
        Raises:
            InputError: if there is no event to write.
            RemovalsRefusedError: if the archives are those of last time and lack too many of their events.
            EmbeddingsError: if the work fails; the index that was there is still in force.
        """
        try:
            with _previous(self.folder, is_archive=archives is None) as previous:
                result = self._write_generation(archives, fetched, previous)
        finally:
            self.folder.clear()  # the index that was replaced; or, where the build failed, what it leaves
        if fetched is not None:
            fetched.set_published(self.folder.manifest().generation, sample=self.sample)
        return replace(result, rejected=self.report.rejected)

    def _write_generation(
        self,
        archives: Sequence[tuple[Path, Iterable[Event]]] | None,
        fetched: FetchedDays | None,
        previous: OpenIndex | None,
    ) -> BuildResult:
        """Read, merge, encode, weigh and publish; returns how many events there were of each kind."""
        program = repeated.program()  # before archives are read, which may take so long that it is upgraded meanwhile
        paths = [path for path, _ in archives] if archives is not None else None
        built = dt.datetime.now(dt.UTC).replace(microsecond=0)
        generation = self.folder.new_generation(built)
        old = previous.catalogue if previous is not None else None
        with Staging(generation / "staging.sqlite") as staging:
            self._read(staging, archives, fetched, old)
            if self._adds_sample(paths, old):
                for event in events_to_add(staging):
                    staging.add(event, sample_path(), is_added=True)
            last_named = previous.manifest.archives if previous is not None else ()
            named = _places(paths) if paths is not None else last_named
            # The model's name, too: the index says by it where its folder is, which may have been moved.
            model = self.encoder.name, self.encoder.fingerprint, self.way
            made_of = repeated.fingerprint_of(staging, program, *model, self.compressed_from, named)
            if previous is not None and self._is_repeated(previous.manifest, made_of):
                with contextlib.suppress(OSError):  # what a build left that was killed as it ended
                    delete(self._journal)
                return _told_again(previous.manifest)
            counts = write_catalogue(generation / CATALOGUE, staging, old, built.date(), self.report, self.progress)
        if paths and old is not None and named == last_named and counts["removed"] and not self.accept_removals:
            with contextlib.closing(Catalogue(generation / CATALOGUE)) as new:
                _refuse_removals(paths, old, new, births_and_deaths=self.births_and_deaths)
        with contextlib.closing(Journal(self._journal, self.encoder.fingerprint)) as journal:
            encoder, record = self._encode(generation, previous, journal)
            self._weigh(generation, previous, encoder)
            inputs = Inputs(made_of, counts["merged"], counts["listed"], counts["from_sample"])
            self.folder.publish(generation, describe(generation, built, record, named, inputs))
            with contextlib.suppress(OSError):  # it is published; the next build can delete what it no longer needs
                journal.empty()
        told: dict[str, Any] = dict(counts)
        return BuildResult(**told)

    def _read(
        self,
        staging: Staging,
        archives: Sequence[tuple[Path, Iterable[Event]]] | None,
        fetched: FetchedDays | None,
        old: Catalogue | None,
    ) -> None:
        """Add every event of the archives to `staging`, then those of the fetched pages."""
        streams = archives
        if streams is None:
            streams = [(self.folder.root, _archived(old))] if old is not None else []
        for path, events in streams:
            for event in events:
                staging.add(event, path)
                self.progress(_READING, staging.size, None)
        if archives is not None and staging.size == 0:
            raise InputError(_nothing_read([path for path, _ in archives], self.report))
        if fetched is not None:
            self._stage_fetched(staging, fetched.portal.events(self.report))
            # What lists of the days of the year name, which another archive may tell in other words.
            self._stage_fetched(staging, fetched.of_the_year.events(self.report))
        if staging.size == 0:
            raise InputError(
                f"the days that were fetched hold no events; there is nothing to write to {self.folder.root}"
            )

    def _stage_fetched(self, staging: Staging, events: Iterable[Event]) -> None:
        for event in events:
            staging.add(event, self.folder.fetched, fetched=True)
            self.progress(_READING, staging.size, None)

    def _adds_sample(self, archives: Sequence[Path] | None, old: Catalogue | None) -> bool:
        if self.sample is not None:
            return self.sample
        if archives is not None:
            return any(is_dump(path) for path in archives)
        return old is None or old.has_added() or not old.is_from_archives()

    def _is_repeated(self, manifest: Manifest, made_of: str) -> bool:
        """Whether the index in force is what this build would make; not where its export failed, which may pass."""
        export = manifest.model.export
        lacks_export = self.way == "auto" and not (export and export.is_tried) and can_be_tried(self.encoder)
        return bool(made_of) and made_of == manifest.inputs.fingerprint and not lacks_export

    def _encode(self, generation: Path, previous: OpenIndex | None, journal: Journal) -> tuple[Encoder, ModelRecord]:
        """Write vectors and tokens, with an export of the model if possible; returns it and the record of the model."""
        exported = export_model(generation, self.encoder, previous, self.progress) if self.way == "auto" else None
        encoder, record = exported or (self.encoder, None)
        dimension = encode(generation, encoder, previous, journal, self.progress)
        model = ModelRecord(name=encoder.name, fingerprint=encoder.fingerprint, dimension=dimension, export=record)
        return encoder, model

    def _weigh(self, generation: Path, previous: OpenIndex | None, encoder: Encoder) -> None:
        """Write the prominence of each event, for which the whole index is needed, and codes if the index is large."""
        with (
            contextlib.closing(VectorIndex.load(generation / VECTORS)) as vectors,
            contextlib.closing(Catalogue(generation / CATALOGUE)) as catalogue,
        ):

            def vectors_of(texts: Sequence[str]) -> list[np.ndarray]:
                with at_work(encoder):
                    return [encoded.vector for encoded in encoder.encode(texts)]

            before = None
            if previous is not None and TRAITS in previous.manifest.files:
                before = previous.folder / TRAITS, previous.catalogue
            traits = collect(catalogue, before, self.progress)
            traits.save(generation / TRAITS)
            measured = measure(catalogue, vectors, traits, encoder.fingerprint, vectors_of, self.progress)
            measured.save(generation / PROMINENCE)
            material = partial(material_of, catalogue, vectors, traits)
            write_stories(generation, previous, material, catalogue, measured, encoder.fingerprint, self.progress)
            if len(vectors) >= self.compressed_from:
                self.progress(_COMPRESSING, 0, 1)
                write_codes(generation / CODES, len(vectors), vectors.take)
                self.progress(_COMPRESSING, 1, 1)


class _Others(TypedDict, total=False):
    progress: Progress
    way: Way
    compressed_from: int
    accept_removals: bool
    births_and_deaths: bool
    sample: bool | None


def build_index(
    folder: IndexFolder,
    archives: Sequence[Path],
    encoder: Encoder,
    report: Report,
    **others: Unpack[_Others],
) -> BuildResult:
    """Make the index hold what `archives` and the fetched days hold, encoding only texts that are new to it.

    The arguments are those of `Build`.

    Raises:
        ArchiveMissingError: if one of the archives is not there; nothing was changed.
        RemovalsRefusedError: if they are those of last time and lack too many of their events; nothing was changed.
        BuildRunningError: if another build of the folder runs.
        EmbeddingsError: if the work fails; the index that was there is still in force.
    """
    started = time.monotonic()
    build = Build(folder, encoder, report, **others)
    with explained(folder):
        streams = [
            (path, read_archive(path, report, births_and_deaths=build.births_and_deaths))
            for path in dict.fromkeys(archives)
        ]
        with folder.build_lock(), contextlib.ExitStack() as stack:
            fetched = None
            if folder.fetched.exists():
                fetched = stack.enter_context(contextlib.closing(build.fetched()))
            result = build.replace_index(streams, fetched)
    return replace(result, seconds=time.monotonic() - started)


def _told_again(manifest: Manifest) -> BuildResult:
    """What is told of a build that would make the index again that is in force, which stays."""
    return BuildResult(
        events=manifest.events,
        unchanged=manifest.events,
        merged=manifest.inputs.merged,
        listed=manifest.inputs.listed,
        from_sample=manifest.inputs.from_sample,
        is_kept=True,
    )


def _places(archives: Sequence[Path]) -> tuple[str, ...]:
    """The archives, in whatever order and from whichever folder they are named."""
    return tuple(sorted({str(path.resolve()) for path in archives}))


def _refuse_removals(archives: Sequence[Path], old: Catalogue, new: Catalogue, *, births_and_deaths: bool) -> None:
    """RemovalsRefusedError where too many of the events that the index in force holds from its archives are gone.

    Neither what was fetched or added counts, which no archive loses, nor what a setting takes out.
    """
    held = old.archived_ids(() if births_and_deaths else LIVES)
    lost = sum(new.row(each) is None for each in held)
    if is_too_much(lost, len(held), MOST_EVENTS):
        raise RemovalsRefusedError(events_refusal(archives, lost, len(held)))


def _archived(catalogue: Catalogue) -> Iterator[Event]:
    """The events that an index holds from the archives that it was built from."""
    for start in range(0, catalogue.size, CHUNK):
        rows = range(start, min(start + CHUNK, catalogue.size))
        origins = catalogue.origins(rows)
        for row, event in zip(rows, catalogue.events(rows), strict=True):
            held = origins[row].archived if row in origins else unlinked(event)
            if held is not None:
                yield held
        yield from catalogue.entries(rows)


def _nothing_read(archives: Sequence[Path], report: Report) -> str:
    sentence = f"no events in {', '.join(map(str, archives))}; the index was not changed"
    if report.first:
        unread = counted(report.count, "page or line", "pages or lines")
        sentence += f". {unread} could not be read, the first: {report.first[0]}"
    if report.notes:
        sentence += f". {report.notes[-1]}"
    return sentence


@contextlib.contextmanager
def _previous(folder: IndexFolder, *, is_archive: bool) -> Iterator[OpenIndex | None]:
    """The index in force, if there is a sound one: its ids are kept and its vectors used again.

    Args:
        is_archive: the index's events are needed as an archive, so that a damaged one stops the build.
    """
    index = None
    try:
        index = folder.open_checked()
    except IndexMissingError:
        pass
    except IndexUnusableError as error:
        if may_pass(error.__cause__):
            raise EmbeddingsError(
                f"the index was not built, because without the one in force its ids would be lost: {error}"
            ) from error
        if is_archive:
            raise EmbeddingsError(
                "the current index cannot be used, so the fetched days are kept but not indexed; build the index again "
                f"from its archives: {error}"
            ) from error
        log.warning("the index in force cannot be used, everything is encoded again: %s", error)
    try:
        yield index
    finally:
        if index is not None:
            index.close()
