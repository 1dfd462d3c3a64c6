from __future__ import annotations

import asyncio
import datetime as dt
import json
import threading
from collections.abc import AsyncIterator, Sequence
from pathlib import Path

import faiss
import pytest

from bot.batches import Encodes
from bot.engine import THREADS, Engine
from bot.given_up import Deadline, GivenUpError, working_until
from embeddings.archive import Report
from embeddings.build.run import Build, build_index
from embeddings.build.update import Span, updating
from embeddings.dates import DateRange
from embeddings.errors import IndexMissingError, IndexUnusableError
from embeddings.events import Event
from embeddings.index.folder import IndexFolder
from embeddings.model.tuning import Encoded
from embeddings.search.answers import Answer
from embeddings.search.questions import understand
from embeddings.search.service import Search
from embeddings.wiki.client import wiki_client
from tests.wiki_server import DAYS as JUNE
from tests.wiki_server import wiki_server
from tests.word_encoder import WordEncoder

TODAY = dt.date(2026, 11, 22)
DAY = DateRange(dt.date(2015, 12, 23), dt.date(2015, 12, 23))


class SlowEncoder(WordEncoder):
    """Waits until it is let go; `batches` says how many texts came at once."""

    def __init__(self) -> None:
        super().__init__()
        self.go_on = threading.Event()
        self.go_on.set()
        self.entered = threading.Event()
        self.batches: list[int] = []

    def encode(self, texts: Sequence[str]) -> list[Encoded]:
        self.entered.set()
        self.go_on.wait(60)
        self.batches.append(len(texts))
        return super().encode(texts)


@pytest.fixture
def slow() -> SlowEncoder:
    return SlowEncoder()


@pytest.fixture
async def engine(sample_folder: IndexFolder, slow: SlowEncoder) -> AsyncIterator[Engine]:
    engine = Engine(sample_folder, lambda _: slow, lambda: TODAY)
    await engine.start()
    yield engine
    slow.go_on.set()
    await engine.close()


async def test_each_question_is_computed_on_one_processor(engine: Engine, monkeypatch: pytest.MonkeyPatch) -> None:
    threads: list[int] = []

    def look(*_: object, **__: object) -> list[str]:
        threads.append(faiss.omp_get_max_threads())
        return []

    monkeypatch.setattr(Search, "starting", look)
    await asyncio.gather(*(engine.headlines("rain", 1) for _ in range(20)))
    assert set(threads) == {1}


async def test_questions_that_wait_together_are_encoded_together(
    engine: Engine, slow: SlowEncoder, monkeypatch: pytest.MonkeyPatch
) -> None:
    slow.batches.clear()
    slow.go_on.clear()
    words = ["moon", "war", "earthquake", "election", "football"]
    read, all_read = set[str](), asyncio.Event()
    encode = engine._batches.encode

    async def noting(index: Encodes, text: str) -> Encoded:
        read.add(text)
        if read == set(words):
            all_read.set()
        return await encode(index, text)

    monkeypatch.setattr(engine._batches, "encode", noting)
    asked = [asyncio.create_task(engine.ask(understand(word, TODAY), 3)) for word in words]
    await asyncio.wait_for(all_read.wait(), 60)
    slow.go_on.set()
    answers = await asyncio.gather(*asked)
    assert [answer.query for answer in answers] == words
    assert all(answer.hits for answer in answers)
    assert sum(slow.batches) == 5
    assert len(slow.batches) <= 2


async def test_a_batch_forms_while_the_encoder_is_busy(engine: Engine, slow: SlowEncoder) -> None:
    slow.batches.clear()
    slow.entered.clear()
    slow.go_on.clear()
    first = asyncio.create_task(engine.ask(understand("moon", TODAY), 3))
    await asyncio.to_thread(slow.entered.wait, 60)
    others = [asyncio.create_task(engine.ask(understand("war", TODAY), 3)) for _ in range(7)]
    while engine._batches.waiting < len(others):
        await engine.days(DAY, 0, 1)  # which goes through the threads that read the questions
    slow.go_on.set()
    await asyncio.gather(first, *others)
    assert slow.batches == [1, 7]


async def test_a_question_that_is_given_up_while_the_encoder_is_busy_is_not_encoded(
    engine: Engine, slow: SlowEncoder
) -> None:
    slow.batches.clear()
    slow.entered.clear()
    slow.go_on.clear()
    now = 0.0

    async def ask(seconds: float) -> Answer:
        with working_until(Deadline(seconds, "given up", lambda: now)):
            return await engine.ask(understand("moon", TODAY), 3)

    first = asyncio.create_task(ask(20))
    await asyncio.to_thread(slow.entered.wait, 60)
    lost, other = asyncio.create_task(ask(10)), asyncio.create_task(ask(20))
    while engine._batches.waiting < 2:
        await engine.days(DAY, 0, 1)
    now = 15
    slow.go_on.set()
    with pytest.raises(GivenUpError, match="given up"):
        await lost
    assert (await first).hits
    assert (await other).hits
    assert slow.batches == [1, 1]


async def test_what_is_given_up_while_the_threads_are_busy_is_not_looked_up(
    engine: Engine, monkeypatch: pytest.MonkeyPatch
) -> None:
    go_on, now = threading.Event(), 0.0
    looked_up: list[str] = []

    def look(_: Search, prefix: str, __: int) -> list[Event]:
        looked_up.append(prefix)
        go_on.wait(60)
        return []

    async def find(prefix: str, seconds: float) -> None:
        with working_until(Deadline(seconds, "given up", lambda: now)):
            await engine.headlines(prefix, 1)

    monkeypatch.setattr(Search, "starting", look)
    busy = [asyncio.create_task(find("busy", 20)) for _ in range(THREADS)]
    lost, other = asyncio.create_task(find("lost", 10)), asyncio.create_task(find("other", 20))
    await asyncio.sleep(0)  # all of them are in the queue, in this order
    now = 15
    go_on.set()
    with pytest.raises(GivenUpError):
        await lost
    await asyncio.gather(*busy, other)
    assert looked_up == [*["busy"] * THREADS, "other"]


