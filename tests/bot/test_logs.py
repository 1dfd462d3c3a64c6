from __future__ import annotations

import asyncio
import io
import logging
import socket
import subprocess
import sys
from collections.abc import AsyncIterator, Iterator
from typing import Any

import aiohttp
import discord
import pytest
from aiohttp import web
from sqlalchemy.engine import make_url
from sqlalchemy.exc import OperationalError, SQLAlchemyError
from sqlalchemy.ext.asyncio import create_async_engine

from bot import logs
from bot.config import Config
from bot.redaction import LEFT_OUT, Redactor
from tests.discord_server import DiscordServer, connected
from tests.discord_server.small_bot import SmallBot

TOKEN = "MTIzNDU2Nzg5MDEyMzQ1Njc4.GabcDe.abcdefghijklmnopqrstuvwxyz0123456789AB"
PASSWORD = "hunter2/hunter2"
INTERACTION = "aZ9interactionZ9a"
CONFIG = Config.model_validate(
    {
        "discord": {"token": TOKEN},
        "store": {"url": "postgresql://bot:hunter2%2Fhunter2@db.example/x"},
        "archive": {"api": "https://me:wiki-password@wiki.example/w/api.php"},
    }
)
SECRETS = (TOKEN, PASSWORD, "hunter2%2Fhunter2", "wiki-password", INTERACTION)


class Log:
    """What a handler of some library writes."""

    def __init__(self) -> None:
        self._stream = io.StringIO()
        self.handler = logging.StreamHandler(self._stream)
        self.handler.setFormatter(logging.Formatter("%(levelname)s %(name)s: %(message)s"))

    @property
    def text(self) -> str:
        return self._stream.getvalue()


@pytest.fixture(autouse=True)
def log(logging_as_it_was: None) -> Iterator[Log]:
    """All that is logged; whatever it is, no secret is in it."""
    log = Log()
    root = logging.getLogger()
    before = root.level
    root.addHandler(log.handler)
    root.setLevel(logging.INFO)
    logs.protect(logs.redactor_for(CONFIG))
    try:
        yield log
        assert not [secret for secret in SECRETS if secret in log.text]
    finally:
        root.removeHandler(log.handler)
        root.setLevel(before)


log_of_discord = logging.getLogger("discord.http")


# --- real faults ------------------------------------------------------------------------------------------------------


class NoNames(aiohttp.abc.AbstractResolver):
    async def resolve(self, host: str, port: int = 0, family: socket.AddressFamily = socket.AF_INET) -> Any:
        raise OSError(-2, "Name or service not known")

    async def close(self) -> None:
        pass


@pytest.fixture
async def server() -> AsyncIterator[str]:
    """Answers with the status that the path ends with; /hang never, /loop with a redirect to itself."""

    async def answer(request: web.Request) -> web.StreamResponse:
        how = request.path.rpartition("/")[2]
        if how == "hang":
            await asyncio.Event().wait()
        if how == "loop":
            return web.Response(status=302, headers={"Location": str(request.url)})
        if how == "cut":
            assert request.transport is not None
            request.transport.close()
        return web.Response(status=int(how) if how.isdecimal() else 200, text="<html>", content_type="text/html")

    app = web.Application()
    app.router.add_route("*", "/{path:.*}", answer)
    runner = web.AppRunner(app, access_log=None, shutdown_timeout=0.1)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    yield f"http://127.0.0.1:{runner.addresses[0][1]}"
    await runner.cleanup()


async def fails(base: str, path: str, **how: Any) -> Exception:
    """What a request on an interaction's callback fails with."""
    url = f"{base}/api/v10/interactions/12/{INTERACTION}/callback{path}"
    resolver = how.pop("resolver", None)
    try:
        async with (
            aiohttp.ClientSession(connector=aiohttp.TCPConnector(resolver=resolver)) as session,
            session.post(url, headers={"Authorization": f"Bot {TOKEN}"}, **how) as response,
        ):
            response.raise_for_status()
            await response.json()
    except (aiohttp.ClientError, TimeoutError, ValueError) as error:
        return error
    raise AssertionError("it succeeded")


QUICK = aiohttp.ClientTimeout(sock_read=0.05)


