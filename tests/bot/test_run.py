"""The bot from its start to its end: tokens, networks that are away, signals, gateways that drop."""

from __future__ import annotations

import asyncio
import signal
import sys
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from pathlib import Path

import pytest
from discord.http import Route

from bot import gateway
from bot import run as running
from bot.config import Config
from bot.engine import Engine
from bot.guide import Guide
from bot.outages import ConnectionRefusedForGoodError, next_wait_s
from bot.run import run
from bot.server_settings import ServerSettings
from bot.store import Store
from embeddings.errors import IndexMissingError, InputError
from embeddings.index.folder import IndexFolder
from tests.bot.conftest import StartBot
from tests.bot.running import TODAY, environment, quick_client
from tests.bot.running import parts as opened_parts
from tests.bot.stores import EMPTY
from tests.discord_server import DiscordServer
from tests.discord_server.faults import Fault
from tests.discord_server.running import discord_server as new_server
from tests.word_encoder import WordEncoder


def settings(server: DiscordServer, **discord: object) -> Config:
    return Config.model_validate({"discord": {"api_url": server.api_url, "token": server.token, **discord}})


@pytest.fixture
async def parts(sample_folder: IndexFolder, tmp_path: Path) -> AsyncIterator[tuple[Engine, Store]]:
    async with opened_parts(sample_folder, EMPTY.in_folder(tmp_path)) as opened:
        yield opened


@asynccontextmanager
async def served(server: DiscordServer, parts: tuple[Engine, Store]) -> AsyncIterator[None]:
    """The bot, served until the block ends, when it is told to end as by a signal."""
    stop = asyncio.Event()
    serving = asyncio.create_task(running._serve(settings(server), *parts, stop))
    try:
        yield
    finally:
        stop.set()
        await asyncio.wait_for(serving, 60)


@pytest.fixture(autouse=True)
def waits(monkeypatch: pytest.MonkeyPatch) -> list[float]:
    """How long the bot would have waited each time; it waits for a moment instead, and not for discord.py's start."""
    waits: list[float] = []

    def shortly(error: BaseException, attempt: int, now: Callable[[], float]) -> float:
        waits.append(next_wait_s(error, attempt, now))
        return min(waits[-1], 0.05)

    monkeypatch.setattr(running, "next_wait_s", shortly)

    monkeypatch.setattr(running, "DatelineClient", quick_client)
    return waits


async def test_a_wrong_token_ends_the_bot_with_what_to_do(
    discord_server: DiscordServer, parts: tuple[Engine, Store]
) -> None:
    config = settings(discord_server, token="wrong")
    with pytest.raises(ConnectionRefusedForGoodError, match="paste the one from the developer portal"):
        await running._serve(config, *parts, asyncio.Event())


@pytest.mark.parametrize(
    ("code", "sentence"), [(4004, "refuses the token"), (4014, "intents"), (4010, "does not know such a shard")]
)
async def test_a_gateway_that_refuses_for_good_ends_the_bot(
    discord_server: DiscordServer, parts: tuple[Engine, Store], code: int, sentence: str
) -> None:
    discord_server.gateway.refuse_identify = code
    with pytest.raises(ConnectionRefusedForGoodError, match=sentence):
        await running._serve(settings(discord_server), *parts, asyncio.Event())


@pytest.mark.parametrize("route", ["GET /users/@me", "GET /gateway/bot", "GET /ws", "PUT /applications/*"])
async def test_a_discord_that_is_away_is_tried_again_until_it_is_back(
    discord_server: DiscordServer, parts: tuple[Engine, Store], route: str
) -> None:
    discord_server.faults.drop(route, times=3)
    async with served(discord_server, parts):
        await discord_server.ready(timeout_s=300)
        reply = await discord_server.slash("event", {"date": "2015-12-23"})
        assert "at least 200 civilians" in reply.text


