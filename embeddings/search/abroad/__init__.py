"""Questions in other languages, put into English word by word as far as tables know their words. Values in, values out.

The archive and the model know English. What is known of thirteen other languages is in two files that `python -m
tests.words_abroad` makes: the words of what news tells of, little words, the names of countries and cities, which are
CLDR's and GeoNames' (https://www.geonames.org, CC BY 4.0, changed). A question counts as English unless its letters or
its words say otherwise, and is then left as it is.
"""

from __future__ import annotations

from dataclasses import dataclass

from embeddings.search.abroad import unspaced, words
from embeddings.search.abroad.languages import Frequencies, IsName, language_of
from embeddings.search.abroad.tables import UNSPACED, tables


@dataclass(frozen=True, slots=True)
class Abroad:
    """A question in another language.

    Attributes:
        language: its code in ISO 639-1; "und" if only its letters say that it is not English.
        typed: the question as it was typed, without its dates.
        english: what is known of it, in English words; empty if nothing is.
        is_open: all of its words are little ones, as of "what happened".
    """

    language: str
    typed: str
    english: str = ""
    is_open: bool = False


def understood(text: str, frequencies: Frequencies, is_name: IsName) -> Abroad | None:
    """A question in another language, in English words; None if it is English, as far as its words tell.

    Args:
        text: the question without its dates.
        frequencies, is_name: of the archive.
    """
    language = language_of(text, frequencies, is_name)
    if language is None:
        return None
    of = tables().languages.get(language)
    if of is None:
        return Abroad(language, text)
    if language in UNSPACED:
        return Abroad(language, text, unspaced.in_english(text, of), unspaced.is_open(text, of))
    english = words.in_english(text, language, of, frequencies)
    return Abroad(language, text, english, not english)
