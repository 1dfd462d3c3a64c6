"""How much an event stands out, as the rest of the archive tells: who comes back to it, its names and its meaning.

Everything is counted against what was there before, so that the first day of a story counts more than the hundredth,
and the routine of a long war less than what nobody had expected.
"""

from __future__ import annotations

import re
from array import array
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from itertools import chain
from pathlib import Path

import numpy as np

from embeddings.errors import IndexUnusableError
from embeddings.events import MONTHS, Event
from embeddings.index.catalogue import Catalogue
from embeddings.index.mapped import map_array
from embeddings.index.vectors import VectorIndex
from embeddings.prominence import news_values

PARTS = (
    "names", "years", "meaning", "lead", "size", "links",
    "sources", "toll", "death", "turn", "first", "light", "words", "sequel", "routine",
)  # fmt: skip
"""What speaks for an event, or against it: natural logarithms, or 1 where something is so and 0 elsewhere.

names: how much more often than in the month before the following week speaks of one of its names; `_LOUD` at most.
years: how much more often one of its names stands in events of more than a year later than in those before it.
meaning: how many more events than in the week before are near it in meaning in the three days after.
lead: how many more of its day's events that are near it in meaning stand behind it than before it.
size: how many of its day's events are near it in meaning.
links: how many events of the archive link to it.
sources: how many it has, against what is usual in its year.
toll: how many came to harm.
death, turn: where somebody dies, or rises or falls, half the logarithm of how many events have the name, squared: so
    that those whom everybody knows stand out from the many that a few events have made known; `_KNOWN` at most.
first: whether it is the first or the most of its kind, or of great size.
light: whether it is from science, culture or sport, and neither sad nor dull.
words: whether somebody only says or plans something.
sequel: whether it goes on with what an earlier event began.
routine: whether it is of a kind that fills the news of every week.
"""

_COLUMNS = (*PARTS, "grim")
_TOLD = PARTS.index("sources")  # the first column that the event tells itself

WEEK, MONTH, YEAR = 7, 30, 365  # days
SOON = 3  # days in which a story that matters is told on

_LOUD = 2.0  # sevenfold; louder stories are no better for it
_KNOWN = 6.0  # of 133 events; who is in more is no better known
_COMMON = 0.015  # share of events from which on a full name is no person's ("United States", "Prime Minister")
_FEW = 10  # events; a small archive has no names that are common

_BLOCK = 512  # rows read, and compared with those of the days around them, at once
_SAMPLE = 2_000  # rows whose cosines tell what is near: 2 million pairs
# Shares of pairs that are not near: what is counted is the mean over these, for no one of them is right.
_FAR = (0.97, 0.99, 0.995, 0.998)
_EVER = 4_000_000  # days; longer than the calendar

_AGAIN = "run `python -m embeddings build` again"

_WORD = re.compile(r"[^\W\d_][\w'’-]*")
# Written with capitals, but no names.
_CAPITAL = frozenset((*MONTHS, *"The An Monday Tuesday Wednesday Thursday Friday Saturday Sunday".split()))

Progress = Callable[[str, int, int | None], None]


@dataclass(frozen=True, slots=True)
class Prominence:
    """How much each event of an index stands out, by row.

    Args:
        values: (n, len(PARTS) + 1) float32; the last column is 1 for attacks and disasters.
    """

    values: np.ndarray

    def __len__(self) -> int:
        return len(self.values)

    @classmethod
    def load(cls, path: Path) -> Prominence:
        """Map what `save` wrote into memory.

        Raises:
            IndexUnusableError: if the file holds something else.
        """
        values = map_array(path)
        if values.ndim != 2 or values.shape[1] != len(_COLUMNS) or values.dtype != np.float32:
            raise IndexUnusableError(
                f"{path} holds {values.dtype} numbers of shape {values.shape}, expected float32 in {len(_COLUMNS)} "
                f"columns; {_AGAIN}"
            )
        return cls(values)

    def save(self, path: Path) -> None:
        """Write to a file."""
        np.save(path, self.values, allow_pickle=False)

    def take(self, rows: Sequence[int]) -> tuple[np.ndarray, np.ndarray]:
        """The parts of some rows, (len(rows), len(PARTS)), and which of them are attacks and disasters.

        Raises:
            IndexUnusableError: if they are no numbers.
        """
        found = np.asarray(self.values[np.asarray(rows, np.int64)], np.float64)
        if not np.isfinite(found).all():
            raise IndexUnusableError(f"the index is damaged: a prominence in it is no number; {_AGAIN}")
        return found[:, :-1], found[:, -1] > 0


def measure(catalogue: Catalogue, vectors: VectorIndex, progress: Progress) -> Prominence:
    """How much each event of a new index stands out."""
    values = np.zeros((catalogue.size, len(_COLUMNS)), np.float32)
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
