"""`python -m bot`: see `bot.cli`."""

from __future__ import annotations

import sys

from dateline import start


def _run() -> int:
    from bot.cli import bot
    from bot.logs import redact
    from embeddings.command_line.running import run_command
    from embeddings.program import bot_command

    return run_command(bot, bot_command(), None, redact)


if __name__ == "__main__":
    sys.exit(start(_run))
