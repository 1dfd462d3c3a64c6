"""The vectors and tokens of a new index: used again, resumed or encoded."""

from __future__ import annotations

import contextlib
import shutil
from collections.abc import Iterator, Sequence
from pathlib import Path

import numpy as np

from embeddings.build.journal import Journal, Stored
from embeddings.errors import EmbeddingsError
from embeddings.index.catalogue import Catalogue
from embeddings.index.folder import OpenIndex
from embeddings.index.manifest import (
    CATALOGUE,
    STARTS,
    TOKENS,
    VECTORS,
    ExportRecord,
)
from embeddings.index.tokens import TokenWriter
from embeddings.index.vectors import VectorWriter
from embeddings.model.encoder import Encoder
from embeddings.model.export import CHECKED_TEXTS, FastEncoder, can_be_tried, export
from embeddings.progress import Progress, no_progress
from embeddings.text import clean, shorten

_TRYING = "trying how the model runs fastest"

CHUNK = 1_024  # texts encoded between two commits: some ten seconds of work that a kill can cost


def export_model(
    generation: Path, encoder: Encoder, previous: OpenIndex | None, progress: Progress
) -> tuple[Encoder, ExportRecord] | None:
    """The export of the index in force, else a new one; None if the model cannot be exported.

    An export of an earlier version, which did not try what is fastest, is replaced where that succeeds.
    """
    same = _of_same_model(previous, encoder)
    record = same.manifest.model.export if same is not None else None
    if record is None or not record.is_tried:
        told = progress if can_be_tried(encoder) else no_progress
        told(_TRYING, 0, 1)
        with contextlib.closing(Catalogue(generation / CATALOGUE)) as catalogue:
            rows = np.unique(np.linspace(0, catalogue.size - 1, CHECKED_TEXTS).astype(int)).tolist()
            texts = [event.title for event in catalogue.events(rows)]
        with at_work(encoder):
            exported = export(encoder, texts, generation)
        told(_TRYING, 1, 1)
        if exported is not None:
            return exported
    if same is None or record is None:
        return None
    files = same.manifest.export_files
    for name in files:
        shutil.copyfile(same.folder / name, generation / name)
    dimension = same.manifest.model.dimension
    return FastEncoder(generation, files, encoder, encoder.fingerprint, dimension, way=record.for_texts), record


def encode(generation: Path, encoder: Encoder, previous: OpenIndex | None, journal: Journal, progress: Progress) -> int:
    """Write the vector and tokens of every event of a new catalogue, in its order: used again, resumed or encoded.

    Returns:
        The dimension of the vectors.
    """
    same = _of_same_model(previous, encoder)
    with at_work(encoder):
        dimension = same.vectors.dimension if same is not None else encoder.dimension
    with (
        contextlib.closing(Catalogue(generation / CATALOGUE)) as catalogue,
        VectorWriter(generation / VECTORS, dimension) as vectors,
        TokenWriter(generation / TOKENS, generation / STARTS) as tokens,
    ):
        for start in range(0, catalogue.size, CHUNK):
            rows = range(start, min(start + CHUNK, catalogue.size))
            keys = catalogue.text_keys(rows)
            known = journal.texts(keys)
            if same is not None:
                known.update(_held(same, [key for key in keys if key not in known]))
            wanted = {key: row for key, row in zip(keys, rows, strict=True) if key not in known}
            if wanted:
                titles = [event.title for event in catalogue.events(wanted.values())]
                with at_work(encoder):
                    encoded = [(text.vector, text.tokens) for text in encoder.encode(titles)]
                fresh = dict(zip(wanted, encoded, strict=True))
                journal.add(fresh)
                known.update(fresh)
            vectors.add(np.stack([known[key][0] for key in keys]))
            for key in keys:
                tokens.add(known[key][1])
            progress("encoding events", len(vectors), catalogue.size)
        vectors.finish()
        tokens.finish()
    return dimension


def _of_same_model(index: OpenIndex | None, encoder: Encoder) -> OpenIndex | None:
    """`index`, if its vectors and export can be used again; None if it was made with another model."""
    return index if index is not None and index.manifest.model.fingerprint == encoder.fingerprint else None


def _held(index: OpenIndex, keys: Sequence[bytes]) -> dict[bytes, Stored]:
    """The vectors and tokens of texts that an index holds, by their keys."""
    rows = index.catalogue.rows_by_text(keys)
    if not rows:
        return {}
    places = list(rows.values())
    vectors, (tokens, lengths) = index.vectors.take(places), index.tokens.take(places)
    of_texts = np.split(tokens, np.cumsum(lengths)[:-1])
    return {key: (vector, text) for key, vector, text in zip(rows, vectors, of_texts, strict=True)}


@contextlib.contextmanager
def at_work(encoder: Encoder) -> Iterator[None]:
    """A context for work of the model: torch raises errors of its own if memory or threads are short."""
    try:
        yield
    except (ImportError, RuntimeError) as error:
        raise EmbeddingsError(
            f"the model {encoder.name} cannot encode: {shorten(clean(str(error)), 200)}. If memory is short, free some "
            "and build again; what is encoded by then is kept, and the index that was there is unchanged"
        ) from error
