"""The archive brought up to date every day: `update` in a process of its own, while the index in force answers."""

from __future__ import annotations

import asyncio
import contextlib
import datetime as dt
import json
import logging
import os
import re
import sys
from collections.abc import Callable, Sequence
from zoneinfo import ZoneInfo

from bot import metrics
from bot.config import Config
from bot.daily.schedule import moments
from bot.logs import redactor_for
from bot.repeats import Once
from embeddings.archive.last_updated import last_updated
from embeddings.errors import EmbeddingsError
from embeddings.index.folder import IndexFolder
from embeddings.settings import TimeOfDay
from embeddings.text import clean, shorten

LOOK_S = 60.0  # between two looks at the clock
AGAIN_S = 30 * 60.0  # after an update that failed
NICENESS = 10  # with the bot's own, an update on two cores made questions wait twice as long
TOLD_EVERY_S = 24 * 60 * 60.0  # of a failure that is the same each time, such as removals that are refused

_COMMAND = (sys.executable, "-P", "-m", "embeddings")  # -P: what stands in this folder is not run in its place
_SECRETS = ("DATELINE_DISCORD", "DATELINE_STORE")  # sections that an update need not know
# They name folders and accounts, in which a password that is a common word may stand; without them nothing runs.
_NEEDED = frozenset("HOME LD_LIBRARY_PATH LOGNAME PATH PWD PYTHONPATH SYSTEMROOT TMPDIR USER VIRTUAL_ENV".split())

_NUMBERS = re.compile(r"[0-9,.]+")  # of days, ports and the like, which differ from one try to the next

log = logging.getLogger(__name__)


def is_due(last: dt.datetime | None, now: dt.datetime, daily: TimeOfDay) -> bool:
    """Whether the daily time of the update has passed since the last update."""
    first = now.astimezone(ZoneInfo(daily.zone)).date() - dt.timedelta(days=2)
    latest = None
    for _, at in moments(first, daily.time, daily.zone):
        if at > now:
            break
        latest = at
    return last is None or (latest is not None and last < latest)


class Updates:
    """Runs an update when one is due.

    Args:
        clock: Unix time.
        command: the command line of the index commands.
    """

    def __init__(self, config: Config, clock: Callable[[], float], command: Sequence[str] = _COMMAND) -> None:
        self._daily = config.archive.update_time
        self._fetched = IndexFolder(config.index.path).fetched
        self._redact = redactor_for(config)
        self._environment = _environment(config, self._redact.knows)
        self._clock = clock
        self._command = command
        self._not_before = 0.0
        self._is_news = Once(TOLD_EVERY_S, clock)

    async def run_if_due(self, ending: asyncio.Event) -> bool:
        """Update if that is due; returns whether there was an update that succeeded. A failure is logged, once a day.

        Args:
            ending: breaks the update off when it is set; the next update goes on from there.
        """
        if self._daily is None or self._clock() < self._not_before:
            return False
        last = await asyncio.to_thread(last_updated, self._fetched)
        if not is_due(last, dt.datetime.fromtimestamp(self._clock(), dt.UTC), self._daily):
            return False
        try:
            summary = await self._update(ending)
        except (EmbeddingsError, OSError, ValueError) as error:
            self._not_before = self._clock() + AGAIN_S
            metrics.UPDATES.add("failed")
            if self._is_news(_NUMBERS.sub("#", str(error))):
                log.warning("the archive was not updated: %s; trying again in %.0f minutes", error, AGAIN_S / 60)
            return False
        if summary is None:
            return False
        metrics.UPDATES.add("succeeded")
        log.info("the archive was updated: %s", summary)
        return True

    async def _update(self, ending: asyncio.Event) -> str | None:
        """Run one update; returns what it did, or None if it was broken off."""
        process = await asyncio.create_subprocess_exec(
            *self._command,
            "update",
            "--json",
            stdin=asyncio.subprocess.DEVNULL,
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.PIPE,
            env=self._environment,
        )
        _give_way(process.pid)
        finished = asyncio.create_task(process.communicate())
        ended = asyncio.create_task(ending.wait())
        try:
            await asyncio.wait([finished, ended], return_when=asyncio.FIRST_COMPLETED)
            if not finished.done():
                return None
            out, err = finished.result()
        finally:
            ended.cancel()
            if process.returncode is None:
                process.kill()  # nothing is lost by it, and nothing is waited for
            await asyncio.wait([finished])
        if process.returncode:
            lines = err.decode(errors="replace").strip().splitlines() or [
                f"the update ended with status {process.returncode}"
            ]
            raise EmbeddingsError(shorten(clean(self._redact(lines[-1])), 500).rstrip("."))
        result = json.loads(out)
        return ", ".join(f"{result[name]:,} {name}" for name in ("new", "changed", "removed"))


def _give_way(pid: int) -> None:
    """Let a process that has just begun, and all that it starts, have what the bot leaves of the processors."""
    if hasattr(os, "setpriority"):  # not on Windows
        with contextlib.suppress(OSError):  # it may have ended by now
            os.setpriority(os.PRIO_PROCESS, pid, os.getpriority(os.PRIO_PROCESS, 0) + NICENESS)


def _environment(config: Config, is_secret: Callable[[str], bool]) -> dict[str, str]:
    """The environment of an update: all of the bot's settings, and none of its secrets.

    Args:
        is_secret: whether a value contains a secret.
    """
    kept = {
        name: value
        for name, value in os.environ.items()
        # Settings are read from variables in any case.
        if not name.upper().startswith(_SECRETS) and (name in _NEEDED or not is_secret(value))
    }
    for section in ("index", "archive"):
        for name, value in getattr(config, section).model_dump(mode="json").items():
            if value is not None:
                kept[f"DATELINE_{section}__{name}".upper()] = str(value)
    kept.setdefault("OMP_NUM_THREADS", "1")  # leaves the other processors to those who ask
    return kept
