"""Articles on the days of the year, laid out as Wikipedia has written them at different times; and a dump of them."""

from __future__ import annotations

import bz2
from collections.abc import Callable, Iterable, Sequence
from html import escape
from pathlib import Path
from typing import NamedTuple

from embeddings.archive.days import article_title

_HEAD = '<mediawiki xmlns="http://www.mediawiki.org/xml/export-0.11/" version="0.11" xml:lang="en">\n'


class Told(NamedTuple):
    """What a bullet tells: its year and its sentence, which may be wikitext."""

    year: int
    sentence: str


def _year(year: int) -> str:
    return str(year) if year > 0 else f"{1 - year} BC"


def newest(told: Sequence[Told]) -> str:
    """Periods, linked years, and the repeated ones blank around."""
    lines = ["{{calendar}}", "{{Day}}<!-- *[[1801]] &ndash; Nothing. -->", "", "==Events=="]
    last = None
    period = ""
    for year, sentence in told:
        now = "Pre-1600" if year <= 1600 else "1601–1900" if year <= 1900 else "1901–present"
        if now != period:
            lines.append(f"==={now}===")
            period = now
        name = f"AD {year}" if 0 < year < 100 else _year(year)
        lines.append(f"*  {_year(year)}   &ndash; {sentence}" if year == last else f"*[[{name}]] &ndash; {sentence}")
        last = year
    return "\n".join((*lines, "", _OTHERS))


def dashes(told: Sequence[Told]) -> str:
    """No periods; typed dashes."""
    return "\n".join(("==Events==", *(f"* [[{_year(year)}]] – {text}" for year, text in told), _OTHERS))


def hyphens(told: Sequence[Told]) -> str:
    """The oldest: hyphens, sections as bold lines."""
    return "\n".join(("'''Events'''", *(f"*[[{_year(year)}]] - {text}" for year, text in told), ";Births", "*1900 - A"))


def unlinked(told: Sequence[Told]) -> str:
    """Years that link nowhere, in columns."""
    lines = [f"* {_year(year)}&nbsp;&ndash; {text}" for year, text in told]
    return "\n".join(("== Events ==", "{{div col}}", *lines, "{{div col end}}", _OTHERS))


def nested(told: Sequence[Told]) -> str:
    """A bullet a year, and what happened in it below."""
    lines: list[str] = []
    for at, (year, text) in enumerate(told):
        if not at or told[at - 1].year != year:
            lines.append(f"*[[{_year(year)}]]")
        lines.append(f"**{text}")
    return "\n".join(("==Events==", *lines, _OTHERS))


def headings(told: Sequence[Told]) -> str:
    """A heading a year, and bullets without one; a comment and a picture among them."""
    lines = ["==Events==", "[[File:Picture.jpg|thumb|A [[picture]] of 1900 – with a dash]]"]
    last = None
    for year, text in told:
        if year != last:
            lines.append(f"==={_year(year)}===" if year > 99 or year < 1 else f"===AD {year}===")
        lines.append(f"*<!-- {year} -->{text}")
        last = year
    return "\n".join((*lines, _OTHERS))


_OTHERS = """==Births==
*[[1801]] &ndash; [[Ann Hale]], painter (d. 1870)

==Deaths==
*[[1870]] &ndash; [[Ann Hale]], painter (b. 1801)

==Holidays and observances==
*[[Rain Day]]

==External links==
* [https://days.example/ 1900 - On this day]
"""

LAYOUTS: tuple[Callable[[Sequence[Told]], str], ...] = (newest, dashes, hyphens, unlinked, nested, headings)


def write_dump(path: Path, pages: Iterable[tuple[str, str]]) -> None:
    """Write pages, each a title and its wikitext, into a dump."""
    with bz2.open(path, "wt", encoding="utf-8", compresslevel=1) as file:
        file.write(_HEAD)
        for title, text in pages:
            revision = f'<revision><id>1</id><text xml:space="preserve">{escape(text)}</text></revision>'
            file.write(f"<page><title>{escape(title)}</title><ns>0</ns><id>1</id>{revision}</page>\n")
        file.write("</mediawiki>\n")


def article(month: int, day: int, told: Iterable[Told]) -> tuple[str, str]:
    """The title and wikitext of a day's article; the layout changes from day to day."""
    layout = LAYOUTS[(month + day) % len(LAYOUTS)]
    return article_title(month, day), layout(sorted(told, key=lambda each: each.year))
