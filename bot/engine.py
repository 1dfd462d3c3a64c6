"""The index behind the bot: verified when it is opened, asked in threads, replaced when a new one is there."""

from __future__ import annotations

import asyncio
import contextlib
import contextvars
import datetime as dt
import gc
import logging
import os
import threading
import time
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from random import Random, SystemRandom
from typing import TypeVar

from bot import lookups, metrics
from bot.answers import About, RelatedAnswer
from bot.batches import Batches
from bot.given_up import Deadline, current_deadline
from bot.repeats import Once
from embeddings import dates
from embeddings.archive.last_updated import last_updated
from embeddings.dates import DateRange
from embeddings.errors import EmbeddingsError, IndexUnusableError
from embeddings.events import Event
from embeddings.index.folder import IndexFolder, OpenIndex
from embeddings.index.manifest import Manifest, ModelRecord
from embeddings.index.threads import compute_alone
from embeddings.model.encoder import Encoder
from embeddings.model.reranker import Reranker
from embeddings.model.tuning import Encoded
from embeddings.search import browsing
from embeddings.search.answers import Answer, DayAnswer
from embeddings.search.examples import Example, examples
from embeddings.search.narrowing import Narrowing, Part, part_of_days
from embeddings.search.on_this_day import DayCandidate
from embeddings.search.questions import Question, understand
from embeddings.search.service import Search
from embeddings.search.stories import Story, StoryEvent
from embeddings.search.topics import topic_key

log = logging.getLogger(__name__)

THREADS = max(2, os.cpu_count() or 2)  # SQLite and FAISS let go of Python's lock; more than the cores only wait for it
_TOGETHER_S = 5.0  # that the threads wait for each other at the start

Result = TypeVar("Result")
MakeEncoder = Callable[[OpenIndex], Encoder]


class _Lease:
    """One open index and the number of its users: it is closed when it has been replaced and the last user is done."""

    def __init__(self, search: Search) -> None:
        self.search = search
        self.users = 0
        self.examples: asyncio.Task[tuple[Example, ...]] | None = None
        self.replaced = False

    def close_if_unused(self) -> None:
        if self.replaced and not self.users:
            self.search.index.close()


