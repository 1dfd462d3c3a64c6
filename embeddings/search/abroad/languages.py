"""In which language a question is: English, unless its letters or its words say otherwise."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from functools import lru_cache

from embeddings.index.spellings import LEAST_LETTERS
from embeddings.search.abroad import unspaced
from embeddings.search.abroad.tables import (
    CYRILLIC,
    UNSPACED,
    Language,
    beginnings,
    key,
    phrases_at,
    signs,
    tables,
)
from embeddings.search.spelling import is_english
from embeddings.stems import STOP_WORDS
from embeddings.text import WORD

Frequencies = Callable[[Sequence[str]], Mapping[str, int]]
"""How many events of an archive have each of some normalised words; those that none has are left out."""
IsName = Callable[[str], bool]
"""Whether an archive writes a normalised word with a capital."""

_LEAST = 2  # what the signs of a language must weigh together: a word of its own is enough, or two weak ones
_RARE = 30  # events of an archive that may have a foreign word, and it is still a sign of its language

_FOREIGN = re.compile(
    "[\u0370-\u1cff\u1f00-\u1fff\u2e80-\ua4cf\ua960-\ua97f\uac00-\ud7ff\uf900-\ufaff\ufe70-\ufefc\uff66-\uffdc]"
)
_CYRILLIC, _UKRAINIAN = re.compile("[\u0400-\u052f]"), re.compile("[іїєґІЇЄҐ]")
_KANA, _HANGUL, _HAN = re.compile("[\u3040-\u30ff]"), re.compile("[\uac00-\ud7a3]"), re.compile("[\u3400-\u9fff]")


def language_of(text: str, frequencies: Frequencies, is_name: IsName) -> str | None:
    """The code of the language of a text without dates; "und" if it is none that is known, None if it is English.

    Args:
        frequencies, is_name: of the archive, whose own words and names tell no language.
    """
    return _by_letters(text) or _by_words(text, frequencies, is_name)


def _by_letters(text: str) -> str | None:
    if text.isascii() or not _FOREIGN.search(text):
        return None
    if _HANGUL.search(text):
        return "ko"
    if _KANA.search(text):
        return "ja"
    if _HAN.search(text):
        return max("zh", "ja", key=lambda code: unspaced.known_letters(text, tables().languages[code]))
    if len(_CYRILLIC.findall(text)) > 1:
        return "uk" if _UKRAINIAN.search(text) else "ru"
    return "und" if len(_FOREIGN.findall(text)) > 1 else None  # one may be a sign: α


def _by_words(text: str, frequencies: Frequencies, is_name: IsName) -> str | None:
    """The language with Latin letters of which a text has more words than it has English ones."""
    tokens = WORD.findall(text)
    words = [key(token) for token in tokens]
    weak = {word: of for word in words if (of := signs().weak.get(word))}
    telling = {word: of for word in words if word not in weak and (of := _sign(word))}
    if not text.isascii():
        telling |= _accented(tokens, words)
    phrases = [of for place, word in enumerate(words) if _begins(word) for _, of in _phrases_at(words, place)]
    may_be_little = bool(weak) and len(words) > 1 and all(word in weak or word in STOP_WORDS for word in words)
    if not (telling or phrases or len(weak) >= _LEAST or may_be_little):
        return None
    common = frequencies(list(telling))
    votes: Counter[str] = Counter()
    for word, of in telling.items():
        # A word that the archive knows well is a name that English news tells of, too: Bundestag.
        votes.update(dict.fromkeys(of.split(), _LEAST if common.get(word, 0) <= _RARE else 1))
    for of in weak.values():
        votes.update(of.split())
    votes.update(dict.fromkeys(phrases, _LEAST))
    most = max(votes.values())
    own = {code: _own(words, tables().languages[code]) for code in votes if votes[code] == most}
    language = max(own, key=lambda code: len(own[code]))
    others = (word for word in set(words) - own[language] if len(word) >= LEAST_LETTERS or word in STOP_WORDS)
    english = sum(is_english(word) and not is_name(word) for word in others)
    least = 1 if may_be_little and own[language].issuperset(words) else _LEAST  # "was geschah"
    return language if most >= least and most > 2 * english else None


def _own(words: Sequence[str], of: Language) -> set[str]:
    """Those of some words that a language has."""
    own = {word for word in words if word in of.little or of.english(word) is not None}
    for place in range(len(words)):
        for width, _ in phrases_at(words, place, of.phrases):
            own.update(words[place : place + width])
    return own


def _phrases_at(words: Sequence[str], place: int) -> list[tuple[int, str]]:
    return list(phrases_at(words, place, signs().phrases))


def _accented(tokens: Sequence[str], words: Sequence[str]) -> dict[str, str]:
    """The words that are written with accents, and the languages that have each."""
    found = {}
    for token, word in zip(tokens, words, strict=True):
        languages = tables().languages.items() if not token.isascii() else ()
        known = [(code, of.english(word)) for code, of in languages if code not in CYRILLIC | UNSPACED]
        if own := [code for code, english in known if english is not None and word not in key(english)]:
            found[word] = " ".join(own)
    return found


@lru_cache(4_096)  # most questions are of the same words
def _sign(word: str) -> str | None:
    """The languages of which a word is a sign."""
    of = signs()
    return of.exact.get(word) or next((of.stems[stem] for stem in beginnings(word) if stem in of.stems), None)


@lru_cache(4_096)
def _begins(word: str) -> bool:
    """Whether a word may begin a phrase."""
    phrases = signs().phrases
    return word in phrases or any(f"{stem}*" in phrases for stem in beginnings(word))
