"""The short form of `python -m tests.proofs.secrets`."""

from __future__ import annotations

from tests.proofs.secrets import prove
from tests.proofs.tables import Table


def test_no_secret_is_in_what_the_bot_says_of_itself(speakers: list[str]) -> None:
    table = Table("a hundred faults told in a log")
    prove(table, 100, seed=7, bare=200, speaker=[*speakers, "secrets"])
    assert not table.failures
