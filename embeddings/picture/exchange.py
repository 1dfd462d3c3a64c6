"""What passes between whoever wants pictures and the process that draws them; neither loads matplotlib for it.

A chart is a line of JSON. A picture is one letter, its length in four bytes, and its bytes: "P" and a PNG, or "E" and a
sentence that says why there is none.
"""

from __future__ import annotations

import json
import struct
from dataclasses import asdict
from typing import Any

from embeddings.picture.chart import Bar, Chart, Label, Mark, Tick, Unit

HEADER = struct.Struct(">cI")
PICTURE, ERROR = b"P", b"E"

CONFIG_FOLDER = "MPLCONFIGDIR"
"""The variable that names the folder in which matplotlib keeps what it finds out; it must be writable."""


def to_line(chart: Chart) -> bytes:
    """A chart as the process reads it."""
    return json.dumps(asdict(chart)).encode() + b"\n"


def from_line(line: bytes) -> Chart:
    """The chart that a line says."""
    said: dict[str, Any] = json.loads(line)
    return Chart(
        title=said["title"],
        span=Label(**said["span"]),
        unit=Unit(said["unit"]),
        bars=tuple(Bar(**bar) for bar in said["bars"]),
        ticks=tuple(Tick(tick["day"], Label(**tick["label"])) for tick in said["ticks"]),
        marks=tuple(Mark(**mark) for mark in said["marks"]),
        open_ended=said["open_ended"],
    )
