"""`update`: the portal's new days, and those edited since, into the index."""

from __future__ import annotations

import contextlib
import datetime as dt
import time
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import AbstractAsyncContextManager
from dataclasses import asdict, dataclass

from embeddings.archive.fetched import FetchedDays, Look
from embeddings.archive.portal import page_title
from embeddings.build.refusals import explained
from embeddings.build.result import BuildResult
from embeddings.build.run import Build
from embeddings.errors import IndexMissingError, InputError, WikiError
from embeddings.index.folder import IndexFolder
from embeddings.index.manifest import Manifest
from embeddings.wiki.client import TITLES, WikiClient
from embeddings.wiki.replies import WikiPage

FIRST_DAY = dt.date(2002, 1, 1)  # the portal has no earlier one
LATE_EDITS = dt.timedelta(days=14)  # for so long a day is edited often
LATER = 0.5  # of its age at the last look, until an older day is looked at again

_DAY = dt.timedelta(days=1)

Connect = Callable[[], AbstractAsyncContextManager[WikiClient]]
Clock = Callable[[], dt.datetime]


@dataclass(frozen=True, slots=True)
class Span:
    """The days that the user named: every day from `since` on is looked at; without `since`, those that are due."""

    since: dt.date | None = None
    until: dt.date | None = None

    def __str__(self) -> str:
        return f"{self.since or 'due'}..{self.until or 'today'}"


@dataclass(frozen=True, slots=True)
class UpdateResult(BuildResult):
    """What an update did.

    Attributes:
        days: how many days the wiki was asked for.
        fetched: for how many of these the text was fetched.
        requests: how many requests were sent.
    """

    days: int = 0
    fetched: int = 0
    requests: int = 0


@contextlib.contextmanager
def updating(build: Build, span: Span, clock: Clock = lambda: dt.datetime.now(dt.UTC)) -> Iterator[Update]:
    """Hold the folder of an index for an update: `Update.fetch`, then `Update.write`.

    Raises:
        InputError: if `span` has no days.
        BuildRunningError: if the folder is being written to.
        EmbeddingsError: if the system refuses something that is needed, such as disk space.
    """
    started = time.monotonic()
    folder = build.folder
    with explained(folder), folder.build_lock(), contextlib.closing(FetchedDays(folder.fetched)) as days:
        yield Update(build, days, _wanted(folder, days, span, clock()), clock, started)


