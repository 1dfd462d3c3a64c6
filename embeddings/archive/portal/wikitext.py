"""One bullet of the portal: its wikitext to plain text, links and sources.

mwparserfromhell reads it, for one pass gives every kind of markup as a tree; wikitextparser goes through the text anew
for each kind, and its licence (GPL) is not the program's. Neither bounds its own time: text with many openings that
nothing closes takes quadratic time, which `cost` foresees, and `MAX_COST` and the caller's budget for a page bound.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from urllib.parse import urlsplit

import mwparserfromhell
from mwparserfromhell import nodes
from mwparserfromhell.parser import ParserError
from mwparserfromhell.wikicode import Wikicode

from embeddings.archive.markdown import is_web_address
from embeddings.events import Source
from embeddings.text import clean, shorten

MAX_COST = 4_000_000  # of one bullet, in the unit of `cost`: about a second

_OPENING = re.compile(r"[\[{<]|://")
# What no text of an event holds; a blank takes its place, so that nothing new comes of what stood around it.
_MARKUP = re.compile(
    r"\[\[|\]\]|\{\{|\}\}|\{\||\|\}|</?(?:ref|nowiki)(?:[^<>]{0,300}>)?|"
    r"</?(?:b|big|br|center|del|div|em|font|i|ins|noinclude|includeonly|onlyinclude|p|s|small|span|strong|sub|sup|u)"
    r"(?:\s[^<>]{0,300}|/)?>",
    re.IGNORECASE,
)
_UNCLOSED_SOURCE = re.compile(r"\[(?:https?:)?//[^\[\]]*$", re.IGNORECASE)
_WORD = re.compile(r"[^\W_]")
_EMPTY_BRACKETS = re.compile(r"\(\s*[,;]?\s*\)|\[\s*\]")
_BLANK_BEFORE_MARK = re.compile(r"\s+([,.;:!?])(?=\s|$)")
_SENTENCE_END = re.compile(r"[.!?…][\"'”’)\]]*$")
_LIST_MARK = re.compile(r"[,;:/>→•]")
_LANGUAGE = re.compile(r":[a-z]{2,3}(?:-[a-z]+)*:\S", re.IGNORECASE)

_PICTURES = ("file:", "image:", "category:", "media:")
_NO_ARTICLE = frozenset(
    "file image category media special user wikipedia project template help portal draft module timedtext talk "
    "w wikt wiktionary s wikisource n wikinews q wikiquote b wikibooks v wikiversity voy wikivoyage d wikidata "
    "c commons m meta mw species".split()
)

# Templates by what they show; others show all their unnamed parameters.
_NAMES_ARTICLE = frozenset(("ill", "interlanguage link", "flag", "flagu", "flagcountry"))  # the first
_SHOWS_FIRST = _NAMES_ARTICLE | {"nowrap", "nobr", "abbr", "small", "sic", "as of"}
_SHOWS_LAST = frozenset(("lang", "transl", "transliteration", "color", "font color"))
_SHOWS_TWO = frozenset(("convert", "cvt"))  # number and unit
_SHOWS_SIGN = {
    "snd": " – ",
    "spaced ndash": " – ",
    "ndash": "–",
    "mdash": "—",
    "nbsp": " ",
    "'": "'",
    "=": "=",
    "!": "|",
}
_SHOWS_NOTHING = frozenset(
    "webarchive|wayback|cbignore|dead link|citation needed|cn|fact|who|when|which|where|why|clarify|according to whom|"
    "update inline|update after|better source|better source needed|verify source|failed verification|dubious|"
    "subscription required|subscription|registration required|closed access|in lang|flagicon|flag icon|efn|refn|"
    "disambiguation needed|dn|full citation needed|unreliable source?|not in source|pp|clear".split("|")
)
_PUBLISHERS = ("agency", "work", "newspaper", "website", "publisher", "magazine", "journal", "via")  # of a citation


@dataclass(frozen=True, slots=True)
class Bullet:
    """What a bullet tells.

    Attributes:
        text: in one plain line, without the sources; empty where the bullet shows none.
        links: the articles that it links to, each once, without their sections.
        names: the texts of its links, where it holds nothing but links: the topics that it names.
        sources: who reported it.
        notes: what of it could not be kept as it was.
    """

    text: str = ""
    links: tuple[str, ...] = ()
    names: tuple[str, ...] = ()
    sources: tuple[Source, ...] = ()
    notes: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class _Piece:
    """A stretch of a bullet: plain text, or what a link shows (`is_link`), or what a source's link shows (`source`)."""

    text: str
    is_link: bool = False
    source: Source | None = None
    is_note: bool = False  # a footnote's source, whose text is none of the sentence


