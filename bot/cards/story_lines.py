"""How lists and answers name the story that their events are of. Values in, values out."""

from __future__ import annotations

from bot import local_dates, story_words
from bot.cards.page import Step
from bot.markup import escape_within
from bot.views.state import Place, StoryList
from embeddings.search.stories import StoryPlace

TO_STORY = "v"  # the letter of the button
_TITLE = 90
_PART_OF = 70  # beneath an event of a list: a line and a half of a phone


def part_of(title: str) -> str:
    """Of which story an event is part."""
    return story_words.part_of(escape_within(title, _PART_OF))


def story_line(story: StoryPlace) -> str:
    """The heading of an answer most of which is one story: its title, from when to when it was, how many events."""
    facts = story_words.story_facts(local_dates.interval(story.first, story.last), story.count, story.going_on)
    return f"### {escape_within(story.title, _TITLE)}\n-# {story_words.STORY} · {facts}"


def to_story(story: StoryPlace) -> Step:
    """The button that leads from there to the story."""
    return Step(story_words.story_named(story.title), Place(StoryList(story.event_id)), TO_STORY, aside=True)


def to_other(story: StoryPlace) -> Step:
    """The button from a story to another one that the same words may mean."""
    return Step(story_words.story_also(story.title), Place(StoryList(story.event_id)), TO_STORY, aside=True)
