from __future__ import annotations

import datetime as dt

import pytest

from bot.daily.claims import Claim
from bot.daily.schedule import Subscription
from bot.posting.gaps import STALE_S, Gaps

OPENED = 1_000_000.0


def claim(key: str = "0123456789", due_at: float = OPENED + 60) -> Claim:
    subscription = Subscription(key, 1, 2, dt.time(9), "UTC", dt.date(2026, 7, 20))
    return Claim(subscription, dt.date(2026, 7, 20), due_at, due_at, 1, "me", due_at, due_at + 75)


@pytest.fixture
def gaps() -> Gaps:
    return Gaps(1, OPENED)


def test_a_post_that_falls_due_after_the_opening_is_known(gaps: Gaps) -> None:
    assert gaps.is_known(claim(), 1, OPENED + 60)


def test_a_post_that_fell_due_before_it_is_not_until_its_channel_was_read(gaps: Gaps) -> None:
    late = claim(due_at=OPENED - 60)
    assert not gaps.is_known(late, 1, OPENED)
    assert not gaps.is_known(late, 1, OPENED)
    gaps.close(late)
    assert gaps.is_known(late, 1, OPENED)
    assert not gaps.is_known(claim("another one", OPENED - 60), 1, OPENED)


def test_in_a_store_that_nobody_used_for_long_no_post_is(gaps: Gaps) -> None:
    gaps.noted(OPENED - STALE_S)
    assert gaps.is_known(claim(), 1, OPENED)
    gaps.noted(OPENED - STALE_S - 1)
    assert not gaps.is_known(claim(), 1, OPENED)
    gaps.noted(OPENED)  # what is noted then does not bring back what it lacks
    assert not gaps.is_known(claim(), 1, OPENED)


def test_in_a_store_that_was_replaced_no_post_is(gaps: Gaps) -> None:
    gaps.close(claim())
    assert gaps.is_known(claim(), 1, OPENED)
    assert not gaps.is_known(claim(), 2, OPENED)
    gaps.close(claim())
    assert gaps.is_known(claim(), 2, OPENED)
