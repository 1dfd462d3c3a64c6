"""Events of lists and the events of archives that they are, day by day, before the events of a day are merged.

An archive tells what happened. A list, such as Wikipedia's article on a day of the year or the sample that ships with
the program, says what is worth remembering: what it names is looked for among the events of its day and the next.
"""

from __future__ import annotations

import datetime as dt
from collections import defaultdict, deque
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cache, cached_property

from embeddings.archive.days import DAYS_OF_YEAR, SELECTED
from embeddings.archive.shipped import LIST, shipped_events
from embeddings.build.merging import MOST_REWORDED, group_day, merge, pair_rewordings
from embeddings.build.remembered import LEAST, Candidates, is_another, likeness
from embeddings.build.staging import Staged
from embeddings.build.tellings import Telling, shipped_vocabulary
from embeddings.events import Event

MOST_ENTRIES = 1_000  # of a day and a list that are looked for elsewhere; an article has some 60 for all years

_DAY = dt.timedelta(days=1)
_SHIPPED = ""  # in place of an archive
_FULLEST_FIRST = (DAYS_OF_YEAR, SELECTED)  # the lists whose text an event has that no archive tells of


@dataclass(frozen=True, slots=True)
class JoinedDay:
    """A day's events, with what lists say of them.

    Attributes:
        read: what archives tell, then what only lists do.
        named: by the position in `read` of an event, what lists say that is that event; of a list's own event, also how
            an archive has it that was read before the list was edited.
    """

    day: dt.date
    read: tuple[Staged, ...]
    named: Mapping[int, tuple[Staged, ...]]


def is_shipped(staged: Staged) -> bool:
    """Whether this is of the list that ships with the program, rather than of an archive."""
    return staged.archive == _SHIPPED


def merge_origins(members: Sequence[Staged]) -> tuple[Event, Event | None]:
    """The event that several are, and the named archives' version of it (None if they do not hold it).

    The archives' events are merged first, then the fetched one is added, because the next update will do the same.
    """
    archived = [member.event for member in members if not member.fetched and not member.is_added]
    fetched = [member.event for member in members if member.fetched]
    added = [member.event for member in members if member.is_added]
    held = merge(archived) if archived else None
    parts = (held, merge(fetched) if fetched else None, merge(added) if added else None)
    return merge([event for event in parts if event is not None]), held


def joined_days(days: Iterable[tuple[dt.date, list[Staged]]]) -> Iterator[JoinedDay]:
    """Find, for what lists name, the event of an archive that it is.

    Args:
        days: in order of time.
    Yields:
        The same days. An event of a list is joined to one of an archive on its day or the next, or to one of a fuller
        list on its day; else it stays an event of its own, if it is not of the list that ships with the program.
    """
    window: deque[_Day] = deque()
    for day in _with_shipped(days):
        window.append(day)
        if len(window) > 1:
            window[-2].choose(day)
            window[-2].settle(window[-3] if len(window) > 2 else None)
        if len(window) > 2:
            yield from window.popleft().joined()
    if window:
        window[-1].choose(None)
        window[-1].settle(window[-2] if len(window) > 1 else None)
    for day in window:
        yield from day.joined()


def _with_shipped(days: Iterable[tuple[dt.date, list[Staged]]]) -> Iterator[_Day]:
    """The days with what the list that ships with the program names, which may be of days that have no event."""
    waiting = deque(shipped_days())
    for day, read in days:
        while waiting and waiting[0][0] < day:
            earlier, entries = waiting.popleft()
            if earlier + _DAY == day:
                yield _Day(earlier, (), entries)
        entries = waiting.popleft()[1] if waiting and waiting[0][0] == day else ()
        yield _Day(day, read, entries)


@cache
def shipped_days() -> tuple[tuple[dt.date, tuple[Staged, ...]], ...]:
    """What the list that ships with the program names of each day, in order of time."""
    days: dict[dt.date, list[Staged]] = defaultdict(list)
    for event in shipped_events():
        days[event.date].append(Staged(replace(event, lists=(LIST,)), fetched=False, archive=_SHIPPED))
    return tuple((day, tuple(named)) for day, named in sorted(days.items()))