def cost(wikitext: str) -> int:
    """A bound for the time that reading takes, in openings times characters; a million take at most 0.3 s."""
    return len(wikitext) * sum(1 for _ in _OPENING.finditer(wikitext))


def read_bullet(wikitext: str) -> Bullet:
    """Read one bullet. `cost` bounds its time."""
    reading = _Reading()
    pieces = [_Piece(wikitext)]
    if _OPENING.search(wikitext) is not None:
        if (match := _UNCLOSED_SOURCE.search(wikitext)) is not None:
            wikitext = f"{wikitext[: match.end()]}]"
        try:
            # Quotes for bold and italic text are left to `clean`.
            pieces = list(reading.pieces(mwparserfromhell.parse(wikitext, skip_style_tags=True)))
        except ParserError as error:
            reading.notes.append(f"its markup cannot be read ({error}); it is kept as plain text")
    return reading.bullet(pieces)


class _Reading:
    """The tree of one bullet on its way to pieces, and what is gathered on that way."""

    def __init__(self) -> None:
        self.links: dict[str, None] = {}
        self.notes: list[str] = []

    def pieces(self, code: Wikicode) -> Iterator[_Piece]:
        """The pieces of a stretch of wikitext, in its order."""
        for node in code.nodes:
            match node:
                case nodes.Text() | nodes.HTMLEntity():
                    yield _Piece(str(node))
                case nodes.Wikilink():
                    yield from self._link(node)
                case nodes.ExternalLink():
                    # Links in its text are no subjects of the event.
                    yield self._source(str(node.url), _Reading()._shown(node.title))
                case nodes.Template():
                    yield from self._template(node)
                case nodes.Argument():
                    if node.default is not None:
                        yield from self.pieces(node.default)
                case nodes.Tag():
                    yield from self._tag(node)
                case _:  # comments, and headings, which no bullet holds
                    pass

    def _shown(self, code: Wikicode | None) -> str:
        """What a stretch of wikitext shows, its sources' texts included."""
        return "" if code is None else "".join(piece.text for piece in self.pieces(code))

    def _link(self, link: nodes.Wikilink) -> Iterator[_Piece]:
        target = strip(str(link.title))
        if target.casefold().startswith(_PICTURES):
            return
        text = self._shown(link.text) if link.text is not None else ""
        if article := _article(target):
            self.links[article] = None
        yield _Piece(text or target.removeprefix(":"), is_link=True)

    def _source(self, url: str, label: str, *, is_note: bool = False) -> _Piece:
        url = strip(url)
        if url.startswith("//"):
            url = f"https:{url}"
        name = _unwrapped(strip(label))
        if not is_web_address(url):
            self.notes.append(f"a source's address is not http or https: {shorten(url, 80)}; its name is kept")
            return _Piece(label, source=Source(name) if name else None, is_note=is_note)
        return _Piece(label, source=Source(name or _host(url), url), is_note=is_note)

    def _template(self, template: nodes.Template) -> Iterator[_Piece]:
        name = strip(str(template.name)).replace("_", " ").casefold()
        if name.startswith("cite ") or name == "citation":
            yield from self._citation(template)
            return
        if name in _SHOWS_NOTHING:
            return
        if name in _SHOWS_SIGN:
            yield _Piece(_SHOWS_SIGN[name])
            return
        unnamed = [parameter.value for parameter in template.params if not parameter.showkey]
        if name in _SHOWS_FIRST:
            unnamed = unnamed[:1]
        elif name in _SHOWS_LAST:
            unnamed = unnamed[-1:]
        elif name in _SHOWS_TWO:
            unnamed = unnamed[:2]
        text = " ".join(self._shown(value) for value in unnamed)
        if name in _NAMES_ARTICLE and (article := _article(strip(text))):
            self.links[article] = None
        yield _Piece(text, is_link=name in _NAMES_ARTICLE)

    def _citation(self, template: nodes.Template) -> Iterator[_Piece]:
        told = {strip(str(p.name)).casefold(): p.value for p in template.params if p.showkey}
        url = next((str(told[key]) for key in ("url", "archive-url", "archiveurl") if key in told), "")
        name = next((text for key in _PUBLISHERS if key in told and (text := strip(self._shown(told[key])))), "")
        if url.strip():
            yield self._source(url, name, is_note=True)
        elif name:
            yield _Piece("", source=Source(name), is_note=True)

    def _tag(self, tag: nodes.Tag) -> Iterator[_Piece]:
        if tag.contents is None or not tag.contents.nodes:
            yield _Piece(" ")
            return
        if str(tag.tag).strip().casefold() != "ref":
            yield from self.pieces(tag.contents)
            return
        noted = [piece for piece in self.pieces(tag.contents) if piece.source is not None]
        yield from (replace(piece, is_note=True) for piece in noted)
        if not noted and (text := strip(self._shown(tag.contents))):
            yield _Piece("", source=Source(text), is_note=True)

    def bullet(self, pieces: list[_Piece]) -> Bullet:
        """Tell the sources from the text.

        A source's text is none of the sentence where it stands in parentheses or in a footnote, or where it trails.
        """
        if names := _names(pieces):
            return Bullet(", ".join(names), tuple(self.links), names, (), tuple(self.notes))
        last = max((at for at, piece in enumerate(pieces) if piece.source is None and _says(piece)), default=-1)
        text: list[str] = []
        sources: dict[Source, None] = {}
        for at, piece in enumerate(pieces):
            source = piece.source
            if source is None:
                text.append(piece.text)
                continue
            if not _is_apart(piece) and (last < 0 or at < last or _goes_on("".join(text), piece.text)):
                last = max(last, at)
                text.append(piece.text)
                source = Source(_host(source.url), source.url) if source.url else source
            else:
                text.append(" ")
            sources[source] = None
        return Bullet(_tidy("".join(text)), tuple(self.links), (), tuple(sources), tuple(self.notes))


