"""The markup of the portal: a stretch of wikitext to plain text, links and sources.

mwparserfromhell reads it, because one pass gives every kind of markup as a tree; wikitextparser goes through the text
anew for each kind, and its licence (GPL) is not the program's. Neither bounds its own time: text with many openings
that nothing closes takes quadratic time, so that a page is cut into bullets first, and `bullet.cost` foresees theirs.
"""

from __future__ import annotations

import html
import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from urllib.parse import urlsplit

from mwparserfromhell import nodes
from mwparserfromhell.wikicode import Wikicode

from embeddings.archive.portal.interwiki import project_page
from embeddings.archive.portal.ships import ship
from embeddings.archive.portal.units import measured
from embeddings.events import Source
from embeddings.text import clean, is_web_address, normalise, shorten

# What no text of an event holds; a blank takes its place, so that nothing new comes of what stood around it.
_MARKUP = re.compile(
    r"\[\[|\]\]|\{\{|\}\}|\{\||\|\}|<!--|-->|</?(?:ref|nowiki)(?:[^<>]{0,300}>)?|"
    r"</?(?:b|big|br|center|del|div|em|font|i|ins|noinclude|includeonly|onlyinclude|p|s|small|span|strong|sub|sup|u)"
    r"(?:\s[^<>]{0,300}|/)?>",
    re.IGNORECASE,
)
_WORD = re.compile(r"[^\W_]")
_ENTITY = re.compile(r"&#?[0-9A-Za-z]{2,32};")
_LANGUAGE = re.compile(r":[a-z]{2,3}(?:-[a-z]+)*:\S", re.IGNORECASE)

_PICTURES = ("file:", "image:", "category:", "media:")
_NO_ARTICLE = frozenset(
    "file image category media special user wikipedia project template help portal draft module timedtext talk "
    "w wikt wiktionary s wikisource n wikinews q wikiquote b wikibooks v wikiversity voy wikivoyage d wikidata "
    "c commons m meta mw species".split()
)

