"""`python -m tests.discord_server [PORT]`: a Discord to try the bot on, until Ctrl-C; prints its address and token."""

from __future__ import annotations

import asyncio
import contextlib
import sys

from .server import DiscordServer


async def serve(port: int) -> None:
    server = DiscordServer()
    await server.start(port)
    sys.stdout.write(f"DATELINE_DISCORD__API_URL={server.api_url}\ntoken: {server.token}\n")
    sys.stdout.flush()
    try:
        await asyncio.Event().wait()
    finally:
        await server.stop()


if __name__ == "__main__":
    with contextlib.suppress(KeyboardInterrupt):
        asyncio.run(serve(int(sys.argv[1]) if len(sys.argv) > 1 else 0))
