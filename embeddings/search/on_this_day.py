"""Which events of one day of all years are shown: those that stand out, of many years and fields, each affair once."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from dataclasses import field as attribute
from itertools import islice

import numpy as np

from embeddings.events import Event
from embeddings.index.prominence import PARTS, WEIGHTS
from embeddings.prominence.news_values import field
from embeddings.text import normalise
from embeddings.wordings import says_the_same

MOST_OF_A_YEAR = 2  # where other years have something left to tell

_TRIES = 16  # choices looked at where the best one after another breaks a law; each takes as long as the first
_SAME_AFFAIR = 0.4  # cosine of two events of one day; reports on one affair lie above, two affairs of one war too
_FIELD_AGAIN = 0.4  # what each event of a field that is chosen already takes from the next
_YEAR_AGAIN = 0.3
_GRIM_AGAIN = 1.0  # the same for attacks and disasters of whatever field, from the third on
_ALIKE = 1.0  # what an event loses for each 1.0 of cosine with the most alike of those chosen, of any year


@dataclass(frozen=True, slots=True)
class DayCandidate:
    """An event of a day, with what makes it stand out.

    Attributes:
        field: the field of life, one of those in `embeddings.prominence.news_values`; None if it is not known.
        grim: whether it is an attack or a disaster.
        parts: what each of `PARTS` adds to the score.
        vector: (dimension,) of unit length.
    """

    event: Event
    field: str | None
    grim: bool
    parts: Mapping[str, float] = attribute(compare=False)
    vector: np.ndarray = attribute(compare=False, repr=False)

    @property
    def score(self) -> float:
        """How much the event stands out; higher is more."""
        return sum(self.parts.values())


def shortlist(parts: np.ndarray, grim: np.ndarray, most: int, weights: Mapping[str, float] = WEIGHTS) -> np.ndarray:
    """The positions of the `most` events that stand out most, and of a third as many that are not grim, ascending.

    Args:
        parts: (n, len(PARTS)).
        grim: (n,) bool.
    """
    best = np.argsort(-(parts @ _vector(weights)), kind="stable")
    # Of the same numbers `np.union1d` loads all of NumPy's masked arrays.
    return np.array(sorted({*best[:most].tolist(), *best[~grim[best]][: most // 3 + 1].tolist()}), np.int64)


def weigh(
    events: Sequence[Event],
    parts: np.ndarray,
    grim: np.ndarray,
    vectors: np.ndarray,
    weights: Mapping[str, float] = WEIGHTS,
) -> list[DayCandidate]:
    """The candidates for some events; row i of each array belongs to event i."""
    weighted = (parts * _vector(weights)).tolist()
    return [
        DayCandidate(event, field(event), bool(is_grim), dict(zip(PARTS, speaks, strict=True)), vector)
        for event, speaks, is_grim, vector in zip(events, weighted, grim, vectors, strict=True)
    ]


def choose_events(
    candidates: Iterable[DayCandidate], limit: int, beside: Sequence[DayCandidate] = ()
) -> list[DayCandidate]:
    """At most `limit` candidates, oldest first: those that stand out most, spread over years and fields.

    Rules, in this order; each is broken only if no choice of as many events keeps it and the rules before it:

    1. No two are of one affair.
    2. Of two or more, not all tell of attacks or disasters.
    3. At most `MOST_OF_A_YEAR` are of one year.

    A candidate counts less if one of its field or year, or one that is much like it, is chosen already. Of several
    wordings of one event the fullest is shown.

    Args:
        beside: events that are chosen already, and shown together with the result.
    """
    left = sorted(candidates, key=_best_first)
    left = [each for each in left if not any(_same_affair(each, other) for other in beside)]
    # The best one after another; only where that breaks a law, the same beginning with one that is not grim.
    best: list[DayCandidate] = []
    best_is: tuple[int, bool, int] = (1, True, 0)  # worse than any choice
    for first in (None, *islice((each for each in left if not each.grim), _TRIES)):
        chosen = _taken_in_turn(left, limit, beside, first)
        kept = chosen[0] if first is not None and chosen else None  # `first`, or a fuller wording of it
        for choice in (chosen, _spread_over_years(chosen, left, beside, kept)):
            broken = _broken(choice, limit, beside)
            if (-len(choice), *broken) < best_is:
                best_is, best = (-len(choice), *broken), choice
        if best_is[1:] == (False, 0):
            break
    return sorted(best, key=lambda candidate: (candidate.event.date, candidate.event.id))


def _taken_in_turn(
    left: Sequence[DayCandidate], limit: int, beside: Sequence[DayCandidate], first: DayCandidate | None
) -> list[DayCandidate]:
    """The best candidate, then the best of those that remain, and so on; `first` before all others."""
    chosen: list[DayCandidate] = []
    while len(chosen) < limit:
        shown = [*beside, *chosen]
        if first is not None and not chosen:
            allowed: Sequence[DayCandidate] = [first]
        else:
            years = Counter(other.event.date.year for other in shown)
            allowed = [each for each in left if years[each.event.date.year] < MOST_OF_A_YEAR] or left
            if shown and len(chosen) == limit - 1 and all(other.grim for other in shown):
                pools = ([each for each in pool if not each.grim] for pool in (allowed, left))
                allowed = next(filter(None, pools), allowed)
        if not allowed:
            break
        penalties = _penalties(allowed, shown)
        best = max(zip(allowed, penalties, strict=True), key=lambda each: each[0].score - each[1])[0]
        wordings = [each for each in left if each.grim is best.grim and _says_the_same(each, best)]
        chosen.append(min(wordings, key=_fullest_first))
        left = [each for each in left if not (_same_affair(each, best) or _same_affair(each, chosen[-1]))]
    return chosen


def _spread_over_years(
    chosen: Sequence[DayCandidate],
    left: Sequence[DayCandidate],
    beside: Sequence[DayCandidate],
    kept: DayCandidate | None,
) -> list[DayCandidate]:
    """The same number of events with fewer of a year that has too many, where another year has room for one more.

    That is so if the one event chosen of the other year is of the same affair as two others, which are of two different
    affairs: these two replace it.

    Args:
        kept: an event that must stay.
    """
    found = list(chosen)
    while (full := _year_with_too_many(found, beside)) is not None:
        years = Counter(each.event.date.year for each in (*beside, *found))
        alone = (each for each in found if years[each.event.date.year] == 1)
        pairs = ((one, pair) for one in alone if (pair := _pair_of_year(one.event.date.year, left, kept)) is not None)
        droppable = [each for each in found if each.event.date.year == full and each is not kept]
        exchange = next(pairs, None)
        if exchange is None or not droppable:
            break
        one, pair = exchange
        dropped = max(droppable, key=_best_first)
        found = [each for each in found if each is not one and each is not dropped] + list(pair)
    return found


def _year_with_too_many(chosen: Sequence[DayCandidate], beside: Sequence[DayCandidate]) -> int | None:
    years = Counter(each.event.date.year for each in (*beside, *chosen))
    mine = {each.event.date.year for each in chosen}
    return next((year for year, count in sorted(years.items()) if count > MOST_OF_A_YEAR and year in mine), None)


def _pair_of_year(
    year: int, candidates: Sequence[DayCandidate], kept: DayCandidate | None
) -> tuple[DayCandidate, DayCandidate] | None:
    """The first two candidates of a year that are of two affairs; `kept` is one of them where it is of that year."""
    of_year = [each for each in candidates if each.event.date.year == year]
    firsts = [kept] if kept is not None and kept.event.date.year == year else of_year
    pairs = ((one, other) for one in firsts for other in of_year if one is not other and not _same_affair(one, other))
    return next(pairs, None)


def _broken(chosen: Sequence[DayCandidate], limit: int, beside: Sequence[DayCandidate]) -> tuple[bool, int]:
    """Whether a choice breaks the second rule of `choose_events`, and by how many events it breaks the third."""
    shown = [*beside, *chosen]
    all_grim = bool(chosen) and len(beside) + limit > 1 and all(each.grim for each in shown)
    years = Counter(each.event.date.year for each in shown)
    mine = {each.event.date.year for each in chosen}
    return all_grim, sum(max(0, count - MOST_OF_A_YEAR) for year, count in years.items() if year in mine)


def _penalties(candidates: Sequence[DayCandidate], shown: Sequence[DayCandidate]) -> list[float]:
    """The penalty of each candidate for being like events that are shown already."""
    if not shown:
        return [0.0] * len(candidates)
    alike = np.stack([each.vector for each in candidates]) @ np.stack([each.vector for each in shown]).T
    fields = Counter(each.field for each in shown)
    years = Counter(each.event.date.year for each in shown)
    grim = sum(each.grim for each in shown)
    return [
        _FIELD_AGAIN * (fields[each.field] if each.field else 0)
        + _YEAR_AGAIN * years[each.event.date.year]
        + _GRIM_AGAIN * max(0, grim - 1) * each.grim
        + _ALIKE * max(0.0, float(cosine))
        for each, cosine in zip(candidates, alike.max(axis=1), strict=True)
    ]


def _vector(weights: Mapping[str, float]) -> np.ndarray:
    return np.array([weights[name] for name in PARTS])


def _best_first(candidate: DayCandidate) -> tuple[object, ...]:
    return -candidate.score, candidate.event.date, candidate.event.id


def _fullest_first(candidate: DayCandidate) -> tuple[object, ...]:
    event = candidate.event
    return -len(event.sources), event.summary is None, -len(event.headline), event.id


def _says_the_same(one: DayCandidate, other: DayCandidate) -> bool:
    if one.event.date != other.event.date:
        return False
    return one is other or says_the_same(
        one.event.date, normalise(one.event.headline), other.event.date, normalise(other.event.headline)
    )


def _same_affair(one: DayCandidate, other: DayCandidate) -> bool:
    if one.event.date != other.event.date:
        return False
    topics = one.event.topics[-1:]
    return (
        (bool(topics) and topics == other.event.topics[-1:])
        or float(one.vector @ other.vector) >= _SAME_AFFAIR
        or _says_the_same(one, other)
    )
