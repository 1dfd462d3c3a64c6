"""Tables of a test with very many rows: one test that goes through them all."""

from __future__ import annotations

import functools
import inspect
from collections.abc import Callable, Iterable
from typing import Any

import pytest

_SHOWN = 20


def for_each(names: str | tuple[str, ...], rows: Iterable[Any]) -> Callable[[Callable[..., None]], Callable[..., None]]:
    """`pytest.mark.parametrize` within one test: for tables of many rows, each of which costs less than a test does.

    Every row is tried; where some are wrong the test fails with their number, the number of all, and the first of them
    with what was wrong. Fixtures are shared by the rows. Several of these on one test go through all combinations.

    `names` is the name of one argument, whose values `rows` holds, or those of several, and `rows` holds tuples.
    """
    several = not isinstance(names, str)
    table = [dict(zip(names, row, strict=True)) if several else {names: row} for row in rows]
    assert table, "a table without a row tests nothing"

    def decorate(test: Callable[..., None]) -> Callable[..., None]:
        inner: Callable[..., None] = getattr(test, "of_one_row", test)
        inner_table: list[dict[str, Any]] = getattr(test, "table", [{}])
        whole = [{**row, **inner_row} for row in table for inner_row in inner_table]

        @functools.wraps(inner)
        def run(*args: Any, **fixtures: Any) -> None:
            wrong = []
            for row in whole:
                try:
                    inner(*args, **fixtures, **row)
                except (Exception, pytest.fail.Exception) as error:  # noqa: BLE001  # by any of which a test fails
                    wrong.append(f"{row}\n  {type(error).__name__}: {error}")
            print(f"{len(whole) - len(wrong)} of {len(whole)} right")  # noqa: T201  # pytest shows it with -s
            if wrong:
                more = f"\n… and {len(wrong) - _SHOWN} more" * (len(wrong) > _SHOWN)
                shown = "\n".join(wrong[:_SHOWN])
                raise AssertionError(f"{len(wrong)} of {len(whole)} rows are wrong:\n{shown}{more}")

        signature = inspect.signature(inner)
        left = [parameter for name, parameter in signature.parameters.items() if name not in whole[0]]
        run.__signature__ = signature.replace(parameters=left)  # type: ignore[attr-defined]  # pytest's fixtures
        run.of_one_row, run.table = inner, whole  # type: ignore[attr-defined]
        return run

    return decorate
