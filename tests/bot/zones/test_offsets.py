from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.zones.offsets import NONE, read_offset
from bot.zones.stored import LEAST, MOST, fixed_offset, fixed_zone

offsets = st.integers(LEAST, MOST)
names = st.sampled_from(["", "UTC", "utc ", "GMT", "gmt "])
signs = st.sampled_from(["+", "-", " + ", " - ", " −", "＋", "–"])


@pytest.mark.parametrize(
    ("text", "minutes"),
    [
        ("GMT+1", 60), ("gmt -3", -180), ("UTC+5:30", 330), ("UTC+0530", 330), ("+02:00", 120), ("-4", -240),
        ("utc+5.5", 330), ("UTC+5,5", 330), ("UTC+5.75", 345), ("UTC+5.30", 330), ("Z", 0), ("zulu", 0), ("UTC", 0),
        ("UTC±0", 0), ("GMT+0", 0), ("+00:00", 0), ("−3", -180), ("UTC−03:00", -180), ("–3", -180), ("＋３", 180),
        ("Etc/GMT+1", -60), ("etc/gmt-14", 840), ("(UTC+01:00)", 60), ("utc plus 2", 120), ("GMT minus 3:30", -210),
        ("UTC + 1", 60), ("+1h", 60), ("+5h30", 330), ("+01 UTC", 60), ("UTC-12", -720), ("UTC+14", 840),
    ],
)  # fmt: skip
def test_an_offset_means_itself(text: str, minutes: int) -> None:
    assert read_offset(text).meant == (minutes,)


@pytest.mark.parametrize("text", ["UTC+15", "+14:01", "-13", "Etc/GMT-15", "+99"])
def test_an_offset_that_no_place_has_is_named(text: str) -> None:
    found = read_offset(text)
    assert found.meant == found.begun == ()
    assert found.out_of_range is not None


@pytest.mark.parametrize(
    "text", ["", "Berlin", "5", "12", "+5:75", "UTC+5.3", "+", "utc+", "gmt+1 gmt", "1+1", "UTC+1+1"]
)
def test_what_is_no_whole_offset_means_none(text: str) -> None:
    assert read_offset(text).meant == ()


def test_an_offset_that_has_begun_may_become_several() -> None:
    assert read_offset("utc-").begun[:3] == (-60, -120, -180)
    assert read_offset("+").begun[-1] == 840
    assert read_offset("+1").begun == (600, 660, 720, 780, 840)
    assert read_offset("Berlin") == NONE


def test_an_offset_without_a_sign_may_be_either() -> None:
    assert read_offset("utc 5").meant == (300, -300)
    assert read_offset("gmt13").meant == (780,)


@pytest.mark.parametrize(("text", "minutes"), [("GTM+2", 120), ("utf -3", -180), ("UCT+1", 60), ("gm+5:30", 330)])
def test_misspelt_letters_before_an_offset_are_put_right(text: str, minutes: int) -> None:
    found = read_offset(text)
    assert (found.meant or found.begun)[0] == minutes


@pytest.mark.parametrize("text", ["EST+2", "CET-1", "abc+1", "utf+25", "utf+x"])
def test_other_letters_before_an_offset_mean_none(text: str) -> None:
    found = read_offset(text)
    assert found.meant == found.begun == ()


@given(offsets)
def test_every_stored_offset_means_itself(minutes: int) -> None:
    zone = fixed_zone(minutes)
    assert read_offset(zone).meant == (minutes,)
    assert fixed_offset(zone) == minutes


@given(offsets, names, signs)
def test_no_way_to_write_an_offset_means_its_opposite(minutes: int, name: str, sign: str) -> None:
    hours, rest = divmod(abs(minutes), 60)
    is_minus = sign.strip() in {"-", "−", "–"}
    for number in (
        f"{hours}:{rest:02}",
        f"{hours:02}:{rest:02}",
        f"{hours:02}{rest:02}",
        *([] if rest else [f"{hours}"]),
    ):
        found = read_offset(f"{name}{sign}{number}")
        wanted = -abs(minutes) if is_minus else abs(minutes)
        if LEAST <= wanted <= MOST:
            assert found.meant == (wanted,)
        else:
            assert found.out_of_range is not None
        assert all(each == 0 or (each < 0) == is_minus for each in (*found.meant, *found.begun))


@given(st.text(max_size=20))
def test_any_text_is_read(text: str) -> None:
    found = read_offset(text)
    assert all(LEAST <= each <= MOST for each in (*found.meant, *found.begun))
