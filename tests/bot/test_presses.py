"""Whatever Discord delivers gets one answer: presses and commands of other versions of the program, too."""

from __future__ import annotations

import copy
import dataclasses
import datetime as dt
import logging
import re
from collections.abc import Iterator
from typing import Any

import pytest

from bot import error_words, words
from bot.client import DatelineClient
from bot.views.items import destination
from bot.views.state import AnswerList, DaysList, OnThisDayList, Place, Target, decode, encode
from embeddings.dates import DateRange
from tests.bot.conftest import ONE_BOT
from tests.discord_server import DiscordServer, Message, Reply
from tests.discord_server.mentions import Pings

BUTTON, SELECT = 2, 3
V2 = 1 << 15
NOT_KNOWN = [
    "dl:n:0:o0720",  # of fewer parts
    "dl:n:0:o0720:0::0",  # of more
    "dl:n:0:z0720:0:",  # a list of another kind
    "dl:n:0:o0231:0:",  # a day that is none
    "dl:n:0:e2-1:0:",  # days the wrong way round
    "dl:n:0:ezzzzzzzz-zzzzzzzz:0:",  # beyond the calendar
    "dl:n:0:n:0:abc",  # half an event
    "dl2:n:0:o0720:0:",
    "DL:N:0:O0720:0:",
    "dl:s:0:o0720:0:",  # a select's, on a button
    "feedback:7",
    "dl:n:0:q" + "x" * 92,
    "é" * 100,
    "`@everyone`\n\x1b[31m" + "<@1>" * 20,
]


def message_with(server: DiscordServer, component: dict[str, Any]) -> Message:
    """A message of the bot that was sent by a process of another version."""
    row = {"type": 1, "components": [component]}
    return server.messages.create(server.channel, server.bot, {"flags": V2, "components": [row]}, [])


def button(custom_id: str) -> dict[str, Any]:
    return {"type": BUTTON, "style": 2, "label": "Old", "custom_id": custom_id}


def select(custom_id: str, values: list[str], most: int = 1) -> dict[str, Any]:
    options = [{"label": value[:90] or "-", "value": value} for value in values]
    return {"type": SELECT, "custom_id": custom_id, "options": options, "max_values": most, "min_values": 0}


def is_private_sentence(reply: Reply, sentence: str) -> bool:
    callbacks = len(reply.messages)
    return reply.ephemeral and callbacks == 1 and reply.message.text.replace("\\", "") == sentence


