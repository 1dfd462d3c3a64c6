"""The names in a text, as capitals tell."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass

from embeddings.stems import STOP_WORDS
from embeddings.text import normalise

_WORD = re.compile(r"[^\W_]+")
_APOSTROPHES = ("'", "’")
_JOINTS = (" ", "-", "–", *_APOSTROPHES)  # between the words of a name
_INNER = frozenset("of for the de la le l d del der di da do dos al el bin ibn van von".split())  # inside a name
_ENDINGS = frozenset("s t d m ll re ve".split())  # behind an apostrophe, no part of a name
_LONGEST_NAME = 12  # words
_CALENDAR = frozenset(
    "january february march april june july august september october november december "
    "monday tuesday wednesday thursday friday saturday sunday".split()  # May is a name as often as a month
)
_SENTENCE_END = re.compile(r"[.!?:;]")


@dataclass(frozen=True, slots=True)
class Names:
    """The names in a text: words beginning with a capital.

    Attributes:
        spans: each name as it is written, once.
        sure: words, normalised, that have a capital for another reason than that a sentence begins with them.
    """

    spans: tuple[str, ...]
    sure: frozenset[str]

    @property
    def words(self) -> frozenset[str]:
        """The words of all names, normalised, without those that say nothing."""
        return frozenset(telling_words(self.spans))


def telling_words(texts: Iterable[str]) -> list[str]:
    """The words of some texts, normalised, each once, without letters, days, months and words of every text."""
    words = dict.fromkeys(normalise(" ".join(texts)).split())
    return [word for word in words if len(word) > 1 and word not in STOP_WORDS and word not in _CALENDAR]


def names(text: str) -> Names:
    """Find the names in a text: "Clashes in Addis Ababa" has Addis Ababa, and Clashes, which is not sure to be one."""
    sure: dict[str, bool] = {}  # of each name
    name: list[re.Match[str]] = []  # the words of the one that is being read
    begins_sentence = False  # whether that one does
    before: re.Match[str] | None = None

    def end() -> None:
        while name and name[-1][0] in _INNER:
            name.pop()
        if name:
            span = text[name[0].start() : name[-1].end()]
            sure[span] = sure.get(span, False) or len(name) > 1 or not begins_sentence
            name.clear()

    for word in _WORD.finditer(text):
        gap = text[before.end() : word.start()] if before else ""
        is_initial = before is not None and len(before[0]) == 1 and gap.startswith(".")  # "U.S. President"
        begins = before is None or (not is_initial and _SENTENCE_END.search(gap) is not None)
        if begins or not (gap in _JOINTS or is_initial):
            end()
        has_capital = word[0][0].isupper() and not (begins and word[0].lower() in STOP_WORDS)
        is_part = word[0][0].isdigit() or word[0] in _INNER or (gap in _APOSTROPHES and word[0] not in _ENDINGS)
        if has_capital and not name:
            begins_sentence = begins
        if (has_capital or (name and is_part)) and len(name) < _LONGEST_NAME:
            name.append(word)
        else:
            end()
        before = word
    end()
    words = (word for span, is_sure in sure.items() if is_sure for word in normalise(span).split())
    return Names(tuple(sure), frozenset(words))


def common_runs(span: str, common: Collection[str], others: Sequence[str]) -> Iterator[str]:
    """The longest parts of a name that some other names, normalised, have too.

    One word of several is not enough: King County is not Snohomish County, nor is Daniel Ortega Daniel Barenboim. But
    where it ends both it is mostly a surname.
    """
    words = list(_WORD.finditer(span))
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
