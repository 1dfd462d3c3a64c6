"""The manifest: what the index in force is, and what each of its files has to be."""

from __future__ import annotations

import datetime as dt
import hashlib
import json
from pathlib import Path

from pydantic import BaseModel, ConfigDict, Field

FORMAT = 2
MANIFEST = "manifest.json"
CATALOGUE = "catalogue.sqlite"
VECTORS = "vectors.faiss"
TOKENS = "tokens.bin"
STARTS = "starts.npy"
PROMINENCE = "prominence.npy"
FILES = (CATALOGUE, VECTORS, TOKENS, STARTS, PROMINENCE)
CODES = "codes.faiss"
TRAITS = "traits.npz"
"""What each event tells by itself of how much it stands out, which the next build need not find out again."""


EXPORT_FILES = ("encoder.xml", "encoder.bin", "tokenizer.json", "head.npz")
"""An exported model: network, weights, tokenizer, and what turns its outputs into what is kept."""


class _Frozen(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class FileRecord(_Frozen):
    """Size in bytes and SHA-256 of a published file."""

    size: int
    sha256: str


class ExportRecord(_Frozen):
    """How well the exported model agrees with the model itself on some texts, as cosines."""

    texts: int
    mean: float
    least: float


class ModelRecord(_Frozen):
    """The model that made the vectors, and its export if the index holds one."""

    name: str
    fingerprint: str
    dimension: int = Field(gt=0)
    export: ExportRecord | None = None


class Manifest(_Frozen):
    """What an index is: everything that a reader checks before it opens the files."""

    format: int
    generation: str = Field(pattern=r"^[0-9a-z-]{1,60}$")
    built: dt.datetime
    model: ModelRecord
    events: int
    days: int
    first: dt.date | None
    last: dt.date | None
    attributions: tuple[str, ...]
    archives: tuple[str, ...] = ()  # full paths of those that it was built from, sorted
    files: dict[str, FileRecord]

    @property
    def export_files(self) -> dict[str, FileRecord]:
        """The files of the exported model; empty if the index holds no export."""
        return {name: self.files[name] for name in EXPORT_FILES if self.model.export is not None}

    @property
    def bytes(self) -> int:
        """The size of all files together."""
        return sum(record.size for record in self.files.values())


def file_record(path: Path) -> FileRecord:
    """Size and SHA-256 of a file."""
    with path.open("rb") as file:
        return FileRecord(size=path.stat().st_size, sha256=hashlib.file_digest(file, "sha256").hexdigest())


def render(manifest: Manifest) -> bytes:
    """The text of the manifest's file, with its own SHA-256; a reader compares the file with it byte for byte."""
    body = manifest.model_dump(mode="json", exclude_unset=True)  # as it was written
    digest = hashlib.sha256(json.dumps(body, sort_keys=True).encode()).hexdigest()
    return (json.dumps({"manifest": body, "sha256": digest}, indent=1, ensure_ascii=False) + "\n").encode()


def size_problem(path: Path, record: FileRecord) -> str | None:
    size = path.stat().st_size
    return None if size == record.size else f"{path} has {size:,} bytes, expected {record.size:,}"


def hash_problem(path: Path, record: FileRecord) -> str | None:
    """Why a file is not the one that was published; None if it is."""
    return None if file_record(path) == record else f"{path} is damaged: its SHA-256 is not the manifest's"
