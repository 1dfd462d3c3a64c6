from __future__ import annotations

import datetime as dt
import re
from collections.abc import AsyncIterator, Callable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from bot import metrics
from bot.daily.claims import Claim, Notice, Outlook, Publication, Reason, State, Terms, Wish
from bot.daily.days import Days, parse_days
from bot.daily.schedule import Kind, Subscription
from bot.store.daily_posts import KEPT_AFTER_LEAVING_S, DailyStore
from tests.bot.daily.parts import execute, opened

TERMS = Terms(per_s=10)
HOUR = 3_600.0
DAY = 24 * HOUR
SEVEN = dt.datetime(2026, 7, 20, 7, tzinfo=dt.UTC).timestamp()
SIX, EIGHT = SEVEN - HOUR, SEVEN + HOUR


@pytest.fixture
async def daily(tmp_path: Path) -> AsyncIterator[DailyStore]:
    """On SQLite alone: what PostgreSQL does otherwise, many processes at once, is looked at in tests/bot/daily."""
    async with opened(tmp_path) as store:
        yield store.daily


async def subscribe(daily: DailyStore, channel: int = 2, guild: int = 1, now: float = SIX, **more: Any) -> Subscription:
    """A channel whose next post comes at seven o'clock, where it is not told otherwise."""
    return await daily.subscribe(Wish(guild, channel, more.pop("time", dt.time(7)), "UTC", **more), now)


async def claim(daily: DailyStore, now: float, most: int = 10) -> list[Claim]:
    return await daily.claim(now, "one", most, TERMS)


async def claimed(daily: DailyStore, now: float, most: int = 10) -> list[int]:
    """The channels whose posts are claimed."""
    return [each.subscription.channel for each in await claim(daily, now, most)]


async def send(daily: DailyStore, now: float) -> list[int]:
    """Have what is due sent; the channels that it is for."""
    claims = await claim(daily, now)
    for each in claims:
        assert await daily.settle(each, State.SENT, 17)
    return [each.subscription.channel for each in claims]


async def told(daily: DailyStore, now: float) -> list[tuple[int, Reason]]:
    """The channels that notices are about."""
    return [(each.subscription.channel, each.reason) for each in await daily.claim_notices(now, TERMS)]


class TestSubscriptions:
    async def test_hold_what_was_wished_and_the_day_of_the_first_post(self, daily: DailyStore) -> None:
        days = Days(frozenset({0, 4}))
        wish = Wish(
            1,
            2,
            dt.time(9, 5),
            "Europe/Berlin",
            3,
            7,
            ("sport", "war"),
            ("film",),
            "de",
            days,
            Kind.FORUM,
            "Heute",
            "**Hallo**",
            True,
            9,
        )
        made = await daily.subscribe(wish, SIX)
        assert made == Subscription(
            key=made.key,
            guild=1,
            channel=2,
            time=dt.time(9, 5),
            zone="Europe/Berlin",
            next_date=dt.date(2026, 7, 20),
            count=3,
            role=7,
            prefer=("sport", "war"),
            leave_out=("film",),
            locale="de",
            paused=None,
            days=days,
            kind=Kind.FORUM,
            title="Heute",
            text="**Hallo**",
            publish=True,
            tag=9,
        )
        assert await daily.subscription(made.key) == made
        assert re.fullmatch("[0-9a-f]{10}", made.key)
        assert await daily.subscription("nothing") is None

    async def test_a_count_of_days_begins_with_the_first_post_and_outlives_other_changes(
        self, daily: DailyStore
    ) -> None:
        three = parse_days("every 3 days")
        assert (await subscribe(daily, days=three)).next_date == dt.date(2026, 7, 20)
        assert await send(daily, SEVEN) == [2]
        for title in ("One", "Other"):
            changed = await subscribe(daily, days=three, title=title, now=EIGHT)
            assert changed.next_date == dt.date(2026, 7, 23)
        assert (await daily.resume(changed.key, EIGHT + DAY) or changed).next_date == dt.date(2026, 7, 23)
        four = await subscribe(daily, days=parse_days("every 4 days"), now=EIGHT + DAY)
        assert four.next_date == dt.date(2026, 7, 22)

    async def test_on_days_that_are_left_out_nothing_is_due_or_missed(self, daily: DailyStore) -> None:
        one = await subscribe(daily, days=parse_days("mon, thu"))
        assert await send(daily, SEVEN) == [2]
        for day in (1, 2):
            assert await claimed(daily, SEVEN + day * DAY) == []
        assert await send(daily, SEVEN + 3 * DAY) == [2]
        assert await claimed(daily, SEVEN + 14 * DAY + TERMS.grace_s + 1) == []
        later = [await daily.post(one.key, dt.date(2026, 7, 20) + dt.timedelta(days)) for days in (7, 10, 11, 14)]
        states = [None if each is None else each[0] for each in later]
        assert states == [State.MISSED, State.MISSED, None, State.MISSED]

    async def test_a_channel_has_one_which_the_next_wish_changes(self, daily: DailyStore) -> None:
        made = await subscribe(daily, role=7, prefer=("war",))
        changed = await subscribe(daily, time=dt.time(5))
        assert changed == replace(
            made, time=dt.time(5), next_date=dt.date(2026, 7, 21), role=None, prefer=(), leave_out=()
        )
        assert await daily.of_guild(1) == [changed]
        other = await subscribe(daily, 3)
        assert other.key != made.key

    async def test_those_of_a_guild_come_in_order_of_their_next_post(self, daily: DailyStore) -> None:
        for channel, hour in ((3, 9), (4, 7), (5, 5), (6, 8)):
            await subscribe(daily, channel, time=dt.time(hour))
        await subscribe(daily, 7, guild=2)
        assert [each.channel for each in await daily.of_guild(1)] == [4, 6, 3, 5]

    async def test_removing_one_leaves_the_others_and_their_posts(self, daily: DailyStore) -> None:
        one, other = await subscribe(daily, 2), await subscribe(daily, 3)
        await send(daily, SEVEN)
        await daily.remove(one.key)
        assert [each.channel for each in await daily.of_guild(1)] == [3]
        assert await daily.post(one.key, dt.date(2026, 7, 20)) is None
        assert await daily.post(other.key, dt.date(2026, 7, 20)) == (State.SENT, 17, ())

    async def test_what_is_due_already_stays_due_when_moments_are_computed_anew(self, daily: DailyStore) -> None:
        await subscribe(daily)
        await daily.recompute_moments(SEVEN)
        assert await claimed(daily, SEVEN) == [2]


