"""How fast texts become vectors: `python -m tests.benchmarks.encoding --index INDEX`.

INDEX holds an export of its model. Its events' texts are encoded by sentence-transformers as it comes, which gives no
vectors of tokens, by Dateline with torch and by Dateline with the export, in turn; a ratio is the median over the
turns. Processor time is beside the clock's, because it depends less on what else the machine does.
"""

from __future__ import annotations

import os
import random
import statistics
import sys
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import click
from sentence_transformers import SentenceTransformer

from embeddings.index.folder import IndexFolder
from embeddings.index.threads import compute_alone
from embeddings.model.encoder import SentenceEncoder
from embeddings.model.export import export_of

Encode = Callable[[Sequence[str]], object]

QUESTION = "which president stepped down after protests"
_QUESTION_TURNS = 30


@dataclass
class Way:
    """One way to encode, and what each of its turns took."""

    name: str
    encode: Encode
    clock_s: list[float] = field(default_factory=list)
    processor_s: list[float] = field(default_factory=list)
    question_ms: list[float] = field(default_factory=list)

    def take_turn(self, texts: Sequence[str]) -> None:
        clock, processor = time.perf_counter(), time.process_time()
        self.encode(texts)
        self.clock_s.append(time.perf_counter() - clock)
        self.processor_s.append(time.process_time() - processor)

    def ask(self) -> None:
        started = time.perf_counter()
        self.encode([QUESTION])
        self.question_ms.append((time.perf_counter() - started) * 1_000)


@click.command()
@click.option("--index", type=click.Path(path_type=Path, exists=True), required=True)
@click.option("--texts", "count", type=click.IntRange(1), default=1_000, show_default=True)
@click.option("--turns", type=click.IntRange(1), default=3, show_default=True)
def main(index: Path, count: int, turns: int) -> None:
    """Print a table of the ways to encode."""
    compute_alone()
    opened = IndexFolder(index).open()
    try:
        if opened.manifest.model.export is None:
            raise click.ClickException(f"the index in {index} holds no export of its model")
        torch = SentenceEncoder(opened.manifest.model.name)
        fast = export_of(opened, torch)
        rows = random.Random(1).sample(range(opened.catalogue.size), min(count, opened.catalogue.size))
        texts = [event.title for event in opened.catalogue.events(rows)]
        default = SentenceTransformer(str(torch.folder), device="cpu", local_files_only=True)
        ways = [
            Way("sentence-transformers", lambda texts: default.encode(list(texts), show_progress_bar=False)),
            Way("torch", torch.encode),
            Way("export", fast.encode),
        ]
        _compare(ways, texts, turns)
    finally:
        opened.close()
    _show(ways, len(texts))
    export = opened.manifest.model.export
    click.echo(f"agreement of the export with torch: mean {export.mean:.5f}, least {export.least:.5f}")


def _compare(ways: Sequence[Way], texts: Sequence[str], turns: int) -> None:
    for way in ways:
        way.encode(texts[:64])  # what the first call prepares is not counted
    for _ in range(turns):
        for way in ways:
            way.take_turn(texts)
    for _ in range(_QUESTION_TURNS):
        for way in ways:
            way.ask()


def _show(ways: Sequence[Way], count: int) -> None:
    first = ways[0]
    click.echo(f"{count:,} texts, {len(first.clock_s)} turns, {os.cpu_count()} cores, load {os.getloadavg()[0]:.1f}")
    click.echo("| way | events/s | times | times, processor | one question, ms |")
    click.echo("| --- | --- | --- | --- | --- |")
    for way in ways:
        click.echo(
            f"| {way.name} | {count / statistics.median(way.clock_s):,.0f} "
            f"| {_median_ratio(first.clock_s, way.clock_s):.2f} "
            f"| {_median_ratio(first.processor_s, way.processor_s):.2f} "
            f"| {statistics.median(way.question_ms):.1f} |"
        )


def _median_ratio(above: Sequence[float], below: Sequence[float]) -> float:
    return statistics.median(a / b for a, b in zip(above, below, strict=True))


if __name__ == "__main__":
    sys.exit(main())
