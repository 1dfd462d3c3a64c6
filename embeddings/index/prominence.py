"""How much each event stands out, by row: the columns that a build measured."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from embeddings.errors import BUILD_AGAIN, IndexUnusableError
from embeddings.index.mapped import map_array

PARTS = (
    "names", "years", "meaning", "lead", "size", "links",
    "sources", "toll", "death", "turn", "first", "light", "words", "sequel", "routine",
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
"""


COLUMNS = (*PARTS, "grim")


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
        if values.ndim != 2 or values.shape[1] != len(COLUMNS) or values.dtype != np.float32:
            raise IndexUnusableError(
                f"{path} holds {values.dtype} numbers of shape {values.shape}, expected float32 in {len(COLUMNS)} "
                f"columns; {BUILD_AGAIN}"
            )
        return cls(values)

    def save(self, path: Path) -> None:
        """Write to a file."""
        np.save(path, self.values, allow_pickle=False)

    def take(self, rows: Sequence[int]) -> tuple[np.ndarray, np.ndarray]:
        """The parts of some rows, (len(rows), len(PARTS)), and which of them are attacks and disasters.

        Raises:
            IndexUnusableError: if one is not a number.
        """
        found = np.asarray(self.values[np.asarray(rows, np.int64)], np.float64)
        if not np.isfinite(found).all():
            raise IndexUnusableError(f"the index is damaged: a prominence in it is not a number; {BUILD_AGAIN}")
        return found[:, :-1], found[:, -1] > 0
