"""Why an event of a day was chosen, in words: the reasons, the strongest first."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from typing import Any

from embeddings.index.prominence import WEIGHTS
from embeddings.prominence import news_values
from embeddings.search.on_this_day import DayCandidate

MOST = 4  # reasons that are given
LEAST = 0.3  # that a part must add to the score to be given as a reason


def reasons(candidate: DayCandidate) -> list[str]:
    """The reasons for an event, the strongest first, `MOST` at most; empty if there are none."""
    strongest = sorted(candidate.parts.items(), key=lambda part: -part[1])
    return [_SENTENCES[name](candidate) for name, adds in strongest if adds >= LEAST][
        :MOST
    ]  # no part that can only speak against an event


def reasons_as_dict(candidate: DayCandidate) -> dict[str, Any]:
    """Why an event was chosen, as users' scripts read it."""
    return {
        "score": round(candidate.score, 3),
        "field": candidate.field,
        "reasons": reasons(candidate),
        "parts": {name: round(adds, 3) for name, adds in candidate.parts.items()},
    }


def _value(candidate: DayCandidate, name: str) -> float:
    return candidate.parts[name] / WEIGHTS[name]


def _times(candidate: DayCandidate, name: str) -> str:
    return f"{math.exp(_value(candidate, name)):.1f}".removesuffix(".0") + " times"


def _count(candidate: DayCandidate, name: str, one: str, many: str) -> str:
    count = round(math.expm1(_value(candidate, name)))
    return f"1 {one}" if count == 1 else f"{count:,} {many}"


_SENTENCES: Mapping[str, Callable[[DayCandidate], str]] = {
    "names": lambda one: f"its names come up {_times(one, 'names')} as often in the week after as before",
    "years": lambda one: f"its names come up {_times(one, 'years')} as often in later years as before",
    "meaning": lambda one: f"the three days after tell {_times(one, 'meaning')} as much like it as the week before",
    "lead": lambda _: "its day's story begins with it",
    "size": lambda one: _count(one, "size", "event of its day is like it", "events of its day are like it"),
    "links": lambda one: _count(one, "links", "event links to it", "events link to it"),
    "sources": lambda one: "1 source" if len(one.event.sources) == 1 else f"{len(one.event.sources)} sources",
    "toll": lambda one: f"{news_values.toll(one.event.headline):,} came to harm",
    "death": lambda _: "a death, told with a name that comes up often",
    "turn": lambda _: "a rise or fall, told with a name that comes up often",
    "first": lambda _: "a first, a record or of great size",
    "kind": lambda _: "of a kind that people remember",
    "story": lambda _: "a story of its own",
    "lists": lambda _: "lists of what is worth remembering name it",
    "light": lambda one: f"something from {one.field}",
}
