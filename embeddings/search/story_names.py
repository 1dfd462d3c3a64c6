"""Where the story of an event, or of an answer, is worth naming. Values in, values out."""

from __future__ import annotations

from collections.abc import Sequence

from embeddings.events import Event
from embeddings.search.stories import StoryPlace
from embeddings.text import normalise

_FEWEST_SHARED = 3  # events of an answer that make one story of it
_FEWEST = 3  # events of a story that is named beside one of them


def shared_story(places: Sequence[StoryPlace | None]) -> StoryPlace | None:
    """Where the best event of an answer stands in its story, if most of the events are of it; None if they are not."""
    if not places or (first := places[0]) is None:
        return None
    found = sum(place is not None and place.story_id == first.story_id for place in places)
    return first if found >= _FEWEST_SHARED and 2 * found > len(places) else None


def part_of(event: Event, place: StoryPlace | None) -> str:
    """The title of an event's story; "" where it says nothing that the event's headline and topics do not."""
    if place is None or place.count < _FEWEST:
        return ""
    said = set(normalise(" ".join((event.headline, *event.topics, event.category or ""))).split())
    return place.title if set(normalise(place.title).split()) - said else ""
