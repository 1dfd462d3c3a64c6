"""The commands are what Discord has, whatever anybody remembers."""

from __future__ import annotations

import asyncio
import copy
from collections.abc import Callable
from typing import Any

import pytest
from click.testing import CliRunner

from bot.cli import dateline
from bot.registration import _registered, differences
from tests.bot.conftest import StartBot
from tests.discord_server import DiscordServer

DAY = {"date": "2015-12-23"}

Commands = list[dict[str, Any]]


def told(server: DiscordServer, method: str = "PUT") -> int:
    """How often the commands were registered, or asked for."""
    return sum(1 for each in server.requests if each.method == method and each.path.endswith("/commands"))


async def test_commands_that_discord_has_are_asked_for_once_and_not_registered_again(
    discord_server: DiscordServer, start_bot: StartBot
) -> None:
    for starts in (1, 2, 3):
        async with start_bot():
            assert told(discord_server, "GET") == starts
            assert told(discord_server) == 1


def _first_option(commands: Commands) -> dict[str, Any]:
    option: dict[str, Any] = next(each for each in commands if each["name"] == "event")["options"][0]
    return option


SPOILED: dict[str, Callable[[Commands], object]] = {
    "all are gone": lambda commands: commands.clear(),
    "one is gone": lambda commands: commands.pop(),
    "a stranger's is there": lambda commands: commands.append({**commands[0], "name": "stranger", "id": "1"}),
    "a description differs": lambda commands: commands[0].update(description="another"),
    "an option is gone": lambda commands: commands[0].update(options=[]),
    "an option says more": lambda commands: _first_option(commands).update(max_length=3),
    "an option says less": lambda commands: _first_option(commands).pop("min_length"),
    "an option is suggested no more": lambda commands: _first_option(commands).pop("autocomplete"),
    "it is for servers only": lambda commands: commands[0].update(contexts=[0]),
    "it cannot be installed by users": lambda commands: commands[0].update(integration_types=[0]),
    "it is for managers only": lambda commands: commands[0].update(default_member_permissions="32"),
    "it is translated": lambda commands: commands[0].update(description_localizations={"de": "anders"}),
    "it is for adults": lambda commands: commands[0].update(nsfw=True),
}


async def test_whatever_is_different_at_discord_is_seen(discord_server: DiscordServer, start_bot: StartBot) -> None:
    async with start_bot() as client:
        ours = await client.tree.payload()
        listed = await _registered(client)
    assert not differences(ours, listed)
    unseen = []
    for name, spoil in SPOILED.items():
        spoil(spoiled := copy.deepcopy(listed))
        if not differences(ours, spoiled):
            unseen.append(name)
    assert unseen == []


@pytest.mark.parametrize("name", ["all are gone", "a stranger's is there", "an option says more"])
async def test_where_discord_has_other_commands_they_are_registered_anew(
    discord_server: DiscordServer, start_bot: StartBot, name: str
) -> None:
    async with start_bot():
        right = copy.deepcopy(discord_server.commands[None])
    SPOILED[name](discord_server.commands[None])
    async with start_bot():
        assert told(discord_server) == 2
        assert "at least 200" in (await discord_server.slash("event", DAY)).text
    left = {each["name"]: {**each, "version": "", "id": ""} for each in discord_server.commands[None]}
    assert left == {each["name"]: {**each, "version": "", "id": ""} for each in right}


