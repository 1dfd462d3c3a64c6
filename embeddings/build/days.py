"""The events of each day, merged and given ids, are written into the catalogue of a new index."""

from __future__ import annotations

import datetime as dt
import hashlib
from collections import Counter, defaultdict
from collections.abc import Collection, Iterable, Iterator, Sequence
from contextlib import closing
from dataclasses import dataclass, replace
from itertools import chain, count
from pathlib import Path

from embeddings.archive import Report
from embeddings.build.joining import JoinedDay, is_shipped, joined_days, merge_origins
from embeddings.build.merging import group_day, has_given_id, pair_rewordings
from embeddings.build.staging import Staged, Staging
from embeddings.events import Event, event_id, event_json
from embeddings.index.catalogue import Catalogue, Origin, Withdrawn
from embeddings.index.catalogue_writer import CatalogueWriter, NewEvent
from embeddings.progress import Progress
from embeddings.text import normalise

_MOVED_DAYS = 3  # by which an edit may correct the day of an event
_TOGETHER = 1_000  # events that are looked for at a time
_LOOK_UPS = "writing words and look-ups"

# By the day of the list, what fetched lists say, in words that are new, of events that archives tell; with these' ids.
_TakenIn = dict[dt.date, list[tuple[Event, str]]]


def write_catalogue(
    path: Path, staging: Staging, previous: Catalogue | None, today: dt.date, report: Report, progress: Progress
) -> Counter[str]:
    """Write the events that were read, in order of time, and separately those that an edit took out of the portal.

    Args:
        previous: the catalogue of the index in force; its ids stay valid.
        today: recorded as the day of withdrawal of events that are no longer there.
    Returns:
        Counts of events, by the fields of `BuildResult`.
    """
    withdrawn: dict[dt.date, list[Withdrawn]] = defaultdict(list)
    for each in previous.all_withdrawn() if previous is not None else ():
        withdrawn[each.event.date].append(each)
    counts: Counter[str] = Counter()
    taken_in: _TakenIn = defaultdict(list)
    with closing(CatalogueWriter(path)) as writer:
        days = len(staging.counts())
        for done, of_day in enumerate(joined_days(staging.days(report)), 1):
            before = _Before(previous, of_day.day, withdrawn.get(of_day.day, ()))
            counts += _write_day(writer, staging, before, of_day, taken_in)
            progress("putting days together", min(done, days), days)
        if previous is not None:
            counts["removed"] = _withdraw(writer, previous, today, taken_in)
        for each in chain.from_iterable(withdrawn.values()):
            if not _lead_on(writer, each.event.id, {each.event.id, *each.other_ids}):
                writer.withdraw(each)
        progress(_LOOK_UPS, 0, 1)
        writer.finish()
        progress(_LOOK_UPS, 1, 1)
    return counts


def unlinked(event: Event) -> Event:
    """An event as an archive has it: which events its links lead to is found out anew."""
    if all(other.id is None for other in event.related):
        return event
    return replace(event, related=tuple(replace(other, id=None) for other in event.related))


def _known_as(event: Event, own_id: str) -> Event:
    return event if event.id == own_id else replace(event, id=own_id)


def text_key(event: Event) -> bytes:
    """A key of the event's text that is encoded: events with equal keys have equal vectors."""
    return hashlib.blake2b(event.title.encode(), digest_size=16).digest()


# --- what was there before --------------------------------------------------------------------------------------------


class _Before:
    """What the index in force holds of a day, including withdrawn events.

    Attributes:
        ids: every id that leads to an event of the day, with that event's own id.
        fetched: ids of the events that were in the fetched day.
    """

    def __init__(self, catalogue: Catalogue | None, day: dt.date, withdrawn: Sequence[Withdrawn]) -> None:
        self._catalogue = catalogue
        self.day = day
        rows = catalogue.rows_between(day, day) if catalogue else range(0)
        self.events = catalogue.events(rows) if catalogue and rows else []
        self.ids = catalogue.ids_of(rows) if catalogue and rows else {}
        self._digests = catalogue.digests(rows) if catalogue and rows else {}
        origins = catalogue.origins(rows) if catalogue and rows else {}
        self.fetched = {self.events[row - rows.start].id for row, origin in origins.items() if origin.fetched}
        for each in withdrawn:
            self.events.append(each.event)
            self.fetched.add(each.event.id)
            for other in (each.event.id, *each.other_ids):
                self.ids.setdefault(other, each.event.id)
        # Of two with the same words the first counts, which is not withdrawn.
        self._by_words = {normalise(event.headline): event.id for event in reversed(self.events)}

    def digest(self, event_id: str) -> bytes | None:
        """The digest of an event in the index in force, on this day or, if its day was corrected, on another."""
        if (found := self._digests.get(event_id)) is not None or self._catalogue is None:
            return found
        row = self._catalogue.row(event_id)
        return None if row is None else self._catalogue.digests(range(row, row + 1)).get(event_id)

    def is_unknown(self, event_id: str) -> bool:
        """Whether there is an index in force and the id leads to no event of it, of whatever day."""
        return self._catalogue is not None and self._catalogue.row(event_id) is None

    def known_id(self, event: Event) -> str:
        """The id of the same event in the index in force, found by its words, else by any of its ids."""
        if has_given_id(event):
            return self.ids.get(event.id, event.id)
        return self._by_words.get(normalise(event.headline)) or self.ids.get(event.id, event.id)


