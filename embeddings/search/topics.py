"""The topics of an archive: which events each has, how they are found by their name, and how few letters name one."""

from __future__ import annotations

import hashlib
from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np
from rapidfuzz import fuzz, process

from embeddings.errors import InputError
from embeddings.events import Event
from embeddings.said import Several
from embeddings.text import clean, normalise, shorten

_NEAREST = 3
_LEAST_LIKE = 50  # of 100: what is less like what was typed is not suggested


def topic_key(name: str) -> str:
    """Eight hexadecimal digits that stand for a topic, however its letters are written, in every index."""
    return _digits(normalise(name))


def _digits(normalised: str) -> str:
    return hashlib.sha256(normalised.encode()).hexdigest()[:8]


def topics_of(event: Event) -> tuple[str, ...]:
    """What an event belongs to: its topics from the wider to the narrower, then its category; each once."""
    named = {topic_key(name): name for name in reversed((*event.topics, *filter(None, [event.category])))}
    return tuple(reversed(named.values()))


@dataclass(frozen=True)
class Topics:
    """The topics and categories of an archive, the one of most events first.

    Args:
        keys: their names, normalised.
        names: as most of their events write them.
        starts: (n_events + 1,) where each event's topics begin in `flat`.
        flat: the numbers of the topics of each event, one event after another.
    """

    keys: tuple[str, ...]
    names: tuple[str, ...]
    starts: np.ndarray
    flat: np.ndarray

    @classmethod
    def of(cls, of_rows: Iterable[Sequence[str]]) -> Topics:
        """The topics of some events in order of their rows, each with its topics and category."""
        spellings: defaultdict[str, Counter[str]] = defaultdict(Counter)
        keys: dict[str, str] = {}  # normalised a single time
        each_row: list[list[str]] = []
        for named in of_rows:
            found: dict[str, None] = {}
            for name in named:
                key = keys.get(name)
                if key is None:
                    key = keys[name] = normalise(name)
                if key:
                    found[key] = None
                    spellings[key][name] += 1
            each_row.append(list(found))
        events = Counter(key for row in each_row for key in row)
        order = sorted(events, key=lambda key: (-events[key], key))
        number = {key: place for place, key in enumerate(order)}
        names = tuple(min(spellings[key], key=lambda name, of=spellings[key]: (-of[name], name)) for key in order)  # type: ignore[misc]
        starts = np.cumsum([0, *map(len, each_row)], dtype=np.int64)
        flat = np.array([number[key] for row in each_row for key in row], np.int32)
        return cls(tuple(order), names, starts, flat)

    @cached_property
    def _number(self) -> dict[str, int]:
        return {key: number for number, key in enumerate(self.keys)}

    @cached_property
    def _by_key(self) -> dict[str, int]:
        return {_digits(key): number for number, key in reversed(list(enumerate(self.keys)))}

    @cached_property
    def _by_topic(self) -> tuple[np.ndarray, np.ndarray]:
        """The rows of one topic after another, ascending, and where each topic's begin."""
        rows = np.repeat(np.arange(len(self.starts) - 1), np.diff(self.starts))
        order = np.argsort(self.flat, kind="stable")
        return rows[order], np.searchsorted(self.flat[order], np.arange(len(self.names) + 1))

    def warm_up(self) -> None:
        """Prepare every way to find a topic, which the first use would otherwise wait for."""
        _ = self._number, self._by_key, self._by_topic

    def name(self, key: str) -> str | None:
        """The topic that a key stands for."""
        number = self._by_key.get(key)
        return None if number is None else self.names[number]

    def rows(self, key: str) -> np.ndarray:
        """The rows of the events of the topic with a key, ascending; none where the archive has no such topic."""
        number = self._by_key.get(key)
        if number is None:
            return np.zeros(0, np.int64)
        rows, starts = self._by_topic
        return rows[starts[number] : starts[number + 1]]

    def known(self, text: str) -> str:
        """The topic that a text names, however its letters are written.

        Raises:
            InputError: if the archive has none of that name; it names the nearest ones.
        """
        number = self._number.get(normalise(text))
        if number is not None:
            return self.names[number]
        shown = shorten(clean(text), 60)
        near = self.like(text, _NEAREST)
        if not near:
            raise InputError('the archive has no topic "{topic}" and none that is like it', topic=shown)
        quoted = Several(tuple(f'"{name}"' for name in near))
        raise InputError('the archive has no topic "{topic}"; the nearest: {nearest}', topic=shown, nearest=quoted)

    def suggest(self, text: str, limit: int) -> list[str]:
        """Topics to suggest for what is being typed: those that begin with it, that contain it, that are like it."""
        typed = normalise(text)
        if not typed:
            return list(self.names[:limit])
        begin, within = [], []
        for key, number in self._number.items():  # those of most events first
            if key.startswith(typed):
                begin.append(number)
            elif f" {typed}" in key:
                within.append(number)
        found = [self.names[number] for number in (begin + within)[:limit]]
        return found or self.like(text, limit)

    def like(self, text: str, limit: int) -> list[str]:
        """The topics that are written most like a text, the most alike first."""
        typed = normalise(text)
        found = process.extract(typed, self._number.keys(), scorer=fuzz.WRatio, limit=limit, score_cutoff=_LEAST_LIKE)
        return [self.names[self._number[key]] for key, _, _ in found]

    def counts(self, rows: range) -> list[tuple[str, int]]:
        """The topics of the events of some rows and how many of these each has, those of most first."""
        part = self.flat[self.starts[rows.start] : self.starts[max(rows.start, rows.stop)]]
        numbers = np.bincount(part, minlength=len(self.names))
        order = np.lexsort((np.arange(len(numbers)), -numbers))[: np.count_nonzero(numbers)]
        return [(self.names[number], int(numbers[number])) for number in order.tolist()]
