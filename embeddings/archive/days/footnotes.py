"""The footnotes of a page: those that a bullet only names are put where it names them."""

from __future__ import annotations

import re

from embeddings.archive.portal.bullet import MAX_BULLET

_MAX_NOTE = 4_000  # characters
_MOST_NOTES = 20  # of one bullet

_NAME = r"name\s*=\s*(?:\"(?P<a>[^\"<>]{1,200})\"|'(?P<b>[^'<>]{1,200})'|(?P<c>[^\s\"'<>/]{1,200}))"
_NAMED = re.compile(
    rf"<ref\s[^<>]{{0,100}}?{_NAME}[^<>]{{0,200}}>(?P<text>(?:(?!</?ref\b).){{1,{_MAX_NOTE}}})</ref\s*>",
    re.IGNORECASE | re.DOTALL,
)
_USE = re.compile(rf"<ref\s[^<>]{{0,100}}?{_NAME}[^<>]{{0,200}}?/>", re.IGNORECASE)
# Remarks rather than sources; and templates that name a source of a list elsewhere.
_REMARK = re.compile(
    r"<ref\s[^<>]{0,100}?group\s*=[^<>]{0,200}(?:/>|>(?:(?!</?ref\b).){0,4000}</ref\s*>)", re.IGNORECASE | re.DOTALL
)
_SHORT = re.compile(
    r"\{\{\s*(?:sfnp?|sfnm|harv(?:nb|p|txt|col|colnb)?|r|rp|ref|refn|note|efn(?:-[a-z]+)?|notetag)\s*\|[^{}]{0,300}\}\}",
    re.IGNORECASE,
)
_CIRCA = re.compile(r"\{\{\s*(?:circa|c\.|ca\.)\s*(?:\|([^{}|]{0,60})[^{}]{0,60})?\}\}", re.IGNORECASE)


class Footnotes:
    """The named footnotes of a page."""

    def __init__(self, wikitext: str) -> None:
        self._texts: dict[str, str] = {}
        for match in _NAMED.finditer(wikitext):
            self._texts.setdefault(_key(match), match["text"].replace("\n", " "))

    def put_into(self, wikitext: str) -> str:
        """A bullet's text with the footnotes that it names, and without remarks and short references."""
        if "<" not in wikitext and "{" not in wikitext:
            return wikitext
        text = _CIRCA.sub(lambda match: f"c. {match[1] or ''}", _SHORT.sub("", _REMARK.sub("", wikitext)))
        left = _MOST_NOTES

        def note(match: re.Match[str]) -> str:
            nonlocal left
            left -= 1
            found = self._texts.get(_key(match)) if left >= 0 else None
            return "" if found is None else f"<ref>{found}</ref>"

        whole = _USE.sub(note, text)
        return whole if len(whole) <= MAX_BULLET else text


def _key(match: re.Match[str]) -> str:
    return (match["a"] or match["b"] or match["c"]).strip()
