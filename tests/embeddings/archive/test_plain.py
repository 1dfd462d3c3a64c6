from __future__ import annotations

from itertools import groupby

import pytest
from hypothesis import given
from hypothesis import strategies as st

from embeddings.archive.plain import tame

PILED = ["\u0301", "\u0323", "\u3099", "\U0001d165", "'", "\u00ad", "\u200b", "\ufeff", "\U000e0001", "&#769;", "&amp;"]
OTHERS = [" ", ".", "\n", "é", "я", "東", "ab", "~", "\x7f"]
LONG = " Ünd so weiter." * 150
"""Shorter texts, and those of ASCII alone, are not looked at."""


@pytest.mark.parametrize("mark", PILED)
def test_sixteen_marks_in_a_row_are_a_pile_and_fifteen_are_none(mark: str) -> None:
    assert tame(f"a{mark * 16}b{LONG}") == f"a b{LONG}"
    assert tame(f"a{mark * 15}b{LONG}") == f"a{mark * 15}b{LONG}"


@given(st.lists(st.tuples(st.sampled_from([*PILED, *OTHERS]), st.sampled_from([1, 2, 7, 15, 16, 40])), max_size=12))
def test_piles_of_any_kinds_become_a_blank_and_all_else_stays(runs: list[tuple[str, int]]) -> None:
    parts = [part for part, times in runs for _ in range(times)]
    expected = ""
    for is_piled, group in groupby(parts, key=PILED.__contains__):
        together = list(group)
        expected += " " if is_piled and len(together) >= 16 else "".join(together)
    assert tame("".join(parts) + LONG) == expected + LONG


def test_a_reference_to_no_letter_is_replaced() -> None:
    assert tame("&#99999999; &#0000000769 &#769;") == "\ufffd \ufffd &#769;"