async def test_look_ups_go_on_while_a_question_is_encoded(engine: Engine, slow: SlowEncoder) -> None:
    slow.go_on.clear()
    asked = asyncio.create_task(engine.ask(understand("moon", TODAY), 3))
    found = await asyncio.wait_for(engine.days(DAY, 0, 5), 60)
    assert found.total == 1
    assert not asked.done()
    slow.go_on.set()
    assert (await asked).hits


async def test_an_encoder_that_fails_fails_its_questions_and_not_the_next(engine: Engine, slow: SlowEncoder) -> None:
    encode = slow.encode

    def broken(texts: Sequence[str]) -> list[Encoded]:
        raise MemoryError

    slow.encode = broken  # type: ignore[method-assign]  # a fault for this test alone
    with pytest.raises(MemoryError):
        await engine.ask(understand("moon", TODAY), 3)
    slow.encode = encode  # type: ignore[method-assign]  # whole again
    assert (await engine.ask(understand("moon", TODAY), 3)).hits


def write_index(folder: IndexFolder, path: Path, headline: str) -> None:
    path.write_text(json.dumps({"date": "2015-12-23", "headline": headline, "id": "the-one"}))
    build_index(folder, [path], WordEncoder(), Report())


async def test_questions_under_way_finish_on_the_index_that_they_began_with(tmp_path: Path, slow: SlowEncoder) -> None:
    folder = IndexFolder(tmp_path / "index")
    write_index(folder, tmp_path / "a.jsonl", "The old wording.")
    engine = Engine(folder, lambda _: slow, lambda: TODAY)
    await engine.start()
    slow.go_on.clear()
    slow.entered.clear()
    asked = asyncio.create_task(engine.ask(understand("wording", TODAY), 1))
    await asyncio.sleep(0)
    assert await asyncio.to_thread(slow.entered.wait, 5)
    write_index(folder, tmp_path / "b.jsonl", "The new wording.")
    loading = asyncio.create_task(engine.reload_if_replaced())
    await asyncio.sleep(0)
    slow.go_on.set()
    assert await loading
    assert (await asked).hits[0].event.headline == "The old wording."
    assert (await engine.days(DAY, 0, 1)).events[0].headline == "The new wording."
    assert not await engine.reload_if_replaced()
    await engine.close()
    write_index(folder, tmp_path / "b.jsonl", "The new wording!")
    assert len(list((tmp_path / "index" / "generations").iterdir())) == 1  # nobody holds an old one


async def test_a_new_index_that_is_damaged_is_not_taken(
    tmp_path: Path, slow: SlowEncoder, caplog: pytest.LogCaptureFixture
) -> None:
    folder = IndexFolder(tmp_path / "index")
    write_index(folder, tmp_path / "a.jsonl", "The old wording.")
    engine = Engine(folder, lambda _: slow, lambda: TODAY)
    await engine.start()
    write_index(folder, tmp_path / "b.jsonl", "The new wording.")
    newest = max((tmp_path / "index" / "generations").iterdir(), key=lambda path: path.stat().st_mtime_ns)
    catalogue = newest / "catalogue.sqlite"
    data = bytearray(catalogue.read_bytes())
    data[5_000] ^= 1
    catalogue.write_bytes(data)
    assert not await engine.reload_if_replaced()
    assert not await engine.reload_if_replaced()
    assert caplog.text.count("the old one goes on") == 1, "it is looked for again and again"
    assert (await engine.days(DAY, 0, 1)).events[0].headline == "The old wording."
    await engine.close()


async def test_an_index_that_is_missing_or_of_another_model_stops_the_start(
    tmp_path: Path, sample_folder: IndexFolder
) -> None:
    with pytest.raises(IndexMissingError):
        await Engine(IndexFolder(tmp_path / "nothing"), lambda _: WordEncoder(), lambda: TODAY).start()
    with pytest.raises(IndexUnusableError, match="was made with the model words"):
        await Engine(sample_folder, lambda _: WordEncoder("others"), lambda: TODAY).start()


async def test_an_event_that_was_withdrawn_is_there_for_the_buttons_that_name_it(tmp_path: Path) -> None:
    folder = IndexFolder(tmp_path / "index")
    with wiki_server() as wiki:
        wiki.month()

        def update() -> None:
            with updating(Build(folder, WordEncoder(), Report()), Span(JUNE[0], JUNE[-1])) as under_way:
                asyncio.run(under_way.fetch(lambda: wiki_client(wiki.api, "")))
                under_way.write()

        await asyncio.to_thread(update)
        engine = Engine(folder, lambda _: WordEncoder(), lambda: TODAY)
        await engine.start()
        [event] = (await engine.days(DateRange(JUNE[12], JUNE[12]), 0, 9)).events
        wiki.delete(JUNE[12])
        await asyncio.to_thread(update)
    before = engine.about().updated
    assert await engine.reload_if_replaced()
    assert before is not None
    assert before < (engine.about().updated or before)
    shown = await engine.event(event.id)
    assert (shown.event.headline, shown.event.withdrawn is not None) == (event.headline, True)
    assert await engine.events([event.id, "none"]) == [shown.event, None]
    assert not (await engine.days(DateRange(JUNE[12], JUNE[12]), 0, 9)).events
    await engine.close()
