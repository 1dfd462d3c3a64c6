"""The server: pages with their revisions, the queries about them, and faults in a row."""

from __future__ import annotations

import asyncio
import datetime as dt
import threading
from collections import deque
from collections.abc import Callable, Iterator
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
        self._pages: dict[str, Revision] = {}
        self._number = 1_000
        self._port = 0

    @property
    def api(self) -> str:
        """The address of api.php."""
        return f"http://127.0.0.1:{self._port}/w/api.php"

    # --- what tests do to it ---

    def month(self) -> None:
        """Take in the month that was written for tests."""
        for day, text in month().items():
            self.edit(day, text)

    def edit(self, day: dt.date, text: str | None) -> None:
        """Save a new revision of a day's page; None: one whose text is hidden."""
        self._number += 1
        edited = _FIRST_EDIT + dt.timedelta(minutes=self._number)
        self._pages[title_of(day)] = Revision(self._number, edited, text)

    def text(self, day: dt.date) -> str:
        """A day's page as it stands."""
        text = self._pages[title_of(day)].text
        assert text is not None
        return text

    def replace(self, day: dt.date, old: str, new: str) -> None:
        """Save a day's page with some words changed."""
        text = self.text(day)
        assert old in text
        self.edit(day, text.replace(old, new))

    def delete(self, day: dt.date) -> None:
        """Delete a day's page."""
        del self._pages[title_of(day)]

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
        if asked.what == "info":
            pages = [self._page(title, number) for number, title in enumerate(asked.titles)]
            return web.json_response({"batchcomplete": True, "query": {"pages": pages}})
        return self._contents(asked)

    def _page(self, title: str, number: int) -> dict[str, Any]:
        revision = self._pages.get(title)
        if revision is None:
            return {"ns": 100, "title": title, "missing": True}
        return {"pageid": number + 1, "ns": 100, "title": title, "lastrevid": revision.number, "length": 1}

    def _contents(self, asked: Asked) -> web.Response:
        start = int(asked.parameters.get("rvcontinue", "0|").split("|")[0])
        pages: list[dict[str, Any]] = []
        for place, title in enumerate(asked.titles):
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
        if start + self.per_answer < len(asked.titles):
            more = {"rvcontinue": f"{start + self.per_answer}|0", "continue": "||"}
            return web.json_response({"continue": more, "query": {"pages": pages}})
        return web.json_response({"batchcomplete": True, "query": {"pages": pages}})

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
