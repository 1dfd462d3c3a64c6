"""What an index answers without a model: days, anniversaries, events by their ids, and what is related to them.

What one of these needs beyond the index is loaded when it is asked for: a command that shows one day shall not wait for
what the others need.
"""

from __future__ import annotations

import datetime as dt
from dataclasses import replace
from typing import TYPE_CHECKING

from embeddings.errors import InputError
from embeddings.search.answers import DayAnswer
from embeddings.text import clean, shorten

if TYPE_CHECKING:
    from collections.abc import Sequence

    from embeddings.dates import DateRange
    from embeddings.events import Event, Related
    from embeddings.index.catalogue import Catalogue
    from embeddings.index.folder import OpenIndex
    from embeddings.search.answers import Answer
    from embeddings.search.on_this_day import DayCandidate
    from embeddings.search.stories import StoryPlace

MOST_RELATED = 10

_SUGGESTED_AROUND_DAYS = 7  # a typed date's; people misremember by a few
_SUGGESTED_DATES = 3  # of a typed text; each costs two look-ups
OF_EACH = 12  # events of a day that are looked at for each one shown


class CatalogueLookUp:
    """Looks up events in a catalogue; any number of threads may."""

    def __init__(self, catalogue: Catalogue) -> None:
        self.catalogue = catalogue

    def days(self, dates: DateRange, *, start: int = 0, limit: int | None = None) -> DayAnswer:
        """The events of some days in order of time: all of them, or `limit` from the one numbered `start` on."""
        catalogue = self.catalogue
        rows = catalogue.rows_between(dates.first, dates.last)
        shown = rows[start:] if limit is None else rows[start : start + limit]
        nearest = () if rows else tuple(catalogue.days_near(dates.first))
        events = tuple(catalogue.events(shown))
        return DayAnswer(dates, len(rows), events, nearest, catalogue.first, catalogue.last)

    def starting(self, text: str, limit: int) -> list[Event]:
        """Events whose headline has the words of `text`, the last of which may be unfinished; newest first."""
        from embeddings.search.questions import last_words

        catalogue = self.catalogue
        return catalogue.events(catalogue.starting(last_words(text), limit))

    def suggest(self, text: str, today: dt.date, limit: int) -> list[Event]:
        """Events to suggest for a text that a user is typing.

        With a date in it, those of its days and then of the days around them whose headline has the other words come
        first (all of its days' events where there are no others); then those whose headline has every word as typed.
        Each of these newest first.
        """
        from embeddings.dates import find_dates
        from embeddings.search.questions import last_words, without_dates

        catalogue = self.catalogue
        rows: dict[int, None] = {}  # in order
        spans = find_dates(text, today)
        words = last_words(without_dates(text, spans))
        for widen in (0, _SUGGESTED_AROUND_DAYS):
            for span in spans[:_SUGGESTED_DATES]:
                around = span.dates.widened(widen)
                near = catalogue.rows_between(around.first, around.last)
                found = catalogue.starting(words, limit, near) if words else near[: -limit - 1 : -1]
                rows |= dict.fromkeys(found)
        rows |= dict.fromkeys(catalogue.starting(last_words(text), limit))
        return catalogue.events(list(rows)[:limit])

    def event(self, event_id: str) -> Event:
        """The event with an id, or with one that was merged into it; withdrawn events are found, too.

        Raises:
            InputError: if no event has that id.
        """
        catalogue = self.catalogue
        if (row := catalogue.row(event_id)) is not None:
            return catalogue.events([row])[0]
        if (withdrawn := catalogue.withdrawn(event_id)) is not None:
            return withdrawn
        shown = shorten(clean(event_id[:200]), 40)
        raise InputError(
            'no event has the id "{id}"; expected one such as 2015-12-23-f8d3682f, from an answer', id=shown
        )


class LookUp(CatalogueLookUp):
    """Looks up events in one open index; any number of threads may."""

    def __init__(self, index: OpenIndex) -> None:
        super().__init__(index.catalogue)
        self.index = index

    def on_this_day(self, month: int, day: int, limit: int = 5) -> tuple[Event, ...]:
        """The events of a day of the year that stand out most, of all years, oldest first; `limit` at most."""
        return tuple(chosen.event for chosen in self.choice(month, day, limit))

    def choice(self, month: int, day: int, limit: int) -> list[DayCandidate]:
        """The best events of one day of all years, oldest first, each with what makes it stand out."""
        from embeddings.search.on_this_day import choose_events

        return choose_events(self.of_day(month, day, OF_EACH * limit), limit)

    def of_day(self, month: int, day: int, most: int | None = None) -> list[DayCandidate]:
        """The events of one day of all years, oldest first, each with what makes it stand out.

        Args:
            most: at most about this many: those that stand out most, including some that are not attacks or disasters.
        """
        from embeddings.search.on_this_day import shortlist, weigh

        index = self.index
        rows = index.catalogue.rows_on(month, day)
        parts, grim = index.prominence.take(rows)
        if most is not None:
            kept = shortlist(parts, grim, most)
            rows, parts, grim = [rows[place] for place in kept], parts[kept], grim[kept]
        return weigh(index.catalogue.events(rows), parts, grim, index.vectors.take(rows))

    def related(self, event_id: str, limit: int = MOST_RELATED) -> tuple[Related, ...]:
        """Events related to an event: the archive's own links first, then computed ones.

        For a withdrawn event, only the archive's links are given.

        Raises:
            InputError: if no event has that id.
        """
        row = self.catalogue.row(event_id)
        event = self.event(event_id)
        links: dict[object, Related] = {}
        for other in event.related:  # two of them may lead to one event that has two addresses, or to this one
            if other.id != event.id:
                links.setdefault(other.id or other, other)
        own = tuple(links.values())[:limit]
        if row is None or len(own) == limit:
            return own
        from embeddings.search.related import computed

        return (*own, *computed(self.index, row, event, limit - len(own)))

    def place_in_story(self, event_id: str) -> StoryPlace | None:
        """Where an event stands in its story; None if it is of none with others, or nobody knows it."""
        from embeddings.search.stories import place

        return place(self.index, event_id)

    def part_of(self, event: Event) -> str:
        """The title of the story that an event is part of; "" where that says nothing more than the event does."""
        from embeddings.search.story_names import part_of

        return part_of(event, self.place_in_story(event.id))

    def shared_story(self, event_ids: Sequence[str]) -> StoryPlace | None:
        """Where the first of some events stands in the story that most of them are of; None if they are of none."""
        from embeddings.search.story_names import shared_story

        return shared_story(list(map(self.place_in_story, event_ids)))

    def with_story(self, answer: Answer) -> Answer:
        """An answer with the story that most of its events are of, if they are of one."""
        return replace(answer, story=self.shared_story([hit.event.id for hit in answer.hits]))
