from __future__ import annotations

import asyncio
import sys
from collections.abc import AsyncIterator, Callable
from contextlib import AsyncExitStack

import aiohttp
import discord
import pytest

from . import DiscordServer, Timing, connected, discord_server, quicken
from .gateway import MESSAGE_CONTENT
from .server import TOKEN
from .small_bot import SmallBot


@pytest.fixture
async def bot(discord_server: DiscordServer) -> AsyncIterator[SmallBot]:
    async with connected(SmallBot()) as client:
        yield client


async def test_ready_brings_the_guilds_with_channels_and_permissions(
    discord_server: DiscordServer, bot: SmallBot
) -> None:
    [guild] = bot.guilds
    assert guild.name == "Newsroom"
    [channel] = guild.text_channels
    assert channel.permissions_for(guild.me).send_messages
    assert bot.application_id == discord_server.application_id
    assert (await bot.application_info()).owner.name == "owner"
    assert await bot.fetch_channel(channel.id) == channel


async def test_guilds_come_and_go(discord_server: DiscordServer, bot: SmallBot) -> None:
    joined: list[str] = []

    @bot.event
    async def on_guild_join(guild: discord.Guild) -> None:
        joined.append(guild.name)

    guild = discord_server.add_guild("Later")
    await discord_server.until(lambda: joined == ["Later"])
    discord_server.remove_guild(guild)
    await discord_server.until(lambda: bot.get_guild(guild.id) is None)
    discord_server.remove_guild(discord_server.guild, unavailable=True)
    await discord_server.until(lambda: bot.guilds[0].unavailable)


async def test_an_interaction_goes_to_the_shard_of_its_guild_and_direct_messages_to_the_first() -> None:
    async with discord_server(shards=3) as server, AsyncExitStack() as stack:
        guilds = [server.guild, server.add_guild("Second"), server.add_guild("Third")]
        bots = [SmallBot(shard_count=3, shard_ids=[number]) for number in range(3)]
        for each in bots:
            await stack.enter_async_context(connected(each))
        assert [len(each.guilds) for each in bots] == [1, 1, 1]
        served = {each.guilds[0].id: each for each in bots}
        for guild in guilds:
            before = {id(each): each.happened.count("INTERACTION_CREATE") for each in bots}
            assert (await server.slash("echo", text="x", guild=guild)).text == "x"
            got = [each for each in bots if each.happened.count("INTERACTION_CREATE") > before[id(each)]]
            assert got == [served[guild.id]]
        assert (await server.slash("echo", text="x", guild=None)).text == "x"
        assert bots[0].happened.count("INTERACTION_CREATE") == 2
        assert [identify["shard"] for identify in server.gateway.identifies] == [[0, 3], [1, 3], [2, 3]]


async def test_the_recommended_shards_are_taken() -> None:
    async with discord_server(shards=2) as server, connected(SmallBot()) as bot:
        assert bot.shard_count == 2
        assert sorted(session.shard for session in server.gateway.connected()) == [0, 1]


async def test_two_processes_on_one_shard_both_get_an_interaction_and_one_answers(
    discord_server: DiscordServer,
) -> None:
    async with connected(SmallBot()), connected(SmallBot()):
        reply = await discord_server.slash("echo", text="x")
        await reply.wait(lambda reply: reply.refusals)
        assert reply.message.content == "x"
        assert [error.code for error in reply.refusals] == [40060]


async def test_without_the_guilds_intent_no_guild_comes(discord_server: DiscordServer) -> None:
    async with connected(discord.Client(intents=discord.Intents.none())) as client:
        discord_server.add_guild("Later")
        discord_server.gateway.dispatch(discord_server.guild, "MESSAGE_ACK", {})
        await discord_server.until(lambda: client.ws.sequence == 2)
        assert all(not guild.name for guild in client.guilds)


async def test_what_was_missed_comes_after_a_resume(discord_server: DiscordServer, bot: SmallBot) -> None:
    assert discord_server.gateway.drop() == 1
    await discord_server.until(lambda: not discord_server.gateway.connected())
    reply = await discord_server.slash("echo", text="missed")
    assert reply.text == "missed"
    assert len(discord_server.gateway.resumes) == 1
    assert len(discord_server.gateway.identifies) == 1
    await discord_server.until(lambda: "RESUMED" in bot.happened)


