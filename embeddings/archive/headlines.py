"""A headline of a Markdown archive, without the sources that stand at its end.

The site took its headlines from the portal's wikitext. Where it did not know a source for one, the source stayed in the
headline: `It ends. ([http://news.example/1 Daily])`, also with slashes that became dashes, or as a name alone.
"""

from __future__ import annotations

import re
from collections.abc import Collection

from embeddings.archive.portal.bullet import SENTENCE_END, cost, read_bullet
from embeddings.archive.portal.wikitext import host
from embeddings.events import Source
from embeddings.text import normalise

_SOURCE = re.compile(r"https?:|\[//|\{\{\s*cit(?:e|ation)\b|<ref\b|\[https?", re.IGNORECASE)
_IN_MARKDOWN = re.compile(r"\[([^\[\]]{1,300})\]\((https?://[^\s()]{1,2000})\)", re.IGNORECASE)
_BLANK_BEFORE = re.compile(r"\[\s+(?=(?:https?:)?[/\\-]{1,3}\w)", re.IGNORECASE)
_PIPE_AFTER = re.compile(r"(\[(?:https?:)?//[^\s|\[\]]{1,2000})\|", re.IGNORECASE)
# `http:--daily.example`, `http:/daily.example`, `[http//daily.example`: the scheme, what stands for `://`, the rest.
_BROKEN = re.compile(
    r"(?<![\w/.-])(https?)\s?(?:[:;]\s?([/\\-]{1,3})|(?<=\[http)([/\\-]{1,3})|(?<=\[https)([/\\-]{1,3}))"
    r"([a-z0-9][\w-]*\.[^\s\[\]]+)",
    re.IGNORECASE,
)
_LOST = "http://lost.invalid/"  # stands in for an address whose slashes cannot be told from its dashes
_HOST = re.compile(r"[^/\\?#]*?\.(?:[a-z]{2,3}\.[a-z]{2}|[a-z]{2,6})(?![a-z0-9.])", re.IGNORECASE)
_MARKUP = re.compile(r"\{\{|\[\[|<")
_DEAD = r"(?:dead link|link dead|link is dead|broken link)\b"
_REMARK = re.compile(_DEAD, re.IGNORECASE)
_REMARKS = re.compile(rf"[(\[]{_DEAD}[^()\[\]]{{0,80}}(?:\([^()\[\]]{{0,20}}\))?[)\]]", re.IGNORECASE)
_VIA = re.compile(r"\s*\bvia$", re.IGNORECASE)
# Words of which the names of papers, agencies and stations are made.
_PRESS = re.compile(
    r"\b(?:news|times|post|guardian|reuters|bbc|cnn|abc|cbc|cbs|nbc|rtÉ|ap|afp|upi|itv|npr|herald|tribune|press|telegraph|"
    r"journal|gazette|radio|tv|daily|standard|observer|chronicle|mail|bloomberg|jazeera|xinhua|haaretz|interfax|tass|"
    r"independent|morning|globe|mirror|today|wikinews|deutsche welle|le monde|der spiegel|el país|via)\b",
    re.IGNORECASE,
)
_MOST_WORDS = 8  # of a source's name that has no link
_MOST_TAILS = 20
_MOST_COST = 100_000  # of a headline's markup, some 5 ms; a real one has 1,189 characters and a handful of openings


def read_headline(title: str, known: Collection[str] = ()) -> tuple[str, tuple[Source, ...]]:
    """Tell the headline from the sources in it; topics may lead it. `title` is clean and of bounded length.

    Args:
        known: the names of sources that the archive has elsewhere, normalised.
    Returns:
        The headline, which is never empty where the title is not, and its sources.
    """
    text, sources = _without_links(title) if _SOURCE.search(title) is not None else (title, ())
    if sources:
        text = _balanced(text)
    text, named = _without_names(text, known)
    if not normalise(text):  # nothing but sources: what they are called is all that is told
        return (sources[0].name, sources) if sources and normalise(sources[0].name) else (title, ())
    return text, _together(sources, named)


