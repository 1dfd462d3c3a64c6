"""Discord's Markdown as people see it: the words without the marks, and the links that stand in it."""

from __future__ import annotations

import datetime as dt
import re
from typing import NamedTuple

_LONGEST = 8_000  # characters of one text, more than Discord lets anybody write

# What stands for something else, and what means no mark. Alternatives that fail do so at once: the time is linear but
# for fences and code that do not end.
_PIECES = re.compile(
    r"""
      ```(?:[\w+\#.-]{1,20}\n)?(?P<fence>.+?)```
    | (?P<ticks>`{1,2})(?P<code>[^`\n]+)(?P=ticks)
    | \\(?P<literal>[^\w\s]|_)
    | \[(?P<label>(?:\\.|[^\[\]\\\n]|\[[^\[\]\\\n]{0,100}\]){1,300})\]\(\s*<?(?P<target>https?://[^\s<>()]*(?:\([^\s<>()]*\)[^\s<>()]*)*)>?
      (?:\s+"[^"\n]*")?\s*\)
    | <?(?P<address>https?://[^\s<>|]+)>?
    | <t:(?P<moment>-?\d{1,20})(?::(?P<style>\w))?>
    | (?P<unseen><a?:\w{1,40}:\d{1,25}>|<[@\#][!&]?\d{1,25}>|<id:\w{1,20}>|</[^<>:\n]{1,100}:\d{1,25}>|@everyone|@here)
    """,
    re.VERBOSE | re.DOTALL | re.IGNORECASE,
)
_LINE = re.compile(r"^[ \t]*(?:>>>[ ]|>[ ])?[ \t]*(?:\#{1,3}[ ]+|-\#[ ]+|[-*][ ]+|\d{1,9}\.[ ]+)?", re.MULTILINE)
_MARKS = re.compile(r"\*+|~~|\|\||__|(?<!\w)_|_(?!\w)")
_LEFT_OVER = re.compile(r"\([ ]*\)|\[[ ]*\]|(?<![ ])[ ]+(?=[,.;:!?])")  # around a link that was taken out
_TIMES = "tT"  # styles of a moment that show no day

_HIDDEN = 0xE000  # signs that mean no mark wait here while the marks are taken out


class Seen(NamedTuple):
    """A text as people see it, its lines kept, and the addresses that it links to."""

    text: str
    links: tuple[str, ...]


def seen(text: str) -> Seen:
    """Take the marks out of a text.

    Mentions and custom emoji are removed, because they do not tell what a text is about; a timestamp becomes its UTC
    day.
    """
    links: list[str] = []

    def replace(match: re.Match[str]) -> str:
        if (inside := match["fence"] or match["code"] or match["literal"]) is not None:
            return _hidden(inside)
        if match["label"] is not None:
            links.append(match["target"])
            return _PIECES.sub(replace, match["label"])
        if match["address"] is not None:
            address = _trimmed(match["address"])
            links.append(address)
            return f" {_hidden(match['address'][len(address) :])}"
        if match["moment"] is not None:
            return " " if (match["style"] or "f") in _TIMES else f" {_day(int(match['moment']))} "
        return " "

    text = _PIECES.sub(replace, text[:_LONGEST])
    text = _MARKS.sub("", _LINE.sub("", text))
    if links:
        text = _LEFT_OVER.sub("", text)
    return Seen("".join(_shown(sign) for sign in text), tuple(links))


def _hidden(text: str) -> str:
    return "".join(chr(_HIDDEN + ord(sign)) if sign in "*_~|#>-." else sign for sign in text)


def _shown(sign: str) -> str:
    return chr(ord(sign) - _HIDDEN) if _HIDDEN <= ord(sign) < _HIDDEN + 128 else sign


def _trimmed(address: str) -> str:
    """An address without the punctuation of the sentence that it ends."""
    while address and (address[-1] in ".,;:!?'\"*_~" or (address[-1] == ")" and "(" not in address)):
        address = address[:-1]
    return address


def _day(moment: int) -> str:
    try:
        return dt.datetime.fromtimestamp(moment, dt.UTC).date().isoformat()
    except (OverflowError, OSError, ValueError):
        return ""
