"""Logging once what happens again and again."""

from __future__ import annotations

import logging
import re
import time
from collections.abc import Callable, Hashable

EVERY_S = 600.0
_MOST = 1_000  # kinds that are remembered at once

# discord.py logs each of its tries to connect with a traceback. The names of its loggers, and of what it says then.
_RETRYING = re.compile(r"Failed to connect for shard_id|Attempting a reconnect (in|for)|logging in using")
LOGGERS = ("discord.client", "discord.shard", "discord.gateway")
"""Those of discord.py that tell of its tries to connect."""
_NUMBERS = re.compile(r"\d+(\.\d+)?")


class Once:
    """Decides whether to log something: only if the same was not logged within the last `every_s` seconds."""

    def __init__(self, every_s: float = EVERY_S, clock: Callable[[], float] = time.monotonic) -> None:
        self._every_s = every_s
        self._clock = clock
        self._told: dict[Hashable, float] = {}

    def __call__(self, *what: Hashable) -> bool:
        """Whether to log it now; if so, it counts as logged."""
        now = self._clock()
        before = self._told.get(what)
        if before is not None and now - before < self._every_s:
            return False
        if len(self._told) >= _MOST:
            self._told.clear()  # rather told twice than remembered without end
        self._told[what] = now
        return True


def without_numbers(text: str) -> str:
    """A text that is the same for what differs in its numbers alone, such as how long somebody waits."""
    return _NUMBERS.sub("#", text)


class RetriesOnce(logging.Filter):
    """Passes one line in ten minutes for each kind of failure to connect, with its reason instead of a traceback.

    Every other line passes as it is.
    """

    def __init__(self, once: Once | None = None) -> None:
        super().__init__()
        self._once = once or Once()

    def filter(self, record: logging.LogRecord) -> bool:
        """Whether to log a record; a traceback of a try to connect is cut down to its last line."""
        message = record.getMessage()
        if not _RETRYING.match(message):
            return True
        lines = (record.exc_text or "").strip().splitlines()
        reason = lines[-1] if lines else ""
        if record.exc_info and record.exc_info[1] is not None:
            reason = f"{type(record.exc_info[1]).__name__}: {record.exc_info[1]}"
        if not self._once(record.name, without_numbers(f"{message} {reason}")):
            return False
        record.msg, record.args = f"{message} ({reason})" if reason else message, ()
        record.exc_info = record.exc_text = None
        return True


def tell_retries_once() -> None:
    """Make discord.py's loggers log each kind of failure to connect once in ten minutes, not at each try."""
    quiet = RetriesOnce()
    for name in LOGGERS:
        logger = logging.getLogger(name)
        for each in [each for each in logger.filters if isinstance(each, RetriesOnce)]:
            logger.removeFilter(each)
        logger.addFilter(quiet)
