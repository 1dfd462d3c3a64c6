"""What is pictured: the messages of a bot that is asked everything that users ask, against the stand-in for Discord."""

from __future__ import annotations

import base64
import copy
import datetime as dt
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from pathlib import Path

from bot import help_words, settings_words, words
from bot.client import DatelineClient
from bot.clocks import Clocks
from bot.config import Config
from bot.daily import words as daily_words
from bot.engine import Engine, MakeEncoder
from bot.store import Store
from bot.views.answer_actions import REMARK
from embeddings.index.folder import IndexFolder
from tests.bot.daily.parts import HandClock
from tests.discord_server import DiscordServer, Message, Reply, connected, discord_server
from tests.discord_server.component_limits import flatten
from tests.discord_server.errors import Json
from tests.discord_server.interactions import Kind
from tests.pictures.message import Picture

TODAY = dt.date(2026, 11, 22)
QUESTION = "civilian deaths Russia"
MISSPELT = "When was the eartquake in Nepall, 2015 or 2016?"
CARD_QUESTION = "moon landing"  # the first event that it finds is opened
LANGUAGES = ("de", "ja", "hi", "ar")  # two with texts of their own, and two whose readers get English
_SLASH, _SUBCOMMAND = 1, 1  # kinds of commands, and of options
POSTED_AT, NEXT_AT = "2026-07-20T06:59", "2026-07-20T07:00"  # UTC; the posts come at 9 o'clock in Berlin


@asynccontextmanager
async def running(
    folder: IndexFolder, make_encoder: MakeEncoder, work: Path
) -> AsyncIterator[tuple[DiscordServer, DatelineClient, HandClock]]:
    """A bot with an empty store in the folder `work`, and the Discord that it is connected to."""
    clock = HandClock(POSTED_AT)
    store = await Store.open(f"sqlite:///{work}/store.db")
    engine = Engine(folder, make_encoder, lambda: TODAY)
    try:
        await engine.start()
        async with discord_server() as server:
            server.user.name, server.owner.name = "Ada", "Grace"
            config = Config.model_validate(
                {
                    "discord": {"api_url": server.api_url, "token": server.token},
                    "limits": {"user_commands": 1_000},
                    "daily": {"requests_per_second": 50},
                }
            )
            async with connected(DatelineClient(config, engine, store, Clocks.by_hand(clock))) as client:
                yield server, client, clock
    finally:
        await engine.close()
        await store.close()


async def scenes(server: DiscordServer, client: DatelineClient, clock: HandClock) -> AsyncIterator[tuple[str, Picture]]:
    """Every card, list, setting and error, with a name for its file."""
    async for scene in _questions(server):
        yield scene
    async for scene in _days(server):
        yield scene
    async for scene in _stories(server):
        yield scene
    async for scene in _about(server):
        yield scene
    async for scene in _daily(server, client, clock):
        yield scene
    async for scene in _settings(server):
        yield scene
    for locale in LANGUAGES:
        async for scene in _language(server, client, locale):
            yield scene


async def _questions(server: DiscordServer) -> AsyncIterator[tuple[str, Picture]]:
    found = await server.slash("ask", {"query": QUESTION})
    yield "list", _answer(server, found)
    listed = await server.slash("ask", {"query": CARD_QUESTION})
    yield (
        "card",
        _answer(server, await server.choose(listed, str(words.OPEN), [listed.selects[0]["options"][0]["value"]])),
    )
    yield "list-corrected", _answer(server, await server.slash("ask", {"query": MISSPELT}))
    yield "list-dates", _answer(server, await server.slash("ask", {"query": "earthquakes in the 2010s", "count": 10}))
    private = await server.slash("ask", {"query": "moon landing", "count": 2, "private": True})
    yield "private", _answer(server, private)
    yield "shared", _message(server, (await server.press(private, str(settings_words.SHARE))).followups[-1])
    await server.until(lambda: any(button["label"] == str(settings_words.SHARED) for button in private.buttons))
    yield "private-shared", _answer(server, private)
    yield "nothing", _answer(server, await server.slash("ask", {"query": "pancake recipes"}))
    nothing = await server.slash("ask", {"query": "moon landing", "from": "1990", "to": "1991-03"})
    yield "nothing-then", _answer(server, nothing)
    yield "related", _answer(server, await server.slash("related", {"event": "Neil Armstrong"}))
    menu = await server.message_menu("Find related events", "The Berlin Wall fell in November 1989")
    yield "find-related", _answer(server, menu)