@dataclass(slots=True)
class _Entry:
    """What one list names once; usually one event that was read.

    Attributes:
        target: the group that it may be, of its day or the next; None if there is none.
        earlier: how archives have it that are older than the fetched page; no members.
        earlier_tellings: what these tell, by which it is found where its own words do not tell enough.
    """

    members: list[Staged]
    list_name: str
    telling: Telling
    target: tuple[_Day, int] | None = None
    likeness: float = 0.0
    earlier: list[Staged] = field(default_factory=list)
    earlier_tellings: list[Telling] = field(default_factory=list)

    @property
    def told(self) -> tuple[Staged, ...]:
        """All that the list says of it."""
        return (*self.members, *self.earlier)


class _Day:
    """A day on its way: `choose` when the next day is known, `settle` when the day before has chosen, then `joined`."""

    def __init__(self, day: dt.date, read: Sequence[Staged], shipped: Sequence[Staged]) -> None:
        self.day = day
        self._texts = [staged for staged in read if not staged.event.lists]
        self._listed = [staged for staged in read if staged.event.lists]
        self._shipped = shipped
        self._entries: list[_Entry] = []
        self._named: dict[int, list[_Entry]] = defaultdict(list)  # by group

    @cached_property
    def _groups(self) -> list[list[int]]:
        return group_day([staged.event for staged in self._texts])

    @cached_property
    def _tellings(self) -> list[Telling]:
        groups = ([self._texts[place] for place in group] for group in self._groups)
        return [shipped_vocabulary().telling(merge_origins(group)[0]) for group in groups]

    def choose(self, following: _Day | None) -> None:
        """Find what each entry of the day's lists may be; `following`: the day that comes next, if that is known."""
        after = following if following is not None and following.day == self.day + _DAY else None
        has_texts = bool(self._texts or (after is not None and after._texts))
        if not self._listed and not (self._shipped and has_texts):
            return
        self._entries = list(self._folded())
        if not has_texts:
            return
        candidates = Candidates(self._tellings, after._tellings if after is not None else (), shipped_vocabulary())
        counts: dict[str, int] = defaultdict(int)
        for entry in self._entries:
            counts[entry.list_name] += 1
            tellings = (entry.telling, *entry.earlier_tellings) if counts[entry.list_name] <= MOST_ENTRIES else ()
            best = next(filter(None, map(candidates.best, tellings)), None)
            if best is not None:
                place, entry.likeness = best
                own = len(self._tellings)
                entry.target = (self, place) if place < own or after is None else (after, place - own)

    def _folded(self) -> Iterator[_Entry]:
        """The day's entries, list by list, what a list names twice as one."""
        by_list: dict[str, list[Staged]] = defaultdict(list)
        for staged in (*self._listed, *self._shipped):
            by_list[staged.event.lists[0]].append(staged)
        for name in sorted(by_list, key=_rank):
            members = by_list[name]
            groups = group_day([staged.event for staged in members])
            each_told = [[members[place] for place in group] for group in groups]
            yield from _without_earlier(
                [_Entry(told, name, shipped_vocabulary().telling(merge_origins(told)[0])) for told in each_told]
            )

    def settle(self, before: _Day | None) -> None:
        """Decide which entries are the day's events: of each list one, the most alike."""
        claims: dict[tuple[int, str], list[_Entry]] = defaultdict(list)
        for entry in (*self._entries, *(before._entries if before is not None else ())):
            if entry.target is not None and entry.target[0] is self:
                claims[entry.target[1], entry.list_name].append(entry)
        for (group, _), entries in claims.items():
            first, *others = sorted(entries, key=_most_alike)
            self._named[group].append(first)
            for entry in others:
                if likeness(first.telling, entry.telling, shipped_vocabulary().weight) >= LEAST:
                    self._named[group].append(entry)
                else:
                    entry.target = None

    def joined(self) -> Iterator[JoinedDay]:
        """The day, if it has an event."""
        read = list(self._texts)
        named: dict[int, tuple[Staged, ...]] = {}
        for group, entries in self._named.items():
            named[self._groups[group][0]] = tuple(staged for entry in entries for staged in entry.told)
        for host, entries in self._hosts():
            named[len(read)] = (*host.earlier, *(staged for entry in entries for staged in entry.told))
            read += host.members
        if read:
            yield JoinedDay(self.day, tuple(read), named)

    def _hosts(self) -> list[tuple[_Entry, list[_Entry]]]:
        """The entries that no archive tells of, each with those of other lists that are the same event."""
        hosts: list[_Entry] = []
        joined: list[list[_Entry]] = []
        left = [entry for entry in self._entries if entry.target is None]
        for name in dict.fromkeys(entry.list_name for entry in left):
            of_list = [entry for entry in left if entry.list_name == name]
            candidates = Candidates([host.telling for host in hosts], (), shipped_vocabulary())
            best: dict[int, tuple[float, _Entry]] = {}
            for entry in of_list[:MOST_ENTRIES]:
                found = candidates.best(entry.telling)
                if found is not None and found[1] > best.get(found[0], (0.0, entry))[0]:
                    best[found[0]] = (found[1], entry)
            taken = {id(entry) for _, entry in best.values()}
            for place, (_, entry) in best.items():
                joined[place].append(entry)
            new = [entry for entry in of_list if id(entry) not in taken and not is_shipped(entry.members[0])]
            hosts += new
            joined += [[] for _ in new]
        order = {id(staged): place for place, staged in enumerate(self._listed)}
        pairs = list(zip(hosts, joined, strict=True))
        return sorted(pairs, key=lambda pair: order[id(pair[0].members[0])])


