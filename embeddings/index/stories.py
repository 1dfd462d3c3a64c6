"""Which events of an index are of one story, by row: what a build made of them."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np

from embeddings.errors import BUILD_AGAIN, IndexUnusableError
from embeddings.index.mapped import map_array


@dataclass(frozen=True)
class Stories:
    """The stories of an index.

    Args:
        leads: (n,) int32, for each row the row of the event after which its story is called: the event's own where it
            is of no story with others.
        former: ids of events that are no longer there, after which a story was called; with the id of an event that is
            now in that story.

    Attributes:
        called: by the row of its lead, id, title and topic of each story that was asked for: one takes forty events.
    """

    leads: np.ndarray
    former: Mapping[str, str] = field(default_factory=dict)
    called: dict[int, tuple[str, str, str | None]] = field(default_factory=dict, init=False, compare=False, repr=False)

    def __len__(self) -> int:
        return len(self.leads)

    @classmethod
    def load(cls, leads: Path, former: Path) -> Stories:
        """Read what `save` wrote.

        Raises:
            IndexUnusableError: if the files hold something else.
        """
        rows = map_array(leads)
        if rows.ndim != 1 or rows.dtype != np.int32:
            raise IndexUnusableError(
                f"{leads} holds {rows.dtype} numbers of shape {rows.shape}, expected int32 in one row; {BUILD_AGAIN}"
            )
        if len(rows) and not (rows.min() >= 0 and rows.max() < len(rows)):
            raise IndexUnusableError(f"{leads} names rows that are not there; {BUILD_AGAIN}")
        try:
            ids = json.loads(former.read_text("utf-8"))
        except OSError as error:
            raise IndexUnusableError(f"{former} cannot be read: {error.strerror}") from error
        except (ValueError, RecursionError) as error:
            raise IndexUnusableError(f"{former} is damaged; {BUILD_AGAIN}") from error
        if not (isinstance(ids, dict) and all(isinstance(each, str) for each in ids.values())):
            raise IndexUnusableError(f"{former} does not hold ids; {BUILD_AGAIN}")
        return cls(rows, ids)

    def save(self, leads: Path, former: Path) -> None:
        """Write to two files."""
        np.save(leads, np.asarray(self.leads, np.int32), allow_pickle=False)
        former.write_text(json.dumps(dict(sorted(self.former.items())), indent=1) + "\n", "utf-8")

    def rows(self, row: int) -> np.ndarray:
        """The rows of the story that the event in a row belongs to, ascending; that row alone where it is of none."""
        return np.flatnonzero(self.leads == self.leads[row])
