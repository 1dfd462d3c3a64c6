"""Text and addresses for Discord: strangers' text is made harmless, and cut to fit.

Discord does not say whether its limits are of characters or of UTF-16 code units, of which an emoji has two. A text has
at least as many of these as of those, so lengths are counted in UTF-16 everywhere: what fits so fits either way.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable
from urllib.parse import quote

import idna
import yarl

from embeddings.text import clean, shorten

MAX_TEXT = 4_000  # of all text of a message with components
MAX_CONTENT = 2_000  # of the text of a message without
MAX_BYTES = 10_000  # of the same text in UTF-8: Discord refuses some 10,170, which 3,390 Chinese characters reach
BLOCK_BYTES = 12  # that each block of text counts besides
MAX_OPTION = 100  # of a select option or an autocomplete choice
MAX_BUTTON_LINK = 512  # of a button's address
MAX_ALT = 1_024  # of what a picture shows, in words

# Whatever Discord gives a meaning: emphasis, code, spoilers, links, mentions, emoji, timestamps, quotes, headings.
_MARKS = re.compile(r"([\\*_~|`<>\[\]()#@:])")
_ISOLATE, _END = "\u2068", "\u2069"
_ISOLATED = re.compile(f"{_ISOLATE}([^{_ISOLATE}{_END}]*){_END}")
_MARKED, _END_MARKED = "\ue000", "\ue001"  # in their place, for as long as a text is cleaned
_UNMARKED = {ord(_MARKED): None, ord(_END_MARKED): None}
_MENTION = re.compile(r"\\*@")
_LIST_MARK = re.compile(r"^(\d+(?=\.)|)([-+.])")  # at the beginning of a line: a list
_LABEL = re.compile(r"(?!-)[a-z0-9_-]{1,63}(?<!-)")  # of a host; strictly none has "_", but some that are in use do
_LONGEST_HOST = 253
_SAFE = "/:?#@!$&'*+,;=%~-._"  # what may stand in a text link as it is: nothing that could end it


def length(text: str) -> int:
    """How long a text is for Discord, in UTF-16 code units."""
    return len(text) if text.isascii() else len(text.encode("utf-16-le", "surrogatepass")) // 2


def total(texts: Iterable[str]) -> int:
    """How long texts are together."""
    return sum(map(length, texts))


def cut(text: str, limit: int) -> str:
    """A text of at most `limit`, cut at a blank where there is one near the end, with an ellipsis."""
    if length(text) <= limit:
        return text
    if limit <= 0:
        return ""
    # As many characters as fit; half of a pair at the end counts for none.
    fitting = len(text.encode("utf-16-le", "surrogatepass")[: 2 * limit].decode("utf-16-le", "ignore"))
    return shorten(text, fitting) if fitting else "…"


def escape(text: str) -> str:
    """Text as Discord shows it letter for letter, on one line."""
    return _LIST_MARK.sub(r"\1\\\2", _MARKS.sub(r"\\\1", one_line(text)))


def isolated(text: str) -> str:
    """Strangers' text for a place inside a line: where it has letters from right to left, it is kept apart.

    The rest of the line would otherwise be shown in another order.
    """
    cleaned = clean(text)
    return f"{_ISOLATE}{cleaned}{_END}" if _has_right_to_left(cleaned) else text


def _has_right_to_left(text: str) -> bool:
    return not text.isascii() and any(unicodedata.bidirectional(sign) in ("R", "AL") for sign in text)


def one_line(text: str) -> str:
    """Text as `clean` leaves it, in which `isolated` has kept something apart."""
    if _ISOLATE not in text:
        return clean(text)
    marked = _ISOLATED.sub(rf"{_MARKED}\1{_END_MARKED}", text.translate(_UNMARKED))
    return clean(marked).replace(_MARKED, _ISOLATE).replace(_END_MARKED, _END)


def without_pings(text: str) -> str:
    """Text whose Markdown works, on one line, but whose mentions of people, roles and everybody are only letters."""
    return _MENTION.sub(r"\\@", clean(text))


def escape_within(text: str, limit: int) -> str:
    """Escaped text of at most `limit`, cut at a word where it is too long."""
    text = one_line(text)
    if _ISOLATE not in text and _has_right_to_left(text):
        within = escape_line(text, limit - 2)
        return f"{_ISOLATE}{within}{_END}" if within else ""
    return escape_line(text, limit)


def escape_line(text: str, limit: int) -> str:
    """As `escape_within`, of text that has a line to itself, in whichever direction."""
    text = one_line(text)
    room = limit
    while room > 0 and length(escaped := escape(cut(text, room))) > limit:
        room -= max(1, (length(escaped) - limit) // 2)
    return escaped if room > 0 else ""


def address(url: str | None) -> str | None:
    """A web address as a URI by RFC 3986, which Discord demands; None if that is impossible or it could lead nowhere.

    The host is written in ASCII and the rest percent-encoded, as a browser does. Addresses of a kind that no source of
    news has give None, too: a name and password before the host, which hide where a link leads, a bare IPv6 address, a
    host without a domain.
    """
    try:
        parsed = yarl.URL(url or "")
        port = parsed.explicit_port
        host = parsed.raw_host or ""
    except ValueError:  # of which UnicodeError is one
        return None
    if parsed.scheme not in {"http", "https"} or port == 0 or not _is_host(host):
        return None
    if parsed.raw_user or parsed.raw_password:
        return None
    return str(parsed)


def _is_host(host: str) -> bool:
    """Whether a host can be one on the web: an IPv4 address, or a name with a domain."""
    labels = host.removesuffix(".").split(".")
    if len(host) > _LONGEST_HOST or len(labels) < 2 or not all(map(_LABEL.fullmatch, labels)):
        return False
    if labels[-1].isdigit():
        return len(labels) == 4 and all(label.isdigit() and int(label) <= 255 for label in labels)
    try:
        return all(idna.decode(label) for label in labels if label.startswith("xn--"))
    except UnicodeError:
        return False


def button_link(url: str | None) -> str | None:
    """The address for a button's link; None if Discord would not accept it."""
    found = address(url)
    return found if found is not None and len(found) <= MAX_BUTTON_LINK else None


def link(text: str, url: str | None) -> str:
    """Escaped `text` as a link to a web address; only the text if there is no address, or it does not work."""
    found = address(url)
    # A URI holds few of the characters that could end the link; encoded they mean the same.
    return text if found is None else f"[{text}](<{quote(found, safe=_SAFE)}>)"


def plain(text: str, limit: int) -> str:
    """Text where Discord does not read Markdown (options of selects, names of choices): one line, cut, never empty."""
    return cut(one_line(text), limit) or "…"
