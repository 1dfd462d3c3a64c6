"""The message menu finds what the same text finds that is typed into `/ask`, in whatever form a message carries it."""

from __future__ import annotations

import dataclasses
import datetime as dt
from typing import Any

import pytest

from bot import words
from bot.answers import RelatedAnswer
from bot.cards import pages
from bot.cards.daily_post import daily_page
from bot.cards.discord_face import layout
from bot.cards.page import AnswerPage
from bot.client import DatelineClient
from bot.views.state import NOBODY, DailyList, NoList, Place
from tests.bot.conftest import ONE_BOT
from tests.discord_server import DiscordServer, Message, Reply
from tests.discord_server.mentions import Pings

MENU = "Find related events"
SYRIA = "Russian air strikes in Syria have killed civilians"
V2 = 1 << 15


@pytest.fixture
def server(discord_server: DiscordServer, running_bot: DatelineClient) -> DiscordServer:
    assert running_bot.is_ready()
    return discord_server


def events(reply: Reply) -> list[str]:
    """The ids of the events that an answer shows, in order."""
    return [option["value"] for select in reply.selects for option in select["options"]]


async def asked(server: DiscordServer, text: str) -> list[str]:
    return events(await server.slash("ask", {"query": text}))


async def found(server: DiscordServer, message: Message) -> list[str]:
    reply = await server.message_menu(MENU, message)
    assert reply.ephemeral
    assert reply.message.pings == Pings()
    return events(reply)


def by_a_bot(server: DiscordServer, *components: dict[str, Any], files: dict[str, str | None] | None = None) -> Message:
    return server.say("", user=server.bot, components=list(components), flags=V2, files=files)


def sent(server: DiscordServer, page: AnswerPage) -> Message:
    """A page of ours as a message that everybody sees."""
    components = layout(page, NOBODY).to_components()  # type: ignore[no-untyped-call]  # discord.py's
    return by_a_bot(server, *components)


def text_display(content: str) -> dict[str, Any]:
    return {"type": 10, "content": content}


def picture(address: str, description: str | None = None) -> dict[str, Any]:
    return {"media": {"url": address}, "description": description}


async def same_as_asked(server: DiscordServer, message: Message, text: str = SYRIA) -> None:
    expected = await asked(server, text)
    assert expected
    assert await found(server, message) == expected


