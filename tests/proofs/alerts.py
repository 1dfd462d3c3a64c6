"""Each alert by its cause: `python -m tests.proofs.alerts [CAUSE …] [--index INDEX]`.

The bot runs as operators start it (`python -m bot`), with a store on a real PostgreSQL and the stand-in for Discord,
and its metrics are read again and again while one thing after another goes wrong and is put right. promtool,
Prometheus's own, runs the rules that ship over what was read, a reading counting as one in 15 seconds: each alert fires
by its cause, no other does, and none fires before and after. Three alerts are left to
`deploy/prometheus/alerts.test.yml`: their causes take hours, or a bot that cannot start.
"""

from __future__ import annotations

import argparse
import asyncio
import contextlib
import datetime as dt
import os
import shutil
import signal
import socket
import sqlite3
import subprocess
import sys
import tempfile
import time
from collections.abc import AsyncIterator, Awaitable, Callable
from functools import partial
from pathlib import Path

import click

from bot.daily.claims import Wish
from bot.store import Store
from bot.waiting import set_within
from embeddings.archive import Report
from embeddings.archive.last_updated import UPDATED
from embeddings.build.run import build_index
from embeddings.index.folder import IndexFolder
from embeddings.model.encoder import SentenceEncoder
from embeddings.sample import sample_path
from tests.bot.running import environment
from tests.discord_server import DiscordServer, discord_server
from tests.postgresql import PostgreSQL
from tests.proofs.disk import small_file_system
from tests.proofs.scrapes import Timeline, rules, scrape, value
from tests.proofs.tables import Table

DISK_MB, FILL_MB = 300, 200
CAUSE, CALM = 46, 66  # scrapes: more than the longest time that an alert waits, and that one looks back
EACH_S = 0.05  # between two scrapes
LONGEST_S = 90.0
SLOW_S = 6.0
UNTRIED = {"DatelineIndexClosed", "DatelineNewSessions", "DatelineAnswersTooLate"}
_MESSAGES, _ANSWERS = "POST /channels/*/messages", "PATCH /webhooks/*"


class Rehearsal:
    """The bot, and what it has said of itself so far."""

    def __init__(self, server: DiscordServer, index: Path, table: Table) -> None:
        self.server, self.index, self.table = server, index, table
        self.timeline = Timeline()
        self.names: dict[int, str] = {}  # of the moments at which something is expected
        self.process: asyncio.subprocess.Process | None = None
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            self.port: int = free.getsockname()[1]
        self._users = 0

    async def watch(self, scrapes: int, each: Callable[[], object] | None = None) -> None:
        """Read the metrics so many times; `each` is done before each time."""
        for _ in range(scrapes):
            if each is not None:
                each()
            self.timeline.note(await scrape(self.port))
            await asyncio.sleep(EACH_S)

    async def until(self, name: str, condition: Callable[[float], bool], **labels: str) -> None:
        """Read the metrics, without noting them, until one is so."""
        end = time.monotonic() + LONGEST_S
        while not condition(found := value(await scrape(self.port), name, **labels)):
            if time.monotonic() > end:
                raise SystemExit(f"{name}{labels} is {found} after {LONGEST_S:g} s")
            await asyncio.sleep(0.2)

    def expect(self, what: str, *alerts: str) -> None:
        """Now these alerts fire, and no others."""
        self.names[self.timeline.expect(*alerts)] = what

    async def calm(self, what: str) -> None:
        """All is well again, and in the end no alert fires."""
        await self.watch(CALM)
        self.expect(f"after {what}")

    async def ask(self, count: int, *, wait: bool = True) -> None:
        """Ask as so many users."""
        replies = []
        for _ in range(count):
            self._users += 1
            user = self.server.add_user(f"user {self._users}")
            replies.append(await self.server.slash("about", {}, user=user, wait=False))
        if wait:
            await asyncio.gather(*(reply.wait(timeout_s=30) for reply in replies))


