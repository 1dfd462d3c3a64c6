"""What people type for a time zone, and what it is taken for."""

from __future__ import annotations

import contextlib
import datetime as dt
from zoneinfo import ZoneInfo, available_timezones

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.commands.zones import suggest_zones, zone_option
from bot.markup import MAX_OPTION, length
from bot.zones.abbreviations import abbreviations
from bot.zones.folding import fold
from bot.zones.gazetteer import gazetteer
from bot.zones.readings import COMMON
from bot.zones.stored import LEAST, MOST, fixed_zone, shown_zone, zone_clocks
from embeddings.errors import InputError
from tests.places.collected import source

NOW = dt.datetime(2026, 11, 29, 13, 5, tzinfo=dt.UTC)
NAMES = sorted(available_timezones() - {"localtime", "posixrules", "Factory"})
PLACES = [name for name in NAMES if "/" in name and not name.startswith("Etc/")]


def suggested(text: str) -> list[str]:
    return [choice.name for choice in suggest_zones(text, NOW)]


def first_zones(text: str, most: int = 3) -> list[str]:
    return [choice.value for choice in suggest_zones(text, NOW)][:most]


@pytest.mark.parametrize(
    ("text", "zone"),
    [
        ("Europe/Berlin", "Europe/Berlin"), ("europe/berlin", "Europe/Berlin"),
        ("America/New York", "America/New_York"),
        ("GMT+1", "UTC+01:00"), ("gmt", "UTC"), ("Etc/GMT+1", "UTC-01:00"), ("utc+5.5", "UTC+05:30"),
        ("Berlin", "Europe/Berlin"), ("berlin, germany", "Europe/Berlin"), ("Germany, Berlin", "Europe/Berlin"),
        ("Paris", "Europe/Paris"), ("Paris, Texas", "America/Chicago"), ("paris tx", "America/Chicago"),
        ("Paris, TX, USA", "America/Chicago"), ("London", "Europe/London"), ("london ontario", "America/Toronto"),
        ("Bombay", "Asia/Kolkata"), ("München", "Europe/Berlin"), ("munchen", "Europe/Berlin"),
        ("Muenchen", "Europe/Berlin"), ("Kiev", "Europe/Kyiv"), ("Saigon", "Asia/Ho_Chi_Minh"),
        ("São Paulo", "America/Sao_Paulo"), ("sao paulo", "America/Sao_Paulo"), ("東京", "Asia/Tokyo"),
        ("Москва", "Europe/Moscow"), ("NYC", "America/New_York"), ("st petersburg", "Europe/Moscow"),
        ("Germany", "Europe/Berlin"), ("Deutschland", "Europe/Berlin"), ("ドイツ", "Europe/Berlin"),
        ("Spain", "Europe/Madrid"), ("Argentina", "America/Argentina/Buenos_Aires"), ("UK", "Europe/London"),
        ("Samoa", "Pacific/Apia"), ("American Samoa", "Pacific/Pago_Pago"), ("Bavaria", "Europe/Berlin"),
        ("California", "America/Los_Angeles"), ("Ontario, Canada", "America/Toronto"), ("Hawaii", "Pacific/Honolulu"),
        ("queensland", "Australia/Brisbane"), ("Scotland", "Europe/London"), ("Canary Islands", "Atlantic/Canary"),
        ("Georgia, USA", "America/New_York"), ("Washington DC", "America/New_York"),
        ("Birmingham, UK", "Europe/London"),
        ("Eastern Time", "America/New_York"), ("time in Tokyo", "Asia/Tokyo"), ("Vancouver", "America/Vancouver"),
        ("Mitteleuropäische Zeit", "Europe/Berlin"), ("W. Europe Standard Time", "Europe/Berlin"),
        ("JST", "Asia/Tokyo"),
        ("U.K.", "Europe/London"), ("Holland", "Europe/Amsterdam"), ("Cote d'Ivoire", "Africa/Abidjan"),
    ],
)  # fmt: skip
def test_what_has_one_clear_meaning_is_understood(text: str, zone: str) -> None:
    assert zone_option(text, NOW) == zone
    assert first_zones(text, 1) == [zone]


@pytest.mark.parametrize(
    ("text", "readings"),
    [
        ("EST", ["America/New_York", "UTC-05:00"]), ("mez", ["Europe/Berlin", "UTC+01:00"]),
        ("CET", ["Europe/Berlin", "UTC+01:00"]), ("IST", ["Asia/Kolkata", "Europe/Dublin", "Asia/Jerusalem"]),
        ("CST", ["America/Chicago", "Asia/Shanghai", "UTC-06:00", "America/Havana"]),
        ("BST", ["Europe/London", "UTC+01:00", "Asia/Dhaka"]), ("utc 5", ["UTC+05:00", "UTC-05:00"]),
        ("Georgia", ["Asia/Tbilisi", "America/New_York"]), ("Washington", ["America/Los_Angeles", "America/New_York"]),
        ("USA", ["America/New_York", "America/Chicago", "America/Los_Angeles"]),
        ("Springfield", ["America/Chicago", "America/New_York"]), ("Birmingham", ["Europe/London", "America/Chicago"]),
        ("Russia", ["Europe/Moscow", "Asia/Yekaterinburg"]), ("Australia", ["Australia/Sydney", "Australia/Brisbane"]),
    ],
)  # fmt: skip
def test_what_has_several_meanings_is_asked_about_by_all_of_them(text: str, readings: list[str]) -> None:
    with pytest.raises(InputError, match="can mean") as refused:
        zone_option(text, NOW)
    assert all(reading in str(refused.value) for reading in readings)
    assert set(readings) <= set(first_zones(text, 6))


