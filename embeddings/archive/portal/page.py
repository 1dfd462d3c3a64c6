"""What all pages of wikitext that hold events have in common, before anything parses them."""

from __future__ import annotations

import re

from embeddings.archive.portal.wikitext import strip
from embeddings.archive.report import PageReport
from embeddings.text import shorten

MAX_PAGE = 2 * 2**20  # characters; MediaWiki's own limit is that many bytes, the longest real pages have some 100,000
INNER_LINE_END = "\v"  # a line end in a comment, a header or what is not shown, which ends no line

_REDIRECT = re.compile(r"\s*#redirect\b", re.IGNORECASE)


def is_readable(wikitext: str, page: PageReport) -> bool:
    """Whether a page can be read as far as its size and its first words tell; if not, it is reported."""
    if len(wikitext) > MAX_PAGE:
        page.reject(None, f"is too large: more than the {MAX_PAGE:,} characters that are read")
    elif not wikitext.strip():
        page.reject(None, "is empty: the page holds no text")
    elif _REDIRECT.match(wikitext):
        page.reject(None, f"is a redirect: {shorten(strip(wikitext[:200]), 80)}")
    else:
        return True
    return False


def without_comments(text: str) -> str:
    """The text without comments, but with their line ends. One that nothing closes is kept: no event is lost."""
    parts: list[str] = []
    end = 0
    while (at := text.find("<!--", end)) >= 0 and (close := text.find("-->", at)) >= 0:
        parts += (text[end:at], inner_line_ends(text[at:close]))
        end = close + 3
    return "".join((*parts, text[end:]))


def inner_line_ends(text: str) -> str:
    """In place of a text that is left out: its line ends, so that the lines below keep their numbers."""
    return INNER_LINE_END * text.count("\n")
