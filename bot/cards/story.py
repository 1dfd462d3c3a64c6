"""Stories as pages: the events that carry one, with its picture; then all of its events. Values in, values out."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from bot import local_dates, story_words, words
from bot.cards.page import PLAIN, AnswerPage, Choice, Frame, Picture, Step, fitted
from bot.cards.pages import PER_PAGE, credits_of, numbered_page, small_print
from bot.cards.story_lines import TO_STORY, to_other
from bot.markup import MAX_ALT, MAX_OPTION, cut, escape_within, length, plain, total
from bot.views.state import Place
from embeddings.events import Event
from embeddings.search.stories import Story, StoryEvent
from embeddings.search.story_chart import story_chart
from embeddings.text import clean, shorten

_TITLE = 120  # of a headline that a story is called after
_HEADLINE = 200  # of an event that carries it: four lines of a phone
_SPARE = 10  # for marks and the line break of each
_ALL = "n"


def last_page(story: Story) -> int:
    """The number of the story's last page: after its card, which is page 0, come all events where that shows fewer."""
    if story.count <= len(story.carrying):
        return 0
    latest = 1 if story.going_on else 0
    return latest - -max(0, story.count - latest * PER_PAGE) // PER_PAGE


def window(story: Story, page: int) -> tuple[int, int]:
    """Which events a page after the card shows: how many come before them, and how many they are.

    Of a story that goes on, the latest come first; the others follow from the beginning on.
    """
    left = story.count
    if story.going_on:
        left = max(0, story.count - PER_PAGE)
        if page == 1:
            return left, story.count - left
        page -= 1
    start = (page - 1) * PER_PAGE
    return start, max(0, min(PER_PAGE, left - start))


def story_page(story: Story, place: Place, frame: Frame = PLAIN) -> AnswerPage:
    """The card of a story: from when to when it was, and what carries it, in order of time."""
    pages = last_page(story) + 1
    events = [each.event for each in story.carrying]
    small = small_print([*credits_of(events, frame), *words.page_of(1, pages)])
    facts = story_words.story_facts(local_dates.interval(story.first, story.last), story.count, story.going_on)
    heading = f"## {escape_within(story.title, _TITLE)}\n-# {facts}"
    if story.count == 1:
        heading += f"\n-# {story_words.STORY_ALONE}"
    to_all = story_words.story_all(story.count, story.going_on)
    everything = [Step(to_all, Place(place.of, 1), _ALL)] if pages > 1 else []
    steps = (*everything, *map(to_other, story.also))

    def make(room: int) -> AnswerPage:
        each = (room - total((heading, *small))) // max(1, len(events)) - _SPARE
        lines = [_line(number, event, story.asked, each) for number, event in enumerate(events, 1)]
        choices = tuple(
            Choice(
                event.id,
                plain(f"{number}. {event.headline}", MAX_OPTION),
                plain(local_dates.short_date(event.date), MAX_OPTION),
            )
            for number, event in enumerate(events, 1)
        )
        return AnswerPage((heading, "\n".join(lines), *small), place, choices, steps)

    return replace(fitted(make, frame), picture=picture(story))


def _line(number: int, event: Event, asked: str | None, limit: int) -> str:
    """An event that carries a story, in at most `limit` characters beside its marks."""
    mark = f"**{number} · {local_dates.brief_date(event.date)}**"
    facts = [str(story_words.STORY_ASKED)] if event.id == asked else []
    facts += [str(words.WITHDRAWN)] if event.withdrawn else []
    small = "".join(f" · *{fact}*" for fact in facts)
    headline = escape_within(event.headline, max(0, min(_HEADLINE, limit - length(mark) - length(small))))
    return f"{mark} {f'**{headline}**' if event.id == asked else headline}{small}"


def events_page(story: Story, events: Sequence[StoryEvent], place: Place, frame: Frame = PLAIN) -> AnswerPage:
    """A page of all events of a story, each with its number there."""
    latest = story.going_on and place.page == 1
    first, last = (events[0].number, events[-1].number) if events else (0, 0)
    heading = f"## {escape_within(story.title, _TITLE)}\n-# {story_words.story_part(first, last, story.count, latest)}"
    pages = last_page(story) + 1
    page = numbered_page(heading, [each.event for each in events], place, pages, frame, first)
    return replace(page, steps=(*page.steps, Step(str(story_words.STORY_CARD), Place(place.of), TO_STORY)))


def picture(story: Story) -> Picture | None:
    """The story over time; None where it is too short for a picture."""
    span = f"{local_dates.interval(story.first, story.last)} · {words.events_counted(story.count)}"
    made = story_chart(story, span, local_dates.tick)
    if made is None:
        return None
    numbered = [(number, local_dates.short_date(each.event.date)) for number, each in enumerate(story.carrying, 1)]
    return Picture(made, cut(story_words.story_alt(shorten(clean(story.title), _TITLE), span, made, numbered), MAX_ALT))
