"""The bot as `python -m bot` runs it, and how late its event loop was: `python -m tests.proofs.measured_bot FILE`.

SIGUSR1 begins anew, so that the start does not count. At its end the bot writes how late each look was, in seconds, as
JSON into FILE.
"""

from __future__ import annotations

import asyncio
import json
import signal
import sys
from pathlib import Path

import bot.run
from bot import cli
from bot.config import Config

EVERY_S = 0.01


async def measure_lag(late: list[float]) -> None:
    """Sleep again and again, and note by how much longer than asked for each sleep took."""
    clock = asyncio.get_running_loop().time
    while True:
        began = clock()
        await asyncio.sleep(EVERY_S)
        late.append(clock() - began - EVERY_S)


def main() -> int:
    """Run the bot by the environment's settings."""
    file, serve = Path(sys.argv.pop(1)), bot.run.run

    late: list[float] = []

    async def run(config: Config) -> None:
        asyncio.get_running_loop().add_signal_handler(signal.SIGUSR1, late.clear)
        measuring = asyncio.create_task(measure_lag(late))
        try:
            await serve(config)
        finally:
            measuring.cancel()

    bot.run.run = run
    status = cli.bot.main([], standalone_mode=False)
    file.write_text(json.dumps(late))
    return status or 0


if __name__ == "__main__":
    sys.exit(main())
