"""Taking secrets out of text: known ones, and strings that have the form of one. Pure: text in, text out."""

from __future__ import annotations

import html
import json
import re
from collections.abc import Iterable
from functools import cached_property
from urllib.parse import parse_qsl, unquote, unquote_plus, urlsplit

PUT_INSTEAD = "***"
LEFT_OUT = "[this text could not be freed of secrets and was left out]"
SURE_LENGTH = 8  # characters; a shorter secret may be a word, so it counts only where it stands alone
LEAST_LENGTH = len(PUT_INSTEAD) + 1  # shorter than this it is known by its form alone: in a URL, in a header

# --- by form ----------------------------------------------------------------------------------------------------------

# Each form with what a text needs to hold for it, in lower case: looking for that costs next to nothing.
_SLASH = r"(?:/|%2F)"
_TO_SLASH = r"""(?:(?!%2F)[^/\s?#"'<>\\])+"""
_QUOTE = r"""\\{0,4}["']"""
_FORMS: tuple[tuple[tuple[str, ...], re.Pattern[str]], ...] = (
    # /interactions/{id}/{token}/callback and /webhooks/{id}/{token}
    # https://docs.discord.com/developers/interactions/receiving-and-responding
    (
        ("interactions", "webhooks"),
        re.compile(rf"({_SLASH}(?:interactions|webhooks){_SLASH}\d+{_SLASH}){_TO_SLASH}", re.IGNORECASE),
    ),
    # The key of a limit in discord.py: METHOD /webhooks/{webhook_id}/{webhook_token}:id+token
    (("webhook_token",), re.compile(r"(webhook_token\}[^\s:]{0,80}:[\w+]{0,64}\+)[\w-]+")),
    # An interaction's token alone: Base64 of "interaction:" and more
    (("aw50zxjhy3rpb246",), re.compile(r"()aW50ZXJhY3Rpb246[\w+/=-]*")),
    # A bot's token: its id in Base64, six or seven characters, and 27 or more
    ((".",), re.compile(r"()[MNO][\w-]{22,29}\.[\w-]{6,7}\.[\w-]{27,}", re.ASCII)),
    # Authorization: Bot TOKEN, also as a mapping or as raw headers
    (
        ("authorization",),
        re.compile(
            r"""(authorization["']?\s{0,8}[:=,]\s{0,8}(?:b?["'])?(?:bot|bearer|basic|digest|token)\s{1,8})[^\s"',)]+""",
            re.IGNORECASE,
        ),
    ),
    # scheme://user:password@host, on the web
    (("://",), re.compile(r"((?:https?|wss?)://[^\s/?#@:]{0,300}:)[^\s/?#]{1,300}(?=@)", re.IGNORECASE)),
    # and of a database, where / ? and # may stand in a password, too
    (
        ("://",),
        re.compile(
            r"((?<!http)(?<!https)(?<!ws)(?<!wss)://[^\s/@:]{0,300}:)[^\s\"'<>]{1,300}(?=@)",
            re.IGNORECASE,
        ),
    ),
    # password=… in a URL's query, in libpq's and other drivers' strings, in the arguments of a call
    (
        ("passw", "pwd"),
        re.compile(rf"""((?:passw(?:or)?d|[?&;]pwd)\s{{0,8}}=\s{{0,8}}(?:{_QUOTE})?)[^\s&;,)"'\\]+""", re.IGNORECASE),
    ),
    # and in a mapping
    (
        ("passw", "pwd", "token", "secret"),
        re.compile(
            rf"""((?:passw(?:or)?d|pwd|token|secret){_QUOTE}\s{{0,8}}:\s{{0,8}}b?{_QUOTE})[^\s"'\\]+""", re.IGNORECASE
        ),
    ),
)
_SECRET_NAME = re.compile(r"passw|pwd|token|secret", re.IGNORECASE)


def _without_forms(text: str) -> str:
    lowered = text.lower()
    for needed, form in _FORMS:
        if any(part in lowered for part in needed):
            text = form.sub(rf"\g<1>{PUT_INSTEAD}", text)
    return text


# --- by value ---------------------------------------------------------------------------------------------------------


