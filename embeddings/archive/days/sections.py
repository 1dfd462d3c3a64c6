"""A page on a day of the year to its bullets, each with the section that it stands in.

The lines are told apart before anything parses them, as those of the portal's days are: a fault in one bullet costs
that one.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from enum import Enum

from embeddings.archive.days.titles import DayOfYear
from embeddings.archive.days.years import split_year
from embeddings.archive.plain import tame
from embeddings.archive.portal.bullet import read_bullet
from embeddings.archive.portal.page import INNER_LINE_END, inner_line_ends, without_comments
from embeddings.archive.portal.wikitext import strip
from embeddings.archive.report import PageReport
from embeddings.text import normalise, shorten

MAX_LINES = 5_000  # the longest real article has some 1,000
MAX_BULLETS = 5_000
_MAX_HEADING = 200  # characters
_MOST_CONTINUED = 200  # lines of one bullet: a citation may be written in twenty


class Kind(Enum):
    """What a bullet tells of; the value is the name of its section."""

    EVENT = "Events"
    BIRTH = "Births"
    DEATH = "Deaths"
    OBSERVANCE = "Holidays and observances"


LIVES = (Kind.BIRTH.value, Kind.DEATH.value)
"""The categories of births and deaths."""


@dataclass(slots=True)
class Bullet:
    """A bullet as it stands on the page; `depth` is 0 for a line that is none and tells something all the same."""

    line: int
    depth: int
    kind: Kind
    lines: list[str] = field(default_factory=list)

    @property
    def wikitext(self) -> str:
        """What it says, in one line."""
        return " ".join(self.lines)


_EXTRA_LINE_END = "\x1d"  # one that the page does not have
_SEPARATORS = str.maketrans({INNER_LINE_END: " ", _EXTRA_LINE_END: " "})
_HEADING = re.compile(
    r"(?P<rule>={1,6})(?P<name>[^=].*?)(?P=rule)|'{3}(?P<bold>[^']{1,60})'{3}:?|;(?P<term>[^:]{1,60}):?"
)
_MARKS = re.compile(r"[*#:;]+")
_CLOSING = re.compile(r"(?:\}\}|\|\}|</?(?:div|noinclude|onlyinclude|includeonly|center|small|ul)(?:\s[^<>]*)?>|\s)+")
_APART = re.compile(r"\[\[\s*:?(?:file|image|category)\s*:|\{\{|\{\||\||\}|!|<|__|-{4}|[a-z]{2,3}:", re.IGNORECASE)
_REF = re.compile(r"<ref\b(?:[^<>\"]|\"[^\"<>]*\")*>", re.IGNORECASE)
_REF_END = re.compile(r"</ref\b", re.IGNORECASE)
_BREAK = re.compile(r"<br\s*/?\s*>", re.IGNORECASE)
_BULLET_SIGN = re.compile(r"\{\{\s*(?:\*|·|•|bull|dot|middot)\s*\}\}|•")

_PERIOD = re.compile(
    r"(?:(?:pre|post|before|after|since|until|to|from|up|early|late|mid|the|and|modern|ancient|medieval|middle|ages|antiquity|"
    r"era|times|bc|bce|ad|ce|present|today|onwards?|now|century|centuries|millennium|[0-9]{1,4}s?|[0-9]{1,2}(?:st|nd|rd|th))"
    r"(?: |$))+"
)
_YEAR = re.compile(r"(?:AD )?[0-9]{3,4}(?: BCE?)?|[0-9]{1,4} BCE?|AD [0-9]{1,4}")

_KINDS = {
    Kind.EVENT: ("events", "event", "historical events", "historical event", "in history", "history", "world events"),
    Kind.BIRTH: ("births", "birth", "birthdays", "born"),
    Kind.DEATH: ("deaths", "death", "died"),
    Kind.OBSERVANCE: (
        "holidays and observances", "holidays observances", "holiday and observances", "holidays", "observances",
        "observances and holidays", "holidays and observations", "feasts", "holidays and feasts", "feast days",
        "holidays feasts and observances", "religious observances", "liturgical feasts",
    ),
}  # fmt: skip
_KIND_OF = {name: kind for kind, names in _KINDS.items() for name in names}
_ENDS = frozenset(
    "references|external links|see also|notes|further reading|footnotes|sources|citations|bibliography|external link|"
    "notes and references|references and notes|reference|gallery".split("|")
)

_NOT_SHOWN = "bullets that the main page does not show"

# In the list of the main page: below its footer, and in what it does not include, nothing is shown.
_FOOTER = re.compile(r"\{\{\s*Sel ?Anniv(?:ersary)?[ _]?Footer|\{\{\s*OTD[ _]?(?:footer|archives?)\b", re.IGNORECASE)
_HIDDEN = re.compile(r"<(noinclude)\s*>.*?(?:</noinclude\s*>|\Z)", re.IGNORECASE | re.DOTALL)
_SHOWN_ONLY = re.compile(r"<onlyinclude\s*>(.*?)(?:</onlyinclude\s*>|\Z)", re.IGNORECASE | re.DOTALL)
_INLINE_LIST = re.compile(r"\{\{\s*(?:hlist|flatlist|plainlist|unbulleted list|ubl)\b", re.IGNORECASE)
_MOST_LISTED = 5_000  # characters of an inline list
_MOST_LISTS = 20  # of a page
_PICTURED = re.compile(r"(?<![ '])[ ']{0,20}\([' ]{0,20}[^()\n]{0,40}\bpictured\b[^()\n]{0,60}\)'*", re.IGNORECASE)


def bullets(wikitext: str, of: DayOfYear, page: PageReport, left_out: Counter[str]) -> Iterator[Bullet]:
    """The bullets of a page, and the lines between them that tell something, in its order.

    Args:
        left_out: counts the bullets that stand where nobody is shown them.
    """
    text = wikitext.replace("\r\n", "\n").replace("\r", "\n").translate(_SEPARATORS)
    text = without_comments(tame(text))
    if of.is_selected:
        text = _listed(_PICTURED.sub("", _shown(text, left_out)))
    found = (part for bullet in _Lines(of, page).read(text) for part in _parted(bullet))
    for number, bullet in enumerate(found):
        if number == MAX_BULLETS:
            page.reject(bullet.line, f"more than {MAX_BULLETS:,} bullets; the rest is left out")
            return
        yield bullet


# --- the list of the main page ----------------------------------------------------------------------------------------


def _shown(text: str, left_out: Counter[str]) -> str:
    """What of a list the main page shows, with the lines where they were; bullets that it does not show are counted."""

    def hide(part: str) -> str:
        left_out[_NOT_SHOWN] += sum(
            1 for line in part.split("\n") if line.lstrip(" |" + INNER_LINE_END).startswith("*")
        )
        return inner_line_ends(part)

    if (only := _SHOWN_ONLY.search(text)) is not None:
        text = hide(text[: only.start(1)]) + only[1] + hide(text[only.end(1) :])
    text = _HIDDEN.sub(lambda match: hide(match[0]), text)
    if (footer := _FOOTER.search(text)) is not None:
        text = text[: footer.start()] + hide(text[footer.start() :])
    elif (staging := _staging(text)) is not None:
        text = text[:staging] + hide(text[staging:])
    return text


def _staging(text: str) -> int | None:
    """Where the headings under the list begin: what waits for another year stands there."""
    at = 0
    has_bullets = False
    for raw in text.split("\n"):
        line = raw.strip()
        if line.startswith("=") and (match := _HEADING.fullmatch(line)) is not None:
            name = normalise(strip(match["name"] or ""))
            if has_bullets or re.search(r"staging|eligible|hold|pool|unused|reserve|not shown|blurbs|candidates", name):
                return at
        has_bullets = has_bullets or line.startswith("*")
        at += len(raw) + 1
    return None


def _listed(text: str) -> str:
    """Lists in one line, `{{hlist|A|B}}`, as bullets."""
    parts: list[str] = []
    end = 0
    for _ in range(_MOST_LISTS):
        if (match := _INLINE_LIST.search(text, end)) is None:
            break
        members, after = _members(text, match.end())
        if not members:  # nothing closes it
            parts.append(text[end : match.end()])
            end = match.end()
            continue
        shown = [member for member in members if "=" not in member.partition("[[")[0].partition("{{")[0]]
        lines = [f"* {name.lstrip('* ')}" for member in shown if (name := member.strip()) and "\n" not in name]
        if not lines:  # bullets of its own
            parts.append(text[end : match.start()] + "".join(members))
        else:
            inner = inner_line_ends(text[match.start() : after])
            parts.append(_EXTRA_LINE_END.join((text[end : match.start()], *lines, inner)))
        end = after
    return "".join((*parts, text[end:]))


def _members(text: str, at: int) -> tuple[list[str], int]:
    """The parameters of a template whose name ends at `at`, and where it ends; none where nothing ends it."""
    members: list[str] = []
    depth = 0
    start = None
    last = min(len(text), at + _MOST_LISTED)
    while at < last:
        pair = text[at : at + 2]
        if depth == 0 and text[at] == "|":
            if start is not None:
                members.append(text[start:at])
            start = at + 1
        if pair in ("{{", "[["):
            depth += 1
            at += 2
        elif pair in ("}}", "]]"):
            if depth == 0:
                return ([*members, text[start:at]] if start is not None else []), at + 2
            depth -= 1
            at += 2
        else:
            at += 1
    return [], at


# --- lines to bullets -------------------------------------------------------------------------------------------------


class _Lines:
    """What the lines of a page are a part of."""

    def __init__(self, of: DayOfYear, page: PageReport) -> None:
        self._of = of
        self._page = page
        self._kind: Kind | None = Kind.EVENT
        self._name = ""  # of the section, where it is of no kind
        self._is_lead = True  # above every heading
        self._has_years = False  # whether any bullet had one
        self._parent = 0  # the depth of the last bullet, which a line that only a colon begins is below
        self._bullet: Bullet | None = None
        self._open = 0  # templates and footnotes that the bullet, or the block, has not closed yet
        self._block = 0

    def read(self, text: str) -> Iterator[Bullet]:
        """Gather the lines into bullets."""
        number = 1
        for raw in text.split("\n"):
            if number > MAX_LINES:
                self._page.reject(number, f"more than {MAX_LINES:,} lines; the rest is left out")
                break
            at = number + len(raw) - len(raw.lstrip(INNER_LINE_END))
            number += 1 + raw.count(INNER_LINE_END)
            for line in raw.split(_EXTRA_LINE_END):
                yield from self._take(at, line.strip())
        yield from self._finish()

    def _take(self, number: int, line: str) -> Iterator[Bullet]:
        """Put one line where it belongs; gives the bullet that it ends."""
        marks = _MARKS.match(line)
        if (heading := _heading(line)) is not None:
            yield from self._finish()
            yield from self._enter(number, heading)
        elif marks is not None and not (marks[0][0] in ":;" and self._goes_on()):
            text = line[marks.end() :].strip()
            depth = marks.end()
            if marks[0][-1] == ":" and self._bullet is not None:
                if text[:1].islower():  # it goes on with the sentence
                    self._add(text)
                    return
                if set(marks[0]) == {":"}:
                    depth = max(depth, self._parent + 1)
            yield from self._finish()
            self._begin(number, depth, text)
            if set(marks[0]) != {":"}:
                self._parent = depth
        elif self._block > 0:
            self._block += _opened(line)
        elif self._goes_on():
            self._add(line)
        elif not line or _CLOSING.fullmatch(line):
            yield from self._finish()
        elif _APART.match(line):
            yield from self._finish()
            self._block = max(0, _opened(line))
        elif self._bullet is not None and not _is_dated(line):
            self._add(line)
        else:
            yield from self._finish()
            self._text(number, line)

    def _goes_on(self) -> bool:
        return self._bullet is not None and self._open > 0 and len(self._bullet.lines) < _MOST_CONTINUED

    def _enter(self, number: int, heading: _Heading) -> Iterator[Bullet]:
        self._block = 0
        self._parent = 0
        self._is_lead = False
        kind = _KIND_OF.get(heading.name)
        if kind is not None:
            self._kind = kind
        elif heading.name in _ENDS or (heading.level <= 2 and not heading.is_period and not self._of.is_selected):
            self._kind, self._name = None, heading.name
        elif heading.year and self._kind is not None:
            yield Bullet(number, 0, self._kind, [heading.year])

    def _begin(self, number: int, depth: int, text: str) -> None:
        self._block = 0
        is_dated = _is_dated(text)
        if self._kind is None:
            if is_dated and self._name not in _ENDS:
                self._page.reject(number, f'stands in the section "{shorten(self._name, 60)}", which is of no kind')
            return
        self._has_years = self._has_years or is_dated
        if self._is_lead and not self._has_years and not self._of.is_selected:
            return
        self._bullet = Bullet(number, depth, self._kind)
        self._open = 0
        self._add(text)

    def _add(self, line: str) -> None:
        if self._bullet is not None:
            self._bullet.lines.append(line)
            self._open = max(0, self._open + _opened(line))

    def _text(self, number: int, line: str) -> None:
        """A line that is no bullet: an event that has lost its mark, or words about the list."""
        if self._kind is None or not normalise(strip(line)):
            return
        if _is_dated(line):
            self._bullet = Bullet(number, 0, self._kind)
            self._open = 0
            self._add(line)
        elif self._of.is_selected:
            self._bullet = Bullet(number, 0, Kind.OBSERVANCE)
            self._open = 0
            self._add(line)
        elif not self._is_lead and self._kind is not Kind.OBSERVANCE:
            self._page.reject(number, f"is no bullet, and names no year: {shorten(strip(line), 80)}")

    def _finish(self) -> Iterator[Bullet]:
        if self._bullet is not None:
            yield self._bullet
        self._bullet = None
        self._open = 0


@dataclass(frozen=True, slots=True)
class _Heading:
    """A heading's normalised name; its level, from 1, is 3 for bold lines; `year` where it is nothing but one."""

    name: str
    level: int
    is_period: bool
    year: str