@pytest.mark.parametrize("way", ["close", "reconnect", "invalidate resumable", "freeze", "half close"])
async def test_other_disconnects_are_resumed(way: str) -> None:
    patience_s = 0.3 if way == "freeze" else 60.0  # which alone has to be found out
    async with discord_server() as server, connected(SmallBot(heartbeat_timeout=patience_s)) as bot:
        gateway = server.gateway
        breaks: dict[str, Callable[[], int]] = {
            "close": lambda: gateway.close(4000),
            "reconnect": gateway.reconnect,
            "invalidate resumable": lambda: gateway.invalidate(resumable=True),
            "freeze": gateway.freeze,
            "half close": gateway.half_close,
        }
        breaks[way]()
        await server.until(lambda: "RESUMED" in bot.happened)
        assert len(gateway.identifies) == 1
        assert (await server.slash("echo", text="on")).text == "on"


async def test_an_invalid_session_identifies_anew(discord_server: DiscordServer, bot: SmallBot) -> None:
    discord_server.gateway.invalidate()
    await discord_server.until(lambda: len(discord_server.gateway.identifies) == 2)
    await discord_server.ready()
    assert (await discord_server.slash("echo", text="on")).text == "on"


async def test_a_session_ends_with_a_goodbye(discord_server: DiscordServer) -> None:
    async with connected(SmallBot()):
        assert len(discord_server.gateway.sessions) == 1
    await discord_server.until(lambda: not discord_server.gateway.sessions)


async def test_a_session_that_nobody_resumes_in_time_is_forgotten() -> None:
    async with discord_server(timing=Timing(resume_s=0.0)) as server, connected(SmallBot()) as bot:
        server.gateway.drop()
        await server.until(lambda: len(server.gateway.identifies) == 2)
        await server.ready()
        assert len(server.gateway.resumes) == 1
        assert bot.happened.count("READY") + bot.happened.count("RESUMED") >= 1


@pytest.mark.parametrize(
    ("code", "error"),
    [(4004, discord.ConnectionClosed), (4013, discord.ConnectionClosed), (4014, discord.PrivilegedIntentsRequired)],
)
async def test_final_close_codes_end_the_client(
    discord_server: DiscordServer, code: int, error: type[Exception]
) -> None:
    discord_server.gateway.refuse_identify = code
    with pytest.raises(error):
        async with connected(SmallBot()):
            pass


async def test_privileged_intents_must_be_allowed(discord_server: DiscordServer) -> None:
    intents = discord.Intents.default()
    intents.message_content = True
    with pytest.raises(discord.PrivilegedIntentsRequired):
        async with connected(SmallBot(intents=intents)):
            pass
    discord_server.gateway.allowed_privileged = MESSAGE_CONTENT
    async with connected(SmallBot(intents=intents)):
        assert discord_server.gateway.identifies[-1]["intents"] == intents.value


async def test_a_wrong_token_is_refused_everywhere(discord_server: DiscordServer) -> None:
    with pytest.raises(discord.LoginFailure):
        async with connected(SmallBot(), "wrong"):
            pass
    assert discord_server.front.invalid_answers == 1
    assert await _close_code(discord_server, {"op": 2, "d": {"token": "wrong", "intents": 0}}) == 4004


@pytest.mark.parametrize(
    ("frame", "code"),
    [
        ({"op": 2, "d": {"token": TOKEN, "intents": 0, "shard": [2, 2]}}, 4010),
        ({"op": 2, "d": {"token": TOKEN, "intents": -1}}, 4013),
        ({"op": 3, "d": {}}, 4003),
        ({"op": 99, "d": {}}, 4001),
        ({"d": {}}, 4002),
    ],
)
async def test_bad_frames_close_the_connection(discord_server: DiscordServer, frame: object, code: int) -> None:
    assert await _close_code(discord_server, frame) == code


async def test_more_than_120_sends_a_minute_close_the_connection(discord_server: DiscordServer) -> None:
    identify = {"op": 2, "d": {"token": TOKEN, "intents": 0}}
    presence = {"op": 3, "d": {}}
    assert await _close_code(discord_server, identify, *[presence] * 120) == 4008


async def test_a_session_that_is_unknown_or_ahead_is_not_resumed(discord_server: DiscordServer, bot: SmallBot) -> None:
    [session] = discord_server.gateway.connected()
    resume = {"token": TOKEN, "session_id": session.id, "seq": session.sequence + 1}
    assert await _close_code(discord_server, {"op": 6, "d": resume}) == 4007
    assert await _close_code(discord_server, {"op": 6, "d": {**resume, "token": "x"}}) == 4004
    async with aiohttp.ClientSession() as http, http.ws_connect(discord_server.gateway_url) as socket:
        await socket.receive_json()
        await socket.send_json({"op": 6, "d": {**resume, "session_id": "x"}})
        assert await socket.receive_json() == {"op": 9, "d": False}


