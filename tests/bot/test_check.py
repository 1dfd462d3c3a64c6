"""`--check` looks at everything, says what to do about each thing that is wrong, and makes nothing."""

from __future__ import annotations

import asyncio
import io
import shutil
import sys
import time
import zoneinfo
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from bot.cli import bot
from bot.logs import redact
from embeddings.command_line.running import run_command
from embeddings.index.folder import IndexFolder
from tests.discord_server import DiscordServer
from tests.word_encoder import WordEncoder


@dataclass
class Place:
    """Where a bot is checked: all is right at first."""

    server: DiscordServer
    monkeypatch: pytest.MonkeyPatch
    capsys: pytest.CaptureFixture[str]

    def set(self, name: str, value: str) -> None:
        self.monkeypatch.setenv(f"DATELINE_{name}", value)

    async def check(self, *arguments: str) -> tuple[int, list[str]]:
        """The exit status, and the lines on standard output."""
        status = await asyncio.to_thread(run_command, bot, "python -m bot", [*arguments, "--check"], redact)
        out, err = self.capsys.readouterr()
        assert self.server.token not in out + err
        assert not err
        return status, out.splitlines()


@pytest.fixture
def place(
    discord_server: DiscordServer,
    small_index: IndexFolder,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    logging_as_it_was: None,
) -> Iterator[Place]:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr("sys.stdin", io.StringIO(""))
    monkeypatch.setenv("HOME", str(tmp_path))
    for module in ("bot.check", "embeddings.model.export"):
        monkeypatch.setattr(f"{module}.SentenceEncoder", WordEncoder)
    (tmp_path / "words").mkdir()  # a model of one's own is a folder
    found = Place(discord_server, monkeypatch, capsys)
    found.set("INDEX__PATH", str(small_index.root))
    found.set("DISCORD__TOKEN", discord_server.token)
    found.set("DISCORD__API_URL", discord_server.api_url)
    yield found
    zoneinfo.reset_tzpath()
    zoneinfo.ZoneInfo.clear_cache()


def there() -> list[Path]:
    """All that is in the folder of the test."""
    return sorted(Path().rglob("*"))


def write_config(mode: int, text: str = "") -> None:
    file = Path("config.toml")
    file.write_text(text)
    file.chmod(mode)


def damage_index(root: Path) -> None:
    shutil.copytree(root, "damaged")
    [catalogue] = Path("damaged").rglob("catalogue.sqlite")
    catalogue.write_bytes(catalogue.read_bytes()[:-1])


def misspell_a_setting(_: Place) -> None:
    write_config(0o600, "[limits]\nuser_comands = 3\n")


def misspell_a_variable(place: Place) -> None:
    place.set("STORE_URL", "sqlite:///elsewhere.db")


def lose_the_index(place: Place) -> None:
    place.set("INDEX__PATH", "nowhere")


def name_a_missing_model(place: Place) -> None:
    place.set("INDEX__MODEL", "./missing")


def put_the_store_nowhere(place: Place) -> None:
    place.set("STORE__URL", "sqlite:///missing/dateline.db")


def set_the_clock_ahead(place: Place) -> None:
    place.server.wall = lambda: time.time() - 600


def take_a_permission(place: Place) -> None:
    for guild in place.server.guilds.values():
        guild.everyone.permissions &= ~(1 << 11)


def send_commands_elsewhere(place: Place) -> None:
    place.server.application["interactions_endpoint_url"] = "https://example.org/"


def lose_the_time_zones(place: Place) -> None:
    zoneinfo.reset_tzpath(())
    for name in [name for name in sys.modules if name.partition(".")[0] == "tzdata"]:
        place.monkeypatch.delitem(sys.modules, name)
    place.monkeypatch.setitem(sys.modules, "tzdata", None)  # which then cannot be imported


def fill_the_disk(place: Place) -> None:
    usage = type(shutil.disk_usage("/"))
    place.monkeypatch.setattr(shutil, "disk_usage", lambda _: usage(10**9, 10**9 - 7_000_000, 7_000_000))


TEN: dict[Callable[[Place], None], tuple[str, str, str]] = {
    misspell_a_setting: ("config", "there is no setting limits.user_comands", "did you mean limits.user_commands?"),
    misspell_a_variable: ("config", "DATELINE_STORE_URL sets nothing", "did you mean DATELINE_STORE__URL?"),
    lose_the_index: ("index", "there is no index in nowhere", "or have `python -m bot setup` make one"),
    name_a_missing_model: ("model", 'there is no model folder "./missing"', "name a folder or a"),
    put_the_store_nowhere: ("store", "missing, which is not an existing folder", "create the folder first"),
    set_the_clock_ahead: ("clock", " s ahead of Discord's", "set this machine's clock"),
    send_commands_elsewhere: ("token", "sends the commands to an address", "empty Interactions Endpoint URL"),
    take_a_permission: (
        "permissions",
        "in Newsroom the bot lacks Send Messages",
        "give them to its role, or invite it",
    ),
    lose_the_time_zones: ("time zones", "no data for UTC, Europe/London", "install the package tzdata"),
    fill_the_disk: ("disk", "7.0 MB are free for the store", "make room for 100.0 MB"),
}
"""What may be wrong: the part, what is said of it, and what to do."""


