"""Texts of questions, encoded together: the more wait, the larger are the batches."""

from __future__ import annotations

import asyncio
import contextvars
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import Protocol

from bot import metrics
from bot.given_up import Deadline, GivenUpError, current_deadline
from embeddings.model.tuning import Encoded

LARGEST_BATCH = 32  # texts encoded at once


class Encodes(Protocol):
    """An index that is open: it encodes texts as its events were."""

    def encode(self, texts: list[str]) -> list[Encoded]:
        """Encode texts, together."""
        ...


@dataclass(eq=False, slots=True)
class _Waiting:
    """A text that waits to be encoded, and whoever waits for it."""

    index: Encodes
    text: str
    encoded: asyncio.Future[Encoded]
    deadline: Deadline | None

    def is_given_up(self) -> bool:
        """Whether nobody waits any more; whoever did has been told."""
        if not self.encoded.done() and self.deadline is not None:
            try:
                self.deadline.check()
            except GivenUpError as error:
                self.encoded.set_exception(error)
        return self.encoded.done()


class Batches:
    """Encodes in a thread of its own. While one batch is encoded the next one gathers."""

    def __init__(self) -> None:
        self._thread = ThreadPoolExecutor(1, "encoder")
        self._waiting: list[_Waiting] = []
        self._drain: asyncio.Task[None] | None = None

    @property
    def waiting(self) -> int:
        """How many texts wait for the batch under way to end."""
        return len(self._waiting)

    async def encode(self, index: Encodes, text: str) -> Encoded:
        """Encode a text beside others. GivenUpError if nobody waits for it when it is its turn."""
        waiting = _Waiting(index, text, asyncio.get_running_loop().create_future(), current_deadline())
        self._waiting.append(waiting)
        if self._drain is None or self._drain.done():
            self._drain = asyncio.create_task(self._encode_waiting(), context=contextvars.Context())
        return await waiting.encoded

    async def close(self) -> None:
        """Wait until none waits any more."""
        if self._drain is not None:
            await self._drain
        await asyncio.to_thread(self._thread.shutdown)

    async def _encode_waiting(self) -> None:
        """Encode the texts that wait, a batch for one index at a time, until none is left."""
        while batch := self._next():
            index, texts = batch[0].index, [waiting.text for waiting in batch]
            metrics.ENCODED.observe(len(texts))
            try:
                encoded = await asyncio.get_running_loop().run_in_executor(self._thread, index.encode, texts)
            except Exception as error:  # noqa: BLE001  # whoever waits for it gets it
                for waiting in batch:
                    if not waiting.encoded.done():
                        waiting.encoded.set_exception(error)
                continue
            for waiting, text in zip(batch, encoded, strict=True):
                if not waiting.encoded.done():
                    waiting.encoded.set_result(text)

    def _next(self) -> list[_Waiting]:
        """Take those that have waited longest, of one index; without those that nobody waits for."""
        wanted = [waiting for waiting in self._waiting if not waiting.is_given_up()]
        batch = [waiting for waiting in wanted if waiting.index is wanted[0].index][:LARGEST_BATCH]
        taken = set(map(id, batch))
        self._waiting = [waiting for waiting in wanted if id(waiting) not in taken]
        return batch
