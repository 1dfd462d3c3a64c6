"""`python -m embeddings`: build, check and query an index."""

from __future__ import annotations

import sys

from dateline import start


def _run() -> int:
    from embeddings.command_line.commands import main

    return main()


if __name__ == "__main__":
    sys.exit(start(_run))
