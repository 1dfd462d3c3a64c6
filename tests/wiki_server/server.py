"""The server: pages with their revisions, the queries about them, and faults in a row."""

from __future__ import annotations

import asyncio
import datetime as dt
import threading
from collections import deque
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

from aiohttp import web

from tests.wiki_server.faults import Fault
from tests.wiki_server.month import month, title_of

MOST_TITLES = 50

_FIRST_EDIT = dt.datetime(2021, 7, 1, tzinfo=dt.UTC)
_KNOWN = {
    "action",
    "format",
    "formatversion",
    "maxlag",
    "prop",
    "titles",
    "rvslots",
    "rvprop",
    "redirects",
    "rvcontinue",
    "continue",
}


@dataclass(frozen=True)
class Revision:
    """A page as it stands."""

    number: int
    edited: dt.datetime
    text: str | None  # None: hidden


@dataclass(frozen=True)
class Asked:
    """A request that came."""

    parameters: dict[str, str]
    user_agent: str

    @property
    def what(self) -> str:
        """`info` or `revisions`."""
        return self.parameters["prop"]

    @property
    def titles(self) -> list[str]:
        """The pages that were asked for."""
        return self.parameters["titles"].split("|")


class WikiServer:
    """The wiki. Its methods may be called from any thread.

    Args:
        per_answer: pages whose text fits into one answer; the rest is left to `continue`.
    """

    def __init__(self, per_answer: int = MOST_TITLES) -> None:
        self.per_answer = per_answer
        self.requests: list[Asked] = []
        self.failures: list[BaseException] = []
        self._faults: deque[Fault | None] = deque()
        self._before: dict[int, Callable[[], object]] = {}
        self._pages: dict[str, Revision] = {}  # by title, the namespace under its own name
        self._redirects: dict[str, str] = {}
        self._namespace: str | None = "Portal"
        self._aliases = {"portal"}
        self._is_interwiki = False
        self._number = 1_000
        self._port = 0

    @property
    def api(self) -> str:
        """The address of api.php."""
        return f"http://127.0.0.1:{self._port}/w/api.php"

    @property
    def content(self) -> tuple[object, ...]:
        """All that its answers depend on; two wikis of equal content answer alike."""
        how = (self.per_answer, self._namespace, self._aliases, self._is_interwiki, self._number)
        return (*how, dict(self._pages), dict(self._redirects), list(self._faults), dict(self._before))

    # --- what tests do to it ---

    def month(self) -> None:
        """Take in the month that was written for tests."""
        for day, text in month().items():
            self.edit(day, text)

    def edit(self, day: dt.date, text: str | None) -> None:
        """Save a new revision of a day's page; None: one whose text is hidden."""
        self._number += 1
        edited = _FIRST_EDIT + dt.timedelta(minutes=self._number)
        self._pages[self._where(day)] = Revision(self._number, edited, text)

    def text(self, day: dt.date) -> str:
        """A day's page as it stands."""
        text = self._pages[self._where(day)].text
        assert text is not None
        return text

    def name_namespace(self, name: str | None, *aliases: str) -> None:
        """Call the portal's namespace otherwise, as the site's settings can; None: there is none.

        Titles that begin with its name or an alias are normalised to it. Without it they are titles of plain articles.
        """
        self._pages = {_renamed(title, name or "Portal"): page for title, page in self._pages.items()}
        self._namespace, self._aliases = name, {alias.casefold() for alias in (name or "", *aliases)}

    def lead_portal_elsewhere(self) -> None:
        """Make `Portal:` the prefix of another wiki: its titles are no pages here, missing or not."""
        self._is_interwiki = True

    def move(self, day: dt.date, title: str, *, leaving_redirect: bool = True) -> None:
        """Give a day's page another title."""
        before = self._where(day)
        self._pages[title] = self._pages.pop(before)
        if leaving_redirect:
            self._redirects[before] = title

    def redirect(self, day: dt.date, to: str) -> None:
        """Make a day's page a redirect to a title, or with a # to a part of a page."""
        self._pages.pop(title := self._normal(title_of(day)), None)
        self._redirects[title] = to

    def write(self, title: str, text: str) -> None:
        """Save a page that is no day's."""
        self._number += 1
        self._pages[title] = Revision(self._number, _FIRST_EDIT, text)

    def delete_page(self, title: str) -> None:
        """Delete a page that is no day's."""
        del self._pages[title]

    def rename(self, title: str, to: str) -> None:
        """Move a page that is no day's, and leave a redirect."""
        self._pages[to] = self._pages.pop(title)
        self._redirects[title] = to

    def replace(self, day: dt.date, old: str, new: str) -> None:
        """Save a day's page with some words changed."""
        text = self.text(day)
        assert old in text
        self.edit(day, text.replace(old, new))

    def delete(self, day: dt.date) -> None:
        """Delete a day's page."""
        del self._pages[self._where(day)]

    def delete_all(self) -> None:
        """Delete every page."""
        self._pages.clear()

    def answer_next(self, *faults: Fault | None) -> None:
        """Answer the next requests with some faults; None: as it should."""
        self._faults.extend(faults)

    def forget_faults(self) -> None:
        """Answer as it should from now on."""
        self._faults.clear()

    def before(self, number: int, action: Callable[[], object]) -> None:
        """Do something when the request with a number, counted from 1, has come and is not answered yet."""
        self._before[number] = action

    def asked(self, what: str) -> list[Asked]:
        """The requests for `info` or `revisions`."""
        return [request for request in self.requests if request.what == what]

    # --- answering ---

    async def handle(self, request: web.Request) -> web.StreamResponse:
        try:
            asked = Asked(dict(request.query), request.headers.get("User-Agent", ""))
            self.requests.append(asked)
            if (action := self._before.pop(len(self.requests), None)) is not None:
                action()
            fault = self._faults.popleft() if self._faults else None
            if fault:
                return await fault(request)
            response = self._answer(asked)
        except Exception as error:
            self.failures.append(error)
            raise
        response.enable_compression()
        return response

    def _answer(self, asked: Asked) -> web.Response:
        if "Dateline/" not in asked.user_agent:
            return web.Response(status=403, text="Please set a User-Agent.")
        given = asked.parameters
        if unknown := set(given) - _KNOWN:
            return _error("unknown", f"Unrecognized parameters: {sorted(unknown)}")
        if (given["action"], given["format"], given["formatversion"]) != ("query", "json", "2"):
            return _error("badvalue", "only action=query in JSON of version 2 is known here")
        if len(asked.titles) > MOST_TITLES:
            return _error("toomanyvalues", f"Too many values: {len(asked.titles)}, the limit is {MOST_TITLES}.")
        if self._is_interwiki:
            away = [{"title": title, "iw": "portal"} for title in asked.titles]
            return web.json_response({"batchcomplete": True, "query": {"interwiki": away}})
        follow = given.get("redirects") == "1"
        leads = [self._lead(title, follow=follow) for title in asked.titles]
        there = list(dict.fromkeys(title for title, _ in leads))
        names: dict[str, Any] = {}
        normalized = [
            {"fromencoded": False, "from": title, "to": self._normal(title)}
            for title in asked.titles
            if self._normal(title) != title
        ]
        if normalized:
            names["normalized"] = normalized
        if redirects := [step for _, steps in leads for step in steps]:
            names["redirects"] = redirects
        if asked.what == "info":
            pages = [self._page(title, number) for number, title in enumerate(there)]
            return web.json_response({"batchcomplete": True, "query": {**names, "pages": pages}})
        return self._contents(there, int(given.get("rvcontinue", "0|").split("|")[0]), names)

    def _normal(self, title: str) -> str:
        """A title as the wiki writes it."""
        space, colon, rest = title.partition(":")
        if colon and self._namespace is not None and space.casefold() in self._aliases:
            return f"{self._namespace}:{rest}"
        return title

    def _where(self, day: dt.date) -> str:
        """The title of the page that a day's title leads to."""
        return self._lead(title_of(day), follow=True)[0]

    def _lead(self, title: str, *, follow: bool) -> tuple[str, list[dict[str, str]]]:
        """The title of the page that a title leads to, and the redirects on the way."""
        title, steps = self._normal(title), list[dict[str, str]]()
        while follow and title in self._redirects and title not in {step["from"] for step in steps}:
            to, _, part = self._redirects[title].partition("#")
            steps.append({"from": title, "to": to, **({"tofragment": part} if part else {})})
            title = to
        return title, steps

    def _page(self, title: str, number: int) -> dict[str, Any]:
        revision = self._pages.get(title)
        space = 100 if title.startswith(f"{self._namespace}:") else 0
        if revision is None and title in self._redirects:  # it was asked for as it is, or leads round in a circle
            revision = Revision(1, _FIRST_EDIT, f"#REDIRECT [[{self._redirects[title]}]]")
        if revision is None:
            return {"ns": space, "title": title, "missing": True}
        return {"pageid": number + 1, "ns": space, "title": title, "lastrevid": revision.number, "length": 1}

    def _contents(self, titles: Sequence[str], start: int, names: dict[str, Any]) -> web.Response:
        pages: list[dict[str, Any]] = []
        for place, title in enumerate(titles):
            page = self._page(title, place)
            page.pop("lastrevid", None)
            revision = self._pages.get(title)
            if revision is not None and start <= place < start + self.per_answer:
                main: dict[str, Any] = {"contentmodel": "wikitext", "contentformat": "text/x-wiki"}
                main |= {"texthidden": True} if revision.text is None else {"content": revision.text}
                stamp = revision.edited.isoformat().replace("+00:00", "Z")
                page["revisions"] = [
                    {"revid": revision.number, "parentid": 0, "timestamp": stamp, "slots": {"main": main}}
                ]
            pages.append(page)
        if start + self.per_answer < len(titles):
            more = {"rvcontinue": f"{start + self.per_answer}|0", "continue": "||"}
            return web.json_response({"continue": more, "query": {**names, "pages": pages}})
        return web.json_response({"batchcomplete": True, "query": {**names, "pages": pages}})

    # --- running ---

    async def serve(self, ready: Callable[[], object], stop: asyncio.Event) -> None:
        app = web.Application()
        app.router.add_get("/w/api.php", self.handle)
        runner = web.AppRunner(app, access_log=None, shutdown_timeout=0.5, handle_signals=False)
        await runner.setup()
        await web.TCPSite(runner, "127.0.0.1", 0).start()
        self._port = runner.addresses[0][1]
        ready()
        await stop.wait()
        await runner.cleanup()


def _renamed(title: str, namespace: str) -> str:
    return f"{namespace}:{title.partition(':')[2]}"


def _error(code: str, info: str) -> web.Response:
    return web.json_response({"error": {"code": code, "info": info}}, headers={"MediaWiki-API-Error": code})


@contextmanager
def wiki_server(per_answer: int = MOST_TITLES) -> Iterator[WikiServer]:
    """Run a wiki in a thread of its own; at the end it fails if the wiki itself broke."""
    wiki = WikiServer(per_answer)
    loop = asyncio.new_event_loop()
    stop, ready = asyncio.Event(), threading.Event()

    def run() -> None:
        asyncio.set_event_loop(loop)
        try:
            loop.run_until_complete(wiki.serve(ready.set, stop))
        finally:
            ready.set()
            loop.close()

    thread = threading.Thread(target=run, name="wiki", daemon=True)
    thread.start()
    ready.wait()
    try:
        yield wiki
        if wiki.failures:
            raise AssertionError("the stand-in for the wiki broke") from wiki.failures[0]
    finally:
        loop.call_soon_threadsafe(stop.set)
        thread.join()
