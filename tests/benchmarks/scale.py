"""Indexes of up to millions of vectors: `python -m tests.benchmarks.scale --index DIR --queries FILE`.

Time to build and load, time of a search, memory and recall. The larger sets are the vectors of a real index, each of
them several times, moved by noise that is fitted so that the ten nearest of a vector are as far away as in the real
set; no text is encoded for them. Copies stand together, so that rows stay in order of time. Searches run on one thread,
in a process of their own; recall is against all vectors, compared one by one.
"""

from __future__ import annotations

import datetime as dt
import multiprocessing
import os
import tempfile
import time
from collections.abc import Iterator
from concurrent.futures import ProcessPoolExecutor
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path

import click
import numpy as np

from embeddings.index.catalogue import Catalogue
from embeddings.index.codes import write_codes
from embeddings.index.folder import IndexFolder, OpenIndex
from embeddings.index.threads import compute_alone
from embeddings.index.vectors import COMPRESSED_FROM, VectorIndex, VectorWriter
from embeddings.model.encoder import SentenceEncoder
from embeddings.search.evaluation import read_queries

CHUNK = 65_536  # rows made, or compared, at once
QUESTIONS = 300  # of all rows
CHECKED = 100  # of them, and questions of each span, whose answers are compared with those of an exact search
NEAREST = 10
CANDIDATES = 100  # asked for, as `ask` does
SAMPLE = 100  # vectors whose ten nearest the noise is fitted to
AROUND = 200  # real vectors whose copies may be among the nearest of one
SPANS = {"one day": 1, "a month": 30, "ten years": 3_652}  # days


# --- the vectors ---


