"""Discord's Markdown to HTML: the forms that the cards use, and those that a mistake in escaping would show."""

from __future__ import annotations

import datetime as dt
import re
from html import escape

# One alternative a form, tried from the left at each character. Inside each, a backslash takes the next mark with it.
_INLINE = re.compile(
    r"""
    \\(?P<letter>[^0-9A-Za-z\s])
    | \[(?P<label>(?:\\.|[^\\\[\]])+)\]\((?:<(?P<hidden>https?://[^\s<>]+)>|(?P<address>https?://[^\s<>()]+))\)
    | <(?P<mention>@[!&]?|\#)(?P<mentioned>\d+)>
    | <t:(?P<moment>\d+):F>
    | (?P<bare>https?://[^\s<>]+)
    | \*\*(?P<bold>(?:\\.|[^\\])+?)\*\*(?!\*)
    | __(?P<underlined>(?:\\.|[^\\])+?)__(?!_)
    | ~~(?P<struck>(?:\\.|[^\\])+?)~~
    | \|\|(?P<spoiler>(?:\\.|[^\\])+?)\|\|
    | \*(?![\s*])(?P<italic>(?:\\.|\*\*|[^\\*])+?)(?<!\s)\*(?!\*)
    | (?<!\w)_(?P<italic_too>(?:\\.|[^\\_])+?)_(?!\w)
    | `(?P<code>[^`]+)`
    """,
    re.VERBOSE | re.DOTALL,
)
_KINDS = (
    "letter", "label", "mention", "moment", "bare", "bold", "underlined", "struck", "spoiler", "italic", "italic_too",
    "code",
)  # fmt: skip
_TAGS = {"bold": "strong", "underlined": "u", "struck": "s", "spoiler": "del", "italic": "em", "italic_too": "em"}

_BLOCK = re.compile(
    r"(?P<heading>#{1,3}) +(?=\S)|(?P<small>-#) +(?=\S)|(?P<quote>>) |(?P<bullet>[-*]) |(?P<number>\d+)\. "
)


def to_html(text: str) -> str:
    """The text of one text display as HTML."""
    parts: list[str] = []
    open_list = ""  # the tag of the list that the lines before belong to
    after_text = False  # whether the line before was plain text, which only a line break parts from the next

    for line in text.split("\n"):
        found = _BLOCK.match(line)
        kind = found.lastgroup if found else None
        rest = inline(line[found.end() :] if found else line)
        tag = {"bullet": "ul", "number": "ol"}.get(kind or "", "")
        if open_list and tag != open_list:
            parts.append(f"</{open_list}>")
        if tag and found is not None:
            if tag != open_list:
                parts.append(f'<ol start="{found["number"]}">' if tag == "ol" else "<ul>")
            parts.append(f"<li>{rest}</li>")
        elif kind == "heading" and found is not None:
            level = len(found["heading"])
            parts.append(f"<h{level}>{rest}</h{level}>")
        elif kind == "small":
            parts.append(f"<small>{rest}</small>")
        elif kind == "quote":
            parts.append(f"<blockquote>{rest}</blockquote>")
        else:
            parts.append(f"<br>{rest}" if after_text else rest)
        open_list = tag
        after_text = found is None
    if open_list:
        parts.append(f"</{open_list}>")
    return "".join(parts)


def inline(text: str) -> str:
    """The marks within a line as HTML."""
    parts: list[str] = []
    end = 0
    for found in _INLINE.finditer(text):
        parts.append(escape(text[end : found.start()]))
        parts.append(_marked(found))
        end = found.end()
    parts.append(escape(text[end:]))
    return "".join(parts)


def _marked(found: re.Match[str]) -> str:
    kind = next(name for name in _KINDS if found[name] is not None)
    body = found[kind]
    match kind:
        case "letter":
            return escape(body)
        case "mention":
            return f'<span class="mention" data-id="{found["mentioned"]}">{body[0]}{found["mentioned"]}</span>'
        case "moment":
            at = dt.datetime.fromtimestamp(int(body), dt.UTC)
            return f'<span class="moment">{at:%A, %-d %B %Y at %H:%M}</span>'
        case "label":
            return f'<a href="{escape(found["hidden"] or found["address"])}">{inline(body)}</a>'
        case "bare":
            return f'<a href="{escape(body)}">{escape(body)}</a>'
        case "code":
            return f"<code>{escape(body)}</code>"
    return f"<{_TAGS[kind]}>{inline(body)}</{_TAGS[kind]}>"
