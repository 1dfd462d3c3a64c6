"""The English for the words of a text with blanks between them."""

from __future__ import annotations

from embeddings.search.abroad.cyrillic import in_latin, is_cyrillic
from embeddings.search.abroad.languages import Frequencies
from embeddings.search.abroad.tables import CYRILLIC, Language, beginnings, key, phrases_at, tables
from embeddings.text import WORD, normalise

_COMPOUNDS = {"de", "nl"}
_JOINTS = ("", "s", "es", "n", "en", "e")  # between the parts of a compound
_SHORTEST_PART = 4  # letters
_LONG_ENDING = 3  # letters, beyond which an ending may be the other part of a compound
_MUCH_OFTENER = 5


def in_english(text: str, language: str, of: Language, frequencies: Frequencies) -> str:
    """The English for a text, each word once; names and whatever else is not known stay, in Latin letters."""
    tokens = WORD.findall(text)
    words = [key(token) for token in tokens]
    found: list[str] = []
    place = 0
    while place < len(words):
        width, english = next(phrases_at(words, place, of.phrases), (1, None))
        found.append(_word(tokens[place], words[place], language, of, frequencies) if english is None else english)
        place += width
    return " ".join(english for english in dict.fromkeys(found) if english)


def _word(token: str, word: str, language: str, of: Language, frequencies: Frequencies) -> str:
    """The English for a word: itself where nothing is known of it, nothing for a little word."""
    if word in of.little:
        return ""
    english = of.english(word)
    if language in _COMPOUNDS and (english is None or len(word) - _known_to(word, of) > _LONG_ENDING):
        english = _compound(word, of) or english
    if english is not None:
        return english
    if language in CYRILLIC:
        return in_latin(word, language, frequencies) if is_cyrillic(word) else token
    return _city(word, frequencies) or token


def _known_to(word: str, of: Language) -> int:
    """How many letters a word that is known has without its ending."""
    return len(word) if word in of.exact else next(len(stem) for stem in beginnings(word) if stem in of.stems)


def _compound(word: str, of: Language) -> str | None:
    """The English for the two parts of a compound, both of which must be known."""
    for end in range(len(word) - _SHORTEST_PART, _SHORTEST_PART - 1, -1):
        last = of.english(word[end:])
        for joint in _JOINTS if last is not None else ():
            first = word[:end].removesuffix(joint) if joint else word[:end]
            if (english := of.exact.get(first) or of.stems.get(first)) is not None:
                return f"{english} {last}"
    return None


def _city(word: str, frequencies: Frequencies) -> str | None:
    """The English name of a city, where an archive uses that far oftener than the word itself."""
    if (city := tables().cities.get(word)) is None:
        return None
    names = normalise(city).split()
    known = frequencies([word, *names])
    return city if min(known.get(name, 0) for name in names) > _MUCH_OFTENER * known.get(word, 0) else None