# --- merging and naming -----------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class _Group:
    """Events of a day that are the same event.

    Attributes:
        members: the events that were read, at least one.
        place: the position of the first of them among the day's events.
        old_ids: the ids of those that the index in force holds.
        named: what lists say of the event, beside those that are members.
    """

    members: tuple[Staged, ...]
    place: int
    old_ids: tuple[str, ...]
    named: tuple[Staged, ...] = ()

    @property
    def texts(self) -> tuple[Staged, ...]:
        """What the event is made of: what archives tell; what lists do, where nothing else does."""
        return tuple(member for member in self.members if not member.event.lists) or self.members

    @property
    def entries(self) -> tuple[Staged, ...]:
        """All that lists say of the event."""
        return (*(member for member in self.members if member.event.lists), *self.named)

    @property
    def is_listed_only(self) -> bool:
        """Whether nothing but lists tells of the event."""
        return bool(self.texts[0].event.lists)

    @property
    def has_fetched(self) -> bool:
        """Whether a fetched day holds the event."""
        return any(member.fetched for member in self.texts)


def _write_day(
    writer: CatalogueWriter, staging: Staging, before: _Before, of_day: JoinedDay, taken_in: _TakenIn
) -> Counter[str]:
    """Write the events of a day, in the order of the archives; returns their counts, and adds to `taken_in`."""
    counts: Counter[str] = Counter()
    placed: list[tuple[int, NewEvent]] = []
    taken: set[str] = set()
    given = {staged.event.id for staged in of_day.read if has_given_id(staged.event)}  # on this day, as was seen to
    for group in _groups(of_day, before):
        event, held = merge_origins(group.texts)
        # An id may be another's: of two headlines with the same eight digits, or given to an event of another day.
        own_id = next(
            each
            for each in _wanted_ids(group, event)
            if (each in given or staging.given_day(each) in (None, before.day))
            and each not in taken
            and not writer.has(each)
        )
        taken.add(own_id)
        new = _new_event(group, before, _known_as(event, own_id), held)
        placed.append((group.place, new))
        counts["events"] += 1
        counts["merged"] += _joined(group.texts)
        counts["listed"] += bool(new.lists)
        counts["from_sample"] += all(member.is_added for member in group.texts)
        counts[_change(before.digest(own_id), new.digest)] += 1
        for entry in group.named:
            if entry.fetched and before.is_unknown(entry.event.id):
                taken_in[entry.event.date].append((entry.event, own_id))
    for _, new in sorted(placed, key=lambda each: each[0]):
        writer.add(new)
    return counts


def _groups(of_day: JoinedDay, before: _Before) -> Iterator[_Group]:
    """The groups of events of a day that are the same event, each with at least one that was read.

    An event that is no longer in a fetched day is looked for among those that are new there: it may have been reworded.
    """
    read = of_day.read
    # An id that once stood for an event stands for it still; so an event is known by any of its ids.
    known = [_known_as(staged.event, before.known_id(staged.event)) for staged in read]
    count = len(before.events)
    groups = group_day([*before.events, *known], {event.id for event in before.events})
    old = [[before.events[place].id for place in group if place < count] for group in groups]
    new = [[place - count for place in group if place >= count] for group in groups]
    _add_earlier(old, new, of_day, before)
    for lost, found in _reworded(old, new, read, before):
        new[lost] += new[found]
        new[found] = []
    for ids, places in zip(old, new, strict=True):
        if places:
            named = tuple(chain.from_iterable(of_day.named.get(place, ()) for place in places))
            yield _Group(tuple(read[place] for place in places), min(places), tuple(ids), named)


def _add_earlier(old: Sequence[list[str]], new: Sequence[Sequence[int]], of_day: JoinedDay, before: _Before) -> None:
    """Let a list's events take over the ids of what they were in an archive, before the list was edited."""
    places = {event_id: number for number, ids in enumerate(old) for event_id in ids}
    for number, of_group in enumerate(new):
        for place in of_group:
            lists = of_day.read[place].event.lists
            for each in of_day.named.get(place, ()) if lists else ():
                known = places.get(before.known_id(each.event), number) if each.event.lists == lists else number
                if known != number and not new[known]:
                    old[number].extend(old[known])
                    old[known].clear()


def _reworded(
    old: Sequence[Sequence[str]], new: Sequence[Sequence[int]], read: Sequence[Staged], before: _Before
) -> list[tuple[int, int]]:
    """Pairs of groups: an event that a fetched day no longer holds, and the reworded event that replaced it there."""
    fetched = [any(read[place].fetched for place in places) for places in new]
    lost = [
        number
        for number, ids in enumerate(old)
        if not fetched[number] and any(event_id in before.fetched for event_id in ids)
    ]
    found = [number for number, ids in enumerate(old) if not ids and fetched[number]]
    by_id = {event.id: event for event in reversed(before.events)}
    pairs = pair_rewordings(
        [by_id[old[number][0]] for number in lost], [read[new[number][0]].event for number in found]
    )
    return [(lost[one], found[other]) for one, other in pairs]


