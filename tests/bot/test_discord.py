"""Every command, button, select, suggestion and error over real HTTP and a real WebSocket."""

from __future__ import annotations

import datetime as dt
import json
from pathlib import Path

import pytest

from bot.client import DatelineClient
from bot.config import Config
from bot.language import speaking
from bot.local_dates import short_date
from embeddings.archive import Report
from embeddings.build.run import build_index
from embeddings.index.folder import IndexFolder
from tests.bot.conftest import ONE_BOT, StartBot
from tests.bot.hostile import headlines
from tests.discord_server import DiscordServer, Reply, User
from tests.discord_server.mentions import Pings
from tests.speech import said
from tests.word_encoder import WordEncoder

SYRIA = "air strikes in Syria have killed civilians"


def value_of(reply: Reply, number: int = 0) -> tuple[str, str]:
    """The custom_id of a reply's select, and the value of one of its options."""
    [select] = reply.selects
    return select["custom_id"], select["options"][number]["value"]


async def open_event(server: DiscordServer, reply: Reply, number: int = 0, user: User | None = None) -> Reply:
    custom_id, value = value_of(reply, number)
    return await server.choose(reply, custom_id, [value], user=user)


@pytest.mark.usefixtures("running_bot")
class TestCommands:
    pytestmark = ONE_BOT

    async def test_event_shows_the_day(self, discord_server: DiscordServer) -> None:
        reply = await discord_server.slash("event", {"date": "2015-12-23"})
        assert not reply.ephemeral
        assert "at least 200 civilians" in reply.text
        assert "1 event" in reply.text
        assert "Text: Dateline's sample archive, CC0 1.0" in reply.text
        assert reply.message.pings == Pings()

    async def test_event_pages_through_what_does_not_fit(self, discord_server: DiscordServer) -> None:
        reply = await discord_server.slash("event", {"date": "the 1960s"})
        assert "page 1 of" in reply.text
        second = await discord_server.press(reply, "Next")
        assert "page 2 of" in second.text
        assert "page 2 of" in reply.text  # the same message
        assert "page 1 of" in (await discord_server.press(second, "Previous")).text

    async def test_event_after_the_end_says_where_the_archive_ends(self, discord_server: DiscordServer) -> None:
        reply = await discord_server.slash("event", {"date": "yesterday"})
        assert "The archive ends on" in reply.text
        assert "today is November 22, 2026 (UTC)" in reply.text

    async def test_event_on_an_empty_day_offers_the_nearest(self, discord_server: DiscordServer) -> None:
        reply = await discord_server.slash("event", {"date": "1969-07-19"})
        assert "The nearest days with events" in reply.text
        near = await discord_server.press(reply, "July 20, 1969")
        assert "Neil Armstrong" in near.text

    async def test_ask_finds_the_event(self, discord_server: DiscordServer) -> None:
        reply = await discord_server.slash("ask", {"query": SYRIA})
        assert "at least 200 civilians" in reply.text
        assert "Wikipedia" in reply.text

    async def test_ask_says_how_the_date_was_understood_and_may_be_private(self, discord_server: DiscordServer) -> None:
        reply = await discord_server.slash("ask", {"query": "moon landing july 1969", "private": True, "count": 1})
        assert reply.ephemeral
        assert "Dates in the question: July 1969" in reply.text

    async def test_ask_with_nothing_in_its_span_offers_the_whole_archive(self, discord_server: DiscordServer) -> None:
        reply = await discord_server.slash("ask", {"query": SYRIA, "from": "1700", "to": "1710"})
        assert "Nothing in the archive fits" in reply.text
        assert "at least 200 civilians" in (await discord_server.press(reply, "Search all dates")).text

    async def test_onthisday(self, discord_server: DiscordServer) -> None:
        assert "On July 20" in (await discord_server.slash("onthisday", {"day": "07-20"})).text
        today = await discord_server.slash("onthisday")
        assert "On November 22" in today.text
        assert "today is" in today.text

    async def test_related_takes_an_id_a_headline_or_a_question(self, discord_server: DiscordServer) -> None:
        listed = await discord_server.slash("event", {"date": "2015-12-23"})
        _, event_id = value_of(listed)
        for text in (event_id, "Russian air strikes in Syria have kil"):
            card = await discord_server.slash("related", {"event": text})
            assert event_id in card.text.replace("\\", "")
            assert "Related" in card.text
        assert (await discord_server.slash("related", {"event": "strikes killed civilians Syria Amnesty"})).selects

    async def test_about(self, discord_server: DiscordServer) -> None:
        reply = await discord_server.slash("about")
        for text in ("CC0 1.0", "720 events", "Not stored: questions"):
            assert text in reply.text
        [invite] = reply.buttons
        assert "scope=bot+applications.commands&permissions=68608" in invite["url"]

    async def test_the_message_menu_finds_events_that_a_message_is_about(self, discord_server: DiscordServer) -> None:
        reply = await discord_server.message_menu("Find related events", f"Did you hear? {SYRIA}!")
        assert reply.ephemeral
        assert "at least 200 civilians" in reply.text

    async def test_dates_are_written_as_the_locale_of_those_who_read_them_does(
        self, discord_server: DiscordServer
    ) -> None:
        day = {"date": "2015-12-23"}
        french, german = (said(locale, lambda: short_date(dt.date(2015, 12, 23))) for locale in ("fr", "de"))
        public = await discord_server.slash("event", day, locale="de", guild_locale="fr")
        assert french in public.text
        private = await discord_server.slash("event", {**day, "private": True}, locale="de", guild_locale="fr")
        assert german in private.text
        alone = await discord_server.slash("event", day, guild=None, locale="de")
        assert german in alone.text

    async def test_the_locale_settles_which_number_is_the_month(self, discord_server: DiscordServer) -> None:
        for locale, meant in (("en-GB", dt.date(2015, 3, 2)), ("en-US", dt.date(2015, 2, 3))):
            reply = await discord_server.slash("event", {"date": "02/03/2015"}, locale=locale, guild_locale="fr")
            with speaking("fr"):
                assert short_date(meant) in reply.text

    async def test_it_works_in_direct_messages_and_where_only_the_user_installed_it(
        self, discord_server: DiscordServer
    ) -> None:
        assert "1 event" in (await discord_server.slash("event", {"date": "2015-12-23"}, guild=None)).text
        user = discord_server.add_user("traveller", installed=True)
        guild = discord_server.add_guild("elsewhere", bot_is_member=False)
        reply = await discord_server.slash("event", {"date": "2015-12-23"}, user=user, guild=guild)
        opened = await open_event(discord_server, reply, user=user)
        assert "Amnesty" in opened.text


