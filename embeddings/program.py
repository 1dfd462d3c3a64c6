"""What people type to run the program: the script `dateline` as they started it, or `python -m …` in a checkout.

Also a fingerprint of its files, by which what another version made is known.
"""

from __future__ import annotations

import hashlib
import shutil
import sys
from collections.abc import Iterable
from importlib.resources.abc import Traversable
from pathlib import Path

ROOT = Path(__file__).parents[1]
"""The folder of both packages: a checkout's, or an environment's site-packages."""

SCRIPT = "dateline"


def in_checkout(root: Path = ROOT) -> bool:
    """Whether the packages stand in a checkout, where nobody need have the script on the path."""
    return (root / "pyproject.toml").is_file()


def index_command(rest: str = "", root: Path = ROOT) -> str:
    """A command line of the index commands, such as `dateline index build`."""
    return _line(script(root), "index", "python -m embeddings", rest)


def bot_command(rest: str = "", root: Path = ROOT) -> str:
    """A command line of the bot, such as `dateline bot --check`."""
    return _line(script(root), "bot", "python -m bot", rest)


def own_command(rest: str, root: Path = ROOT) -> str:
    """A command line of what belongs to neither alone, such as `dateline setup`."""
    return _line(script(root), "", "python -m bot", rest)


def script(root: Path = ROOT) -> str | None:
    """The script as people type it: of an installation by its name, of a checkout by its path unless that is on PATH.

    Returns:
        None in a checkout where it did not start this process.
    """
    if not in_checkout(root):
        return SCRIPT
    started = Path(sys.argv[0])
    if started.stem != SCRIPT or started.suffix == ".py":
        return None
    on_path = shutil.which(SCRIPT)
    if on_path is not None and Path(on_path).resolve() == started.resolve():
        return SCRIPT
    return str(started)


def fingerprint(files: Iterable[Traversable]) -> str:
    """A fingerprint of the names and contents of some files, in their order."""
    digest = hashlib.sha256()
    for file in files:
        digest.update(file.name.encode() + file.read_bytes())
    return digest.hexdigest()


def _line(called: str | None, word: str, module: str, rest: str) -> str:
    return " ".join(filter(None, (module if called is None else called, "" if called is None else word, rest)))
