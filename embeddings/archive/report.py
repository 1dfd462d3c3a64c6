"""What could not be read, and where: every part of an archive that is left out is reported."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from typing import IO

from embeddings.errors import EmbeddingsError

KEPT = 20  # rejections kept for showing; the file has them all
MAX_REJECTED_LINES = 100  # of one page; the rest are counted in one line more


@dataclass(frozen=True, slots=True)
class Rejection:
    """A page or line that was left out; `line` counts from 1 and is None for a whole page or file."""

    path: str
    line: int | None
    why: str

    def __str__(self) -> str:
        place = self.path if self.line is None else f"{self.path}: line {self.line}"
        return f"{place}: {self.why}"


@dataclass(slots=True)
class Report:
    """Counts rejections, keeps the first few and writes each as a JSON line to `file`, if that is given."""

    file: IO[str] | None = None
    count: int = 0
    first: list[Rejection] = field(default_factory=list)

    def reject(self, path: str, line: int | None, why: str) -> None:
        """Note one rejection.

        Raises:
            EmbeddingsError: if the file cannot be written to.
        """
        self.count += 1
        path = _legible(path)
        if len(self.first) < KEPT:
            self.first.append(Rejection(path, line, why))
        if self.file is not None:
            row = {"path": path, "line": line, "why": why}
            try:
                self.file.write(json.dumps(row, ensure_ascii=False) + "\n")
            except OSError as error:
                raise EmbeddingsError(
                    f"the report {self.file.name} cannot be written ({error.strerror}); name a file on another disk, "
                    "or build without one. The index was not changed"
                ) from error


class PageReport:
    """Reports for one page; if very many of its lines are bad, only the first are listed."""

    def __init__(self, path: str, report: Report) -> None:
        self.path = path
        self._report = report
        self._rejected = 0

    def reject(self, line: int | None, why: str) -> None:
        """Report line number `line` (from 1), or the whole page."""
        self._rejected += 1
        if self._rejected <= MAX_REJECTED_LINES:
            self._report.reject(self.path, line, why)
        elif self._rejected == MAX_REJECTED_LINES + 1:
            self._report.reject(self.path, line, "from here on more lines could not be read; they are not listed")


def _legible(path: str) -> str:
    """A path with escapes for bytes that are not text and for characters that would control a terminal."""
    if path.isprintable():
        return path
    return "".join(sign if sign.isprintable() else sign.encode("unicode_escape").decode() for sign in path)
