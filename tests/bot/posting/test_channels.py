from __future__ import annotations

import datetime as dt
from collections.abc import AsyncIterator
from dataclasses import replace

import discord
import pytest

from bot.daily.claims import Claim, Notice, Reason
from bot.posting.channels import Channels
from bot.posting.refusals import LeftError, PassingError, RefusedError, UnreadableError
from tests.bot.daily.parts import HandClock
from tests.bot.posting.parts import post
from tests.discord_server import DiscordServer, connected
from tests.discord_server.gateway import MESSAGE_CONTENT
from tests.discord_server.mentions import Pings

SEND = "POST /channels/*/messages"
DAY = dt.date(2026, 7, 20)  # of the claim


@pytest.fixture
def clock() -> HandClock:
    return HandClock("2026-07-20T07:00")


def mentioning(claim: Claim, role: int) -> Claim:
    return replace(claim, subscription=replace(claim.subscription, role=role))


class TestSending:
    async def test_gives_the_message_and_the_same_one_when_it_is_repeated(
        self, server: DiscordServer, channels: Channels, claim: Claim, turns: list[str]
    ) -> None:
        sent = await channels.send(claim, post(claim))
        assert await channels.send(claim, post(claim)) == sent
        assert [message.id for message in server.post_history()] == [sent]
        tomorrow = replace(claim, date=DAY + dt.timedelta(1))
        assert await channels.send(tomorrow, post(tomorrow)) != sent
        assert turns == []  # the claim was its turn

    async def test_mentions_the_role_alone(self, server: DiscordServer, channels: Channels, claim: Claim) -> None:
        role = server.add_role("historians", mentionable=True)
        text = f"<@&{role.id}> <@{server.owner.id}> @everyone"
        for each in (claim, replace(mentioning(claim, role.id), date=DAY + dt.timedelta(1))):
            await channels.send(each, post(each, text=text))
        without, with_role = server.post_history()
        assert without.pings == Pings()
        assert with_role.pings == Pings(roles=frozenset({role.id}))

    async def test_tells_why_it_is_refused(self, server: DiscordServer, channels: Channels, claim: Claim) -> None:
        server.deny(server.channel, "send_messages")
        with pytest.raises(RefusedError) as refused:
            await channels.send(claim, post(claim))
        assert refused.value.reason is Reason.ACCESS
        server.delete_channel(server.channel)
        with pytest.raises(RefusedError) as refused:
            await channels.send(claim, post(claim))
        assert refused.value.reason is Reason.CHANNEL

    async def test_tells_what_may_pass_and_how_long_discord_wants_it_to_wait(
        self, server: DiscordServer, channels: Channels, claim: Claim
    ) -> None:
        server.faults.lose_answer(SEND)
        with pytest.raises(PassingError) as passing:
            await channels.send(claim, post(claim))
        assert passing.value.after_s == 0
        server.faults.rate_limit(SEND, 100.0)
        with pytest.raises(PassingError) as passing:
            await channels.send(claim, post(claim))
        assert passing.value.after_s == pytest.approx(100, abs=1)

    async def test_where_what_stands_before_discord_refuses_it_waits_a_minute(
        self, server: DiscordServer, channels: Channels, claim: Claim
    ) -> None:
        server.faults.rate_limit(SEND, via=False)
        with pytest.raises(PassingError) as passing:
            await channels.send(claim, post(claim))
        assert passing.value.after_s == 60


