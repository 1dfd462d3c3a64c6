"""Which peers there are, where the parts of each lie, and its build, done once for a corpus."""

from __future__ import annotations

import hashlib
import json
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from embeddings.index.folder import IndexFolder
from embeddings.index.manifest import MANIFEST
from tests.benchmarks.peers.corpus import Corpus
from tests.benchmarks.peers.environments import environment
from tests.benchmarks.peers.process import ROOT, PeerProcess

DATELINE, ON_TORCH = "dateline", "dateline_on_torch"
PEERS = {
    DATELINE: "Dateline",
    ON_TORCH: "Dateline, without its extra fast",
    "semantic_search": "sentence-transformers, semantic_search",
    "bm25": "bm25s",
    "txtai_hybrid": "txtai, hybrid",
    "chroma": "chromadb",
    "langchain_faiss": "LangChain, FAISS",
}
WITHOUT_VECTORS = ("bm25",)
_OURS = (DATELINE, ON_TORCH)  # of one index, by what this runs in

_ADAPTERS = Path(__file__).parent / "adapters"


@dataclass(frozen=True, slots=True)
class Place:
    """Where a peer's parts are.

    Attributes:
        adapter: the name of its module.
        python: of its environment.
        index: what its build writes.
        built: a file that tells of that build.
    """

    adapter: str
    python: Path
    index: Path
    built: Path
    log: Path

    @property
    def name(self) -> str:
        """As people know it."""
        return PEERS[self.adapter]

    @property
    def version(self) -> str:
        """Its packages, as pinned; nothing for Dateline, which is what lies here."""
        return "" if self.adapter in _OURS else " ".join(_requirements(self.adapter).read_text().split())

    @property
    def index_bytes(self) -> int:
        """On the disk; of Dateline's folder what is in force, for a reader may still hold an older generation there."""
        if self.adapter in _OURS:
            return IndexFolder(self.index).manifest().bytes
        return sum(file.stat().st_size for file in self.index.rglob("*") if file.is_file())

    def process(self, model: Path) -> PeerProcess:
        """Start it in its environment."""
        worker = [str(self.python), "-m", "tests.benchmarks.peers.worker", self.adapter, str(self.index), str(model)]
        return PeerProcess(self.name, worker, self.log)


def prepare(adapter: str, folder: Path, dateline_index: Path, tell: Callable[[str], None]) -> Place:
    """Make a peer's environment, unless it is there; Dateline's is the one that this runs in."""
    root = folder / adapter
    root.mkdir(parents=True, exist_ok=True)
    if adapter in _OURS:
        python, index = Path(sys.executable), dateline_index
    else:
        tell(f"{PEERS[adapter]}: environment")
        python, index = environment(root / "environment", _requirements(adapter)), root / "index"
    return Place(adapter, python, index, root / "built.json", root / "log.txt")


def build_seconds(place: Place, corpus: Corpus, model: Path, archive: Path, tell: Callable[[str], None]) -> float:
    """How long a peer's build took without the encoding; builds, unless that was done with the same parts."""
    key = _key(place, corpus)
    if place.built.exists() and (built := json.loads(place.built.read_text()))["key"] == key:
        return float(built["seconds"])
    tell(f"{place.name}: build")
    if place.adapter in _OURS:
        seconds = _build_again(place.index, archive)
    else:
        shutil.rmtree(place.index, ignore_errors=True)
        place.index.mkdir()
        with place.process(model) as process:
            seconds = process.request("build", corpus=str(corpus.path))["seconds"]
    place.built.write_text(json.dumps({"key": key, "seconds": seconds}))
    return seconds


def _build_again(index: Path, archive: Path) -> float:
    """How long Dateline's build takes where every vector is known, on a copy of the index."""
    with tempfile.TemporaryDirectory() as scratch:
        copy = Path(scratch) / "index"
        shutil.copytree(index, copy)
        command = [sys.executable, "-m", "embeddings", "--index", str(copy), "build", str(archive), "--json"]
        reply = json.loads(subprocess.run(command, cwd=ROOT, check=True, stdout=subprocess.PIPE).stdout)
    if reply["new"] or reply["changed"] or reply["removed"]:
        raise SystemExit(f"{index} is not what a build from {archive} gives; build it again")
    return float(reply["seconds"])


def _key(place: Place, corpus: Corpus) -> str:
    """Another one when the corpus, the peer's packages or the way it is used change; for Dateline, its index."""
    parts = [place.index / MANIFEST] if place.adapter in _OURS else [_requirements(place.adapter)]
    parts.append(_ADAPTERS / f"{place.adapter}.py")
    return hashlib.sha256(b"\n".join((corpus.key.encode(), *(part.read_bytes() for part in parts)))).hexdigest()


def _requirements(adapter: str) -> Path:
    return _ADAPTERS / f"{adapter}.txt"
