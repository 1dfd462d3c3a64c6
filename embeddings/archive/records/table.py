"""The rows of a CSV or TSV file with a header, as fields and their texts."""

from __future__ import annotations

import csv
import io
import re
from collections import deque
from collections.abc import Iterator, Sequence

from embeddings.archive.records.files import MAX_LINE_BYTES
from embeddings.archive.records.names import FIELD_OF, FIRST_OF, PARTS_OF_DAY, bare
from embeddings.archive.report import Report
from embeddings.errors import ArchiveMissingError
from embeddings.text import clean, shorten

Row = list[tuple[str, str]]

MOST_COLUMNS = 1_000
MAX_ROW = 2**17  # characters of a row over several lines; the most that the parser takes in one cell, too
_DELIMITERS = ",;\t|"
_NAMED_DELIMITER = re.compile(r"sep=(.)\s*", re.IGNORECASE)  # Excel's first line
_QUOTED = re.compile(r'"[^"]*+"')
_NOTHING = frozenset({"", "null", r"\n", "nan", "none", "n/a", "<na>"})  # what databases and pandas write for no value
_STRAY = re.compile("[\ud800-\udfff]")  # a byte that is no UTF-8


class _OpenQuoteError(Exception):
    """A quotation mark is opened and not closed."""


def table_rows(file: io.BufferedReader, path: str, report: Report, *, is_tsv: bool) -> Iterator[tuple[int, Row]]:
    """Each row as (name, text) of its cells that hold something, with its line's number.

    Names that stand twice in the header come twice.

    Raises:
        ArchiveMissingError: if the header names no day, or nothing that a headline can be.
    """
    with io.TextIOWrapper(file, "utf-8", errors="surrogateescape") as text:
        yield from _named(_Rows(text, path, report, is_tsv=is_tsv), path, report)


def _named(rows: _Rows, path: str, report: Report) -> Iterator[tuple[int, Row]]:
    header: list[str] = []
    for line, texts in rows:
        cells = [text.strip() for text in texts]
        if not any(cells):
            continue
        if not header:
            header = cells
            _check_header(path, header)
            continue
        if any(cells[len(header) :]):
            report.reject(
                path,
                line,
                f"has {len(cells):,} cells, expected at most {len(header):,}, as the header has: a text with the "
                "delimiter in it must stand in quotation marks",
            )
            continue
        yield line, [(name, cell) for name, cell in zip(header, cells, strict=False) if cell.casefold() not in _NOTHING]


def _check_header(path: str, header: Sequence[str]) -> None:
    names = {bare(name) for name in header}
    has_day = not names.isdisjoint(FIRST_OF["date"]) or names.issuperset(PARTS_OF_DAY)
    has_text = any(FIELD_OF.get(name) in ("headline", "summary") for name in names)
    if not (has_day and has_text) or len(header) > MOST_COLUMNS:
        got = shorten(clean(", ".join(header)[:1_000]), 200)
        raise ArchiveMissingError(
            f"{path} is no table of events: expected a header with date and headline (or what they are often called, "
            f"such as published and title), got {got}"
        )


class _Rows:
    """The rows of a table; one that cannot be parsed costs its first line."""

    def __init__(self, file: io.TextIOWrapper, path: str, report: Report, *, is_tsv: bool) -> None:
        self._file = file
        self._path = path
        self._report = report
        self._is_tsv = is_tsv
        self._again: deque[str] = deque()
        self._number = 0
        self._taken: list[str] = []

    def __iter__(self) -> Iterator[tuple[int, list[str]]]:
        delimiter = self._delimiter()
        reader = csv.reader(self._feed(), delimiter=delimiter)
        while True:
            self._taken = []
            line = self._number + 1
            why = None
            try:
                cells = next(reader)
            except StopIteration:
                return
            except _OpenQuoteError:
                why = "opens a quotation mark that is not closed"
            except csv.Error as error:
                why = f"cannot be parsed: {error}"
            if why is not None:
                self._report.reject(self._path, line, why)
                self._again.extendleft(reversed(self._taken[1:]))
                self._number = line
                reader = csv.reader(self._feed(), delimiter=delimiter)
            elif any(map(_STRAY.search, self._taken)):
                self._report.reject(self._path, line, "is not UTF-8; save the table as UTF-8 (Excel: CSV UTF-8)")
            else:
                yield line, cells

    def _feed(self) -> Iterator[str]:
        """The lines that the parser asks for; `_taken` has those of one row."""
        size = 0
        while text := self._next():
            size = size + len(text) if self._taken else 0
            if size > MAX_ROW:
                self._again.appendleft(text)
                self._number -= 1
                raise _OpenQuoteError
            self._taken.append(text)
            yield text
        if self._taken:
            raise _OpenQuoteError

    def _next(self) -> str:
        """The next line that is not too long; empty at the end."""
        while text := self._again.popleft() if self._again else self._file.readline(MAX_LINE_BYTES):
            self._number += 1
            if len(text) < MAX_LINE_BYTES or text.endswith("\n"):
                return text
            self._report.reject(
                self._path, self._number, f"is too long: more than the {MAX_LINE_BYTES:,} characters that are read"
            )
            while text and not text.endswith("\n"):
                text = self._file.readline(MAX_LINE_BYTES)
        return ""

    def _delimiter(self) -> str:
        """What parts the cells of the header."""
        text = ""
        while (text := self._next()) and not text.strip():
            pass
        if named := _NAMED_DELIMITER.fullmatch(text):
            return named[1]
        self._again.appendleft(text)
        self._number -= 1
        counted = _QUOTED.sub("", text)
        usual = "\t" if self._is_tsv else ","
        return max(_DELIMITERS, key=lambda sign: (counted.count(sign), sign == usual))
