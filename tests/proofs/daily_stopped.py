"""A process that is stopped by SIGSTOP inside a request, while another posts: `python -m tests.proofs.daily_stopped`.

Nothing is scaled: the first process waits inside discord.py for a 429 to end when it is stopped, for 150 s; its claim
runs out after 75 s, the stand-in for Discord forgets the nonce after 120 s, and another process posts meanwhile.
"""

from __future__ import annotations

import argparse
import asyncio
import datetime as dt
import multiprocessing
import os
import signal
import sys
import tempfile
import time
from pathlib import Path

from bot.daily.claims import State, Wish
from bot.store import Store
from tests.bot.daily.parts import list_of
from tests.discord_server import Timing, discord_server
from tests.proofs.daily_worker import Work, serve
from tests.proofs.tables import Table

_BASE = dt.datetime(2026, 11, 23, 9, 0, tzinfo=dt.UTC)
_WAIT_S = 20.0  # that Discord asks for: discord.py waits so long in place
_NONCE_S = 120.0


async def stopped(channels: int, stopped_s: float, folder: Path, table: Table) -> None:
    """Stop the process that is first at the posts, let another take over, and go on."""
    work = Work("", "", "", time.time(), _BASE.timestamp(), 1.0)
    url = f"sqlite:///{folder}/store.db"
    context = multiprocessing.get_context("spawn")
    async with discord_server(timing=Timing(nonce_s=_NONCE_S), wall=work.clock) as server:
        store = await Store.open(url)
        found = [server.add_channel(f"channel {number}") for number in range(channels)]
        keys = []
        for channel in found:
            server.say("hello", channel=channel)
            wish = Wish(server.guild.id, channel.id, dt.time(9, 1), "UTC")
            keys.append((await store.daily.subscribe(wish, _BASE.timestamp())).key)
        told = Work(server.api_url, server.token, url, work.began, work.base, 1.0)
        server.faults.rate_limit("POST /channels/*/messages", _WAIT_S, times=channels)
        first = context.Process(target=serve, args=(told,), daemon=True)
        first.start()
        await server.until(lambda: [each for each in server.requests if each.status == 429], timeout_s=180)
        assert first.pid is not None
        os.kill(first.pid, signal.SIGSTOP)
        began = time.monotonic()
        other = context.Process(target=serve, args=(told,), daemon=True)
        other.start()
        await asyncio.sleep(stopped_s)
        posted = sum(bool(list_of(each)) for channel in found for each in server.post_history(channel))
        table.figure("posted by the other process meanwhile", str(posted))
        os.kill(first.pid, signal.SIGCONT)
        table.figure("stopped for", f"{time.monotonic() - began:.0f} s")
        await asyncio.sleep(60)
        for process in (first, other):
            process.kill()
            process.join()
        for channel, key in zip(found, keys, strict=True):
            came = sum(bool(list_of(each)) for each in server.post_history(channel))
            row = await store.daily.post(key, _BASE.date())
            table.check("posted once", came == 1, f"{came} posts")
            table.check("recorded as sent", row is not None and row[0] is State.SENT, str(row))
        await store.close()


def main() -> int:
    """Run the proof and print its figures."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--channels", type=int, default=10)
    parser.add_argument("--seconds", type=float, default=150)
    options = parser.parse_args()
    table = Table(f"A process stopped for {options.seconds:g} s inside its requests")
    with tempfile.TemporaryDirectory() as temporary:
        asyncio.run(stopped(options.channels, options.seconds, Path(temporary), table))
    return table.show()


if __name__ == "__main__":
    sys.exit(main())
