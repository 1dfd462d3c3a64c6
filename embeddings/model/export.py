"""The model, exported once into the index and run without torch, several times as fast.

What runs it is chosen when the export is made, one way for events and one for questions: each is timed, and compared
with torch on the archive's own texts. Vectors of the export and of torch may be mixed, within an index and between
questions and events, because a way that does not agree with torch is not used.
"""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Protocol, runtime_checkable

import numpy as np

from embeddings.errors import BUILD_AGAIN, IndexUnusableError
from embeddings.index.folder import OpenIndex
from embeddings.index.manifest import (
    HEAD,
    NETWORK_FILES,
    OPENVINO,
    TOKENIZER,
    ExportRecord,
    FileRecord,
    Trial,
    file_record,
    hash_problem,
)
from embeddings.model import networks, writing
from embeddings.model.calibration import Confidence, Order, Strangers, Weights
from embeddings.model.encoder import Encoder, SentenceEncoder
from embeddings.model.tuning import Encoded, Head

if TYPE_CHECKING:
    from sentence_transformers import SentenceTransformer

    from embeddings.defaults import Way

log = logging.getLogger(__name__)

MIN_AGREEMENT = 0.999  # of what encodes events: bfloat16 reaches .9999
MIN_OF_QUESTIONS = 0.998
"""Of what encodes questions, on the average. 8-bit integers reach .9989, and .998 at the least. With them, of 775
questions of three hands, as many or more had a right event first and among five in each hand's; of the 150 in key words
alone one fewer was first, of the 150 plain ones two more."""
CHECKED_TEXTS = 64

_WORDS = 8  # of a text, so that it is as long as a question
_QUESTIONS = 8
_TURNS = 5


@runtime_checkable
class Exportable(Protocol):
    """An encoder whose model can be exported."""

    def load(self) -> tuple[SentenceTransformer, Head]:
        """The loaded model, and the head that follows it."""
        ...


class FastEncoder:
    """An exported model. If it cannot be used on this machine, that is logged once, and `instead` encodes.

    Args:
        folder: the folder of the export's files, which are read at the first text.
        files: the sizes and hashes that the files must have.
        instead: an encoder of the same model.
        fingerprint: the fingerprint of the model.
        dimension: numbers in a vector.
        way: what runs it; where that cannot, another whose files are there encodes questions.
        one_by_one: whether they are questions, one after another or a few at once: each then has as many cores as make
            it faster, and the model is ready sooner.
    """

    def __init__(
        self,
        folder: Path,
        files: Mapping[str, FileRecord],
        instead: Encoder,
        fingerprint: str,
        dimension: int,
        *,
        way: str = OPENVINO,
        one_by_one: bool = False,
    ) -> None:
        self.name = instead.name
        self.fingerprint = fingerprint
        self.dimension = dimension
        self._folder = folder
        self._files = files
        self._instead = instead
        self._way = way
        self._one_by_one = one_by_one
        self._lock = threading.Lock()
        self._exported: networks.Exported | None = None
        self._given_up = False

    @property
    def weights(self) -> Weights:
        """Calibrated for the model."""
        return self._instead.weights

    @property
    def order(self) -> Order | None:
        """Calibrated for the model."""
        return self._instead.order

    def confidence(self, events: int) -> Confidence | None:
        """Calibrated for the model."""
        return self._instead.confidence(events)

    @property
    def strangers(self) -> Strangers | None:
        """Calibrated for the model."""
        return self._instead.strangers

    def encode(self, texts: Sequence[str]) -> list[Encoded]:
        """Encode texts, together.

        Raises:
            IndexUnusableError: if a file of the export is not the one that was published.
        """
        if not texts:
            return []
        with self._lock:
            if self._exported is None and not self._given_up:
                self._exported = self._open()
                self._given_up = self._exported is None
        encoder = self._exported or self._instead
        return encoder.encode(texts)

    def _open(self) -> networks.Exported | None:
        if not is_installed():
            log.info("nothing that runs an export is installed, so torch encodes; the extra dateline[fast] is faster")
            return None
        ways = [self._way]
        if self._one_by_one:  # what encodes events has to agree with torch as well as the one that was chosen
            ways += [
                way for way, names in NETWORK_FILES.items() if way not in ways and self._files.keys() >= set(names)
            ]
        for way in ways:
            for name in (*NETWORK_FILES[way], TOKENIZER, HEAD):
                if name in self._files and (problem := hash_problem(self._folder / name, self._files[name])):
                    raise IndexUnusableError(f"{problem}; {BUILD_AGAIN}")
            try:
                return networks.Exported(self._folder, way, one_by_one=self._one_by_one)
            except (ImportError, RuntimeError) as error:  # neither package has a narrower one
                log.warning("%s cannot run the exported model: %s", networks.PACKAGES[way], error)
        log.warning("nothing here can run the exported model, so torch encodes")
        return None


def is_installed() -> bool:
    """Whether a package that runs an export is installed."""
    return any(map(networks.runs, NETWORK_FILES))


def encoder_of(index: OpenIndex, model: str | None, way: Way, *, one_by_one: bool = False) -> Encoder:
    """The encoder for an index's questions: its export, if it has one of `model` and `way` allows it, else torch.

    Args:
        model: a name or folder; None: the index's own.
        one_by_one: see `FastEncoder`.
    """
    own = index.manifest.model
    encoder = SentenceEncoder(model or own.name, expected=own.fingerprint)
    return encoder if way == "torch" or encoder.name != own.name else export_of(index, encoder, one_by_one=one_by_one)


