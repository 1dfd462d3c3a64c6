"""Text for Discord: strangers' text made harmless, and cut to fit."""

from __future__ import annotations

import re
from urllib.parse import quote

from embeddings.text import clean, shorten

MAX_TEXT = 4_000  # characters of all text of a message with components
MAX_BYTES = 10_000  # of the same text in UTF-8: Discord refuses some 10,170, which 3,390 Chinese characters reach
BLOCK_BYTES = 12  # that each block of text counts besides
MAX_OPTION = 100  # of a select option or an autocomplete choice

# Whatever Discord gives a meaning: emphasis, code, spoilers, links, mentions, emoji, timestamps, quotes, headings.
_MARKS = re.compile(r"([\\*_~|`<>\[\]()#@:])")
_LIST_MARK = re.compile(r"^(\d+(?=\.)|)([-+.])")  # at the beginning of a line: a list


def escape(text: str) -> str:
    """Text as Discord shows it letter for letter, on one line."""
    return _LIST_MARK.sub(r"\1\\\2", _MARKS.sub(r"\\\1", clean(text)))


def escape_within(text: str, limit: int) -> str:
    """Escaped text of at most `limit` characters, cut at a word where it is too long."""
    text = clean(text)
    room = limit
    while room > 0 and len(escaped := escape(shorten(text, room))) > limit:
        room -= max(1, (len(escaped) - limit) // 2)
    return escaped if room > 0 else ""


def link(text: str, url: str | None) -> str:
    """Escaped `text` as a link to a web address; just the text where there is none."""
    return text if url is None else f"[{text}](<{_safe(url)}>)"


def _safe(url: str) -> str:
    """An address with everything encoded that could end the link: it came from a stranger."""
    return quote(url, safe="/:?#@!$&'*+,;=%~-._")


def plain(text: str, limit: int) -> str:
    """Text where Discord reads no marks (options of selects, names of choices): one line, cut, never empty."""
    return shorten(clean(text), limit) or "…"
