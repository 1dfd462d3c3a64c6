"""The picture of a story as a chart: its days as bars, and numbers above them for the events that carry it."""

from __future__ import annotations

from collections import Counter

from embeddings.picture.chart import Chart, Label, Mark, Name, chart, english
from embeddings.search.stories import Story
from embeddings.text import clean, shorten

_TITLE = 120  # characters, of which a picture shows some forty


def story_chart(story: Story, span: str, name: Name = english) -> Chart | None:
    """The chart of a story; None where it is too short for a picture.

    Args:
        span: from when to when it was and how many events it has, in the reader's language.
        name: names the dates.
    """
    marks = [
        Mark(number, each.event.date.toordinal(), each.event.id == story.asked)
        for number, each in enumerate(story.carrying, 1)
    ]
    said = Label(span, f"{story.first} – {story.last} · {story.count:,}")
    days = sorted(Counter(story.days).items())
    return chart(shorten(clean(story.title), _TITLE), said, days, marks, open_ended=story.going_on, name=name)
