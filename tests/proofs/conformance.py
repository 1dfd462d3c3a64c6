"""What the bot sends is right by Discord's own description of its API.

    DATELINE_TEST_ARCHIVES=FOLDER python -m tests.proofs.conformance [--locales N]

The bot, with the unmodified discord.py client, an index of hostile events and a store, answers people of each of
Discord's locales: every command, option, suggestion, button, select and daily post. Each request that it sends is held
against the description, FOLDER/discord/openapi.json, and against what the description leaves out. Exit status 1 where a
request is wrong, an interaction was not answered, or something that the bot offers was not used.
"""

from __future__ import annotations

import argparse
import asyncio
import datetime as dt
import logging
import os
import re
import sys
import tempfile
import time
from collections import Counter
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, closing
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, get_args

from bot import help_words, settings_words, story_words, words
from bot.client import DatelineClient
from bot.clocks import Clocks
from bot.config import Config
from bot.language import Text, translated
from bot.views.answer_actions import REMARK
from bot.views.state import EventList, decode
from embeddings.archive import Report
from embeddings.build.run import build_index
from embeddings.events import Event
from embeddings.index.folder import IndexFolder
from tests.bot.running import TODAY, parts
from tests.discord_server import Channel, DiscordServer, Guild, Reply, Timing, User, discord_server
from tests.discord_server.errors import ApiError, Json
from tests.discord_server.requests import Request
from tests.discord_server.running import connected
from tests.proofs.api_description import Description
from tests.proofs.hostile_events import FIRST_DAY, FIRST_YEAR, TEXTS, write_archive
from tests.proofs.message_rules import broken_rules
from tests.proofs.tables import Table
from tests.speech import said
from tests.word_encoder import WordEncoder

