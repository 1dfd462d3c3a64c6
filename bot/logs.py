"""What a process of the bot logs: log lines, warnings, uncaught exceptions, its last sentence. No secrets."""

from __future__ import annotations

import logging
import sys
import threading
import traceback
from collections.abc import Callable
from types import TracebackType
from typing import Any

from bot import metrics
from bot.config import Config, LogSettings
from bot.current import current
from bot.redaction import LEFT_OUT, Redactor, secrets_in_url
from bot.repeats import tell_retries_once

OWN = ("bot", "embeddings")
"""The loggers that tell at the level that the settings name; others tell nothing below INFO.

Below it, libraries write down what they handle: discord.py every gateway event, aiosqlite every value that is stored.
"""

log = logging.getLogger(__name__)

_ExcInfo = tuple[type[BaseException] | None, BaseException | None, TracebackType | None]


def redactor_for(config: Config) -> Redactor:
    """What takes out the bot's token and the passwords of all addresses in its settings."""
    addresses = (config.store.url, config.archive.api, config.discord.api_url)
    found = {secret for address in addresses for secret in secrets_in_url(address)}
    return Redactor(found | {config.discord.token.get_secret_value().strip()})


def set_up(redactor: Redactor, settings: LogSettings | None) -> None:
    """Log to standard error from now on, with every secret taken out.

    Args:
        settings: None: what goes wrong alone, and its message alone, where somebody reads along.
    """
    protect(redactor)
    if settings is None:
        logging.basicConfig(level=logging.WARNING, format="%(message)s")
    else:
        from bot.log_lines import formatter  # structlog, which only a bot that serves needs

        level = logging.getLevelNamesMapping()[settings.level.upper()]
        handler = logging.StreamHandler()
        handler.setFormatter(formatter(settings.format, sys.stderr, redact))
        handler.setLevel(level)
        logging.basicConfig(level=max(level, logging.INFO), handlers=[handler])
        for name in OWN:
            logging.getLogger(name).setLevel(level)
    tell_retries_once()
    logging.getLogger("alembic").setLevel(logging.WARNING)  # else two lines each time that the store is opened
    logging.getLogger("faiss").setLevel(logging.WARNING)  # else which builds of itself it tries, some without success


def protect(redactor: Redactor) -> None:
    """Take secrets out of all that this process logs from now on; warnings and uncaught exceptions are logged, too.

    This changes how log records are made. A filter on a logger does not see what loggers below it log, and one on
    a handler holds for that handler: discord.py, transformers and others bring handlers of their own, and
    `logging.lastResort` has none of ours. Every record of every logger is made by the one factory, before any handler
    sees it.
    """
    made_by = logging.getLogRecordFactory()
    make = made_by.make if isinstance(made_by, _Records) else made_by
    logging.setLogRecordFactory(_Records(make, redactor))
    logging.captureWarnings(True)
    sys.excepthook = _uncaught
    threading.excepthook = _uncaught_in_thread
    sys.unraisablehook = _unraisable


def redact(text: str) -> str:
    """A text without the secrets that `protect` was given, and without those that are recognised by their form.

    While an interaction is worked on, without what its user wrote, too.
    """
    records = logging.getLogRecordFactory()
    text = (records.redactor if isinstance(records, _Records) else Redactor())(text)
    return text if (at := current()) is None else at.without_texts(text)


class _Records:
    """Makes records whose text is final: the message with its arguments, traceback and stack, all without secrets.

    It says what interaction is worked on, and holds nothing that its user wrote. A record keeps no exception, only its
    text: a formatter that writes tracebacks in its own way would quote it anew.
    """

    def __init__(self, make: Callable[..., logging.LogRecord], redactor: Redactor) -> None:
        self.make = make
        self.redactor = redactor

    def __call__(self, *details: Any, **more: Any) -> logging.LogRecord:
        record = self.make(*details, **more)
        if details and details[0] is None:  # `logging.makeLogRecord`, which copies one that was made before
            return record
        metrics.LOG_LINES.add(record.levelname.lower())
        try:
            self._redact(record)
        except Exception:  # noqa: BLE001  # no log line may end what logs it, and none may show what it holds
            record.msg, record.args, record.exc_info, record.stack_info = LEFT_OUT, (), None, None
        return record

    def _redact(self, record: logging.LogRecord) -> None:
        at = current()
        if at is not None:
            record.dateline_interaction, record.dateline_command = at.reference, at.kind

        def redact(text: str) -> str:
            text = self.redactor(text)
            return text if at is None else at.without_texts(text)

        record.msg, record.args = redact(_message(record)), ()
        if record.exc_info:
            record.exc_text = redact(_traceback(record.exc_info))
            record.exc_info = None
        if record.stack_info:
            record.stack_info = redact(record.stack_info)


def _message(record: logging.LogRecord) -> str:
    try:
        return record.getMessage()
    except Exception as error:  # noqa: BLE001  # logging itself would print the arguments as they are
        return f"{record.msg!s} [its arguments do not fit: {type(error).__name__}]"


def _traceback(exc_info: _ExcInfo) -> str:
    return "".join(traceback.format_exception(*exc_info)).rstrip("\n")


def _uncaught(kind: type[BaseException], error: BaseException, where: TracebackType | None) -> None:
    log.critical("uncaught exception", exc_info=(kind, error, where))


def _uncaught_in_thread(details: threading.ExceptHookArgs) -> None:
    if details.exc_type is SystemExit or details.exc_value is None:
        return  # ends the thread, as it was meant to
    name = details.thread.name if details.thread else "unknown"
    log.error(
        "uncaught exception in thread %s", name, exc_info=(details.exc_type, details.exc_value, details.exc_traceback)
    )


def _unraisable(details: sys.UnraisableHookArgs) -> None:
    """Log an exception that nobody can catch, such as one in a destructor."""
    error = details.exc_value or details.exc_type()
    log.error(
        "%s %r",
        details.err_msg or "exception ignored in",
        details.object,
        exc_info=(details.exc_type, error, details.exc_traceback),
    )
