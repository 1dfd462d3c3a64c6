"""Which of a story's events carry it: those that stand out, are of what it is about, and add something to the others.

An event's own text has to have a name of the story, for editors write a topic above what is of another matter too: a
wider one, or the next one on the page.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence

import numpy as np

from embeddings.index.folder import OpenIndex
from embeddings.index.row_sets import are_in, union
from embeddings.search.names import names
from embeddings.search.story_asked import Asked
from embeddings.stems import stems

MOST_CARRYING = 12
LEAST_CARRYING = 5

_SHORTLIST = 240  # events whose vectors are compared; those of a war are thousands
_ENDS, _MOST_ENDS = 0.1, 60  # part of a story's events that are its beginning, and its latest; and the most
_LEAST_COSINE = 1e-3
_FAR = 4.0  # units of standing that an event loses which has nothing of what the others are about
_ADDS = 2.0  # units of standing that an event loses which says again what a chosen one does
_SPREAD = 0.5  # units that one gains by standing far in time from those that are chosen

_WANTED = 3.0  # units of standing that an event loses which has none of the words that were asked for
_ALL = 0.98  # of the words, by their rarity: all of them
_PART = 2  # so many events that have all words are what was asked for, a part of a larger story
_NOT_ALL = 0.5  # what one lacks besides that has not all of them, where `LEAST_CARRYING` have
_BESIDE = 0.5  # of what the others lack counts where some are of it in any case
_MOST_OF = 0.55  # of the words, which an event has to have that is told beside these

_READ = 60  # events of which the names of a story are read
_COMMON = 0.15  # part of these that have a name of the story
_TELLING = 12.0  # times as often as in the archive that a story has its names
_FEWEST = 3  # events with a name of the story; where fewer have one, the others carry it, too


def carrying(
    index: OpenIndex, rows: np.ndarray, asked_row: int | None, core: np.ndarray, asked: Asked | None
) -> np.ndarray:
    """Which of a story's rows carry it, as ascending places among them.

    Args:
        rows: of its events, ascending.
        asked_row: the event that was asked about, which carries it in any case.
        core: those of the rows that say what it is about.
        asked: the words that it was asked for by.
    """
    is_sure = are_in(rows, core) if len(core) < len(rows) else np.zeros(len(rows), bool)
    some = part_asked_for(rows, is_sure, asked)
    if asked_row is not None:
        some = union([some, np.searchsorted(rows, [asked_row])])
    some = some[_candidates(index, rows[some], asked_row)]
    texts = [set(stems(text)) for text in index.catalogue.texts(rows[some].tolist())]
    its_names = story_names(index, core, texts)
    own = np.array([not its_names.isdisjoint(text) for text in texts])
    if asked_row is not None:
        own |= rows[some] == asked_row
    if np.count_nonzero(own) >= min(_FEWEST, len(rows)):
        some = some[own]
    lacks = np.zeros(len(some)) if asked is None else lacking(asked.held[rows[some]], is_sure[some])
    return np.asarray(some[_choose(index, rows[some], asked_row, core, lacks)])


def part_asked_for(rows: np.ndarray, is_sure: np.ndarray, asked: Asked | None) -> np.ndarray:
    """The places among a story's rows of what words ask for, a part of it where several of its events have all words.

    Args:
        is_sure: (n,) bool, which of them are of it in any case.
    """
    every = np.arange(len(rows))
    if asked is None:
        return every
    held = asked.held[rows]
    fits = asked.in_years[rows]
    if np.count_nonzero((held >= _ALL) & asked.numbered[rows]) >= _PART:
        fits &= ((held >= _MOST_OF) | asked.rarest[rows]) & asked.numbered[rows]
    found = np.flatnonzero(fits | is_sure)
    return found if len(found) >= min(_PART, len(rows)) else every


def lacking(held: np.ndarray, is_sure: np.ndarray) -> np.ndarray:
    """What events lack of what was asked for, (n,) from 0; more where enough others have all of the words.

    Args:
        held: (n,) what part of the words each has.
        is_sure: (n,) bool, which are of it in any case, as a topic's own events are: most are told without its name.
    """
    if is_sure.any():
        return np.where(is_sure, 0.0, _BESIDE * (1 - held))
    enough = np.count_nonzero(held >= _ALL) >= LEAST_CARRYING
    return np.asarray(1 - held + (_NOT_ALL if enough else 0.0) * (held < _ALL))


def _candidates(index: OpenIndex, rows: np.ndarray, asked_row: int | None) -> np.ndarray:
    """The places of those that stand out most, and of the first and last ones, ascending."""
    end = _end(len(rows))
    strongest = np.argsort(-np.asarray(index.prominence.standing[rows], np.float64), kind="stable")[:_SHORTLIST]
    places = [strongest, np.arange(end), np.arange(len(rows) - end, len(rows))]
    if asked_row is not None:
        places.append(np.searchsorted(rows, [asked_row]))
    return union(places)


def _end(count: int) -> int:
    return max(1, min(round(_ENDS * count), _MOST_ENDS))


def _choose(
    index: OpenIndex, rows: np.ndarray, asked_row: int | None, core: np.ndarray, lacks: np.ndarray
) -> np.ndarray:
    vectors = np.asarray(index.vectors.take(rows), np.float64)
    about = np.asarray(index.vectors.take(some_of(core)), np.float64)
    standing = np.asarray(index.prominence.standing[rows], np.float64)
    worth = standing - _FAR * apart(vectors, about) - _WANTED * lacks
    end = _end(len(rows))
    must = [int(np.argmax(worth[:end])), len(rows) - end + int(np.argmax(worth[-end:]))]
    if asked_row is not None:
        must.append(int(np.searchsorted(rows, asked_row)))
    days = index.catalogue.days[rows].astype(np.float64)
    when = days / max(float(days[-1] - days[0]), 1.0) + np.arange(len(rows)) / len(rows)
    return choose_carrying(worth, vectors, when, must, how_many(len(rows)))


def story_names(index: OpenIndex, core: np.ndarray, texts: Sequence[set[str]]) -> set[str]:
    """The stems of the names of a story: those which several of its events have, and few of the archive.

    Args:
        core: the rows that say what it is about.
        texts: the stems of the events among which some are to have one.
    """
    read = index.catalogue.texts(some_of(core, _READ).tolist())
    having = Counter(stem for text in read for stem in {each for word in names(text).words for each in stems(word)})
    least = max(_COMMON * len(read), min(2, len(read)))
    common = [stem for stem, count in having.items() if count >= least]
    events = index.catalogue.frequencies(common)
    return {
        stem for stem in common if having[stem] / len(read) >= _TELLING * events.get(stem, 0) / index.catalogue.size
    }


def some_of(rows: np.ndarray, most: int = _SHORTLIST) -> np.ndarray:
    """So many of some rows, evenly, that their vectors may be compared, or their texts read."""
    return np.asarray(rows[union([np.linspace(0, len(rows) - 1, most).astype(np.int64)])])


def apart(vectors: np.ndarray, core: np.ndarray) -> np.ndarray:
    """How far events are from what a story is about, (n,) from 0, as half of its core or nearer, to 1 or more.

    Args:
        vectors: (n, dimension) of the events, of unit length.
        core: (m, dimension), of those that say what it is about.
    """
    centre = core.mean(axis=0)
    usual = max(float(np.median(core @ centre)), _LEAST_COSINE)
    return np.asarray(np.maximum(0.0, 1 - vectors @ centre / usual))


def how_many(count: int) -> int:
    """How many events carry a story of `count` events."""
    return min(count, MOST_CARRYING, LEAST_CARRYING + count // 6)


def choose_carrying(
    standing: np.ndarray, vectors: np.ndarray, when: np.ndarray, must: Sequence[int], most: int
) -> np.ndarray:
    """Which events carry a story: those that stand out, each of which adds something to the others; ascending.

    Args:
        standing: (n,) how far each stands out, less where it is far from what the story is about.
        vectors: (n, dimension) of unit length.
        when: (n,) ascending, in any unit: where many events are within few days, these count for as much as long times.
        must: the places of some that are chosen in any case.
    """
    chosen = list(dict.fromkeys(must))
    span = max(float(when[-1] - when[0]), _LEAST_COSINE)
    alike, away = np.zeros(len(standing)), np.full(len(standing), np.inf)

    def add(place_: int) -> None:
        np.maximum(alike, vectors @ vectors[place_], out=alike)
        np.minimum(away, np.abs(when - when[place_]), out=away)

    for place_ in chosen:
        add(place_)
    while len(chosen) < min(most, len(standing)):
        worth = standing - _ADDS * np.maximum(alike, 0) + _SPREAD * np.sqrt(away / span)
        worth[chosen] = -np.inf
        chosen.append(int(np.argmax(worth)))
        add(chosen[-1])
    return np.array(sorted(chosen), np.int64)
