"""The short form of `python -m tests.proofs.alerts`: four causes, judged without promtool."""

from __future__ import annotations

import asyncio
import datetime as dt
import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

from bot import observing
from bot.config import Config
from bot.daily.claims import Wish
from bot.observing import Observer
from bot.store.address import file_of, parse
from embeddings.index.folder import IndexFolder
from tests.bot.conftest import StartBot
from tests.bot.stores import EMPTY
from tests.discord_server import DiscordServer
from tests.proofs.alerts import note_update
from tests.proofs.scrapes import Series, holds, scrape

PLAIN = ("DatelineStoreAway", "DatelineGatewayAway", "DatelinePostsLate", "DatelineArchiveStale", "DatelineDown")


async def until(observer: Observer, condition: Callable[[Series], bool]) -> None:
    """Scrape until something is so; the test's own time limit ends it otherwise."""
    while observer.port is None or not condition(await scrape(observer.port)):  # noqa: ASYNC110  # no event tells
        await asyncio.sleep(0.02)


async def test_alerts_become_true_by_their_cause_and_are_false_otherwise(
    start_bot: StartBot,
    discord_server: DiscordServer,
    sample_folder: IndexFolder,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(observing, "LOOK_S", 0.02)
    index = IndexFolder(shutil.copytree(sample_folder.root, tmp_path / "index"))
    note_update(index.root, 60)
    url = EMPTY.in_folder(tmp_path)
    config = Config.model_validate(
        {
            "metrics": {"address": "127.0.0.1:0"},
            "archive": {"update": "06:00 UTC"},
            "index": {"path": index.root},
            "store": {"url": url},
        }
    )

    def all_but(*true: str) -> Callable[[Series], bool]:
        return lambda series: {alert for alert in PLAIN if holds(alert, series)} == set(true)

    async with Observer(config) as observer, start_bot(index=index, store_url=url) as client:
        observer.client, observer.engine, observer.store = client, client.host.engine, client._store
        await until(observer, all_but())

        discord_server.gateway.refuse_hello = 4000
        discord_server.gateway.drop()
        await until(observer, all_but("DatelineGatewayAway"))
        discord_server.gateway.refuse_hello = None
        await until(observer, all_but())

        note_update(index.root, 3 * 86_400)
        await client.host.engine.reload_if_replaced()
        await until(observer, all_but("DatelineArchiveStale"))
        note_update(index.root, 60)
        await client.host.engine.reload_if_replaced()
        await until(observer, all_but())

        discord_server.faults.fail("POST /channels/*/messages", 503, times=None)
        due = dt.datetime.now(dt.UTC) - dt.timedelta(minutes=25)
        wish = Wish(discord_server.guild.id, discord_server.channel.id, due.time().replace(second=0), "UTC")
        await client.host.daily.subscribe(wish, due.timestamp() - 120)
        await until(observer, all_but("DatelinePostsLate"))

        file = file_of(parse(url))
        assert file is not None
        file.unlink()
        await until(observer, all_but("DatelineStoreAway"))
        port = observer.port
    assert port is not None
    assert all_but("DatelineDown")(await scrape(port))