@pytest.mark.parametrize("route", ["GET /users/@me", "GET /oauth2/applications/@me", "GET /gateway/bot"])
@pytest.mark.parametrize("via", [True, False])
async def test_a_discord_that_wants_to_be_left_alone_for_long_is_left_alone_for_as_long(
    discord_server: DiscordServer, parts: tuple[Engine, Store], waits: list[float], route: str, via: bool
) -> None:
    limit = discord_server.faults.rate_limit(route, 600.0, via=via)
    async with served(discord_server, parts):
        await discord_server.ready(timeout_s=300)
    assert limit.happened == 1
    [wait_s] = waits
    assert 600 <= wait_s <= 660


@pytest.mark.parametrize("address", ["https://127.0.0.1:{port}", "http://nowhere.invalid", "http://127.0.0.1:1"])
async def test_a_network_without_tls_names_or_listeners_is_waited_for(
    discord_server: DiscordServer,
    parts: tuple[Engine, Store],
    waits: list[float],
    monkeypatch: pytest.MonkeyPatch,
    address: str,
) -> None:
    right = Route.BASE
    monkeypatch.setattr(Route, "BASE", address.format(port=right.split(":")[2].split("/")[0]) + "/api/v10")
    async with served(discord_server, parts):
        await discord_server.until(lambda: len(waits) >= 2, timeout_s=120)
        monkeypatch.setattr(Route, "BASE", right)
        await discord_server.ready(timeout_s=300)
        assert "at least 200 civilians" in (await discord_server.slash("event", {"date": "2015-12-23"})).text
    assert max(waits) <= 60


async def test_where_the_days_sessions_are_used_up_none_is_begun_before_the_next_day(
    discord_server: DiscordServer, parts: tuple[Engine, Store], waits: list[float]
) -> None:
    discord_server.gateway.starts_left = 0
    serving = asyncio.create_task(running._serve(settings(discord_server), *parts, stop := asyncio.Event()))
    await discord_server.until(lambda: waits)
    discord_server.gateway.starts_left = 1_000
    await discord_server.ready(timeout_s=300)
    assert waits[0] >= 86_400
    assert len(discord_server.gateway.identifies) == 1
    stop.set()
    await asyncio.wait_for(serving, 60)


@pytest.mark.parametrize("spoil", ["hang", "no HELLO"])
async def test_it_ends_in_good_order_also_while_a_shard_connects_anew(
    discord_server: DiscordServer, parts: tuple[Engine, Store], spoil: str
) -> None:
    async with served(discord_server, parts):
        await discord_server.ready(timeout_s=300)
        connecting = discord_server.faults.add(Fault("hang" if spoil == "hang" else "slow", "GET /ws"))
        discord_server.gateway.refuse_hello = None if spoil == "hang" else 1001
        discord_server.gateway.drop()
        await discord_server.until(lambda: connecting.happened)
    assert discord_server.gateway.connected() == []


