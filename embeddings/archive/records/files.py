"""Files of records on the disk: unpacked and as UTF-8, whatever they are written in, in bounded memory."""

from __future__ import annotations

import codecs
import contextlib
import io
from collections.abc import Iterator
from pathlib import Path
from typing import Any, cast

from embeddings.archive import packed
from embeddings.archive.report import Report

MAX_LINE_BYTES = 2 * 2**20  # of a line, or of another record
HEAD_BYTES = 2**16  # are looked at to tell which form a file has
_BUFFER_BYTES = 2**18

_MARKS = (  # the longer ones first, for that of UTF-32 begins as that of UTF-16 does
    (codecs.BOM_UTF32_LE, "utf-32"),
    (codecs.BOM_UTF32_BE, "utf-32"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)


@contextlib.contextmanager
def opened(path: Path) -> Iterator[io.BufferedReader]:
    """The bytes of a file, unpacked, as UTF-8 without a byte order mark."""
    with packed.opened(path) as start_of_file:
        start = start_of_file.read(4)
    encoding = _encoding(start)
    with contextlib.ExitStack() as stack:
        # Buffered once more, for what unpacks a file splits its lines in Python.
        unpacked = cast("io.RawIOBase", stack.enter_context(packed.opened(path)))
        file = cast("io.BufferedReader", stack.enter_context(io.BufferedReader(unpacked, _BUFFER_BYTES)))
        if start.startswith(codecs.BOM_UTF8):
            file.read(len(codecs.BOM_UTF8))
        if encoding is not None:
            as_utf8 = io.BufferedReader(_AsUtf8(file, encoding), _BUFFER_BYTES)
            file = cast("io.BufferedReader", stack.enter_context(as_utf8))
        yield file


def head(path: Path) -> bytes:
    """The first bytes of a file, as `opened` gives them."""
    with opened(path) as file:
        return file.read(HEAD_BYTES)


def numbered_lines(file: io.BufferedReader, path: str, report: Report) -> Iterator[tuple[int, bytes]]:
    """Numbered lines that are neither blank nor too long, in bounded memory."""
    number = 0
    while block := file.peek(1):
        if block.isspace():  # a few kilobytes of gzip can hold millions of blank lines
            number += block.count(b"\n")
            file.read(len(block))
            continue
        line = file.readline(MAX_LINE_BYTES + 1)
        number += 1
        if len(line) > MAX_LINE_BYTES:
            report.reject(path, number, f"is too long: more than the {MAX_LINE_BYTES:,} bytes that are read")
            while line and not line.endswith(b"\n"):
                line = file.readline(MAX_LINE_BYTES)
        elif line.strip():
            yield number, line


def _encoding(start: bytes) -> str | None:
    """The encoding of a file that begins so; None: UTF-8, or what is to be reported as none."""
    for mark, encoding in _MARKS:
        if start.startswith(mark):
            return encoding
    # Every form begins with a sign of ASCII: a bracket, or a letter of the header.
    match [byte == 0 for byte in start]:
        case [False, True, False, True]:
            return "utf-16-le"
        case [True, False, True, False]:
            return "utf-16-be"
        case _:
            return None


class _AsUtf8(io.RawIOBase):
    """The text of a file in another encoding; what is wrong in it becomes U+FFFD."""

    def __init__(self, file: io.BufferedReader, encoding: str) -> None:
        self._file = file
        self._decoder = codecs.getincrementaldecoder(encoding)(errors="replace")
        self._rest = b""

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Any) -> int:
        while not self._rest:
            data = self._file.read(_BUFFER_BYTES // 4)
            self._rest = self._decoder.decode(data, final=not data).encode()
            if not data:
                break
        size = min(len(buffer), len(self._rest))
        buffer[:size] = self._rest[:size]
        self._rest = self._rest[size:]
        return size
