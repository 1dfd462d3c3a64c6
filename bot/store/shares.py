"""Which presses of Share were followed: none is followed twice, also where two processes get it."""

from __future__ import annotations

import contextlib
from collections import OrderedDict

from sqlalchemy import delete
from sqlalchemy.exc import IntegrityError

from bot.store.access import Access
from bot.store.errors import StoreAwayError
from bot.store.tables import ShareRow

SHARES_KEPT_S = 2 * 24 * 60 * 60  # private answers seldom stay on a screen for a day
_PATIENCE_S = 1.0
_MOST_HERE = 10_000


class ShareStore:
    """The presses that were followed."""

    def __init__(self, access: Access) -> None:
        self._access = access
        self._here: OrderedDict[str, None] = OrderedDict()  # those of this process, for while the store is away

    async def claim(self, press: str, now: float) -> bool:
        """Whether a press may be followed: it is the first of its kind, as far as is known.

        Args:
            press: the message's id and what the button shows, at most 128 characters.
        """
        if press in self._here:
            return False
        self._here[press] = None
        while len(self._here) > _MOST_HERE:
            self._here.popitem(last=False)
        try:
            await self._access.within(_PATIENCE_S, self._insert(press, now))
        except IntegrityError:
            return False
        except StoreAwayError:
            return True
        return True

    async def release(self, press: str) -> None:
        """Let a press be followed that could not be."""
        self._here.pop(press, None)
        with contextlib.suppress(StoreAwayError):
            await self._access.within(_PATIENCE_S, self._delete(press))

    async def forget(self, now: float) -> None:
        """Delete what is so old that its button is gone."""
        async with self._access.writing() as session:
            await session.execute(delete(ShareRow).where(ShareRow.at <= now - SHARES_KEPT_S))

    async def _insert(self, press: str, now: float) -> None:
        async with self._access.writing(urgent=True) as session:
            session.add(ShareRow(press=press, at=now))

    async def _delete(self, press: str) -> None:
        async with self._access.writing(urgent=True) as session:
            await session.execute(delete(ShareRow).where(ShareRow.press == press))
