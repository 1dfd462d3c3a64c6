"""Answers whose place is taken away while they are made: whoever asked gets them all the same."""

from __future__ import annotations

import logging
from collections.abc import Callable
from typing import Any

import pytest

from bot import error_words
from bot.cards.page import AnswerPage
from bot.client import DatelineClient
from embeddings.errors import InputError
from tests.discord_server import DiscordServer, Reply

DAY = {"date": "2015-12-23"}
EDIT = "PATCH /webhooks/*"
DELETE = "DELETE /webhooks/*"


@pytest.fixture
def before_the_answer(
    running_bot: DatelineClient, monkeypatch: pytest.MonkeyPatch
) -> Callable[[Callable[[], None]], None]:
    """Has something happen between the acknowledgement of a command or press and its answer."""
    page = running_bot.host.guide.page

    def happen(what: Callable[[], None]) -> None:
        async def late(*arguments: Any, **more: Any) -> AnswerPage:
            what()
            return await page(*arguments, **more)

        monkeypatch.setattr(running_bot.host.guide, "page", late)

    return happen


def shown(reply: Reply) -> list[str]:
    return [message.text for message in reply.messages if not message.deleted]


def nothing_broke(caplog: pytest.LogCaptureFixture) -> bool:
    records = [record for record in caplog.records if record.name.startswith("bot")]
    return not [record for record in records if record.levelno >= logging.ERROR or record.exc_info]


async def when(reply: Reply, text: str) -> Reply:
    await reply.wait(lambda reply: text in reply.text)
    assert reply.error is None, reply
    return reply


class TestAPlaceThatIsGone:
    async def test_a_press_on_a_message_that_was_deleted_meanwhile_gives_a_private_copy(
        self,
        discord_server: DiscordServer,
        before_the_answer: Callable[[Callable[[], None]], None],
        caplog: pytest.LogCaptureFixture,
    ) -> None:
        listed = await discord_server.slash("event", {"date": "the 1960s"})
        before_the_answer(lambda: discord_server.messages.delete(listed.message))
        reply = await when(await discord_server.press(listed, "Next", wait=False), "page 2 of")
        assert reply.ephemeral
        assert str(error_words.DELETED_MEANWHILE) in reply.message.text
        assert nothing_broke(caplog)
        before_the_answer(lambda: None)
        assert "page 1 of" in (await discord_server.press(reply, "Previous")).text  # the copy is theirs

    async def test_a_deferral_that_a_moderator_deleted_gives_a_private_answer(
        self,
        discord_server: DiscordServer,
        before_the_answer: Callable[[Callable[[], None]], None],
        caplog: pytest.LogCaptureFixture,
    ) -> None:
        reply = await discord_server.slash("about")

        def delete() -> None:
            [thinking] = [message for message in discord_server.post_history() if message.loading]
            discord_server.messages.delete(thinking)

        before_the_answer(delete)
        reply = await when(await discord_server.slash("event", DAY, wait=False), "at least 200 civilians")
        assert reply.ephemeral
        assert str(error_words.DELETED_MEANWHILE) in reply.message.text
        assert nothing_broke(caplog)

    @pytest.mark.parametrize("status", [403, 404])
    async def test_an_answer_that_discord_refuses_to_show_is_shown_privately(
        self, discord_server: DiscordServer, running_bot: DatelineClient, status: int, caplog: pytest.LogCaptureFixture
    ) -> None:
        listed = await discord_server.slash("event", {"date": "the 1960s"})
        discord_server.faults.fail(EDIT, status=status)
        reply = await when(await discord_server.press(listed, "Next", wait=False), "page 2 of")
        assert reply.ephemeral
        assert str(error_words.NOT_LET_SHOW) in reply.message.text
        assert nothing_broke(caplog)
        assert running_bot.is_ready()

    async def test_an_answer_that_can_be_shown_nowhere_is_a_line_in_the_log(
        self, discord_server: DiscordServer, running_bot: DatelineClient, caplog: pytest.LogCaptureFixture
    ) -> None:
        discord_server.faults.fail("P* /webhooks/*", status=404, times=2)
        reply = await discord_server.slash("event", DAY, wait=False)
        await reply.wait(lambda _: "could be shown nowhere" in caplog.text)
        assert reply.error is None
        assert nothing_broke(caplog)
        assert running_bot.is_ready()

    async def test_a_page_as_long_as_a_message_may_be_comes_without_the_note(
        self,
        discord_server: DiscordServer,
        running_bot: DatelineClient,
        monkeypatch: pytest.MonkeyPatch,
    ) -> None:
        async def long(*_: object) -> AnswerPage:
            return AnswerPage(("x" * 4_000,))

        monkeypatch.setattr(running_bot.host.guide, "page", long)
        discord_server.faults.fail(EDIT, status=403)
        reply = await when(await discord_server.slash("event", DAY, wait=False), "x" * 4_000)
        assert reply.message.text == "x" * 4_000
        assert [error.status for error in reply.refusals] == []

    async def test_what_the_bot_did_wrong_is_still_an_apology(
        self, discord_server: DiscordServer, running_bot: DatelineClient, caplog: pytest.LogCaptureFixture
    ) -> None:
        discord_server.faults.fail(EDIT, status=400)
        reply = await when(await discord_server.slash("event", DAY, wait=False), "reference")
        assert reply.ephemeral
        assert not nothing_broke(caplog)
        assert running_bot.is_ready()


