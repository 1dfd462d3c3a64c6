"""Many ways to write a date, in a table beside this file: each is right by itself and inside a question."""

from __future__ import annotations

from datetime import date
from pathlib import Path

from embeddings.dates import DateRange, find_dates, parse_range
from tests.rows import for_each

_LINES = (Path(__file__).parent / "expressions.tsv").read_text(encoding="utf-8").splitlines()
_ROWS = [line.split("\t") for line in _LINES if not line.startswith("#")]
ROWS = [
    (expression, date.fromisoformat(today), DateRange(date.fromisoformat(first), date.fromisoformat(last)))
    for today, expression, first, last, *_ in _ROWS
]
ASKED = [row for row, columns in zip(ROWS, _ROWS, strict=True) if "typed" not in columns[4:]]


@for_each(("expression", "today", "days"), ROWS)
def test_an_expression_means_these_days(expression: str, today: date, days: DateRange) -> None:
    assert parse_range(expression, today) == days


@for_each(("expression", "today", "days"), ASKED)
def test_an_expression_means_the_same_inside_a_question(expression: str, today: date, days: DateRange) -> None:
    for question in (f"floods in Chile {expression}", f"what did {expression} bring?", f"{expression}: floods"):
        assert [span.dates for span in find_dates(question, today)] == [days]
