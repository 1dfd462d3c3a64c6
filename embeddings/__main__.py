"""`python -m embeddings`: build, check and query an index."""

from __future__ import annotations

import sys

from embeddings.command_line.commands import main

if __name__ == "__main__":
    sys.exit(main())