def _without_earlier(entries: list[_Entry]) -> list[_Entry]:
    """What a list names on a day, without what an archive has as it was before an edit: that goes to what it is now.

    Only what the fetched page no longer has is looked for, and only among what no archive has.
    """
    gone = [entry for entry in entries if not any(staged.fetched for staged in entry.members)]
    new = [entry for entry in entries if all(staged.fetched for staged in entry.members)]
    taken: set[int] = set()
    for kind in {entry.members[0].event.category for entry in new}:  # births, say
        of_kind = ([entry for entry in some if entry.members[0].event.category == kind] for some in (gone, new))
        for before, now in _edited(*(sorted(some, key=_by_words)[:MOST_REWORDED] for some in of_kind)):
            now.earlier += before.members
            now.earlier_tellings.append(before.telling)
            taken.add(id(before))
    return [entry for entry in entries if id(entry) not in taken]


def _edited(gone: Sequence[_Entry], new: Sequence[_Entry]) -> list[tuple[_Entry, _Entry]]:
    """Pairs of entries that are the same before and after an edit: by the words in order, else by what they tell."""
    paired = pair_rewordings(*([entry.members[0].event for entry in some] for some in (gone, new)))
    pairs = [(gone[one], new[other]) for one, other in paired if not is_another(gone[one].telling, new[other].telling)]
    scored = [
        (-score, one, other)
        for one, before in enumerate(gone)
        for other, now in enumerate(new)
        if (score := likeness(before.telling, now.telling, shipped_vocabulary().weight)) >= LEAST
    ]
    done = {id(entry) for pair in pairs for entry in pair}
    for _, one, other in sorted(scored):
        if not done & {id(gone[one]), id(new[other])}:
            pairs.append((gone[one], new[other]))
            done |= {id(gone[one]), id(new[other])}
    return pairs


def _by_words(entry: _Entry) -> tuple[str, str]:
    return entry.telling.text, repr(entry.members[0].event)


def _rank(name: str) -> tuple[int, str]:
    return (_FULLEST_FIRST.index(name) if name in _FULLEST_FIRST else len(_FULLEST_FIRST), name)


def _most_alike(entry: _Entry) -> tuple[float, int, str]:
    event = entry.members[0].event
    return -entry.likeness, -event.date.toordinal(), entry.telling.text
