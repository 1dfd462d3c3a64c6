"""The list of events that people remember, which ships with the program, and what it names in an index.

`remembered.tsv` has a line an event since July 2002: its day; how widely it is remembered, from 1 (in one country or
field) to 5 (by nearly everybody), as two readers judged or who wrote it; a few words; the title of an article on it in
the English Wikipedia, as far as is known. All of it is written from knowledge, in words of our own (CC0).
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from importlib import resources

import numpy as np

from embeddings.index.catalogue import Catalogue
from embeddings.index.vectors import VectorIndex
from embeddings.stems import stems

# Days beside a line's on which an archive may tell of it, and what that costs.
BESIDE = ((0, 0.0), (1, 0.06), (-1, 0.12), (2, 0.2))
LEAST = 0.38  # the mean of shared words and of the cosine from which an event is the one that a line names
LEAST_WORDS = 0.5  # the same of shared words alone
PERHAPS, NEARLY = 0.3, 0.2  # likeness, and how far below the best, from which others may be the same event
_UNKNOWN = 11.0  # the rarity of a word that no event had where it was learnt

_AT_ONCE = 256  # lines that are looked for; the more, the fewer days are read twice


Encode = Callable[[Sequence[str]], Sequence[np.ndarray]]
"""Turns texts into vectors, (dimension,) each."""


@dataclass(frozen=True, slots=True)
class Remembered:
    """A line of the list; `widely` is from 1 to 5."""

    day: dt.date
    widely: float
    words: str
    article: str


@dataclass(frozen=True, slots=True)
class Named:
    """What the list names in an index.

    Attributes:
        rows: for each line, the row of its event; -1 for a line of which the index seems to know nothing.
        perhaps: rows that may be of such an event, too.
    """

    rows: np.ndarray
    perhaps: frozenset[int]


@cache
def remembered() -> tuple[Remembered, ...]:
    """The list that ships with the program, in order of time."""
    text = (resources.files("embeddings.prominence") / "remembered.tsv").read_text("utf-8")
    lines = (line.split("\t") for line in text.splitlines())
    return tuple(
        Remembered(dt.date.fromisoformat(day), float(widely), words, article) for day, widely, words, article in lines
    )


def find_named(catalogue: Catalogue, vectors: VectorIndex, encode: Encode | None, rarity: Mapping[str, float]) -> Named:
    """Look for each line of the list among the events of its day and of the days beside it.

    Args:
        encode: by the model that made the vectors; None: words alone decide, for with another model than the default
            one the cosines of strangers may be as high as those of friends.
        rarity: of stems, as `Kinds.rarity`.
    """
    lines = remembered()
    rows, perhaps = np.full(len(lines), -1), set[int]()
    # Days of which the archive tells, or a day beside does; most lines are of none in a small archive.
    told = np.unique([catalogue.days - beside for beside, _ in BESIDE])
    places = np.flatnonzero(np.isin([line.day.toordinal() for line in lines], told))
    for start in range(0, len(places), _AT_ONCE):
        about = {place: _about(catalogue, lines[place].day) for place in places[start : start + _AT_ONCE].tolist()}
        words = _words(catalogue, {row for costs in about.values() for row in costs})
        texts = encode([lines[place].words for place in about]) if about and encode is not None else ()
        for number, (place, costs) in enumerate(about.items()):
            near, shared = np.array(list(costs)), _covered(lines[place], [words[row] for row in costs], rarity)
            likeness = (shared + vectors.take(near) @ texts[number]) / 2 if texts else shared
            likeness = likeness - np.array(list(costs.values()))
            if likeness.max() >= (LEAST if texts else LEAST_WORDS):
                rows[place] = near[np.argmax(likeness)]
            perhaps.update(near[likeness >= max(PERHAPS, likeness.max() - NEARLY)].tolist())
    return Named(rows, frozenset(perhaps - set(rows.tolist())))


def how_widely(catalogue: Catalogue, named: Named) -> np.ndarray:
    """How widely the list says that each event is remembered, (n,); 0 for events that it does not name."""
    found = np.zeros(catalogue.size, np.float32)
    for line, row in zip(remembered(), named.rows.tolist(), strict=True):
        if row >= 0:
            found[row] = max(found[row], line.widely)
    return found


def _about(catalogue: Catalogue, day: dt.date) -> dict[int, float]:
    """The rows of a day and of the days beside it, each with what that costs."""
    found = {}
    for beside, cost in BESIDE:
        other = day + dt.timedelta(days=beside)
        found.update(dict.fromkeys(catalogue.rows_between(other, other), cost))
    return found


def _words(catalogue: Catalogue, rows: set[int]) -> dict[int, frozenset[str]]:
    events = catalogue.events(sorted(rows))
    texts = (" ".join((event.headline, *event.topics, *event.contexts)) for event in events)
    return dict(zip(sorted(rows), map(frozenset, map(stems, texts)), strict=True))


def _covered(line: Remembered, events: Sequence[frozenset[str]], rarity: Mapping[str, float]) -> np.ndarray:
    """How much of a line's words each of some events has, rare ones counting more, (len(events),) from 0 to 1."""
    asked = {word: rarity.get(word, _UNKNOWN) for word in stems(f"{line.words} {line.article}")}
    return np.array([sum(asked[word] for word in asked.keys() & words) for words in events]) / sum(asked.values())
