"""Cleaning text from strangers: what every reader does to every text before anything else."""

from __future__ import annotations

import html
import re
import unicodedata
from collections.abc import Sequence
from functools import lru_cache

WORD = re.compile(r"[^\W_]+")
"""Letters and digits in a row."""

_WIKI_QUOTES = re.compile(r"'{2,}")
_CONTROLS = re.compile(r"[\x00-\x1f\x7f-\x9f\u2028\u2029]")
# Characters without a width of their own, and those that turn the direction of the text after them.
_INVISIBLE = re.compile(
    "[\u00ad\u061c\u180e\u200b-\u200f\u202a-\u202e\u2060-\u206f\ufeff\ufff9-\ufffb\ud800-\udfff\U000e0000-\U000e007f]"
)
_NOT_WORD = re.compile(r"[\W_]+")
_NOT_ASCII = re.compile(r"[^\x00-\x7f]+")
# For texts in ASCII, as most are, a table does the work of the pattern in half the time.
_ASCII_WORDS = {code: chr(code) if chr(code).isalnum() else " " for code in range(128)}
_LINE = 500  # characters; a longer text is rarely looked at twice


def clean(text: str) -> str:
    """One line of plain text: HTML entities decoded, wiki quotes and invisible characters gone, blanks folded."""
    if "&" in text:
        text = html.unescape(text)
    if text.isascii() and text.isprintable() and "''" not in text:  # as most are: nothing to clean but the blanks
        return " ".join(text.split())
    text = _INVISIBLE.sub("", _CONTROLS.sub(" ", text))
    text = _WIKI_QUOTES.sub("", text)  # after what may stand invisibly between two of them
    return " ".join(unicodedata.normalize("NFC", text).split())


def normalise(text: str) -> str:
    """The words of a text for comparing: lower case, no accents, no punctuation, one blank between."""
    return _normalised_line(text) if len(text) <= _LINE else _normalised(text)


def _normalised(text: str) -> str:
    if text.isascii():
        return " ".join(text.lower().translate(_ASCII_WORDS).split())
    text = _NOT_ASCII.sub(_without_marks, unicodedata.normalize("NFKD", text))
    return _NOT_WORD.sub(" ", text.casefold()).strip()


def _without_marks(found: re.Match[str]) -> str:
    return "".join(c for c in found[0] if not unicodedata.combining(c))


# A build compares the headlines of a day dozens of times.
_normalised_line = lru_cache(4_096)(_normalised)


def compact(name: str) -> str:
    """A name for comparing texts that may have lost commas or dashes: `normalise` without the blanks."""
    return normalise(name).replace(" ", "")


def shorten(text: str, limit: int) -> str:
    """At most `limit` characters, cut at a blank if there is one near the end, with an ellipsis."""
    if len(text) <= limit:
        return text
    cut = text[: limit - 1]
    at = cut.rfind(" ")
    if at > limit * 2 // 3:
        cut = cut[:at]
    return cut.rstrip(" ,;:.") + "…"


def counted(number: int, noun: str, nouns: str | None = None) -> str:
    """How many there are of something: "1 event", "1,440 events".

    Args:
        nouns: the plural; None: with an s.
    """
    return f"{number:,} {noun if number == 1 else nouns or f'{noun}s'}"


def named(names: Sequence[str], most: int) -> str:
    """The first names in a row, and how many more there are: "a, b and 3 more"."""
    more = len(names) - most
    return ", ".join(names[:most]) + (f" and {more} more" if more > 0 else "")


def is_web_address(url: str) -> bool:
    """Whether `url` is an address that may be linked: http or https, with a host, without blanks or controls."""
    return (
        len(url) <= 2_000
        and re.fullmatch(r"https?://[^\s/<>\"\\\x00-\x20\x7f][^\s<>\"\x00-\x20\x7f]*", url, re.IGNORECASE) is not None
    )
