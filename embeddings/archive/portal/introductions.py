"""Words that only introduce a source: "Video:", "More here:", a publisher's name before its link.

They stand between the end of a sentence and a source. What follows a dash, a semicolon or an opening parenthesis is one
where it is a known phrase, or the name of the source's own host.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace
from itertools import accumulate

from embeddings.archive.portal.wikitext import Piece, has_words, host, strip
from embeddings.events import Source
from embeddings.text import compact

_PHRASE = (
    r"(?:(?:you can |please )?(?:see|read|watch|listen|view|click)"
    r"(?: (?:also|more|here|it|on|to|the|full|story|video|article|report|footage|live|below|all|about|this))*|"
    r"(?:more|further|full|additional|other|related|latest|official|original|live|raw|amateur|news|audio|security)"
    r"(?: (?:here|info(?:rmation)?|details?|on this|reading|story|text|reports?|articles?|coverage|news|results?|"
    r"updates?|video|footage|links?|at|from|sources?|website|site|statement|blog|stream|about this|transcript))*|"
    r"(?:news ?)?(?:links?|sources?|references?|refs?|cites?|citations?)(?: (?:missing|here|in [a-z]+))?|"
    r"(?:audio|video|photos?|pictures?|images?|maps?|transcripts?|text|slide ?show|gallery|footage|podcast|graphics?)"
    r"(?: (?:here|report|footage|and photos|and video|of the event|of this|from|at|clip|link))*|"
    r"(?:press releases?|articles?|reports?|story|stories|coverage|statement|web ?site|site|blog|details?|info|"
    r"information|here|via|from|at|on|by|as reported (?:by|in)|reported by|according to)"
    r"(?: (?:here|from|at|in|on|by))?)"
    r"(?: \(?(?:in )?(?:english|german|french|spanish|portuguese|italian|russian|arabic|chinese|japanese|dutch)\)?)?"
)
_KNOWN = re.compile(_PHRASE, re.IGNORECASE)
_BARE = frozenset(  # that introduce a source without a colon too, where a sentence has ended
    "see|see also|see here|watch|watch here|listen|read|read more|read here|more|more here|more info|more information|"
    "more details|further details|further reading|full story|full text|full report|details|details here|here|video|"
    "video here|audio|photo|photos|pictures|images|map|transcript|press release|link|links|source|sources|reference|"
    "references|ref|refs|via|from|article|report|story|news link|newslink|website|official website|coverage|"
    "live coverage|live|as reported by|according to|news story|news report".split("|")
)
# Where words may begin that introduce a source: after a sentence, or a sign that parts them from it.
_START = re.compile(r"(?P<hard>[.!?…][\"'”’)\]]*\s+|[.!?…][\"'”’)\]]*$)|(?P<soft>\s[–—-]\s|[;,]\s|\(\s*)")
_ABBREVIATION = re.compile(
    r"(?:[^\W\d_]{1,3}\.)+\s|(?:prof|capt|sens|reps|govt|dept|univ|corp|approx)\.\s", re.IGNORECASE
)
_COLON = re.compile(r"\s{0,3}[:–—-]\s{0,3}[(\[]?\s{0,3}$")
_MOST = 60  # characters of such words
_WINDOW = 200  # characters before a source in which they may begin
_PARENTHESES = re.compile(r"(?P<before>.*[.!?…][\"'”’)\]]*\s*|\s*)\((?P<words>[^()]{1,40})\)\s*:?\s*$", re.DOTALL)
_AFTER = re.compile(
    r"\s*\((?:in )?(?:english|german|french|spanish|portuguese|italian|russian|arabic|chinese|japanese|dutch|swedish|"
    r"norwegian|danish|polish|turkish|korean|hebrew|persian|greek|ukrainian|video|audio|pdf|live|link|dead ?link|"
    r"subscription required|(?:free )?registration required|paywall|archived?|archived copy|cached?)\)",
    re.IGNORECASE,
)
_MISSING = re.compile(r"\s{0,3}\[\s*(?:news ?)?(?:link|source) (?:missing|needed)\s*\]", re.IGNORECASE)
_NO_NAME = re.compile(r"(?:(?:click |read (?:more )?)?here|links?|\d{1,3}|this|more|read more|sources?)", re.IGNORECASE)
_MOST_NAME_WORDS = 5


def without_introductions(pieces: Sequence[Piece]) -> tuple[list[Piece], tuple[str, ...]]:
    """The pieces without words that only introduce a source, and the articles that those words link to.

    A publisher's name that stands before a source without one becomes its name.
    """
    found = [_named(piece) for piece in pieces]
    dropped: list[str] = []
    start = 0
    for at, piece in enumerate(found):
        if piece.source is not None:
            if not piece.is_note:
                dropped += _introduced(found, start, at, piece.source)
            start = at + 1
    for at, piece in enumerate(found):
        if piece.source is None and not piece.is_link:
            text = _MISSING.sub("", piece.text)
            if at and found[at - 1].source is not None and (match := _AFTER.match(text)) is not None:
                text = text[match.end() :]
            found[at] = replace(piece, text=text)
    return found, tuple(dropped)


def _named(piece: Piece) -> Piece:
    """A source whose link is called "here" or "[1]" has the name of its host."""
    source = piece.source
    if source is None or source.url is None or _NO_NAME.fullmatch(source.name) is None:
        return piece
    return replace(piece, source=replace(source, name=host(source.url)))


def _introduced(pieces: list[Piece], start: int, at: int, source: Source) -> list[str]:
    """Take the words off that introduce the source `at`, from the pieces from `start` on; the articles of those."""
    texts = [piece.text.replace("''", "") for piece in pieces[start:at]]
    text = "".join(texts)
    has_before = any(piece.says and piece.source is None for piece in pieces[:start])
    is_nameless = source.url is not None and source.name == host(source.url)
    cut, name = _cut(text, source.url, is_first=not has_before, is_nameless=is_nameless)
    has_after = any(piece.says and piece.source is None for piece in pieces[at + 1 :])
    if cut >= len(text.rstrip()) or not (has_before or has_after or has_words(text[:cut])):
        return []
    is_title = not (_is_name(source.name) or pieces[at].text.lstrip().startswith("("))
    if name and (is_nameless or is_title):
        source = replace(source, name=name)
    pieces[at] = replace(pieces[at], source=source, is_note=True)
    dropped: list[str] = []
    left = cut
    for place, own in zip(range(start, at), texts, strict=True):
        if left < len(own):
            pieces[place] = replace(pieces[place], text=own[:left] or " ")
            dropped += pieces[place].articles if not own[:left].strip() else ()
        left = max(0, left - len(own))
    return dropped


def _cut(text: str, url: str | None, *, is_first: bool, is_nameless: bool) -> tuple[int, str]:
    """Where the words begin that only introduce the source after the text, and the publisher that they name.

    Args:
        is_first: whether the text begins the bullet.
        is_nameless: whether the source is a link that nobody has named.
    """
    text = text.rstrip()
    if (
        is_nameless
        and (match := _PARENTHESES.fullmatch(text, max(0, len(text) - _WINDOW))) is not None
        and _is_name(match["words"])
    ):
        return match.end("before"), strip(match["words"])
    begin, is_soft, is_sure = _beginning(text)
    colon = _COLON.search(text, begin)
    words = " ".join(text[begin : colon.start() if colon is not None else len(text)].split()).strip(" ,;–—-([")
    if not words or len(words) > _MOST:
        return len(text), ""
    has_colon = colon is not None
    is_known = _KNOWN.fullmatch(words) is not None
    is_publisher = _is_host(words, url) and (is_sure or has_colon or is_soft)
    if is_soft:
        is_alone = is_nameless and ")" not in words and text[:begin].rstrip().endswith("(") and _is_name(words)
        is_cut = is_publisher or is_alone or (is_known and (has_colon or words.casefold() in _SOFT))
    elif is_first and not has_words(text[:begin]):
        is_cut = is_known and has_colon
    else:
        is_bare = is_known and words.casefold() in _BARE
        is_cut = is_bare or is_publisher or ((has_colon or (is_nameless and is_sure)) and (is_known or _is_name(words)))
    if not is_cut:
        return len(text), ""
    return begin, "" if is_known else strip(words)


def _beginning(text: str) -> tuple[int, bool, bool]:
    """Where the last words of a text begin, whether no sentence ends there, and whether one surely does."""
    last: re.Match[str] | None = None
    for match in _START.finditer(text, max(0, len(text) - _WINDOW)):
        if has_words(text[match.end() :]):
            last = match
    if last is None:
        return (0, False, True) if len(text) <= _WINDOW else (len(text), False, False)
    if not has_words(text[: last.start()]):
        return last.end(), False, True
    if last["hard"] is not None:
        is_short = _ABBREVIATION.match(text, max(0, text.rfind(" ", 0, last.start()) + 1)) is not None
        return last.end(), False, not is_short
    # A dash or comma goes with the words, an opening parenthesis stays, to go with the one that closes it.
    return last.end() if last["soft"].startswith("(") else last.start(), True, False


_SOFT = frozenset(("see", "see also", "more here", "see here", "video", "source", "link", "read more", "more info"))


def _is_name(words: str) -> bool:
    """Whether words may be a publisher's name: a few, that begin with a capital or digit, and each of weight so."""
    parts = strip(words).split()
    if not 0 < len(parts) <= _MOST_NAME_WORDS or not has_words(words):
        return False
    return all(part[0].isupper() or part[0].isdigit() or part in _SMALL for part in parts)


_ANY_HOST = frozenset(("www", "com", "news"))
_SMALL = frozenset("of the and & de la le el da do di der die das for in on via to du al a".split())


def _is_host(words: str, url: str | None) -> bool:
    """Whether words are the name of the host: "BBC News" of news.bbc.co.uk."""
    name = compact(words).removeprefix("the")
    if url is None or not 2 < len(name) <= 40 or not words[:1].isupper():
        return False
    if name in compact(host(url)):
        return True
    first = set(accumulate(compact(word) for word in words.split() if word.casefold() != "the"))
    return any(len(label) > 2 and label in first for label in host(url).split(".")[:-1] if label not in _ANY_HOST)
