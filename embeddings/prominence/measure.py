"""How much an event stands out, as the rest of the archive tells: who comes back to it, its names and its meaning.

Everything is counted against what was there before, so that the first day of a story counts more than the hundredth,
and the routine of a long war less than what nobody had expected.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator
from itertools import chain

import numpy as np

from embeddings.archive.shipped import LIST
from embeddings.calendar_names import MONTHS, WEEKDAYS
from embeddings.events import Event
from embeddings.index.catalogue import Catalogue
from embeddings.index.prominence import COLUMNS, PARTS, Prominence
from embeddings.index.vectors import VectorIndex
from embeddings.progress import Progress
from embeddings.prominence import news_values
from embeddings.prominence.kinds import kinds, of_vectors, words_of
from embeddings.prominence.mentions import MONTH, WEEK, YEAR, Mentions
from embeddings.prominence.remembered import Encode, find_named, how_widely
from embeddings.prominence.stories import Stories

_TOLD, _LEARNT = PARTS.index("sources"), PARTS.index("kind")  # what lies between, the event tells itself
_KIND, _GRIM = PARTS.index("kind"), COLUMNS.index("grim")

SOON = 3  # days in which a story that matters goes on

_LOUD = 2.0  # sevenfold; louder stories are no better for it
_KNOWN = 6.0  # of 133 events; who is in more is no better known
# How widely an event is remembered that a list names which does not say it, what each further list adds, and the most.
_OF_A_LIST, _MORE_LISTS, _WIDELY = 3.0, 0.5, 5.0
_OF_SAMPLE = 4.5  # the same of the sample archive's, which are few of all history
_COMMON = 0.015  # share of events from which on a full name is no person's ("United States", "Prime Minister")
_FEW = 10  # events; a small archive has no names that are common

_BLOCK = 512  # rows read, and compared with those of the days around them, at once
_SAMPLE = 2_000  # rows whose cosines tell what is near: 2 million pairs
# Shares of pairs that are not near: what is counted is the mean over these, for no one of them is right.
_FAR = (0.97, 0.99, 0.995, 0.998)


_WORD = re.compile(r"[^\W\d_][\w'’-]*")
# Written with capitals, but no names.
_CAPITAL = frozenset((*MONTHS, *WEEKDAYS, "The", "An"))


def measure(catalogue: Catalogue, vectors: VectorIndex, model: str, encode: Encode, progress: Progress) -> Prominence:
    """How much each event of a new index stands out.

    Args:
        model: the fingerprint of the model that made the vectors.
        encode: turns texts into vectors by that model.
    """
    values = np.zeros((catalogue.size, len(COLUMNS)), np.float32)
    days = catalogue.days.astype(np.int64)
    names_of, stories, learnt = _Names(), Stories(), kinds()
    for start in range(0, catalogue.size, _BLOCK):
        block = range(start, min(start + _BLOCK, catalogue.size))
        for row, event in zip(block, catalogue.events(block), strict=True):
            names_of.add(row, event)
            stories.add(row, event)
            values[row, _TOLD:_LEARNT] = _told(event)
            values[row, _KIND] = learnt.of_words(words_of(event))
            values[row, _GRIM] = news_values.is_grim(event)
        progress("weighing", block.stop, catalogue.size)
    for row, links in catalogue.links():
        values[row, PARTS.index("links")] = np.log1p(links)
    values[:, PARTS.index("names")], values[:, PARTS.index("years")], fame = names_of.weigh(days)
    values[:, [PARTS.index("death"), PARTS.index("turn")]] *= fame[:, None]
    values[:, PARTS.index("sources")] -= _usual(values[:, PARTS.index("sources")], days)
    echo = [PARTS.index("meaning"), PARTS.index("lead"), PARTS.index("size")]
    values[:, echo] = _echo(days, vectors, progress)
    values[:, _KIND] += of_vectors(vectors, model)
    values[:, PARTS.index("story")] = learnt.of_stories(stories.signs(days))
    values[:, PARTS.index("lists")] = _listed(catalogue, vectors, encode if model == learnt.model else None)
    return Prominence(values)


def _listed(catalogue: Catalogue, vectors: VectorIndex, encode: Encode | None) -> np.ndarray:
    """The part `lists` of every event, (n,)."""
    widely = how_widely(catalogue, find_named(catalogue, vectors, encode, kinds().rarity))
    counts = catalogue.list_counts(range(catalogue.size))
    others = np.minimum(_OF_A_LIST + _MORE_LISTS * (counts - 1), _WIDELY)
    others[catalogue.named_by(LIST)] = _OF_SAMPLE
    return np.asarray(np.maximum(widely, np.where(counts > 0, others, 0)))


def _told(event: Event) -> list[float]:
    """The columns from `sources` to `routine`, death and turn as yes or no."""
    headline = event.headline
    return [
        np.log1p(len(event.sources)),
        np.log1p(news_values.toll(headline)),
        bool(news_values.who_dies(headline)),
        bool(news_values.whose_turn(headline)),
        news_values.tells_of_a_first(headline),
        news_values.is_light(event),
        news_values.tells_of_words(headline),
        news_values.is_sequel(headline),
        news_values.is_routine(headline),
    ]


def names(text: str) -> Iterator[str]:
    """The names in a text, as capitals tell: each word that has one, and each two in a row."""
    words = [word.removesuffix("'s").removesuffix("’s") for word in _WORD.findall(text)]
    capital = [len(word) > 1 and word[0].isupper() and word not in _CAPITAL for word in words]
    for at, word in enumerate(words):
        if capital[at]:
            yield word
            if at + 1 < len(words) and capital[at + 1]:
                yield f"{word} {words[at + 1]}"


class _Names:
    """Which events have which names."""

    def __init__(self) -> None:
        self._mentions = Mentions()
        self._small: Counter[str] = Counter()  # words without a capital

    def add(self, row: int, event: Event) -> None:
        """Take the names of an event in; rows come in their order."""
        headline = event.headline
        self._small.update(word for word in set(_WORD.findall(headline)) if word[0].islower())
        people = {*names(news_values.who_dies(headline)), *names(news_values.whose_turn(headline))}
        every = chain.from_iterable(map(names, (headline, *event.topics, *event.contexts)))
        self._mentions.add(row, every, frozenset(name for name in people if " " in name))

    def weigh(self, days: np.ndarray) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
        """The parts `names` and `years` of every event, and the fame of whom it is about.

        Args:
            days: (n,) ordinals, ascending.
        """
        every = self._mentions.names()
        # "Gunmen attack": a word that is seldom written with a capital is no name where it begins a sentence.
        small = np.fromiter((self._small[name.lower()] for name in every), np.int64, len(every))
        counted = self._mentions.counted(days, small <= self._mentions.times())
        between = counted.between
        week = np.log1p(between(1, WEEK)) - np.log1p(between(-MONTH, -1) * (WEEK / MONTH))
        years = np.log1p(between(first=YEAR + 1)) - np.log1p(between(last=-1))
        ever = between()
        fame = np.minimum((np.log1p(ever) / 2) ** 2, _KNOWN)
        fame[~counted.marked | (ever >= max(_COMMON * len(days), _FEW))] = 0
        return counted.largest(np.minimum(week, _LOUD)), counted.largest(years), counted.largest(fame)


def _usual(values: np.ndarray, days: np.ndarray) -> np.ndarray:
    """The mean of the values of each event's year; `days` are ordinals."""
    _, year = np.unique(days * 400 // 146_097, return_inverse=True)  # days of 400 years
    return (np.bincount(year, values) / np.bincount(year))[year]


def _echo(days: np.ndarray, vectors: VectorIndex, progress: Progress) -> np.ndarray:
    """The parts `meaning`, `lead` and `size` of every event, (n, 3); `days` are ordinals, ascending."""
    size = len(days)
    found = np.zeros((size, 3))
    bars = _bars(vectors)
    for start in range(0, size, _BLOCK):
        day = days[start : start + _BLOCK]
        stop = start + len(day)
        low = int(np.searchsorted(days, day[0] - WEEK))
        around = days[low : np.searchsorted(days, day[-1] + SOON, "right")]
        others = vectors.take(range(low, low + len(around)))
        cosines = others[start - low : stop - low] @ others.T
        # Places where the week before begins, the day, the event itself, what stands behind it, and the days after.
        place = np.arange(start - low, stop - low)
        week, today, tomorrow, later = np.searchsorted(around, [day - WEEK, day, day + 1, day + SOON + 1])
        places = np.stack([week, today, place, place + 1, tomorrow, later], axis=1)
        for bar in bars:
            counts = np.zeros((len(day), len(around) + 1), np.int32)  # how many of the first so many are near
            np.cumsum(cosines > bar, axis=1, out=counts[:, 1:])
            before, above, _, below, after = np.diff(np.take_along_axis(counts, places, axis=1), axis=1).T
            found[start:stop, 0] += np.log1p(after) - np.log1p(before * (SOON / WEEK))
            found[start:stop, 1] += np.log1p(below) - np.log1p(above)
            found[start:stop, 2] += np.log1p(above + below)
        progress("comparing", stop, size)
    return found / len(bars)


def _bars(vectors: VectorIndex) -> list[float]:
    """The cosines above which two events are near in meaning, which are others with each model."""
    rows = np.unique(np.linspace(0, len(vectors) - 1, _SAMPLE).astype(np.int64))
    some = vectors.take(rows)
    pairs = (some @ some.T)[np.triu_indices(len(rows), 1)]
    return [float(bar) for bar in np.quantile(pairs, _FAR)] if len(pairs) else [1.0]
