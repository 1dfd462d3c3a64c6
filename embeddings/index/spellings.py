"""How an archive spells what it tells of: its words and names, how often each occurs, and which are near to a text.

A name of several words is one entry, and entries are compared without their blanks: "notredame" and "sadam hussien" are
as near to a name as their letters are.
"""

from __future__ import annotations

import re
from array import array
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import accumulate, compress, islice

import numpy as np
from rapidfuzz.distance import OSA
from rapidfuzz.process import cdist

from embeddings.stems import STOP_WORDS
from embeddings.text import compact

MOST_SPELLINGS = 100_000  # of an archive, the most frequent ones: 113,755 events have 60,000 that occur more than once
LONGEST_NAME = 4  # words
COUNTED_AT_ONCE = 1_000_000  # forms; beyond it, the rarer half is forgotten
LEAST_LETTERS = 4  # of a word; shorter ones are near to too many others
_LONGEST = 40  # letters
_INNER = frozenset("al bin da de del den der di do du el ibn la le of the und van von".split())  # inside a name
_LONGEST_RUN = 6  # words in a row with capitals
_WORD_AND_GAP = re.compile(r"([^\W_]+)([\W_]*)")
_JOINTS = frozenset((" ", "-", "'", "’"))  # between the words of a name
_AT_ONCE = 4_096  # keys


@dataclass(frozen=True, slots=True)
class Spelling:
    """A word or a name as the archive writes it.

    Attributes:
        key: its letters: `compact`.
        text: its most frequent form.
        events: how many have it.
    """

    key: str
    text: str
    events: int

    @property
    def is_name(self) -> bool:
        """Whether it is mostly written with a capital inside a sentence."""
        return self.text != self.text.lower()


