"""How a line of the log is written: as JSON for machines, or as text for people."""

from __future__ import annotations

import datetime as dt
import logging
import os
from collections.abc import Callable, Sequence
from typing import TextIO

from structlog.processors import JSONRenderer
from structlog.stdlib import ExtraAdder, ProcessorFormatter
from structlog.typing import EventDict, Processor, WrappedLogger

from bot.config import LogFormat

Redact = Callable[[str], str]

# What `bot.logs` gives records, with the names that it has in a line. A call's own `extra` may not have the first ones.
_OURS = {"dateline_interaction": "interaction", "dateline_command": "command"}


def formatter(form: LogFormat, stream: TextIO, redact: Redact) -> logging.Formatter:
    """What writes records of all loggers, those of libraries too.

    Args:
        form: `auto` is text where somebody reads along: at a terminal, and in systemd's journal; else JSON.
        redact: takes secrets out of the values that a call names by `extra`.
    """
    as_text = form == "text" or (form == "auto" and (stream.isatty() or _is_journal(stream)))
    last: Sequence[Processor] = [_text] if as_text else [_fields, JSONRenderer()]
    return ProcessorFormatter(foreign_pre_chain=[ExtraAdder(), _redacted(redact), _traceback], processors=last)


def _is_journal(stream: TextIO) -> bool:
    """Whether a stream goes to systemd's journal, whose device and inode systemd puts into the environment."""
    try:
        found = os.fstat(stream.fileno())
    except (OSError, ValueError):
        return False
    return os.environ.get("JOURNAL_STREAM") == f"{found.st_dev}:{found.st_ino}"


def _redacted(redact: Redact) -> Processor:
    """Values are numbers, or texts without secrets; the message itself has none any more."""

    def process(_logger: WrappedLogger, _method: str, event: EventDict) -> EventDict:
        for name, value in event.items():
            if name not in ("event", "_record", "_from_structlog") and not isinstance(value, int | float | None):
                event[name] = redact(str(value))
        return event

    return process


def _traceback(_logger: WrappedLogger, _method: str, event: EventDict) -> EventDict:
    """The text of the exception, which `bot.logs` has written into the record."""
    if text := event["_record"].exc_text:
        event["traceback"] = text
    return event


def _fields(_logger: WrappedLogger, _method: str, event: EventDict) -> EventDict:
    """The fields of a line of JSON, in order."""
    record: logging.LogRecord = event["_record"]
    own = {_OURS[name]: value for name, value in event.items() if name in _OURS}
    more = {name: value for name, value in event.items() if name not in (*_TAKEN, *_OURS)}
    last = {name: event[name] for name in ("traceback", "stack_info") if event.get(name)}
    return {
        "time": dt.datetime.fromtimestamp(record.created, dt.UTC).isoformat(timespec="milliseconds"),
        "level": record.levelname.lower(),
        "logger": record.name,
        "message": event["event"],
        **own,
        **more,
        **last,
    }


# Named by `_fields` itself, or what another handler has left in the record.
_TAKEN = frozenset(
    "event _record _from_structlog time level logger message asctime traceback stack_info exc_info".split()
)


def _text(_logger: WrappedLogger, _method: str, event: EventDict) -> str:
    """A line as people read it, by the machine's own time."""
    record: logging.LogRecord = event["_record"]
    at = dt.datetime.fromtimestamp(record.created).astimezone()
    of = " ".join(str(event[name]) for name in _OURS if name in event)
    more = " ".join(f"{name}={value}" for name, value in event.items() if name not in (*_TAKEN, *_OURS))
    line = f"{at:%Y-%m-%d %H:%M:%S},{at.microsecond // 1_000:03} {record.levelname} {record.name}: {event['event']}"
    parts = [line + (f" {more}" if more else "") + (f" [{of}]" if of else "")]
    parts += [str(event[name]) for name in ("traceback", "stack_info") if event.get(name)]
    return "\n".join(parts)
