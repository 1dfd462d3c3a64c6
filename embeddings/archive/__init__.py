"""Archives in, events out: a folder of Markdown pages, a file of records, or a MediaWiki dump with the news portal."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from embeddings.archive.report import Rejection, Report
from embeddings.errors import ArchiveMissingError
from embeddings.events import Event

__all__ = ["Rejection", "Report", "read_archive"]


def read_archive(path: Path, report: Report, *, births_and_deaths: bool = False) -> Iterator[Event]:
    """Choose the reader for `path` and yield its events; what cannot be read goes to `report`.

    One event may come several times: once for each of its addresses.

    Args:
        births_and_deaths: whether those that Wikipedia's articles on the days of the year list become events.
    Raises:
        ArchiveMissingError: if there is nothing at `path`, or nothing that a reader can read (raised at the call).
        ArchiveDamagedError: if a file breaks off, so that the rest of it is unknown.
    """
    # The readers bring parsers with them, for which what looks up events in an index would wait.
    from embeddings.archive.portal.dump import is_dump, read_dump
    from embeddings.archive.reading import read_markdown
    from embeddings.archive.records import is_records, read_records
    from embeddings.archive.wiki_folder import is_wiki_folder, read_wiki_folder
    from embeddings.archive.wiki_pages import WikiPages

    pages = WikiPages(births_and_deaths=births_and_deaths)
    if is_wiki_folder(path):
        return pages.noting(path, report, read_wiki_folder(path, report, pages.reader))
    if path.is_dir():
        return read_markdown(path, report)
    if not path.exists():
        raise ArchiveMissingError(
            f"there is no archive at {path}: expected a folder of Markdown pages, a .jsonl, .json, .csv or .tsv file, "
            "or an .xml dump"
        )
    if is_dump(path):
        return pages.noting(path, report, read_dump(path, report, pages.reader))
    if is_records(path):
        return read_records(path, report)
    raise ArchiveMissingError(
        f"{path} is not an archive: expected a folder with news/ in it, a .jsonl, .json, .csv or .tsv file, or a dump "
        "in XML, each plain or packed by bzip2, gzip, xz or Zstandard"
    )