def _heading(line: str) -> _Heading | None:
    """The heading of a section or period; None for other lines."""
    match = _HEADING.fullmatch(line) if len(line) < _MAX_HEADING else None
    if match is None:
        return None
    text = strip(read_bullet(match["name"] or match["bold"] or match["term"]).text)
    name = normalise(text)
    is_period = _PERIOD.fullmatch(name) is not None
    if match["name"] is None and name not in _KIND_OF and not is_period:
        return None
    return _Heading(name, len(match["rule"] or "==="), is_period, text if _YEAR.fullmatch(text) else "")


def _opened(line: str) -> int:
    """How many templates, tables and footnotes a line opens more than it closes."""
    braces = line.count("{{") - line.count("}}") + line.startswith("{|") - line.startswith("|}")
    refs = sum(1 for match in _REF.finditer(line) if not match[0].endswith("/>"))
    return braces + refs - sum(1 for _ in _REF_END.finditer(line))


def _is_dated(text: str) -> bool:
    return split_year(text) is not None


def _parted(bullet: Bullet) -> Iterator[Bullet]:
    """Several that a bullet parts by line breaks, each with a year or a dash of its own, as several."""
    text = bullet.wikitext
    if not _is_dated(text) and _BULLET_SIGN.search(text) is not None:  # people, in one line
        for part in _BULLET_SIGN.split(text):
            yield Bullet(bullet.line, bullet.depth, bullet.kind, [part])
        return
    if _BREAK.search(text) is None:
        yield bullet
        return
    parts = _BREAK.split(text)
    current = [parts[0]]
    for part in parts[1:]:
        if _is_dated(part) or part.lstrip().startswith(("–", "—", "&ndash;", "&mdash;", "- ")):
            yield Bullet(bullet.line, bullet.depth, bullet.kind, current)
            current = [part.strip()]
        else:
            current.append(part)
    yield Bullet(bullet.line, bullet.depth, bullet.kind, current)
