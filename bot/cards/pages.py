"""Answers to pages for Discord: text blocks, what can be opened, where the buttons lead. Values in, values out."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

from bot import local_dates, story_words, words
from bot.answers import KeptAnswer, RelatedAnswer
from bot.cards.page import PLAIN, AnswerPage, Choice, Frame, Step, fitted
from bot.cards.story_lines import TO_STORY, part_of, story_line, to_story
from bot.markup import MAX_OPTION, address, button_link, escape, escape_within, length, link, plain, total
from bot.views.state import AnswerList, DaysList, OnThisDayList, PartList, Place, StoryList, TopicList
from embeddings.dates import DateRange
from embeddings.events import Event, Related, Source, event_links
from embeddings.search.answers import DayAnswer, outside

PER_PAGE = 5  # events of a list
CARD_SOURCES = 10

# How long what is, as `markup.length` counts. A phone shows some 50 a line, and a message holds 4,000 in all, so that
# each of a list's five events has some 750: what stands first takes its share first, and the summary what is left.
HEADLINE = 700  # of nearly all; the longest real one has 1,189
_SUMMARY = 300  # in a list: six lines of a phone
_CARD_SUMMARY = 900  # on a card of its own
_CLOSEST = 130  # the closest related event, in a list
_THEME = 120  # a topic or category
_SOURCE_NAMES = 100  # of an event in a list, all together
_SOURCE_NAME = 80  # on a card, one a line
_SOURCES = 1_200  # on a card, all with their addresses
_CONTEXTS = 300
_STORY = 90  # the title of the story that an event belongs to
_ATTRIBUTION = 120
ATTRIBUTIONS = 3  # named under a list; an index of several archives has as many as those
_RELATED_EVENT = (60, 170)  # at least and at most: a line or three, as ten of them leave room
SHORTEST_SUMMARY = 60  # a stump of less says nothing
_SHORTEST_HEADLINE = 20  # of a related event beside its date and contexts
_LONGEST_LINK = 400  # an address; a longer one costs the text that it leads from
_SHORTEST_CONTEXTS = 100
# For marks, dates and line breaks, which the sums below leave out: of a list, of a card, of the closest related event,
# of a numbered line with the line that counts those which are left out, and of one related event.
SPARE, _CARD_SPARE, _CLOSEST_SPARE, _LINE_SPARE, _RELATED_SPARE = 20, 10, 30, 40, 8

# Shares of a card's room: a headline must not push its sources off, nor a chain of topics its headline.
_HEADLINE_SHARE = 3  # a third
_THEMES_SHARE = 12  # a twelfth
_RELATED_CONTEXTS_SHARE = 5  # of a related event's room: its headline says more


@dataclass(frozen=True, slots=True)
class _Shown:
    """What each event of a list shows besides headline, topic, sources and summary."""

    date: bool = False
    day: tuple[int, int] | None = None  # of a list of this month and day: the year, in place of the event's number
    first: int | None = None  # the number of the page's first event, where it is not the page that says it


def days_page(
    answer: DayAnswer, place: Place, note: str = "", frame: Frame = PLAIN, stories: Sequence[str] = ()
) -> AnswerPage:
    """A page of the events of some days; without events, it says why, and gives the nearest days that have some.

    Args:
        stories: to each event the title of the story that it is part of, "" where that need not be said.
    """
    heading = f"## {local_dates.date_range(answer.dates)}"
    if answer.total:
        heading += f"\n-# {words.events_counted(answer.total)}{note}"
        style = _Shown(date=answer.dates.days > 1)
        listed = _List(heading, answer.events, place, answer.total, style, frame, stories=stories)
        return _with_more(fitted(listed.page, frame), place, 0, answer.total)
    steps = tuple(
        Step(local_dates.short_date(day), Place(DaysList(DateRange(day, day))), action)
        for day, action in zip(answer.nearest, "defg", strict=False)
    )
    heading += f"\n-#{note.removeprefix(' ·')}" if note else ""
    return AnswerPage((f"{heading}\n{words.no_events(answer)}",), place, steps=steps, frame=frame)


def _with_more(page: AnswerPage, place: Place, more_from: int, held: int) -> AnswerPage:
    """A list's page with the buttons that go on with the list and narrow it.

    Args:
        more_from: the number of events shown before; 0: all of them can be paged through.
        held: how many events the list has in all.
    """
    if held <= PER_PAGE or not isinstance(place.of, DaysList | OnThisDayList | AnswerList):
        return page
    steps = [*page.steps]
    is_last = (place.page + 1) * PER_PAGE >= more_from
    if more_from and held > more_from and is_last:
        steps.append(Step(str(words.MORE), Place(PartList(place.of), more_from // PER_PAGE), "m"))
    steps.append(Step(str(words.NARROW), Place(PartList(place.of)), "a"))
    return replace(page, steps=tuple(steps))


def on_this_day_page(
    of: OnThisDayList,
    events: Sequence[Event],
    note: str = "",
    held: int = 0,
    frame: Frame = PLAIN,
    stories: Sequence[str] = (),
) -> AnswerPage:
    """The best events of a day over the years; `held` is how many the archive has of the day; `stories` as above."""
    heading, place = f"## {words.on_this_day_heading(of.month, of.day)}", Place(of)
    heading += f"\n-#{note.removeprefix(' ·')}" if note else ""
    if not events:
        return AnswerPage((f"{heading}\n{words.NO_EVENTS_ON_THIS_DAY}",), place, frame=frame)
    style = _Shown(day=(of.month, of.day))
    listed = _List(heading, events, place, len(events), style, frame, stories=stories)
    return _with_more(fitted(listed.page, frame), place, len(events), held)


def list_page(
    heading: str,
    events: Sequence[Event],
    place: Place,
    count: int,
    frame: Frame = PLAIN,
    day: tuple[int, int] | None = None,
) -> AnswerPage:
    """A page of a list whose events have their dates beside them.

    Args:
        count: of the whole list.
        day: the month and day that the list is of, if it is of one; then the year is enough.
    """
    style = _Shown(date=True) if day is None else _Shown(day=day)
    return fitted(_List(heading, events, place, count, style, frame).page, frame)


def numbered_page(
    heading: str, events: Sequence[Event], place: Place, pages: int, frame: Frame, first: int
) -> AnswerPage:
    """A page of a list whose events have their dates beside them, and numbers from `first` on."""
    style = _Shown(date=True, first=first)
    return fitted(_List(heading, events, place, pages * PER_PAGE, style, frame).page, frame)


@dataclass(frozen=True, slots=True)
class Nothing:
    """What is shown where nothing fits a question: why, and the answer without its limits of time, if there is one."""

    text: str = ""
    wider: AnswerList | None = None


NOTHING = Nothing()


def answer_page(
    kept: KeptAnswer,
    events: Sequence[Event | None],
    place: Place,
    *,
    closest: Sequence[Related | None] = (),
    nothing: Nothing = NOTHING,
    frame: Frame = PLAIN,
) -> AnswerPage:
    """A page of a question's events; `events` are those of this page, None for one that is no longer in the index.

    Where most are of one story, the page has its line above them and a button that leads to it.

    Args:
        closest: to each of them the related event that is named beneath it, if there is one that is close.
    """
    above = _groups(events, kept.dates)
    lines = []
    if kept.dates and not (above and above[0] and words.names_dates(kept.dates)):  # which that heading says
        lines.append(words.dates_understood(kept.dates, has_events=bool(kept.events)))
    if kept.within is not None:
        lines.append(words.only_within(kept.within))
    small = [f"-# {line}" for line in lines]
    heading = "\n".join(small if kept.story is None else [*small, story_line(kept.story)])
    if not kept.events:
        steps = () if nothing.wider is None else (Step(str(words.SEARCH_ALL_DATES), Place(nothing.wider), "w"),)
        return AnswerPage(
            ("\n".join(filter(None, [heading, nothing.text or str(words.NOTHING_FITS)])),),
            place,
            steps=steps,
            frame=frame,
        )
    style = _Shown(date=True)
    listed = _List(heading, events, place, len(kept.first), style, frame, above, closest)
    page = _with_more(fitted(listed.page, frame), place, len(kept.first), len(kept.events))
    return page if kept.story is None else replace(page, steps=(*page.steps, to_story(kept.story)))


def _groups(events: Sequence[Event | None], dates: Sequence[DateRange]) -> list[str]:
    """What stands above each event of a page: a heading where those outside the question's dates begin or end."""
    above, was_outside = [], False
    for event in events:
        is_outside = was_outside if event is None else outside(event.date, dates)
        heading = f"### {words.group_heading(is_outside, dates)}\n"
        above.append(heading if is_outside != was_outside else "")
        was_outside = is_outside
    return above


