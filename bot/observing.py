"""What operators can ask a bot that runs: figures at /metrics, /healthz and /readyz; only where an address is set."""

from __future__ import annotations

import asyncio
import datetime as dt
import logging
import math
import shutil
import time
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any

from bot import metrics
from bot.client import DatelineClient
from bot.config import Config
from bot.engine import Engine
from bot.store import Store, StoreAwayError
from bot.store.address import file_of, parse
from bot.waiting import set_within

if TYPE_CHECKING:
    from aiohttp import web

LOOK_S = 5.0
"""Between two looks at the disks and at the daily posts, which a request does not wait for."""

_LAG_S = 0.25  # between two looks at how late the event loop is
_BIND_S = 10.0  # between two tries to listen where another process does, such as the one that this one takes over from
_CLOSE_S = 1.0  # that somebody who asks may take at the end

log = logging.getLogger(__name__)


class Observer:
    """Measures while it is entered, where the config has an address; else it does nothing.

    Attributes:
        store, engine, client: the parts, as far as there are any yet.
    """

    def __init__(self, config: Config) -> None:
        self.store: Store | None = None
        self.engine: Engine | None = None
        self.client: DatelineClient | None = None
        self.port: int | None = None  # where it listens
        self._config = config
        self._ending = asyncio.Event()
        self._tasks: list[asyncio.Task[None]] = []

    async def __aenter__(self) -> Observer:
        if (place := self._config.metrics.place) is not None:
            registry = metrics.switch_on()
            work = (self._serve(registry, *place), self._measure_lag(), self._look())
            self._tasks = [asyncio.create_task(each) for each in work]
        return self

    async def __aexit__(self, *_: object) -> None:
        self._ending.set()
        if self._tasks:
            await asyncio.wait(self._tasks, timeout=2 * _CLOSE_S)
            metrics.switch_off()

    # --- what is wrong ---

    def missing(self) -> list[str]:
        """What keeps the bot from answering as it should, a sentence each; none where it is ready."""
        found = []
        if self.engine is None or self.engine.manifest is None:
            found.append("no index is open")
        if self.store is None or not self.store.is_there:
            found.append("the store is away")
        if self._connected() < self._shards() or self.client is None or not self.client.is_ready():
            found.append(f"{self._connected()} of {self._shards()} shards are connected to Discord's gateway")
        return found

    def _shards(self) -> int:
        """How many shards this process has, as far as Discord has said."""
        return 1 if self.client is None else len(self.client.shard_ids or range(self.client.shard_count or 1))

    def _connected(self) -> int:
        if self.client is None:
            return 0
        return sum(not shard.is_closed() for shard in self.client.shards.values())

    # --- what a request measures ---

    def measure(self) -> None:
        """Set the gauges that need neither a disk nor a database."""
        now = dt.datetime.now(dt.UTC)
        if self.store is not None:
            metrics.STORE.set(self.store.health)
        manifest = None if self.engine is None else self.engine.manifest
        metrics.INDEX_OPEN.set(manifest is not None)
        if manifest is not None:
            metrics.INDEX_EVENTS.set(manifest.events)
            metrics.INDEX_BYTES.set(manifest.bytes)
            metrics.INDEX_AGE.set((now - manifest.built).total_seconds())
        updated = None if self.engine is None or not self._config.archive.update else self.engine.updated
        metrics.ARCHIVE_AGE.set(None if updated is None else (now - updated).total_seconds())
        connected = self._connected()
        metrics.SHARDS.set(connected, "connected")
        metrics.SHARDS.set(self._shards() - connected, "away")
        latencies = [] if self.client is None or not connected else [each for _, each in self.client.latencies]
        metrics.LATENCY.set(max(filter(math.isfinite, latencies), default=None))

    # --- what is measured meanwhile ---

    async def _measure_lag(self) -> None:
        while not self._ending.is_set():
            began = time.monotonic()
            await asyncio.sleep(_LAG_S)
            metrics.LAG.observe(max(0.0, time.monotonic() - began - _LAG_S))

    async def _look(self) -> None:
        while not self._ending.is_set():
            for look in (self._look_at_posts, self._look_at_disks):
                try:
                    await look()
                except Exception:  # a folder that is not there, say, must not end the looking
                    log.debug("a look for the metrics failed", exc_info=True)
            await set_within(self._ending, LOOK_S)

    async def _look_at_posts(self) -> None:
        if self.store is None:
            return
        try:
            outlook = await self.store.daily.outlook(time.time())
        except StoreAwayError:
            metrics.POSTS_DUE.set(None)
            metrics.POSTS_OVERDUE.set(None)
            return
        metrics.POSTS_DUE.set(outlook.due)
        metrics.POSTS_OVERDUE.set(outlook.overdue_s)
        metrics.SUBSCRIPTIONS.set(outlook.active, "active")
        metrics.SUBSCRIPTIONS.set(outlook.paused, "paused")

    async def _look_at_disks(self) -> None:
        file = file_of(parse(self._config.store.url))
        folders = {"index": self._config.index.path, **({} if file is None else {"store": file.absolute().parent})}
        for name, folder in folders.items():
            usage = await asyncio.to_thread(shutil.disk_usage, _existing(folder))
            metrics.DISK_FREE.set(usage.free, name)
            metrics.DISK_SIZE.set(usage.total, name)

    # --- the server ---

    async def _serve(self, registry: Any, host: str, port: int) -> None:
        """Answer on an address until the end; where another process listens there, as soon as it does no longer."""
        from aiohttp import web  # which only a bot with an address needs, and its parts

        app = web.Application()
        for path, answer in self._answers(registry).items():
            app.router.add_get(path, answer)
        runner = web.AppRunner(app, access_log=None, handle_signals=False, shutdown_timeout=_CLOSE_S)
        await runner.setup()
        told = False
        try:
            while not self._ending.is_set() and self.port is None:
                try:
                    await web.TCPSite(runner, host, port).start()
                    self.port = runner.addresses[0][1]
                    log.info("metrics are at http://%s:%d/metrics", f"[{host}]" if ":" in host else host, self.port)
                except OSError as error:
                    if not told:
                        log.warning(
                            "metrics.address %s cannot be used: %s; trying again every %.0f s",
                            self._config.metrics.address, error.strerror or error, _BIND_S,
                        )  # fmt: skip
                    told = True
                    await set_within(self._ending, _BIND_S)
            await self._ending.wait()
        finally:
            await runner.cleanup()

    def _answers(self, registry: Any) -> dict[str, Callable[[web.Request], Awaitable[web.Response]]]:
        from aiohttp import web
        from prometheus_client import exposition

        async def figures(request: web.Request) -> web.Response:
            self.measure()
            encode, kind = exposition.choose_encoder(request.headers.get("Accept", ""))
            return web.Response(body=encode(registry), headers={"Content-Type": kind})

        async def alive(_: web.Request) -> web.Response:
            return web.Response(text="alive\n")

        async def ready(_: web.Request) -> web.Response:
            missing = self.missing()
            return web.Response(text="\n".join(missing or ["ready"]) + "\n", status=503 if missing else 200)

        return {"/metrics": figures, "/healthz": alive, "/readyz": ready}


def _existing(folder: Path) -> Path:
    """A folder, or the nearest one above it that is there."""
    return next((each for each in (folder.absolute(), *folder.absolute().parents) if each.exists()), Path("/"))
