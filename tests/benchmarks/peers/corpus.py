"""What every peer is given: the ids and titles of an index's events, and the vectors that the model gives for these."""

from __future__ import annotations

import functools
import hashlib
import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from embeddings.index.catalogue import Catalogue

if TYPE_CHECKING:
    from sentence_transformers import SentenceTransformer

Encode = Callable[[Sequence[str]], np.ndarray]
"""Texts to float32 rows of unit length."""

_STEP = 2_048  # texts encoded, or read, at once


@dataclass(frozen=True, slots=True)
class Corpus:
    """Ids and texts by row, and the file that workers read them from."""

    path: Path
    ids: list[str]
    texts: list[str]

    @property
    def key(self) -> str:
        """Tells corpora and models apart."""
        return self.path.stem


def write_corpus(catalogue: Catalogue, model: Path, folder: Path) -> Corpus:
    """Write the events of a catalogue to a file whose name depends on them and on the files of the model."""
    ids: list[str] = []
    texts: list[str] = []
    for start in range(0, catalogue.size, _STEP):
        for event in catalogue.events(range(start, min(start + _STEP, catalogue.size))):
            ids.append(event.id)
            texts.append(event.title)
    lines = "".join(json.dumps({"id": name, "text": text}) + "\n" for name, text in zip(ids, texts, strict=True))
    key = hashlib.sha256(lines.encode())
    for file in sorted(file for file in model.rglob("*") if file.is_file()):
        key.update(file.read_bytes())
    corpus = Corpus(folder / f"corpus-{key.hexdigest()[:12]}.jsonl", ids, texts)
    _replace(corpus.path, lambda path: path.write_text(lines, encoding="utf-8"))
    return corpus


def plain_encoder(model: Path) -> Encode:
    """sentence-transformers as it comes, in single precision; loaded when it is first needed."""

    @functools.cache
    def loaded() -> SentenceTransformer:
        from sentence_transformers import SentenceTransformer  # seconds, and mostly nobody needs it

        return SentenceTransformer(str(model))

    def encode(texts: Sequence[str]) -> np.ndarray:
        return np.asarray(loaded().encode(list(texts), normalize_embeddings=True, show_progress_bar=False), np.float32)

    return encode


def write_vectors(corpus: Corpus, encode: Encode, tell: Callable[[str], None]) -> None:
    """Encode the corpus and write the vectors beside it, unless they are there; that takes as long as a build."""
    target = corpus.path.with_suffix(".npy")
    if target.exists():
        return
    parts = []
    for start in range(0, len(corpus.texts), _STEP):
        tell(f"encoding {start:,} of {len(corpus.texts):,} texts")
        parts.append(encode(corpus.texts[start : start + _STEP]))
    vectors = np.concatenate(parts)
    _replace(target, lambda path: np.save(path, vectors))


def _replace(target: Path, write: Callable[[Path], object]) -> None:
    """Have the file whole or not at all."""
    part = target.with_name(f"part-{target.name}")
    write(part)
    part.replace(target)