def strip(text: str) -> str:
    """One line of plain text without markup."""
    return " ".join(_MARKUP.sub(" ", clean(text)).split())


def _says(piece: _Piece) -> bool:
    return _WORD.search(piece.text) is not None


def _is_apart(piece: _Piece) -> bool:
    """Whether a source's text cannot be a part of the sentence that it stands in."""
    return piece.is_note or not _says(piece) or strip(piece.text).startswith("(")


def _goes_on(before: str, label: str) -> bool:
    """Whether a link at the end of a bullet goes on with its sentence: "His [… lawyers deny it]"."""
    return label.lstrip()[:1].islower() and _SENTENCE_END.search(strip(before)) is None


def _names(pieces: list[_Piece]) -> tuple[str, ...]:
    """The texts of links that stand alone; those that a comma or the like parts are apart. None where a word does."""
    if any(piece.source is not None or (_says(piece) and not piece.is_link) for piece in pieces):
        return ()
    names = [""]
    for piece in pieces:
        if not piece.is_link and _LIST_MARK.search(piece.text):
            names.append("")
        else:
            names[-1] += piece.text
    return tuple(dict.fromkeys(name for text in names if _WORD.search(name := strip(text))))


def _tidy(text: str) -> str:
    """A sentence without what is left where its sources stood."""
    text = _EMPTY_BRACKETS.sub(" ", strip(text))
    return _BLANK_BEFORE_MARK.sub(r"\1", text).strip(" ,;–—-")


def _unwrapped(label: str) -> str:
    """A publisher's name without the parentheses around it."""
    label = label.strip(" ,;")
    inner = label.removeprefix("(").removesuffix(")")
    return inner.strip() if inner.count("(") == inner.count(")") and ")" not in inner.partition("(")[0] else label


def _host(url: str) -> str:
    """The host of an address, where nobody has named the publisher."""
    try:
        return (urlsplit(url).hostname or url).removeprefix("www.")
    except ValueError:
        return url


def _article(target: str) -> str:
    """The article that a link leads to, without its section; empty where it leads to something else."""
    title = " ".join(target.partition("#")[0].replace("_", " ").split())
    prefix, colon, _ = title.removeprefix(":").partition(":")
    prefix = prefix.strip().casefold()
    if _LANGUAGE.match(title) or (colon and (prefix in _NO_ARTICLE or prefix.endswith(" talk"))):
        return ""
    title = title.removeprefix(":").strip()
    return title if _WORD.search(title) and not title.startswith("/") else ""
