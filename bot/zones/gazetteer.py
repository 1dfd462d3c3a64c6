"""Countries, their parts and cities, with their time zones, and how to find them by what somebody types.

They are read from `places.npz`. `python -m tests.places` makes it of the cities of over 15,000 people and their names
in many languages, which are GeoNames' (https://www.geonames.org, CC BY 4.0), of CLDR's names of countries and of kinds
of time, and of tables. Read as it is, GeoNames' data would take six seconds of the processor and 190 MB of disk.
"""

from __future__ import annotations

import heapq
import io
import math
from array import array
from bisect import bisect_left
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import lru_cache
from importlib import resources
from itertools import accumulate
from typing import Any

import numpy as np
from rapidfuzz import fuzz, process

from bot.zones.stored import known_zones

_FEWEST = 3  # letters of which a begun name is looked up among all names
_LIKE = 78.0  # of 100, by rapidfuzz's ratio, that a misspelling is like the name
_OTHER_NAME = 0.1  # what a place counts for under a name that is not its first
_LINES = "\n"


@dataclass(frozen=True, slots=True)
class Place:
    """A place as far as it has one time zone: a country of several is several places.

    Attributes:
        label: what it is called in a suggestion.
        zone: a name of the IANA database.
        country: ISO 3166-1 alpha-2; "" for a kind of time, such as Central European Time.
        code: of the state, in GeoNames' data; "": of none, or it is a country.
        people: how many live there.
    """

    label: str
    zone: str
    country: str
    code: str
    people: float


@dataclass(frozen=True, slots=True)
class Hit:
    """A place that was found, and how much it counts: by its people, less under another than its first name."""

    place: Place
    weight: float


Where = frozenset[tuple[str, str]]
"""Countries, or states of them, in which a place may be: a country with the code of a state, or with ""."""


@dataclass(frozen=True, slots=True)
class Name:
    """A name of a place.

    Attributes:
        text: folded.
        number: of the place.
        is_first: whether it is what the place is called above all.
        is_short: whether the first letter or two of it are enough for the place to be suggested.
        is_misspelt: whether what looks like it may mean it.
    """

    text: str
    number: int
    is_first: bool
    is_short: bool = False
    is_misspelt: bool = False


class Gazetteer:
    """Finds places by name. Nothing is changed once it is made, so that threads may share it.

    Args:
        data: the arrays that `packed` makes.
    """

    def __init__(self, data: dict[str, Any]) -> None:
        self.source = str(data["source"])
        known = known_zones()
        self._zones = _lines(data["zones"])
        self._is_known = [zone in known for zone in self._zones]
        parts = (state.partition(" ") for state in _lines(data["states"]))
        self._states = [(country, code) for country, _, code in parts]
        self._labels = _lines(data["labels"])
        self._zone_of: list[int] = data["zone_of"].tolist()
        self._state_of: list[int] = data["state_of"].tolist()
        self._people: array[float] = array("f", data["people"].tobytes())
        # 300,000 strings would take 30 MB: the names stand one after another, in order, in UTF-8.
        self._names: bytes = data["names"].tobytes()
        self._ends = array("I", [0, *accumulate(data["lengths"].tolist())])
        self._numbers: array[int] = array("I", data["numbers"].tobytes())
        self._is_other: bytes = data["is_other"].tobytes()
        self._short: list[int] = data["short"].tolist()
        self._misspelt = {row: self._name(row).decode() for row in data["misspelt"].tolist()}
        self._areas = int(data["areas"])

    def __len__(self) -> int:
        return len(self._numbers)

    def exact(self, name: str, where: Where | None = None) -> list[Hit]:
        """The places of a folded name, those that count most first."""
        encoded = name.encode()
        return self._hits(self._rows(encoded, encoded + b"\0"), where)

    def begun(self, name: str, most: int) -> list[Hit]:
        """Places whose name goes on after `name`, those that count most first."""
        encoded = name.encode()
        if len(name) < _FEWEST and name.isascii():
            rows: Iterable[int] = [row for row in self._short if self._name(row).startswith(encoded)]
        else:
            rows = self._rows(encoded + b"\0", encoded + b"\xff")
        return self._hits(heapq.nlargest(8 * most, rows, key=self._weight), None)[:most]

    def nearest(self, name: str, most: int) -> list[Hit]:
        """Places whose name looks most like `name`, if any does."""
        found = process.extract(name, self._misspelt, scorer=fuzz.ratio, score_cutoff=_LIKE, limit=4 * most)
        likeness: dict[int, float] = {}
        for _, ratio, row in found:
            number = self._numbers[row]
            likeness[number] = max(likeness.get(number, 0), ratio + 2 * math.log10(1 + self._weight(row)))
        ordered = sorted((number for number in likeness if self._has_clocks(number)), key=lambda each: -likeness[each])
        return [Hit(self._place(number), self._people[number]) for number in ordered[:most]]

    def within(self, name: str) -> Where | None:
        """The countries and states that a folded name may mean: "texas", "tx", "germany", "de"."""
        encoded = name.encode()
        numbers = (self._numbers[row] for row in self._rows(encoded, encoded + b"\0"))
        found = frozenset(self._states[self._state_of[number]] for number in numbers if number >= self._areas)
        return frozenset((country, code) for country, code in found if country) or None

    def _rows(self, first: bytes, last: bytes) -> range:
        rows = range(len(self))
        return range(bisect_left(rows, first, key=self._name), bisect_left(rows, last, key=self._name))

    def _name(self, row: int) -> bytes:
        return self._names[self._ends[row] : self._ends[row + 1]]

    def _weight(self, row: int) -> float:
        return self._people[self._numbers[row]] * (_OTHER_NAME if self._is_other[row] else 1.0)

    def _has_clocks(self, number: int) -> bool:
        return self._is_known[self._zone_of[number]]

    def _place(self, number: int) -> Place:
        country, code = self._states[self._state_of[number]]
        return Place(self._labels[number], self._zones[self._zone_of[number]], country, code, self._people[number])

    def _hits(self, rows: Iterable[int], where: Where | None) -> list[Hit]:
        best: dict[int, float] = {}
        for row in rows:
            number = self._numbers[row]
            if self._has_clocks(number) and (where is None or self._is_in(number, where)):
                best[number] = max(best.get(number, 0), self._weight(row))
        ordered = sorted(best.items(), key=lambda each: -each[1])
        return [Hit(self._place(number), weight) for number, weight in ordered]

    def _is_in(self, number: int, where: Where) -> bool:
        country, code = self._states[self._state_of[number]]
        return (country, code) in where or (country, "") in where