class TestPauses:
    async def test_a_paused_one_has_no_posts_until_it_is_resumed_and_none_are_made_up(self, daily: DailyStore) -> None:
        one = await subscribe(daily, 2)
        await subscribe(daily, 3)
        await daily.pause(one.key, Reason.MODERATOR, SIX)
        assert (await daily.subscription(one.key) or one).paused == Reason.MODERATOR
        assert await send(daily, SEVEN) == [3]
        assert await told(daily, SEVEN) == []  # who asked for it need not be told
        assert await daily.resume(one.key, EIGHT) == replace(one, next_date=dt.date(2026, 7, 21))
        assert await claimed(daily, EIGHT) == []
        assert sorted(await claimed(daily, SEVEN + DAY)) == [2, 3]

    async def test_what_is_not_there_is_neither_paused_nor_resumed(self, daily: DailyStore) -> None:
        await daily.pause("nothing", Reason.ACCESS, SIX)
        assert await daily.resume("nothing", SIX) is None

    async def test_the_first_reason_counts_and_is_told_until_posts_go_on(self, daily: DailyStore) -> None:
        one = await subscribe(daily)
        await daily.pause(one.key, Reason.ACCESS, SIX)
        await daily.pause(one.key, Reason.CHANNEL, SIX)
        assert (await daily.subscription(one.key) or one).paused == Reason.ACCESS
        assert await told(daily, SIX) == [(2, Reason.ACCESS)]
        await daily.resume(one.key, SIX + 1)
        assert await told(daily, EIGHT) == []

    async def test_posts_of_a_clock_that_was_years_ahead_are_no_reason_to_wait(self, daily: DailyStore) -> None:
        one = await subscribe(daily, now=SIX + 900 * DAY)
        assert await send(daily, SEVEN + 900 * DAY) == [2]
        assert (await daily.resume(one.key, SIX) or one).next_date == dt.date(2026, 7, 20)

    async def test_a_day_that_had_its_post_gets_no_second_one(self, daily: DailyStore) -> None:
        one = await subscribe(daily)
        assert await send(daily, SEVEN) == [2]
        assert (await subscribe(daily, time=dt.time(18), now=EIGHT)).next_date == dt.date(2026, 7, 21)
        assert (await daily.resume(one.key, SIX) or one).next_date == dt.date(2026, 7, 21)


