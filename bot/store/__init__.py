"""What the bot remembers, in one SQL database: answers that buttons page through, daily posts, notes to itself."""

from __future__ import annotations

import contextlib
import datetime as dt
import json
import secrets
from collections.abc import Sequence

from sqlalchemy import delete, select, update

from bot.answers import KeptAnswer
from bot.store.access import Access, Health
from bot.store.address import parse
from bot.store.daily_posts import DailyStore
from bot.store.errors import StoreAwayError, StoreError
from bot.store.feedback import FeedbackStore
from bot.store.notes import write_note
from bot.store.server_settings import ServerSettingsStore
from bot.store.shards import ShardStore
from bot.store.shares import ShareStore
from bot.store.tables import KeptAnswerRow, NoteRow
from embeddings.dates import DateRange

__all__ = ["KEPT_DAYS", "Health", "Store", "StoreAwayError", "StoreError"]

KEPT_DAYS = 365  # after the last use of an answer's buttons
_PATIENCE_S = 1.0  # of somebody who asked and waits for the answer


class Store:
    """The database. Its methods may be called from any task.

    `daily` holds the subscriptions and their posts, `shards` the data by which processes share the bot's shards,
    `settings` those of servers, `shares` which answers were shared, and `feedback` what people say of answers.

    All of them raise StoreAwayError while the database is away.
    """

    def __init__(self, access: Access) -> None:
        self._access = access
        self.daily = DailyStore(access)
        self.shards = ShardStore(access)
        self.settings = ServerSettingsStore(access)
        self.shares = ShareStore(access)
        self.feedback = FeedbackStore(access)

    @classmethod
    async def open(cls, url: str, patience: float = 1.0) -> Store:
        """Open the database that `store.url` names, making it or bringing its tables up to date.

        Args:
            patience: how many times as long as usual is waited before the database counts as away.

        Raises:
            InputError: if the URL cannot be used.
            StoreAwayError: if the database cannot be reached; this may pass.
            StoreError: if it holds something else than a store.
        """
        access = Access(parse(url), patience)
        await access.open()
        return cls(access)

    @classmethod
    async def open_or_wait(cls, url: str) -> Store:
        """Open the database; if it is away, return without it and open it as soon as it is back."""
        access = Access(parse(url))
        try:
            await access.open()
        except StoreAwayError as error:
            access.open_later(error)
        return cls(access)

    async def close(self) -> None:
        """Close every connection, within seconds even if the database hangs."""
        await self._access.close()

    @property
    def health(self) -> Health:
        """How much of the database can be used now, as far as is known."""
        return self._access.health

    @property
    def is_there(self) -> bool:
        """Whether the database can be read and written to now, as far as is known."""
        return self._access.health is Health.THERE

    async def keep_answer(self, answer: KeptAnswer, today: dt.date) -> str:
        """Keep what a question found; returns the key that buttons carry."""
        key = secrets.token_urlsafe(7)
        body: dict[str, object] = {"events": answer.events, "dates": [str(dates) for dates in answer.dates]}
        if answer.shown is not None:
            body["shown"] = answer.shown
        if answer.within is not None:
            body["within"] = [str(answer.within)]
        await self._access.within(_PATIENCE_S, self._add(KeptAnswerRow(key=key, body=json.dumps(body), used_on=today)))
        return key

    async def _add(self, row: KeptAnswerRow) -> None:
        async with self._access.writing(urgent=True) as session:
            session.add(row)

    async def answer(self, key: str, today: dt.date) -> KeptAnswer | None:
        """The answer that was kept under a key; None if it has been deleted. Reading an answer counts as a use."""
        row = await self._access.within(_PATIENCE_S, self._kept(key))
        if row is None:
            return None
        if row.used_on != today:
            with contextlib.suppress(StoreAwayError):  # it can be read all the same
                await self._access.within(_PATIENCE_S, self._use(key, today))
        body = json.loads(row.body)
        within = [_range(text) for text in body.get("within", [])]
        dates = tuple(map(_range, body["dates"]))
        return KeptAnswer(tuple(body["events"]), dates, within[0] if within else None, shown=body.get("shown"))

    async def _kept(self, key: str) -> KeptAnswerRow | None:
        async with self._access.reading(urgent=True) as session:
            return await session.get(KeptAnswerRow, key)

    async def _use(self, key: str, today: dt.date) -> None:
        async with self._access.writing(urgent=True) as session:
            await session.execute(update(KeptAnswerRow).where(KeptAnswerRow.key == key).values(used_on=today))

    async def forget_unused(self, today: dt.date) -> int:
        """Delete answers that nobody has used for `KEPT_DAYS`; returns how many."""
        old = today - dt.timedelta(days=KEPT_DAYS)
        async with self._access.writing() as session:
            keys: Sequence[str] = (
                await session.scalars(select(KeptAnswerRow.key).where(KeptAnswerRow.used_on < old))
            ).all()
            await session.execute(delete(KeptAnswerRow).where(KeptAnswerRow.used_on < old))
        return len(keys)

    async def note(self, name: str) -> str | None:
        """What was noted under a name."""
        async with self._access.reading() as session:
            row = await session.get(NoteRow, name)
            return None if row is None else row.value

    async def set_note(self, name: str, value: str) -> None:
        """Note something under a name, in place of what was noted before."""
        async with self._access.writing() as session:
            await write_note(session, name, value)


def _range(text: str) -> DateRange:
    first, _, last = text.partition("..")
    return DateRange(dt.date.fromisoformat(first), dt.date.fromisoformat(last or first))
