"""Each answer is in one language: the reader's, or whole in English where there are no texts in theirs.

    python -m tests.proofs.languages [--locales LOCALE …]

People of each of Discord's locales use every command of the bot, over the stand-in for Discord, on an archive whose
events are written in Greek letters: what has Latin letters in an answer is the bot's. In a language with texts, each
Latin word has to be one of that language's catalogue or calendar; in one without, every answer has to be the one that
readers of en-US get. Exit status 1 where a word or a date is of another language, or Discord would refuse an answer.
"""

from __future__ import annotations

import argparse
import asyncio
import datetime as dt
import json
import re
import sys
import tempfile
import time
import unicodedata
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from babel import Locale as Calendar
from discord import Locale

from bot import help_words, settings_words, story_words, words
from bot.client import DatelineClient
from bot.daily import words as daily_words
from bot.language import DOMAIN, ENGLISH, FOLDER, Text, babel_locale, resolved, speaking, translated
from bot.local_dates import short_date
from bot.views.answer_actions import REMARK
from tests.discord_server import DiscordServer, Reply, Timing, User, discord_server
from tests.discord_server.errors import Json
from tests.discord_server.messages import Message
from tests.messages.__main__ import read
from tests.proofs.conformance import Clock, is_known, running
from tests.proofs.tables import Table
from tests.speech import said

LOCALES = tuple(sorted(each.value for each in Locale))
ENGLISH_READERS = "en-US"
FIRST = dt.date(1990, 7, 18)  # two days before the clock's day of the year
_OF_ONE_GUILD = re.compile(r"\d{15,21}|\b[0-9a-f]{8}\b|\b\d{9,10}\b|(?<=^\*\*Language\*\*).*")
Seen = tuple[str, str]
"""Where somebody sees a text, and the text."""

_STORY = "a story with its picture"
_THEME = "Μεγάλη ιστορία"
_ALLOWED = frozenset("dateline utc geonames cc by sa wikipedia words mit".split())  # the model is called so
_GALLERY = 12
_LINK = re.compile(r"\(<[^>]*>\)|<[^>]*>|https?://\S+|\b[0-9a-f]{8}\b|`[^`]*`|[A-Z][a-z]+/[A-Za-z_\\/]+")
_WORD = re.compile(r"[A-Za-z\u00c0-\u024f\u1e00-\u1eff]+")


def write_archive(path: Path) -> Path:
    """Events in Greek letters: some of one story, some of a day of the year, some alone."""
    path.write_text("".join(json.dumps(each, ensure_ascii=False) + "\n" for each in _records()), encoding="utf-8")
    return path


def _records() -> Iterator[Json]:
    for number in range(30):
        day = FIRST.replace(year=1990 + number) if number % 2 else FIRST + dt.timedelta(days=40 * number)
        yield {
            "date": str(day),
            "headline": f"Βροχή και άνεμος στη χώρα {'αβγδεζηθικλμνξοπρστυφχψω'[number % 24]}{number}",
            "topics": [_THEME, f"Θέμα {number % 3}"] if number < 24 else ["Άλλα"],
            "category": "Καιρός",
            "summary": "Έβρεχε όλη την ημέρα, και ο άνεμος ήταν δυνατός.",
            "contexts": [f"Τόπος {number % 4}", "Βροχή"],
            "sources": [{"name": f"Εφημερίδα {each}", "url": f"https://example.org/{number}/{each}"} for each in "αβγ"],
        }


