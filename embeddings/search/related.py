"""Which events are related to one: near in meaning, near in time, and with names and words that few events have.

`shared` and `choose_related` are pure; `computed` looks up in an index what they need. docs/related.md says where the
constants come from, and how the lists compare.
"""

from __future__ import annotations

import datetime as dt
import math
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from embeddings.dates import DateRange
from embeddings.events import Event, Related
from embeddings.index.catalogue import Catalogue
from embeddings.index.folder import OpenIndex
from embeddings.search.names import Names, common_runs, names, telling_words
from embeddings.search.ranking import coverage, largest
from embeddings.stems import stems
from embeddings.text import normalise
from embeddings.wordings import says_the_same

# Where candidates come from: the nearest in meaning, the nearest of the weeks around, in which a story goes on, and
# those with the rarest words.
_NEAREST = 120
_NEAREST_IN_TIME = 40
_DAYS_AROUND = 42
_WITH_WORDS = 60
_RAREST_WORDS = 8
_WITH_CONTEXTS = 150
_COMMON = 400  # a name or context of more events than this leads to none
_MOST_WORDS = 64  # of names, whose rarity is looked up; and as many others
_MOST_CHARACTERS = 1_200  # of an event's text; the longest real headline has 1,189

# What makes two events related, in units of the cosine of their meanings; each counts as much if it is as large as can
# be. Fitted on some 900 pairs that were read, see docs/related.md.
_BY_NAMES, _BY_TOPIC, _BY_WORDS, _BY_TIME = 0.26, 0.12, 0.15, 0.21
_HALF_TIME_DAYS = 45.0
_LEAST = 0.8  # of the sum; what has less is related with a probability of less than .66
_LEAST_OF_ALL = 0.7  # the same in an archive that is too small for any name to be rare; strangers are fewer there
_SURE = math.log1p(3_000)  # from ten times as many events on, rarity is what it seems
_LEAST_RARITY = 0.1  # of a name that counts: of 113,755 events, 4,500 or fewer have it
_TELLING = 0.25  # rarity of a word that counts although it is no name: 1,100 or fewer have it
_NEARLY_AS_NEAR = 0.72  # what shares no name has this part of the best one's cosine at least
_NEAR_ALONE = 0.6  # and this cosine; of events drawn at random one pair in a hundred has .39
_ALIKE = 0.75  # cosine from which a second event of the same kind adds less
_VARIETY = 0.5
_SAME_NEWS = 0.88  # cosine from which two events of a few days are one in other words
_SAME_NEWS_DAYS = 3

_Numbers = np.ndarray | float
_NO_NAMES = Names((), frozenset())


def rarity(events: int, total: int) -> float:
    """How telling a name is that `events` of `total` events have, 0 to 1: 0 if a tenth or more have it.

    A small archive cannot show what is rare: there even a name that only one event has counts for less.
    """
    most = math.log1p(total / 10)
    return max(0.0, most - math.log1p(events)) / max(most, _SURE)


def least(total: int) -> float:
    """How much the sum of what makes two events related must be in an archive of `total` events."""
    return _LEAST - (_LEAST - _LEAST_OF_ALL) * (1 - min(1.0, math.log1p(total / 10) / _SURE))


def shared(event: Event, other: Event, mine: Names, rarities: Mapping[str, float]) -> tuple[tuple[str, float], ...]:
    """What two events have in common: topics, contexts and names, each with its rarity, the rarest first.

    Args:
        mine: the proper names in the text of `event`.
        rarities: how rare each word of those names, and of the topics and contexts of `event`, is: 0 common, 1 rarest.
    """
    found: dict[str, tuple[str, float]] = {}
    theirs = {normalise(name) for name in (*other.topics, *other.contexts)}
    for name in (*event.topics, *event.contexts):
        if (key := normalise(name)) in theirs:
            found[key] = (name, max((rarities.get(word, 0.0) for word in key.split()), default=0.0))
    covered = set(stems(" ".join(found)))
    for run in _common_names(other, mine) if mine.spans else ():
        rare = max(rarities.get(word, 0.0) for word in normalise(run).split())
        if rare >= _LEAST_RARITY and not covered.issuperset(stems(run)):
            found[normalise(run)] = (run, rare)
            covered.update(stems(run))
    return tuple(sorted(found.values(), key=lambda pair: -pair[1]))


def _common_names(other: Event, mine: Names) -> Iterator[str]:
    named = names(text_of(other))
    common = {word for word in mine.words & named.words if word in mine.sure or word in named.sure}
    others = [normalise(span) for span in named.spans] if common else []
    for span in mine.spans if common else ():
        yield from common_runs(span, common, others)


def text_of(event: Event) -> str:
    """What an event says of itself, a sentence each, as far as names are looked for."""
    return ". ".join((*event.topics, event.headline, event.summary or ""))[:_MOST_CHARACTERS]


@dataclass(frozen=True, slots=True)
class RelatedCandidate:
    """An event that may be related to another.

    Attributes:
        vector: (dimension,) float32 of unit length.
        shared: what the two have in common, from `shared`.
        words: the sum of the rarities of the words that both have, names left aside.
    """

    event: Event
    vector: np.ndarray
    shared: tuple[tuple[str, float], ...] = ()
    words: float = 0.0