@pytest.mark.usefixtures("running_bot")
class TestPresses:
    pytestmark = ONE_BOT

    @pytest.mark.parametrize("custom_id", NOT_KNOWN)
    async def test_a_button_of_another_version_says_so(self, discord_server: DiscordServer, custom_id: str) -> None:
        message = message_with(discord_server, button(custom_id))
        reply = await discord_server.press(message, "Old")
        assert is_private_sentence(reply, str(error_words.BUTTON_OF_ANOTHER_VERSION))
        assert reply.refusals == []
        assert reply.message.pings == Pings()
        assert message.edits == 0

    async def test_a_button_longer_than_discord_allows_today_is_answered(self, discord_server: DiscordServer) -> None:
        message = message_with(discord_server, button("old"))
        message.buttons[0]["custom_id"] = "dl:n:" + "0" * 100_000
        reply = await discord_server.press(message, "Old")
        assert is_private_sentence(reply, str(error_words.BUTTON_OF_ANOTHER_VERSION))

    @pytest.mark.parametrize(
        ("custom_id", "chosen"),
        [
            ("dl:s:0:o0720:0:", []),
            ("dl:s:0:o0720:0:", ["2015-12-23-613e5bac", "1969-07-20-00000000"]),
            ("dl:n:0:o0720:0:", ["2015-12-23-613e5bac"]),  # a button's, on a select
            ("topics", ["2015-12-23-613e5bac"]),
        ],
    )
    async def test_a_select_of_another_version_says_so(
        self, discord_server: DiscordServer, custom_id: str, chosen: list[object]
    ) -> None:
        values = ["2015-12-23-613e5bac", "1969-07-20-00000000"]
        message = message_with(discord_server, select(custom_id, values, 2))
        reply = await discord_server.choose(message, custom_id, chosen)
        assert is_private_sentence(reply, str(error_words.BUTTON_OF_ANOTHER_VERSION))

    @pytest.mark.parametrize("value", ["war", "2015-12-23-00000000", "'; DROP TABLE", "~,~,:", "é" * 100])
    async def test_a_select_whose_values_are_no_events_names_the_value(
        self, discord_server: DiscordServer, value: str
    ) -> None:
        message = message_with(discord_server, select("dl:s:0:o0720:0:", [value]))
        reply = await discord_server.choose(message, "dl:s:0:o0720:0:", [value])
        assert reply.ephemeral
        assert "no event has the id" in reply.message.text.lower()
        assert value[:20] in reply.message.text.replace("\\", "")

    async def test_a_select_of_users_is_answered(self, discord_server: DiscordServer) -> None:
        message = message_with(discord_server, {"type": 5, "custom_id": "dl:s:0:o0720:0:", "placeholder": "Who?"})
        reply = await discord_server.choose(message, "Who?", [discord_server.user])
        assert is_private_sentence(reply, str(error_words.BUTTON_OF_ANOTHER_VERSION))

    async def test_a_form_that_nobody_knows_says_so(self, discord_server: DiscordServer) -> None:
        reply = await discord_server.slash("about")
        reply.interaction.modal = {"custom_id": "dl:f:0:o0720:0:", "title": "Old", "components": []}
        sent = await discord_server.modal(reply, {})
        assert is_private_sentence(sent, str(error_words.FORM_OF_ANOTHER_VERSION))

    async def test_an_answer_that_the_store_has_forgotten_says_so_to_whoever_presses(
        self, discord_server: DiscordServer
    ) -> None:
        place = Place(AnswerList("0123456789"))
        for asker in (discord_server.user.id, 0):
            message = message_with(discord_server, button(encode("n", Target(asker, place))))
            reply = await discord_server.press(message, "Old")
            assert is_private_sentence(reply, str(words.ANSWER_FORGOTTEN))
            assert message.edits == 0

    @pytest.mark.parametrize(
        ("place", "page"),
        [
            (Place(DaysList(DateRange(dt.date(1960, 1, 1), dt.date(1969, 12, 31))), 36**5 - 1), "page {0} of {0}"),
            (Place(OnThisDayList(7, 20), 7), "On July 20"),
        ],
    )
    async def test_a_page_that_a_list_no_longer_has_is_its_last(
        self, discord_server: DiscordServer, place: Place, page: str
    ) -> None:
        message = message_with(discord_server, button(encode("n", Target(0, place))))
        reply = await discord_server.press(message, "Old")
        last = re.search(r"page \d+ of (\d+)", reply.text)
        assert page.format(last[1] if last else "") in reply.text
        assert reply.selects
        if last is not None:
            assert [each["label"] for each in reply.buttons] == ["Previous", "Narrow down", "Share"]

    async def test_a_page_that_an_answer_no_longer_has_is_its_last(self, discord_server: DiscordServer) -> None:
        asked = await discord_server.slash("ask", {"query": "the war", "count": 10})
        last = re.search(r"page 1 of (\d+)", asked.text)
        assert last is not None
        target = decode(next(each["custom_id"] for each in asked.buttons if each["label"] == "Next"))
        assert target is not None
        target = dataclasses.replace(target, place=dataclasses.replace(target.place, page=99))
        reply = await discord_server.press(message_with(discord_server, button(encode("n", target))), "Old")
        assert f"page {last[1]} of {last[1]}" in reply.text
        assert reply.selects

    async def test_buttons_of_this_version_are_answered_once(self, discord_server: DiscordServer) -> None:
        listed = await discord_server.slash("event", {"date": "the 1960s"})
        for label in ("Next", "Previous"):
            before = len(callbacks(discord_server))
            reply = await discord_server.press(listed, label)
            assert reply.refusals == []
            assert "page" in reply.message.text
            assert len(callbacks(discord_server)) == before + 1


def callbacks(server: DiscordServer) -> list[str]:
    return [request.path for request in server.requests if request.path.endswith("/callback")]


