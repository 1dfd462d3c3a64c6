"""Daily posts as pages, and the longer list of a post's day. Values in, values out."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass

from bot import words
from bot.cards.page import PLAIN, AnswerPage, Frame, Step, fitted
from bot.cards.pages import HEADLINE, SHORTEST_SUMMARY, SPARE, credits_of, headline, list_page, small_print, year_mark
from bot.cards.story_lines import part_of
from bot.daily import words as daily_words
from bot.markup import escape, escape_within, length, total, without_pings
from bot.views.state import DailyList, LongerList, Place
from embeddings.events import Event

_ACTIONS = "efghijklmn"  # one a button: two of a page must not have the same custom_id
_SUMMARY = 150  # of each event, for nobody asked for the post: three lines of a phone
_MORE = "o"


@dataclass(frozen=True, slots=True)
class Own:
    """What a post has beside its events: what its server wants around it, and the stories of its events.

    Attributes:
        title: in place of "On"; plain text.
        text: a line below it, in Discord's Markdown.
        titled_above: whether the title stands above the message, as in a forum, and need not stand in it.
        stories: to each event the title of the story that it is part of, "" where that need not be said; none: of none.
    """

    title: str | None = None
    text: str | None = None
    frame: Frame = PLAIN
    titled_above: bool = False
    stories: tuple[str, ...] = ()


NOTHING_OWN = Own()


def daily_page(
    date: dt.date,
    events: Sequence[Event],
    place: Place,
    role: int | None,
    note: str = "",
    own: Own = NOTHING_OWN,
) -> AnswerPage:
    """The post of a day: a line or two an event, each with a button that opens it, and one for more of the day.

    Args:
        place: the place of the post's list.
        role: id of the role that the post mentions.
        note: a line above the post.
    """
    lines = []
    if not own.titled_above:
        named = escape(daily_words.titled(own.title, date)) if own.title else ""
        lines.append(f"## {named or words.on_this_day_heading(date.month, date.day)}")
    if role is not None:
        lines.append(f"<@&{role}>")
    if own.text:
        lines.append(without_pings(own.text))
    if not events:
        lines.append(str(words.NO_EVENTS_ON_THIS_DAY))
        return AnswerPage(tuple(filter(None, (note, "\n".join(lines)))), place, frame=own.frame)
    heading = "\n".join(lines)
    above = tuple(filter(None, (note, heading)))
    small = small_print(credits_of(events, own.frame))
    steps = [
        Step(_year_label(event, events), place.opened(event.id), action)
        for event, action in zip(events, _ACTIONS, strict=False)
    ]
    if isinstance(place.of, DailyList | LongerList):
        longer = LongerList(place.of.subscription, place.of.date)
        steps.append(Step(str(daily_words.MORE), Place(longer), _MORE))

    stories = own.stories or ("",) * len(events)

    def make(room: int) -> AnswerPage:
        each = (room - total((*above, *small)) - SPARE) // len(events)
        told = [_entry(event, date, each, of) for event, of in zip(events, stories, strict=True)]
        return AnswerPage((*above, *told, *small), place, steps=tuple(steps))

    return fitted(make, own.frame)


def longer_page(date: dt.date, events: Sequence[Event], place: Place, count: int, frame: Frame = PLAIN) -> AnswerPage:
    """A page of the longer list of a day.

    Args:
        events: those of this page.
        count: how many the whole list has.
    """
    heading = f"## {words.on_this_day_heading(date.month, date.day)}"
    if not events:
        return AnswerPage((f"{heading}\n{words.NO_EVENTS_ON_THIS_DAY}",), place, frame=frame)
    heading += f"\n-# {words.events_counted(count)}"
    return list_page(heading, events, place, count, frame, (date.month, date.day))


def _entry(event: Event, date: dt.date, limit: int, story: str) -> str:
    """One event of a post: its year, its headline, and one line of what it was about or of which story it is part."""
    mark = year_mark(event, (date.month, date.day))
    text = f"{mark} {headline(event, min(HEADLINE, limit - length(mark) - 1))}"
    if event.withdrawn:
        return f"{text}\n-# {words.WITHDRAWN}"
    room = min(_SUMMARY, limit - length(text) - 4)
    if room < SHORTEST_SUMMARY or not (event.summary or story):
        return text
    return f"{text}\n-# {escape_within(event.summary, room) if event.summary else part_of(story)}"


def _year_label(event: Event, events: Sequence[Event]) -> str:
    """What the button of an event says: its year, and a number where the year comes more than once."""
    same = [other for other in events if other.date.year == event.date.year]
    return f"{event.date.year} ({same.index(event) + 1})" if len(same) > 1 else str(event.date.year)