class Tour:
    """Somebody of one locale uses everything; `texts` is what they see, in order."""

    def __init__(self, server: DiscordServer, client: DatelineClient, table: Table, locale: str) -> None:
        self.server, self.client, self.table, self.locale = server, client, table, locale
        self.user = server.add_user("Άννα", locale=locale)
        self.texts: list[Seen] = []

    async def all(self, *, short: bool = False) -> None:
        """Everything, or a part of it."""
        self.guild = self.server.add_guild("Αθήνα", locale=self.locale, channels=("γενικά",))
        await self.server.until(lambda: self.client.get_guild(self.guild.id))
        if short:
            await self.a_little()
            return
        await self.asking()
        await self.settings()
        await self.refused()
        await self.suggested()
        await self.daily()

    # --- what is seen ---

    def note(self, reply: Reply, what: str) -> Reply:
        """Keep what somebody sees of a reply."""
        refused = [each for each in reply.refusals if not is_known(each)]
        self.table.check(
            "Discord takes an answer", not refused and reply.error is None, f"{self.locale} {what} {reply}"
        )
        for message in reply.messages:
            self.texts += [(what, text) for text in seen(message, pictures=what == _STORY)]
        if reply.modal is not None:
            self.texts += [(what, text) for text in _texts(reply.modal)]
        return reply

    async def ask(self, name: str, options: Json | None = None, /, user: User | None = None, **how: Any) -> Reply:
        how = {"locale": self.locale, "guild": self.guild, **how}
        reply = await self.server.slash(name, options or {}, user=user or self.user, **how)
        return self.note(reply, f"/{name} {_shown(options or {})}")

    async def press(self, reply: Reply | Message, label: Text, user: User | None = None) -> Reply:
        pressed = await self.server.press(
            reply, said(self.locale, label), user=user or self.user, locale=self.locale, guild_locale=self.locale
        )
        return self.note(pressed, f"button {label.message}")

    async def open(self, reply: Reply) -> Reply:
        """Choose the first event of a list."""
        [select, *_] = reply.selects
        chosen = await self.server.choose(
            reply, select["custom_id"], [select["options"][0]["value"]], user=self.user, locale=self.locale,
            guild_locale=self.locale,
        )  # fmt: skip
        return self.note(chosen, "an event")

    async def typed(self, name: str, options: Json, focused: str, user: User | None = None) -> None:
        offered = await self.server.autocomplete(
            name, options, focused=focused, user=user or self.user, guild=self.guild, locale=self.locale
        )
        self.texts += [(f"/{name} {focused}, typed", each["name"]) for each in offered]

    # --- what is done ---

    async def a_little(self) -> None:
        """One of each kind: a list, a card, a refusal, suggestions, help, settings."""
        listed = await self.ask("event", {"date": "1990-01-01..2019-12-31"})
        await self.press(await self.open(listed), words.BACK_TO_LIST)
        await self.ask("ask", {"query": "βροχή 1992-07-18"})
        await self.ask("event", {"date": "2015-02-30"})
        await self.typed("event", {"date": "1990"}, "date")
        await self.ask("help")
        await self.ask("settings", user=self.guild.owner)

    async def asking(self) -> None:
        """Ask for events, and look around from them."""
        listed = await self.ask("event", {"date": "1990-01-01..2019-12-31"})
        listed = await self.press(await self.press(listed, words.NEXT), words.PREVIOUS)
        card = await self.open(listed)
        if card.selects:
            card = await self.press(await self.open(card), words.BACK)
        await self.press(card, words.BACK_TO_LIST)
        await self.press(listed, words.NARROW)
        private = await self.ask("event", {"date": "1990", "private": True})
        await self.press(private, settings_words.SHARE)
        await self.ask("event", {"date": "1991-01-01"})
        await self.ask("event", {"date": "2026-01-01"})
        shown = await self.ask("onthisday", {"day": "07-18"})
        await self.open(shown)
        await self.ask("onthisday")
        await self.ask("onthisday", {"day": "01-02"})
        found = await self.ask("ask", {"query": "βροχή 1992-07-18 1994", "count": 3})
        await self.press(found, words.MORE)
        await self.ask("ask", {"query": "βροχή", "from": "1991", "to": "1995"})
        nothing = await self.ask("ask", {"query": "ηφαίστειο", "from": "1800", "to": "1801"})
        if any(each["label"] == said(self.locale, words.SEARCH_ALL_DATES) for each in nothing.buttons):
            await self.press(nothing, words.SEARCH_ALL_DATES)
        await self.ask("ask", {"query": "βροχή 2035"})
        await self.ask("ask", {"query": "βροχή 1850"})
        await self.ask("related", {"event": "βροχή και άνεμος"})
        await self.stories()
        drawn = await self.ask("random", {"day": "1991-07-18", "private": True})
        await self.press(drawn, help_words.ANOTHER)
        await self.ask("random", {"day": "1991-01-01"})
        helped = await self.ask("help")
        await self.press_first(helped)
        await self.ask("about")
        message = self.server.say("βροχή και άνεμος", user=self.user, guild=self.guild)
        menu = await self.server.message_menu("Find related events", message, user=self.user, locale=self.locale)
        self.note(menu, "the menu of a message")

    async def press_first(self, reply: Reply) -> None:
        if reply.buttons:
            pressed = await self.server.press(reply, reply.buttons[0]["custom_id"], user=self.user, locale=self.locale)
            self.note(pressed, "an example")

    async def stories(self) -> None:
        told = await self.server.slash(
            "story", {"event": _THEME}, user=self.user, guild=self.guild, locale=self.locale, guild_locale=self.locale
        )
        await self.server.until(lambda: bool(told.message.attachments))  # the picture, and what it shows
        self.note(told, _STORY)
        if any(each["custom_id"].startswith("dl:n:") for each in told.buttons if "custom_id" in each):
            all_of_it = next(each["custom_id"] for each in told.buttons if each["custom_id"].startswith("dl:n:"))
            page = await self.server.press(
                told, all_of_it, user=self.user, locale=self.locale, guild_locale=self.locale
            )
            await self.press(self.note(page, "all of a story"), story_words.STORY_CARD)

    async def refused(self) -> None:
        """Ask for what cannot be."""
        for date in ("2015-02-30", "2015-13-01", "2011/12", "χχχ", "2016..2015"):
            await self.ask("event", {"date": date})
        for day in ("02-30", "2015", "2015-07", "χχχ"):
            await self.ask("onthisday", {"day": day})
        for options in ({"query": "?!"}, {"query": "βροχή", "from": "2016", "to": "2015"}):
            await self.ask("ask", options)
        await self.ask("random", {"topic": "ανύπαρκτο"})
        await self.ask("story", {"event": "ηφαίστειο"})
        await self.ask("settings", guild=None, forced=True)
        await self.ask("daily show", guild=None, forced=True)
        self.server.say("?", user=self.user, guild=self.guild)
        empty = self.server.say("?", user=self.user, guild=self.guild)
        menu = await self.server.message_menu("Find related events", empty, user=self.user, locale=self.locale)
        self.note(menu, "the menu of an empty message")

    async def suggested(self) -> None:
        """Type into options."""
        for date in ("", "1990", "2019-12"):
            await self.typed("event", {"date": date}, "date")
        await self.typed("related", {"event": "βροχή"}, "event")
        await self.typed("story", {"event": "μεγάλη"}, "event")

    async def settings(self) -> None:
        """Settle what can be settled, and say that an answer was not meant."""
        owner = self.guild.owner
        card = await self.ask("settings", user=owner)
        for label in (settings_words.FEEDBACK[False], settings_words.ATTRIBUTION[True]):
            card = await self.press(card, label, owner)
        for custom_id, value in (("ds:answers", "private"), ("ds:answers", "public")):
            how: Json = {"user": owner, "locale": self.locale, "guild_locale": self.locale}
            card = self.note(await self.server.choose(card, custom_id, value, **how), custom_id)
        asked = await self.ask("ask", {"query": "βροχή"})
        opened = await self.press(asked, settings_words.NOT_MEANT)
        self.note(await self.server.modal(opened, {REMARK: "άνεμος"}, locale=self.locale), "the form")

    async def daily(self) -> None:
        """Have daily posts, in all their forms, and what is refused of them."""
        owner = self.guild.owner
        forum = self.server.add_forum("ημέρες", "ετικέτα", guild=self.guild)
        other = self.server.add_channel("άλλο", self.guild)
        await self.server.until(lambda: self.client.get_channel(other.id))
        place: Json = {"channel": self.guild.channels[0], "time": "12:00", "timezone": "UTC"}
        more: Json = {"title": "Τίτλος", "text": "Γραμμή", "prefer": "Καιρός", "leave_out": "Άλλα"}
        await self.ask("daily show", user=owner)
        wishes: list[Json] = [
            {**more, "days": "mon-fri"}, {"channel": forum}, {"channel": other, "days": "every 3 days"},
            {"days": "mon, wed"}, {"time": "25:00"}, {"timezone": "χχ"}, {"timezone": "UTC+15"}, {"days": "χχ"},
            {"tag": "χχ"}, {"publish": True}, {"role": self.guild.everyone}, {"channel": forum, "tag": "χχ"},
        ]  # fmt: skip
        for wish in wishes:
            await self.ask("daily set", {**place, **wish}, user=owner)
        await self.ask("daily show", user=owner)
        await self.typed("daily pause", {"channel": ""}, "channel", owner)
        one: Json = {"channel": str(self.guild.channels[0].id)}
        for name in ("pause", "preview", "resume", "preview"):
            await self.ask(f"daily {name}", user=owner)  # of which?
            await self.ask(f"daily {name}", one, user=owner)
        await self.ask("daily test", one, user=owner)
        await self.ask("daily test", {"channel": str(forum.id)}, user=owner)
        for channel in (self.guild.channels[0], *self.server.threads_of(forum)):
            self.texts.append(("the name of a thread", channel.name))
            for post in self.server.post_history(channel):
                self.texts += [("a post", text) for text in seen(post)]
                if _has(post, self.locale, daily_words.MORE):
                    await self.press(post, daily_words.MORE)
        await self.ask("daily remove", one, user=owner)
        await self.ask("daily remove", one, user=owner)