class TestGuildsThatAreLeft:
    async def test_have_no_posts_and_when_they_are_back_none_are_made_up(self, daily: DailyStore) -> None:
        for channel, guild in ((2, 1), (3, 2), (4, 3)):
            await subscribe(daily, channel, guild)
        for guild in (1, 3):
            await daily.leave(guild, SIX)
        assert await send(daily, SEVEN) == [3]
        await daily.come_back([1, 2], EIGHT)
        assert [each.next_date.day for each in await daily.of_guild(1)] == [21]
        assert await claimed(daily, EIGHT) == []
        assert sorted(await claimed(daily, SEVEN + DAY)) == [2, 3]

    async def test_one_that_was_paused_stays_so(self, daily: DailyStore) -> None:
        one = await subscribe(daily)
        await daily.pause(one.key, Reason.MODERATOR, SIX)
        await daily.leave(1, SIX)
        await daily.come_back([1], SIX)
        assert await claimed(daily, SEVEN) == []
        await daily.forget(SIX + 2 * KEPT_AFTER_LEAVING_S)
        assert await daily.of_guild(1) != []

    async def test_are_forgotten_a_month_after_they_were_left_first(self, daily: DailyStore) -> None:
        await subscribe(daily)
        await daily.leave(1, SIX)
        await daily.leave(1, EIGHT)
        assert await daily.forget(SIX + KEPT_AFTER_LEAVING_S) == 1

    async def test_are_told_nothing(self, daily: DailyStore) -> None:
        one = await subscribe(daily)
        await daily.pause(one.key, Reason.ACCESS, SIX)
        await daily.leave(1, SIX)
        assert await told(daily, SEVEN) == []


