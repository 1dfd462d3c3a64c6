"""Fetches pages of one kind from the wiki, those that are new or edited, into the file of fetched pages.

Pages that the wiki no longer has are withdrawn, unless so many are missing that it is not to be believed. A page with
an odd answer is reported, and what was fetched of it before is kept.
"""

from __future__ import annotations

import datetime as dt
from collections import Counter
from collections.abc import Callable, Mapping, Set
from dataclasses import dataclass
from typing import Generic

from embeddings.archive import Report
from embeddings.archive.fetched_pages import FetchedPages, Key, Look
from embeddings.build.withdrawals import MOST_DAYS, Rules, Verdict, is_too_much, no_pages, pages_refusal, shared_pages
from embeddings.errors import EmbeddingsError, RemovalsRefusedError, WikiError
from embeddings.text import clean, shorten
from embeddings.wiki.client import TITLES, WikiClient
from embeddings.wiki.replies import PageState, WikiPage


@dataclass(frozen=True, slots=True)
class Wanted(Generic[Key]):
    """Pages of one kind to ask the wiki for.

    Attributes:
        looks: what is known of each, None for one that was never asked for.
        again: those of them that the wiki showed before an interruption: without them it is not what it was.
        has_pages: whether the wiki has shown any page of the kind before.
    """

    pages: FetchedPages[Key]
    rules: Rules[Key]
    looks: Mapping[Key, Look | None]
    again: Set[Key]
    has_pages: bool


class Fetching(Generic[Key]):
    """The fetch of pages of one kind.

    Attributes:
        counts: `days` that the wiki was asked for, and those of them that were `fetched`.
    """

    def __init__(
        self, wanted: Wanted[Key], report: Report, clock: Callable[[], dt.datetime], *, accept_removals: bool
    ) -> None:
        self.counts = Counter[str]()
        self._pages: FetchedPages[Key] = wanted.pages
        self._rules: Rules[Key] = wanted.rules
        self._wanted: list[tuple[Key, Look | None]] = list(wanted.looks.items())
        self._again: Set[Key] = wanted.again
        self._report = report
        self._clock = clock
        self._accept_removals = accept_removals
        self._has_pages = wanted.has_pages  # a wiki that has shown no page yet may be the wrong one
        self._states: dict[Key, PageState | None] = {}  # while it has shown none
        self._absent: list[Key] = []
        self._held = wanted.pages.done()  # pages looked at of which events are kept, by an interrupted fetch, too
        self._untold: list[Key] = []  # those of them that the wiki says nothing of
        self._lost: dict[Key, WikiPage | None] = {}  # those of them that have none now, as they are

    def __len__(self) -> int:
        """How many pages are wanted."""
        return len(self._wanted)

    async def run(self, client: WikiClient, progress: Callable[[int], None]) -> None:
        """Fetch pages that are new or were edited; those that came before an error are kept.

        Args:
            progress: is told how many pages were looked at.
        Raises:
            WikiError: if the wiki cannot be reached, or its answer cannot be used.
        """
        for start in range(0, len(self._wanted), TITLES):
            some = dict(self._wanted[start : start + TITLES])
            progress(start)
            await self._fetch_some(client, some)
            self.counts["days"] += len(some.keys() - self._again)

    async def _fetch_some(self, client: WikiClient, some: Mapping[Key, Look | None]) -> None:
        """Ask for the last revisions of some pages, then for the text of those that are new or were edited."""
        titles = {self._pages.kind.title(key): key for key in some}
        states = {titles[title]: state for title, state in (await client.page_states(list(titles))).items()}
        held = self._pages.holding(some)
        counted = held - self._again
        self._held += len(counted)
        shared = shared_pages(states.values())
        edited: list[str] = []
        unchanged: list[Key] = []
        for title, key in titles.items():
            look, state = some[key], states.get(key)
            if state is None:
                self._keep_back(title, "the wiki does not say whether it has this page")
                self._untold += [key] if key in held else []
                continue
            verdict = self._rules.verdict(state, key, shared)
            if verdict is Verdict.GONE:
                if key in held:
                    self._lost[key] = None
                else:
                    self._absent.append(key)
            elif verdict is Verdict.STRANGE:
                self._keep_back(title, f"leads to {shorten(clean(state.title), 100)}, which is not a page of this day")
            elif look is not None and look.revision == state.revision:
                unchanged.append(key)
            else:
                edited.append(title)
        self._has_pages |= bool(edited)
        if not self._has_pages:
            self._states.update({key: states.get(key) for key in some})
            return
        self._pages.looked(unchanged, self._clock(), counted=counted)
        async for pages in client.pages(edited):
            found = {titles[page.title]: page for page in pages if page.title in edited}
            self._lost |= self._pages.keep(found, self._clock(), holding=held, counted=counted)
            edited = [title for title in edited if titles[title] not in found]
            self.counts["fetched"] += len(found)
        for title in edited:
            self._keep_back(title, "the wiki does not show its text")
        self._keep_absent()  # after the pages: an update that is killed in between has still seen none

    def _keep_back(self, title: str, why: str) -> None:
        self._report.reject(title, None, f"{why}; what was fetched of it before is kept")

    def _keep_absent(self) -> None:
        """Note of the pages that do not exist, and had no events, that they were looked at."""
        self._pages.keep(dict.fromkeys(self._absent), self._clock())
        self._absent.clear()

    def settle(self, client: WikiClient) -> EmbeddingsError | None:
        """Withdraw what the wiki has no longer; returns why not, where that is too much to be believed."""
        now = self._clock()
        if self._wanted and not self._has_pages:
            if not self._rules.may_be_too_early(self._states, now.date()):
                states = {self._pages.kind.title(key): state for key, state in self._states.items()}
                return WikiError(no_pages(client.host, client.usual_place, states, self._rules.sought))
            self._keep_absent()
        missing = {*self._lost, *self._untold}
        is_odd = is_too_much(len(missing), self._held, MOST_DAYS) or is_too_much(
            len(missing & self._again), len(self._again), MOST_DAYS
        )
        if is_odd and not self._accept_removals:
            titles = [self._pages.kind.title(key) for key, _ in self._wanted if key in missing]
            return RemovalsRefusedError(pages_refusal(client.host, titles, self._held, self._rules.plural))
        self._pages.keep(self._lost, now)
        return None
