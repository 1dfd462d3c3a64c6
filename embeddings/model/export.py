"""The model, exported once into the index and run by OpenVINO: several times as fast as torch, which is not loaded.

It computes in bfloat16 where the processor can, else in single precision. Vectors of the export and of torch may be
mixed, within an index and between questions and events, because an export that does not agree with torch on the
archive's own texts is not used.
"""

from __future__ import annotations

import importlib.util
import logging
import os
import sys
import threading
import warnings
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any, Protocol, runtime_checkable

import numpy as np

from embeddings.errors import BUILD_AGAIN, IndexUnusableError
from embeddings.index.folder import OpenIndex
from embeddings.index.manifest import EXPORT_FILES, ExportRecord, FileRecord, file_record, hash_problem
from embeddings.model.calibration import Confidence, Order, Strangers, Weights
from embeddings.model.encoder import Encoder, SentenceEncoder
from embeddings.model.tuning import Encoded, Head

if TYPE_CHECKING:
    from sentence_transformers import SentenceTransformer

    from embeddings.defaults import Way

log = logging.getLogger(__name__)

MIN_AGREEMENT = 0.999  # bfloat16 reaches .9999, 8-bit integers .99
CHECKED_TEXTS = 64

_PACKAGE = "openvino"
_NETWORK, _WEIGHTS, _TOKENIZER, _HEAD = EXPORT_FILES
_BATCH = 16  # texts of similar length that are encoded together
_MOST_STREAMS = 8  # batches at work at once, each on its share of the cores and with memory of its own
_SHAPES_KEPT = 64  # numbers of texts and tokens for which OpenVINO keeps what it has prepared; each takes memory


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
        one_by_one: whether texts come one after another: each then has all cores, and the model is ready sooner.
    """

    def __init__(
        self,
        folder: Path,
        files: Mapping[str, FileRecord],
        instead: Encoder,
        fingerprint: str,
        dimension: int,
        *,
        one_by_one: bool = False,
    ) -> None:
        self.name = instead.name
        self.fingerprint = fingerprint
        self.dimension = dimension
        self._folder = folder
        self._files = files
        self._instead = instead
        self._streams = 1 if one_by_one else min(os.cpu_count() or 1, _MOST_STREAMS)
        self._lock = threading.Lock()
        self._network: _Network | None = None
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
        with self._lock:
            if self._network is None and not self._given_up:
                self._network = self._open()
                self._given_up = self._network is None
            if self._network is not None:
                return self._network.encode(texts)
        return self._instead.encode(texts)

    def _open(self) -> _Network | None:
        if not is_installed():
            log.info("%s is not installed, so torch encodes; the extra dateline[fast] is faster", _PACKAGE)
            return None
        for name, record in self._files.items():
            if problem := hash_problem(self._folder / name, record):
                raise IndexUnusableError(f"{problem}; {BUILD_AGAIN}")
        try:
            return _Network(self._folder, self._streams)
        except (ImportError, RuntimeError) as error:  # OpenVINO has no narrower one
            log.warning("OpenVINO cannot run the exported model, so torch encodes: %s", error)
            return None


def is_installed() -> bool:
    """Whether the packages that an export needs beyond torch are installed."""
    return importlib.util.find_spec(_PACKAGE) is not None


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
        one_by_one=one_by_one,
    )


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
    if not is_installed():
        log.info("%s is not installed, so torch encodes; the extra dateline[fast] is faster", _PACKAGE)
        return None
    model, head = encoder.load()
    why: object
    try:
        _write(model, head, folder)
        cosines = _agreement(_Network(folder).encode(texts), encoder.encode(texts))
        record = ExportRecord(texts=len(texts), mean=float(np.mean(cosines)), least=min(cosines))
    except Exception as error:  # noqa: BLE001  # whatever a stranger's model provokes; torch can do without
        why = f"{type(error).__name__}: {error}"
    else:
        if record.least >= MIN_AGREEMENT:
            files = {name: file_record(folder / name) for name in EXPORT_FILES}
            return FastEncoder(folder, files, encoder, encoder.fingerprint, encoder.dimension), record
        why = f"its agreement with torch is {record.least:.4f}, expected at least {MIN_AGREEMENT}"
    log.warning("the model %s cannot be exported for OpenVINO, so torch encodes: %s", encoder.name, why)
    for name in EXPORT_FILES:
        (folder / name).unlink(missing_ok=True)
    return None


def _agreement(these: Sequence[Encoded], those: Sequence[Encoded]) -> list[float]:
    """For each text, the smaller of two cosines: of the two text vectors, and of the two sets of token vectors."""
    cosines: list[float] = []
    for one, other in zip(these, those, strict=True):
        a, b = one.tokens.astype(np.float32), other.tokens.astype(np.float32)
        of_tokens = np.sum(a * b) / (np.linalg.norm(a) * np.linalg.norm(b))
        cosines.append(min(float(one.vector @ other.vector), float(of_tokens)))
    return cosines


class _Network:
    """The exported model in memory."""

    def __init__(self, folder: Path, streams: int = 1) -> None:
        from tokenizers import Tokenizer

        openvino = _openvino()
        core = openvino.Core()
        core.set_property({"ENABLE_MMAP": False})  # a mapped file could not be deleted everywhere
        has_bfloat16 = "BF16" in core.get_property("CPU", "OPTIMIZATION_CAPABILITIES")
        settings = {
            "INFERENCE_PRECISION_HINT": "bf16" if has_bfloat16 else "f32",
            "NUM_STREAMS": str(streams),
            "CPU_RUNTIME_CACHE_CAPACITY": str(_SHAPES_KEPT),
        }
        self._at_work = openvino.AsyncInferQueue(core.compile_model(str(folder / _NETWORK), "CPU", settings))
        self._tokenizer = Tokenizer.from_file(str(folder / _TOKENIZER))
        self._filler = int((self._tokenizer.padding or {})["pad_id"])
        self._tokenizer.no_padding()  # it would make all texts as long as the longest
        self._head = Head.load(folder / _HEAD)

    def encode(self, texts: Sequence[str]) -> list[Encoded]:
        """Encode texts, together; one call at a time."""
        tokens = [encoding.ids for encoding in self._tokenizer.encode_batch(list(texts))]
        order = sorted(range(len(texts)), key=lambda place: len(tokens[place]))
        encoded: dict[int, Encoded] = {}

        def keep(request: Any, places: Sequence[int]) -> None:
            vectors, hidden = (request.get_output_tensor(number).data for number in range(2))
            for row, place in enumerate(places):
                ids = np.asarray(tokens[place])
                encoded[place] = self._head.encoded(vectors[row], hidden[row, : len(ids)], ids)

        self._at_work.set_callback(keep)
        for start in range(0, len(texts), _BATCH):
            places = order[start : start + _BATCH]
            self._at_work.start_async(self._padded([tokens[place] for place in places]), places)
        self._at_work.wait_all()
        return [encoded[place] for place in range(len(texts))]

    def _padded(self, tokens: Sequence[Sequence[int]]) -> list[np.ndarray]:
        """Token ids of some texts, padded to one length, and the attention mask: (texts, length) int64 each."""
        shape = len(tokens), max(map(len, tokens))
        ids, mask = np.full(shape, self._filler, np.int64), np.zeros(shape, np.int64)
        for row, of_text in enumerate(tokens):
            ids[row, : len(of_text)] = of_text
            mask[row, : len(of_text)] = 1
        return [ids, mask]


def _write(model: SentenceTransformer, head: Head, folder: Path) -> None:
    """Write the network, which gives the vectors of texts and of their tokens, and its tokenizer and head."""
    import torch
    from tokenizers import Tokenizer

    tokenizer = Tokenizer.from_str(model.tokenizer.backend_tokenizer.to_str())
    tokenizer.enable_truncation(model.max_seq_length or model.tokenizer.model_max_length)
    tokenizer.enable_padding(pad_id=model.tokenizer.pad_token_id, pad_token=model.tokenizer.pad_token)
    tokenizer.save(str(folder / _TOKENIZER))

    openvino = _openvino()
    from openvino.frontend import FrontEndManager
    from openvino.frontend.pytorch.ts_decoder import TorchScriptPythonDecoder

    class Sentences(torch.nn.Module):
        def __init__(self) -> None:
            super().__init__()
            self.steps = torch.nn.ModuleList(model.children())

        def forward(self, input_ids: torch.Tensor, attention_mask: torch.Tensor) -> tuple[torch.Tensor, torch.Tensor]:
            features = {"input_ids": input_ids, "attention_mask": attention_mask}
            for step in self.steps:
                features = step(features)
            return features["sentence_embedding"], features["token_embeddings"]

    example = torch.ones(2, 7, dtype=torch.int64)
    with torch.inference_mode(), _quiet():
        traced = TorchScriptPythonDecoder(
            Sentences().eval(), example_input={"input_ids": example, "attention_mask": example.clone()}
        )
        reader = FrontEndManager().load_by_framework("pytorch")
        network = reader.convert(reader.load(traced))
    for given in network.inputs:
        given.get_node().set_element_type(openvino.Type.i64)
        given.get_node().set_partial_shape(openvino.PartialShape([-1, -1]))
    network.validate_nodes_and_infer_types()
    openvino.save_model(network, str(folder / _NETWORK), compress_to_fp16=True)  # writes the weights beside it
    head.save(folder / _HEAD)


def _openvino() -> Any:
    # Importing OpenVINO tells its makers so over the network; without the package that does it, it does not.
    sys.modules.setdefault("openvino_telemetry", None)  # type: ignore[arg-type]
    import openvino

    return openvino


@contextmanager
def _quiet() -> Iterator[None]:
    """Suppress the warnings of tracing a model; whether the export agrees is measured afterwards."""
    from transformers.utils import logging as transformers_logging

    before = transformers_logging.get_verbosity()
    transformers_logging.set_verbosity_error()  # type: ignore[no-untyped-call]
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            yield
    finally:
        transformers_logging.set_verbosity(before)
