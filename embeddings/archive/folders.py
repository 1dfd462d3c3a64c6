"""The folders of a Markdown archive: `news/YYYY/MM/D/`, read with limits and never outside the archive."""

from __future__ import annotations

import datetime as dt
import errno
import os
import re
from collections.abc import Iterator
from pathlib import Path

from embeddings.archive.plain import tame
from embeddings.archive.report import Report
from embeddings.errors import ArchiveMissingError
from embeddings.events import PORTAL_ATTRIBUTION
from embeddings.text import clean

INDEX_NAMES = ("index.md", "README.md")
MAX_PAGE_BYTES = 2 * 2**20  # the largest real page has some 12 kB
MAX_INDEX_BYTES = 32 * 2**20  # a day of 50,000 events has half of it
MAX_ATTRIBUTION = 500  # characters

_YEAR = re.compile(r"[0-9]{4}")
_DAY = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{1,2}")
_NO_NAME = re.compile(r"[\x00-\x1f\x7f\\]")  # a backslash is a folder's end on other systems

# What the system is short of, which is no fault of the page that is being read: to go on would lose every page.
_SHORTAGES = (errno.EMFILE, errno.ENFILE, errno.ENOMEM)


def require_regular(path: Path) -> None:
    """Refuse what is not a regular file, before anything opens it: opening a pipe waits for its writer.

    Raises:
        ArchiveMissingError: if it is not one.
    """
    if not path.is_file():
        raise ArchiveMissingError(
            f"{path} is not a regular file: it may be a pipe or a device; save its content to a file, and give that "
            "file's path"
        )


def news_folder(root: Path) -> Path:
    """The folder with the years: `root/news`, or `root` itself. ArchiveMissingError if neither is such a folder."""
    for folder in (root / "news", root):
        if folder.is_dir() and any(_YEAR.fullmatch(child.name) for child in folder.iterdir()):
            if folder != root and not _is_inside(root, folder):
                raise ArchiveMissingError(
                    f"{folder} is a link that leads out of the archive; name the folder that it leads to"
                )
            return folder
    raise ArchiveMissingError(
        f"{root} is not a Markdown archive: neither it nor a folder news/ in it holds folders named after years, "
        "such as 2015; name the folder that holds news/"
    )


def read_attribution(news: Path, report: Report) -> str:
    """Author and licence of the texts: first line of `attribution.txt` in `news` or beside it, else the portal's."""
    for folder in (news, news.parent):
        file = folder / "attribution.txt"
        if not file.is_file():
            continue
        if not _is_inside(folder, file):
            report.reject(str(file), None, "is a link that leads out of the archive")
            continue
        try:
            with file.open(encoding="utf-8", errors="replace") as lines:
                line = lines.readline(MAX_ATTRIBUTION)
        except OSError as error:
            refuse(report, file, "read", error)
            continue
        if text := clean(tame(line)):
            return text
    return PORTAL_ATTRIBUTION


def day_folders(news: Path, report: Report) -> Iterator[tuple[dt.date, Path]]:
    """The day folders in order of time. Anything outside of them is reported, except hidden files.

    A folder that several links lead to is read once, so that a few links do not make a large archive of a small one.
    """
    found: list[tuple[dt.date, str]] = []
    for year in _folders(news, news, report):
        for month in _folders(news, year, report):
            for folder in _folders(news, month, report):
                parts = folder.relative_to(news).parts
                try:
                    if not _DAY.fullmatch("-".join(parts)):
                        raise ValueError
                    day = dt.date(*map(int, parts))
                except ValueError:
                    report.reject(str(folder), None, "is not a day: expected news/YYYY/MM/D")
                    continue
                found.append((day, str(folder)))
    base = os.path.realpath(news)
    leads_to = {name: os.path.realpath(name) for _, name in found}
    # Folders before links to them: the day that a folder is read as does not hang on which name comes first.
    found.sort(key=lambda place: (leads_to[place[1]] != str(base / Path(place[1]).relative_to(news)), place))
    seen: set[str] = set()
    days: list[tuple[dt.date, str]] = []
    for day, name in found:
        if leads_to[name] in seen:
            report.reject(name, None, "is a link to a folder that is read already")
        else:
            seen.add(leads_to[name])
            days.append((day, name))
    for day, name in sorted(days):
        yield day, Path(name)


