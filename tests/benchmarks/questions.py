"""How fast questions are answered: `python -m tests.benchmarks.questions --index INDEX --queries FILE`.

Everything goes through the bot's engine. "At once" means that all questions of a round are asked before the first is
answered, as on a server with a rush of users. Then, in turn and on one thread, beside what somebody would write first:
sentence-transformers' encode of the same question, and FAISS's flat scan of the same vectors; such a ratio says more of
another machine than a time.
"""

from __future__ import annotations

import asyncio
import datetime as dt
import resource
import statistics
import sys
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any, TypeVar, cast

import click
import numpy as np

from bot.engine import Engine
from bot.run import SWITCH_S
from embeddings.defaults import Way
from embeddings.index.folder import IndexFolder, OpenIndex
from embeddings.index.threads import compute_alone
from embeddings.model.encoder import SentenceEncoder
from embeddings.model.export import encoder_of
from embeddings.search.evaluation import read_queries
from embeddings.search.questions import understand
from embeddings.search.service import Search
from tests.benchmarks.yardsticks import Answer, Measured, default_encode, flat_scan, in_turn, machine, memory

Part = TypeVar("Part")

LIMIT = 5
TODAY = dt.date(2026, 11, 22)

WHOLE, ANSWERING, SEARCHING = "a question", "search, order and fetch", "search among vectors"
ENCODE, SCAN = "sentence-transformers' encode", "FAISS's flat scan"
_CANDIDATES = 80  # asked for, and none besides compared, as `ask` does
_WARM = 5  # questions asked before any is measured

_STAGES = ("parse", "encode", "search", "order", "fetch")
_STAGE_OF = {
    "search": "search",
    "scores": "search",
    "postings": "search",
    "take": "search",
    "events": "fetch",
    "wordings": "fetch",
}


@dataclass
class Stages:
    """Milliseconds that each question spent in each stage."""

    of_question: list[dict[str, float]] = field(default_factory=list)

    def begin(self) -> None:
        self.of_question.append(dict.fromkeys(_STAGES, 0.0))

    @contextmanager
    def within(self, stage: str) -> Iterator[None]:
        started = time.perf_counter()
        try:
            yield
        finally:
            if self.of_question:  # loading is no question's
                self.of_question[-1][stage] += (time.perf_counter() - started) * 1_000


class _Timed:
    """A part of the index whose methods' time is noted under the stage that they belong to."""

    def __init__(self, part: Any, stages: Stages) -> None:
        self._part = part
        self._stages = stages

    def __len__(self) -> int:
        return len(self._part)

    def __getattr__(self, name: str) -> Any:
        value = getattr(self._part, name)
        if name not in _STAGE_OF:
            return value

        def timed(*values: Any, **named: Any) -> Any:
            with self._stages.within(_STAGE_OF[name]):
                return value(*values, **named)

        return timed


def _timed(part: Part, stages: Stages) -> Part:
    return cast(Part, _Timed(part, stages))  # stands in for the part, without being one


def measure_stages(index: OpenIndex, way: Way, questions: Sequence[str]) -> Stages:
    """Answer questions one after another on one thread; what an answer takes beside the parts' work is its order."""
    stages = Stages()
    encoder = encoder_of(index, None, way, one_by_one=True)
    timed = replace(
        index,
        catalogue=_timed(index.catalogue, stages),
        vectors=_timed(index.vectors, stages),
        tokens=_timed(index.tokens, stages),
    )
    search = Search(timed, encoder)
    search.warm_up()
    for text in questions:
        stages.begin()
        with stages.within("parse"):
            question = search.read(understand(text, TODAY))
        with stages.within("encode"):
            [wanted] = search.encode([question.text])
        with stages.within("order"):
            search.answer(question, wanted, LIMIT)
        row = stages.of_question[-1]
        row["order"] -= row["search"] + row["fetch"]
    return stages


def compare(index: OpenIndex, way: Way, questions: Sequence[str]) -> dict[str, Measured]:
    """A question, and its search alone, in turn with what somebody would write first."""
    search = Search(index, encoder_of(index, None, way, one_by_one=True))
    search.warm_up()
    read = {text: search.read(understand(text, TODAY)) for text in questions}
    encoded = {text: search.encode([question.text])[0] for text, question in read.items()}
    scan = flat_scan(index.vectors.take(range(len(index.vectors))), _CANDIDATES)
    ways: dict[str, Answer] = {
        WHOLE: lambda text: search.ask(text, TODAY, limit=LIMIT),
        ANSWERING: lambda text: search.answer(read[text], encoded[text], LIMIT),
        SEARCHING: lambda text: index.vectors.search(encoded[text].vector, _CANDIDATES, likely=1),
        ENCODE: default_encode(SentenceEncoder(index.manifest.model.name)),
        SCAN: lambda text: scan(encoded[text].vector),
    }
    in_turn(ways, questions[:_WARM])
    return in_turn(ways, questions)


