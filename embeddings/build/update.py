"""`update`: the pages of the wiki that are new, and those edited since, into the index."""

from __future__ import annotations

import contextlib
import datetime as dt
import time
from calendar import monthrange
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Set
from contextlib import AbstractAsyncContextManager
from dataclasses import asdict, dataclass

from embeddings.archive.days import DayOfYear
from embeddings.archive.fetched import FetchedDays
from embeddings.archive.fetched_pages import FetchedPages, Key, Look
from embeddings.build.fetching import Fetching, Wanted
from embeddings.build.refusals import explained
from embeddings.build.result import BuildResult
from embeddings.build.run import Build
from embeddings.build.withdrawals import PORTAL_RULES, YEAR_RULES
from embeddings.errors import EmbeddingsError, IndexMissingError, InputError, WikiError
from embeddings.index.folder import IndexFolder
from embeddings.index.manifest import Manifest
from embeddings.text import counted
from embeddings.wiki.client import TITLES, WikiClient

FIRST_DAY = dt.date(2002, 1, 1)  # the portal has no earlier one
LATE_EDITS = dt.timedelta(days=14)  # for so long a day is edited often
LATER = 0.5  # of its age at the last look, until an older day is looked at again

_DAY = dt.timedelta(days=1)
_LEAP_YEAR = 2000
_DAYS_OF_THE_YEAR = tuple(
    DayOfYear(month, day) for month in range(1, 13) for day in range(1, monthrange(_LEAP_YEAR, month)[1] + 1)
)

Connect = Callable[[], AbstractAsyncContextManager[WikiClient]]
Clock = Callable[[], dt.datetime]


@dataclass(frozen=True, slots=True)
class Span:
    """What the user named.

    Attributes:
        since: every day of the portal from this one on is looked at; None: those that are due.
        until: no later day of the portal is.
        of_the_year: whether Wikipedia's articles on the days of the year are; None: where some were fetched before.
    """

    since: dt.date | None = None
    until: dt.date | None = None
    of_the_year: bool | None = None

    def __str__(self) -> str:
        return f"{self.since or 'due'}..{self.until or 'today'}"


