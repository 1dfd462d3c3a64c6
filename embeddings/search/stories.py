"""Stories: the line of events before and after one, or of a topic, and the few among them that carry it.

`choose_carrying` and `title_of` are pure; `told` looks up in an index what they need. docs/stories.md says how stories
are made, and how they compare.
"""

from __future__ import annotations

import datetime as dt
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, replace
from itertools import islice

import numpy as np

from embeddings.errors import BUILD_AGAIN, EmbeddingsError
from embeddings.events import Event
from embeddings.index.folder import OpenIndex
from embeddings.index.row_sets import are_in, union
from embeddings.index.stories import Stories
from embeddings.search.story_words import stories_of_words
from embeddings.text import normalise, shorten

MOST_CARRYING = 12
LEAST_CARRYING = 5

TOPIC = "topic:"
"""Stands before a topic's key in the id of what is told of a topic."""

_ALSO = 3  # other stories that words may mean
_GOING_ON_DAYS = 30  # before the archive's last day
_TITLE = 90  # characters
_OF_ITS_STORY = 1 / 3  # share of a story's events that have a topic, from which on all of it is told with the topic
_OF_TOPIC = 0.5  # share of a story's events that have its topic
_FEW, _FROM = 12, 3  # a topic of fewer events is told with the story of every answer, else of so many of them
_APART = 0.5  # from the topic's events; an answer that is further does not speak for its story
_FAR = 4.0  # units of standing that an event loses which has nothing of what the others are about
_ADDS = 2.0  # units of standing that an event loses which says again what a chosen one does
_SPREAD = 0.5  # units that one gains by standing far in time from those that are chosen


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


def of_words(index: OpenIndex, text: str, event_ids: Sequence[str]) -> Story | None:
    """The story that words lead to, with the next ones that they may mean as `also`; None if nothing answers them.

    Args:
        event_ids: of the events that answer the words, the best first; those of the story are asked about.
    Raises:
        StoriesMissingError: as `of_event`.
    """
    leads = _stories(index).leads
    rows = [row for each in event_ids if (row := index.catalogue.row(each)) is not None]
    answering = {int(leads[row]): row for row in reversed(rows)}
    found = stories_of_words(index, _stories(index), text, rows)
    if not found:
        return None
    story = told(index, _stories(index).rows(found[0]), asked=answering.get(found[0]))
    others = index.catalogue.events([answering.get(lead, lead) for lead in found[1:]])
    places = (place(index, event.id) for event in others)
    return replace(story, also=tuple(islice(filter(None, places), _ALSO)))


