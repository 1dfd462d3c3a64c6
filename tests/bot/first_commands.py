"""What the first use of each command loads that was not there before, as JSON: run in a process of its own.

Without `metrics.address` nothing of prometheus-client is loaded at all.

`python -m tests.bot.first_commands INDEX FOLDER`, where INDEX is one that the word encoder made.
"""

from __future__ import annotations

import asyncio
import json
import sys
import threading
from collections.abc import Awaitable, Callable
from pathlib import Path

from bot.client import DatelineClient
from bot.config import Config
from bot.observing import Observer
from bot.zones import gazetteer, readings
from embeddings.dates import forms
from embeddings.index.folder import IndexFolder
from tests.bot.running import parts
from tests.discord_server import DiscordServer, connected, discord_server

CACHES = (forms.typed_grammar, forms.question_grammar, gazetteer.gazetteer, readings._full_names)
BESIDE = {"channel": None, "time": "9:00"}


def uses(server: DiscordServer) -> dict[str, Callable[[], Awaitable[object]]]:
    """Every command and suggestion, and texts that need something of their own."""

    def typed(command: str, locale: str, **options: object) -> Callable[[], Awaitable[object]]:
        return lambda: server.slash(command, options, locale=locale, user=server.owner)

    def suggested(command: str, option: str, text: str) -> Callable[[], Awaitable[object]]:
        options = {option: text} | ({**BESIDE, "channel": server.channel} if command == "daily set" else {})
        return lambda: server.autocomplete(command, options, focused=option, user=server.owner)

    async def pressed() -> None:
        listed = await server.slash("event", {"date": "the 1960s"})
        await server.press(listed, "Next")
        await server.choose(listed, listed.selects[0]["custom_id"], [listed.selects[0]["options"][0]["value"]])

    return {
        "a day": typed("event", "en-US", date="2015-12-23"),
        "a day in French": typed("event", "fr", date="23 décembre 2015"),
        "a misspelt month": typed("event", "de", date="23 decmber 2015"),
        "a feast that moves": typed("event", "ja", date="easter 2015"),
        "no date": typed("event", "pl", date="nonsense"),
        "a question": typed("ask", "pt-BR", query="moon landing 1969"),
        "a span": typed("ask", "zh-TW", **{"query": "moon", "from": "last month"}),
        "this day": typed("onthisday", "ko"),
        "an event": typed("related", "es-419", event="Neil Armstrong"),
        "an event at random": typed("random", "da", day="july 20"),
        "a topic typed": suggested("random", "topic", "cold"),
        "about": typed("about", "vi"),
        "help": typed("help", "sv-SE"),
        "settings": typed("settings", "fi"),
        "a message": lambda: server.message_menu("Find related events", "the **moon**: https://a.example/b-c-d"),
        "presses": pressed,
        "a date typed": suggested("event", "date", "july 1969"),
        "a headline typed": suggested("related", "event", "neil arm"),
        "a zone typed": suggested("daily set", "timezone", "ber"),
        "no zone typed": suggested("daily set", "timezone", "berlinn"),
        "a place typed": suggested("daily set", "timezone", "paris, texas"),
        "an abbreviation typed": suggested("daily set", "timezone", "EST"),
        "a subscription": typed("daily set", "hi", timezone="Europe/Berlin", channel=server.channel, time="9:00"),
        "a preview": typed("daily preview", "th"),
    }


async def main(index: IndexFolder, folder: Path) -> dict[str, list[str]]:
    loaded: list[str] = []
    is_watching = False

    def watch(event: str, arguments: tuple[object, ...]) -> None:
        if is_watching and event in {"open", "import", "sqlite3.connect"}:
            loaded.append(f"{event} {arguments[0]}")

    found: dict[str, list[str]] = {}
    sys.addaudithook(watch)
    async with discord_server() as server:
        settings = {"discord": {"api_url": server.api_url, "token": server.token}, "limits": {"user_commands": 1_000}}
        async with (
            Observer(Config()),
            parts(index, f"sqlite:///{folder}/store.db") as (engine, store),
            connected(DatelineClient(Config.model_validate(settings), engine, store)),
        ):
            await engine.examples()  # which the bot looks for as soon as it is connected
            for name, use in uses(server).items():
                loaded.clear()
                misses = [cache.cache_info().misses for cache in CACHES]
                threads = {thread.name for thread in threading.enumerate()}
                is_watching = True
                await use()
                is_watching = False
                found[name] = list(loaded)
                found[name] += [
                    f"cache {cache.__name__}"
                    for cache, before in zip(CACHES, misses, strict=True)
                    if cache.cache_info().misses != before
                ]
                began = {thread.name for thread in threading.enumerate()} - threads
                found[name] += [f"thread {thread}" for thread in began if thread.startswith("answers")]
    found["no address for metrics"] = sorted({"prometheus_client", "structlog"} & sys.modules.keys())
    return found


if __name__ == "__main__":
    print(json.dumps(asyncio.run(main(IndexFolder(Path(sys.argv[1])), Path(sys.argv[2])))))  # noqa: T201
