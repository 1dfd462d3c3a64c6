"""The short form of `python -m tests.proofs.log_lines`."""

from __future__ import annotations

from tests.proofs.log_lines import prove
from tests.proofs.tables import Table


def test_each_line_is_json_and_says_for_whom_and_holds_no_users_text(speakers: list[str]) -> None:
    table = Table("a hundred interactions told of in a log")
    prove(table, 100, seed=3, bare=40, speaker=[*speakers, "lines"])
    assert not table.failures
