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
from embeddings.build.withdrawals import (
    MOST_DAYS,
    days_refusal,
    is_moved_to_another_day,
    is_of_the_day,
    is_too_much,
    no_portal,
    shared_pages,
)
from embeddings.errors import EmbeddingsError, IndexMissingError, InputError, RemovalsRefusedError, WikiError
from embeddings.index.folder import IndexFolder
from embeddings.index.manifest import Manifest
from embeddings.text import clean, shorten
from embeddings.wiki.client import TITLES, WikiClient
from embeddings.wiki.replies import PageState, WikiPage

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
        self._failure: EmbeddingsError | None = None
        # A wiki that has shown no page yet may be the wrong one.
        self._has_portal = any(look.revision is not None for look in days.looks().values())
        self._states: dict[dt.date, PageState | None] = {}  # while it has shown none
        self._absent: list[dt.date] = []
        self._held = 0  # days looked at of which events are kept
        self._lost: dict[dt.date, WikiPage | None] = {}  # those of them that have none now, as they are

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
            self._finish(client)
        except WikiError as error:
            self._failure = error

    async def _fetch_some(self, client: WikiClient, some: Mapping[dt.date, Look | None]) -> None:
        """Ask for the last revisions of some days, then for the text of those that are new or were edited."""
        titles = {page_title(day): day for day in some}
        states = {titles[title]: state for title, state in (await client.page_states(list(titles))).items()}
        held = self._days.holding(some)
        self._held += len(held & states.keys())
        shared = shared_pages(states.values())
        edited: list[str] = []
        unchanged: list[dt.date] = []
        for title, day in titles.items():
            look, state = some[day], states.get(day)
            if state is None:
                self._keep_back(title, "the wiki does not say whether it has this page")
            elif state.revision is None or is_moved_to_another_day(state, day):
                if day in held:
                    self._lost[day] = None
                else:
                    self._absent.append(day)
            elif not is_of_the_day(state, day, shared):
                self._keep_back(title, f"leads to {shorten(clean(state.title), 100)}, which is not a page of this day")
            elif look is not None and look.revision == state.revision:
                unchanged.append(day)
            else:
                edited.append(title)
        self._has_portal |= bool(edited)
        if not self._has_portal:
            self._states.update({day: states.get(day) for day in some})
            return
        self._days.looked(unchanged, self._clock())
        async for pages in client.pages(edited):
            found = {titles[page.title]: page for page in pages if page.title in edited}
            emptied = self._days.without_events({day: page for day, page in found.items() if day in held})
            self._lost |= emptied
            self._days.keep({day: page for day, page in found.items() if day not in emptied}, self._clock())
            edited = [title for title in edited if titles[title] not in found]
            self._counts["fetched"] += len(found)
        for title in edited:
            self._keep_back(title, "the wiki does not show its text")
        self._keep_absent()  # after the pages: an update that is killed in between has still seen none

    def _keep_back(self, title: str, why: str) -> None:
        self._build.report.reject(title, None, f"{why}; what was fetched of it before is kept")

    def _keep_absent(self) -> None:
        """Note of the days that have no page, and had no events, that they were looked at."""
        self._days.keep(dict.fromkeys(self._absent), self._clock())
        self._absent.clear()

    def _finish(self, client: WikiClient) -> None:
        """Withdraw what the wiki has no longer, unless that is too much to be believed."""
        now = self._clock()
        if not self._has_portal:
            if self._may_be_too_early(now):
                self._keep_absent()
            else:
                self._failure = WikiError(no_portal(client.host, client.usual_place, self._states))
        elif not self._build.accept_removals and is_too_much(len(self._lost), self._held, MOST_DAYS):
            self._failure = RemovalsRefusedError(days_refusal(client.host, self._lost, self._held))
        if self._failure is not None:
            self._days.abandon()
            return
        self._days.keep(self._lost, now)
        self._days.finish(now)

    def _may_be_too_early(self, now: dt.datetime) -> bool:
        """Whether the wiki that has none of the pages knows their namespace, and the days have hardly begun."""
        known_namespace = all(state is not None and state.namespace for state in self._states.values())
        return known_namespace and min(self._states, default=now.date()) >= now.date() - _DAY

    def write(self) -> UpdateResult:
        """Write the index anew if fetched days change it. The events of other archives stay as they are.

        Raises:
            WikiError: if the wiki could not be reached, or its answer could not be used; what was fetched is in the
                index all the same.
            RemovalsRefusedError: if most of the days lost their events at once, which are kept; likewise.
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
            if fetched and isinstance(self._failure, WikiError):
                raise WikiError(
                    f"{self._failure}. {fetched:,} days were fetched before that; they are kept"
                ) from self._failure
            raise self._failure
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