class TestFinding:
    @pytest.mark.parametrize("inside", [False, True], ids=["below the text", "beside it"])
    async def test_a_post_is_recognised_by_its_buttons_among_many_messages(
        self, server: DiscordServer, channels: Channels, claim: Claim, clock: HandClock, inside: bool
    ) -> None:
        server.say("hello")
        sent = await channels.send(claim, post(claim, inside))
        for number in range(150):
            server.say(f"message {number}")
        assert await channels.find(claim, clock()) == sent

    async def test_neither_another_days_nor_another_channels_post_is_taken_for_it(
        self, channels: Channels, claim: Claim, clock: HandClock
    ) -> None:
        await channels.send(claim, post(claim))
        assert await channels.find(replace(claim, date=DAY + dt.timedelta(1)), clock()) is None
        other = replace(claim, subscription=replace(claim.subscription, key="9876543210"))
        assert await channels.find(other, clock()) is None

    async def test_only_messages_since_then_are_looked_at_but_for_what_clocks_may_differ(
        self, channels: Channels, claim: Claim, clock: HandClock
    ) -> None:
        sent = await channels.send(claim, post(claim))
        assert await channels.find(claim, clock() + 200) == sent
        assert await channels.find(claim, clock() + 400) is None

    async def test_what_the_bot_did_not_write_is_nobodys_post(
        self, server: DiscordServer, channels: Channels, claim: Claim, clock: HandClock
    ) -> None:
        await channels.send(claim, post(claim))
        [message] = server.post_history()
        server.gateway.allowed_privileged = MESSAGE_CONTENT  # the buttons of others' messages are shown, too
        message.author = server.owner
        assert await channels.find(claim, clock()) is None

    async def test_in_an_empty_channel_there_is_none_where_it_can_be_read(
        self, server: DiscordServer, channels: Channels, claim: Claim, clock: HandClock, turns: list[str]
    ) -> None:
        with pytest.raises(UnreadableError):  # nothing shows that it can
            await channels.find(claim, clock())
        server.say("hello")
        clock.pass_(hours=1)
        assert await channels.find(claim, clock()) is None
        assert len(turns) == 4  # requests that the claim is not for
        server.deny(server.channel, "read_message_history")
        with pytest.raises(UnreadableError):
            await channels.find(claim, clock())

    async def test_where_too_much_was_written_since_it_cannot_be_told(
        self, server: DiscordServer, channels: Channels, claim: Claim, clock: HandClock
    ) -> None:
        for number in range(999):
            server.say(f"message {number}")
        assert await channels.find(claim, clock()) is None
        server.say("one more")
        with pytest.raises(UnreadableError):
            await channels.find(claim, clock())


class TestRoles:
    async def test_that_were_deleted_are_told(
        self, server: DiscordServer, channels: Channels, claim: Claim, turns: list[str]
    ) -> None:
        await channels.check_role(claim.subscription)
        assert turns == []
        role = server.add_role("historians")
        subscription = mentioning(claim, role.id).subscription
        await channels.check_role(subscription)
        assert turns == ["one"]
        server.guild.roles.remove(role)
        with pytest.raises(RefusedError) as refused:
            await channels.check_role(subscription)
        assert refused.value.reason is Reason.ROLE

    async def test_of_a_guild_that_was_left_cannot_be_known(
        self, server: DiscordServer, channels: Channels, claim: Claim
    ) -> None:
        server.remove_guild(server.guild)
        with pytest.raises(LeftError):
            await channels.check_role(mentioning(claim, 7).subscription)


