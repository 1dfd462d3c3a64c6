"""The manifest: what the index in force is, and what each of its files has to be."""

from __future__ import annotations

import datetime as dt
import hashlib
import json
import math
import re
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from functools import lru_cache
from pathlib import Path
from typing import Any

from embeddings.index.stored import as_day, as_text

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
STORIES = "stories.npy"
FORMER = "former_stories.json"
"""Which events are of one story, and ids by which stories were known before; an earlier version wrote neither."""
STORY_LINKS = "story_links.npz"
"""Which events may be of one story, which the next build need not find out again."""
STORY_FILES = (STORIES, FORMER, STORY_LINKS)


TOKENIZER = "tokenizer.json"
HEAD = "head.npz"
"""What turns the outputs of an exported model into what is kept."""
OPENVINO = "openvino"
INT8 = "onnxruntime-int8"
NETWORK_FILES = {OPENVINO: ("encoder.xml", "encoder.bin"), INT8: ("int8.onnx",)}
"""The ways to run an exported model, and the files of each, beside those that all have."""

_GENERATION = re.compile(r"[0-9a-z-]{1,60}")


@dataclass(frozen=True, slots=True)
class FileRecord:
    """Size in bytes and SHA-256 of a published file."""

    size: int
    sha256: str


@dataclass(frozen=True, slots=True)
class Trial:
    """How one way to run an exported model did where the export was made.

    Attributes:
        mean: how well it agrees with the model itself, as a cosine.
        least: the same for the text that agrees least.
        question_ms: the time of one question.
        text_ms: the processor time of one of many texts.
        question_processor_ms: the processor time of one question; 0 where an earlier version did not measure it.
    """

    way: str
    mean: float
    least: float
    question_ms: float
    text_ms: float
    question_processor_ms: float = 0.0

    @property
    def question_cost(self) -> float:
        """What a question costs who waits for it, and those who wait behind it: both times' geometric mean, in ms."""
        return math.sqrt(self.question_ms * self.question_processor_ms)


@dataclass(frozen=True, slots=True)
class ExportRecord:
    """How well what encodes the texts agrees with the model itself on some of them, as cosines, and what was chosen.

    Attributes:
        for_texts: the way that encodes events; one of `NETWORK_FILES`.
        for_questions: the way that encodes questions.
        trials: of every way that could be tried.
    """

    texts: int
    mean: float
    least: float
    for_texts: str = OPENVINO  # all that earlier versions know
    for_questions: str = OPENVINO
    trials: tuple[Trial, ...] = ()

    @property
    def is_tried(self) -> bool:
        """Whether its ways were chosen by what a question takes; earlier versions did not measure that."""
        return any(trial.question_processor_ms for trial in self.trials)

    @property
    def files(self) -> tuple[str, ...]:
        """The names of the files of the export; a way that was not chosen serves where the chosen one cannot run."""
        ways = dict.fromkeys((self.for_texts, self.for_questions, *(trial.way for trial in self.trials)))
        return (*(name for way in ways for name in NETWORK_FILES[way]), TOKENIZER, HEAD)


@dataclass(frozen=True, slots=True)
class ModelRecord:
    """The model that made the vectors, and its export if the index holds one."""

    name: str
    fingerprint: str
    dimension: int
    export: ExportRecord | None = None


@dataclass(frozen=True, slots=True)
class Inputs:
    """Of what an index was made, and what was found in it that a build tells of.

    Attributes:
        fingerprint: of all that it depends on; "": another build may make something else of the same.
        merged, listed, from_sample: as a build tells them.
    """

    fingerprint: str = ""
    merged: int = 0
    listed: int = 0
    from_sample: int = 0


@dataclass(frozen=True, slots=True)
class Manifest:
    """What an index is: everything that a reader checks before it opens the files."""

    format: int
    generation: str
    built: dt.datetime
    model: ModelRecord
    events: int
    days: int
    first: dt.date | None
    last: dt.date | None
    attributions: tuple[str, ...]
    archives: tuple[str, ...] = ()  # full paths of those that it was built from, sorted
    inputs: Inputs = field(default_factory=Inputs)
    files: Mapping[str, FileRecord] = field(default_factory=dict)

    @property
    def export_files(self) -> dict[str, FileRecord]:
        """The files of the exported model; empty if the index holds no export."""
        export = self.model.export
        return {name: self.files[name] for name in (export.files if export is not None else ())}

    @property
    def bytes(self) -> int:
        """The size of all files together."""
        return sum(record.size for record in self.files.values())


