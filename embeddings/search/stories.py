"""Stories: the line of events before and after one, or of a topic, and the few among them that carry it.

`title_of` is pure; `told` looks up in an index what it needs. docs/stories.md says how stories are made, and how they
compare.
"""

from __future__ import annotations

import datetime as dt
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from itertools import islice

import numpy as np

from embeddings.errors import BUILD_AGAIN, EmbeddingsError
from embeddings.events import Event
from embeddings.index.folder import OpenIndex
from embeddings.index.row_sets import are_in, union
from embeddings.index.stories import Stories
from embeddings.search.story_asked import Asked, asked_for
from embeddings.search.story_carrying import apart, carrying, some_of
from embeddings.search.story_words import stories_of_words
from embeddings.search.topics import topic_key
from embeddings.text import normalise, shorten

TOPIC = "topic:"
"""Stands before a topic's key in the id of what is told of a topic."""

_ALSO = 3  # other stories that words may mean
_GOING_ON_DAYS = 30  # before the archive's last day
_TITLE = 90  # characters
_OF_ITS_STORY = 1 / 3  # share of a story's events that have a topic, from which on all of it is told with the topic
_OF_TOPIC = 0.5  # share of a story's events that have its topic
_FEW, _FROM = 12, 3  # a topic of fewer events is told with the story of every answer, else of so many of them
_APART = 0.5  # from the topic's events; an answer that is further does not speak for its story
_HELD = 0.7  # part of the words of a topic's name, from which on a story of about its time is told with it
_SPEAKS = 0.5  # part of them without which no answer speaks for its story
_NAMED = 0.6  # part of the words that were asked for, which the name of a topic has that is told for them
_AROUND = 365  # days before and after a topic's events


class StoriesMissingError(EmbeddingsError):
    """The index was made by a version that made no stories."""


@dataclass(frozen=True, slots=True)
class StoryEvent:
    """An event of a story; `number` counts from 1 in order of time."""

    event: Event
    number: int


@dataclass(frozen=True, slots=True)
class StoryPlace:
    """Where an event stands in its story: the `number`th of `count`, which were from `first` to `last`."""

    story_id: str
    title: str
    number: int
    count: int
    event_id: str
    first: dt.date
    last: dt.date
    going_on: bool = False

    def as_dict(self) -> dict[str, object]:
        """A story as a part of the JSON that commands print, which users' scripts parse."""
        return {
            "id": self.story_id,
            "title": self.title,
            "from": self.first.isoformat(),
            "to": self.last.isoformat(),
            "count": self.count,
        }


@dataclass(frozen=True, slots=True)
class Story:
    """How something came about and what came of it, over days, months or years.

    Attributes:
        id: of the event after which the story is called, or `TOPIC` and a topic's key; always leads to the story.
        topic: the topic that all of it belongs to, if there is one.
        going_on: whether its last event is near the archive's last day.
        days: of each of the `count` events, ascending.
        carrying: the events that carry it, in order of time; the one that was asked about is always among them.
        asked: the id of that one; None where a topic was asked for.
        also: where other answers to the words that were asked for stand in their stories, the likeliest first.
    """

    id: str
    title: str
    topic: str | None
    first: dt.date
    last: dt.date
    count: int
    going_on: bool
    days: tuple[dt.date, ...]
    carrying: tuple[StoryEvent, ...]
    asked: str | None
    also: tuple[StoryPlace, ...] = ()


def topic_key_of(story_id: str) -> str | None:
    """The key of the topic in the id of what is told of one; None in any other id."""
    return story_id.removeprefix(TOPIC) if story_id.startswith(TOPIC) else None


def of_event(index: OpenIndex, event_id: str) -> Story | None:
    """The story that an event belongs to, or that was called after an id; None if the index has no such id.

    Raises:
        StoriesMissingError: if no stories were made when the index was.
    """
    row = _row(index, event_id)
    if row is None:
        return None
    rows = _stories(index).rows(row)
    return told(index, rows, asked=row)


