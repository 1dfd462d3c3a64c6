"""A story told on the command line."""

from __future__ import annotations

import datetime as dt
from pathlib import Path
from typing import TYPE_CHECKING, Any

from embeddings.command_line.json_output import print_json
from embeddings.errors import InputError
from embeddings.events import event_as_dict
from embeddings.text import counted

if TYPE_CHECKING:
    from embeddings.search.service import Search
    from embeddings.search.stories import Story

_AT_ONCE = 500  # events read for JSON


def tell(search: Search, text: str, today: dt.date, *, as_json: bool, png: Path | None = None) -> None:
    """Print the story of an event, a topic or words: for people the events that carry it, as JSON all of them.

    Args:
        png: the file into which it is drawn, if it is to be.
    Raises:
        InputError, StoriesMissingError: as `Search.story`; the first also if it is too short for a picture.
    """
    story = search.story(text, today)
    if png is not None:
        _draw(story, png)
    if as_json:
        print_json(_as_dict(search, story))
    else:
        from embeddings.command_line import display

        display.show_story(story)


def _draw(story: Story, png: Path) -> None:
    """Write the picture of a story; matplotlib, which takes a second to load, is loaded for nothing else."""
    from embeddings.picture.loading import drawing
    from embeddings.search.story_chart import story_chart

    days = f"{story.first} to {story.last}"
    chart = story_chart(story, f"{days} · {counted(story.count, 'event')}")
    if chart is None:
        raise InputError(f"the story is of {story.first} alone; a picture of it would be a single bar")
    with drawing() as draw:
        png.write_bytes(draw(chart))


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
        "also": [other.as_dict() for other in story.also],
        "events": events,
    }
