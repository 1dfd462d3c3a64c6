"""`dateline setup`, asked by somebody at a terminal and told by options."""

from __future__ import annotations

import asyncio
import datetime as dt
import json
import shutil
import stat
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner

from bot.cli import dateline
from bot.config import Config
from bot.first_archive import Archive
from bot.logs import redact
from bot.updates import is_due
from embeddings.archive import Report
from embeddings.build.run import build_index
from embeddings.command_line.running import run_command
from embeddings.index.folder import IndexFolder
from embeddings.sample import sample_path
from tests.discord_server import DiscordServer
from tests.word_encoder import WordEncoder

INVITATION = "scope=bot+applications.commands&permissions=68608"


@dataclass(frozen=True)
class Said:
    """What a command said."""

    status: int
    text: str

    @property
    def lines(self) -> list[str]:
        return self.text.splitlines()


@dataclass
class Desk:
    """Where somebody sets a bot up; Discord's address is in the environment."""

    server: DiscordServer
    monkeypatch: pytest.MonkeyPatch

    async def options(self, *options: str, typed: str = "") -> Said:
        """Set up without a terminal; `typed` is piped in."""
        return await self._run(options, typed, at_terminal=False)

    async def answers(self, *answers: str, options: tuple[str, ...] = ()) -> Said:
        """Set up at a terminal, where each question gets the next answer."""
        return await self._run(options, "".join(f"{each}\n" for each in answers), at_terminal=True)

    async def _run(self, options: tuple[str, ...], typed: str, *, at_terminal: bool) -> Said:
        self.monkeypatch.setattr("bot.cli.at_terminal", lambda: at_terminal)
        with CliRunner().isolation(input=typed) as (_, __, output):
            status = await asyncio.to_thread(run_command, dateline, "dateline", ["setup", *options], redact)
            text = output.getvalue().decode()
        assert self.server.token not in text
        return Said(status, text)


@pytest.fixture
def desk(
    discord_server: DiscordServer,
    sample_part: Path,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    logging_as_it_was: None,
) -> Desk:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path / "state"))
    monkeypatch.setenv("DATELINE_DISCORD__API_URL", discord_server.api_url)
    monkeypatch.setattr("bot.first_archive.SentenceEncoder", WordEncoder)
    for module in ("first_archive", "sample_index"):
        monkeypatch.setattr(f"bot.{module}.sample_path", lambda: sample_part)
    return Desk(discord_server, monkeypatch)


@pytest.fixture
def index_there(desk: Desk, small_index: IndexFolder) -> None:
    """An index of another archive than the sample."""
    shutil.copytree(small_index.root, "index")


def config(name: str = "config.toml") -> dict[str, Any]:
    return tomllib.loads(read(name))


def there(name: str) -> bool:
    return Path(name).exists()


def read(name: str) -> str:
    return Path(name).read_text(encoding="utf-8")


def write(name: str, text: str) -> str:
    Path(name).write_text(text)
    return name


def events(folder: str = "index") -> int:
    return IndexFolder(Path(folder)).manifest().events


def files() -> Mapping[Path, bytes]:
    return {path: path.read_bytes() for path in sorted(Path().rglob("*")) if path.is_file()}


async def test_a_token_and_enter_are_enough(desk: Desk) -> None:
    said = await desk.answers(desk.server.token, "sample", "n")
    assert said.status == 0
    assert "choose New Application and name it; on its page Bot choose Reset Token" in said.text
    assert "token: Discord accepts it; the bot is called dateline" in said.text
    assert f"client_id={desk.server.application_id}&{INVITATION}" in said.text
    assert said.lines[-2:] == ["start the bot: python -m bot", "see whether anything is missing: python -m bot --check"]
    assert config()["discord"]["token"] == desk.server.token
    assert config()["archive"]["update"] == ""
    assert events() > 10


def is_private(name: str) -> bool:
    return stat.S_IMODE(Path(name).stat().st_mode) == 0o600


def forget(*names: str) -> None:
    for name in names:
        shutil.rmtree(name) if Path(name).is_dir() else Path(name).unlink()


@pytest.mark.usefixtures("index_there")
async def test_a_second_time_all_of_it_is_offered_again_and_stays(desk: Desk) -> None:
    await desk.answers(desk.server.token, "keep", "n")
    before = files()
    said = await desk.answers("", "", "n")
    assert said.status == 0
    assert "A token is in config.toml: press Enter to keep it, or paste another" in said.text
    assert "keep    the index that is there: 1 event from 2015-12-23" in said.text
    assert "config: config.toml is as it was" in said.text
    assert files() == before
    assert is_private("config.toml")


async def test_the_portal_answers_from_the_sample_and_is_fetched_by_the_bot(desk: Desk) -> None:
    said = await desk.answers(desk.server.token, "", "me@example.org", "n")
    assert said.status == 0
    assert "370 requests" in said.text
    assert "portal: fetched as soon as the bot runs" in said.text
    settings = Config.model_validate(config())
    assert settings.archive.contact == "me@example.org"
    assert settings.archive.update_time is not None
    assert is_due(None, dt.datetime.now(dt.UTC), settings.archive.update_time)
    assert events() > 10


