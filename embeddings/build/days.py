"""The events of each day, merged and named, into the catalogue of a new index."""

from __future__ import annotations

import datetime as dt
import hashlib
from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import replace
from itertools import chain, count
from operator import itemgetter
from pathlib import Path

from embeddings.archive import Report
from embeddings.build.merging import group_day, has_given_id, merge, pair_rewordings
from embeddings.build.result import BuildResult
from embeddings.build.staging import Staged, Staging
from embeddings.events import EVENT, Event, event_id
from embeddings.index.catalogue import Catalogue, Origin, Withdrawn
from embeddings.index.catalogue_writer import CatalogueWriter, NewEvent
from embeddings.index.folder import OpenIndex
from embeddings.progress import Progress
from embeddings.text import normalise

_MOVED_DAYS = 3  # by which an edit may correct the day of an event


def _unlinked(event: Event) -> Event:
    """An event as an archive has it: which events its links lead to is found out anew."""
    return replace(event, related=tuple(replace(other, id=None) for other in event.related))


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
