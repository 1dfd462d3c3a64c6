"""Pictures are drawn by a process of its own, which is started when it is needed, and never outlives the bot."""

from __future__ import annotations

import asyncio
import datetime as dt
import os
import sys
from io import BytesIO
from pathlib import Path

import psutil
import pytest
from PIL import Image

from bot.pictures import Following, Pictures
from embeddings.picture.chart import Chart, Label, Mark, chart

# A worker that is there at once and draws nothing: what it reads of each chart, it writes back.
ECHO = """
import struct, sys
for line in sys.stdin.buffer:
    sys.stdout.buffer.write(struct.pack(">cI", b"P", len(line)) + line)
    sys.stdout.buffer.flush()
"""
FAILS = ECHO.replace('b"P"', 'b"E"')
DIES = "import sys; sys.stdin.readline()"


def picture_of(title: str, days: int = 9) -> Chart:
    first = dt.date(2015, 12, 2)
    found = chart(
        title,
        Label("December 2015", "2015-12"),
        [(first + dt.timedelta(days=n), 1 + n % 4) for n in range(days)],
        [Mark(1, first.toordinal())],
    )
    assert found is not None
    return found


def worker(code: str) -> list[str]:
    return [sys.executable, "-I", "-S", "-c", code]


_others: set[psutil.Process] = set()


@pytest.fixture(autouse=True)
def _others_are_known() -> None:
    """The processes of other tests, such as a database."""
    _others.clear()
    _others.update(psutil.Process().children())


def children() -> list[psutil.Process]:
    """The processes that a test has started, also those that have ended and that nobody took note of."""
    return [each for each in psutil.Process().children() if each not in _others]


def child() -> psutil.Process:
    [found] = children()
    return found


@pytest.fixture
def one() -> Chart:
    return picture_of("A story")


async def test_a_picture_is_drawn_with_matplotlib_which_the_bot_does_not_load(one: Chart) -> None:
    pictures = Pictures()
    try:
        assert pictures.kept(one) is None
        png, same = await asyncio.gather(pictures.draw(one), pictures.draw(one))
        assert png is not None
        assert png is same is pictures.kept(one)
        image = Image.open(BytesIO(png))
        assert (image.format, image.width) == ("PNG", 800)
        [folder] = [Path(value) for name, value in child().environ().items() if name == "MPLCONFIGDIR"]
        assert folder.is_dir()
    finally:
        await pictures.close()
    assert children() == []
    assert not folder.exists()


async def test_no_process_is_there_before_the_first_picture_and_none_after_the_last() -> None:
    pictures = Pictures(worker(ECHO), idle_s=0.0)
    assert children() == []
    assert await pictures.draw(picture_of("A")) is not None
    assert pictures._process is not None
    await pictures._process.wait()  # nobody has wanted a picture for no time at all
    assert await pictures.draw(picture_of("B")) is not None
    await pictures.close()
    assert children() == []
    assert await pictures.draw(picture_of("C")) is None


async def test_a_process_that_died_is_started_again(one: Chart) -> None:
    now = 0.0
    pictures = Pictures(worker(ECHO), clock=lambda: now)
    try:
        assert await pictures.draw(one) is not None
        first = child()
        first.kill()
        again = None
        while again is None:  # where it dies while the chart is written, that one goes without
            again = await pictures.draw(picture_of("Another"))
            now += 61
        assert child().pid != first.pid
    finally:
        await pictures.close()


@pytest.mark.parametrize("command", [worker(DIES), ["/no/such/program"]])
async def test_what_cannot_be_drawn_is_logged_once_and_then_left_alone_for_a_while(
    one: Chart, command: list[str], caplog: pytest.LogCaptureFixture
) -> None:
    now = 5.0
    pictures = Pictures(command, clock=lambda: now)
    try:
        assert await pictures.draw(one) is None
        assert await pictures.draw(one) is None
        assert len(caplog.records) == 1
        assert children() == []
        now += 61
        assert await pictures.draw(one) is None
        assert len(caplog.records) == 2
    finally:
        await pictures.close()


async def test_a_picture_that_fails_says_why_and_the_next_one_is_tried(
    one: Chart, caplog: pytest.LogCaptureFixture
) -> None:
    pictures = Pictures(worker(FAILS))
    try:
        assert await pictures.draw(one) is None
        assert "could not be drawn" in caplog.text
        assert await pictures.draw(picture_of("B")) is None
        assert len(caplog.records) == 2
    finally:
        await pictures.close()


async def test_a_picture_that_is_there_is_sent_with_its_answer_and_another_one_is_not_waited_for(one: Chart) -> None:
    pictures = Pictures(worker(ECHO))
    try:
        assert await pictures.soon(one, patience_s=0.0) is None
        drawn = await pictures.draw(one)
        assert drawn is not None
        assert await pictures.soon(one, patience_s=60.0) is drawn
    finally:
        await pictures.close()


async def test_a_picture_follows_its_message_unless_that_shows_something_else_by_then(one: Chart) -> None:
    following = Following(Pictures(worker(ECHO)))
    sent = asyncio.Event()
    went: list[int] = []

    async def send(_: bytes) -> None:
        went.append(1)
        sent.set()

    following.follow(1, one, send)
    await asyncio.wait_for(sent.wait(), 60)
    following.follow(2, picture_of("B"), send)
    await following.stop(2)
    await following.stop(3)
    assert went == [1]
    await following.close()


async def test_a_picture_that_cannot_be_sent_troubles_nobody(one: Chart, caplog: pytest.LogCaptureFixture) -> None:
    following = Following(Pictures(worker(ECHO)))
    tried = asyncio.Event()

    async def send(_: bytes) -> None:
        tried.set()
        raise OSError

    following.follow(1, one, send)
    await asyncio.wait_for(tried.wait(), 60)
    await following.stop(1)
    assert "could not be added" in caplog.text
    await following.close()


async def test_a_process_that_hangs_is_killed_at_the_end(one: Chart) -> None:
    pictures = Pictures(worker("import signal; signal.pause()"))
    assert await pictures.soon(one, patience_s=0.1) is None
    await pictures.close()
    assert children() == []


async def test_the_worker_knows_no_secret(one: Chart, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DATELINE_DISCORD__TOKEN", "secret")
    pictures = Pictures(worker(ECHO))
    try:
        await pictures.draw(one)
        assert "secret" not in child().environ().values()
        assert os.environ["PATH"] == child().environ()["PATH"]
    finally:
        await pictures.close()