@pytest.mark.parametrize(
    ("path", "how", "expected"),
    [
        ("/hang", {"timeout": QUICK}, aiohttp.SocketTimeoutError),
        ("/hang", {"timeout": aiohttp.ClientTimeout(total=0.05)}, TimeoutError),
        ("/500", {}, aiohttp.ClientResponseError),
        ("/404", {}, aiohttp.ClientResponseError),
        ("/page", {}, aiohttp.ContentTypeError),
        ("/loop", {}, aiohttp.TooManyRedirects),
        ("/cut", {}, aiohttp.ServerDisconnectedError),
        ("/500", {"proxy": f"http://me:{PASSWORD.replace('/', '-')}@127.0.0.1:1"}, aiohttp.ClientProxyConnectionError),
    ],
)
async def test_a_request_that_fails_shows_no_token(
    server: str, log: Log, path: str, how: dict[str, Any], expected: type[Exception]
) -> None:
    error = await fails(server, path, **how)
    assert isinstance(error, expected)
    log_of_discord.error("lost: %s, %r", error, error, exc_info=error)
    assert "lost: " in log.text
    assert "Traceback" in log.text


@pytest.mark.parametrize(
    ("base", "expected"),
    [
        ("http://127.0.0.1:1", aiohttp.ClientConnectorError),
        ("http://discord.invalid", aiohttp.ClientConnectorDNSError),
        ("http://[x", aiohttp.InvalidURL),
        ("ftp://discord.invalid", aiohttp.NonHttpUrlClientError),
    ],
)
async def test_a_server_that_cannot_be_reached_shows_no_token(log: Log, base: str, expected: type[Exception]) -> None:
    error = await fails(base, "", resolver=NoNames())
    assert isinstance(error, expected | ValueError)
    log_of_discord.warning("lost: %(error)s, %(error)r", {"error": error}, exc_info=error)
    assert "lost: " in log.text


@pytest.mark.parametrize("status", [400, None])
async def test_what_discord_py_tells_of_a_lost_answer_shows_no_token(
    discord_server: DiscordServer, log: Log, status: int | None
) -> None:
    callback = "POST /interactions/*/callback"
    told = asyncio.Event()
    async with connected(SmallBot()) as bot:
        assert isinstance(bot, SmallBot)

        @bot.tree.error
        async def tell(interaction: discord.Interaction[Any], error: discord.app_commands.AppCommandError) -> None:
            await discord.app_commands.CommandTree.on_error(bot.tree, interaction, error)
            told.set()

        if status is None:
            discord_server.faults.drop(callback)
        else:
            discord_server.faults.fail(callback, status)
        await discord_server.slash("echo", {"text": "x"}, wait=False)
        await asyncio.wait_for(told.wait(), 60)
    [token] = discord_server.interactions.by_token
    assert "Ignoring exception in command 'echo'" in log.text
    assert token not in log.text


async def test_a_rate_limit_that_discord_py_tells_of_shows_no_token(discord_server: DiscordServer, log: Log) -> None:
    async with aiohttp.ClientSession() as session:
        discord_server.faults.rate_limit("POST /webhooks/*", times=1)
        with pytest.raises(discord.HTTPException, match="Invalid Webhook Token") as unknown:
            await discord.Webhook.partial(12, INTERACTION, session=session).send("x")
    log_of_discord.error("no such webhook", exc_info=unknown.value)
    log_of_discord.warning("We are being rate limited. %s %s responded with 429.", "POST", unknown.value.response.url)
    assert "/webhooks/12/***?" in log.text


@pytest.mark.parametrize("url", ["postgresql+nothing://bot:{}@db/x", "postgresql//bot:{}@db/x", "x://bot:{}@db:port/x"])
def test_sqlalchemys_errors_show_no_password(log: Log, url: str) -> None:
    url = url.format(PASSWORD)
    with pytest.raises((SQLAlchemyError, ValueError)) as caught:
        create_async_engine(make_url(url))
    dsn = f"host=db user=bot password={PASSWORD}"
    wrapped = OperationalError("SELECT 1", {"dsn": url}, RuntimeError(f'connection to "{dsn}" failed'))
    logging.getLogger("sqlalchemy.pool.impl").error("%s of %s", caught.value, url, exc_info=wrapped)
    assert "connection to" in log.text


# --- shapes of exceptions and records ---------------------------------------------------------------------------------


def chained() -> Exception:
    try:
        try:
            try:
                raise ValueError(f"Bot {TOKEN}")
            except ValueError as error:
                raise KeyError(PASSWORD) from error
        except KeyError:
            raise OSError(2, "missing", f"/webhooks/1/{INTERACTION}")  # noqa: B904  # while another was handled
    except OSError as error:
        error.add_note(f"the password was {PASSWORD!r}")
        return error


def grouped() -> Exception:
    return ExceptionGroup("several", [chained(), ExceptionGroup(TOKEN, [ValueError(TOKEN), chained()])])


