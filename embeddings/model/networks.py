"""The ways to run an exported model: OpenVINO, and ONNX Runtime in 8-bit integers."""

from __future__ import annotations

import importlib.util
import os
import queue
import sys
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any, Protocol

import numpy as np

from embeddings.index.manifest import HEAD, INT8, NETWORK_FILES, OPENVINO, TOKENIZER
from embeddings.model.tuning import Encoded, Head

PACKAGES = {OPENVINO: "openvino", INT8: "onnxruntime"}
"""What must be installed to run an export, by the way."""

_BATCH = 16  # texts of similar length that are encoded together
_MOST_AT_ONCE = 8  # batches at work at once, each on its share of the cores and with memory of its own
_SHAPES_KEPT = 64  # numbers of texts and tokens for which OpenVINO keeps what it has prepared; each takes memory
ERRORS_ALONE = 3  # ONNX Runtime's name for it


def runs(way: str) -> bool:
    """Whether what a way needs is installed."""
    return importlib.util.find_spec(PACKAGES[way]) is not None


class Network(Protocol):
    """An exported model in memory, which threads may use at once.

    Attributes:
        at_once: how many batches are best run at once.
    """

    at_once: int

    def run(self, ids: np.ndarray, mask: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """The vectors of texts and of their tokens.

        Args:
            ids: the texts' tokens, padded to one length, (texts, length) int64.
            mask: 1 for a token, 0 for padding, (texts, length) int64.
        Returns:
            (texts, dimension) and (texts, length, dimension) float32.
        """
        ...


class OpenVino:
    """An export run by OpenVINO, in bfloat16 where the processor can, else in single precision.

    Args:
        one_by_one: one text has all cores; else each batch has its share.
    """

    def __init__(self, folder: Path, *, one_by_one: bool) -> None:
        self.at_once = 1 if one_by_one else _cores(_MOST_AT_ONCE)
        core = openvino().Core()
        core.set_property({"ENABLE_MMAP": False})  # a mapped file could not be deleted everywhere
        has_bfloat16 = "BF16" in core.get_property("CPU", "OPTIMIZATION_CAPABILITIES")
        settings = {
            "INFERENCE_PRECISION_HINT": "bf16" if has_bfloat16 else "f32",
            "NUM_STREAMS": str(self.at_once),
            "CPU_RUNTIME_CACHE_CAPACITY": str(_SHAPES_KEPT),
        }
        model = core.compile_model(str(folder / NETWORK_FILES[OPENVINO][0]), "CPU", settings)
        self._requests: queue.SimpleQueue[Any] = queue.SimpleQueue()
        for _ in range(self.at_once):
            self._requests.put(model.create_infer_request())

    def run(self, ids: np.ndarray, mask: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """See `Network`."""
        request = self._requests.get()
        try:
            request.infer([ids, mask])
            vectors, hidden = (np.array(request.get_output_tensor(number).data) for number in range(2))
        finally:
            self._requests.put(request)
        return vectors, hidden


class OnnxRuntime:
    """An export run by ONNX Runtime in 8-bit integers.

    A batch has one core. A second is not worth waking: 12 tokens took 4.4 ms with one, 4.6 with two, and 3.5 where the
    threads never sleep, which takes the processor from whatever else answers. Beside some ten busy processes they took
    4 ms of the clock on two cores, by OpenVINO 45, whose threads wait for each other.

    Args:
        one_by_one: one batch is run at once; else one on each core.
    """

    def __init__(self, folder: Path, *, one_by_one: bool) -> None:
        runtime = onnxruntime()
        self.at_once = 1 if one_by_one else _cores(_MOST_AT_ONCE)
        settings = runtime.SessionOptions()
        settings.intra_op_num_threads = 1
        settings.inter_op_num_threads = 1
        settings.enable_cpu_mem_arena = not one_by_one  # it keeps the memory of the longest text
        settings.log_severity_level = ERRORS_ALONE
        # It was optimised when it was written.
        settings.graph_optimization_level = runtime.GraphOptimizationLevel.ORT_DISABLE_ALL
        [file] = NETWORK_FILES[INT8]
        try:
            self._session = runtime.InferenceSession(str(folder / file), settings, providers=["CPUExecutionProvider"])
        except Exception as error:  # its own have no class in common
            raise RuntimeError(f"{type(error).__name__}: {error}") from error
        self._inputs = [given.name for given in self._session.get_inputs()]

    def run(self, ids: np.ndarray, mask: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """See `Network`."""
        try:
            vectors, hidden = self._session.run(None, dict(zip(self._inputs, (ids, mask), strict=True)))
        except Exception as error:
            raise RuntimeError(f"{type(error).__name__}: {error}") from error
        return vectors, hidden


class Exported:
    """An exported model with what stands before and after its network.

    Args:
        folder: the folder of the export's files, which are read now.
        way: one of `NETWORK_FILES`.
        one_by_one: whether texts come one after another: each then has as many cores as make it faster.
    Raises:
        ImportError, RuntimeError: if it cannot be run here.
    """

    def __init__(self, folder: Path, way: str, *, one_by_one: bool = False) -> None:
        from tokenizers import Tokenizer

        make: Callable[..., Network] = OpenVino if way == OPENVINO else OnnxRuntime
        self._network = make(folder, one_by_one=one_by_one)
        self._tokenizer = Tokenizer.from_file(str(folder / TOKENIZER))
        self._filler = int((self._tokenizer.padding or {})["pad_id"])
        self._tokenizer.no_padding()  # it would make all texts as long as the longest
        self._head = Head.load(folder / HEAD)

    def encode(self, texts: Sequence[str]) -> list[Encoded]:
        """Encode texts, those of similar length together; threads may call it at once."""
        if len(texts) == 1:  # without waking a thread
            return self._batch([self._tokenizer.encode(texts[0]).ids])
        tokens = [encoding.ids for encoding in self._tokenizer.encode_batch(list(texts))]
        order = sorted(range(len(texts)), key=lambda place: len(tokens[place]), reverse=True)  # the short ones end it
        batches = [order[start : start + _BATCH] for start in range(0, len(texts), _BATCH)]
        encoded: dict[int, Encoded] = {}
        of_batches = [[tokens[place] for place in places] for places in batches]
        if self._network.at_once > 1:
            with ThreadPoolExecutor(self._network.at_once, "encoding") as threads:
                found = list(threads.map(self._batch, of_batches))
        else:
            found = list(map(self._batch, of_batches))
        for places, of_batch in zip(batches, found, strict=True):
            encoded.update(zip(places, of_batch, strict=True))
        return [encoded[place] for place in range(len(texts))]

    def _batch(self, tokens: list[list[int]]) -> list[Encoded]:
        """The encoded texts of these token ids."""
        shape = len(tokens), max(map(len, tokens))
        ids, mask = np.full(shape, self._filler, np.int64), np.zeros(shape, np.int64)
        for row, of_text in enumerate(tokens):
            ids[row, : len(of_text)] = of_text
            mask[row, : len(of_text)] = 1
        vectors, hidden = self._network.run(ids, mask)
        return [
            self._head.encoded(vectors[row], hidden[row, : len(of_text)], ids[row, : len(of_text)])
            for row, of_text in enumerate(tokens)
        ]


def openvino() -> Any:
    """The package OpenVINO."""
    # Importing OpenVINO tells its makers so over the network; without the package that does it, it does not.
    sys.modules.setdefault("openvino_telemetry", None)  # type: ignore[arg-type]
    import openvino

    return openvino


def onnxruntime() -> Any:
    """The package ONNX Runtime."""
    # Importing it writes a number for the machine into the user's folder and tells its makers; so it does neither.
    os.environ.setdefault("ORT_DISABLE_TELEMETRY", "1")
    import onnxruntime

    onnxruntime.disable_telemetry_events()
    return onnxruntime


def _cores(most: int) -> int:
    return min(os.cpu_count() or 1, most)
