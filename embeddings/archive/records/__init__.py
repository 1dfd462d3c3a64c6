"""Archives of one's own: a file of records, each an event, as JSON, JSON lines, CSV or TSV."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from embeddings.archive.folders import require_regular
from embeddings.archive.packed import PACKINGS, is_damage
from embeddings.archive.records.files import head, opened
from embeddings.archive.records.json_text import json_values, layout_of
from embeddings.archive.records.record import event_of_fields, event_of_json
from embeddings.archive.records.table import table_rows
from embeddings.archive.records.understanding import Place, Understanding
from embeddings.archive.report import Report
from embeddings.errors import ArchiveDamagedError
from embeddings.events import Event

_LINES = (".jsonl", ".ndjson", ".jsonlines")
_TABLES = (".csv", ".tsv")
_ENDINGS = (*_LINES, ".json", *_TABLES)


def is_records(path: Path) -> bool:
    """Whether the file's name says that it holds records."""
    return _ending(path) in _ENDINGS


def read_records(path: Path, report: Report) -> Iterator[Event]:
    """Stream the events of a file of records, in its order; a bad record costs that record.

    Fields and values may be called and written as other programs do; what was understood so, and which fields were
    passed over, is noted once at the end. Where a JSON object has a name twice, the last counts.

    Raises:
        ArchiveMissingError: if it is not a regular file (raised at the call, because opening a pipe waits for its
            writer), or a table whose header names no day.
        ArchiveDamagedError: if the file cannot be read to its end, so that the rest is unknown.
    """
    require_regular(path)
    return _read(path, report)


def _ending(path: Path) -> str:
    plain = Path(path.name.lower())
    return (plain.with_suffix("") if plain.suffix in PACKINGS else plain).suffix


def _read(path: Path, report: Report) -> Iterator[Event]:
    understanding = Understanding()
    line = 0
    try:
        for place, event in _events(path, report, understanding):
            line = place.line
            if event is not None:
                yield event
    except Exception as error:
        if not is_damage(error):
            raise
        raise ArchiveDamagedError(
            f"{path} breaks off after line {line}: {error}; fetch the file again, the index was not changed"
        ) from error
    finally:
        understanding.tell(str(path), report)


def _events(path: Path, report: Report, understanding: Understanding) -> Iterator[tuple[Place, Event | None]]:
    """Each record's place and what it tells of."""
    name = str(path)
    ending = _ending(path)
    if ending in _TABLES:
        with opened(path) as file:
            for line, row in table_rows(file, name, report, is_tsv=ending == ".tsv"):
                place = Place(name, line, report, understanding)
                yield place, event_of_fields(row, place, of_table=True)
        return
    layout = layout_of(head(path), is_lines=ending in _LINES)
    if layout.name is not None:
        report.note(name, f'read the array "{layout.name}" and nothing else of the object that holds it')
    with opened(path) as file:
        for line, data in json_values(file, layout, name, report):
            place = Place(name, line, report, understanding)
            yield place, event_of_json(data, place)
