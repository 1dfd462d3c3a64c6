"""The process that draws: `python -m embeddings.picture.worker` reads charts and writes pictures, one after another.

It ends with its input, so that it never outlives whoever started it.
"""

from __future__ import annotations

import signal
import sys
from typing import BinaryIO

from embeddings.picture.exchange import ERROR, HEADER, PICTURE, from_line
from embeddings.picture.loading import load
from embeddings.text import clean, shorten

_LONGEST_ERROR = 300


def work(charts: BinaryIO, pictures: BinaryIO) -> None:
    """Draw each chart until there are no more."""
    draw = None
    for line in charts:
        try:
            draw = draw or load()
            kind, answer = PICTURE, draw(from_line(line))
        except Exception as error:  # noqa: BLE001  # whoever asked logs it, and the next chart may be drawn
            kind, answer = ERROR, shorten(clean(f"{type(error).__name__}: {error}"), _LONGEST_ERROR).encode()
        pictures.write(HEADER.pack(kind, len(answer)) + answer)
        pictures.flush()


if __name__ == "__main__":
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # whoever started it ends it
    work(sys.stdin.buffer, sys.stdout.buffer)
