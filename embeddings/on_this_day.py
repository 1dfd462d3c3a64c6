"""Which events of one day of all years are shown: the same every time; sources count, repetition does not."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable

from embeddings.events import Event


def choose(events: Iterable[Event], limit: int) -> list[Event]:
    """At most `limit` events, oldest first.

    Those with the most sources, spread: each event of a year or topic that is chosen already counts as one source
    less, and one with a summary as one more.
    """
    left = sorted(events, key=lambda event: (event.date, event.id))
    chosen: list[Event] = []
    years: Counter[int] = Counter()
    topics: Counter[str] = Counter()
    while left and len(chosen) < limit:

        def worth(event: Event) -> int:
            repeated = years[event.date.year] + sum(topics[name] for name in _themes(event))
            return len(event.sources) + (event.summary is not None) - repeated

        best = max(left, key=worth)  # of equals the first, which is the oldest
        left.remove(best)
        chosen.append(best)
        years[best.date.year] += 1
        topics.update(_themes(best))
    return sorted(chosen, key=lambda event: (event.date, event.id))


def _themes(event: Event) -> set[str]:
    return {*event.topics, *([event.category] if event.category else [])}
