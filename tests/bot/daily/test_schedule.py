from __future__ import annotations

import datetime as dt
from itertools import islice
from zoneinfo import ZoneInfo, available_timezones

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from bot.daily.schedule import Subscription, due, first_after, moment, moments

HOUR = dt.timedelta(hours=1)
ZONES = sorted(available_timezones() - {"localtime", "posixrules"})

zones = st.sampled_from(ZONES)
times = st.builds(dt.time, st.integers(0, 23), st.integers(0, 59))
dates = st.dates(dt.date(1970, 1, 2), dt.date(2037, 12, 30))


def utc(text: str) -> dt.datetime:
    return dt.datetime.fromisoformat(text).replace(tzinfo=dt.UTC)


@pytest.mark.parametrize(
    ("date", "time", "zone", "expected"),
    [
        ("2026-07-01", "09:00", "Europe/Berlin", "2026-07-01T07:00"),
        ("2026-12-01", "09:00", "Europe/Berlin", "2026-12-01T08:00"),
        ("2026-03-29", "02:30", "Europe/Berlin", "2026-03-29T01:00"),  # skipped: 02:00 is followed by 03:00
        ("2026-10-25", "02:30", "Europe/Berlin", "2026-10-25T00:30"),  # twice: the first time
        ("2026-01-01", "09:00", "Asia/Kathmandu", "2026-01-01T03:15"),
        ("2026-04-05", "01:45", "Australia/Lord_Howe", "2026-04-04T14:45"),  # half an hour comes twice
        ("2026-10-04", "02:15", "Australia/Lord_Howe", "2026-10-03T15:30"),  # half an hour is skipped
        ("2018-11-04", "00:00", "America/Sao_Paulo", "2018-11-04T03:00"),  # midnight was skipped
        ("2019-11-03", "00:00", "America/Sao_Paulo", "2019-11-03T03:00"),  # no longer
        ("2016-10-30", "03:30", "Europe/Istanbul", "2016-10-30T00:30"),  # the year in which the clocks stayed
        ("2015-05-01", "09:00", "Asia/Pyongyang", "2015-05-01T00:00"),
        ("2015-09-01", "09:00", "Asia/Pyongyang", "2015-09-01T00:30"),  # half an hour back for three years
        ("2018-05-04", "23:45", "Asia/Pyongyang", "2018-05-04T15:00"),  # the half hour before midnight was skipped
    ],
)
def test_a_local_time_becomes_a_moment(date: str, time: str, zone: str, expected: str) -> None:
    found = moment(dt.date.fromisoformat(date), dt.time.fromisoformat(time), ZoneInfo(zone))
    assert found == utc(expected)


@pytest.mark.parametrize(
    ("date", "zone"),
    [("2011-12-30", "Pacific/Apia"), ("1993-08-21", "Pacific/Kwajalein"), ("2011-12-30", "Pacific/Fakaofo")],
)
def test_a_day_that_a_zone_skipped_has_no_moment(date: str, zone: str) -> None:
    day = dt.date.fromisoformat(date)
    for time in (dt.time(0), dt.time(9), dt.time(23, 59)):
        assert moment(day, time, ZoneInfo(zone)) is None
    before = day - dt.timedelta(days=1)
    assert [date for date, _ in islice(moments(before, dt.time(9), zone), 2)] == [before, day + dt.timedelta(days=1)]


@given(dates, times, zones)
def test_the_clocks_show_the_time_or_have_just_skipped_it(date: dt.date, time: dt.time, zone: str) -> None:
    clocks = ZoneInfo(zone)
    found = moment(date, time, clocks)
    assume(found is not None)
    assert found is not None
    wanted = dt.datetime.combine(date, time)
    shown = found.astimezone(clocks).replace(tzinfo=None, fold=0)
    before = (found - dt.timedelta(seconds=1)).astimezone(clocks).replace(tzinfo=None, fold=0)
    if shown != wanted:
        assert before < wanted < shown