def _folders(news: Path, folder: Path, report: Report) -> Iterator[Path]:
    for entry in scan(folder, report):
        if entry.name.startswith("."):
            continue
        path = Path(entry.path)
        if path.is_dir():
            if stays_inside(news, entry, report):
                yield path
        elif not path.is_file():
            report.reject(entry.path, None, "is neither a folder nor a regular file")
        elif entry.name.endswith(".md") and entry.name not in INDEX_NAMES:
            report.reject(entry.path, None, "is a page outside of a day's folder, news/YYYY/MM/D")


def scan(folder: Path, report: Report) -> list[os.DirEntry[str]]:
    """What a folder holds, by name; one that cannot be listed is reported."""
    try:
        with os.scandir(folder) as entries:
            return sorted(entries, key=lambda entry: entry.name)
    except OSError as error:
        refuse(report, folder, "listed", error)
        return []


def refuse(report: Report, path: Path, what: str, error: OSError) -> None:
    """Report what could not be read, unless the system is short of something, which stops the build."""
    if error.errno in _SHORTAGES:
        raise error
    report.reject(str(path), None, f"cannot be {what}: {error.strerror}")


def _is_inside(folder: Path, path: Path | str) -> bool:
    return Path(os.path.realpath(path)).is_relative_to(os.path.realpath(folder))


def stays_inside(news: Path, entry: os.DirEntry[str], report: Report) -> bool:
    """Whether what a symbolic link leads to lies in the archive; others are reported and not followed."""
    if not entry.is_symlink() or _is_inside(news, entry.path):
        return True
    report.reject(entry.path, None, "is a link that leads out of the archive")
    return False


def day_files(news: Path, folder: Path, report: Report) -> Iterator[tuple[str, str, str]]:
    """Name, path and text of each Markdown file in the folder of a day; the day's index pages come first.

    What cannot be read is left out and reported.
    """
    entries = [entry for entry in scan(folder, report) if entry.name.endswith(".md")]
    entries.sort(key=lambda entry: (entry.name not in INDEX_NAMES, entry.name))
    seen_index: bytes | None = None
    for entry in entries:
        is_index = entry.name in INDEX_NAMES
        if not stays_inside(news, entry, report):
            continue
        try:
            _check_name(entry.name)
            data = read_bounded(Path(entry.path), MAX_INDEX_BYTES if is_index else MAX_PAGE_BYTES)
        except OSError as error:
            refuse(report, Path(entry.path), "read", error)
            continue
        except ValueError as error:  # the name is none for a page, or the file is no page
            report.reject(entry.path, None, str(error))
            continue
        if is_index and data == seen_index:  # README.md repeats index.md
            continue
        seen_index = data if is_index else seen_index
        try:
            text = data.decode("utf-8-sig")
        except UnicodeDecodeError as error:
            report.reject(entry.path, None, f"is not UTF-8: byte {error.start} is {data[error.start]:#04x}")
            continue
        yield entry.name, entry.path, tame(text)


def _check_name(name: str) -> None:
    try:
        name.encode()
    except UnicodeEncodeError:
        raise ValueError("its name is not UTF-8") from None
    if _NO_NAME.search(name):
        raise ValueError("its name holds control characters or a backslash")


def read_bounded(path: Path, limit: int) -> bytes:
    """A regular file's bytes; ValueError says why there are none to be had."""
    if not path.is_file():  # before opening: to open a pipe is to wait for somebody who writes to it
        raise ValueError("is not a regular file")
    with path.open("rb") as file:
        data = file.read(limit + 1)
    if len(data) > limit:
        raise ValueError(f"is too large: more than the {limit:,} bytes that are read")
    if b"\0" in data:
        raise ValueError("is not text: it holds NUL bytes")
    if not data.strip():
        raise ValueError("is empty")
    return data
