"""What people type to run the program: `dateline …` where it is installed, `python -m …` in a checkout."""

from __future__ import annotations

from pathlib import Path

ROOT = Path(__file__).parents[1]
"""The folder of both packages: a checkout's, or an environment's site-packages."""

SCRIPT = "dateline"


def in_checkout(root: Path = ROOT) -> bool:
    """Whether the packages stand in a checkout, where nobody need have the script on the path."""
    return (root / "pyproject.toml").is_file()


def index_command(rest: str = "", root: Path = ROOT) -> str:
    """A command line of the index commands, such as `dateline index build`."""
    return _line("python -m embeddings" if in_checkout(root) else f"{SCRIPT} index", rest)


def bot_command(rest: str = "", root: Path = ROOT) -> str:
    """A command line of the bot, such as `dateline bot --check`."""
    return _line("python -m bot" if in_checkout(root) else f"{SCRIPT} bot", rest)


def own_command(rest: str, root: Path = ROOT) -> str:
    """A command line of what belongs to neither alone, such as `dateline setup`."""
    return _line("python -m bot" if in_checkout(root) else SCRIPT, rest)


def _line(program: str, rest: str) -> str:
    return f"{program} {rest}".rstrip()