def _joined(members: Sequence[Staged]) -> int:
    """How many addresses, ids and repetitions within an archive became one event, beside the first."""
    names = [(member.event.path or member.event.id, member.archive, member.telling) for member in members]
    again = len(set(names)) - len({name[:2] for name in names})
    return len({name[0] for name in names}) - 1 + again


def _wanted_ids(group: _Group, merged: Event) -> Iterable[str]:
    """The ids to try for an event, the best first; the sequence never ends."""
    given = sorted(member.event.id for member in group.texts if has_given_id(member.event))
    made = event_id(merged.date, merged.headline)
    spare = (event_id(merged.date, f"{merged.headline} {attempt}") for attempt in count(1))
    return chain(group.old_ids, given, [made], spare)


def _new_event(group: _Group, before: _Before, event: Event, held: Event | None) -> NewEvent:
    """An event for the catalogue, with every id that ever led to it or to one that was merged into it."""
    told = [staged.event for staged in (*group.members, *group.named)]
    ids = {each.id for each in told}.union(event_id(each.date, each.headline) for each in told)
    ids.update(other for other, stands_for in before.ids.items() if stands_for in group.old_ids)
    event = unlinked(replace(event, lists=()) if event.lists else event)
    held = unlinked(held) if held is not None and not group.is_listed_only else None
    is_as_archived = held == event and not group.has_fetched
    named_by = sorted({name for entry in group.entries for name in entry.event.lists})
    kept = sorted(
        {entry.event for entry in group.entries if not entry.fetched and not is_shipped(entry)},
        key=lambda entry: (entry.lists, entry.date, entry.headline, repr(entry)),
    )
    return NewEvent(
        event=event,
        other_ids=frozenset(ids - {event.id}),
        text_key=text_key(event),
        digest=hashlib.blake2b(event_json().dump_json(event, exclude={"withdrawn", "lists"}), digest_size=16).digest(),
        origin=None if is_as_archived else Origin(group.has_fetched, held),
        lists=tuple(named_by),
        entries=tuple(map(unlinked, kept)),
    )


def _change(before: bytes | None, now: bytes) -> str:
    """The kind of change to an event, by its digests before and now; `before` is None if it is new."""
    if before is None:
        return "new"
    return "unchanged" if before == now else "changed"


# --- what is no longer there ------------------------------------------------------------------------------------------


def _withdraw(writer: CatalogueWriter, before: Catalogue, today: dt.date, taken_in: _TakenIn) -> int:
    """Store the events that an edit took out of the portal as withdrawn; returns how many no archive holds any longer.

    If the edit moved an event to the page of a day close by, or reworded it and an archive tells of that, its ids lead
    to that one instead; and where one of its ids leads to an event that is there, such as the archive's that a list's
    event turned out to be, all of them do.
    """
    removed = 0
    own_ids = before.ids()
    for start in range(0, len(own_ids), _TOGETHER):
        rows = range(start, min(start + _TOGETHER, len(own_ids)))
        ids: dict[str, list[str]] = defaultdict(list)
        for each, own_id in before.ids_of(rows).items():
            ids[own_id].append(each)
        for row in rows:
            own_id = own_ids[row]
            if not _lead_on(writer, own_id, ids[own_id]):
                moved_to = _moved_to(writer, before, row, taken_in)
                if moved_to is not None:
                    writer.add_ids(moved_to, ids[own_id])
                    continue
                removed += 1
                if _was_fetched_only(before, row):
                    [event] = before.events([row])
                    event = replace(unlinked(event), withdrawn=today)
                    writer.withdraw(Withdrawn(event, frozenset(ids[own_id]) - {own_id}))
    return removed


def _lead_on(writer: CatalogueWriter, own_id: str, ids: Collection[str]) -> bool:
    """Whether an event is there, under its own id or one of the others that led to it; then all of them lead to it."""
    there = {each: writer.own_id(each) for each in sorted(ids)}
    if None in there.values():
        found = Counter(filter(None, there.values())).most_common(1)  # the most, where they lead to several
        if not found:
            return False
        writer.add_ids(there[own_id] or found[0][0], ids)
    return True


def _was_fetched_only(before: Catalogue, row: int) -> bool:
    origin = before.origins(range(row, row + 1)).get(row)
    return origin is not None and origin.fetched and origin.archived is None


def _moved_to(writer: CatalogueWriter, before: Catalogue, row: int, taken_in: _TakenIn) -> str | None:
    """The id of the event that one of a fetched page is now, by its words on a day close by or by a new entry's."""
    if not _was_fetched_only(before, row):
        return None
    [event] = before.events([row])
    for other in writer.ids_around(event.date, _MOVED_DAYS, normalise(event.headline)):
        if before.row(other) is None:
            return other
    entries = taken_in.get(event.date, [])
    for _, place in pair_rewordings([event], [entry for entry, _ in entries]):
        return entries.pop(place)[1]
    return None
