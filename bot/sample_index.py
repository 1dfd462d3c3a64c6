"""Indexes of the sample archive: the demo's own, and one for a bot, which takes the demo's over where it is there."""

from __future__ import annotations

import contextlib
from pathlib import Path

from platformdirs import user_cache_path

from embeddings.archive import Report
from embeddings.build.result import BuildResult
from embeddings.build.run import build_index
from embeddings.errors import EmbeddingsError
from embeddings.index.copying import copy_index
from embeddings.index.folder import IndexFolder
from embeddings.index.manifest import MANIFEST
from embeddings.model.encoder import Encoder
from embeddings.progress import Progress
from embeddings.sample import sample_path
from embeddings.settings import Way


def demo_folder() -> IndexFolder:
    """Where the demo keeps its index."""
    return IndexFolder(Path(user_cache_path("dateline", appauthor=False)) / "demo-index")


def index_sample(folder: IndexFolder, encoder: Encoder, progress: Progress, way: Way = "auto") -> BuildResult:
    """Build an index of the sample archive; what the demo has encoded is not encoded again."""
    demo = demo_folder()
    if demo.root.absolute() != folder.root.absolute() and not (folder.root / MANIFEST).exists():
        with contextlib.suppress(EmbeddingsError, OSError):  # without it the build takes longer, and no harm is done
            copy_index(demo, folder)
    return build_index(folder, [sample_path()], encoder, Report(), progress=progress, way=way)