async def test_all_is_right(place: Place) -> None:
    before = there()
    status, lines = await place.check()
    config, index, model, store, clock, token, permissions, zones, *disk, last = lines
    assert config == "config: can be used"
    assert index == "index: 1 event from 2015-12-23 to 2015-12-23"
    assert model == "model: words gives 256-dim vectors"
    assert store == "store: none yet; it is made at the first start"
    assert clock == "clock: within 30 s of Discord's"
    link = f"client_id={place.server.application_id}&scope=bot+applications.commands&permissions=68608"
    assert token.startswith("token: Discord accepts it; the bot is called dateline")
    assert link in token
    assert permissions == "permissions: the bot has in 1 server all that daily posts need"
    assert zones.endswith(" are known")
    assert all("are free for the" in each for each in disk)
    assert last == "the bot can run"
    assert status == 0
    assert there() == before


@pytest.mark.parametrize("spoil", TEN, ids=lambda spoil: spoil.__name__)
async def test_each_thing_that_is_wrong_is_told_with_what_to_do(place: Place, spoil: Callable[[Place], None]) -> None:
    spoil(place)
    part, what, advice = TEN[spoil]
    before = there()
    status, lines = await place.check()
    assert status == 2
    [told] = [line for line in lines if what in line]
    assert told.startswith(f"{part}: ")
    assert advice in told
    assert lines[-1] == f"the bot cannot run as it should; put right what was said of: {part}"
    assert len(lines) >= 9
    assert there() == before


async def test_all_ten_are_told_at_once(place: Place) -> None:
    for spoil in TEN:
        spoil(place)
    before = there()
    status, lines = await place.check()
    assert status == 2
    for part, what, advice in TEN.values():
        assert any(line.startswith(f"{part}: ") and what in line and advice in line for line in lines), part
    parts = dict.fromkeys(part for part, *_ in TEN.values())
    assert lines[-1].endswith(f": {', '.join(parts)}")
    assert there() == before


@pytest.mark.parametrize(
    ("token", "sentence"),
    [
        ("", "no token is set; "),
        ("hello", "Discord refuses the token; copy it again"),
        ("1234567890123456789", "this looks like the application's id"),
        ("0" * 64, "this looks like the application's public key"),
        ("abcdefghijklmnopqrstuvwxyz-_0123", "this looks like the application's client secret"),
        ("to\u2009ken", "letters that no token has"),
    ],
)
async def test_a_wrong_token_is_told_by_what_it_looks_like(place: Place, token: str, sentence: str) -> None:
    place.set("DISCORD__TOKEN", token)
    status, lines = await place.check()
    assert status == 2
    [told] = [line for line in lines if line.startswith("token: ")]
    assert sentence in told
    assert not any(line.startswith("permissions: ") for line in lines)


@pytest.mark.parametrize("answer", ["[]", "{", '{"id": "x"}', '"text"'])
@pytest.mark.parametrize("route", ["GET /users/@me", "GET /oauth2/applications/@me", "GET /users/@me/guilds"])
async def test_a_discord_that_answers_strangely_is_no_crash(place: Place, route: str, answer: str) -> None:
    if (route, answer) == ("GET /users/@me/guilds", "[]"):
        return  # which is an answer: the bot is in no server
    place.server.faults.garble(route, answer)
    status, lines = await place.check()
    assert status == 2
    [told] = [line for line in lines if line.startswith("token: ")]
    assert "Discord cannot be reached" in told
    assert "see whether this machine's network and discord.api_url are right" in told


async def test_without_discord_all_else_is_looked_at(place: Place) -> None:
    place.set("DISCORD__API_URL", "http://127.0.0.1:9/api/v10")
    status, lines = await place.check()
    assert status == 2
    assert "clock: could not be compared with Discord's" in lines
    assert any(line.startswith("token: Discord cannot be reached (") for line in lines)
    assert any(line.startswith("disk: ") for line in lines)
    assert lines[-1].endswith(": token")


async def test_a_server_of_several_that_allows_too_little_is_told_and_hinders_nothing(place: Place) -> None:
    place.server.add_guild("Quiet [link](https://evil.example)\x1b[2J", everyone=0)
    status, lines = await place.check()
    assert status == 0
    [told] = [line for line in lines if line.startswith("permissions: ")]
    assert "the bot lacks" in told
    assert "\x1b" not in told


async def test_a_bot_in_no_server_is_told_to_be_invited(place: Place) -> None:
    place.server.remove_guild(place.server.guild)
    status, lines = await place.check()
    assert status == 0
    assert "permissions: the bot is in no server yet; the link above asks for what it needs" in lines


async def test_a_config_file_that_others_can_read_is_noted(place: Place) -> None:
    write_config(0o644)
    status, lines = await place.check()
    assert status == 0
    assert "config: others can read config.toml, and with it the token; run chmod 600 config.toml" in lines
    write_config(0o600)
    assert not any("others can read" in line for line in (await place.check())[1])


async def test_a_named_config_file_that_is_missing_is_one_thing_wrong(place: Place) -> None:
    status, lines = await place.check("--config", "missing.toml")
    assert status == 2
    assert lines[0].startswith("config: there is no config file missing.toml; `python -m bot setup` writes one")
    assert lines[-1].endswith(": config")


async def test_a_damaged_index_is_told_file_by_file(place: Place, small_index: IndexFolder) -> None:
    damage_index(small_index.root)
    place.set("INDEX__PATH", "damaged")
    status, lines = await place.check()
    assert status == 2
    assert any(line.startswith("index: ") and "catalogue.sqlite" in line and "build` again" in line for line in lines)
    assert any(line.startswith("model: ") for line in lines)


async def test_a_model_that_is_not_here_is_not_fetched(place: Place) -> None:
    place.set("INDEX__MODEL", "somebody/some-model")
    before = there()
    status, lines = await place.check()
    assert status == 0
    assert "model: somebody/some-model is not on this machine; the bot fetches it when it starts" in lines
    assert there() == before