class TestASentenceThatMustCome:
    @pytest.fixture(autouse=True)
    def refused(self, running_bot: DatelineClient, monkeypatch: pytest.MonkeyPatch) -> None:
        """A command that is refused only after it was acknowledged; nobody waits long for what does not work."""

        async def refuse(*_: object) -> AnswerPage:
            raise InputError("this is why")

        monkeypatch.setattr(running_bot.host.guide, "page", refuse)
        monkeypatch.setattr("bot.desk._DELETING_S", 0.2)
        monkeypatch.setattr("bot.desk._FILLING_S", 60)  # which works, however slow the machine

    @pytest.mark.parametrize("status", [400, 401, 403, 404, 500, 503])
    async def test_it_comes_privately_though_the_deferral_cannot_be_deleted(
        self, discord_server: DiscordServer, status: int
    ) -> None:
        discord_server.faults.fail(DELETE, status=status, times=None)
        reply = await when(await discord_server.slash("event", DAY, wait=False), "This is why.")
        public, private = reply.messages
        assert (public.text, public.ephemeral) == (str(error_words.TOLD_PRIVATELY), False)
        assert (private.text, private.ephemeral) == ("This is why.", True)

    async def test_it_comes_privately_though_deleting_is_rate_limited(self, discord_server: DiscordServer) -> None:
        discord_server.faults.rate_limit(DELETE, 600, times=None)
        reply = await when(await discord_server.slash("event", DAY, wait=False), "This is why.")
        assert [message.ephemeral for message in reply.messages] == [False, True]

    @pytest.mark.parametrize("kind", ["drop", "hang"])
    async def test_it_comes_privately_though_the_connection_breaks(
        self, discord_server: DiscordServer, kind: str
    ) -> None:
        getattr(discord_server.faults, kind)(DELETE, times=None)
        reply = await when(await discord_server.slash("event", DAY, wait=False), "This is why.")
        assert [message.ephemeral for message in reply.messages] == [False, True]

    async def test_it_comes_though_nothing_can_be_done_about_the_deferral(self, discord_server: DiscordServer) -> None:
        discord_server.faults.fail(DELETE, status=403, times=None)
        discord_server.faults.fail(EDIT, status=403, times=None)
        reply = await when(await discord_server.slash("event", DAY, wait=False), "This is why.")
        assert shown(reply) == ["This is why."]

    async def test_it_comes_privately_where_somebody_deleted_the_deferral(
        self, discord_server: DiscordServer, running_bot: DatelineClient, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        async def refuse(*_: object) -> AnswerPage:
            [thinking] = [message for message in discord_server.post_history() if message.loading]
            discord_server.messages.delete(thinking)
            raise InputError("this is why")

        monkeypatch.setattr(running_bot.host.guide, "page", refuse)
        reply = await when(await discord_server.slash("event", DAY, wait=False), "This is why.")
        assert reply.ephemeral
        assert shown(reply) == ["This is why."]

    async def test_a_private_deferral_is_filled_in(
        self, discord_server: DiscordServer, running_bot: DatelineClient, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        async def refuse(*_: object) -> AnswerPage:
            raise InputError("this is why")

        monkeypatch.setattr(running_bot.host.guide, "ask", refuse)
        discord_server.faults.fail(DELETE, status=403, times=None)
        options = {"query": "moon", "private": True}
        reply = await when(await discord_server.slash("ask", options, wait=False), "This is why.")
        assert reply.ephemeral
        assert shown(reply) == ["This is why."]
        discord_server.faults.fail(EDIT, status=404, times=1)
        reply = await when(await discord_server.slash("ask", options, wait=False), "This is why.")
        assert reply.ephemeral

    async def test_it_comes_at_the_second_try_where_the_first_is_lost(self, discord_server: DiscordServer) -> None:
        for fault in (discord_server.faults.drop, discord_server.faults.lose_answer):
            fault("POST /interactions/*/callback", times=1)
            reply = await when(await discord_server.slash("event", {"date": "nonsense"}, wait=False), "nonsense")
            assert reply.ephemeral
            assert len(shown(reply)) == 1