def of_words(
    index: OpenIndex,
    text: str,
    event_ids: Sequence[str],
    rows_of_topic: Callable[[str], tuple[np.ndarray, np.ndarray]],
) -> Story | None:
    """The story that words lead to, with the next ones that they may mean as `also`; None if nothing answers them.

    Where the story has a topic whose name has most of the words, what is told of the topic is told.

    Args:
        event_ids: of the events that answer the words, the best first; those of the story are asked about.
        rows_of_topic: gives what `with_stories` does for the topic of a name.
    Raises:
        StoriesMissingError: as `of_event`.
    """
    leads = _stories(index).leads
    rows = [row for each in event_ids if (row := index.catalogue.row(each)) is not None]
    answering = {int(leads[row]): row for row in reversed(rows)}
    words = asked_for(index.catalogue, text)
    found = stories_of_words(index, _stories(index), text, rows, words)
    if not found:
        return None
    told_of = _stories(index).rows(found[0])
    _, _, topic = _called(index, told_of)
    if topic is not None and words is not None and words.named_in(topic) >= _NAMED:
        told_of, core = rows_of_topic(topic)
        if words.named_in(topic) < 1:
            core = told_of  # the name is of something else, or wider
        story = of_topic(index, topic, topic_key(topic), told_of, core, words)
    else:
        story = told(index, told_of, asked=answering.get(found[0]), words=words)
    others = index.catalogue.events(
        [answering.get(lead, lead) for lead in found[1:] if lead not in set(leads[told_of])]
    )
    places = (place(index, event.id) for event in others)
    return replace(story, also=tuple(islice(filter(None, places), _ALSO)))


