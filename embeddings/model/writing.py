"""A loaded model to the files of its export."""

from __future__ import annotations

import importlib.util
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

from embeddings.index.manifest import HEAD, INT8, NETWORK_FILES, OPENVINO, TOKENIZER
from embeddings.model.networks import ERRORS_ALONE, onnxruntime, openvino, runs
from embeddings.model.rounding import round_network
from embeddings.model.tuning import Head

if TYPE_CHECKING:
    import torch
    from sentence_transformers import SentenceTransformer

_OPSET = 18  # of ONNX; since then the axes of ReduceMax are an input


def ways() -> list[str]:
    """The ways for which what writes and runs an export is installed."""
    writes_onnx = importlib.util.find_spec("onnx") is not None
    return [way for way in NETWORK_FILES if runs(way) and (way == OPENVINO or writes_onnx)]


def write(model: SentenceTransformer, head: Head, folder: Path) -> None:
    """Write what every way needs: tokenizer and head."""
    from tokenizers import Tokenizer

    tokenizer = Tokenizer.from_str(model.tokenizer.backend_tokenizer.to_str())
    tokenizer.enable_truncation(model.max_seq_length or model.tokenizer.model_max_length)
    tokenizer.enable_padding(pad_id=model.tokenizer.pad_token_id, pad_token=model.tokenizer.pad_token)
    tokenizer.save(str(folder / TOKENIZER))
    head.save(folder / HEAD)


def write_network(model: SentenceTransformer, way: str, folder: Path) -> None:
    """Write the network that gives the vectors of texts and of their tokens.

    Raises:
        Exception: of many kinds, if the model cannot be written so.
    """
    import torch

    with torch.inference_mode(), _quiet():
        if way == OPENVINO:
            _write_openvino(_traceable(model), folder / NETWORK_FILES[OPENVINO][0])
        else:
            _write_int8(_onnx(model, folder), folder / NETWORK_FILES[INT8][0])


def _traceable(model: SentenceTransformer) -> torch.nn.Module:
    """The model as a module of token ids and attention mask, (texts, length) int64 each."""
    import torch

    class Sentences(torch.nn.Module):
        def __init__(self) -> None:
            super().__init__()
            self.steps = torch.nn.ModuleList(model.children())

        def forward(self, input_ids: torch.Tensor, attention_mask: torch.Tensor) -> tuple[torch.Tensor, torch.Tensor]:
            features = {"input_ids": input_ids, "attention_mask": attention_mask}
            for step in self.steps:
                features = step(features)
            return features["sentence_embedding"], features["token_embeddings"]

    return Sentences().eval()


def _example() -> tuple[torch.Tensor, torch.Tensor]:
    import torch

    return torch.ones(2, 7, dtype=torch.int64), torch.ones(2, 7, dtype=torch.int64)


def _write_openvino(module: torch.nn.Module, path: Path) -> None:
    vino = openvino()
    from openvino.frontend import FrontEndManager
    from openvino.frontend.pytorch.ts_decoder import TorchScriptPythonDecoder

    ids, mask = _example()
    # Whether what was traced does the same is measured afterwards, on texts.
    traced = TorchScriptPythonDecoder(
        module, example_input={"input_ids": ids, "attention_mask": mask}, trace_kwargs={"check_trace": False}
    )
    reader = FrontEndManager().load_by_framework("pytorch")
    network = reader.convert(reader.load(traced))
    for given in network.inputs:
        given.get_node().set_element_type(vino.Type.i64)
        given.get_node().set_partial_shape(vino.PartialShape([-1, -1]))
    network.validate_nodes_and_infer_types()
    vino.save_model(network, str(path), compress_to_fp16=True)  # writes the weights beside it


def _onnx(model: SentenceTransformer, folder: Path) -> Any:
    """The model as one of ONNX."""
    import onnx
    import torch

    path = folder / "traced.onnx"
    names = ["input_ids", "attention_mask"]
    axes = {0: "texts", 1: "tokens"}
    configuration: Any = getattr(model[0], "auto_model", model[0]).config
    attention = configuration._attn_implementation
    configuration._attn_implementation = "eager"  # of which ONNX Runtime knows to make one step
    try:
        torch.onnx.export(
            _traceable(model),
            _example(),
            str(path),
            input_names=names,
            output_names=["vectors", "hidden"],
            dynamic_axes={**dict.fromkeys([*names, "hidden"], axes), "vectors": {0: "texts"}},
            opset_version=_OPSET,
            dynamo=False,
        )
        return onnx.load(path)
    finally:
        configuration._attn_implementation = attention
        path.unlink(missing_ok=True)


def _write_int8(network: Any, path: Path) -> None:
    """Write a network that multiplies in 8-bit integers, optimised as it will be run."""
    runtime = onnxruntime()
    round_network(network)
    settings = runtime.SessionOptions()
    settings.graph_optimization_level = runtime.GraphOptimizationLevel.ORT_ENABLE_EXTENDED
    settings.optimized_model_filepath = str(path)
    settings.log_severity_level = ERRORS_ALONE
    runtime.InferenceSession(network.SerializeToString(), settings, providers=["CPUExecutionProvider"])


@contextmanager
def _quiet() -> Iterator[None]:
    """Suppress what tracing a model says; whether it agrees is measured afterwards."""
    from transformers.utils import logging as transformers_logging

    before = transformers_logging.get_verbosity()
    transformers_logging.set_verbosity_error()  # type: ignore[no-untyped-call]
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            yield
    finally:
        transformers_logging.set_verbosity(before)
