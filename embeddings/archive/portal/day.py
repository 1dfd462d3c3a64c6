"""A day's page of the portal to its events, in every layout since 2002.

The page is cut into bullets before anything parses it. The headers and footers of the layouts, and the comments around
the items, are not needed to understand the bullets; so text outside of them is read, too.
"""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from itertools import chain, zip_longest

from embeddings.archive.layout import MAX_CONTEXTS, MAX_HEADLINE, MAX_NAME, MAX_SOURCES
from embeddings.archive.plain import tame
from embeddings.archive.portal.bullet import MAX_BULLET, MAX_COST, SENTENCE_END, Bullet, cost, read_bullet
from embeddings.archive.portal.page import INNER_LINE_END, inner_line_ends, is_readable, without_comments
from embeddings.archive.portal.wikitext import strip
from embeddings.archive.report import PageReport
from embeddings.events import Event, event_id
from embeddings.text import normalise, shorten

MAX_LINES = 5_000  # the fullest real day has 60 events
MAX_PAGE_COST = 10_000_000  # in the unit of `cost`: about a second; real pages of 9 kB have up to 131,000
MAX_TOPICS = 20  # above one event

_MOST_TOPIC_WORDS = 12

_HEADER = re.compile(r"\{\{\s*current[ _]events[^{}]{0,1000}?(?:\|\s*content\s*=|\}\})", re.IGNORECASE)
_FOOTERS = ("}}", "|}")
_MARKS = re.compile(r"[*#:]+(?:[ \t]+[*:]+(?=[ \t]*[\w\['\"*:]))*")  # "* *" is a slip of "**"
_BLANKS = re.compile(r"[ \t]+")
_ONLY_LINKS = re.compile(r"(?:\[\[[^\[\]]*\]\]|\{\{ill\|[^{}]*\}\}|[\s':,;/–—-])+", re.IGNORECASE)
_CATEGORY = re.compile(r";+(?P<term>.+)|'{3}(?P<bold>(?:(?!''').)+)'{3}:?|(?P<rule>={2,6})(?P<heading>.+)(?P=rule)")


@dataclass(slots=True)
class _Item:
    """A bullet as it stands on the page, or other text, which has no `marks`.

    Attributes:
        depth: how far in it stands, to be compared with others of its section; 0 for other text.
        section: how many headings stand above it.
    """

    line: int
    marks: str
    depth: int
    section: int
    category: str | None
    lines: list[str]


@dataclass(slots=True)
class _Above:
    """A bullet that others stand below: one that names what they are about, or an event, which has no `names`.

    An event's links are contexts of the bullets below it; only a topic may be without events.
    """

    line: int
    depth: int
    names: tuple[str, ...]
    links: tuple[str, ...]
    has_events: bool = False


def read_day(wikitext: str, day: dt.date, page: PageReport) -> list[Event]:
    """Read the events of a day's page, in its order.

    Args:
        wikitext: the page's wikitext, in any of the layouts.
        page: gets a report of what cannot be read, or stands in the wrong place.
    """
    if not is_readable(wikitext, page):
        return []
    return list(_events(_items(wikitext, page), day, page))


# --- the page to bullets ----------------------------------------------------------------------------------------------


def _items(wikitext: str, page: PageReport) -> list[_Item]:
    """The bullets of a page, and the text that it has beside them."""
    text = wikitext.replace("\r\n", "\n").replace("\r", "\n").replace(INNER_LINE_END, " ")
    text = _HEADER.sub(lambda match: inner_line_ends(match[0]), without_comments(tame(text)))
    items: list[_Item] = []
    item: _Item | None = None
    category: str | None = None
    section = 0
    kinds: dict[int, str] = {}  # the mark that the section's first bullet of each length ends with
    number = 1
    for raw in text.split("\n"):
        if number > MAX_LINES:
            page.reject(number, f"more than {MAX_LINES:,} lines; the rest is left out")
            break
        line, at = raw.strip(), number + len(raw) - len(raw.lstrip(INNER_LINE_END))
        number += 1 + raw.count(INNER_LINE_END)
        match = _MARKS.match(line)
        marks = "" if match is None else _BLANKS.sub("", match[0])
        rest = line[match.end() :].strip() if match is not None else line
        if not line or line in _FOOTERS:
            item = None
        elif (name := _category(line)) is not None:
            item, category, section, kinds = None, name, section + 1, {}
        elif item is not None and _goes_on(item, marks, rest):
            item.lines.append(rest)
        else:
            # Where bullets of one length are of two kinds, those of the second stand below those of the first.
            is_second = marks != "" and kinds.setdefault(len(marks), marks[-1]) != marks[-1]
            item = _Item(at, marks, 2 * len(marks) + is_second, section, category, [rest])
            items.append(item)
    return items


def _goes_on(item: _Item, marks: str, rest: str) -> bool:
    """Whether a line goes on with the bullet above it.

    One without marks does, and one with a colon below a bullet of another kind ("*" and ":", "**" and "**:"), except
    where that bullet is a heading or this line is one. Among bullets that are made with colons, each is its own.
    """
    if not marks:
        return True
    if not marks.endswith(":") or item.marks.endswith(":"):
        return False
    return not (_heads(" ".join(item.lines), rest) or (item.marks and _ONLY_LINKS.fullmatch(rest)))


