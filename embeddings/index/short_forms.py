"""Short forms that an archive explains: "World Health Organization (WHO)"; and those that capitals tell from words."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from embeddings.text import WORD, normalise

_LEAST_EVENTS = 2  # that explain a short form alike; once may be an error
_LONGEST, _LONGEST_TEXT = 10, 200  # words and characters of what is explained
_EXPLAINED = re.compile(r"\(([A-Z]{2,8})\)")
_CAPITALS = re.compile(r"(?<![\w.])[A-Z]{2,5}(?![\w.])")
_SMALL = frozenset("and da de del des do du for in la of on the to".split())  # have no letter in a short form


@dataclass(frozen=True, slots=True)
class ShortForm:
    """A short form, such as WHO, and what it stands for, such as World Health Organization."""

    short: str
    long: str


class ShortFormCounter:
    """Collects the short forms that events explain, one event after another."""

    def __init__(self) -> None:
        self._seen: Counter[tuple[str, str]] = Counter()

    def add(self, texts: Iterable[str]) -> None:
        """Collect from one event."""
        self._seen.update({explained for text in texts if "(" in text for explained in _explained(text)})

    def found(self) -> list[ShortForm]:
        """What several events explain alike, in order of the short forms; of each its most frequent meaning."""
        meant = {short: long for (short, long), events in reversed(self._seen.most_common()) if events >= _LEAST_EVENTS}
        return [ShortForm(short, meant[short]) for short in sorted(meant)]


def _explained(text: str) -> Iterator[tuple[str, str]]:
    for match in _EXPLAINED.finditer(text):
        before = text[max(0, match.start() - _LONGEST_TEXT) : match.start()]
        if (long := _long_form(before, match[1])) is not None:
            yield match[1], long


def _long_form(before: str, short: str) -> str | None:
    """The end of a text whose words with capitals begin with the letters of a short form."""
    left = len(short)
    for word in reversed(list(WORD.finditer(before))[-_LONGEST:]):
        first = normalise(word[0])[:1].upper()
        if first == short[left - 1] and word[0][0].isupper():
            left -= 1
            if not left:
                return before[word.start() :].strip(' "')
        elif word[0].lower() not in _SMALL:
            return None
    return None


def capitals(text: str) -> set[str]:
    """The words of a text that are all capitals: WHO is no who. None of a text that is nothing else."""
    return set() if text.isupper() else set(_CAPITALS.findall(text))
