"""The words in the addresses of links and the names of files, which are often all that a message says."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Sequence
from urllib.parse import unquote, urlsplit

from embeddings.calendar_names import MONTHS

_LONGEST = 2_000  # characters of an address or a name that are looked at
_SLUG = 3  # words that make a part of a path a headline; the other parts then only name a section
_ENDING = re.compile(
    r"\.(?:s?html?|xhtml|php\d?|aspx?|jspx?|cfm|amp|pdf|txt|docx?|jpe?g|png|gif|webp|svg|mp[34]|mov|webm)$",
    re.IGNORECASE,
)
_FILE_ENDING = re.compile(r"(?:\.\w{1,5}){1,2}$")
_WORDS = re.compile(r"[^\W_]+(?:['’][^\W_]+)*")
_HUMPS = re.compile(r"(?<=[a-z])(?=[A-Z][a-z]{2})|(?<=[^\W\d_]{3})(?=\d{4}(?!\d))")
_WORD_AND_NUMBER = re.compile(r"[^\W\d_]{1,8}\d{1,4}|\d{1,4}[^\W\d_]{1,4}")  # covid19, g20, 7th; anything else is an id
_LONGEST_WORD = 30
_DAY = re.compile(
    r"(?<![^\W_])(?P<year>1[89]\d\d|20\d\d)(?P<sign>[/_.-])(?P<month>\d{1,2}|[a-z]{3,9})"
    r"(?:(?P=sign)(?P<day>\d{1,2}))?(?![^\W_])",
    re.IGNORECASE,
)
_DAY_IN_ONE = re.compile(r"(?<!\d)(?P<year>1[89]\d\d|20\d\d)(?P<month>\d\d)(?P<day>\d\d)(?!\d)")
_SPOILER = "SPOILER_"  # what Discord puts before the name of a file that is hidden at first

# Parts of paths that every address of a kind has.
_SECTIONS = frozenset(
    "news article articles story stories wiki index home watch status amp blog blogs post posts view views page pages "
    "www live latest topic topics tag tags category archive archives channels video videos shorts photo gif gifs "
    "questions comments node item content web html default".split()
)
# Names that devices and programs give.
_NAMELESS = frozenset(
    "image images img unknown screenshot screen shot photo picture pic video vid file document doc untitled unnamed "
    "download attachment voice message audio recording dsc dscn dscf pxl mvimg whatsapp snapchat signal telegram "
    "discord copy scan clipboard export tmp temp default maxresdefault hqdefault original orig large small thumb "
    "thumbnail at am pm of the jpg jpeg png gif webp mp mov new final".split()
)


def link_words(address: str) -> str:
    """The words in the path of a web address: a headline's words and the day, if it has them; else an empty text."""
    try:
        path = unquote(urlsplit(address[:_LONGEST]).path, errors="ignore")
    except ValueError:
        return ""
    path, day = _without_day(path)
    parts = [_words(_ENDING.sub("", part)) for part in path.split("/")]
    parts = [part for part in parts if not _is_section(part) and not all(map(str.isdigit, part))]
    slugs = [part for part in parts if len(part) >= _SLUG]
    words = [word for part in slugs or parts for word in part]
    return " ".join([*words, day] if day else words) if words else ""


def file_words(name: str) -> str:
    """The words in the name of a file; an empty text if a device or a program chose the name."""
    stem, day = _without_day(_FILE_ENDING.sub("", name[:_LONGEST].removeprefix(_SPOILER)))
    words = _words(_HUMPS.sub(" ", stem))
    if all(_is_nameless(word) for word in words):
        return ""
    return " ".join([*words, day] if day else words)


def _without_day(text: str) -> tuple[str, str]:
    """A text without the day or month in it, and that day or month in ISO 8601."""
    for pattern in (_DAY, _DAY_IN_ONE):
        for match in pattern.finditer(text):
            if (day := _iso(match["year"], match["month"], match["day"])) is not None:
                return f"{text[: match.start()]}/{text[match.end() :]}", day
    return text, ""


def _iso(year: str, month: str, day: str | None) -> str | None:
    if not month.isdigit():
        named = [number for number, name in enumerate(MONTHS, 1) if name.casefold().startswith(month.casefold())]
        if len(named) != 1:
            return None
        month = str(named[0])
    try:
        found = dt.date(int(year), int(month), int(day or 1))
    except ValueError:
        return None
    return found.isoformat() if day else f"{found:%Y-%m}"


def _words(text: str) -> Sequence[str]:
    """The words and small numbers of a text, without ids."""
    return [word for word in _WORDS.findall(text) if _means_something(word)]


def _means_something(word: str) -> bool:
    if word.isdigit():
        return len(word) <= 4
    if any(sign.isdigit() for sign in word):
        return _WORD_AND_NUMBER.fullmatch(word) is not None
    return len(word) <= _LONGEST_WORD


def _is_nameless(word: str) -> bool:
    letters = word.rstrip("0123456789").casefold()
    return letters in _NAMELESS or (len(letters) < 3 and letters.isascii())


def _is_section(words: Sequence[str]) -> bool:
    return len(words) == 1 and ((len(words[0]) <= 2 and words[0].isascii()) or words[0].casefold() in _SECTIONS)
