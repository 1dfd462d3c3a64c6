from __future__ import annotations

import datetime as dt

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.cards.daily_post import daily_page, longer_page
from bot.cards.discord_face import layout
from bot.language import speaking
from bot.views.state import NOBODY, DailyList, Place
from embeddings.events import Event, Source
from tests.conftest import few_examples

DAY = dt.date(2026, 7, 20)
PLACE = Place(DailyList("0123456789", DAY))

# A long text is a short one several times: drawing each of its letters would take most of the time.
texts = st.builds(
    str.__mul__, st.text(max_size=10) | st.text("汉*[", min_size=1, max_size=10), st.sampled_from([1, 25, 90])
)
events = st.lists(
    st.builds(
        Event,
        st.builds("{}-{:08x}".format, st.dates(), st.integers(0, 2**32 - 1)) | st.text("abc.-_", min_size=1),
        st.dates(),
        texts,
        summary=texts | st.none(),
        sources=st.lists(st.builds(Source, texts, st.just("https://example.org/a") | st.none()), max_size=2).map(tuple),
        attribution=texts,
    ),
    max_size=10,
    unique_by=lambda event: event.id,
)


@given(events, st.none() | st.integers(10**17, 10**18), st.sampled_from(["en-US", "de", "zh-CN"]))
@few_examples()
def test_a_post_fits_a_message_whatever_its_events_hold(found: list[Event], role: int | None, locale: str) -> None:
    with speaking(locale):
        page = daily_page(DAY, found, PLACE, role)
    assert page.cost <= 1
    assert all(page.blocks)
    view = layout(page, NOBODY)
    assert view.content_length() <= 4_000
    ids = [item.custom_id for item in view.walk_children() if hasattr(item, "custom_id")]
    assert len(set(ids)) == len(ids) == (len(found) + 1 if found else 0)


def test_the_longer_list_says_the_year_and_the_day_only_where_it_is_another() -> None:
    moon = Event("1969-07-20-00000001", dt.date(1969, 7, 20), "Two men walk on the Moon.")
    near = Event("1976-07-19-00000003", dt.date(1976, 7, 19), "Games open.")
    page = longer_page(DAY, [moon, near], PLACE, 2)
    assert page.blocks[1].startswith("**1969** **Two men walk on the Moon.**\n")
    assert page.blocks[2].startswith("**19 July 1976** **Games open.**\n")


@pytest.mark.parametrize("role", [None, 123456789012345678])
def test_it_reads_well(role: int | None) -> None:
    moon = Event(
        "1969-07-20-00000001",
        dt.date(1969, 7, 20),
        "Two men walk on the Moon.",
        ("Space Race",),
        summary="Half a billion people watch. " * 20,
        sources=(Source("BBC", "https://example.org/moon"),),
        attribution="Somebody",
    )
    again = Event("1969-07-20-00000002", dt.date(1969, 7, 20), "A race is run.", attribution="Somebody")
    near = Event("1976-07-19-00000003", dt.date(1976, 7, 19), "Games open.", attribution="Somebody")
    page = daily_page(DAY, [moon, again, near], PLACE, role)
    heading, first, second, third, small = page.blocks
    assert heading == "## On 20 July" + (f"\n<@&{role}>" if role else "")
    assert first.startswith("**1969** **Two men walk on the Moon.**\n-# Half a billion")
    assert len(first) < 300
    assert second == "**1969** **A race is run.**"
    assert third.startswith("**19 July 1976** ")
    assert small == "-# Text: Somebody"
    assert [step.label for step in page.steps] == ["1969 (1)", "1969 (2)", "1976", "More of this day"]
