"""The JSONL archive: one JSON object a line, an event each, in the form that `event_as_dict` gives."""

from __future__ import annotations

import datetime as dt
import gzip
import re
import zlib
from collections.abc import Iterator
from pathlib import Path
from typing import IO, Annotated, cast

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from embeddings.archive.markdown import MAX_HEADLINE, is_web_address
from embeddings.archive.report import Report
from embeddings.errors import ArchiveDamagedError
from embeddings.events import PORTAL_ATTRIBUTION, Event, Related, Source, event_id
from embeddings.text import clean, normalise, shorten

MAX_LINE_BYTES = 2 * 2**20

_ID = re.compile(r"[A-Za-z0-9][\w.-]{0,39}", re.ASCII)

_Text = Annotated[str, Field(max_length=20_000)]


class _SourceRecord(BaseModel):
    model_config = ConfigDict(strict=True)
    name: _Text = ""
    url: _Text | None = None


class _RelatedRecord(BaseModel):
    date: dt.date
    headline: _Text
    contexts: list[_Text] = Field(default=[], max_length=100)
    path: _Text | None = None


class _Record(BaseModel):
    date: dt.date
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
        ArchiveDamagedError: if the compressed stream is broken: what comes after it is unknown.
    """
    opener = gzip.open if path.suffix == ".gz" else open
    number = 0
    with cast("IO[bytes]", opener(path, "rb")) as file:
        try:
            for number, line in _lines(file, str(path), report):
                if (event := _event(line, str(path), number, report)) is not None:
                    yield event
        except (EOFError, zlib.error, gzip.BadGzipFile) as error:
            raise ArchiveDamagedError(
                f"{path} breaks off after line {number}: {error}; fetch the file again, the index was not changed"
            ) from error


def _lines(file: IO[bytes], path: str, report: Report) -> Iterator[tuple[int, bytes]]:
    """Numbered lines that are neither blank nor too long, in bounded memory."""
    number = 0
    while line := file.readline(MAX_LINE_BYTES + 1):
        number += 1
        if len(line) > MAX_LINE_BYTES:
            report.reject(path, number, f"is too long: over {MAX_LINE_BYTES:,} bytes")
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
        got = shorten(clean(record.id), 60)
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
            Related(other.date, clean(other.headline), _names(other.contexts), other.path)
            for other in record.related
            if clean(other.headline)
        ),
        paths=(record.path,) if record.path else (),
        attribution=clean(record.attribution or "") or PORTAL_ATTRIBUTION,
    )


def _names(texts: list[str]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(name for text in texts if (name := clean(text))))


def _first_problem(error: ValidationError) -> str:
    problem = error.errors(include_url=False, include_context=False)[0]
    where = ".".join(map(str, problem["loc"]))
    got = shorten(clean(repr(problem["input"])), 60)
    return f"{where + ': ' if where else ''}{problem['msg']}, got {got}"