async def _days(server: DiscordServer) -> AsyncIterator[tuple[str, Picture]]:
    yield "day", _answer(server, await server.slash("event", {"date": "2015-12-23"}))
    month = await server.slash("event", {"date": "July 1969"})
    yield "month", _answer(server, month)
    decade = await server.slash("event", {"date": "the 2010s"})
    yield "decade", _answer(server, decade)
    part = await server.press(decade, str(words.NARROW))
    yield "narrow", _answer(server, part)
    by_year = next(each for each in part.selects if each["placeholder"] == str(words.BY_YEAR))
    chosen = await server.choose(part, str(words.BY_YEAR), [by_year["options"][1]["value"]])
    yield "narrowed", _answer(server, chosen)
    yield "no-events", _answer(server, await server.slash("event", {"date": "1066-10-14"}))
    day = await server.slash("onthisday", {"day": "20 July"})
    yield "onthisday", _answer(server, day)
    if any(button.get("label") == str(words.MORE) for button in day.buttons):
        yield "more", _answer(server, await server.press(day, str(words.MORE)))
    yield "error", _answer(server, await server.slash("event", {"date": "the day before whenever"}))


async def _stories(server: DiscordServer) -> AsyncIterator[tuple[str, Picture]]:
    for name, topic in (("story", "Apollo program"), ("story-long", "Cold War")):
        told = await server.slash("story", {"event": topic})
        message = told.message
        await server.until(lambda shown=message: bool(shown.attachments))  # type: ignore[misc]
        yield name, _answer(server, told)
        if name == "story-long":
            yield "story-all", _answer(server, await server.press(told, told.buttons[0]["custom_id"]))
    told = await server.slash("story", {"event": "Apollo program"})
    value = told.selects[0]["options"][2]["value"]
    yield "story-event", _answer(server, await server.choose(told, str(words.OPEN), [value]))
    yield "ask-story", _answer(server, await server.slash("ask", {"query": "Apollo on the moon"}))
    meant = await server.slash("story", {"event": "Apollo on the moon"})
    await server.until(lambda: bool(meant.message.attachments))
    yield "story-words", _answer(server, meant)


async def _language(server: DiscordServer, client: DatelineClient, locale: str) -> AsyncIterator[tuple[str, Picture]]:
    """A list, a card, a story, help, a refusal and a daily post, as readers of a language see them."""
    guild = server.add_guild("Geschichte", locale=locale)
    await server.until(lambda: client.get_guild(guild.id))
    how: Json = {"locale": locale, "guild": guild}
    listed = await server.slash("ask", {"query": MISSPELT, "private": True}, **how)
    yield f"list-{locale}", _answer(server, listed)
    [select, *_] = listed.selects
    value = select["options"][0]["value"]
    card = await server.choose(listed, select["custom_id"], [value], locale=locale, guild_locale=locale)
    yield f"card-{locale}", _answer(server, card)
    told = await server.slash("story", {"event": "Apollo program"}, **how)
    await server.until(lambda: bool(told.message.attachments))
    yield f"story-{locale}", _answer(server, told)
    yield f"help-{locale}", _answer(server, await server.slash("help", **how))
    yield f"error-{locale}", _answer(server, await server.slash("event", {"date": "2015-02-30"}, **how))
    wish = {"channel": guild.channels[0], "time": "9:00", "timezone": "UTC"}
    await server.slash("daily set", wish, user=guild.owner, **how)
    yield f"daily-{locale}", _answer(server, await server.slash("daily preview", user=guild.owner, **how))
    yield f"settings-{locale}", _answer(server, await server.slash("settings", user=guild.owner, **how))


async def _about(server: DiscordServer) -> AsyncIterator[tuple[str, Picture]]:
    yield "random", _answer(server, await server.slash("random", {"day": "12 April"}))
    yield "help", _answer(server, await server.slash("help"))
    yield "about", _answer(server, await server.slash("about"))


