"""What the gateway sends and nobody can read costs itself, and no connection for good."""

from __future__ import annotations

import json
import logging
from typing import Any

import pytest

from bot import error_words, gateway
from tests.bot.conftest import StartBot
from tests.discord_server import DiscordServer
from tests.discord_server.gateway import Spoil

DAY = {"date": "2015-12-23"}

Frame = dict[str, Any]


async def answers(server: DiscordServer) -> None:
    reply = await server.slash("event", DAY)
    assert "at least 200 civilians" in reply.text


def without_content(frame: Frame) -> str:
    return json.dumps({**frame, "d": None})


@pytest.mark.parametrize("content", [None, "text", {"id": "x"}])
async def test_an_event_that_cannot_be_read_is_left_out_and_the_connection_stays(
    discord_server: DiscordServer, start_bot: StartBot, caplog: pytest.LogCaptureFixture, content: object
) -> None:
    async with start_bot():
        spoiler = discord_server.gateway.spoil(
            "GUILD_CREATE", lambda frame: json.dumps({**frame, "d": content}), times=2
        )
        for name in ("one", "two"):
            discord_server.add_guild(name)
        await answers(discord_server)
        assert spoiler.left == 0
        assert len(discord_server.gateway.identifies) == 1
        assert discord_server.gateway.resumes == []
    told = [record for record in caplog.records if "GUILD_CREATE" in record.getMessage()]
    assert len(told) == 1
    assert "Traceback" in (told[0].exc_text or logging.Formatter().formatException(told[0].exc_info or (None,) * 3))


async def test_whoever_sent_what_cannot_be_read_is_told(discord_server: DiscordServer, start_bot: StartBot) -> None:
    def with_news(frame: Frame) -> str:
        return json.dumps({**frame, "d": {**frame["d"], "entitlements": 7}})

    async with start_bot():
        discord_server.gateway.spoil("INTERACTION_CREATE", with_news)
        reply = await discord_server.slash("event", DAY)
        assert reply.ephemeral
        assert reply.text == str(error_words.UNREADABLE)
        await answers(discord_server)


UNREADABLE: dict[str, Spoil] = {
    "no JSON": lambda _: "{",
    "a list": lambda _: "[]",
    "a number": lambda _: "7",
    "nothing": lambda _: "null",
    "no compressed text": lambda _: b"\x00\x01no zlib\x00\x00\xff\xff",
    "no UTF-8": lambda _: b"\xff\xfe\x00\x00\xff\xff",
}


@pytest.fixture(autouse=True)
def _at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    """No wait before a new session."""
    monkeypatch.setattr(gateway, "_LONGEST_WAIT_S", 0.01)


@pytest.mark.parametrize("how", UNREADABLE.values(), ids=list(UNREADABLE))
async def test_a_frame_that_cannot_be_read_is_asked_for_again(
    discord_server: DiscordServer, start_bot: StartBot, how: Spoil
) -> None:
    async with start_bot():
        discord_server.gateway.spoil("INTERACTION_CREATE", how)
        await answers(discord_server)  # the very interaction whose frame was spoiled
        assert len(discord_server.gateway.identifies) == 1
        assert len(discord_server.gateway.resumes) == 1


@pytest.mark.parametrize("how", [UNREADABLE["no JSON"], UNREADABLE["no compressed text"]])
async def test_one_that_is_there_again_ends_the_session_and_not_the_bot(
    discord_server: DiscordServer, start_bot: StartBot, how: Spoil
) -> None:
    async with start_bot():
        discord_server.gateway.spoil("GUILD_CREATE", how, times=2)
        discord_server.add_guild("one")
        await discord_server.until(lambda: len(discord_server.gateway.identifies) == 2)
        await discord_server.ready()
        await answers(discord_server)


@pytest.mark.parametrize(
    ("event", "op", "how"),
    [
        ("READY", 0, without_content),
        ("READY", 0, lambda frame: json.dumps({**frame, "d": {**frame["d"], "user": None}})),
        ("READY", 0, lambda frame: json.dumps({**frame, "d": {**frame["d"], "resume_gateway_url": None}})),
        (None, 10, without_content),
        (None, 10, lambda frame: json.dumps({**frame, "d": {}})),
        (None, 10, UNREADABLE["no JSON"]),
    ],
)
async def test_a_session_that_begins_with_what_cannot_be_read_is_begun_anew(
    discord_server: DiscordServer, start_bot: StartBot, event: str | None, op: int, how: Spoil
) -> None:
    async with start_bot():
        discord_server.gateway.spoil(event, how, op=op)
        discord_server.gateway.invalidate()
        begun = 3 if event else 2  # sessions, the spoiled one among them
        await discord_server.until(lambda: len(discord_server.gateway.identifies) == begun)
        await discord_server.ready()
        await answers(discord_server)
