"""A peer in its own environment: one JSON request a line on standard input, one JSON reply a line on standard output.

    python -m tests.benchmarks.peers.worker ADAPTER FOLDER MODEL

Requests: `{"do": "build", "corpus": FILE}`, `{"do": "open"}`, `{"do": "encode", "texts": […]}` and
`{"do": "ask", "question": …, "k": …}`. A reply has `seconds`, what the request took within the peer, and for a question
`ids`; where the peer fails, `error` alone. This module imports nothing that a peer's environment may lack.
"""

from __future__ import annotations

import importlib
import json
import os
import sys
import time
from collections.abc import Sequence
from pathlib import Path
from typing import IO, TYPE_CHECKING, Any, Protocol

if TYPE_CHECKING:
    import numpy as np


class Peer(Protocol):
    """One way of finding events by a question, kept in a folder of its own."""

    def build(self, ids: Sequence[str], texts: Sequence[str], vectors: np.ndarray) -> None:
        """Write what `open` reads; `vectors`, (n, dimension) float32, are those that the model gives for the texts."""

    def open(self) -> None:
        """Be ready to answer."""

    def encode(self, texts: Sequence[str]) -> None:
        """Make vectors as a build would."""

    def ask(self, question: str, k: int) -> list[str]:
        """At most k ids, best first."""


def read_corpus(path: Path) -> tuple[list[str], list[str], np.ndarray]:
    """Ids, texts and vectors, which lie beside the corpus under its name with `.npy`."""
    import numpy as np

    rows = [json.loads(line) for line in path.read_text(encoding="utf-8").split("\n") if line]
    return [row["id"] for row in rows], [row["text"] for row in rows], np.load(path.with_suffix(".npy"))


def serve(peer: Peer, requests: IO[str], replies: IO[str]) -> None:
    """Answer requests until there are no more."""
    for line in requests:
        try:
            reply = _answer(peer, json.loads(line))
        except Exception as error:  # noqa: BLE001  # whatever a library raises is the peer's answer
            reply = {"error": f"{type(error).__name__}: {error}"}
        replies.write(json.dumps(reply) + "\n")
        replies.flush()


def _answer(peer: Peer, request: dict[str, Any]) -> dict[str, Any]:
    if request["do"] == "build":
        ids, texts, vectors = read_corpus(Path(request["corpus"]))
        started = time.perf_counter()
        peer.build(ids, texts, vectors)
        return {"seconds": time.perf_counter() - started}
    started = time.perf_counter()
    if request["do"] == "ask":
        found = peer.ask(request["question"], request["k"])
        return {"seconds": time.perf_counter() - started, "ids": found}
    if request["do"] == "encode":
        peer.encode(request["texts"])
    elif request["do"] == "open":
        peer.open()
    else:
        raise ValueError(f"expected build, open, encode or ask, got {request['do']}")
    return {"seconds": time.perf_counter() - started}


def main() -> None:
    """Serve the adapter that is named."""
    replies = os.fdopen(os.dup(1), "w", encoding="utf-8")
    os.dup2(2, 1)  # what a library prints must not come between the replies
    name, folder, model = sys.argv[1:]
    adapter = importlib.import_module(f"tests.benchmarks.peers.adapters.{name}")
    serve(adapter.make(Path(folder), Path(model)), sys.stdin, replies)


if __name__ == "__main__":
    main()
