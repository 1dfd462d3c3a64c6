"""A folder of a wiki's pages, each its wikitext in a file `October_21.wiki`: the name is the page's title.

A blank may be written as an underline, a colon or slash as its percent code or, where it is part of a longer title, as
a blank or dash; and the slash may be a folder's. `2015_September_1.wiki` is a day of the portal.
"""

from __future__ import annotations

import os
import re
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import unquote

from embeddings.archive.days import article_title, selected_title
from embeddings.archive.folders import read_bounded, refuse, scan, stays_inside
from embeddings.archive.portal.dump import FindReader
from embeddings.archive.portal.page import MAX_PAGE
from embeddings.archive.report import PageReport, Report
from embeddings.calendar_names import MONTHS
from embeddings.events import Event

SUFFIX = ".wiki"
_MOST_DEPTH = 3  # of folders in one another
_MOST_LISTED = 20_000  # files and folders that are looked at to tell what a folder is
_YEAR = re.compile(r"[0-9]{4}")
_DAY = rf"(?P<month>{'|'.join(MONTHS)}) 0?(?P<day>[1-9][0-9]?)"
_PORTAL_DAY = re.compile(rf"(?:.*[/: -])?(?P<year>[0-9]{{4}}) {_DAY}", re.IGNORECASE)
_DAY_OF_YEAR = re.compile(rf"(?:.*[/: -])?{_DAY}", re.IGNORECASE)
_SELECTED = re.compile(r"selected anniversaries", re.IGNORECASE)


def is_wiki_folder(path: Path) -> bool:
    """Whether this is a file of a wiki's page, or a folder of such files and no Markdown archive."""
    if not path.is_dir():
        return path.name.endswith(SUFFIX) and path.exists()
    if (path / "news").is_dir() or any(_YEAR.fullmatch(child.name) for child in path.iterdir()):
        return False
    looked_at = 0
    for folder, folders, files in os.walk(path):
        if any(name.endswith(SUFFIX) for name in files):
            return True
        looked_at += len(folders) + len(files)
        if looked_at > _MOST_LISTED or len(Path(folder).relative_to(path).parts) >= _MOST_DEPTH:
            folders.clear()
    return False


def read_wiki_folder(root: Path, report: Report, find: FindReader) -> Iterator[Event]:
    """Read the events of a folder of wiki pages, or of a single one, in the order of their names.

    Args:
        find: tells by its title what reads a page.
    """
    files = _files(root, root, report, 0) if root.is_dir() else [root]
    for file in files:
        title = _title(root, file)
        try:
            read = find(title) if title else None
        except ValueError:
            report.reject(str(file), None, "is not a day of the calendar")
            continue
        if read is None:
            report.reject(
                str(file), None, "its name is no title of a day: expected one such as October_21 or 2015_December_23"
            )
        elif (text := _text(file, report)) is not None:
            yield from read(text, PageReport(str(file), report))


def _files(root: Path, folder: Path, report: Report, depth: int) -> Iterator[Path]:
    for entry in scan(folder, report):
        path = Path(entry.path)
        if entry.name.startswith(".") or not stays_inside(root, entry, report):
            continue
        if path.is_dir():
            if depth < _MOST_DEPTH and not entry.is_symlink():
                yield from _files(root, path, report, depth + 1)
            else:
                report.reject(str(path), None, f"is a link, or lies more than {_MOST_DEPTH} folders deep")
        elif entry.name.endswith(SUFFIX):
            yield path


def _title(root: Path, file: Path) -> str:
    """The title that a file's name and folders stand for; empty where they stand for none."""
    folder = root.resolve() if root.is_dir() else root.resolve().parent
    inside = file.relative_to(root).as_posix() if root.is_dir() else file.name
    name = _blanks(unquote(inside.removesuffix(SUFFIX)))
    match = _PORTAL_DAY.fullmatch(name) or _DAY_OF_YEAR.fullmatch(name)
    if match is None:
        return ""
    month, day = match["month"].title(), match["day"]
    if year := match.groupdict().get("year"):
        return f"Portal:Current events/{year} {month} {day}"
    number = MONTHS.index(month) + 1
    is_selected = _SELECTED.search(f"{_blanks(folder.name)}/{name}") is not None
    return selected_title(number, int(day)) if is_selected else article_title(number, int(day))


def _blanks(name: str) -> str:
    return " ".join(name.replace("_", " ").split())


def _text(file: Path, report: Report) -> str | None:
    """A file's text; None, reported, where it has none."""
    try:
        data = read_bounded(file, 4 * MAX_PAGE)
        return data.decode("utf-8-sig")
    except OSError as error:
        refuse(report, file, "read", error)
    except UnicodeDecodeError as error:
        report.reject(str(file), None, f"is not UTF-8: byte {error.start} is {error.object[error.start]:#04x}")
    except ValueError as error:
        report.reject(str(file), None, str(error))
    return None
