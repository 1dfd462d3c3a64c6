"""The names in the texts of an archive: how often each comes up, and who is known."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from functools import lru_cache
from itertools import chain

import numpy as np

from embeddings.calendar_names import MONTHS, WEEKDAYS
from embeddings.events import Event
from embeddings.prominence import news_values
from embeddings.prominence.mentions import MONTH, WEEK, YEAR, Mentions

_LOUD = 2.0  # sevenfold; louder stories are no better for it
_KNOWN = 6.0  # of 133 events; who is in more is no better known
_COMMON = 0.015  # share of events from which on a full name is no person's ("United States", "Prime Minister")
_FEW = 10  # events; a small archive has no names that are common

_WORD = re.compile(r"[^\W\d_][\w'’-]*")
# Written with capitals, but no names.
_CAPITAL = frozenset((*MONTHS, *WEEKDAYS, "The", "An"))


def names(text: str) -> Iterator[str]:
    """The names in a text, as capitals tell: each word that has one, and each two in a row."""
    before = ""
    for name in map(_name, _WORD.findall(text)):
        if name:
            yield name
            if before:
                yield f"{before} {name}"
        before = name


@lru_cache(32_768)  # a build asks for each word of the language thousands of times
def _name(word: str) -> str:
    """A word as it stands in a name, without 's; empty if it is none."""
    word = word.removesuffix("'s").removesuffix("’s")
    return word if len(word) > 1 and word[0].isupper() and word not in _CAPITAL else ""


def _small_words(event: Event) -> set[str]:
    return {word for word in _WORD.findall(event.headline) if word[0].islower()}


class Names:
    """Which events have which names."""

    def __init__(self) -> None:
        self._mentions = Mentions()
        self._small: Counter[str] = Counter()  # words without a capital

    def add(self, row: int, event: Event) -> None:
        """Take the names of an event in."""
        headline = event.headline
        self._small.update(_small_words(event))
        people = {*names(news_values.who_dies(headline)), *names(news_values.whose_turn(headline))}
        every = chain.from_iterable(map(names, (headline, *event.topics, *event.contexts)))
        self._mentions.add(row, every, frozenset(name for name in people if " " in name))

    def arrays(self) -> dict[str, np.ndarray]:
        """What `of_arrays` makes the same names of."""
        small = [(word, count) for word, count in self._small.items() if count]
        text = "".join(f"{word}\n" for word, _ in small)
        return self._mentions.arrays() | {
            "small": np.frombuffer(text.encode(), np.uint8),
            "counts": np.array([count for _, count in small], np.int64),
        }

    @classmethod
    def of_arrays(cls, arrays: Mapping[str, np.ndarray], moved: np.ndarray, lost: Iterable[Event]) -> Names:
        """The names of `arrays`, by their events' rows in another index, as `Mentions.of_arrays`.

        Args:
            lost: the events that are no longer there.
        """
        found = cls()
        found._mentions = Mentions.of_arrays(arrays, moved)
        words = arrays["small"].tobytes().decode().split("\n")[:-1]
        found._small = Counter(dict(zip(words, arrays["counts"].tolist(), strict=True)))
        for event in lost:
            found._small.subtract(_small_words(event))
        return found

    def _are_names(self) -> np.ndarray:
        """Which of the words with capitals are names, by their numbers, (number of names,) bool.

        "Gunmen attack": a word that is seldom written with a capital is no name where it begins a sentence.
        """
        every = self._mentions.names()
        small = np.fromiter((self._small[name.lower()] for name in every), np.int64, len(every))
        return np.asarray(small <= self._mentions.times())

    def pairs(self) -> tuple[np.ndarray, np.ndarray]:
        """Which event has which name: rows, and numbers of names; both (mentions,)."""
        rows, numbers = self._mentions.pairs()
        kept = self._are_names()[numbers]
        return rows[kept], numbers[kept]

    def weigh(self, days: np.ndarray) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
        """The parts `names` and `years` of every event, and the fame of whom it is about.

        Args:
            days: (n,) ordinals, ascending.
        """
        counted = self._mentions.counted(days, self._are_names())
        between = counted.between
        week = np.log1p(between(1, WEEK)) - np.log1p(between(-MONTH, -1) * (WEEK / MONTH))
        years = np.log1p(between(first=YEAR + 1)) - np.log1p(between(last=-1))
        ever = between()
        fame = np.minimum((np.log1p(ever) / 2) ** 2, _KNOWN)
        fame[~counted.marked | (ever >= max(_COMMON * len(days), _FEW))] = 0
        return counted.largest(np.minimum(week, _LOUD)), counted.largest(years), counted.largest(fame)
