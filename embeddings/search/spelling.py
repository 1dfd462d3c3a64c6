"""What a question's unknown words mean: words and names that the archive has, spelt wrongly. Values in, values out.

A word that the archive has is never changed, nor is one that is English, a number or short.
"""

from __future__ import annotations

import codecs
import math
import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass
from functools import cache
from importlib import resources

import numpy as np
from rapidfuzz.distance import OSA

from embeddings.index.spellings import LEAST_LETTERS, Spelling, Spellings
from embeddings.stems import STOP_WORDS
from embeddings.text import WORD, normalise

Frequencies = Callable[[Sequence[str]], Mapping[str, int]]
"""How many events have each of some normalised words; those that none has are left out."""
Together = Callable[[Sequence[str], Sequence[str]], bool]
"""Whether any event has all of some normalised words and one of some others."""

_MOST_TRIED = 3  # names for a window; where none of them fits, none is meant
_GAP = re.compile(r"[ '’\-]{1,3}")  # between words that may be one name
_WIDEST = 3  # words that are looked up as one name
_MOST_LOOKED_UP = 4  # unknown words of a question; with more, it is in another language

# What is written in several ways sounds the same: Gaddafi and Qadhafi, Krim and Crim, Wienstein and Weinstein.
_SOUNDS = str.maketrans(
    {**dict.fromkeys("cqg", "k"), **dict.fromkeys("aeiouy", "a"), "w": "v", "z": "s", "h": None, "x": "ks"}
)
_DOUBLED = re.compile(r"(.)\1+")

# The further from what was typed, the more frequent it must be: in so many of 100,000 events, by what share of the
# letters is wrong. Of 40,000 English words, 8,382 occur in none of 113,755 events; had nothing else kept them from it,
# 648 of them would have been read as something else, and 2,899 whatever its frequency.
_NEAR, _FEWEST, _TENFOLD = 0.08, 2.0, 0.06
# A word that is no name must be longer, nearer and so many times as frequent: oftener something else is meant.
_PLAIN_LETTERS, _PLAIN_NEAR, _PLAIN_TIMES = 7, 0.15, 10.0
_SUPPORTED_LETTERS = 6  # the same where the rest of the question supports it
_SURE = 0.09  # the share of wrong letters below which it need not fit the rest of the question
_FAMOUS = 500  # events; what a word of four letters may stand for
_PER = 100_000
_RARE, _RARE_TIMES = 3, 30  # events that have a word, and how many times as many have another spelling


@dataclass(frozen=True, slots=True)
class Correction:
    """Words of a question as they were typed, and as they are read."""

    typed: str
    read: str


@dataclass(frozen=True, slots=True)
class _Window:
    """Some neighbouring words of a question that may be one name.

    Attributes:
        lacking: those that the archive lacks, at least one; the others stay.
    """

    first: int
    last: int
    words: tuple[str, ...]
    lacking: frozenset[str]

    @classmethod
    def of(cls, place: int, word: str) -> _Window:
        """A single word that the archive lacks."""
        return cls(place, place, (word,), frozenset([word]))

    @property
    def key(self) -> str:
        return "".join(self.words)

    @property
    def staying(self) -> frozenset[str]:
        return frozenset(self.words) - self.lacking


@dataclass(frozen=True, slots=True)
class Lexicon:
    """What an archive has of words.

    Attributes:
        events: how many it has.
        explained: words that are another name of something, whether or not it has them.
        all_spellings: gives its words and names, which take a while to read, and most questions need none.
    """

    events: int
    explained: AbstractSet[str]
    all_spellings: Callable[[], Spellings]
    frequencies: Frequencies
    together: Together

    @property
    def spellings(self) -> Spellings:
        """How it spells its words and names."""
        return self.all_spellings()

    def is_name(self, word: str) -> bool:
        """Whether it mostly writes a normalised word with a capital inside a sentence."""
        return any(spelling.is_name for spelling in self.spellings.near(word, 0))


