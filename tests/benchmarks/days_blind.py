"""The day's five beside two simpler choices, for judging blind which is the best read.

    python -m tests.benchmarks.days_blind --index INDEX --seed 1 --folder FOLDER

For 20 random days `lists.md` shows three lists of five, A, B and C: the program's own, the five events with the most
sources, and the five that are nearest to the middle of all events of the day in meaning. Which is which is drawn anew
for each day and stands in `key.json` alone. Judges see `lists.md` and name the list that they would rather read;
`--score VERDICTS.json`, an object such as {"03-14": "B"}, counts for whom.
"""

from __future__ import annotations

import argparse
import datetime as dt
import json
import random
from collections import Counter
from collections.abc import Sequence
from pathlib import Path

import click
import numpy as np

from embeddings.calendar_names import MONTHS
from embeddings.events import Event
from embeddings.index.folder import IndexFolder
from embeddings.index.threads import compute_alone
from embeddings.search.service import Search

DAYS = 20
FIVE = 5
LETTERS = "ABC"


def most_sources(events: Sequence[Event]) -> list[Event]:
    """The five with the most sources; of equals the oldest."""
    return sorted(events, key=lambda event: -len(event.sources))[:FIVE]


def nearest_to_the_middle(events: Sequence[Event], vectors: np.ndarray) -> list[Event]:
    """The five whose vectors are nearest to the mean of all of them."""
    best = np.argsort(-(vectors @ vectors.mean(axis=0)), kind="stable")[:FIVE]
    return [events[place] for place in best]


def write_lists(search: Search, seed: int, folder: Path) -> None:
    """Draw the days and write `lists.md` and `key.json`."""
    chance = random.Random(seed)
    days = [dt.date(2000, 1, 1) + dt.timedelta(days=day) for day in sorted(chance.sample(range(366), DAYS))]
    key: dict[str, dict[str, str]] = {}
    lines = ["# Which of the three would you rather read on this day?", ""]
    for day in days:
        rows = search.index.catalogue.rows_on(day.month, day.day)
        events = search.index.catalogue.events(rows)
        lists = {
            "ours": list(search.on_this_day(day.month, day.day, FIVE)),
            "sources": most_sources(events),
            "middle": nearest_to_the_middle(events, search.index.vectors.take(rows)),
        }
        order = chance.sample(sorted(lists), len(lists))
        key[f"{day:%m-%d}"] = dict(zip(LETTERS, order, strict=True))
        lines += [f"## {day:%m-%d} ({day.day} {MONTHS[day.month - 1]})", ""]
        for letter, name in key[f"{day:%m-%d}"].items():
            lines += [f"### {letter}", ""]
            told = sorted(lists[name], key=lambda event: (event.date, event.id))
            lines += [f"- {event.date.year}: {event.headline}" for event in told] + [""]
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "lists.md").write_text("\n".join(lines), encoding="utf-8")
    (folder / "key.json").write_text(json.dumps(key, indent=1) + "\n", encoding="utf-8")


def main() -> None:
    compute_alone()
    parser = argparse.ArgumentParser(description="Lists of a day's events to be judged blind, and their score.")
    parser.add_argument("--index", type=Path, help="Folder of the index.")
    parser.add_argument("--seed", type=int, default=1, help="Draws the days and the order of the lists.")
    parser.add_argument("--folder", type=Path, required=True, help="Where lists.md and key.json are.")
    parser.add_argument("--score", type=Path, metavar="VERDICTS.json", help="Count verdicts instead of writing lists.")
    given = parser.parse_args()
    if given.score:
        key = json.loads((given.folder / "key.json").read_text(encoding="utf-8"))
        verdicts = json.loads(given.score.read_text(encoding="utf-8"))
        click.echo(dict(Counter(key[day][letter] for day, letter in verdicts.items())))
        return
    index = IndexFolder(given.index).open()
    try:
        write_lists(Search(index, None), given.seed, given.folder)  # type: ignore[arg-type]  # nothing is encoded
    finally:
        index.close()


if __name__ == "__main__":
    main()
