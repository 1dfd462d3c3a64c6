"""Posts to publish to the channels that follow the posts' channel; each is claimed by one process for a while."""

from __future__ import annotations

from sqlalchemy import select, update

from bot.daily.claims import Publication, Terms
from bot.store.access import Access
from bot.store.tables import PostRow, SubscriptionRow

_AT_ONCE = 20


class Publications:
    """The columns about publishing of the table of posts. Moments are Unix times."""

    def __init__(self, access: Access) -> None:
        self._access = access

    async def claim(self, now: float, terms: Terms) -> list[Publication]:
        """Claim the posts that are to be published now, for as long as a post is claimed; each claim is one try."""
        waiting = PostRow.publish_at <= now
        rows = (
            select(PostRow, SubscriptionRow.channel)
            .join(SubscriptionRow, SubscriptionRow.key == PostRow.subscription)
            .where(waiting, PostRow.message.is_not(None), SubscriptionRow.left_at.is_(None))
        )
        async with self._access.reading() as session:
            if (await session.execute(rows.limit(1))).first() is None:
                return []
        until = now + terms.lease_s
        async with self._access.writing() as session:
            found = await session.execute(rows.order_by(PostRow.publish_at).limit(_AT_ONCE))
            claims = []
            for row, channel in found:
                tries = row.publish_tries + 1
                # Two processes may have read the row: one of them changes it first, for the other it is not waiting.
                taken = await session.execute(
                    update(PostRow)
                    .where(PostRow.subscription == row.subscription, PostRow.date == row.date, waiting)
                    .values(publish_at=until, publish_tries=tries)
                    .execution_options(synchronize_session=False)
                )
                # An UPDATE's result has the number of its rows.
                if taken.rowcount and row.message is not None:  # type: ignore[attr-defined]
                    claims.append(
                        Publication(row.subscription, channel, row.message, row.date, row.due_at, tries, until)
                    )
        return claims

    async def finish(self, publication: Publication, again_at: float | None = None) -> None:
        """Note that a post has been published or cannot be, or from when on it is tried again."""
        async with self._access.writing() as session:
            await session.execute(
                update(PostRow)
                .where(PostRow.subscription == publication.subscription, PostRow.date == publication.date)
                .values(publish_at=again_at)
            )