async def _daily(server: DiscordServer, client: DatelineClient, clock: HandClock) -> AsyncIterator[tuple[str, Picture]]:
    plain = server.channel
    own, forum = server.add_channel("history", kind=5), server.add_forum("days", "history")
    role = server.add_role("historians", mentionable=True)
    await server.until(lambda: client.get_channel(forum.id) is not None)

    async def daily(name: str, /, **options: object) -> Reply:
        return await server.slash(f"daily {name}", options, user=server.owner)

    at = {"time": "9 am", "timezone": "Europe/Berlin"}
    yield "daily-none", _answer(server, await daily("show"))
    await daily("set", channel=plain, **at)
    wishes = {
        "events": 3, "role": role, "prefer": "space, science", "leave_out": "football", "days": "mon-fri",
        "title": "Today in history", "text": "Good morning! Which of these do you **remember**?", "publish": True,
    }  # fmt: skip
    yield "daily-set", _answer(server, await daily("set", channel=own, **at, **wishes))
    await daily("set", channel=forum, **at, title="This day")
    await daily("pause", channel=str(forum.id))
    yield "daily-show", _answer(server, await daily("show"))
    await daily("resume", channel=str(forum.id))
    yield "daily-preview", _answer(server, await daily("preview", channel=str(own.id)))
    yield "daily-which", _answer(server, await daily("preview"))
    tested = await daily("test", channel=str(plain.id))
    yield "daily-tested", _answer(server, tested)
    yield "daily-test", _message(server, server.post_history(plain)[-1])
    clock.set(NEXT_AT)
    await client.poster.work_off()
    posted = server.post_history(plain)[-1]
    yield "daily", _message(server, posted)
    yield "daily-own", _message(server, server.post_history(own)[-1])
    [thread] = server.threads_of(forum)
    yield "daily-forum", _message(server, server.post_history(thread)[-1], title=thread.name)
    yield "daily-more", _message(server, (await server.press(posted, str(daily_words.MORE))).message)


async def _settings(server: DiscordServer) -> AsyncIterator[tuple[str, Picture]]:
    card = await server.slash("settings", user=server.owner)
    yield "settings", _answer(server, card)
    card = await server.press(card, str(settings_words.FEEDBACK[False]), user=server.owner)
    card = await server.choose(card, str(settings_words.WHERE_PUBLIC), [server.channel], user=server.owner)
    card = await server.choose(card, settings_words.languages("B", "G"), "German – Deutsch", user=server.owner)
    yield "settings-settled", _answer(server, card)
    asked = await server.slash("ask", {"query": QUESTION, "private": True})
    yield "feedback-asked", _answer(server, asked)
    form = await server.press(asked, str(settings_words.NOT_MEANT))
    yield "feedback-form", Picture(modal=form.modal)
    kept = await server.modal(form, {REMARK: "Deaths in Russia, not those that Russia caused"})
    yield "feedback-kept", _message(server, kept.messages[-1])
    random = await server.slash("random", {"day": "12 April", "private": True})
    assert any(button.get("label") == str(help_words.ANOTHER) for button in random.buttons)
    yield "random-private", _answer(server, random)


def _answer(server: DiscordServer, reply: Reply) -> Picture:
    return _message(server, reply.message)


def _message(server: DiscordServer, message: Message, title: str = "") -> Picture:
    """The message as it is now: a later press may change it."""
    return Picture(
        with_files(copy.deepcopy(message.components), {each.filename: each.content for each in message.attachments}),
        message.content,
        used=_used(message),
        private=message.ephemeral,
        title=title,
        names=_names(server),
    )


def with_files(components: list[Json], files: Mapping[str, bytes]) -> tuple[Json, ...]:
    """A message's components with its pictures in place of the names of their files."""
    for each in flatten(components):
        for item in each.get("items") or []:
            png = files[item["media"]["url"].removeprefix("attachment://")]
            item["media"]["url"] = f"data:image/png;base64,{base64.b64encode(png).decode()}"
    return tuple(components)


def _used(message: Message) -> str:
    """The command that a message answers, as Discord writes it above."""
    interaction = message.interaction
    if interaction is None or interaction.kind is not Kind.COMMAND:
        return ""
    name = str(interaction.data["name"])
    if interaction.data["type"] != _SLASH:
        return name
    inner = [each["name"] for each in interaction.data.get("options", []) if each["type"] == _SUBCOMMAND]
    return " ".join([f"/{name}", *inner])


def _names(server: DiscordServer) -> dict[int, str]:
    """Users, roles and channels by their ids, for mentions of them."""
    roles = [role for guild in server.guilds.values() for role in guild.roles]
    return (
        {each.id: each.name for each in server.users.values()}
        | {each.id: each.name for each in server.channels.values()}
        | {each.id: each.name for each in roles}
    )