class Update:
    """An update that is under way; it goes on where an earlier, killed one stopped.

    Args:
        wanted: the days to ask the wiki for, with what is known of them.
        started: by `time.monotonic`, when the update began.
    """

    def __init__(
        self,
        build: Build,
        days: FetchedDays,
        wanted: Sequence[tuple[dt.date, Look | None]],
        clock: Clock,
        started: float,
    ) -> None:
        self._build = build
        self._days = days
        self._wanted = wanted
        self._clock = clock
        self._started = started
        self._counts = Counter[str]()
        self._failure: WikiError | None = None

    async def fetch(self, connect: Connect) -> None:
        """Fetch days of the portal that are new or were edited; errors are kept, and raised by `write`.

        Days that were fetched before an error are kept.
        """
        progress, wanted = self._build.progress, self._wanted
        try:
            async with connect() as client:
                try:
                    for start in range(0, len(wanted), TITLES):
                        some = dict(wanted[start : start + TITLES])
                        progress("fetching", start, len(wanted))
                        await self._fetch_some(client, some)
                        self._counts["days"] += len(some)
                finally:
                    self._counts["requests"] = client.requests
            progress("fetching", len(wanted), len(wanted))
            self._days.finish(self._clock())
        except WikiError as error:
            self._failure = error

    async def _fetch_some(self, client: WikiClient, some: Mapping[dt.date, Look | None]) -> None:
        """Ask for the last revisions of some days, then for the text of those that are new or were edited."""
        titles = {page_title(day): day for day in some}
        revisions = await client.last_revisions(list(titles))
        edited: list[str] = []
        unchanged: list[dt.date] = []
        missing: dict[dt.date, WikiPage | None] = {}
        for title, day in titles.items():
            look = some[day]
            if look is not None and look.revision == revisions.get(title):
                unchanged.append(day)
            elif title in revisions:
                edited.append(title)
            else:
                missing[day] = None
        self._days.looked(unchanged, self._clock())
        self._days.keep(missing, self._clock())
        left = set(edited)
        async for pages in client.pages(edited):
            found = {titles[page.title]: page for page in pages if page.title in left}
            self._days.keep(found, self._clock())
            left -= {page.title for page in pages}
            self._counts["fetched"] += len(found)
        for title in left:
            why = "the wiki does not show its text; what was fetched of it before is kept"
            self._build.report.reject(title, None, why)

    def write(self) -> UpdateResult:
        """Write the index anew if fetched days change it. The events of other archives stay as they are.

        Raises:
            WikiError: if the wiki could not be reached, or its answer could not be used; what was fetched is in the
                index all the same.
            EmbeddingsError: if the work fails.
        """
        folder, report = self._build.folder, self._build.report
        manifest = _in_force(folder)
        is_current = manifest is not None and self._days.is_published(manifest.generation)
        built = BuildResult()
        if manifest is not None and is_current and manifest.model.fingerprint == self._build.encoder.fingerprint:
            built = BuildResult(events=manifest.events, unchanged=manifest.events)
        elif self._failure is None or self._days.looks():
            built = self._build.replace_index(None, self._days)
        if self._failure is not None:
            fetched = self._counts["fetched"]
            kept = f". {fetched:,} days were fetched before that; they are kept" if fetched else ""
            raise WikiError(f"{self._failure}{kept}") from self._failure
        seconds = time.monotonic() - self._started
        return UpdateResult(**{**asdict(built), "rejected": report.rejected, "seconds": seconds, **self._counts})


# --- which days -------------------------------------------------------------------------------------------------------


def _wanted(folder: IndexFolder, days: FetchedDays, span: Span, now: dt.datetime) -> list[tuple[dt.date, Look | None]]:
    """The days to ask the wiki for, with what is known of them; days that a killed update did are left out."""
    today = now.date()
    first, last = span.since, min(span.until or today, today)
    if first is not None and first > last:
        raise InputError(f"there are no days from {first} to {last}; name an earlier --since or a later --until")
    known = days.looks()
    begun = days.begin(str(span), now)
    if first is not None:
        wanted = _days(max(first, FIRST_DAY), last)
    else:
        wanted = due(known, _first_new(folder, known, last), last, now)
    return [(day, known.get(day)) for day in wanted if begun is None or day not in known or known[day].looked < begun]


def due(known: Mapping[dt.date, Look], first_new: dt.date, last: dt.date, now: dt.datetime) -> list[dt.date]:
    """The days up to `last` to look at: new ones, those of the last two weeks, and older ones less often with age.

    An older day is due again after half the age that it had at its last look: two weeks later if it was a month old
    then, half a year later if it was a year old.
    """
    return sorted(
        {day for day, look in known.items() if day <= last and _is_due(day, look, now)}.union(_days(first_new, last))
    )


def _is_due(day: dt.date, look: Look, now: dt.datetime) -> bool:
    age = look.looked.date() - day
    return now.date() - day <= LATE_EDITS or age <= LATE_EDITS or now.date() - look.looked.date() >= age * LATER


def _first_new(folder: IndexFolder, known: Mapping[dt.date, Look], last: dt.date) -> dt.date:
    """The day after the last one that was fetched or that an archive holds; without one, the portal's first day."""
    held = max(known, default=None)
    if _in_force(folder) is not None:
        with contextlib.closing(folder.open()) as index:
            near = [day for day in index.catalogue.days_near(last + _DAY, 1) if day <= last]
            held = max([*near, *([held] if held else [])], default=None)
    return FIRST_DAY if held is None else held + _DAY


def _days(first: dt.date, last: dt.date) -> list[dt.date]:
    return [first + _DAY * number for number in range((last - first).days + 1)]


def _in_force(folder: IndexFolder) -> Manifest | None:
    try:
        return folder.manifest()
    except IndexMissingError:
        return None
