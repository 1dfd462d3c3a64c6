from __future__ import annotations

import datetime as dt

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.zones.times import read_time

times = st.builds(dt.time, st.integers(0, 23), st.integers(0, 59))


@pytest.mark.parametrize(
    ("text", "time"),
    [
        ("9", "09:00"), ("09", "09:00"), ("9am", "09:00"), ("9 AM", "09:00"), ("9 a.m.", "09:00"), ("9 p.m.", "21:00"),
        ("9p", "21:00"), ("9h", "09:00"), ("9h30", "09:30"), ("9 h 30", "09:30"), ("9.30", "09:30"), ("21:05", "21:05"),
        ("9:30pm", "21:30"), ("9.30 pm", "21:30"), ("noon", "12:00"), ("Midnight", "00:00"), ("12am", "00:00"),
        ("12 pm", "12:00"), ("12:30 am", "00:30"), ("12", "12:00"), ("0", "00:00"), ("23:59", "23:59"),
        ("9 Uhr", "09:00"), ("9:30 Uhr", "09:30"), ("9 Uhr 30", "09:30"), ("9 o'clock", "09:00"), ("0900", "09:00"),
        ("2130", "21:30"), ("9:00:00", "09:00"), ("at 9", "09:00"), ("mediodía", "12:00"), ("９：３０", "09:30"),
        ("12 noon", "12:00"), (" 9 ", "09:00"), ("9 o’clock", "09:00"),
    ],
)  # fmt: skip
def test_a_time_of_day_is_read_as_people_write_it(text: str, time: str) -> None:
    assert read_time(text) == dt.time.fromisoformat(time)


@pytest.mark.parametrize(
    "text",
    ["25", "24", "24:00", "9:75", "9:5", "13 pm", "0 am", "", "nine", "9:30:30", "-9", "9 am pm", "99:99", "2575",
     "9:30 xm", "12:00 noonish", "930", "9/30"],
)  # fmt: skip
def test_what_is_no_time_of_day_is_not_read(text: str) -> None:
    assert read_time(text) is None


@given(times)
def test_every_way_to_write_a_time_means_that_time(time: dt.time) -> None:
    hour = time.hour % 12 or 12
    half = "p.m." if time.hour >= 12 else "a.m."
    texts = (f"{time:%H:%M}", f"{time:%H.%M}", f"{time:%Hh%M}", f"{time:%H%M}", f"{time.hour}:{time:%M}")
    for text in (*texts, f"{hour}:{time:%M} {half}", f"{hour}:{time:%M}{half[0]}m"):
        assert read_time(text) == time


@given(st.text(max_size=20))
def test_any_text_is_read_or_refused(text: str) -> None:
    found = read_time(text)
    assert found is None or found.second == 0
