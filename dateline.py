"""The console script `dateline`: sees that the program's own packages are found, and runs it.

Other programs have a `bot.py` or a package `embeddings`, too. This module imports nothing of the program before it has
looked, so that no stranger's code runs in place of it.
"""

from __future__ import annotations

import gc
import importlib.util
import sys
from collections.abc import Callable
from pathlib import Path

ROOT = Path(__file__).resolve().parent
PACKAGES = ("bot", "embeddings")

_OURS = "docs/design.md"  # which the text of each of our packages names
_BAD_INPUT, _INTERRUPTED = 2, 130
_OBJECTS = 50_000  # made since Python last looked for circles of them; to look at each 700 is a tenth of a start


def in_the_way(name: str, root: Path = ROOT) -> str | None:
    """A sentence on what would be imported in place of one of the program's packages; None: nothing."""
    spec = importlib.util.find_spec(name)
    ours = root / name / "__init__.py"
    if spec is None or spec.origin is None or Path(spec.origin).resolve() != ours:
        found = "nothing" if spec is None else spec.origin or ", ".join(spec.submodule_search_locations or ())
        return (
            f"Dateline's package {name} is hidden by {found}; rename that, or take its folder out of PYTHONPATH, and "
            "do not start Python in that folder"
        )
    if _OURS not in ours.read_text(encoding="utf-8"):
        return (
            f"another program's package {name} was installed over Dateline's in {root}; install Dateline into a "
            "virtual environment of its own"
        )
    return None


def start(run: Callable[[], int]) -> int:
    """Run the program unless something is in its way; returns the exit status. It may be interrupted while it loads."""
    gc.set_threshold(_OBJECTS)
    try:
        for name in PACKAGES:
            if (sentence := in_the_way(name)) is not None:
                sys.stderr.write(f"{sentence}\n")
                return _BAD_INPUT
        return run()
    except KeyboardInterrupt:
        sys.stderr.write("interrupted\n")
        return _INTERRUPTED


def main() -> int:
    """Run the console script."""

    def run() -> int:
        from bot.cli import main as run_dateline

        return run_dateline()

    return start(run)


if __name__ == "__main__":
    sys.exit(main())
