from __future__ import annotations

from collections.abc import AsyncIterator
from typing import Any

import discord
import pytest
from discord import app_commands
from hypothesis import given
from hypothesis import strategies as st

from . import DiscordServer, connected
from .command_limits import check_commands, is_slash_name
from .errors import ApiError

Json = dict[str, Any]


def command(**changes: Any) -> Json:
    return {"type": 1, "name": "ask", "description": "Find events", **changes}


def option(**changes: Any) -> Json:
    return {"type": 3, "name": "query", "description": "What about", **changes}


def with_option(**changes: Any) -> Json:
    return command(options=[option(**changes)])


def choices(count: int, **changes: Any) -> list[Json]:
    return [{"name": f"choice {number}", "value": f"{number}", **changes} for number in range(count)]


def sub(name: str, *options: Json, kind: int = 1) -> Json:
    return {"type": kind, "name": name, "description": "d", "options": list(options)}


@pytest.mark.parametrize(
    "commands",
    [
        [command(name=f"c{number}") for number in range(100)],
        [{"type": 3, "name": f"Menu {number}"} for number in range(15)],
        [command(name="x" * 32, description="d" * 100)],
        [command(name="über-'früh_1")],
        [command(), {"type": 3, "name": "ask"}],
        [command(options=[option(name=f"o{number}") for number in range(25)])],
        [command(options=[option(name="a", required=True), option(name="b")])],
        [with_option(choices=choices(25))],
        [with_option(type=4, min_value=1, max_value=9)],
        [with_option(autocomplete=True, min_length=0, max_length=6_000)],
        [command(options=[sub("set", option()), sub("group", sub("inner", option()), kind=2)])],
        [command(name_localizations={"de": "frage"}, default_member_permissions="32", contexts=[0, 1, 2])],
    ],
    ids=lambda commands: str(commands)[:70],
)
def test_commands_within_the_limits_are_accepted(commands: list[Json]) -> None:
    assert check_commands(commands) is commands


@pytest.mark.parametrize(
    "commands",
    [
        [command(name=f"c{number}") for number in range(101)],
        [{"type": 3, "name": f"Menu {number}"} for number in range(16)],
        [command(), command()],
        [command(name="Ask")],
        [command(name="ask me")],
        [command(name="")],
        [command(name="x" * 33)],
        [command(description="")],
        [command(description="d" * 101)],
        [command(type=9)],
        [{"type": 3, "name": "Menu", "description": "not allowed"}],
        [{"type": 3, "name": "x" * 33}],
        [command(options=[option(name=f"o{number}") for number in range(26)])],
        [command(options=[option(), option()])],
        [command(options=[option(name="a"), option(name="b", required=True)])],
        [command(options=[sub("set"), option()])],
        [command(options=[sub("group", sub("deeper", sub("deepest")), kind=2)])],
        [command(options=[sub("group", option(), kind=2)])],
        [with_option(name="Query")],
        [with_option(description="")],
        [with_option(type=12)],
        [with_option(choices=choices(26))],
        [with_option(choices=[*choices(1), *choices(1)])],
        [with_option(choices=choices(1, name="n" * 101))],
        [with_option(choices=choices(1, value="v" * 101))],
        [with_option(choices=choices(1, value=""))],
        [with_option(choices=choices(1), autocomplete=True)],
        [with_option(type=5, autocomplete=True)],
        [with_option(type=4, choices=choices(1))],
        [with_option(min_length=-1)],
        [with_option(max_length=6_001)],
        [with_option(min_length=5, max_length=4)],
        [with_option(type=4, min_value=5, max_value=4)],
        [command(name_localizations={"de": "Frage"})],
        [command(name_localizations={"xx": "frage"})],
        [command(description_localizations={"de": "d" * 101})],
        [command(default_member_permissions="many")],
        [command(contexts=[3])],
        [command(integration_types=[2])],
        [command(options=[option(name=f"o{n}", description="d" * 100, choices=choices(25)) for n in range(25)])],
        "no list",
    ],
    ids=lambda commands: str(commands)[:70],
)
def test_commands_beyond_a_limit_are_refused(commands: object) -> None:
    with pytest.raises(ApiError) as refused:
        check_commands(commands)
    assert refused.value.code in {50035, 30032}


