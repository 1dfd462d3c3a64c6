"""The year that begins a bullet: `[[1966]] &ndash; …`, `  1944   – …`, `AD 79 - …`, `[[44 BC]] …`."""

from __future__ import annotations

import re
from dataclasses import dataclass

from embeddings.calendar_names import MONTHS

_HEAD = 600  # characters, within which a year must end

_BLANK = re.compile(
    r"&(?:nbsp|ensp|emsp|thinsp|hairsp|numsp|puncsp|#0*(?:32|160|819[4-9]|820[0-2]|8239)|#x0*(?:20|a0|200[2-a]|202f));"
    r"|\{\{\s*(?:0+|nbsp|nbs|space|spaces|figure space|fs|pad|hsp|thinsp|gap)(?:\|[^{}|]{0,20}){0,2}\s*\}\}"
    r"|</?(?:small|span|b|i|big|nobr|tt|code|font|abbr|center|includeonly|onlyinclude)(?:\s[^<>]{0,200})?>",
    re.IGNORECASE,
)
_DASH_TEMPLATE = re.compile(
    r"\{\{\s*(?:snds?|spnd|sndash|spndash|spaced ?[nm]dash|spaced ?e[nm] ?dash(?: space)?|[nm]dash|e[nm] ?dash|dash|"
    r"dashe|–|—|-|snd\|?)\s*\}\}",
    re.IGNORECASE,
)
_DASH_ENTITY = re.compile(
    r"&(?:[nm]dash|minus|horbar|#0*(?:45|820[89]|821[0-3]|8722)|#x0*(?:2d|201[0-5]|2212));", re.IGNORECASE
)
_WRAPPER = re.compile(r"\{\{\s*(?:nowrap|nobr|nwr|small|smaller|big|circa|c\.|ca\.|AD|CE)\s*\|", re.IGNORECASE)

_BEFORE_YEAR_1 = r"B\.?\s?C(?:\.?\s?E)?(?![A-Za-z])\.?"
_SINCE_YEAR_1 = r"(?:A\.?\s?D|C\.?\s?E)\b\.?"
_ABOUT = r"(?:c|ca|circa|about|around|approx)\b\.?|\{\{\s*(?:circa|c\.|ca\.)\s*\}\}|~"
# A year as text; the digits are those of ASCII.
_YEAR = rf"(?:(?:{_SINCE_YEAR_1}\s*)?[0-9]{{1,6}}(?:\s*(?:{_BEFORE_YEAR_1}|{_SINCE_YEAR_1}))?)"
_YEAR_TEXT = re.compile(
    rf"(?P<about>{_ABOUT})?\s*(?:{_SINCE_YEAR_1}\s*)?(?P<number>[0-9]{{1,6}})\s*"
    rf"(?:(?P<before>{_BEFORE_YEAR_1})|{_SINCE_YEAR_1})?\s*(?P<doubt>\?)?",
    re.IGNORECASE,
)
_DAY_BEFORE = rf"(?:(?:\[\[)?(?:{'|'.join(MONTHS)})\s[0-9]{{1,2}}(?:\|[^\[\]|]{{0,40}})?(?:\]\])?\s*,?\s*)?"
_LINK = r"\[\[:?(?P<target>[^\[\]|]{1,80})(?:\|(?P<shown>[^\[\]|]{1,80}))?\]\]"
_START = re.compile(
    rf"\s*'*\s*{_DAY_BEFORE}(?P<about>{_ABOUT})?\s*'*(?P<era>{_SINCE_YEAR_1})?\s*'*"
    rf"(?:{_LINK}|(?P<plain>{_YEAR}\??(?![0-9A-Za-z%])))\s*'*\s*(?P<before>{_BEFORE_YEAR_1}|{_SINCE_YEAR_1})?\s*'*(?:\}}\}})?",
    re.IGNORECASE,
)
_DASHES = r"[–—−‒―‐‑-]"
# To the end of a range or of a year that has two numbers, which only a dash or colon may follow.
_RANGE = re.compile(
    rf"\s*(?:{_DASHES}|/|&|,(?=[\s\[])|and|or|to)\s*(?:\[\[{_YEAR}(?:\|[^\[\]|]{{1,40}})?\]\]|[0-9]{{1,4}})(?:\s*(?:{_BEFORE_YEAR_1}|{_SINCE_YEAR_1}))?"
    rf"(?=\s*(?:{_DASHES}|:)\s)",
    re.IGNORECASE,
)
_ASIDE = re.compile(rf"\s*\((?:[^()]|\([^()]{{0,80}}\)){{1,160}}\)(?=\s*(?:{_DASHES}|:))")
_MARK = re.compile(rf"(?P<before>\s*)(?:{_DASHES}+|:(?![0-9]))(?P<after>\s*)")
_LONELY_MARK = re.compile(rf"\s*{_DASHES}+\s*")
# What begins a sentence after a number that no dash follows: "1966 A tip slides", but not "300 people are killed".
_SENTENCE = re.compile(r"\s{2,}\S|\s+(?:\[\[|['\"“‘]|(?-i:[A-Z]))")