def choose_related(
    mine: RelatedCandidate,
    candidates: Iterable[RelatedCandidate],
    listed: Iterable[tuple[dt.date, str]],
    limit: int,
    at_least: float = _LEAST,
) -> list[RelatedCandidate]:
    """The candidates most related to an event, best first, without rewordings of it, of each other or of `listed`.

    One that is much like a better one comes later, so that not ten of a kind fill the list.

    Args:
        listed: day and normalised headline of the related events that are listed before these.
        at_least: from `least`.
    """
    before = list(listed)
    left = [candidate for candidate in candidates if not _is_same_news(candidate, mine)]
    nearest = max((float(mine.vector @ candidate.vector) for candidate in left), default=0.0)
    topics = set(map(normalise, mine.event.topics))
    scores = {
        place: score
        for place, candidate in enumerate(left)
        if (score := _score(mine, candidate, topics, nearest)) >= at_least
        and not any(says_the_same(candidate.event.date, normalise(candidate.event.headline), *one) for one in before)
    }
    alike = dict.fromkeys(scores, 0.0)
    kept: list[RelatedCandidate] = []
    while scores and len(kept) < limit:
        place = max(scores, key=lambda place: (scores[place] - _VARIETY * alike[place], -place))
        best = left[place]
        kept.append(best)
        for other in list(scores):
            if other == place or _is_same_news(left[other], best):
                del scores[other]
            else:
                alike[other] = max(alike[other], float(left[other].vector @ best.vector) - _ALIKE)
    return kept


def _is_same_news(one: RelatedCandidate, other: RelatedCandidate) -> bool:
    days = abs((one.event.date - other.event.date).days)
    if days > _SAME_NEWS_DAYS:
        return False
    return float(one.vector @ other.vector) >= _SAME_NEWS or says_the_same(
        one.event.date, normalise(one.event.headline), other.event.date, normalise(other.event.headline)
    )


def _score(mine: RelatedCandidate, candidate: RelatedCandidate, topics: Collection[str], nearest: float) -> float:
    """How related two events are; 0 if they share no name and are not near.

    A name in the text is worth less than a fair cosine, however rare: one that both only mention, such as the city
    where something happened, makes no two events related.

    Args:
        topics: those of `mine`, normalised.
        nearest: the cosine of the nearest candidate.
    """
    cosine = float(mine.vector @ candidate.vector)
    if not candidate.shared and cosine < max(_NEAR_ALONE, _NEARLY_AS_NEAR * nearest):
        return 0.0
    days = abs((mine.event.date - candidate.event.date).days)
    rarities = sum(rare for _, rare in candidate.shared)
    has_topic = any(normalise(name) in topics for name, _ in candidate.shared)
    return float(_sum(cosine, rarities, candidate.words, days, has_topic=has_topic))


def _sum(cosine: _Numbers, names: _Numbers, words: _Numbers, days: _Numbers, *, has_topic: bool) -> np.ndarray:
    """How related events are.

    Args:
        names: the sum of the rarities of all names that they share, topics and contexts included.
        has_topic: whether one of those is a topic.
        words: the sum of the rarities of other words that they share.
    """
    by_rarity = _BY_NAMES * _worth(names) + _BY_WORDS * _worth(words)
    return np.asarray(cosine + by_rarity + _BY_TOPIC * has_topic + _BY_TIME / (1 + days / _HALF_TIME_DAYS))


def _worth(rarities: _Numbers) -> np.ndarray:
    """0 to 1: more adds less."""
    return np.asarray(1 - np.exp(-1.2 * rarities))


def computed(index: OpenIndex, row: int, event: Event, limit: int) -> list[Related]:
    """Events related to the one in `row`, beside those that its archive names: at most `limit`, the best first."""
    catalogue, vectors = index.catalogue, index.vectors
    mine = RelatedCandidate(event, vectors.take([row])[0])
    words, at_least = _Words.of(catalogue, event), least(catalogue.size)
    around = DateRange(event.date, event.date).widened(_DAYS_AROUND)
    window = catalogue.rows_between(around.first, around.last)
    found = np.setdiff1d(
        np.concatenate(
            (
                vectors.search(mine.vector, _NEAREST)[0],
                vectors.search(mine.vector, _NEAREST_IN_TIME, window)[0],
                largest(coverage(words.rarest(), catalogue.size), _WITH_WORDS, range(catalogue.size)),
                _with_contexts(catalogue, event.contexts),
            )
        ),
        [row],
    )
    taken = vectors.take(found)
    alike = words.others_in(found)
    days = np.abs(catalogue.days[found] - event.date.toordinal())
    may_be = (
        _sum(taken @ mine.vector, np.inf, alike, days, has_topic=bool(event.topics)) >= at_least
    )  # whatever names it has
    found, taken, alike = found[may_be], taken[may_be], alike[may_be]
    named_already = {other.id for other in event.related}
    candidates = (
        candidate
        for candidate in _candidates(catalogue, event, words, found, taken, alike)
        if candidate.event.id not in named_already
    )
    listed = ((other.date, normalise(other.headline)) for other in event.related)
    return [
        Related(
            date=chosen.event.date,
            headline=chosen.event.headline,
            contexts=tuple(name for name, _ in chosen.shared),
            path=chosen.event.path,
            id=chosen.event.id,
        )
        for chosen in choose_related(mine, candidates, listed, limit, at_least)
    ]


