"""How much an event has a story of its own: topics and names that come up with it and are still spoken of later."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping

import numpy as np

from embeddings.events import Event
from embeddings.prominence.mentions import MONTH, WEEK, YEAR, Counted, Mentions
from embeddings.text import normalise

TOPIC_SIGNS = (
    "topic", "new", "new, week", "new, year", "new, after a month", "growth in a year", "before", "month before",
    "same day", "growth after a year",
)  # fmt: skip
"""Of an event's topics, the largest of each; all but the first two are logarithms of numbers of events.

topic: 1 if it has one. new: 1 if no earlier day has it. new, …: how many events have it later, where it is new. growth:
how many more later than before.
"""

PHRASE_SIGNS = (
    "growth in a week", "growth in a year", "growth after a year", "ever", "same day", "before", "growth after a month",
    "phrases",
)  # fmt: skip
"""The same of names of several words and of topics; phrases: how many there are."""

SIGNS = (*(f"topic: {sign}" for sign in TOPIC_SIGNS), *(f"phrase: {sign}" for sign in PHRASE_SIGNS))

_BEGINNING = 600  # characters of a headline that are looked at; few are longer, and hostile ones cost time
# Words with capitals in a row, with those small words between them that names have.
_NAME = r"[A-Z][\w'’.-]*"
_PHRASE = re.compile(rf"\b{_NAME}(?:\s+(?:(?:of|the|de|al|bin|and)\s+)?{_NAME})+")


class Aftermath:
    """The topics and names of the events of an archive, collected event by event."""

    def __init__(self) -> None:
        self._topics, self._phrases = Mentions(), Mentions()

    def add(self, row: int, event: Event) -> None:
        """Take an event in."""
        self._topics.add(row, map(normalise, event.topics))
        self._phrases.add(row, _phrases(event))

    def arrays(self) -> dict[str, np.ndarray]:
        """What `of_arrays` makes the same of."""
        both = (("topics", self._topics), ("phrases", self._phrases))
        return {f"{kind} {name}": array for kind, each in both for name, array in each.arrays().items()}

    @classmethod
    def of_arrays(cls, arrays: Mapping[str, np.ndarray], moved: np.ndarray) -> Aftermath:
        """The same of `arrays`, by their events' rows in another index, as `Mentions.of_arrays`."""
        found = cls()
        found._topics, found._phrases = (
            Mentions.of_arrays(
                {name.removeprefix(kind): array for name, array in arrays.items() if name.startswith(kind)}, moved
            )
            for kind in ("topics ", "phrases ")
        )
        return found

    def signs(self, days: np.ndarray) -> np.ndarray:
        """The `SIGNS` of every event, (n, len(SIGNS)); `days` are ordinals, ascending."""
        topics, phrases = self._topics.counted(days), self._phrases.counted(days)
        return np.stack([*_of_topics(topics), *_of_phrases(phrases)], axis=1)


def _phrases(event: Event) -> Iterator[str]:
    for phrase in (*_PHRASE.findall(event.headline[:_BEGINNING]), *event.topics):
        if " " in (name := normalise(phrase)):
            yield name


def _of_topics(topics: Counted) -> Iterator[np.ndarray]:
    between = topics.between
    before = np.log1p(between(last=-1))
    new, year = before == 0, np.log1p(between(1, YEAR))
    for sign in (
        np.ones(len(before)),
        new,
        new * np.log1p(between(1, WEEK)),
        new * year,
        new * np.log1p(between(first=MONTH + 1)),
        year - before,
        before,
        np.log1p(between(-MONTH, -1)),
        np.log1p(between(0, 0)),
        np.log1p(between(first=YEAR + 1)) - before,
    ):
        yield topics.largest(sign)


def _of_phrases(phrases: Counted) -> Iterator[np.ndarray]:
    between = phrases.between
    before, year_before = np.log1p(between(last=-1)), between(-YEAR, -1)
    for sign in (
        np.log1p(between(1, WEEK)) - np.log1p(year_before * (WEEK / YEAR)),
        np.log1p(between(1, YEAR)) - np.log1p(year_before),
        np.log1p(between(first=YEAR + 1)) - before,
        np.log1p(between()),
        np.log1p(between(0, 0)),
        before,
        np.log1p(between(MONTH + 1, YEAR)) - np.log1p(year_before),
    ):
        yield phrases.largest(sign)
    yield np.log1p(np.bincount(phrases.rows, minlength=phrases.size))
