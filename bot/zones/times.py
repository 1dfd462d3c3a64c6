"""Times of day as people write them: 9, 9am, 9 a.m., 9h30, 9.30, 21:05, noon, midnight."""

from __future__ import annotations

import datetime as dt
import re
import unicodedata

_WORDS = {
    "noon": 12, "midday": 12, "12 noon": 12, "12noon": 12, "mittag": 12, "mittags": 12, "midi": 12, "mediodia": 12,
    "midnight": 0, "12 midnight": 0, "12midnight": 0, "mitternacht": 0, "mitternachts": 0, "minuit": 0,
    "medianoche": 0,
}  # fmt: skip
_TIME = re.compile(
    r"(?:at |um )?(?P<hour>[0-9]{1,2})"
    r"(?:(?: ?[:.h] ?| uhr )(?P<minute>[0-9]{2})(?::00)?(?: ?(?:h|hrs?|uhr))?| ?(?:h|hrs?|uhr|o'?clock))?"
    r"(?: ?(?P<half>[ap])\.? ?(?:m\.?)?)?"
)
_PACKED = re.compile(r"(?P<hour>[0-9]{2})(?P<minute>[0-9]{2})(?: ?(?:h|hrs?|hours))?")


def read_time(text: str) -> dt.time | None:
    """The time of day that a text means, to the minute; None if it is not one, such as 25, 9:75 or 13 pm."""
    text = " ".join(unicodedata.normalize("NFKC", text).casefold().replace("’", "'").split())
    unaccented = "".join(letter for letter in unicodedata.normalize("NFD", text) if not unicodedata.combining(letter))
    if (named := _WORDS.get(unaccented)) is not None:
        return dt.time(named)
    if packed := _PACKED.fullmatch(text):
        return _time(packed, None)
    match = _TIME.fullmatch(text)
    return None if match is None else _time(match, match["half"])


def _time(match: re.Match[str], half: str | None) -> dt.time | None:
    hour, minute = int(match["hour"]), int(match["minute"] or 0)
    if half is not None:
        if not 1 <= hour <= 12:
            return None
        hour = hour % 12 + (12 if half == "p" else 0)
    return dt.time(hour, minute) if hour < 24 and minute < 60 else None
