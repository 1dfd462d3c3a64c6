"""What each event tells by itself, of which prominence is measured; kept in an index for the next build.

Reading the texts of an archive anew takes most of the time of measuring, and from one day to the next hardly any event
changes.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from functools import cache
from importlib import resources
from pathlib import Path

import numpy as np

from embeddings.events import Event
from embeddings.index.catalogue import Catalogue
from embeddings.index.prominence import COLUMNS, PARTS
from embeddings.program import fingerprint
from embeddings.progress import Progress
from embeddings.prominence import news_values
from embeddings.prominence.aftermath import Aftermath
from embeddings.prominence.kinds import kinds, words_of
from embeddings.prominence.names import Names

_TOLD, _LEARNT = PARTS.index("sources"), PARTS.index("kind")  # what lies between, the event tells itself
_OWN = [*range(_TOLD, _LEARNT + 1), COLUMNS.index("grim")]
_BLOCK = 512  # events read at once


class Traits:
    """What the events of an archive tell by themselves.

    Attributes:
        names, aftermath: the names in their texts, and their topics.
    """

    def __init__(self, size: int) -> None:
        self._own = np.zeros((size, len(_OWN)), np.float32)
        self.names, self.aftermath = Names(), Aftermath()

    @property
    def values(self) -> np.ndarray:
        """The columns of prominence, (n, len(COLUMNS)) float32, of which only those are filled that an event tells.

        `death` and `turn` are 1 or 0, `kind` is what the words tell.
        """
        values = np.zeros((len(self._own), len(COLUMNS)), np.float32)
        values[:, _OWN] = self._own
        return values

    def _add(self, row: int, event: Event) -> None:
        self.names.add(row, event)
        self.aftermath.add(row, event)
        self._own[row] = (*_told(event), kinds().of_words(words_of(event)), news_values.is_grim(event))

    def save(self, path: Path) -> None:
        """Write to a file."""
        arrays = {"program": np.array(_program()), "own": self._own}
        arrays |= {f"names {name}": array for name, array in self.names.arrays().items()}
        arrays |= {f"aftermath {name}": array for name, array in self.aftermath.arrays().items()}
        np.savez(path, allow_pickle=False, **arrays)

    def _take_over(self, path: Path, moved: np.ndarray, before: Catalogue) -> np.ndarray:
        """Fill in what a file holds of events that did not change; returns which, (n,) bool."""
        known = np.zeros(len(self._own), bool)
        with np.load(path, allow_pickle=False) as held:
            if str(held["program"]) != _program():
                return known
            arrays = {name: held[name] for name in held.files if name != "program"}
        there = moved >= 0
        self._own[moved[there]] = arrays["own"][there]
        known[moved[there]] = True
        lost = _read(before, np.flatnonzero(~there).tolist())
        self.names = Names.of_arrays(_of("names ", arrays), moved, lost)
        self.aftermath = Aftermath.of_arrays(_of("aftermath ", arrays), moved)
        return known


def collect(catalogue: Catalogue, before: tuple[Path, Catalogue] | None, progress: Progress) -> Traits:
    """The traits of every event of a new index.

    Args:
        before: what `Traits.save` wrote of another index, and its catalogue: the same events need not be read again.
    """
    traits = Traits(catalogue.size)
    known = np.zeros(catalogue.size, bool)
    if before is not None:
        path, old = before
        known = traits._take_over(path, moved_rows(old, catalogue), old)
    unknown = np.flatnonzero(~known).tolist()
    for done, (row, event) in enumerate(zip(unknown, _read(catalogue, unknown), strict=True), 1):
        traits._add(row, event)
        if done % _BLOCK == 0 or done == len(unknown):
            progress("weighing events", done, len(unknown))
    return traits


def _read(catalogue: Catalogue, rows: Sequence[int]) -> Iterator[Event]:
    """The events of some rows, of which few are in memory at once."""
    for start in range(0, len(rows), _BLOCK):
        yield from catalogue.events(rows[start : start + _BLOCK])


def _of(beginning: str, arrays: dict[str, np.ndarray]) -> dict[str, np.ndarray]:
    return {name.removeprefix(beginning): each for name, each in arrays.items() if name.startswith(beginning)}


def moved_rows(before: Catalogue, now: Catalogue) -> np.ndarray:
    """The row that each event of an index has in another, (n,); -1 for one that changed or is no longer there."""
    moved = np.full(before.size, -1, np.int64)
    _, old, new = np.intersect1d(before.all_digests(), now.all_digests(), assume_unique=True, return_indices=True)
    moved[old] = new
    return moved


@cache
def _program() -> str:
    """A fingerprint of the program that reads the texts: another version may find something else in them."""
    package, ground = resources.files("embeddings.prominence"), resources.files("embeddings")
    files = [each for each in package.iterdir() if each.name.endswith((".py", ".npz"))]
    files += [ground / name for name in ("text.py", "stems.py")]
    return fingerprint(sorted(files, key=lambda each: each.name))


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
