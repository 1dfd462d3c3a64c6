"""Whether two headlines are wordings of the same event."""

from __future__ import annotations

import datetime as dt

from rapidfuzz import fuzz

SAME_WORDS = 90  # rapidfuzz token_set_ratio from which two headlines say the same
SAME_DAYS = 2  # and that many days apart at most


def says_the_same(day: dt.date, words: str, other_day: dt.date, other: str) -> bool:
    """Whether two normalised headlines, a few days apart at most, are wordings of one event."""
    if abs((day - other_day).days) > SAME_DAYS:
        return False
    return fuzz.token_set_ratio(words, other, score_cutoff=SAME_WORDS) > 0
