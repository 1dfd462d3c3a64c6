"""Which events are related to one: they share what few events have, are near in meaning, and near in time.

`shared` and `choose_related` are pure; `computed` looks up in an index what they need. The constants were
chosen by reading lists for events of 113,755; docs/related.md says how the lists compare.
"""

from __future__ import annotations

import datetime as dt
import math
from collections.abc import Iterable, Mapping, Sequence
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
# those with the rarest names.
_NEAREST = 120
_NEAREST_IN_TIME = 40
_DAYS_AROUND = 42
_WITH_NAMES = 60
_RAREST_NAMES = 6
_WITH_CONTEXTS = 150
_COMMON = 400  # a name or context of more events than this leads to none
_MOST_WORDS = 64  # whose rarity is looked up
_MOST_CHARACTERS = 1_200  # of an event's text; the longest real headline has 1,189

_BY_MEANING, _BY_SHARED, _BY_TIME = 0.6, 0.4, 0.18
_HALF_TIME_DAYS = 45.0
_SURE = math.log1p(3_000)  # from ten times as many events on, rarity is what it seems
_LEAST_RARITY = 0.1  # of a name that counts: of 113,755 events, 4,500 or fewer have it
_LEAST_LIKENESS = 0.54  # below, two events have little more than their language in common
_NEARLY_AS_NEAR = 0.72  # what shares nothing has this part of the best one's cosine at least
_NEAR_ALONE = 0.55  # and this cosine; of events drawn at random one pair in a hundred has .39
_ALIKE = 0.75  # cosine from which a second event of the same kind adds less
_VARIETY = 0.5
_SAME_NEWS = 0.88  # cosine from which two events of a few days are one in other words
_SAME_NEWS_DAYS = 3


def rarity(events: int, total: int) -> float:
    """How telling a name is that `events` of `total` events have, 0 to 1: 0 if a tenth or more have it.

    A small archive cannot show what is rare: there even a name that only one event has counts for less.
    """
    most = math.log1p(total / 10)
    return max(0.0, most - math.log1p(events)) / max(most, _SURE)


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
    named = names(text_of(other))
    common = {word for word in mine.words & named.words if word in mine.sure or word in named.sure}
    others = [normalise(span) for span in named.spans] if common else []
    covered = set(stems(" ".join(found)))
    for span in mine.spans if common else ():
        for run in common_runs(span, common, others):
            rare = max(rarities.get(word, 0.0) for word in normalise(run).split())
            if rare >= _LEAST_RARITY and not covered.issuperset(stems(run)):
                found[normalise(run)] = (run, rare)
                covered.update(stems(run))
    return tuple(sorted(found.values(), key=lambda pair: -pair[1]))


def text_of(event: Event) -> str:
    """What an event says of itself, a sentence each, as far as names are looked for."""
    return ". ".join((*event.topics, event.headline, event.summary or ""))[:_MOST_CHARACTERS]


@dataclass(frozen=True, slots=True)
class RelatedCandidate:
    """An event that may be related to another.

    Attributes:
        vector: (dimension,) float32 of unit length.
        shared: what the two have in common, from `shared`.
    """

    event: Event
    vector: np.ndarray
    shared: tuple[tuple[str, float], ...] = ()


def choose_related(
    mine: RelatedCandidate, candidates: Iterable[RelatedCandidate], listed: Iterable[tuple[dt.date, str]], limit: int
) -> list[RelatedCandidate]:
    """The candidates most related to an event, best first, without rewordings of it, of each other or of `listed`.

    One that is much like a better one comes later, so that not ten of a kind fill the list.

    Args:
        listed: day and normalised headline of the related events that are listed before these.
    """
    before = list(listed)
    left = [candidate for candidate in candidates if not _is_same_news(candidate, mine)]
    nearest = max((float(mine.vector @ candidate.vector) for candidate in left), default=0.0)
    scores = {
        place: score
        for place, candidate in enumerate(left)
        if (score := _score(mine, candidate, nearest)) > 0
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


def _score(mine: RelatedCandidate, candidate: RelatedCandidate, nearest: float) -> float:
    """How related two events are; 0 if they are not. `nearest` is the cosine of the nearest candidate."""
    cosine = float(mine.vector @ candidate.vector)
    days = abs((mine.event.date - candidate.event.date).days)
    share = 1 - math.exp(-1.2 * sum(rare for _, rare in candidate.shared))
    if cosine + 0.6 * share < _LEAST_LIKENESS:
        return 0.0
    if not candidate.shared and cosine < max(_NEAR_ALONE, _NEARLY_AS_NEAR * nearest):
        return 0.0
    near = (0.4 + 0.6 * share) / (1 + days / _HALF_TIME_DAYS)
    return cosine * (_BY_MEANING + _BY_SHARED * share) + _BY_TIME * near


def computed(index: OpenIndex, row: int, event: Event, limit: int) -> list[Related]:
    """Events related to the one in `row`, beside those that its archive names: at most `limit`, the best first."""
    catalogue, vectors = index.catalogue, index.vectors
    mine = RelatedCandidate(event, vectors.take([row])[0])
    named = names(text_of(event))
    words = telling_words((*named.spans, *event.topics, *event.contexts))[:_MOST_WORDS]
    stemmed = stems(" ".join(words))
    postings = catalogue.postings(stemmed)
    rarest = sorted((len(rows), stem) for stem, rows in postings.items() if 1 < len(rows) <= _COMMON)[:_RAREST_NAMES]
    around = DateRange(event.date, event.date).widened(_DAYS_AROUND)
    window = catalogue.rows_between(around.first, around.last)
    with_names = coverage([postings[stem] for _, stem in rarest], catalogue.size)
    found = np.setdiff1d(
        np.concatenate(
            (
                vectors.search(mine.vector, _NEAREST)[0],
                vectors.search(mine.vector, _NEAREST_IN_TIME, window)[0],
                largest(with_names, _WITH_NAMES, range(catalogue.size)),
                _with_contexts(catalogue, event.contexts),
            )
        ),
        [row],
    )
    rarities = {word: rarity(len(postings[stem]), catalogue.size) for word, stem in zip(words, stemmed, strict=True)}
    named_already = {other.id for other in event.related}
    candidates = [
        RelatedCandidate(other, vector, shared(event, other, named, rarities))
        for other, vector in zip(catalogue.events(found.tolist()), vectors.take(found), strict=True)
        if other.id not in named_already
    ]
    listed = ((other.date, normalise(other.headline)) for other in event.related)
    return [
        Related(
            date=chosen.event.date,
            headline=chosen.event.headline,
            contexts=tuple(name for name, _ in chosen.shared),
            path=chosen.event.path,
            id=chosen.event.id,
        )
        for chosen in choose_related(mine, candidates, listed, limit)
    ]


def _with_contexts(catalogue: Catalogue, contexts: Sequence[str]) -> np.ndarray:
    """The rows that share the most and rarest of some contexts."""
    weights: dict[int, float] = {}
    for row, _, events in catalogue.sharing(contexts, _COMMON):
        weights[row] = weights.get(row, 0.0) + rarity(events, catalogue.size)
    return np.array(sorted(weights, key=lambda row: (-weights[row], row))[:_WITH_CONTEXTS], np.int64)
