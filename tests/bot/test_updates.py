from __future__ import annotations

import asyncio
import datetime as dt
import json
import logging
import os
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import SecretStr

from bot.config import Config, DiscordSettings, StoreSettings
from bot.updates import AGAIN_S, Updates, is_due
from embeddings.archive import Report
from embeddings.archive.last_updated import last_updated
from embeddings.build.run import build_index
from embeddings.index.folder import IndexFolder
from embeddings.settings import TimeOfDay
from tests.forks import Forks
from tests.wiki_server import DAYS, WikiServer, html, never, wiki_server
from tests.word_encoder import WordEncoder

SIX = TimeOfDay(dt.time(6), "UTC")
NOW = dt.datetime(2021, 9, 20, 12, tzinfo=dt.UTC)  # for updates


def utc(day: int, hour: int, minute: int = 0) -> dt.datetime:
    return dt.datetime(2026, 7, day, hour, minute, tzinfo=dt.UTC)


class TestDue:
    @pytest.mark.parametrize(
        ("last", "now", "due"),
        [
            (None, utc(3, 5), True),  # never yet
            (utc(2, 6, 1), utc(3, 5, 59), False),
            (utc(2, 6, 1), utc(3, 6), True),
            (utc(3, 6), utc(3, 23), False),
            (utc(1, 5), utc(3, 5), True),  # yesterday's was missed
        ],
    )
    def test_an_update_is_due_when_its_time_has_come_since_the_last(
        self, last: dt.datetime | None, now: dt.datetime, due: bool
    ) -> None:
        assert is_due(last, now, SIX) is due

    def test_the_time_is_that_of_the_zones_clocks(self) -> None:
        berlin = TimeOfDay(dt.time(6), "Europe/Berlin")  # two hours before UTC in July
        assert not is_due(utc(2, 5), utc(3, 3, 59), berlin)
        assert is_due(utc(2, 5), utc(3, 4), berlin)

    @given(
        st.integers(1_577_836_800, 1_893_456_000).map(lambda seconds: dt.datetime.fromtimestamp(seconds, dt.UTC)),
        st.times().map(lambda time: time.replace(microsecond=0)),
        st.sampled_from(["UTC", "Europe/Berlin", "America/New_York", "Pacific/Apia", "Asia/Kathmandu"]),
    )
    def test_after_an_update_none_is_due_at_once_and_one_is_within_twenty_five_hours(
        self, now: dt.datetime, time: dt.time, zone: str
    ) -> None:
        daily = TimeOfDay(time, zone)
        assert not is_due(now, now, daily)
        assert is_due(now, now + dt.timedelta(hours=25, seconds=1), daily)


@pytest.fixture
def wiki() -> Iterator[WikiServer]:
    with wiki_server() as wiki:
        wiki.month()
        yield wiki


@pytest.fixture(scope="module")
def forked() -> Iterator[list[str]]:
    with Forks("tests.word_commands") as command:
        yield command


