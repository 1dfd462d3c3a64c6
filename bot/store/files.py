"""Placeholder until the module of this name is merged."""

from __future__ import annotations

from pathlib import Path


def make_private(path: Path) -> None:
    """Make a file that only its owner may read."""
