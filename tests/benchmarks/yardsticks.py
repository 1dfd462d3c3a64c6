"""What a figure is held against: the machine that gave it, and yardsticks that are measured in turn with it.

A time says little of another machine. Its ratio to a yardstick's, taken in turn in the same process, says more:
whatever else the machine does slows both. The yardsticks are what somebody would write first: sentence-transformers'
encode as it comes, and FAISS's flat scan.
"""

from __future__ import annotations

import os
import platform
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from embeddings.model.encoder import SentenceEncoder

Answer = Callable[[str], object]
"""Does for one question what is measured."""

# The instructions on which the time of encoding and searching depends; as Linux calls them.
_TELLING = tuple("avx2 avx512f avx512_vnni avx_vnni avx512_bf16 amx_bf16 amx_int8 asimd i8mm bf16".split())


def processor() -> str:
    """The processor's name and which instructions that matter it has: "AMD EPYC (avx2)"."""
    known = _cpuinfo()
    flags = (known.get("flags") or known.get("Features") or "").split()
    telling = " ".join(flag for flag in _TELLING if flag in flags)
    return f"{known.get('model name') or platform.machine()} ({telling or 'instructions unknown'})"


def load() -> str:
    """How busy the machine is: "load 1.5 of 2 cores"."""
    return f"load {os.getloadavg()[0]:.1f} of {os.cpu_count()} cores"


def machine() -> str:
    """What every table of times begins with: processor, instructions, cores and load."""
    return f"{processor()}, {load()}"


def memory() -> dict[str, float]:
    """What this process has in memory, in MB: all, its share of what it shares, its own, and of files. Linux only."""
    found = dict.fromkeys(("Rss", "Pss", "Anonymous"), 0.0)
    for line in Path("/proc/self/smaps_rollup").read_text().splitlines():
        name, _, value = line.partition(":")
        if name in found:
            found[name] = int(value.split()[0]) / 1_024
    of_files = found["Rss"] - found["Anonymous"]
    return {"RSS": found["Rss"], "PSS": found["Pss"], "anonymous": found["Anonymous"], "of files": of_files}


def _cpuinfo() -> dict[str, str]:
    """What Linux tells of the first core; nothing elsewhere."""
    try:
        text = Path("/proc/cpuinfo").read_text()
    except OSError:
        return {}
    pairs = (line.partition(":") for line in text.partition("\n\n")[0].splitlines())
    return {name.strip(): value.strip() for name, _, value in pairs}


@dataclass
class Measured:
    """Milliseconds of each question of one way, in the order in which they were asked."""

    clock: list[float] = field(default_factory=list)
    processor: list[float] = field(default_factory=list)

    def p(self, percent: float) -> float:
        """A percentile of the clock's times."""
        return float(np.percentile(self.clock, percent))

    def ratio(self, yardstick: Measured, percent: float) -> float:
        """How many times what the yardstick takes, at a percentile of each."""
        return self.p(percent) / yardstick.p(percent)


def in_turn(ways: Mapping[str, Answer], questions: Sequence[str]) -> dict[str, Measured]:
    """Have every way answer each question, one way after another, so that what slows one slows all."""
    measured = {name: Measured() for name in ways}
    for text in questions:
        for name, answer in ways.items():
            clock, spent = time.perf_counter(), time.thread_time()
            answer(text)
            measured[name].processor.append((time.thread_time() - spent) * 1_000)
            measured[name].clock.append((time.perf_counter() - clock) * 1_000)
    return measured


def default_encode(model: SentenceEncoder) -> Answer:
    """sentence-transformers as it comes, with the untuned model of an encoder."""
    from sentence_transformers import SentenceTransformer

    default = SentenceTransformer(str(model.folder), device="cpu", local_files_only=True)
    return lambda text: default.encode(text, show_progress_bar=False)


def flat_scan(vectors: np.ndarray, k: int) -> Callable[[np.ndarray], object]:
    """FAISS's scan of all vectors, (n, dimension) float32, which are held in memory, for the k nearest to one."""
    import faiss

    flat = faiss.IndexFlatIP(vectors.shape[1])
    flat.add(vectors)
    return lambda query: flat.search(query[None, :], k)