async def test_ones_own_archive_is_asked_for_until_it_is_there(desk: Desk) -> None:
    mine = write("mine.jsonl", json.dumps({"date": "2015-12-23", "headline": "Something happens somewhere"}) + "\n")
    said = await desk.answers(desk.server.token, "own", "nowhere", mine, "n")
    assert said.status == 0
    assert "there is no archive nowhere; name a folder, a file, sample or portal" in said.text
    assert "index: 1 event from 2015-12-23 to 2015-12-23, in index" in said.text


@pytest.mark.usefixtures("index_there")
async def test_an_empty_token_is_asked_for_again_and_one_in_the_environment_is_refused(desk: Desk) -> None:
    assert (await desk.answers("", "", desk.server.token, "keep", "n")).status == 0
    desk.monkeypatch.setenv("DATELINE_DISCORD__TOKEN", "")
    said = await desk.answers()
    assert said.status == 2
    assert said.lines[-1] == "DATELINE_DISCORD__TOKEN is set and empty, and wins over the config file; unset it"


@pytest.mark.usefixtures("index_there")
async def test_a_wrong_token_is_asked_for_again(desk: Desk) -> None:
    said = await desk.answers("0" * 64, desk.server.token, "keep", "n")
    assert said.status == 0
    assert "this looks like the application's public key" in said.text


async def test_after_three_wrong_tokens_nothing_is_written(desk: Desk) -> None:
    said = await desk.answers("one", "two", "three")
    assert said.status == 2
    assert files() == {}


@pytest.mark.parametrize("stops_at", ["the token", "the archive", "the start"])
@pytest.mark.usefixtures("index_there")
async def test_who_stops_in_the_middle_can_begin_again(desk: Desk, stops_at: str) -> None:
    answers = {"the token": (), "the archive": (desk.server.token,), "the start": (desk.server.token, "")}
    said = await desk.answers(*answers[stops_at])
    assert said.status == 130
    assert said.lines[-1] == "interrupted"
    assert there("config.toml") == (stops_at != "the token")  # which Discord shows once
    assert (await desk.answers("" if there("config.toml") else desk.server.token, "", "n")).status == 0


@pytest.mark.usefixtures("index_there")
async def test_options_suffice(desk: Desk) -> None:
    token = write("token.txt", f"{desk.server.token}\n")
    said = await desk.options("--token-file", token, "--archive", "portal", "--contact", "me@example.org")
    assert said.status == 0
    assert said.lines[-2].startswith("start the bot: ")
    assert config()["discord"]["token"] == desk.server.token
    assert config()["archive"]["contact"] == "me@example.org"
    assert config()["archive"]["update"].startswith("06:")
    assert is_private("config.toml")
    again = await desk.options()
    assert again.status == 0
    assert "config: config.toml is as it was" in again.text


@pytest.mark.usefixtures("index_there")
async def test_the_token_may_be_piped_in(desk: Desk) -> None:
    said = await desk.options("--token-file", "-", typed=f"{desk.server.token}\r\n")
    assert said.status == 0
    assert config()["discord"]["token"] == desk.server.token


@pytest.mark.usefixtures("index_there")
async def test_a_token_in_the_environment_stays_there(desk: Desk) -> None:
    desk.monkeypatch.setenv("DATELINE_DISCORD__TOKEN", desk.server.token)
    said = await desk.options("--config", "other.toml")
    assert said.status == 0
    assert "it stays in the environment variable DATELINE_DISCORD__TOKEN" in said.text
    assert config("other.toml")["discord"]["token"] == ""
    assert said.lines[-2] == "start the bot: python -m bot --config other.toml"


@pytest.mark.parametrize(
    ("options", "typed", "status", "sentence"),
    [
        ((), "", 2, "there is no terminal to ask for the token: name the file that holds it by --token-file FILE"),
        (("--token-file", "-"), "", 2, "there is no token in standard input; its first line is read"),
        (("--token-file", "missing"), "", 2, "the token cannot be read from missing: No such file or directory"),
        (("--token-file", "-"), "wrong", 2, "Discord refuses the token"),
        (("--token-file", "-", "--archive", "nowhere"), "TOKEN", 2, "there is no archive nowhere; name a folder"),
        (("--token-file", "-", "--contact", "é"), "TOKEN", 2, "the setting archive.contact cannot be used"),
        (("--api-url", "http://127.0.0.1:1/api"), "", 2, "DATELINE_DISCORD__API_URL is set, and wins over --api-url"),
        (("--token", "x"), "", 2, "No such option"),
    ],
)
async def test_what_cannot_be_done_is_told_and_nothing_is_written(
    desk: Desk, options: tuple[str, ...], typed: str, status: int, sentence: str
) -> None:
    said = await desk.options(*options, typed=typed.replace("TOKEN", desk.server.token))
    assert said.status == status
    assert sentence in said.lines[-1]
    assert files() == {}