class SpellingCounter:
    """Counts the words and names of events, one event after another."""

    def __init__(self) -> None:
        self._seen: Counter[str] = Counter()

    def add(self, texts: Iterable[str]) -> None:
        """Count the words and names of one event, each once."""
        self._seen.update({form for text in texts for form in _forms(text)})
        if len(self._seen) > COUNTED_AT_ONCE:
            self._seen = Counter(dict(self._seen.most_common(COUNTED_AT_ONCE // 2)))

    def most_common(self) -> list[Spelling]:
        """The most frequent words and names, in order of their letters."""
        forms: defaultdict[str, list[tuple[int, str]]] = defaultdict(list)
        for form, events in self._seen.items():
            forms[compact(form)].append((events, form))
        found = [
            Spelling(key, max(seen)[1], sum(events for events, _ in seen))
            for key, seen in forms.items()
            if LEAST_LETTERS <= len(key) <= _LONGEST
        ]
        found.sort(key=lambda spelling: (-spelling.events, spelling.key))
        return sorted(found[:MOST_SPELLINGS], key=lambda spelling: spelling.key)


def _forms(text: str) -> Iterator[str]:
    """The words of a text, and its names of two to four words; a capital at its beginning says nothing."""
    run: list[tuple[str, str]] = []
    before = ""
    for number, match in enumerate(_WORD_AND_GAP.findall(text)):
        word, gap = match
        is_word = word.isalpha()
        if is_word and len(word) >= LEAST_LETTERS:
            yield word if number else word.lower()
        if run and before not in _JOINTS:
            yield from _names(run)
            run = []
        before = gap
        if (is_word and word[0].isupper() and (number or word.lower() not in STOP_WORDS)) or (
            run and word in _INNER and len(run) < _LONGEST_RUN
        ):
            run.append(match)
        elif run:
            yield from _names(run)
            run = []
    yield from _names(run)


def _names(run: Sequence[tuple[str, str]]) -> Iterator[str]:
    """The names in a row of words with capitals: any of its parts may be one.

    Args:
        run: each word, and what stands between it and the next.
    """
    if len(run) < 2:
        return
    run = run[:_LONGEST_RUN]
    for first in range(len(run) - 1):
        name, gap = run[first]
        if name in _INNER:
            continue
        for word, after in run[first + 1 : first + LONGEST_NAME]:
            name += gap + word
            gap = after
            if word not in _INNER:
                yield name


class _Texts:
    """Texts in blocks of `_AT_ONCE`, each one string: as strings of their own each text takes 50 bytes more."""

    def __init__(self) -> None:
        self._blocks: list[str] = []
        self._ends = array("i")  # of each, in its block

    def append_block(self, texts: Sequence[str]) -> None:
        """Append `_AT_ONCE` texts, or fewer at the end."""
        self._blocks.append("".join(texts))
        self._ends.extend(accumulate(map(len, texts)))

    def some(self, places: np.ndarray) -> list[str]:
        """The texts at some places."""
        ends, (blocks, in_block) = np.frombuffer(self._ends, np.int32), np.divmod(places, _AT_ONCE)
        starts = np.where(in_block > 0, ends[places - 1], 0)
        parts = zip(blocks.tolist(), starts.tolist(), ends[places].tolist(), strict=True)
        return [self._blocks[block][start:end] for block, start, end in parts]


class Spellings:
    """The words and names of an archive, to be compared with what somebody typed; some 6 MB at `MOST_SPELLINGS`.

    Args:
        spellings: key, text and events of each.
    """

    def __init__(self, spellings: Iterable[tuple[str, str, int]]) -> None:
        self._keys, self._texts = _Texts(), _Texts()
        counts, key_lengths = array("i"), array("h")
        letters = [np.zeros(0, np.uint64)]
        left = iter(spellings)
        while some := list(islice(left, _AT_ONCE)):
            keys, texts, events = zip(*some, strict=True)
            self._keys.append_block(keys)
            self._texts.append_block(["" if text == key else text for key, text in zip(keys, texts, strict=True)])
            counts.extend(events)
            key_lengths.extend(map(len, keys))
            letters.append(_letters(keys))
        self._events = np.array(counts, np.int32)
        lengths = np.array(key_lengths, np.int16)
        self._by_length = np.argsort(lengths, kind="stable").astype(np.int32)  # rows, those of the shortest keys first
        self._starts = np.searchsorted(lengths[self._by_length], np.arange(_LONGEST + 2)).tolist()
        self._letters = np.concatenate(letters)[self._by_length]  # in that order

    def __len__(self) -> int:
        return len(self._events)

    def near(self, key: str, most: int) -> list[Spelling]:
        """What differs from a key by at most so many letters left out, added, changed or swapped."""
        if not len(self) or len(key) > _LONGEST + most:
            return []
        part = slice(self._starts[max(len(key) - most, 0)], self._starts[min(len(key) + most, _LONGEST) + 1])
        # One letter more or less changes one bit, another letter two. That leaves few to compare.
        differing = np.bitwise_count(self._letters[part] ^ _letters([key])[0])
        rows = np.sort(self._by_length[part][differing <= 2 * most])
        keys = self._keys.some(rows)
        is_near = cdist([key], keys, scorer=OSA.distance, score_cutoff=most, dtype=np.uint8)[0] <= most
        rows = rows[is_near]
        of_rows = zip(compress(keys, is_near), self._texts.some(rows), self._events[rows].tolist(), strict=True)
        return [Spelling(near, text or near, events) for near, text, events in of_rows]


def _letters(keys: Sequence[str]) -> np.ndarray:
    """Which letters each key has, (len(keys),) uint64: a bit for each, which letters of other scripts share, and a
    second one for those that it has twice or more. Each letter takes 300 bytes meanwhile."""
    codes = np.frombuffer("".join(keys).encode("utf-32-le"), np.uint32) & 31
    rows = np.repeat(np.arange(len(keys)), [len(key) for key in keys])
    counts = np.bincount(rows * 32 + codes, minlength=32 * len(keys)).reshape(-1, 32)
    return np.packbits(np.hstack((counts > 0, counts > 1)), axis=1).view(np.uint64).ravel()