@given(dates, times, zones)
def test_each_day_comes_after_the_one_before(date: dt.date, time: dt.time, zone: str) -> None:
    [(first, at), (second, later)] = islice(moments(date, time, zone), 2)
    assert first < second
    assert dt.timedelta(0) < later - at <= dt.timedelta(hours=50)


@given(dates, times, zones, times)
def test_the_first_moment_after_now_is_the_first(date: dt.date, time: dt.time, zone: str, clock: dt.time) -> None:
    now = dt.datetime.combine(date, clock, dt.UTC)
    next_date, at = first_after(now, time, zone, dt.date.min + dt.timedelta(days=1))
    assert at > now
    earlier = moment(next_date - dt.timedelta(days=1), time, ZoneInfo(zone))
    assert earlier is None or earlier <= now


def test_no_day_before_the_one_that_is_named_comes_next() -> None:
    now = utc("2026-11-23T06:00")
    assert first_after(now, dt.time(18), "Europe/Berlin", dt.date(2026, 11, 24))[0] == dt.date(2026, 11, 24)


def subscription(
    time: str = "09:00", zone: str = "Europe/Berlin", *, key: str = "a" * 10, paused: str | None = None
) -> Subscription:
    return Subscription(key, 1, 2, dt.time.fromisoformat(time), zone, dt.date(2026, 11, 23), paused=paused)


class TestDue:
    def test_nothing_is_due_before_its_moment(self) -> None:
        assert due([subscription()], utc("2026-11-23T07:59:59"), 6 * HOUR) == []

    def test_a_post_is_due_from_its_moment_on_and_missed_after_the_grace_period(self) -> None:
        for now, missed in (("2026-11-23T08:00", False), ("2026-11-23T14:00", False), ("2026-11-23T14:01", True)):
            [post] = due([subscription()], utc(now), 6 * HOUR)
            assert (post.date, post.at, post.missed) == (dt.date(2026, 11, 23), utc("2026-11-23T08:00"), missed)

    def test_after_a_long_outage_only_the_last_post_is_made_up(self) -> None:
        posts = due([subscription()], utc("2026-11-26T09:00"), 6 * HOUR)
        assert [(post.date.day, post.missed) for post in posts] == [(23, True), (24, True), (25, True), (26, False)]

    def test_posts_are_in_order_of_time_whatever_their_zone(self) -> None:
        east, west = subscription(zone="Asia/Tokyo", key="b" * 10), subscription(zone="America/Lima", key="c" * 10)
        posts = due([west, subscription(), east], utc("2026-11-23T14:00"), 24 * HOUR)
        assert [post.subscription.zone for post in posts] == ["Asia/Tokyo", "Europe/Berlin", "America/Lima"]

    def test_equal_local_times_of_different_zones_are_not_confused(self) -> None:
        found = due([subscription(), subscription(zone="Europe/Lisbon", key="b" * 10)], utc("2026-11-23T08:30"), HOUR)
        assert [post.subscription.zone for post in found] == ["Europe/Berlin"]

    def test_what_is_paused_is_not_due(self) -> None:
        assert due([subscription(paused="moderator")], utc("2026-11-24T09:00"), HOUR) == []

    @given(st.lists(st.tuples(zones, times), max_size=5), dates, times, st.integers(0, 20))
    def test_looking_often_or_seldom_finds_the_same_posts(
        self, wanted: list[tuple[str, dt.time]], date: dt.date, clock: dt.time, hours: int
    ) -> None:
        now = dt.datetime.combine(date, clock, dt.UTC)
        all_of_them = [
            Subscription(f"{number:010x}", 1, number, time, zone, date - dt.timedelta(days=3))
            for number, (zone, time) in enumerate(wanted)
        ]
        at_once = due(all_of_them, now, dt.timedelta(hours=hours))
        halfway = due(all_of_them, now - dt.timedelta(days=1), dt.timedelta(hours=hours))
        assert {(p.subscription.key, p.date) for p in halfway} <= {(p.subscription.key, p.date) for p in at_once}
        assert all(post.missed == (now - post.at > dt.timedelta(hours=hours)) for post in at_once)
        assert all(post.at <= now for post in at_once)
        assert at_once == sorted(at_once, key=lambda post: post.at)
