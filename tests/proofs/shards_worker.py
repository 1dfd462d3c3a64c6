"""The program as an operator starts it, for `shards`, on an index of the word encoder: `python -m bot` but for that.

`IDENTIFY_EVERY_S` shortens the distance of two IDENTIFYs, for the short form.
"""

from __future__ import annotations

import os
import sys
from functools import partial

from bot import cli, client, run
from bot.shards import EVERY_S, WAY_S, Gate
from embeddings.command_line.running import run_command
from tests.word_encoder import WordEncoder


def main() -> int:
    """Serve until SIGTERM."""
    run.encoder_of = lambda *_: WordEncoder()  # type: ignore[attr-defined]
    every_s = float(os.environ.get("IDENTIFY_EVERY_S", EVERY_S))
    client.Gate = partial(Gate, every_s=every_s + WAY_S)  # type: ignore[attr-defined, assignment]
    return run_command(cli.bot, "python -m bot", None)


if __name__ == "__main__":
    sys.exit(main())
