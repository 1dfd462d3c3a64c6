"""Posts in forums: each is a thread, and is looked for among the bot's threads."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace

import pytest

from bot.daily.claims import Claim, Reason
from bot.daily.schedule import Kind
from bot.posting import forums
from bot.posting.channels import Channels
from bot.posting.refusals import LeftError, PassingError, RefusedError, TooMuchError, UnreadableError
from tests.bot.daily.parts import HandClock
from tests.bot.posting.parts import post
from tests.discord_server import Channel, DiscordServer, Message
from tests.discord_server.mentions import Pings

ARCHIVED = "/threads/archived/public"


@pytest.fixture
def forum(server: DiscordServer) -> Channel:
    return server.add_forum("days", "history")


@pytest.fixture
def claim(claim: Claim, forum: Channel) -> Claim:
    return replace(claim, subscription=replace(claim.subscription, channel=forum.id, kind=Kind.FORUM))


def other_day(claim: Claim, days: int) -> Claim:
    return replace(claim, date=claim.date + dt.timedelta(days))


def first_messages(server: DiscordServer, forum: Channel) -> list[Message]:
    """The first message of each of a forum's threads."""
    return [server.post_history(thread)[0] for thread in server.threads_of(forum)]


async def sent(channels: Channels, claim: Claim) -> int:
    found = await channels.send(claim, post(claim))
    assert found is not None
    return found


class TestSending:
    async def test_makes_a_thread_with_a_title_a_tag_and_the_role(
        self, server: DiscordServer, forum: Channel, channels: Channels, claim: Claim, turns: list[str]
    ) -> None:
        role = server.add_role("historians", mentionable=True)
        plain = await channels.send(claim, post(claim))
        more = replace(claim.subscription, tag=forum.tags[0].id, role=role.id)
        text = f"<@&{role.id}> <@{server.owner.id}> @everyone"
        tagged = await channels.send(replace(claim, subscription=more), post(claim, text=text))
        first, second = first_messages(server, forum)
        assert [first.id, second.id] == [plain, tagged]
        assert [thread.id for thread in server.threads_of(forum)] == [plain, tagged]
        assert {thread.name for thread in server.threads_of(forum)} == {post(claim).title}
        assert [thread.applied_tags for thread in server.threads_of(forum)] == [[], [forum.tags[0].id]]
        assert (first.pings, second.pings) == (Pings(), Pings(roles=frozenset({role.id})))
        assert turns == []  # the claim was its turn

    async def test_tells_why_it_is_refused(
        self, server: DiscordServer, forum: Channel, channels: Channels, claim: Claim
    ) -> None:
        async def reason(claim: Claim) -> Reason:
            with pytest.raises(RefusedError) as refused:
                await channels.send(claim, post(claim))
            return refused.value.reason

        assert await reason(replace(claim, subscription=replace(claim.subscription, tag=7))) is Reason.TAG
        forum.requires_tag = True
        assert await reason(claim) is Reason.TAG
        forum.tags.clear()
        assert await reason(claim) is Reason.TAG
        forum.requires_tag = False
        server.deny(forum, "send_messages")
        assert await reason(claim) is Reason.ACCESS
        server.delete_channel(forum)
        assert await reason(claim) is Reason.CHANNEL

    async def test_tells_what_may_pass(self, server: DiscordServer, channels: Channels, claim: Claim) -> None:
        server.faults.lose_answer("POST /channels/*/threads")
        with pytest.raises(PassingError):
            await channels.send(claim, post(claim))