class TestPlainText:
    pytestmark = ONE_BOT

    @pytest.mark.parametrize(
        "content",
        [
            SYRIA,
            "**Russian** _air_ strikes in __Syria__ have ~~killed~~ ||civilians||",
            "> Russian air strikes in Syria\n> have killed civilians",
            "# Russian air strikes\n- in Syria\n- have killed civilians",
            "```\nRussian air strikes in Syria have killed civilians\n```",
            "<@&1234> <@!5678> <:sad:91011> @everyone Russian air strikes in Syria have killed civilians <#121314>",
            "Russian [air strikes](https://weather.example/storm-in-florida) in Syria have killed civilians",
            "Russian air strikes in Syria have killed civilians https://weather.example/hurricane-hits-florida-coast",
            "<https://weather.example/hurricane-hits-florida-coast> Russian air strikes in Syria have killed civilians",
        ],
    )
    async def test_marks_mentions_and_the_words_of_links_do_not_matter(
        self, server: DiscordServer, content: str
    ) -> None:
        await same_as_asked(server, server.say(content))

    async def test_a_moment_is_its_day(self, server: DiscordServer) -> None:
        message = server.say(f"{SYRIA} <t:1450828800:D>")
        await same_as_asked(server, message, f"{SYRIA} 2015-12-23")

    @pytest.mark.parametrize(
        ("address", "text"),
        [
            (
                "https://news.example/world/russian-air-strikes-in-syria-have-killed-civilians-60506682?x=moon#moon",
                SYRIA,
            ),
            ("https://en.wikipedia.org/wiki/Moon_landing", "Moon landing"),
            ("<https://news.example/2015/12/23/air-strikes-in-syria.html>", "air strikes in syria 2015-12-23"),
            ("look: https://news.example/air-strikes-in-syria", "look: air strikes in syria"),
        ],
    )
    async def test_a_link_alone_is_searched_by_its_words(self, server: DiscordServer, address: str, text: str) -> None:
        await same_as_asked(server, server.say(address), text)

    async def test_the_first_words_of_a_long_text_count(self, server: DiscordServer) -> None:
        message = server.say(f"{SYRIA} " + "blah " * 380)
        typed = f"{SYRIA} " + "blah " * ((500 - len(SYRIA) - 1) // 5)
        await same_as_asked(server, message, typed.strip())


class TestOtherKinds:
    pytestmark = ONE_BOT

    async def test_a_forwarded_message(self, server: DiscordServer) -> None:
        await same_as_asked(server, server.forward(server.say(f"**{SYRIA}**")))

    async def test_a_forwarded_message_of_components_embeds_or_files(self, server: DiscordServer) -> None:
        await same_as_asked(server, server.forward(by_a_bot(server, text_display(SYRIA))))
        await same_as_asked(server, server.forward(server.say("", embeds=[{"description": SYRIA}])))
        await same_as_asked(server, server.forward(server.say("", files={"image.png": SYRIA})))

    async def test_text_displays_wherever_they_stand(self, server: DiscordServer) -> None:
        thumbnail = {"type": 11, **picture("https://a.example/b.png")}
        section = {"type": 9, "components": [text_display("have killed")], "accessory": thumbnail}
        container = {"type": 17, "components": [text_display("# Russian air strikes in Syria"), section]}
        button = {"type": 1, "components": [{"type": 2, "style": 5, "label": "Moon", "url": "https://moon.example"}]}
        message = by_a_bot(server, container, {"type": 14}, text_display("civilians"), button)
        await same_as_asked(server, message)

    async def test_small_print_comes_last(self, server: DiscordServer) -> None:
        message = by_a_bot(
            server, text_display("-# by the moon desk\nRussian air strikes in Syria have killed civilians")
        )
        await same_as_asked(server, message, f"{SYRIA} by the moon desk")

    async def test_descriptions_of_pictures(self, server: DiscordServer) -> None:
        gallery = {"type": 12, "items": [picture("https://a.example/b.png", SYRIA), picture("https://a.example/c.png")]}
        await same_as_asked(server, by_a_bot(server, gallery))
        thumbnail = {"type": 11, **picture("https://a.example/b.png", "have killed civilians")}
        section = {"type": 9, "components": [text_display("Russian air strikes in Syria")], "accessory": thumbnail}
        await same_as_asked(server, by_a_bot(server, section))

    async def test_the_name_of_a_file_component(self, server: DiscordServer) -> None:
        name = "Russian-air-strikes-in-Syria_have_killed_civilians.pdf"
        file = {"type": 13, "file": {"url": f"attachment://{name}"}}
        await same_as_asked(server, by_a_bot(server, file, files={name: None}))

    async def test_an_embed_says_first_what_says_most(self, server: DiscordServer) -> None:
        embed = {
            "footer": {"text": "civilians"},
            "author": {"name": "killed"},
            "fields": [{"name": "in", "value": "Syria"}, {"name": "they", "value": "have"}],
            "description": "**air strikes**",
            "title": "Russian",
        }
        message = server.say("", embeds=[embed])
        await same_as_asked(server, message, "Russian air strikes in Syria they have killed civilians")

    async def test_the_preview_of_a_link_says_more_than_the_link(self, server: DiscordServer) -> None:
        embed = {"title": SYRIA, "url": "https://x.example/moon-landing-in-1969"}
        await same_as_asked(server, server.say("https://x.example/moon-landing-in-1969", embeds=[embed]))

    async def test_a_poll(self, server: DiscordServer) -> None:
        answers = [{"poll_media": {"text": "in Syria"}}, {"poll_media": {"text": "have killed civilians"}}]
        poll = {"question": {"text": "Russian air strikes"}, "answers": answers, "duration": 24}
        await same_as_asked(server, server.say("", poll=poll))

    async def test_the_result_of_a_poll(self, server: DiscordServer) -> None:
        fields = [
            {"name": "poll_question_text", "value": "Russian air strikes in Syria"},
            {"name": "total_votes", "value": "1969"},
            {"name": "victor_answer_text", "value": "have killed civilians"},
        ]
        await same_as_asked(server, server.say("", embeds=[{"type": "poll_result", "fields": fields}]))

    async def test_files_by_their_names_and_descriptions(self, server: DiscordServer) -> None:
        await same_as_asked(server, server.say("", files={"ukraine-war_map.png": None}), "ukraine war map")
        await same_as_asked(server, server.say("", files={"IMG_20231104_183012.jpg": SYRIA}))
        files = {"Screenshot 2024-01-02.png": "Russian air strikes", "in-Syria_have-killed-civilians.png": None}
        await same_as_asked(server, server.say("", files=files))

    @pytest.mark.parametrize(
        "body",
        [
            {"content": "?!"},
            {"content": "<:kek:123456> <@1234567>"},
            {"content": "https://video.example/watch?v=dQw4w9WgXcQ"},
            {"content": "\N{PARTY POPPER}"},
            {"content": "", "files": {"image.png": None}},
            {"content": "", "sticker_ids": ["160000000000000001"]},
            {"content": "", "embeds": [{"image": {"url": "https://a.example/b.png"}}]},
        ],
    )
    async def test_a_message_without_words_gets_a_sentence(self, server: DiscordServer, body: dict[str, Any]) -> None:
        reply = await server.message_menu(MENU, server.say(body.pop("content"), **body))
        assert reply.ephemeral
        assert reply.message.text == str(words.NO_WORDS_IN_MESSAGE)


class TestOurOwnAnswers:
    """They are searched by their headlines, and by what they tell of them as far as there is room."""

    pytestmark = ONE_BOT

    async def text_of(self, bot: DatelineClient, ids: list[str]) -> str:
        shown = [event for event in await bot.host.engine.events(ids) if event is not None]
        text = " ".join([event.headline for event in shown] + [event.summary for event in shown if event.summary])
        return text if len(text) <= 500 else text[:501].rsplit(" ", 1)[0]

    async def test_the_answer_to_event(self, server: DiscordServer, running_bot: DatelineClient) -> None:
        answer = await server.slash("event", {"date": "2015-12-23"})
        text = await self.text_of(running_bot, events(answer))
        await same_as_asked(server, answer.message, text)
        assert (await found(server, answer.message))[0] == events(answer)[0]

    async def test_an_answer_of_many_events(self, server: DiscordServer, running_bot: DatelineClient) -> None:
        for answer in (
            await server.slash("event", {"date": "the 1960s"}),
            await server.slash("ask", {"query": "moon landing 1969"}),
            await server.slash("onthisday", {"day": "07-20"}),
        ):
            [first, *_] = [block for block in answer.components if "**" in block.get("content", "")]
            shown = events(answer)
            headlines = [event.headline for event in await running_bot.host.engine.events(shown) if event is not None]
            assert headlines[0] in first["content"].replace("\\", "")
            menu = await found(server, answer.message)
            assert set(menu) & set(shown)

    async def test_a_card(self, server: DiscordServer) -> None:
        listed = await server.slash("event", {"date": "2015-12-23"})
        alone = await found(server, listed.message)
        card = await server.slash("related", {"event": events(listed)[0]})
        assert (await found(server, card.message))[0] == events(listed)[0]
        assert set(await found(server, card.message)) & set(alone)

    async def test_a_daily_post(self, server: DiscordServer, running_bot: DatelineClient) -> None:
        day = dt.date(2026, 7, 20)
        shown = list(await running_bot.host.engine.on_this_day(7, 20, 2))
        page = daily_page(day, shown, Place(DailyList("0123456789", day)), 1234)
        post = sent(server, page)
        headlines = " ".join(event.headline for event in shown)
        await same_as_asked(server, post, headlines[:500])
        await same_as_asked(server, server.forward(post), headlines[:500])

    async def test_a_withdrawn_event_is_searched_by_its_headline(
        self, server: DiscordServer, running_bot: DatelineClient
    ) -> None:
        [event] = await running_bot.host.engine.on_this_day(7, 20, 1)
        gone = dataclasses.replace(event, withdrawn=dt.date(2026, 1, 1), summary="")
        page = pages.event_page(RelatedAnswer(gone, ()), Place(NoList(), trail=(event.id,)))
        await same_as_asked(server, sent(server, page), event.headline)