@pytest.mark.parametrize("error", [chained(), grouped()])
def test_all_that_an_exception_drags_along_is_redacted(log: Log, error: Exception) -> None:
    log_of_discord.error("failed", exc_info=error)
    log_of_discord.error(error)
    log_of_discord.error("failed with %s", error)
    log_of_discord.error("failed with %r and %r", error, {"error": error})
    try:
        raise RuntimeError("outer") from error
    except RuntimeError:
        log_of_discord.exception("failed again")
    assert "Traceback" in log.text
    assert log.text.count("***") >= 10


def test_the_arguments_of_records_are_redacted(log: Log) -> None:
    log_of_discord.info("%s %r", TOKEN, [PASSWORD])
    log_of_discord.info("%(token)s", {"token": TOKEN})
    log_of_discord.info(f"token {TOKEN}", stack_info=True)
    log_of_discord.info({"token": TOKEN, "url": PASSWORD})
    log_of_discord.info("%s stays, %d %%", "this", 5)
    log_of_discord.info("100 %")
    assert "INFO discord.http: *** ['***']\n" in log.text
    assert "this stays, 5 %\n" in log.text
    assert "100 %\n" in log.text


def test_a_line_whose_arguments_do_not_fit_is_logged_and_tells_no_more(
    log: Log, capsys: pytest.CaptureFixture[str]
) -> None:
    log_of_discord.info("%d %s", TOKEN)  # noqa: PLE1206  # the mistake is what is tested
    log_of_discord.info(f"{TOKEN} %s %s", PASSWORD)
    assert "%d %s [its arguments do not fit: TypeError]" in log.text
    assert not capsys.readouterr().err


def test_logging_never_raises_whatever_it_is_given(log: Log) -> None:
    class OddError(Exception):
        def __str__(self) -> str:
            raise RuntimeError(TOKEN)

    log_of_discord.info("%s", OddError())
    log_of_discord.info(OddError())
    log_of_discord.error("failed", exc_info=OddError())
    assert "RuntimeError" in log.text
    assert LEFT_OUT in log.text


def test_handlers_that_libraries_bring_along_and_lines_that_do_not_propagate_are_redacted() -> None:
    own = Log()
    library = logging.getLogger("a.library.of.its.own")
    library.addHandler(own.handler)
    library.propagate = False
    logging.getLogger("a.library.of.its.own.child").error("token %s", TOKEN, exc_info=chained())
    assert "token ***" in own.text
    assert not [secret for secret in SECRETS if secret in own.text]


async def test_what_asyncio_tells_is_redacted(log: Log) -> None:
    async def fail() -> None:
        raise chained()

    asyncio.get_running_loop().call_exception_handler({"message": f"Bot {TOKEN}", "exception": chained()})
    task = asyncio.create_task(fail())
    await asyncio.wait([task])
    del task
    assert "Task exception was never retrieved" in log.text


UNCAUGHT = """
import logging, sys, threading, warnings
from bot import logs
from bot.config import LogSettings
from bot.redaction import Redactor

class Odd:
    def __del__(self):
        raise ValueError("destroyed " + secret)

secret = sys.argv[1]
logs.set_up(Redactor([secret]), LogSettings(format="text"))
logs.set_up(Redactor([secret]), LogSettings(format="text"))
warnings.warn("warned " + secret)
Odd()
def fail(): raise ValueError("in a thread " + secret)
thread = threading.Thread(target=fail); thread.start(); thread.join()
thread = threading.Thread(target=sys.exit); thread.start(); thread.join()
try:
    raise ValueError("first " + secret)
except ValueError as error:
    raise RuntimeError("at the end " + secret) from error
"""


def test_warnings_and_what_nobody_catches_are_redacted() -> None:
    done = subprocess.run([sys.executable, "-c", UNCAUGHT, TOKEN], capture_output=True, text=True, check=False)
    assert done.returncode == 1
    assert TOKEN not in done.stderr
    assert not done.stdout
    for told in ("warned ***", "destroyed ***", "in a thread ***", "first ***", "at the end ***"):
        assert done.stderr.count(told) == 1
    assert "WARNING py.warnings: " in done.stderr
    assert "CRITICAL bot.logs: uncaught exception\nTraceback" in done.stderr


def test_a_sentence_that_is_printed_knows_what_the_log_knows() -> None:
    assert logs.redact(f"{PASSWORD} and {TOKEN}") == "*** and ***"
    logging.setLogRecordFactory(logging.LogRecord)
    assert logs.redact(f"{PASSWORD} and {TOKEN}") == f"{PASSWORD} and ***"


def test_a_config_without_secrets_takes_nothing_out() -> None:
    redact = logs.redactor_for(Config())
    assert not redact.knows("anything at all, in sqlite:///dateline.db")
    assert isinstance(redact, Redactor)
