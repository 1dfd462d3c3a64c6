"""Making text harmless that would take more than linear time to process, before anything else processes it."""

from __future__ import annotations

import re
import sys
import unicodedata
from itertools import compress

# Python refuses to read a number of more than 4,300 digits; seven are enough for any character.
_LONG_REFERENCE = re.compile(r"&#[0-9]{8,};?")

_MOST_MARKS = 16  # on one letter; no writing system stacks more than a few
_SHORT = 1_500  # characters; fewer take 1 ms at worst
_ENTITY = "&[#0-9A-Za-z]{2,32}+;?+"
# Whatever is a pile is a run of these, which are found several times as fast; few texts have any.
_MAY_BE_PILE = re.compile(f"(?:[^\\x00-&(-\\x7f]|{_ENTITY}){{{_MOST_MARKS}}}")


def _marks() -> str:
    """The set, for a regular expression, of combining characters."""
    ranges: list[list[int]] = []
    codes = range(0x300, sys.maxunicode)
    for code in compress(codes, map(unicodedata.combining, map(chr, codes))):
        if ranges and ranges[-1][1] == code - 1:
            ranges[-1][1] = code
        else:
            ranges.append([code, code])
    return "".join(f"{chr(first)}-{chr(last)}" for first, last in ranges)


_PILES: list[re.Pattern[str]] = []  # made when it is first needed: to go through all characters takes 0.1 s


def tame(text: str) -> str:
    """Replace what takes quadratic time to normalise or cannot be decoded at all.

    Unicode normalisation sorts the combining marks of a letter by insertion: for a million marks that takes hours. The
    marks may also be written as entities, or with invisible characters and wiki quotes in between, which are removed
    later. So a long run of nothing but all these is replaced by a blank.
    """
    if "&#" in text:
        text = _LONG_REFERENCE.sub("\ufffd", text)
    if len(text) < _SHORT or (text.isascii() and "&" not in text):
        return text
    if _MAY_BE_PILE.search(text) is None:
        return text
    if not _PILES:
        between = "'\u00ad\u061c\u180e\u200b-\u200f\u202a-\u202e\u2060-\u206f\ufeff\ufff9-\ufffb\U000e0000-\U000e007f"
        # Possessive, so that a run that is too short costs no second look.
        _PILES.append(re.compile(f"(?:[{_marks()}{between}]|{_ENTITY}){{{_MOST_MARKS},}}+"))
    return _PILES[0].sub(" ", text)
