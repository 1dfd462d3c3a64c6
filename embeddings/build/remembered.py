"""Whether an event of a list, such as Wikipedia's article on a day of the year, is one that an archive tells of, too.

Numbers were chosen on the odd days of the Current Events portal of 2002 to 2026, as `tests.proofs.remembered` shows.
"""

from __future__ import annotations

import math
from collections import defaultdict
from collections.abc import Callable, Iterable, Sequence

from embeddings.build.tellings import Telling, Vocabulary

LEAST = 0.58  # the likeness from which two tellings are of one event
MARGIN = 0.03  # by which the best must be more like than the second best
CLEAR, CLEAR_MARGIN, CLEAR_AMONG = 0.44, 0.25, 8  # or that, where nothing else of so many of the same day comes near
NEXT_DAY = 0.2  # what the next day costs: most of it tells what came of the day before
BESIDE = 0.5  # what a word beside the headline counts
LEAST_WEIGHT = 8.0  # of the words that two tellings share: two or three that are rare

# What of a likeness comes from how much of the shorter headline the longer one covers, and the other way round.
SHORTER, LONGER = 0.41, 0.59
SHARED_NUMBERS, OTHER_NUMBERS, OTHER_NAMES = 0.034, 0.05, 0.04

MOST_SHARING = 200  # events of two days that may have a word by which others are found
MOST_COMPARED = 30  # events with which one is compared, those that share most; bounds the work on a day of 50,000


EQUAL = 2.0
"""The likeness of two tellings with the same headline."""

Weight = Callable[[str], float]


def likeness(one: Telling, other: Telling, weight: Weight) -> float:
    """How likely two tellings are of one event, up to 1, or `EQUAL`; 0 where something speaks against it.

    Against it speaks that what they tell of is another (`is_another`).

    Args:
        weight: what a word tells.
    """
    if one.text == other.text:
        return EQUAL
    if is_another(one, other):
        return 0.0

    def total(words: Iterable[str]) -> float:
        return sum(map(weight, words))

    beside = (one.words & other.beside) | (one.beside & other.words)
    shared = total(one.words & other.words) + BESIDE * total(beside)
    if shared < LEAST_WEIGHT:
        return 0.0
    shorter, longer = sorted((total(one.words), total(other.words)))
    score = SHORTER * min(1.0, shared / shorter) + LONGER * min(1.0, shared / longer)
    numbers = (one.numbers & other.all) | (other.numbers & one.all)
    if numbers:
        score += SHARED_NUMBERS * math.sqrt(total(numbers))
    elif one.numbers and other.numbers:
        score -= OTHER_NUMBERS
    return score - OTHER_NAMES * math.sqrt(min(total(one.names - other.all), total(other.names - one.all)))


def is_another(one: Telling, other: Telling) -> bool:
    """Whether two tellings are of different events, because each begins with a name, or names countries, or any names,
    and the other has none of them."""
    kinds = ((one.subject, other.subject), (one.countries, other.countries), (one.names, other.names))
    return any(_is_strange(mine, others, one, other) for mine, others in kinds)


def _is_strange(mine: frozenset[str], others: frozenset[str], one: Telling, other: Telling) -> bool:
    """Whether each of two tellings has words of a kind, and none of them stands anywhere in the other."""
    return bool(mine and others) and not (mine & other.all or others & one.all)


class Candidates:
    """The events of a day and of the next, one of which an event of a list may be.

    Args:
        of_day, of_next: their tellings.
        vocabulary: what each word tells.
    """

    def __init__(self, of_day: Sequence[Telling], of_next: Sequence[Telling], vocabulary: Vocabulary) -> None:
        self._tellings = (*of_day, *of_next)
        self._next = len(of_day)
        self._vocabulary = vocabulary
        self._by_text: dict[str, int] = {}
        self._with_word: dict[str, list[int]] = defaultdict(list)
        for place, telling in enumerate(self._tellings):
            self._by_text.setdefault(telling.text, place)
            for word in telling.words:
                self._with_word[word].append(place)
        self._weights: dict[str, float] = {}

    def best(self, entry: Telling) -> tuple[int, float] | None:
        """The position of the event that an entry of a list is, and the likeness; None if none is, or two may be."""
        if (equal := self._by_text.get(entry.text)) is not None:
            return equal, EQUAL
        scored = sorted((-self._likeness(entry, place), place) for place in self._near(entry))
        if not scored:
            return None
        best, place = -scored[0][0], scored[0][1]
        second = max(0.0, -scored[1][0]) if len(scored) > 1 else 0.0
        if best < LEAST:
            is_clear = place < self._next >= CLEAR_AMONG and best >= CLEAR and best - second >= CLEAR_MARGIN
            return (place, best) if is_clear else None
        if best - second < MARGIN:
            other = self._tellings[scored[1][1]]
            if likeness(self._tellings[place], other, self._weight) < LEAST:  # else they are one, told twice
                return None
        return place, best

    def _likeness(self, entry: Telling, place: int) -> float:
        score = likeness(entry, self._tellings[place], self._weight)
        return score if place < self._next else score - NEXT_DAY

    def _near(self, entry: Telling) -> list[int]:
        """The candidates worth comparing: those that share most of the words that few have."""
        shared: dict[int, float] = defaultdict(float)
        for word in sorted(entry.words):
            places = self._with_word.get(word, ())
            if len(places) <= MOST_SHARING:
                for place in places:
                    shared[place] += self._weight(word)
        return sorted(shared, key=lambda place: (-shared[place], place))[:MOST_COMPARED]

    def _weight(self, word: str) -> float:
        """What a word tells: less, where more events of these days have it."""
        if (known := self._weights.get(word)) is None:
            known = self._vocabulary.weight(word) / math.sqrt(max(1, len(self._with_word.get(word, ()))))
            self._weights[word] = known
        return known
