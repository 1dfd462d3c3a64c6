"""A network of ONNX made to multiply in 8-bit integers, as ONNX Runtime does it fast on any processor.

A weight is rounded to a step of its column's, a number that is multiplied with it to a step of its row's. A row is a
token: what its vector becomes does not depend on what is computed beside it.
"""

from __future__ import annotations

from typing import Any

import numpy as np

_LEAST = 1e-12  # of a step and of a row's range, so that nothing is divided by zero
_LEVELS = 255
_MOST_OF_ONE = 127  # of a weight, signed
_MOST_OF_TWO = 128  # 255 * 128 is within 16 bits
_LONG_TABLE = 1_000  # rows; of a shorter one nothing is gained
_RUNTIME = "com.microsoft"  # whose step it is


def round_columns(weights: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Round weights to whole multiples of a step for each column.

    Without instructions for it (VNNI) a processor adds the products of two neighbours in 16 bits, signed, each of up to
    255 times a weight. So two of the same sign must not exceed 128 together: their largest sum gives the step, which is
    half as coarse as if each had 7 bits.

    Args:
        weights: (n, columns) float32.
    Returns:
        (n, columns) int8 and (columns,) float32.
    """
    pairs = np.pad(weights, ((0, len(weights) % 2), (0, 0))).reshape(-1, 2, weights.shape[1])
    above, below = (np.maximum(side, 0).sum(axis=1).max(axis=0) for side in (pairs, -pairs))
    of_two = np.maximum(above, below) / (_MOST_OF_TWO - 1)  # each may be rounded up by a half
    step = np.maximum(np.maximum(of_two, np.abs(weights).max(axis=0) / _MOST_OF_ONE), _LEAST).astype(np.float32)
    return np.rint(weights / step).astype(np.int8), step


def round_network(network: Any) -> None:
    """Have a network (`onnx.ModelProto`) multiply with its weights in integers, and keep its long tables so."""
    from onnx import helper, numpy_helper

    graph = network.graph
    weights = {held.name: held for held in graph.initializer}
    rounded: set[str] = set()
    nodes: list[Any] = []

    def keep(name: str, values: np.ndarray) -> str:
        graph.initializer.append(numpy_helper.from_array(values, name))
        return name

    def step(kind: str, given: list[str], result: str, **settings: Any) -> str:
        nodes.append(helper.make_node(kind, given, [result], **settings))
        return result

    axis = keep("rounded.axis", np.array([-1], np.int64))
    least = keep("rounded.least", np.array(_LEAST, np.float32))
    level = keep("rounded.level", np.array(1 / _LEVELS, np.float32))
    zero = keep("rounded.zero", np.array(0, np.uint8))

    def round_rows(name: str) -> None:
        """The lowest number of each row, its range, and where in that each number lies, in 255 levels."""
        low = step("ReduceMin", [name, axis], f"{name}.low", keepdims=1)
        high = step("ReduceMax", [name, axis], f"{name}.high", keepdims=1)
        between = step("Max", [step("Sub", [high, low], f"{name}.between"), least], f"{name}.range")
        share = step("Div", [step("Sub", [name, low], f"{name}.above"), between], f"{name}.share")
        step("QuantizeLinear", [share, level, zero], f"{name}.levels")

    def multiply(name: str, weight: str, product: str) -> None:
        """`low + range * share` times the weights, in which only `share` and the weights are rounded."""
        integers, steps = round_columns(numpy_helper.to_array(weights[weight]))
        sums = keep(f"{weight}.sums", integers.sum(axis=0, dtype=np.float32) * steps)
        given = [f"{name}.levels", keep(f"{weight}.int8", integers), level, keep(f"{weight}.steps", steps), zero]
        of_shares = step("MatMulIntegerToFloat", given, f"{product}.of_shares", domain=_RUNTIME)
        of_low = step("Mul", [f"{name}.low", sums], f"{product}.of_low")
        step("Add", [step("Mul", [of_shares, f"{name}.range"], f"{product}.of_range"), of_low], product)

    def look_up(table: str, places: str, found: str) -> None:
        integers, steps = round_columns(numpy_helper.to_array(weights[table]).T)
        rows = step("Gather", [keep(f"{table}.int8", np.ascontiguousarray(integers.T)), places], f"{found}.int8")
        of_rows = step("Gather", [keep(f"{table}.steps", steps[:, None]), places], f"{found}.steps")
        step("Mul", [step("Cast", [rows], f"{found}.whole", to=1), of_rows], found)

    of_rows: set[str] = set()
    for node in list(graph.node):
        if node.op_type == "MatMul" and node.input[1] in weights:
            name, weight = node.input
            if name not in of_rows:
                of_rows.add(name)
                round_rows(name)
            multiply(name, weight, node.output[0])
            rounded.add(weight)
        elif node.op_type == "Gather" and node.input[0] in weights and weights[node.input[0]].dims[0] >= _LONG_TABLE:
            look_up(node.input[0], node.input[1], node.output[0])
            rounded.add(node.input[0])
        else:
            nodes.append(node)
    _replace(graph.node, nodes)
    _replace(graph.initializer, [values for values in graph.initializer if values.name not in rounded])
    network.opset_import.append(helper.make_opsetid(_RUNTIME, 1))


def _replace(held: Any, values: list[Any]) -> None:
    del held[:]
    held.extend(values)
