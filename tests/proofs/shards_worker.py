"""The program as an operator starts it, for `shards`, on an index of the word encoder: `python -m bot` but for that.

For the short form `IDENTIFY_EVERY_S` shortens the distance of two IDENTIFYs, and `PATIENCE` says how many times as long
as usual there is to acknowledge and to end, which says little on a machine that runs other tests.
"""

from __future__ import annotations

import datetime as dt
import os
import sys
from functools import partial

from bot import cli, client, desk, run
from bot.commands import zones
from bot.shards import EVERY_S, WAY_S, Gate
from embeddings import dates
from embeddings.command_line.running import run_command
from tests.word_encoder import WordEncoder


def prepare() -> None:
    """Import and make what each process would else import and make anew, as `tests.forks` has it done."""
    import aiosqlite  # noqa: F401  # as SQLAlchemy does when it opens a store

    import embeddings.index.threads
    import embeddings.search.service  # noqa: F401  # as the bot does when it is needed

    dates.warm_up(dt.date(2026, 11, 22))
    zones.warm_up()


def main(arguments: list[str]) -> int:
    """Serve until SIGTERM."""
    run.encoder_of = lambda *_, **__: WordEncoder()  # type: ignore[attr-defined]
    patience = float(os.environ.get("PATIENCE", "1"))
    desk.ACKNOWLEDGED_WITHIN_S *= patience  # type: ignore[attr-defined]
    run.FINISH_S *= patience
    run.LONGEST_END_S *= patience
    every_s = float(os.environ.get("IDENTIFY_EVERY_S", EVERY_S))
    client.Gate = partial(Gate, every_s=every_s + WAY_S)  # type: ignore[attr-defined, assignment]
    return run_command(cli.bot, "python -m bot", arguments)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
