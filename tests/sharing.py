"""Which tests one process runs together, and in which order, where `tests.processes` shares them out."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence
from functools import cache
from pathlib import Path

import pytest

Unit = Sequence[tuple[int, pytest.Item]]
"""Tests that one process runs together, with their places among all."""

_POSTGRESQL = "PostgreSQL"


def longest_first(items: list[pytest.Item]) -> None:
    """Put those in front of which one file may take long: they need a shared part, or wait for other processes."""
    tests = Counter(item.path for item in items)
    stores = _files_on_postgresql(items)

    def turn(item: pytest.Item) -> tuple[bool, bool, int]:
        alone = _shared_part(item.path) is None and item.path not in stores
        return alone, not _starts_processes(item.path), -tests[item.path]

    items.sort(key=turn)  # else in their order


def units_of(items: Sequence[pytest.Item]) -> list[Unit]:
    """The tests of each file; those of all files that need the same part are one, which makes it once."""
    stores = _files_on_postgresql(items)
    units: dict[object, list[tuple[int, pytest.Item]]] = {}
    for place, item in enumerate(items):
        part = _shared_part(item.path) or (_POSTGRESQL if item.path in stores else item.path)
        units.setdefault(part, []).append((place, item))
    return list(units.values())


@cache
def _shared_part(file: Path) -> str | None:
    """What takes a process long to make ready and serves all tests of a file: the model, a server."""
    text = file.read_text("utf-8")
    if "pytest.mark.model" in text:
        return "the model"
    if "commands: Commands" in text:
        return "the commands that are forked"
    if "speakers: list" in text:
        return "the speakers"
    return _POSTGRESQL if re.search(r"\b(store_url|new_store|postgresql): ", text) else None


def _files_on_postgresql(items: Sequence[pytest.Item]) -> set[Path]:
    """The files some of whose tests are one of a pair, on each of the databases."""
    return {item.path for item in items if "postgresql" in item.nodeid.partition("[")[2]}


@cache
def _starts_processes(file: Path) -> bool:
    """Whether some test of a file waits for other processes: it may be the only one, and take as long as a hundred."""
    return re.search(r"tests\.proofs|sys\.executable|Forks\(", file.read_text("utf-8")) is not None
