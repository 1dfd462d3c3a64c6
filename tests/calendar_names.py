"""Months and weekdays in other languages, from the installed Babel: `python -m tests.calendar_names` writes them anew.

Babel takes a third of a second to give those of all languages, which whoever asks with a year would wait for.
"""

from __future__ import annotations

import json
from collections.abc import Iterable
from typing import Literal

from babel import Locale

from embeddings.dates.abroad import DECLINED, LANGUAGES, SHIPPED

Numbers = dict[str, int]


def collected() -> dict[str, list[Numbers]]:
    """What ships: for each kind the whole names and the abbreviated ones, each with its number."""
    return {
        "months": named("months", LANGUAGES),
        "declined": named("months", DECLINED),
        "days": named("days", LANGUAGES),
    }


def named(kind: Literal["months", "days"], languages: Iterable[str]) -> list[Numbers]:
    """The names of months or weekdays and their numbers, of those that mean the same in all languages."""
    whole: dict[str, set[int]] = {}
    short: dict[str, set[int]] = {}
    for language in languages:
        for by_width in getattr(Locale.parse(language), kind).values():
            for width, found in (("wide", whole), ("abbreviated", short)):
                for number, name in by_width[width].items():
                    word = name.casefold().rstrip(".").removesuffix("-feira").replace("\u02bc", "'")
                    found.setdefault(word, set()).add(number)
    return [{name: found.pop() for name, found in names.items() if len(found) == 1} for names in (whole, short)]


if __name__ == "__main__":
    SHIPPED.write_text(json.dumps(collected(), ensure_ascii=False, indent=1) + "\n", encoding="utf-8")
    print(SHIPPED)  # noqa: T201