async def test_a_config_that_cannot_be_used_is_told_first_and_left_as_it_is(desk: Desk) -> None:
    write("config.toml", "[limits]\nuser_comands = 3\n")
    before = files()
    said = await desk.options("--token-file", "-", typed=desk.server.token)
    assert said.status == 2
    assert "there is no setting limits.user_comands; did you mean limits.user_commands?" in said.text
    assert "put that right in config.toml, then set up again" in said.text
    assert files() == before


@pytest.mark.usefixtures("index_there")
async def test_comments_and_other_settings_stay(desk: Desk) -> None:
    write("config.toml", "# mine\n[limits]\nuser_commands = 3  # not more\n")
    assert (await desk.options("--token-file", "-", typed=desk.server.token)).status == 0
    text = read("config.toml")
    assert text.startswith("# mine\n[limits]\nuser_commands = 3  # not more\n")
    assert config()["discord"]["token"] == desk.server.token


@pytest.mark.usefixtures("index_there")
async def test_without_discord_somebody_may_go_on_and_options_do_not(desk: Desk) -> None:
    desk.monkeypatch.setenv("DATELINE_DISCORD__API_URL", "http://127.0.0.1:9/api/v10")
    said = await desk.options("--token-file", "-", typed=desk.server.token)
    assert said.status == 1
    assert "Discord cannot be reached" in said.text
    assert not there("config.toml")
    said = await desk.answers(desk.server.token, "y", "keep", "n")
    assert said.status == 0
    assert config()["discord"]["token"] == desk.server.token
    assert "invite the bot" not in said.text


@pytest.mark.usefixtures("index_there")
async def test_an_index_of_other_archives_is_replaced_only_when_that_was_said(desk: Desk) -> None:
    token = ("--token-file", write("token.txt", desk.server.token))
    said = await desk.options(*token, "--archive", "sample")
    assert said.status == 2
    assert "the index in index holds 1 event from 2015-12-23 to 2015-12-23 of other archives" in said.text
    assert "leave --archive out to keep it, or name another folder by --index" in said.text
    assert events() == 1
    assert (await desk.answers("sample", "n", "n", options=token)).status == 0
    assert events() == 1
    assert (await desk.options(*token, "--archive", "sample", "--index", "another")).status == 0
    assert events() == 1
    assert events("another") > 10
    assert config()["index"]["path"] == "another"
    assert (await desk.answers("n", options=(*token, "--index", "index"))).status == 0
    assert (await desk.answers("sample", "y", "n", options=token)).status == 0
    assert events() > 10


async def test_the_index_of_the_demo_goes_on_discord_in_one_command(desk: Desk, sample_part: Path) -> None:
    demo = Path("cache/dateline/demo-index")
    build_index(IndexFolder(demo), [sample_part], WordEncoder("all-MiniLM-L6-v2"), Report())
    made: list[WordEncoder] = []

    def noted(name: str) -> WordEncoder:
        made.append(WordEncoder(name))
        return made[-1]

    desk.monkeypatch.setattr("bot.first_archive.SentenceEncoder", noted)
    said = await desk.options("--token-file", "-", "--archive", "sample", typed=desk.server.token)
    assert said.status == 0
    assert events() == events(str(demo))
    assert [text for encoder in made for text in encoder.encoded] == []
    said = await desk.options("--index", str(demo))
    assert said.status == 0
    assert config()["index"]["path"] == str(demo)


@pytest.mark.usefixtures("index_there")
async def test_a_hindrance_in_the_developer_portal_is_told(desk: Desk) -> None:
    desk.server.application["bot_require_code_grant"] = True
    said = await desk.answers(desk.server.token, "keep", "n")
    assert said.status == 0
    assert "turn Requires OAuth2 Code Grant off" in said.text


@pytest.mark.parametrize(("options", "answers"), [(("--start",), ()), ((), ("",)), ((), ("y",))])
@pytest.mark.usefixtures("index_there")
async def test_the_bot_is_started_with_what_was_written(
    desk: Desk, options: tuple[str, ...], answers: tuple[str, ...]
) -> None:
    started: list[Config] = []

    async def run(settings: Config) -> None:
        started.append(settings)

    desk.monkeypatch.setattr("bot.run.run", run)  # which other tests start; signals need the main thread
    said = await desk.answers(desk.server.token, "keep", *answers, options=options)
    assert said.status == 0
    [settings] = started
    assert settings.discord.given_token() == desk.server.token


async def test_a_token_that_discord_knows_is_kept_though_the_rest_is_broken_off(desk: Desk) -> None:
    said = await desk.answers(desk.server.token)  # and the terminal is closed
    assert said.status != 0
    assert config()["discord"]["token"] == desk.server.token


@pytest.mark.parametrize(("archive", "lost"), [("/old/place/{}/{}", False), ("/old/place/news", True)])
def test_the_sample_of_another_place_is_the_sample(
    archive: str, lost: bool, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, sample_folder: IndexFolder
) -> None:
    archives = (archive.format(*sample_path().parts[-2:]),)
    manifest = replace(sample_folder.manifest(), archives=archives)
    monkeypatch.setattr("bot.first_archive.there", lambda _: manifest)
    assert (Archive.of(("sample",)).loses(tmp_path) is not None) == lost
