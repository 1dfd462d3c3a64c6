"""One event where an archive has several: the same page under two addresses, an entry and its page, two archives."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Collection, Iterable, Sequence
from itertools import chain

from rapidfuzz.distance import Indel

from embeddings.archive.headlines import shown
from embeddings.build.edits import MIN_WORDS, addresses, is_renamed
from embeddings.build.leading_topics import is_renamed_after_topic, told_without_topic, without_leads
from embeddings.events import Event, Related, Source, event_id
from embeddings.text import normalise

NEIGHBOURS = 20  # in a sorted block, how many of the next are compared: bounds the work on a day of 50,000 pages
MOST_REWORDED = 200  # of a day are looked for among those that are new in it; real pages have at most some 150 bullets
ALIKE, ALIKE_BY_SOURCE = 0.6, 0.3  # of the words, in order, that a rewording keeps, by its contexts or by its source
_MARKUP = re.compile(r"\{\{|\}\}|\[\[|\]\]|https?:|www\.|<ref|<nowiki|\[https?\b")  # what a clean headline lacks


class _Sets:
    """Disjoint sets of positions (union-find); a set is represented by its smallest position."""

    def __init__(self, size: int) -> None:
        self._parent = list(range(size))

    def find(self, item: int) -> int:
        while self._parent[item] != item:
            self._parent[item] = self._parent[self._parent[item]]
            item = self._parent[item]
        return item

    def join(self, one: int, other: int) -> None:
        low, high = sorted((self.find(one), self.find(other)))
        self._parent[high] = low


def group_day(events: Sequence[Event], known_ids: Collection[str] = ()) -> list[list[int]]:
    """Group the events of one day that are the same event, in the order of each group's first member.

    Two events are the same event if they share a given id, an archive address or the words of the headline, if one is
    an archive page with the other's headline and a topic in front (`told_without_topic`), or if both are archive pages
    and one is the other after a small edit (`is_renamed`).

    Args:
        known_ids: ids that count as given, even if they were once made from a headline.
    Returns:
        Positions in `events`.
    """
    sets = _Sets(len(events))
    seen: dict[tuple[str, str], int] = {}
    # An id that is given to one event may have been made from the headline of another: the same one before an edit.
    given = {event.id for event in events if has_given_id(event)}.union(known_ids)
    texts = [shown(event.headline) if event.paths else event.headline for event in events]
    words = [tuple(normalise(text).split()) for text in texts]
    for place, event in enumerate(events):
        keys = [("words", " ".join(words[place])), *(("path", path) for path in event.paths)]
        if event.id in given:
            keys.append(("id", event.id))
        for key in keys:
            sets.join(place, seen.setdefault(key, place))
    for one, other in told_without_topic(events, words):
        sets.join(one, other)
    for one, other in _lookalikes(events, words):
        first, second = events[one], events[other]
        if sets.find(one) == sets.find(other):
            continue
        source_shared = bool(addresses(first) & addresses(second))
        if is_renamed(texts[one], texts[other], source_shared=source_shared) or is_renamed_after_topic(first, second):
            sets.join(one, other)
    groups: dict[int, list[int]] = defaultdict(list)
    for place in range(len(events)):
        groups[sets.find(place)].append(place)
    return list(groups.values())


def pair_rewordings(lost: Sequence[Event], found: Sequence[Event]) -> list[tuple[int, int]]:
    """Match events that a page no longer has with new ones that are the same event reworded, the most alike first.

    An event that vanishes as another appears is more likely to be the same one than two that stand side by side, so
    more words may differ than in `is_renamed`: most words if both have a source in common, fewer if they only have
    contexts or topics in common.

    Returns:
        Positions in `lost` and `found`, each at most once.
    """
    scored = [
        (-likeness, one, other)
        for one, before in enumerate(lost[:MOST_REWORDED])
        for other, after in enumerate(found[:MOST_REWORDED])
        if (likeness := _likeness(before, after)) > 0
    ]
    pairs: dict[int, int] = {}
    taken: set[int] = set()
    for _, one, other in sorted(scored):
        if one not in pairs and other not in taken:
            pairs[one] = other
            taken.add(other)
    return list(pairs.items())


def _likeness(before: Event, after: Event) -> float:
    """How likely `after` is a rewording of `before`, for sorting; 0 if it is not one."""
    words = [normalise(event.headline).split() for event in (before, after)]
    alike = Indel.normalized_similarity(*words)
    if addresses(before) & addresses(after):
        return 1 + alike if alike >= ALIKE_BY_SOURCE else 0.0
    first, second = ({normalise(name) for name in event.contexts} for event in (before, after))
    same_things = 2 * len(first & second) >= max(1, len(first | second))
    if (same_things and alike >= ALIKE) or is_renamed(before.headline, after.headline, source_shared=False):
        return alike
    return 0.0


def _lookalikes(events: Sequence[Event], words: Sequence[tuple[str, ...]]) -> Iterable[tuple[int, int]]:
    """Pairs of pages worth comparing: the same first or last words, or a source in common."""
    blocks: dict[object, list[int]] = defaultdict(list)
    for place, event in enumerate(events):
        if event.paths:
            blocks["first", words[place][: MIN_WORDS // 2]].append(place)
            blocks["last", words[place][-MIN_WORDS // 2 :]].append(place)
            for url in addresses(event):
                blocks["source", url].append(place)
    for block in blocks.values():
        block.sort(key=lambda place: words[place])
        for at, one in enumerate(block):
            for other in block[at + 1 : at + 1 + NEIGHBOURS]:
                yield one, other


def merge(group: Sequence[Event]) -> Event:
    """Make one event of several of the same day; their order does not matter.

    Of those whose headline is clean, the fullest one gives id, headline, category and summary where it has them; topics
    are the longest chain; sources, contexts, related events and addresses are those of all.
    """
    if len(group) == 1:
        return group[0]
    ranked = sorted(without_leads(group), key=_rank)
    best = ranked[0]
    return Event(
        id=best.id,
        date=best.date,
        headline=best.headline,
        topics=max((event.topics for event in ranked), key=len),
        category=_first(event.category for event in ranked),
        summary=_first(event.summary for event in ranked),
        contexts=_merge_names(chain.from_iterable(event.contexts for event in ranked)),
        sources=_merge_sources(chain.from_iterable(event.sources for event in ranked)),
        related=_merge_related(chain.from_iterable(event.related for event in ranked)),
        paths=tuple(dict.fromkeys(chain.from_iterable(event.paths for event in ranked))),
        attribution=best.attribution,
    )


def has_given_id(event: Event) -> bool:
    """Whether the event's id came from its archive, rather than being made from its date and headline."""
    return event.id != event_id(event.date, event.headline)


