"""Text that a user types into an option: what it means, and what is suggested while it is typed."""

from __future__ import annotations

import datetime as dt
from collections.abc import Awaitable, Callable

from discord import Interaction
from discord.app_commands import Choice

from bot import local_dates, words
from bot.host import HostClient
from bot.markup import MAX_OPTION, isolated, plain
from embeddings.dates import DateRange, find_dates, parse_range
from embeddings.dates.errors import AmbiguousDateError, DateError
from embeddings.events import Event
from embeddings.search.answers import DayAnswer

MOST_CHOICES = 25
EVENT_CHOICES = 10

CountEvents = Callable[[DateRange], Awaitable[DayAnswer]]


def date_option(text: str, today: dt.date, locale: str) -> DateRange:
    """The days that a user means; their locale settles 02/03/2015. DateError if `text` is not a date."""
    return parse_range(text, today, day_first=local_dates.day_first(locale))


def depends_on_today(text: str, today: dt.date, locale: str) -> bool:
    """Whether an expression will mean other days tomorrow, so that the answer should say which day counts as today."""
    try:
        return date_option(text, today, locale) != date_option(text, today + dt.timedelta(days=400), locale)
    except DateError:
        return True


async def suggest_dates(text: str, today: dt.date, locale: str, count: CountEvents) -> list[Choice[str]]:
    """How a date that is being typed is understood, how many events it has, and the nearest days that have some.

    If the text is more than a date, the dates in it are used: "christmas 2015 shooting".
    """
    meanings: tuple[DateRange, ...]
    try:
        meanings = (date_option(text, today, locale) if text.strip() else DateRange(today, today),)
    except AmbiguousDateError as error:
        meanings = error.choices
    except DateError:
        meanings = tuple(span.dates for span in find_dates(text, today))
    found: dict[DateRange, int] = {}
    for dates in meanings[:MOST_CHOICES]:
        answer = await count(dates)
        found[dates] = answer.total
        nearest = answer.nearest
        if answer.after_the_end and answer.last is not None:
            nearest = (answer.last,)
        for day in nearest:
            near = DateRange(day, day)
            found.setdefault(near, (await count(near)).total)
    return [
        Choice(name=plain(words.suggested_days(dates, total), MAX_OPTION), value=str(dates))
        for dates, total in list(found.items())[:MOST_CHOICES]
    ]


async def suggest_days(interaction: Interaction[HostClient], current: str) -> list[Choice[str]]:
    """The suggestions of an option that takes a date."""
    host, locale = interaction.client.host, interaction.locale.value
    return await host.desk.suggest(
        interaction,
        lambda: suggest_dates(current, host.engine.today(), locale, lambda dates: host.engine.days(dates, 0, 0)),
    )


def event_choices(events: list[Event]) -> list[Choice[str]]:
    """Events to choose from, by headline."""
    return [
        Choice(
            name=plain(f"{local_dates.short_date(event.date)}: {isolated(event.headline)}", MAX_OPTION), value=event.id
        )
        for event in events[:MOST_CHOICES]
    ]