@contextlib.asynccontextmanager
async def bot(rehearsal: Rehearsal, store_url: str) -> AsyncIterator[None]:
    """The bot as an operator starts it, ready."""
    settings = {
        **environment(rehearsal.server, rehearsal.index, store_url),
        "DATELINE_METRICS__ADDRESS": f"127.0.0.1:{rehearsal.port}",
        "DATELINE_INDEX__CHECK_SECONDS": "1",
        "DATELINE_ARCHIVE__UPDATE": f"{dt.datetime.now(dt.UTC) - dt.timedelta(hours=2):%H:%M} UTC",
        "DATELINE_ARCHIVE__API": "http://127.0.0.1:1/w/api.php",
        "DATELINE_LIMITS__USER_COMMANDS": "1000",
    }
    log = rehearsal.index.parent / "bot.log"
    with log.open("wb") as out:
        process = rehearsal.process = await asyncio.create_subprocess_exec(
            sys.executable, "-m", "bot", env=settings, stderr=out
        )
        try:
            await rehearsal.server.ready(timeout_s=120)
            yield
        except BaseException:
            sys.stderr.write(log.read_text()[-3_000:])
            raise
        finally:
            if process.returncode is None:
                process.kill()
            await process.wait()


# --- causes -----------------------------------------------------------------------------------------------------------


async def store_away(on: Rehearsal, postgresql: PostgreSQL) -> None:
    """The database is stopped, and started."""
    await asyncio.to_thread(postgresql.stop, signal.SIGQUIT)
    await on.until("dateline_store_state", lambda state: state < 2)
    await on.watch(CAUSE)
    on.expect("the store is away", "DatelineStoreAway")
    await asyncio.to_thread(postgresql.start)
    await on.until("dateline_store_state", lambda state: state == 2)
    await on.until("dateline_posts_overdue_seconds", lambda overdue: overdue == 0)
    await on.calm("the store was away")


async def gateway_away(on: Rehearsal) -> None:
    """Discord's gateway takes no connection, and does so again."""
    on.server.gateway.refuse_hello = 4000
    on.server.gateway.drop()
    await on.until("dateline_gateway_shards", lambda away: away > 0, state="away")
    await on.watch(CAUSE)
    on.expect("the gateway is away", "DatelineGatewayAway")
    on.server.gateway.refuse_hello = None
    await on.until("dateline_gateway_shards", lambda away: away == 0, state="away")
    await on.calm("the gateway was away")


async def _subscribe(on: Rehearsal, store_url: str, late_s: float) -> None:
    """Have a channel whose post fell due so long ago."""
    due = dt.datetime.now(dt.UTC) - dt.timedelta(seconds=late_s)
    channel = on.server.add_channel(f"due at {due:%H-%M}")
    store = await Store.open(store_url)
    try:
        wish = Wish(on.server.guild.id, channel.id, due.time().replace(second=0, microsecond=0), "UTC")
        await store.daily.subscribe(wish, due.timestamp() - 120)
    finally:
        await store.close()


async def posts_late(on: Rehearsal, store_url: str) -> None:
    """Discord fails where a post is sent that has been due for 25 minutes; then it takes it."""
    on.server.faults.fail(_MESSAGES, 503, times=None)
    await _subscribe(on, store_url, 25 * 60)
    await on.until("dateline_posts_overdue_seconds", lambda overdue: overdue > 600)
    await on.watch(CAUSE)
    on.expect("a post is late", "DatelinePostsLate")
    on.server.faults.clear()
    await on.until("dateline_posts_overdue_seconds", lambda overdue: overdue == 0)
    await on.calm("a post was late")


async def archive_stale(on: Rehearsal) -> None:
    """The last update was three days ago; then now."""
    await asyncio.to_thread(note_update, on.index, 3 * 86_400)
    await on.until("dateline_archive_age_seconds", lambda age: age > 86_400)
    await on.watch(CAUSE)
    on.expect("the archive is stale", "DatelineArchiveStale")
    await asyncio.to_thread(note_update, on.index, 60)
    await on.until("dateline_archive_age_seconds", lambda age: age < 86_400)
    await on.calm("the archive was stale")