class Engine:
    """Answers from the index that is in force; `start` first, `close` last.

    Args:
        make_encoder: makes the encoder for an index; called again only when the model or its export changes.
        today: the day that counts as today, asked anew for each command.
        source: of randomness.
    """

    def __init__(
        self,
        folder: IndexFolder,
        make_encoder: MakeEncoder,
        today: Callable[[], dt.date],
        reranker: Reranker | None = None,
        source: Random | None = None,
    ) -> None:
        self.today = today
        self._source = source or SystemRandom()
        self._folder = folder
        self._make_encoder = make_encoder
        self._reranker = reranker
        self._encoder: tuple[ModelRecord, Encoder] | None = None
        self._lease: _Lease | None = None
        self._updated: dt.datetime | None = None
        self._threads = ThreadPoolExecutor(THREADS, "answers", compute_alone)
        self._batches = Batches()
        self._ready = asyncio.Event()
        self._failure: EmbeddingsError | None = None
        self._once = Once()

    # --- opening and replacing ---

    async def start(self) -> None:
        """Open the index, hash every file that is new, load the model, and ask once, so that the first question is not
        slow.

        Raises:
            IndexMissingError, IndexUnusableError, ModelError: if they cannot be used.
        """
        try:
            await self._start()
        except EmbeddingsError as error:
            self._failure = error
            raise
        finally:
            self._ready.set()

    async def ready(self) -> None:
        """Wait for `start`, which another task runs; raises what it raised."""
        await self._ready.wait()
        if self._failure is not None:
            raise self._failure

    async def _start(self) -> None:
        await self._load()
        await asyncio.to_thread(dates.warm_up, self.today())
        # What is loaded by now stays: to look for circles among so many objects again and again would hold up the loop.
        gc.collect()
        gc.freeze()

    async def reload_if_replaced(self) -> bool:
        """Open the index in force if it is not the one that is open; questions under way finish on the old one.

        An index that cannot be used is logged, and the old one goes on.
        """
        try:
            self._updated = await asyncio.to_thread(last_updated, self._folder.fetched)
            manifest = await asyncio.to_thread(self._folder.manifest)
            if self._lease is not None and manifest.generation == self._lease.search.index.manifest.generation:
                return False
            await self._load()
        except EmbeddingsError as error:
            metrics.RELOADS.add("failed")
            if self._once(str(error)):  # it is looked for again and again
                log.warning("the new index cannot be used, the old one goes on: %s", error)
            return False
        metrics.RELOADS.add("opened")
        return True

    async def close(self) -> None:
        """Wait for questions that have begun, and close the index."""
        await self._batches.close()
        await asyncio.to_thread(self._threads.shutdown)
        if self._lease is not None:
            self._lease.replaced = True
            self._lease.close_if_unused()
            self._lease = None

    async def _load(self) -> None:
        search = await asyncio.to_thread(self._open)
        try:
            await self._look_around_first(search)
        except BaseException:
            search.index.close()
            raise
        self._updated = await asyncio.to_thread(last_updated, self._folder.fetched)
        old, self._lease = self._lease, _Lease(search)
        manifest = search.index.manifest
        log.info("answering from %s events, %s to %s", f"{manifest.events:,}", manifest.first, manifest.last)
        if old is not None:
            old.replaced = True
            old.close_if_unused()

    async def _look_around_first(self, search: Search) -> None:
        """Ask an index once before anybody does: at the start in each thread, which opens the catalogue for itself."""
        if self._lease is not None:  # the threads answer from the old one meanwhile
            await asyncio.to_thread(_look_around, search, self.today())
            return
        together = threading.Barrier(THREADS)
        looks = [self._in_thread(_look_around, search, self.today(), together) for _ in range(THREADS)]
        for outcome in await asyncio.gather(*looks, return_exceptions=True):
            if outcome is not None:
                raise outcome

    def _open(self) -> Search:
        index = self._folder.open_checked(again=False)
        try:
            model = index.manifest.model
            if self._encoder is not None and self._encoder[0] == model:
                encoder = self._encoder[1]
            else:
                encoder = self._make_encoder(index)
            search = Search(index, encoder, self._reranker)
            search.warm_up()
            if self._lease is not None:  # the old one answers meanwhile; at the start nobody shall wait for this
                search.topics.warm_up()
        except BaseException:
            index.close()
            raise
        self._encoder = model, encoder
        return search

    # --- asking ---

    @property
    def manifest(self) -> Manifest | None:
        """The manifest of the index that answers come from; None as long as none is open."""
        return None if self._lease is None else self._lease.search.index.manifest

    @property
    def updated(self) -> dt.datetime | None:
        """When the archive was last brought up to date over the network, as it was last seen; None: never."""
        return self._updated

    def about(self) -> About:
        """What the archive holds."""
        return About.of(self._current().search.index.manifest, self._updated)

    async def ask(self, question: Question, limit: int, most: int = 0) -> Answer:
        """The events for a question, best first. Questions that wait together are encoded together.

        Args:
            most: how many events are found at most, those beyond `limit` as the answer's `further`.
        """
        lease = self._current()
        lease.users += 1
        try:
            question = await self._in_thread(lease.search.read, question)
            wanted = await self._batches.encode(lease.search, question.text)
            answer = await self._in_thread(_answer, lease.search, question, wanted, limit, most)
            metrics.QUESTIONS.add("yes" if answer.hits else "no")
            return answer
        finally:
            lease.users -= 1
            lease.close_if_unused()

    async def days(self, dates: DateRange, start: int, limit: int) -> DayAnswer:
        """Up to `limit` events of a range of days, from number `start` on; the first is 0."""
        return await self._with(lambda search: search.days(dates, start=start, limit=limit))

    async def days_told(self, dates: DateRange, start: int, limit: int) -> lookups.DaysTold:
        """`days`, and `parts_of` its events."""
        return await self._with(lookups.days_told, dates, start, limit)

    async def on_this_day(self, month: int, day: int, limit: int) -> tuple[Event, ...]:
        """The best events of a day over the years."""
        return await self._with(lambda search: search.on_this_day(month, day, limit))

    async def on_this_day_told(self, month: int, day: int, limit: int) -> lookups.DayTold:
        """`on_this_day`, how many events the index has of that day of all years, and `parts_of` those chosen."""
        return await self._with(lookups.on_this_day_told, month, day, limit)

    async def of_day(self, month: int, day: int) -> list[DayCandidate]:
        """Every event of a day over the years, with what makes it stand out."""
        return await self._with(lambda search: search.of_day(month, day))

    async def event(self, event_id: str) -> RelatedAnswer:
        """An event with those related to it, and its story. InputError if the index does not hold the event."""
        return await self._with(
            lambda search: RelatedAnswer(
                search.event(event_id), search.related(event_id), search.place_in_story(event_id)
            )
        )

    async def known_story(self, text: str) -> Story | None:
        """The story that an id or the name of a topic leads to."""
        return await self._with(lambda search: search.known_story(text))

    async def story_of_answer(self, text: str, found: Sequence[str]) -> Story:
        """The story that words name, for which `ask` found events. InputError with the nearest topics if none does."""
        return await self._with(lambda search: search.story_of_answer(text, found))

    async def story_events(self, story_id: str, start: int, count: int) -> tuple[StoryEvent, ...]:
        """Events of a story in order of time, those after the first `start`."""
        return await self._with(lambda search: search.story_events(story_id, start, count))

    async def parts_of(self, events: Sequence[Event]) -> tuple[str, ...]:
        """To each event the title of the story that it is part of, "" where that says nothing more."""
        return await self._with(lambda search: tuple(map(search.part_of, events)))

    async def events(self, ids: Sequence[str]) -> list[Event | None]:
        """Events by their ids, None where the index no longer holds one."""

        return await self._with(lookups.events, ids)

    async def entries(self, ids: Sequence[str], of_story: Sequence[str]) -> lookups.Entries:
        """What a page of an answer shows: `events`, what is closest to each, and the story of those `of_story`."""
        return await self._with(lookups.entries, ids, of_story)

    async def headlines(self, prefix: str, limit: int) -> list[Event]:
        """Events whose headline has these words, the last of which may be unfinished, newest first."""
        return await self._with(lambda search: search.starting(prefix, limit))

    async def suggest(self, text: str, limit: int) -> list[Event]:
        """Events to suggest for a text that a user is typing; dates in it are understood."""
        return await self._with(lambda search: search.suggest(text, self.today(), limit))

    async def more_of_day(self, month: int, day: int, limit: int, most: int) -> tuple[Event, ...]:
        """The events of `on_this_day`, then those that stand out most besides: `most` in all."""
        return await self._with(lambda search: browsing.more_of_day(search, month, day, limit, most))

    async def part_of_days(self, dates: DateRange, narrowing: Narrowing, start: int, limit: int) -> Part:
        """A page of the events of some days that are of a year and topic."""
        return await self._with(
            lambda search: part_of_days(search.index.catalogue, search.topics, dates, narrowing, start, limit)
        )

    async def at_random(self, days: browsing.Days, topic: str, but: str = "") -> Event | None:
        """An event that mattered, of some days and a topic; not the one with the id `but` where there is another."""
        return await self._with(lambda search: browsing.at_random(search, days, topic, self._source, [but]))

    async def topic(self, text: str) -> str:
        """The key of the topic that a text names. InputError with the nearest topics if there is none."""
        return await self._with(lambda search: topic_key(search.topics.known(text)))

    async def topic_name(self, key: str) -> str | None:
        """The topic that a key stands for; None if the index has it no longer."""
        return await self._with(lambda search: search.topics.name(key))

    async def suggest_topics(self, text: str, limit: int) -> list[str]:
        """Topics to suggest for a text that a user is typing."""
        return await self._with(lambda search: search.topics.suggest(text, limit))

    async def examples(self) -> tuple[Example, ...]:
        """Things to ask that this index answers; found once an index, and while it is looked for, waited for by all.

        Topics are then ready, too: at the start those of the portal would make everybody wait for half a second.
        """
        lease = self._current()
        if lease.examples is None or (lease.examples.done() and lease.examples.exception() is not None):
            looking = self._with(_find_examples, self.today())
            # For all who wait, not for the interaction of whoever asked first.
            lease.examples = asyncio.create_task(looking, context=contextvars.Context())
        return await asyncio.shield(lease.examples)

    def _current(self) -> _Lease:
        if self._lease is None:
            raise IndexUnusableError("the index is not ready yet; try again in a moment")
        return self._lease

    async def _with(self, work: Callable[..., Result], *values: object) -> Result:
        lease = self._current()
        lease.users += 1
        try:
            return await self._in_thread(work, lease.search, *values)
        finally:
            lease.users -= 1
            lease.close_if_unused()

    async def _in_thread(self, work: Callable[..., Result], *values: object) -> Result:
        """Do some work in a thread that answers; GivenUpError if nobody waits for it when it is its turn."""
        deadline = current_deadline()
        in_context = contextvars.copy_context().run  # so that what is logged there says for whom
        began = time.monotonic()
        try:
            loop = asyncio.get_running_loop()
            return await loop.run_in_executor(self._threads, in_context, _unless_given_up, deadline, work, *values)
        finally:
            metrics.SEARCHES.observe(time.monotonic() - began)


def _unless_given_up(deadline: Deadline | None, work: Callable[..., Result], *values: object) -> Result:
    if deadline is not None:
        deadline.check()
    return work(*values)


def _answer(search: Search, question: Question, wanted: Encoded, limit: int, most: int) -> Answer:
    return search.answer(question, wanted, limit, most=most)


def _find_examples(search: Search, today: dt.date) -> tuple[Example, ...]:
    search.topics.warm_up()
    return examples(search, today)


def _look_around(search: Search, today: dt.date, together: threading.Barrier | None = None) -> None:
    """Ask an index one question of each kind.

    Args:
        together: a barrier at which threads that do the same wait for each other, so that each of them does it.
    """
    if together is not None:
        with contextlib.suppress(threading.BrokenBarrierError):
            together.wait(_TOGETHER_S)
    question = search.read(understand("the mooon in 1969", today))
    [wanted] = search.encode([question.text])
    search.answer(question, wanted, 1)
    search.days(DateRange(today, today), start=0, limit=1)
    search.suggest("moon 1969", today, 1)
    browsing.at_random(search, None, "", SystemRandom())
    for event in [*search.on_this_day(7, 20, 1), *search.starting("mo", 1)]:
        search.related(event.id)
