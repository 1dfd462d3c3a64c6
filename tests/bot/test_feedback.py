"""*Not what I meant*: under answers where a server wants it, and for whoever runs the bot."""

from __future__ import annotations

import asyncio
import datetime as dt
import json
from pathlib import Path

import pytest

from bot import settings_words
from bot.cli import bot as command_line
from bot.client import DatelineClient
from bot.store import Store
from bot.store.feedback import FEEDBACK_KEPT_DAYS, MOST_REMARK
from bot.views.answer_actions import NOT_MEANT, REMARK, SHARE
from embeddings.command_line.running import run_command
from tests.bot.conftest import StartBot
from tests.discord_server import DiscordServer, Reply

ASKED = {"query": "earthquake *in* Nepal", "count": 10}


async def switch_on(server: DiscordServer) -> Reply:
    card = await server.slash("settings", user=server.owner)
    return await server.press(card, str(settings_words.FEEDBACK[False]), user=server.owner)


def offers(reply: Reply) -> bool:
    return str(settings_words.NOT_MEANT) in [each["label"] for each in reply.buttons]


async def test_it_is_offered_under_answers_to_questions_where_a_server_wants_it(
    discord_server: DiscordServer, running_bot: DatelineClient
) -> None:
    assert not offers(await discord_server.slash("ask", ASKED))
    await switch_on(discord_server)
    public = await discord_server.slash("ask", ASKED)
    assert offers(public)
    assert offers(await discord_server.press(public, "Next"))
    assert offers(await discord_server.slash("ask", {"query": "xyzzy plugh"}))  # which finds nothing
    assert offers(await discord_server.slash("event", {"date": "2015-12-23", "private": True}))
    assert not offers(await discord_server.slash("ask", ASKED, guild=None))
    assert not offers(await discord_server.slash("about"))
    elsewhere = discord_server.add_guild("elsewhere", bot_is_member=False)
    traveller = discord_server.add_user("traveller", installed=True)
    assert not offers(await discord_server.slash("ask", ASKED, guild=elsewhere, user=traveller))
    assert running_bot.is_ready()


async def test_it_keeps_question_events_and_line_and_nothing_of_who_says_so(
    discord_server: DiscordServer, running_bot: DatelineClient
) -> None:
    await switch_on(discord_server)
    public = await discord_server.slash("ask", ASKED)
    shown = [option["value"] for option in public.selects[0]["options"]]
    somebody = discord_server.owner
    opened = await discord_server.press(public, str(settings_words.NOT_MEANT), user=somebody)
    assert opened.modal is not None
    told = await discord_server.modal(opened, {REMARK: "the one of\n1934 " + "!" * 400})
    assert told.ephemeral
    card = await discord_server.choose(public, public.selects[0]["custom_id"], [shown[1]])
    opened = await discord_server.press(card, str(settings_words.NOT_MEANT))
    assert (await discord_server.modal(opened, {})).ephemeral
    first, second = await running_bot.host.feedback.all()
    assert first.question == second.question == ASKED["query"]
    assert (list(first.events), list(second.events)) == (shown, [shown[1]])
    assert first.remark.startswith("the one of 1934 !!")
    assert (len(first.remark), second.remark) == (MOST_REMARK, "")
    assert first.key in told.text
    assert str(somebody.id) not in str(first)
    assert "earthquake" in public.text  # the message is as it was


async def test_a_server_that_switched_it_off_meanwhile_keeps_nothing(
    discord_server: DiscordServer, running_bot: DatelineClient
) -> None:
    card = await switch_on(discord_server)
    public = await discord_server.slash("ask", ASKED)
    opened = await discord_server.press(public, str(settings_words.NOT_MEANT))
    await discord_server.press(card, str(settings_words.FEEDBACK[True]), user=discord_server.owner)
    assert (await discord_server.modal(opened, {REMARK: "x"})).text == str(settings_words.NO_FEEDBACK)
    assert (await discord_server.press(public, str(settings_words.NOT_MEANT))).text == str(settings_words.NO_FEEDBACK)
    assert await running_bot.host.feedback.all() == []


async def test_of_a_list_that_can_be_narrowed_it_keeps_the_events_alone(
    discord_server: DiscordServer, running_bot: DatelineClient
) -> None:
    await switch_on(discord_server)
    more = await discord_server.press(await discord_server.slash("ask", {"query": "the war"}), "More")
    assert len(more.selects) > 1  # by year or topic, too
    opened = await discord_server.press(more, str(settings_words.NOT_MEANT))
    assert "Thank you" in (await discord_server.modal(opened, {REMARK: ""})).text
    [kept] = await running_bot.host.feedback.all()
    assert kept.events
    assert [event for event in await running_bot.host.engine.events(kept.events) if event is None] == []