def export_of(index: OpenIndex, encoder: Encoder, *, one_by_one: bool = False) -> Encoder:
    """The export that an index holds; without one `encoder`, which must be of the index's model."""
    model = index.manifest.model
    if model.export is None:
        return encoder
    return FastEncoder(
        index.folder,
        index.manifest.export_files,
        encoder,
        model.fingerprint,
        model.dimension,
        way=model.export.for_questions if one_by_one else model.export.for_texts,
        one_by_one=one_by_one,
    )


def can_be_tried(encoder: Encoder) -> bool:
    """Whether `export` would try to export an encoder's model, and what runs it is installed."""
    return isinstance(encoder, Exportable) and bool(writing.ways())


def export(encoder: Encoder, texts: Sequence[str], folder: Path) -> tuple[FastEncoder, ExportRecord] | None:
    """Export an encoder's model and see whether it gives the encoder's vectors.

    Args:
        texts: texts on which the two are compared.
        folder: the folder to which the files of the export are written.
    Returns:
        None if the export cannot be made or does not agree; the log says why, and the folder is as it was.
    """
    if not isinstance(encoder, Exportable):
        return None
    if not writing.ways():
        log.info("nothing that runs an export is installed, so torch encodes; the extra dateline[fast] is faster")
        return None
    model, head = encoder.load()
    why: object
    try:
        writing.write(model, head, folder)
        trials = _trials(model, encoder.encode(texts), texts, folder)
        record = _choice(trials, len(texts))
    except Exception as error:  # noqa: BLE001  # whatever a stranger's model provokes; torch can do without
        why = f"{type(error).__name__}: {error}"
    else:
        if record is not None:
            _remove(folder, but=record.files)
            files = {name: file_record(folder / name) for name in record.files}
            way = record.for_texts
            return FastEncoder(folder, files, encoder, encoder.fingerprint, encoder.dimension, way=way), record
        best = max((trial.least for trial in trials), default=0.0)
        why = f"its agreement with torch is {best:.4f}, expected at least {MIN_AGREEMENT}"
    log.warning("the model %s cannot be exported, so torch encodes: %s", encoder.name, why)
    _remove(folder)
    return None


def _trials(model: SentenceTransformer, expected: Sequence[Encoded], texts: Sequence[str], folder: Path) -> list[Trial]:
    """Try every way to run the model that can be tried; why another cannot is logged.

    Raises:
        Exception: of many kinds, if there is none.
    """
    trials: list[Trial] = []
    failed: Exception | None = None
    for way in writing.ways():
        try:
            writing.write_network(model, way, folder)
            trials.append(_trial(way, expected, texts, folder))
        except Exception as error:  # noqa: BLE001  # whatever a stranger's model provokes; another may do
            log.info("the model cannot be exported for %s: %s", way, error)
            failed = error
    if failed is not None and not trials:
        raise failed
    return trials


def _trial(way: str, expected: Sequence[Encoded], texts: Sequence[str], folder: Path) -> Trial:
    """See how well and how fast a way encodes."""
    many = networks.Exported(folder, way)
    cosines = _agreement(many.encode(texts), expected)
    started = time.process_time()
    many.encode(texts)  # the first time something was prepared
    text_ms = (time.process_time() - started) / len(texts) * 1_000
    del many
    one = networks.Exported(folder, way, one_by_one=True)
    questions = [" ".join(text.split()[:_WORDS]) for text in texts[:_QUESTIONS]]
    # The least of some turns, because whatever else the machine does can only make it slower.
    question_ms, processor_ms = _median([min(_times(one, text) for _ in range(_TURNS)) for text in questions])
    return Trial(way, float(np.mean(cosines)), min(cosines), question_ms, round(text_ms, 2), processor_ms)


def _median(times: Sequence[tuple[float, float]]) -> tuple[float, float]:
    """The median of each of both times; at least what a manifest can say, for some clocks tick every 16 ms."""
    question_ms, processor_ms = (max(round(float(ms), 2), 0.01) for ms in np.median(times, axis=0))
    return question_ms, processor_ms


def _times(encoder: networks.Exported, text: str) -> tuple[float, float]:
    """The time that a text takes and that of the processor, in milliseconds."""
    clock, processor = time.perf_counter(), time.process_time()
    encoder.encode([text])
    return (time.perf_counter() - clock) * 1_000, (time.process_time() - processor) * 1_000


def _choice(trials: Sequence[Trial], texts: int) -> ExportRecord | None:
    """The fastest ways that agree well enough; None if none does.

    Of two that answer a question about as soon, the one that leaves more of the processor to the next question.
    """
    for_texts = min((t for t in trials if t.least >= MIN_AGREEMENT), key=lambda t: t.text_ms, default=None)
    if for_texts is None:
        return None
    for_questions = min((t for t in trials if t.mean >= MIN_OF_QUESTIONS), key=lambda t: t.question_cost)
    return ExportRecord(texts, for_texts.mean, for_texts.least, for_texts.way, for_questions.way, tuple(trials))


def _remove(folder: Path, but: Sequence[str] = ()) -> None:
    """Delete the files of an export."""
    for name in {*(name for names in NETWORK_FILES.values() for name in names), TOKENIZER, HEAD} - set(but):
        (folder / name).unlink(missing_ok=True)


def _agreement(these: Sequence[Encoded], those: Sequence[Encoded]) -> list[float]:
    """For each text, the smaller of two cosines: of the two text vectors, and of the two sets of token vectors."""
    cosines: list[float] = []
    for one, other in zip(these, those, strict=True):
        a, b = one.tokens.astype(np.float32), other.tokens.astype(np.float32)
        of_tokens = np.sum(a * b) / (np.linalg.norm(a) * np.linalg.norm(b))
        cosines.append(min(float(one.vector @ other.vector), float(of_tokens)))
    return cosines
