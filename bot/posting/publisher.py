"""Publishes posts to the channels that follow the posts' channel: tries again for hours, then gives up and logs it.

A post that cannot be published stays where it is; publishing one twice changes nothing.
"""

from __future__ import annotations

import logging

import discord

from bot.daily.claims import Publication
from bot.posting.channels import Channels
from bot.posting.refusals import PassingError, RefusedError

log = logging.getLogger(__name__)

WORTH_S = 12 * 3_600.0  # after it fell due; beyond it a morning's post is no news
_SHORTEST_S, _LONGEST_S = 30.0, 1_800.0  # between two tries, doubled each time; Discord may ask for more


class Publisher:
    """Publishes posts that are there."""

    def __init__(self, channels: Channels) -> None:
        self._channels = channels

    async def publish(self, publication: Publication, now: float) -> float | None:
        """Try once; returns the Unix time of the next try, None where there is nothing left to do."""
        try:
            await self._channels.publish(publication)
        except PassingError as error:
            wait_s = max(error.after_s, min(_LONGEST_S, _SHORTEST_S * 2.0 ** min(publication.tries - 1, 16)))
            if now + wait_s <= publication.due_at + WORTH_S:
                log.warning("%s is not published yet: %s; again in %.0f s", _name(publication), error, wait_s)
                return now + wait_s
            log.warning("%s stays unpublished: %s, and it is too late by now", _name(publication), error)
        except (RefusedError, discord.HTTPException) as error:
            log.warning("%s stays unpublished: Discord refuses it (%s)", _name(publication), error.__cause__ or error)
        return None


def _name(publication: Publication) -> str:
    return f"daily post {publication.date} of {publication.subscription}"