class TestClaims:
    async def test_say_what_is_to_be_sent_by_whom_and_until_when(self, daily: DailyStore) -> None:
        one = await subscribe(daily)
        [taken] = await daily.claim(EIGHT, "one", 10, TERMS)
        turn = EIGHT + 1 / TERMS.per_s
        day = dt.date(2026, 7, 20)
        after = replace(one, next_date=day)
        assert taken == Claim(after, day, SEVEN, turn, 1, "one", turn, turn + TERMS.lease_s)
        assert [each.next_date.day for each in await daily.of_guild(1)] == [21]

    async def test_are_made_when_a_post_is_due_and_no_sooner(self, daily: DailyStore) -> None:
        await subscribe(daily)
        assert await claimed(daily, SEVEN - 1) == []
        assert await claimed(daily, SEVEN, most=0) == []
        assert await claimed(daily, SEVEN, most=1) == [2]
        assert await claimed(daily, SEVEN, most=1) == []

    async def test_are_taken_over_when_they_have_run_out(self, daily: DailyStore) -> None:
        await subscribe(daily)
        [first] = await claim(daily, SEVEN)
        assert await claim(daily, first.until - 0.001) == []
        [second] = await daily.claim(first.until, "other", 10, TERMS)
        turn = first.until + 1 / TERMS.per_s
        after = await daily.subscription(first.subscription.key)
        assert after is not None
        assert second == replace(
            first,
            subscription=after,
            tries=2,
            owner="other",
            not_before=turn,
            until=turn + TERMS.lease_s,
            is_first=False,
        )

    async def test_letting_go_of_one_frees_neither_another_nor_what_is_let_go_of_already(
        self, daily: DailyStore
    ) -> None:
        for channel in (2, 3):
            await subscribe(daily, channel, time=dt.time(7, channel))
        first, other = await claim(daily, SEVEN + 180)
        await daily.defer(first, SEVEN + 200)
        await daily.defer(first, SEVEN + 1_000)  # it is nobody's now
        assert await claimed(daily, SEVEN + 200) == [2]
        assert await claimed(daily, other.until) == [3]

    @pytest.mark.parametrize("counts", [True, False])
    async def test_that_sent_nothing_leave_the_next_one_the_first_and_what_was_tried_before_stays_known(
        self, daily: DailyStore, counts: bool
    ) -> None:
        await subscribe(daily)
        [unsent] = await claim(daily, SEVEN)
        await daily.defer(unsent, SEVEN + 30, sent=False, counts=counts)
        [first] = await claim(daily, SEVEN + 30)
        assert (first.tries, first.tried_at, first.is_first) == (1 + counts, first.not_before, True)
        await daily.defer(first, SEVEN + 60)
        for number, moment in enumerate((SEVEN + 60, SEVEN + 90)):
            [again] = await claim(daily, moment)
            assert again.tried_at == first.tried_at  # since when it may be in its channel
            assert (again.tries, again.is_first) == (2 + counts * (1 + number), False)
            await daily.defer(again, moment + 30, sent=False, counts=counts)

    async def test_are_planned_from_now_on_where_nothing_is_planned(self, daily: DailyStore) -> None:
        terms = Terms(per_s=0.1)
        assert await daily.plan(SEVEN, terms) == SEVEN + 10
        assert await daily.plan(SEVEN + 10, terms) == SEVEN + 20
        for planned in (30, 40, 50, 60, 70):
            assert await daily.plan(SEVEN + 10, terms) == SEVEN + planned
        assert await daily.plan(SEVEN + 10, terms) == SEVEN + 20  # a minute ahead: a clock was wrong

    async def test_that_are_let_go_of_wait_until_a_moment(self, daily: DailyStore) -> None:
        await subscribe(daily)
        [first] = await claim(daily, SEVEN)
        await daily.defer(first, SEVEN + 30)
        assert await claim(daily, SEVEN + 29) == []
        assert len(await claim(daily, SEVEN + 30)) == 1

    async def test_come_in_order_of_their_moments_those_that_are_tried_again_among_them(
        self, daily: DailyStore
    ) -> None:
        for channel, minute in ((2, 2), (3, 0), (4, 1)):
            await subscribe(daily, channel, time=dt.time(7, minute))
        for each in await claim(daily, SEVEN + 60, most=2):
            await daily.defer(each, SEVEN + 60)
        found = await claim(daily, EIGHT)
        assert [(each.subscription.channel, each.tries) for each in found] == [(3, 2), (4, 2), (2, 1)]

    async def test_that_are_tried_again_come_in_order_too_where_few_are_wanted(self, daily: DailyStore) -> None:
        for channel, minute in ((2, 2), (3, 0), (4, 1)):
            await subscribe(daily, channel, time=dt.time(7, minute))
        for number, each in enumerate(reversed(await claim(daily, SEVEN + 120))):
            await daily.defer(each, SEVEN + 120 + number)  # the one that fell due first is free last
        assert [await claimed(daily, EIGHT, most=1) for _ in range(3)] == [[3], [4], [2]]

    async def test_of_a_zone_that_is_no_longer_known_there_are_none(self, daily: DailyStore, tmp_path: Path) -> None:
        one = await subscribe(daily)
        await execute(f"sqlite:///{tmp_path}/store.db", "UPDATE subscriptions SET zone = 'Mars/Olympus'")
        assert await claimed(daily, SEVEN) == []
        assert (await daily.subscription(one.key) or one).paused == Reason.ZONE
        assert await told(daily, SEVEN) == [(2, Reason.ZONE)]

    async def test_beyond_those_that_are_wanted_are_left_to_whoever_asks_next(self, daily: DailyStore) -> None:
        for channel in (2, 3):
            await subscribe(daily, channel, time=dt.time(7, channel))
        [first] = await claim(daily, SEVEN + 120)
        await daily.defer(first, SEVEN)
        assert await claimed(daily, EIGHT, most=1) == [2]
        [other] = await claim(daily, EIGHT)
        assert (other.subscription.channel, other.tries) == (3, 1)
        assert other.not_before > EIGHT + 1 / TERMS.per_s

    async def test_a_post_that_is_too_late_is_recorded_as_missed(self, daily: DailyStore) -> None:
        one = await subscribe(daily)
        assert await claimed(daily, SEVEN + TERMS.grace_s) == [2]
        assert await claimed(daily, SEVEN + DAY + TERMS.grace_s + 1) == [2]  # that of the day before
        assert await daily.post(one.key, dt.date(2026, 7, 21)) == (State.MISSED, None, ())
        assert await daily.counts() == {State.OPEN: 1, State.MISSED: 1}

    async def test_requests_that_a_wrong_clock_planned_are_not_waited_for(self, daily: DailyStore) -> None:
        step = 1 / TERMS.per_s
        assert await daily.plan(SEVEN, TERMS) == pytest.approx(SEVEN + step)
        assert await daily.plan(SEVEN, TERMS) == pytest.approx(SEVEN + 2 * step)
        assert await daily.plan(SEVEN - 30, TERMS) == pytest.approx(SEVEN + 3 * step)
        assert await daily.plan(SEVEN - 90, TERMS) == pytest.approx(SEVEN - 90 + step)
        assert await daily.plan(EIGHT, TERMS) == pytest.approx(EIGHT + step)

    async def test_a_store_that_went_back_in_time_counts_as_opened_anew(
        self, daily: DailyStore, tmp_path: Path
    ) -> None:
        assert daily.opened == 1
        for times in (1, 2, 3):
            for _ in range(2):
                await daily.plan(SEVEN, TERMS)
            assert daily.opened == times
            await execute(f"sqlite:///{tmp_path}/store.db", "UPDATE notes SET value = '1.0' WHERE name = 'daily pace'")
        await daily.plan(SEVEN, TERMS)
        assert daily.opened == 4