async def test_while_the_store_is_away_it_says_so(
    discord_server: DiscordServer, running_bot: DatelineClient, tmp_path: Path
) -> None:
    await switch_on(discord_server)
    public = await discord_server.slash("event", {"date": "2015-12-23"})
    opened = await discord_server.press(public, str(settings_words.NOT_MEANT))
    (tmp_path / "store.db").rename(tmp_path / "away.db")
    for reply in (
        await discord_server.modal(opened, {REMARK: ""}),
        await discord_server.press(public, str(settings_words.NOT_MEANT)),
    ):
        assert reply.ephemeral
        assert reply.text == str(settings_words.FEEDBACK_AWAY)
    assert running_bot.is_ready()


async def test_old_buttons_and_open_forms_work_after_a_restart(
    discord_server: DiscordServer, start_bot: StartBot
) -> None:
    async with start_bot():
        await switch_on(discord_server)
        public = await discord_server.slash("ask", ASKED)
        opened = await discord_server.press(public, str(settings_words.NOT_MEANT))
    async with start_bot() as bot:
        assert "Thank you" in (await discord_server.modal(opened, {REMARK: "before"})).text
        opened = await discord_server.press(public, str(settings_words.NOT_MEANT))
        assert "Thank you" in (await discord_server.modal(opened, {REMARK: "after"})).text
        assert [each.remark for each in await bot.host.feedback.all()] == ["before", "after"]


async def test_it_is_full_at_some_time_and_says_so(
    discord_server: DiscordServer, running_bot: DatelineClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("bot.store.feedback.MOST_FEEDBACK", 0)
    await switch_on(discord_server)
    opened = await discord_server.press(await discord_server.slash("ask", ASKED), str(settings_words.NOT_MEANT))
    assert (await discord_server.modal(opened, {})).text == str(settings_words.FEEDBACK_FULL)
    assert running_bot.is_ready()


async def test_it_is_forgotten_after_three_months(store_url: str) -> None:
    store = await Store.open(store_url, patience=60)
    day = 24 * 60 * 60.0
    old = await store.feedback.keep("old", ["a"], "", 0.0)
    await store.feedback.keep("new", [], "", day)
    assert await store.feedback.forget(FEEDBACK_KEPT_DAYS * day - 1) == 0
    assert await store.feedback.forget(FEEDBACK_KEPT_DAYS * day) == 1
    assert [each.question for each in await store.feedback.all()] == ["new"]
    assert await store.feedback.delete(old) == 0
    await store.close()


def run(*arguments: str) -> int:
    return run_command(command_line, "python -m bot", list(arguments))


def keep(*said: tuple[str, list[str], str]) -> list[str]:
    async def write() -> list[str]:
        store = await Store.open("sqlite:///dateline.db")
        try:
            return [str(await store.feedback.keep(*each, 1_795_000_000.0 + n)) for n, each in enumerate(said)]
        finally:
            await store.close()

    return asyncio.run(write())


class TestTheCommand:
    @pytest.fixture(autouse=True)
    def _elsewhere(self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.chdir(tmp_path)

    def test_lists_for_people_and_for_scripts(self, capsys: pytest.CaptureFixture[str]) -> None:
        first, second = keep(("moon", ["1969-07-20-00000000"], "the other moon"), ("\x1b[31mred", [], ""))
        assert run("feedback", "--json") == 0
        assert json.loads(capsys.readouterr().out) == {
            "feedback": [
                {"id": first, "at": at(0), "question": "moon",
                 "events": ["1969-07-20-00000000"], "remark": "the other moon"},
                {"id": second, "at": at(1), "question": "\x1b[31mred", "events": [], "remark": ""},
            ]
        }  # fmt: skip
        assert run("feedback") == 0
        out = capsys.readouterr().out
        for text in ("2 answers", first, "moon", "1969-07-20-00000000", "meant: the other moon", "shown: nothing"):
            assert text in out
        assert "\x1b" not in out

    def test_deletes_one_or_all(self, capsys: pytest.CaptureFixture[str]) -> None:
        first, *_ = keep(*[("moon", [], "")] * 3)
        assert run("feedback", "--delete", "deadbeef") == 2
        assert "no feedback has the number deadbeef" in capsys.readouterr().err
        assert run("feedback", "--delete", first) == 0
        assert run("feedback", "--delete-all", "--json") == 0
        assert capsys.readouterr().out == '1 deleted\n{"deleted": 2}\n'
        assert run("feedback", "--delete", first, "--delete-all") == 2
        assert run("feedback", "--json") == 0
        assert json.loads(capsys.readouterr().out) == {"feedback": []}

    def test_without_a_store_it_makes_none(self, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
        assert run("feedback") == 2
        assert "there is no store in" in capsys.readouterr().err
        assert list(tmp_path.iterdir()) == []


def at(second: int) -> str:
    moment = dt.datetime.fromtimestamp(1_795_000_000 + second, dt.UTC)
    return f"{moment:%Y-%m-%dT%H:%M:%S}Z"


def test_letters_are_for_good() -> None:
    assert (SHARE, NOT_MEANT, REMARK) == ("x", "y", "remark")
