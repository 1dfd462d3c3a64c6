"""What peers said, as figures: numbers in, numbers out."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any

import numpy as np

from embeddings.events import Event
from embeddings.search.evaluation import Kind, LabelledQuery, Outcome, is_right, summarise

KINDS: tuple[Kind, ...] = ("kw", "nl")


@dataclass(frozen=True, slots=True)
class Figures:
    """One peer's.

    Attributes:
        quality: success@1 and so on for `kw`, `nl` and `all`, as `evaluate` gives them.
        times_dateline: its time for a question in Dateline's, the median over blocks of the same questions.
        texts_per_s: of encoding; None where nothing is encoded.
        build_s: of a build without the encoding.
        load_s: from the start of the process to its first answer.
    """

    name: str
    version: str
    quality: Mapping[str, Mapping[str, float]]
    p50_ms: float
    p95_ms: float
    times_dateline: float
    texts_per_s: float | None
    build_s: float
    load_s: float
    memory_mb: float
    disk_mb: float

    def as_dict(self) -> dict[str, Any]:
        """For scripts; numbers to three digits after the point."""
        return {key: round(value, 3) if isinstance(value, float) else value for key, value in asdict(self).items()}


def quality(
    queries: Sequence[LabelledQuery], found: Mapping[str, Sequence[str]], event: Callable[[str], Event]
) -> dict[str, dict[str, float]]:
    """Success, reciprocal rank and recall by the rule of `evaluate`.

    Args:
        found: ids for each question, best first.
        event: of an id.
    """
    outcomes = []
    for query in queries:
        right = event(query.id)
        for kind in KINDS:
            ids = tuple(found[getattr(query, kind)])
            rank = next((n for n, name in enumerate(ids, 1) if is_right(event(name), right)), None)
            outcomes.append(Outcome(query.id, kind, getattr(query, kind), ids, rank, took_ms=0.0))
    summary = summarise(outcomes)
    return {kind: summary[kind] for kind in (*KINDS, "all")}


def percentile(blocks: Sequence[Sequence[float]], share: float) -> float:
    """Of all times of all blocks together; `share` from 0 to 100."""
    return float(np.percentile([took for block in blocks for took in block], share))


def ratio(blocks: Sequence[Sequence[float]], to: Sequence[Sequence[float]]) -> float:
    """How many times as long as another's, by the median over blocks, for load comes and goes between these."""
    return float(np.median([np.median(own) / np.median(other) for own, other in zip(blocks, to, strict=True)]))
