"""The Markdown archive: `news/YYYY/MM/D/`, one page an event and one index a day.

A day's folder has a month with a leading zero and a day without one. `index.md` (also, or only, `README.md`) lists the
day's events; `<slug>.md` is the page of one. The slug is the headline's letters and digits, cut at about 138
characters: an address, not a text.

`write_archive` writes such an archive and `read_markdown` reads it back. The layout does not separate topics from a
headline with a colon in it. But if the file `EXPORT_MARK` says that an export wrote the archive, its day indexes do.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field, replace
from pathlib import Path

from embeddings.archive.folders import INDEX_NAMES, day_files, day_folders, news_folder, read_attribution
from embeddings.archive.headlines import read_headline
from embeddings.archive.layout import EXPORT_MARK, day_address
from embeddings.archive.pages import ArchivePage, Entry, learn, read_index, read_page
from embeddings.archive.report import Report
from embeddings.archive.topics import (
    LEAST_WORDS,
    MAX_LEAD,
    Topics,
    is_sentence_start,
    lead_of,
    names_shown,
    split_before,
    split_listed,
)
from embeddings.events import Event, event_id
from embeddings.text import normalise


def read_markdown(root: Path, report: Report) -> Iterator[Event]:
    """Read the events of a Markdown archive in day order; an event may come several times, under each address.

    Args:
        root: the folder that holds `news/`, or `news/` itself. A file `attribution.txt` in either names the author and
            licence of the texts; without it, they are the portal's.
        report: gets what cannot be read.
    Raises:
        ArchiveMissingError: if there is no `news/` with years in it.
    """
    news = news_folder(root)
    attribution = read_attribution(news, report)
    days = list(day_folders(news, report))
    topics = Topics()
    unreported = Report()  # the second pass reports what cannot be read
    for _, folder in days:
        titles: list[str] = []
        for name, path, text in day_files(news, folder, unreported):
            titles += learn(topics, ArchivePage(path, text, unreported), is_index=name in INDEX_NAMES)
        for name in names_shown(titles):
            topics.learn_name(name)
    is_export = (news.parent / EXPORT_MARK).is_file()
    for day, folder in days:
        read = _Day(day, topics, attribution)
        yield from (_exported_events if is_export else _events)(read, *_entries(news, day, folder, report))


def _entries(news: Path, day: dt.date, folder: Path, report: Report) -> tuple[list[Entry], list[Entry]]:
    """What the indexes of a day list, and what its pages tell."""
    listed: list[Entry] = []
    pages: list[Entry] = []
    for name, path, text in day_files(news, folder, report):
        page = ArchivePage(path, text, report)
        if name in INDEX_NAMES:
            listed += read_index(page, day)
        elif (described := read_page(page, day, day_address(day) + name)) is not None:
            pages.append(described)
    return listed, pages


def _events(read: _Day, listed: list[Entry], pages: list[Entry]) -> Iterator[Event]:
    listed = [read.without_sources(entry) for entry in listed]
    pages = [read.without_sources(entry) for entry in pages]
    read.learn_headlines(entry.title for entry in (*listed, *pages))
    index: dict[str, Entry] = {}
    for entry in listed:
        index.setdefault(entry.address, entry)
        yield read.event(entry)
    for entry in pages:
        yield (event := read.event(entry, index.get(entry.address)))
        yield from read.earlier(entry, event)


def _exported_events(read: _Day, entries: list[Entry], pages: list[Entry]) -> Iterator[Event]:
    """As `_events`, of an export: one event a page, in the order of the day index, each text as it was written."""
    index = {entry.address: entry for entry in entries}
    described = {entry.address: entry for entry in pages}
    for path, listed in index.items():
        page = described.pop(path, listed)
        event = read.event(page, listed)
        topic = listed.topics[0] if listed.topics else None
        if (names := split_listed(page.title, topic, listed.title)) is not None:
            event = replace(event, id=event_id(read.day, listed.title), topics=names, headline=listed.title)
        yield replace(event, contexts=tuple(dict.fromkeys((*listed.contexts, *page.contexts))))
    yield from _events(read, [], list(described.values()))  # put there since, by somebody else


@dataclass(frozen=True, slots=True)
class _Day:
    """What is known of a day while its entries become events.

    Attributes:
        headlines: the words of its titles.
    """

    day: dt.date
    topics: Topics
    attribution: str
    headlines: set[str] = field(default_factory=set)

    def without_sources(self, entry: Entry) -> Entry:
        """The entry with the sources at the end of its headline, and of those that it links to, where they belong."""
        title, found = read_headline(entry.title, self.topics.sources)
        addresses = {source.url for source in entry.sources}
        named = {normalise(source.name) for source in entry.sources}
        more = [s for s in found if (s.url not in addresses if s.url else normalise(s.name) not in named)]
        related = tuple(
            replace(other, headline=read_headline(other.headline, self.topics.sources)[0]) for other in entry.related
        )
        return replace(entry, title=title, sources=(*entry.sources, *more), related=related)

    def learn_headlines(self, titles: Iterable[str]) -> None:
        """Learn the titles of the day, one of which may end another."""
        self.headlines.update(words for title in titles if len((words := normalise(title)).split()) >= LEAST_WORDS)

    def event(self, entry: Entry, listed: Entry | None = None) -> Event:
        """The event of an entry. `listed` is the day index's entry of the same page, which may know the headline."""
        split = None
        if listed is not None and listed.topics:
            split = split_before(entry.title, listed.title, listed.topics[0])
        names, headline = split if split is not None else self._split(entry.title)
        known = {normalise(name) for name in names}
        names = (*(topic for topic in entry.topics if normalise(topic) not in known), *names)
        return Event(
            id=event_id(self.day, headline),
            date=self.day,
            headline=headline,
            topics=names,
            summary=entry.summary,
            contexts=entry.contexts,
            sources=entry.sources,
            related=entry.related,
            paths=tuple(dict.fromkeys((entry.address, *(address for _, address in entry.changes)))),
            attribution=self.attribution,
        )

    def earlier(self, entry: Entry, event: Event) -> Iterator[Event]:
        """The earlier versions of a page's event, as far as its headline was another: names of the same event."""
        for text, address in entry.changes:
            if not text:
                continue
            title, _ = read_headline(text, self.topics.sources)
            lead = lead_of(title, event.headline)
            if lead is not None and lead.is_topic([]):
                names, headline = lead.topics, event.headline
            else:
                names, headline = self._split(title)
            if entry.topics:  # which the page knows better
                names = ()
            if names or normalise(headline) != normalise(event.headline):
                yield Event(
                    id=event_id(self.day, headline),
                    date=self.day,
                    headline=headline,
                    topics=names,
                    paths=(address,),
                    attribution=self.attribution,
                )

    def _split(self, title: str) -> tuple[tuple[str, ...], str]:
        """Take the topics off a title, those too that nothing parts from what another title of the day says alone."""
        words = normalise(title).split()
        for count in range(2, min(MAX_LEAD, len(words) - LEAST_WORDS) + 1):
            if (rest := " ".join(words[count:])) not in self.headlines or (lead := lead_of(title, rest)) is None:
                continue
            if not lead.mark and is_sentence_start(lead.rest) and any(map(self.topics.knows, lead.topics)):
                return lead.topics, lead.rest
        return self.topics.split(title)
