"""Text that a user typed in, answers out: what the console calls."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable

from bot.answers import About, OnThisDay, RelatedAnswer
from embeddings.dates import parse_day_of_year, parse_range
from embeddings.search.answers import Answer, DayAnswer
from embeddings.search.questions import search_window
from embeddings.search.service import Search


class Lookup:
    """The services behind the commands.

    Args:
        search: the index in use.
        today: the day that counts as today, asked anew for each command.
        updated: when the archive was last brought up to date over the network.
    """

    def __init__(self, search: Search, today: Callable[[], dt.date], updated: dt.datetime | None = None) -> None:
        self._search = search
        self._today = today
        self._updated = updated

    def days(self, date: str) -> DayAnswer:
        """The events of a day, month or range. DateError if `date` is not one of these."""
        return self._search.days(parse_range(date, self._today()))

    def ask(self, query: str, first: str | None = None, last: str | None = None, count: int = 5) -> Answer:
        """The events that a question is about, best first. InputError if the question or a date cannot be used."""
        today = self._today()
        return self._search.ask(query, today, within=search_window(first, last, today), limit=count)

    def on_this_day(self, day: str | None = None, count: int = 5) -> OnThisDay:
        """The best events of a day over the years; None: of today. DateError if `day` is not a day."""
        today = self._today()
        month, number = parse_day_of_year(day, today) if day else (today.month, today.day)
        return OnThisDay(month, number, self._search.on_this_day(month, number, count))

    def related(self, event_id: str) -> RelatedAnswer:
        """What is related to an event. InputError where no event has that id."""
        return RelatedAnswer(self._search.event(event_id), self._search.related(event_id))

    def about(self) -> About:
        """What the archive holds."""
        return About.of(self._search.index.manifest, self._updated)