def _shown(options: Json) -> str:
    return " ".join(f"{name}:{getattr(value, 'name', value)}" for name, value in options.items())


def _has(reply: Reply | Message, locale: str, label: Text) -> bool:
    return any(each.get("label") == said(locale, label) for each in reply.buttons)


def seen(message: Message, *, pictures: bool = False) -> list[str]:
    """Every text of a message: its content, labels, hints, options; what its pictures show, which may come later."""
    parts = [message.content, *(text for each in message.components for text in _texts(each, pictures))]
    return [part for part in parts if part]


def _texts(component: Any, pictures: bool = False) -> Iterator[str]:
    if isinstance(component, list):
        for each in component:
            yield from _texts(each, pictures)
    elif isinstance(component, dict) and (pictures or component.get("type") != _GALLERY):
        if str(component.get("custom_id", "")).startswith("ds:language"):  # names in all languages
            yield str(component.get("placeholder"))
            return
        for key, value in component.items():
            if key in {"content", "label", "placeholder", "description", "title", "text"} and isinstance(value, str):
                yield value
            elif key not in {"emoji", "default_values"}:
                yield from _texts(value, pictures)


# --- of which language a text is ---


def latin_words(text: str) -> set[str]:
    """The words in Latin letters of a text, in lower case."""
    found = _WORD.findall(_LINK.sub(" ", unicodedata.normalize("NFC", text)))
    return {each.casefold() for each in found if len(each) > 1}  # "A to G" names letters