async def test_connections_that_end_before_a_session_begins_come_further_and_further_apart(
    discord_server: DiscordServer,
    parts: tuple[Engine, Store],
    caplog: pytest.LogCaptureFixture,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    waited: list[float] = []

    async def wait(longest_s: float) -> None:
        waited.append(longest_s)
        await asyncio.sleep(0.01)

    monkeypatch.setattr(gateway, "_wait", wait)
    async with served(discord_server, parts):
        await discord_server.ready(timeout_s=300)
        discord_server.gateway.refuse_hello = 1001
        discord_server.gateway.drop()
        await discord_server.until(lambda: len(waited) >= 8)
        discord_server.gateway.refuse_hello = None
        await discord_server.ready()
        assert "at least 200 civilians" in (await discord_server.slash("event", {"date": "2015-12-23"})).text
    assert waited[:5] == [2, 4, 8, 16, 30]
    assert max(waited) == 30
    assert sum("before a session begins" in record.getMessage() for record in caplog.records) == 1


async def test_a_shard_that_cannot_connect_costs_the_others_nothing(
    parts: tuple[Engine, Store], waits: list[float]
) -> None:
    async with new_server(shards=2) as server:
        serving = asyncio.create_task(running._serve(settings(server), *parts, stop := asyncio.Event()))
        await server.ready(2, timeout_s=300)
        [healthy] = [each for each in server.gateway.connected() if each.serves(server.guild)]
        server.faults.fail("GET /ws", 503)
        server.gateway.refuse_hello = 1001
        server.gateway.drop(1 - healthy.shard)
        await server.until(lambda: len([each for each in server.requests if each.path == "/ws"]) >= 4)
        assert "at least 200 civilians" in (await server.slash("event", {"date": "2015-12-23"})).text
        server.gateway.refuse_hello = None
        await server.ready(2, timeout_s=300)
        assert healthy.connection is not None
        stop.set()
        await asyncio.wait_for(serving, 60)
    assert waits == []


async def test_a_final_code_in_place_of_the_first_word_is_final_too(
    discord_server: DiscordServer, parts: tuple[Engine, Store]
) -> None:
    serving = asyncio.create_task(running._serve(settings(discord_server), *parts, asyncio.Event()))
    await discord_server.ready(timeout_s=300)
    discord_server.gateway.refuse_hello = 4011
    discord_server.gateway.drop()
    with pytest.raises(ConnectionRefusedForGoodError, match="too many servers"):
        await asyncio.wait_for(serving, 120)


async def test_what_warms_up_decides_nothing(
    discord_server: DiscordServer, parts: tuple[Engine, Store], monkeypatch: pytest.MonkeyPatch
) -> None:
    async def warm_up(_: Guide) -> None:
        raise InputError("This event is no longer in the archive.")

    monkeypatch.setattr(Guide, "warm_up", warm_up)
    async with served(discord_server, parts):
        await discord_server.ready(timeout_s=300)


async def test_cloudflares_page_is_told_once_and_without_what_it_says(
    discord_server: DiscordServer,
    parts: tuple[Engine, Store],
    caplog: pytest.LogCaptureFixture,
) -> None:
    discord_server.faults.rate_limit("GET /users/@me", via=False, times=5)
    async with served(discord_server, parts):
        await discord_server.ready(timeout_s=300)
    [told] = [each.getMessage() for each in caplog.records if "cannot be reached" in each.getMessage()]
    assert "429" in told
    assert "203.0.113.7" not in caplog.text
    assert "<" not in told


async def test_when_it_is_told_to_end_it_first_answers_what_has_begun(
    discord_server: DiscordServer, parts: tuple[Engine, Store]
) -> None:
    async with served(discord_server, parts):
        await discord_server.ready(timeout_s=300)
        discord_server.faults.slow("PATCH /webhooks/*", 0.3)
        reply = await discord_server.slash("event", {"date": "2015-12-23"}, wait=False)
        await discord_server.until(lambda: reply.deferred)
    assert "at least 200 civilians" in reply.text


async def test_when_it_is_told_to_end_it_waits_for_what_still_asks_the_store_how_to_answer(
    discord_server: DiscordServer, parts: tuple[Engine, Store], monkeypatch: pytest.MonkeyPatch
) -> None:
    read, asking = parts[1].settings.of, asyncio.Event()

    async def read_later(guild: int) -> ServerSettings:
        asking.set()
        await asyncio.sleep(0.3)
        return await read(guild)

    async with served(discord_server, parts):
        await discord_server.ready(timeout_s=300)
        monkeypatch.setattr(parts[1].settings, "of", read_later)
        reply = await discord_server.slash("event", {"date": "2015-12-23"}, wait=False)
        await asking.wait()
    assert (reply.error, len(reply.messages)) == (None, 1)


async def test_what_discord_sends_before_it_knows_of_the_end_is_answered(
    discord_server: DiscordServer, parts: tuple[Engine, Store]
) -> None:
    users = [discord_server.add_user(f"user {number}") for number in range(30)]
    stop = asyncio.Event()
    serving = asyncio.create_task(running._serve(settings(discord_server), *parts, stop))
    await discord_server.ready(timeout_s=300)
    discord_server.faults.slow("POST /interactions/*/callback", 0.2)
    replies = [await discord_server.slash("event", {"date": "2015-12-23"}, wait=False)]
    await discord_server.until(lambda: replies[0].deferred)
    discord_server.faults.slow("POST /interactions/*/callback", 0.6, times=None)  # under way when the first is done
    stop.set()
    for user in users:
        replies.append(await discord_server.slash("event", {"date": "2015-12-23"}, user=user, wait=False))
        await asyncio.sleep(0)
    await asyncio.wait_for(serving, 60)
    delivered = [reply for reply in replies if not reply.error]
    delivered = [each for each in delivered if each.interaction.token not in discord_server.gateway.undelivered]
    assert len(delivered) > 1
    assert [reply for reply in delivered if len(reply.messages) != 1] == []
    assert discord_server.gateway.sessions == {}
    assert len(discord_server.gateway.identifies) == 1


async def test_a_gateway_that_keeps_dropping_loses_no_interaction_and_answers_none_twice(
    discord_server: DiscordServer, start_bot: StartBot
) -> None:
    async with start_bot():
        dropping = asyncio.create_task(_keep_dropping(discord_server))
        replies = [await discord_server.slash("event", {"date": "2015-12-23"}, wait=False) for _ in range(40)]
        for number, reply in enumerate(replies):
            await reply.wait()
            if number % 10 == 0:
                discord_server.gateway.drop()
        dropping.cancel()
        for reply in replies:
            assert reply.error is None
            assert len(reply.messages) == 1


async def _keep_dropping(server: DiscordServer) -> None:
    for _ in range(6):
        await server.ready()
        server.gateway.drop()


async def test_without_a_token_or_an_index_it_says_what_is_missing(
    discord_server: DiscordServer, tmp_path: Path
) -> None:
    with pytest.raises(InputError, match="no token is set"):
        await run(settings(discord_server, token=""))
    config = settings(discord_server).model_copy(
        update={
            "index": Config().index.model_copy(update={"path": tmp_path / "nowhere"}),
            "store": Config().store.model_copy(update={"url": f"sqlite:///{tmp_path}/store.db"}),
        }
    )
    with pytest.raises(IndexMissingError, match="there is no index in"):
        await run(config)


class TestLoggingInWhileTheIndexIsOpened:
    async def test_the_bot_logs_in_at_once_and_connects_when_it_can_answer(
        self, discord_server: DiscordServer, sample_folder: IndexFolder, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        opening, stop = asyncio.Event(), asyncio.Event()
        start = Engine._start

        async def later(engine: Engine) -> None:
            await opening.wait()
            await start(engine)

        monkeypatch.setattr(Engine, "_start", later)
        store = await Store.open(EMPTY.in_folder(tmp_path))
        engine = Engine(sample_folder, lambda _: WordEncoder(), lambda: TODAY)
        serving = asyncio.create_task(running._start_and_serve(settings(discord_server), engine, store, stop))
        await discord_server.until(lambda: discord_server.commands.get(None))
        assert not discord_server.gateway.connections
        opening.set()
        await discord_server.ready()
        assert "Moon" in (await discord_server.slash("event", {"date": "1969-07-20"})).text
        stop.set()
        await asyncio.wait_for(serving, 60)
        await engine.close()
        await store.close()

    async def test_an_index_that_cannot_be_used_ends_a_bot_that_discord_keeps_waiting(self, tmp_path: Path) -> None:
        config = Config.model_validate(
            {
                "discord": {"api_url": "http://127.0.0.1:9/api/v10", "token": "secret"},
                "index": {"path": tmp_path / "nowhere"},
                "store": {"url": f"sqlite:///{tmp_path}/store.db"},
            }
        )
        with pytest.raises(IndexMissingError, match="there is no index in"):
            await asyncio.wait_for(run(config), 60)


@pytest.mark.model
async def test_the_process_serves_and_ends_in_good_order_and_its_log_holds_no_token(
    discord_server: DiscordServer, model_folder: IndexFolder, tmp_path: Path
) -> None:
    settings = environment(discord_server, model_folder.root, EMPTY.in_folder(tmp_path))
    bot = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "bot", env=settings, stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.STDOUT
    )
    await discord_server.ready(timeout_s=300)
    assert "Moon" in (await discord_server.slash("ask", {"query": "moon landing july 1969"})).text
    bot.send_signal(signal.SIGTERM)
    log, _ = await asyncio.wait_for(bot.communicate(), 60)
    assert bot.returncode == 0
    assert discord_server.token.encode() not in log
