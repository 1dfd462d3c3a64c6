"""The English for a text without blanks between its words, or with some that say little: Japanese, Korean, Chinese."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator

from embeddings.search.abroad.tables import Language
from embeddings.text import WORD

_LONGEST_WORD = 12  # letters
_LATIN_WORD, _HAN = re.compile("[0-9a-z]+"), re.compile("[\u3400-\u9fff]")


def in_english(text: str, of: Language) -> str:
    """The English for the words that are known, each once, and the words in Latin letters."""
    pieces = (english or (piece.strip() if piece.isascii() else "") for piece, english in _sure_pieces(text, of))
    return " ".join(english for english in dict.fromkeys(pieces) if english and WORD.search(english))


def is_open(text: str, of: Language) -> bool:
    """Whether a text has little words alone."""
    return all(piece in of.little or not WORD.match(piece) for piece, _ in _pieces(text, of))


def known_letters(text: str, of: Language) -> int:
    """How many letters the words that are known have together."""
    return sum(len(piece) for piece, english in _sure_pieces(text, of) if english)


def _sure_pieces(text: str, of: Language) -> Iterator[tuple[str, str]]:
    """The pieces of a text; of one letter only those that are no part of what is unknown: 川 in 四川 is no river."""
    pieces = [("", ""), *_pieces(text, of), ("", "")]
    for before, (piece, english), after in zip(pieces, pieces[1:], pieces[2:], strict=False):
        beside = [other for other, meant in (before, after) if not meant and other not in of.little]
        yield piece, "" if len(piece) == 1 and any(map(_HAN.match, beside)) else english


def _pieces(text: str, of: Language) -> Iterator[tuple[str, str]]:
    """The parts of a text, at each place the longest word that is known, and the English for each.

    The English of little words and of what is unknown is empty.
    """
    text = unicodedata.normalize("NFKC", text).casefold()
    place = 0
    while place < len(text):
        if (latin := _LATIN_WORD.match(text, place)) is not None and latin[0] not in of.exact:
            end = latin.end()
        else:
            ends = range(min(place + _LONGEST_WORD, len(text)), place, -1)
            end = next((end for end in ends if text[place:end] in of.exact or text[place:end] in of.little), place + 1)
        yield text[place:end], of.exact.get(text[place:end], "")
        place = end