WINDOWS = 8  # into which the years are parted; a locale looks through one of them
OPEN_EACH = 4  # of how many events of a window one is opened, in each locale another
ASKED = 3  # of the texts, in each locale others
YEARS = -(-len(TEXTS) // WINDOWS)
CHANNELS = 12  # with daily posts: more than a page of /daily show holds
_START = dt.datetime.combine(FIRST_DAY, dt.time(6), dt.UTC).replace(year=TODAY.year)
_VALUES = re.compile(r"'.*?'|\d+", re.DOTALL)
_ALREADY_ACKNOWLEDGED = 40060
_OPTION = 90  # characters that fit every option
_LONG_OPTION = 190


@dataclass
class Size:
    """How much is done.

    Attributes:
        pages: of the list of all events that are looked through.
        step: of how many events, at most, one is asked for what is related to it.
        kept: whether channels keep their daily posts, but for a few.
    """

    locales: tuple[str, ...]
    pages: int = 1_000
    asked: int = ASKED
    channels: int = CHANNELS
    step: int = 37
    kept: bool = False


class Loud(logging.Handler):
    """Keeps what the bot says went wrong."""

    def __init__(self) -> None:
        super().__init__(logging.ERROR)
        self.said: list[str] = []

    def emit(self, record: logging.LogRecord) -> None:
        self.said.append(f"{record.getMessage()}: {record.exc_info[1] if record.exc_info else ''}")


@dataclass
class Judge:
    """Holds requests against the description and the rules, and counts what came."""

    description: Description
    table: Table
    routes: Counter[str] = field(default_factory=Counter)
    told: set[str] = field(default_factory=set)

    def judge(self, requests: list[Request], where: str) -> None:
        """Look at requests, each once."""
        for request in requests:
            if request.path == "/ws" or request.fault is not None:  # which nobody read
                continue
            operation = self.description.find(request.method, request.path)
            self.routes[f"{request.method} {operation.template if operation else request.path}"] += 1
            faults = self.description.faults(request)
            self._note("is right by Discord's description", faults, where)
            if not faults:  # the rules would trip over what is none of Discord's forms
                self._note("keeps the rules that the description lacks", broken_rules(request), where)
            error = request.error
            refused = [] if error is None or is_known(error) else [f"{request.route}: {error}"]
            self._note("is accepted by the stand-in", refused, where)

    def _note(self, claim: str, faults: list[str], where: str) -> None:
        self.table.check(f"a request {claim}", not faults, f"{where}: {'; '.join(faults)[:1_000]}")
        kinds = {_VALUES.sub("…", fault) for fault in faults}
        if faults and kinds <= self.told:
            self.table.failures.pop()  # one of each kind is enough to read
        self.told |= kinds


@asynccontextmanager
async def running(
    server: DiscordServer, folder: Path, archive: Path, clock: Clock
) -> AsyncIterator[tuple[DatelineClient, list[Event]]]:
    """The bot on an index of an archive, and its events."""
    index = IndexFolder(folder / "index")
    await asyncio.to_thread(build_index, index, [archive], WordEncoder(), Report())
    with closing(index.open()) as opened:
        events = opened.catalogue.events(list(range(opened.catalogue.size)))
    settings = {
        "discord": {"api_url": server.api_url, "token": server.token},
        "limits": {"user_commands": 1_000_000},
        "daily": {"requests_per_second": 50},
    }
    async with parts(index, f"sqlite:///{folder}/store.db") as (engine, store):
        client = DatelineClient(Config.model_validate(settings), engine, store, Clocks.by_hand(clock))
        async with connected(client):
            yield client, events


class Clock:
    """The time of daily posts, which passes when it is told to."""

    def __init__(self) -> None:
        self.now = _START

    def __call__(self) -> float:
        return self.now.timestamp()


class Visit:
    """People of one locale use everything that the bot has."""

    def __init__(
        self,
        server: DiscordServer,
        client: DatelineClient,
        events: list[Event],
        clock: Clock,
        size: Size,
        table: Table,
        number: int,
    ) -> None:
        self.server, self.client, self.events, self.clock, self.size = server, client, events, clock, size
        self.table, self.number, self.locale = table, number, size.locales[number]
        self.user = server.add_user(f"reader {self.locale}", locale=self.locale)
        self.opened: set[str] = set()
        texts = list(TEXTS.values())
        start = number * size.asked
        self.texts = [texts[(start + n) % len(texts)] for n in range(size.asked)]

    async def all(self) -> None:
        """Everything, once."""
        await self.lists()
        await self.questions()
        await self.suggestions()
        await self.daily()

    # --- asking ---

    def _answered(self, reply: Reply, what: str) -> Reply:
        refusals = [error for error in reply.refusals if not is_known(error)]
        told = f"{self.locale}: {what}: {reply.error or refusals}"
        self.table.check("an interaction is answered", reply.error is None and not refusals, told)
        return reply

    async def ask(self, name: str, /, options: Json | None = None, **how: Any) -> Reply:
        how = {"user": self.user, **how}
        reply = await self.server.slash(name, options or {}, **how)
        return self._answered(reply, f"/{name} {options}")

    async def press(self, reply: Reply, label: Text | str, user: User | None = None) -> Reply:
        """Press a button, named by its `custom_id` or by its label, which may be in any language."""
        named = [each for each in reply.buttons if _is_called(each, label)]
        which = label if isinstance(label, str) else named[0]["custom_id"]
        pressed = await self.server.press(reply, which, user=user or self.user)
        return self._answered(pressed, f"button {label}")

    async def choose(self, reply: Reply, number: int, user: User | None = None) -> Reply:
        [select, *_] = reply.selects
        value = select["options"][number]["value"]
        self.opened.add(value)
        chosen = await self.server.choose(reply, select["custom_id"], [value], user=user or self.user)
        return self._answered(chosen, f"event {value}")

    # --- what everybody may do ---

    async def lists(self) -> None:
        """Page through all events, open some and what is related to them, and come back."""
        first = FIRST_YEAR + self.number % WINDOWS * YEARS
        listed = await self.ask("event", {"date": f"{first}-01-01..{first + YEARS - 1}-12-31"})
        seen = 0
        for _ in range(self.size.pages):
            for option in range(len(listed.selects[0]["options"]) if listed.selects else 0):
                if (seen + self.number // WINDOWS) % OPEN_EACH == 0:
                    listed = await self.card(listed, option)
                seen += 1
            if not _has(listed, words.NEXT):
                break
            listed = await self.press(listed, words.NEXT)
        if _has(listed, words.PREVIOUS):
            await self.press(listed, words.PREVIOUS)
        for date in ("1959-12-31", "1961-03-01", "yesterday", "02/03/1965", "2015-02-30", *self._short(_OPTION)[:2]):
            empty = await self.ask("event", {"date": date})
            if near := [each for each in empty.buttons if each.get("custom_id")]:
                await self.press(empty, near[0]["custom_id"])
        for day in (None, "03-01", "28 March", "02-29", *self._short(_OPTION)[:1]):
            shown = await self.ask("onthisday", {} if day is None else {"day": day})
            if shown.selects:
                await self.card(shown, 0)

    async def card(self, listed: Reply, option: int) -> Reply:
        """Open an event of a list, one that is related to it, and go back; somebody else gets a copy."""
        somebody = self.server.owner
        if option == 0 and not listed.ephemeral:
            copy = await self.choose(listed, 0, somebody)
            if _has(copy, words.BACK_TO_LIST):
                await self.press(copy, words.BACK_TO_LIST, somebody)
        card = await self.choose(listed, option)
        if card.selects:
            other = await self.choose(card, 0)
            card = await self.press(other, words.BACK) if _has(other, words.BACK) else other
        return await self.press(card, words.BACK_TO_LIST)

    async def questions(self) -> None:
        """Ask for words, hostile ones too, within days and without, of messages and of one event."""
        for number, text in enumerate(self._short(_LONG_OPTION)):
            options: Json = {"query": text, "count": 1 + number % 10, "private": number % 2 == 1}
            found = await self.ask("ask", options)
            if found.selects:
                await self.card(found, 0)
            await self.ask("related", {"event": text})
            embed = {"title": text, "description": text}
            content = text if number % 3 else "rain"
            message = self.server.say(content, user=self.user, embeds=[] if number % 3 else [embed])
            menu = await self.server.message_menu("Find related events", message, user=self.user)
            self._answered(menu, "message menu")
        for span in ({"from": "1970", "to": "1980"}, {"from": "2020"}, {"to": "1900"}, {"from": "1980", "to": "1970"}):
            found = await self.ask("ask", {"query": "rain in Rainland in March 1975 or on 27 February 1969", **span})
            if _has(found, words.SEARCH_ALL_DATES):
                found = await self.press(found, words.SEARCH_ALL_DATES)
            if _has(found, words.NEXT):
                await self.press(found, words.NEXT)
        some = self.events[self.number % self.size.step :: self.size.step]
        for event in some:
            card = await self.ask("related", {"event": event.id})
            if card.selects:
                card = await self.choose(card, 0)
                await self.press(card, words.BACK)
        await self.ask("about", {"private": True})
        await self.ask("about", guild=None)
        await self.around()
        await self.stories()
        await self.ask("ask", {"query": "?!"})

    async def around(self) -> None:
        """Have examples shown and answered, events drawn, lists gone on with and narrowed."""
        helped = await self.ask("help", {"private": self.number % 2 == 0})
        for button in list(helped.buttons):
            await self.press(helped, button["custom_id"])
        drawings: list[Json] = [{}, {"day": "03-01"}, {"day": "1975", "private": True}]
        for options in [*drawings, {"topic": self._short(_OPTION)[0]}]:
            drawn = await self.ask("random", options)
            if _has(drawn, help_words.ANOTHER):
                await self.press(drawn, help_words.ANOTHER)
        found = await self.ask("ask", {"query": "rain"})
        if _has(found, words.MORE):
            found = await self.press(found, words.MORE)
            for letter in "yt":
                for select in [each for each in found.selects if each["custom_id"].startswith(f"dl:{letter}:")]:
                    value = select["options"][-1]["value"]
                    chosen = await self.server.choose(found, select["custom_id"], [value], user=self.user)
                    found = self._answered(chosen, "a select that narrows")

    async def stories(self) -> None:
        """Have stories told, of events, of topics and of words; wait for a picture, turn the pages, open an event."""
        event = self.events[self.number % len(self.events)]
        topic = next((each.topics[0] for each in self.events[self.number % 31 :] if each.topics), "rain")
        for number, text in enumerate([topic[:_LONG_OPTION], event.id, "rain in Rainland", *self._short(_LONG_OPTION)]):
            told = await self.ask("story", {"event": text, "private": number % 2 == 1})
            if number == 0 and told.error is None and len(told.messages) == 1:
                await self._turned(told)
        card = await self.ask("related", {"event": event.id})
        if _has(card, story_words.STORY):
            await self.press(card, story_words.STORY)

    async def _turned(self, told: Reply) -> None:
        """All pages of a story that has some, and one of its events."""
        all_of_it = [each["custom_id"] for each in told.buttons if each.get("custom_id", "").startswith("dl:n:")]
        if self.number == 0 and told.message.v2:
            await self.server.until(lambda: bool(told.message.attachments))
        for custom_id in all_of_it:
            page = await self.press(told, custom_id)
            if _has(page, words.NEXT):
                page = await self.press(page, words.NEXT)
            told = await self.press(page, story_words.STORY_CARD)
        if told.selects:
            await self.press(await self.choose(told, 0), story_words.BACK_TO_STORY)

    async def suggestions(self) -> None:
        """Type into every option that suggests something."""
        for text in ("", *self._short(_OPTION)[:2]):
            await self.server.autocomplete("random", {"topic": text}, focused="topic", user=self.user)
        texts = self._short(_OPTION)[:4]
        dates = ["", "1", "1960s", "02/03/1965", "christmas 1975 rain", "yesterday", *texts[:2]]
        for date in dates:
            await self.server.autocomplete("event", {"date": date}, focused="date", user=self.user)
        for option in ("from", "to"):
            for date in dates[1:4]:
                given = {"query": "rain", option: date}
                await self.server.autocomplete("ask", given, focused=option, user=self.user)
        headlines = [event.headline[:20] for event in self.events[self.number % 29 :: 29]]
        for text in ["", "rain", *texts, *headlines]:
            await self.server.autocomplete("related", {"event": text}, focused="event", user=self.user)
            await self.server.autocomplete("story", {"event": text}, focused="event", user=self.user)

    # --- what moderators may do ---

    async def daily(self) -> None:
        """Give channels of a server daily posts, look at them, and have them posted."""
        server, owner = self.server, self.server.owner
        names = list(TEXTS.values())
        guild = server.add_guild(names[self.number % len(names)][:100], locale=self.locale)
        await server.until(lambda: self.client.get_guild(guild.id))
        channels = [
            server.add_channel(names[(self.number + n) % len(names)][:100], guild) for n in range(self.size.channels)
        ]
        role = server.add_role("historians", guild, mentionable=True)
        await server.until(lambda: (known := self.client.get_guild(guild.id)) and known.get_role(role.id))
        how: Json = {"user": owner, "guild": guild, "locale": self.locale}
        await self.ask("daily show", **how)
        for zone in ("", "berl", "new york", *self._short(60)[:2]):
            given = {"timezone": zone}
            await server.autocomplete("daily set", given, focused="timezone", user=owner, guild=guild)
        for number, channel in enumerate(channels):
            await self.ask("daily set", self._wish(number, channel, role), **how)
        await self.ask("daily set", self._wish(0, guild.channels[0], guild.everyone), **how)
        await self.ask("daily set", {**self._wish(0, channels[0], role), "time": self._short(20)[0]}, **how)
        await self.ask("daily set", {**self._wish(0, channels[0], role), "timezone": self._short(60)[0]}, **how)
        shown = await self.ask("daily show", **how)
        while _has(shown, words.NEXT):
            shown = await self.press(shown, words.NEXT, owner)
        for name in ("pause", "resume", "preview", "remove"):
            for text in ("", "a", self._short(_OPTION)[0]):
                await server.autocomplete(
                    f"daily {name}", {"channel": text}, focused="channel", user=owner, guild=guild
                )
            await self.ask(f"daily {name}", **how)  # which one?
            await self.ask(f"daily {name}", {"channel": str(channels[-1].id)}, **how)
            await self.ask(f"daily {name}", {"channel": f"?{self._short(_OPTION)[0]}"}, **how)
        for channel in channels[:-1:5]:
            preview = await self.ask("daily preview", {"channel": str(channel.id)}, **how)
            if preview.buttons:
                await self.press(preview, preview.buttons[0]["custom_id"], owner)
        await self.ask("daily pause", {"channel": str(channels[0].id)}, **how)
        await self.ask("daily preview", {"channel": str(channels[0].id)}, **how)
        others = await self._other_places(guild, how)
        await self._posts(channels)
        self.table.check("posts came in forums and news", all(map(self._has_post, others)), self.locale)
        await self._notices(channels)
        for channel in (*channels[: 2 if self.size.kept else -1], *others):
            await self.ask("daily remove", {"channel": str(channel.id)}, **how)
        await self.settled(guild, channels[3:8])

    async def settled(self, guild: Guild, channels: list[Channel]) -> None:
        """Settle what can be settled for a server; ask there, share what is private, and say what was meant."""
        server, owner = self.server, self.server.owner
        card = await self.ask("settings", user=owner, guild=guild, locale=self.locale)
        for label in (settings_words.FEEDBACK[False], settings_words.ATTRIBUTION[True]):
            card = await self.press(card, label, owner)
        for custom_id, value in (("ds:answers", "private"), ("ds:language:1", "own")):
            card = self._answered(await server.choose(card, custom_id, value, user=owner), custom_id)
        self._answered(await server.choose(card, "ds:channels", list(channels), user=owner), "ds:channels")
        how: Json = {"guild": guild, "channel": guild.channels[0]}
        text = self._short(_OPTION)[0]
        for name, options in (
            ("event", {"date": "1965"}),
            ("onthisday", {"day": "03-01"}),
            ("related", {"event": text}),
            ("story", {"event": self.events[0].id}),
        ):
            await self.ask(name, {**options, "private": False}, **how)
            private = await self.ask(name, {**options, "private": True}, **how)
            if _has(private, settings_words.SHARE):
                await self.press(private, settings_words.SHARE)
        asked = await self.ask("ask", {"query": "rain in Rainland in March 1975"}, **how)
        opened = await self.press(asked, settings_words.NOT_MEANT)
        self._answered(await server.modal(opened, {REMARK: text}), "the form")

    async def _other_places(self, guild: Guild, how: Json) -> list[Channel]:
        """Give a forum and an announcement channel posts, with all that only they have, and test posts."""
        tag, *_ = (text[:20].strip() or "x" for text in self._short(20))
        forum = self.server.add_forum("days", tag, guild=guild, requires_tag=True)
        news = self.server.add_channel("news", guild, kind=5)
        await self.server.until(lambda: self.client.get_channel(news.id))
        given = {"channel": forum, "tag": ""}
        await self.server.autocomplete("daily set", given, focused="tag", user=how["user"], guild=guild)
        role = guild.everyone
        for wish in ({"channel": forum, "tag": tag}, {"channel": forum}, {"channel": news, "publish": True}):
            await self.ask("daily set", {**self._wish(0, news, role), **wish}, **how)
        await self.ask("daily set", {**self._wish(0, news, role), "days": self._short(60)[0]}, **how)
        await self.server.autocomplete("daily test", {"channel": ""}, focused="channel", user=how["user"], guild=guild)
        for channel in (forum, news):
            await self.ask("daily test", {"channel": str(channel.id)}, **how)
        return [forum, news]

    def _has_post(self, channel: Channel) -> bool:
        """Whether there is more than the test post."""
        where = [channel, *self.server.threads_of(channel)]
        return sum(len(self.server.post_history(each)) for each in where) > 1

    def _wish(self, number: int, channel: Channel, role: object) -> Json:
        topics = self._short(_LONG_OPTION)
        return {
            "channel": channel,
            "time": "12:00",
            "timezone": "UTC",
            "events": 1 + number % 10,
            **({"role": role} if number % 2 else {}),
            "days": "mon-sun",
            "title": self._short(60)[number % len(topics)],
            "text": self._short(300)[number % len(topics)],
            **({"prefer": topics[number % len(topics)]} if number % 3 else {}),
            **({"leave_out": topics[-1 - number % len(topics)]} if number % 4 else {}),
        }

    async def _posts(self, channels: list[Channel]) -> None:
        """Let it be the time of the posts, and press their buttons; some are refused at first, and looked for again."""
        self.server.faults.fail("POST /channels/*/messages", 503, times=2)
        self.clock.now = self.clock.now.replace(hour=12) + dt.timedelta(days=self.clock.now.hour >= 12)
        await self._work_off()
        posted = [post for channel in channels for post in self.server.post_history(channel)]
        self.table.check("posts came", len(posted) >= len(channels) - 2, f"{self.locale}: {len(posted)}")
        for post in posted[:: max(1, len(posted) // 4)]:
            for button in (*post.buttons[:2], post.buttons[-1]):
                card = await self.server.press(post, button["custom_id"], user=self.user)
                self._answered(card, "a post's button")
                if _has(card, words.BACK_TO_LIST):
                    await self.press(card, words.BACK_TO_LIST)

    async def _notices(self, channels: list[Channel]) -> None:
        """Have the next posts fail in each way that moderators are told of."""
        gone, closed = channels[1], channels[2]
        self.server.delete_channel(gone)
        self.server.deny(closed, "send_messages")
        await self.server.until(lambda: self.client.get_channel(gone.id) is None)
        self.clock.now += dt.timedelta(days=1)
        await self._work_off()

    async def _work_off(self) -> None:
        for _ in range(10):
            self.clock.now += dt.timedelta(seconds=3)
            await self.client.poster.work_off()

    def _short(self, limit: int) -> list[str]:
        """This locale's texts as an option takes them: at most so many characters, and something to see."""
        return [
            text.encode("utf-16-le")[: 2 * limit].decode("utf-16-le", "ignore").strip() or "x" for text in self.texts
        ]


def is_known(error: ApiError) -> bool:
    """Whether a request was not wrong, but had to be made for the bot to know that it is in vain.

    That is one for what it may not do or what is no longer there, and an acknowledgement that it repeats because the
    answer to the first is slow to come.
    """
    return error.status in {403, 404} or error.code == _ALREADY_ACKNOWLEDGED


def _has(reply: Reply, label: Text) -> bool:
    return any(_is_called(each, label) for each in reply.buttons)


def _is_called(button: Json, label: Text | str) -> bool:
    """Whether a button has a label, in whatever language."""
    return isinstance(label, Text) and button.get("label") in {said(each, label) for each in ("en-US", *translated())}


def offered(commands: list[Json]) -> set[str]:
    """Everything that can be used of commands: options, and those of them that suggest something."""

    def of(item: Json, where: str) -> Iterator[str]:
        yield where
        for option in item.get("options") or []:
            yield from of(option, f"{where} {option['name']}")
            if option.get("autocomplete"):
                yield f"{where} {option['name']}, suggested"

    return {each for command in commands for each in of(command, command["name"])}


def used(server: DiscordServer) -> set[str]:
    """What was used of commands, and the lists that buttons and selects led to."""

    def of(item: Json, where: str) -> Iterator[str]:
        yield where
        for option in item.get("options") or []:
            here = f"{where} {option['name']}"
            yield from of(option, here)
            if option.get("focused"):
                yield f"{here}, suggested"

    found: set[str] = set()
    for interaction in server.interactions.by_token.values():
        if "name" in interaction.data:
            found |= set(of(interaction.data, interaction.data["name"]))
        elif (target := decode(interaction.data["custom_id"])) is not None:
            found.add(type(target.place.of).__name__)
    return found


async def prove(description: Description, size: Size, folder: Path, table: Table) -> None:
    """Run the bot through everything in each locale, and judge what it sends."""
    judge, loud, clock, began = Judge(description, table), Loud(), Clock(), time.monotonic()
    interactions, opened, kinds = 0, set[str](), Counter[str]()
    logging.getLogger("bot").addHandler(loud)
    try:
        async with (
            discord_server(wall=clock, timing=Timing(acknowledge_s=30.0)) as server,
            running(server, folder, write_archive(folder / "hostile.jsonl"), clock) as (client, events),
        ):
            seen: set[str] = set()
            for number, locale in enumerate(size.locales):
                visit = Visit(server, client, events, clock, size, table, number)
                await visit.all()
                judge.judge(server.requests, locale)
                opened |= visit.opened
                seen |= used(server)
                interactions += len(server.interactions.by_token)
                kinds.update(each.kind.name for each in server.interactions.by_token.values())
                server.requests.clear()
                server.interactions.by_token.clear()
            for each in sorted(offered(server.commands[None]) | {kind.__name__ for kind in get_args(EventList)}):
                table.check("what the bot offers was used", each in seen, each)
    finally:
        logging.getLogger("bot").removeHandler(loud)
    table.check("nothing went wrong that nobody expected", not loud.said, "; ".join(loud.said[:3]))
    table.figure("requests", f"{sum(judge.routes.values()):,}")
    for route, count in judge.routes.most_common():
        table.figure(f"  {route}", f"{count:,}")
    table.figure("interactions", f"{interactions:,}: {', '.join(f'{n:,} {kind.lower()}' for kind, n in kinds.items())}")
    table.figure("locales", str(len(size.locales)))
    table.figure("hostile events", f"{len(events)}, {len(opened)} of them opened")
    if len(size.locales) >= WINDOWS * OPEN_EACH:
        table.check("every event was opened", len(opened) == len(events), f"{len(opened)} of {len(events)}")
    table.figure("took", f"{time.monotonic() - began:.0f} s")


def description_file() -> Path | None:
    """Where Discord's description is; None where no folder of archives holds it."""
    folder = os.environ.get("DATELINE_TEST_ARCHIVES")
    path = Path(folder or "", "discord", "openapi.json")
    return path if folder and path.is_file() else None


def main() -> int:
    """Run the whole proof and print its figures."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--locales", type=int, default=1_000, help="how many, of all that Discord has")
    options = parser.parse_args()
    if (path := description_file()) is None:
        parser.error("DATELINE_TEST_ARCHIVES names no folder with discord/openapi.json")
    description = Description(path)
    table = Table("what the bot sends, held against Discord's description of its API")
    with tempfile.TemporaryDirectory() as name:
        size = Size(description.locales[: options.locales])
        asyncio.run(prove(description, size, Path(name), table))
    return table.show()


if __name__ == "__main__":
    sys.exit(main())
