"""After which event each story is called, so that what it is called lives on while it grows."""

from __future__ import annotations

import numpy as np

_MATTERED = 0.5  # of how far the story's strongest event stands out


def leads(groups: np.ndarray, standing: np.ndarray, before: np.ndarray) -> np.ndarray:
    """For each of n events the row of the one after which its story is called, (n,) int32.

    That is the one after which it was called before; of stories that are joined now, the one that most of its events
    were of; of a new story, the first event that mattered.

    Args:
        groups: (n,) the number of each event's story, that of one of its events.
        standing: (n,) how far each stands out.
        before: (n,) the row of the event after which each one's story was called; -1 where it was of none.
    """
    size = len(groups)
    rows = np.arange(size)
    strongest = np.full(size, -np.inf)
    np.maximum.at(strongest, groups, standing)
    mattered = rows[standing >= _MATTERED * strongest[groups]]
    found = np.full(size, size)
    np.minimum.at(found, groups[mattered], mattered)
    # Former leads that are in the story now, each with how many of its events were of that story.
    was = rows[before >= 0]
    was = was[groups[before[was]] == groups[was]]
    former, events = np.unique(before[was], return_counts=True)
    for lead in former[np.lexsort((-former, events))].tolist():  # the last one counts: of most events, and the first
        found[groups[lead]] = lead
    return np.asarray(found[groups], np.int32)
