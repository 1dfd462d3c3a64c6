"""`python -m tests.benchmarks.related_blind INDEX… --out DIR`: pairs of lists of related events, to be judged blind.

One list is computed as Dateline does, what the archive itself links to left aside; the other is made by the plain rule:
the number of shared contexts, then the newest, or for events without contexts the nearest in meaning. `pairs.md` shows
the two in random order, `key.json` tells which is which.
"""

from __future__ import annotations

import json
import random
import sys
from collections import defaultdict
from collections.abc import Sequence
from contextlib import closing
from dataclasses import dataclass, replace
from pathlib import Path

import click

from embeddings.command_line.running import run_command
from embeddings.events import Event, Related
from embeddings.index.folder import IndexFolder, OpenIndex
from embeddings.search.related import computed
from embeddings.search.service import MOST_RELATED


@dataclass(frozen=True, slots=True)
class Pair:
    """An event with two lists for it, in the order in which they are shown; `ours` is the letter of Dateline's."""

    event: Event
    lists: tuple[Sequence[Related], Sequence[Related]]
    ours: str


def plain(index: OpenIndex, row: int, event: Event, limit: int) -> list[Related]:
    """The plain rule's related events of the event in `row`."""
    catalogue = index.catalogue
    shared: dict[int, list[str]] = defaultdict(list)
    if event.contexts:
        for other, name, _ in catalogue.sharing(event.contexts, catalogue.size):
            shared[other].append(name)
        # Rows are in order of time, so the newest has the highest.
        rows = sorted(shared.keys() - {row}, key=lambda other: (-len(shared[other]), -other))[:limit]
    else:
        near = index.vectors.search(index.vectors.take([row])[0], limit + 1)[0].tolist()
        rows = [other for other in near if other != row][:limit]
    return [
        Related(other.date, other.headline, tuple(shared[place]), other.path, other.id)
        for place, other in zip(rows, catalogue.events(rows), strict=True)
    ]


def pairs(index: OpenIndex, count: int, random_: random.Random) -> list[Pair]:
    """Pairs for random events; one for which neither rule finds anything is passed over."""
    rows = list(range(index.catalogue.size))
    random_.shuffle(rows)
    made: list[Pair] = []
    for row in rows:
        if len(made) == count:
            break
        event = replace(index.catalogue.events([row])[0], related=())
        ours, site = computed(index, row, event, MOST_RELATED), plain(index, row, event, MOST_RELATED)
        if ours or site:
            first = random_.random() < 0.5
            made.append(Pair(event, (ours, site) if first else (site, ours), "A" if first else "B"))
    return made


def as_markdown(pairs: Sequence[Pair]) -> str:
    """The pairs, numbered from 1, without a word of which list is whose."""
    lines = [
        "For each event: which list would a reader of it rather see next to it, A or B?",
        "",
        "Good are earlier and later steps of the same story and events with a clear link to it. Rewordings of the",
        "event, near-copies of one another and strangers are not.",
    ]
    for number, pair in enumerate(pairs, 1):
        event = pair.event
        lines += ["", f"## {number}. {event.date}", "", f"**{event.title}**"]
        if event.summary:
            lines += ["", event.summary]
        if event.contexts:
            lines += ["", f"Contexts: {', '.join(event.contexts)}"]
        for letter, others in zip("AB", pair.lists, strict=True):
            lines += ["", f"List {letter}", "", "| date | headline | shared |", "| --- | --- | --- |"]
            lines += [f"| {o.date} | {_cell(o.headline)} | {_cell(', '.join(o.contexts))} |" for o in others]
            lines += [] if others else ["| | (nothing) | |"]
    return "\n".join(lines) + "\n"


def _cell(text: str) -> str:
    return text.replace("|", "\\|")


@click.command(context_settings={"help_option_names": ["-h", "--help"]})
@click.argument("indexes", metavar="INDEX...", nargs=-1, required=True, type=click.Path(path_type=Path))
@click.option("--out", required=True, type=click.Path(path_type=Path), help="Folder for pairs.md and key.json.")
@click.option("--count", default=20, show_default=True, help="Events of each index.")
@click.option("--seed", default=1, show_default=True, help="Chooses the events and the order of the lists.")
def cli(indexes: tuple[Path, ...], out: Path, count: int, seed: int) -> None:
    """Write pairs of lists of related events, and apart from them which list is whose."""
    random_ = random.Random(seed)
    made: list[Pair] = []
    for root in indexes:
        with closing(IndexFolder(root).open()) as index:
            made += pairs(index, count, random_)
    out.mkdir(parents=True, exist_ok=True)
    (out / "pairs.md").write_text(as_markdown(made), encoding="utf-8")
    key = [{"number": n, "event": pair.event.id, "ours": pair.ours} for n, pair in enumerate(made, 1)]
    (out / "key.json").write_text(json.dumps(key, indent=1) + "\n", encoding="utf-8")
    click.echo(f"{len(made)} pairs in {out / 'pairs.md'}, the key in {out / 'key.json'}")


if __name__ == "__main__":
    sys.exit(run_command(cli, "python -m tests.benchmarks.related_blind", None))
