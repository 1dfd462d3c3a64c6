"""What could not be read, and where: every part of an archive that is left out is reported."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import IO

from embeddings.errors import EmbeddingsError

KEPT = 20  # rejections, and notes, that are kept for showing; the file has them all
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
    """Counts rejections, keeps the first few and writes each as a JSON line to `file`, where there is one.

    Attributes:
        count: of the pages and lines that are reported, those that are kept included.
        kept: of those, how many are kept but for a part, so that they are not rejected.
        first: the first of both.
        notes: on whole archives, such as which fields were passed over; not counted.
    """

    file: IO[str] | None = None
    count: int = 0
    kept: int = 0
    first: list[Rejection] = field(default_factory=list)
    notes: list[Rejection] = field(default_factory=list)

    @property
    def rejected(self) -> int:
        """How many pages and lines were left out."""
        return self.count - self.kept

    def reject(self, path: str, line: int | None, why: str) -> None:
        """Report that a page or line was left out, and why.

        Raises:
            EmbeddingsError: if the file cannot be written to.
        """
        self._count(Rejection(_legible(path), line, why), is_kept=False)

    def remark(self, path: str, line: int | None, why: str) -> None:
        """Report that a part of a page or line was left out, or how it was understood; the rest of it is kept.

        Raises:
            EmbeddingsError: if the file cannot be written to.
        """
        self.kept += 1
        self._count(Rejection(_legible(path), line, why), is_kept=True)

    def note(self, path: str, what: str) -> None:
        """Report how a whole archive was understood.

        Raises:
            EmbeddingsError: if the file cannot be written to.
        """
        note = Rejection(_legible(path), None, what)
        if len(self.notes) < KEPT:
            self.notes.append(note)
        self._write(note, is_kept=True)

    def _count(self, rejection: Rejection, *, is_kept: bool) -> None:
        self.count += 1
        if len(self.first) < KEPT:
            self.first.append(rejection)
        self._write(rejection, is_kept=is_kept)

    def _write(self, rejection: Rejection, *, is_kept: bool) -> None:
        """A line of the file; one of what is kept says so."""
        if self.file is not None:
            row: dict[str, object] = {"path": rejection.path, "line": rejection.line, "why": rejection.why}
            if is_kept:
                row["kept"] = True
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
        self._reported = 0

    def reject(self, line: int | None, why: str) -> None:
        """Report that line number `line` (from 1), or the whole page, was left out, and why."""
        self._tell(self._report.reject, line, why)

    def remark(self, line: int | None, why: str) -> None:
        """Report that a part of a line was left out, or how the line was understood; the rest of it is kept."""
        self._tell(self._report.remark, line, why)

    def _tell(self, tell: Callable[[str, int | None, str], None], line: int | None, why: str) -> None:
        self._reported += 1
        if self._reported <= MAX_REJECTED_LINES:
            tell(self.path, line, why)
        elif self._reported == MAX_REJECTED_LINES + 1:
            tell(self.path, line, "from here on more lines could not be read; they are not listed")


def _legible(path: str) -> str:
    """A path with escapes for bytes that are not text and for characters that would control a terminal."""
    if path.isprintable():
        return path
    return "".join(sign if sign.isprintable() else sign.encode("unicode_escape").decode() for sign in path)