class TestFinding:
    async def test_a_post_is_recognised_among_threads_of_all_kinds(
        self, server: DiscordServer, forum: Channel, channels: Channels, claim: Claim, clock: HandClock
    ) -> None:
        elsewhere = server.add_forum("elsewhere")
        server.add_thread("of somebody", forum)
        await sent(channels, other_day(claim, -1))
        there = replace(claim, subscription=replace(claim.subscription, channel=elsewhere.id))
        await sent(channels, there)
        assert await channels.find(claim, clock()) is None
        first = await sent(channels, claim)
        await sent(channels, claim)
        await sent(channels, other_day(claim, 1))
        assert await channels.find(claim, clock()) == first
        server.change_thread(server.channels[first], archived=True)
        second = server.threads_of(forum)[-2].id
        assert await channels.find(claim, clock()) == second  # what is open is looked at first
        server.change_thread(server.channels[second], archived=True)
        assert await channels.find(claim, clock()) == first

    async def test_each_request_waits_for_its_turn(
        self, channels: Channels, claim: Claim, clock: HandClock, turns: list[str], server: DiscordServer
    ) -> None:
        await sent(channels, other_day(claim, 1))
        before = len(server.requests)
        assert await channels.find(claim, clock()) is None
        assert len(turns) == len(server.requests) - before == 3  # open threads, a message, archived threads

    async def test_only_threads_since_then_are_looked_at_but_for_what_clocks_may_differ(
        self, channels: Channels, claim: Claim, clock: HandClock
    ) -> None:
        found = await sent(channels, claim)
        assert await channels.find(claim, clock() + 299) == found
        assert await channels.find(claim, clock() + 301) is None

    async def test_a_thread_without_its_first_message_is_nobodys_post(
        self, server: DiscordServer, forum: Channel, channels: Channels, claim: Claim, clock: HandClock
    ) -> None:
        await sent(channels, claim)
        server.messages.delete(first_messages(server, forum)[0])
        assert await channels.find(claim, clock()) is None
        found = await sent(channels, claim)
        assert await channels.find(claim, clock()) == found

    async def test_what_cannot_be_read_is_told(
        self, server: DiscordServer, forum: Channel, channels: Channels, claim: Claim, clock: HandClock
    ) -> None:
        await sent(channels, claim)
        server.deny(forum, "read_message_history")
        with pytest.raises(UnreadableError):
            await channels.find(claim, clock())
        for thread in server.threads_of(forum):
            server.change_thread(thread, archived=True)
        with pytest.raises(UnreadableError):
            await channels.find(claim, clock())
        server.remove_guild(server.guild)
        with pytest.raises(LeftError):
            await channels.find(claim, clock())

    @pytest.mark.parametrize(
        "route", ["GET /guilds/*/threads/active", f"GET *{ARCHIVED}", "GET /channels/*/messages/*"]
    )
    async def test_what_may_pass_is_told(
        self, server: DiscordServer, channels: Channels, claim: Claim, clock: HandClock, route: str
    ) -> None:
        await sent(channels, other_day(claim, 1))
        server.faults.fail(route, 503)
        with pytest.raises(PassingError):
            await channels.find(claim, clock())


class TestArchivedThreads:
    @pytest.fixture(autouse=True)
    def _few_at_once(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(forums, "_PER_PAGE", 3)
        monkeypatch.setattr(forums, "_PAGES", 3)

    def archive(self, server: DiscordServer, forum: Channel, clock: HandClock, threads: int) -> None:
        """Threads of somebody else that are made and archived, a second later each."""
        for number in range(threads):
            clock.pass_(seconds=1)
            server.change_thread(server.add_thread(f"thread {number}", forum), archived=True)

    def asked(self, server: DiscordServer) -> int:
        """How many pages of archived threads were asked for."""
        return len([request for request in server.requests if ARCHIVED in request.path])

    async def test_are_read_page_by_page_from_the_one_that_was_archived_last(
        self, server: DiscordServer, forum: Channel, channels: Channels, claim: Claim, clock: HandClock
    ) -> None:
        since = clock()
        found = await sent(channels, claim)
        server.change_thread(server.channels[found], archived=True)
        for pages, more in ((1, 2), (2, 1), (2, 2), (3, 1)):
            self.archive(server, forum, clock, more)
            before = self.asked(server)
            assert await channels.find(claim, since) == found
            assert self.asked(server) - before == pages
        self.archive(server, forum, clock, 3)
        with pytest.raises(TooMuchError):
            await channels.find(claim, since)

    async def test_that_are_all_read_hold_no_post(
        self, server: DiscordServer, forum: Channel, channels: Channels, claim: Claim, clock: HandClock
    ) -> None:
        since = clock()
        self.archive(server, forum, clock, 7)
        assert await channels.find(claim, since) is None
        assert self.asked(server) == 3

    async def test_that_were_archived_before_are_not_asked_for(
        self, server: DiscordServer, forum: Channel, channels: Channels, claim: Claim, clock: HandClock
    ) -> None:
        self.archive(server, forum, clock, 20)
        clock.pass_(hours=1)
        since = clock()
        self.archive(server, forum, clock, 1)
        assert await channels.find(claim, since) is None
        assert self.asked(server) == 1
