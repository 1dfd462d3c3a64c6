"""The process that `tests.proofs.secrets` listens to: faults of every kind, told in every way.

Its arguments: a seed, how many faults, and `protected` or `bare`.
"""

from __future__ import annotations

import asyncio
import gc
import json
import logging
import random
import socket
import sys
import threading
import warnings
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Any, NoReturn

import aiohttp
import click
import discord
from aiohttp import web
from discord.http import Route
from sqlalchemy.engine import make_url
from sqlalchemy.exc import OperationalError, SQLAlchemyError
from sqlalchemy.ext.asyncio import create_async_engine

from bot import logs
from bot.config import Config
from bot.store import StoreError
from embeddings.command_line.running import run_command
from tests.proofs.secrets import Secrets, secrets_of

LINE = "%(asctime)s %(levelname)s %(name)s: %(message)s"
ROUND = 40  # faults told between two rounds of real ones
LOGGERS = (
    "discord.http",
    "discord.client",
    "aiohttp.client",
    "asyncio",
    "sqlalchemy.pool",
    "bot.run",
    "embeddings.wiki",
)


# --- what goes wrong --------------------------------------------------------------------------------------------------


class _NoNames(aiohttp.abc.AbstractResolver):
    async def resolve(self, host: str, port: int = 0, family: socket.AddressFamily = socket.AF_INET) -> Any:
        raise OSError(-2, "Name or service not known")

    async def close(self) -> None:
        pass


async def _answer(request: web.Request) -> web.StreamResponse:
    how = request.query.get("how", "404")
    if how == "hang":
        await asyncio.Event().wait()
    if how == "loop":
        return web.Response(status=302, headers={"Location": str(request.url)})
    if how == "cut":
        assert request.transport is not None
        request.transport.close()
    if how.isdecimal():
        return web.json_response({"code": 10015, "message": "Unknown Webhook"}, status=int(how))
    return web.Response(text="<html>", content_type="text/html")


@asynccontextmanager
async def _server() -> AsyncIterator[str]:
    app = web.Application()
    app.router.add_route("*", "/{path:.*}", _answer)
    runner = web.AppRunner(app, access_log=None, shutdown_timeout=0.1)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    try:
        yield f"http://127.0.0.1:{runner.addresses[0][1]}/api/v10"
    finally:
        await runner.cleanup()


@dataclass
class Faults:
    """Makes faults, real ones among them."""

    base: str
    secrets: Secrets
    chance: random.Random

    def path(self) -> str:
        token = self.secrets.interaction(self.chance)
        return self.chance.choice([f"/interactions/12/{token}/callback", f"/webhooks/12/{token}/messages/@original"])

    async def real(self) -> list[Exception]:
        """One of each kind."""
        quick = aiohttp.ClientTimeout(sock_read=self.chance.uniform(0.001, 0.01))
        all_in_all = aiohttp.ClientTimeout(total=self.chance.uniform(0.001, 0.01))
        tries = [
            self._request("how=hang", timeout=quick),
            self._request("how=hang", timeout=all_in_all),
            *(self._request(f"how={how}") for how in ("500", "404", "401", "page", "loop", "cut")),
            self._request("", base="http://127.0.0.1:1"),
            self._request("", base="http://discord.invalid"),
            self._request("", base="http://[x"),
            self._request("", base="http://h:port"),
            self._request("", base="ftp://discord.invalid"),
            self._request("how=500", proxy="http://127.0.0.1:1"),
            self._webhook(),
        ]
        return [*await asyncio.gather(*tries), *self._databases(), self._own()]

    async def _request(self, query: str, base: str | None = None, **how: Any) -> Exception:
        url = f"{base or self.base}{self.path()}?{query}"
        try:
            async with (
                aiohttp.ClientSession(connector=aiohttp.TCPConnector(resolver=_NoNames())) as session,
                session.post(url, headers={"Authorization": f"Bot {self.secrets.token}"}, **how) as response,
            ):
                response.raise_for_status()
                await response.json()
        except (aiohttp.ClientError, TimeoutError, ValueError) as error:
            if self.chance.random() < 0.5:
                error.add_note(f"while asking {url}")
            return error
        raise AssertionError(f"{query} succeeded")

    async def _webhook(self) -> Exception:
        Route.BASE = self.base
        async with aiohttp.ClientSession() as session:
            hook = discord.Webhook.partial(12, self.secrets.interaction(self.chance), session=session)
            try:
                await hook.send("x")
            except discord.HTTPException as error:
                return RuntimeError(f"{error} at {hook.url}")
        raise AssertionError("there is a webhook")

    def _databases(self) -> list[Exception]:
        found: list[Exception] = []
        url = self.secrets.store_url
        for odd in (url.replace("postgresql", "postgresql+nothing"), url.replace("://", "//")):
            try:
                create_async_engine(make_url(odd))
            except (SQLAlchemyError, ValueError) as error:
                error.add_note(odd)
                found.append(error)
        dsn = f"host=db user=bot password='{self.secrets.password}'"
        found.append(OperationalError("SELECT 1", {"url": url}, RuntimeError(f"connection to {dsn} failed")))
        return found

    def _own(self) -> Exception:
        texts = (self.secrets.token, self.secrets.password, self.path(), self.secrets.store_url)
        return ValueError(self.chance.choice(texts), self.chance.choice(texts))

    def nested(self, error: Exception) -> Exception:
        """An error in others: as a cause, as what was handled, in groups."""
        for _ in range(self.chance.randint(0, 4)):
            way = self.chance.randrange(3)
            other = self._own()
            try:
                if way == 0:
                    raise other from error
                if way == 1:
                    try:
                        raise error
                    except Exception:  # noqa: BLE001  # whichever it is
                        raise other  # noqa: B904  # while another is handled
                error = ExceptionGroup(str(other), [error, other])
            except ValueError as raised:
                error = raised
        return error