@dataclass(frozen=True, slots=True)
class UpdateResult(BuildResult):
    """What an update did.

    Attributes:
        days: how many days the wiki was asked for, those of the year among them.
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
    with explained(folder), folder.build_lock(), contextlib.closing(build.fetched()) as days:
        portal, of_the_year = _wanted(folder, days, span, clock())
        fetches = (
            Fetching(portal, build.report, clock, accept_removals=build.accept_removals),
            Fetching(of_the_year, build.report, clock, accept_removals=build.accept_removals),
        )
        yield Update(build, days, fetches, clock, started)


class Update:
    """An update that is under way; it goes on where an earlier, killed one stopped.

    Args:
        fetches: of the pages of each kind.
        started: by `time.monotonic`, when the update began.
    """

    def __init__(
        self,
        build: Build,
        days: FetchedDays,
        fetches: tuple[Fetching[dt.date], Fetching[DayOfYear]],
        clock: Clock,
        started: float,
    ) -> None:
        self._build = build
        self._days = days
        self._fetches = fetches
        self._clock = clock
        self._started = started
        self._requests = 0
        self._failure: EmbeddingsError | None = None

    async def fetch(self, connect: Connect) -> None:
        """Fetch pages that are new or were edited; errors are kept, and raised by `write`.

        Pages that were fetched before an error are kept.
        """
        total = sum(len(fetching) for fetching in self._fetches)
        done = 0

        def progress(looked_at: int) -> None:
            self._build.progress("looking at days", done + looked_at, total)

        try:
            async with connect() as client:
                try:
                    for fetching in self._fetches:
                        await fetching.run(client, progress)
                        done += len(fetching)
                        # The first refusal is told; a wiki without the one kind may be the wrong one for the other.
                        refusal = fetching.settle(client)
                        self._failure = self._failure or refusal
                        if isinstance(self._failure, WikiError):
                            break
                finally:
                    self._requests = client.requests
            progress(0)
        except WikiError as error:
            self._failure = error
            return
        if self._failure is None:
            self._days.finish(self._clock())
        else:
            self._days.abandon()

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
        is_current = manifest is not None and self._days.is_published(manifest.generation, sample=self._build.sample)
        built = BuildResult()
        if manifest is not None and is_current and manifest.model.fingerprint == self._build.encoder.fingerprint:
            built = BuildResult(events=manifest.events, unchanged=manifest.events, is_kept=True)
        elif self._failure is None or not self._days.is_empty:
            built = self._build.replace_index(None, self._days)
        counts = sum((fetching.counts for fetching in self._fetches), Counter[str]())
        if self._failure is not None:
            fetched = counts["fetched"]
            if fetched and isinstance(self._failure, WikiError):
                were, they = ("was", "it is") if fetched == 1 else ("were", "they are")
                kept = f"{counted(fetched, 'day')} {were} fetched before that; {they} kept"
                raise WikiError(f"{self._failure}. {kept}") from self._failure
            raise self._failure
        seconds = time.monotonic() - self._started
        told = {**asdict(built), "rejected": report.rejected, "seconds": seconds, "requests": self._requests}
        return UpdateResult(**{**told, **counts})


# --- which days -------------------------------------------------------------------------------------------------------


def _wanted(
    folder: IndexFolder, days: FetchedDays, span: Span, now: dt.datetime
) -> tuple[Wanted[dt.date], Wanted[DayOfYear]]:
    """The pages to ask the wiki for, with what is known of them; those that a killed update did are left out."""
    today = now.date()
    first, last = span.since, min(span.until or today, today)
    if first is not None and first > last:
        raise InputError(f"there are no days from {first} to {last}; name an earlier --since or a later --until")
    known = days.portal.looks()
    known_of_the_year = days.of_the_year.looks()
    begun = days.begin(str(span), now)
    if first is not None:
        wanted = _days(max(first, FIRST_DAY), last)
    else:
        wanted = due(known, _first_new(folder, known, last), last, now)
    has_any = _has_pages(known_of_the_year)
    of_the_year = _DAYS_OF_THE_YEAR if (has_any if span.of_the_year is None else span.of_the_year) else ()
    left = _left(days.portal, wanted, known, begun)
    left_of_the_year = _left(days.of_the_year, of_the_year, known_of_the_year, begun)
    return (
        Wanted(days.portal, PORTAL_RULES, *left, _has_pages(known)),
        Wanted(days.of_the_year, YEAR_RULES, *left_of_the_year, has_any),
    )


def _has_pages(known: Mapping[Key, Look]) -> bool:
    """Whether the wiki had any of the pages that are known of."""
    return any(look.revision is not None for look in known.values())


def _left(
    pages: FetchedPages[Key], wanted: Iterable[Key], known: Mapping[Key, Look], begun: dt.datetime | None
) -> tuple[dict[Key, Look | None], Set[Key]]:
    """The pages to ask for, and which of them were found by the update that is resumed: the last ones, to compare.

    Args:
        begun: when the update began that is resumed; None: none is.
    """
    done = [key for key, look in known.items() if begun is not None and look.looked >= begun]
    left = dict.fromkeys(wanted).keys() - done
    again: Set[Key] = set()
    if left and pages.done():
        again = pages.holding([key for key in done if known[key].revision is not None][-TITLES:])
    return {key: known.get(key) for key in sorted(left | again, key=pages.kind.text)}, again


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
            archived = index.catalogue.last_archived(held, last)
        held = max([day for day in (held, archived) if day is not None], default=None)
    return FIRST_DAY if held is None else held + _DAY


def _days(first: dt.date, last: dt.date) -> list[dt.date]:
    return [first + _DAY * number for number in range((last - first).days + 1)]


def _in_force(folder: IndexFolder) -> Manifest | None:
    try:
        return folder.manifest()
    except IndexMissingError:
        return None