def packed(source: str, cities: Sequence[Place], areas: Sequence[Place], names: Iterable[Name]) -> dict[str, Any]:
    """The arrays of a gazetteer.

    Args:
        source: where the places come from, with the version.
        areas: countries, their parts, and kinds of time; their numbers follow those of the cities.
    """
    places = [*cities, *areas]
    best: dict[tuple[bytes, int], Name] = {}
    for name in names:
        key = name.text.encode(), name.number
        if name.text and (key not in best or name.is_first):
            best[key] = name
    ordered = sorted(best.items())
    rows = [name for _, name in ordered]
    zones = sorted({place.zone for place in places})
    states = sorted({(place.country, place.code) for place in places})
    zone_numbers = {zone: number for number, zone in enumerate(zones)}
    state_numbers = {state: number for number, state in enumerate(states)}
    return {
        "source": np.array(source),
        "areas": np.array(len(cities), np.uint32),
        "zones": _bytes(_LINES.join(zones).encode()),
        "states": _bytes(_LINES.join(map(" ".join, states)).encode()),
        "labels": _bytes(_LINES.join(place.label for place in places).encode()),
        "zone_of": np.array([zone_numbers[place.zone] for place in places], np.uint16),
        "state_of": np.array([state_numbers[place.country, place.code] for place in places], np.uint16),
        "people": np.array([place.people for place in places], np.float32),
        "names": _bytes(b"".join(text for (text, _), _ in ordered)),
        "lengths": np.array([len(text) for (text, _), _ in ordered], np.uint16),
        "numbers": np.array([name.number for name in rows], np.uint32),
        "is_other": np.array([not name.is_first for name in rows], np.uint8),
        "short": np.array([row for row, name in enumerate(rows) if name.is_short], np.uint32),
        "misspelt": np.array([row for row, name in enumerate(rows) if name.is_misspelt], np.uint32),
    }


def _bytes(content: bytes) -> Any:
    return np.frombuffer(content, np.uint8)


def _lines(content: Any) -> list[str]:
    text: str = content.tobytes().decode()
    return text.split(_LINES) if text else []


@lru_cache(maxsize=1)
def gazetteer() -> Gazetteer:
    """The places that ship; reading them takes some tenths of a second, once."""
    with np.load(io.BytesIO((resources.files("bot.zones") / "places.npz").read_bytes()), allow_pickle=False) as arrays:
        return Gazetteer({name: arrays[name] for name in arrays.files})
