"""Answers that were not what somebody meant, for whoever runs the bot."""

from __future__ import annotations

import json
import secrets
from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import delete, func, select

from bot.store.access import Access
from bot.store.tables import FeedbackRow

FEEDBACK_KEPT_DAYS = 90
MOST_FEEDBACK = 10_000  # kept at once: nobody may fill the disk with it
MOST_REMARK = 300  # characters


@dataclass(frozen=True, slots=True)
class Feedback:
    """An answer that was not what somebody meant.

    Attributes:
        at: Unix time.
        question: as it was asked.
        events: ids of those that were shown.
        remark: what was meant, where somebody said so.
    """

    key: str
    at: float
    question: str
    events: tuple[str, ...]
    remark: str


class FeedbackStore:
    """What people say of answers."""

    def __init__(self, access: Access) -> None:
        self._access = access

    async def keep(self, question: str, events: Sequence[str], remark: str, now: float) -> str | None:
        """Keep what somebody says of an answer; returns the key to delete it by, None if there is no room."""
        key = secrets.token_hex(4)
        async with self._access.writing() as session:
            if (await session.scalar(select(func.count()).select_from(FeedbackRow)) or 0) >= MOST_FEEDBACK:
                return None
            session.add(FeedbackRow(key=key, at=now, question=question, events=json.dumps(events), remark=remark))
        return key

    async def all(self) -> list[Feedback]:
        """All that is kept, oldest first."""
        async with self._access.reading() as session:
            rows = (await session.scalars(select(FeedbackRow).order_by(FeedbackRow.at, FeedbackRow.key))).all()
        return [Feedback(row.key, row.at, row.question, tuple(json.loads(row.events)), row.remark) for row in rows]

    async def delete(self, key: str | None) -> int:
        """Delete what is kept under a key, or everything (None); returns how many."""
        everything = delete(FeedbackRow).returning(FeedbackRow.key)
        async with self._access.writing() as session:
            statement = everything if key is None else everything.where(FeedbackRow.key == key)
            return len((await session.scalars(statement)).all())

    async def forget(self, now: float) -> int:
        """Delete what is older than `FEEDBACK_KEPT_DAYS`; returns how many."""
        old = now - FEEDBACK_KEPT_DAYS * 24 * 60 * 60
        async with self._access.writing() as session:
            deleted = delete(FeedbackRow).where(FeedbackRow.at <= old).returning(FeedbackRow.key)
            return len((await session.scalars(deleted)).all())