def vocabulary(locale: str) -> frozenset[str]:
    """The words in Latin letters that an answer in a language may have: of its catalogue and of its calendar."""
    found: set[str] = set(_ALLOWED)
    calendar = babel_locale(locale)
    for message in read(FOLDER / locale / "LC_MESSAGES" / f"{DOMAIN}.po"):
        for text in message.string if isinstance(message.string, (tuple, list)) else [message.string]:
            found |= latin_words(re.sub(r"\{\w+\}", " ", str(text)))
    for names in (calendar.months, calendar.days):
        for widths in names.values():
            for each in widths.values():
                found |= latin_words(" ".join(each.values()))
    patterns = [each.pattern for each in calendar.date_formats.values()]
    patterns += [str(each) for each in calendar.datetime_skeletons.values()]
    patterns += [str(each) for each in calendar.list_patterns["standard"].values()]
    patterns += [str(each) for each in calendar.list_patterns["or"].values()]
    quoted = [part for pattern in patterns for part in re.findall(r"'([^']+)'|([^\W\d_]{2,})", pattern)]
    found |= latin_words(" ".join(" ".join(part) for part in quoted))
    with speaking(locale):
        found |= latin_words(short_date(FIRST.replace(month=1, day=1)))  # which some languages count in letters
    for other in LOCALES:
        named = Calendar.parse(other.replace("-", "_"))
        found |= latin_words(f"{named.get_display_name(calendar)} {named.get_display_name(named)}")
    return frozenset(found)


