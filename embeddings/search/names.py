"""The names in a text, as capitals tell."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass

from embeddings.calendar_names import MONTHS, WEEKDAYS
from embeddings.stems import STOP_WORDS
from embeddings.text import WORD, normalise

_APOSTROPHES = ("'", "’")
_JOINTS = (" ", "-", "–", *_APOSTROPHES)  # between the words of a name
_INNER = frozenset("of for the de la le l d del der di da do dos al el bin ibn van von".split())  # inside a name
_ENDINGS = frozenset("s t d m ll re ve".split())  # behind an apostrophe, no part of a name
_LONGEST_NAME = 12  # words
_CALENDAR = frozenset(name.lower() for name in (*MONTHS, *WEEKDAYS)) - {"may"}  # a name as often as a month
_SENTENCE_END = re.compile(r"[.!?:;]")


@dataclass(frozen=True, slots=True)
class Names:
    """The names in a text: words beginning with a capital.

    Attributes:
        spans: each name as it is written, once.
        sure: normalised words that have a capital for some other reason than being first in a sentence.
    """

    spans: tuple[str, ...]
    sure: frozenset[str]

    @property
    def words(self) -> frozenset[str]:
        """The words of all names, normalised, without words such as "of" and "the"."""
        return frozenset(telling_words(self.spans))


def telling_words(texts: Iterable[str]) -> list[str]:
    """The words of some texts, normalised, each once, without letters, days, months and words of every text."""
    words = dict.fromkeys(normalise(" ".join(texts)).split())
    return [word for word in words if len(word) > 1 and word not in STOP_WORDS and word not in _CALENDAR]


def names(text: str) -> Names:
    """Find the names in a text: "Clashes in Addis Ababa" has Addis Ababa, and Clashes, which is not sure to be one."""
    sure: dict[str, bool] = {}  # of each name
    for name in _runs_of_capitals(_words(text)):
        while name[-1].text in _INNER:
            name.pop()
        span = text[name[0].start : name[-1].end]
        sure[span] = sure.get(span, False) or len(name) > 1 or not name[0].begins_sentence
    words = (word for span, is_sure in sure.items() if is_sure for word in normalise(span).split())
    return Names(tuple(sure), frozenset(words))


@dataclass(frozen=True, slots=True)
class _Word:
    """A word of a text, and its part in a name.

    Attributes:
        is_joined: whether the characters before the word may occur inside a name.
        has_capital: whether it begins or continues a name.
        goes_on: whether it can continue a name even though it has no capital.
    """

    text: str
    start: int
    end: int
    begins_sentence: bool
    is_joined: bool
    has_capital: bool
    goes_on: bool


def _words(text: str) -> Iterator[_Word]:
    before: re.Match[str] | None = None
    for match in WORD.finditer(text):
        word = match[0]
        gap = text[before.end() : match.start()] if before else ""
        is_initial = before is not None and len(before[0]) == 1 and gap.startswith(".")  # "U.S. President"
        begins = before is None or (not is_initial and _SENTENCE_END.search(gap) is not None)
        yield _Word(
            word,
            match.start(),
            match.end(),
            begins_sentence=begins,
            is_joined=not begins and (gap in _JOINTS or is_initial),
            has_capital=word[0].isupper() and not (begins and word.lower() in STOP_WORDS),
            goes_on=word[0].isdigit() or word in _INNER or (gap in _APOSTROPHES and word not in _ENDINGS),
        )
        before = match


def _runs_of_capitals(words: Iterable[_Word]) -> Iterator[list[_Word]]:
    """The words of each name, which begins with a capital, with what may stand inside one behind it."""
    name: list[_Word] = []
    for word in words:
        if name and not word.is_joined:
            yield name
            name = []
        if (word.has_capital or (name and word.goes_on)) and len(name) < _LONGEST_NAME:
            name.append(word)
        elif name:
            yield name
            name = []
    if name:
        yield name


def common_runs(span: str, common: Collection[str], others: Sequence[str]) -> Iterator[str]:
    """The longest parts of a name that some other names, normalised, have too.

    One word of several is not enough: King County is not Snohomish County, nor is Daniel Ortega Daniel Barenboim. But
    if it is the last word of both, it is mostly a surname.
    """
    words = list(WORD.finditer(span))
    whole = normalise(span)
    start = 0
    while start < len(words):
        for end in range(len(words), start, -1):
            run = span[words[start].start() : words[end - 1].end()]
            key = normalise(run)
            parts = key.split()
            if not parts or parts[0] not in common or parts[-1] not in common:
                continue
            within = [other for other in others if f" {key} " in f" {other} "]
            if any(
                len(parts) > 1 or key in (whole, other) or (whole.endswith(f" {key}") and other.endswith(f" {key}"))
                for other in within
            ):
                yield run
                start = end
                break
        else:
            start += 1
