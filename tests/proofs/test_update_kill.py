"""The short form of `python -m tests.proofs.update_kill`."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

from tests.proofs.commands import Commands
from tests.proofs.tables import Table
from tests.proofs.update_kill import PER_ANSWER, Life
from tests.wiki_server import wiki_server

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="kills processes that it forks")


def test_updates_that_are_killed_go_on_where_they_stopped(tmp_path: Path, commands: Commands) -> None:
    table = Table("a few kills")
    with wiki_server(PER_ANSWER) as wiki:
        life = Life(tmp_path, wiki, commands, table)
        life.turn()
        for request in (1, 2, 7):
            life.fetch_and_kill(request)
        assert life.edit_and_kill("at step 4", kill_at_step=4).signal == 9
        life.edit_and_kill("after 0.2 s", kill_after_s=0.2)
    assert not table.failures
    assert table.figures == {
        "requests for a month that is new": "11",
        "requests for three edits": "2",
        "requests for a month without edits": "1",
    }
