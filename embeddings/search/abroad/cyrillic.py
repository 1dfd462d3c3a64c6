"""Names in Cyrillic letters, as an archive writes them in Latin ones."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping

from embeddings.search.abroad.languages import Frequencies

_CYRILLIC = re.compile("[\u0400-\u052f]")
# As news in English has them, after the BGN/PCGN romanization of Russian (1947) and the Ukrainian national one (2010):
# where there are several ways, all are tried. й and ё have lost their marks.
_RUSSIAN = {
    "а": "a", "б": "b", "в": "v", "г": "g", "д": "d", "е": "e ye", "ж": "zh", "з": "z", "и": "i y", "к": "k",
    "л": "l", "м": "m", "н": "n", "о": "o", "п": "p", "р": "r", "с": "s", "т": "t", "у": "u", "ф": "f", "х": "kh h",
    "ц": "ts", "ч": "ch", "ш": "sh", "щ": "shch", "ъ": "", "ы": "y", "ь": "", "э": "e", "ю": "yu", "я": "ya ia",
    "і": "i", "є": "ye ie", "ґ": "g",
}  # fmt: skip
_LETTERS = {"ru": _RUSSIAN, "uk": {**_RUSSIAN, "г": "h g", "и": "y i", "е": "e"}}
_ENDINGS = "а у ом е ы и ои я ю ем ого ому ым ых ов ами ах еи і".split()  # of the cases
_NOMINATIVES = ("", "a", "y")  # what a name may end with instead
_SHORTEST = 3  # letters without an ending
_MOST_WAYS = 16


def is_cyrillic(word: str) -> bool:
    """Whether a word has Cyrillic letters."""
    return _CYRILLIC.search(word) is not None


def in_latin(word: str, language: str, frequencies: Frequencies) -> str:
    """A name in whatever case it stands, spelt as most events of an archive have it; if none has, letter by letter.

    Args:
        word: as `tables.key` gives it.
    """
    letters = _LETTERS[language]
    ways = list(_ways(word, letters))
    for ending in _ENDINGS:
        if word.endswith(ending) and len(word) - len(ending) >= _SHORTEST:
            ways += [way + other for way in _ways(word.removesuffix(ending), letters) for other in _NOMINATIVES]
    known = frequencies(list(dict.fromkeys(ways)))
    return max(known, key=lambda way: (known[way], len(way)), default=ways[0]).capitalize()


def _ways(word: str, letters: Mapping[str, str]) -> Iterator[str]:
    ways = [""]
    for letter in word:
        ways = [way + sound for way in ways for sound in letters.get(letter, letter).split(" ")][:_MOST_WAYS]
    yield from ways
