"""What a stranger may count on: pieces that are small enough to be read at once."""

from __future__ import annotations

from pathlib import Path

ROOT = Path(__file__).parents[1]
MOST_LINES = 400


def modules() -> list[Path]:
    """The modules of the program."""
    return sorted(path for package in ("bot", "embeddings") for path in (ROOT / package).rglob("*.py"))


def test_no_module_is_longer_than_a_stranger_reads_at_once() -> None:
    lines = {str(path.relative_to(ROOT)): len(path.read_text(encoding="utf-8").splitlines()) for path in modules()}
    assert {path: count for path, count in lines.items() if count > MOST_LINES} == {}
    assert len(lines) > 100
