"""The pages that `update` has fetched: an archive of their own, in one SQLite file of the index folder."""

from __future__ import annotations

import contextlib
import datetime as dt
import sqlite3
from collections.abc import Iterator
from pathlib import Path

from embeddings.archive.fetched_pages import CHANGES, DAYS_OF_THE_YEAR, PORTAL_DAYS, FetchedPages
from embeddings.archive.last_updated import UPDATED
from embeddings.archive.page_file import PageFile
from embeddings.errors import ArchiveDamagedError

_PUBLISHED, _UNFINISHED = "published", "unfinished"
_RESUMED_FOR = dt.timedelta(days=1)


class FetchedDays:
    """The file of fetched pages, made if it does not exist; only the holder of the folder's build lock may change it.

    Every method raises ArchiveDamagedError if SQLite finds the file damaged.

    Attributes:
        portal: days of the Current Events portal.
        of_the_year: Wikipedia's articles on the days of the year.
    """

    def __init__(self, path: Path, *, births_and_deaths: bool = False) -> None:
        self._file = PageFile(path, (PORTAL_DAYS.table, DAYS_OF_THE_YEAR.table))
        self.portal = FetchedPages(self._file, PORTAL_DAYS)
        self.of_the_year = FetchedPages(self._file, DAYS_OF_THE_YEAR, births_and_deaths=births_and_deaths)

    def close(self) -> None:
        """Close the file."""
        self._file.close()

    @property
    def is_empty(self) -> bool:
        """Whether nothing was ever fetched, or looked for."""
        return not (self.portal.looks() or self.of_the_year.looks())

    def problems(self) -> Iterator[str]:
        """One sentence for each fault of the file."""
        yield from self._file.faults()
        yield from self.portal.problems()
        yield from self.of_the_year.problems()

    # --- what was done last ---

    def begin(self, span: str, now: dt.datetime) -> dt.datetime | None:
        """Begin to fetch the days of `span`; returns when an interrupted fetch of the same span began, else None.

        A fetch that began more than a day ago is not resumed: every day is looked at again.
        """
        text, _, same = (self._file.note(_UNFINISHED) or "").partition(" ")
        with self._file.explained():
            if same == span and now - (begun := dt.datetime.fromisoformat(text)) < _RESUMED_FOR:
                return begun
        self.portal.forget_done()
        self.of_the_year.forget_done()
        self._file.set_note(_UNFINISHED, f"{now.isoformat()} {span}")
        return None

    def finish(self, now: dt.datetime) -> None:
        """Note that every wanted page has been looked at."""
        with self._file.changing():
            self._file.set_note(_UNFINISHED, None)
            self._file.set_note(UPDATED, now.isoformat())

    def abandon(self) -> None:
        """Note that a fetch came to no good end: the next one of the same span begins anew."""
        self._file.set_note(_UNFINISHED, None)

    def is_published(self, generation: str, *, sample: bool | None = None) -> bool:
        """Whether an index generation holds the pages as they are, and was written under this setting of the sample."""
        return self._file.note(_PUBLISHED) == self._state(generation, sample)

    def set_published(self, generation: str, *, sample: bool | None = None) -> None:
        """Note that an index generation holds the pages as they are, and under which setting it was written.

        Args:
            sample: see `embeddings.build.run.Build`.
        """
        self._file.set_note(_PUBLISHED, self._state(generation, sample))

    def _state(self, generation: str, sample: bool | None) -> str:
        return f"{generation} {self._file.note(CHANGES) or 0} {self.of_the_year.reader} sample={sample}"


def problems(path: Path) -> Iterator[str]:
    """Check a file of fetched pages; one sentence for each fault, none if there is no file."""
    if not path.exists():
        return
    try:
        with contextlib.closing(FetchedDays(path)) as days:
            yield from days.problems()
    except ArchiveDamagedError as error:
        yield str(error)
    except sqlite3.Error as error:
        yield f"{path} cannot be read ({error}); see whether its disk is in order, then try again"
