"""Text that a user typed in, answers out: what the console calls."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from functools import cached_property
from random import Random, SystemRandom

from bot import help_words, story_words
from bot.answers import About, OnThisDay, RelatedAnswer
from embeddings.dates import parse_day_of_year, parse_range
from embeddings.errors import InputError
from embeddings.search.answers import Answer, DayAnswer
from embeddings.search.browsing import at_random, days_option
from embeddings.search.examples import Example, examples
from embeddings.search.questions import search_window
from embeddings.search.service import Search
from embeddings.search.stories import StoriesMissingError, Story
from embeddings.search.topics import topic_key


class Lookup:
    """The services behind the commands.

    Args:
        search: the index in use.
        today: the day that counts as today, asked anew for each command.
        updated: when the archive was last brought up to date over the network.
        source: of randomness.
    """

    def __init__(
        self,
        search: Search,
        today: Callable[[], dt.date],
        updated: dt.datetime | None = None,
        source: Random | None = None,
    ) -> None:
        self._search = search
        self._today = today
        self._updated = updated
        self._source = source or SystemRandom()
        self._drawn = ""  # the id of the last event at random

    def days(self, date: str) -> DayAnswer:
        """The events of a day, month or range. DateError if `date` is not one of these."""
        return self._search.days(parse_range(date, self._today()))

    def ask(self, query: str, first: str | None = None, last: str | None = None, count: int = 5) -> Answer:
        """The events that a question is about, best first. InputError if the question or a date cannot be used."""
        today = self._today()
        search = self._search
        return search.with_story(search.ask(query, today, within=search_window(first, last, today), limit=count))

    def on_this_day(self, day: str | None = None, count: int = 5) -> OnThisDay:
        """The best events of a day over the years; None: of today. DateError if `day` is not a day."""
        today = self._today()
        month, number = parse_day_of_year(day, today) if day else (today.month, today.day)
        return OnThisDay(month, number, self._search.on_this_day(month, number, count))

    def related(self, event_id: str) -> RelatedAnswer:
        """What is related to an event. InputError where no event has that id."""
        search = self._search
        return RelatedAnswer(search.event(event_id), search.related(event_id), search.place_in_story(event_id))

    def story(self, text: str) -> Story:
        """The story of an event, a topic or words. InputError if there is none, or the index has no stories."""
        try:
            return self._search.story(text, self._today())
        except StoriesMissingError as error:
            raise InputError(story_words.NO_STORIES) from error

    def at_random(self, day: str | None = None, topic: str | None = None) -> RelatedAnswer:
        """An event that mattered, another one than the last. InputError if there is none, or no such day or topic."""
        days = days_option(day, self._today()) if day else None
        key = topic_key(self._search.topics.known(topic)) if topic else ""
        event = at_random(self._search, days, key, self._source, [self._drawn])
        if event is None:
            raise InputError(help_words.none_at_random(bool(day or topic)))
        self._drawn = event.id
        return self.related(event.id)

    @cached_property
    def examples(self) -> tuple[Example, ...]:
        """Things to ask that the index answers."""
        return examples(self._search, self._today())

    def about(self) -> About:
        """What the archive holds."""
        return About.of(self._search.index.manifest, self._updated)
