"""`/help`, `/random`, and lists that are gone on with and narrowed, over real HTTP and a real WebSocket."""

from __future__ import annotations

import re
from typing import Any

import pytest

from bot.config import Config
from embeddings.index.folder import IndexFolder
from tests.bot.conftest import ONE_BOT, StartBot
from tests.discord_server import DiscordServer, Reply

_ID = re.compile(r"\d{4}-\d{2}-\d{2}-[0-9a-f]{8}")


def labels(reply: Reply) -> list[str]:
    return [each["label"] for each in reply.buttons]


def shown(reply: Reply) -> str:
    """The id on a card."""
    return str(_ID.findall(reply.text.replace("\\", ""))[-1])


def narrow(reply: Reply, letter: str) -> dict[str, Any]:
    select: dict[str, Any]
    [select] = [each for each in reply.selects if each["custom_id"].startswith(f"dl:{letter}:")]
    return select


@pytest.mark.usefixtures("running_bot")
class TestLookingAround:
    pytestmark = ONE_BOT

    async def test_help_shows_five_examples_each_of_which_is_answered_to_whoever_presses(
        self, discord_server: DiscordServer
    ) -> None:
        reply = await discord_server.slash("help")
        assert reply.ephemeral
        assert len(reply.buttons) == 5
        for label in labels(reply):
            answer = await discord_server.press(reply, label)
            assert answer.ephemeral
            assert answer.selects, label
            assert "Nothing in the archive" not in answer.text
            assert "What you can ask" in reply.text

    async def test_another_event_is_never_the_same_twice_in_a_row(self, discord_server: DiscordServer) -> None:
        card = await discord_server.slash("random", {"topic": "cold WAR"})
        before = shown(card)
        for _ in range(10):
            card = await discord_server.press(card, "Another")
            assert shown(card) != before
            assert "Cold War" in card.text
            before = shown(card)
        again = await discord_server.slash("random", {"topic": "Cold War"})
        assert _ID.search(again.text.replace("\\", ""))

    @pytest.mark.parametrize(
        ("day", "text"), [("July 20", "July 20, "), ("1969", ", 1969"), ("july 1969", "1969"), ("2015-12-23", "2015")]
    )
    async def test_random_takes_days_and_dates(self, discord_server: DiscordServer, day: str, text: str) -> None:
        assert text in (await discord_server.slash("random", {"day": day})).text

    async def test_a_topic_that_is_none_is_told_the_nearest(self, discord_server: DiscordServer) -> None:
        reply = await discord_server.slash("random", {"topic": "Appolo progamme"})
        assert reply.ephemeral
        assert "Apollo program" in reply.text
        choices = await discord_server.autocomplete("random", {"topic": "olymp"}, focused="topic")
        assert "Olympic Games" in str(choices)

    async def test_a_day_without_events_and_the_only_event_of_one_say_so(self, discord_server: DiscordServer) -> None:
        none = await discord_server.slash("random", {"day": "1969-07-19"})
        assert "has no event of that day" in none.text
        one = await discord_server.slash("random", {"day": "2015-12-23"})
        assert "the only event" in (await discord_server.press(one, "Another")).text

    async def test_an_answer_goes_on_and_is_narrowed_by_year_and_topic(self, discord_server: DiscordServer) -> None:
        asked = await discord_server.slash("ask", {"query": "the war", "count": 5})
        more = await discord_server.press(asked, "More")
        assert "**6." in more.text.replace("\\", "") or "page 2 of" in more.text
        year = narrow(more, "z")
        value = year["options"][1]["value"]
        of_year = await discord_server.choose(more, year["custom_id"], [value])
        assert f"only {value}" in of_year.text
        dates = re.findall(r"-# \*\*[A-Z][a-z]+ \d+, (\d{4})\*\*", of_year.text)
        assert dates
        assert set(dates) == {value}
        everything = await discord_server.choose(of_year, narrow(of_year, "z")["custom_id"], ["all"])
        assert "only" not in everything.text.split("\n")[0]

    async def test_days_are_narrowed_by_topic(self, discord_server: DiscordServer) -> None:
        days = await discord_server.slash("event", {"date": "the 1960s"})
        whole = await discord_server.press(days, "Narrow down")
        topic = narrow(whole, "t")
        value = topic["options"][1]
        left = await discord_server.choose(whole, topic["custom_id"], [value["value"]])
        name, number = value["label"].rsplit(" (", 1)
        assert f"{number.rstrip(')')} events · only {name}" in left.text.replace("\\", "")


async def test_all_of_it_works_after_a_restart(discord_server: DiscordServer, start_bot: StartBot) -> None:
    async with start_bot():
        helped = await discord_server.slash("help")
        drawn = await discord_server.slash("random")
        asked = await discord_server.slash("ask", {"query": "the war"})
        more = await discord_server.press(await discord_server.slash("ask", {"query": "the war"}), "More")
    async with start_bot():
        for label in labels(helped):
            assert (await discord_server.press(helped, label)).selects
        before = shown(drawn)
        assert shown(await discord_server.press(drawn, "Another")) != before
        assert narrow(await discord_server.press(asked, "More"), "z")
        topic = narrow(more, "t")
        left = await discord_server.choose(more, topic["custom_id"], [topic["options"][1]["value"]])
        assert "only" in left.text


async def test_an_archive_of_one_event_has_help_and_an_event_at_random(
    discord_server: DiscordServer, start_bot: StartBot, small_index: IndexFolder
) -> None:
    async with start_bot(index=small_index):
        helped = await discord_server.slash("help")
        for label in labels(helped):
            assert (await discord_server.press(helped, label)).selects
        assert "Amnesty" in (await discord_server.slash("random")).text


async def test_about_says_how_to_reach_those_who_run_the_bot(
    discord_server: DiscordServer, start_bot: StartBot
) -> None:
    discord = {"api_url": discord_server.api_url, "token": discord_server.token, "contact": "Ada *Lovelace* @everyone"}
    async with start_bot(config=Config.model_validate({"discord": discord})):
        text = (await discord_server.slash("about")).text
    assert r"Ada \*Lovelace\* \@everyone" in text
    assert "(MIT)" in text
    assert "Source: " not in text


async def test_about_names_the_source_of_the_program_where_the_operator_does(
    discord_server: DiscordServer, start_bot: StartBot
) -> None:
    discord = {"api_url": discord_server.api_url, "token": discord_server.token, "source": "https://code.example/mine/"}
    async with start_bot(config=Config.model_validate({"discord": discord})):
        assert "Source: <https://code.example/mine>" in (await discord_server.slash("about")).text
