"""Time zones and times of day that a moderator types: what they mean, and what is suggested."""

from __future__ import annotations

import datetime as dt

from discord.app_commands import Choice

from bot.commands.options import MOST_CHOICES
from bot.daily import words as daily_words
from bot.markup import MAX_OPTION, plain
from bot.zones import readings
from bot.zones.gazetteer import gazetteer
from bot.zones.readings import Reading, understand
from bot.zones.stored import shown_zone
from bot.zones.times import read_time
from embeddings.errors import InputError

_NAMED = 4  # readings in a sentence
_LONGEST = 40  # of what was typed, in a sentence


def warm_up() -> None:
    """Read the names of zones and places, which the first suggestion would otherwise wait for."""
    readings.warm_up()
    gazetteer()


def zone_option(text: str, now: dt.datetime) -> str:
    """The stored zone that a text means: a zone's name, an offset, a place. InputError with the readings otherwise."""
    found = understand(text, gazetteer(), now.date(), MOST_CHOICES)
    if found.is_clear:
        return found.meant[0].zone
    typed = plain(text, _LONGEST)
    if found.out_of_range is not None:
        raise InputError(daily_words.no_offset(typed))
    if found.meant:
        raise InputError(daily_words.unclear_zone(typed, _named(found.meant)))
    raise InputError(daily_words.no_zone(typed, _named(found.begun)))


def _named(some: tuple[Reading, ...]) -> list[str]:
    return list(dict.fromkeys(_name(reading) for reading in some))[:_NAMED]


def _name(reading: Reading) -> str:
    return f"{shown_zone(reading.zone)} ({plain(reading.what, _LONGEST)})" if reading.what else shown_zone(reading.zone)


def suggest_zones(text: str, now: dt.datetime) -> list[Choice[str]]:
    """What a text that is being typed may mean, each with its zone and the time there."""
    found = understand(text, gazetteer(), now.date(), MOST_CHOICES)
    return [_choice(reading, now) for reading in found.all[:MOST_CHOICES]]


def _choice(reading: Reading, now: dt.datetime) -> Choice[str]:
    zone = shown_zone(reading.zone)
    known = f"{zone} · {readings.time_there(reading.zone, now)}"
    if not reading.what:
        return Choice(name=plain(known, MAX_OPTION), value=zone)
    what = plain(reading.what, MAX_OPTION - len(known) - 3)
    return Choice(name=plain(f"{what} · {known}", MAX_OPTION), value=zone)


def time_option(text: str) -> dt.time:
    """The time of day that a text means: 9:00, 21.30, 9 pm. InputError if it is not a time of day."""
    found = read_time(text)
    if found is None:
        raise InputError(daily_words.no_time(plain(text, _LONGEST)))
    return found
