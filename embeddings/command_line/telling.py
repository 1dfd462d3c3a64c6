"""A story told on the command line."""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING, Any

from embeddings.command_line.json_output import print_json
from embeddings.events import event_as_dict

if TYPE_CHECKING:
    from embeddings.search.service import Search
    from embeddings.search.stories import Story

_AT_ONCE = 500  # events read for JSON


def tell(search: Search, text: str, today: dt.date, *, as_json: bool) -> None:
    """Print the story of an event, a topic or words: for people the events that carry it, as JSON all of them.

    Raises:
        InputError, StoriesMissingError: as `Search.story`.
    """
    story = search.story(text, today)
    if as_json:
        print_json(_as_dict(search, story))
    else:
        from embeddings.command_line import display

        display.show_story(story)


def _as_dict(search: Search, story: Story) -> dict[str, Any]:
    carrying = {each.number for each in story.carrying}
    events = [
        {**event_as_dict(each.event), "number": each.number, "carries": each.number in carrying}
        for start in range(0, story.count, _AT_ONCE)
        for each in search.story_events(story.id, start, _AT_ONCE)
    ]
    return {
        "id": story.id,
        "title": story.title,
        "topic": story.topic,
        "from": story.first.isoformat(),
        "to": story.last.isoformat(),
        "going_on": story.going_on,
        "count": story.count,
        "asked": story.asked,
        "events": events,
    }
