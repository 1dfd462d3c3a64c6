"""Events whose topics are hidden, to see whether stories are found without them, and how well these agree."""

from __future__ import annotations

import datetime as dt
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import chain
from pathlib import Path
from typing import Any

import numpy as np

from embeddings.events import Event
from embeddings.index.folder import OpenIndex
from embeddings.index.short_forms import capitals
from embeddings.model.encoder import Encoder
from embeddings.prominence.names import Names
from embeddings.stems import stems
from embeddings.stories.links import Material
from embeddings.stories.terms import Terms
from embeddings.text import normalise

_AT_ONCE = 512


@dataclass(frozen=True, eq=False)
class Hidden:
    """Some events of an archive without their topics, and those topics.

    Attributes:
        events: without topics.
        vectors: (n, dimension), of the texts without topics.
        topics: (n,) the number of each event's topic, -1 where it has none that counts.
        material: what may join them.
        contexts: those of each.
    """

    events: Sequence[Event]
    vectors: np.ndarray
    topics: np.ndarray
    material: Material
    contexts: Terms

    @classmethod
    def of(cls, events: Sequence[Event], vectors: np.ndarray, at_least: int) -> Hidden:
        """The events with their topics hidden.

        Args:
            vectors: of the events without topics.
            at_least: events that a topic must have to count.
        """
        keys = [normalise(event.topics[-1]) if event.topics else "" for event in events]
        events_of = Counter(keys)
        numbers = {key: number for number, key in enumerate(sorted(events_of)) if key and events_of[key] >= at_least}
        named = {normalise(name) for event in events for name in event.topics}
        bare = [without_topics(event, named) for event in events]
        topics = np.array([numbers.get(key, -1) for key in keys])
        contexts = Terms.of([tuple(map(normalise, event.contexts)) for event in bare])
        return cls(bare, vectors, topics, material(bare, vectors, contexts), contexts)


def without_topics(event: Event, named: set[str]) -> Event:
    """An event without its topics, wherever they stand; `named` are those of all events, normalised."""
    headline = event.headline
    for name in event.topics:
        headline = headline.replace(name, "")
    contexts = tuple(name for name in event.contexts if normalise(name) not in named)
    return replace(event, headline=headline.strip(" :") or event.headline, topics=(), contexts=contexts, related=())


def material(events: Sequence[Event], vectors: np.ndarray, contexts: Terms) -> Material:
    """What may join some events, as a build finds it."""
    names = Names()
    for row, event in enumerate(events):
        names.add(row, event)
    rows, numbers = names.pairs()
    return Material(
        np.array([event.date.toordinal() for event in events]),
        Terms.of_mentions(rows, numbers, len(events)).with_terms(contexts),
        Terms.of([_words(event) for event in events]),
        Terms.of([() for _ in events]),
        lambda rows: vectors[rows],
    )


def _words(event: Event) -> set[str]:
    searched = (event.headline, event.summary or "", *event.contexts)
    return {*chain.from_iterable(map(stems, searched)), *chain.from_iterable(map(capitals, searched))}


def hidden_year(index: OpenIndex, encoder: Encoder, year: int, folder: Path) -> Hidden:
    """The events of a year of an index. What has to be encoded anew is kept in a folder for the next time."""
    return hidden_days(index, encoder, dt.date(year, 1, 1), dt.date(year, 12, 31), folder, 3)


def hidden_days(
    index: OpenIndex, encoder: Encoder, first: dt.date, last: dt.date, folder: Path, at_least: int
) -> Hidden:
    """The same of some days."""
    rows = index.catalogue.rows_between(first, last)
    events = index.catalogue.events(rows)
    vectors = index.vectors.take(rows)
    named = {normalise(name) for event in events for name in event.topics}
    changed = [place for place, event in enumerate(events) if event.topics]
    if changed:
        kept = folder / f"{index.manifest.generation}-{first}-{last}.npy"
        if not kept.exists():
            folder.mkdir(parents=True, exist_ok=True)
            texts = [without_topics(events[place], named).title for place in changed]
            np.save(kept, np.concatenate(list(_encoded(encoder, texts))))
        vectors[changed] = np.load(kept)
    return Hidden.of(events, vectors, at_least)


def _encoded(encoder: Encoder, texts: Sequence[str]) -> Iterator[np.ndarray]:
    for start in range(0, len(texts), _AT_ONCE):
        yield np.stack([text.vector for text in encoder.encode(texts[start : start + _AT_ONCE])])


@dataclass(frozen=True)
class Agreement:
    """How well groups agree with topics, by B-cubed (Bagga and Baldwin, 1998).

    Attributes:
        topics: (n,) the topic of each event that counts.
        precision: (n,) which part of its group is of its topic, of the events that count.
        recall: (n,) which part of its topic is in its group.
    """

    topics: np.ndarray
    precision: np.ndarray
    recall: np.ndarray

    @classmethod
    def of(cls, topics: np.ndarray, groups: np.ndarray, counts: np.ndarray) -> Agreement:
        """The agreement of topics and groups, (n,) numbers, over the events for which `counts`, (n,) bool, says so."""
        topic, group = topics[counts].astype(np.int64), np.asarray(groups)[counts]
        both = topic * (int(group.max(initial=0)) + 1) + group

        def size(of: np.ndarray) -> np.ndarray:
            _, place, number = np.unique(of, return_inverse=True, return_counts=True)
            return np.asarray(number[place])

        return cls(topic, size(both) / size(group), size(both) / size(topic))

    @property
    def f1(self) -> float:
        """The harmonic mean of both means."""
        return float(_harmonic(self.precision.mean(), self.recall.mean()))

    def drawn_again(self, times: int, seed: int) -> np.ndarray:
        """F1 of topics drawn with replacement, (times,); the same draws for the same topics and seed."""
        numbers, place = np.unique(self.topics, return_inverse=True)
        of_topic = np.stack([np.bincount(place, each) for each in (self.precision, self.recall, np.ones(len(place)))])
        drawn = np.random.default_rng(seed).integers(len(numbers), size=(times, len(numbers)))
        precision, recall, events = of_topic[:, drawn].sum(axis=2)
        return np.asarray(_harmonic(precision / events, recall / events))


def _harmonic(one: Any, other: Any) -> Any:
    return 2 * one * other / (one + other)
