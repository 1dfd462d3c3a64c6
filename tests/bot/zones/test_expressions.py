"""A table of what people type, written by somebody who did not know the program."""

from __future__ import annotations

import pytest

from tests.bot.zones.expressions import Expression, read


@pytest.mark.parametrize("expression", list(read()), ids=lambda each: each.text)
def test_a_right_zone_is_among_the_first_and_no_forbidden_one_comes_first(expression: Expression) -> None:
    assert expression.accepted
    assert expression.is_right, expression.suggested
    assert not expression.is_forbidden, expression.suggested