@given(st.text(max_size=33))
def test_names_that_discord_py_takes_are_taken(name: str) -> None:
    async def callback(interaction: discord.Interaction[Any]) -> None: ...

    try:
        app_commands.Command(name=name, description="d", callback=callback)
    except ValueError:
        return
    if not any(0x900 <= ord(each) <= 0x97F or 0xE00 <= ord(each) <= 0xE7F for each in name):  # vowel signs are marks
        assert is_slash_name(name)
        assert 1 <= len(name) <= 32


class Bot(discord.Client):
    def __init__(self) -> None:
        super().__init__(intents=discord.Intents.none())
        self.tree = app_commands.CommandTree(self)


@pytest.fixture
async def bot(discord_server: DiscordServer) -> AsyncIterator[Bot]:
    async with connected(Bot()) as client:
        yield client


def add(bot: Bot, name: str, guild: discord.abc.Snowflake | None = None) -> None:
    async def callback(interaction: discord.Interaction[Any], text: str, number: int = 1) -> None:
        """Do it"""

    bot.tree.add_command(app_commands.Command(name=name, description="d", callback=callback), guild=guild)


async def test_commands_keep_their_ids_when_they_are_synced_again(discord_server: DiscordServer, bot: Bot) -> None:
    add(bot, "one")
    [first] = await bot.tree.sync()
    add(bot, "two")
    synced = {each.name: each.id for each in await bot.tree.sync()}
    assert synced["one"] == first.id
    assert {each.name: each.id for each in await bot.tree.fetch_commands()} == synced
    bot.tree.remove_command("one")
    assert [each.name for each in await bot.tree.sync()] == ["two"]
    assert [each["name"] for each in discord_server.commands[None]] == ["two"]


async def test_commands_of_a_guild_are_its_own(discord_server: DiscordServer, bot: Bot) -> None:
    guild = discord.Object(discord_server.guild.id)
    add(bot, "here", guild)
    [synced] = await bot.tree.sync(guild=guild)
    assert synced.guild_id == discord_server.guild.id
    assert await bot.tree.fetch_commands() == []
    with pytest.raises(discord.NotFound) as unknown:
        await bot.tree.sync(guild=discord.Object(1))
    assert unknown.value.code == 10004
    elsewhere = discord_server.add_guild("Elsewhere", bot_is_member=False)
    with pytest.raises(discord.Forbidden):
        await bot.tree.sync(guild=discord.Object(elsewhere.id))


async def test_a_bad_command_fails_the_sync_with_its_place(discord_server: DiscordServer, bot: Bot) -> None:
    add(bot, "one")
    command = bot.tree.get_command("one")
    assert isinstance(command, app_commands.Command)
    command.description = "d" * 101
    with pytest.raises(app_commands.CommandSyncFailure, match="one"):
        await bot.tree.sync()
    assert discord_server.commands == {}


async def test_two_hundred_creates_a_day_are_the_limit(discord_server: DiscordServer, bot: Bot) -> None:
    def payload(prefix: str) -> list[Json]:
        return [command(name=f"{prefix}{number}") for number in range(100)]

    await bot.http.bulk_upsert_global_commands(discord_server.application_id, payload("a"))
    await bot.http.bulk_upsert_global_commands(discord_server.application_id, payload("a"))
    await bot.http.bulk_upsert_global_commands(discord_server.application_id, payload("b"))
    with pytest.raises(discord.HTTPException) as refused:
        await bot.http.bulk_upsert_global_commands(discord_server.application_id, payload("c"))
    assert refused.value.code == 30034