@lru_cache(maxsize=8)  # it is read again and again, to see whether it is still the same
def parse(data: bytes) -> Manifest:
    """The manifest of what `render` gave.

    Raises:
        OtherFormatError: if its format is not this program's.
        ValueError, KeyError, TypeError, AttributeError, RecursionError: if it is damaged.
    """
    body = json.loads(data)["manifest"]
    if body["format"] != FORMAT:
        raise OtherFormatError(body["format"])
    manifest = _manifest(body)
    if data != _rendered(body):  # as it was written: that of an earlier version has fewer fields
        raise ValueError("its checksum does not fit")
    return manifest


class OtherFormatError(Exception):
    """The manifest has another format, which is the argument."""


def _manifest(body: dict[str, Any]) -> Manifest:
    if not _GENERATION.fullmatch(body["generation"]):
        raise ValueError("a generation's name that no build gives")
    model = body["model"]
    if (export := model.get("export")) is not None:
        export = _export(export)
    return Manifest(
        format=FORMAT,
        generation=body["generation"],
        built=dt.datetime.fromisoformat(body["built"]),
        model=ModelRecord(as_text(model["name"]), as_text(model["fingerprint"]), int(model["dimension"]), export),
        events=int(body["events"]),
        days=int(body["days"]),
        first=body["first"] and as_day(body["first"]),
        last=body["last"] and as_day(body["last"]),
        attributions=tuple(map(as_text, body["attributions"])),
        archives=tuple(map(as_text, body.get("archives", ()))),
        inputs=_inputs(body.get("inputs", {})),
        files={
            name: FileRecord(int(record["size"]), as_text(record["sha256"])) for name, record in body["files"].items()
        },
    )


def _inputs(body: dict[str, Any]) -> Inputs:
    counts = (int(body.get(name, 0)) for name in ("merged", "listed", "from_sample"))
    return Inputs(as_text(body.get("fingerprint", "")), *counts)


def _export(body: dict[str, Any]) -> ExportRecord:
    for_texts, for_questions = (as_text(body.get(use, OPENVINO)) for use in ("for_texts", "for_questions"))
    trials = [
        Trial(
            as_text(trial["way"]),
            *(
                float(trial.get(name, 0))
                for name in ("mean", "least", "question_ms", "text_ms", "question_processor_ms")
            ),
        )
        for trial in body.get("trials", ())
    ]
    if not NETWORK_FILES.keys() >= {for_texts, for_questions, *(trial.way for trial in trials)}:
        raise ValueError("a way to run the export that this program does not know")
    mean, least = float(body["mean"]), float(body["least"])
    return ExportRecord(int(body["texts"]), mean, least, for_texts, for_questions, tuple(trials))


def file_record(path: Path) -> FileRecord:
    """Size and SHA-256 of a file."""
    with path.open("rb") as file:
        return FileRecord(size=path.stat().st_size, sha256=hashlib.file_digest(file, "sha256").hexdigest())


def render(manifest: Manifest) -> bytes:
    """The text of the manifest's file, with its own SHA-256; a reader compares the file with it byte for byte."""
    body = asdict(manifest)
    body["built"] = manifest.built.isoformat().replace("+00:00", "Z")  # as earlier versions write it
    for day in ("first", "last"):
        body[day] = body[day] and body[day].isoformat()
    return _rendered(body)


def _rendered(body: dict[str, Any]) -> bytes:
    digest = hashlib.sha256(json.dumps(body, sort_keys=True).encode()).hexdigest()
    return (json.dumps({"manifest": body, "sha256": digest}, indent=1, ensure_ascii=False) + "\n").encode()


def size_problem(path: Path, record: FileRecord) -> str | None:
    size = path.stat().st_size
    return None if size == record.size else f"{path} has {size:,} bytes, expected {record.size:,}"


def hash_problem(path: Path, record: FileRecord) -> str | None:
    """Why a file is not the one that was published; None if it is."""
    return None if file_record(path) == record else f"{path} is damaged: its SHA-256 is not the manifest's"
