from __future__ import annotations

import asyncio
import socket
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import aiohttp
import pytest

from bot import metrics, observing
from bot.client import DatelineClient
from bot.config import Config
from bot.observing import Observer
from embeddings.index.folder import IndexFolder
from tests.bot.conftest import StartBot
from tests.discord_server import DiscordServer

NOWHERE = Config.model_validate({"metrics": {"address": "127.0.0.1:0"}})


@asynccontextmanager
async def observed(config: Config = NOWHERE) -> AsyncIterator[Observer]:
    async with Observer(config) as observer:
        while observer.port is None:  # noqa: ASYNC110  # no event tells
            await asyncio.sleep(0.01)
        yield observer


async def ask(observer: Observer, path: str) -> tuple[int, str]:
    async with (
        aiohttp.ClientSession() as session,
        session.get(f"http://127.0.0.1:{observer.port}{path}") as response,
    ):
        return response.status, await response.text()


def value(text: str, name: str) -> float:
    """What a scrape says of a series, which has to be there."""
    [line] = [line for line in text.splitlines() if line.startswith(f"{name} ")]
    return float(line.split()[-1])


async def test_without_an_address_nothing_listens_and_nothing_is_measured() -> None:
    async with Observer(Config()) as observer:
        assert observer.port is None
        assert metrics.ERRORS._real is None


async def test_a_bot_that_starts_is_alive_and_not_ready() -> None:
    async with observed() as observer:
        assert await ask(observer, "/healthz") == (200, "alive\n")
        status, text = await ask(observer, "/readyz")
        assert status == 503
        assert text.splitlines() == [
            "no index is open",
            "the store is away",
            "0 of 1 shards are connected to Discord's gateway",
        ]


async def test_what_the_bot_does_is_counted(
    start_bot: StartBot, discord_server: DiscordServer, sample_folder: IndexFolder, tmp_path: Path
) -> None:
    config = Config.model_validate({"metrics": {"address": "127.0.0.1:0"}, "index": {"path": sample_folder.root}})
    async with observed(config) as observer, start_bot() as client:
        watch(observer, client)
        assert await ask(observer, "/readyz") == (200, "ready\n")
        await discord_server.slash("ask", {"query": "earthquake in Japan"})
        await discord_server.slash("event", {"date": "no date at all"})
        reply = await discord_server.slash("event", {"date": "2010-01-01..2019-12-31"})
        await discord_server.press(reply, "Next")
        discord_server.faults.fail("PATCH /webhooks/*", 400)
        broken = await discord_server.slash("onthisday", {})
        assert "reference" in broken.text
        await observer._look_at_posts()
        await observer._look_at_disks()
        _, text = await ask(observer, "/metrics")
    assert value(text, 'dateline_answer_seconds_count{command="ask"}') == 1
    assert value(text, 'dateline_acknowledge_seconds_count{command="event"}') == 2
    assert value(text, 'dateline_answer_seconds_count{command="button"}') == 1
    assert value(text, 'dateline_errors_total{kind="input"}') == 1
    assert value(text, 'dateline_errors_total{kind="unexpected"}') == 1
    assert value(text, 'dateline_questions_total{answered="yes"}') == 1
    assert value(text, "dateline_encoder_batch_texts_sum") == 1
    assert value(text, "dateline_search_seconds_count") >= 4
    assert value(text, "dateline_store_state") == 2
    assert value(text, "dateline_index_events") == sample_folder.manifest().events
    assert value(text, 'dateline_gateway_shards{state="connected"}') == 1
    assert value(text, 'dateline_gateway_sessions_total{how="new"}') == 1
    assert value(text, 'dateline_discord_requests_total{status="2xx"}') > 5
    assert value(text, 'dateline_discord_requests_total{status="4xx"}') == 1
    assert value(text, "dateline_posts_due") == 0
    assert value(text, 'dateline_disk_free_bytes{disk="index"}') > 0
    assert value(text, "dateline_archive_age_seconds") != value(
        text, "dateline_archive_age_seconds"
    )  # no update is set
    assert value(text, "process_resident_memory_bytes") > 0


def watch(observer: Observer, client: DatelineClient) -> None:
    observer.client, observer.engine, observer.store = client, client.host.engine, client._store


async def test_an_address_in_use_is_taken_when_it_is_free(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setattr(observing, "_BIND_S", 0.01)
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        async with Observer(Config.model_validate({"metrics": {"address": f"127.0.0.1:{port}"}})) as observer:
            while "cannot be used" not in caplog.text:  # noqa: ASYNC110  # no event tells
                await asyncio.sleep(0.01)
            taken.close()
            while observer.port is None:  # noqa: ASYNC110
                await asyncio.sleep(0.01)
            assert await ask(observer, "/healthz") == (200, "alive\n")
    assert caplog.text.count("cannot be used") == 1