@pytest.mark.usefixtures("running_bot")
class TestCards:
    pytestmark = ONE_BOT

    async def test_a_list_opens_into_a_card_and_related_events_in_turn_and_back(
        self, discord_server: DiscordServer
    ) -> None:
        listed = await discord_server.slash("event", {"date": "2015-12-23"})
        first = listed.text
        card = await open_event(discord_server, listed)
        for text in ("Sources", "Related", "About: ", "BBC", "2015-12-23-613e5bac"):
            assert text in card.text
        before = card.text
        other = await open_event(discord_server, card)
        assert other.text != before
        assert (await discord_server.press(other, "Back")).text == before
        assert (await discord_server.press(other, "Back to the list")).text == first

    async def test_anybody_elses_press_opens_a_private_copy(self, discord_server: DiscordServer) -> None:
        listed = await discord_server.slash("event", {"date": "2015-12-23"})
        before = listed.message.text
        other = discord_server.add_user("somebody else")
        copy = await open_event(discord_server, listed, user=other)
        assert copy.ephemeral
        assert "Sources" in copy.text
        assert listed.message.text == before
        back = await discord_server.press(copy, "Back to the list", user=other)  # it is theirs now
        assert "1 event" in back.text

    async def test_every_card_leads_to_its_source(self, discord_server: DiscordServer) -> None:
        listed = await discord_server.slash("event", {"date": "2015-12-23"})
        card = await open_event(discord_server, listed)
        assert "https://en.wikipedia.org/wiki/Russian_intervention_in_the_Syrian_civil_war" in json.dumps(
            card.components
        )


