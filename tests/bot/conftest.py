"""The bot on loopback: the real client, engine and store, on the sample archive, against the stand-in for Discord."""

from __future__ import annotations

import importlib
import json
import logging
import sys
import threading
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from pathlib import Path
from typing import Any, Protocol

import pytest
import pytest_asyncio
from discord.backoff import ExponentialBackoff
from sqlalchemy import URL
from sqlalchemy.engine.interfaces import Dialect
from sqlalchemy.ext.asyncio import AsyncEngine, create_async_engine

from bot.client import DatelineClient
from bot.config import Config
from bot.guide import Guide
from bot.logs import OWN
from bot.registration import Tree
from embeddings.archive import Report
from embeddings.build.run import build_index
from embeddings.index.folder import IndexFolder
from tests.bot.opened_once import OpenedOnce
from tests.bot.running import TODAY, parts
from tests.bot.stores import EMPTY, Stores
from tests.bot.stores import PATIENT as STORE_PATIENCE
from tests.discord_server import DiscordServer, connected
from tests.discord_server.fixtures import PATIENT
from tests.discord_server.fixtures import discord_server as own_server
from tests.discord_server.running import discord_server as start_server
from tests.postgresql import PostgreSQL
from tests.word_encoder import WordEncoder

__all__ = ["ONE_BOT", "TODAY", "own_server"]

NewStore = Callable[[Stores], str]

ONE_BOT = [pytest.mark.asyncio(loop_scope="class"), pytest.mark.one_bot]
"""The marks of classes whose tests share a bot: each leaves it as it was, and counts nothing that others may add to."""

# How long, at most, is waited for others; a test in which somebody never comes sets its own.
_LIMITS = (
    "bot.client._ANSWERS_S",
    "bot.client._APOLOGISE_AGAIN_S",
    "bot.client._CLOSE_S",
    "bot.client._GOODBYE_S",
    "bot.client._REGISTER_S",
    "bot.client.STORING_S",
    "bot.desk._ACKNOWLEDGE_AGAIN_S",
    "bot.posting.poster.STORING_S",
    "bot.run.FINISH_S",
    "bot.store.address._CONNECT_S",
    "bot.store.address._POOL_S",
)


class StartBot(Protocol):
    """Starts a bot; a test may do it several times, one after another or side by side."""

    def __call__(
        self,
        *,
        index: IndexFolder | None = None,
        config: Config | None = None,
        store_url: str = "",
        patience: float = STORE_PATIENCE,
    ) -> AbstractAsyncContextManager[DatelineClient]: ...


@pytest.fixture(scope="session")
def sample_folder(sample_folder: IndexFolder) -> Iterator[IndexFolder]:
    """An index of the sample archive, which is opened once. Nothing may write to it."""
    folder = OpenedOnce(sample_folder.root)
    yield folder
    folder.close()


@pytest.fixture(scope="session")
def small_index(tmp_path_factory: pytest.TempPathFactory) -> IndexFolder:
    """An index of one event. Nothing may write to it."""
    root = tmp_path_factory.mktemp("small")
    (root / "one.jsonl").write_text('{"date": "2015-12-23", "headline": "Amnesty reports civilian deaths in Syria"}\n')
    index = IndexFolder(root / "index")
    build_index(index, [root / "one.jsonl"], WordEncoder(), Report())
    return index


@pytest.fixture(scope="session", autouse=True)
def _bots_are_as_patient_as_their_discord() -> Iterator[None]:
    """What takes a bot too long is left, broken off or tried again; here that may be due to the machine."""
    with pytest.MonkeyPatch.context() as monkeypatch:
        monkeypatch.setattr("bot.desk.ACKNOWLEDGED_WITHIN_S", PATIENT.acknowledge_s)
        for name in _LIMITS:
            module, _, limit = name.rpartition(".")
            monkeypatch.setattr(name, STORE_PATIENCE * getattr(importlib.import_module(module), limit))
        yield


@pytest.fixture(scope="session", autouse=True)
def _bots_do_not_ask_before_they_are_ready() -> Iterator[None]:
    """A bot that starts does what the first user would else wait for, a third of its start: other users need not."""

    async def leave_out(_: Guide) -> None:
        pass

    with pytest.MonkeyPatch.context() as monkeypatch:
        for name in ("bot.engine._look_around", "embeddings.dates.warm_up", "bot.commands.zones.warm_up"):
            monkeypatch.setattr(name, lambda *_: None)
        for name in ("find_examples", "load_names", "warm_up"):
            monkeypatch.setattr(Guide, name, leave_out)
        yield


@pytest.fixture(scope="session", autouse=True)
def _statements_are_compiled_once() -> Iterator[None]:
    """SQLite's engines share what SQLAlchemy makes of each statement: for each anew, a seventh of a bot's start."""
    compiled: dict[object, object] = {}
    dialects: dict[str, Dialect] = {}

    def create(url: URL, **settings: Any) -> AsyncEngine:
        engine = create_async_engine(url, **settings)
        if engine.dialect.name == "sqlite":
            # What is compiled is for one; but one learns what the database can do when its own engine first connects.
            if getattr(dialects.get("sqlite"), "server_version_info", None) is None:
                dialects["sqlite"] = engine.dialect
            engine.sync_engine.dialect = dialects["sqlite"]
            engine.update_execution_options(compiled_cache=compiled)
        return engine

    with pytest.MonkeyPatch.context() as monkeypatch:
        monkeypatch.setattr("bot.store.address.create_async_engine", create)
        yield


