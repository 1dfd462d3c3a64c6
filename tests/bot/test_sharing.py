"""The question above an answer, and private answers that are shared."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot import settings_words, words
from bot.cards.discord_face import QUESTION_ID, SHARED_ID
from bot.cards.page import AnswerPage, Frame, fitted
from bot.cards.question import asked, question_in
from bot.client import DatelineClient
from bot.markup import MAX_TEXT, total
from bot.views.answer_actions import SHARE
from bot.views.state import NOBODY, Target, decode, encode
from embeddings.search.spelling import Correction
from embeddings.text import clean
from tests.bot.conftest import ONE_BOT, StartBot
from tests.bot.hostile import headlines
from tests.bot.test_store_away import locked
from tests.discord_server import DiscordServer, Reply, User
from tests.discord_server.mentions import Pings
from tests.proofs.store_places import rows_of
from tests.speech import said

PRIVATE = {"date": "2015-12-23", "private": True}


HOSTILE = [
    *(text[:500] for text in headlines(16)),
    ("earthquake @everyone " * 40)[:500],
    "*" * 490 + " war",
    "war\n" * 125,
    "-# # > 1. - war in Syria",
    "earthquake in nepall \u202eliam\u202c <@80351110224678912> ]( [x](https://evil.example)",
]
BIDI = re.compile("[\u200e\u200f\u202a-\u202e\u2066-\u2069\x00-\x1f]")
MARK = re.compile(r"(?<!\\)(?:\\\\)*[*_~|`<>\[\]()@]")  # that Discord gives a meaning


def labels(reply: Reply) -> list[str]:
    return [each["label"] for each in reply.buttons]


def public_messages(server: DiscordServer) -> list[str]:
    return [message.text for message in server.messages.posts(server.channel)]


@pytest.mark.usefixtures("running_bot")
class TestTheQuestionAbove:
    pytestmark = ONE_BOT

    async def test_stands_as_asked_and_stays_when_the_page_is_turned(self, discord_server: DiscordServer) -> None:
        query = "**earthquakes** of @everyone, <@1>"
        reply = await discord_server.slash("ask", {"query": query, "count": 10})
        line = asked(query)
        assert line == "-# \\*\\*earthquakes\\*\\* of \\@everyone, \\<\\@1\\>"
        first, *_ = reply.message.flat_components[1:]
        assert (first["id"], first["content"]) == (QUESTION_ID, line)
        assert reply.message.pings == Pings()
        turned = await discord_server.press(reply, "Next")
        assert "page 2 of" in turned.text
        assert turned.text.count(line) == 1
        select = turned.selects[0]
        card = await discord_server.choose(turned, select["custom_id"], [select["options"][0]["value"]])
        assert card.text.count(line) == 1
        copy = await discord_server.press(card, "Back to the list", user=discord_server.owner)
        assert copy.ephemeral
        assert copy.text.count(line) == 1

    async def test_says_which_words_were_read_otherwise_on_every_page(self, discord_server: DiscordServer) -> None:
        reply = await discord_server.slash("ask", {"query": "eartquake in nepall 2015", "count": 10})
        assert "\n-# corrected: *" in reply.message.flat_components[1]["content"]
        assert "Outside 2015" in reply.text
        if "Next" in labels(reply):
            assert "corrected: *" in (await discord_server.press(reply, "Next")).text

    @pytest.mark.parametrize(
        ("name", "options", "line"),
        [
            ("event", {"date": "23 dec 2015"}, "-# 23 dec 2015"),
            ("onthisday", {"day": "20 July"}, "-# 20 July"),
            ("related", {"event": "strikes killed civilians"}, "-# strikes killed civilians"),
        ],
    )
    async def test_stands_above_what_other_commands_answer(
        self, discord_server: DiscordServer, name: str, options: dict[str, str], line: str
    ) -> None:
        reply = await discord_server.slash(name, dict(options))
        assert reply.message.flat_components[1]["content"] == line

    @pytest.mark.parametrize("number", range(len(HOSTILE)))
    async def test_is_a_line_of_small_print_whatever_was_typed(
        self, discord_server: DiscordServer, number: int
    ) -> None:
        server, query = discord_server, HOSTILE[number]
        # Both commands write the line alike, and an answer that is shared shows what a public one does.
        asked = [await server.slash("ask", {"query": query, "private": number % 2 == 0})]
        if number % 3 == 0:
            asked.append(await server.slash("related", {"event": query[:200], "private": number % 2 == 1}))
        pressed = [(each, button) for each in asked for button in ("Next", str(settings_words.SHARE))]
        replies = asked + [await server.press(each, button) for each, button in pressed if button in labels(each)]
        for reply in replies:
            assert reply.error is None
            assert reply.refusals == []
            for message in reply.messages:
                assert not message.pings
                lines = [each["content"] for each in message.flat_components if each.get("id") == QUESTION_ID]
                for line in "".join(lines).split("\n") if lines else []:
                    assert line.startswith("-# ")
                    assert not BIDI.search(line)
                    read = line.startswith(("-# corrected: ", "-# in English: "))  # whose words are marked
                    assert read or MARK.search(line) is None
                    assert total([line]) <= 700

    async def test_an_id_and_what_others_wrote_are_not_repeated(self, discord_server: DiscordServer) -> None:
        listed = await discord_server.slash("event", {"date": "2015-12-23"})
        event_id = listed.selects[0]["options"][0]["value"]
        menu = await discord_server.message_menu("Find related events", "the moon landing")
        for reply in (await discord_server.slash("related", {"event": event_id}), menu):
            assert all(each.get("id") != QUESTION_ID for each in reply.components)


@given(st.text(max_size=200) | st.sampled_from(headlines(40)))
def test_a_question_reads_back_from_the_small_print_as_it_was_asked(text: str) -> None:
    question = clean(text)[:200]
    small = asked(question, (Correction("nepall", "Nepal"),))
    assert small.count("\n") <= 1
    if clean(question) == question and question:
        assert question_in(small) == question


@given(st.text(min_size=1, max_size=500), st.integers(1, 6_000))
def test_a_page_leaves_room_for_what_stands_above_it(text: str, longest: int) -> None:
    frame = Frame(asked(text), "-# <@80351110224678912> shared")
    page = fitted(lambda room: AnswerPage(("x" * min(room, longest),)), frame)
    assert total((*frame.above, *page.blocks)) <= MAX_TEXT
    assert page.frame == frame
    assert page.cost <= 1


class TestShare:
    async def test_shows_everybody_with_who_asked_and_pings_nobody(
        self, discord_server: DiscordServer, running_bot: DatelineClient
    ) -> None:
        server = discord_server
        asked_ = await server.slash("ask", {"query": "earthquakes", "count": 10, "private": True}, locale="de")
        share, further = said("de", settings_words.SHARE), said("de", words.NEXT)
        assert share in labels(asked_)
        turned = await server.press(asked_, further, locale="de")
        shared = await server.press(turned, share, locale="de")
        [public] = [message for message in shared.messages if not message.ephemeral]
        assert public.text.startswith(f"-# <@{server.user.id}> shared\n-# earthquakes")
        assert "page 2 of" in public.text
        assert public.pings == Pings()
        assert "Share" not in [each["label"] for each in public.buttons]
        await server.until(lambda: any(each.get("disabled") for each in asked_.message.buttons))
        assert [each["label"] for each in asked_.message.buttons if each.get("disabled")] == [
            said("de", settings_words.SHARED)
        ]
        # Its buttons work: for whoever shared in place, for others in a copy that no longer says who shared.
        back = await server.press(public, "Previous")
        assert f"<@{server.user.id}> shared" in public.text
        assert "page 1 of" in back.text
        copy = await server.press(public, "Next", user=server.owner)
        assert copy.ephemeral
        assert "shared" not in copy.text
        assert "-# earthquakes" in copy.text
        again = await server.press(copy, "Share", user=server.owner)
        assert f"-# <@{server.owner.id}> shared\n-# earthquakes" in again.text
        assert shared.refusals == again.refusals == []
        assert running_bot.is_ready()

    async def test_two_presses_show_it_once_and_another_page_can_still_be_shared(
        self, discord_server: DiscordServer, running_bot: DatelineClient
    ) -> None:
        server = discord_server
        private = await server.slash("event", {"date": "the 1960s", "private": True})
        before = len(public_messages(server))
        first = await server.press(private, "Share", wait=False)
        second = await server.press(private, "Share", wait=False)
        await server.until(lambda: first.messages and second.messages)
        assert len(public_messages(server)) == before + 1
        assert str(settings_words.ALREADY_SHARED) in first.text + second.text
        await server.until(lambda: any(each.get("disabled") for each in private.message.buttons))
        await server.press(private, "Next")
        await server.press(private, "Share")
        assert len(public_messages(server)) == before + 2
        assert running_bot.is_ready()

    async def test_a_press_that_two_processes_follow_shows_it_once_also_after_a_restart(
        self, discord_server: DiscordServer, start_bot: StartBot, tmp_path: Path
    ) -> None:
        server = discord_server
        async with start_bot():
            private = await server.slash("event", PRIVATE)
        async with start_bot():
            before = len(public_messages(server))
            [share] = [each["custom_id"] for each in private.buttons if each["label"] == "Share"]
            await server.press(private, "Share")
            await server.until(lambda: any(each.get("disabled") for each in private.message.buttons))
        async with start_bot() as other:
            for each in private.message.buttons:  # as the screen of somebody who has not seen it yet
                each.update(disabled=False)
            told = await server.press(private, share)
            assert str(settings_words.ALREADY_SHARED) in told.text
            assert len(public_messages(server)) == before + 1
            target = decode(share)
            assert target is not None
            press = encode(SHARE, Target(NOBODY, target.place))
            assert not await other.host.shares.claim(f"{private.message.id}:{press}", 0)
        who = share.split(":")[2]
        assert int(who, 36) == server.user.id
        rows = (await rows_of(f"sqlite:///{tmp_path}/store.db"))["shares"]
        assert rows
        assert not [row for row in rows if who in row["press"] or str(server.user.id) in row["press"]]

    async def test_without_the_store_it_is_shared_once_all_the_same(
        self, discord_server: DiscordServer, running_bot: DatelineClient, tmp_path: Path
    ) -> None:
        private = await discord_server.slash("event", PRIVATE)
        [share] = [each["custom_id"] for each in private.buttons if each["label"] == "Share"]
        before = len(public_messages(discord_server))
        async with locked(tmp_path):
            await discord_server.press(private, "Share")
            await discord_server.until(lambda: any(each.get("disabled") for each in private.message.buttons))
            for each in private.message.buttons:
                each.update(disabled=False)
            assert str(settings_words.ALREADY_SHARED) in (await discord_server.press(private, share)).text
        assert len(public_messages(discord_server)) == before + 1
        assert running_bot.is_ready()

    async def test_is_not_offered_where_it_cannot_be_done(
        self, discord_server: DiscordServer, running_bot: DatelineClient
    ) -> None:
        server = discord_server
        assert "Share" not in labels(await server.slash("event", {"date": "2015-12-23"}))  # all see it
        assert "Share" not in labels(await server.slash("event", PRIVATE, guild=None))  # nobody else reads there
        quiet, deaf = server.add_channel("quiet"), server.add_channel("deaf")
        server.deny(quiet, "send_messages", whom=server.user)
        server.deny(deaf, "send_messages")
        for channel in (quiet, deaf):
            assert "Share" not in labels(await server.slash("event", PRIVATE, channel=channel))
        thread = server.add_thread("thread")
        assert "Share" in labels(await server.slash("event", PRIVATE, channel=thread))
        server.deny(server.channel, "send_messages_in_threads", whom=server.user)
        assert "Share" not in labels(await server.slash("event", PRIVATE, channel=thread))
        nothing = await server.slash("ask", {"query": "war", "from": "1700", "to": "1701", "private": True})
        assert "Share" not in labels(nothing)
        assert running_bot.is_ready()

    async def test_whoever_must_not_write_any_more_cannot_share(
        self, discord_server: DiscordServer, running_bot: DatelineClient
    ) -> None:
        private = await discord_server.slash("event", PRIVATE)
        before = len(public_messages(discord_server))
        discord_server.deny(discord_server.channel, "send_messages", whom=discord_server.user)
        told = await discord_server.press(private, "Share")
        assert str(settings_words.NOT_LET_SHARE) in told.text
        assert len(public_messages(discord_server)) == before
        discord_server.allow(discord_server.channel, "send_messages", whom=discord_server.user)
        await discord_server.press(private, "Share")
        assert len(public_messages(discord_server)) == before + 1
        assert running_bot.is_ready()

    async def test_what_discord_refused_to_show_can_be_shared_later_by_any_process(
        self, discord_server: DiscordServer, running_bot: DatelineClient
    ) -> None:
        private = await discord_server.slash("event", PRIVATE)
        before = len(public_messages(discord_server))
        discord_server.faults.fail("POST /webhooks/*", status=403)
        told = await discord_server.press(private, "Share")
        assert str(settings_words.NOT_LET_SHARE) in told.text
        assert len(public_messages(discord_server)) == before
        running_bot.host.shares._here.clear()  # as another process, which knows by the store alone
        await discord_server.press(private, "Share")
        assert len(public_messages(discord_server)) == before + 1

    async def test_where_only_the_user_installed_it_the_answer_to_the_press_is_for_everybody(
        self, discord_server: DiscordServer, running_bot: DatelineClient
    ) -> None:
        server = discord_server
        user = server.add_user("traveller", installed=True)
        guild = server.add_guild("elsewhere", bot_is_member=False)
        private = await server.slash("event", PRIVATE, user=user, guild=guild)
        shared = await server.press(private, "Share", user=user)
        [public] = [message for message in shared.messages if not message.ephemeral]
        assert f"<@{user.id}> shared" in public.text
        opened = await open_first(server, shared, user)
        assert "Amnesty" in opened.text
        friend = server.add_user("friend")
        among = server.private_channel(user, friend)
        assert "Share" in labels(await server.slash("event", PRIVATE, user=user, channel=among))
        server.deny(guild.channels[0], "use_external_apps", whom=user)
        hidden = await server.slash("event", {"date": "2015-12-23"}, user=user, guild=guild)
        assert hidden.ephemeral
        assert "Share" not in labels(hidden)
        assert running_bot.is_ready()


async def open_first(server: DiscordServer, reply: Reply, user: User) -> Reply:
    [message] = [each for each in reply.messages if not each.ephemeral]
    select = message.selects[0]
    return await server.choose(message, select["custom_id"], [select["options"][0]["value"]], user=user)


def test_ids_and_letters_are_for_good() -> None:
    assert (SHARED_ID, QUESTION_ID) == (1_001, 1_002)
