"""A process that posts, for `daily_crash` to kill: the real poster and store, without gateway and index."""

from __future__ import annotations

import asyncio
import datetime as dt
import os
import signal
import time
from collections.abc import Sequence
from dataclasses import dataclass

import discord
from discord import Intents
from discord.http import Route

from bot.cards.daily_post import daily_page
from bot.cards.discord_face import layout
from bot.clocks import Clocks
from bot.daily.claims import Claim, State, Terms
from bot.posting.channels import Post
from bot.posting.fence import trace
from bot.posting.poster import Composed, Pace, Poster
from bot.store import Store
from bot.store.daily_posts import DailyStore
from bot.views.state import NOBODY, DailyList, Place
from embeddings.events import Event

EVENT = Event("2015-12-23-613e5bac", dt.date(2015, 12, 23), "Something happens.")
POINTS = ("claimed", "before the send", "after the send", "marked")


@dataclass(frozen=True, slots=True)
class Work:
    """What a process has to know.

    Attributes:
        began: by the system's clock, when the scaled one showed `base`.
        scale: how much faster the scaled clock goes.
        die_at: at which of `POINTS` to die, and at which time that it is passed; None lives until it is killed.
    """

    api_url: str
    token: str
    store_url: str
    began: float
    base: float
    scale: float
    die_at: tuple[str, int] | None = None

    def clock(self) -> float:
        """The time of day, scaled."""
        return self.base + (time.time() - self.began) * self.scale


class _Deadly:
    """Counts how often points are passed, and dies."""

    def __init__(self, die_at: tuple[str, int] | None) -> None:
        self._point, self._left = die_at or ("", 0)

    def __call__(self, point: str) -> None:
        if point == self._point:
            self._left -= 1
            if self._left <= 0:
                os.kill(os.getpid(), signal.SIGKILL)


class _DeadlyStore(DailyStore):
    def __init__(self, store: Store, deadly: _Deadly) -> None:
        super().__init__(store.daily._access)
        self._deadly = deadly

    async def claim(self, now: float, owner: str, most: int, terms: Terms) -> list[Claim]:
        claims = await super().claim(now, owner, most, terms)
        if claims:
            self._deadly("claimed")
        return claims

    async def settle(self, claim: Claim, state: State, message: int | None = None, events: Sequence[str] = ()) -> bool:
        if state is State.SENT:
            self._deadly("after the send")
        done = await super().settle(claim, state, message, events)
        self._deadly("marked")
        return done


async def _serve(work: Work) -> None:
    Route.BASE = work.api_url
    deadly = _Deadly(work.die_at)
    store = await Store.open_or_wait(work.store_url)
    client = discord.Client(intents=Intents.none(), http_trace=trace())
    await client.login(work.token)

    async def compose(claim: Claim) -> Composed:
        deadly("before the send")
        place = Place(DailyList(claim.subscription.key, claim.date))
        view = layout(daily_page(claim.date, [EVENT], place, None), NOBODY)
        return Composed(Post(view, "On this day"), (EVENT.id,))

    terms = Terms(per_s=4)
    clocks = Clocks(work.clock, work.clock, second=1 / work.scale)
    poster = Poster(client, _DeadlyStore(store, deadly), compose, terms, clocks, Pace(look_s=3))
    poster.start()
    await asyncio.Event().wait()


def serve(work: Work) -> None:
    """Post until killed."""
    asyncio.run(_serve(work))