def _candidates(
    catalogue: Catalogue, event: Event, words: _Words, rows: np.ndarray, taken: np.ndarray, alike: np.ndarray
) -> Iterator[RelatedCandidate]:
    """The events in some rows beside `event`.

    Args:
        words: of `event`.
        taken: (len(rows), dimension) their vectors.
        alike: (len(rows),) from `_Words.others_in`.
    """
    events, has_name = catalogue.events(rows.tolist()), words.has_name(rows).tolist()
    for other, vector, more, named in zip(events, taken, alike.tolist(), has_name, strict=True):
        common = shared(event, other, words.names if named else _NO_NAMES, words.rarities)
        yield RelatedCandidate(other, vector, common, more)


def close(index: OpenIndex, row: int, event: Event, others: Sequence[int]) -> Iterator[int]:
    """Those of the rows `others`, in order, that have as much to do with the event in `row` as a computed one must."""
    catalogue = index.catalogue
    vector, *taken = index.vectors.take([row, *others])
    mine, words = RelatedCandidate(event, vector), _Words.of(catalogue, event)
    topics, rows = set(map(normalise, event.topics)), np.array(others, np.int64)
    found = _candidates(catalogue, event, words, rows, np.array(taken), words.others_in(rows))
    for other, candidate in zip(others, found, strict=True):
        if _score(mine, candidate, topics, float(vector @ candidate.vector)) >= least(catalogue.size):
            yield other


@dataclass(frozen=True, slots=True)
class _Words:
    """The words of an event, and which events have them.

    Attributes:
        names: the names in its text.
        rarities: how rare each word is that was looked up.
        of_names: the rows that have each telling word of a name, a topic or a context.
        others: the same of other words of the text, with their rarities.
    """

    names: Names
    rarities: Mapping[str, float]
    of_names: Sequence[np.ndarray]
    others: Sequence[tuple[float, np.ndarray]]

    @classmethod
    def of(cls, catalogue: Catalogue, event: Event) -> _Words:
        named = names(text_of(event))
        in_names = telling_words((*named.spans, *event.topics, *event.contexts))[:_MOST_WORDS]
        others = [word for word in telling_words((text_of(event),)) if word not in in_names][:_MOST_WORDS]
        words = [*in_names, *others]
        by_word = dict(zip(words, stems(" ".join(words)), strict=True))
        frequencies = catalogue.frequencies(list(by_word.values()))
        rarities = {word: rarity(frequencies.get(stem, 0), catalogue.size) for word, stem in by_word.items()}
        stems_of_names = {by_word[word] for word in in_names}
        telling = {by_word[word]: rarities[word] for word in in_names if rarities[word] >= _LEAST_RARITY}
        more = {
            stem: rarities[word]
            for word in others
            if rarities[word] >= _TELLING and (stem := by_word[word]) not in stems_of_names
        }
        postings = catalogue.postings([*telling, *more])
        return cls(named, rarities, [postings[stem] for stem in telling], [(more[s], postings[s]) for s in more])

    def rarest(self) -> list[np.ndarray]:
        """The rows that have each of the rarest words."""
        every = [*self.of_names, *(rows for _, rows in self.others)]
        return sorted((rows for rows in every if 1 < len(rows) <= _COMMON), key=len)[:_RAREST_WORDS]

    def has_name(self, rows: np.ndarray) -> np.ndarray:
        """Which of some rows have a word of a name, (len(rows),) bool."""
        found = np.zeros(len(rows), bool)
        for having in self.of_names:
            found |= _holds(having, rows)
        return found

    def others_in(self, rows: np.ndarray) -> np.ndarray:
        """The sum of the rarities of the other words that each of some rows has, (len(rows),)."""
        found = np.zeros(len(rows))
        for rare, having in self.others:
            found += rare * _holds(having, rows)
        return found


def _holds(ascending: np.ndarray, rows: np.ndarray) -> np.ndarray:
    if not len(ascending):
        return np.zeros(len(rows), bool)
    places = np.minimum(np.searchsorted(ascending, rows.astype(ascending.dtype)), len(ascending) - 1)
    return np.asarray(ascending[places] == rows)


def _with_contexts(catalogue: Catalogue, contexts: Sequence[str]) -> np.ndarray:
    """The rows that share the most and rarest of some contexts."""
    weights: dict[int, float] = {}
    for row, _, events in catalogue.sharing(contexts, _COMMON):
        weights[row] = weights.get(row, 0.0) + rarity(events, catalogue.size)
    return np.array(sorted(weights, key=lambda row: (-weights[row], row))[:_WITH_CONTEXTS], np.int64)