@pytest.mark.parametrize(("method", "status"), [("GET", 403), ("GET", 503), ("PUT", 400), ("PUT", 429)])
async def test_where_they_are_refused_those_of_before_are_answered(
    discord_server: DiscordServer, start_bot: StartBot, method: str, status: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with start_bot():
        pass
    monkeypatch.setattr("bot.client._REGISTER_S", 0.05)
    discord_server.commands[None][0]["description"] = "of an earlier version"
    discord_server.faults.fail(f"{method} /applications/*/commands", status, times=None)
    async with start_bot():
        assert "at least 200" in (await discord_server.slash("event", DAY)).text


async def test_they_are_registered_once_discord_takes_them_again(
    discord_server: DiscordServer, start_bot: StartBot, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("bot.client.next_wait_s", lambda *_: 0.01)
    refused = discord_server.faults.fail("PUT /applications/*/commands", 400, times=3)
    async with start_bot():
        await discord_server.until(lambda: discord_server.commands.get(None))
        assert refused.happened == 3
        assert "at least 200" in (await discord_server.slash("event", DAY)).text


@pytest.mark.parametrize("answer", ["[]", '"text"', '[{"name": "ask", "type": 1}]'])
async def test_an_answer_that_lacks_them_is_no_success(
    discord_server: DiscordServer, start_bot: StartBot, monkeypatch: pytest.MonkeyPatch, answer: str
) -> None:
    monkeypatch.setattr("bot.client.next_wait_s", lambda *_: 0.01)
    discord_server.faults.garble("PUT /applications/*/commands", answer)
    async with start_bot():
        assert told(discord_server) == 2
        assert "at least 200" in (await discord_server.slash("event", DAY)).text


async def test_an_entry_point_that_discord_made_is_kept(discord_server: DiscordServer, start_bot: StartBot) -> None:
    async with start_bot():
        pass
    entry_point = {"type": 4, "name": "launch", "handler": 2, "id": "77", "application_id": "1", "version": "1"}
    discord_server.commands[None].append(entry_point)
    async with start_bot():
        assert told(discord_server) == 1


def test_what_differs_is_named() -> None:
    ours = [{"name": "ask", "type": 1}, {"name": "event", "type": 1, "options": []}, {"name": "Find", "type": 3}]
    theirs = [{"name": "ask", "type": 1, "id": "7", "description": "x"}, {"name": "old", "type": 1}]
    found = differences(ours, theirs)
    assert str(found) == "missing: /event, Find; other than the bot's: /ask; not the bot's: /old"
    assert not differences(ours, [{**each, "id": "1", "version": "2", "nsfw": False} for each in ours])


class TestSync:
    """`dateline bot sync`."""

    @pytest.fixture
    def sync(self, discord_server: DiscordServer, monkeypatch: pytest.MonkeyPatch) -> Callable[..., Any]:
        monkeypatch.setenv("DATELINE_DISCORD__TOKEN", discord_server.token)
        monkeypatch.setenv("DATELINE_DISCORD__API_URL", discord_server.api_url)

        async def run(*options: str) -> str:
            result = await asyncio.to_thread(CliRunner().invoke, dateline, ["bot", "sync", *options])
            return result.output if result.exception is None else str(result.exception)

        return run

    @pytest.mark.usefixtures("logging_as_it_was")
    async def test_registers_what_discord_lacks_and_else_nothing(
        self, discord_server: DiscordServer, sync: Callable[..., Any]
    ) -> None:
        assert "missing: /event" in await sync()
        assert {each["name"] for each in discord_server.commands[None]} >= {"event", "ask", "Find related events"}
        assert "has the commands as they are" in await sync()
        assert told(discord_server) == 1
        assert "registered anew" in await sync("--force")
        assert told(discord_server) == 2
        assert discord_server.gateway.identifies == []

    @pytest.mark.usefixtures("logging_as_it_was")
    async def test_says_in_a_sentence_why_it_could_not(
        self, discord_server: DiscordServer, sync: Callable[..., Any], monkeypatch: pytest.MonkeyPatch
    ) -> None:
        discord_server.faults.fail("PUT /applications/*/commands", 400)
        assert "did not take the commands" in await sync()
        discord_server.faults.rate_limit("GET /applications/*/commands", 600)
        assert "try again in 600 s" in await sync()
        discord_server.faults.garble("GET /users/@me", "<html>no Discord</html>")
        assert "did not take the commands" in await sync()
        monkeypatch.setenv("DATELINE_DISCORD__TOKEN", "wrong")
        assert "refuses the token" in await sync()
        monkeypatch.delenv("DATELINE_DISCORD__TOKEN")
        assert "no token is set" in await sync()