async def disk_full(on: Rehearsal) -> None:
    """A file takes nearly all of the index's disk; then it is gone."""
    if not os.path.ismount(on.index.parent):  # noqa: ASYNC240  # asked once
        click.echo("skipped the full disk: a small file system may not be mounted here; run this as root", err=True)
        return
    filling = on.index.parent / "filling"
    await asyncio.to_thread(filling.write_bytes, bytes(FILL_MB * 10**6))
    await on.until("dateline_disk_free_bytes", lambda free: free < 200e6, disk="index")
    await on.watch(CAUSE)
    on.expect("the disk is full", "DatelineDiskFull")
    filling.unlink()
    await on.until("dateline_disk_free_bytes", lambda free: free > 200e6, disk="index")
    await on.calm("the disk was full")


async def index_damaged(on: Rehearsal) -> None:
    """The manifest cannot be read, as if a new index were damaged; then it can."""
    manifest = IndexFolder(on.index).root / "manifest.json"
    sound = manifest.read_bytes()
    manifest.write_bytes(sound[:-20])
    await on.until("dateline_index_reloads_total", lambda failed: failed > 4, result="failed")
    await on.watch(CAUSE)
    on.expect("a new index is damaged", "DatelineIndexNotRenewed")
    manifest.write_bytes(sound)
    await asyncio.sleep(2)
    await on.calm("a new index was damaged")


async def answers_slow(on: Rehearsal) -> None:
    """Discord takes six seconds for each answer, while people go on asking."""
    on.server.faults.slow(_ANSWERS, SLOW_S, times=None)
    stopped = asyncio.Event()

    async def go_on_asking() -> None:
        asked = []
        while not await set_within(stopped, 0.2):
            asked.append(asyncio.create_task(on.ask(2)))
        await asyncio.gather(*asked)

    asking = asyncio.create_task(go_on_asking())
    await asyncio.sleep(SLOW_S + 2.0)
    await on.watch(CAUSE)
    on.expect("answers are slow", "DatelineAnswersSlow")
    on.server.faults.clear()
    await asyncio.sleep(SLOW_S + 2.0)  # the last slow ones are counted when Discord has taken them
    await on.calm("answers were slow")
    stopped.set()
    await asking


async def _ask_with_faults(on: Rehearsal, questions: int) -> None:
    """Ask a bot whose answers Discord does not take."""
    await on.watch(2)
    await on.ask(questions)
    await on.watch(10)


async def errors(on: Rehearsal) -> None:
    """Discord refuses answers, which nobody foresaw."""
    on.server.faults.fail(_ANSWERS, 400, times=None)
    await _ask_with_faults(on, 10)
    on.expect("there are errors", "DatelineErrors")
    on.server.faults.clear()
    await on.calm("there were errors")


async def rate_limited(on: Rehearsal) -> None:
    """Discord says to wait, again and again."""
    on.server.faults.rate_limit(_ANSWERS, 0.01, times=70)
    await _ask_with_faults(on, 70)
    on.expect("Discord says to wait", "DatelineRateLimited")
    on.server.faults.clear()
    await on.calm("Discord said to wait")


async def loop_blocked(on: Rehearsal) -> None:
    """The process stands still for most of a second, again and again."""
    assert on.process is not None
    for _ in range(CAUSE):
        on.process.send_signal(signal.SIGSTOP)
        await asyncio.sleep(0.9)
        on.process.send_signal(signal.SIGCONT)
        await asyncio.sleep(0.3)
        await on.watch(1)
    on.expect("the event loop stands still", "DatelineLoopLag")
    await on.calm("the event loop stood still")


async def down(on: Rehearsal) -> None:
    """The process is killed."""
    assert on.process is not None
    on.process.kill()
    await on.process.wait()
    await on.watch(CAUSE)
    on.expect("the process is gone", "DatelineDown")


