"""What a text that somebody types for a time zone can mean, the likeliest reading first. Pure; the day is an argument.

A reading has one zone. A text is clear if all that it means in full has the same clocks, or nearly all: Paris is the
one in France, of which eighty times as many people say "here" as of the one in Texas.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import lru_cache

from rapidfuzz import fuzz, process

from bot.zones.abbreviations import abbreviations
from bot.zones.folding import fold
from bot.zones.gazetteer import Gazetteer, Hit, Where
from bot.zones.offsets import read_offset
from bot.zones.stored import fixed_zone, known_zones, zone_clocks

_CLEAR = 0.1  # of the people of a place: namesakes of fewer need not be asked about
_NEAREST = 5
_LONGEST_NOISE = 2  # words
# Said beside the name of a place or an abbreviation, before and after it.
_BEFORE = frozenset("the|time|time in|time zone|timezone|zone|in|local time|zeit|zeitzone|uhrzeit|clock".split("|"))
_AFTER = frozenset(
    "time|time zone|timezone|zone|tz|standard time|daylight time|summer time|winter time|local time|zeit|zeitzone|city"
    "|clocks|state".split("|")
)
# Shown before anything is typed: one for each common offset.
COMMON = (
    "UTC", "Europe/London", "Europe/Berlin", "Europe/Athens", "Europe/Moscow", "Africa/Lagos", "Africa/Cairo",
    "Africa/Nairobi", "Asia/Dubai", "Asia/Karachi", "Asia/Kolkata", "Asia/Dhaka", "Asia/Bangkok", "Asia/Shanghai",
    "Asia/Tokyo", "Australia/Sydney", "Pacific/Auckland", "Pacific/Honolulu", "America/Los_Angeles", "America/Denver",
    "America/Chicago", "America/New_York", "America/Halifax", "America/Sao_Paulo", "America/Mexico_City",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Reading:
    """A thing that a text can mean.

    Attributes:
        zone: as it is stored.
        what: the place or use that has the zone; "" where the zone says it all.
        weight: how much it counts beside other readings.
        country: the country of the place, of which other zones may have the same clocks; "": it is no place.
    """

    zone: str
    what: str = ""
    weight: float = 1.0
    country: str = ""


@dataclass(frozen=True, slots=True)
class Understood:
    """What a text can mean.

    Attributes:
        meant: what it means as it is, the likeliest first.
        begun: what it may become, or what looks like it.
        is_clear: whether the first of `meant` is what it means.
        out_of_range: the offset that it names and no place has.
    """

    meant: tuple[Reading, ...] = ()
    begun: tuple[Reading, ...] = ()
    is_clear: bool = False
    out_of_range: str | None = None

    @property
    def all(self) -> list[Reading]:
        """Every reading once, the likeliest first."""
        found: dict[tuple[str, str], Reading] = {}
        zones: set[str] = set()
        for each in (*self.meant, *self.begun):
            if each.country or each.zone not in zones:  # a place is always worth naming
                found.setdefault((each.zone, each.what), each)
                zones.add(each.zone)
        return list(found.values())


def understand(text: str, places: Gazetteer, day: dt.date, most: int) -> Understood:
    """What a text can mean on a day; `most` readings are enough."""
    offset = read_offset(text)
    if offset.out_of_range is not None:
        return Understood(out_of_range=offset.out_of_range)
    if offset.meant or offset.begun:
        meant, begun = (tuple(Reading(fixed_zone(each)) for each in some) for some in (offset.meant, offset.begun))
        if fold(text) == "gmt":
            begun = (Reading("Europe/London", "London: clocks change"), *begun)
        return Understood(meant, begun, len(meant) == 1)
    name = fold(text)
    if not name:
        return Understood(begun=tuple(map(Reading, COMMON)))
    if zone := _full_names().get(name):
        return Understood((Reading(zone),), _begun(name, places, most), is_clear=True)
    for candidate in _without_noise(name):
        if meant := _meant(candidate, places):
            return Understood(meant, _begun(candidate, places, most), _is_clear(candidate, meant, day))
    return Understood(begun=_begun(name, places, most) or _nearest(name, places))


def _meant(name: str, places: Gazetteer) -> tuple[Reading, ...]:
    """What a folded text means in full."""
    if uses := abbreviations().get(name.replace(" ", "").upper()):
        return tuple(Reading(zone, f"{name.upper()}, {what}") for what, zone in uses)
    if hits := places.exact(name):
        return tuple(_places(hits))
    if meant := tuple(_qualified(name, places)):
        return meant
    alone = _lone_names().get(name)
    return (Reading(alone),) if alone else ()


def _qualified(name: str, places: Gazetteer) -> Iterator[Reading]:
    """A place of a country or state that is named beside it: "berlin germany", "germany berlin"."""
    words = name.split()
    for cut in range(len(words) - 1, 0, -1):
        first, rest = " ".join(words[:cut]), " ".join(words[cut:])
        for place, beside in ((first, rest), (rest, first)):
            if (where := _where(beside, places)) and (hits := places.exact(place, where)):
                yield from _places(hits)
                return


def _where(name: str, places: Gazetteer) -> Where | None:
    """Where a place is by what is named beside it: a country, a state, or both: "texas", "texas usa"."""
    if where := places.within(name):
        return where
    words = name.split()
    for cut in range(1, len(words)):
        inner, outer = places.within(" ".join(words[:cut])), places.within(" ".join(words[cut:]))
        if inner and outer:
            countries = {country for country, _ in outer}
            return frozenset(each for each in inner if each[0] in countries) or None
    return None


def _places(hits: Iterable[Hit]) -> Iterator[Reading]:
    for hit in hits:
        yield Reading(hit.place.zone, hit.place.label, hit.weight, hit.place.country)


def _begun(name: str, places: Gazetteer, most: int) -> tuple[Reading, ...]:
    """What a folded text is the beginning of, and zones in whose names it stands."""
    found = [*_places(places.exact(name)), *_places(places.begun(name, most))]  # EST is Estonia's code besides
    for cut in (position for position, letter in enumerate(name) if letter == " "):
        beside = name[cut + 1 :]
        if hits := places.exact(name[:cut]):  # "paris te"
            found += [each for each in _places(hits) if f" {beside}" in fold(each.what)]
    return (*found[:most], *_named_like(name))[: 2 * most]


def _named_like(name: str) -> list[Reading]:
    found = [(key, zone) for key, zone in _full_names().items() if name in key]
    # A city that begins like this before one that merely contains it.
    found.sort(key=lambda each: not _city(each[1]).startswith(name))
    return [Reading(zone) for _, zone in found]


def _nearest(name: str, places: Gazetteer) -> tuple[Reading, ...]:
    """Places and zones whose names look like a text."""
    for candidate in _without_noise(name):
        if near := tuple(_places(places.nearest(candidate, _NEAREST))):
            return near
    words = name.split()
    for cut in range(len(words) - 1, 0, -1):
        first, rest = " ".join(words[:cut]), " ".join(words[cut:])
        if (where := _where(rest, places)) is None:
            continue
        hits = [hit for hit in places.nearest(first, 4 * _NEAREST) if _is_in(hit, where)]
        if hits := hits or places.exact(rest)[:_NEAREST]:  # of a small town at least the state is known
            return tuple(_places(hits))
    names = {zone: key for key, zone in _full_names().items()}

    def likeness(typed: str, key: str, **_: object) -> float:
        return max(fuzz.ratio(typed, key), fuzz.ratio(typed, key.partition(" ")[2]))

    return tuple(Reading(zone) for _, _, zone in process.extract(name, names, scorer=likeness, limit=_NEAREST))


def _is_in(hit: Hit, where: Where) -> bool:
    return bool({(hit.place.country, ""), (hit.place.country, hit.place.code)} & where)


def _without_noise(name: str) -> Iterator[str]:
    """A folded text, and what remains of it without "time" and the like."""
    yield name
    words = name.split()
    for before in range(_LONGEST_NOISE + 1):
        for after in range(_LONGEST_NOISE + 1):
            rest = words[before : len(words) - after]
            first, last = " ".join(words[:before]), " ".join(words[len(words) - after :] if after else [])
            if rest and before + after and first in _BEFORE | {""} and last in _AFTER | {""}:
                yield " ".join(rest)


def _is_clear(name: str, meant: tuple[Reading, ...], day: dt.date) -> bool:
    """Whether the first reading is what the text means: others have the same clocks, or much less weight."""
    if uses := abbreviations().get(name.replace(" ", "").upper()):
        return len(uses) == 1
    if all(reading.zone == meant[0].zone for reading in meant):
        return True
    weights: dict[tuple[str, object], float] = {}
    for reading in meant:
        key = reading.country, _clocks(reading.zone, day.year)
        weights[key] = weights.get(key, 0) + reading.weight
    first = weights.pop((meant[0].country, _clocks(meant[0].zone, day.year)))
    others = [weight for (_, clocks), weight in weights.items() if clocks != _clocks(meant[0].zone, day.year)]
    if _city(meant[0].zone) == name and meant[0].weight >= max(reading.weight for reading in meant):
        return first > max(others, default=0)
    return max(others, default=0) <= _CLEAR * first


def _city(zone: str) -> str:
    return fold(zone.rpartition("/")[2])


@lru_cache(maxsize=1_000)
def _clocks(zone: str, year: int) -> tuple[dt.timedelta | None, ...]:
    """The offsets of a zone in the course of a year; two with the same have the same clocks."""
    clocks = zone_clocks(zone)
    days = (dt.datetime(year, 1, 1, 12, tzinfo=dt.UTC) + dt.timedelta(days=3 * number) for number in range(122))
    return tuple(day.astimezone(clocks).utcoffset() for day in days)


@lru_cache(maxsize=1)
def _full_names() -> dict[str, str]:
    """The zones that are named after a place or an offset, by their folded names."""
    names: dict[str, str] = {}
    for name in sorted(known_zones()):
        if "/" in name and not name.startswith(("SystemV/", "posix/", "right/", "Etc/")):
            names[fold(name)] = name
    return names


@lru_cache(maxsize=1)
def _lone_names() -> dict[str, str]:
    """The other zones of the database, which are names of countries and abbreviations."""
    return {fold(name): name for name in sorted(known_zones()) if "/" not in name}


def warm_up() -> None:
    """Read the names of the zones, which the first look-up would otherwise wait for."""
    abbreviations()
    _full_names()
    _lone_names()


def time_there(zone: str, now: dt.datetime) -> str:
    """What the clocks of a zone show: `14:05`."""
    return f"{now.astimezone(zone_clocks(zone)):%H:%M}"