def _rank(event: Event) -> tuple[object, ...]:
    """Sorts the fullest first; the last parts only make the order independent of where the event was read."""
    return (
        not has_given_id(event),
        len(set(_MARKUP.findall(event.headline.lower()))),
        -len(event.sources),
        -len(event.related),
        event.summary is None,
        -len(event.paths),
        -len(event.headline),
        event.headline,
        event.id,
        event.paths,
        repr(event),
    )


def _first(values: Iterable[str | None]) -> str | None:
    return next((value for value in values if value), None)


def _merge_names(names: Iterable[str]) -> tuple[str, ...]:
    kept: dict[str, str] = {}
    for name in names:
        kept.setdefault(normalise(name), name)
    return tuple(kept.values())


def _merge_sources(sources: Iterable[Source]) -> tuple[Source, ...]:
    kept: dict[str, Source] = {}
    for source in sources:
        kept.setdefault(source.url or normalise(source.name), source)
    # A source that lost its address in one archive and kept it in another is one.
    named = {normalise(source.name) for source in kept.values() if source.url}
    return tuple(s for s in kept.values() if s.url or normalise(s.name) not in named)


def _merge_related(related: Iterable[Related]) -> tuple[Related, ...]:
    kept: dict[object, Related] = {}
    for other in related:
        kept.setdefault(other.path or (other.date, normalise(other.headline)), other)
    return tuple(kept.values())
