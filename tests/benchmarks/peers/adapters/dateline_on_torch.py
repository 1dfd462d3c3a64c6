"""Dateline where its extra `fast` is not installed: torch encodes, as wherever nothing faster can."""

from __future__ import annotations

import os
from pathlib import Path

from tests.benchmarks.peers.adapters.dateline import Dateline


def make(folder: Path, model: Path) -> Dateline:
    """The model is the index's own."""
    os.environ["DATELINE_INDEX__ENCODER"] = "torch"
    return Dateline(folder)