@pytest.fixture(scope="session", autouse=True)
def _commands_are_translated_once() -> Iterator[None]:
    """The same commands are called the same in every language: to look it up is a quarter of a bot's start."""
    translated: dict[str, str] = {}
    translate = Tree.payload

    async def payload(tree: Tree) -> list[dict[str, Any]]:
        plain = json.dumps([command.to_dict(tree) for command in tree.get_commands()])
        if plain not in translated:
            translated[plain] = json.dumps(await translate(tree))
        commands: list[dict[str, Any]] = json.loads(translated[plain])
        return commands

    with pytest.MonkeyPatch.context() as monkeypatch:
        monkeypatch.setattr(Tree, "payload", payload)
        yield


@pytest.fixture(scope="session", autouse=True)
def _clients_connect_again_at_once() -> Iterator[None]:
    """discord.py waits up to minutes, drawn at random, before it connects again; here for a moment."""
    with pytest.MonkeyPatch.context() as monkeypatch:
        monkeypatch.setattr(ExponentialBackoff, "delay", lambda _: 0.01)
        yield


@pytest.fixture(params=["sqlite", "postgresql"])
def store_url(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """The URL of a store that is not there yet, on each of the databases."""
    if request.param == "sqlite":
        return f"sqlite:///{tmp_path}/store.db"
    server: PostgreSQL = request.getfixturevalue("postgresql")
    return server.new_database()


@pytest.fixture(params=["sqlite", "postgresql"])
def new_store(request: pytest.FixtureRequest, tmp_path: Path) -> NewStore:
    """Makes a store like another one, on each of the databases; returns its URL."""
    if request.param == "sqlite":
        return lambda stores: stores.in_folder(tmp_path)
    server: PostgreSQL = request.getfixturevalue("postgresql")
    return lambda stores: stores.on(server)


@pytest.fixture
def empty_store_url(new_store: NewStore) -> str:
    """The URL of a store of today's tables in which nothing is, on each of the databases."""
    return new_store(EMPTY)


@pytest.fixture
def logging_as_it_was() -> Iterator[None]:
    """Lets a test change how the process logs, which is undone at its end."""
    before = logging.getLogRecordFactory(), sys.excepthook, threading.excepthook, sys.unraisablehook
    levels = {name: logging.getLogger(name).level for name in OWN}
    try:
        yield
    finally:
        for name, level in levels.items():
            logging.getLogger(name).setLevel(level)
        logging.captureWarnings(False)
        factory, sys.excepthook, threading.excepthook, sys.unraisablehook = before
        logging.setLogRecordFactory(factory)


@asynccontextmanager
async def _bot(
    server: DiscordServer,
    index: IndexFolder,
    store_url: str,
    config: Config | None = None,
    patience: float = STORE_PATIENCE,
) -> AsyncIterator[DatelineClient]:
    settings = config or Config.model_validate(
        {
            "discord": {"api_url": server.api_url, "token": server.token},
            "limits": {"user_commands": 1_000},
        }
    )
    async with (
        parts(index, store_url, patience) as (engine, store),
        connected(DatelineClient(settings, engine, store)) as client,
    ):
        assert isinstance(client, DatelineClient)
        yield client


@pytest_asyncio.fixture(scope="class", loop_scope="class")
async def _one_bot(
    sample_folder: IndexFolder, tmp_path_factory: pytest.TempPathFactory
) -> AsyncIterator[tuple[DiscordServer, DatelineClient]]:
    async with (
        start_server(timing=PATIENT) as server,
        _bot(server, sample_folder, EMPTY.in_folder(tmp_path_factory.mktemp("bot"))) as client,
    ):
        yield server, client


def has_one_bot(request: pytest.FixtureRequest) -> bool:
    """Whether a test shares a bot with its class, by `ONE_BOT`."""
    return request.node.get_closest_marker("one_bot") is not None


@pytest.fixture
def discord_server(request: pytest.FixtureRequest) -> Iterator[DiscordServer]:
    """A stand-in for Discord: the test's own, or that of the class's one bot."""
    if not has_one_bot(request):
        yield request.getfixturevalue("own_server")
        return
    server: DiscordServer = request.getfixturevalue("_one_bot")[0]
    yield server
    server.check()


@pytest.fixture
def start_bot(discord_server: DiscordServer, sample_folder: IndexFolder, tmp_path: Path) -> StartBot:
    def start(
        *,
        index: IndexFolder | None = None,
        config: Config | None = None,
        store_url: str = "",
        patience: float = STORE_PATIENCE,
    ) -> AbstractAsyncContextManager[DatelineClient]:
        url = store_url or EMPTY.in_folder(tmp_path)
        return _bot(discord_server, index or sample_folder, url, config, patience)

    return start


@pytest.fixture
async def _own_bot(start_bot: StartBot) -> AsyncIterator[DatelineClient]:
    async with start_bot() as client:
        yield client


@pytest.fixture
def running_bot(request: pytest.FixtureRequest) -> DatelineClient:
    """A bot that is ready: the test's own, or that of its class."""
    client = request.getfixturevalue("_one_bot")[1] if has_one_bot(request) else request.getfixturevalue("_own_bot")
    assert isinstance(client, DatelineClient)
    return client