class _Known:
    """One secret, in all the ways in which it may be written."""

    def __init__(self, secret: str) -> None:
        self._probe = max(re.findall(r"[A-Za-z0-9]+", secret), key=len, default="")  # which no way of writing changes
        self._secret = secret

    @cached_property
    def _pattern(self) -> re.Pattern[str]:
        """Made when a text may hold the secret: it takes a millisecond for 25 characters."""
        pattern = _spellings(self._secret)
        if len(self._secret) < SURE_LENGTH:
            pattern = rf"(?<!\w)(?:{pattern})(?!\w)"
        return re.compile(pattern)

    def found(self, text: str) -> bool:
        return self._probe in text and self._pattern.search(text) is not None

    def taken_out(self, text: str) -> str:
        return self._pattern.sub(PUT_INSTEAD, text)


# A literal in a literal in a literal: each time a backslash becomes two. Bounded, so that time stays linear.
_MOST_BACKSLASHES = 64


def _spellings(secret: str) -> str:
    """A pattern of the secret in reprs, in reprs of reprs, in JSON, HTML and URLs, each character in a way of its own.

    Which ones a URL encodes is each library's choice; which quotation marks get a backslash depends on those around.
    """
    pattern, after_backslash = "", False
    for part in re.findall(r"\\+|[^\\]", secret):
        if part[0] == "\\":
            many = len(part)
            pattern += rf"(?:\\{{{many},{many * _MOST_BACKSLASHES}}}|(?i:%(?:25){{0,3}}5C){{{many}}})"
        else:
            pattern += _spellings_of_one(part, after_backslash)
        after_backslash = part[0] == "\\"
    return pattern


def _spellings_of_one(char: str, after_backslash: bool) -> str:
    if char.isascii() and char.isalnum():
        return char
    data = char.encode("utf-8", "surrogatepass")
    in_a_url = "".join(f"%(?:25){{0,3}}{byte:02X}" for byte in data)
    ways = {re.escape(char), re.escape(html.escape(char)), f"(?i:{in_a_url})"} | ({"[+]"} if char == " " else set())
    literals = {ascii(char)[1:-1], json.dumps(char)[1:-1], repr(data)[2:-1]} - {char}
    backslashes = rf"\\{{1,{_MOST_BACKSLASHES}}}"
    escapes = {backslashes.join(map(re.escape, literal.split("\\")[1:])) for literal in literals}
    escapes -= {re.escape(char), ""}
    if after_backslash:  # which has taken all of them
        return f"(?:{_any(ways | escapes)})"
    maybe = rf"\\{{0,{_MOST_BACKSLASHES}}}(?:{_any(ways)})"
    return f"(?:{maybe}|{backslashes}(?:{_any(escapes)}))" if escapes else f"(?:{maybe})"


def _any(ways: set[str]) -> str:
    return "|".join(sorted(ways, key=lambda way: (-len(way), way)))


# --- both -------------------------------------------------------------------------------------------------------------


class Redactor:
    """Takes secrets out of text: `Redactor(secrets)(text)`. Never raises.

    A known secret of at least `SURE_LENGTH` characters is found wherever it stands, a shorter one where no letter or
    digit is next to it; each as it is, decoded as a URL, and as URLs, reprs and JSON write it. Passwords in URLs,
    Discord's tokens and the headers that carry them are found by their form.
    """

    def __init__(self, secrets: Iterable[str] = ()) -> None:
        values = {value for secret in secrets for value in (secret, unquote(secret), unquote_plus(secret))}
        # Longer ones first, of which others may be a part.
        known = sorted(
            (value for value in values if len(value) >= LEAST_LENGTH), key=lambda value: (-len(value), value)
        )
        self._known = tuple(map(_Known, known))

    def __call__(self, text: str) -> str:
        try:
            return self._without_known(_without_forms(self._without_known(text)))
        except Exception:  # noqa: BLE001  # losing a text is better than showing a secret or ending the program
            return LEFT_OUT

    def knows(self, text: str) -> bool:
        """Whether a text contains one of the known secrets."""
        return any(known.found(text) for known in self._known)

    def _without_known(self, text: str) -> str:
        again = True
        while again:  # what is put instead may complete another; each round makes the text shorter
            again = False
            for known in self._known:
                if known.found(text):
                    text, again = known.taken_out(text), True
        return text


def secrets_in_url(url: str) -> set[str]:
    """The secrets in a URL: its password, by each way to read an unescaped @, and secret query parameters."""
    found: set[str] = set()
    before, at, _ = url.rpartition("@")
    rest = before.partition("://")[2] or before
    _, colon, password = rest.partition(":")
    if at and colon:
        found |= {password, *password.split("@")}
    try:
        parameters = parse_qsl(urlsplit(url).query)
    except ValueError:  # such as a bracket that is not closed
        parameters = []
    return found | {value for name, value in parameters if _SECRET_NAME.search(name)}