class TestOutcomes:
    async def test_are_recorded_once_with_the_message_and_its_events(self, daily: DailyStore) -> None:
        one = await subscribe(daily)
        [post] = await claim(daily, SEVEN)
        day = post.date
        assert await daily.post(one.key, day) == (State.OPEN, None, ())
        assert await daily.settle(post, State.SENT, 17, ["a", "b"])
        assert not await daily.settle(post, State.MISSED)
        assert await daily.post(one.key, day) == (State.SENT, 17, ("a", "b"))
        assert await daily.post(one.key, day + dt.timedelta(1)) is None
        assert await claim(daily, post.until) == []

    async def test_that_were_sent_are_to_be_published_at_once_where_that_was_wished(self, daily: DailyStore) -> None:
        wished, _, _ = [await subscribe(daily, channel, publish=channel != 3) for channel in (2, 3, 4)]
        for each in await claim(daily, SEVEN):
            sent = each.subscription.channel != 4
            assert await daily.settle(each, State.SENT if sent else State.EMPTY, 17)
        terms = Terms(lease_s=75)
        assert await daily.publications.claim(SEVEN - 1, terms) == []
        [found] = await daily.publications.claim(SEVEN, terms)
        day = dt.date(2026, 7, 20)
        assert found == Publication(wished.key, 2, 17, day, SEVEN, 1, SEVEN + terms.lease_s)

    async def test_of_posts_that_are_not_known_are_never_forgotten(self, daily: DailyStore) -> None:
        await subscribe(daily)
        await claim(daily, SEVEN)
        assert await daily.forget(SEVEN + 1_000 * DAY) == 0
        assert await daily.counts() == {State.OPEN: 1}

    async def test_are_those_of_one_subscription_and_one_day(self, daily: DailyStore) -> None:
        one, other = await subscribe(daily, 2), await subscribe(daily, 3)
        found = await claim(daily, SEVEN + DAY)
        first = next(each for each in found if each.subscription.key == one.key)
        await daily.settle(first, State.EMPTY)
        assert await daily.counts() == {State.EMPTY: 1, State.MISSED: 2, State.OPEN: 1}
        assert (await daily.post(one.key, first.date) or ())[:1] == (State.EMPTY,)
        assert (await daily.post(other.key, first.date) or ())[:1] == (State.OPEN,)

    async def test_the_time_that_was_noted_last_is_given_back(self, daily: DailyStore) -> None:
        assert await daily.noted_time() is None
        for moment in (SIX, SEVEN + 0.25):
            await daily.note_time(moment)
            assert await daily.noted_time() == moment


class TestTheOutlook:
    async def test_tells_what_is_due_and_since_when_until_it_is_known_what_became_of_it(
        self, daily: DailyStore
    ) -> None:
        assert await daily.outlook(SEVEN) == Outlook(0, 0.0, 0, 0)
        for channel in (2, 3):
            await subscribe(daily, channel, time=dt.time(7, channel))
        at_two, at_three = SEVEN + 120, SEVEN + 180
        assert await daily.outlook(at_two - 1) == Outlook(0, 0.0, 2, 0)
        assert await daily.outlook(EIGHT) == Outlook(2, EIGHT - at_two, 2, 0)
        [first] = await claim(daily, EIGHT, most=1)
        assert await daily.outlook(EIGHT) == Outlook(2, EIGHT - at_two, 2, 0)  # one is begun, one is to come
        assert await daily.outlook(SEVEN) == Outlook(1, 0.0, 2, 0)  # the clock was put back
        await daily.settle(first, State.SENT, 17)
        assert await daily.outlook(EIGHT) == Outlook(1, EIGHT - at_three, 2, 0)
        [second] = await claim(daily, EIGHT + 1)
        await daily.settle(second, State.REFUSED)
        assert await daily.outlook(EIGHT + 2) == Outlook(0, 0.0, 2, 0)

    async def test_counts_those_that_are_paused_apart_and_leaves_out_servers_that_were_left(
        self, daily: DailyStore
    ) -> None:
        made = [await subscribe(daily, channel, guild=1 + (channel > 5)) for channel in range(2, 8)]
        for each in (made[0], made[4]):
            await daily.pause(each.key, Reason.MODERATOR, SIX)
        await daily.leave(2, SIX)
        assert await daily.outlook(SEVEN) == Outlook(due=3, overdue_s=0.0, active=3, paused=1)


