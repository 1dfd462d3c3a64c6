"""Test posts: what a day's post looks like in its channel, without being one."""

from __future__ import annotations

import asyncio
import time

from bot.clocks import Clocks
from bot.daily.schedule import Kind, Subscription
from bot.fairness import Cooldown
from bot.posting.channels import Channels, Post
from bot.posting.fence import Fence, FencedError
from bot.posting.forums import Turn
from bot.posting.refusals import PassingError

MOST, PER_S = 3, 600.0  # test posts of a channel
ATTEMPT_S = 30.0  # the moderator waits


class Trials:
    """Sends test posts. They are not recorded, notify nobody and are not published.

    Args:
        turn: awaited before the request.
        clocks: the steady one says how long a try may last.
    """

    def __init__(self, channels: Channels, turn: Turn, clocks: Clocks) -> None:
        self._channels = channels
        self._turn = turn
        self._clocks = clocks
        self._cooldown = Cooldown(MOST, PER_S, time.monotonic)

    async def send(self, subscription: Subscription, post: Post, press: int) -> None:
        """Send a post once, however often it is tried.

        Args:
            press: the id of the interaction that asks for it.

        Raises:
            TooManyError: if the channel had too many of late.
            RefusedError: if Discord does not let the bot post there.
            PassingError: if it did not get through; whether it is there all the same is not known.
        """
        self._cooldown.spend(subscription.channel)
        await self._turn()
        fence = Fence(self._clocks.wall() + ATTEMPT_S, self._clocks)
        try:
            async with asyncio.timeout(ATTEMPT_S * self._clocks.second):
                with fence.around(once=subscription.kind is Kind.FORUM):
                    await self._channels.try_out(subscription, post, f"t{press}")
        except (FencedError, TimeoutError) as error:
            raise PassingError(error) from error
