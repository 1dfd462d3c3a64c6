"""Offsets from UTC as people write them: GMT+1, utc -3, UTC+5:30, +0530, -4, "utc plus 2", Z."""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass

from rapidfuzz.distance import OSA

from bot.zones.stored import LEAST, MOST

_NAMES = r"(?:utc|gmt|ut|uct)"
_MINUS = str.maketrans(dict.fromkeys("−‐‑‒–—﹣－", "-") | {"＋": "+", "﹢": "+"})
_WORDS = (
    (re.compile(r"(?<![a-z])(?:plus|mas|más)(?![a-z])"), "+"),
    (re.compile(r"(?<![a-z])(?:minus|menos|moins|meno)(?![a-z])"), "-"),
)
_HOURS = re.compile(r"\s*(?:h|hrs?|hours?|std|stunden?)$")
_OFFSET = re.compile(
    rf"(?P<name>{_NAMES})?\s*(?P<sign>[+-])\s*"
    r"(?:(?P<packed>[0-9]{3,4})|(?P<hours>[0-9]{1,2})(?:\s*[:h]\s*(?P<minutes>[0-9]{2})|[.,](?P<part>[0-9]{1,2}))?)"
    rf"\s*(?P<after>{_NAMES})?"
)
_BEGUN = re.compile(rf"({_NAMES})?\s*([+-])")
_MISSPELT = re.compile(r"([a-z]{2,4})\s*([+-].*)")
_UNSIGNED = re.compile(rf"{_NAMES}\s*([0-9]{{1,2}})(?::([0-9]{{2}}))?")
_ZERO = re.compile(
    rf"(?:etc/)?(?:(?:{_NAMES}|z|zulu|universal|greenwich)(?:\s*[+±-]?\s*0{{1,2}}(?::?00)?)?|[+±-]\s*0{{1,2}}(?::?00)?)"
)
_DATABASE = re.compile(r"etc/(?:gmt|utc)([+-])([0-9]{1,2})")
_QUARTERS = {"0": 0, "00": 0, "25": 15, "5": 30, "50": 30, "75": 45, "15": 15, "30": 30, "45": 45}
# Of an hour, after a point: ".5" and ".75" are fractions, ".30" is what clocks show.


@dataclass(frozen=True, slots=True)
class Offsets:
    """What a text can mean as an offset.

    All offsets are in minutes east of UTC, the likeliest first.

    Attributes:
        meant: what the text means as it is.
        begun: what it may become, or means if its first letters are misspelt.
        out_of_range: the offset that the text means and no place has.
    """

    meant: tuple[int, ...] = ()
    begun: tuple[int, ...] = ()
    out_of_range: str | None = None


NONE = Offsets()
_RANGE = range(LEAST, MOST + 1)


def read_offset(text: str) -> Offsets:
    """What a text can mean as an offset from UTC; empty if it is not one, and does not begin as one."""
    text = unicodedata.normalize("NFKC", text).translate(_MINUS).casefold().strip().strip("()[]").strip()
    if match := _DATABASE.fullmatch(text):  # whose sign is the opposite
        return _of(-_signed(match[1], int(match[2]) * 60))
    if _ZERO.fullmatch(text):
        return Offsets((0,))
    for words, sign in _WORDS:
        text = words.sub(sign, text)
    text = _HOURS.sub("", text)
    if match := _OFFSET.fullmatch(text):
        if match["name"] and match["after"]:
            return NONE
        minutes = _minutes(match)
        if minutes is None:
            return NONE
        found = _of(_signed(match["sign"], minutes))
        return Offsets(found.meant, _longer(match), found.out_of_range)
    if match := _BEGUN.fullmatch(text):
        begun = (_signed(match[2], 60 * hours) for hours in range(1, 15))
        return Offsets(begun=tuple(each for each in begun if each in _RANGE))
    if (match := _MISSPELT.fullmatch(text)) and min(OSA.distance(match[1], name) for name in ("utc", "gmt")) == 1:
        return Offsets(begun=read_offset(match[2]).meant)
    if match := _UNSIGNED.fullmatch(text):
        minutes = int(match[1]) * 60 + int(match[2] or 0)
        return Offsets(tuple(each for each in (minutes, -minutes) if each in _RANGE))
    return NONE


def _minutes(match: re.Match[str]) -> int | None:
    if packed := match["packed"]:
        hours, minutes = int(packed[:-2]), int(packed[-2:])
    else:
        hours, minutes = int(match["hours"]), int(match["minutes"] or 0)
        if match["part"]:
            if match["part"] not in _QUARTERS:
                return None
            minutes = _QUARTERS[match["part"]]
    return hours * 60 + minutes if minutes < 60 else None


def _longer(match: re.Match[str]) -> tuple[int, ...]:
    """The offsets that somebody may be about to write: +1 can become +10."""
    if match["hours"] != "1" or match["minutes"] or match["part"] or match["after"]:
        return ()
    longer = (_signed(match["sign"], 60 * hours) for hours in range(10, 15))
    return tuple(each for each in longer if each in _RANGE)


def _signed(sign: str, minutes: int) -> int:
    return -minutes if sign == "-" else minutes


def _of(minutes: int) -> Offsets:
    if minutes in _RANGE:
        return Offsets((minutes,))
    hours, rest = divmod(abs(minutes), 60)
    return Offsets(out_of_range=f"UTC{'-' if minutes < 0 else '+'}{hours:02}:{rest:02}")