def event_page(answer: RelatedAnswer, place: Place, frame: Frame = PLAIN) -> AnswerPage:
    """An event with everything that is known about it."""
    return fitted(lambda room: _event_page(answer, place, room, frame), frame)


def _event_page(answer: RelatedAnswer, place: Place, room: int, frame: Frame) -> AnswerPage:
    event = answer.event
    steps = []
    if (back := place.back()) is not None:
        to_list = (
            str(story_words.BACK_TO_STORY) if isinstance(back.of, StoryList | TopicList) else str(words.BACK_TO_LIST)
        )
        steps.append(Step(str(words.BACK) if back.trail else to_list, back, "b"))
    small = " · ".join([*credits_of([event], frame), escape(event.id)])
    themes = _themes(event, room // _THEMES_SHARE)
    head = f"### {headline(event, room // _HEADLINE_SHARE)}\n-# **{local_dates.long_date(event.date)}**{themes}"
    if event.withdrawn:
        head += f"\n**{words.withdrawn(event.withdrawn)}**"
    if (story := answer.story) is not None:
        head += f"\n-# {story_words.story_place(story.number, story.count, escape_within(story.title, _STORY))}"
        if back is None or back.trail or not isinstance(back.of, StoryList):  # from which one came
            steps.append(Step(str(story_words.STORY), Place(StoryList(event.id)), TO_STORY, aside=True))
    left = room - length(head) - length(small) - _CARD_SPARE
    if event.summary:
        summary = escape_within(event.summary, min(_CARD_SUMMARY, left // 2))
        head += f"\n{summary}"
        left -= length(summary) + 1
    blocks = [head]
    if event.sources:
        blocks.append(_numbered(str(words.SOURCES), [_source(s) for s in event.sources[:CARD_SOURCES]],
                                len(event.sources) - CARD_SOURCES, min(_SOURCES, left // 2)))  # fmt: skip
        left -= length(blocks[-1])
    if answer.related:
        least, most = _RELATED_EVENT
        each = max(least, min(most, (left - least) // len(answer.related)))
        blocks.append(_numbered(str(words.RELATED), [_related(o, each) for o in answer.related], 0, left))
        left -= length(blocks[-1])
    if event.contexts and left > _SHORTEST_CONTEXTS:
        names = escape_within(", ".join(event.contexts), min(_CONTEXTS, left - SPARE))
        blocks.append(f"-# {words.contexts(names)}")
    blocks.append(f"-# {small}")
    choices = tuple(_choice(o.id, o.headline, o.date) for o in answer.related if o.id is not None and o.id != event.id)
    label = str(words.READ) if any(button_link(source.url) for source in event.sources) else str(words.READ_DAY)
    links = tuple((label, url) for url in map(button_link, event_links(event)) if url is not None)[:1]
    return AnswerPage(tuple(blocks), place, _once(choices), steps=tuple(steps), links=links)


@dataclass(frozen=True, slots=True)
class _List:
    """A page of a list.

    Attributes:
        events: of this page; None for one that is no longer there.
        total: events of the whole list.
        above: what stands above each event, in lines of its own; nothing where it is empty.
        closest: to each event the related one that is named beneath it.
        stories: to each event the title of its story that is named beneath it.
    """

    heading: str
    events: Sequence[Event | None]
    place: Place
    total: int
    style: _Shown
    frame: Frame
    above: Sequence[str] = ()
    closest: Sequence[Related | None] = ()
    stories: Sequence[str] = ()

    def page(self, room: int) -> AnswerPage:
        """Lay the page out; texts are shortened until it has at most `room` characters."""
        pages = -(-self.total // PER_PAGE)
        above = self.above or [""] * len(self.events)
        small = [*credits_of(self.events, self.frame), *words.page_of(self.place.page + 1, pages)]
        each = (room - length(self.heading) - total(small) - total(above) - SPARE) // max(1, len(self.events))
        blocks = [self.heading] if self.heading else []
        beneath = self.closest or self.stories or [None] * len(self.events)
        first = self.place.page * PER_PAGE + 1 if self.style.first is None else self.style.first
        for number, (event, before, near) in enumerate(zip(self.events, above, beneath, strict=True), first):
            mark = f"**{number}.**"
            if event is None:
                blocks.append(f"{before}{mark} {words.EVENT_REMOVED}")
                continue
            if self.style.day is not None:
                mark = year_mark(event, self.style.day)
            blocks.append(before + _entry(mark, event, each, self.style.date, near))
        choices = tuple(_choice(event.id, event.headline, event.date) for event in self.events if event is not None)
        return AnswerPage((*blocks, *small_print(small)), self.place, _once(choices), tuple(self._steps(pages)))

    def _steps(self, pages: int) -> Iterator[Step]:
        page = self.place.page
        if page > 0:
            yield Step(str(words.PREVIOUS), Place(self.place.of, page - 1), "p")
        if page + 1 < pages:
            yield Step(str(words.NEXT), Place(self.place.of, page + 1), "n")


def year_mark(event: Event, day: tuple[int, int]) -> str:
    """What stands before an event in a list of a month and day: its year, or the whole date where that is another."""
    is_that_day = (event.date.month, event.date.day) == day
    return f"**{event.date.year if is_that_day else local_dates.short_date(event.date)}**"


def _choice(event_id: str, headline: str, date: dt.date) -> Choice:
    return Choice(event_id, plain(headline, MAX_OPTION), plain(local_dates.short_date(date), MAX_OPTION))


def credits_of(events: Sequence[Event | None], frame: Frame) -> list[str]:
    """Whose texts these are, where that is wanted."""
    if not frame.attribution:
        return []
    attributions = dict.fromkeys(event.attribution for event in events if event is not None)
    return [words.text_from(escape_within(each, _ATTRIBUTION)) for each in list(attributions)[:ATTRIBUTIONS]]


def small_print(texts: Sequence[str]) -> list[str]:
    """The block of small print; none where there is nothing to say."""
    return [f"-# {' · '.join(texts)}"] if texts else []


def _entry(mark: str, event: Event, limit: int, dated: bool, beneath: Related | str | None) -> str:
    """One event of a list in at most `limit` characters: headline, a line of facts, the summary as far as it fits.

    Of the facts the date is bold and comes first, so that a list can be scanned for it; what leads away comes last.
    Beneath it stands the related event that is closest, or the story of which it is part.
    """
    facts = [str(words.WITHDRAWN)] if event.withdrawn else []
    facts += [f"**{local_dates.short_date(event.date)}**"] if dated else []
    theme = event.topics[-1] if event.topics else event.category  # the narrowest says most
    facts += [escape_within(theme, _THEME)] if theme else []
    facts += _told_by(event, min(_LONGEST_LINK, limit // 3))
    line = f"\n-# {' · '.join(facts)}" if facts else ""
    text = f"{mark} {headline(event, min(HEADLINE, limit - length(mark) - 1 - length(line)))}{line}"
    room = min(_SUMMARY, limit - length(text) - 1)
    if event.summary and room >= SHORTEST_SUMMARY:
        text += f"\n{escape_within(event.summary, room)}"
    room = min(_CLOSEST, limit - length(text) - _CLOSEST_SPARE)
    if not beneath or room < SHORTEST_SUMMARY:
        return text
    if isinstance(beneath, str):
        return f"{text}\n-# {part_of(beneath)}"
    related = escape_within(beneath.headline, room)
    return f"{text}\n-# {words.closest(beneath.date, related)}"


def _told_by(event: Event, limit: int) -> list[str]:
    """Who tells of an event, the first of them that can be linked as a link; else its day on Wikipedia."""
    names = [escape_within(source.name, _SOURCE_NAME) for source in event.sources]
    for place, source in enumerate(event.sources):
        if length(linked := link(names[place], source.url)) <= limit and linked != names[place]:
            others = ", ".join(other.name for other in event.sources if other is not source)
            shown = escape_within(others, _SOURCE_NAMES - length(names[place])) if others else ""
            return [f"{linked}, {shown}" if shown else linked]
    if names:
        return [escape_within(", ".join(source.name for source in event.sources), _SOURCE_NAMES)]
    url = next(filter(None, map(address, event_links(event))), None)
    return [linked] if url and length(linked := link(str(words.READ_DAY), url)) <= limit else []


def headline(event: Event, limit: int) -> str:
    """The headline, bold. It is no link: five of these, several lines each, would be hard to read."""
    return f"**{escape_within(event.headline, limit - 4)}**"


def _themes(event: Event, limit: int) -> str:
    theme = " › ".join(event.topics) or event.category
    return f" · {escape_within(theme, limit)}" if theme else ""


def _source(source: Source) -> str:
    linked = link(escape_within(source.name, _SOURCE_NAME), source.url)
    return linked if length(linked) <= _LONGEST_LINK else escape_within(source.name, _SOURCE_NAME)


def _related(other: Related, limit: int) -> str:
    date = local_dates.short_date(other.date)
    shared = (
        f" *{escape_within(', '.join(other.contexts), limit // _RELATED_CONTEXTS_SHARE)}*" if other.contexts else ""
    )
    room = max(_SHORTEST_HEADLINE, limit - length(date) - length(shared) - _RELATED_SPARE)
    return f"**{date}** {escape_within(other.headline, room)}{shared}"


def _numbered(heading: str, lines: Sequence[str], more: int, limit: int) -> str:
    """Numbered lines under a heading; those that do not fit are counted."""
    text, shown = f"**{heading}**", 0
    for number, line in enumerate(lines, 1):
        if length(text) + length(line) + _LINE_SPARE > limit:
            break
        text += f"\n{number}. {line}"
        shown = number
    left = len(lines) - shown + max(0, more)
    return f"{text}\n-# {words.more(left).strip()}" if left else text


def _once(choices: Sequence[Choice]) -> tuple[Choice, ...]:
    """Each event once: Discord refuses a select with a value twice."""
    return tuple({choice.event_id: choice for choice in choices}.values())