def corrected(text: str, archive: Lexicon) -> tuple[str, tuple[Correction, ...]]:
    """A question with the words that an archive lacks as the archive spells them, and what was changed."""
    tokens = list(WORD.finditer(text))
    words = [normalise(token[0]) for token in tokens]
    known = archive.frequencies(list(dict.fromkeys(words))).keys() | (archive.explained & set(words))
    lacking = {place for place, token in enumerate(tokens) if words[place] not in known and _is_plain(token[0])}
    strange = [word for word in words if lacking and word not in known and _is_strange(word)]
    if not lacking or len(strange) > _MOST_LOOKED_UP or not len(archive.spellings):
        return text, ()
    telling = [word for word in words if word in known and word not in STOP_WORDS]
    found: list[tuple[_Window, Spelling]] = []
    for window in _windows(text, tokens, words, lacking):
        if any(other.first <= window.last and window.first <= other.last for other, _ in found):
            continue
        others = [word for word in telling if word not in window.words]
        if (meant := _meant(window, others, archive)) is not None:
            found.append((window, meant))
    found += _supported(words, lacking, found, telling, archive)
    read = {word for window, _ in found for word in window.lacking}
    if len(read) < len(set(strange) - read) or not read:
        return text, ()  # where many words remain unknown, it is in another language
    changes = []
    for window, meant in sorted(found, key=lambda pair: pair[0].first, reverse=True):
        first, last, name = _changed(window, meant.text)
        start, end = tokens[first].start(), tokens[last].end()
        changes.append(Correction(text[start:end], name))
        text = text[:start] + name + text[end:]
    return text, tuple(reversed(changes))


def _supported(
    words: Sequence[str],
    lacking: AbstractSet[int],
    found: Sequence[tuple[_Window, Spelling]],
    telling: Sequence[str],
    archive: Lexicon,
) -> list[tuple[_Window, Spelling]]:
    """What single words that are still unknown may mean, where events tell of it with the rest of the question.

    The rest may be unknown, too: chelabinks and meteror support each other.
    """
    done = {place for window, _ in found for place in range(window.first, window.last + 1)}
    near = {place: _near_enough(words[place], archive) for place in sorted(lacking - done)[:_MOST_LOOKED_UP]}
    read = [word for _, name in found for word in normalise(name.text).split()]
    supported = []
    for place, likely in near.items():
        others = [normalise(each.text) for other, some in near.items() if other != place for each in some]
        support = [*(word for word in telling if word != words[place]), *read, *others]
        for each in likely if support else ():
            if archive.together([normalise(each.text)], support):
                supported.append((_Window.of(place, words[place]), each))
                break
    return supported


def _near_enough(word: str, archive: Lexicon) -> list[Spelling]:
    """The single words that a word which is not English may mean, however rare they are, the likeliest first."""
    if is_english(word) or len(word) <= LEAST_LETTERS:
        return []

    def may_be_meant(wrong: float, spelling: Spelling) -> bool:
        is_one_word = len(normalise(spelling.text).split()) == 1
        is_long = spelling.is_name or len(word) >= _SUPPORTED_LETTERS
        return wrong <= _allowed(len(word)) and is_one_word and spelling.events > 1 and is_long

    return [spelling for _, spelling in _likeliest(word, archive, may_be_meant)]


def _likeliest(
    key: str, archive: Lexicon, may_be_meant: Callable[[float, Spelling], bool]
) -> list[tuple[float, Spelling]]:
    """The spellings near a key that may be meant, by how wrong the key then is, the likeliest first."""
    near = ((cost(key, each.key), each) for each in archive.spellings.near(key, _most_wrong(len(key))))
    likely = [(wrong, each) for wrong, each in near if may_be_meant(wrong, each)]
    return sorted(likely, key=lambda pair: (_rank(*pair), pair[1].key))[:_MOST_TRIED]


def spelt_otherwise(text: str, archive: Lexicon) -> tuple[tuple[str, str], ...]:
    """Words of a question that an archive hardly has, and what it nearly always has instead: (Gadafi, Gaddafi).

    It does have them, so they are no errors; but who asks for them wants the others, too.
    """
    words = dict.fromkeys(normalise(token[0]) for token in WORD.finditer(text) if _is_plain(token[0]))
    counts = archive.frequencies(list(words))
    rare = [word for word in words if 0 < counts.get(word, 0) <= _RARE and not is_english(word)]
    found = []
    for word in rare[:_MOST_LOOKED_UP] if rare and len(archive.spellings) else ():
        window = _Window.of(0, word)
        near = [each for each in archive.spellings.near(word, 1) if each.events >= _RARE_TIMES * counts[word]]
        likely = [
            each
            for each in near
            if (wrong := cost(word, each.key)) <= 0.5 and _is_likely(window, wrong, each, archive.events)
        ]
        if likely:
            found.append((word, min(likely, key=lambda each: (-each.events, each.key)).text))
    return tuple(found)


def _is_plain(word: str) -> bool:
    """Whether a word may be wrong: who writes an accent writes with care."""
    return len(word) >= LEAST_LETTERS and word.isalpha() and normalise(word) == word.lower()


def _is_strange(word: str) -> bool:
    return word.isalpha() and not is_english(word)