def _heads(wikitext: str, below: str) -> bool:
    """Whether a bullet only says what the next is about: it holds nothing but links, or ends with a colon."""
    if len(wikitext) > MAX_NAME or "://" in wikitext:
        return False
    if _ONLY_LINKS.fullmatch(wikitext) is not None:
        return True
    is_short = len(wikitext.split()) <= _MOST_TOPIC_WORDS
    return is_short and wikitext.rstrip("' ").endswith(":") and not below.lstrip("'[")[:1].islower()


def _category(line: str) -> str | None:
    """The category that a line is the heading of; None for other lines."""
    match = _CATEGORY.fullmatch(line) if len(line) <= MAX_NAME and "://" not in line else None
    if match is None:
        return None
    return read_bullet(match["term"] or match["bold"] or match["heading"]).text.rstrip(" :") or None


# --- bullets to events ------------------------------------------------------------------------------------------------


def _events(items: list[_Item], day: dt.date, page: PageReport) -> Iterator[Event]:
    above: list[_Above] = []
    spent = section = 0
    for item, following in zip_longest(items, items[1:]):
        wikitext = " ".join(item.lines)
        own = cost(wikitext)
        if len(wikitext) > MAX_BULLET:
            page.reject(item.line, f"the bullet has {len(wikitext):,} characters, expected at most {MAX_BULLET:,}")
            continue
        if own > MAX_COST:
            page.reject(item.line, f"the bullet has too much markup to be read, in {len(wikitext):,} characters")
            continue
        spent += own
        if spent > MAX_PAGE_COST:
            page.reject(item.line, "the page has too much markup to be read; the rest is left out")
            break
        bullet = read_bullet(wikitext)
        for note in bullet.notes:
            page.remark(item.line, note)
        while above and (above[-1].depth >= item.depth or section != item.section):
            _close(above.pop(), page)
        section = item.section
        leads = following is not None and following.depth > item.depth and following.section == section
        if item.marks and (names := _topic_names(bullet, leads=leads)):
            above.append(_Above(item.line, item.depth, names, bullet.links))
        elif (event := _event(item, bullet, above, day, page)) is not None:
            for topic in above:
                topic.has_events = True
            if item.marks:
                # The next of the same length stands beside an event, of whatever kind it is.
                above.append(_Above(item.line, item.depth | 1, (), bullet.links))
            yield event
    for topic in above:
        _close(topic, page)


def _close(topic: _Above, page: PageReport) -> None:
    if topic.names and not topic.has_events:
        page.reject(topic.line, f'the topic "{shorten(", ".join(topic.names), 80)}" has no events')


def _topic_names(bullet: Bullet, *, leads: bool) -> tuple[str, ...]:
    """The topics that a bullet names; none if it describes an event.

    It names some if it leads others, and holds only links or a few words that are not a sentence. A link that leads
    nothing is an event, told by its title.
    """
    if bullet.names or bullet.sources or not leads:
        return bullet.names if leads else ()
    name = bullet.text.strip(" :[]")  # a link may lack a bracket
    is_short = len(name.split()) <= _MOST_TOPIC_WORDS and SENTENCE_END.search(name) is None
    return (name,) if normalise(name) and is_short else ()


def _event(item: _Item, bullet: Bullet, above: list[_Above], day: dt.date, page: PageReport) -> Event | None:
    headline = bullet.text
    if not normalise(headline):
        if not bullet.sources:
            if normalise(hidden := strip(" ".join(item.lines))):
                page.reject(item.line, f"shows no text: {shorten(hidden, 80)}")
            return None
        headline = bullet.sources[0].name
        page.remark(item.line, "holds a source and no text; the source's name is taken for the headline")
    if len(headline) > MAX_HEADLINE:
        page.reject(item.line, f"the headline has {len(headline):,} characters, expected at most {MAX_HEADLINE:,}")
        return None
    if not item.marks:
        page.remark(item.line, f"is not a bullet, and is taken for an event: {shorten(headline, 80)}")
    sources = bullet.sources[:MAX_SOURCES]
    if len(sources) < len(bullet.sources):
        page.remark(item.line, f"more than {MAX_SOURCES} sources; the rest is left out")
    topics = dict.fromkeys(name for topic in above for name in topic.names)
    contexts = dict.fromkeys(chain(*(topic.links for topic in above), bullet.links))
    return Event(
        id=event_id(day, headline),
        date=day,
        headline=headline,
        topics=_bounded(topics, MAX_TOPICS, "topics", item, page),
        category=item.category,
        contexts=_bounded(contexts, MAX_CONTEXTS, "contexts", item, page),
        sources=sources,
    )


def _bounded(names: Iterable[str], most: int, what: str, item: _Item, page: PageReport) -> tuple[str, ...]:
    all_ = list(names)
    kept = tuple(name for name in all_ if len(name) <= MAX_NAME)[:most]
    if len(kept) < len(all_):
        page.remark(item.line, f"expected at most {most} {what} of {MAX_NAME:,} characters; the rest is left out")
    return kept
