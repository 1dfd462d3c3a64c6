"""The list of events that people remember, which ships with the program, and which events of an index it means.

`remembered.tsv` has one event a line, from July 2002 on: its day; how widely it is remembered, from 1 (in one country
or field) to 5 (by nearly everybody), as judged by those who wrote the list and those who read it; a few words; the
title of an article on it in the English Wikipedia, as far as is known; and the id of the event that is meant in an
archive of the Current Events portal, which somebody chose by reading. All of it is written from knowledge, in words of
our own (CC0).
"""

from __future__ import annotations

import datetime as dt
from bisect import bisect_left, bisect_right
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from importlib import resources
from itertools import chain

import numpy as np

from embeddings.index.catalogue import Catalogue
from embeddings.index.catalogue_words import POSTING_ROW
from embeddings.index.vectors import VectorIndex
from embeddings.stems import stems

# Days beside a line's on which an archive may tell of it, and what that costs.
BESIDE = ((0, 0.0), (1, 0.06), (-1, 0.12), (2, 0.2))
LEAST = 0.38  # the mean of shared words and of the cosine from which an event is the one that a line names
LEAST_WORDS = 0.5  # the same of shared words alone
LEAST_COVERED = (
    0.1  # of a line's words; an event with fewer is not compared further, and small archives have few others
)
PERHAPS, NEARLY = 0.3, 0.2  # likeness, and how far below the best, from which others may be the same event
_UNKNOWN = 11.0  # the rarity of a word that no event had where it was learnt

_AT_ONCE = 256  # lines that are looked for
_BLOCK = 4_096  # vectors that are read at once, of days that have so many events

Encode = Callable[[Sequence[str]], Sequence[np.ndarray]]
"""Turns texts into vectors, (dimension,) each."""


@dataclass(frozen=True, slots=True)
class Remembered:
    """A line of the list; `widely` is from 1 to 5, and `id` empty where the portal does not tell of it."""

    day: dt.date
    widely: float
    words: str
    article: str
    id: str


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
        Remembered(dt.date.fromisoformat(day), float(widely), words, article, event_id)
        for day, widely, words, article, event_id in lines
    )


def find_named(catalogue: Catalogue, vectors: VectorIndex, encode: Encode | None, rarity: Mapping[str, float]) -> Named:
    """Find the event of each line of the list: by its id, or else among those of its day and of the days beside it.

    Args:
        encode: by the model that made the vectors; None: words alone decide, for with another model than the default
            one the cosines of strangers may be as high as those of friends.
        rarity: of stems, as `Kinds.rarity`.
    """
    lines = remembered()
    rows, perhaps = np.full(len(lines), -1), set[int]()
    # Days of which the archive tells, or a day beside does; most lines are of none in a small archive.
    told = np.unique([catalogue.days - beside for beside, _ in BESIDE])
    places = list(chain.from_iterable(_lines_of(lines, day) for day in told.tolist()))
    for place in places:
        if lines[place].id and (row := catalogue.row(lines[place].id)) is not None:
            rows[place] = row
    places = [place for place in places if rows[place] < 0]
    for start in range(0, len(places), _AT_ONCE):
        some = places[start : start + _AT_ONCE]
        asked = [_asked(lines[place], rarity) for place in some]
        held = catalogue.postings(sorted(set(chain.from_iterable(asked))))
        about = [_about(catalogue, lines[place].day) for place in some]
        shared = [_covered(words, held, near) for words, (near, _) in zip(asked, about, strict=True)]
        likely = [number for number, covered in enumerate(shared) if covered.max() >= LEAST_COVERED]
        texts: Sequence[np.ndarray | None] = [None] * len(likely)
        if encode is not None and likely:
            texts = encode([lines[some[number]].words for number in likely])
        for number, text in zip(likely, texts, strict=True):
            place, (near, costs), likeness = some[number], about[number], shared[number]
            if text is not None:
                likeness = (likeness + _cosines(vectors, near, text)) / 2
            likeness = likeness - costs
            if likeness.max() >= (LEAST if text is not None else LEAST_WORDS):
                rows[place] = near[np.lexsort((costs, -likeness))[0]]
            also = np.flatnonzero(likeness >= max(PERHAPS, likeness.max() - NEARLY))
            perhaps.update((also + near.start).tolist())
    return Named(rows, frozenset(perhaps - set(rows.tolist())))


def how_widely(catalogue: Catalogue, named: Named) -> np.ndarray:
    """How widely the list says that each event is remembered, (n,); 0 for events that it does not name."""
    found = np.zeros(catalogue.size, np.float32)
    lines = np.flatnonzero(named.rows >= 0)
    np.maximum.at(found, named.rows[lines], [remembered()[line].widely for line in lines.tolist()])
    return found


def _lines_of(lines: Sequence[Remembered], ordinal: int) -> range:
    """The places of the lines of a day, among lines in order of time."""

    def day(line: Remembered) -> int:
        return line.day.toordinal()

    first = bisect_left(lines, ordinal, key=day)
    return range(first, bisect_right(lines, ordinal, lo=first, key=day))


def _about(catalogue: Catalogue, day: dt.date) -> tuple[range, np.ndarray]:
    """The rows of a day and of the days beside it, and what each costs, (n,)."""
    first, last = (day + dt.timedelta(days=edge(beside for beside, _ in BESIDE)) for edge in (min, max))
    rows = catalogue.rows_between(first, last)
    beside = catalogue.days[rows.start : rows.stop] - day.toordinal()
    return rows, np.select([beside == days for days, _ in BESIDE], [cost for _, cost in BESIDE], np.inf)


def _asked(line: Remembered, rarity: Mapping[str, float]) -> dict[str, float]:
    """The stems of a line, each with how much of the line it is; together 1."""
    rare = {stem: rarity.get(stem, _UNKNOWN) for stem in stems(f"{line.words} {line.article}")}
    return {stem: each / sum(rare.values()) for stem, each in rare.items()}


def _covered(asked: Mapping[str, float], held: Mapping[str, np.ndarray], rows: range) -> np.ndarray:
    """How much of a line each of some events has, (len(rows),) from 0 to 1; `held` are the rows of each stem."""
    covered, edges = np.zeros(len(rows)), np.array((rows.start, rows.stop), POSTING_ROW)
    for stem, share in asked.items():
        of_stem = held[stem]
        low, high = np.searchsorted(of_stem, edges)
        covered[of_stem[low:high] - rows.start] += share
    return covered


def _cosines(vectors: VectorIndex, rows: range, text: np.ndarray) -> np.ndarray:
    """The cosine of each of some events with a text, (len(rows),)."""
    blocks = (rows[start : start + _BLOCK] for start in range(0, len(rows), _BLOCK))
    return np.concatenate([vectors.scores(text, block) for block in blocks])
