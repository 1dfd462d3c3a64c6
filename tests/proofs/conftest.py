"""Parts that several proofs use in their short form."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.forks import Forks
from tests.proofs.commands import Commands


@pytest.fixture(scope="session")
def commands(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Commands]:
    """Runs command lines, each time in a new process that it forks."""
    with Commands(tmp_path_factory.mktemp("commands") / "log") as commands:
        yield commands


@pytest.fixture(scope="session")
def speakers() -> Iterator[list[str]]:
    """The beginning of a command line for a process that tells of faults, as `tests.proofs.speakers` says."""
    with Forks("tests.proofs.speakers") as command:
        yield command
