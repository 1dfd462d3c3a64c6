from __future__ import annotations

import datetime as dt
from zoneinfo import ZoneInfoNotFoundError, available_timezones

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.daily.schedule import first_after, moment
from bot.zones.stored import LEAST, MOST, UTC, fixed_offset, fixed_zone, shown_zone, zone_clocks

NAMES = sorted(available_timezones() - {"localtime", "posixrules", "Factory"})
NOON = dt.datetime(2026, 11, 29, 12, tzinfo=dt.UTC)


@given(st.integers(LEAST, MOST))
def test_a_fixed_offset_has_the_clocks_that_it_says(minutes: int) -> None:
    zone = fixed_zone(minutes)
    assert NOON.astimezone(zone_clocks(zone)).utcoffset() == dt.timedelta(minutes=minutes)
    assert len(zone) <= 64
    assert shown_zone(zone) == zone


@given(st.sampled_from(NAMES))
def test_a_zone_that_is_shown_has_the_clocks_of_the_one_that_is_stored(name: str) -> None:
    shown = shown_zone(name)
    assert NOON.astimezone(zone_clocks(shown)).utcoffset() == NOON.astimezone(zone_clocks(name)).utcoffset()
    assert not shown.startswith(("Etc/GMT+", "Etc/GMT-"))


@pytest.mark.parametrize(
    ("stored", "shown"),
    [("Etc/GMT+1", "UTC-01:00"), ("Etc/GMT-14", "UTC+14:00"), ("Etc/UTC", UTC), ("Europe/Berlin", "Europe/Berlin")],
)
def test_zones_that_earlier_versions_stored_are_shown_as_what_they_are(stored: str, shown: str) -> None:
    assert shown_zone(stored) == shown


@pytest.mark.parametrize("text", ["UTC+15:00", "UTC-12:30", "UTC+05:60", "UTC+5:30", "utc+05:30", "Mars/Olympus"])
def test_what_is_no_zone_is_not_found(text: str) -> None:
    assert fixed_offset(text) is None
    with pytest.raises(ZoneInfoNotFoundError):
        zone_clocks(text)


def test_posts_come_by_a_fixed_offset_all_the_year() -> None:
    for day in (dt.date(2026, 1, 15), dt.date(2026, 7, 15)):
        at = moment(day, dt.time(9), zone_clocks("UTC+05:30"))
        assert at == dt.datetime.combine(day, dt.time(3, 30), dt.UTC)
    date, at = first_after(NOON, dt.time(9), "UTC-04:00", dt.date(2026, 1, 1))
    assert (date, at) == (dt.date(2026, 11, 29), dt.datetime(2026, 11, 29, 13, tzinfo=dt.UTC))
