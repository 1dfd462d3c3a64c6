"""The process that `tests.proofs.log_lines` listens to: it works on interactions, and tells of each in every way.

Its arguments: a seed, how many interactions, and `json` or `bare`.
"""

from __future__ import annotations

import asyncio
import json
import logging
import random
import sys
from types import SimpleNamespace
from typing import Any, cast

import aiosqlite
from discord import Interaction, InteractionType, Locale
from sqlalchemy import text as statement
from sqlalchemy.exc import SQLAlchemyError

from bot import logs
from bot.current import working_on
from bot.engine import Engine
from bot.store.address import engine_of, parse
from tests.proofs.log_lines import user_text
from tests.proofs.secrets import secrets_of
from tests.proofs.secrets_speaker import ROUND, Faults, Speaker, _server, begin_log

own_log = logging.getLogger("bot.speaker")
LEVELS = (logging.DEBUG, logging.INFO, logging.WARNING, logging.ERROR, logging.CRITICAL)


def interaction_with(text: str, chance: random.Random) -> Interaction[Any]:
    """What of an interaction names its user's text: an option, a form, or a message that a menu was opened on."""
    option = {"name": "query", "type": 3, "value": text}
    message = {"id": "1", "content": "", "embeds": [{"title": text, "fields": [{"name": "x", "value": text}]}]}
    line = {"type": 18, "component": {"type": 4, "custom_id": "remark", "value": text}}
    of, data = chance.choice(
        (
            (InteractionType.application_command, {"name": "ask", "options": [option]}),
            (InteractionType.autocomplete, {"name": "related", "options": [{**option, "focused": True}]}),
            (InteractionType.application_command, {"name": "Find", "resolved": {"messages": {"1": message}}}),
            (InteractionType.modal_submit, {"custom_id": "d1:x", "components": [line]}),
        )
    )
    return cast("Interaction[Any]", SimpleNamespace(extras={}, locale=Locale.french, type=of, data=data))


class Talker(Speaker):
    """Tells of errors that quote a user's text, also as libraries do and from the threads of the engine."""

    def __init__(self, faults: Faults) -> None:
        super().__init__(faults, logs.redact)
        own_ways = [self._thread, self._sentence]  # of which nobody knows for whom
        self._ways = [way for way in self._ways if way not in own_ways]
        self._ways += [self._level, self._gateway, self._driver, self._statement, self._engine, self._field]
        self._loggers.pop()  # a library with a handler and a form of its own
        self._engines = Engine(cast("Any", None), cast("Any", None), cast("Any", None))
        self.text = ""

    def quoting(self, error: Exception) -> Exception:
        """An error that quotes the text, raised while another one was handled."""
        try:
            raise ValueError(self._chance.choice((self.text, f"no day: {self.text!r}", repr([self.text])))) from error
        except ValueError as quoted:
            return quoted

    async def _level(self, log: logging.Logger, error: Exception) -> None:
        told_by = self._chance.choice((own_log, log))
        told_by.log(self._chance.choice(LEVELS), "of %s: %r", self.text, {"text": self.text}, exc_info=error)

    async def _gateway(self, log: logging.Logger, error: Exception) -> None:
        event = {"t": "MESSAGE_CREATE", "d": {"content": self.text}}
        logging.getLogger("discord.gateway").debug("For Shard ID %s: WebSocket Event: %s", 0, json.dumps(event))

    async def _driver(self, log: logging.Logger, error: Exception) -> None:
        async with aiosqlite.connect(":memory:") as database:
            await database.execute("SELECT ?", (self.text,))

    async def _statement(self, log: logging.Logger, error: Exception) -> None:
        engine = engine_of(parse("sqlite:///:memory:"))
        try:
            async with engine.connect() as connection:
                await connection.execute(statement("SELECT * FROM nowhere WHERE x = :x"), {"x": self.text})
        except SQLAlchemyError:
            log.exception("the store failed")
        finally:
            await engine.dispose()

    async def _engine(self, log: logging.Logger, error: Exception) -> None:
        def work() -> None:
            log.warning("searching for %s failed", self.text, exc_info=error)

        await self._engines._in_thread(work)

    async def _field(self, log: logging.Logger, error: Exception) -> None:
        own_log.info("with fields", extra={"wanted": self.text, "hits": 5, "of": [self.text]})


async def speak(seed: int, interactions: int) -> None:
    """Work on interactions, and tell of each."""
    chance, secrets = random.Random(seed), secrets_of(seed)
    async with _server() as base:
        faults = Faults(base, secrets, chance)
        talker = Talker(faults)
        real: list[Exception] = []
        for number in range(interactions):
            if number % ROUND == 0:
                real = await faults.real()
            talker.text = user_text(seed, number)
            with working_on(interaction_with(talker.text, chance)) as at:
                own_log.debug("opened", extra={"of": at.reference})
                await talker.tell(talker.quoting(chance.choice(real)))
                own_log.log(LEVELS[number % len(LEVELS)], "closed", extra={"of": at.reference})
            if number % 10 == 0:
                own_log.info("between two interactions")


def main(arguments: list[str]) -> None:
    """Set the log up as the bot does, or as Python does, and speak."""
    seed, interactions, how = int(arguments[0]), int(arguments[1]), arguments[2]
    begin_log(secrets_of(seed), {"level": "debug"} if how == "json" else None, logging.DEBUG)
    asyncio.run(speak(seed, interactions))


if __name__ == "__main__":
    main(sys.argv[1:])
