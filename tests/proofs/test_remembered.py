"""A short form of `python -m tests.proofs.remembered`."""

from __future__ import annotations

from embeddings.archive.shipped import shipped_events
from tests.proofs.remembered import check_pairs, check_rewordings, of_one_context
from tests.proofs.tables import Table


def test_facts_in_other_words_are_joined_to_their_event_and_others_are_not() -> None:
    table = Table("")
    even = [event for event in shipped_events() if event.date.day % 2 == 0]
    check_rewordings(even, 7, table)
    check_pairs(of_one_context(even, 7), "two stay two", table)
    assert table.failures == []
    assert table.counts["two stay two"] == [200, 200]