@pytest.fixture
def counted() -> Iterator[Callable[[State], float]]:
    """How many posts the metrics counted in a state."""
    registry = metrics.switch_on()
    yield lambda state: registry.get_sample_value("dateline_posts_total", {"result": state}) or 0.0
    metrics.switch_off()


async def test_each_post_is_counted_once_by_what_became_of_it(
    daily: DailyStore, counted: Callable[[State], float]
) -> None:
    for channel in (2, 3):
        await subscribe(daily, channel)
    found = await claim(daily, SEVEN + DAY)  # those of the day before are too late
    for each, state in zip(found, (State.SENT, State.EMPTY), strict=True):
        await daily.settle(each, state)
        await daily.settle(each, State.UNCERTAIN)
    expected = {State.MISSED: 2.0, State.SENT: 1.0, State.EMPTY: 1.0}
    assert {state: counted(state) for state in State if counted(state)} == expected


class TestNotices:
    async def test_are_given_for_however_many_channels(self, daily: DailyStore) -> None:
        for channel in range(2, 32):
            one = await subscribe(daily, channel)
            await daily.pause(one.key, Reason.ROLE, SIX)
        first, second, third = [await told(daily, SEVEN) for _ in range(3)]
        assert sorted(channel for channel, _ in (*first, *second)) == list(range(2, 32))
        assert third == []

    async def test_are_taken_for_a_while_and_the_same_for_whoever_tries(self, daily: DailyStore) -> None:
        one = await subscribe(daily)
        await daily.pause(one.key, Reason.ROLE, SIX)
        paused = await daily.subscription(one.key)
        assert paused is not None
        [first] = await daily.claim_notices(SEVEN, TERMS)
        assert first == Notice(paused, Reason.ROLE, first.nonce, SEVEN + TERMS.lease_s)
        assert len(first.nonce) < 25
        assert await told(daily, first.until - 1) == []
        [second] = await daily.claim_notices(first.until, TERMS)
        assert second == replace(first, until=first.until + TERMS.lease_s)
        await daily.notice_given(second)
        assert await told(daily, second.until) == []

    async def test_another_time_it_is_another_message(self, daily: DailyStore) -> None:
        one = await subscribe(daily)
        nonces = set()
        for moment in (SIX, SEVEN):
            await daily.pause(one.key, Reason.ROLE, moment)
            [notice] = await daily.claim_notices(moment, TERMS)
            nonces.add(notice.nonce)
            await daily.resume(one.key, moment)
        assert len(nonces) == 2

    async def test_giving_one_leaves_what_has_to_be_told_since_and_what_others_have_to_be(
        self, daily: DailyStore
    ) -> None:
        one, other = await subscribe(daily, 2), await subscribe(daily, 3)
        for each in (one, other):
            await daily.tell_uncertain(each.key, SIX)
        first = next(each for each in await daily.claim_notices(SIX, TERMS) if each.subscription.key == one.key)
        await daily.pause(one.key, Reason.ACCESS, SIX)
        await daily.notice_given(first)
        assert sorted(await told(daily, SEVEN)) == [(2, Reason.ACCESS), (3, Reason.HISTORY)]

    async def test_that_a_channel_cannot_be_read_is_told_once_until_posts_begin_anew(self, daily: DailyStore) -> None:
        one = await subscribe(daily)
        for moment in (SIX, SEVEN):
            await daily.tell_uncertain(one.key, moment)
            for notice in await daily.claim_notices(moment, TERMS):
                assert moment == SIX
                assert notice.reason is Reason.HISTORY
                await daily.notice_given(notice)
        await daily.resume(one.key, SEVEN)
        await daily.tell_uncertain(one.key, SEVEN)
        assert await told(daily, SEVEN) == [(2, Reason.HISTORY)]
        await daily.tell_uncertain("nothing", SEVEN)
