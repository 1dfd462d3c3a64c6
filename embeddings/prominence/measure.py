"""How much an event stands out, as the rest of the archive tells: who comes back to it, its names and its meaning.

Everything is counted against what was there before, so that the first day of a story counts more than the hundredth,
and the routine of a long war less than what nobody had expected.
"""

from __future__ import annotations

import re
from array import array
from collections import Counter
from collections.abc import Iterator
from itertools import chain

import numpy as np

from embeddings.calendar_names import MONTHS, WEEKDAYS
from embeddings.events import Event
from embeddings.index.catalogue import Catalogue
from embeddings.index.prominence import COLUMNS, PARTS, Prominence
from embeddings.index.vectors import VectorIndex
from embeddings.progress import Progress
from embeddings.prominence import news_values

_TOLD = PARTS.index("sources")  # the first column that the event tells itself

WEEK, MONTH, YEAR = 7, 30, 365  # days
SOON = 3  # days in which a story that matters goes on

_LOUD = 2.0  # sevenfold; louder stories are no better for it
_KNOWN = 6.0  # of 133 events; who is in more is no better known
_COMMON = 0.015  # share of events from which on a full name is no person's ("United States", "Prime Minister")
_FEW = 10  # events; a small archive has no names that are common

_BLOCK = 512  # rows read, and compared with those of the days around them, at once
_SAMPLE = 2_000  # rows whose cosines tell what is near: 2 million pairs
# Shares of pairs that are not near: what is counted is the mean over these, for no one of them is right.
_FAR = (0.97, 0.99, 0.995, 0.998)
_EVER = 4_000_000  # days; longer than the calendar


_WORD = re.compile(r"[^\W\d_][\w'’-]*")
# Written with capitals, but no names.
_CAPITAL = frozenset((*MONTHS, *WEEKDAYS, "The", "An"))


def measure(catalogue: Catalogue, vectors: VectorIndex, progress: Progress) -> Prominence:
    """How much each event of a new index stands out."""
    values = np.zeros((catalogue.size, len(COLUMNS)), np.float32)
    days = catalogue.days.astype(np.int64)
    mentions = _Mentions()
    for start in range(0, catalogue.size, _BLOCK):
        block = range(start, min(start + _BLOCK, catalogue.size))
        for row, event in zip(block, catalogue.events(block), strict=True):
            mentions.add(row, event)
            values[row, _TOLD:] = _told(event)
        progress("weighing", block.stop, catalogue.size)
    for row, links in catalogue.links():
        values[row, PARTS.index("links")] = np.log1p(links)
    values[:, PARTS.index("names")], values[:, PARTS.index("years")], fame = mentions.weigh(days)
    values[:, [PARTS.index("death"), PARTS.index("turn")]] *= fame[:, None]
    values[:, PARTS.index("sources")] -= _usual(values[:, PARTS.index("sources")], days)
    echo = [PARTS.index("meaning"), PARTS.index("lead"), PARTS.index("size")]
    values[:, echo] = _echo(days, vectors, progress)
    return Prominence(values)


def _told(event: Event) -> list[float]:
    """The columns from `sources` on, death and turn as yes or no."""
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
        news_values.is_grim(event),
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


class _Mentions:
    """Which events have which names."""

    def __init__(self) -> None:
        self._numbers: dict[str, int] = {}
        self._small: Counter[str] = Counter()  # words without a capital
        self._rows, self._names, self._people = array("i"), array("i"), array("b")

    def add(self, row: int, event: Event) -> None:
        """Take the names of an event in; rows come in their order."""
        self._small.update(word for word in set(_WORD.findall(event.headline)) if word[0].islower())
        headline = event.headline
        people = {*names(news_values.who_dies(headline)), *names(news_values.whose_turn(headline))}
        for name in sorted({*chain.from_iterable(map(names, (headline, *event.topics, *event.contexts)))}):
            self._rows.append(row)
            self._names.append(self._numbers.setdefault(name, len(self._numbers)))
            self._people.append(" " in name and name in people)

    def weigh(self, days: np.ndarray) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
        """The parts `names` and `years` of every event, and the fame of whom it is about.

        Args:
            days: (n,) ordinals, ascending.
        """
        number = np.array(self._names, np.int64)
        often = np.bincount(number, minlength=len(self._numbers))
        # "Gunmen attack": a word that is seldom written with a capital is no name where it begins a sentence.
        small = np.fromiter((self._small[name.lower()] for name in self._numbers), np.int64, len(self._numbers))
        order = np.argsort(number, kind="stable")
        order = order[(small <= often)[number[order]]]
        rows, people = np.array(self._rows, np.int64)[order], np.array(self._people, bool)[order]
        # Sorted by name and day, the mentions of a name between two days are what lies between two places.
        name, day = number[order] * _EVER, days[rows]
        keys = name + day

        def mentions(first: int, last: int) -> np.ndarray:
            """How many events have each mention's name from `first` to `last` days after it."""
            low, high = np.maximum(day + first, 0), np.minimum(day + last, _EVER - 1)  # beyond lies another name
            return np.asarray(np.searchsorted(keys, name + high, "right") - np.searchsorted(keys, name + low, "left"))

        week = np.log1p(mentions(1, WEEK)) - np.log1p(mentions(-MONTH, -1) * (WEEK / MONTH))
        years = np.log1p(mentions(YEAR + 1, _EVER)) - np.log1p(mentions(-_EVER, -1))
        ever = mentions(-_EVER, _EVER)
        fame = np.minimum((np.log1p(ever) / 2) ** 2, _KNOWN)
        fame[~people | (ever >= max(_COMMON * len(days), _FEW))] = 0
        week = np.minimum(week, _LOUD)
        return _largest(rows, week, len(days)), _largest(rows, years, len(days)), _largest(rows, fame, len(days))


def _usual(values: np.ndarray, days: np.ndarray) -> np.ndarray:
    """The mean of the values of each event's year; `days` are ordinals."""
    _, year = np.unique(days * 400 // 146_097, return_inverse=True)  # days of 400 years
    return (np.bincount(year, values) / np.bincount(year))[year]


def _largest(rows: np.ndarray, values: np.ndarray, size: int) -> np.ndarray:
    """The largest value of each row; 0 for a row that has none."""
    found = np.full(size, -np.inf)
    np.maximum.at(found, rows, values)
    found[np.isinf(found)] = 0
    return found


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
