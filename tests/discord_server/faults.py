"""What goes wrong on demand: which requests, how often, and in what way."""

from __future__ import annotations

import random
from dataclasses import dataclass, field
from fnmatch import fnmatchcase
from typing import Literal

Kind = Literal["rate limit", "failure", "lost", "dropped", "slow", "hang", "garbled", "denied"]


@dataclass
class Fault:
    """One way in which matching requests fail.

    `route` is a method and a path below the API's base in which `*` stands for anything, such as
    `POST /channels/*/messages`, `POST /interactions/*/callback` or `GET /ws` (connecting to the gateway).
    """

    kind: Kind
    route: str = "*"
    times: int | None = None  # None: without end
    probability: float = 1.0
    skip: int = 0  # matching requests that pass first
    status: int = 500
    delay_s: float = 0.0
    is_global: bool = False
    via: bool = True  # without it: Cloudflare's page in HTML, which discord.py takes for a ban
    body: str = ""
    happened: int = 0


@dataclass
class Faults:
    """The faults that are switched on. Chance comes from `seed`, so a run can be repeated."""

    seed: int = 0
    active: list[Fault] = field(default_factory=list)

    def __post_init__(self) -> None:
        self._random = random.Random(self.seed)

    def clear(self) -> None:
        self.active.clear()

    def add(self, fault: Fault) -> Fault:
        self.active.append(fault)
        return fault

    def rate_limit(
        self,
        route: str = "*",
        retry_after_s: float = 0.01,
        *,
        times: int | None = 1,
        probability: float = 1.0,
        skip: int = 0,
        is_global: bool = False,
        via: bool = True,
    ) -> Fault:
        """429 before anything happens."""
        return self.add(
            Fault("rate limit", route, times, probability, skip, delay_s=retry_after_s, is_global=is_global, via=via)
        )

    def fail(
        self, route: str = "*", status: int = 500, *, times: int | None = 1, probability: float = 1.0, skip: int = 0
    ) -> Fault:
        """A server error before anything happens."""
        return self.add(Fault("failure", route, times, probability, skip, status=status))

    def lose_answer(self, route: str = "*", *, times: int | None = 1, probability: float = 1.0, skip: int = 0) -> Fault:
        """The request takes effect, then the connection closes without an answer."""
        return self.add(Fault("lost", route, times, probability, skip))

    def deny_success(
        self, route: str = "*", status: int = 502, *, times: int | None = 1, probability: float = 1.0, skip: int = 0
    ) -> Fault:
        """The request takes effect, and the answer is a server error, as of a proxy that did not wait for it."""
        return self.add(Fault("denied", route, times, probability, skip, status=status))

    def drop(self, route: str = "*", *, times: int | None = 1, probability: float = 1.0, skip: int = 0) -> Fault:
        """The connection closes before anything happens."""
        return self.add(Fault("dropped", route, times, probability, skip))

    def slow(
        self, route: str = "*", delay_s: float = 0.05, *, times: int | None = 1, probability: float = 1.0, skip: int = 0
    ) -> Fault:
        """The request takes effect at once, its answer comes late."""
        return self.add(Fault("slow", route, times, probability, skip, delay_s=delay_s))

    def hang(self, route: str = "*", *, times: int | None = 1, probability: float = 1.0, skip: int = 0) -> Fault:
        """Nothing happens and no answer ever comes; the connection stays open."""
        return self.add(Fault("hang", route, times, probability, skip))

    def garble(
        self, route: str = "*", body: str = "", *, times: int | None = 1, probability: float = 1.0, skip: int = 0
    ) -> Fault:
        """Nothing happens, and the answer is a success that says `body`."""
        return self.add(Fault("garbled", route, times, probability, skip, body=body))

    def strike(self, method: str, path: str) -> Fault | None:
        """The fault that befalls this request, if any; the first that matches."""
        for fault in self.active:
            if fault.times is not None and fault.happened >= fault.times:
                continue
            if not fnmatchcase(f"{method} {path}", fault.route):
                continue
            if fault.skip:
                fault.skip -= 1
                continue
            if self._random.random() < fault.probability:
                fault.happened += 1
                return fault
        return None