@pytest.mark.usefixtures("running_bot")
class TestErrors:
    pytestmark = ONE_BOT

    @pytest.mark.parametrize(
        ("command", "options", "sentence"),
        [
            ("event", {"date": "2015-02-30"}, "2015-02-30"),
            ("event", {"date": "nonsense"}, "is not a date"),
            ("event", {"date": "23 December"}, "year"),
            ("event", {"date": "spring"}, "Spring has no year; write which one, such as spring 2025 or spring 2026"),
            ("onthisday", {"day": "02-30"}, "02-30"),
            ("onthisday", {"day": "july"}, "July is a whole month; write a day of it, such as July 1 or 07-01"),
            ("onthisday", {"day": "2015"}, "2015 is a whole year; write one day without its year"),
            ("onthisday", {"day": "nonsense"}, '"nonsense" is not a day of the year; write one, such as December 24'),
            (
                "ask",
                {"query": "x", "from": "spring"},
                "Spring has no year; write which one, such as spring 2025 or spring 2026",
            ),
            ("ask", {"query": "?!"}, "The question is empty"),
            ("ask", {"query": "x", "from": "2016", "to": "2015"}, "is later than"),
        ],
    )
    async def test_what_can_be_refused_is_refused_privately_before_anything_shows(
        self, discord_server: DiscordServer, command: str, options: dict[str, str], sentence: str
    ) -> None:
        reply = await discord_server.slash(command, options)
        assert reply.ephemeral
        assert not reply.deferred
        assert sentence in reply.text.replace("\\", "")
        assert reply.message.pings == Pings()

    async def test_an_unexpected_error_is_an_apology_with_the_logs_reference(
        self,
        discord_server: DiscordServer,
        running_bot: DatelineClient,
        monkeypatch: pytest.MonkeyPatch,
        caplog: pytest.LogCaptureFixture,
    ) -> None:
        async def broken(*_: object) -> None:
            raise RuntimeError("secret detail")

        monkeypatch.setattr(running_bot.host.guide, "page", broken)
        reply = await discord_server.slash("event", {"date": "2015-12-23"}, wait=False)
        await reply.wait(lambda reply: "reference" in reply.text)
        assert "secret" not in reply.text
        shown = [message for message in reply.messages if not message.deleted]
        assert [message.ephemeral for message in shown] == [True]
        reference = shown[0].text.rstrip(".").split()[-1]
        assert f"error {reference} in event" in caplog.text
        assert "secret detail" in caplog.text


@pytest.mark.usefixtures("running_bot")
class TestSuggestions:
    pytestmark = ONE_BOT

    async def test_a_date_shows_how_it_is_understood_and_how_many_events_it_has(
        self, discord_server: DiscordServer
    ) -> None:
        [choice] = await discord_server.autocomplete("event", {"date": "23 dec 2015"}, focused="date")
        assert choice["name"] == "December 23, 2015 — 1 event"
        assert choice["value"] == "2015-12-23"
        reply = await discord_server.slash("event", {"date": choice["value"]})
        assert "at least 200 civilians" in reply.text

    async def test_an_empty_day_suggests_the_nearest_ones(self, discord_server: DiscordServer) -> None:
        names = [c["name"] for c in await discord_server.autocomplete("event", {"date": "1969-07-19"}, focused="date")]
        assert names[0] == "July 19, 1969 — 0 events"
        assert "July 20, 1969 — 1 event" in names

    async def test_an_ambiguous_day_suggests_each_meaning(self, discord_server: DiscordServer) -> None:
        choices = await discord_server.autocomplete("event", {"date": "23 december"}, focused="date")
        assert len({choice["value"] for choice in choices}) >= 2

    async def test_headlines_are_suggested_as_they_are_typed(self, discord_server: DiscordServer) -> None:
        for text in ("neil arm", "Neil Armstrong and Bu"):
            [first, *_] = await discord_server.autocomplete("related", {"event": text}, focused="event")
            assert "Neil Armstrong" in first["name"]
            assert first["value"].startswith("1969-07-20-")

    async def test_a_date_among_the_words_suggests_its_events_first(self, discord_server: DiscordServer) -> None:
        for text in ("neil arm july 1969", "july 1969"):
            [first, *_] = await discord_server.autocomplete("related", {"event": text}, focused="event")
            assert first["value"].startswith("1969-07-")
        [choice] = await discord_server.autocomplete("event", {"date": "moon landing 20 july 1969"}, focused="date")
        assert choice["value"] == "1969-07-20"

    @pytest.mark.parametrize(("option", "day"), [("from", "July 1, 1969"), ("to", "July 31, 1969")])
    async def test_the_ends_of_a_search_are_suggested_like_any_date(
        self, discord_server: DiscordServer, option: str, day: str
    ) -> None:
        options = {"query": "moon", option: "july 1969"}
        [choice] = await discord_server.autocomplete("ask", options, focused=option)
        assert choice["value"] == "1969-07-01..1969-07-31"
        reply = await discord_server.slash("ask", {"query": "moon", option: choice["value"]})
        assert day in reply.text

    @pytest.mark.parametrize("text", ["", "zzzz", '"', "a" * 100, "\u202e*", "02/03/2015"])
    async def test_any_text_gives_suggestions_or_none(self, discord_server: DiscordServer, text: str) -> None:
        for command, option in (("event", "date"), ("related", "event")):
            choices = await discord_server.autocomplete(command, {option: text}, focused=option)
            assert len(choices) <= 25


