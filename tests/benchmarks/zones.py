"""How well what people type for a time zone is understood: `python -m tests.benchmarks.zones [TABLE.tsv]`."""

from __future__ import annotations

import sys
import time
from pathlib import Path

from bot.commands import zones
from tests.bot.zones.expressions import FIRST, TABLE, read


def main(arguments: list[str]) -> None:
    """Print what is not right, and the figures."""
    expressions = list(read(Path(arguments[0]) if arguments else TABLE))
    began = time.perf_counter()
    zones.warm_up()
    warm_s = time.perf_counter() - began
    slowest_s = 0.0
    for each in expressions:
        began = time.perf_counter()
        suggested = each.suggested
        slowest_s = max(slowest_s, time.perf_counter() - began)
        if not each.is_right or each.is_forbidden:
            sign = "FORBIDDEN FIRST" if each.is_forbidden else "not found"
            print(f"{sign}: {each.text!r} {suggested}, right is {sorted(each.accepted)} ({each.note})")  # noqa: T201
    right = sum(each.is_right for each in expressions)
    first = sum(bool(each.accepted & set(each.suggested[:1])) for each in expressions)
    forbidden = sum(each.is_forbidden for each in expressions)
    print(f"{len(expressions)} expressions: {right} right among the first {FIRST}, {first} first,")  # noqa: T201
    print(f"{forbidden} with a forbidden zone first; warm-up {warm_s:.2f} s, slowest {slowest_s * 1000:.1f} ms")  # noqa: T201


if __name__ == "__main__":
    main(sys.argv[1:])
