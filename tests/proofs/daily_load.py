"""2,000 daily posts that fall due in the same minute: `python -m tests.proofs.daily_load [--posts 2000]`.

The stand-in for Discord enforces 50 requests a second; the clock is the real one.
"""

from __future__ import annotations

import argparse
import asyncio
import datetime as dt
import math
import sys
import tempfile
import time
from pathlib import Path

from bot.daily.claims import State, Terms, Wish
from embeddings.archive import Report
from embeddings.build.run import build_index
from embeddings.index.folder import IndexFolder
from embeddings.sample import sample_path
from tests.bot.daily.parts import opened, posting
from tests.discord_server import discord_server
from tests.proofs.tables import Table
from tests.word_encoder import WordEncoder

PER_S = 50
_LONGEST_S = 600.0


async def load(posts: int, folder: IndexFolder, work: Path, table: Table) -> None:
    """Post them, and compare the order and the rate with what they should be."""
    real = math.floor(time.time() / 3_600) * 3_600.0  # the clock shows the first minute of an hour
    began = time.time()
    due_at: dict[str, int] = {}

    def clock() -> float:
        return real + 60.0 + time.time() - began

    async with (
        discord_server() as server,
        opened(work) as store,
        posting(server, store, folder, clock, Terms()) as poster,
    ):
        server.front.requests_per_s = PER_S
        hour = dt.datetime.fromtimestamp(real, dt.UTC).hour
        for number in range(posts):
            channel = server.add_channel(f"channel {number}")
            minute = number % 2  # at the hour and a minute later, in another order than that of the channels
            due_at[f"/channels/{channel.id}/messages"] = minute
            await store.daily.subscribe(Wish(server.guild.id, channel.id, dt.time(hour, minute), "UTC"), real - 60)
        began = time.time()
        poster.start()
        while (await store.daily.counts())[State.SENT] < posts and time.time() < began + _LONGEST_S:  # noqa: ASYNC110
            await asyncio.sleep(0.5)
        sent = [request for request in server.requests if request.path in due_at]
        minutes = [due_at[request.path] for request in sorted(sent, key=lambda request: request.at)]
        seconds = [math.floor(request.at - sent[0].at) for request in sent]
        most = max(seconds.count(second) for second in set(seconds))
        sent_once = [request for request in sent if request.status == 200]
        table.check("every post was sent, once", len(sent_once) == posts == len({each.path for each in sent_once}))
        table.check("none was refused for being too fast", not server.front.invalid_answers)
        table.check("in order of their moments", minutes == sorted(minutes))
        table.figure("posts", f"{len(sent):,} in {sent[-1].at - sent[0].at:.0f} s, at most {most} in a second")


def main() -> int:
    """Run the proof and print its figures."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--posts", type=int, default=2_000)
    posts = parser.parse_args().posts
    table = Table(f"{posts:,} daily posts at once, with a limit of {PER_S} requests a second")
    with tempfile.TemporaryDirectory() as temporary:
        folder = IndexFolder(Path(temporary) / "index")
        build_index(folder, [sample_path()], WordEncoder(), Report())
        asyncio.run(load(posts, folder, Path(temporary), table))
    return table.show()


if __name__ == "__main__":
    sys.exit(main())
