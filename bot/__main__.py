"""`python -m bot`: see `bot.cli`."""

from __future__ import annotations

import sys

from bot.cli import bot
from bot.logs import redact
from embeddings.command_line.running import run_command
from embeddings.program import bot_command

if __name__ == "__main__":
    sys.exit(run_command(bot, bot_command(), None, redact))