@dataclass(frozen=True, slots=True)
class Dated:
    """A year and what it stands before.

    Attributes:
        year: 1 is AD 1, 0 the year before it, 1 BC.
        rest: the wikitext after the year and its dash.
        is_about: whether the year is said to be uncertain.
    """

    year: int
    rest: str
    is_about: bool = False


def split_year(wikitext: str, *, is_below: bool = False) -> Dated | None:
    """The year that a bullet begins with; None where it begins with none.

    Args:
        is_below: whether a bullet above gives a year already, so that a number that may be another thing is none.
    """
    head, tail = _plain_head(wikitext)
    match = _START.match(head)
    if match is None:
        return None
    is_link = match["target"] is not None
    found = _linked_year(match["target"], match["shown"]) if is_link else _year_of(match["plain"])
    if found is None:
        return None
    year, is_about = found
    if year > 0 and match["before"] and match["before"][:1].casefold() == "b":
        year = 1 - year
    at = len(head[: match.end()].rstrip())
    has_era = bool(match["era"] or match["before"]) or any(sign.isalpha() for sign in match["plain"] or "")
    for skipped in (_RANGE, _ASIDE):
        if (more := skipped.match(head, at)) is not None:
            at = more.end()
    mark = _MARK.match(head, at)
    if not _is_year(head, at, mark, is_sure=is_link or has_era, is_below=is_below):
        return None
    rest = head[mark.end() if mark is not None else at :] + tail
    return Dated(year, rest.strip(), is_about or match["about"] is not None)


def without_mark(wikitext: str) -> str | None:
    """What follows a dash that begins a bullet where a year should stand; None where none does."""
    head, tail = _plain_head(wikitext)
    match = _LONELY_MARK.match(head)
    return None if match is None else head[match.end() :] + tail


def is_date(name: str) -> bool:
    """Whether an article is one on a year, or on a day of the year."""
    day = name.split(" ")
    return _YEAR_TEXT.fullmatch(name) is not None or (
        len(day) == 2 and day[0] in MONTHS and day[1].isdecimal() and len(day[1]) <= 2
    )


def describe_year(year: int) -> str:
    """A year as people write it."""
    return f"the year {year}" if year > 0 else f"{1 - year} BC"


def _plain_head(wikitext: str) -> tuple[str, str]:
    """The beginning of a bullet with the blanks and dashes that templates and entities stand for; and the rest."""
    head, tail = wikitext[:_HEAD], wikitext[_HEAD:]
    head = _DASH_ENTITY.sub("–", _BLANK.sub(" ", _DASH_TEMPLATE.sub(" – ", head)))
    if (match := _WRAPPER.match(head.lstrip(" '"))) is not None:
        stripped = head.lstrip(" '")
        sign = match[0].strip("{| ").casefold()
        head = ("c. " if sign[0] == "c" and sign != "ce" else "") + stripped[match.end() :]
    return head, tail


def _year_of(text: str) -> tuple[int, bool] | None:
    match = _YEAR_TEXT.fullmatch(text.replace("'''", "").replace("_", " ").strip())
    if match is None:
        return None
    number = int(match["number"])
    return 1 - number if match["before"] else number, bool(match["about"] or match["doubt"])


def _linked_year(target: str, shown: str | None) -> tuple[int, bool] | None:
    """The year that a link names. What it shows counts; `[[44 BC|44]]` is before the year 1 all the same."""
    of_target = _year_of(target.partition("#")[0])
    if shown is None:
        return of_target
    of_shown = _year_of(shown)
    if of_shown is not None and of_target is not None and of_target[0] <= 0 < of_shown[0]:
        return of_target
    return of_shown


def _is_year(head: str, at: int, mark: re.Match[str] | None, *, is_sure: bool, is_below: bool) -> bool:
    """Whether a number is a year, by what follows it."""
    if is_sure:
        return True
    if mark is not None:
        is_parted = bool(mark["before"] or mark["after"]) or ":" in mark[0]
        is_open = head[mark.end() : mark.end() + 1].isdigit()
        return is_parted or not (is_below or is_open)
    if is_below:
        return False
    return at >= len(head.rstrip()) or _SENTENCE.match(head, at) is not None