def with_stories(index: OpenIndex, name: str, rows: np.ndarray, answers: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """The rows of a topic's events and of the stories that are told with it; and those that say what it is about.

    These are the stories of which a third or more are among its events, those for which what answers its name speaks,
    and those of about its time whose events have most of the words of its name: editors write a topic above a few of
    the events that are of it.

    Args:
        rows: of its events, ascending.
        answers: the rows of the events that answer its name best; those that are far from its events do not count.
    Returns:
        Two arrays of rows, both ascending; the second is a part of the first.
    """
    if index.stories is None or not len(rows):
        return rows, rows
    about = index.vectors.take(some_of(rows))
    if len(answers):
        answers = answers[apart(index.vectors.take(answers), about) < _APART]
    leads = index.stories.leads
    having, answering, sizes = (
        np.bincount(each, minlength=len(leads)) for each in (leads[rows], leads[answers], leads)
    )
    is_of_it = (having > 0) & (having >= _OF_ITS_STORY * sizes)
    speaks = answering >= (1 if len(rows) < _FEW else _FROM)
    if (words := asked_for(index.catalogue, name)) is not None:
        held = np.bincount(leads, weights=words.held, minlength=len(leads)) / np.maximum(sizes, 1)
        speaks &= held >= _SPEAKS
        named = np.bincount(leads, weights=words.named, minlength=len(leads)) / np.maximum(sizes, 1)
        days = index.catalogue.days
        then = (days >= days[rows[0]] - _AROUND) & (days <= days[rows[-1]] + _AROUND) if words.years is None else True
        near = np.flatnonzero((held >= _HELD) & (named >= _OF_TOPIC) & then)
        is_of_it[near[apart(index.vectors.take(near), about) < _APART]] = True
    every = union([rows, np.flatnonzero((is_of_it | speaks)[leads])])
    return every, every[are_in(every, union([rows, answers]))]


def of_topic(
    index: OpenIndex, name: str, key: str, rows: np.ndarray, core: np.ndarray, words: Asked | None = None
) -> Story:
    """What the events of a topic, at least one, tell one after another.

    Args:
        core: those of the rows that say most surely what it is about.
        words: that were asked for; None: those of its name.
    """
    return told(index, rows, topic=(name, key), core=core, words=words or asked_for(index.catalogue, name))


def told(
    index: OpenIndex,
    rows: np.ndarray,
    *,
    asked: int | None = None,
    topic: tuple[str, str] | None = None,
    core: np.ndarray | None = None,
    words: Asked | None = None,
) -> Story:
    """Tell a story.

    Args:
        rows: of its events, ascending.
        asked: the row of the event that was asked about.
        topic: name and key of the topic that was asked for; else the events are those of a story.
        core: those of the rows that say what it is about; None: all of them.
        words: that it was asked for by, if any.
    """
    catalogue, days = index.catalogue, index.catalogue.days[rows]
    chosen = rows[carrying(index, rows, asked, rows if core is None else core, words)]
    numbers = (np.searchsorted(rows, chosen) + 1).tolist()
    events, standing = catalogue.events(chosen.tolist()), index.prominence.standing[chosen]
    shown = tuple(StoryEvent(event, number) for event, number in zip(events, numbers, strict=True))
    of: str | None
    if topic is not None:
        title, of = topic[0], topic[0]
        story_id = f"{TOPIC}{topic[1]}"
    else:
        story_id, title, of = _called(index, rows)
        if of is None and words is not None and not words.in_years[rows[np.argmax(index.prominence.standing[rows])]]:
            best = max(range(len(chosen)), key=lambda each: (words.held[chosen[each]], standing[each]))
            title = shorten(events[best].headline, _TITLE)
    dates = tuple(map(dt.date.fromordinal, days.tolist()))
    asked_id = None if asked is None else next(each.event.id for each in shown if rows[each.number - 1] == asked)
    return Story(
        id=story_id,
        title=title,
        topic=of,
        first=dates[0],
        last=dates[-1],
        count=len(rows),
        going_on=_goes_on(index, dates[-1]),
        days=dates,
        carrying=shown,
        asked=asked_id,
    )


def page(index: OpenIndex, rows: np.ndarray, start: int, count: int) -> tuple[StoryEvent, ...]:
    """Some events of a story in order of time, from the one numbered `start` + 1 on."""
    start = max(0, start)
    events = index.catalogue.events(rows[start : start + max(0, count)].tolist())
    return tuple(StoryEvent(event, start + place) for place, event in enumerate(events, 1))


def rows_of(index: OpenIndex, event_id: str) -> np.ndarray | None:
    """The rows of the story that `of_event` tells of; None if the index has no such id."""
    row = _row(index, event_id)
    return None if row is None else _stories(index).rows(row)


def place(index: OpenIndex, event_id: str) -> StoryPlace | None:
    """Where an event stands in its story; None if it is of none with others, or the index has no stories."""
    row = index.catalogue.row(event_id)
    if row is None or index.stories is None:
        return None
    rows = index.stories.rows(row)
    if len(rows) < 2:
        return None
    story_id, title, _ = _called(index, rows)
    first, last = (dt.date.fromordinal(int(index.catalogue.days[each])) for each in (rows[0], rows[-1]))
    number = int(np.searchsorted(rows, row)) + 1
    return StoryPlace(story_id, title, number, len(rows), event_id, first, last, _goes_on(index, last))


def _goes_on(index: OpenIndex, last: dt.date) -> bool:
    return ((index.catalogue.last or last) - last).days <= _GOING_ON_DAYS


def _stories(index: OpenIndex) -> Stories:
    if index.stories is None:
        raise StoriesMissingError(f"an earlier version made this index, which has no stories yet; {BUILD_AGAIN}")
    return index.stories


def _row(index: OpenIndex, event_id: str) -> int | None:
    """The row of the event with an id, or of one that is now in the story that was called after it."""
    row = index.catalogue.row(event_id)
    if row is None and index.stories is not None and (now := index.stories.former.get(event_id)) is not None:
        row = index.catalogue.row(now)
    return row


# --- what a story is called -------------------------------------------------------------------------------------------

_READ = 40  # events of a story of which its title is made


def _called(index: OpenIndex, rows: np.ndarray) -> tuple[str, str, str | None]:
    """The id and title of the story of these rows, and its topic if it has one; remembered."""
    stories = _stories(index)
    lead = int(stories.leads[rows[0]])
    if (called := stories.called.get(lead)) is None:
        [event] = index.catalogue.events([lead])
        called = stories.called[lead] = event.id, *_title(index, rows)
    return called


def _title(index: OpenIndex, rows: np.ndarray) -> tuple[str, str | None]:
    """What a story is called, and its topic if it has one."""
    strongest = int(rows[np.argmax(index.prominence.standing[rows])])
    some = union([np.linspace(0, len(rows) - 1, _READ).astype(np.int64)])
    [best, *others] = index.catalogue.events([strongest, *rows[some].tolist()])
    return title_of(best, others)


def title_of(strongest: Event, events: Sequence[Event]) -> tuple[str, str | None]:
    """What a story is called, and its topic if it has one.

    That is the topic of half of its events, of several the one that most have and then the narrowest; else the headline
    of the strongest.
    """
    topics: Counter[str] = Counter()
    written: dict[str, str] = {}
    depth: dict[str, int] = {}
    for event in events:
        for place_, name in enumerate(event.topics):
            key = normalise(name)
            topics[key] += 1
            written.setdefault(key, name)
            depth[key] = max(depth.get(key, 0), place_)
    if topics:
        best = max(topics, key=lambda key: (topics[key], depth[key], key))
        if topics[best] >= max(_OF_TOPIC * len(events), 1):
            return written[best], written[best]
    return shorten(strongest.headline, _TITLE), None
