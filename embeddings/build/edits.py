"""Whether two headlines of one day are the same headline, before and after somebody edited it."""

from __future__ import annotations

import re

from rapidfuzz.distance import Levenshtein

from embeddings.events import Event

MIN_WORDS = 8  # shorter headlines must be equal: one word is too much of them
EDIT_SHARE = 0.15  # of the words may differ where a source is shared: what an editor changes, not another event


def is_renamed(one: str, other: str, *, source_shared: bool) -> bool:
    """Whether two headlines of one day are the same headline, before and after somebody edited it.

    Headlines of fewer than `MIN_WORDS` words never count as edited. If both events name the same source, up to
    `EDIT_SHARE` of the words may differ. If not, only one word may differ. It may be added or left out (unless it is
    a number), be spelt differently, or be replaced by another word. It may not be replaced if either word is a name
    or a number: "Chile surpasses 300,000 cases" and "Peru surpasses 300,000 cases" are two events.
    """
    first, second = _words(one), _words(other)
    shorter, longer = sorted((len(first), len(second)))
    if shorter < MIN_WORDS:
        return False
    limit = max(1, int(longer * EDIT_SHARE)) if source_shared else 1
    folded = [word.casefold() for word in first], [word.casefold() for word in second]
    if Levenshtein.distance(*folded, score_cutoff=limit) > limit:
        return False
    if source_shared:
        return True
    if shorter != longer:
        return not any(word.isdigit() for word in set(folded[0]).symmetric_difference(folded[1]))
    return all(
        a == b or (a.isalpha() and b.isalpha() and ((a.islower() and b.islower()) or _spelt_alike(a, b)))
        for a, b in zip(first, second, strict=True)
    )


def _words(text: str) -> list[str]:
    return re.findall(r"\w+", text)


def _spelt_alike(one: str, other: str) -> bool:
    return 5 * Levenshtein.distance(one.casefold(), other.casefold()) <= max(len(one), len(other))


def addresses(event: Event) -> set[str]:
    """The addresses of an event's sources."""
    return {source.url for source in event.sources if source.url}