def judge(table: Table, locale: str, texts: list[Seen], english: list[Seen]) -> None:
    """Hold what somebody saw against their language."""
    if locale in translated():
        known = vocabulary(locale)
        for where, shown in texts:
            strange = latin_words(shown) - known
            table.check(
                "an answer has the words of its language alone", not strange, f"{locale}: {where}: {strange}: {shown}"
            )
    elif resolved(locale) == ENGLISH_READERS:
        same = [one == other for one, other in zip(texts, english, strict=False)]
        table.check(
            "as much is answered in English", len(texts) == len(english), f"{locale}: {len(texts)}, {len(english)}"
        )
        for held, one, other in zip(same, texts, english, strict=False):
            table.check("an answer without texts in its language is English", held, f"{locale}: {one!r} for {other!r}")


async def prove(table: Table, folder: Path, locales: tuple[str, ...], *, short: bool = False) -> None:
    """Have people of some locales, and of en-US first, use everything, and judge what they see."""
    clock, began, texts = Clock(), time.monotonic(), 0
    archive = write_archive(folder / "greek.jsonl")
    async with (
        discord_server(wall=clock, timing=Timing(acknowledge_s=30.0)) as server,
        running(server, folder, archive, clock) as (client, _),
    ):
        english: list[Seen] = []
        for locale in dict.fromkeys((ENGLISH_READERS, *locales)):
            tour = Tour(server, client, table, locale)
            await tour.all(short=short)
            if locale == ENGLISH_READERS:
                english = list(map(_without_ids, tour.texts))
            judge(table, locale, list(map(_without_ids, tour.texts)), english)
            texts += len(tour.texts)
            server.requests.clear()
            server.interactions.by_token.clear()
    with_texts = [each for each in locales if each in translated()]
    table.figure("locales", f"{len(locales)}, {len(with_texts)} with texts of their own, {len(ENGLISH)} English")
    table.figure("texts", f"{texts:,}")
    table.figure("took", f"{time.monotonic() - began:.0f} s")


def _without_ids(text: Seen) -> Seen:
    """A text without what differs from one guild and user to the next: ids, and what Discord says of the guild."""
    where, shown = (_OF_ONE_GUILD.sub("…", each) for each in text)
    return where, shown


def main() -> int:
    """Run the whole proof and print its figures."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--locales", nargs="*", default=LOCALES, help="Discord's names; all that it has")
    options = parser.parse_args()
    table = Table("each answer in one language")
    with tempfile.TemporaryDirectory() as name:
        asyncio.run(prove(table, Path(name), tuple(options.locales)))
    return table.show()


if __name__ == "__main__":
    sys.exit(main())