@pytest.fixture
def command(forked: list[str], monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The index commands, with words for a model, soon after the month that the wiki has, not years."""
    monkeypatch.setenv("WORD_COMMANDS_NOW", NOW.isoformat())
    return forked


@pytest.fixture
def folder(tmp_path: Path) -> IndexFolder:
    """An index whose archive ends before the month does."""
    folder = IndexFolder(tmp_path / "index")
    archive = tmp_path / "a.jsonl"
    archive.write_text(json.dumps({"date": str(DAYS[26]), "headline": "It rains."}))
    build_index(folder, [archive], WordEncoder(), Report())
    return folder


def config(
    folder: IndexFolder, wiki: WikiServer, update: str = "06:00 UTC", *, days_of_the_year: bool = False
) -> Config:
    archive = {
        "update": update,
        "api": wiki.api,
        "contact": "mail@example.org",
        "days_of_the_year": days_of_the_year,
        "sample": False,  # so that each update has a few events to encode, rather than hundreds
    }
    return Config.model_validate({"index": {"path": folder.root}, "archive": archive, "discord": {"token": "secret"}})


class Clock:
    """Unix time, which stands still."""

    def __init__(self) -> None:
        self.now = NOW.timestamp()

    def __call__(self) -> float:
        return self.now


async def test_an_index_is_brought_up_to_date_once_a_day(
    folder: IndexFolder,
    wiki: WikiServer,
    command: list[str],
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
) -> None:
    monkeypatch.setenv("DATELINE_ARCHIVE__API", "http://nowhere.example/")  # the bot's config counts
    caplog.set_level(logging.INFO)
    clock = Clock()
    updates = Updates(config(folder, wiki), clock, command)
    assert await updates.run_if_due(asyncio.Event())
    assert wiki.requests[0].titles[0] == "Portal:Current events/2021 June 28"
    assert wiki.requests[0].user_agent.endswith("(mail@example.org)")
    assert folder.manifest().last == DAYS[-1]
    assert caplog.messages == ["the archive was updated: 5 new, 0 changed, 0 removed"]
    asked = len(wiki.requests)
    assert not await updates.run_if_due(asyncio.Event())
    assert len(wiki.requests) == asked
    clock.now += 25 * 60 * 60
    assert await updates.run_if_due(asyncio.Event())


_TELLS_ITS_NICENESS = """
import concurrent.futures, json, os, time
own = int(os.environ["OWN_NICENESS"])
for _ in range(2_000):  # it is told from outside, once it runs
    if os.getpriority(os.PRIO_PROCESS, 0) != own:
        break
    time.sleep(0.005)
with concurrent.futures.ThreadPoolExecutor(1) as threads:
    of_thread = threads.submit(lambda: os.getpriority(os.PRIO_PROCESS, 0)).result()
print(json.dumps({"new": os.getpriority(os.PRIO_PROCESS, 0) - own, "changed": of_thread - own, "removed": 0}))
"""


@pytest.mark.skipif(not hasattr(os, "setpriority"), reason="this system has no niceness")
async def test_an_update_gives_way_to_those_who_ask(
    folder: IndexFolder, wiki: WikiServer, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.INFO)
    own = os.getpriority(os.PRIO_PROCESS, 0)
    monkeypatch.setenv("OWN_NICENESS", str(own))
    updates = Updates(config(folder, wiki), Clock(), [sys.executable, "-c", _TELLS_ITS_NICENESS])
    assert await updates.run_if_due(asyncio.Event())
    more = min(own + 10, 19) - own
    assert caplog.messages == [f"the archive was updated: {more} new, {more} changed, 0 removed"]


async def test_a_failed_update_is_one_line_in_the_log_and_is_tried_again_later(
    folder: IndexFolder, wiki: WikiServer, command: list[str], caplog: pytest.LogCaptureFixture
) -> None:
    clock = Clock()
    updates = Updates(config(folder, wiki), clock, command)
    wiki.answer_next(html())
    assert not await updates.run_if_due(asyncio.Event())
    [line] = caplog.messages
    assert line.startswith("the archive was not updated: 127.0.0.1:")
    assert "answers with text/html, expected application/json" in line
    assert line.endswith("; trying again in 30 minutes")
    assert not await updates.run_if_due(asyncio.Event())
    assert len(wiki.requests) == 1
    clock.now += AGAIN_S
    assert await updates.run_if_due(asyncio.Event())


async def test_the_days_of_the_year_are_brought_up_to_date_where_the_config_or_an_earlier_update_asked_for_them(
    folder: IndexFolder, wiki: WikiServer, command: list[str], caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.INFO)
    wiki.write("October 21", "==Events==\n*[[1966]] &ndash; A dam breaks.\n*[[1805]] &ndash; Two fleets meet.\n")
    clock = Clock()
    asked = Updates(config(folder, wiki, days_of_the_year=True), clock, command)
    assert await asked.run_if_due(asyncio.Event())
    assert folder.manifest().first == dt.date(1805, 10, 21)
    wiki.write("October 21", "==Events==\n*[[1966]] &ndash; A dam breaks.\n*[[1604]] &ndash; A star is seen.\n")
    clock.now += 25 * 60 * 60
    assert await Updates(config(folder, wiki), clock, command).run_if_due(asyncio.Event())
    assert folder.manifest().first == dt.date(1604, 10, 21)
    assert [line.partition(": ")[2] for line in caplog.messages] == [
        "7 new, 0 changed, 0 removed",
        "1 new, 0 changed, 1 removed",
    ]
    wiki.delete_page("October 21")
    clock.now += 25 * 60 * 60
    assert not await Updates(config(folder, wiki), clock, command).run_if_due(asyncio.Event())
    assert "1 of the 1 days of the year looked at that held events have none any more" in caplog.messages[-1]
    assert folder.manifest().first == dt.date(1604, 10, 21)


async def test_removals_that_are_refused_are_one_line_a_day_until_the_wiki_is_whole_again(
    folder: IndexFolder, wiki: WikiServer, command: list[str], caplog: pytest.LogCaptureFixture
) -> None:
    clock = Clock()
    updates = Updates(config(folder, wiki), clock, command)
    today = dt.datetime.fromtimestamp(clock.now, dt.UTC).date()
    latest = [today - dt.timedelta(days=number) for number in range(3)]
    text = "*It rains in [[Ardun]]. [https://r.example (R)]"
    for day in latest:
        wiki.edit(day, text)
    assert await updates.run_if_due(asyncio.Event())
    before = folder.manifest()
    for day in latest:
        wiki.delete(day)
    wiki.edit(today - dt.timedelta(days=3), text)  # it is fetched all the same
    clock.now += 25 * 60 * 60
    for _ in range(2):
        assert not await updates.run_if_due(asyncio.Event())
        assert folder.manifest().events == before.events + 1
        clock.now += AGAIN_S
    [line] = caplog.messages
    assert line.startswith("the archive was not updated: 3 of the ")
    assert "run `update` again with --accept-removals" in line
    assert "\n" not in line
    for day in latest:
        wiki.edit(day, text)
    assert await updates.run_if_due(asyncio.Event())
    assert folder.manifest().events == before.events + 1


async def test_an_update_that_cannot_be_run_is_one_line_too(
    folder: IndexFolder, wiki: WikiServer, caplog: pytest.LogCaptureFixture
) -> None:
    assert not await Updates(config(folder, wiki), Clock(), ["/no/such/program"]).run_if_due(asyncio.Event())
    assert not await Updates(config(folder, wiki), Clock(), [sys.executable, "-c", ""]).run_if_due(asyncio.Event())
    assert len(caplog.messages) == 2


async def test_without_a_time_nothing_is_updated(folder: IndexFolder, wiki: WikiServer, command: list[str]) -> None:
    assert not await Updates(config(folder, wiki, ""), Clock(), command).run_if_due(asyncio.Event())
    assert not wiki.requests


async def test_an_update_is_broken_off_when_the_bot_ends_and_goes_on_the_next_time(
    folder: IndexFolder, wiki: WikiServer, command: list[str]
) -> None:
    ending = asyncio.Event()
    loop = asyncio.get_running_loop()
    wiki.before(2, lambda: loop.call_soon_threadsafe(ending.set))
    wiki.answer_next(None, never())
    updates = Updates(config(folder, wiki), Clock(), command)
    assert not await updates.run_if_due(ending)
    assert last_updated(folder.fetched) is None
    assert await updates.run_if_due(asyncio.Event())


TOKEN = "MTIzNDU2Nzg5MDEyMzQ1Njc4.GabcDe.abcdefghijklmnopqrstuvwxyz0123456789AB"


async def test_an_update_is_not_told_the_bots_secrets(
    folder: IndexFolder, wiki: WikiServer, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    store = "postgresql://bot:pass%26word@db.example/x"
    settings = config(folder, wiki).model_copy(
        update={"discord": DiscordSettings(token=SecretStr(TOKEN)), "store": StoreSettings(url=store)}
    )
    for name, value in {
        "DATELINE_DISCORD__TOKEN": "first",
        "dateline_discord__token": "second",
        "Dateline_Store__Url": "sqlite:///third",
        "dateline_discord": '{"token": "fourth"}',
        "BOT_TOKEN": f" {TOKEN}\n",
        "HEADERS": f"Authorization: Bot {TOKEN}",
        "DATABASE_URL": store,
        "PGPASSWORD": "pass&word",
        "KEPT": "pass word",
        "PYTHONPATH": f"{os.environ.get('PYTHONPATH', '')}:/srv/pass&word",
    }.items():
        monkeypatch.setenv(name, value)
    told = "{name: value for name, value in os.environ.items()}"
    code = f"import json, os, pathlib; pathlib.Path({str(folder.root / 'told')!r}).write_text(json.dumps({told}))"
    await Updates(settings, Clock(), (sys.executable, "-c", code)).run_if_due(asyncio.Event())
    environment = json.loads((folder.root / "told").read_text())
    assert not {name for name in environment if name.upper().startswith(("DATELINE_DISCORD", "DATELINE_STORE"))}
    assert not {"BOT_TOKEN", "HEADERS", "DATABASE_URL", "PGPASSWORD"} & environment.keys()
    assert environment["KEPT"] == "pass word"
    assert environment["PYTHONPATH"].endswith(":/srv/pass&word")  # a folder, without which the update may not run
    assert environment["DATELINE_ARCHIVE__API"] == wiki.api
    assert TOKEN not in json.dumps(environment)


async def test_what_an_update_says_in_the_end_is_logged_without_secrets(
    folder: IndexFolder, wiki: WikiServer, caplog: pytest.LogCaptureFixture
) -> None:
    settings = config(folder, wiki).model_copy(update={"discord": DiscordSettings(token=SecretStr(TOKEN))})
    sentence = f"{'x' * 450} {TOKEN}"  # which is cut after 500 characters
    await Updates(settings, Clock(), (sys.executable, "-c", f"import sys; sys.exit({sentence!r})")).run_if_due(
        asyncio.Event()
    )
    [line] = [record.getMessage() for record in caplog.records if record.name == "bot.updates"]
    assert "xx ***; trying again" in line
