"""How fast texts become vectors: `python -m tests.benchmarks.encoding --index INDEX`.

INDEX holds an export of its model. Its events' texts are encoded by sentence-transformers as it comes, which gives no
vectors of tokens, by Dateline with torch and by Dateline as the index has it for events; questions of three lengths by
sentence-transformers and by each way that the index chose. They take turns in one process; a ratio is the median over
the turns. Processor time is beside the clock's, because it depends less on what else the machine does.
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
import numpy as np
from sentence_transformers import SentenceTransformer

from embeddings.index.folder import IndexFolder, OpenIndex
from embeddings.index.manifest import ExportRecord
from embeddings.index.threads import compute_alone
from embeddings.model.encoder import SentenceEncoder
from embeddings.model.export import export_of
from embeddings.model.networks import Exported

Encode = Callable[[Sequence[str]], object]

FEATURES = ("avx2", "avx512f", "avx_vnni", "avx512_vnni", "avx512_bf16", "amx_tile", "asimd")
QUESTIONS = {
    "short": "floods in Pakistan",
    "usual": "which president stepped down after protests",
    "long": "what did the court in the Netherlands decide on the airliner that was shot down over Ukraine",
}


@dataclass
class Way:
    """One way to encode, and what each of its turns took, in seconds by the clock and of the processor."""

    name: str
    encode: Encode
    clock_s: list[float] = field(default_factory=list)
    processor_s: list[float] = field(default_factory=list)

    def take_turn(self, texts: Sequence[str]) -> None:
        clock, processor = time.perf_counter(), time.process_time()
        self.encode(texts)
        self.clock_s.append(time.perf_counter() - clock)
        self.processor_s.append(time.process_time() - processor)


@click.command()
@click.option("--index", type=click.Path(path_type=Path, exists=True), required=True)
@click.option("--texts", "count", type=click.IntRange(0), default=1_000, show_default=True)
@click.option("--turns", type=click.IntRange(1), default=3, show_default=True)
@click.option("--asked", type=click.IntRange(1), default=60, show_default=True, help="Turns of each question.")
def main(index: Path, count: int, turns: int, asked: int) -> None:
    """Print tables of the ways to encode."""
    compute_alone()
    opened = IndexFolder(index).open()
    try:
        export = opened.manifest.model.export
        if export is None:
            raise click.ClickException(f"the index in {index} holds no export of its model")
        click.echo(f"{os.cpu_count()} cores with {', '.join(_features()) or 'features that are not told'}")
        torch = SentenceEncoder(opened.manifest.model.name)
        default = SentenceTransformer(str(torch.folder), device="cpu", local_files_only=True)

        def plain(texts: Sequence[str]) -> object:
            return default.encode(list(texts), show_progress_bar=False)

        _ask(plain, opened, export, asked)
        if count:
            ways = [Way("sentence-transformers", plain), Way("torch", torch.encode)]
            ways.append(Way(f"export, by {export.for_texts}", export_of(opened, torch).encode))
            rows = random.Random(1).sample(range(opened.catalogue.size), min(count, opened.catalogue.size))
            _build(ways, [event.title for event in opened.catalogue.events(rows)], turns)
    finally:
        opened.close()
    click.echo(f"the index chose {export.for_texts} for events, {export.for_questions} for questions")
    for trial in export.trials:
        click.echo(f"agreement of {trial.way} with torch: mean {trial.mean:.5f}, least {trial.least:.5f}")


def _features() -> list[str]:
    """What the processor can, of what matters here, as Linux tells it."""
    try:
        told = set(Path("/proc/cpuinfo").read_text().split())
    except OSError:
        return []
    return [feature for feature in FEATURES if feature in told]


def _ask(plain: Encode, index: OpenIndex, export: ExportRecord, turns: int) -> None:
    """Print how long one question takes, by its length."""
    exported = {
        name: Exported(index.folder, name, one_by_one=True)
        for name in dict.fromkeys((export.for_questions, export.for_texts))
    }
    click.echo(f"one question, {turns} turns, load {os.getloadavg()[0]:.1f}")
    click.echo("| question | way | p50, ms | p95, ms | p50, of sentence-transformers | p95, of its | processor, ms |")
    click.echo("| --- | --- | --- | --- | --- | --- | --- |")
    for length, question in QUESTIONS.items():
        ways = [Way("sentence-transformers", plain)]
        ways += [Way(name, one.encode) for name, one in exported.items()]
        _take_turns(ways, [question], turns)
        first = [float(np.percentile(ways[0].clock_s, share)) for share in (50, 95)]
        for way in ways:
            middle, late = (float(np.percentile(way.clock_s, share)) for share in (50, 95))
            click.echo(
                f"| {length} | {way.name} | {middle * 1_000:.1f} | {late * 1_000:.1f} | {middle / first[0]:.2f} "
                f"| {late / first[1]:.2f} | {statistics.median(way.processor_s) * 1_000:.1f} |"
            )


def _build(ways: Sequence[Way], texts: Sequence[str], turns: int) -> None:
    """Print how many texts are encoded in a second."""
    _take_turns(ways, texts, turns)
    first = ways[0]
    click.echo(f"{len(texts):,} texts, {turns} turns, load {os.getloadavg()[0]:.1f}")
    click.echo("| way | events/s | events/s of processor time | times | times, processor |")
    click.echo("| --- | --- | --- | --- | --- |")
    for way in ways:
        click.echo(
            f"| {way.name} | {len(texts) / statistics.median(way.clock_s):,.0f} "
            f"| {len(texts) / statistics.median(way.processor_s):,.0f} "
            f"| {_median_ratio(first.clock_s, way.clock_s):.2f} "
            f"| {_median_ratio(first.processor_s, way.processor_s):.2f} |"
        )


def _take_turns(ways: Sequence[Way], texts: Sequence[str], turns: int) -> None:
    for way in ways:
        way.encode(texts[:64])  # what the first call prepares is not counted
    for _ in range(turns):
        for way in ways:
            way.take_turn(texts)


def _median_ratio(above: Sequence[float], below: Sequence[float]) -> float:
    return statistics.median(a / b for a, b in zip(above, below, strict=True))


if __name__ == "__main__":
    sys.exit(main())
