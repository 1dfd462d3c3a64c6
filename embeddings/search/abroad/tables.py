"""The words of other languages, as they ship, and how a word is looked up in them."""

from __future__ import annotations

import json
import re
import unicodedata
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from embeddings.text import normalise

SIGNS, TABLES = (Path(__file__).with_name(name) for name in ("signs.json", "words.json"))
LONGEST_ENDING = 7  # letters behind a stem: Turkish has long ones
CYRILLIC, UNSPACED = frozenset({"ru", "uk"}), frozenset({"ja", "ko", "zh"})
"""The languages with Cyrillic letters, and those whose words are looked for in a text as if it had no blanks."""

_SHORTEST_STEM = 2  # letters
_LETTERS_OF_THEIR_OWN = str.maketrans("ıłøđ", "ilod")
_EASTERN = re.compile("[\u3040-\u30ff\u3400-\u9fff\uac00-\ud7a3]")

Phrases = Mapping[str, list[list[str]]]
"""By the first word of phrases their other words, and then what is said of the phrase; `*` stands for any ending."""


@dataclass(frozen=True, slots=True)
class Language:
    """The words of one language, by `key`, and the English for each.

    Attributes:
        stems: words with any ending.
        phrases: those of several words, the longest first.
        little: words that say nothing of what is asked for.
    """

    exact: Mapping[str, str]
    stems: Mapping[str, str]
    phrases: Phrases
    little: frozenset[str]

    def english(self, word: str) -> str | None:
        """The English for a word; None if it is not known."""
        if (english := self.exact.get(word)) is not None:
            return english
        return next((self.stems[stem] for stem in beginnings(word) if stem in self.stems), None)


@dataclass(frozen=True, slots=True)
class Tables:
    """What ships.

    Attributes:
        languages: by their codes.
        cities: English names by those in other languages with Latin letters.
    """

    languages: Mapping[str, Language]
    cities: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Signs:
    """Words that no English text has, and the codes of their languages, a blank between.

    Attributes:
        weak: names and little words, which tell less.
    """

    exact: Mapping[str, str]
    stems: Mapping[str, str]
    weak: Mapping[str, str]
    phrases: Phrases


@cache
def tables() -> Tables:
    """The tables; a question in English needs none of them."""
    read = json.loads(TABLES.read_text(encoding="utf-8"))
    languages = {
        code: Language(of["exact"], of["stems"], of["phrases"], frozenset(of["little"]))
        for code, of in read["languages"].items()
    }
    return Tables(languages, read["cities"])


@cache
def signs() -> Signs:
    """By which words a language is known."""
    return Signs(**json.loads(SIGNS.read_text(encoding="utf-8")))


def key(word: str) -> str:
    """A word for comparing: without accents in Latin and Cyrillic letters, else only without capitals."""
    if word.isascii():
        return word.lower()
    if _EASTERN.search(word):
        return unicodedata.normalize("NFKC", word).casefold()
    return normalise(word.casefold().translate(_LETTERS_OF_THEIR_OWN))


def beginnings(word: str) -> Iterator[str]:
    """What may be the stem of a word, the longest first."""
    for end in range(len(word), max(len(word) - LONGEST_ENDING, _SHORTEST_STEM) - 1, -1):
        yield word[:end]


def phrases_at(words: Sequence[str], place: int, phrases: Phrases) -> Iterator[tuple[int, str]]:
    """How many words from a place on are a phrase, and what is said of it."""
    word = words[place]
    for first in (word, *(f"{stem}*" for stem in beginnings(word))):
        for *rest, said in phrases.get(first, ()):
            following = words[place + 1 : place + 1 + len(rest)]
            if len(following) == len(rest) and all(map(_fits, rest, following)):
                yield len(rest) + 1, said


def _fits(pattern: str, word: str) -> bool:
    if not pattern.endswith("*"):
        return pattern == word
    return word.startswith(pattern[:-1]) and len(word) - len(pattern) < LONGEST_ENDING