def with_stories(index: OpenIndex, rows: np.ndarray, answers: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """The rows of a topic's events and of the stories that are told with it; and those that say what it is about.

    These are the stories of which a third or more are among its events, and those for which what answers its name
    speaks: editors write a topic above a few of the events that are of it.

    Args:
        rows: of its events, ascending.
        answers: the rows of the events that answer its name best; those that are far from its events do not count.
    Returns:
        Two arrays of rows, both ascending; the second is a part of the first.
    """
    if index.stories is None or not len(rows):
        return rows, rows
    if len(answers):
        answers = answers[apart(index.vectors.take(answers), index.vectors.take(_some_of(rows))) < _APART]
    leads = index.stories.leads
    count = int(leads.max()) + 1
    having, answering = (np.bincount(leads[each], minlength=count) for each in (rows, answers))
    is_of_it = (having > 0) & (having >= _OF_ITS_STORY * np.bincount(leads))
    is_of_it |= answering >= (1 if len(rows) < _FEW else _FROM)
    every = union([rows, np.flatnonzero(is_of_it[leads])])
    return every, every[are_in(every, union([rows, answers]))]


def of_topic(index: OpenIndex, name: str, key: str, rows: np.ndarray, core: np.ndarray) -> Story:
    """What the events of a topic, at least one, tell one after another.

    Args:
        core: those of the rows that say most surely what it is about.
    """
    return told(index, rows, topic=(name, key), core=core)


def told(
    index: OpenIndex,
    rows: np.ndarray,
    *,
    asked: int | None = None,
    topic: tuple[str, str] | None = None,
    core: np.ndarray | None = None,
) -> Story:
    """Tell a story.

    Args:
        rows: of its events, ascending.
        asked: the row of the event that was asked about.
        topic: name and key of the topic that was asked for; else the events are those of a story.
        core: those of the rows that say what it is about; None: all of them.
    """
    catalogue, days = index.catalogue, index.catalogue.days[rows]
    chosen = rows[_carrying(index, rows, asked, rows if core is None else core)]
    numbers = (np.searchsorted(rows, chosen) + 1).tolist()
    events = catalogue.events(chosen.tolist())
    carrying = tuple(StoryEvent(event, number) for event, number in zip(events, numbers, strict=True))
    of: str | None
    if topic is not None:
        title, of = topic[0], topic[0]
        story_id = f"{TOPIC}{topic[1]}"
    else:
        story_id, title, of = _called(index, rows)
    dates = tuple(map(dt.date.fromordinal, days.tolist()))
    asked_id = None if asked is None else next(each.event.id for each in carrying if rows[each.number - 1] == asked)
    return Story(
        id=story_id,
        title=title,
        topic=of,
        first=dates[0],
        last=dates[-1],
        count=len(rows),
        going_on=_goes_on(index, dates[-1]),
        days=dates,
        carrying=carrying,
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


# --- which events carry it --------------------------------------------------------------------------------------------

_SHORTLIST = 240  # events whose vectors are compared; those of a war are thousands
_ENDS, _MOST_ENDS = 0.1, 60  # part of a story's events that are its beginning, and its latest; and the most
_LEAST_COSINE = 1e-3


def _carrying(index: OpenIndex, rows: np.ndarray, asked: int | None, core: np.ndarray) -> np.ndarray:
    """Which of a story's rows carry it, as ascending places among them."""
    standing = np.asarray(index.prominence.standing[rows], np.float64)
    end = max(1, min(round(_ENDS * len(rows)), _MOST_ENDS))
    strongest = np.argsort(-standing, kind="stable")[:_SHORTLIST]
    places = [strongest, np.arange(end), np.arange(len(rows) - end, len(rows))]
    if asked is not None:
        places.append(np.searchsorted(rows, [asked]))
    short = union(places)
    taken = np.asarray(index.vectors.take(rows[short]), np.float64)
    worth = standing[short] - _FAR * apart(taken, np.asarray(index.vectors.take(_some_of(core)), np.float64))
    must = [int(np.argmax(worth[:end])), len(short) - end + int(np.argmax(worth[-end:]))]
    if asked is not None:
        must.append(int(np.searchsorted(short, places[-1][0])))
    days = index.catalogue.days[rows[short]].astype(np.float64)
    return np.asarray(short[choose_carrying(worth, taken, days, must, how_many(len(rows)))])


def _some_of(rows: np.ndarray) -> np.ndarray:
    """So many of some rows, evenly, that their vectors may be compared."""
    return np.asarray(rows[union([np.linspace(0, len(rows) - 1, _SHORTLIST).astype(np.int64)])])


def apart(vectors: np.ndarray, core: np.ndarray) -> np.ndarray:
    """How far events are from what a story is about, (n,) from 0, as half of its core or nearer, to 1 or more.

    Args:
        vectors: (n, dimension) of the events, of unit length.
        core: (m, dimension), of those that say what it is about.
    """
    centre = core.mean(axis=0)
    usual = max(float(np.median(core @ centre)), _LEAST_COSINE)
    return np.asarray(np.maximum(0.0, 1 - vectors @ centre / usual))


def how_many(count: int) -> int:
    """How many events carry a story of `count` events."""
    return min(count, MOST_CARRYING, LEAST_CARRYING + count // 6)


def choose_carrying(
    standing: np.ndarray, vectors: np.ndarray, days: np.ndarray, must: Sequence[int], most: int
) -> np.ndarray:
    """Which events carry a story: those that stand out, each of which adds something to the others; ascending.

    Args:
        standing: (n,) how far each stands out, less where it is far from what the story is about.
        vectors: (n, dimension) of unit length.
        days: (n,) ordinals.
        must: the places of some that are chosen in any case.
    """
    chosen = list(dict.fromkeys(must))
    span = max(float(days[-1] - days[0]), 1.0)
    alike, away = np.zeros(len(standing)), np.full(len(standing), np.inf)

    def add(place_: int) -> None:
        np.maximum(alike, vectors @ vectors[place_], out=alike)
        np.minimum(away, np.abs(days - days[place_]), out=away)

    for place_ in chosen:
        add(place_)
    while len(chosen) < min(most, len(standing)):
        worth = standing - _ADDS * np.maximum(alike, 0) + _SPREAD * np.sqrt(away / span)
        worth[chosen] = -np.inf
        chosen.append(int(np.argmax(worth)))
        add(chosen[-1])
    return np.array(sorted(chosen), np.int64)
