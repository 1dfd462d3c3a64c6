"""Why an event of a day was chosen, in words for users: the reasons, the strongest first."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from typing import Any

from embeddings.index.prominence import WEIGHTS
from embeddings.prominence import news_values
from embeddings.search.on_this_day import DayCandidate

MOST = 4  # reasons that are given
LEAST = 0.3  # that a part must add to the score to be given as a reason

_FIELDS = {
    "conflict": "armed conflict and attacks",
    "disaster": "disasters and accidents",
    "crime": "law and crime",
    "health": "health and environment",
    "science": "science and technology",
    "culture": "arts and culture",
    "diplomacy": "international relations",
    "business": "business and economy",
}
"""The fields that a wider name fits better."""

_TURNS = {
    "win": "tells of a win",
    "law": "tells of an arrest, a trial or a surrender",
    "rise": "tells of a rise to an office",
    "fall": "tells of the loss of an office",
}


def reasons(candidate: DayCandidate) -> list[str]:
    """The reasons for an event, the strongest first, `MOST` at most; empty if there are none.

    Each goes on after "it", and says no more than what was measured: where that would be misread, nothing is said.
    """
    strongest = sorted(candidate.parts.items(), key=lambda part: -part[1])
    # No part that can only speak against an event.
    said = (_SENTENCES[name](candidate) for name, adds in strongest if adds >= LEAST)
    return list(filter(None, said))[:MOST]


def explanation(candidate: DayCandidate) -> str:
    """The field of an event and the reasons for it, as a sentence."""
    said = reasons(candidate) or ["stands out no more than others, but nothing of its day does"]
    sentence = "it " + (f"{', '.join(said[:-1])} and {said[-1]}" if len(said) > 1 else said[0]) + "."
    field = candidate.field and _FIELDS.get(candidate.field, candidate.field)
    return f"{field}: {sentence}".capitalize() if field else sentence.capitalize()


def reasons_as_dict(candidate: DayCandidate) -> dict[str, Any]:
    """Why an event was chosen, as users' scripts read it."""
    return {
        "score": round(candidate.score, 3),
        "field": candidate.field,
        "reasons": reasons(candidate),
        "parts": {name: round(adds, 3) for name, adds in candidate.parts.items()},
    }


def _count(candidate: DayCandidate, name: str, one: str, many: str) -> str:
    count = round(math.expm1(candidate.parts[name] / WEIGHTS[name]))
    return f"1 {one}" if count == 1 else f"{count:,} {many}"


def _sources(candidate: DayCandidate) -> str:
    number = len(candidate.event.sources)
    return f"has {number} {'source' if number == 1 else 'sources'}, more than is usual in its year"


def _toll(candidate: DayCandidate) -> str:
    number = news_values.toll(candidate.event.headline)
    return f"tells of {number:,} who were killed, hurt or otherwise harmed" if number > 1 else ""


def _death(candidate: DayCandidate) -> str:
    is_one = news_values.somebody_dies(candidate.event.headline)
    return "tells of a death, with a name that comes up often" if is_one else ""


def _turn(candidate: DayCandidate) -> str:
    turn = _TURNS.get(news_values.what_turn(candidate.event.headline))
    return f"{turn}, with a name that comes up often" if turn else ""  # of "becomes" and "flees" too much is possible


_SENTENCES: Mapping[str, Callable[[DayCandidate], str]] = {
    "names": lambda _: "has names that come up more in the week after than before",
    "years": lambda _: "has names that come up more in later years than before",
    "meaning": lambda _: "is followed by more news like it than came before",
    "lead": lambda _: "stands before most reports of its day that are like it",
    "size": lambda one: _count(one, "size", "event of its day is like it", "events of its day are like it"),
    "links": lambda one: "is linked from " + _count(one, "links", "other event", "other events"),
    "sources": _sources,
    "toll": _toll,
    "death": _death,
    "turn": _turn,
    "first": lambda _: "tells of a first, a record or something of great size",
    "kind": lambda _: "reads like what people remember",
    "story": lambda _: "has a story of its own",
    "lists": lambda _: "is on a list of what is worth remembering",
    "light": lambda one: f"is of {_FIELDS.get(one.field or '', one.field or 'no field')}",
}