def test_an_abbreviation_is_not_taken_for_the_code_of_a_country_which_is_suggested_last() -> None:
    with pytest.raises(InputError) as refused:
        zone_option("EST", NOW)
    assert "Estonia" not in str(refused.value)
    assert first_zones("EST", 4)[2:3] == ["Europe/Tallinn"]


@pytest.mark.parametrize(
    ("text", "zone"),
    [
        ("munchn", "Europe/Berlin"), ("kathmndu", "Asia/Kathmandu"), ("newyork", "America/New_York"),
        ("Berln, Germany", "Europe/Berlin"), ("philadelfia", "America/New_York"), ("Europe/Berln", "Europe/Berlin"),
        ("germny", "Europe/Berlin"), ("Paris, Maine", "America/New_York"),
    ],
)  # fmt: skip
def test_a_misspelling_suggests_the_place_and_is_not_guessed(text: str, zone: str) -> None:
    assert first_zones(text, 1) == [zone]
    with pytest.raises(InputError, match="did you mean"):
        zone_option(text, NOW)


def test_what_a_suggestion_is_and_the_time_there_are_said() -> None:
    assert suggested("munich")[0] == "Munich, Germany · Europe/Berlin · 14:05"
    assert suggested("EST")[:2] == [
        "EST, New York: clocks change · America/New_York · 08:05",
        "EST, all year · UTC-05:00 · 08:05",
    ]
    assert suggested("utc+0530")[0] == "UTC+05:30 · 18:35"
    assert suggested("samoa")[0] == "Samoa · Pacific/Apia · 02:05"


def test_a_place_is_suggested_while_it_is_typed() -> None:
    assert "Munich, Germany · Europe/Berlin · 14:05" in suggested("mun")
    assert "Paris, Texas, United States · America/Chicago · 07:05" in suggested("paris te")
    assert first_zones("new y", 1) == ["America/New_York"]
    assert first_zones("", 25) == list(COMMON)


@given(st.sampled_from(NAMES))
def test_each_name_of_the_database_finds_itself(name: str) -> None:
    if name in PLACES:
        assert zone_option(name, NOW) == name
        assert first_zones(name, 1) == [name]
    else:  # names of countries and abbreviations: some place that has the same clocks now
        wanted = NOW.astimezone(ZoneInfo(name)).utcoffset()
        there = [NOW.astimezone(zone_clocks(zone)).utcoffset() for zone in first_zones(name, 4)]
        assert wanted in there


@given(st.integers(LEAST, MOST))
def test_every_offset_finds_itself_first(minutes: int) -> None:
    zone = fixed_zone(minutes)
    assert zone_option(zone, NOW) == zone
    assert first_zones(zone, 1) == [zone]


@given(st.text(max_size=60))
def test_any_text_is_answered_by_choices_that_discord_takes_and_that_mean_themselves(text: str) -> None:
    choices = suggest_zones(text, NOW)
    assert len(choices) <= 25
    assert len({choice.name for choice in choices}) == len(choices)
    for choice in choices:
        assert 0 < length(choice.name) <= MAX_OPTION
        assert zone_option(choice.value, NOW) == choice.value
    with contextlib.suppress(InputError):
        zone_option(text, NOW)


@given(st.sampled_from(sorted(abbreviations())))
def test_every_abbreviation_is_suggested_with_all_its_uses_in_any_case(name: str) -> None:
    for text in (name, name.lower()):
        assert first_zones(text, len(abbreviations()[name])) == [zone for _, zone in abbreviations()[name]]


def test_the_abbreviations_that_the_database_uses_are_known_with_a_place_that_has_them() -> None:
    used: dict[str, set[object]] = {}
    for name in PLACES:
        for month in (1, 7):
            there = dt.datetime(2026, month, 15, 12, tzinfo=ZoneInfo(name))
            used.setdefault(str(there.tzname()).upper(), set()).add(there.utcoffset())
    for name, offsets in used.items():
        if name.isalpha() and name not in {"UTC", "GMT"}:
            ours = {
                dt.datetime(2026, month, 15, 12, tzinfo=zone_clocks(zone)).utcoffset()
                for _, zone in abbreviations()[name]
                for month in (1, 7)
            }
            assert offsets <= ours, name


@given(st.text(max_size=30))
def test_folding_twice_changes_nothing(text: str) -> None:
    assert fold(fold(text)) == fold(text)


def test_every_place_has_a_zone_that_can_be_stored() -> None:
    places = gazetteer()
    zones = set(places._zones)
    assert len(zones) > 400
    for zone in zones:
        assert zone_clocks(zone)
        assert len(zone) <= 64
        assert shown_zone(zone) == zone or zone == "UTC"


def test_the_places_were_made_of_the_version_that_is_locked() -> None:
    assert gazetteer().source == source()
