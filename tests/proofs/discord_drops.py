"""A gateway that drops every five seconds for a minute, while users go on asking.

    python -m tests.proofs.discord_drops INDEX [--seconds 60] [--every 5]

Exit status 1 where an interaction that the gateway delivered, at once or when the session was resumed, was not answered
once.
"""

from __future__ import annotations

import argparse
import asyncio
import sys
import tempfile
from pathlib import Path

from rich.console import Console
from rich.table import Table

from tests.discord_server import discord_server
from tests.proofs.discord_load import bot_process, material

EACH_S = 0.25  # between two interactions
LONGEST_ANSWER_S = 20.0


async def _prove(index: Path, seconds: float, every_s: float) -> bool:
    _, days = material(index, 200)
    answered = twice = lost = 0
    with tempfile.TemporaryDirectory() as temporary:
        async with discord_server() as server, bot_process(server, index, Path(temporary)):
            users = [server.add_user(f"user {number}") for number in range(int(seconds / EACH_S))]
            server.gateway.drop_every(every_s)
            replies = []
            for number, user in enumerate(users):
                options = {"date": days[number % len(days)]}
                replies.append(await server.slash("event", options, user=user, wait=False))
                await asyncio.sleep(EACH_S)
            server.gateway.drop_every(None)
            for reply in replies:
                await reply.wait(timeout_s=LONGEST_ANSWER_S)
                if reply.error:
                    lost += 1
                    sys.stderr.write(f"{reply.error}\n")
                elif len(reply.messages) == 1:
                    answered += 1
                else:
                    twice += 1
            dropped, resumed = len(server.gateway.sessions), len(server.gateway.resumes)
    table = Table("interactions", "answered once", "answered twice", "lost", "sessions", "resumed")
    table.add_row(*map(str, (len(users), answered, twice, lost, dropped, resumed)))
    Console().print(table)
    return not twice and not lost


def main() -> int:
    """Run the proof and print its figures."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("index", type=Path)
    parser.add_argument("--seconds", type=float, default=60)
    parser.add_argument("--every", type=float, default=5)
    options = parser.parse_args()
    return 0 if asyncio.run(_prove(options.index, options.seconds, options.every)) else 1


if __name__ == "__main__":
    sys.exit(main())