async def posts_lost(on: Rehearsal, store_url: str) -> None:
    """A post fell due eight hours ago, beyond the grace period. Prometheus looks back an hour."""
    await _subscribe(on, store_url, 8 * 3_600)
    await on.until("dateline_posts_total", lambda missed: missed > 0, result="missed")
    await on.watch(CAUSE)
    on.expect("a post is lost", "DatelinePostsLost")
    await on.watch(3_600 // 15)
    on.expect("after a post was lost")


# --- the whole --------------------------------------------------------------------------------------------------------


def note_update(index: Path, ago_s: float) -> None:
    """Note in an index that its archive was brought up to date so long ago."""
    at = dt.datetime.now(dt.UTC) - dt.timedelta(seconds=ago_s)
    with contextlib.closing(sqlite3.connect(IndexFolder(index).fetched, isolation_level=None)) as file:
        file.execute("CREATE TABLE IF NOT EXISTS notes (name TEXT PRIMARY KEY, value TEXT)")
        file.execute("INSERT OR REPLACE INTO notes VALUES (?, ?)", (UPDATED, at.isoformat()))


async def prove(index: Path, postgresql: PostgreSQL, promtool: str, chosen: list[str], table: Table) -> None:
    """One cause after another, all or those of these names, and what promtool says of it."""
    url = postgresql.new_database()
    causes: dict[str, Callable[[Rehearsal], Awaitable[None]]] = {
        "archive_stale": archive_stale,
        "disk_full": disk_full,
        "gateway_away": gateway_away,
        "answers_slow": answers_slow,
        "errors": errors,
        "rate_limited": rate_limited,
        "loop_blocked": loop_blocked,
        "store_away": partial(store_away, postgresql=postgresql),
        "posts_late": partial(posts_late, store_url=url),
        "index_damaged": index_damaged,
        "posts_lost": partial(posts_lost, store_url=url),
        "down": down,
    }
    async with discord_server() as server:
        on = Rehearsal(server, index, table)
        async with bot(on, url):
            await on.until("dateline_gateway_shards", lambda connected: connected == 1, state="connected")
            await on.until("dateline_posts_overdue_seconds", lambda overdue: overdue == 0)
            await on.ask(5)
            await on.calm("the start")
            for name, cause in causes.items():
                if not chosen or name in chosen:
                    await cause(on)
    table.figure("scrapes", f"{len(on.timeline.scrapes):,} of {len(on.timeline.scrapes[0])} series that rules read")
    wrong = on.timeline.judged(promtool)
    for number, what in on.names.items():
        alerts = " ".join(on.timeline.expected[number]) or "no alert"
        table.check(f"{what}: {alerts}", number not in wrong, wrong.get(number, ""))
    fired = set().union(*on.timeline.expected.values())
    missing = {rule["alert"] for rule in rules()} - UNTRIED - fired
    if not chosen:
        table.check("every alert has fired, but those for hours", not missing, " ".join(missing))


def main() -> int:
    """Run the proof and print its table."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("cause", nargs="*", help="such as answers_slow; left out: all")
    parser.add_argument("--index", type=Path, help="an index, which is copied; left out: one of the sample archive")
    options = parser.parse_args()
    promtool = shutil.which("promtool")
    if promtool is None:
        click.echo("this needs promtool, which comes with Prometheus (Debian's package is called prometheus)", err=True)
        return 2
    table = Table("each alert by its cause")
    postgresql = PostgreSQL()
    try:
        with tempfile.TemporaryDirectory() as temporary, small_file_system(Path(temporary) / "disk", DISK_MB):
            index = Path(temporary) / "disk" / "index"
            if options.index is not None:
                shutil.copytree(options.index, index)
            else:
                build_index(IndexFolder(index), [sample_path()], SentenceEncoder(), Report())
            note_update(index, 60)
            asyncio.run(prove(index, postgresql, promtool, options.cause, table))
    finally:
        postgresql.close()
    version = subprocess.run([promtool, "--version"], capture_output=True, text=True, check=True)
    table.figure("judged by", (version.stdout + version.stderr).splitlines()[0])
    return table.show()


if __name__ == "__main__":
    sys.exit(main())