class TestLimitsAndRestarts:
    async def test_every_button_answers_after_a_restart(
        self, discord_server: DiscordServer, start_bot: StartBot
    ) -> None:
        async with start_bot():
            shown = [
                await discord_server.slash("event", {"date": "the 1960s"}),
                await discord_server.slash("ask", {"query": SYRIA, "count": 10}),
                await discord_server.slash("onthisday", {"day": "07-20"}),
                await open_event(discord_server, await discord_server.slash("event", {"date": "2015-12-23"})),
            ]
        async with start_bot():
            pressed = 0
            for reply in shown:
                for button in list(reply.buttons):
                    if "custom_id" in button:
                        answer = await discord_server.press(reply, button["custom_id"], user=discord_server.owner)
                        assert answer.ephemeral
                        assert answer.text
                        pressed += 1
                for select in reply.selects:
                    for option in select["options"]:
                        answer = await discord_server.choose(
                            reply, select["custom_id"], [option["value"]], user=discord_server.owner
                        )
                        assert "Sources" in answer.text
                        pressed += 1
            assert pressed > 15

    async def test_a_user_in_a_hurry_is_told_how_long_to_wait(
        self, discord_server: DiscordServer, start_bot: StartBot
    ) -> None:
        settings = {
            "discord": {"api_url": discord_server.api_url, "token": discord_server.token},
            "limits": {"user_commands": 2, "user_seconds": 60},
        }
        async with start_bot(config=Config.model_validate(settings)):
            for _ in range(2):
                assert not (await discord_server.slash("event", {"date": "2015-12-23"})).ephemeral
            reply = await discord_server.slash("event", {"date": "2015-12-23"})
            assert reply.ephemeral
            assert "Please wait 30 seconds" in reply.text
            other = discord_server.add_user("somebody else")
            assert not (await discord_server.slash("event", {"date": "2015-12-23"}, user=other)).ephemeral

    async def test_a_new_index_is_answered_from_without_a_restart(
        self, discord_server: DiscordServer, start_bot: StartBot, tmp_path: Path
    ) -> None:
        archives = [tmp_path / "first.jsonl", tmp_path / "second.jsonl"]
        for archive in archives:
            archive.write_text(
                json.dumps({"date": "2015-12-23", "headline": f"An event of the {archive.stem} archive."})
            )
        folder = IndexFolder(tmp_path / "index")
        build_index(folder, archives[:1], WordEncoder(), Report())
        async with start_bot(index=folder) as client:
            first = await discord_server.slash("event", {"date": "2015-12-23"})
            assert "An event of the first archive" in first.text
            build_index(folder, archives[1:], WordEncoder(), Report())
            assert await client.host.engine.reload_if_replaced()
            second = await discord_server.slash("event", {"date": "2015-12-23"})
            assert "An event of the second archive" in second.text
            custom_id, value = value_of(first)
            gone = await discord_server.choose(first, custom_id, [value])
            assert "no event has the id" in gone.text.lower()

    async def test_no_privileged_intents_are_asked_for(
        self, discord_server: DiscordServer, start_bot: StartBot
    ) -> None:
        async with start_bot():
            [identify] = discord_server.gateway.identifies
        assert identify["intents"] == 1  # guilds

    async def test_all_commands_but_those_of_moderators_may_be_used_everywhere(
        self, discord_server: DiscordServer, start_bot: StartBot
    ) -> None:
        async with start_bot():
            commands = discord_server.commands[None]
        assert {command["name"] for command in commands} == {
            "event", "ask", "onthisday", "related", "story", "random", "help", "about", "daily", "settings",
            "Find related events",
        }  # fmt: skip
        for command in commands:
            in_servers_alone = command["name"] in {"daily", "settings"}
            assert command["default_member_permissions"] == (1 << 5 if in_servers_alone else None)
            assert sorted(command["integration_types"]) == ([0] if in_servers_alone else [0, 1])
            assert sorted(command["contexts"]) == ([0] if in_servers_alone else [0, 1, 2])


async def test_hostile_headlines_are_shown_within_the_limits_and_mention_nobody(
    discord_server: DiscordServer, start_bot: StartBot, tmp_path: Path
) -> None:
    archive = tmp_path / "archive.jsonl"
    archive.write_text(
        "\n".join(
            json.dumps(
                {"date": f"2015-12-{1 + number % 28:02}", "headline": text, "summary": text, "topics": [text[:300]]}
            )
            for number, text in enumerate(headlines(32))  # two of each kind
        )
    )
    folder = IndexFolder(tmp_path / "index")
    assert build_index(folder, [archive], WordEncoder(), Report()).events == 32
    async with start_bot(index=folder):
        reply = await discord_server.slash("event", {"date": "2015-12"})
        shown = 0
        while True:
            assert reply.refusals == []
            assert reply.message.pings == Pings()
            custom_id, _ = value_of(reply)
            for option in reply.selects[0]["options"]:
                card = await discord_server.choose(reply, custom_id, [option["value"]], user=discord_server.owner)
                assert card.ephemeral
                assert card.refusals == []
                assert card.message.pings == Pings()
                shown += 1
            if not any(button["label"] == "Next" for button in reply.buttons):
                break
            await discord_server.press(reply, "Next")
        assert shown == 32
