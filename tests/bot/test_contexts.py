"""The same answers and buttons in a server, in direct messages, and where the bot is there for its user alone."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import pytest

from bot import help_words, settings_words, words
from tests.bot.conftest import ONE_BOT
from tests.bot.test_looking_around import labels, narrow, shown
from tests.discord_server import Channel, DiscordServer, Guild, Reply, User

COMMANDS: list[tuple[str, dict[str, object]]] = [
    ("ask", {"query": "the war"}),
    ("event", {"date": "the 1960s"}),
    ("onthisday", {"day": "20 July"}),
    ("related", {"event": "moon landing"}),
    ("random", {}),
    ("help", {}),
    ("about", {}),
]

CONTEXTS = ["server", "thread", "direct messages", "server of others", "messages of two people"]
# A list, a card, and what is no answer go everywhere; other commands answer with a list or a card, too.
COMMANDS_IN = [("server", *each) for each in COMMANDS] + [
    (context, *each) for context in CONTEXTS[1:] for each in COMMANDS if each[0] in {"ask", "random", "help"}
]
PRIVATE_IN = [(context, True) for context in CONTEXTS] + [("server", False), ("direct messages", False)]


@dataclass
class Context:
    """Where somebody uses the bot."""

    server: DiscordServer
    user: User
    where: dict[str, Any]
    can_share: bool

    async def slash(self, name: str, **options: object) -> Reply:
        return await self.server.slash(name, options, user=self.user, **self.where)

    async def press(self, reply: Reply, label: str) -> Reply:
        pressed = await self.server.press(reply, label, user=self.user)
        assert pressed.error is None
        assert pressed.refusals == []
        return pressed


@pytest.fixture(params=CONTEXTS)
def context(request: pytest.FixtureRequest, discord_server: DiscordServer) -> Context:
    server = discord_server
    traveller = server.add_user("traveller", installed=True)
    guild: Guild | None = None
    channel: Channel | None = None
    match request.param:
        case "server":
            return Context(server, server.user, {}, can_share=True)
        case "thread":
            return Context(server, server.user, {"channel": server.add_thread("thread")}, can_share=True)
        case "direct messages":
            return Context(server, server.user, {"guild": None}, can_share=False)
        case "server of others":
            guild = server.add_guild("elsewhere", bot_is_member=False)
            return Context(server, traveller, {"guild": guild}, can_share=True)
        case _:
            channel = server.private_channel(traveller, server.owner)
            return Context(server, traveller, {"channel": channel}, can_share=True)


@pytest.mark.usefixtures("running_bot")
class TestEverywhere:
    pytestmark = ONE_BOT

    @pytest.mark.parametrize(("context", "name", "options"), COMMANDS_IN, indirect=["context"])
    async def test_whoever_asks_says_who_sees_it(self, context: Context, name: str, options: dict[str, object]) -> None:
        for private in (True, False):
            reply = await context.slash(name, **options, private=private)
            assert reply.error is None
            assert reply.refusals == []
            assert [each.ephemeral for each in reply.messages] == [private]
            shares = private and context.can_share and name not in {"help", "about"}
            assert (str(settings_words.SHARE) in labels(reply)) is shares

    async def test_help_is_answered_to_whoever_presses(self, context: Context) -> None:
        reply = await context.slash("help", private=False)
        for label in labels(reply)[: None if context.user is context.server.user else 2]:
            answer = await context.press(reply, label)
            assert answer.ephemeral
            assert answer.selects
            assert (str(settings_words.SHARE) in labels(answer)) is context.can_share
        assert "What you can ask" in reply.text

    @pytest.mark.parametrize(("context", "private"), PRIVATE_IN, indirect=["context"])
    async def test_another_event_takes_the_place_of_the_last(self, context: Context, private: bool) -> None:
        card = await context.slash("random", private=private)
        before = shown(card)
        another = await context.press(card, str(help_words.ANOTHER))
        assert shown(card) == shown(another) != before
        assert card.ephemeral is private
        assert len(card.messages) == 1

    @pytest.mark.parametrize(("context", "private"), PRIVATE_IN, indirect=["context"])
    async def test_lists_go_on_are_narrowed_and_shared(self, context: Context, private: bool) -> None:
        asked = await context.slash("ask", query="the war", private=private)
        more = await context.press(asked, str(words.MORE))
        select = narrow(more, "z")
        value = select["options"][1]["value"]
        left = await context.server.choose(more, select["custom_id"], [value], user=context.user)
        assert f"only {value}" in left.text
        assert left.text.startswith("-# the war")
        assert asked.ephemeral is private
        if private and context.can_share:
            shared = await context.press(left, str(settings_words.SHARE))
            [public] = [message for message in shared.messages if not message.ephemeral]
            assert public.text.startswith(f"-# <@{context.user.id}> shared\n-# the war")
            assert f"only {value}" in public.text
        days = await context.slash("event", date="the 1960s", private=private)
        narrowed = await context.press(days, str(words.NARROW))
        assert narrow(narrowed, "t")
        assert days.ephemeral is private
