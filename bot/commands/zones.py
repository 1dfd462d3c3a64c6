"""Time zones and times of day that a moderator types: what they mean, and what is suggested."""

from __future__ import annotations

import datetime as dt
import re
from functools import lru_cache
from zoneinfo import ZoneInfo, available_timezones

from discord.app_commands import Choice
from rapidfuzz import fuzz, process

from bot.commands.options import MOST_CHOICES
from bot.daily import words as daily_words
from bot.markup import MAX_OPTION, plain
from embeddings.errors import InputError

_NEAREST = 3
_TIME = re.compile(r"([0-9]{1,2})(?:[:.h]([0-9]{2}))?\s*(am|pm)?", re.IGNORECASE)
# Shown before anything is typed: one for each common offset.
COMMON = (
    "UTC", "Europe/London", "Europe/Berlin", "Europe/Athens", "Europe/Moscow", "Africa/Lagos", "Africa/Cairo",
    "Africa/Nairobi", "Asia/Dubai", "Asia/Karachi", "Asia/Kolkata", "Asia/Dhaka", "Asia/Bangkok", "Asia/Shanghai",
    "Asia/Tokyo", "Australia/Sydney", "Pacific/Auckland", "Pacific/Honolulu", "America/Los_Angeles", "America/Denver",
    "America/Chicago", "America/New_York", "America/Halifax", "America/Sao_Paulo", "America/Mexico_City",
)  # fmt: skip


@lru_cache(maxsize=1)
def _zones() -> dict[str, str]:
    """All zones, by their names in lower case for comparing; zones that are not named after a place come last."""
    names = available_timezones() - {"localtime", "posixrules", "Factory"}
    return {_folded(name): name for name in sorted(names, key=lambda name: (not _is_place(name), name))}


def _folded(text: str) -> str:
    return " ".join(text.replace("_", " ").casefold().split())


def _is_place(name: str) -> bool:
    return "/" in name and not name.startswith(("Etc/", "SystemV/", "US/", "posix/", "right/"))


def warm_up() -> None:
    """Read the names of the zones, which the first suggestion would otherwise wait for."""
    _zones()


def zone_option(text: str) -> str:
    """The IANA name of a time zone, however its letters are written. InputError with the nearest ones otherwise."""
    zones = _zones()
    folded = _folded(text)
    if folded in zones:
        return zones[folded]
    cities = [name for key, name in zones.items() if _is_place(name) and key.rpartition("/")[2] == folded]
    if len(cities) == 1:
        return cities[0]
    raise InputError(daily_words.no_zone(plain(text, 40), cities[:_NEAREST] or _nearest(folded, _NEAREST)))


def _nearest(folded: str, limit: int) -> list[str]:
    """Zones whose name or city is written most like `folded`."""
    zones = {name: key for key, name in _zones().items() if _is_place(name)}

    def likeness(typed: str, zone: str, **_: object) -> float:
        return max(fuzz.ratio(typed, zone), fuzz.ratio(typed, zone.rpartition("/")[2]))

    return [name for _, _, name in process.extract(folded, zones, scorer=likeness, limit=limit)]


def suggest_zones(text: str, now: dt.datetime) -> list[Choice[str]]:
    """Zones that contain what is being typed, else those that look most like it; each with the time there."""
    folded = _folded(text)
    if not folded:
        names = list(COMMON)
    else:
        found = [(key, name) for key, name in _zones().items() if folded in key]
        # A city that begins like this before one that merely contains it.
        found.sort(key=lambda each: not each[0].rpartition("/")[2].startswith(folded))
        names = [name for _, name in found] or _nearest(folded, 5)
    return [
        Choice(name=plain(f"{name} (now {now.astimezone(ZoneInfo(name)):%H:%M})", MAX_OPTION), value=name)
        for name in names[:MOST_CHOICES]
    ]


def time_option(text: str) -> dt.time:
    """The time of day that a text means: 9:00, 21.30, 9 pm. InputError if it is not a time of day."""
    match = _TIME.fullmatch(text.strip())
    if match is not None:
        hour, minute, half = int(match[1]), int(match[2] or 0), (match[3] or "").casefold()
        if half and 1 <= hour <= 12:
            hour = hour % 12 + (12 if half == "pm" else 0)
        elif half:
            hour = 24
        if hour < 24 and minute < 60:
            return dt.time(hour, minute)
    raise InputError(daily_words.no_time(plain(text, 40)))
