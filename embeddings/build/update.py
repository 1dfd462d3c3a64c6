"""`update`: the portal's new days, and those edited since, into the index."""

from __future__ import annotations

import asyncio
import contextlib
import datetime as dt
import time
from collections.abc import Callable, Mapping, Sequence
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass

from embeddings.archive import Report
from embeddings.archive.fetched import FetchedDays, Look
from embeddings.archive.portal import page_title
from embeddings.build.refusals import explained
from embeddings.build.result import BuildResult
from embeddings.build.run import rebuild
from embeddings.errors import IndexMissingError, InputError, WikiError
from embeddings.index.folder import IndexFolder
from embeddings.index.manifest import Manifest
from embeddings.model.encoder import Encoder
from embeddings.progress import Progress
from embeddings.settings import Way
from embeddings.wiki.answers import Page
from embeddings.wiki.client import TITLES, WikiClient

FIRST_DAY = dt.date(2002, 1, 1)  # the portal has no earlier one
LATE_EDITS = dt.timedelta(days=14)  # for so long a day is edited often
LATER = 0.5  # of its age at the last look, until an older day is looked at again

_DAY = dt.timedelta(days=1)

Connect = Callable[[], AbstractAsyncContextManager[WikiClient]]
Clock = Callable[[], dt.datetime]


@dataclass(frozen=True, slots=True)
class Span:
    """The days that were named: every one from `since` on is looked at; without it, those that are due."""

    since: dt.date | None = None
    until: dt.date | None = None

    def __str__(self) -> str:
        return f"{self.since or 'due'}..{self.until or 'today'}"


@dataclass(slots=True)
class UpdateResult(BuildResult):
    """What an update did.

    Attributes:
        days: that the wiki was asked for.
        fetched: of these, whose text was fetched.
        requests: that were sent.
    """

    days: int = 0
    fetched: int = 0
    requests: int = 0


def update_index(
    folder: IndexFolder,
    connect: Connect,
    encoder: Encoder,
    span: Span,
    report: Report,
    progress: Progress,
    clock: Clock = lambda: dt.datetime.now(dt.UTC),
    way: Way = "auto",
) -> UpdateResult:
    """Fetch days of the portal that are new or were edited, then write the index anew where that changes it.

    What the index holds of other archives stays as it is. Days that were fetched before an error are kept, and are in
    the index too; an update that was killed goes on where it stopped.

    Raises:
        InputError: if `span` has no days.
        WikiError: if the wiki cannot be reached, or its answer cannot be used.
        BuildRunningError: if the folder is being written to.
        EmbeddingsError: if the work fails.
    """
    started = time.monotonic()
    result = UpdateResult()
    failure: WikiError | None = None
    with explained(folder), folder.build_lock(), contextlib.closing(FetchedDays(folder.fetched)) as days:
        wanted = _wanted(folder, days, span, clock())
        try:
            asyncio.run(_fetch(days, connect, wanted, report, result, progress, clock))
            days.finish(clock())
        except WikiError as error:
            failure = error
        manifest = _in_force(folder)
        is_current = manifest is not None and days.is_published(manifest.generation)
        if manifest is not None and is_current and manifest.model.fingerprint == encoder.fingerprint:
            result.events = result.unchanged = manifest.events
        elif failure is None or days.looks():
            rebuild(folder, None, days, encoder, report, result, progress, way)
    result.rejected = report.count
    if failure is not None:
        kept = f". {result.fetched:,} days were fetched before that; they are kept" if result.fetched else ""
        raise WikiError(f"{failure}{kept}") from failure
    result.seconds = time.monotonic() - started
    return result


# --- which days -------------------------------------------------------------------------------------------------------


def _wanted(folder: IndexFolder, days: FetchedDays, span: Span, now: dt.datetime) -> list[tuple[dt.date, Look | None]]:
    """The days to ask the wiki for, with what is known of them; those that a killed update has seen are left out."""
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
    """The days up to `last` to look at: new ones, those of the last two weeks, and older ones the rarer the older.

    An older day is due when half of the age has passed that it had when it was last looked at: one that was a month
    old after two weeks, one that was a year old after half a year.
    """
    return sorted(
        {day for day, look in known.items() if day <= last and _is_due(day, look, now)}.union(_days(first_new, last))
    )


def _is_due(day: dt.date, look: Look, now: dt.datetime) -> bool:
    age = look.looked.date() - day
    return now.date() - day <= LATE_EDITS or age <= LATE_EDITS or now.date() - look.looked.date() >= age * LATER


def _first_new(folder: IndexFolder, known: Mapping[dt.date, Look], last: dt.date) -> dt.date:
    """The day after the last one that was fetched or that an archive holds; the portal's first, where there is none."""
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


# --- fetching ---------------------------------------------------------------------------------------------------------


async def _fetch(
    days: FetchedDays,
    connect: Connect,
    wanted: Sequence[tuple[dt.date, Look | None]],
    report: Report,
    result: UpdateResult,
    progress: Progress,
    clock: Clock,
) -> None:
    async with connect() as client:
        try:
            for start in range(0, len(wanted), TITLES):
                some = dict(wanted[start : start + TITLES])
                progress("fetching", start, len(wanted))
                await _fetch_some(days, client, some, report, result, clock)
                result.days += len(some)
        finally:
            result.requests = client.requests
    progress("fetching", len(wanted), len(wanted))


async def _fetch_some(
    days: FetchedDays,
    client: WikiClient,
    some: Mapping[dt.date, Look | None],
    report: Report,
    result: UpdateResult,
    clock: Clock,
) -> None:
    """Ask for the last revisions of some days, then for the text of those that are new or were edited."""
    titles = {page_title(day): day for day in some}
    revisions = await client.last_revisions(list(titles))
    edited: list[str] = []
    unchanged: list[dt.date] = []
    gone: dict[dt.date, Page | None] = {}
    for title, day in titles.items():
        look = some[day]
        if look is not None and look.revision == revisions.get(title):
            unchanged.append(day)
        elif title in revisions:
            edited.append(title)
        else:
            gone[day] = None
    days.looked(unchanged, clock())
    days.keep(gone, clock())
    left = set(edited)
    async for pages in client.pages(edited):
        found = {titles[page.title]: page for page in pages if page.title in left}
        days.keep(found, clock())
        left -= {page.title for page in pages}
        result.fetched += len(found)
    for title in left:
        report.reject(title, None, "the wiki does not show its text; what was fetched of it before is kept")