# --- how it is told ---------------------------------------------------------------------------------------------------


class _Odd:
    def __init__(self, error: Exception) -> None:
        self.error = error

    def __del__(self) -> None:
        raise self.error


@click.command()
@click.argument("text")
def _failing(text: str) -> None:
    raise StoreError(f"the store cannot be opened: {text}")


class Speaker:
    """Tells of errors in one way after another."""

    def __init__(self, faults: Faults, redact: Callable[[str], str]) -> None:
        self._faults = faults
        self._chance = faults.chance
        self._redact = redact
        library = logging.getLogger("a.library")
        library.propagate = False
        library.addHandler(logging.StreamHandler())
        library.handlers[0].setFormatter(logging.Formatter(LINE))
        self._loggers = [*map(logging.getLogger, LOGGERS), library.getChild("of.its.own")]
        self._ways: list[Callable[[logging.Logger, Exception], Awaitable[None]]] = [
            self._message,
            self._traceback,
            self._data,
            self._wrong_arguments,
            self._warning,
            self._loop,
            self._task,
            self._thread,
            self._destructor,
            self._sentence,
        ]

    async def tell(self, error: Exception) -> None:
        """Tell of an error in some way."""
        await self._chance.choice(self._ways)(self._chance.choice(self._loggers), self._faults.nested(error))

    async def _message(self, log: logging.Logger, error: Exception) -> None:
        way = self._chance.randrange(4)
        if way == 0:
            log.warning("it failed: %s, %r", error, error)
        elif way == 1:
            log.warning("it failed: %(error)s, %(error)r", {"error": error})
        elif way == 2:
            log.info(f"it failed: {error}", stack_info=True)
        else:
            log.error(error)

    async def _traceback(self, log: logging.Logger, error: Exception) -> None:
        try:
            raise error
        except Exception as raised:
            log.exception("it failed: %s", raised)

    async def _data(self, log: logging.Logger, error: Exception) -> None:
        secrets = self._faults.secrets
        token = secrets.interaction(self._chance)
        payload = {"t": "INTERACTION_CREATE", "d": {"id": "1", "token": token, "text": str(error)}}
        headers = {"Authorization": f"Bot {secrets.token}", "X-Other": secrets.password}
        log.warning("%s %s %r", headers, json.dumps(payload), [*headers.items(), str(payload)])

    async def _wrong_arguments(self, log: logging.Logger, error: Exception) -> None:
        log.error("%s failed with %d after %s", error, self._faults.secrets.token)  # noqa: PLE1206  # a mistake

    async def _warning(self, log: logging.Logger, error: Exception) -> None:
        warnings.warn(f"{error} {self._faults.secrets.token}", ResourceWarning, stacklevel=1)

    async def _loop(self, log: logging.Logger, error: Exception) -> None:
        asyncio.get_running_loop().call_exception_handler({"message": f"lost {error}", "exception": error})

    async def _task(self, log: logging.Logger, error: Exception) -> None:
        async def fail() -> None:
            raise error

        task = asyncio.create_task(fail())
        await asyncio.wait([task])
        del task  # which asyncio tells of when its memory is freed
        gc.collect(0)
        log.error("a task failed")

    async def _thread(self, log: logging.Logger, error: Exception) -> None:
        def fail() -> None:
            raise error

        thread = threading.Thread(target=fail, name=f"thread {self._faults.secrets.password}")
        thread.start()
        thread.join()

    async def _destructor(self, log: logging.Logger, error: Exception) -> None:
        _Odd(error)

    async def _sentence(self, log: logging.Logger, error: Exception) -> None:
        run_command(_failing, "dateline", [str(error)], self._redact)
        log.error("a command failed")


async def speak(seed: int, lines: int, redact: Callable[[str], str]) -> None:
    chance = random.Random(seed)
    async with _server() as base:
        faults = Faults(base, secrets_of(seed), chance)
        speaker = Speaker(faults, redact)
        real: list[Exception] = []
        for number in range(lines):
            if number % ROUND == 0:
                real = await faults.real()
            await speaker.tell(chance.choice(real))


def begin_log(secrets: Secrets, settings: dict[str, str] | None, level: int) -> None:
    """Set the log up as a bot with these secrets does.

    Args:
        settings: of `logs`; None: as Python does, from `level` on.
    """
    warnings.simplefilter("always")
    if settings is None:
        logging.basicConfig(level=level, format=LINE)
        return
    config = Config.model_validate(
        {"discord": {"token": secrets.token}, "store": {"url": secrets.store_url}, "logs": settings}
    )
    logs.set_up(logs.redactor_for(config), config.logs)


def main(arguments: list[str]) -> NoReturn:
    """Set the log up as the bot does, or as Python does, speak, and end with what nobody catches."""
    seed, lines, how = int(arguments[0]), int(arguments[1]), arguments[2]
    secrets = secrets_of(seed)
    begin_log(secrets, {"format": "text"} if how == "protected" else None, logging.INFO)
    asyncio.run(speak(seed, lines, logs.redact if how == "protected" else str))
    raise RuntimeError(f"the last word is {secrets.token}, {secrets.password}")


if __name__ == "__main__":
    main(sys.argv[1:])
