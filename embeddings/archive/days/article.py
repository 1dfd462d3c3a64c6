"""A page on a day of the year to events: each bullet of *Events* one of its full date."""

from __future__ import annotations

import datetime as dt
import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from itertools import chain, zip_longest

from embeddings.archive.days.footnotes import Footnotes
from embeddings.archive.days.sections import Bullet, Kind, bullets
from embeddings.archive.days.titles import DayOfYear
from embeddings.archive.days.years import Dated, describe_year, is_date, split_year, without_mark
from embeddings.archive.layout import MAX_CONTEXTS, MAX_HEADLINE, MAX_NAME, MAX_SOURCES
from embeddings.archive.portal.bullet import MAX_BULLET, MAX_COST, cost, read_bullet
from embeddings.archive.portal.bullet import Bullet as Told
from embeddings.archive.portal.page import is_readable
from embeddings.archive.portal.wikitext import strip
from embeddings.archive.report import PageReport
from embeddings.events import Event, event_id
from embeddings.text import normalise, shorten

MAX_PAGE_COST = 40_000_000  # in the unit of `cost`: some four seconds; a real article has up to 2,000,000

_LIFE = re.compile(
    r"\((?P<what>b|born|d|died)\b\.?,?\s*(?P<about>c\.\s*)?(?P<year>[0-9]{1,4})\s*(?P<before>B\.?C\.?(?:E\.?)?)?[^()]{0,40}\)",
    re.IGNORECASE,
)
_LEADS = (":", ",", ";")
_ENDS_SENTENCE = (".", "!", "?", "…", '."', ".”")
_MOST_TOPIC_WORDS = 12

_PLURALS = {Kind.BIRTH: "births", Kind.DEATH: "deaths", Kind.OBSERVANCE: "observances"}


@dataclass(slots=True)
class _Above:
    """A bullet that others stand below.

    Attributes:
        year: of its own, or of the bullets above it; None: there is none.
        topics: what it names, where it tells nothing by itself.
        has_below: whether any bullet below it was told.
    """

    line: int
    depth: int
    year: int | None
    links: tuple[str, ...] = ()
    topics: tuple[str, ...] = ()
    is_event: bool = True
    has_below: bool = False


@dataclass(slots=True)
class Choice:
    """Which kinds of bullets become events, and how many did not for that reason.

    Attributes:
        births_and_deaths: whether these do too; their category says which they are. Observances have no year.
        left_out: what was read and left out, in the plural, and how many of it.
    """

    births_and_deaths: bool = False
    left_out: Counter[str] = field(default_factory=Counter)


def read_day_of_year(wikitext: str, of: DayOfYear, page: PageReport, choice: Choice) -> list[Event]:
    """Read the events of a page on a day of the year, in its order.

    Args:
        wikitext: of the article, or of the list of what the main page shows.
        page: takes what cannot be an event of a day.
        choice: says what becomes an event, and counts what does not.
    """
    if not is_readable(wikitext, page):
        return []
    return list(_Reading(wikitext, of, page, choice).events())


