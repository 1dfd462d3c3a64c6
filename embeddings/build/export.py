"""An index to a Markdown archive: every event as a page, every day with an index."""

from __future__ import annotations

import contextlib
import shutil
from collections.abc import Iterable, Iterator
from dataclasses import replace
from itertools import groupby
from operator import attrgetter
from pathlib import Path

import portalocker

from embeddings.archive.layout import EXPORT_MARK, address, addresses
from embeddings.archive.writing import write_archive
from embeddings.errors import EmbeddingsError, InputError
from embeddings.events import Event, Related
from embeddings.index.catalogue import Catalogue
from embeddings.progress import Progress, no_progress

_MARK = "Dateline wrote this archive: export again to bring it up to date. Changes in news/ are lost then.\n"
_AT_ONCE = 1_000  # events in memory


def export_archive(catalogue: Catalogue, root: Path, progress: Progress = no_progress) -> tuple[int, int]:
    """Write all events as an archive in the folder `root`, which is made; an earlier export there is replaced.

    The new archive is written beside the old one and takes its place when it is whole.

    Returns:
        How many pages and days.
    Raises:
        InputError: if `root` is a file, or holds anything but an earlier export.
        EmbeddingsError: if the archive cannot be written; an earlier export is unchanged.
    """
    new, old = root / "news.new", root / "news.old"
    try:
        with _held(root):
            for left in (new, old):  # by an export that was killed
                shutil.rmtree(left, ignore_errors=True)
            try:
                counts = write_archive(new, _placed(catalogue, progress), "; ".join(catalogue.attributions))
                _replace(root / "news", new / "news", old)
                (new / "attribution.txt").replace(root / "attribution.txt")
            finally:
                for left in (new, old):
                    shutil.rmtree(left, ignore_errors=True)
    except OSError as error:
        raise EmbeddingsError(
            f"the export was not written: {error.strerror or error} ({error.filename or root}). Check the disk, "
            "then export again; an export that was there is unchanged"
        ) from error
    return counts


@contextlib.contextmanager
def _held(root: Path) -> Iterator[None]:
    """Make `root` a folder for exports, and lock it against other exports meanwhile."""
    if root.exists() and not root.is_dir():
        raise InputError(f"{root} is a file; name a folder that is empty or holds an earlier export")
    mark = root / EXPORT_MARK
    if root.is_dir() and not mark.is_file() and any(root.iterdir()):
        raise InputError(
            f"{root} holds files that are not an export by Dateline (it has no {EXPORT_MARK}); "
            "name an empty or a new folder"
        )
    root.mkdir(parents=True, exist_ok=True)
    with mark.open("a", encoding="utf-8") as file:
        try:
            portalocker.lock(file, portalocker.LOCK_EX | portalocker.LOCK_NB)
        except portalocker.LockException as error:
            raise EmbeddingsError(f"another export to {root} is running; wait for it to end, then try again") from error
        if file.tell() == 0:
            file.write(_MARK)
            file.flush()
        yield


def _replace(folder: Path, new: Path, old: Path) -> None:
    if folder.exists():
        folder.replace(old)
    try:
        new.replace(folder)
    except OSError:
        if old.exists():
            old.replace(folder)
        raise


def _placed(catalogue: Catalogue, progress: Progress) -> Iterator[Event]:
    """The events in order of time, their links leading to the pages that the archive will have."""
    moved: dict[str, str] = {}  # id -> address, where it is not the one that the event alone would have
    dropped: set[str] = set()  # further addresses: an event has one page
    for of_day in _days(catalogue, "placing", progress):
        for event, path in zip(of_day, addresses(of_day), strict=True):
            if path != address(event):
                moved[event.id] = path
            dropped.update(further for further in event.paths if further != path)
    for of_day in _days(catalogue, "writing", progress):
        wanted = {
            other.id for event in of_day for other in event.related if other.id is not None and _is_lost(other, dropped)
        }
        ids = sorted(wanted)
        rows = [row for row in map(catalogue.row, ids) if row is not None]
        paths = {other.id: moved.get(other.id) or address(other) for other in catalogue.events(rows)}
        for event in of_day:
            related = (
                replace(other, path=paths.get(other.id)) if _is_lost(other, dropped) and other.id in paths else other
                for other in event.related
            )
            yield replace(event, related=tuple(related))


def _is_lost(other: Related, dropped: set[str]) -> bool:
    """Whether a link has no address, or the address of an event without a page."""
    return other.path is None or other.path in dropped


def _days(catalogue: Catalogue, step: str, progress: Progress) -> Iterator[list[Event]]:
    done = 0
    for _, of_day in groupby(_all(catalogue), key=attrgetter("date")):
        events = list(of_day)
        yield events
        done += len(events)
        progress(step, done, catalogue.size)


def _all(catalogue: Catalogue) -> Iterable[Event]:
    for start in range(0, catalogue.size, _AT_ONCE):
        yield from catalogue.events(range(start, min(start + _AT_ONCE, catalogue.size)))
