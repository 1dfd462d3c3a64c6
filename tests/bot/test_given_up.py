"""What Discord has given up is not worked on, and told once: with a clock that the test turns."""

from __future__ import annotations

import asyncio
import logging
import threading
from collections.abc import Iterator, Sequence
from typing import Any

import pytest

from bot import metrics
from bot.client import DatelineClient
from bot.config import Config
from bot.desk import Desk
from bot.given_up import Dropped
from embeddings.index.folder import IndexFolder
from embeddings.model.tuning import Encoded
from tests.bot.conftest import StartBot
from tests.discord_server import DiscordServer
from tests.word_encoder import WordEncoder

QUESTION = {"query": "moon landing"}


class Clock:
    """A clock that a test turns."""

    def __init__(self) -> None:
        self.now = 0.0

    def __call__(self) -> float:
        return self.now


class CountingEncoder(WordEncoder):
    """Waits until it is let go; knows what it has encoded."""

    def __init__(self) -> None:
        super().__init__()
        self.texts: list[str] = []
        self.go_on = threading.Event()
        self.go_on.set()

    def encode(self, texts: Sequence[str]) -> list[Encoded]:
        self.texts += texts
        self.go_on.wait(60)
        return super().encode(texts)


@pytest.fixture
def clock(running_bot: DatelineClient) -> Clock:
    """The clock of the bot's desk."""
    clock = Clock()
    running_bot.host.desk._clock = clock
    return clock


@pytest.fixture
def late(clock: Clock, monkeypatch: pytest.MonkeyPatch) -> None:
    """Each interaction that comes is a minute and a second late before anything is done for it."""
    arrived = Desk.arrived

    def stay(desk: Desk, interaction: Any) -> None:
        arrived(desk, interaction)
        clock.now += 61

    monkeypatch.setattr(Desk, "arrived", stay)


def told(caplog: pytest.LogCaptureFixture) -> list[str]:
    return [record.getMessage() for record in caplog.records if record.levelno >= logging.WARNING]


@pytest.mark.usefixtures("late")
class TestALateInteraction:
    @pytest.fixture(autouse=True)
    def measuring(self) -> Iterator[None]:
        """Metrics are switched off again."""
        yield
        metrics.switch_off()

    async def test_is_neither_acknowledged_nor_looked_up_and_told_with_a_count(
        self,
        discord_server: DiscordServer,
        running_bot: DatelineClient,
        monkeypatch: pytest.MonkeyPatch,
        caplog: pytest.LogCaptureFixture,
    ) -> None:
        measured = metrics.switch_on()
        monkeypatch.setattr(running_bot.host.engine, "_with", None)  # whatever is looked up goes this way
        monkeypatch.setattr(running_bot.host.engine._batches, "encode", None)
        dropped = running_bot.host.desk._dropped
        replies = [
            await discord_server.slash(command, options, wait=False)
            for command, options in (("ask", QUESTION), ("event", {"date": "2015-12-23"}), ("about", {}))
        ]
        asked = asyncio.create_task(discord_server.autocomplete("related", {"event": "moon"}, focused="event"))
        await discord_server.changes.until(lambda: dropped._counts.total() == 4, 60)
        asked.cancel()
        assert told(caplog) == []
        dropped.tell()
        assert told(caplog) == [
            "Discord gave up 4 interactions before they were answered, and nothing more was done for them: "
            "3 not acknowledged within 3 s, 1 suggestions older than 3 s"
        ]
        assert not any(reply.acknowledged_after_s for reply in replies)
        assert measured.get_sample_value("dateline_errors_total", {"kind": "too_late"}) == 3, "whoever types asks again"


async def test_a_question_whose_15_minutes_are_over_before_its_turn_is_not_encoded(
    discord_server: DiscordServer,
    start_bot: StartBot,
    sample_folder: IndexFolder,
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
) -> None:
    encoder, clock = CountingEncoder(), Clock()
    monkeypatch.setattr("tests.bot.running.WordEncoder", lambda: encoder)
    async with start_bot(config=Config.model_validate({"limits": {"at_once": 1}})) as bot:
        desk = bot.host.desk
        desk._clock = clock
        encoder.texts.clear()
        encoder.go_on.clear()
        first = await discord_server.slash("ask", QUESTION, wait=False)
        await discord_server.changes.until(lambda: encoder.texts, 60)
        clock.now = 10.0
        lost = await discord_server.slash("ask", {"query": "war"}, wait=False)
        await lost.wait(lambda reply: reply.acknowledged_after_s is not None)
        clock.now = 500.0
        other = await discord_server.slash("ask", {"query": "football"}, wait=False)
        await other.wait(lambda reply: reply.acknowledged_after_s is not None)
        clock.now = 911.0
        encoder.go_on.set()
        await other.wait()
        assert encoder.texts == ["moon landing", "football"]
        assert not first.messages
        assert not lost.messages
        desk._dropped.tell()
    assert [line for line in told(caplog) if "gave up 2 interactions" in line and "2 not answered" in line]


async def test_a_flood_is_told_at_once_in_one_line_and_the_next_one_not_before_ten_minutes(
    caplog: pytest.LogCaptureFixture,
) -> None:
    dropped = Dropped()
    for _ in range(1_000):
        dropped.add("not acknowledged within 3 s")
    assert dropped._timer is not None
    assert dropped._timer.when() < asyncio.get_running_loop().time() + 10
    dropped.tell()
    dropped.tell()
    for _ in range(1_000):
        dropped.add("not acknowledged within 3 s")
    assert dropped._timer.when() > asyncio.get_running_loop().time() + 500
    dropped.tell()
    assert [line.split(" ")[:4] for line in told(caplog)] == [["Discord", "gave", "up", "1000"]] * 2