# Templates by what they show; others show all their unnamed parameters.
_NAMES_ARTICLE = frozenset(("ill", "illm", "ill2", "interlanguage link", "flag", "flagu", "flagcountry"))  # the first
_SHOWS_FIRST = _NAMES_ARTICLE | {"nowrap", "nobr", "abbr", "tooltip", "small", "sic", "as of", "nihongo", "flagathlete"}
_SHOWS_LAST = frozenset(("lang", "langx", "transl", "transliteration", "color", "font color"))
_SHOWS_SIGN = {
    "snd": " – ",
    "spnd": " – ",
    "en dash": "–",
    "em dash": "—",
    "endash": "–",
    "emdash": "—",
    "'s": "'s",
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
_MOST_PARAMETERS = 100  # without a name, that a template shows
_WIKINEWS = frozenset(("wikinews", "wikinews-inline", "wikinews inline", "wikinewspar"))
_PUBLISHERS = ("agency", "work", "newspaper", "website", "publisher", "magazine", "journal", "via")  # of a citation


@dataclass(frozen=True, slots=True)
class Piece:
    """A part of the text of one list item in wikitext.

    Attributes:
        text: plain text, or the visible text of a link.
        is_link: whether `text` is that of a link to an article.
        source: the source that the link or citation names, if it names one.
        is_note: whether it comes from a footnote, so that its text is not part of the sentence.
    """

    text: str
    is_link: bool = False
    source: Source | None = None
    is_note: bool = False
    articles: tuple[str, ...] = ()  # that a link leads to

    @property
    def says(self) -> bool:
        """Whether the text holds a word."""
        return has_words(self.text)


class Reading:
    """Turns a tree of wikitext into pieces, and gathers its links.

    Attributes:
        links: the articles that the wikitext links to, in order, as keys.
        notes: what could not be kept as it was.
    """

    def __init__(self, notes: list[str] | None = None) -> None:
        self.links: dict[str, None] = {}
        self.notes = [] if notes is None else notes

    def pieces(self, code: Wikicode) -> Iterator[Piece]:
        """The pieces of a stretch of wikitext, in its order."""
        for node in code.nodes:
            match node:
                case nodes.Text() | nodes.HTMLEntity():
                    yield Piece(str(node))
                case nodes.Wikilink():
                    yield from self._link(node)
                case nodes.ExternalLink():
                    yield self._source(str(node.url), self._aside()._shown(node.title))
                case nodes.Template():
                    yield from self._template(node)
                case nodes.Argument():
                    if node.default is not None:
                        yield from self.pieces(node.default)
                case nodes.Tag():
                    yield from self._tag(node)
                case _:  # comments, and headings, which no bullet holds
                    pass

    def _aside(self) -> Reading:
        """A reading of the text that names a source: its links are not what the event is about."""
        return Reading(self.notes)

    def _shown(self, code: Wikicode | None) -> str:
        """The visible text of a stretch of wikitext, including the texts of its sources."""
        return "" if code is None else "".join(piece.text for piece in self.pieces(code))

    def _link(self, link: nodes.Wikilink) -> Iterator[Piece]:
        target = strip(str(link.title))
        if target.casefold().startswith(_PICTURES):
            return
        text = self._shown(link.text) if link.text is not None else ""
        if (page := project_page(target)) is not None and _is_source(text, page[0]):
            yield self._project_source(page, text)
            return
        article = _article(target)
        if article:
            self.links[article] = None
        shown = text or (page[1] if page is not None else "") or target.removeprefix(":")
        yield Piece(shown, is_link=True, articles=(article,) if article else ())

    def _project_source(self, page: tuple[str, str, str], label: str) -> Piece:
        name, title, url = page
        return Piece(label or title, source=Source(name, url if is_web_address(url) else None))

    def _source(self, url: str, label: str, *, is_note: bool = False) -> Piece:
        # Without their semicolon, "&region=" and "&copy=" begin parameters, no entities.
        url = _ENTITY.sub(lambda match: html.unescape(match[0]), url).strip()
        if url.startswith("//"):
            url = f"https:{url}"
        name = _unwrapped(strip(label))
        if not is_web_address(url):
            self.notes.append(f"a source's address is not http or https: {shorten(strip(url), 80)}; its name is kept")
            return Piece(label, source=Source(name) if name else None, is_note=is_note)
        return Piece(label, source=Source(name or host(url), url), is_note=is_note)

    def _template(self, template: nodes.Template) -> Iterator[Piece]:
        name = strip(str(template.name)).replace("_", " ").casefold()
        if name.startswith("cite ") or name == "citation":
            yield from self._aside()._citation(template)
            return
        if name in _SHOWS_NOTHING:
            return
        if name in _WIKINEWS and (page := project_page(f"n:{strip(str(template.get(1, '')))}")) is not None:
            yield self._project_source(page, "(Wikinews)")
            return
        if name in _SHOWS_SIGN:
            yield Piece(_SHOWS_SIGN[name])
            return
        unnamed = [parameter.value for parameter in template.params if not parameter.showkey]
        if len(unnamed) > _MOST_PARAMETERS:
            self.notes.append(f"a template has more than {_MOST_PARAMETERS} parameters; the rest is left out")
            unnamed = unnamed[:_MOST_PARAMETERS]
        if name in _SHOWS_FIRST:
            unnamed = unnamed[:1]
        elif name in _SHOWS_LAST:
            unnamed = unnamed[-1:]
        texts = [self._shown(value) for value in unnamed]  # once, for templates stand in one another
        if (found := ship(strip(str(template.name)), [strip(text) for text in texts])) is not None:
            shown, article = found
            if article := _article(article):
                self.links[article] = None
            yield Piece(shown, is_link=True)
            return
        options = {strip(str(p.name)).casefold(): strip(str(p.value)) for p in template.params if p.showkey}
        text = measured(name, [strip(text) for text in texts], options) or " ".join(texts)
        if name in _NAMES_ARTICLE and (article := _article(strip(text))):
            self.links[article] = None
        yield Piece(text, is_link=name in _NAMES_ARTICLE)

    def _citation(self, template: nodes.Template) -> Iterator[Piece]:
        values = {strip(str(p.name)).casefold(): p.value for p in template.params if p.showkey}
        url = next((str(values[key]) for key in ("url", "archive-url", "archiveurl") if key in values), "")
        name = next((text for key in _PUBLISHERS if key in values and (text := strip(self._shown(values[key])))), "")
        if url.strip():
            yield self._source(url, name, is_note=True)
        elif name:
            yield Piece("", source=Source(name), is_note=True)

    def _tag(self, tag: nodes.Tag) -> Iterator[Piece]:
        if tag.contents is None or not tag.contents.nodes:
            yield Piece(" ")
            return
        if str(tag.tag).strip().casefold() != "ref":
            yield from self.pieces(tag.contents)
            return
        noted = [piece for piece in self._aside().pieces(tag.contents) if piece.source is not None]
        yield from (replace(piece, is_note=True) for piece in noted)
        if not noted and (text := strip(self._aside()._shown(tag.contents))):
            yield Piece("", source=Source(text), is_note=True)


def _is_source(label: str, project: str) -> bool:
    """Whether a link to another project is a source: every one to Wikinews, others where they are called so."""
    return project == "Wikinews" or strip(label).startswith("(") or normalise(label) == normalise(project)


def strip(text: str) -> str:
    """One line of plain text without markup."""
    return " ".join(_MARKUP.sub(" ", clean(text)).split())


def has_words(text: str) -> bool:
    """Whether a text holds a letter or digit."""
    return _WORD.search(text) is not None


def _unwrapped(label: str) -> str:
    """A publisher's name without the parentheses around it, of which one may be missing."""
    label = label.strip(" ,;{}")
    is_whole = label.startswith("(") and label.endswith(")") and ")" not in label[1:-1].partition("(")[0]
    if is_whole or label.count("(") != label.count(")"):
        return label.removeprefix("(").removesuffix(")").strip()
    return label


def host(url: str) -> str:
    """The host of an address: the source's name if the publisher is not named."""
    try:
        name = (urlsplit(url).hostname or url).removeprefix("www.")
    except ValueError:
        return url
    return "Wikinews" if name.endswith(".wikinews.org") else name


def _article(target: str) -> str:
    """The article that a link leads to, without its section; empty where it leads to something else."""
    title = " ".join(target.partition("#")[0].replace("_", " ").split())
    prefix, colon, _ = title.removeprefix(":").partition(":")
    prefix = prefix.strip().casefold()
    if _LANGUAGE.match(title) or (colon and (prefix in _NO_ARTICLE or prefix.endswith(" talk"))):
        return ""
    title = title.removeprefix(":").strip()
    return title if has_words(title) and not title.startswith("/") else ""