class _Reading:
    """A page on its way to events."""

    def __init__(self, wikitext: str, of: DayOfYear, page: PageReport, choice: Choice) -> None:
        self._wikitext = wikitext
        self._of = of
        self._page = page
        self._left_out = choice.left_out
        self._wanted = {Kind.EVENT, Kind.BIRTH, Kind.DEATH} if choice.births_and_deaths else {Kind.EVENT}
        self._footnotes = Footnotes(wikitext)
        self._above: list[_Above] = []
        self._last_year: int | None = None  # of the last bullet that had one
        self._kind = Kind.EVENT
        self._spent = 0

    def events(self) -> Iterator[Event]:
        """The events, each as soon as it is read."""
        found = list(bullets(self._wikitext, self._of, self._page, self._left_out))
        for bullet, following in zip_longest(found, found[1:]):
            if bullet.kind is not self._kind:
                self._close(0)
                self._kind, self._last_year = bullet.kind, None
            if bullet.kind in self._wanted or (self._of.is_selected and bullet.kind is Kind.EVENT):
                leads = following is not None and following.depth > bullet.depth and following.kind is bullet.kind
                told = self._read(bullet, leads=leads)
                if isinstance(told, Event):
                    yield told
                elif told is not None:
                    self._left_out[_PLURALS[told]] += 1
            elif normalise(strip(bullet.wikitext)):
                self._left_out[_PLURALS[bullet.kind]] += 1
        self._close(0)
        if not found:
            self._page.reject(None, "holds no bullet that begins with a year")

    def _close(self, depth: int) -> None:
        """Leave the bullets of `depth` or deeper."""
        while self._above and self._above[-1].depth >= depth:
            above = self._above.pop()
            if not above.is_event and not above.has_below and above.depth:
                self._page.reject(above.line, "names a year or a subject, and tells nothing of it")

    def _read(self, bullet: Bullet, *, leads: bool) -> Event | Kind | None:
        """The event of a bullet; its kind, where that is not wanted; None where it is none, which is reported."""
        self._close(bullet.depth)
        dated = self._dated(bullet)
        told = self._told(bullet, dated.rest if dated is not None else bullet.wikitext)
        if told is None:
            return None
        kind, year = bullet.kind, dated.year if dated is not None else None
        if year is None and self._of.is_selected and (life := _LIFE.search(told.text)) is not None:
            kind = Kind.BIRTH if life["what"][0] in "bB" else Kind.DEATH
            year = 1 - int(life["year"]) if life["before"] else int(life["year"])
        elif year is None and self._of.is_selected:
            kind = Kind.OBSERVANCE
        topics = _topics(told, leads=leads)
        if (not normalise(told.text) and not told.sources) or topics:
            if not normalise(told.text) and dated is None:
                if normalise(hidden := strip(bullet.wikitext)):
                    self._page.reject(bullet.line, f"shows no text: {shorten(hidden, 80)}")
                return None
            self._above.append(_Above(bullet.line, bullet.depth, year, told.links, topics, is_event=False))
            return None
        above = tuple(self._above)
        self._above.append(_Above(bullet.line, bullet.depth, year, told.links))
        for other in above:
            other.has_below = True
        if kind not in self._wanted:
            return kind
        day = self._day(bullet, year, told.text)
        return None if day is None else self._event(bullet, kind, day, told, above)

    def _dated(self, bullet: Bullet) -> Dated | None:
        """The year of a bullet, which may be that of one above it, and what it says besides."""
        text = bullet.wikitext
        above = self._above[-1].year if self._above else None
        dated = split_year(text, is_below=above is not None)
        if dated is not None:
            self._last_year = dated.year
            if dated.is_about:
                self._page.remark(bullet.line, "its year is said to be uncertain; it is taken as it stands")
            return dated
        rest = without_mark(text)
        if above is not None:
            return Dated(above, text if rest is None else rest)
        if rest is not None and self._last_year is not None:  # the year is left out where it is the same
            return Dated(self._last_year, rest)
        return None

    def _told(self, bullet: Bullet, text: str) -> Told | None:
        """What a bullet says after its year; None where it cannot be read."""
        wikitext = self._footnotes.put_into(text)
        own = cost(wikitext)
        if len(wikitext) > MAX_BULLET:
            self._page.reject(
                bullet.line, f"the bullet has {len(wikitext):,} characters, expected at most {MAX_BULLET:,}"
            )
            return None
        self._spent += own
        if own > MAX_COST or self._spent > MAX_PAGE_COST:
            where = "the bullet" if own > MAX_COST else "the page"
            self._page.reject(bullet.line, f"{where} has too much markup for this bullet to be read")
            return None
        told = read_bullet(wikitext)
        for note in told.notes:
            self._page.remark(bullet.line, note)
        return told

    def _day(self, bullet: Bullet, year: int | None, text: str) -> dt.date | None:
        """The date of a bullet; None, reported, where the calendar has none."""
        said = shorten(text, 80)
        if year is None:
            self._page.reject(bullet.line, f"names no year, and is left out: {said}")
            return None
        if year < dt.MINYEAR:
            self._page.reject(bullet.line, f"is of {describe_year(year)}, before the year 1, and is left out: {said}")
            return None
        try:
            return dt.date(year, self._of.month, self._of.day)
        except ValueError:
            named = f"{year:04}-{self._of.month:02}-{self._of.day:02}"
            self._page.reject(bullet.line, f"{named} is not a day of the calendar, and is left out: {said}")
            return None

    def _event(self, bullet: Bullet, kind: Kind, day: dt.date, told: Told, above: tuple[_Above, ...]) -> Event | None:
        headline = told.text
        if not normalise(headline):
            headline = told.sources[0].name
            self._page.remark(bullet.line, "holds a source and no text; the source's name is taken for the headline")
        if len(headline) > MAX_HEADLINE or not normalise(headline):
            self._page.reject(
                bullet.line, f"the headline has {len(headline):,} characters, expected at most {MAX_HEADLINE:,}"
            )
            return None
        if not bullet.depth:
            self._page.remark(bullet.line, f"is no bullet, and is taken for an event: {shorten(headline, 80)}")
        links = dict.fromkeys(chain(*(other.links for other in above), told.links))
        contexts = tuple(name for name in links if len(name) <= MAX_NAME and not is_date(name))[:MAX_CONTEXTS]
        sources = tuple(source for source in told.sources if len(source.name) <= MAX_NAME)[:MAX_SOURCES]
        if len(sources) < len(told.sources):
            self._page.remark(
                bullet.line, f"expected at most {MAX_SOURCES} sources of {MAX_NAME:,} characters; the rest is left out"
            )
        topics = dict.fromkeys(name for other in above for name in other.topics if len(name) <= MAX_NAME)
        return Event(
            id=event_id(day, headline),
            date=day,
            headline=headline,
            topics=tuple(topics),
            category=None if kind is Kind.EVENT else kind.value,
            contexts=contexts,
            sources=sources,
            lists=(self._of.list_name,),
        )


def _topics(told: Told, *, leads: bool) -> tuple[str, ...]:
    """The subjects that a bullet names for those below it; none where it tells something, or nothing is below it."""
    if not leads or told.sources or not normalise(told.text):
        return ()
    if told.names:
        return told.names
    is_short = len(told.text.split()) <= _MOST_TOPIC_WORDS and not told.text.endswith(_ENDS_SENTENCE)
    return (told.text.rstrip(" :"),) if is_short and told.text.endswith(_LEADS) else ()