@pytest.mark.usefixtures("running_bot")
class TestCommandsOfAnotherVersion:
    pytestmark = ONE_BOT

    @pytest.fixture
    def registered(self, discord_server: DiscordServer) -> Iterator[dict[str, Any]]:
        """The commands as Discord has them, by name; a test changes them as another version would have told them."""
        before = copy.deepcopy(discord_server.commands[None])
        yield {command["name"]: command for command in discord_server.commands[None]}
        discord_server.commands[None] = before

    @pytest.mark.parametrize("name", ["years", "`**@everyone**`"])
    async def test_a_command_that_the_bot_does_not_have(
        self, discord_server: DiscordServer, registered: dict[str, Any], name: str, caplog: pytest.LogCaptureFixture
    ) -> None:
        discord_server.commands[None].append({**registered["about"], "name": name})
        reply = await discord_server.slash(name)
        assert is_private_sentence(reply, error_words.command_of_another_version(name))
        assert reply.message.pings == Pings()
        assert not [record for record in caplog.records if record.exc_info or record.levelno >= logging.ERROR]

    async def test_a_menu_that_the_bot_does_not_have(
        self, discord_server: DiscordServer, registered: dict[str, Any]
    ) -> None:
        discord_server.commands[None].append({**registered["Find related events"], "name": "Old menu"})
        reply = await discord_server.message_menu("Old menu", "the moon landing")
        assert is_private_sentence(reply, error_words.command_of_another_version("Old menu"))

    async def test_a_subcommand_that_the_bot_does_not_have(
        self, discord_server: DiscordServer, registered: dict[str, Any]
    ) -> None:
        old = {"type": 1, "name": "stop", "description": "-", "options": []}
        registered["daily"]["options"].append(old)
        reply = await discord_server.slash("daily stop", user=discord_server.owner, forced=True)
        assert is_private_sentence(reply, error_words.command_of_another_version("daily"))

    async def test_a_group_that_was_a_command(self, discord_server: DiscordServer, registered: dict[str, Any]) -> None:
        registered["daily"]["options"] = []
        reply = await discord_server.slash("daily", user=discord_server.owner, forced=True)
        assert is_private_sentence(reply, error_words.command_of_another_version("daily"))

    async def test_a_command_that_was_a_group(self, discord_server: DiscordServer, registered: dict[str, Any]) -> None:
        registered["about"]["options"] = [{"type": 1, "name": "archive", "description": "-", "options": []}]
        reply = await discord_server.slash("about archive")
        assert is_private_sentence(reply, error_words.command_of_another_version("about"))

    @pytest.mark.parametrize(
        ("change", "value"),
        [
            ({"name": "day"}, "2015-12-23"),  # was renamed
            ({"type": 4, "min_length": None, "max_length": None, "autocomplete": False}, 2015),  # was a number
        ],
    )
    async def test_an_option_of_another_name_or_type(
        self, discord_server: DiscordServer, registered: dict[str, Any], change: dict[str, Any], value: object
    ) -> None:
        option = registered["event"]["options"][0]
        option.update(change)
        for key in [key for key, changed in change.items() if changed is None]:
            del option[key]
        reply = await discord_server.slash("event", {option["name"]: value})
        assert is_private_sentence(reply, error_words.command_of_another_version("event"))

    async def test_an_option_that_this_version_does_not_have_is_not_passed_over(
        self, discord_server: DiscordServer, registered: dict[str, Any]
    ) -> None:
        registered["event"]["options"].append({"type": 5, "name": "quietly", "description": "-"})
        reply = await discord_server.slash("event", {"date": "2015-12-23", "quietly": True})
        assert is_private_sentence(reply, error_words.command_of_another_version("event"))
        assert not (await discord_server.slash("event", {"date": "2015-12-23"})).ephemeral

    async def test_suggestions_for_another_version_are_none(
        self, discord_server: DiscordServer, registered: dict[str, Any]
    ) -> None:
        discord_server.commands[None].append({**registered["event"], "name": "years"})
        assert await discord_server.autocomplete("years", {"date": "2015"}, focused="date") == []
        registered["event"]["options"][0]["name"] = "day"
        assert await discord_server.autocomplete("event", {"day": "2015"}, focused="day") == []

    async def test_what_discord_py_cannot_read_is_an_apology(
        self, discord_server: DiscordServer, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
    ) -> None:
        message = discord_server.say("The moon landing")
        monkeypatch.setattr("tests.discord_server.actions.message_payload", lambda *_: {"id": str(message.id)})
        reply = await discord_server.message_menu("Find related events", message)
        assert reply.ephemeral
        assert "reference" in reply.message.text
        assert reply.message.text.rstrip(".").split()[-1] in caplog.text


async def test_a_sentence_whose_arrival_is_not_confirmed_comes_once(
    discord_server: DiscordServer, running_bot: DatelineClient
) -> None:
    discord_server.faults.lose_answer("POST /interactions/*/callback", times=1)
    message = message_with(discord_server, button("old"))
    reply = await discord_server.press(message, "Old")
    assert is_private_sentence(reply, str(error_words.BUTTON_OF_ANOTHER_VERSION))
    assert running_bot.is_ready()


def test_a_component_of_a_kind_that_discord_has_not_yet_leads_nowhere() -> None:
    assert destination(99, "dl:n:0:o0720:0:") is None
    assert destination(0, "dl:n:0:o0720:0:") is None
    assert destination(BUTTON, "dl:n:0:o0720:0:") is not None
