"""Names written so that they can be compared: without case, accents and punctuation."""

from __future__ import annotations

import re
import unicodedata

_ACCENTS = re.compile(r"[\u0300-\u036f\u200c\u200d]")
_BLANKS = str.maketrans(dict.fromkeys("-_,/.;:·()[]~=–—", " ") | dict.fromkeys("'’ʼʻ`´‘\"", ""))
_LETTERS = str.maketrans({"ø": "o", "ł": "l", "đ": "d", "ð": "d", "þ": "th", "æ": "ae", "œ": "oe", "ı": "i"})
_SAINT = re.compile(r"\b(?:st|ste)\b(?= )")
_SPELLED = re.compile(r"\b(?:[a-z] ){1,}[a-z]\b")


def fold(text: str) -> str:
    """A name for comparing; U.S.A. becomes usa, and St. Louis saint louis. Folding twice changes nothing."""
    if not text.isascii():
        text = _ACCENTS.sub("", unicodedata.normalize("NFKD", text.casefold())).casefold().translate(_LETTERS)
    folded = " ".join(text.lower().translate(_BLANKS).split())
    if "st" in folded:
        folded = _SAINT.sub("saint", folded)
    if len(folded) < 8:
        folded = _SPELLED.sub(lambda match: match[0].replace(" ", ""), folded)
    return folded
