"""The first command takes as long as the tenth: all that is loaded when it is needed was loaded before the gateway."""

from __future__ import annotations

import asyncio
import json
import os
import subprocess
import sys
import threading
from pathlib import Path

import pytest
from babel import localedata
from discord import Locale

from bot import engine as bot_engine
from bot import local_dates
from bot.client import DatelineClient
from bot.engine import THREADS, Engine
from embeddings.index.folder import IndexFolder
from tests.bot.conftest import TODAY
from tests.discord_server import DiscordServer
from tests.word_encoder import WordEncoder

ROOT = Path(__file__).parents[2]
# Read at each use, in some tenths of a millisecond: the times in the zones of a list, the version of the program; and
# one more connection to the store, where somebody else uses those that there are.
EACH_TIME = ("/zoneinfo/", "METADATA", ".zip", "/store.db")
LOOK_AROUND = bot_engine._look_around  # which the bots of other tests do without


@pytest.fixture
def _threads_look_around(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("bot.engine._look_around", LOOK_AROUND)


def test_the_first_use_of_a_command_loads_nothing(sample_folder: IndexFolder, tmp_path: Path) -> None:
    command = [sys.executable, "-W", "ignore", "-m", "tests.bot.first_commands", str(sample_folder.root), str(tmp_path)]
    environment = {key: value for key, value in os.environ.items() if not key.startswith("DATELINE_")}
    done = subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    loaded = json.loads(done.stdout)
    assert len(loaded) >= 18
    for use, things in loaded.items():
        assert [thing for thing in things if not any(sign in thing for sign in EACH_TIME)] == [], use


@pytest.mark.usefixtures("_threads_look_around")
async def test_every_thread_has_looked_at_the_index_before_the_first_question(sample_folder: IndexFolder) -> None:
    engine = Engine(sample_folder, lambda _: WordEncoder(), lambda: TODAY)
    await engine.start()
    began = [thread for thread in threading.enumerate() if thread.name.startswith("answers")]
    assert len(began) >= THREADS
    await engine.close()


@pytest.mark.usefixtures("_threads_look_around")
async def test_a_thread_that_never_comes_holds_no_start_up(
    sample_folder: IndexFolder, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("bot.engine._TOGETHER_S", 0.01)
    for_more = threading.Barrier(THREADS + 1)
    monkeypatch.setattr("bot.engine.threading.Barrier", lambda _: for_more)
    engine = Engine(sample_folder, lambda _: WordEncoder(), lambda: TODAY)
    async with asyncio.timeout(60):
        await engine.start()
    assert engine.about().events
    await engine.close()


@pytest.mark.usefixtures("running_bot")
async def test_the_locale_of_every_user_is_loaded(discord_server: DiscordServer) -> None:
    assert discord_server.gateway.identifies
    known = {str(local_dates._locale(locale.value)) for locale in Locale}
    assert len(known) > 25
    assert known <= set(localedata._cache)


async def test_warming_up_leaves_nothing_in_the_store(running_bot: DatelineClient) -> None:
    await running_bot.host.guide.warm_up()
    assert await running_bot.host.daily.of_guild(0) == []
