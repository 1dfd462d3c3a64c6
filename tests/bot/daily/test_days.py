from __future__ import annotations

import datetime as dt
from contextlib import suppress
from itertools import islice

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.daily.days import EVERY_DAY, LONGEST_EVERY, Days, in_words, parse_days, read_days
from bot.daily.schedule import first_after, moments
from embeddings.errors import InputError

MONDAY = dt.date(2026, 7, 20)

some_days = st.builds(Days, st.frozensets(st.integers(0, 6), min_size=1)) | st.builds(
    Days, every=st.integers(2, LONGEST_EVERY), since=st.dates(dt.date(2000, 1, 1), dt.date(2100, 1, 1)) | st.none()
)


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("daily", "every day"),
        ("every day", "every day"),
        ("mon-sun", "every day"),
        ("mon-fri", "Monday to Friday"),
        ("Mon–Fri", "Monday to Friday"),
        ("weekdays", "Monday to Friday"),
        ("monday through thursday", "Monday to Thursday"),
        ("weekends", "Saturday and Sunday"),
        ("mon, wed", "Monday and Wednesday"),
        ("Mondays and Thursdays", "Monday and Thursday"),
        ("tu/th", "Tuesday and Thursday"),
        ("weekends & wed", "Wednesday, Saturday and Sunday"),
        ("fri-mon", "Friday to Monday"),
        ("every tuesday", "Tuesday"),
        ("on Sunday", "Sunday"),
        ("every 3 days", "every 3 days"),
        ("each 3rd day", "every 3 days"),
        ("every other day", "every 2 days"),
        ("every week", "every 7 days"),
        ("every two weeks", "every 14 days"),
    ],
)
def test_days_are_understood_and_said_in_words(text: str, words: str) -> None:
    assert in_words(parse_days(text)) == words


@pytest.mark.parametrize("text", ["t", "funday", "every 0 days", "every 61 days", "every blue days", "mon-wed-fri"])
def test_what_are_no_days_is_named_with_what_can_be_written(text: str) -> None:
    with pytest.raises(InputError, match="are no days for posts; write mon-fri") as refused:
        parse_days(text)
    assert f"“{text}”" in str(refused.value)


@given(st.text(max_size=60))
def test_any_text_gives_days_or_the_sentence(text: str) -> None:
    with suppress(InputError):
        assert any(MONDAY + dt.timedelta(days=each) in parse_days(text) for each in range(LONGEST_EVERY))


@given(some_days)
def test_what_is_stored_reads_back(days: Days) -> None:
    assert read_days(str(days)) == days
    assert len(str(days)) <= 40


@given(some_days)
def test_words_that_are_said_mean_the_same_days(days: Days) -> None:
    again = parse_days(in_words(days))
    assert (again.weekdays, again.every) == (days.weekdays, days.every)


@given(some_days, st.dates(dt.date(2000, 1, 1), dt.date(2100, 1, 1)), st.sampled_from(["UTC", "Europe/Berlin"]))
def test_moments_are_those_of_every_day_but_for_the_days_that_are_left_out(
    days: Days, first: dt.date, zone: str
) -> None:
    all_moments = [each for each in islice(moments(first, dt.time(9), zone), 70) if each[0] in days]
    assert all_moments[:3] == list(islice(moments(first, dt.time(9), zone, days), 3))[: len(all_moments)]
    now = dt.datetime.combine(first, dt.time(), dt.UTC) - dt.timedelta(days=2)
    assert first_after(now, dt.time(9), zone, first, days) == next(iter(moments(first, dt.time(9), zone, days)))


def test_a_count_begins_with_the_first_post_and_goes_on_where_the_count_stays() -> None:
    third = parse_days("every 3 days").counted_from(MONDAY)
    posts = [day for day in range(20, 30) if dt.date(2026, 7, day) in third]
    assert posts == [20, 23, 26, 29]
    assert parse_days("every 3 days").going_on(third) == third
    assert parse_days("every 4 days").going_on(third).since is None
    assert EVERY_DAY.going_on(third) == EVERY_DAY
