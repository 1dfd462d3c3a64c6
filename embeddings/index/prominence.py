"""How much each event stands out, by row: the columns that a build measured."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

import numpy as np

from embeddings.errors import BUILD_AGAIN, IndexUnusableError
from embeddings.index.mapped import map_array

PARTS = (
    "names", "years", "meaning", "lead", "size", "links",
    "sources", "toll", "death", "turn", "first", "light", "words", "sequel", "routine",
    "kind", "story", "lists",
)  # fmt: skip
"""What speaks for an event, or against it: natural logarithms, or 1 where something is so and 0 elsewhere.

names: how much more often than in the month before the following week speaks of one of its names; sevenfold at most.
years: how much more often one of its names stands in events of more than a year later than in those before it.
meaning: how many more events than in the week before are near it in meaning in the three days after.
lead: how many more of its day's events that are near it in meaning stand behind it than before it.
size: how many of its day's events are near it in meaning.
links: how many events of the archive link to it.
sources: how many it has, against what is usual in its year.
toll: how many came to harm.
death, turn: where somebody dies, or rises or falls, half the logarithm of how many events have the name, squared: so
    that those whom everybody knows stand out from the many that a few events have made known; 6 at most.
first: whether it is the first or the most of its kind, or of great size.
light: whether it is from science, culture or sport, and neither sad nor dull.
words: whether somebody only says or plans something.
sequel: whether it goes on with what an earlier event began.
routine: whether it is of a kind that fills the news of every week.
kind: how much its text is like that of events that people remember, as part of the logarithm of the odds.
story: how much it has a story of its own that goes on, as part of the logarithm of the odds.
lists: how widely lists of what is worth remembering say that it is remembered, from 1 to 5; 0 where none names it.
"""


WEIGHTS: Mapping[str, float] = {
    "names": 0.72,
    "years": 0.14,
    "meaning": 0.59,
    "lead": 0.6,
    "size": 0.0,
    "links": 0.3,
    "sources": 1.06,
    "toll": 0.12,
    "death": 0.18,
    "turn": 0.27,
    "first": 0.17,
    "light": 0.0,
    "words": -0.64,
    "sequel": -0.43,
    "routine": -0.3,
    "kind": 1.0,
    "story": 1.0,
    "lists": 6.0,
}
"""What each part counts for, by `python -m tests.benchmarks.kinds`: as part of the logarithm of the odds that people
remember an event. The archive that it was learnt from has no `links`, and `lists` is what it was learnt by: these two
are set by hand. Where what was learnt speaks against what a part says, it is 0."""


COLUMNS = (*PARTS, "grim")
"""The parts, and 1 for attacks and disasters, 0 for others."""

_EARLIER = 3  # parts at the end of `PARTS` that an earlier version did not measure
_EARLIER_WEIGHTS = (2.61, 0.35, 0.99, 0.51, 0.32, 0.5, 1.21, 0.25, 0.59, 0.32, 1.03, 0.87, -1.17, -1.25, -1.54)


def _completed(values: np.ndarray) -> np.ndarray:
    """The columns of an earlier version, with those that it lacked.

    Until the index is built again, its events stand out as they did: `kind` makes up for the weights that changed.
    """
    changed = np.array(_EARLIER_WEIGHTS) - [WEIGHTS[name] for name in PARTS[:-_EARLIER]]
    completed = np.insert(values, [len(PARTS) - _EARLIER] * _EARLIER, 0, axis=1)
    completed[:, PARTS.index("kind")] = values[:, :-1] @ changed.astype(np.float32)
    return completed


@dataclass(frozen=True)
class Prominence:
    """How much each event of an index stands out, by row.

    Args:
        values: (n, len(COLUMNS)) float32.
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
        if values.ndim == 2 and values.shape[1] == len(COLUMNS) - _EARLIER and values.dtype == np.float32:
            values = _completed(values)
        if values.ndim != 2 or values.shape[1] != len(COLUMNS) or values.dtype != np.float32:
            raise IndexUnusableError(
                f"{path} holds {values.dtype} numbers of shape {values.shape}, expected float32 in {len(COLUMNS)} "
                f"columns; {BUILD_AGAIN}"
            )
        return cls(values)

    def save(self, path: Path) -> None:
        """Write to a file."""
        np.save(path, self.values, allow_pickle=False)

    @cached_property
    def standing(self) -> np.ndarray:
        """How far each event stands out in its archive, (n,) float32: the logarithm of one in how many does so.

        It means the same in every archive: 0 for the last, 4.6 for one in a hundred; of equals the same.

        Raises:
            IndexUnusableError: if one is not a number.
        """
        with np.errstate(invalid="ignore", over="ignore"):
            scores = self.values[:, : len(PARTS)] @ np.array([WEIGHTS[name] for name in PARTS], np.float32)
        if not np.isfinite(scores).all():
            raise self._damaged()
        as_far = len(scores) - np.searchsorted(np.sort(scores), scores)  # events that stand out as far, or further
        return np.log(len(scores) / as_far).astype(np.float32)

    @staticmethod
    def _damaged() -> IndexUnusableError:
        return IndexUnusableError(f"the index is damaged: a prominence in it is not a number; {BUILD_AGAIN}")

    def take(self, rows: Sequence[int]) -> tuple[np.ndarray, np.ndarray]:
        """The parts of some rows, (len(rows), len(PARTS)), and which of them are attacks and disasters.

        Raises:
            IndexUnusableError: if one is not a number.
        """
        found = np.asarray(self.values[np.asarray(rows, np.int64)], np.float64)
        if not np.isfinite(found).all():
            raise self._damaged()
        return found[:, :-1], found[:, -1] > 0