def _windows(text: str, tokens: Sequence[re.Match[str]], words: Sequence[str], lacking: set[int]) -> Iterator[_Window]:
    """What may be a name and has words that the archive lacks, the widest first: names are surer than their words."""
    for width in range(_WIDEST, 0, -1):
        for first in range(len(words) - width + 1):
            last = first + width - 1
            gaps = (text[tokens[at].end() : tokens[at + 1].start()] for at in range(first, last))
            of_it = lacking.intersection(range(first, last + 1))
            if of_it and all(map(_GAP.fullmatch, gaps)):
                yield _Window(first, last, tuple(words[first : last + 1]), frozenset(words[place] for place in of_it))


def _changed(window: _Window, read: str) -> tuple[int, int, str]:
    """The first and the last word of a window that are wrong, and what stands for them."""
    parts = list(WORD.finditer(read))
    if len(parts) != len(window.words):
        return window.first, window.last, read
    wrong = [at for at, part in enumerate(parts) if normalise(part[0]) != window.words[at]]
    return window.first + wrong[0], window.first + wrong[-1], read[parts[wrong[0]].start() : parts[wrong[-1]].end()]


def _meant(window: _Window, others: Sequence[str], archive: Lexicon) -> Spelling | None:
    """The word or name that is most likely meant; if it is not very near, some event has it with another word."""
    key = window.key
    for wrong, each in _likeliest(key, archive, lambda wrong, each: _is_likely(window, wrong, each, archive.events)):
        is_sure = wrong / len(key) < _SURE or not others
        if is_sure or archive.together(normalise(each.text).split(), others):
            return each
    return None


def _most_wrong(letters: int) -> int:
    return 1 if letters <= 4 else 2 if letters <= 9 else 3


def _rank(wrong: float, spelling: Spelling) -> float:
    return wrong - math.log10(spelling.events + 1) / 4 - spelling.is_name / 4


def _is_likely(window: _Window, wrong: float, spelling: Spelling, events: int) -> bool:
    letters = len(window.key)
    share = wrong / letters
    needed = _FEWEST * 10 ** ((share - _NEAR) / _TENFOLD)
    if not spelling.is_name:
        if letters < _PLAIN_LETTERS or share > _PLAIN_NEAR:
            return False
        needed *= _PLAIN_TIMES
    elif letters == LEAST_LETTERS:
        needed = max(needed, _FAMOUS)
    enough = wrong <= _allowed(letters) and spelling.events >= needed * events / _PER
    return enough and _may_stand_for(window, normalise(spelling.text).split(), joined=not wrong)


def _may_stand_for(window: _Window, meant: Sequence[str], *, joined: bool) -> bool:
    """Whether a name, by its words, may be what a window means, however near it is.

    Args:
        joined: whether they have the same letters, and differ in their blanks.
    """
    english = any(map(is_english, window.lacking))
    if len(meant) != len(window.words):
        return not english and (joined or window.staying.issubset(meant))
    pairs = [(word, other) for word, other in zip(window.words, meant, strict=True) if word != other]
    is_supported = len(pairs) < len(meant)  # by a word of the name that is right
    if not pairs or (english and not is_supported):
        return False
    more = 0.5 if is_supported else 0.0
    return all(
        word in window.lacking and (len(meant) == 1 or cost(word, other) <= _allowed(len(word)) + more)
        for word, other in pairs
    )


def _allowed(letters: int) -> float:
    """The cost up to which a word of so many letters may be meant."""
    return 0.5 if letters <= 4 else 1.0 if letters <= 6 else 1.5 if letters <= 9 else 2.0


def cost(typed: str, meant: str) -> float:
    """How far apart two keys are: by their letters and by their sound, of which each counts half."""
    return (OSA.distance(typed, meant) + OSA.distance(sound(typed), sound(meant))) / 2


def sound(key: str) -> str:
    """Roughly what a key sounds like: all vowels alike, and letters that are written for each other."""
    return _DOUBLED.sub(r"\1", key.replace("ph", "f").replace("tch", "c").translate(_SOUNDS)).rstrip("a")


def is_english(word: str) -> bool:
    """Whether it is one of 82,834 English words, as a word that an archive happens to lack may be."""
    known, wanted = _english_words(), word.encode()
    if len(wanted) > known.itemsize:  # all of them would be copied to compare them with it
        return False
    place = int(known.searchsorted(wanted))
    return place < len(known) and bool(known[place] == wanted)


@cache
def _english_words() -> np.ndarray:
    """In order of their letters, in 2 MB; as strings in a set they take 9."""
    file = resources.files("symspellpy") / "frequency_dictionary_en_82_765.txt"
    words = file.read_bytes().removeprefix(codecs.BOM_UTF8).split()[::2]  # each is followed by its frequency
    return np.sort(np.array(words))
