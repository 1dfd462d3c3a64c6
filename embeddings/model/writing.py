"""A loaded model to the files of its export."""

from __future__ import annotations

import importlib.util
import logging
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from embeddings.index.manifest import HEAD, INT8, NETWORK_FILES, OPENVINO, TOKENIZER
from embeddings.model.networks import openvino, runs
from embeddings.model.tuning import Head

if TYPE_CHECKING:
    import torch
    from sentence_transformers import SentenceTransformer

_OPSET = 18  # of ONNX; since then the axes of ReduceMax are an input
_LEAST_ROW = 1e-12  # so that a row of zeros is divided by something


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
    traced = TorchScriptPythonDecoder(module, example_input={"input_ids": ids, "attention_mask": mask})
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
    """Write a network that multiplies in 8-bit integers, which lie over the range of each row.

    A weight has 7 bits: without instructions for it (VNNI) a processor adds two products in 16, which would overflow.
    """
    import onnxruntime
    from onnxruntime.quantization import QuantType, quantize_dynamic
    from onnxruntime.quantization.quant_utils import add_pre_process_metadata

    _scale_rows(network)
    add_pre_process_metadata(network)  # else it warns; what is to be prepared is
    whole = path.with_name("whole.onnx")
    try:
        quantize_dynamic(
            network,
            whole,
            op_types_to_quantize=["MatMul", "Gather"],
            per_channel=True,
            reduce_range=True,
            weight_type=QuantType.QInt8,
        )
        settings = onnxruntime.SessionOptions()
        settings.graph_optimization_level = onnxruntime.GraphOptimizationLevel.ORT_ENABLE_EXTENDED
        settings.optimized_model_filepath = str(path)
        settings.log_severity_level = 3
        onnxruntime.InferenceSession(str(whole), settings, providers=["CPUExecutionProvider"])
    finally:
        whole.unlink(missing_ok=True)


def _scale_rows(network: Any) -> None:
    """Divide what is multiplied with weights by each row's largest number, and multiply the product with it again.

    The range of 8-bit integers is that of all rows together, and marks such as the first token have numbers many times
    as large as words. With it cosines with torch's vectors are .997 rather than .993, for a tenth of the time.
    """
    from onnx import helper, numpy_helper

    graph = network.graph
    weights = {held.name for held in graph.initializer}
    graph.initializer.append(numpy_helper.from_array(np.array([-1], np.int64), "rows.axis"))
    graph.initializer.append(numpy_helper.from_array(np.array(_LEAST_ROW, np.float32), "rows.least"))
    nodes: list[Any] = []
    scaled: set[str] = set()
    for node in graph.node:
        if node.op_type != "MatMul" or node.input[1] not in weights:
            nodes.append(node)
            continue
        given, product = node.input[0], node.output[0]
        if given not in scaled:
            scaled.add(given)
            nodes += [
                helper.make_node("Abs", [given], [f"{given}.abs"]),
                helper.make_node("ReduceMax", [f"{given}.abs", "rows.axis"], [f"{given}.most"], keepdims=1),
                helper.make_node("Max", [f"{given}.most", "rows.least"], [f"{given}.row"]),
                helper.make_node("Div", [given, f"{given}.row"], [f"{given}.unit"]),
            ]
        node.input[0], node.output[0] = f"{given}.unit", f"{product}.unit"
        nodes += [node, helper.make_node("Mul", [f"{product}.unit", f"{given}.row"], [product])]
    del graph.node[:]
    graph.node.extend(nodes)


@contextmanager
def _quiet() -> Iterator[None]:
    """Suppress what tracing a model and rounding its weights say; whether it agrees is measured afterwards."""
    from transformers.utils import logging as transformers_logging

    before = transformers_logging.get_verbosity()
    transformers_logging.set_verbosity_error()  # type: ignore[no-untyped-call]
    disabled = logging.root.manager.disable
    logging.disable(max(disabled, logging.INFO))  # ONNX Runtime tells of each weight through the root of all logs
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            yield
    finally:
        transformers_logging.set_verbosity(before)
        logging.disable(disabled)
