"""The folders of a Markdown archive: `news/YYYY/MM/D/`, read with bounds and never out of the archive."""

from __future__ import annotations

import datetime as dt
import os
import re
from collections.abc import Iterator
from pathlib import Path

from embeddings.archive.report import Report
from embeddings.errors import ArchiveMissingError
from embeddings.events import PORTAL_ATTRIBUTION
from embeddings.text import clean

INDEX_NAMES = ("index.md", "README.md")
MAX_PAGE_BYTES = 2 * 2**20  # the largest real page has some 12 kB
MAX_INDEX_BYTES = 64 * 2**20  # a day of 50,000 events fits


def news_folder(root: Path) -> Path:
    """The folder with the years: `root/news`, or `root` itself. ArchiveMissingError where neither is one."""
    for folder in (root / "news", root):
        if folder.is_dir() and any(re.fullmatch(r"\d{4}", child.name) for child in folder.iterdir()):
            return folder
    raise ArchiveMissingError(
        f"{root} is no Markdown archive: it holds no folder news/ with a folder for each year, and is not one itself"
    )


def read_attribution(news: Path) -> str:
    """Whose texts these are: the first line of `attribution.txt` in `news` or beside it, else the portal's."""
    for folder in (news, news.parent):
        file = folder / "attribution.txt"
        if file.is_file():
            with file.open(encoding="utf-8", errors="replace") as lines:
                if text := clean(lines.readline(500)):
                    return text
    return PORTAL_ATTRIBUTION


def day_folders(news: Path, report: Report) -> Iterator[tuple[dt.date, Path]]:
    """The day folders in order of time. Whatever else lies in `news` is reported, hidden names aside."""
    found: list[tuple[dt.date, str]] = []
    for year in _folders(news, news, report):
        for month in _folders(news, year, report):
            for folder in _folders(news, month, report):
                parts = folder.relative_to(news).parts
                try:
                    if not re.fullmatch(r"\d{4}-\d{2}-\d{1,2}", "-".join(parts)):
                        raise ValueError
                    day = dt.date(*map(int, parts))
                except ValueError:
                    report.reject(str(folder), None, "is no day: expected news/YYYY/MM/D")
                    continue
                found.append((day, str(folder)))
    for day, name in sorted(found):
        yield day, Path(name)


def _folders(news: Path, folder: Path, report: Report) -> Iterator[Path]:
    for entry in _scan(folder, report):
        if entry.name.startswith("."):
            continue
        path = Path(entry.path)
        if path.is_dir() and _stays_inside(news, entry, report):
            yield path


def _scan(folder: Path, report: Report) -> list[os.DirEntry[str]]:
    try:
        with os.scandir(folder) as entries:
            return sorted(entries, key=lambda entry: entry.name)
    except OSError as error:
        report.reject(str(folder), None, f"cannot be listed: {error.strerror}")
        return []


def _stays_inside(news: Path, entry: os.DirEntry[str], report: Report) -> bool:
    """Whether what a symbolic link leads to lies in the archive; others are reported and not followed."""
    if not entry.is_symlink():
        return True
    if Path(os.path.realpath(entry.path)).is_relative_to(os.path.realpath(news)):
        return True
    report.reject(entry.path, None, "is a link that leads out of the archive")
    return False


def day_files(news: Path, folder: Path, report: Report) -> Iterator[tuple[str, str, str]]:
    """Name, path and text of the Markdown files of a day that can be read; the indexes come first."""
    entries = [entry for entry in _scan(folder, report) if entry.name.endswith(".md")]
    entries.sort(key=lambda entry: (entry.name not in INDEX_NAMES, entry.name))
    seen_index: bytes | None = None
    for entry in entries:
        is_index = entry.name in INDEX_NAMES
        if not _stays_inside(news, entry, report):
            continue
        try:
            data = _read_bounded(Path(entry.path), MAX_INDEX_BYTES if is_index else MAX_PAGE_BYTES)
            entry.name.encode()
        except OSError as error:
            report.reject(entry.path, None, f"cannot be read: {error.strerror}")
            continue
        except ValueError as error:  # the name is no text, or the file is no page
            why = "its name is not UTF-8" if isinstance(error, UnicodeError) else str(error)
            report.reject(entry.path, None, why)
            continue
        if is_index and data == seen_index:  # README.md repeats index.md
            continue
        seen_index = data if is_index else seen_index
        try:
            text = data.decode("utf-8-sig")
        except UnicodeDecodeError as error:
            report.reject(entry.path, None, f"is not UTF-8: byte {error.start} is {data[error.start]:#04x}")
            continue
        yield entry.name, entry.path, text


def _read_bounded(path: Path, limit: int) -> bytes:
    """A regular file's bytes; ValueError says why there are none to be had."""
    if not path.is_file():
        raise ValueError("is no regular file")
    with path.open("rb") as file:
        data = file.read(limit + 1)
    if len(data) > limit:
        raise ValueError(f"is too large: over {limit:,} bytes")
    if b"\0" in data:
        raise ValueError("is no text: it holds NUL bytes")
    if not data.strip():
        raise ValueError("is empty")
    return data
