"""The JSONL archive: one JSON object a line, an event each, in the form that `event_as_dict` gives."""

from __future__ import annotations

import datetime as dt
import gzip
import io
import re
import zlib
from collections.abc import Iterator
from pathlib import Path
from typing import Annotated, cast

from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict, Field, ValidationError

from embeddings.archive.layout import MAX_HEADLINE, day_address
from embeddings.archive.plain import tame
from embeddings.archive.report import Report
from embeddings.errors import ArchiveDamagedError, ArchiveMissingError
from embeddings.events import PORTAL_ATTRIBUTION, Event, Related, Source, event_id
from embeddings.text import clean, is_web_address, normalise, shorten

MAX_LINE_BYTES = 2 * 2**20
_BUFFER_BYTES = 2**18

_ID = re.compile(r"[A-Za-z0-9][\w.-]{0,39}", re.ASCII)

_ADDRESS = re.compile(r"(/news/[0-9]{4}/[0-9]{2}/[0-9]{1,2}/)[^/\\\x00-\x1f\x7f]+\.md")


def _day(value: object) -> dt.date:
    """YYYY-MM-DD and nothing else: pydantic takes numbers too, as seconds since 1970."""
    if not isinstance(value, str) or not re.fullmatch("[0-9]{4}-[0-9]{2}-[0-9]{2}", value):
        raise ValueError("expected a day such as 2015-12-23")
    return dt.date.fromisoformat(value)


_Day = Annotated[dt.date, BeforeValidator(_day)]
_Text = Annotated[str, Field(max_length=20_000), AfterValidator(tame)]


class _SourceRecord(BaseModel):
    model_config = ConfigDict(strict=True)
    name: _Text = ""
    url: _Text | None = None


class _RelatedRecord(BaseModel):
    date: _Day
    headline: _Text
    contexts: list[_Text] = Field(default=[], max_length=100)
    path: _Text | None = None


class _Record(BaseModel):
    date: _Day
    headline: _Text
    id: str | None = None
    topics: list[_Text] = Field(default=[], max_length=20)
    category: _Text | None = None
    summary: _Text | None = None
    contexts: list[_Text] = Field(default=[], max_length=500)
    sources: list[_SourceRecord] = Field(default=[], max_length=100)
    related: list[_RelatedRecord] = Field(default=[], max_length=50)
    path: _Text | None = None
    attribution: _Text | None = None


def read_jsonl(path: Path, report: Report) -> Iterator[Event]:
    """Stream the events of a `.jsonl` or `.jsonl.gz` file, in its order; a bad line costs that line.

    Raises:
        ArchiveMissingError: if it is not a regular file (raised at the call, because opening a pipe waits for its
            writer).
        ArchiveDamagedError: if the file cannot be read to its end, so that the rest is unknown.
    """
    if not path.is_file():
        raise ArchiveMissingError(f"{path} is not a regular file; write its content to a file and name that")
    return _read(path, report)


def _read(path: Path, report: Report) -> Iterator[Event]:
    number = 0
    try:
        with _opened(path) as file:
            for number, line in _lines(file, str(path), report):
                if (event := _event(line, str(path), number, report)) is not None:
                    yield event
    except (EOFError, zlib.error, gzip.BadGzipFile) as error:
        raise ArchiveDamagedError(
            f"{path} breaks off after line {number}: {error}; fetch the file again, the index was not changed"
        ) from error


def _opened(path: Path) -> io.BufferedReader:
    if path.suffix == ".gz":
        # Buffered once more, for a GzipFile's own lines are read by Python.
        return io.BufferedReader(cast("io.RawIOBase", gzip.open(path, "rb")), _BUFFER_BYTES)
    return cast("io.BufferedReader", path.open("rb", buffering=_BUFFER_BYTES))


def _lines(file: io.BufferedReader, path: str, report: Report) -> Iterator[tuple[int, bytes]]:
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
            yield number, line.removeprefix(b"\xef\xbb\xbf") if number == 1 else line


def _event(line: bytes, path: str, number: int, report: Report) -> Event | None:
    try:
        record = _Record.model_validate_json(line)
    except ValidationError as error:
        report.reject(path, number, _first_problem(error))
        return None
    headline = clean(record.headline)
    if not normalise(headline):
        report.reject(path, number, "headline: expected words, got none")
        return None
    if len(headline) > MAX_HEADLINE:
        report.reject(path, number, f"headline: {len(headline):,} characters, expected at most {MAX_HEADLINE:,}")
        return None
    if record.id is not None and not _ID.fullmatch(record.id):
        got = shorten(clean(record.id[:100]), 60)
        report.reject(path, number, f'id: expected up to 40 letters, digits, dots and dashes, got "{got}"')
        return None
    sources: list[Source] = []
    for source in record.sources:
        url = source.url
        if url is not None and not is_web_address(url):
            report.reject(
                path, number, f"sources.url is not http or https: {shorten(clean(url), 80)}; the name is kept"
            )
            url = None
        if name := clean(source.name) or url:
            sources.append(Source(name, url))
    for address, day in ((record.path, record.date), *((other.path, other.date) for other in record.related)):
        if address and not _address(address, day):
            report.reject(
                path,
                number,
                f"path is not a page of {day}, such as {day_address(day)}slug.md: {shorten(clean(address), 80)}; "
                "the event is kept without it",
            )
    own = _address(record.path, record.date)
    return Event(
        id=record.id or event_id(record.date, headline),
        date=record.date,
        headline=headline,
        topics=_names(record.topics),
        category=clean(record.category or "") or None,
        summary=clean(record.summary or "") or None,
        contexts=_names(record.contexts),
        sources=tuple(sources),
        related=tuple(
            Related(other.date, clean(other.headline), _names(other.contexts), _address(other.path, other.date))
            for other in record.related
            if clean(other.headline)
        ),
        paths=() if own is None else (own,),
        attribution=clean(record.attribution or "") or PORTAL_ATTRIBUTION,
    )


def _address(path: str | None, day: dt.date) -> str | None:
    """An address if it is that of a page of `day`, else None: an export writes events to their addresses."""
    match = _ADDRESS.fullmatch(path or "")
    return path if match is not None and match[1] == day_address(day) else None


def _names(texts: list[str]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(name for text in texts if (name := clean(text))))


def _first_problem(error: ValidationError) -> str:
    problem = error.errors(include_url=False, include_context=False)[0]
    where = ".".join(map(str, problem["loc"]))
    got = shorten(clean(repr(problem["input"])[:100]), 60)
    return f"{where + ': ' if where else ''}{problem['msg'].removeprefix('Value error, ')}, got {got}"
