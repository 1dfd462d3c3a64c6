"""How much an event stands out, as the rest of the archive tells: who comes back to it, its names and its meaning.

Everything is counted against what was there before, so that the first day of a story counts more than the hundredth,
and the routine of a long war less than what nobody had expected.
"""

from __future__ import annotations

import numpy as np

from embeddings.archive.shipped import LIST
from embeddings.index.catalogue import Catalogue
from embeddings.index.prominence import PARTS, Prominence
from embeddings.index.vectors import VectorIndex
from embeddings.progress import Progress
from embeddings.prominence.kinds import kinds, of_vectors
from embeddings.prominence.mentions import WEEK
from embeddings.prominence.remembered import Encode, find_named, how_widely
from embeddings.prominence.traits import Traits

_KIND = PARTS.index("kind")
_NAMED = "looking for what lists name"

SOON = 3  # days in which a story that matters goes on

# How widely an event is remembered that a list names which does not say it, what each further list adds, and the most.
_OF_A_LIST, _MORE_LISTS, _WIDELY = 3.0, 0.5, 5.0
_OF_SAMPLE = 4.5  # the same of the sample archive's, which are few of all history

_BLOCK = 512  # rows read, and compared with those of the days around them, at once
_AROUND = 10_000  # rows before and after a block with which it is compared; a week of the portal has 300
_SAMPLE = 2_000  # rows whose cosines tell what is near: 2 million pairs
# Shares of pairs that are not near: what is counted is the mean over these, for no one of them is right.
_FAR = (0.97, 0.99, 0.995, 0.998)


def measure(
    catalogue: Catalogue, vectors: VectorIndex, traits: Traits, model: str, encode: Encode, progress: Progress
) -> Prominence:
    """How much each event of a new index stands out.

    Args:
        traits: of the catalogue's events.
        model: the fingerprint of the model that made the vectors.
        encode: turns texts into vectors by that model.
    """
    values, days, learnt = traits.values, catalogue.days.astype(np.int64), kinds()
    for row, links in catalogue.links():
        values[row, PARTS.index("links")] = np.log1p(links)
    values[:, PARTS.index("names")], values[:, PARTS.index("years")], fame = traits.names.weigh(days)
    values[:, [PARTS.index("death"), PARTS.index("turn")]] *= fame[:, None]
    values[:, PARTS.index("sources")] -= _usual(values[:, PARTS.index("sources")], days)
    echo = [PARTS.index("meaning"), PARTS.index("lead"), PARTS.index("size")]
    values[:, echo] = _echo(days, vectors, progress)
    values[:, _KIND] += of_vectors(vectors, model)
    values[:, PARTS.index("story")] = learnt.of_aftermath(traits.aftermath.signs(days))
    progress(_NAMED, 0, 1)
    values[:, PARTS.index("lists")] = _listed(catalogue, vectors, encode if model == learnt.model else None)
    progress(_NAMED, 1, 1)
    return Prominence(values)


def _listed(catalogue: Catalogue, vectors: VectorIndex, encode: Encode | None) -> np.ndarray:
    """The part `lists` of every event, (n,)."""
    widely = how_widely(catalogue, find_named(catalogue, vectors, encode, kinds().rarity))
    counts = catalogue.list_counts(range(catalogue.size))
    others = np.minimum(_OF_A_LIST + _MORE_LISTS * (counts - 1), _WIDELY)
    others[catalogue.named_by(LIST)] = _OF_SAMPLE
    return np.asarray(np.maximum(widely, np.where(counts > 0, others, 0)))


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
        low = max(int(np.searchsorted(days, day[0] - WEEK)), start - _AROUND)
        around = days[low : min(int(np.searchsorted(days, day[-1] + SOON, "right")), stop + _AROUND)]
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
        progress("comparing events", stop, size)
    return found / len(bars)


def _bars(vectors: VectorIndex) -> list[float]:
    """The cosines above which two events are near in meaning, which are others with each model."""
    rows = np.unique(np.linspace(0, len(vectors) - 1, _SAMPLE).astype(np.int64))
    some = vectors.take(rows)
    pairs = (some @ some.T)[np.triu_indices(len(rows), 1)]
    return [float(bar) for bar in np.quantile(pairs, _FAR)] if len(pairs) else [1.0]