async def _close_code(server: DiscordServer, *frames: object) -> int | None:
    async with aiohttp.ClientSession() as session, session.ws_connect(f"{server.gateway_url}?v=10") as socket:
        assert (await socket.receive_json())["op"] == 10
        for frame in frames:
            await socket.send_json(frame)
        async for _ in socket:
            pass
        return socket.close_code


async def test_a_silent_connection_is_closed() -> None:
    timing = Timing(heartbeat_s=0.02)
    async with (
        discord_server(timing=timing) as server,
        aiohttp.ClientSession() as session,
        session.ws_connect(server.gateway_url) as socket,
    ):
        async for _ in socket:
            pass
        assert socket.close_code == 4009


async def test_heartbeats_keep_a_connection() -> None:
    async with discord_server(timing=Timing(heartbeat_s=0.15)) as server, connected(SmallBot()):
        [session] = server.gateway.connected()
        connection = session.connection
        assert connection is not None
        await server.until(lambda: connection.heartbeats >= 4)
        assert session.connection is connection


async def test_identifying_too_often_invalidates() -> None:
    timing = Timing(identify_every_s=60)
    async with discord_server(timing=timing) as server, aiohttp.ClientSession() as session:
        frame = {"op": 2, "d": {"token": TOKEN, "intents": 0}}
        for expected in (0, 9):
            async with session.ws_connect(server.gateway_url) as socket:
                await socket.receive_json()
                await socket.send_json(frame)
                assert (await socket.receive_json())["op"] == expected


async def test_messages_reach_those_whose_intents_ask_for_them(discord_server: DiscordServer) -> None:
    seen: list[tuple[str, str]] = []
    async with connected(SmallBot()) as bot:

        @bot.event
        async def on_message(message: discord.Message) -> None:
            seen.append((message.author.name, message.content))

        discord_server.say("hidden without the message content intent")
        discord_server.say(f"<@{discord_server.bot.id}> hello")
        await discord_server.slash("echo", text="own")
        await discord_server.until(lambda: len(seen) == 3)
    assert seen == [("reader", ""), ("reader", f"<@{discord_server.bot.id}> hello"), ("dateline", "own")]


async def test_answers_come_through_constant_disconnects(discord_server: DiscordServer, bot: SmallBot) -> None:
    discord_server.gateway.drop_every(0.02)
    for number in range(20):
        reply = await discord_server.slash("echo", text=str(number))
        assert (reply.text, reply.error) == (str(number), None)
    discord_server.gateway.drop_every(None)
    assert len(discord_server.gateway.identifies) == 1


async def test_a_gateway_that_is_down_is_tried_again(discord_server: DiscordServer, bot: SmallBot) -> None:
    fault = discord_server.faults.fail("GET /ws", 503)
    discord_server.gateway.drop()
    await discord_server.until(lambda: fault.happened == 1)
    await discord_server.until(lambda: len(discord_server.gateway.identifies) == 2)
    await discord_server.ready()
    assert (await discord_server.slash("echo", text="back")).text == "back"


async def test_a_plain_client_without_shards_connects(discord_server: DiscordServer) -> None:
    async with connected(discord.Client(intents=discord.Intents.none())) as client:
        assert discord_server.gateway.identifies[0].get("shard") is None
        assert client.user is not None
        assert client.user.id == discord_server.bot.id


async def test_a_bot_in_another_process_is_driven_too(discord_server: DiscordServer) -> None:
    program = f"""
import yarl
from tests.discord_server.small_bot import SmallBot, discord
from tests.discord_server import quicken
discord.http.Route.BASE = {discord_server.api_url!r}
discord.gateway.DiscordWebSocket.DEFAULT_GATEWAY = yarl.URL({discord_server.gateway_url!r})
bot = SmallBot()
quicken(bot)
bot.run({TOKEN!r}, log_handler=None)
"""
    process = await asyncio.create_subprocess_exec(sys.executable, "-c", program)
    try:
        await discord_server.ready()
        assert (await discord_server.slash("echo", text="far away")).text == "far away"
    finally:
        process.kill()
        await process.wait()


def test_quicken_leaves_the_library_as_it_is() -> None:
    client = discord.AutoShardedClient(intents=discord.Intents.none())
    quicken(client)
    other = discord.AutoShardedClient(intents=discord.Intents.none())
    assert other._connection.guild_ready_timeout == 2
    assert client._connection.guild_ready_timeout < 0.1
