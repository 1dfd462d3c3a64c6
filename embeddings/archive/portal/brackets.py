"""Brackets of links and sources put in order before anything parses a bullet: one too many, or too few, of them.

MediaWiki shows what it cannot pair as it stands; an event's text should hold none of it, and keep the link that was
meant. What is paired already stays as it is, to the letter.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

_TOKEN = re.compile(r"\[+|\]+|<nowiki>", re.IGNORECASE)
_NOWIKI_END = re.compile(r"</nowiki>", re.IGNORECASE)
_ADDRESS = re.compile(r"(?:(?:https?|ftp):)?//", re.IGNORECASE)
_SLIP = re.compile(  # in the scheme of a source's address
    r"\[\s*(?:url\s*=\s*)?h?t{1,3}ps?\s?(?:[:;]-*/{0,4}|/{1,3}|:?-{2})\s?(?=[\w-]+\.[\w-])", re.IGNORECASE
)
_BLANK_FIRST = re.compile(r"\[\s+(?=(?:https?:)?//)", re.IGNORECASE)
_NO_OPENING = re.compile(r"(?<![\[\w/=|:?&])(https?://[^\s\[\]|{}<>]+\s+\([^()\[\]{}]{1,80}\))\](?!\])", re.IGNORECASE)
_PIPE = re.compile(r"([^\s\[\]|]+)\|\s*(?=[^\s\[\]|][^\[\]|]*\])")  # between a source's address and its name
_IN_PARENTHESES = re.compile(r"[^\s\[\]]+\s*\([^()\[\]]*(?:\([^()\[\]]*\)[^()\[\]]*)?\)(?![\w/?#&=])")
_CLOSED_LATER = re.compile(r"[^\[\]]{1,80}\]")  # what stands around it
_LINK = re.compile(r"\[\[[^\[\]]*\]\]")
_STRAY_INSIDE = re.compile(r"[^\[\]|]{1,80}(?:\|[^\[\]]{0,80})?\]\](?!\])")
_TARGET = re.compile(r"([^\[\]{}|\n]{1,200})\|([^\W_]+)")
_PICTURE = re.compile(r"\s*(?:file|image)\s*:[^\[\]|]*(?:\|[^\[\]|]*)*\|", re.IGNORECASE)
_NAME = re.compile(r"[^\W\d_a-z][^\[\]]{0,200}|[^\[\]|]{1,200}\|[^\[\]]{1,200}")
_MOST_WORDS = 12  # of a link that nothing closes and that is all of its bullet


@dataclass(slots=True)
class _Open:
    """An opening bracket: where it stands in the parts, how many signs it has there, and what it opens.

    Attributes:
        kind: "link" ([[), "source" ([http://) or "word" ([ that opens neither, such as an editor's remark).
        start: where its contents begin in the text.
    """

    part: int
    kind: str
    start: int


def in_order(wikitext: str) -> str:
    """The same wikitext with every link and source opened and closed once, in time that grows with its length."""
    if "[" not in wikitext and "]" not in wikitext:
        return wikitext
    wikitext = _BLANK_FIRST.sub("[", _SLIP.sub(_opening, wikitext))
    wikitext = _NO_OPENING.sub(r"[\1]", wikitext)
    return _Brackets(wikitext).in_order()


def _opening(match: re.Match[str]) -> str:
    """A source's opening bracket and the scheme of its address, as both should be."""
    found = match[0]
    if re.search(r"https?://$", found, re.IGNORECASE) and found[1:2] in "hH":
        return found
    return "[https://" if re.search(r"tps", found, re.IGNORECASE) else "[http://"


class _Brackets:
    """A walk over the brackets of a text. `parts` is what has been written so far."""

    def __init__(self, text: str) -> None:
        self._text = text
        self._parts: list[str] = []
        self._open: list[_Open] = []

    def in_order(self) -> str:
        text, at = self._text, 0
        while (match := _TOKEN.search(text, at)) is not None:
            self._parts.append(text[at : match.start()])
            at = match.end()
            if match[0].startswith("<"):
                close = _NOWIKI_END.search(text, at)
                end = len(text) if close is None else close.start()
                self._parts.append(text[match.start() : end])
                at = end
            elif match[0].startswith("["):
                at = self._opened(len(match[0]), at)
            else:
                self._closed(len(match[0]), match.start(), at)
        self._parts.append(text[at:])
        self._ended()
        return "".join(self._parts)

    # --- opening ------------------------------------------------------------------------------------------------------

    def _opened(self, count: int, at: int) -> int:
        """Take a run of opening brackets that ends at `at`; the place from where to read on."""
        if _ADDRESS.match(self._text, at) is not None:
            if self._open and self._open[-1].kind == "source":
                self._close_source(self._open.pop())
            for _ in range(min(count - 1, 2) if count != 2 else 0):  # "[[http://" is a slip of "[http://"
                self._push("word", "[", at)
            self._push("source", "[", at)
            pipe = _PIPE.match(self._text, at)
            if pipe is not None and (count == 2 or " " not in self._text[at : pipe.end()]):
                self._parts.append(f"{pipe[1]} ")
                return pipe.end()
            return at
        for _ in range(count % 2):
            self._push("word", "[", at)
        for _ in range(count // 2):
            self._push("link", "[[", at)
        return at

    def _push(self, kind: str, sign: str, at: int) -> None:
        self._open.append(_Open(len(self._parts), kind, at))
        self._parts.append(sign)

    # --- closing ------------------------------------------------------------------------------------------------------

    def _closed(self, count: int, start: int, end: int) -> None:
        """Take a run of closing brackets, from `start` to `end`."""
        while count and self._open:
            top = self._open[-1]
            if top.kind == "link":
                if count == 1 and end - start == 1 and _STRAY_INSIDE.match(self._text, end) is not None:
                    return  # of two closings, the one of two brackets is right
                self._parts.append("]]")
                count -= min(count, 2)
            elif top.kind == "source":
                self._parts.append("]")
                count -= 1
            else:
                count -= self._close_word(top, count, start)
            self._open.pop()
        if count:
            self._drop(start, end)

    def _close_word(self, top: _Open, count: int, start: int) -> int:
        """Close a single bracket, which is a link's where two close it or a bar stands in it; how many are used."""
        inside = self._text[top.start : start]
        if _LINK.fullmatch("".join(self._parts[top.part + 1 :])) is not None:
            self._parts[top.part] = ""  # "[[[Rain]]]"
            return 1
        is_spare = count >= 2 and (len(self._open) == 1 or _CLOSED_LATER.match(self._text, start + count) is not None)
        if _NAME.fullmatch(inside) is not None and (is_spare or "|" in inside):
            self._parts[top.part] = "[["
            self._parts.append("]]")
            return min(count, 2)
        self._parts.append("]")
        return 1

    def _drop(self, start: int, end: int) -> None:
        """Leave brackets out; a blank stands for them where they part two words."""
        before, after = self._text[max(0, start - 1) : start], self._text[end : end + 1]
        if before and not before.isspace() and (after.isupper() or after.isdigit() or (after in "([{<" and after)):
            self._parts.append(" ")

    # --- what nothing closes ------------------------------------------------------------------------------------------

    def _ended(self) -> None:
        is_last = True
        while self._open:
            top = self._open.pop()
            if top.kind == "source":
                self._close_source(top)
            elif top.kind == "link":
                self._end_link(top, is_last=is_last)
            else:
                self._omit(top)
            is_last = False

    def _close_source(self, top: _Open) -> None:
        """Close a source after its name in parentheses, else where it breaks off."""
        rest = "".join(self._parts[top.part + 1 :])
        match = _IN_PARENTHESES.match(rest)
        cut = len(rest.rstrip()) if match is None else match.end()
        tail = rest[cut:]
        self._parts[top.part + 1 :] = [rest[:cut], "]", tail[1:] if tail[:1] in ("}", ")", ">") else tail]

    def _end_link(self, top: _Open, *, is_last: bool) -> None:
        rest = "".join(self._parts[top.part + 1 :])
        before = "".join(self._parts[: top.part]).strip(" '")
        if picture := _PICTURE.match(rest):
            self._parts[top.part :] = [rest[picture.end() :]]
        elif match := _TARGET.match(rest):
            self._parts[top.part :] = [f"[[{match[1]}|{match[2]}]]", rest[match.end() :]]
        elif is_last and not before and 0 < len(rest.split()) <= _MOST_WORDS and not re.search(r"[\[\]{}.!?]", rest):
            name = rest.rstrip(" :'")
            self._parts[top.part :] = ["[[", name, "]]", rest[len(name) :]]
        else:
            self._omit(top)

    def _omit(self, top: _Open) -> None:
        before = "".join(self._parts[max(0, top.part - 3) : top.part])[-1:]
        self._parts[top.part] = " " if before.isalnum() else ""