def _together(linked: tuple[Source, ...], named: list[Source]) -> tuple[Source, ...]:
    """The sources with a link and those without. One name beside one link that has none of its own is its name."""
    if len(linked) == 1 and len(named) == 1:
        [link], [name] = linked, named
        if link.url and link.name == host(link.url):
            return (Source(name.name, link.url),)
    return (*linked, *(source for source in named if all(source.name != other.name for other in linked)))


def shown(headline: str) -> str:
    """What a headline shows where markup is left in it, for comparing."""
    if _MARKUP.search(headline) is None or cost(headline) > _MOST_COST:
        return headline
    return read_bullet(headline).text or headline


def _without_links(title: str) -> tuple[str, tuple[Source, ...]]:
    wikitext = _IN_MARKDOWN.sub(r"[\2 \1]", _REMARKS.sub(" ", title))
    wikitext = _PIPE_AFTER.sub(r"\1 ", _BROKEN.sub(_mended, _BLANK_BEFORE.sub("[", wikitext)))
    if cost(wikitext) > _MOST_COST:
        return title, ()
    told = read_bullet(wikitext)
    sources = dict.fromkeys(_named(source) for source in told.sources)
    return told.text, tuple(sources)


def _mended(match: re.Match[str]) -> str:
    """An address with its slashes. Where dashes stand for those of its path, too, only its host is sure."""
    scheme, marks, rest = match[1], match[2] or match[3] or match[4], match[5]
    if marks == "//" and match[2] and match[0].startswith(f"{scheme}://"):
        return match[0]
    if "-" in marks and "-" in rest and "/" not in rest:
        return _LOST + (sure[0] if (sure := _HOST.match(rest)) else rest)
    return f"{scheme}://{rest.replace(chr(92), '/')}"


def _named(source: Source) -> Source:
    """A source without the quotation marks that stood for italics, and without an address that is lost."""
    name = " ".join(source.name.replace('"', " ").split()) or source.name
    if source.url is None or not source.url.startswith(_LOST):
        return Source(name, source.url)
    return Source(source.url.removeprefix(_LOST) if name == "lost.invalid" else name)


def _without_names(text: str, known: Collection[str]) -> tuple[str, list[Source]]:
    """Take off what trails the last sentence: names of sources in parentheses, remarks on dead links, lone brackets."""
    before = _balanced(text)
    if before.endswith(")."):  # a full stop after the name, too
        before = before[:-1]
    found: list[Source] = []
    is_taken = False
    for _ in range(_MOST_TAILS):
        if not before.endswith(")") or (at := _opening(before)) <= 0:
            break
        inner = _VIA.sub("", before[at + 1 : -1].strip(" ,;"))
        if inner and not _REMARK.match(inner):
            if not _is_source(inner, known):
                break
            found.insert(0, Source(" ".join(inner.replace('"', " ").split())))
        before, is_taken = _balanced(before[:at]), True
    # A name follows a sentence; within one, "(BBC)" explains what stands before it.
    return (before, found) if is_taken and (not found or SENTENCE_END.search(before)) else (text, [])


def _is_source(name: str, known: Collection[str]) -> bool:
    words = normalise(name)
    if words in known:
        return True
    starts = re.findall(r"[^\W\d_]\w*", name)
    return (
        0 < len(words.split()) <= _MOST_WORDS
        and not re.search(r"[.!?:;]\s", name)
        and _PRESS.search(name) is not None
        and all(word[0].isupper() or word in _SMALL_WORDS for word in starts)
    )


_SMALL_WORDS = frozenset("of the and via in for on s le la el der die das du de al".split())


def _balanced(text: str) -> str:
    """A text without the brackets at its end that open or close nothing, and the marks that parted its sources."""
    while (bare := text.rstrip()) and (
        bare[-1] in "([{"
        or (bare[-1] == "]" and bare.count("]") > bare.count("["))
        or (bare[-1] == ")" and bare.count(")") > bare.count("("))
        or bare[-1] in ",;"
    ):
        text = bare[:-1]
    return bare


def _opening(text: str) -> int:
    """Where the bracket that the last character closes is opened; -1: nowhere."""
    depth = 0
    for at in range(len(text) - 1, -1, -1):
        depth += (text[at] == ")") - (text[at] == "(")
        if not depth:
            return at
    return -1
