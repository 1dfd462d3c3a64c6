"""The page of a server's channels with daily posts."""

from __future__ import annotations

import datetime as dt

from hypothesis import given
from hypothesis import strategies as st

from bot.cards.channels import channels_page
from bot.cards.discord_face import layout
from bot.cards.page import AnswerPage
from bot.daily import words as daily_words
from bot.daily.schedule import Subscription
from bot.markup import total
from embeddings.text import clean
from tests.conftest import few_examples
from tests.proofs.hostile_events import TEXTS

topics = st.lists((st.text(max_size=60) | st.sampled_from(list(TEXTS.values()))).map(lambda text: clean(text[:60])))
subscriptions = st.builds(
    Subscription,
    key=st.just("0123456789"),
    guild=st.just(1),
    channel=st.integers(10**17, 2**63),
    time=st.times(),
    zone=st.sampled_from(["UTC", "America/Argentina/ComodRivadavia"]),
    count=st.integers(1, 10),
    role=st.none() | st.integers(10**17, 2**63),
    prefer=topics.map(lambda found: tuple(found[:3])),
    leave_out=topics.map(lambda found: tuple(found[:3])),
    locale=st.just("en-US"),
    next_date=st.just(dt.date(2026, 7, 20)),
    paused=st.none() | st.sampled_from(["moderator", "zone"]),
)


def every_page(lines: list[str]) -> list[AnswerPage]:
    found = [channels_page(lines, 0)]
    while steps := [step for step in found[-1].steps if step.label == "Next"]:
        found.append(channels_page(lines, steps[0].place.page))
    return found


@given(st.lists(subscriptions, min_size=1, max_size=10), st.integers(1, 5))
@few_examples()
def test_every_channel_is_shown_once_and_whole_over_pages_that_fit(found: list[Subscription], times: int) -> None:
    lines = [daily_words.line(each, 2**40) for each in found] * times
    shown = every_page(lines)
    blocks = [block for page in shown for block in page.blocks if not block.startswith("-# page")]
    assert blocks == lines
    for number, page in enumerate(shown):
        assert page.cost <= 1
        assert total(page.blocks) <= 4_000
        assert layout(page, 2**63).total_children_count <= 40
        assert page.place is not None
        assert page.place.page == number


def test_few_channels_are_on_one_page_without_buttons() -> None:
    page = channels_page(["one", "two"], 0)
    assert (page.blocks, page.steps) == (("one", "two"), ())


def test_eleven_channels_are_on_two_pages_that_lead_to_each_other() -> None:
    lines = [str(number) for number in range(11)]
    first, second = every_page(lines)
    assert first.blocks == (*lines[:10], "-# page 1 of 2")
    assert second.blocks == ("10", "-# page 2 of 2")
    assert [(step.label, step.place.page) for step in (*first.steps, *second.steps)] == [("Next", 1), ("Previous", 0)]


def test_a_page_that_is_no_more_is_the_last() -> None:
    assert channels_page(["one"], 7).blocks == ("one",)
