"""The values of a JSON file: one a line, one after another over several lines, or those of an array.

A parser of whole files gives up at the first fault and takes a value of any size. So a file is only parted here, at
brackets and commas outside of strings; each value is parsed by itself, and one that is no JSON costs itself.
"""

from __future__ import annotations

import io
import re
from collections.abc import Iterator
from dataclasses import dataclass, field

from embeddings.archive.records.files import MAX_LINE_BYTES, numbered_lines
from embeddings.archive.records.names import FIRST_OF, bare
from embeddings.archive.report import Report
from embeddings.errors import ArchiveDamagedError
from embeddings.text import clean

_CHUNK = 2**18
_SIGN = re.compile(rb'["\[\]{},]')
_DEEPER = {b"[": 1, b"{": 1, b"]": -1, b"}": -1}
_STRING_END = re.compile(rb'"|\\.?', re.DOTALL)
_TOKEN = re.compile(rb'"(?:[^"\\]|\\.)*+"|[\[\]{}]', re.DOTALL)

_ARRAY = re.compile(rb"\s*+\[")
_ARRAY_OF_OBJECTS = re.compile(rb"\s*+\[\s*+(?:[{\]]|\Z)")
_OBJECT_OR_END = re.compile(rb"\s*+[{\]]")
_COLON = re.compile(rb"\s*+:")
_OVER_LINES = re.compile(rb'\s*+\{\s*?\n\s*+"')
_A_LINE_EACH = re.compile(rb"\s*+\{[^\n]*+(?<=[}\r])\s*+\n\s*+\{")

# What programs call the array, where they put it into an object.
_WRAPPERS = frozenset(
    "events items articles results data entries records rows docs documents news stories posts hits response".split()
)
_MOST_WRAPPED = 4


@dataclass(frozen=True, slots=True)
class Layout:
    """How the values of a file stand in it.

    Attributes:
        level: how many brackets are open around each value; None: a line is a value.
        start: bytes before the first value.
        name: of the array, where it is a member of an object.
    """

    level: int | None = None
    start: int = 0
    name: str | None = None


def layout_of(start: bytes, *, is_lines: bool) -> Layout:
    """How the values of a file that begins so stand in it.

    Args:
        is_lines: its name says that each line is a value, which is believed unless the text shows that it is not.
    """
    if match := (_ARRAY_OF_OBJECTS if is_lines else _ARRAY).match(start):
        return Layout(1, match[0].index(b"[") + 1)
    if is_lines:
        return Layout(0) if _OVER_LINES.match(start) else Layout()
    if not start.lstrip().startswith(b"{") or _A_LINE_EACH.match(start):
        return Layout()
    return _wrapped(start) or Layout(0)


def _wrapped(start: bytes) -> Layout | None:
    """The array of objects within the object that the text begins with; None: the object is a value itself."""
    around: list[bytes] = []
    name = ""
    seen: set[str] = set()
    for token in _TOKEN.finditer(start):
        sign = token[0]
        if sign in b"[{":
            if sign == b"[" and around.count(b"{") == len(around) and name in _WRAPPERS:
                is_record = not seen.isdisjoint(FIRST_OF["date"]) and not seen.isdisjoint(FIRST_OF["headline"])
                if not is_record and _OBJECT_OR_END.match(start, token.end()):
                    return Layout(len(around) + 1, token.end(), name)
            around.append(sign)
        elif sign in b"]}":
            around.pop()
        elif _COLON.match(start, token.end()):
            name = bare(sign.decode(errors="replace"))
            seen.add(name)
        if not 0 < len(around) <= _MOST_WRAPPED:
            return None
    return None


def json_values(file: io.BufferedReader, layout: Layout, path: str, report: Report) -> Iterator[tuple[int, bytes]]:
    """Each value with the number of the line on which it begins, in bounded memory.

    Raises:
        ArchiveDamagedError: if an array has no end: what comes after is unknown.
    """
    if layout.level is None:
        return numbered_lines(file, path, report)
    return _parted(file, layout.level, layout.start, path, report)


@dataclass(slots=True)
class _Value:
    """The bytes of one value while they are read; of one that is too long only the line is kept."""

    data: bytearray = field(default_factory=bytearray)
    line: int = 0
    is_too_long: bool = False

    def take(self, data: bytes, line: int) -> None:
        """Add bytes that begin on that line."""
        if not self.data:
            rest = data.lstrip()
            self.line = line + data.count(b"\n", 0, len(data) - len(rest))
            data = rest
        if len(self.data) + len(data) > MAX_LINE_BYTES:
            self.is_too_long = True
        else:
            self.data += data

    def done(self, path: str, report: Report) -> Iterator[tuple[int, bytes]]:
        """Give the value, if there is one, and begin anew."""
        if self.is_too_long:
            report.reject(path, self.line, f"is too long: more than the {MAX_LINE_BYTES:,} bytes that are read")
        elif data := bytes(self.data).strip():
            yield self.line, data
        self.data.clear()
        self.is_too_long = False


def _parted(file: io.BufferedReader, level: int, start: int, path: str, report: Report) -> Iterator[tuple[int, bytes]]:
    line = 1 + file.read(start).count(b"\n")
    depth = level
    value = _Value()
    is_string = is_escaped = False
    while chunk := file.read(_CHUNK):
        taken = 0
        at = 1 if is_escaped else 0
        is_escaped = False
        while match := (_STRING_END if is_string else _SIGN).search(chunk, at):
            sign, at = match[0], match.end()
            if is_string:
                is_string = sign != b'"'
                is_escaped = sign == b"\\"  # the last byte of the chunk
                continue
            is_string = sign == b'"'
            depth += _DEEPER.get(sign, 0)
            if not (depth == level if sign == b"," else sign in b"]}" and depth <= max(0, level - 1)):
                continue
            # Where values are not in an array, a bracket is the last byte of one.
            value.take(chunk[taken : at if level == 0 and sign != b"," else match.start()], line)
            line += chunk.count(b"\n", taken, at)
            taken = at
            yield from value.done(path, report)
            if depth < level:
                _nothing_after(chunk[at:] + file.read(_CHUNK), level, path, line, report)
                return
            depth = max(depth, 0)
        value.take(chunk[taken:], line)
        line += chunk.count(b"\n", taken)
    if level:
        raise ArchiveDamagedError(
            f"{path} breaks off after line {line}: its array has no end; fetch the file again, or make it anew: "
            "the index was not changed"
        )
    yield from value.done(path, report)


def _nothing_after(rest: bytes, level: int, path: str, line: int, report: Report) -> None:
    """Report what stands behind an array that is not a member of an object."""
    if level == 1 and (text := rest.strip()):
        got = clean(text[:60].decode(errors="replace"))
        report.reject(path, line, f"the array ends here; what comes after is left out: {got}")
