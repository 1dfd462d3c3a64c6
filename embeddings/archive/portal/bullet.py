"""One bullet of the portal: which of its pieces are the sentence, and which the sources or the topics that it names."""

from __future__ import annotations

import re
from dataclasses import dataclass

import mwparserfromhell
from mwparserfromhell.parser import ParserError

from embeddings.archive.portal.brackets import in_order
from embeddings.archive.portal.introductions import without_introductions
from embeddings.archive.portal.wikitext import Piece, Reading, has_words, host, strip
from embeddings.events import Source

MAX_COST = 2_000_000  # of one bullet, in the unit of `cost`; real ones have up to 52,220
MAX_BULLET = 20_000  # characters; real ones have up to 1,865

_OPENING = re.compile(r"[\[{<]|://")
_PARAMETER_COST = 300  # in the unit of `cost`: 35 microseconds
_EMPTY_BRACKETS = re.compile(r"\(\s*[,;]?\s*\)|\[\s*\]")
_MARKS = (",", ".", ";", ":", "!", "?")
SENTENCE_END = re.compile(r"[.!?…][\"'”’)\]]*$")
_LIST_MARK = re.compile(r"[,;:/>→•]")


@dataclass(frozen=True, slots=True)
class Bullet:
    """The content of a bullet.

    Attributes:
        text: in one plain line, without the sources; empty where the bullet shows none.
        links: the articles that it links to, each once, without their sections.
        names: the texts of its links, where it holds nothing but links: the topics that it names.
        sources: who reported it.
        notes: sentences on what could not be kept as it was.
    """

    text: str = ""
    links: tuple[str, ...] = ()
    names: tuple[str, ...] = ()
    sources: tuple[Source, ...] = ()
    notes: tuple[str, ...] = ()


def cost(wikitext: str) -> int:
    """An upper bound for the time that `read_bullet` takes, in openings times characters; a million take some 0.1 s.

    A template's parameters take time of their own, however little stands in them.
    """
    openings = sum(1 for _ in _OPENING.finditer(wikitext))
    return len(wikitext) * openings + (_PARAMETER_COST * wikitext.count("|") if openings else 0)


def read_bullet(wikitext: str) -> Bullet:
    """Read one bullet. `cost` bounds its time."""
    reading = Reading()
    wikitext = in_order(wikitext)
    pieces = [Piece(wikitext)]
    if _OPENING.search(wikitext) is not None:
        try:
            # Quotes for bold and italic text are left to `clean`.
            pieces = list(reading.pieces(mwparserfromhell.parse(wikitext, skip_style_tags=True)))
        except ParserError as error:
            reading.notes.append(f"its markup cannot be read ({error}); it is kept as plain text")
    return _told(pieces, reading)


def _told(pieces: list[Piece], reading: Reading) -> Bullet:
    """Separate the sources from the text.

    A source's text is not part of the sentence if it stands in parentheses, in a footnote or at the end.
    """
    if names := _names(pieces):
        return Bullet(", ".join(names), tuple(reading.links), names, (), tuple(reading.notes))
    pieces, dropped = without_introductions(pieces)
    kept = {article for piece in pieces if piece.says for article in piece.articles}
    links = tuple(link for link in reading.links if link not in dropped or link in kept)
    last = max((at for at, piece in enumerate(pieces) if piece.source is None and piece.says), default=-1)
    text: list[str] = []
    sources: dict[Source, None] = {}
    is_gap = False  # whether a source stood between the text so far and the next piece
    for at, piece in enumerate(pieces):
        source = piece.source
        if source is not None:
            if _is_apart(piece) or not (last < 0 or at < last or _goes_on("".join(text), piece.text)):
                sources[source] = None
                is_gap = True
                continue
            last = max(last, at)
            sources[Source(host(source.url), source.url) if source.url else source] = None
        if is_gap and piece.text.strip():
            text, is_gap = [_across("".join(text), piece.text)], False
        else:
            text.append(piece.text)
    return Bullet(_tidy("".join(text)), links, (), tuple(sources), tuple(reading.notes))


def _is_apart(piece: Piece) -> bool:
    """Whether a source's text cannot be part of the sentence around it."""
    return piece.is_note or not piece.says or strip(piece.text).startswith("(")


def _goes_on(before: str, label: str) -> bool:
    """Whether a link at the end of a bullet continues the sentence: "His [… lawyers deny it]"."""
    return label.lstrip()[:1].islower() and SENTENCE_END.search(strip(before)) is None


def _names(pieces: list[Piece]) -> tuple[str, ...]:
    """The texts of a bullet's links, separated by commas or the like; empty if there are words between the links."""
    if any(piece.source is not None or (piece.says and not piece.is_link) for piece in pieces):
        return ()
    names = [""]
    for piece in pieces:
        if not piece.is_link and _LIST_MARK.search(piece.text):
            names.append("")
        else:
            names[-1] += piece.text
    return tuple(dict.fromkeys(name for text in names if has_words(name := strip(text))))


def _across(before: str, after: str) -> str:
    """The text before and after a source, joined. A comma between two sources is left out."""
    before, after = before.rstrip(), after.lstrip()
    if after.startswith(_MARKS) and not before.endswith(_MARKS):
        return before + after
    return f"{before} {after[1:].lstrip() if after.startswith(_MARKS) else after}"


def _tidy(text: str) -> str:
    """A sentence without the brackets and commas that remain after its sources were removed."""
    return " ".join(_EMPTY_BRACKETS.sub(" ", strip(text)).split()).strip(" ,;–—-")