class TestNotices:
    @pytest.fixture
    def notice(self, claim: Claim, clock: HandClock) -> Notice:
        return Notice(claim.subscription, Reason.ACCESS, "n0123456789", clock() + 75)

    async def test_go_to_the_owner_where_there_is_no_system_channel_and_once(
        self, server: DiscordServer, channels: Channels, notice: Notice, turns: list[str]
    ) -> None:
        for _ in range(2):
            await channels.tell(notice)
        [message] = server.post_history(server.direct_channel(server.owner))
        assert f"<#{server.channel.id}>" in message.text
        assert server.guild.name in message.text
        assert message.pings == Pings()
        assert len(turns) == 2 * 3  # the guild, the channel to the owner, the message

    async def test_go_to_the_system_channel_and_where_that_is_closed_to_the_owner(
        self, server: DiscordServer, channels: Channels, notice: Notice, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        system = server.add_channel("system")
        payload = {**server.guild.payload(), "system_channel_id": str(system.id)}
        monkeypatch.setattr(server.guild, "payload", lambda: payload)
        for _ in range(2):
            await channels.tell(notice)
        direct = server.direct_channel(server.owner)
        assert (len(server.post_history(system)), len(server.post_history(direct))) == (1, 0)
        server.deny(system, "send_messages")
        await channels.tell(replace(notice, nonce="n-other"))
        assert (len(server.post_history(system)), len(server.post_history(direct))) == (1, 1)

    async def test_are_not_given_to_a_guild_that_was_left(
        self, server: DiscordServer, channels: Channels, notice: Notice
    ) -> None:
        server.remove_guild(server.guild)
        with pytest.raises(LeftError):
            await channels.tell(notice)


class TestAGuildThatIsKnown:
    """By the gateway: nothing of it has to be asked for."""

    @pytest.fixture
    async def client(self, server: DiscordServer) -> AsyncIterator[discord.Client]:
        system = server.add_channel("system")
        server.add_role("historians")
        payload = server.guild.payload
        server.guild.payload = lambda: {**payload(), "system_channel_id": str(system.id)}  # type: ignore[method-assign]
        async with connected(discord.Client(intents=discord.Intents(guilds=True))) as client:
            yield client

    async def test_tells_of_its_roles(
        self, server: DiscordServer, channels: Channels, claim: Claim, turns: list[str]
    ) -> None:
        [role] = [role for role in server.guild.roles if role.name == "historians"]
        await channels.check_role(mentioning(claim, role.id).subscription)
        with pytest.raises(RefusedError):
            await channels.check_role(mentioning(claim, 7).subscription)
        assert turns == []

    async def test_is_told_in_its_system_channel_and_else_its_owner(
        self, server: DiscordServer, channels: Channels, claim: Claim, turns: list[str]
    ) -> None:
        [system] = [channel for channel in server.guild.channels if channel.name == "system"]
        await channels.tell(Notice(claim.subscription, Reason.ACCESS, "n1", 0.0))
        [message] = server.post_history(system)
        assert server.guild.name in message.text
        assert turns == ["one"]
        server.deny(system, "send_messages")
        await channels.tell(Notice(claim.subscription, Reason.ACCESS, "n2", 0.0))
        assert len(server.post_history(server.direct_channel(server.owner))) == 1

    async def test_tells_whether_an_empty_channel_can_be_read(
        self,
        server: DiscordServer,
        client: discord.Client,
        channels: Channels,
        claim: Claim,
        clock: HandClock,
        turns: list[str],
    ) -> None:
        assert await channels.find(claim, clock()) is None
        assert turns == ["one"]
        [guild] = client.guilds
        channel = guild.get_channel(server.channel.id)
        assert channel is not None
        server.deny(server.channel, "read_message_history")
        await server.until(lambda: not channel.permissions_for(guild.me).read_message_history)
        with pytest.raises(UnreadableError):
            await channels.find(claim, clock())

    @pytest.mark.parametrize("unknown", ["the channel", "a thread's channel"])
    async def test_of_a_channel_that_the_gateway_did_not_tell_discord_is_asked(
        self,
        server: DiscordServer,
        client: discord.Client,
        channels: Channels,
        claim: Claim,
        clock: HandClock,
        turns: list[str],
        unknown: str,
    ) -> None:
        [guild] = client.guilds
        here = server.add_thread("days") if unknown == "a thread's channel" else server.channel
        await server.until(lambda: guild.get_channel_or_thread(here.id))
        there = replace(claim, subscription=replace(claim.subscription, channel=here.id))
        assert await channels.find(there, clock()) is None
        assert turns == ["one"]  # permissions tell that it can be read
        guild._channels.pop(server.channel.id)
        with pytest.raises(UnreadableError):  # nothing shows that it can
            await channels.find(there, clock())
        server.say("hello", channel=here)
        clock.pass_(hours=1)
        assert await channels.find(there, clock()) is None
        assert turns == ["one"] * 5
