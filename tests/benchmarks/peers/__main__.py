"""Dateline beside what somebody would take instead: on one archive, in one run, each peer in its own environment.

    python -m tests.benchmarks.peers --archive ARCHIVE --index INDEX --queries QUERIES.jsonl --folder FOLDER

INDEX is Dateline's, built from ARCHIVE. The first run installs the peers and builds their indexes in FOLDER; later ones
use them again, and take minutes. The figures go to FOLDER too: results.json and results.md. All peers together need
5 GB of memory. On a machine that is busy otherwise, OMP_NUM_THREADS=1 keeps their threads from waiting for each other.
Linux only.

- All index the same texts, topics and headline, with the defaults of each; the peers with the model as published,
  Dateline with what its index was made with. Peers are handed the vectors that sentence-transformers gives for the
  texts: `build s` is the rest of a build, and `texts/s` how fast each encodes.
  For Dateline the rest is a build over an index that has every vector.
- success@1 and so on are those of `python -m embeddings evaluate`.
- p50 and p95 are of a question for five answers, encoding included, warm, in turns of 25 questions; `× Dateline` is the
  time in Dateline's, the median over the turns.
- `load s` is from the start of the process to its first answer; `memory MB` what is resident after the questions, with
  mapped files; `disk MB` the index without the model.
"""

from __future__ import annotations

import argparse
import datetime as dt
import json
import os
import random
import sys
import time
from contextlib import ExitStack
from pathlib import Path
from typing import Any

from rich.console import Console

from embeddings.errors import EmbeddingsError, InputError
from embeddings.events import Event
from embeddings.index.folder import IndexFolder, OpenIndex
from embeddings.model.encoder import DEFAULT_MODEL, SentenceEncoder
from embeddings.search.evaluation import DEPTH, LabelledQuery, read_queries
from tests.benchmarks.peers.corpus import plain_encoder, write_corpus, write_vectors
from tests.benchmarks.peers.measures import KINDS, Figures, percentile, quality, ratio
from tests.benchmarks.peers.places import DATELINE, PEERS, WITHOUT_VECTORS, build_seconds, prepare
from tests.benchmarks.peers.process import PeerError, PeerProcess
from tests.benchmarks.peers.rounds import ask_in_turn, encode_in_turn
from tests.benchmarks.peers.tables import markdown, table
from tests.benchmarks.yardsticks import processor

ENCODING_ROUNDS = 3

_console = Console(stderr=True)


def compare(options: argparse.Namespace, queries: list[LabelledQuery], index: OpenIndex) -> list[Figures]:
    """Make ready what is missing, ask everybody in turn, and make figures of what they said."""
    for query in queries:
        if index.catalogue.row(query.id) is None:
            raise InputError(
                f"{options.index} holds no event {query.id}; name the questions that are about its archive"
            )
    tell = _console.print
    model = SentenceEncoder(options.model).folder.resolve()
    corpus = write_corpus(index.catalogue, model, options.folder)
    write_vectors(corpus, plain_encoder(model), tell)
    places = [prepare(adapter, options.folder, options.index, tell) for adapter in options.peers]
    for place in places if options.again else ():
        place.built.unlink(missing_ok=True)
    built = [build_seconds(place, corpus, model, options.archive, tell) for place in places]

    questions = [getattr(query, kind) for query in queries for kind in KINDS]
    texts = random.Random(1).sample(corpus.texts, min(options.texts, len(corpus.texts)))
    with ExitStack() as stack:
        processes: list[PeerProcess] = []
        loaded: list[float] = []
        for place in places:
            tell(f"{place.name}: load")
            started = time.perf_counter()
            process = stack.enter_context(place.process(model))
            process.request("open")
            process.request("ask", question=questions[0], k=1)
            loaded.append(time.perf_counter() - started)
            processes.append(process)
        answers = ask_in_turn(processes, questions, DEPTH, options.passes, tell)
        memory = [process.resident_bytes() for process in processes]
        tell("encoding")
        encoding = [
            process for place, process in zip(places, processes, strict=True) if place.adapter not in WITHOUT_VECTORS
        ]
        speeds = encode_in_turn(encoding, texts, ENCODING_ROUNDS)

    def event(name: str) -> Event:
        row = index.catalogue.row(name)
        assert row is not None, name  # peers know no other ids than the corpus's
        return index.catalogue.events([row])[0]

    blocks = {place.adapter: answers[place.name].blocks for place in places}
    return [
        Figures(
            name=place.name,
            version=place.version,
            quality=quality(queries, answers[place.name].found, event),
            p50_ms=percentile(blocks[place.adapter], 50),
            p95_ms=percentile(blocks[place.adapter], 95),
            times_dateline=ratio(blocks[place.adapter], blocks[DATELINE]),
            texts_per_s=percentile([speeds[place.name]], 50) if place.name in speeds else None,
            build_s=build_s,
            load_s=load_s,
            memory_mb=resident / 1e6,
            disk_mb=place.index_bytes / 1e6,
        )
        for place, build_s, load_s, resident in zip(places, built, loaded, memory, strict=True)
    ]


def machine() -> str:
    """The processor, how many cores of it there are, and the day."""
    return f"{processor()}, {os.cpu_count()} cores, {dt.datetime.now(dt.UTC).date()}"


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--archive", type=Path, required=True)
    parser.add_argument("--index", type=Path, required=True)
    parser.add_argument("--queries", type=Path, required=True)
    parser.add_argument("--folder", type=Path, required=True)
    parser.add_argument("--model", default=DEFAULT_MODEL, help="the peers' model; Dateline's is that of its index")
    parser.add_argument("--peers", nargs="+", choices=list(PEERS), default=list(PEERS))
    parser.add_argument("--passes", type=int, default=2, help="over the questions, timed")
    parser.add_argument("--texts", type=int, default=3_000, help="whose encoding is timed")
    parser.add_argument("--again", action="store_true", help="build every index again, and time that")
    options = parser.parse_args()
    options.peers = list(dict.fromkeys((DATELINE, *options.peers)))
    for name in ("archive", "index", "queries", "folder"):
        setattr(options, name, getattr(options, name).resolve())
    return options


def main() -> int:
    """Run the comparison and show it."""
    options = _arguments()
    options.folder.mkdir(parents=True, exist_ok=True)
    load_before = os.getloadavg()[0]
    try:
        queries = read_queries(options.queries)
        index = IndexFolder(options.index).open()
        try:
            figures = compare(options, queries, index)
        finally:
            index.close()
    except (EmbeddingsError, PeerError) as error:
        _console.print(str(error), style="red")
        return 1
    results: dict[str, Any] = {
        "machine": machine(),
        "load": [load_before, os.getloadavg()[0]],
        "events": index.manifest.events,
        "questions": 2 * len(queries),
        "peers": [peer.as_dict() for peer in figures],
    }
    (options.folder / "results.json").write_text(json.dumps(results, indent=1), encoding="utf-8")
    caption = (
        f"{results['events']:,} events, {results['questions']:,} questions; {results['machine']}, "
        f"load average {' to '.join(f'{load:.1f}' for load in results['load'])}"
    )
    (options.folder / "results.md").write_text(f"{caption}\n\n{markdown(figures)}", encoding="utf-8")
    Console(width=200).print(table(figures), caption)
    return 0


if __name__ == "__main__":
    sys.exit(main())