async def measure_engine(folder: IndexFolder, way: Way, questions: Sequence[str], turns: int) -> dict[str, float]:
    """Questions a second one after another and all at once, in turn, and the most memory that each took in MB."""
    engine = Engine(
        folder,
        lambda index: encoder_of(index, None, way, one_by_one=True),
        lambda: TODAY,
    )
    await engine.start()
    try:
        for text in questions:  # each page of the index that they need is in memory from here on
            await engine.ask(understand(text, TODAY), LIMIT)
        alone_mb = _peak_mb()
        alone: list[float] = []
        together: list[float] = []
        alone_processor_s = together_processor_s = 0.0
        latencies: list[float] = []
        for _ in range(turns):
            started, processor = time.perf_counter(), time.process_time()
            for text in questions:
                asked = time.perf_counter()
                await engine.ask(understand(text, TODAY), LIMIT)
                latencies.append((time.perf_counter() - asked) * 1_000)
            alone.append(time.perf_counter() - started)
            alone_processor_s += time.process_time() - processor
            started, processor = time.perf_counter(), time.process_time()
            await asyncio.gather(*(engine.ask(understand(text, TODAY), LIMIT) for text in questions))
            together.append(time.perf_counter() - started)
            together_processor_s += time.process_time() - processor
        return {
            "one after another: questions/s": len(questions) / statistics.median(alone),
            "at once: questions/s": len(questions) / statistics.median(together),
            "times": statistics.median(a / b for a, b in zip(alone, together, strict=True)),
            "one after another: processor ms": alone_processor_s / (turns * len(questions)) * 1_000,
            "at once: processor ms": together_processor_s / (turns * len(questions)) * 1_000,
            "one after another: p50 ms": float(np.percentile(latencies, 50)),
            "one after another: p95 ms": float(np.percentile(latencies, 95)),
            "one after another: peak MB": alone_mb,
            "at once: peak MB": _peak_mb(),
        } | {f"in memory at the end: {name} MB": value for name, value in memory().items()}
    finally:
        await engine.close()


def _peak_mb() -> float:
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1_024  # Linux counts in kB


@click.command()
@click.option("--index", type=click.Path(path_type=Path, exists=True), required=True)
@click.option("--queries", type=click.Path(path_type=Path, exists=True), required=True, help="As `evaluate` reads.")
@click.option("--questions", "count", type=click.IntRange(1), default=200, show_default=True)
@click.option("--turns", type=click.IntRange(1), default=3, show_default=True)
@click.option("--encoder", "way", type=click.Choice(["auto", "torch"]), default="auto", show_default=True)
def main(index: Path, queries: Path, count: int, turns: int, way: Way) -> None:
    """Print how long each stage takes, and what the engine gets through."""
    compute_alone()
    sys.setswitchinterval(SWITCH_S)  # as the bot does
    texts = [text for query in read_queries(queries) for text in (query.kw, query.nl)]
    questions = [texts[place % len(texts)] for place in range(count)]
    folder = IndexFolder(index)
    figures = asyncio.run(measure_engine(folder, way, questions, turns))
    opened = folder.open()
    try:
        stages = measure_stages(opened, way, questions)
        compared = compare(opened, way, questions)
    finally:
        opened.close()
    click.echo(f"{len(questions)} questions, {turns} turns; {machine()}")
    for stage in (*_STAGES, "all"):
        took = [sum(row.values()) if stage == "all" else row[stage] for row in stages.of_question]
        click.echo(f"{stage:10} p50 {np.percentile(took, 50):7.2f} ms   p95 {np.percentile(took, 95):7.2f} ms")
    for name, value in figures.items():
        click.echo(f"{name:32} {value:8.1f}")
    click.echo("In turn, one thread:")
    for name, measured in compared.items():
        own = float(np.percentile(measured.processor, 50))  # of the calling thread
        click.echo(f"{name:32} p50 {measured.p(50):7.2f} ms   p95 {measured.p(95):7.2f} ms   processor {own:7.2f} ms")
    for name, yardstick in ((WHOLE, ENCODE), (ANSWERING, ENCODE), (SEARCHING, SCAN)):
        p50, p95 = (compared[name].ratio(compared[yardstick], percent) for percent in (50, 95))
        click.echo(f"{name} / {yardstick}: p50 {p50:.2f}, p95 {p95:.2f}")


if __name__ == "__main__":
    sys.exit(main())
