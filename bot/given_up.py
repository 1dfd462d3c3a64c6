"""How long Discord waits for the answer to an interaction: what it has given up is not worked on any more.

An answer that nobody can see would only make those behind it later, and so have Discord give up these, too.
"""

from __future__ import annotations

import asyncio
import logging
import time
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass

from bot import metrics
from bot.repeats import EVERY_S

log = logging.getLogger(__name__)

ACKNOWLEDGED_WITHIN_S = 3.0
ANSWERED_WITHIN_S = 15 * 60.0
UNACKNOWLEDGED = "not acknowledged within 3 s"
UNANSWERED = "not answered within 15 min"
UNSUGGESTED = "suggestions older than 3 s"

_TOLD_AFTER_S = 5.0  # from the first one on: what is given up together is told together


class GivenUpError(Exception):
    """Discord no longer takes an answer to the interaction; says in a few words why."""


@dataclass(frozen=True, slots=True)
class Deadline:
    """The moment from which on Discord does not take an answer.

    Attributes:
        at: in seconds of `clock`.
        why: what the interaction then is, for the log.
    """

    at: float
    why: str
    clock: Callable[[], float] = time.monotonic

    def check(self) -> None:
        """Raise GivenUpError if it has passed."""
        if self.clock() > self.at:
            raise GivenUpError(self.why)


_deadline: ContextVar[Deadline | None] = ContextVar("deadline", default=None)


@contextmanager
def working_until(deadline: Deadline) -> Iterator[None]:
    """A context whose work is for an interaction; GivenUpError at its begin, and at its end, if that is given up."""
    before = _deadline.set(deadline)
    try:
        deadline.check()
        yield
        deadline.check()
    finally:
        _deadline.reset(before)


def current_deadline() -> Deadline | None:
    """The deadline of the interaction that is worked on here; None where nobody waits, as for daily posts."""
    return _deadline.get()


class Dropped:
    """Counts what was given up, and logs the counts together: seconds after the first one, and then now and then."""

    def __init__(self) -> None:
        self._counts: Counter[str] = Counter()
        self._timer: asyncio.TimerHandle | None = None
        self._told = float("-inf")

    def add(self, why: str) -> None:
        """Count one interaction; one whose user had a command or a button in mind also as an error."""
        self._counts[why] += 1
        if why != UNSUGGESTED:  # whoever types on asks again
            metrics.ERRORS.add("too_late")
        if self._timer is None:
            loop = asyncio.get_running_loop()
            at = max(loop.time() + _TOLD_AFTER_S, self._told + EVERY_S)
            self._timer = loop.call_at(at, self.tell)

    def tell(self) -> None:
        """Log what was counted and not told yet."""
        if self._timer is None:
            return
        self._timer.cancel()
        self._timer, self._told = None, asyncio.get_running_loop().time()
        log.warning(
            "Discord gave up %d interactions before they were answered, and nothing more was done for them: %s",
            self._counts.total(),
            ", ".join(f"{count} {why}" for why, count in sorted(self._counts.items())),
        )
        self._counts.clear()
