"""The first command takes as long as the tenth: all that is loaded when it is needed was loaded before the gateway."""

from __future__ import annotations

import asyncio
import datetime as dt
import json
import os
import subprocess
import sys
import threading
from collections.abc import Callable
from pathlib import Path

import pytest
from babel import localedata
from discord import Locale

from bot import engine as bot_engine
from bot import local_dates
from bot.client import DatelineClient
from bot.engine import THREADS, Engine
from bot.guide import Guide
from embeddings.archive import Report
from embeddings.build.run import build_index
from embeddings.index.folder import IndexFolder
from embeddings.search.examples import Example, examples
from embeddings.search.service import Search
from tests.bot.conftest import TODAY, StartBot
from tests.discord_server import DiscordServer
from tests.word_encoder import WordEncoder

ROOT = Path(__file__).parents[2]
# Read at each use, in some tenths of a millisecond: the times in the zones of a list, the version of the program; and
# one more connection to the store, where somebody else uses those that there are.
EACH_TIME = ("/zoneinfo/", "METADATA", ".zip", "/store.db")
# Which the bots of other tests do without.
LOOK_AROUND, FIND_EXAMPLES, LOAD_NAMES, WARM_UP = (
    bot_engine._look_around,
    Guide.find_examples,
    Guide.load_names,
    Guide.warm_up,
)


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


async def test_the_locale_of_every_user_is_loaded(
    discord_server: DiscordServer, start_bot: StartBot, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(Guide, "load_names", LOAD_NAMES)
    async with start_bot():
        assert discord_server.gateway.identifies
    known = {str(local_dates._of_reader(locale.value)) for locale in Locale}
    assert len(known) > 25
    assert known <= set(localedata._cache)


@pytest.fixture
def looked_for(monkeypatch: pytest.MonkeyPatch) -> list[Search]:
    """The indexes in which bots have looked for examples, as they do outside tests by themselves."""
    looked: list[Search] = []

    def look(search: Search, today: dt.date) -> tuple[Example, ...]:
        looked.append(search)
        return examples(search, today)

    monkeypatch.setattr("bot.engine.examples", look)
    monkeypatch.setattr(Guide, "find_examples", FIND_EXAMPLES)
    return looked


async def until(holds: Callable[[], bool]) -> None:
    async with asyncio.timeout(60):
        while not holds():  # noqa: ASYNC110  # a thread tells nobody
            await asyncio.sleep(0.01)


class TestExamplesForHelp:
    async def test_are_found_before_anybody_asks_and_once(
        self, discord_server: DiscordServer, looked_for: list[Search], start_bot: StartBot
    ) -> None:
        async with start_bot():
            await until(lambda: len(looked_for) == 1)
            assert len((await discord_server.slash("help")).buttons) == 5
            assert len(looked_for) == 1

    async def test_are_found_anew_in_an_index_that_is_published(
        self, looked_for: list[Search], start_bot: StartBot, tmp_path: Path
    ) -> None:
        index = IndexFolder(tmp_path / "index")

        def publish(name: str) -> None:
            archive = tmp_path / f"{name}.jsonl"
            archive.write_text(json.dumps({"date": "2015-12-23", "headline": f"An event of the {name} archive."}))
            build_index(index, [archive], WordEncoder(), Report())

        publish("first")
        async with start_bot(index=index) as client:
            await until(lambda: len(looked_for) == 1)
            publish("second")
            for _ in range(2):
                await client._watch_index()
            assert len(looked_for) == 2

    async def test_that_cannot_be_found_are_looked_for_when_somebody_asks(
        self,
        discord_server: DiscordServer,
        looked_for: list[Search],
        start_bot: StartBot,
        monkeypatch: pytest.MonkeyPatch,
        caplog: pytest.LogCaptureFixture,
    ) -> None:
        with monkeypatch.context() as broken:
            broken.setattr("bot.engine.examples", lambda *_: 1 / 0)
            async with start_bot():
                await until(lambda: "no examples for /help" in caplog.text)
                broken.undo()
                assert len((await discord_server.slash("help")).buttons) == 5
        assert len(looked_for) == 1


async def test_warming_up_leaves_nothing_in_the_store(running_bot: DatelineClient) -> None:
    await WARM_UP(running_bot.host.guide)
    assert await running_bot.host.daily.of_guild(0) == []