class Moved:
    """`size` vectors made of real ones: row n is the real row n * len(real) // size, moved."""

    def __init__(self, real: np.ndarray, size: int) -> None:
        self._real = real
        self.size = size
        self.copies = -(-size // len(real))
        self.noise = 0.0 if self.copies == 1 else _fitted(real, self.copies)

    def chunks(self) -> Iterator[np.ndarray]:
        """All of them in order, the same every time."""
        for start in range(0, self.size, CHUNK):
            rows = np.arange(start, min(start + CHUNK, self.size)) * len(self._real) // self.size
            yield _move(self._real[rows], self.noise, start)


def _move(vectors: np.ndarray, noise: float, seed: int) -> np.ndarray:
    """Vectors moved by about `noise` (1: as far as they are long) in any direction, of unit length again."""
    if noise == 0:
        return vectors
    random = np.random.default_rng(seed)
    moves = random.standard_normal(vectors.shape, dtype=np.float32) * np.float32(noise / vectors.shape[1] ** 0.5)
    moved = vectors + moves
    return np.asarray(moved / np.linalg.norm(moved, axis=1, keepdims=True), np.float32)


def _fitted(real: np.ndarray, copies: int) -> float:
    """The noise with which the ten nearest are as far away, on average, as among the real vectors."""
    sample = np.random.default_rng(0).choice(len(real), SAMPLE, replace=False)
    cosines = real[sample] @ real.T
    around = np.argsort(-cosines, axis=1)[:, :AROUND]  # a vector is its own nearest
    wanted = _distances(np.take_along_axis(cosines, around[:, 1 : NEAREST + 1], axis=1))
    low, high = 0.0, 2.0
    for _ in range(10):
        noise = (low + high) / 2
        got = np.mean([_distances(_nearest_copies(real[rows], copies, noise)) for rows in around], axis=0)
        low, high = (noise, high) if got.mean() < wanted.mean() else (low, noise)
    click.echo(
        f"noise {noise:.3f} for {copies} copies: the nearest is {got[0]:.3f} away, the tenth {got[-1]:.3f}, on average "
        f"{got.mean():.3f}; in the real set {wanted[0]:.3f}, {wanted[-1]:.3f}, {wanted.mean():.3f}"
    )
    return noise


def _nearest_copies(vectors: np.ndarray, copies: int, noise: float) -> np.ndarray:
    """Cosines of a copy of the first vector with the ten nearest among the copies of all."""
    moved = _move(np.repeat(vectors, copies, axis=0), noise, 0)
    return -np.sort(-(moved[1:] @ moved[0]))[None, :NEAREST]


def _distances(cosines: np.ndarray) -> np.ndarray:
    """Mean distance at each place of rows of cosines."""
    return np.asarray(np.sqrt(np.maximum(2 - 2 * cosines, 0)).mean(axis=0))


# --- what is asked ---


@dataclass(frozen=True)
class Asked:
    """A question's vector and the rows that it is asked of."""

    span: str
    query: np.ndarray
    rows: range


def _asked(queries: np.ndarray, catalogue: Catalogue, size: int) -> list[Asked]:
    """Each question of all rows, then some of them of spans of days somewhere in the archive."""
    assert catalogue.first is not None
    assert catalogue.last is not None
    random = np.random.default_rng(1)
    asked = [Asked("all", query, range(size)) for query in queries]
    for span, days in SPANS.items():
        spare = (catalogue.last - catalogue.first).days - days
        for query in queries[:CHECKED]:
            first = catalogue.first + dt.timedelta(days=int(random.integers(spare)))
            rows = catalogue.rows_between(first, first + dt.timedelta(days=days - 1))
            scaled = range(rows.start * size // catalogue.size, rows.stop * size // catalogue.size)
            if scaled:
                asked.append(Asked(span, query, scaled))
    return asked


def _tenth_best(asked: list[Asked], vectors: Moved) -> np.ndarray:
    """The score of the tenth best row for each question, or of the last where there are fewer; NaN if not checked."""
    checked = [place for place, one in enumerate(asked) if one.span != "all" or place < CHECKED]
    best = {place: np.zeros(0, np.float32) for place in checked}
    start = 0
    for chunk in vectors.chunks():
        rows = range(start, start + len(chunk))
        here = [place for place in checked if asked[place].rows.start < rows.stop and asked[place].rows.stop > start]
        scores = np.stack([asked[place].query for place in here]) @ chunk.T if here else ()
        for place, row in zip(here, scores, strict=True):
            wanted = asked[place].rows
            within = row[max(0, wanted.start - start) : wanted.stop - start]
            best[place] = np.sort(np.concatenate([best[place], within]))[-NEAREST:]
        start = rows.stop
    return np.asarray([best[place][0] if place in best else np.nan for place in range(len(asked))])


# --- measuring ---


@dataclass(frozen=True)
class Measured:
    """What a process saw. Times in ms, memory in bytes; `found`: the ten best scores of each question."""

    load_ms: float
    before: int
    after: int
    at_end: int
    wall_ms: list[float]
    processor_ms: list[float]
    found: list[np.ndarray]


def _measure(vectors: Path, codes: Path | None, asked: list[Asked]) -> Measured:
    before = _memory()
    started = time.perf_counter()
    with closing(VectorIndex.load(vectors, codes)) as index:
        load_ms = (time.perf_counter() - started) * 1_000
        wall, processor, found = [], [], []
        after = before
        for number, one in enumerate(asked):
            clock, spent = time.perf_counter(), time.thread_time()
            _, scores = index.search(one.query, CANDIDATES, None if one.span == "all" else one.rows)
            processor.append((time.thread_time() - spent) * 1_000)
            wall.append((time.perf_counter() - clock) * 1_000)
            found.append(scores[:NEAREST])
            if number + 1 == QUESTIONS:
                after = _memory()
        return Measured(load_ms, before, after, _memory(), wall, processor, found)


def _memory() -> int:
    """Bytes of this process that are in memory."""
    return int(Path("/proc/self/statm").read_text().split()[1]) * os.sysconf("SC_PAGE_SIZE")


def _alone(vectors: Path, codes: Path | None, asked: list[Asked]) -> Measured:
    """Measure in a process of its own."""
    with ProcessPoolExecutor(1, multiprocessing.get_context("spawn")) as pool:
        return pool.submit(_measure, vectors, codes, asked).result()


def _run(folder: Path, vectors: Moved, asked: list[Asked], compressed: bool) -> Measured:
    """Build, measure and print one size."""
    started = time.perf_counter()
    with VectorWriter(folder / "vectors.faiss", asked[0].query.shape[0]) as writer:
        for chunk in vectors.chunks():
            writer.add(chunk)
        writer.finish()
    made = time.perf_counter()
    codes = folder / "codes.faiss" if compressed else None
    if codes is not None:
        with closing(VectorIndex.load(folder / "vectors.faiss")) as index:
            write_codes(codes, vectors.size, index.take)
    built = time.perf_counter()
    tenth = _tenth_best(asked, vectors)
    measured = _alone(folder / "vectors.faiss", codes, asked)
    kind = "codes" if compressed else "exact"
    click.echo(
        f"{vectors.size:,} vectors, {kind}: written in {made - started:.1f} s, codes made in {built - made:.1f} s, "
        f"loaded in {measured.load_ms:.0f} ms; in memory {(measured.after - measured.before) / 1e6:.0f} MB after "
        f"{QUESTIONS:,} questions, {(measured.at_end - measured.before) / 1e6:.0f} MB after those of spans too"
    )
    for span in ("all", *SPANS):
        places = [place for place, one in enumerate(asked) if one.span == span]
        wall = np.asarray(measured.wall_ms)[places]
        spent = np.asarray(measured.processor_ms)[places]
        checked = [place for place in places if np.isfinite(tenth[place])]
        recall = [_recall(measured.found[place], tenth[place], len(asked[place].rows)) for place in checked]
        rows = np.median([len(asked[place].rows) for place in places])
        click.echo(
            f"  {span:10} {rows:>11,.0f} rows  median {np.median(wall):6.2f}, p95 {np.percentile(wall, 95):6.2f} ms; "
            f"processor time {np.median(spent):6.2f}  recall@10 {np.mean(recall):.4f} (worst {np.min(recall):.1f})"
        )
    (folder / "vectors.faiss").unlink()
    if codes is not None:
        codes.unlink()
    return measured


def _recall(found: np.ndarray, tenth: float, rows: int) -> float:
    """The share of the ten best, or of all rows if they are fewer, that was found; equal scores are as good."""
    return float((found >= tenth - 1e-5).sum() / min(NEAREST, rows))


# --- the command ---


def _questions(path: Path, model: str) -> np.ndarray:
    """The vectors of `QUESTIONS` questions."""
    texts = [text for query in read_queries(path) for text in (query.kw, query.nl)]
    asked = [texts[number % len(texts)] for number in range(QUESTIONS)]
    return np.stack([text.vector for text in SentenceEncoder(model).encode(asked)])


def _real(index: OpenIndex) -> np.ndarray:
    return index.vectors.take(range(len(index.vectors)))


@click.command()
@click.option("--index", "root", type=click.Path(path_type=Path, exists=True), required=True, help="a real index")
@click.option(
    "--queries", type=click.Path(path_type=Path, exists=True), required=True, help="questions, as `evaluate`'s"
)
@click.option("--size", "sizes", multiple=True, type=int, help="vectors, may be given again [default: real, 1 and 5 M]")
@click.option("--folder", type=click.Path(path_type=Path, file_okay=False), help="where there is room for the vectors")
@click.option("--both", is_flag=True, help="measure exact search too where an index would have codes")
def main(root: Path, queries: Path, sizes: tuple[int, ...], folder: Path | None, both: bool) -> None:
    """Measure search in sets of several sizes."""
    compute_alone()
    with closing(IndexFolder(root).open()) as index, tempfile.TemporaryDirectory(dir=folder) as work:
        questions = _questions(queries, index.manifest.model.name)
        real = _real(index)
        first: tuple[int, Measured] | None = None
        for size in sizes or (len(real), 1_000_000, 5_000_000):
            vectors = Moved(real, size)
            asked = _asked(questions, index.catalogue, size)
            click.echo(f"load average {os.getloadavg()[0]:.1f}")
            compressed = size >= COMPRESSED_FROM
            if both and compressed:
                _run(Path(work), vectors, asked, compressed=False)
            measured = _run(Path(work), vectors, asked, compressed)
            if first is not None:
                grown = (measured.after - first[1].after) / (size - first[0])
                click.echo(f"  memory grown by {grown:.0f} bytes an event since {first[0]:,}")
            first = first or (size, measured)


if __name__ == "__main__":
    main()
